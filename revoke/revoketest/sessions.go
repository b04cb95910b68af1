package revoketest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// swapped is Swap of a session of subject "alice".
func swapped(t *testing.T, s store.SessionStore, now jwt.NumericDate, issuer, id, old, new string) bool {
	t.Helper()
	ok, a, err := s.Swap(t.Context(), now, store.Change{Issuer: issuer, SessionID: id, Subject: "alice", Old: old, New: new, Until: now + 100})
	must(t, err)
	checkBeginning(t, "Swap", a, now)
	return ok
}

func wantState(t *testing.T, s store.SessionStore, name, issuer, id, want string) {
	t.Helper()
	state, _, err := s.Load(t.Context(), store.Query{Issuer: issuer, SessionID: id})
	if err != nil || state != want {
		t.Errorf("%s: issuer %s: got state %q, %v, want %q", name, issuer, state, err, want)
	}
}

func testSessions(t *testing.T, open opener[store.SessionStore]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
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
		{"any text", "i", "s", "2", "a\nb\x00\"{}\xff é", true, "a\nb\x00\"{}\xff é", "4"},
	} {
		if got := swapped(t, one, now, row.issuer, row.id, row.old, row.new); got != row.want {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
		wantState(t, other, row.name, "i", "s", row.state)
		wantState(t, other, row.name, "j", "s", row.elsewhere)
		wantState(t, other, row.name, "k", "s", "")
	}
	for name, c := range map[string]store.Change{
		"no session": {Issuer: "i", Subject: "alice", New: "1", Until: now + 1},
		"no subject": {Issuer: "i", SessionID: "t", New: "1", Until: now + 1},
		"no state":   {Issuer: "i", SessionID: "s", Subject: "alice", Old: "2", Until: now + 1},
	} {
		if ok, _, err := one.Swap(ctx, now, c); err == nil || ok {
			t.Errorf("%s: got %v and no error", name, ok)
		}
	}
}

func testRevokedSession(t *testing.T, open opener[store.SessionStore]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	if !swapped(t, one, now, "i", "s", "", "1") || !swapped(t, one, now, "i", "t", "", "1") {
		t.Fatal("sessions cannot be begun")
	}
	for _, e := range []store.Entry{{Issuer: "i", SessionID: "s"}, {Issuer: "j", SessionID: "t"}, {Issuer: "i", ID: "t"},
		{Issuer: "i", Subject: "alice", IssuedAt: now}, {Issuer: "i", Subject: "t", IssuedAt: now}} {
		e.Until = now + 100
		must(t, other.Revoke(ctx, now, e))
	}
	wantState(t, one, "a revoked session", "i", "s", "")
	if swapped(t, one, now, "i", "s", "1", "2") || swapped(t, other, now, "i", "s", "", "2") || swapped(t, other, now, "i", "s", "", "1") {
		t.Error("a revoked session was changed")
	}
	wantState(t, one, "a session that was not revoked", "i", "t", "1")
	for name, ask := range map[string]func(id string) (store.Answer, error){
		"Load": func(id string) (store.Answer, error) {
			_, a, err := one.Load(ctx, store.Query{Issuer: "i", SessionID: id, Subject: "alice", ID: "t"})
			return a, err
		},
		"Swap": func(id string) (store.Answer, error) {
			_, a, err := other.Swap(ctx, now, store.Change{Issuer: "i", SessionID: id, Subject: "alice", Old: "1", New: "2", Until: now + 100})
			return a, err
		},
	} {
		for id, revoked := range map[string]bool{"s": true, "t": false} {
			a, err := ask(id)
			if err != nil || a.SessionID != revoked || a.Subject != now || a.ID != (name == "Load") {
				t.Errorf("%s of session %s: got %v, %v, %d, %v, want what Lookup returns", name, id, a.SessionID, a.ID, a.Subject, err)
			}
		}
	}
}

func testList(t *testing.T, open opener[store.SessionStore]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	list := func(issuer, subject string, want ...string) {
		t.Helper()
		states, err := other.List(ctx, issuer, subject)
		must(t, err)
		if slices.Sort(states); !slices.Equal(states, want) {
			t.Errorf("the sessions of %s, %s: got %q, want %q", issuer, subject, states, want)
		}
	}
	list("i", "alice")
	for i := range 9 {
		swapped(t, one, now, "i", fmt.Sprint("s", i), "", fmt.Sprint("state ", i))
	}
	swapped(t, one, now, "j", "s1", "", "elsewhere")
	list("i", "alice", "state 0", "state 1", "state 2", "state 3", "state 4", "state 5", "state 6", "state 7", "state 8")
	list("j", "alice", "elsewhere")
	list("i", "bob")
	swapped(t, one, now, "i", "s3", "state 3", "state 9")
	swapped(t, one, now, "i", "s4", "state", "state 10")
	for i := range 3 {
		must(t, one.Revoke(ctx, now, store.Entry{Issuer: "i", SessionID: fmt.Sprint("s", i), Until: now + 100}))
	}
	must(t, one.Revoke(ctx, now, store.Entry{Issuer: "j", SessionID: "s7", Until: now + 100}, store.Entry{Issuer: "i", ID: "s7", Until: now + 100}))
	list("i", "alice", "state 4", "state 5", "state 6", "state 7", "state 8", "state 9")
	for i := 3; i < 9; i++ {
		must(t, one.Revoke(ctx, now, store.Entry{Issuer: "i", SessionID: fmt.Sprint("s", i), Until: now + 100}))
	}
	list("i", "alice")
	swapped(t, one, now, "i", "s10", "", "state 10")
	list("i", "alice", "state 10")
}

func testConcurrentSwaps(t *testing.T, open opener[store.SessionStore]) {
	one, other := open(t)
	ctx, now := t.Context(), jwt.NewNumericDate(later())
	if !swapped(t, one, now, "i", "s", "", "begin") {
		t.Fatal("a session cannot be begun")
	}
	count := crowded(func(i int) string {
		ok, _, err := []store.SessionStore{one, other}[i%2].Swap(ctx, now,
			store.Change{Issuer: "i", SessionID: "s", Subject: "alice", Old: "begin", New: fmt.Sprint(i), Until: now + 100})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(ok)
	})
	if count["true"] != 1 || count["false"] != crowd-1 {
		t.Errorf("got %v, want 1 true and the others false", count)
	}
}

func testConcurrentRefreshes(t *testing.T, open opener[store.SessionStore]) {
	one, other := open(t)
	w := newWorld(t, one, other, -1)
	first, err := w.sessions[0].Begin(t.Context(), "alice", nil)
	must(t, err)
	winners := make(chan revoke.Tokens, crowd)
	count := crowded(func(i int) string {
		tokens, err := w.sessions[i%2].Refresh(t.Context(), first.Refresh)
		switch {
		case err == nil:
			winners <- tokens
			return "success"
		case errors.Is(err, revoke.ErrRevoked):
			return "revoked"
		}
		return err.Error()
	})
	if count["success"] != 1 || count["revoked"] != crowd-1 {
		t.Fatalf("got %v, want 1 success and the others revoked", count)
	}
	winner := <-winners
	if _, err := w.sessions[1].Refresh(t.Context(), winner.Refresh); !errors.Is(err, revoke.ErrRevoked) {
		t.Errorf("the refresh token of the one that succeeded: got %v, want ErrRevoked, as for theft", err)
	}
	for _, token := range []string{first.Access, winner.Access} {
		if _, err := w.list[0].Verify(t.Context(), token); !errors.Is(err, revoke.ErrRevoked) {
			t.Errorf("an access token of the session: got %v, want ErrRevoked", err)
		}
	}
}
