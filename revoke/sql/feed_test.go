package sql_test

import (
	"fmt"
	"testing"

	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// read reads pages until there are no more.
func read(t testing.TB, s *revokesql.Store, from string) (names map[string]store.Entry, next string, pages int) {
	t.Helper()
	names = make(map[string]store.Entry)
	for next = from; ; {
		page, err := s.Read(t.Context(), next)
		check(t, err)
		pages++
		for _, e := range page.Entries {
			names[e.ID+e.SessionID+e.Subject] = e
		}
		if next = page.Next; !page.More {
			if a := lookup(t, s, ""); a != page.Answer {
				t.Errorf("got the answer %v, want %v", page.Answer, a)
			}
			return names, next, pages
		}
	}
}

func TestFeedHasAllEntriesAndThenWhatIsNew(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		names, next, _ := read(t, s, "")
		if len(names) != 0 {
			t.Errorf("got %v of an empty store", names)
		}
		var entries []store.Entry
		for i := range 5100 {
			entries = append(entries, store.Entry{Issuer: "i", ID: fmt.Sprintf("%04d", i), Until: now() + 1000})
		}
		entries = append(entries, store.Entry{Issuer: "j", SessionID: "s", Until: now() + 5}, store.Entry{Issuer: "k", Subject: "t", IssuedAt: 77, Until: now() + 6})
		check(t, s.Revoke(t.Context(), now(), entries...))
		if _, _, err := s.Swap(t.Context(), now(), store.Change{Issuer: "i", SessionID: "good", Subject: "t", New: "u", Until: now() + 1000}); err != nil {
			t.Fatal(err)
		}
		for _, from := range []string{next, ""} {
			names, after, pages := read(t, s, from)
			if len(names) != len(entries) || pages < 2 {
				t.Errorf("from %q: got %d entries in %d pages, want %d in 2 at least", from, len(names), pages, len(entries))
			}
			for _, e := range entries {
				if got := names[e.ID+e.SessionID+e.Subject]; got != e {
					t.Fatalf("from %q: got %v, want %v", from, got, e)
				}
			}
			next = after
		}
		a, err := s.Use(t.Context(), now(), store.Entry{Issuer: "i", ID: "used", Until: now() + 1000})
		check(t, err)
		if a.ID {
			t.Error("used before")
		}
		check(t, s.Revoke(t.Context(), now(), store.Entry{Issuer: "i", SessionID: "good", Until: now() + 1000}, store.Entry{Issuer: "k", Subject: "t", IssuedAt: 99, Until: now() + 6}))
		names, next, _ = read(t, s, next)
		if names["used"].ID == "" || names["good"].SessionID == "" || names["t"].IssuedAt != 99 || len(names) > 10 {
			t.Errorf("got %d entries, want the new ones: %v", len(names), names)
		}
		if names, _, pages := read(t, s, next); pages != 1 || len(names) > 10 {
			t.Errorf("got %d entries in %d pages, want nothing new", len(names), pages)
		}
	})
}

// TestFeedSkipsNoTransaction lets an earlier transaction end after a later one.
func TestFeedSkipsNoTransaction(t *testing.T) {
	s := newStore(t, revokesql.PostgreSQL)
	tx, err := s.DB.Begin()
	check(t, err)
	defer tx.Rollback()
	_, err = tx.Exec("INSERT INTO " + s.Prefix + "_entries (kind, issuer, name, at, until, keep, change) VALUES (1, 'i', 'late', 1, 9, 9, pg_current_xact_id()::text::bigint)")
	check(t, err)
	revokeID(t, s, "early")
	names, next, _ := read(t, s, "")
	if len(names) != 1 {
		t.Errorf("got %v, want one", names)
	}
	revokeID(t, s, "more")
	names, next, _ = read(t, s, next)
	if names["more"].ID == "" {
		t.Errorf("got %v, want the one that is new", names)
	}
	check(t, tx.Commit())
	if names, _, _ = read(t, s, next); names["late"].ID == "" {
		t.Errorf("got %v, want the transaction that ended last", names)
	}
}

func TestFeedBeginsFromTheStart(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		revokeID(t, s, "a")
		revokeID(t, s, "b")
		_, next, _ := read(t, s, "")
		check(t, s.BeginAnew(t.Context()))
		page, err := s.Read(t.Context(), next)
		check(t, err)
		if !page.More || len(page.Entries) != 2 {
			t.Errorf("got %v of a memory that began anew, want all entries", page)
		}
		_, err = s.Read(t.Context(), "what is this")
		wantError(t, "a position that is none", err, "not a position")
	})
}

// TestDeletionDoesNotMoveTheFeed deletes the latest change, whose number must not
// be given out again.
func TestDeletionDoesNotMoveTheFeed(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		revokeID(t, s, "a")
		revokeID(t, s, "b")
		check(t, s.Revoke(t.Context(), now(), store.Entry{Issuer: "i", ID: "c", Until: 1}))
		_, next, _ := read(t, s, "")
		run(t, s, "UPDATE jwt_entries SET keep = 1")
		for range 60 {
			check(t, s.Ping(t.Context()))
			_, _, err := s.Swap(t.Context(), now(), store.Change{Issuer: "i", SessionID: "s", Subject: "t", New: "u", Until: now() + 1000})
			check(t, err)
		}
		if n := number(t, s, "SELECT count(*) FROM jwt_entries WHERE kind = 1"); n > 1 {
			t.Fatalf("got %d entries, want those gone that are expired", n)
		}
		for i := range 5 {
			revokeID(t, s, fmt.Sprint("d", i))
		}
		names, _, _ := read(t, s, next)
		for i := range 5 {
			if id := fmt.Sprint("d", i); names[id].ID == "" {
				t.Errorf("got %v, want %s, too", names, id)
			}
		}
	})
}
