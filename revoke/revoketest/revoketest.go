// Package revoketest tests implementations of [revoke.SessionStore]: those of the
// package revoke and of revoke/redis, and yours. It is for tests only.
package revoketest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// TestStore tests whether stores keep the promises of [revoke.SessionStore]. Each
// call of open returns what two instances of a service would use: two stores, or
// the same one twice, over the same empty memory.
func TestStore(t *testing.T, open func(t *testing.T) (one, other revoke.SessionStore)) {
	t.Run("deny list", func(t *testing.T) { testDenyList(t, open) })
	t.Run("bad entries and many", func(t *testing.T) { testEntries(t, open) })
	t.Run("sessions", func(t *testing.T) { testSessions(t, open) })
	t.Run("revoking ends a session", func(t *testing.T) { testRevokedSession(t, open) })
	t.Run("exactly one of many swaps succeeds", func(t *testing.T) { testConcurrentSwaps(t, open) })
	t.Run("exactly one of many refreshes succeeds", func(t *testing.T) { testConcurrentRefreshes(t, open) })
	t.Run("model", func(t *testing.T) { testModel(t, open) })
}

type opener = func(t *testing.T) (one, other revoke.SessionStore)

// later is a time by which any store that was just opened has begun.
func later() time.Time { return time.Now().Add(time.Hour) }

// denyListEntries are what testDenyList asks for.
func denyListEntries(now jwt.NumericDate) []revoke.Entry {
	until := now + 1000
	return []revoke.Entry{
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

func testDenyList(t *testing.T, open opener) {
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	one, other := open(t)
	for _, e := range denyListEntries(now) {
		must(t, one.Revoke(ctx, now, e))
		must(t, one.Revoke(ctx, now, e)) // again, which does no harm
	}
	must(t, one.Revoke(ctx, now))

	type answer struct {
		ID, SessionID bool
		Subject       jwt.NumericDate
	}
	for _, row := range []struct {
		name string
		q    revoke.Query
		want answer
	}{
		{"nothing asked", revoke.Query{}, answer{}},
		{"an issuer is no name", revoke.Query{Issuer: "i"}, answer{}},
		{"an ID", revoke.Query{Issuer: "i", ID: "same"}, answer{ID: true}},
		{"an ID is no session or subject", revoke.Query{Issuer: "i", SessionID: "same", Subject: "same"}, answer{}},
		{"a session", revoke.Query{Issuer: "j", SessionID: "same"}, answer{SessionID: true}},
		{"a session is no ID or subject", revoke.Query{Issuer: "j", ID: "same", Subject: "same"}, answer{}},
		{"a subject", revoke.Query{Issuer: "k", Subject: "same"}, answer{Subject: now}},
		{"a subject is no ID or session", revoke.Query{Issuer: "k", ID: "same", SessionID: "same"}, answer{}},
		{"only the subject of three names", revoke.Query{Issuer: "k", ID: "a", SessionID: "b", Subject: "same"}, answer{Subject: now}},
		{"another issuer", revoke.Query{Issuer: "l", ID: "same", SessionID: "same", Subject: "same"}, answer{}},
		{"no issuer", revoke.Query{ID: "no issuer"}, answer{ID: true}},
		{"no issuer is none of the others", revoke.Query{ID: "same", SessionID: "same", Subject: "same"}, answer{}},
		{"the name begins where the issuer ends", revoke.Query{Issuer: "is", ID: "sue"}, answer{ID: true}},
		{"and nowhere else", revoke.Query{Issuer: "i", ID: "ssue"}, answer{}},
		{"the later date stays", revoke.Query{Issuer: "max", Subject: "early"}, answer{Subject: now + 5}},
		{"the later date comes", revoke.Query{Issuer: "max", Subject: "late"}, answer{Subject: now + 5}},
		{"upper case is another name", revoke.Query{Issuer: "i", ID: "SAME"}, answer{}},
	} {
		for i, store := range []revoke.SessionStore{one, other} {
			a, err := store.Lookup(ctx, row.q)
			must(t, err)
			if got := (answer{a.ID, a.SessionID, a.Subject}); got != row.want {
				t.Errorf("%s (store %d): got %+v, want %+v", row.name, i, got, row.want)
			}
			if a.Since <= 0 || a.Since > now {
				t.Errorf("%s (store %d): got Since %d, want a positive one that is not after %d", row.name, i, a.Since, now)
			}
		}
	}
	if a, err := other.Lookup(ctx, revoke.Query{Issuer: "far", Subject: "future"}); err != nil || a.Subject < 1<<31 {
		t.Errorf("a date far in the future: got %+v, %v, want it late", a, err)
	}
}

func testEntries(t *testing.T, open opener) {
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	one, other := open(t)
	until := now + 1000
	for name, e := range map[string]revoke.Entry{
		"no name":                   {Issuer: "i", Until: until},
		"two names":                 {Issuer: "i", ID: "a", SessionID: "b", Until: until},
		"a subject without a date":  {Issuer: "i", Subject: "a", Until: until},
		"a subject with a bad date": {Issuer: "i", Subject: "a", IssuedAt: -1, Until: until},
		"an ID with a date":         {Issuer: "i", ID: "a", IssuedAt: now, Until: until},
	} {
		if err := one.Revoke(ctx, now, revoke.Entry{Issuer: "all", ID: "or none", Until: until}, e); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	if a, err := one.Lookup(ctx, revoke.Query{Issuer: "all", ID: "or none"}); err != nil || a.ID {
		t.Errorf("beside a bad entry: got %+v, %v, want nothing recorded", a, err)
	}
	many := make([]revoke.Entry, 2500)
	for i := range many {
		many[i] = revoke.Entry{Issuer: "many", ID: fmt.Sprint(i), Until: until}
	}
	must(t, one.Revoke(ctx, now, many...))
	for _, i := range []int{0, 999, 1000, 2499} {
		if a, err := other.Lookup(ctx, revoke.Query{Issuer: "many", ID: fmt.Sprint(i)}); err != nil || !a.ID {
			t.Errorf("entry %d of many: got %+v, %v", i, a, err)
		}
	}
}

func testSessions(t *testing.T, open opener) {
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	one, other := open(t)
	for _, row := range []struct {
		name             string
		issuer, id       string
		old, new         string
		want             bool
		state, elsewhere string // afterwards, of session "s" of issuers "i" and "j"
	}{
		{"a change of nothing", "i", "s", "0", "1", false, "", ""},
		{"a new session", "i", "s", "", "1", true, "1", ""},
		{"the same call again", "i", "s", "", "1", true, "1", ""},
		{"a new one in its place", "i", "s", "", "2", false, "1", ""},
		{"a change", "i", "s", "1", "2", true, "2", ""},
		{"the same call again", "i", "s", "1", "2", true, "2", ""},
		{"a change of what was", "i", "s", "1", "3", false, "2", ""},
		{"a session of another issuer", "j", "s", "", "4", true, "2", "4"},
		{"the state is compared exactly", "j", "s", "4 ", "5", false, "2", "4"},
	} {
		swapped, err := one.Swap(ctx, now, revoke.Change{Issuer: row.issuer, SessionID: row.id, Old: row.old, New: row.new, Until: now + 100})
		must(t, err)
		if swapped != row.want {
			t.Errorf("%s: got %v, want %v", row.name, swapped, row.want)
		}
		for issuer, want := range map[string]string{"i": row.state, "j": row.elsewhere, "k": ""} {
			if state, err := other.Load(ctx, issuer, "s"); err != nil || state != want {
				t.Errorf("%s: issuer %s: got state %q, %v, want %q", row.name, issuer, state, err, want)
			}
		}
	}
	for name, c := range map[string]revoke.Change{
		"no session": {Issuer: "i", New: "1", Until: now + 1},
		"no state":   {Issuer: "i", SessionID: "s", Old: "2", Until: now + 1},
	} {
		if swapped, err := one.Swap(ctx, now, c); err == nil || swapped {
			t.Errorf("%s: got %v and no error", name, swapped)
		}
	}
}

func testRevokedSession(t *testing.T, open opener) {
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	one, other := open(t)
	swap := func(store revoke.SessionStore, id, old, new string) bool {
		t.Helper()
		swapped, err := store.Swap(ctx, now, revoke.Change{Issuer: "i", SessionID: id, Old: old, New: new, Until: now + 100})
		must(t, err)
		return swapped
	}
	if !swap(one, "s", "", "1") || !swap(one, "t", "", "1") {
		t.Fatal("sessions cannot be begun")
	}
	must(t, other.Revoke(ctx, now, revoke.Entry{Issuer: "i", SessionID: "s", Until: now + 100}))
	must(t, other.Revoke(ctx, now, revoke.Entry{Issuer: "j", SessionID: "t", Until: now + 100}))
	must(t, other.Revoke(ctx, now, revoke.Entry{Issuer: "i", ID: "t", Until: now + 100}))
	if state, err := one.Load(ctx, "i", "s"); err != nil || state != "" {
		t.Errorf("got state %q, %v of a revoked session", state, err)
	}
	if swap(one, "s", "1", "2") || swap(other, "s", "", "2") || swap(other, "s", "", "1") {
		t.Error("a revoked session was changed")
	}
	if state, err := one.Load(ctx, "i", "t"); err != nil || state != "1" {
		t.Errorf("got state %q, %v, want that of a session that was not revoked", state, err)
	}
}

const crowd = 10_000

func testConcurrentSwaps(t *testing.T, open opener) {
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	one, other := open(t)
	if swapped, err := one.Swap(ctx, now, revoke.Change{Issuer: "i", SessionID: "s", New: "begin", Until: now + 100}); err != nil || !swapped {
		t.Fatal(swapped, err)
	}
	count := crowded(func(i int) string {
		swapped, err := []revoke.SessionStore{one, other}[i%2].Swap(ctx, now, revoke.Change{Issuer: "i", SessionID: "s", Old: "begin", New: fmt.Sprint(i), Until: now + 100})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(swapped)
	})
	if count["true"] != 1 || count["false"] != crowd-1 {
		t.Errorf("got %v, want 1 true and the others false", count)
	}
}

func testConcurrentRefreshes(t *testing.T, open opener) {
	one, other := open(t)
	w := newWorld(t, one, other, 0)
	first, err := w.rotation[0].Begin(t.Context(), "alice")
	must(t, err)
	var winner revoke.Tokens
	count := crowded(func(i int) string {
		tokens, err := w.rotation[i%2].Refresh(t.Context(), first.Refresh)
		switch {
		case err == nil:
			winner = tokens
			return "success"
		case errors.Is(err, revoke.ErrRevoked):
			return "revoked"
		}
		return err.Error()
	})
	if count["success"] != 1 || count["revoked"] != crowd-1 {
		t.Errorf("got %v, want 1 success and the others revoked", count)
	}
	if _, err := w.rotation[1].Refresh(t.Context(), winner.Refresh); !errors.Is(err, revoke.ErrRevoked) {
		t.Errorf("the refresh token of the one that succeeded: got %v, want ErrRevoked, as for theft", err)
	}
	for _, token := range []string{first.Access, winner.Access} {
		if _, err := w.list[0].Verify(t.Context(), token); !errors.Is(err, revoke.ErrRevoked) {
			t.Errorf("an access token of the session: got %v, want ErrRevoked", err)
		}
	}
}

// crowded calls f concurrently and counts what it returns.
func crowded(f func(i int) string) map[string]int {
	var all sync.WaitGroup
	start, results := make(chan struct{}), make([]string, crowd)
	for i := range crowd {
		all.Go(func() {
			<-start
			results[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	count := make(map[string]int)
	for _, r := range results {
		count[r]++
	}
	return count
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
