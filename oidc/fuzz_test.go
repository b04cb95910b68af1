package oidc_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jsontest"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// signRaw signs a header and claims as they are.
func signRaw(t testing.TB, key jwt.Signer, header, claims string) string {
	t.Helper()
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	sig, err := key.Sign(t.Context(), []byte(input))
	require.NoError(t, err)
	return input + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// fixedKey is the same in each of the processes in which a target runs.
func fixedKey(f *testing.F) (jwt.Signer, jwt.Keys) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	signer, err := jwt.NewSigner(jwt.EdDSA, private, "")
	require.NoError(f, err)
	verifier, err := jwt.NewVerifier(jwt.EdDSA, private.Public(), "")
	require.NoError(f, err)
	return signer, jwt.Keys{verifier}
}

// fuzzPolicy tries a policy with signed tokens of any header and claims. What is
// accepted is handed to check as another decoder reads it.
func fuzzPolicy(f *testing.F, policy func(keys jwt.Keys) *jwt.Policy, mediaType string, good claims, check func(t *testing.T, header, claims map[string]any)) {
	key, keys := fixedKey(f)
	p := policy(keys)
	p.Now = clock
	text := func(v any) string { data, err := json.Marshal(v); require.NoError(f, err); return string(data) }
	for _, header := range []claims{{"alg": "EdDSA", "typ": mediaType}, {"alg": "EdDSA"}, {"alg": "EdDSA", "typ": "other+jwt"}} {
		f.Add(text(header), text(good))
	}
	header := text(claims{"alg": "EdDSA", "typ": mediaType})
	for name := range good {
		f.Add(header, text(without(good, name)))
		f.Add(header, text(with(good, name, nil)))
		f.Add(header, text(with(good, name, "")))
	}
	f.Add(header, text(with(good, "nonce", "a")))
	f.Add(header, text(with(good, "aud", []string{apiName, "b"})))
	f.Fuzz(func(t *testing.T, header, payload string) {
		token, err := p.Verify(t.Context(), signRaw(t, key, header, payload))
		require.Equal(t, err == nil, token != nil)
		if err != nil {
			var refusal *jwt.VerifyError
			require.ErrorAs(t, err, &refusal)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		h, c := jsontest.Object(t, []byte(header)), jsontest.Object(t, []byte(payload))
		require.Equal(t, issuer, c["iss"])
		check(t, h, c)
	})
}

// kind is typ in lower case, without the application/ that may be left out.
func kind(header map[string]any) string {
	typ, _ := header["typ"].(string)
	return strings.TrimPrefix(strings.ToLower(typ), "application/")
}

func FuzzLogoutToken(f *testing.F) {
	policy := func(keys jwt.Keys) *jwt.Policy { return oidc.LogoutTokens(issuer, clientID, keys) }
	fuzzPolicy(f, policy, "logout+jwt", logoutClaims(), func(t *testing.T, header, c map[string]any) {
		require.Contains(t, []string{"logout+jwt", "jwt", ""}, kind(header))
		require.NotContains(t, c, "nonce")
		require.NotEmpty(t, c["jti"])
		require.IsType(t, map[string]any{}, c["events"].(map[string]any)["http://schemas.openid.net/event/backchannel-logout"])
		require.True(t, c["sub"] != nil && c["sub"] != "" || c["sid"] != nil && c["sid"] != "")
		expires, err := c["exp"].(json.Number).Float64()
		require.NoError(t, err)
		require.Greater(t, expires, float64(now.Unix()-31))
	})
}

func FuzzIDToken(f *testing.F) {
	policy := func(keys jwt.Keys) *jwt.Policy { return oidc.IDTokens(issuer, clientID, keys) }
	fuzzPolicy(f, policy, "JWT", idClaims(), func(t *testing.T, header, c map[string]any) {
		require.Contains(t, []string{"jwt", ""}, kind(header))
		require.NotEmpty(t, c["sub"])
		if audience, ok := c["aud"].([]any); ok {
			require.Contains(t, audience, clientID)
		} else {
			require.Equal(t, clientID, c["aud"])
		}
		if c["azp"] != nil {
			require.Equal(t, clientID, c["azp"])
		}
		require.NotContains(t, c, "events")
	})
}

func FuzzAccessToken(f *testing.F) {
	policy := func(keys jwt.Keys) *jwt.Policy { return oidc.AccessTokens(issuer, apiName, keys) }
	fuzzPolicy(f, policy, "at+jwt", accessClaims(), func(t *testing.T, header, c map[string]any) {
		require.Equal(t, "at+jwt", kind(header))
		for _, name := range []string{"sub", "jti", "client_id"} { // RFC 9068 section 2.2
			require.NotEmpty(t, c[name], name)
		}
		require.IsType(t, json.Number(""), c["iat"])
	})
}

func FuzzClientAssertion(f *testing.F) {
	key, keys := fixedKey(f)
	policy := oidc.ClientAssertions(clientID, issuer, keys)
	policy.Now = clock
	good, err := json.Marshal(assertionClaims())
	require.NoError(f, err)
	f.Add(`{"alg":"EdDSA"}`, string(good))
	f.Add(`{"alg":"EdDSA","typ":"JWT"}`, strings.Replace(string(good), issuer, apiName, 1))
	f.Add(`{"alg":"EdDSA"}`, strings.Replace(string(good), `"sub"`, `"aud":["a"],"sub"`, 1))
	f.Fuzz(func(t *testing.T, header, payload string) {
		if _, err := policy.Verify(t.Context(), signRaw(t, key, header, payload)); err != nil {
			var refusal *jwt.VerifyError
			require.ErrorAs(t, err, &refusal)
			return
		}
		c := jsontest.Object(t, []byte(payload))
		require.Equal(t, clientID, c["iss"])
		require.Equal(t, clientID, c["sub"])
		require.NotEmpty(t, c["jti"])
		if list, ok := c["aud"].([]any); ok {
			require.Equal(t, []any{issuer}, list)
		} else {
			require.Equal(t, issuer, c["aud"])
		}
	})
}

// FuzzLogoutRequest wants nothing to end but by a form with the one logout token.
func FuzzLogoutRequest(f *testing.F) {
	key, keys := fixedKey(f)
	policy := oidc.LogoutTokens(issuer, clientID, keys)
	policy.Now = clock
	token := sign(f, key, "logout+jwt", logoutClaims())
	const form = "application/x-www-form-urlencoded"
	f.Add("POST", form, "logout_token="+token)
	f.Add("POST", form, "logout_token="+token+"&logout_token=a")
	f.Add("GET", "", "")
	f.Add("POST", "application/json", `{"logout_token":"`+token+`"}`)
	f.Add("POST", form, "logout_token=%zz")
	f.Fuzz(func(t *testing.T, method, contentType, body string) {
		s := &sessions{}
		r := httptest.NewRequest("POST", "/logout", strings.NewReader(body))
		r.Method = method
		r.Header["Content-Type"] = []string{contentType}
		w := httptest.NewRecorder()
		(&oidc.LogoutHandler{Tokens: policy, Sessions: s}).ServeHTTP(w, r)
		if w.Code == http.StatusOK {
			require.Equal(t, []string{"session https://login.example s1"}, s.ended)
			require.Equal(t, "POST", method)
			values, err := url.ParseQuery(body)
			require.NoError(t, err)
			require.Equal(t, []string{token}, values["logout_token"])
		} else {
			require.Empty(t, s.ended)
			require.Contains(t, []int{400, 405}, w.Code)
		}
	})
}
