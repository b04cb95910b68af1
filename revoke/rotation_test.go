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
)

// A system is a Rotation with its DenyList, whose clock is at noon.
type system struct {
	testing.TB
	now      time.Time
	store    *flaky
	list     *revoke.DenyList
	rotation *revoke.Rotation
}

// A flaky store is a Memory that fails when it is told to.
type flaky struct {
	*revoke.Memory
	lookup, revoke, load, swap error
	lazy                       bool // answers nothing
	changes                    []revoke.Change
	entries                    []revoke.Entry
}

func (f *flaky) Lookup(ctx context.Context, q revoke.Query) (revoke.Answer, error) {
	if f.lookup != nil {
		return revoke.Answer{}, f.lookup
	}
	if f.lazy {
		return revoke.Answer{}, nil
	}
	return f.Memory.Lookup(ctx, q)
}

func (f *flaky) Revoke(ctx context.Context, now jwt.NumericDate, entries ...revoke.Entry) error {
	if f.revoke != nil {
		return f.revoke
	}
	f.entries = append(f.entries, entries...)
	return f.Memory.Revoke(ctx, now, entries...)
}

func (f *flaky) Load(ctx context.Context, issuer, id string) (string, error) {
	if f.load != nil {
		return "", f.load
	}
	return f.Memory.Load(ctx, issuer, id)
}

func (f *flaky) Swap(ctx context.Context, now jwt.NumericDate, c revoke.Change) (bool, error) {
	if f.swap != nil {
		return false, f.swap
	}
	f.changes = append(f.changes, c)
	return f.Memory.Swap(ctx, now, c)
}

// An idle store swaps nothing.
type idle struct{ *revoke.Memory }

func (idle) Swap(context.Context, jwt.NumericDate, revoke.Change) (bool, error) { return false, nil }

func newSystem(t testing.TB) *system {
	s := &system{TB: t, now: noon, store: &flaky{Memory: revoke.NewMemory(noon, 0)}}
	key, clock := newKey(t), func() time.Time { return s.now }
	s.list = &revoke.DenyList{
		Tokens: &jwt.Policy{Keys: jwt.Keys{key}, Issuer: login, Audience: []string{api}, Leeway: time.Second, Now: clock},
		Store:  s.store, Lifetime: 24 * time.Hour, Leeway: time.Second, Now: clock,
	}
	s.rotation = &revoke.Rotation{
		List:   s.list,
		Sign:   func(ctx context.Context, c revoke.Claims) (string, error) { return jwt.Sign(ctx, key, c) },
		Issuer: login, Audience: jwt.Audience{api},
		AccessLifetime: 5 * time.Minute, SessionLifetime: 24 * time.Hour, IdleLifetime: time.Hour,
	}
	return s
}

func (s *system) begin() revoke.Tokens {
	tokens, err := s.rotation.Begin(s.Context(), "alice")
	require.NoError(s.TB, err)
	return tokens
}

func (s *system) refresh(token string) revoke.Tokens {
	tokens, err := s.rotation.Refresh(s.Context(), token)
	require.NoError(s.TB, err)
	return tokens
}

func (s *system) verify(token string) string {
	_, err := s.list.Verify(s.Context(), token)
	return outcome(err)
}

func (s *system) refused(token string) string {
	tokens, err := s.rotation.Refresh(s.Context(), token)
	assert.Zero(s.TB, tokens)
	return outcome(err)
}

func TestRotationIssuesWhatItSays(t *testing.T) {
	s := newSystem(t)
	var claims revoke.Claims
	sign := s.rotation.Sign
	s.rotation.Sign = func(ctx context.Context, c revoke.Claims) (string, error) { claims = c; return sign(ctx, c) }
	first := s.begin()
	assert.Equal(t, "Bearer", first.Type)
	assert.Equal(t, int64(300), first.ExpiresIn)
	assert.Len(t, first.Refresh, 64)
	assert.Len(t, claims.SessionID, 22)
	assert.GreaterOrEqual(t, len(claims.ID), 22, "128 bits")
	want := revoke.Claims{SessionID: claims.SessionID, Claims: jwt.Claims{Issuer: login, Subject: "alice", Audience: jwt.Audience{api},
		IssuedAt: jwt.NewNumericDate(noon), ExpiresAt: jwt.NewNumericDate(noon.Add(5 * time.Minute)), ID: claims.ID}}
	assert.Equal(t, want, claims)
	before := claims

	s.now = noon.Add(time.Minute)
	second := s.refresh(first.Refresh)
	assert.NotEqual(t, before.ID, claims.ID)
	want.ID, want.IssuedAt, want.ExpiresAt = claims.ID, jwt.NewNumericDate(s.now), jwt.NewNumericDate(s.now.Add(5*time.Minute))
	assert.Equal(t, want, claims)
	assert.NotEqual(t, first.Refresh[22:], second.Refresh[22:])
	assert.Equal(t, "accepted", s.verify(second.Access))
	assert.Equal(t, "accepted", s.verify(first.Access), "until it expires")
	assert.NotEqual(t, first.Refresh[:20], s.begin().Refresh[:20])
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
	assert.Equal(t, "revoked", s.refused(first.Refresh), "then the session is revoked, which is said once")
	assert.Equal(t, "revoked", s.refused(second.Refresh))
	assert.Equal(t, "revoked", s.refused(third.Refresh))
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

func TestWhatIsNoRefreshTokenChangesNothing(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	raw, err := base64.RawURLEncoding.DecodeString(first.Refresh)
	require.NoError(t, err)
	claims, err := s.list.Verify(t.Context(), first.Access)
	require.NoError(t, err)
	sid, err := jwt.ClaimsAs[revoke.Claims](claims)
	require.NoError(t, err)
	changed := func(i int) string {
		other := append([]byte(nil), raw...)
		other[i]++
		return base64.RawURLEncoding.EncodeToString(other)
	}
	for name, row := range map[string]struct{ token, want string }{
		"nothing":                           {"", "malformed"},
		"a shorter one":                     {first.Refresh[:63], "malformed"},
		"a longer one":                      {first.Refresh + "A", "malformed"},
		"with padding":                      {first.Refresh[:63] + "=", "malformed"},
		"with a line break":                 {first.Refresh[:63] + "\n", "malformed"},
		"in the other alphabet":             {strings.Repeat("/", 64), "malformed"},
		"an access token":                   {first.Access, "malformed"},
		"very long":                         {strings.Repeat("A", 1<<20), "malformed"},
		"of another session":                {changed(0), "revoked"},
		"of another session, last byte":     {changed(15), "revoked"},
		"with the session ID that is known": {sid.SessionID + first.Refresh[22:], "revoked"},
	} {
		assert.Equal(t, row.want, s.refused(row.token), name)
		if row.want == "malformed" {
			assert.Equal(t, row.want, outcome(s.rotation.End(t.Context(), row.token)), name)
		} else {
			assert.NoError(t, s.rotation.End(t.Context(), row.token), name)
		}
	}
	assert.Equal(t, "accepted", s.verify(first.Access))
	s.refresh(first.Refresh)
	for _, i := range []int{16, 47} {
		s := newSystem(t)
		first := s.begin()
		raw, err = base64.RawURLEncoding.DecodeString(first.Refresh)
		require.NoError(t, err)
		assert.Equal(t, "reused", s.refused(changed(i)), "only who had a token of the session knows its first part")
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
	raw, err := base64.RawURLEncoding.DecodeString(second.Refresh)
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
		s.rotation.IdleLifetime = 0
		tokens := s.begin()
		s.now = noon.Add(24*time.Hour - time.Second)
		s.refresh(tokens.Refresh)
	})
	t.Run("and are kept as long as they or their access tokens live", func(t *testing.T) {
		s := newSystem(t)
		s.begin()
		assert.Equal(t, jwt.NewNumericDate(noon.Add(time.Hour)), s.store.changes[0].Until)
		s.rotation.IdleLifetime = time.Minute
		s.begin()
		assert.Equal(t, jwt.NewNumericDate(noon.Add(5*time.Minute+2*time.Second)), s.store.changes[1].Until)
	})
}

func TestEnd(t *testing.T) {
	for name, used := range map[string]int{"by the refresh token that works": 1, "by one that was used": 0} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t)
			tokens := []revoke.Tokens{s.begin()}
			tokens = append(tokens, s.refresh(tokens[0].Refresh))
			require.NoError(t, s.rotation.End(t.Context(), tokens[used].Refresh))
			assert.Equal(t, "revoked", s.refused(tokens[1].Refresh))
			assert.Equal(t, "revoked sid", s.verify(tokens[0].Access))
			assert.Equal(t, "revoked sid", s.verify(tokens[1].Access))
			assert.NoError(t, s.rotation.End(t.Context(), tokens[used].Refresh), "again")
		})
	}
	t.Run("of one is not of all", func(t *testing.T) {
		s := newSystem(t)
		one, other := s.begin(), s.begin()
		require.NoError(t, s.rotation.End(t.Context(), one.Refresh))
		assert.Equal(t, "accepted", s.verify(other.Access))
		s.refresh(other.Refresh)
	})
	t.Run("of none records nothing", func(t *testing.T) {
		s := newSystem(t)
		s.store.revoke = errors.New("nothing should be recorded")
		assert.NoError(t, s.rotation.End(t.Context(), strings.Repeat("A", 64)))
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
	assert.Equal(t, "revoked", s.refused(tokens.Refresh))
	assert.Equal(t, "revoked sid", s.verify(tokens.Access))
}

func TestLogOutEverywhereEndsSessionsForGood(t *testing.T) {
	s := newSystem(t)
	s.rotation.IdleLifetime = 0
	tokens := s.begin()
	s.now = noon.Add(time.Minute)
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", s.now))
	assert.Equal(t, "revoked sub", s.verify(tokens.Access))
	assert.Equal(t, "revoked sub", s.refused(tokens.Refresh))
	s.now = noon.Add(time.Minute + time.Second)
	later := s.begin()
	assert.Equal(t, "accepted", s.verify(later.Access))

	s.now = noon.Add(24*time.Hour - time.Second)
	for i := range 100_000 { // enough for all that is expired to be dropped
		require.NoError(t, s.store.Revoke(t.Context(), jwt.NewNumericDate(s.now), revoke.Entry{ID: fmt.Sprint(i), Until: jwt.NewNumericDate(s.now)}))
	}
	assert.Equal(t, "revoked sub", s.refused(tokens.Refresh), "to the last second of the session")
	s.refresh(later.Refresh)
}

// To change a password is to log out everywhere and to log in, in one second.
func TestBeginAfterLogOutEverywhereWaitsForTheNextSecond(t *testing.T) {
	s := newSystem(t)
	start := time.Now()
	s.list.Now = time.Now
	s.list.Tokens.(*jwt.Policy).Now = time.Now
	s.store.Memory = revoke.NewMemory(start, 0)
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", start))
	tokens := s.begin()
	assert.Equal(t, "accepted", s.verify(tokens.Access))
	assert.Greater(t, time.Now().Unix(), start.Unix())
	s.refresh(tokens.Refresh)

	s.store.Memory = revoke.NewMemory(time.Now().Add(time.Second), 0)
	assert.Equal(t, "accepted", s.verify(s.begin().Access), "and for a store that begins in the next")
}

// A late store begins in the next second, while it is asked for the first time.
type late struct {
	*revoke.Memory
	since jwt.NumericDate
}

func (l *late) Lookup(ctx context.Context, q revoke.Query) (revoke.Answer, error) {
	a, err := l.Memory.Lookup(ctx, q)
	if l.since == 0 {
		now := time.Now()
		time.Sleep(now.Truncate(time.Second).Add(time.Second + time.Millisecond).Sub(now))
		l.since = jwt.NewNumericDate(time.Now()) + 1
	}
	a.Since = l.since
	return a, err
}

func TestBeginWaitsForAStoreThatBeginsMeanwhile(t *testing.T) {
	s := newSystem(t)
	s.list.Store, s.list.Now = &late{Memory: revoke.NewMemory(time.Now().Add(-time.Hour), 0)}, nil
	s.list.Tokens.(*jwt.Policy).Now = nil
	tokens := s.begin()
	assert.Equal(t, "accepted", s.verify(tokens.Access))
}

func TestBeginWaitsForNothingElse(t *testing.T) {
	s := newSystem(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that to wait is an error
	begin := func() error { _, err := s.rotation.Begin(ctx, "alice"); return err }
	require.NoError(t, begin())
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", noon.Add(-time.Second)))
	require.NoError(t, begin())
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", noon))
	assert.ErrorIs(t, begin(), context.Canceled)
	for name, until := range map[string]time.Time{"a moment ahead": noon.Add(time.Second), "for ever": time.Unix(1<<40, 0)} {
		require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", until))
		assert.Equal(t, "undecided", outcome(begin()), name)
		assert.NotErrorIs(t, begin(), context.Canceled, name)
	}
	s.store.Memory = revoke.NewMemory(noon.Add(2*time.Second), 0)
	assert.Equal(t, "undecided", outcome(begin()), "a store that begins later")
	assert.NotErrorIs(t, begin(), context.Canceled)
	s.list.AllowOlderThanStore = true
	assert.NoError(t, begin())
}

// The entry of a session outlives all its access tokens, those of other clocks
// and configurations, too.
func TestTheEndOfASessionCoversItsAccessTokens(t *testing.T) {
	const leeway, minutes = 1, 60
	for name, row := range map[string]struct {
		change func(s *system, tokens *revoke.Tokens)
		want   jwt.NumericDate // seconds after noon, when the last access token can be accepted
	}{
		"at once":                    {func(*system, *revoke.Tokens) {}, 5*minutes + leeway + 1 + leeway},
		"later, for one just issued": {func(s *system, _ *revoke.Tokens) { s.now = noon.Add(time.Minute) }, 6*minutes + leeway + 1 + leeway},
		"a shorter life is set":      {func(s *system, _ *revoke.Tokens) { s.rotation.AccessLifetime = time.Minute }, 5*minutes + 1 + leeway},
		"the clock is back":          {func(s *system, _ *revoke.Tokens) { s.now = noon.Add(-time.Minute) }, 5*minutes + 1 + leeway},
		"it was back when it refreshed": {func(s *system, tokens *revoke.Tokens) {
			s.now = noon.Add(-time.Minute)
			*tokens = s.refresh(tokens.Refresh)
		}, 5*minutes + 1 + leeway},
	} {
		s := newSystem(t)
		tokens := s.begin()
		row.change(s, &tokens)
		require.NoError(t, s.rotation.End(t.Context(), tokens.Refresh), name)
		require.Len(t, s.store.entries, 1, name)
		assert.Equal(t, row.want, s.store.entries[0].Until-jwt.NewNumericDate(noon), name)
	}
}

func TestGrace(t *testing.T) {
	const grace = 10 * time.Second
	with := func(t *testing.T) (*system, revoke.Tokens, revoke.Tokens) {
		s := newSystem(t)
		s.rotation.Grace = grace
		first := s.begin()
		return s, first, s.refresh(first.Refresh)
	}
	t.Run("a lost answer is given anew, and the lost one counts as used", func(t *testing.T) {
		s, first, lost := with(t)
		s.now = noon.Add(grace)
		again := s.refresh(first.Refresh)
		assert.Equal(t, "reused", s.refused(lost.Refresh))
		assert.Equal(t, "revoked", s.refused(again.Refresh))
	})
	t.Run("as often as it is lost", func(t *testing.T) {
		s, first, _ := with(t)
		for range 5 {
			s.refresh(first.Refresh)
		}
		s.refresh(s.refresh(s.refresh(first.Refresh).Refresh).Refresh)
	})
	t.Run("not longer than the grace, from its first use", func(t *testing.T) {
		s, first, _ := with(t)
		s.now = noon.Add(grace)
		s.refresh(first.Refresh)
		s.now = noon.Add(grace + time.Millisecond)
		assert.Equal(t, "reused", s.refused(first.Refresh))
	})
	t.Run("not once the next one was used", func(t *testing.T) {
		s, first, second := with(t)
		s.refresh(second.Refresh)
		assert.Equal(t, "reused", s.refused(first.Refresh))
	})
	t.Run("not for the token before", func(t *testing.T) {
		s, first, second := with(t)
		s.refresh(second.Refresh)
		s.refresh(second.Refresh)
		assert.Equal(t, "reused", s.refused(first.Refresh))
	})
	t.Run("by clocks that differ by the leeway", func(t *testing.T) {
		s, first, _ := with(t)
		s.now = noon.Add(-time.Second)
		s.refresh(first.Refresh)
	})
	t.Run("not by a clock that went back", func(t *testing.T) {
		s, first, _ := with(t)
		s.now = noon.Add(-time.Second - time.Millisecond)
		assert.Equal(t, "reused", s.refused(first.Refresh))
	})
	t.Run("not at all by default", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		s.refresh(first.Refresh)
		assert.Equal(t, "reused", s.refused(first.Refresh))
	})
}

func TestRefreshFailsClosedAndCanBeTriedAgain(t *testing.T) {
	down := errors.New("down")
	for name, fail := range map[string]func(s *system, err error){
		"load":   func(s *system, err error) { s.store.load = err },
		"lookup": func(s *system, err error) { s.store.lookup = err },
		"swap":   func(s *system, err error) { s.store.swap = err },
		"sign": func(s *system, err error) {
			sign := s.rotation.Sign
			s.rotation.Sign = func(ctx context.Context, c revoke.Claims) (string, error) {
				s.rotation.Sign = sign
				return "", err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t)
			first := s.begin()
			fail(s, down)
			_, err := s.rotation.Refresh(t.Context(), first.Refresh)
			assert.Equal(t, "undecided", outcome(err))
			assert.ErrorIs(t, err, down)
			if name != "sign" {
				fail(s, nil)
			}
			s.refresh(first.Refresh)
			if name != "load" {
				fail(s, down)
				_, err = s.rotation.Begin(t.Context(), "alice")
				assert.Equal(t, "undecided", outcome(err))
				assert.ErrorIs(t, err, down)
			}
		})
	}
}

func TestOddStoresAndSignersFailClosed(t *testing.T) {
	down := errors.New("down")
	t.Run("a store that answers nothing", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		s.store.lazy = true
		for _, older := range []bool{false, true} {
			s.list.AllowOlderThanStore = older
			tokens, err := s.rotation.Begin(t.Context(), "alice")
			assert.Equal(t, "undecided", outcome(err))
			assert.Zero(t, tokens)
			assert.Equal(t, "undecided", s.refused(first.Refresh))
		}
	})
	t.Run("a store that swaps nothing", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		s.rotation.List = &revoke.DenyList{Store: idle{s.store.Memory}, Lifetime: s.list.Lifetime, Now: s.list.Now}
		tokens, err := s.rotation.Begin(t.Context(), "alice")
		assert.Equal(t, "undecided", outcome(err))
		assert.Zero(t, tokens)
		assert.Equal(t, "undecided", s.refused(first.Refresh))
	})
	t.Run("a signer without a token", func(t *testing.T) {
		s := newSystem(t)
		s.rotation.Sign = func(context.Context, revoke.Claims) (string, error) { return "", nil }
		_, err := s.rotation.Begin(t.Context(), "alice")
		assert.Equal(t, "undecided", outcome(err))
	})
	t.Run("theft that cannot be recorded is still refused", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		second := s.refresh(first.Refresh)
		s.store.revoke = down
		_, err := s.rotation.Refresh(t.Context(), first.Refresh)
		assert.Equal(t, "undecided", outcome(err))
		assert.ErrorIs(t, err, down)
		assert.ErrorIs(t, err, revoke.ErrReused)
		assert.ErrorIs(t, s.rotation.End(t.Context(), second.Refresh), down)
		s.store.revoke = nil
		assert.Equal(t, "reused", s.refused(first.Refresh))
		assert.Equal(t, "revoked sid", s.verify(second.Access))
	})
	t.Run("logging out needs the store", func(t *testing.T) {
		s := newSystem(t)
		first := s.begin()
		s.store.load = down
		assert.ErrorIs(t, s.rotation.End(t.Context(), first.Refresh), down)
	})
}

// A session that the store has an older state of, after the loss of its memory,
// is no theft.
func TestASessionOlderThanTheStoreIsForgotten(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	second := s.refresh(first.Refresh)
	old := s.store.changes[0]
	s.store.Memory = revoke.NewMemory(noon.Add(time.Minute), 0)
	swapped, err := s.store.Memory.Swap(t.Context(), jwt.NewNumericDate(noon), old)
	require.NoError(t, err)
	require.True(t, swapped)
	s.now = noon.Add(2 * time.Minute)
	assert.Equal(t, "forgotten", s.refused(second.Refresh))
	assert.Equal(t, "forgotten", s.refused(first.Refresh))
	s.list.AllowOlderThanStore = true
	s.refresh(first.Refresh)
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
		"a later version":   strings.Replace(good.New, "{", `{"new":1,`, 1),
		"a duplicate name":  strings.Replace(good.New, "{", `{"sub":"alice",`, 1),
		"something follows": good.New + "{}",
	} {
		s.store.Memory = revoke.NewMemory(noon, 0)
		change := good
		change.New = state
		swapped, err := s.store.Memory.Swap(t.Context(), 1, change)
		require.NoError(t, err)
		require.True(t, swapped)
		_, err = s.rotation.Refresh(t.Context(), first.Refresh)
		assert.Equal(t, "undecided", outcome(err), name)
		assert.Error(t, s.rotation.End(t.Context(), first.Refresh), name)
		assert.NotContains(t, err.Error(), "alice", name)
	}
}

func TestIncompleteRotationsRefuse(t *testing.T) {
	for name, change := range map[string]func(s *system) *revoke.Rotation{
		"nil":                      func(*system) *revoke.Rotation { return nil },
		"zero":                     func(*system) *revoke.Rotation { return &revoke.Rotation{} },
		"no list":                  func(s *system) *revoke.Rotation { s.rotation.List = nil; return s.rotation },
		"no store":                 func(s *system) *revoke.Rotation { s.list.Store = nil; return s.rotation },
		"nil memory":               func(s *system) *revoke.Rotation { s.list.Store = (*revoke.Memory)(nil); return s.rotation },
		"zero memory":              func(s *system) *revoke.Rotation { s.list.Store = &revoke.Memory{}; return s.rotation },
		"a store without sessions": func(s *system) *revoke.Rotation { s.list.Store = &fake{}; return s.rotation },
		"a cache": func(s *system) *revoke.Rotation {
			s.list.Store = &revoke.Cache{Store: s.store, For: 1}
			return s.rotation
		},
		"no signer":                                    func(s *system) *revoke.Rotation { s.rotation.Sign = nil; return s.rotation },
		"no access lifetime":                           func(s *system) *revoke.Rotation { s.rotation.AccessLifetime = 0; return s.rotation },
		"an access lifetime too long":                  func(s *system) *revoke.Rotation { s.rotation.AccessLifetime = 25 * time.Hour; return s.rotation },
		"no session lifetime":                          func(s *system) *revoke.Rotation { s.rotation.SessionLifetime = 0; return s.rotation },
		"sessions that outlive the log-out everywhere": func(s *system) *revoke.Rotation { s.rotation.SessionLifetime += time.Second; return s.rotation },
		"a negative idle lifetime":                     func(s *system) *revoke.Rotation { s.rotation.IdleLifetime = -1; return s.rotation },
		"a negative grace":                             func(s *system) *revoke.Rotation { s.rotation.Grace = -1; return s.rotation },
		"a long grace":                                 func(s *system) *revoke.Rotation { s.rotation.Grace = time.Minute + 1; return s.rotation },
	} {
		s := newSystem(t)
		tokens := s.begin()
		rotation := change(s)
		_, err := rotation.Begin(t.Context(), "alice")
		assert.Equal(t, "undecided", outcome(err), name)
		assert.ErrorContains(t, err, "revoke: ", name)
		_, err = rotation.Refresh(t.Context(), tokens.Refresh)
		assert.Equal(t, "undecided", outcome(err), name)
		err = rotation.End(t.Context(), tokens.Refresh)
		assert.Equal(t, "undecided", outcome(err), name)
	}
	_, err := newSystem(t).rotation.Begin(t.Context(), "")
	assert.Equal(t, "undecided", outcome(err))
	_, err = newSystem(t).rotation.Begin(t.Context(), "\xff")
	assert.Equal(t, "undecided", outcome(err))
}

func TestIssuersAreApart(t *testing.T) {
	s := newSystem(t)
	tokens := s.begin()
	other := *s.rotation
	other.Issuer = "https://other.example"
	_, err := other.Refresh(t.Context(), tokens.Refresh)
	assert.Equal(t, "revoked", outcome(err))
	require.NoError(t, other.End(t.Context(), tokens.Refresh))
	require.NoError(t, s.list.RevokeSubject(t.Context(), other.Issuer, "alice", s.now))
	s.refresh(tokens.Refresh)
}

func FuzzRefresh(f *testing.F) {
	s := newSystem(f)
	f.Add("")
	f.Add(strings.Repeat("A", 64))
	f.Add(strings.Repeat("_", 63) + "=")
	f.Fuzz(func(t *testing.T, token string) {
		_, err := s.rotation.Refresh(context.Background(), token)
		assert.Contains(t, []string{"malformed", "revoked"}, outcome(err))
		assert.NotContains(t, err.Error(), "\n")
	})
}
