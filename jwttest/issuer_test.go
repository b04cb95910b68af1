package jwttest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

func TestTheKeysOfAStartedIssuerAreDiscovered(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("while the test runs", func(t *testing.T) {
		issuer := jwttest.StartIssuer(t)
		url = issuer.URL
		keys, err := jwthttp.DiscoverKeys(issuer.URL, jwthttp.RemoteOptions{})
		require.NoError(t, err)
		policy := &jwt.Policy{Keys: keys, Issuer: issuer.URL, Audience: []string{"https://api.example"}}
		token, err := policy.Verify(t.Context(), issuer.Token(t))
		require.NoError(t, err)
		assert.Equal(t, "alice", token.Claims.Subject)
	})
	keys, err := jwthttp.DiscoverKeys(url, jwthttp.RemoteOptions{})
	require.NoError(t, err)
	assert.Error(t, keys.Refresh(t.Context()), "the server is closed")
}

func TestAPolicyAcceptsTheIssuerAndNoOther(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	policy := issuer.Policy()
	_, err := policy.Verify(t.Context(), issuer.Token(t))
	require.NoError(t, err)
	_, err = policy.Verify(t.Context(), jwttest.NewIssuer(t).Token(t))
	assert.ErrorIs(t, err, jwt.ErrUnknownKey)
}

func TestAnIssuerHasTheFieldsThatAreSet(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	issuer.URL, issuer.Audience, issuer.Type = "https://login.test", "https://orders.test", "at+jwt"
	issuer.Claims = map[string]any{"scope": "read"}
	issuer.Keys.Algorithm = jwt.EdDSA
	token, err := issuer.Policy().Verify(t.Context(), issuer.Token(t))
	require.NoError(t, err)
	assert.Equal(t, "at+jwt", token.Header.Type)
	assert.Equal(t, jwt.EdDSA, token.Header.Algorithm)
	assert.Equal(t, "https://login.test", token.Claims.Issuer)
	assert.Equal(t, jwt.Audience{"https://orders.test"}, token.Claims.Audience)
	claims, err := jwt.ClaimsAs[map[string]any](token)
	require.NoError(t, err)
	assert.Equal(t, "read", claims["scope"])
	assert.NotEqual(t, issuer.Token(t), issuer.Token(t), "a jti of its own")
	assert.Equal(t, []string{"at+jwt"}, issuer.Policy().Types)
	assert.Empty(t, jwttest.NewIssuer(t).Policy().Types)
}

func TestAnIssuerSignsWithAKeyOfYours(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	key, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "shared")
	require.NoError(t, err)
	issuer.Key = key
	token, err := issuer.Policy().Verify(t.Context(), issuer.Token(t))
	require.NoError(t, err)
	assert.Equal(t, jwt.Header{Algorithm: jwt.HS256, KeyID: "shared", Type: "JWT"}, token.Header)

	issuer.Key = onlySigner{key}
	assert.Nil(t, issuer.Policy().Keys, "not the keys that do not sign")
}

type onlySigner struct{ jwt.Signer }

func TestTheTimeOfAnIssuerIsTurned(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	policy, token := issuer.Policy(), issuer.Token(t)
	issuer.Advance(59 * time.Minute)
	_, err := policy.Verify(t.Context(), token)
	require.NoError(t, err)
	issuer.Advance(time.Minute)
	_, err = policy.Verify(t.Context(), token)
	assert.ErrorIs(t, err, jwt.ErrExpired)
	_, err = policy.Verify(t.Context(), issuer.Token(t))
	assert.NoError(t, err, "it is issued now")
	issuer.Advance(-time.Hour)
	_, err = policy.Verify(t.Context(), token)
	assert.NoError(t, err)
	assert.WithinDuration(t, time.Now(), issuer.Now(), time.Minute)
}

func TestTheTimeOfASynctestBubbleIsThatOfTheIssuer(t *testing.T) {
	t.Parallel()
	fipstest.Bubble(t, func(t *testing.T) {
		issuer := jwttest.NewIssuer(t)
		policy, token := issuer.Policy(), issuer.Token(t)
		policy.Now = nil
		_, err := policy.Verify(t.Context(), token)
		require.NoError(t, err)
		time.Sleep(time.Hour)
		_, err = policy.Verify(t.Context(), token)
		assert.ErrorIs(t, err, jwt.ErrExpired)
	})
}

func TestKeysOfAnIssuerRotate(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	policy, before := issuer.Policy(), issuer.Token(t)
	require.NoError(t, issuer.Keys.Rotate(t.Context()))
	issuer.Advance(time.Hour)
	now := issuer.Token(t)
	was, err := policy.Verify(t.Context(), now)
	require.NoError(t, err)
	issuer.Advance(-time.Minute)
	old, err := policy.Verify(t.Context(), before)
	require.NoError(t, err, "still published")
	assert.NotEqual(t, old.Header.KeyID, was.Header.KeyID)
	require.NoError(t, issuer.Keys.Withdraw(t.Context(), old.Header.KeyID))
	_, err = policy.Verify(t.Context(), before)
	assert.ErrorIs(t, err, jwt.ErrUnknownKey)
}

func TestAnIssuerWithoutKeysFailsTheTest(t *testing.T) {
	t.Parallel()
	assert.Contains(t, reported.By(t, func(t testing.TB) { new(jwttest.Issuer).Token(t) }), "jwttest: Issuer has no keys, want one from NewIssuer or StartIssuer")
	assert.True(t, new(jwttest.Issuer).Policy().Keys == nil, "an interface with nothing in it")
	issuer := jwttest.NewIssuer(t)
	issuer.Keys.Algorithm = jwt.HS256
	lines := reported.By(t, func(t testing.TB) { issuer.Token(t) })
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], "jwttest: no key to sign with: ")
}
