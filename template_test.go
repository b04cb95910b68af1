package jwt_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func template(key jwt.Signer) *jwt.Template {
	return &jwt.Template{
		Key: key, Issuer: issuer, Audience: []string{api}, Lifetime: time.Minute,
		Now: func() time.Time { return clock.Add(900 * time.Millisecond) },
	}
}

func TestTemplateSetsWhatEveryTokenNeeds(t *testing.T) {
	key := hs256(t)
	tmpl := template(key)
	token, err := tmpl.Sign(t.Context(), jwt.Claims{Subject: "alice"})
	require.NoError(t, err)
	verified, err := policy(key).Verify(t.Context(), token)
	require.NoError(t, err)
	assert.Len(t, verified.Claims.ID, 26)
	other := must(policy(key).Verify(t.Context(), must(tmpl.Sign(t.Context(), jwt.Claims{}))))
	assert.NotEqual(t, other.Claims.ID, verified.Claims.ID)
	verified.Claims.ID = ""
	assert.Equal(t, jwt.Claims{Issuer: issuer, Subject: "alice", Audience: jwt.Audience{api}, IssuedAt: 1800000000, ExpiresAt: 1800000060}, verified.Claims)
	assert.Equal(t, jwt.Header{Algorithm: "HS256", Type: "JWT"}, verified.Header)
}

func TestTemplateKeepsWhatTheClaimsSet(t *testing.T) {
	key := hs256(t)
	for _, row := range []struct {
		claims any
		set    func(*jwt.Template)
		want   string // with jti as X where it is random
	}{
		{map[string]any{}, nil, `{"iss":"https://login.example","aud":"https://api.example","exp":1800000060,"iat":1800000000,"jti":"X"}`},
		{struct{}{}, func(t *jwt.Template) { t.Issuer, t.Audience = "", nil }, `{"exp":1800000060,"iat":1800000000,"jti":"X"}`},
		{struct{}{}, func(t *jwt.Template) { t.Issuer, t.Audience = "", []string{} }, `{"exp":1800000060,"iat":1800000000,"jti":"X"}`},
		{map[string]any{}, func(t *jwt.Template) { t.NotBefore, t.Audience = true, []string{"a", "b"} }, `{"iss":"https://login.example","aud":["a","b"],"exp":1800000060,"nbf":1800000000,"iat":1800000000,"jti":"X"}`},
		{json.RawMessage(` { "x" : 1 } `), func(t *jwt.Template) { t.Issuer, t.Audience = "", nil }, `{"exp":1800000060,"iat":1800000000,"jti":"X","x":1}`},
		{jwt.Claims{Issuer: "a", Audience: jwt.Audience{"b"}, ExpiresAt: 5, NotBefore: 6, IssuedAt: 7, ID: "c"}, func(t *jwt.Template) { t.NotBefore = true }, `{"iss":"a","aud":"b","exp":5,"nbf":6,"iat":7,"jti":"c"}`},
		{map[string]any{"iss": "", "aud": []string{}, "exp": 0, "iat": 0, "jti": ""}, nil, `{"aud":[],"exp":0,"iat":0,"iss":"","jti":""}`},
		{roleClaims{Role: "admin", Claims: jwt.Claims{ID: "c"}}, func(t *jwt.Template) { t.Audience = nil }, `{"iss":"https://login.example","exp":1800000060,"iat":1800000000,"jti":"c","role":"admin"}`},
		{map[string]any{"x": map[string]any{"iss": 7}, "jti": "c"}, func(t *jwt.Template) { t.Audience = nil }, `{"iss":"https://login.example","exp":1800000060,"iat":1800000000,"jti":"c","x":{"iss":7}}`},
	} {
		tmpl := template(key)
		if row.set != nil {
			row.set(tmpl)
		}
		token, err := tmpl.Sign(t.Context(), row.claims)
		require.NoError(t, err)
		_, body, err := jwt.InsecureDecode(token)
		require.NoError(t, err)
		_, err = jwt.InsecureToken(body)
		require.NoError(t, err, "no claim is there twice")
		var claims jwt.Claims
		require.NoError(t, json.Unmarshal(body, &claims))
		assert.JSONEq(t, row.want, strings.Replace(string(body), `"`+claims.ID+`"`, map[bool]string{true: `"X"`, false: `"` + claims.ID + `"`}[len(claims.ID) == 26], 1))
		p := lenient(key)
		p.Now = func() time.Time { return time.Unix(-1, 0) }
		_, err = p.Verify(t.Context(), token)
		if claims.NotBefore == 0 {
			require.NoError(t, err)
		}
	}
}

func TestTemplateSignsWithAHeader(t *testing.T) {
	key := must(jwt.NewHMAC(jwt.HS256, secret, "key-1"))
	for _, row := range []struct {
		set  func(*jwt.Template)
		want string
	}{
		{func(*jwt.Template) {}, `{"alg":"HS256","kid":"key-1","typ":"JWT"}`},
		{func(t *jwt.Template) { t.Type = "at+jwt" }, `{"alg":"HS256","kid":"key-1","typ":"at+jwt"}`},
		{func(t *jwt.Template) { t.Header = ownHeader{Thumbprint: "abc"} }, `{"alg":"HS256","kid":"key-1","x5t#S256":"abc"}`},
	} {
		tmpl := template(key)
		row.set(tmpl)
		header, _, err := jwt.InsecureDecode(must(tmpl.Sign(t.Context(), jwt.Claims{})))
		require.NoError(t, err)
		assert.Equal(t, row.want, string(header))
	}
}

func TestTemplateTakesItsKeyFromAFunction(t *testing.T) {
	type contextKey struct{}
	ctx := context.WithValue(t.Context(), contextKey{}, "here")
	first, second := hs256(t), must(jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("2", 32)), ""))
	key := first
	tmpl := template(nil)
	tmpl.KeyFunc = func(ctx context.Context) (jwt.Signer, error) {
		assert.Equal(t, "here", ctx.Value(contextKey{}))
		return key, nil
	}
	for _, key = range []*jwt.HMAC{first, second} {
		_, err := policy(key).Verify(t.Context(), must(tmpl.Sign(ctx, jwt.Claims{})))
		require.NoError(t, err)
	}
	down := errors.New("down")
	tmpl.KeyFunc = func(context.Context) (jwt.Signer, error) { return first, down }
	token, err := tmpl.Sign(ctx, jwt.Claims{})
	require.ErrorIs(t, err, down)
	assert.Empty(t, token)
	for _, none := range []jwt.Signer{nil, (*jwt.HMAC)(nil), &jwt.HMAC{}} {
		tmpl.KeyFunc = func(context.Context) (jwt.Signer, error) { return none, nil }
		token, err = tmpl.Sign(ctx, jwt.Claims{})
		require.ErrorContains(t, err, "no key to sign with")
		assert.Empty(t, token)
	}
}

func TestTemplateThatIsIncompleteSignsNothing(t *testing.T) {
	key := hs256(t)
	for _, row := range []struct {
		set    func(*jwt.Template)
		claims any
		want   string
	}{
		{func(t *jwt.Template) { *t = jwt.Template{} }, nil, "Template.Key is nil"},
		{func(t *jwt.Template) { t.Key = nil }, nil, "Template.Key is nil"},
		{func(t *jwt.Template) { t.Key = (*jwt.HMAC)(nil) }, nil, "Template.Key is nil"},
		{func(t *jwt.Template) { t.Key = &jwt.HMAC{} }, jwt.Claims{}, "no key to sign with"},
		{func(t *jwt.Template) { t.KeyFunc = func(context.Context) (jwt.Signer, error) { return key, nil } }, nil, "both Key and KeyFunc"},
		{func(t *jwt.Template) { t.Lifetime = 0 }, nil, "Template.Lifetime: got 0s, want at least a second"},
		{func(t *jwt.Template) { t.Lifetime = time.Second - 1 }, nil, "Template.Lifetime"},
		{func(t *jwt.Template) { t.Lifetime = -time.Hour }, nil, "Template.Lifetime"},
		{func(t *jwt.Template) { t.Type, t.Header = "JWT", jwt.Header{} }, nil, "both Header and Type"},
		{func(t *jwt.Template) { t.Type = "at jwt" }, nil, "Template.Type: got"},
		{func(t *jwt.Template) { t.Audience = []string{"a", ""} }, nil, "Template.Audience has an empty text"},
		{func(t *jwt.Template) { t.MaxSize = -1 }, nil, "negative MaxSize"},
		{func(t *jwt.Template) { t.Issuer = "\xff" }, jwt.Claims{}, "UTF-8"},
		{func(*jwt.Template) {}, nil, "not a JSON object"},
		{func(*jwt.Template) {}, map[string]any{"iss": 7}, "iss: got a number, want a string"},
		{func(*jwt.Template) {}, jwt.Claims{Subject: "\xff"}, "UTF-8"},
	} {
		tmpl := template(key)
		row.set(tmpl)
		token, err := tmpl.Sign(t.Context(), row.claims)
		require.ErrorContains(t, err, row.want)
		assert.Empty(t, token)
		assertPlain(t, "", err)
	}
	_, err := (*jwt.Template)(nil).Sign(t.Context(), jwt.Claims{})
	require.ErrorContains(t, err, "Template is nil")
	tmpl := template(key)
	tmpl.Lifetime = time.Second
	_, err = tmpl.Sign(t.Context(), jwt.Claims{})
	require.NoError(t, err)
}

// What a verifier would refuse for its size is not signed, unless that is asked for.
func TestTokensTooLargeForAVerifierAreNotSigned(t *testing.T) {
	key := hs256(t)
	far := &foreign{alg: "X"}
	claims := func(pad int) json.RawMessage {
		return json.RawMessage(`{"jti":"a","pad":"` + strings.Repeat("x", pad) + `"}`)
	}
	largest := 0
	for pad := 49000; pad < 49200; pad++ {
		token, err := jwt.Sign(t.Context(), key, claims(pad))
		if err == nil {
			assert.LessOrEqual(t, len(token), 65536)
			largest = max(largest, len(token))
			continue
		}
		assert.ErrorContains(t, err, "more than")
		assert.ErrorContains(t, err, "want at most 65536")
		assert.ErrorContains(t, err, "MaxSize")
	}
	assert.Greater(t, largest, 65530)
	_, err := jwt.SignHeader(t.Context(), far, jwt.Header{}, claims(60000))
	require.ErrorContains(t, err, "want at most 65536")
	assert.Nil(t, far.input, "the key is not asked")

	tmpl := template(key)
	_, err = tmpl.Sign(t.Context(), claims(60000))
	require.ErrorContains(t, err, "want at most 65536")
	tmpl.MaxSize = 1 << 20
	token, err := tmpl.Sign(t.Context(), claims(60000))
	require.NoError(t, err)
	tmpl.MaxSize = len(token)
	_, err = tmpl.Sign(t.Context(), claims(60000))
	require.NoError(t, err)
	tmpl.MaxSize = len(token) - 1
	_, err = tmpl.Sign(t.Context(), claims(60000))
	require.Error(t, err)
}

// Whatever claims a template signs, the policy with the same values accepts the token,
// unless the claims say otherwise themselves.
func FuzzTemplate(f *testing.F) {
	for _, claims := range []string{`{}`, `{"sub":"alice","x":[1,{"y":null}]}`, `{"iss":"other"}`, `{"exp":1}`, `{"nbf":9e9}`, `{"aud":[]}`, `{"jti":7}`, `{"a":1,"a":2}`, `[]`, ``, "{\"a\":\"\xff\"}", ` { "iat" : 1.5 } `} {
		f.Add([]byte(claims))
	}
	key := hs256(f)
	f.Fuzz(func(t *testing.T, claims []byte) {
		before := string(claims)
		token, err := template(key).Sign(t.Context(), json.RawMessage(claims))
		require.Equal(t, before, string(claims))
		if err != nil {
			require.Empty(t, token)
			return
		}
		var own map[string]json.RawMessage // a number may be too large for a float64
		require.NoError(t, json.Unmarshal(claims, &own))
		verified, err := policy(key).Verify(t.Context(), token)
		if err != nil {
			var refusal *jwt.VerifyError
			require.ErrorAs(t, err, &refusal)
			require.Contains(t, own, refusal.Claim)
			return
		}
		var got map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(verified.Payload(), &got))
		for name, value := range own {
			require.Equal(t, string(value), string(got[name]), name)
		}
	})
}
