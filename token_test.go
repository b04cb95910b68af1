package jwt_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

var errRole = errors.New("no such role")

type roleClaims struct {
	jwt.Claims
	Role string `json:"role"`
}

func (c roleClaims) Validate() error {
	if c.Role != "admin" {
		return errRole
	}
	return nil
}

type pointerClaims struct {
	Role string `json:"role"`
}

func (c *pointerClaims) Validate() error {
	if c.Role != "admin" {
		return &jwt.VerifyError{Claim: "role", Detail: "got " + c.Role}
	}
	return nil
}

type mapClaims map[string]any

func (c mapClaims) Validate() error { return roleClaims{Role: c["role"].(string)}.Validate() }

func TestClaimsAsCallsValidate(t *testing.T) {
	key := hs256(t)
	verifyAs := func(payload string, read func(*jwt.Token) (any, error)) (string, any, error) {
		token := signed(t, key, payload)
		verified, err := lenient(key).Verify(t.Context(), token)
		require.NoError(t, err)
		got, err := read(verified)
		return token, got, err
	}
	for name, read := range map[string]func(*jwt.Token) (any, error){
		"a struct": as[roleClaims], "a pointer": as[*roleClaims], "a pointer's method": as[pointerClaims],
		"a pointer with a pointer's method": as[*pointerClaims], "a map": as[mapClaims],
	} {
		_, _, err := verifyAs(`{"role":"admin"}`, read)
		require.NoError(t, err, name)
		token, _, err := verifyAs(`{"role":"user"}`, read)
		r := refusal(t, token, nil, err)
		assert.Equal(t, jwt.ErrClaim, r.Reason, name)
		assert.Contains(t, map[string]bool{errRole.Error(): true, "got user": true}, r.Detail, name)
	}
	_, _, err := verifyAs(`{"role":"user"}`, as[roleClaims])
	require.ErrorIs(t, err, errRole)
	_, _, err = verifyAs(`{"role":"user"}`, as[pointerClaims])
	var refused *jwt.VerifyError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "role", refused.Claim)

	// It is not called for claims that do not fit, nor twice.
	_, got, err := verifyAs(`{"role":7}`, as[roleClaims])
	require.NotErrorIs(t, err, errRole)
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "role", refused.Claim)
	assert.Equal(t, roleClaims{}, got)
}

var lastStay *stays

type stays struct {
	Role string `json:"role"`
}

func (s *stays) Validate() error {
	if lastStay != nil && lastStay == s {
		return errors.New("the same memory as before")
	}
	lastStay = s
	return nil
}

// What a Validate method has seen is not used again.
func TestClaimsAsUsesNoRoomAgainThatValidateHasSeen(t *testing.T) {
	verified := must(lenient(hs256(t)).Verify(t.Context(), signed(t, hs256(t), `{}`)))
	for range 10 {
		_, err := jwt.ClaimsAs[stays](verified)
		require.NoError(t, err)
	}
}

func TestVerifyAs(t *testing.T) {
	key := hs256(t)
	p := policy(key)
	right := `"iss":"https://login.example","aud":"https://api.example","exp":1800000060`
	for _, v := range []jwt.TokenVerifier{p, jwt.Policies{p}, &jwt.Cache{Policies: jwt.Policies{p}}} {
		got, err := jwt.VerifyAs[roleClaims](t.Context(), v, signed(t, key, `{`+right+`,"role":"admin"}`))
		require.NoError(t, err)
		assert.Equal(t, "admin", got.Role)
		assert.Equal(t, issuer, got.Issuer)
		for _, row := range []struct {
			token string
			want  error
		}{
			{signed(t, key, `{`+right+`,"role":"user"}`), errRole},
			{signed(t, key, `{`+right+`,"role":["admin"]}`), jwt.ErrClaim},
			{signed(t, key, `{"iss":"https://login.example","role":"admin"}`), jwt.ErrClaim},
			{"x", jwt.ErrMalformed},
		} {
			got, err := jwt.VerifyAs[roleClaims](t.Context(), v, row.token)
			require.ErrorIs(t, err, row.want)
			refusal(t, row.token, nil, err)
			assert.Zero(t, got)
		}
	}
	down := errors.New("down")
	for v, want := range map[jwt.TokenVerifier]string{
		nil: "no TokenVerifier", (*jwt.Policy)(nil): "no TokenVerifier", verifierOf(func() (*jwt.Token, error) { return nil, down }): "down",
		verifierOf(func() (*jwt.Token, error) { return nil, nil }): "no verified token",
	} {
		got, err := jwt.VerifyAs[roleClaims](t.Context(), v, "x")
		undecided(t, nil, err)
		require.ErrorContains(t, err, want)
		assert.Zero(t, got)
	}
}

// verifierOf is a TokenVerifier that answers what the function returns.
func verifierOf(f func() (*jwt.Token, error)) jwt.TokenVerifier { return &answer{f} }

type answer struct{ f func() (*jwt.Token, error) }

func (a *answer) Verify(context.Context, string) (*jwt.Token, error) { return a.f() }

func TestInsecureToken(t *testing.T) {
	for _, claims := range []any{
		roleClaims{jwt.Claims{Subject: "alice", ExpiresAt: 7, Audience: jwt.Audience{"a"}}, "admin"},
		json.RawMessage(`{"sub":"alice","role":"admin","exp":7,"aud":"a"}`),
		[]byte(`{"sub":"alice","role":"admin","exp":7,"aud":["a"]}`),
		map[string]any{"sub": "alice", "role": "admin", "exp": 7, "aud": "a"},
	} {
		token, err := jwt.InsecureToken(claims)
		require.NoError(t, err)
		assert.Equal(t, jwt.Claims{Subject: "alice", ExpiresAt: 7, Audience: jwt.Audience{"a"}}, token.Claims)
		got, err := jwt.ClaimsAs[roleClaims](token)
		require.NoError(t, err)
		assert.Equal(t, "admin", got.Role)
		assert.NotEmpty(t, token.Payload())
		assert.Zero(t, token.Header)
		assert.Nil(t, token.Verifier())
	}
	for _, claims := range []any{
		nil, 7, "text", []string{"a"}, []byte(``), []byte(`{"sub":7}`), []byte(`{"x":1,"x":2}`), []byte(`{} ` + "\x00"), []byte(`{"exp":1e30}`),
		json.RawMessage(`[]`), map[string]any{"aud": 7}, jwt.Claims{Subject: "\xff"},
	} {
		token, err := jwt.InsecureToken(claims)
		require.Error(t, err, "%v", claims)
		assert.Nil(t, token)
		assertPlain(t, "", err)
	}
}

func TestTokensKnowTheirVerifier(t *testing.T) {
	key, other := hs256(t), must(jwt.NewHMAC(jwt.HS256, []byte("another secret of 32 bytes......"), ""))
	verified, err := lenient(other, key).Verify(t.Context(), signed(t, key, `{}`))
	require.NoError(t, err)
	assert.Same(t, key, verified.Verifier())
	assert.Nil(t, (*jwt.Token)(nil).Verifier())
	assert.Nil(t, (&jwt.Token{}).Verifier())
}
