package revoketest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// denyListEntries are what testDenyList asks for.
func denyListEntries(now jwt.NumericDate) []store.Entry {
	until := now + 1000
	return []store.Entry{
		{Issuer: "i", ID: "same", Until: until},
		{Issuer: "j", SessionID: "same", Until: until},
		{Issuer: "k", Subject: "same", IssuedAt: now, Until: until},
		{Issuer: "", ID: "no issuer", Until: until},
		{Issuer: "is", ID: "sue", Until: until},
		{Issuer: "max", Subject: "early", IssuedAt: now + 5, Until: until},
		{Issuer: "max", Subject: "early", IssuedAt: now + 1, Until: until},
		{Issuer: "max", Subject: "late", IssuedAt: now + 1, Until: until},
		{Issuer: "max", Subject: "late", IssuedAt: now + 5, Until: until},
		{Issuer: "far", Subject: "future", IssuedAt: 1 << 60, Until: 1<<63 - 1},
		{Issuer: "far", ID: "past", Until: -1 << 63},
	}
}

func testDenyList(t *testing.T, open opener[store.Store]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	for _, e := range denyListEntries(now) {
		must(t, one.Revoke(ctx, now, e))
		must(t, one.Revoke(ctx, now, e)) // again, which does no harm
	}
	must(t, one.Revoke(ctx, now)) // nothing

	type answer struct {
		ID, SessionID bool
		Subject       jwt.NumericDate
	}
	for _, row := range []struct {
		name string
		q    store.Query
		want answer
	}{
		{"nothing asked", store.Query{}, answer{}},
		{"an issuer is no name", store.Query{Issuer: "i"}, answer{}},
		{"an ID", store.Query{Issuer: "i", ID: "same"}, answer{ID: true}},
		{"an ID is no session or subject", store.Query{Issuer: "i", SessionID: "same", Subject: "same"}, answer{}},
		{"a session", store.Query{Issuer: "j", SessionID: "same"}, answer{SessionID: true}},
		{"a session is no ID or subject", store.Query{Issuer: "j", ID: "same", Subject: "same"}, answer{}},
		{"a subject", store.Query{Issuer: "k", Subject: "same"}, answer{Subject: now}},
		{"a subject is no ID or session", store.Query{Issuer: "k", ID: "same", SessionID: "same"}, answer{}},
		{"only the subject of three names", store.Query{Issuer: "k", ID: "a", SessionID: "b", Subject: "same"}, answer{Subject: now}},
		{"another issuer", store.Query{Issuer: "l", ID: "same", SessionID: "same", Subject: "same"}, answer{}},
		{"no issuer", store.Query{ID: "no issuer"}, answer{ID: true}},
		{"no issuer is none of the others", store.Query{ID: "same", SessionID: "same", Subject: "same"}, answer{}},
		{"the name begins where the issuer ends", store.Query{Issuer: "is", ID: "sue"}, answer{ID: true}},
		{"and nowhere else", store.Query{Issuer: "i", ID: "ssue"}, answer{}},
		{"the later date stays", store.Query{Issuer: "max", Subject: "early"}, answer{Subject: now + 5}},
		{"the later date comes", store.Query{Issuer: "max", Subject: "late"}, answer{Subject: now + 5}},
		{"upper case is another name", store.Query{Issuer: "i", ID: "SAME"}, answer{}},
	} {
		for i, asked := range []store.Store{one, other} {
			a, err := asked.Lookup(ctx, row.q)
			must(t, err)
			if got := (answer{a.ID, a.SessionID, a.Subject}); got != row.want {
				t.Errorf("%s (store %d): got %+v, want %+v", row.name, i, got, row.want)
			}
			checkBeginning(t, row.name, a, now)
		}
	}
	if a, err := other.Lookup(ctx, store.Query{Issuer: "far", Subject: "future"}); err != nil || a.Subject < 1<<31 {
		t.Errorf("a date far in the future: got %+v, %v, want it late", a, err)
	}
}

func testEntries(t *testing.T, open opener[store.Store]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	until := now + 1000
	for name, e := range map[string]store.Entry{
		"no name":                   {Issuer: "i", Until: until},
		"two names":                 {Issuer: "i", ID: "a", SessionID: "b", Until: until},
		"a subject without a date":  {Issuer: "i", Subject: "a", Until: until},
		"a subject with a bad date": {Issuer: "i", Subject: "a", IssuedAt: -1, Until: until},
		"an ID with a date":         {Issuer: "i", ID: "a", IssuedAt: now, Until: until},
	} {
		if err := one.Revoke(ctx, now, store.Entry{Issuer: "all", ID: "or none", Until: until}, e); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	if a, err := one.Lookup(ctx, store.Query{Issuer: "all", ID: "or none"}); err != nil || a.ID {
		t.Errorf("beside a bad entry: got %+v, %v, want nothing recorded", a, err)
	}
	many := make([]store.Entry, 2500)
	for i := range many {
		many[i] = store.Entry{Issuer: "many", ID: fmt.Sprint(i), Until: until}
	}
	must(t, one.Revoke(ctx, now, many...))
	for _, i := range []int{0, 999, 1000, 2499} {
		if a, err := other.Lookup(ctx, store.Query{Issuer: "many", ID: fmt.Sprint(i)}); err != nil || !a.ID {
			t.Errorf("entry %d of many: got %+v, %v", i, a, err)
		}
	}
}

// checkBeginning checks what an answer says of the beginning of the store.
func checkBeginning(t *testing.T, name string, a store.Answer, now jwt.NumericDate) {
	t.Helper()
	if a.Since <= 0 || a.Since > now {
		t.Errorf("%s: got Since %d, want a positive one that is not after %d", name, a.Since, now)
	}
	if len(a.Epoch) < 16 && (a.Since != 1 || a.Epoch != "") {
		t.Errorf("%s: got an Epoch of %d characters, want at least 16, or none with Since 1", name, len(a.Epoch))
	}
}

// testBeginning tests that the beginning stays the same, and is one of its own.
func testBeginning(t *testing.T, open opener[store.Store]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	first, err := one.Lookup(ctx, store.Query{})
	must(t, err)
	must(t, other.Revoke(ctx, now, store.Entry{ID: "a", Until: now + 100}))
	for _, q := range []store.Query{{}, {ID: "a"}, {Issuer: "i", Subject: "s"}} {
		again, err := other.Lookup(ctx, q)
		must(t, err)
		if again.Epoch != first.Epoch || again.Since < first.Since-60 || again.Since > first.Since+60 { // parts of a store may begin one by one
			t.Errorf("got Since %d and an Epoch, want the first ones, Since %d", again.Since, first.Since)
		}
	}
	elsewhere, _ := open(t)
	if a, err := elsewhere.Lookup(ctx, store.Query{}); err != nil || a.Epoch != "" && a.Epoch == first.Epoch {
		t.Errorf("got %v and the Epoch of another memory, want one of its own", err)
	}
}

// testCanceled tests that a call whose context is canceled returns soon.
func testCanceled(t *testing.T, open opener[store.Store]) {
	one, _ := open(t)
	now := jwt.NewNumericDate(later())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = one.Lookup(ctx, store.Query{ID: "a"})
		_ = one.Revoke(ctx, now, store.Entry{ID: "b", Until: now + 100})
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Error("calls with a canceled context do not return")
	}
}
