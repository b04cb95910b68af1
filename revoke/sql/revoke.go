package sql

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Revoke implements [store.Store].
func (s *Store) Revoke(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	for i := range entries {
		if err := entries[i].Check(); err != nil {
			return err
		}
	}
	_, err := do(ctx, s, "revoking", func(ctx context.Context, text *statements) (none struct{}, err error) {
		if _, err := s.look(ctx, text, store.Query{}); err != nil {
			return none, err
		}
		for some := range slices.Chunk(rows(entries), 500) {
			var args []any
			for _, r := range some {
				args = append(args, r.issuer, r.name, r.at, span(r.until), span(r.until)-span(now))
			}
			if _, err := s.write(ctx, text, text.revoke(some), args...); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	return err
}

// A row is an entry in the table.
type row struct {
	kind         int
	issuer, name string
	at           int64
	until        jwt.NumericDate
}

// rows returns the entries as rows, one for each name, in an order that is the same
// for all, so that no two wait for each other.
func rows(entries []store.Entry) []row {
	all := make([]row, len(entries))
	for i, e := range entries {
		r := row{ofID, store.ShortName(e.Issuer), e.ID, 1, e.Until}
		switch {
		case e.SessionID != "":
			r.kind, r.name = ofSession, e.SessionID
		case e.Subject != "":
			r.kind, r.name, r.at = ofSubject, e.Subject, int64(e.IssuedAt)
		}
		r.name = store.ShortName(r.name)
		all[i] = r
	}
	slices.SortFunc(all, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), strings.Compare(a.issuer, b.issuer), strings.Compare(a.name, b.name))
	})
	merged := all[:0]
	for _, r := range all {
		if n := len(merged); n > 0 && merged[n-1].kind == r.kind && merged[n-1].issuer == r.issuer && merged[n-1].name == r.name {
			merged[n-1].at, merged[n-1].until = max(merged[n-1].at, r.at), max(merged[n-1].until, r.until)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}

// revoke returns the statement for so many rows.
func (t *statements) revoke(rows []row) string {
	var b strings.Builder
	b.WriteString(t.revokeHead)
	for i, r := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		n := 5 * i
		fmt.Fprintf(&b, t.revokeRow, r.kind, n+1, n+2, n+3, n+4, n+5)
	}
	b.WriteString(t.revokeTail)
	return b.String()
}

// Use implements [store.OnceStore].
func (s *Store) Use(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
	if err := e.CheckUse(); err != nil {
		return store.Answer{}, err
	}
	return do(ctx, s, "using an ID", func(ctx context.Context, text *statements) (store.Answer, error) {
		a, err := s.look(ctx, text, store.Query{})
		if err != nil {
			return store.Answer{}, err
		}
		n, err := s.write(ctx, text, text.use, store.ShortName(e.Issuer), store.ShortName(e.ID), span(e.Until), span(e.Until)-span(now))
		a.ID = n == 0
		return a, err
	})
}

// span returns a date cut to a size that both databases can reckon with.
func span(d jwt.NumericDate) int64 {
	const most = 1 << 40
	return int64(min(max(d, -most), most))
}
