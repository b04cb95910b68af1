package jwt_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// An envelope stands where package jwe has one, for claims that were decrypted.
type envelope struct{}

var errNotAsked = errors.New("asked in vain")

func (envelope) Envelope() jose.Envelope {
	return jose.Envelope{Header: jose.Header{Algorithm: "dir", KeyID: "k", Type: "at+jwt", ContentType: "x"}}
}

func (envelope) Algorithm() jwt.Algorithm { return "dir" }

func (envelope) KeyID() string { return "" }

func (envelope) Sign(context.Context, []byte) ([]byte, error) { return nil, errNotAsked }

func (envelope) Verifiers(context.Context, jwt.Header) ([]jwt.Verifier, error) {
	return nil, errNotAsked
}

func TestDecryptedClaimsAreEncodedAsSignedOnesAre(t *testing.T) {
	text, err := jwt.Sign(t.Context(), envelope{}, jwt.Claims{Subject: "alice"})
	require.NoError(t, err)
	assert.Equal(t, `{"sub":"alice"}`, text)
	text, err = jwt.Sign(t.Context(), envelope{}, map[string]any{"exp": "soon"})
	assert.Error(t, err)
	assert.Empty(t, text)
}

func TestDecryptedClaimsAreCheckedAsSignedOnesAre(t *testing.T) {
	p := policy()
	p.Keys = envelope{}
	p.Types = []string{"at+jwt"}
	got, err := p.Verify(t.Context(), payload)
	require.NoError(t, err)
	assert.Equal(t, issuer, got.Claims.Issuer)
	assert.Equal(t, payload, string(got.Payload()))
	assert.Equal(t, jwt.Header{Algorithm: "dir", KeyID: "k", Type: "at+jwt", ContentType: "x"}, got.Header)
	header, err := jwt.HeaderAs[jwt.Header](got)
	require.NoError(t, err)
	assert.Equal(t, got.Header, header)

	p.Types = nil
	_, err = p.Verify(t.Context(), payload)
	assert.ErrorIs(t, err, jwt.ErrClaim)
	for _, bad := range []string{"", "{}", "[]", payload + "{}", strings.Replace(payload, "{", `{"iss":"x",`, 1)} {
		p.Types = []string{"at+jwt"}
		got, err = p.Verify(t.Context(), bad)
		assert.ErrorIs(t, err, jwt.ErrClaim, bad)
		assert.Nil(t, got)
	}
	p.MaxSize = len(payload) - 1
	_, err = p.Verify(t.Context(), payload)
	assert.ErrorIs(t, err, jwt.ErrMalformed)
}
