package revoketest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A reader reads a feed.
type reader struct {
	feed     store.Feed
	position string
	dates    map[store.Entry]jwt.NumericDate // the latest IssuedAt of each name
	answer   store.Answer
}

func newReader(feed store.Feed) *reader {
	return &reader{feed: feed, dates: make(map[store.Entry]jwt.NumericDate)}
}

// read reads until there is no more.
func (r *reader) read(t *testing.T) {
	t.Helper()
	for more := true; more; {
		page, err := r.feed.Read(t.Context(), r.position)
		must(t, err)
		if page.From != r.position && page.From != "" {
			t.Fatalf("a page from %.50q, want it from %.50q", page.From, r.position)
		}
		for _, e := range page.Entries {
			if err := e.Check(); err != nil {
				t.Fatalf("got the entry %+v: %v", e, err)
			}
			name := store.Entry{Issuer: e.Issuer, ID: e.ID, SessionID: e.SessionID, Subject: e.Subject}
			r.dates[name] = max(r.dates[name], e.IssuedAt)
		}
		r.position, r.answer, more = page.Next, page.Answer, page.More
	}
}

// want wants the reader to have these names, and no others.
func (r *reader) want(t *testing.T, when string, entries ...store.Entry) {
	t.Helper()
	names := make(map[store.Entry]bool)
	var missing []string
	for _, e := range entries {
		name := store.Entry{Issuer: store.ShortName(e.Issuer), ID: store.ShortName(e.ID), SessionID: store.ShortName(e.SessionID), Subject: store.ShortName(e.Subject)}
		names[name] = true
		if date, ok := r.dates[name]; !ok || date < e.IssuedAt {
			missing = append(missing, fmt.Sprintf("%.50q %.50q", e.Issuer, e.ID+e.SessionID+e.Subject))
		}
	}
	if len(missing) > 0 {
		t.Errorf("%s: the feed has no entry, or an earlier date, for %d names, the first of which is %s", when, len(missing), missing[0])
	}
	if len(r.dates) != len(names) {
		t.Errorf("%s: the feed has %d names, want %d", when, len(r.dates), len(names))
	}
}

// testFeed tests that a reader has everything, whether it was there before or not.
func testFeed(t *testing.T, open opener[store.Feed]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	early := newReader(one)
	early.read(t)
	early.want(t, "at the beginning")
	long := strings.Repeat("long", 100)
	entries := []store.Entry{
		{Issuer: "i", ID: "a", Until: now + 10}, {Issuer: "i", SessionID: "a", Until: now + 1000}, {Issuer: "i", Subject: "a", IssuedAt: now, Until: now + 100_000},
		{ID: "no issuer", Until: now + 1}, {Issuer: "is", ID: "sue", Until: now + 1}, {Issuer: "i", ID: "ssue", Until: now + 1},
		{Issuer: "i 1 2", ID: "a b\n\x00|:'", Until: now + 1}, {Issuer: long, SessionID: long, Until: now + 10_000_000}, {Issuer: "日本", Subject: "東京", IssuedAt: 1, Until: now + 1},
	}
	for i := range 200 {
		entries = append(entries, store.Entry{Issuer: "many", ID: fmt.Sprint(i), Until: now + jwt.NumericDate(i*i)})
	}
	for i := range entries {
		must(t, []store.Feed{one, other}[i%2].Revoke(ctx, now, entries[i]))
	}
	early.read(t)
	early.want(t, "after it was revoked", entries...)
	for range 3 {
		early.read(t)
	}
	early.want(t, "when nothing is new", entries...)

	anotherDate := store.Entry{Issuer: "i", Subject: "a", IssuedAt: now + 7, Until: now + 1}
	must(t, other.Revoke(ctx, now, entries[1], anotherDate, entries[2])) // the first and the last are there already
	entries = append(entries, anotherDate)
	if one, ok := one.(store.OnceStore); ok {
		for _, id := range []string{"used", "used", "a"} {
			_, err := one.Use(ctx, now, store.Entry{Issuer: "i", ID: id, Until: now + 100})
			must(t, err)
		}
		entries = append(entries, store.Entry{Issuer: "i", ID: "used"})
	}
	early.read(t)
	early.want(t, "after more was revoked", entries...)
	late := newReader(other)
	late.read(t)
	late.want(t, "to one who begins late", entries...)
	for i, r := range []*reader{early, late} {
		a, err := one.Lookup(ctx, store.Query{ID: "b"})
		must(t, err)
		if r.answer.Epoch != a.Epoch || r.answer.Since < a.Since {
			t.Errorf("reader %d: got Since %d and an Epoch, want the store's, Since %d", i, r.answer.Since, a.Since)
		}
	}
}

// testConcurrentFeed tests that what is recorded while somebody reads is not
// skipped.
func testConcurrentFeed(t *testing.T, open opener[store.Feed]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	const writers, each = 4, 60
	var all sync.WaitGroup
	defer all.Wait()
	var entries [writers][each]store.Entry
	for w := range writers {
		all.Go(func() {
			for i := range each {
				e := store.Entry{Issuer: fmt.Sprint(w), SessionID: fmt.Sprint(i), Until: now + jwt.NumericDate(i*i*i)}
				entries[w][i] = e
				if err := []store.Feed{one, other}[w%2].Revoke(ctx, now, e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	written := make(chan struct{})
	go func() { all.Wait(); close(written) }()
	r := newReader(one)
	for again := true; again; {
		select {
		case <-written:
			again = false
		default:
		}
		r.read(t)
	}
	var want []store.Entry
	for w := range entries {
		want = append(want, entries[w][:]...)
	}
	r.want(t, "after others have written", want...)
}
