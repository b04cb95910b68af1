package revoke_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A system is Sessions with its DenyList, whose clock is at noon.
type system struct {
	testing.TB
	now      time.Time
	store    *flaky
	list     *revoke.DenyList
	sessions *revoke.Sessions
}

// A flaky store is a Memory that fails when it is told to.
type flaky struct {
	*revoke.Memory
	lookup, revoke, load, swap, list error
	lazy                             bool // answers nothing
	afterRevoke                      func()
	states                           func([]string) []string
	dropped                          jwt.NumericDate
	epoch                            string
	loads                            int
	swapped                          func() // after a change
	changes                          []store.Change
	entries                          []store.Entry
}

func (f *flaky) Lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	if f.lookup != nil {
		return store.Answer{}, f.lookup
	}
	if f.lazy {
		return store.Answer{}, nil
	}
	return f.Memory.Lookup(ctx, q)
}

func (f *flaky) Revoke(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	if f.revoke != nil {
		return f.revoke
	}
	f.entries = append(f.entries, entries...)
	if f.afterRevoke != nil {
		defer f.afterRevoke()
	}
	return f.Memory.Revoke(ctx, now, entries...)
}

func (f *flaky) Load(ctx context.Context, q store.Query) (string, store.Answer, error) {
	if f.load != nil {
		return "", store.Answer{}, f.load
	}
	f.loads++
	state, a, err := f.Memory.Load(ctx, q)
	return state, f.told(a), err
}

// told is what becomes of an answer.
func (f *flaky) told(a store.Answer) store.Answer {
	if f.lazy {
		return store.Answer{}
	}
	if f.epoch != "" {
		a.Epoch = f.epoch
	}
	a.Dropped = max(a.Dropped, f.dropped)
	return a
}

func (f *flaky) Swap(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
	if f.swap != nil {
		return false, store.Answer{}, f.swap
	}
	f.changes = append(f.changes, c)
	swapped, a, err := f.Memory.Swap(ctx, now, c)
	a = f.told(a)
	if f.swapped != nil {
		f.swapped()
	}
	return swapped, a, err
}

func (f *flaky) List(ctx context.Context, issuer, subject string) ([]string, error) {
	if f.list != nil {
		return nil, f.list
	}
	states, err := f.Memory.List(ctx, issuer, subject)
	if f.states != nil {
		states = f.states(states)
	}
	return states, err
}

// An idle store swaps nothing.
type idle struct{ *revoke.Memory }

func (i idle) Swap(ctx context.Context, _ jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
	a, err := i.Lookup(ctx, store.Query{Issuer: c.Issuer, SessionID: c.SessionID, Subject: c.Subject})
	return false, a, err
}

func newSystem(t testing.TB) *system {
	s := &system{TB: t, now: noon, store: &flaky{Memory: revoke.NewMemory(0)}}
	key, clock := newKey(t), func() time.Time { return s.now }
	s.list = &revoke.DenyList{
		Tokens: &jwt.Policy{Keys: jwt.Keys{key}, Issuer: login, Audience: []string{api}, Leeway: time.Second, Now: clock},
		Store:  s.store, Lifetime: 24 * time.Hour, Now: clock,
	}
	s.sessions = &revoke.Sessions{
		DenyList: s.list,
		Sign: func(ctx context.Context, c revoke.Claims, _ *revoke.Session) (string, error) {
			return jwt.Sign(ctx, key, c)
		},
		Issuer: login, Audience: jwt.Audience{api},
		AccessLifetime: 5 * time.Minute, SessionLifetime: 24 * time.Hour, IdleLifetime: time.Hour, Grace: -1,
	}
	return s
}

func (s *system) begin() revoke.Tokens {
	tokens, err := s.sessions.Begin(s.Context(), "alice", nil)
	require.NoError(s.TB, err)
	return tokens
}

func (s *system) refresh(token string) revoke.Tokens {
	tokens, err := s.sessions.Refresh(s.Context(), token)
	require.NoError(s.TB, err)
	return tokens
}

func (s *system) verify(token string) string {
	_, err := s.list.Verify(s.Context(), token)
	return outcome(err)
}

func (s *system) refused(token string) string {
	tokens, err := s.sessions.Refresh(s.Context(), token)
	assert.Zero(s.TB, tokens)
	return outcome(err)
}

func TestSessionsIssueWhatTheySay(t *testing.T) {
	s := newSystem(t)
	var claims revoke.Claims
	sign := s.sessions.Sign
	s.sessions.Sign = func(ctx context.Context, c revoke.Claims, s *revoke.Session) (string, error) {
		claims = c
		return sign(ctx, c, s)
	}
	first := s.begin()
	assert.Equal(t, "Bearer", first.Type)
	assert.Equal(t, int64(300), first.ExpiresIn)
	assert.Len(t, first.Refresh, 80)
	assert.Len(t, claims.SessionID, 36)
	assert.GreaterOrEqual(t, len(claims.ID), 3+22, "128 bits")
	group := store.Group(login, "alice")
	for _, text := range []string{first.Refresh, claims.SessionID, claims.ID} {
		assert.Equal(t, group, store.GroupOf(text))
	}
	want := revoke.Claims{SessionID: claims.SessionID, Claims: jwt.Claims{Issuer: login, Subject: "alice", Audience: jwt.Audience{api},
		IssuedAt: jwt.NewNumericDate(noon), ExpiresAt: jwt.NewNumericDate(noon.Add(5 * time.Minute)), ID: claims.ID}}
	assert.Equal(t, want, claims)
	before := claims

	s.now = noon.Add(time.Minute)
	second := s.refresh(first.Refresh)
	assert.NotEqual(t, before.ID, claims.ID)
	want.ID, want.IssuedAt, want.ExpiresAt = claims.ID, jwt.NewNumericDate(s.now), jwt.NewNumericDate(s.now.Add(5*time.Minute))
	assert.Equal(t, want, claims)
	assert.NotEqual(t, first.Refresh[38:], second.Refresh[38:])
	assert.Equal(t, first.Refresh[:37], second.Refresh[:37])
	assert.Equal(t, "accepted", s.verify(second.Access))
	assert.Equal(t, "accepted", s.verify(first.Access), "until it expires")
	assert.NotEqual(t, first.Refresh[:37], s.begin().Refresh[:37])
}

func TestTokensAreThoseOfRFC6749(t *testing.T) {
	text, err := json.Marshal(revoke.Tokens{Access: "a", Type: "Bearer", ExpiresIn: 5, Refresh: "r"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"access_token":"a","token_type":"Bearer","expires_in":5,"refresh_token":"r"}`, string(text))
}

func TestTokensAreNotShown(t *testing.T) {
	tokens := newSystem(t).begin()
	var shown strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&shown, verb+verb+verb, tokens, &tokens, []any{tokens})
	}
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&shown, nil), slog.NewTextHandler(&shown, nil)} {
		slog.New(handler).Info("issued", "tokens", tokens)
	}
	assert.Contains(t, shown.String(), "revoke.Tokens{…}")
	assert.Equal(t, "revoke.Tokens{…}", fmt.Sprint(tokens))
	for _, secret := range []string{tokens.Access, tokens.Refresh} {
		assert.NotContains(t, shown.String(), secret)
		assert.NotContains(t, shown.String(), fmt.Sprintf("%x", secret))
	}
}

func TestARefreshTokenWorksOnce(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	second := s.refresh(first.Refresh)
	third := s.refresh(second.Refresh)
	assert.Equal(t, "reused", s.refused(first.Refresh), "one that was used long ago")
	assert.Equal(t, "revoked sid", s.refused(first.Refresh), "then the session is revoked, which is said once")
	assert.Equal(t, "revoked sid", s.refused(second.Refresh))
	assert.Equal(t, "revoked sid", s.refused(third.Refresh))
	for _, tokens := range []revoke.Tokens{first, second, third} {
		assert.Equal(t, "revoked sid", s.verify(tokens.Access))
	}
	s.now = s.now.Add(time.Second)
	assert.Equal(t, "accepted", s.verify(s.begin().Access), "another session of the subject")
}

func TestReuseIsARevocation(t *testing.T) {
	assert.ErrorIs(t, revoke.ErrReused, revoke.ErrRevoked)
	assert.NotErrorIs(t, revoke.ErrRevoked, revoke.ErrReused)
}

// front is what a refresh token begins with, before its secrets.
const front = 16

// Whoever gets a refusal may change it.
func TestARefusalIsTheCallersOwn(t *testing.T) {
	s := newSystem(t)
	for range 2 {
		_, err := s.sessions.Refresh(t.Context(), "x")
		for _, err := range []error{err, s.sessions.End(t.Context(), "x")} {
			var refusal *jwt.VerifyError
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, "not a refresh token", refusal.Detail)
			refusal.Detail = "changed"
		}
	}
}

func TestWhatIsNoRefreshTokenChangesNothing(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	claims, err := s.list.Verify(t.Context(), first.Access)
	require.NoError(t, err)
	sid, err := jwt.ClaimsAs[revoke.Claims](claims)
	require.NoError(t, err)
	changed := func(token string, i int) string {
		raw, err := base64.RawURLEncoding.DecodeString(token[front:])
		require.NoError(t, err)
		raw[i]++
		return token[:front] + base64.RawURLEncoding.EncodeToString(raw)
	}
	text, n := first.Refresh, len(first.Refresh)
	for name, row := range map[string]struct{ token, want string }{
		"nothing":                           {"", "malformed"},
		"a dot":                             {".", "malformed"},
		"a shorter one":                     {text[:n-1], "malformed"},
		"a longer one":                      {text + "A", "malformed"},
		"with padding":                      {text[:n-1] + "=", "malformed"},
		"with a line break":                 {text[:n-1] + "\n", "malformed"},
		"in the other alphabet":             {text[:front] + strings.Repeat("/", 64), "malformed"},
		"without a front":                   {text[front-1:], "malformed"},
		"with a shorter front":              {text[1:], "malformed"},
		"with a front without a number":     {text[:front-2] + text[front-1:], "malformed"},
		"with a number of two forms":        {text[:front-2] + "00" + text[front-1:], "malformed"},
		"with a number in upper case":       {text[:front-2] + "A" + text[front-1:], "malformed"},
		"with a number that has a sign":     {text[:front-2] + "+1" + text[front-1:], "malformed"},
		"with a number that is too long":    {text[:front-2] + "zzzzzzzzzzzzz" + text[front-1:], "malformed"},
		"an access token":                   {first.Access, "malformed"},
		"very long":                         {strings.Repeat("A", 1<<20), "malformed"},
		"of another session":                {changed(text, 0), "revoked"},
		"of another session, last byte":     {changed(text, 15), "revoked"},
		"of another group":                  {"-" + text[1:], "revoked"},
		"of another beginning":              {text[:3] + "-----------" + text[14:], "forgotten sid"},
		"that knows of a later revocation":  {text[:front-2] + "1" + text[front-1:], "revoked"},
		"with the session ID that is known": {text[:front] + sid.SessionID[3:23] + text[front+20:], "revoked"},
	} {
		if strings.Contains(name, "ID that is known") {
			row.token = text[:front] + strings.ReplaceAll(sid.SessionID[3:23], ".", "A") + text[front+20:]
		}
		assert.Equal(t, row.want, s.refused(row.token), name)
		if row.want == "malformed" {
			assert.Equal(t, row.want, outcome(s.sessions.End(t.Context(), row.token)), name)
		} else {
			assert.NoError(t, s.sessions.End(t.Context(), row.token), name)
		}
	}
	for i := 1; i <= front; i++ {
		assert.Equal(t, "malformed", s.refused(text[i:]), "without its first %d characters", i)
	}
	assert.Equal(t, "accepted", s.verify(first.Access))
	s.refresh(first.Refresh)
	for _, i := range []int{16, 47} {
		s := newSystem(t)
		first := s.begin()
		assert.Equal(t, "reused", s.refused(changed(first.Refresh, i)), "only who had a token of the session knows its first part")
	}
}

func TestOnlyHashesAreStored(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	second := s.refresh(first.Refresh)
	stored := fmt.Sprint(s.store.changes)
	for _, secret := range []string{first.Refresh, second.Refresh, first.Access, second.Access} {
		assert.NotContains(t, stored, secret)
	}
	raw, err := base64.RawURLEncoding.DecodeString(second.Refresh[front:])
	require.NoError(t, err)
	for i := range len(raw) - 7 {
		part := raw[i : i+8]
		assert.NotContains(t, stored, string(part))
		assert.NotContains(t, stored, fmt.Sprintf("%x", part))
		for skip := range 3 {
			text := base64.RawURLEncoding.EncodeToString(append(make([]byte, skip), part...))
			assert.NotContains(t, stored, text[4:len(text)-1])
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Run("on time, however often refreshed", func(t *testing.T) {
		s := newSystem(t)
		tokens := s.begin()
		for s.now = noon.Add(50 * time.Minute); s.now.Before(noon.Add(24 * time.Hour)); s.now = s.now.Add(50 * time.Minute) {
			tokens = s.refresh(tokens.Refresh)
		}
		s.now = noon.Add(24*time.Hour - time.Second)
		tokens = s.refresh(tokens.Refresh)
		assert.Equal(t, int64(1), tokens.ExpiresIn, "an access token does not outlive its session")
		s.now = noon.Add(24 * time.Hour)
		assert.Equal(t, "expired", s.refused(tokens.Refresh))
	})
	t.Run("if they are not used", func(t *testing.T) {
		s := newSystem(t)
		tokens := s.begin()
		s.now = noon.Add(time.Hour - time.Second)
		tokens = s.refresh(tokens.Refresh)
		s.now = s.now.Add(time.Hour)
		assert.Equal(t, "expired", s.refused(tokens.Refresh))
	})
	t.Run("but not for want of use, if nothing is said of it", func(t *testing.T) {
		s := newSystem(t)
		s.sessions.IdleLifetime = 0
		tokens := s.begin()
		s.now = noon.Add(24*time.Hour - time.Second)
		s.refresh(tokens.Refresh)
	})
	t.Run("and are kept as long as they or their access tokens live", func(t *testing.T) {
		s := newSystem(t)
		s.begin()
		assert.Equal(t, jwt.NewNumericDate(noon.Add(time.Hour)), s.store.changes[0].Until)
		s.sessions.IdleLifetime = time.Minute
		s.begin()
		assert.Equal(t, jwt.NewNumericDate(noon.Add(15*time.Minute+time.Second)), s.store.changes[1].Until)
	})
}

func TestEnd(t *testing.T) {
	for name, used := range map[string]int{"by the refresh token that works": 1, "by one that was used": 0} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t)
			tokens := []revoke.Tokens{s.begin()}
			tokens = append(tokens, s.refresh(tokens[0].Refresh))
			require.NoError(t, s.sessions.End(t.Context(), tokens[used].Refresh))
			assert.Equal(t, "revoked sid", s.refused(tokens[1].Refresh))
			assert.Equal(t, "revoked sid", s.verify(tokens[0].Access))
			assert.Equal(t, "revoked sid", s.verify(tokens[1].Access))
			assert.NoError(t, s.sessions.End(t.Context(), tokens[used].Refresh), "again")
		})
	}
	t.Run("of one is not of all", func(t *testing.T) {
		s := newSystem(t)
		one, other := s.begin(), s.begin()
		require.NoError(t, s.sessions.End(t.Context(), one.Refresh))
		assert.Equal(t, "accepted", s.verify(other.Access))
		s.refresh(other.Refresh)
	})
	t.Run("of none records nothing", func(t *testing.T) {
		s := newSystem(t)
		s.store.revoke = errors.New("nothing should be recorded")
		assert.NoError(t, s.sessions.End(t.Context(), "AA~"+strings.Repeat("A", 11)+"0."+strings.Repeat("A", 64)))
	})
}

func TestWhoHasAnAccessTokenEndsItsSession(t *testing.T) {
	s := newSystem(t)
	tokens := s.begin()
	verified, err := s.list.Verify(t.Context(), tokens.Access)
	require.NoError(t, err)
	claims, err := jwt.ClaimsAs[revoke.Claims](verified)
	require.NoError(t, err)
	require.NoError(t, s.list.RevokeSession(t.Context(), login, claims.SessionID))
	assert.Equal(t, "revoked sid", s.refused(tokens.Refresh))
	assert.Equal(t, "revoked sid", s.verify(tokens.Access))
}

func TestLogOutEverywhereEndsSessionsForGood(t *testing.T) {
	s := newSystem(t)
	s.sessions.IdleLifetime = 0
	tokens := s.begin()
	s.now = noon.Add(time.Minute)
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", s.now))
	assert.Equal(t, "revoked sub", s.verify(tokens.Access))
	assert.Equal(t, "revoked sub", s.refused(tokens.Refresh))
	assert.Equal(t, "revoked sid", s.refused(tokens.Refresh), "which is no theft")
}

// To change a password is to log out everywhere and to log in, at once.
func TestASessionThatBeginsAfterLogOutEverywhereIsGood(t *testing.T) {
	s := newSystem(t)
	for i := range 5 {
		before := s.begin()
		require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", s.now))
		after := s.begin()
		assert.Equal(t, "accepted", s.verify(after.Access), i)
		assert.Equal(t, "revoked sub", s.verify(before.Access), i)
		assert.Equal(t, "revoked sub", s.refused(before.Refresh), i)
		after = s.refresh(after.Refresh)
		assert.Equal(t, "accepted", s.verify(after.Access), i)
		if i%2 == 0 {
			s.now = s.now.Add(300 * time.Millisecond)
		}
	}
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", s.now.Add(-time.Hour)))
	after := s.begin()
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", s.now.Add(-time.Hour)))
	assert.Equal(t, "accepted", s.verify(after.Access), "an earlier time does not undo a later one, nor a session since")
}

// The clocks of those who begin sessions and of those who revoke may differ by a
// minute.
func TestASubjectIsRevokedUpToAMinuteLater(t *testing.T) {
	for ago, want := range map[time.Duration]string{60 * time.Second: "revoked sub", 61 * time.Second: "accepted"} {
		s := newSystem(t)
		tokens := s.begin()
		require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", noon.Add(-ago)))
		list, err := s.sessions.List(t.Context(), "alice")
		require.NoError(t, err)
		assert.Equal(t, want == "accepted", len(list) == 1, "List, %v ago", ago)
		_, err = s.sessions.Refresh(t.Context(), tokens.Refresh)
		assert.Equal(t, want, outcome(err), "Refresh, %v ago", ago)
	}
}

// A clock that is ahead of the one of those who log out everywhere, or of the
// store's, protects nobody.
func TestClocksThatAreAhead(t *testing.T) {
	t.Run("by seconds, when a subject is revoked", func(t *testing.T) {
		s := newSystem(t)
		s.now = noon.Add(3 * time.Second)
		tokens := s.begin()
		s.now = noon
		require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", noon))
		assert.Equal(t, "revoked sub", s.refused(tokens.Refresh))
	})
	t.Run("by ten minutes, when all sessions end", func(t *testing.T) {
		s := newSystem(t)
		s.now = noon.Add(10 * time.Minute)
		tokens := s.begin()
		s.now = noon
		assert.Equal(t, "claim iat", s.verify(tokens.Access))
		require.NoError(t, s.sessions.EndAll(t.Context(), "alice"))
		s.now = noon.Add(10 * time.Minute)
		assert.Equal(t, "revoked sid", s.verify(tokens.Access))
		assert.Equal(t, "revoked sid", s.refused(tokens.Refresh))
	})
	t.Run("by ten minutes, when a session ends and the store is lost", func(t *testing.T) {
		s := newSystem(t)
		s.now = noon.Add(10 * time.Minute)
		tokens := s.begin()
		require.NoError(t, s.sessions.End(t.Context(), tokens.Refresh))
		s.now = noon
		s.store.Memory = revoke.NewMemorySince(noon, 0)
		s.now = noon.Add(11 * time.Minute)
		assert.Equal(t, "forgotten sid", s.verify(tokens.Access))
		assert.Equal(t, "forgotten sid", s.refused(tokens.Refresh))
		assert.Equal(t, "accepted", s.verify(s.begin().Access), "a session of the new store, at once")
	})
}

// The entry of a session outlives all its access tokens, those of other clocks
// and configurations, too.
func TestTheEndOfASessionCoversItsAccessTokens(t *testing.T) {
	const leeway, minutes = 600, 60
	for name, row := range map[string]struct {
		change func(s *system, tokens *revoke.Tokens)
		want   jwt.NumericDate // seconds after noon, when the last access token can be accepted
	}{
		"at once":                    {func(*system, *revoke.Tokens) {}, 5*minutes + leeway + 1 + leeway},
		"later, for one just issued": {func(s *system, _ *revoke.Tokens) { s.now = noon.Add(time.Minute) }, 6*minutes + leeway + 1 + leeway},
		"a shorter life is set":      {func(s *system, _ *revoke.Tokens) { s.sessions.AccessLifetime = time.Minute }, 1*minutes + leeway + 1 + leeway},
		"the clock is back":          {func(s *system, _ *revoke.Tokens) { s.now = noon.Add(-11 * time.Minute) }, 5*minutes + 1 + leeway},
		"it was back when it refreshed": {func(s *system, tokens *revoke.Tokens) {
			s.now = noon.Add(-11 * time.Minute)
			*tokens = s.refresh(tokens.Refresh)
		}, 5*minutes + 1 + leeway},
	} {
		s := newSystem(t)
		tokens := s.begin()
		row.change(s, &tokens)
		require.NoError(t, s.sessions.End(t.Context(), tokens.Refresh), name)
		require.Len(t, s.store.entries, 1, name)
		assert.Equal(t, row.want, s.store.entries[0].Until-jwt.NewNumericDate(noon), name)
	}
}

func TestGrace(t *testing.T) {
	const grace = 10 * time.Second
	with := func(t *testing.T, set time.Duration) (*system, revoke.Tokens, revoke.Tokens) {
		s := newSystem(t)
		s.sessions.Grace = set
		first := s.begin()
		return s, first, s.refresh(first.Refresh)
	}
	t.Run("a token used again brings the same next one", func(t *testing.T) {
		s, first, second := with(t, grace)
		for _, s.now = range []time.Time{noon, noon.Add(time.Second), noon.Add(grace)} {
			again := s.refresh(first.Refresh)
			assert.Equal(t, second.Refresh, again.Refresh)
			assert.NotEqual(t, second.Access, again.Access)
			assert.Equal(t, "accepted", s.verify(again.Access))
		}
		assert.Equal(t, "accepted", s.verify(second.Access))
		s.refresh(second.Refresh)
	})
	t.Run("not longer than the grace, from its first use", func(t *testing.T) {
		s, first, second := with(t, grace)
		s.now = noon.Add(grace)
		s.refresh(first.Refresh)
		s.now = noon.Add(grace + time.Millisecond)
		assert.Equal(t, "reused", s.refused(first.Refresh))
		assert.Equal(t, "revoked sid", s.refused(second.Refresh))
	})
	t.Run("10 seconds by default", func(t *testing.T) {
		s, first, second := with(t, 0)
		s.now = noon.Add(grace)
		assert.Equal(t, second.Refresh, s.refresh(first.Refresh).Refresh)
		s.now = noon.Add(grace + time.Millisecond)
		assert.Equal(t, "reused", s.refused(first.Refresh))
	})
	t.Run("also once the next one was used: it brings the one that works", func(t *testing.T) {
		s, first, second := with(t, grace)
		s.now = noon.Add(time.Second)
		third := s.refresh(second.Refresh)
		assert.Equal(t, third.Refresh, s.refresh(first.Refresh).Refresh)
		assert.Equal(t, third.Refresh, s.refresh(second.Refresh).Refresh)
		s.now = noon.Add(grace + time.Millisecond)
		assert.Equal(t, third.Refresh, s.refresh(second.Refresh).Refresh, "whose grace is not over")
		assert.Equal(t, "reused", s.refused(first.Refresh))
	})
	t.Run("of the last eight tokens", func(t *testing.T) {
		s, first, next := with(t, grace)
		chain := []string{first.Refresh, next.Refresh}
		for len(chain) < 9 {
			chain = append(chain, s.refresh(chain[len(chain)-1]).Refresh)
		}
		for _, token := range chain {
			last := s.refresh(token).Refresh
			if token == chain[8] {
				chain = append(chain, last)
				break
			}
			assert.Equal(t, chain[8], last)
		}
		assert.Equal(t, chain[9], s.refresh(chain[1]).Refresh)
		assert.Equal(t, "reused", s.refused(chain[0]))
	})
	t.Run("theft is found one use later", func(t *testing.T) {
		s, first, _ := with(t, grace)
		thief, owner := s.refresh(first.Refresh), s.refresh(first.Refresh)
		s.now = noon.Add(time.Minute)
		s.refresh(owner.Refresh)
		s.now = noon.Add(2 * time.Minute)
		assert.Equal(t, "reused", s.refused(thief.Refresh))
	})
	t.Run("by clocks that differ", func(t *testing.T) {
		s, first, second := with(t, grace)
		s.now = noon.Add(-10 * time.Minute)
		assert.Equal(t, second.Refresh, s.refresh(first.Refresh).Refresh)
		s.now = noon.Add(-10*time.Minute - time.Millisecond)
		assert.Equal(t, "reused", s.refused(first.Refresh))
	})
	t.Run("not at all if it is negative", func(t *testing.T) {
		s, first, _ := with(t, -1)
		assert.Equal(t, "reused", s.refused(first.Refresh))
		assert.NotContains(t, s.store.changes[1].New, "nonce")
	})
	t.Run("a new token is not made from what is stored", func(t *testing.T) {
		s, first, second := with(t, grace)
		other, _, next := with(t, grace)
		assert.NotEqual(t, second.Refresh[front:], next.Refresh[front:])
		require.NotEmpty(t, first)
		assert.Contains(t, s.store.changes[1].New, "nonce")
		assert.NotContains(t, other.store.changes[1].New, next.Refresh[front+24:])
	})
}

func TestRefreshFailsClosedAndCanBeTriedAgain(t *testing.T) {
	down := errors.New("down")
	for name, fail := range map[string]func(s *system, err error){
		"load": func(s *system, err error) { s.sessions, s.store.load = s.elsewhere(), err },
		"swap": func(s *system, err error) { s.store.swap = err },
		"sign": func(s *system, err error) {
			sign := s.sessions.Sign
			s.sessions.Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) {
				s.sessions.Sign = sign
				return "", err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t)
			first := s.begin()
			fail(s, down)
			_, err := s.sessions.Refresh(t.Context(), first.Refresh)
			assert.Equal(t, "undecided", outcome(err))
			assert.ErrorIs(t, err, down)
			if name != "sign" {
				fail(s, nil)
			}
			s.refresh(first.Refresh)
			if name != "load" {
				fail(s, down)
				_, err = s.sessions.Begin(t.Context(), "alice", nil)
				assert.Equal(t, "undecided", outcome(err))
				assert.ErrorIs(t, err, down)
			}
		})
	}
}

// A session that is not remembered here is asked for first, and fails in the same way.
func TestRefreshOfASessionChangedElsewhereCanBeTriedAgain(t *testing.T) {
	s, down := newSystem(t), errors.New("down")
	first := s.begin()
	s.sessions, s.store.swap = s.elsewhere(), down
	_, err := s.sessions.Refresh(t.Context(), first.Refresh)
	assert.Equal(t, "undecided", outcome(err))
	assert.ErrorIs(t, err, down)
	s.store.swap = nil
	s.refresh(first.Refresh)
}

func TestOddStoresAndSignersFailClosed(t *testing.T) {
	down := errors.New("down")
	t.Run("a store that answers nothing", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		s.store.lazy = true
		for _, older := range []bool{false, true} {
			s.list.AllowOlderThanStore = older
			tokens, err := s.sessions.Begin(t.Context(), "alice", nil)
			assert.Equal(t, "undecided", outcome(err))
			assert.Zero(t, tokens)
			assert.Equal(t, "undecided", s.refused(first.Refresh))
		}
	})
	t.Run("a store that swaps nothing", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		s.sessions.DenyList = &revoke.DenyList{Store: idle{s.store.Memory}, Lifetime: s.list.Lifetime, Now: s.list.Now}
		tokens, err := s.sessions.Begin(t.Context(), "alice", nil)
		assert.Equal(t, "undecided", outcome(err))
		assert.Zero(t, tokens)
		assert.Equal(t, "undecided", s.refused(first.Refresh))
	})
	t.Run("a signer without a token", func(t *testing.T) {
		s := newSystem(t)
		s.sessions.Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) { return "", nil }
		_, err := s.sessions.Begin(t.Context(), "alice", nil)
		assert.Equal(t, "undecided", outcome(err))
	})
	t.Run("theft that cannot be recorded is still refused", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		second := s.refresh(first.Refresh)
		s.store.revoke = down
		_, err := s.sessions.Refresh(t.Context(), first.Refresh)
		assert.Equal(t, "undecided", outcome(err))
		assert.EqualError(t, err, "revoke: refresh token used a second time, and the session could not be revoked: revoke: telling the store: down")
		assert.ErrorIs(t, err, down)
		assert.ErrorIs(t, s.sessions.End(t.Context(), second.Refresh), down)
		s.store.revoke = nil
		assert.Equal(t, "reused", s.refused(first.Refresh))
		assert.Equal(t, "revoked sid", s.verify(second.Access))
	})
	t.Run("logging out needs the store", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		s.store.load = down
		assert.ErrorIs(t, s.sessions.End(t.Context(), first.Refresh), down)
	})
	t.Run("logging out everywhere needs the store", func(t *testing.T) {
		s := newSystem(t)
		s.store.revoke = down
		assert.ErrorIs(t, s.list.RevokeSubject(t.Context(), login, "alice", noon), down)
	})
}

// A session that the store has an older state of, after the loss of its memory,
// is no theft.
func TestASessionOlderThanTheStoreIsForgotten(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	second := s.refresh(first.Refresh)
	old := s.store.changes[0]
	s.store.Memory = revoke.NewMemory(0)
	swapped, _, err := s.store.Memory.Swap(t.Context(), jwt.NewNumericDate(noon), old)
	require.NoError(t, err)
	require.True(t, swapped)
	assert.Equal(t, "forgotten sid", s.refused(second.Refresh))
	assert.Equal(t, "forgotten sid", s.refused(first.Refresh))
	s.list.AllowOlderThanStore = true
	s.refresh(first.Refresh)
}

// A store that has dropped what ends later than the session does not know whether
// it was revoked, unless the session is over anyway.
func TestASessionThatTheClockBroughtBackIsForgotten(t *testing.T) {
	s := newSystem(t)
	tokens := s.begin()
	s.store.dropped = jwt.NewNumericDate(noon.Add(24*time.Hour+10*time.Minute)) + 1
	assert.Equal(t, "forgotten exp", s.refused(tokens.Refresh))
	s.now = noon.Add(25 * time.Hour)
	assert.Equal(t, "expired", s.refused(tokens.Refresh), "it has ended")
	s.now, s.store.dropped = noon, s.store.dropped-1
	s.refresh(tokens.Refresh)
	s.store.dropped++
	tokens, err := s.sessions.Begin(t.Context(), "alice", nil)
	assert.ErrorContains(t, err, "revoke: the subject was revoked, or the store began anew, at the same time: ")
	assert.Zero(t, tokens)
}

func TestStatesThatAreNotSessionsAreUndecided(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	good := s.store.changes[0]
	for name, state := range map[string]string{
		"no JSON":           "x",
		"null":              "null",
		"empty":             "{}",
		"a number":          "1",
		"no current token":  `{"sub":"alice","began":1795521600,"ends":1795608000,"exp":1,"at":1}`,
		"no subject":        strings.Replace(good.New, `"sub":"alice",`, "", 1),
		"an empty token":    strings.Replace(good.New, `"current":"`, `"current":"","other":"`, 1),
		"a later version":   strings.Replace(good.New, `"v":1`, `"v":2`, 1),
		"another session":   strings.Replace(good.New, `"id":"`, `"id":"x`, 1),
		"a duplicate name":  strings.Replace(good.New, "{", `{"sub":"alice",`, 1),
		"something follows": good.New + "{}",
	} {
		s.store.Memory = revoke.NewMemory(0)
		change := good
		change.New = state
		swapped, _, err := s.store.Memory.Swap(t.Context(), 1, change)
		require.NoError(t, err)
		require.True(t, swapped)
		_, err = s.sessions.Refresh(t.Context(), first.Refresh)
		assert.Equal(t, "undecided", outcome(err), name)
		assert.Error(t, s.sessions.End(t.Context(), first.Refresh), name)
		ended, err2 := s.sessions.EndSession(t.Context(), "alice", change.SessionID)
		assert.False(t, ended, name)
		assert.Error(t, err2, name)
		assert.NotContains(t, err.Error(), "alice", name)
	}
}

func TestIncompleteSessionsRefuse(t *testing.T) {
	for name, change := range map[string]func(s *system) *revoke.Sessions{
		"nil":                           func(*system) *revoke.Sessions { return nil },
		"zero":                          func(*system) *revoke.Sessions { return &revoke.Sessions{} },
		"no list":                       func(s *system) *revoke.Sessions { s.sessions.DenyList = nil; return s.sessions },
		"no store":                      func(s *system) *revoke.Sessions { s.list.Store = nil; return s.sessions },
		"nil memory":                    func(s *system) *revoke.Sessions { s.list.Store = (*revoke.Memory)(nil); return s.sessions },
		"zero memory":                   func(s *system) *revoke.Sessions { s.list.Store = &revoke.Memory{}; return s.sessions },
		"a list that may lack anything": func(s *system) *revoke.Sessions { s.list.AllowAbsent = []string{"exp"}; return s.sessions },
		"a store without sessions":      func(s *system) *revoke.Sessions { s.list.Store = &fake{}; return s.sessions },
		"no signer":                     func(s *system) *revoke.Sessions { s.sessions.Sign = nil; return s.sessions },
		"no access lifetime":            func(s *system) *revoke.Sessions { s.sessions.AccessLifetime = 0; return s.sessions },
		"an access lifetime too long":   func(s *system) *revoke.Sessions { s.sessions.AccessLifetime = 25 * time.Hour; return s.sessions },
		"no session lifetime":           func(s *system) *revoke.Sessions { s.sessions.SessionLifetime = 0; return s.sessions },
		"sessions that outlive the log-out everywhere": func(s *system) *revoke.Sessions { s.sessions.SessionLifetime += time.Second; return s.sessions },
		"a negative idle lifetime":                     func(s *system) *revoke.Sessions { s.sessions.IdleLifetime = -1; return s.sessions },
		"a negative number of sessions":                func(s *system) *revoke.Sessions { s.sessions.MaxSessions = -1; return s.sessions },
		"a long grace":                                 func(s *system) *revoke.Sessions { s.sessions.Grace = time.Minute + 1; return s.sessions },
	} {
		s := newSystem(t)
		tokens := s.begin()
		sessions := change(s)
		_, err := sessions.Begin(t.Context(), "alice", nil)
		assert.Equal(t, "undecided", outcome(err), name)
		assert.ErrorContains(t, err, "revoke: ", name)
		_, err = sessions.Refresh(t.Context(), tokens.Refresh)
		assert.Equal(t, "undecided", outcome(err), name)
		err = sessions.End(t.Context(), tokens.Refresh)
		assert.Equal(t, "undecided", outcome(err), name)
	}
	for _, lifetime := range []time.Duration{time.Second, 24 * time.Hour} {
		s := newSystem(t)
		s.sessions.AccessLifetime, s.sessions.Grace = lifetime, time.Minute
		assert.NotEmpty(t, s.begin().Refresh, "an access token may live for %v of 24h", lifetime)
	}
	_, err := (&revoke.Sessions{}).Begin(t.Context(), "alice", nil)
	assert.EqualError(t, err, "revoke: Sessions.DenyList is nil, want the list that refuses the tokens of ended sessions")
	_, err = newSystem(t).sessions.Begin(t.Context(), "", nil)
	assert.EqualError(t, err, "revoke: subject is empty")
	_, err = newSystem(t).sessions.Begin(t.Context(), "\xff", nil)
	assert.Equal(t, "undecided", outcome(err))
}

func TestIssuersAreApart(t *testing.T) {
	s := newSystem(t)
	tokens := s.begin()
	other := *s.sessions
	other.Issuer = "https://other.example"
	_, err := other.Refresh(t.Context(), tokens.Refresh)
	assert.Equal(t, "forgotten sid", outcome(err), "the epoch has another name")
	require.NoError(t, other.End(t.Context(), tokens.Refresh))
	require.NoError(t, s.list.RevokeSubject(t.Context(), other.Issuer, "alice", s.now))
	s.refresh(tokens.Refresh)
}

func FuzzRefresh(f *testing.F) {
	s := newSystem(f)
	f.Add("")
	f.Add(s.begin().Refresh)
	f.Add("AA~" + strings.Repeat("A", 11) + "0." + strings.Repeat("A", 64))
	f.Add(strings.Repeat("_", 63) + "=")
	f.Fuzz(func(t *testing.T, token string) {
		_, err := s.sessions.Refresh(context.Background(), token)
		assert.Contains(t, []string{"accepted", "malformed", "revoked", "forgotten sid"}, outcome(err))
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
		}
	})
}

// An API that hears of logouts from the issuer has a store of its own, of which the
// issuer's session IDs say nothing.
func TestAListWithASeparateStoreGoesByDates(t *testing.T) {
	s := newSystem(t)
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", noon))
	access := s.begin().Access // of a session that the entry does not end
	require.Equal(t, "accepted", s.verify(access))
	begins := jwt.NewNumericDate(noon) - 1 // the leeway
	own := &fake{answer: store.Answer{Since: begins, Epoch: epoch}}
	list := &revoke.DenyList{Tokens: s.list.Tokens, Store: own, Lifetime: 24 * time.Hour, Now: s.list.Now}
	verify := func() error { _, err := list.Verify(t.Context(), access); return err }

	require.ErrorIs(t, verify(), revoke.ErrForgotten, "its store seems to have begun anew")
	list.SeparateStore = true
	require.NoError(t, verify())
	own.answer.Since = begins + 1
	require.ErrorIs(t, verify(), revoke.ErrForgotten)
	own.answer = store.Answer{Since: begins, Epoch: epoch, SessionID: true}
	require.ErrorIs(t, verify(), revoke.ErrRevoked)
	own.answer = store.Answer{Since: begins, Epoch: epoch, Subject: begins + 1}
	require.ErrorIs(t, verify(), revoke.ErrRevoked, "the issuer's entry of the same date is another one")
}
