package revoketest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// A game with a seed is the same each time.
func TestGamesAreTheSameEachTime(t *testing.T) {
	for seed, want := range []map[string]int{
		{"accepted": 269, "back": 12, "begun": 227, "ended": 46, "expired": 167, "grace": 19, "in the future": 42, "refresh expired": 24, "refresh revoked": 76, "refreshed": 258, "reused": 8, "revoked by jti": 12, "revoked by sid": 47, "revoked by sub": 1},
		{"accepted": 204, "back": 10, "begun": 199, "ended": 46, "expired": 242, "grace": 11, "in the future": 22, "refresh expired": 51, "refresh revoked": 89, "refreshed": 227, "reused": 16, "revoked by jti": 4, "revoked by sid": 57, "revoked by sub": 9},
		{"accepted": 212, "back": 19, "begun": 214, "ended": 51, "expired": 203, "grace": 17, "in the future": 42, "refresh expired": 40, "refresh revoked": 63, "refreshed": 212, "reused": 9, "revoked by jti": 18, "revoked by sid": 62},
		{"accepted": 221, "back": 16, "begun": 212, "ended": 51, "expired": 233, "grace": 12, "in the future": 23, "refresh expired": 25, "refresh revoked": 59, "refreshed": 223, "reused": 15, "revoked by jti": 4, "revoked by sid": 60, "revoked by sub": 2},
	} {
		seen := make(map[string]int)
		keep := revoke.NewMemory(0)
		play(t, uint64(seed), keep, keep, seen)
		assert.Equal(t, want, seen, "seed %d", seed)
	}
}

// begun is a game in which a session has just begun.
func begun(t *testing.T) *model {
	keep := revoke.NewMemory(0)
	m := newModel(newWorld(t, keep, keep, grace), 0, make(map[string]int))
	m.begin(t.Context(), 0)
	assert.Empty(t, m.wrong)
	m.latest = m.time()
	return m
}

// refusing is a TokenVerifier that accepts nothing.
type refusing struct{ err error }

func (r refusing) Verify(context.Context, string) (*jwt.Token, error) { return nil, r.err }

// A refusal is right at its own time only.
func TestTheModelKnowsWhenATokenIsRefused(t *testing.T) {
	const now, later, before = 0, access + 3*time.Second, -3 * time.Second
	expired, future, another := &jwt.VerifyError{Reason: jwt.ErrExpired}, &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "iat"}, &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "aud"}
	revoked, forgotten := &jwt.VerifyError{Reason: revoke.ErrRevoked}, &jwt.VerifyError{Reason: revoke.ErrForgotten}
	for name, row := range map[string]struct {
		err   error
		after time.Duration
		right bool
	}{
		"accepted":              {nil, now, true},
		"accepted for too long": {nil, later, false},
		"accepted too early":    {nil, before, false},
		"expired":               {expired, later, true},
		"expired early":         {expired, now, false},
		"expired at the end":    {expired, access + leeway, true},
		"accepted at the end":   {nil, access + leeway, false},
		"expired before it":     {expired, access + leeway - time.Nanosecond, false},
		"in the future":         {future, before, true},
		"of the leeway":         {nil, -leeway, true},
		"refused of the leeway": {future, -leeway, false},
		"in the future now":     {future, now, false},
		"of another audience":   {another, before, false},
		"no reason":             {errors.New("down"), now, false},
		"no reason, later":      {errors.New("down"), later, false},
		"revoked":               {revoked, now, false},
		"forgotten":             {forgotten, now, false},
		"forgotten, back":       {forgotten, before, true},
	} {
		m := begun(t)
		m.now.Add(int64(row.after))
		if row.err != nil {
			m.list[0].Tokens = refusing{row.err}
		} else {
			m.list[0].Tokens.(*jwt.Policy).Leeway = time.Minute
		}
		m.verify(t.Context(), 0)
		assert.Equal(t, row.right, m.wrong == "", "%s: %s", name, m.wrong)
	}
	m := begun(t)
	m.latest = m.latest.Add(time.Hour)
	m.now.Add(int64(later))
	m.list[0].Tokens = refusing{forgotten}
	m.verify(t.Context(), 0)
	assert.NotEmpty(t, m.wrong, "forgotten, and not expired")
	for name, note := range map[string]func(m *model, c revoke.Claims){
		"by a date before the leeway": func(m *model, c revoke.Claims) { m.subjects[c.Subject] = c.IssuedAt - 3 },
		"by what the session knows":   func(m *model, c revoke.Claims) { m.subjects[c.Subject], m.knows[c.SessionID] = c.IssuedAt, c.IssuedAt },
	} {
		m := begun(t)
		c, err := jwt.ClaimsAs[revoke.Claims](m.tokens[0])
		assert.NoError(t, err)
		note(m, c)
		m.verify(t.Context(), 0)
		assert.Empty(t, m.wrong, "accepted, and not revoked %s", name)
	}
	for name, note := range map[string]func(m *model, c revoke.Claims){
		"jti": func(m *model, c revoke.Claims) { m.ids[c.ID] = true },
		"sid": func(m *model, c revoke.Claims) { m.revoked[c.SessionID] = true },
		"sub": func(m *model, c revoke.Claims) { m.subjects[c.Subject] = c.IssuedAt - 2 },
	} {
		for _, after := range []time.Duration{now, later} {
			m := begun(t)
			m.now.Add(int64(after))
			c, err := jwt.ClaimsAs[revoke.Claims](m.tokens[0])
			assert.NoError(t, err)
			note(m, c)
			m.verify(t.Context(), 0)
			assert.Equal(t, after == later, m.wrong == "", "accepted, but revoked by %s: %s", name, m.wrong)
			m.wrong, m.list[0].Tokens = "", refusing{revoked}
			m.verify(t.Context(), 0)
			assert.Equal(t, after == now, m.wrong == "", "revoked by %s: %s", name, m.wrong)
		}
	}
}

// What Sign does is seen in what Sessions issue, and refuse.
func TestTheModelKnowsWhatIsIssued(t *testing.T) {
	for name, change := range map[string]func(c *revoke.Claims){
		"another subject": func(c *revoke.Claims) { c.Subject = "bob" },
		"another session": func(c *revoke.Claims) { c.SessionID += "x" },
		"another second":  func(c *revoke.Claims) { c.IssuedAt-- },
		"another issuer":  func(c *revoke.Claims) { c.Issuer = "https://other.example" },
	} {
		m := begun(t)
		sign := m.sessions[0].Sign
		m.sessions[0].Sign = func(ctx context.Context, c revoke.Claims, s *revoke.Session) (string, error) {
			change(&c)
			return sign(ctx, c, s)
		}
		m.refresh(t.Context(), 0)
		assert.Contains(t, m.wrong, "access token just issued: ", name)
	}
	for i, err := range []error{revoke.ErrReused, revoke.ErrRevoked, jwt.ErrExpired, revoke.ErrForgotten, errors.New("down")} {
		m := begun(t)
		m.sessions[0].Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) {
			return "", &jwt.VerifyError{Reason: err}
		}
		if i == 4 {
			m.sessions[0].Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) { return "", err }
		}
		m.refresh(t.Context(), 0)
		assert.Contains(t, m.wrong, "Refresh: ", fmt.Sprint(err))
		m.wrong = ""
		m.begin(t.Context(), 0)
		assert.Contains(t, m.wrong, "Begin: ", fmt.Sprint(err))
	}
}
