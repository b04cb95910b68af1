package jwthttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// newIssuer returns an issuer on loopback that publishes what keys returns.
func newIssuer(t testing.TB, path string, keys func(context.Context) ([]*jwk.Key, error)) *jwthttp.IssuerMetadata {
	t.Helper()
	issuer := &jwthttp.IssuerMetadata{Keys: keys}
	web := httptest.NewServer(issuer)
	t.Cleanup(web.Close)
	issuer.URL = web.URL + path
	return issuer
}

// publish returns what always returns these keys.
func publish(keys ...*jwk.Key) func(context.Context) ([]*jwk.Key, error) {
	return func(context.Context) ([]*jwk.Key, error) { return keys, nil }
}

func get(t testing.TB, method, url, etag string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

func TestIssuerPublishesWhatDiscoverKeysFinds(t *testing.T) {
	for _, path := range []string{"", "/", "/tenant", "/tenant/"} {
		t.Run(path, func(t *testing.T) {
			key := newKey(t)
			issuer := newIssuer(t, path, publish(key))
			keys, err := jwthttp.DiscoverKeys(issuer.URL, jwthttp.RemoteOptions{Timeout: time.Minute})
			require.NoError(t, err)
			assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		})
	}
}

func TestIssuerAnswers(t *testing.T) {
	key := newKey(t)
	issuer := newIssuer(t, "", publish(key))

	response, body := get(t, "GET", issuer.URL+"/.well-known/jwks.json", "")
	assert.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "application/jwk-set+json", response.Header.Get("Content-Type"))
	assert.Equal(t, "public, max-age=600", response.Header.Get("Cache-Control"))
	set, err := jwk.ParseSet([]byte(body))
	require.NoError(t, err)
	require.Len(t, set.Keys(), 1)
	assert.Equal(t, key.KeyID(), set.Keys()[0].KeyID())

	etag := response.Header.Get("ETag")
	assert.Regexp(t, `^"[\w-]{22}"$`, etag)
	response, body = get(t, "GET", issuer.URL+"/.well-known/jwks.json", etag)
	assert.Equal(t, 304, response.StatusCode)
	assert.Empty(t, body)
	response, body = get(t, "HEAD", issuer.URL+"/.well-known/jwks.json", "")
	assert.Equal(t, 200, response.StatusCode)
	assert.Equal(t, etag, response.Header.Get("ETag"))
	assert.Empty(t, body)

	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
		response, body = get(t, "GET", issuer.URL+path, "")
		assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
		assert.JSONEq(t, `{"issuer":"`+issuer.URL+`","jwks_uri":"`+issuer.URL+`/.well-known/jwks.json",
			"response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["EdDSA"]}`, body)
	}
	response, _ = get(t, "POST", issuer.URL+"/.well-known/jwks.json", "")
	assert.Equal(t, 405, response.StatusCode)
	assert.Equal(t, "GET, HEAD", response.Header.Get("Allow"))
	response, _ = get(t, "GET", issuer.URL+"/", "")
	assert.Equal(t, 404, response.StatusCode)

	issuer.Keys = publish()
	_, body = get(t, "GET", issuer.URL+"/.well-known/jwks.json", etag)
	assert.JSONEq(t, `{"keys":[]}`, body)
}

func TestIssuerPublishesNothingPrivate(t *testing.T) {
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.ES256, jwt.ES512, jwt.EdDSA} {
		key, err := jwk.Generate(alg)
		require.NoError(t, err)
		issuer := newIssuer(t, "", publish(key))
		_, body := get(t, "GET", issuer.URL+"/.well-known/jwks.json", "")
		var set struct{ Keys []map[string]any }
		require.NoError(t, json.Unmarshal([]byte(body), &set))
		require.Len(t, set.Keys, 1)
		for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			assert.NotContains(t, set.Keys[0], name, alg)
		}
	}
	// With a symmetric key among them, there is no answer at all.
	secret, err := jwk.Generate(jwt.HS256)
	require.NoError(t, err)
	for _, keys := range [][]*jwk.Key{{secret}, {newKey(t), secret}, {nil}, {{}}} {
		issuer := newIssuer(t, "", publish(keys...))
		for _, path := range []string{"/.well-known/jwks.json", "/.well-known/openid-configuration"} {
			response, body := get(t, "GET", issuer.URL+path, "")
			assert.Equal(t, 500, response.StatusCode)
			assert.Equal(t, "Internal Server Error\n", body)
		}
	}
}

func TestIncompleteIssuerAnswers500(t *testing.T) {
	none := publish()
	for _, issuer := range []*jwthttp.IssuerMetadata{
		nil, {}, {URL: "https://issuer.example"}, {Keys: none}, {URL: "http://issuer.example", Keys: none},
		{URL: "https://issuer.example", Keys: none, MaxAge: -1}, {URL: "https://issuer.example?a", Keys: none}, {URL: "https://issuer.example#", Keys: none},
		{URL: `https://issuer".example`, Keys: none},
	} {
		assert.Error(t, issuer.Validate(t.Context()))
		w := httptest.NewRecorder()
		issuer.ServeHTTP(w, httptest.NewRequest("GET", "/.well-known/jwks.json", nil))
		assert.Equal(t, 500, w.Code)
	}
}

func TestIssuerMetadataHaveFurtherMembers(t *testing.T) {
	const path = "/.well-known/openid-configuration"
	issuer := &jwthttp.IssuerMetadata{URL: "https://login.example", Keys: publish(newKey(t)), Members: map[string]any{
		"authorization_endpoint": "https://login.example/authorize",
		"token_endpoint":         "https://login.example/token",
		"scopes_supported":       []string{"openid", "read"},
	}}
	require.NoError(t, issuer.Validate(t.Context()))
	assert.JSONEq(t, `{"issuer":"https://login.example","jwks_uri":"https://login.example/.well-known/jwks.json",
		"authorization_endpoint":"https://login.example/authorize","token_endpoint":"https://login.example/token","scopes_supported":["openid","read"],
		"response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["EdDSA"]}`, ask(issuer, "GET", path).Body.String())

	issuer.Members = map[string]any{"response_types_supported": []string{"none"}, "subject_types_supported": []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"}}
	assert.JSONEq(t, `{"issuer":"https://login.example","jwks_uri":"https://login.example/.well-known/jwks.json","response_types_supported":["none"],
		"subject_types_supported":["pairwise"],"id_token_signing_alg_values_supported":["RS256"]}`, ask(issuer, "GET", path).Body.String())

	for name, value := range map[string]any{"issuer": "https://other.example", "jwks_uri": "https://other.example", "a": func() {}, "b": "\xff"} {
		issuer.Members = map[string]any{name: value}
		assert.Error(t, issuer.Validate(t.Context()), name)
		assert.Equal(t, 500, ask(issuer, "GET", path).Code, name)
		assert.Equal(t, 200, ask(issuer, "GET", "/.well-known/jwks.json").Code, "the keys are what they are")
	}
}

func TestIssuerNamesTheAlgorithmsOfSignaturesOnly(t *testing.T) {
	ec, err := jwk.Generate(jwt.ES256)
	require.NoError(t, err)
	encryption, err := jwk.New("ECDH-ES", ec.CryptoKey(), "e")
	require.NoError(t, err)
	plain, err := jwk.New("", ec.CryptoKey(), "p")
	require.NoError(t, err)
	issuer := newIssuer(t, "", publish(encryption, plain, newKey(t)))
	_, body := get(t, "GET", issuer.URL+"/.well-known/openid-configuration", "")
	assert.Contains(t, body, `"id_token_signing_alg_values_supported":["ES256","EdDSA"]`)
}

func TestIssuerLogsWhyItPublishesNothing(t *testing.T) {
	secret, err := jwk.Generate(jwt.HS256)
	require.NoError(t, err)
	var out bytes.Buffer
	issuer := newIssuer(t, "", publish(secret))
	issuer.Log = slog.New(slog.NewTextHandler(&out, nil))
	response, _ := get(t, "GET", issuer.URL+"/.well-known/jwks.json", "")
	assert.Equal(t, 500, response.StatusCode)
	assert.Contains(t, out.String(), "has no public part")
}

func TestSeveralIssuersAreTrustedForTheirOwnTokensOnly(t *testing.T) {
	var hits [2]atomic.Int64
	var keys [2]*jwk.Key
	var issuers [2]string
	var policies jwt.Policies
	for i := range 2 {
		keys[i] = newKey(t)
		issuer := &jwthttp.IssuerMetadata{Keys: publish(keys[i])}
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			hits[i].Add(1)
			issuer.ServeHTTP(w, r)
		}))
		defer web.Close()
		issuer.URL, issuers[i] = web.URL, web.URL
		remote, err := jwthttp.DiscoverKeys(web.URL, jwthttp.RemoteOptions{Timeout: time.Minute})
		require.NoError(t, err)
		policies = append(policies, &jwt.Policy{
			Keys: remote, Issuer: web.URL, Audience: []string{[]string{"api", "partner-api"}[i]}, Types: []string{[]string{"at+jwt", "JWT"}[i]},
		})
	}
	token := func(key *jwk.Key, issuer, audience, typ string) string {
		signer, err := key.Signer()
		require.NoError(t, err)
		token, err := jwt.SignHeader(t.Context(), signer, jwt.Header{Type: typ},
			jwt.Claims{Issuer: issuer, Audience: jwt.Audience{audience}, ExpiresAt: inAnHour()})
		require.NoError(t, err)
		return token
	}
	verify := func(token string) error {
		_, err := policies.Verify(t.Context(), token)
		return err
	}
	assert.ErrorIs(t, verify(token(keys[0], "https://stranger.example", "api", "at+jwt")), jwt.ErrUnknownKey)
	assert.Zero(t, hits[0].Load()+hits[1].Load(), "an unknown issuer causes no request")

	assert.NoError(t, verify(token(keys[0], issuers[0], "api", "at+jwt")))
	assert.Zero(t, hits[1].Load(), "nor does one issuer's token cause a request to the other")
	assert.NoError(t, verify(token(keys[1], issuers[1], "partner-api", "JWT")))

	assert.ErrorIs(t, verify(token(keys[1], issuers[0], "api", "at+jwt")), jwt.ErrUnknownKey, "the other's key")
	assert.ErrorIs(t, verify(token(keys[1], issuers[1], "api", "JWT")), jwt.ErrClaim, "the other's audience")
	assert.ErrorIs(t, verify(token(keys[1], issuers[1], "partner-api", "at+jwt")), jwt.ErrClaim, "the other's type")
}

// Keys are replaced while tokens are verified all the time: what a key ring signs
// is always published, and read by those that ask now and then.
func TestRotationWithoutDowntime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ring := &jwk.KeyRing{Algorithm: jwt.EdDSA, RotateEvery: 24 * time.Hour, PublishAhead: 20 * time.Minute, RetireAfter: 2 * time.Hour}
		issuer := &jwthttp.IssuerMetadata{URL: "https://issuer.example", Keys: ring.Published}
		transport := transportFunc(func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			w := httptest.NewRecorder()
			issuer.ServeHTTP(w, r)
			return w.Result(), nil
		})
		remote, err := jwthttp.DiscoverKeys(issuer.URL, jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		require.NoError(t, err)

		var tokens []string
		signers := map[string]bool{}
		for range 5 * 24 * 10 { // every six minutes of five days
			signer, err := ring.Signer(t.Context())
			require.NoError(t, err)
			signers[signer.KeyID()] = true
			tokens = append(tokens, sign(t, signer, jwt.Claims{ExpiresAt: jwt.NewNumericDate(time.Now().Add(1000 * time.Hour))}))
			assert.NoError(t, accept(t, remote, tokens[len(tokens)-1]))
			assert.NoError(t, accept(t, remote, tokens[max(0, len(tokens)-10)]), "one of an hour ago")
			time.Sleep(6 * time.Minute)
		}
		assert.Len(t, signers, 5)
		assert.ErrorIs(t, accept(t, remote, tokens[0]), jwt.ErrUnknownKey)
	})
}

func TestIssuerWhoseKeysAreOutOfReachAnswers500(t *testing.T) {
	issuer := &jwthttp.IssuerMetadata{URL: "https://login.example", Keys: new(jwk.KeyRing).Published}
	assert.Error(t, issuer.Validate(t.Context()))
	assert.Equal(t, 500, ask(issuer, "GET", "/.well-known/jwks.json").Code)
	assert.Equal(t, 500, ask(issuer, "GET", "/.well-known/openid-configuration").Code)
}
