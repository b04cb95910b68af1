package revoketest

import (
	"fmt"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func testUse(t *testing.T, open opener[store.OnceStore]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	must(t, one.Revoke(ctx, now, store.Entry{Issuer: "i", ID: "revoked", Until: now + 100}, store.Entry{Issuer: "i", SessionID: "session", Until: now + 100}))
	for _, row := range []struct {
		name, issuer, id string
		before           bool
	}{
		{"the first use", "i", "a", false},
		{"the second", "i", "a", true},
		{"the third", "i", "a", true},
		{"another ID", "i", "b", false},
		{"another issuer", "j", "a", false},
		{"no issuer", "", "a", false},
		{"one that was revoked", "i", "revoked", true},
		{"one that has the name of a session", "i", "session", false},
	} {
		a, err := one.Use(ctx, now, store.Entry{Issuer: row.issuer, ID: row.id, Until: now + 100})
		must(t, err)
		if a.ID != row.before || a.SessionID || a.Subject != 0 {
			t.Errorf("%s: got %v, %v, %d, want %v and nothing else", row.name, a.ID, a.SessionID, a.Subject, row.before)
		}
		checkBeginning(t, row.name, a, now)
		if a, err := other.Lookup(ctx, store.Query{Issuer: row.issuer, ID: row.id}); err != nil || !a.ID {
			t.Errorf("%s: Lookup afterwards: got %v, %v, want it to be there", row.name, a.ID, err)
		}
		one, other = other, one
	}
	must(t, one.Revoke(ctx, now, store.Entry{Issuer: "i", ID: "a", Until: now + 200})) // after its use
	if a, err := other.Use(ctx, now, store.Entry{Issuer: "i", ID: "a", Until: now + 100}); err != nil || !a.ID {
		t.Errorf("one that was used and revoked: got %v, %v", a.ID, err)
	}
	for name, e := range map[string]store.Entry{
		"no ID":             {Issuer: "i"},
		"a session":         {Issuer: "i", SessionID: "a"},
		"a subject":         {Issuer: "i", Subject: "a", IssuedAt: now},
		"an ID and another": {Issuer: "i", ID: "c", SessionID: "a"},
		"an ID with a date": {Issuer: "i", ID: "c", IssuedAt: now},
	} {
		e.Until = now + 100
		if _, err := one.Use(ctx, now, e); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	if a, err := other.Lookup(ctx, store.Query{Issuer: "i", ID: "c"}); err != nil || a.ID {
		t.Errorf("a bad entry: got %v, %v, want nothing recorded", a.ID, err)
	}
}

func testConcurrentUses(t *testing.T, open opener[store.OnceStore]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	count := crowded(func(i int) string {
		a, err := []store.OnceStore{one, other}[i%2].Use(ctx, now, store.Entry{Issuer: "i", ID: "a", Until: now + 100})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(a.ID)
	})
	if count["false"] != 1 || count["true"] != crowd-1 {
		t.Errorf("got %v, want 1 that was the first", count)
	}
}
