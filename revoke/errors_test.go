package revoke_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Errors say what was got, what is wanted, and where it went wrong.
func TestErrorsSayWhatIsWanted(t *testing.T) {
	ctx, down := t.Context(), errors.New("down")
	verify := func(answer store.Answer, members string, change func(d *revoke.DenyList)) error {
		list := newList(t, &fake{answer: answer})
		if change != nil {
			change(list)
		}
		_, err := list.Verify(ctx, sign(t, members))
		return err
	}
	began := store.Answer{Since: 1}
	anyDate := func(d *revoke.DenyList) { d.AllowAbsent = []string{"iat"} }
	list, failing := newList(t, &fake{answer: began}), newList(t, &fake{answer: began, err: down})
	good, noID := &jwt.Token{Claims: jwt.Claims{ID: "id", ExpiresAt: 1795522600}}, &jwt.Token{Claims: jwt.Claims{ExpiresAt: 1795522600}}
	fresh := func(change func(s *system)) (*system, revoke.Tokens) {
		s := newSystem(t)
		tokens := s.begin()
		change(s)
		return s, tokens
	}
	refresh := func(change func(s *system)) error {
		s, tokens := fresh(change)
		_, err := s.sessions.Refresh(ctx, tokens.Refresh)
		return err
	}
	begin := func(change func(s *system)) error {
		s, _ := fresh(change)
		_, err := s.sessions.Begin(ctx, "alice", nil)
		return err
	}
	of := func(do func(s *system) error, change func(s *system)) error {
		s, _ := fresh(change)
		return do(s)
	}
	endSession := func(s *system) error { _, err := s.sessions.EndSession(ctx, "alice", "id"); return err }
	endNobody := func(s *system) error { _, err := s.sessions.EndSession(ctx, "", "id"); return err }
	listAll := func(s *system) error { _, err := s.sessions.List(ctx, "alice"); return err }
	endAll := func(s *system) error { return s.sessions.EndAll(ctx, "alice") }
	unchanged := func(*system) {}
	nothingAt := func(d *revoke.DenyList) error { return d.RevokeSession(ctx, login, "s") }
	once := func(o *revoke.Once) error { return o.Use(ctx, login, "id", noon, noon.Add(2*time.Hour), 0) }
	replica := func(r *revoke.Replica) error { return second(r.Lookup(ctx, store.Query{})) }
	asOf := func(r *revoke.Replica) error { _, err := r.AsOf(); return err }
	full, sessionsFull := revoke.NewMemory(1), revoke.NewMemory(1)
	swap := func(id string) error {
		_, _, err := sessionsFull.Swap(ctx, 1, store.Change{SessionID: id, Subject: "alice", New: "1", Until: 1 << 31})
		return err
	}
	_ = swap("a")
	full.Revoke(ctx, 1, store.Entry{ID: "a", Until: 1 << 31})
	states := func(change func(string) string) error {
		return of(listAll, func(s *system) {
			s.store.states = func(states []string) []string { return []string{change(states[0])} }
		})
	}
	changed := func(change func(s *revoke.Sessions)) error {
		return refresh(func(s *system) { change(s.sessions) })
	}
	signsData := func(data string) error {
		return refresh(func(s *system) {
			sign := s.sessions.Sign
			s.sessions.Sign = func(ctx context.Context, c revoke.Claims, x *revoke.Session) (string, error) {
				x.Data = []byte(data)
				return sign(ctx, c, x)
			}
		})
	}
	reuse, used := fresh(unchanged)
	reuse.refresh(used.Refresh)
	errortest.Texts(t, []errortest.Row{
		{verify(began, `"sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`, nil), `jwt: claim not acceptable: jti: got nothing, want what the token could be revoked by, or AllowAbsent to list it`},
		{verify(began, `"jti":"id","sid":1,"sub":"alice","iat":1795521600,"exp":1795522600`, nil), `jwt: claim not acceptable: sid: got a number, want a string`},
		{verify(began, `"jti":"id","sid":"session","sub":"alice"`, anyDate), `jwt: claim not acceptable: exp: got neither exp nor iat, want one to tell the token's life`},
		{verify(began, `"jti":"id","sid":"session","sub":"alice","iat":1795500000`, nil), `jwt: token expired: iat: more than 1h0m0s ago, and there is no exp`},
		{verify(began, `"jti":"id","sid":"session","sub":"alice","iat":1795521610,"exp":1795521600`, nil), `jwt: claim not acceptable: exp: got 1795521600, want a date after iat, 1795521610`},
		{verify(began, `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":1795599999`, nil), `jwt: claim not acceptable: exp: more than 1h0m0s after iat, want a shorter life or a longer DenyList.Lifetime`},
		{verify(store.Answer{Since: 1, Dropped: 1795599999}, whole, nil), `revoke: token older than the memory of the store: exp: a clock has gone back`},
		{verify(began, whole, func(d *revoke.DenyList) { d.Tokens = nothing{} }), `revoke: DenyList.Tokens returned neither a token nor an error`},
		{verify(began, whole, func(d *revoke.DenyList) { d.Tokens.(*jwt.Policy).Leeway = time.Hour }), `revoke: Policy.Leeway is 1h0m0s, want at most 10m0s`},
		{verify(began, whole, func(d *revoke.DenyList) { d.Store = failing.Store }), `revoke: asking the store: down`},
		{failing.RevokeSubject(ctx, login, "alice", noon), `revoke: asking the store: down`},
		{failing.RevokeSession(ctx, login, "s"), `revoke: telling the store: down`},
		{list.RevokeSubject(ctx, login, "", noon), `revoke: subject is empty`},
		{list.RevokeToken(ctx, good, nil), `revoke: token is nil`},
		{list.RevokeToken(ctx, noID), `revoke: token has no jti to revoke it by`},
		{list.RevokeToken(ctx, &jwt.Token{Claims: jwt.Claims{ID: "id"}}), `revoke: token has neither exp nor iat, want one to tell its life`},
		{refresh(func(s *system) { s.sessions.DenyList = &revoke.DenyList{} }), `revoke: DenyList.Store is nil, want where entries are kept (Sessions.DenyList)`},
		{refresh(func(s *system) {
			s.sessions.DenyList = &revoke.DenyList{Store: idle{s.store.Memory}, Lifetime: s.list.Lifetime, Now: s.list.Now}
		}), `revoke: the session was changed 16 times at once`},
		{refresh(func(s *system) {
			s.list.AllowOlderThanStore, s.store.Memory = true, revoke.NewMemory(0)
			s.sessions = s.elsewhere()
			s.sessions.DenyList.AllowOlderThanStore = true
		}), `revoke: token revoked: the session is not there, or not any more`},
		{refresh(func(s *system) { s.now = s.now.Add(2 * time.Hour) }), `jwt: token expired: the session has ended`},
		{refresh(func(s *system) { s.sessions, s.store.load = s.elsewhere(), down }), `revoke: asking the store: down`},
		{refresh(func(s *system) { s.store.swap = down }), `revoke: telling the store: down`},
		{refresh(func(s *system) {
			s.sessions.Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) { return "", down }
		}), `revoke: signing the access token: down`},
		{begin(func(s *system) {
			s.sessions.DenyList = &revoke.DenyList{Store: idle{s.store.Memory}, Lifetime: s.list.Lifetime, Now: s.list.Now}
		}), `revoke: the store does not begin the session`},
		{second(reuse.sessions.Refresh(ctx, used.Refresh)), `revoke: token revoked: used a second time: the session is revoked`},
		{of(endNobody, unchanged), `revoke: subject or session ID is empty`},
		{of(endSession, func(s *system) { s.store.load = down }), `revoke: asking the store: down`},
		{of(listAll, func(s *system) { s.store.list = down }), `revoke: asking the store: down`},
		{of(listAll, func(s *system) { s.store.lookup = down }), `revoke: asking the store: down`},
		{of(endAll, func(s *system) { s.store.list = down }), `revoke: asking the store: down`},
		{second((&revoke.DenyList{Store: list.Store, Lifetime: time.Hour}).Verify(ctx, "")), `revoke: DenyList.Tokens is nil, want what verifies the tokens`},
		{nothingAt(nil), `revoke: DenyList is nil`},
		{nothingAt(&revoke.DenyList{}), `revoke: DenyList.Store is nil, want where entries are kept`},
		{nothingAt(&revoke.DenyList{Store: list.Store}), `revoke: DenyList.Lifetime is not positive, want the longest life of a token or session`},
		{nothingAt(&revoke.DenyList{Store: list.Store, Lifetime: 1, AllowAbsent: []string{"exp"}}), `revoke: DenyList.AllowAbsent has "exp", want some of "jti", "sid", "sub", "iat"`},
		{list.RevokeSession(ctx, login, ""), `revoke: session ID is empty`},
		{list.RevokeSubject(ctx, login, "alice", time.Time{}), `revoke: time is before 1970, want the moment up to which tokens are revoked`},
		{verify(store.Answer{}, whole, nil), `revoke: the store does not say since when it remembers`},
		{second(new(revoke.Memory).Lookup(ctx, store.Query{})), `revoke: Memory is not made by NewMemory`},
		{full.Revoke(ctx, 1, store.Entry{ID: "b", Until: 1 << 31}, store.Entry{ID: "c", Until: 1 << 31}), `revoke: Memory is full of entries that are not expired, want a larger capacity`},
		{swap("b"), `revoke: Memory is full of sessions that are not expired, want a larger capacity`},
		{once(nil), `revoke: Once is nil`},
		{once(&revoke.Once{}), `revoke: Once.Store is nil, want where the uses are recorded`},
		{once(&revoke.Once{Store: revoke.NewMemory(0)}), `revoke: Once.Lifetime is not positive, want the longest life of a token`},
		{once(&revoke.Once{Store: revoke.NewMemory(0), Lifetime: time.Hour}), `jwt: claim not acceptable: exp: more than 1h0m0s after iat, want a shorter life or a longer Once.Lifetime`},
		{(&revoke.Once{Store: revoke.NewMemory(0), Lifetime: time.Hour}).Use(ctx, login, "id", noon, noon, time.Hour), `revoke: leeway is 1h0m0s, want 0 to 10m0s`},
		{once(&revoke.Once{Store: unused{revoke.NewMemory(0)}, Lifetime: 3 * time.Hour}), `revoke: asking the store: down`},
		{replica(nil), `revoke: Replica is nil`},
		{replica(&revoke.Replica{}), `revoke: Replica.Remote is nil, want the store that it copies`},
		{replica(&revoke.Replica{Remote: struct{ store.Feed }{}, MaxAge: -1}), `revoke: Replica has a negative MaxAge, Interval or Capacity`},
		{asOf(nil), `revoke: Replica is nil`},
		{states(func(string) string { return "x" }), `revoke: the store returned what is not the state of the session`},
		{states(func(state string) string { return strings.Replace(state, `"v":1`, `"v":2`, 1) }), `revoke: the state of the session has version 2, want 1`},
		{states(func(state string) string { return strings.Replace(state, "alice", "bob", 1) }), `revoke: the store returned a session of another subject`},
		{signsData("{"), `revoke: session data is not valid JSON`},
		{signsData(strings.Repeat(" ", 20000)), `revoke: session data: 20000 bytes of JSON, want at most 16384`},
		{begin(func(s *system) { s.sessions.Sign = nil }), `revoke: Sessions.Sign is nil, want what signs access tokens`},
		{second((*revoke.Sessions)(nil).Refresh(ctx, "")), `revoke: Sessions is nil`},
		{changed(func(s *revoke.Sessions) { s.DenyList = list }), `revoke: Sessions.DenyList.Store keeps no sessions, want a store.SessionStore, got *revoke_test.fake`},
		{changed(func(s *revoke.Sessions) { s.AccessLifetime = 0 }), `revoke: Sessions wants an AccessLifetime of a second or more, and a SessionLifetime that is not shorter`},
		{changed(func(s *revoke.Sessions) { s.SessionLifetime = 99 * time.Hour }), `revoke: Sessions.SessionLifetime is longer than DenyList.Lifetime, which is the longest of a token or session`},
		{changed(func(s *revoke.Sessions) { s.Grace = time.Hour }), `revoke: Sessions wants an IdleLifetime and a MaxSessions that are not negative, and a Grace of at most a minute`},
		{changed(func(s *revoke.Sessions) {
			s.Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) { return "", nil }
		}), `revoke: Sessions.Sign returned no access token`},
	})
}

// unused is a store that cannot use an ID.
type unused struct{ *revoke.Memory }

func (unused) Use(context.Context, jwt.NumericDate, store.Entry) (store.Answer, error) {
	return store.Answer{}, errors.New("down")
}
