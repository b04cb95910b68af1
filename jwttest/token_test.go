package jwttest_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

func TestTokensAreWrongInOneWay(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	key, err := jwk.Generate(jwt.ES384)
	require.NoError(t, err)
	other, err := key.Signer()
	require.NoError(t, err)
	for name, row := range map[string]struct {
		change jwttest.Change
		reason error
		claim  string
	}{
		"right":                  {jwttest.Change{}, nil, ""},
		"expired":                {jwttest.Expired(), jwt.ErrExpired, "exp"},
		"not yet valid":          {jwttest.NotYetValid(), jwt.ErrNotYetValid, "nbf"},
		"forged":                 {jwttest.Forged(), jwt.ErrSignature, ""},
		"of another issuer":      {jwttest.Claim("iss", "https://other.example"), jwt.ErrClaim, "iss"},
		"of no audience":         {jwttest.Claim("aud", nil), jwt.ErrClaim, "aud"},
		"of a null audience":     {jwttest.Claim("aud", json.RawMessage("null")), jwt.ErrClaim, "aud"},
		"of another type":        {jwttest.Header("typ", "logout+jwt"), jwt.ErrClaim, "typ"},
		"without a type":         {jwttest.Header("typ", nil), nil, ""},
		"of another key":         {jwttest.SignedBy(other), jwt.ErrUnknownKey, ""},
		"of another key ID":      {jwttest.Header("kid", "2020-01"), jwt.ErrUnknownKey, ""},
		"with claims of a map":   {jwttest.Claims(map[string]any{"aud": []string{"https://other.example"}}), jwt.ErrClaim, "aud"},
		"with a null in claims":  {jwttest.Claims(map[string]any{"exp": nil}), jwt.ErrClaim, "exp"},
		"with claims of structs": {jwttest.Claims(jwt.Claims{Issuer: "https://other.example"}), jwt.ErrClaim, "iss"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := issuer.Policy().Verify(t.Context(), issuer.Token(t, row.change))
			if row.reason == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, row.reason)
			var refusal *jwt.VerifyError
			require.True(t, errors.As(err, &refusal))
			if row.claim != "" {
				assert.Equal(t, row.claim, refusal.Claim)
			}
		})
	}
}

func TestDatesOfWrongTokensAreAnHourOff(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	policy := issuer.Policy()
	policy.AllowNoExpiry = true
	verify := func(token string, off time.Duration) *jwt.Token {
		policy.Now = func() time.Time { return issuer.Now().Add(off) }
		got, err := policy.Verify(t.Context(), token)
		require.NoError(t, err)
		return got
	}
	right := verify(issuer.Token(t), 0).Claims
	assert.WithinDuration(t, issuer.Now(), right.IssuedAt.Time(), time.Minute)
	assert.Equal(t, time.Hour, right.ExpiresAt.Time().Sub(right.IssuedAt.Time()))
	expired := verify(issuer.Token(t, jwttest.Expired()), -90*time.Minute).Claims
	assert.WithinDuration(t, issuer.Now().Add(-time.Hour), expired.ExpiresAt.Time(), time.Minute)
	assert.Equal(t, time.Hour, expired.ExpiresAt.Time().Sub(expired.IssuedAt.Time()))
	early := verify(issuer.Token(t, jwttest.NotYetValid()), 90*time.Minute).Claims
	assert.WithinDuration(t, issuer.Now().Add(time.Hour), early.NotBefore.Time(), time.Minute)
	assert.Equal(t, time.Hour, early.ExpiresAt.Time().Sub(early.NotBefore.Time()))
}

func TestChangesAreAppliedInTheirOrder(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	token, err := issuer.Policy().Verify(t.Context(), issuer.Token(t, jwttest.Claim("sub", "bob"), jwttest.Claim("n", int64(1)<<53+1),
		jwttest.Claims(struct {
			N int64 `json:"m"`
		}{1<<53 + 1}), jwttest.Claim("sub", "carol")))
	require.NoError(t, err)
	assert.Equal(t, "carol", token.Claims.Subject)
	claims, err := jwt.ClaimsAs[struct{ N, M int64 }](token)
	require.NoError(t, err)
	assert.Zero(t, claims.N, "names match exactly")
	assert.Contains(t, string(token.Payload()), `"m":9007199254740993`)
	assert.Contains(t, string(token.Payload()), `"n":9007199254740993`)
}

func TestForgedTokensOfEveryAlgorithm(t *testing.T) {
	t.Parallel()
	for _, alg := range []jwt.Algorithm{jwt.PS256, jwt.ES512, jwt.Ed25519} {
		issuer := jwttest.NewIssuer(t)
		issuer.Keys.Algorithm = alg
		_, err := issuer.Policy().Verify(t.Context(), issuer.Token(t, jwttest.Forged()))
		assert.ErrorIs(t, err, jwt.ErrSignature, "%s", alg)
	}
	key, err := jwt.NewHMAC(jwt.HS512, make([]byte, 64), "")
	require.NoError(t, err)
	issuer := jwttest.NewIssuer(t)
	issuer.Key = key
	_, err = issuer.Policy().Verify(t.Context(), issuer.Token(t, jwttest.Forged()))
	assert.ErrorIs(t, err, jwt.ErrSignature)
}

func TestTokensThatCannotBeMadeFailTheTest(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	foreign := jwttest.NewIssuer(t)
	foreign.Key = brokenSigner{}
	for want, token := range map[string]func(t testing.TB) string{
		"jwttest: not JSON: ":                     func(t testing.TB) string { return issuer.Token(t, jwttest.Claim("f", func() {})) },
		"jwttest: claims are not JSON: ":          func(t testing.TB) string { return issuer.Token(t, jwttest.Claims(func() {})) },
		"jwttest: claims are not a JSON object: ": func(t testing.TB) string { return issuer.Token(t, jwttest.Claims([]int{1})) },
		"jwttest: the token cannot be signed: ":   func(t testing.TB) string { return foreign.Token(t) },
		"jwttest: no key can be made: ":           func(t testing.TB) string { return foreign.Token(t, jwttest.Forged()) },
	} {
		var got string
		lines := reported.By(t, func(t testing.TB) { got = token(t) })
		require.Len(t, lines, 1, want)
		assert.Contains(t, lines[0], want)
		assert.Empty(t, got)
	}
}
