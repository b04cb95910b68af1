package revoke_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// elsewhere returns Sessions that share the store, as on another machine.
func (s *system) elsewhere() *revoke.Sessions {
	other := *s.sessions
	other.DenyList = &revoke.DenyList{Tokens: s.list.Tokens, Store: s.store, Lifetime: s.list.Lifetime, Now: s.list.Now}
	return &other
}

func TestASessionChangedHereIsRefreshedByAskingOnce(t *testing.T) {
	s := newSystem(t)
	tokens := s.begin()
	for range 5 {
		tokens = s.refresh(tokens.Refresh)
	}
	assert.Zero(t, s.store.loads)
	assert.Len(t, s.store.changes, 6)

	tokens, err := s.elsewhere().Refresh(t.Context(), tokens.Refresh)
	require.NoError(t, err)
	assert.Equal(t, 1, s.store.loads)
	tokens = s.refresh(tokens.Refresh)
	assert.Equal(t, 2, s.store.loads, "it was changed elsewhere")
	assert.Len(t, s.store.changes, 8, "which is seen from the token")
	s.refresh(tokens.Refresh)
	assert.Equal(t, 2, s.store.loads)
}

func TestASessionChangedElsewhereIsNotChangedByWhatIsRemembered(t *testing.T) {
	for name, row := range map[string]struct {
		grace time.Duration
		want  string
	}{"within the grace": {0, "accepted"}, "as theft": {-1, "reused"}} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t)
			s.sessions.Grace = row.grace
			first := s.begin()
			second, err := s.elsewhere().Refresh(t.Context(), first.Refresh)
			require.NoError(t, err)
			again, err := s.sessions.Refresh(t.Context(), first.Refresh)
			assert.Equal(t, row.want, outcome(err))
			if err == nil {
				assert.Equal(t, second.Refresh, again.Refresh)
			}
		})
	}
}

// A session that is not remembered is asked for, and signed for once.
func TestASessionThatIsNotRememberedIsSignedForOnce(t *testing.T) {
	s := newSystem(t)
	first, calls, sign := s.begin(), 0, s.sessions.Sign
	s.sessions = s.elsewhere()
	s.sessions.Sign = func(ctx context.Context, c revoke.Claims, x *revoke.Session) (string, error) {
		calls++
		return sign(ctx, c, x)
	}
	s.refresh(first.Refresh)
	assert.Equal(t, 1, calls)
}

// What is found against a session after it was changed leaves it as it was.
func TestARefusalChangesNoSession(t *testing.T) {
	for name, row := range map[string]struct {
		against, heal func(s *system)
		want          string
	}{
		"a store that answers nothing": {func(s *system) { s.store.lazy = true }, func(s *system) { s.store.lazy = false }, "undecided"},
		"a clock that went back": {
			func(s *system) { s.store.dropped = jwt.NewNumericDate(noon.Add(48 * time.Hour)) }, func(s *system) { s.store.dropped = 0 }, "forgotten exp",
		},
		"another beginning of the store": {
			func(s *system) { s.store.epoch = "another epoch" }, func(s *system) { s.store.epoch = "" }, "forgotten sid",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t)
			first := s.begin()
			row.against(s)
			assert.Equal(t, row.want, s.refused(first.Refresh))
			states, err := s.store.Memory.List(t.Context(), login, "alice")
			require.NoError(t, err)
			assert.Equal(t, []string{s.store.changes[0].New}, states)
			assert.Empty(t, s.store.entries)
			row.heal(s)
			s.refresh(first.Refresh)
		})
	}
}

func TestAChangeThatCannotBeTakenBackIsUndecided(t *testing.T) {
	down := errors.New("down")
	s := newSystem(t)
	first := s.begin()
	s.store.lazy = true
	s.store.swapped = func() { s.store.swap = down }
	_, err := s.sessions.Refresh(t.Context(), first.Refresh)
	assert.Equal(t, "undecided", outcome(err))
	assert.ErrorIs(t, err, down)
}

func TestASessionThatEndsWhileItsChangeIsTakenBackStaysEnded(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	claims, err := s.list.Verify(t.Context(), first.Access)
	require.NoError(t, err)
	sid, err := jwt.ClaimsAs[revoke.Claims](claims)
	require.NoError(t, err)
	s.store.lazy = true
	s.store.swapped = func() {
		s.store.lazy, s.store.swapped = false, nil
		require.NoError(t, s.list.RevokeSession(t.Context(), login, sid.SessionID))
	}
	assert.Equal(t, "revoked sid", s.refused(first.Refresh))
}

func TestARefusalBySignIsOfASessionThatIsGood(t *testing.T) {
	down, calls := errors.New("down"), 0
	for name, row := range map[string]struct {
		prepare func(s *system, first revoke.Tokens)
		want    string
	}{
		"good":  {func(*system, revoke.Tokens) {}, "undecided"},
		"ended": {func(s *system, first revoke.Tokens) { require.NoError(t, s.sessions.End(t.Context(), first.Refresh)) }, "revoked sid"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSystem(t)
			first := s.begin()
			row.prepare(s, first)
			calls = 0
			s.sessions.Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) { calls++; return "", down }
			_, err := s.sessions.Refresh(t.Context(), first.Refresh)
			assert.Equal(t, row.want, outcome(err))
			assert.Equal(t, row.want == "undecided", errors.Is(err, down))
			assert.Equal(t, 1, calls)
			assert.Len(t, s.store.changes, 1)
		})
	}
}

// race refreshes the session by a copy of the Sessions just before they change it the
// first time, and then does more.
func (s *system) race(token string, more func()) (winner *revoke.Tokens) {
	other, calls := *s.sessions, 0
	winner = new(revoke.Tokens)
	s.sessions.Sign = func(ctx context.Context, c revoke.Claims, x *revoke.Session) (string, error) {
		if calls++; calls == 1 {
			tokens, err := other.Refresh(ctx, token)
			require.NoError(s.TB, err)
			*winner = tokens
			more()
		}
		return other.Sign(ctx, c, x)
	}
	return winner
}

// What is not stored, as another change was faster, is not remembered in its place.
func TestAStateThatWasNotStoredIsNotRemembered(t *testing.T) {
	s, down := newSystem(t), errors.New("down")
	first := s.begin()
	winner := s.race(first.Refresh, func() { s.store.load = down })
	_, err := s.sessions.Refresh(t.Context(), first.Refresh)
	require.ErrorIs(t, err, down)
	s.store.load = nil
	loads := s.store.loads
	s.refresh(winner.Refresh)
	assert.Equal(t, loads, s.store.loads)
}

// An answer that decides nothing ends no session that was changed elsewhere: nothing
// of it is to be taken back.
func TestARaceThatIsLostEndsNoSession(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	s.sessions = s.elsewhere() // where nothing is remembered
	winner := s.race(first.Refresh, func() { s.store.lazy = true })
	assert.Equal(t, "undecided", s.refused(first.Refresh))
	assert.Empty(t, s.store.entries)
	s.store.lazy = false
	s.refresh(winner.Refresh)
}

// What Sign changes in a try that fails is not kept.
func TestWhatSignChangesForASessionChangedElsewhereIsDiscarded(t *testing.T) {
	s := newSystem(t)
	first, err := s.sessions.Begin(t.Context(), "alice", 1)
	require.NoError(t, err)
	s.sessions.Grace = time.Minute
	second, err := s.elsewhere().Refresh(t.Context(), first.Refresh)
	require.NoError(t, err)
	sign, seen := s.sessions.Sign, []string(nil)
	s.sessions.Sign = func(ctx context.Context, c revoke.Claims, x *revoke.Session) (string, error) {
		seen = append(seen, string(x.Data))
		x.Data = []byte(`2`)
		return sign(ctx, c, x)
	}
	assert.Equal(t, second.Refresh, s.refresh(first.Refresh).Refresh)
	assert.Equal(t, []string{"1", "1"}, seen)
}
