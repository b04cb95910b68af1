package oidc_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

const (
	issuer   = "https://login.example"
	clientID = "shop"
	apiName  = "https://api.example"
)

// now is the time of the tests' clocks.
var now = time.Unix(1_800_000_000, 0)

func clock() time.Time { return now }

// newKey returns a private key and its public key set.
func newKey(t testing.TB, alg jwt.Algorithm) (jwt.Signer, jwt.Keys) {
	t.Helper()
	key, err := jwk.Generate(alg)
	require.NoError(t, err)
	signer, err := key.Signer()
	require.NoError(t, err)
	verifier, err := key.Verifier()
	require.NoError(t, err)
	return signer, jwt.Keys{verifier}
}

type claims = map[string]any

// without and with return changed copies.
func without(c claims, names ...string) claims {
	c = maps.Clone(c)
	for _, name := range names {
		delete(c, name)
	}
	return c
}

func with(c claims, name string, value any) claims {
	c = maps.Clone(c)
	c[name] = value
	return c
}

// sign signs claims with a type, "" for none.
func sign(t testing.TB, key jwt.Signer, mediaType string, c claims) string {
	t.Helper()
	text, err := jwt.SignHeader(t.Context(), key, jwt.Header{Type: mediaType}, c)
	require.NoError(t, err)
	return text
}

// assertRefused asserts that an error is a refusal for a claim.
func assertRefused(t *testing.T, err error, claim, name string) {
	t.Helper()
	var refusal *jwt.VerifyError
	if assert.ErrorAs(t, err, &refusal, name) && assert.ErrorIs(t, err, jwt.ErrClaim, name) {
		assert.Equal(t, claim, refusal.Claim, "%s: %v", name, err)
	}
}

func idClaims() claims {
	return claims{"iss": issuer, "sub": "alice", "aud": clientID, "exp": now.Unix() + 60, "iat": now.Unix(), "nonce": "n-0S6_WzA2Mj"}
}

func accessClaims() claims {
	return claims{"iss": issuer, "sub": "alice", "aud": apiName, "exp": now.Unix() + 60, "iat": now.Unix(), "jti": "1", "client_id": clientID}
}

func logoutClaims() claims {
	return claims{
		"iss": issuer, "sub": "alice", "aud": clientID, "exp": now.Unix() + 60, "iat": now.Unix(), "jti": "1", "sid": "s1",
		"events": claims{"http://schemas.openid.net/event/backchannel-logout": claims{}},
	}
}

func assertionClaims() claims {
	return claims{"iss": clientID, "sub": clientID, "aud": issuer, "exp": now.Unix() + 60, "iat": now.Unix(), "jti": "1"}
}

// Each kind of token, all with the same key, is accepted by its own policy alone,
// even where audience and type are the same.
func TestATokenOfOneKindIsRefusedAsAnother(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	same := func(c claims) claims { // what could be the same in all of them
		c = maps.Clone(c)
		c["iss"], c["sub"], c["aud"], c["jti"], c["client_id"] = clientID, clientID, clientID, "1", clientID
		return c
	}
	tokens := map[string]string{
		"an ID token":        sign(t, key, "JWT", same(idClaims())),
		"an access token":    sign(t, key, "at+jwt", same(accessClaims())),
		"a logout token":     sign(t, key, "logout+jwt", same(logoutClaims())),
		"a client assertion": sign(t, key, "client-authentication+jwt", same(assertionClaims())),
	}
	idTokens := oidc.IDTokens(clientID, clientID, keys)
	policies := map[string]*jwt.Policy{
		"an ID token":        idTokens,
		"an access token":    oidc.AccessTokens(clientID, clientID, keys),
		"a logout token":     oidc.LogoutTokens(clientID, clientID, keys),
		"a client assertion": oidc.ClientAssertions(clientID, clientID, keys),
	}
	for as, policy := range policies {
		policy.Now = clock
		for kind, text := range tokens {
			var err error
			if policy == idTokens {
				_, err = (&oidc.Login{Nonce: "n-0S6_WzA2Mj"}).Verify(t.Context(), policy, text)
			} else {
				_, err = policy.Verify(t.Context(), text)
			}
			switch {
			case kind == as:
				assert.NoError(t, err, kind)
			case kind == "an ID token" && as == "a client assertion": // differ in iss and aud only
			default:
				var refusal *jwt.VerifyError
				assert.ErrorAs(t, err, &refusal, "%s as %s", kind, as)
			}
		}
	}
}

// Without a type that tells them apart, claims do.
func TestPlainTokensOfOneKindAreRefusedAsAnother(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	access := oidc.AccessTokens(issuer, apiName, keys)
	access.Types, access.Now = []string{"at+jwt", "JWT"}, clock
	for name, row := range map[string]struct {
		claims claims
		claim  string
	}{
		"an ID token":                     {with(accessClaims(), "nonce", "n"), "nonce"},
		"an ID token of the hybrid flow":  {with(accessClaims(), "c_hash", "h"), "c_hash"},
		"an ID token with a token's hash": {with(accessClaims(), "at_hash", "h"), "at_hash"},
		"a logout token":                  {with(accessClaims(), "events", claims{}), "events"},
	} {
		_, err := access.Verify(t.Context(), sign(t, key, "JWT", row.claims))
		assertRefused(t, err, row.claim, name)
		assert.ErrorContains(t, err, "this is a")
	}
	_, err := access.Verify(t.Context(), sign(t, key, "JWT", accessClaims()))
	assert.NoError(t, err)

	idTokens := oidc.IDTokens(issuer, clientID, keys)
	idTokens.Now = clock
	_, err = idTokens.Verify(t.Context(), sign(t, key, "JWT", with(idClaims(), "events", claims{})))
	assertRefused(t, err, "events", "a logout token as an ID token")
	assert.ErrorContains(t, err, "want it to be absent: this is a logout token")
}
