package revoke_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

type device struct {
	Name string `json:"name"`
	Uses int    `json:"uses"`
}

func TestASessionHasDataThatGoIntoItsTokens(t *testing.T) {
	s := newSystem(t)
	s.sessions.Sign = func(ctx context.Context, c revoke.Claims, session *revoke.Session) (string, error) {
		var d device
		if err := json.Unmarshal(session.Data, &d); err != nil {
			return "", err
		}
		d.Uses++
		session.Data, _ = json.Marshal(d)
		assert.Equal(t, c.SessionID, session.ID)
		assert.Equal(t, "alice", session.Subject)
		return jwt.Sign(ctx, newKey(t), struct {
			revoke.Claims
			Device string `json:"device"`
		}{c, d.Name})
	}
	tokens, err := s.sessions.Begin(t.Context(), "alice", device{Name: "phone"})
	require.NoError(t, err)
	for range 2 {
		s.now = s.now.Add(time.Minute)
		tokens = s.refresh(tokens.Refresh)
		verified, err := s.list.Verify(t.Context(), tokens.Access)
		require.NoError(t, err)
		claims, err := jwt.ClaimsAs[device2](verified)
		require.NoError(t, err)
		assert.Equal(t, "phone", claims.Device)
	}
	list, err := s.sessions.List(t.Context(), "alice")
	require.NoError(t, err)
	require.Len(t, list, 1)
	verified, err := s.list.Verify(t.Context(), tokens.Access)
	require.NoError(t, err)
	c, err := jwt.ClaimsAs[revoke.Claims](verified)
	require.NoError(t, err)
	assert.Equal(t, revoke.Session{ID: c.SessionID, Subject: "alice", BeganAt: noon, UsedAt: noon.Add(2 * time.Minute), ExpiresAt: noon.Add(time.Hour + 2*time.Minute),
		Data: json.RawMessage(`{"name":"phone","uses":3}`)}, utc(list[0]))
}

func TestASessionBegunWithoutDataHasNone(t *testing.T) {
	s := newSystem(t)
	s.begin()
	assert.NotContains(t, s.store.changes[0].New, "data")
	list, err := s.sessions.List(t.Context(), "alice")
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Nil(t, list[0].Data)
}

type device2 struct {
	Device string `json:"device"`
}

func utc(s revoke.Session) revoke.Session {
	s.BeganAt, s.UsedAt, s.ExpiresAt = s.BeganAt.UTC(), s.UsedAt.UTC(), s.ExpiresAt.UTC()
	return s
}

func TestSessionDataHaveBounds(t *testing.T) {
	s := newSystem(t)
	begin := func(data any) error { _, err := s.sessions.Begin(t.Context(), "alice", data); return err }
	for name, data := range map[string]any{
		"too large":    strings.Repeat("a", 16<<10-1),
		"no JSON":      json.RawMessage(`{`),
		"cannot be so": math.Inf(1),
		"a function":   func() {},
	} {
		assert.Equal(t, "undecided", outcome(begin(data)), name)
	}
	assert.NoError(t, begin(nil))
	assert.NoError(t, begin(strings.Repeat("a", 16<<10-2)))
	tokens := s.begin()
	for _, data := range []string{"{", strings.Repeat(" ", 16<<10) + "1"} {
		sign := s.sessions.Sign
		s.sessions.Sign = func(_ context.Context, _ revoke.Claims, session *revoke.Session) (string, error) {
			session.Data = json.RawMessage(data)
			return "access", nil
		}
		_, err := s.sessions.Refresh(t.Context(), tokens.Refresh)
		assert.Equal(t, "undecided", outcome(err))
		assert.ErrorContains(t, err, "session data")
		s.sessions.Sign = sign
	}
	s.refresh(tokens.Refresh)
}

// Whoever signs may refuse: the user is locked, or must give a second factor.
func TestSignMayRefuse(t *testing.T) {
	s := newSystem(t)
	tokens := s.begin()
	sign := s.sessions.Sign
	locked := &jwt.VerifyError{Reason: errors.New("locked"), Claim: "sub"}
	s.sessions.Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) { return "", locked }
	_, err := s.sessions.Refresh(t.Context(), tokens.Refresh)
	assert.Equal(t, locked, err)
	_, err = s.sessions.Begin(t.Context(), "alice", nil)
	assert.Equal(t, locked, err)
	s.sessions.Sign = sign
	s.refresh(tokens.Refresh)
}

func TestListShowsTheSessionsThatCanBeRefreshed(t *testing.T) {
	s := newSystem(t)
	names := func(subject string) (names []string) {
		t.Helper()
		list, err := s.sessions.List(t.Context(), subject)
		require.NoError(t, err)
		for _, session := range list {
			var name string
			require.NoError(t, json.Unmarshal(session.Data, &name))
			names = append(names, name)
		}
		return names
	}
	begin := func(name string) revoke.Tokens {
		t.Helper()
		s.now = s.now.Add(time.Minute)
		tokens, err := s.sessions.Begin(t.Context(), "alice", name)
		require.NoError(t, err)
		return tokens
	}
	assert.Empty(t, names("alice"))
	phone, tablet, laptop := begin("phone"), begin("tablet"), begin("laptop")
	assert.Equal(t, []string{"laptop", "tablet", "phone"}, names("alice"), "the last used first")
	assert.Empty(t, names("bob"))
	s.now = s.now.Add(time.Minute)
	s.refresh(phone.Refresh)
	assert.Equal(t, []string{"phone", "laptop", "tablet"}, names("alice"))
	require.NoError(t, s.sessions.End(t.Context(), laptop.Refresh))
	assert.Equal(t, []string{"phone", "tablet"}, names("alice"))
	s.now = noon.Add(time.Hour + 2*time.Minute - time.Second)
	assert.Equal(t, []string{"phone", "tablet"}, names("alice"))
	s.now = noon.Add(time.Hour + 2*time.Minute)
	assert.Equal(t, []string{"phone"}, names("alice"), "the tablet was not used for an hour")
	assert.Equal(t, "expired", s.refused(tablet.Refresh))
	require.NoError(t, s.list.RevokeSubject(t.Context(), login, "alice", s.now))
	assert.Empty(t, names("alice"))
	begin("television")
	assert.Equal(t, []string{"television"}, names("alice"))
}

func TestEndSessionEndsOneOfTheSubject(t *testing.T) {
	s := newSystem(t)
	one, other := s.begin(), s.begin()
	list, err := s.sessions.List(t.Context(), "alice")
	require.NoError(t, err)
	require.Len(t, list, 2)
	for _, session := range list {
		ended, err := s.sessions.EndSession(t.Context(), "bob", session.ID)
		require.NoError(t, err)
		assert.False(t, ended, "it is not bob's")
	}
	assert.Equal(t, "accepted", s.verify(one.Access))
	ended, err := s.sessions.EndSession(t.Context(), "alice", list[0].ID)
	require.NoError(t, err)
	assert.True(t, ended)
	assert.ElementsMatch(t, []string{"accepted", "revoked sid"}, []string{s.verify(one.Access), s.verify(other.Access)})
	ended, err = s.sessions.EndSession(t.Context(), "alice", list[0].ID)
	require.NoError(t, err)
	assert.False(t, ended, "again")
	for _, of := range [][2]string{{"", list[1].ID}, {"alice", ""}} {
		_, err = s.sessions.EndSession(t.Context(), of[0], of[1])
		assert.Error(t, err)
	}
}

func TestEndAllEndsAllSessionsOfTheSubject(t *testing.T) {
	s := newSystem(t)
	var all []revoke.Tokens
	for range 3 {
		all = append(all, s.begin())
	}
	bob, err := s.sessions.Begin(t.Context(), "bob", nil)
	require.NoError(t, err)
	require.NoError(t, s.sessions.EndAll(t.Context(), "alice"))
	for _, tokens := range all {
		assert.Equal(t, "revoked sid", s.verify(tokens.Access))
		assert.Equal(t, "revoked sid", s.refused(tokens.Refresh))
	}
	assert.Equal(t, "accepted", s.verify(bob.Access))
	assert.Equal(t, "accepted", s.verify(s.begin().Access))
	assert.Error(t, s.sessions.EndAll(t.Context(), ""))
}

func TestASubjectHasALimitOfSessions(t *testing.T) {
	s := newSystem(t)
	s.sessions.MaxSessions = 3
	var all []revoke.Tokens
	begin := func() {
		s.now = s.now.Add(time.Second)
		all = append(all, s.begin())
	}
	for range 3 {
		begin()
	}
	s.now = s.now.Add(time.Second)
	s.refresh(all[0].Refresh)
	begin()
	for i, want := range []string{"accepted", "revoked sid", "accepted", "accepted"} {
		assert.Equal(t, want, s.verify(all[i].Access), "session %d: the one not used for the longest time ends", i)
	}
	s.sessions.MaxSessions = 1
	begin()
	for i := range 4 {
		assert.Equal(t, "revoked sid", s.verify(all[i].Access), i)
	}
	assert.Equal(t, "accepted", s.verify(all[4].Access))
	bob, err := s.sessions.Begin(t.Context(), "bob", nil)
	require.NoError(t, err)
	assert.Equal(t, "accepted", s.verify(all[4].Access))
	assert.Equal(t, "accepted", s.verify(bob.Access))
}

// Each of two that begin at the same moment sees the other, and ends it.
func TestOfSessionsThatBeginAtTheSameTimeOneIsLeft(t *testing.T) {
	s := newSystem(t)
	s.sessions.MaxSessions = 1
	var other revoke.Tokens
	s.store.states = func(states []string) []string {
		s.store.states = nil
		other = s.begin() // which ends the first one
		return append(states, s.store.changes[len(s.store.changes)-1].New)
	}
	tokens := s.begin()
	assert.Equal(t, "revoked sid", s.verify(other.Access))
	assert.Equal(t, "accepted", s.verify(tokens.Access))
	list, err := s.sessions.List(t.Context(), "alice")
	require.NoError(t, err)
	assert.Len(t, list, 1)

	var always func(states []string) []string
	always = func(states []string) []string {
		s.store.states = nil
		s.begin()
		s.store.states = always
		return append(states, s.store.changes[len(s.store.changes)-1].New)
	}
	s.store.states = always
	_, err = s.sessions.Begin(t.Context(), "alice", nil)
	assert.EqualError(t, err, "revoke: the session was ended by another one of the subject 16 times at once")
	assert.Equal(t, "undecided", outcome(err))

	down := errors.New("down")
	s.store.states = nil
	s.begin()
	s.store.revoke = down
	tokens, err = s.sessions.Begin(t.Context(), "alice", nil)
	assert.ErrorIs(t, err, down)
	assert.Empty(t, tokens)
	s.store.revoke, s.store.afterRevoke = nil, func() { s.store.lookup = down }
	_, err = s.sessions.Begin(t.Context(), "alice", nil)
	assert.ErrorIs(t, err, down)
}

func TestThereIsALimitByDefault(t *testing.T) {
	s := newSystem(t)
	for range 102 {
		s.begin()
	}
	list, err := s.sessions.List(t.Context(), "alice")
	require.NoError(t, err)
	assert.Len(t, list, 100)
}

func TestListsFailClosed(t *testing.T) {
	down := errors.New("down")
	for name, fail := range map[string]func(s *system){
		"list":   func(s *system) { s.store.list = down },
		"lookup": func(s *system) { s.store.lookup = down },
	} {
		s := newSystem(t)
		tokens := s.begin()
		fail(s)
		_, err := s.sessions.List(t.Context(), "alice")
		assert.ErrorIs(t, err, down, name)
		assert.ErrorIs(t, s.sessions.EndAll(t.Context(), "alice"), down, name)
		_, err = s.sessions.Begin(t.Context(), "alice", nil)
		assert.ErrorIs(t, err, down, name)
		assert.NotEmpty(t, tokens)
	}
	s := newSystem(t)
	list, err := s.sessions.List(t.Context(), "alice")
	require.NoError(t, err)
	require.Empty(t, list)
	tokens := s.begin()
	s.store.revoke = down
	assert.ErrorIs(t, s.sessions.EndAll(t.Context(), "alice"), down)
	s.store.revoke, s.store.afterRevoke = nil, func() { s.store.revoke = down } // of the subject, but not of its sessions
	assert.ErrorIs(t, s.sessions.EndAll(t.Context(), "alice"), down)
	s.store.afterRevoke = nil
	s.store.revoke, s.store.load = nil, down
	_, err = s.sessions.EndSession(t.Context(), "alice", "a")
	assert.ErrorIs(t, err, down)
	s.store.load = nil
	s.store.states = func(states []string) []string { return append(states, "x") }
	_, err = s.sessions.List(t.Context(), "alice")
	assert.Equal(t, "undecided", outcome(err))
	assert.Equal(t, "undecided", outcome(s.sessions.EndAll(t.Context(), "alice")))
	s.store.states = func(states []string) []string { return []string{strings.Replace(states[0], "alice", "bob", 1)} }
	_, err = s.sessions.List(t.Context(), "alice")
	assert.ErrorContains(t, err, "another subject")
	s.store.states = nil
	s.store.lazy = true
	_, err = s.sessions.List(t.Context(), "alice")
	assert.Equal(t, "undecided", outcome(err))
	assert.NotEmpty(t, tokens)
	for _, s := range []*revoke.Sessions{nil, {}} {
		_, err := s.List(t.Context(), "alice")
		assert.Equal(t, "undecided", outcome(err))
		_, err = s.EndSession(t.Context(), "alice", "a")
		assert.Equal(t, "undecided", outcome(err))
		assert.Equal(t, "undecided", outcome(s.EndAll(t.Context(), "alice")))
	}
}

// During a deployment, an older program goes on with what a newer one has stored,
// and leaves alone what it does not know.
func TestStatesOfNewerProgramsAreReadAndKept(t *testing.T) {
	s := newSystem(t)
	tokens := s.begin()
	c := s.store.changes[0]
	c.Old, c.New = c.New, strings.Replace(c.New, `"sub":`, `"risk":{"score":[1, 2]},"sub":`, 1)
	swapped, _, err := s.store.Swap(t.Context(), jwt.NewNumericDate(noon), c)
	require.NoError(t, err)
	require.True(t, swapped)
	tokens = s.refresh(tokens.Refresh)
	tokens = s.refresh(tokens.Refresh)
	assert.Contains(t, s.store.changes[len(s.store.changes)-1].New, `"risk":{"score":[1,2]}`)
	list, err := s.sessions.List(t.Context(), "alice")
	require.NoError(t, err)
	assert.Len(t, list, 1)
	assert.Equal(t, "accepted", s.verify(tokens.Access), fmt.Sprint(list))
}
