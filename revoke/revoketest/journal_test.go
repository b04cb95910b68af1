package revoketest_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A journal is a Memory that is also a feed: it keeps every promise.
type journal struct {
	*revoke.Memory
	mu      sync.Mutex
	entries []store.Entry
}

func newJournal() *journal { return &journal{Memory: revoke.NewMemory(0)} }

func (j *journal) Revoke(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	err := j.Memory.Revoke(ctx, now, entries...)
	if err == nil {
		j.tell(entries...)
	}
	return err
}

func (j *journal) Use(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
	a, err := j.Memory.Use(ctx, now, e)
	if err == nil && !a.ID {
		j.tell(e)
	}
	return a, err
}

func (j *journal) tell(entries ...store.Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range entries {
		e.Issuer, e.ID, e.SessionID, e.Subject = store.ShortName(e.Issuer), store.ShortName(e.ID), store.ShortName(e.SessionID), store.ShortName(e.Subject)
		j.entries = append(j.entries, e)
	}
}

// Read returns pages of 50 entries. A position is how many were read.
func (j *journal) Read(ctx context.Context, from string) (store.Page, error) {
	a, err := j.Lookup(ctx, store.Query{})
	if err != nil {
		return store.Page{}, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	at, _ := strconv.Atoi(from)
	next := min(at+50, len(j.entries))
	return store.Page{Answer: a, From: from, Entries: append([]store.Entry(nil), j.entries[at:next]...), Next: fmt.Sprint(next), More: next < len(j.entries)}, nil
}
