package jwt_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

type ownHeader struct {
	jwt.Header
	Thumbprint string         `json:"x5t#S256,omitzero"`
	Key        map[string]any `json:"jwk,omitzero"`
	B64        *bool          `json:"b64,omitzero"`
	Nonce      int            `json:"nonce,omitzero"`
}

func TestHeadersOfOnesOwnAreSigned(t *testing.T) {
	named, err := jwt.NewHMAC(jwt.HS256, secret, "key-1")
	require.NoError(t, err)
	yes := true
	for _, row := range []struct {
		name   string
		key    jwt.Signer
		header any
		want   string // the header, or a part of the error
		ok     bool
	}{
		{"a struct", named, ownHeader{Header: jwt.Header{Type: "dpop+jwt"}, Thumbprint: "abc"}, `{"alg":"HS256","kid":"key-1","typ":"dpop+jwt","x5t#S256":"abc"}`, true},
		{"a pointer to one", named, &ownHeader{Key: map[string]any{"kty": "EC"}}, `{"alg":"HS256","kid":"key-1","jwk":{"kty":"EC"}}`, true},
		{"a pointer to a Header", named, &jwt.Header{Type: "x"}, `{"alg":"HS256","kid":"key-1","typ":"x"}`, true},
		{"the key's own", named, ownHeader{Header: jwt.Header{Algorithm: "HS256", KeyID: "key-1"}}, `{"alg":"HS256","kid":"key-1"}`, true},
		{"a map", named, map[string]any{"iss": "a"}, `{"alg":"HS256","kid":"key-1","iss":"a"}`, true},
		{"raw JSON", hs256(t), json.RawMessage(`{ "kty" : [1, 2], "\u0061lg" : "HS256" }`), `{"alg":"HS256","kty":[1,2]}`, true},
		{"no members", hs256(t), struct{}{}, `{"alg":"HS256"}`, true},

		{"another algorithm", named, map[string]any{"alg": "none"}, `alg: got "none", want the key's, "HS256"`, false},
		{"an algorithm that is no text", named, map[string]any{"alg": nil}, `alg: got "null", want the key's`, false},
		{"another key ID", named, map[string]any{"kid": "key-2"}, "want the key's", false},
		{"a key ID for a key without one", hs256(t), ownHeader{Header: jwt.Header{KeyID: "a"}}, "want the key's", false},
		{"crit", named, map[string]any{"crit": []string{"exp"}}, "crit: want it to be absent, for it changes what a token means", false},
		{"b64", named, ownHeader{B64: &yes}, "b64: want it to be absent, for it changes what a token means", false},
		{"enc", named, map[string]any{"enc": "A128GCM"}, "enc: want it to be absent, for it changes what a token means", false},
		{"zip", named, map[string]any{"zip": "DEF"}, "zip: want it to be absent, for it changes what a token means", false},
		{"crit in another case", named, map[string]any{"Crit": []string{"exp"}}, "Crit: want it to be absent, for some readers take it for crit", false},
		{"b64 in another case", named, json.RawMessage(`{"B64":false}`), "B64: want it to be absent", false},
		{"enc in another case", named, json.RawMessage(`{"eNc":"A128GCM"}`), "eNc: want it to be absent", false},
		{"zip in another case", named, json.RawMessage(`{"ZIP":"DEF"}`), "ZIP: want it to be absent", false},
		{"an algorithm in a field without a tag", named, struct {
			jwt.Header
			Alg string
		}{Alg: "none"}, "Alg: want it to be absent, for some readers take it for alg", false},
		{"a key ID in another case", named, json.RawMessage(`{"KID":"key-2"}`), "KID: want it to be absent", false},
		{"a name that looks alike", named, json.RawMessage(`{"\u212aid":1}`), `{"alg":"HS256","kid":"key-1","` + "\u212a" + `id":1}`, true},
		{"a type that is no text", named, map[string]any{"typ": 7}, "typ: got a number, want a string", false},
		{"an empty type", named, map[string]any{"typ": ""}, "typ: is empty", false},
		{"duplicates", named, json.RawMessage(`{"x":1,"x":2}`), "duplicate", false},
		{"two spellings of a name", named, json.RawMessage(`{"x":1,"\u0078":2}`), "duplicate", false},
		{"too many members", named, json.RawMessage(members(70)), "too many members", false},
		{"too large", named, map[string]any{"x": strings.Repeat("x", 16<<10)}, "bytes, want at most 16384", false},
		{"no object", named, []string{"alg"}, "not a JSON object", false},
		{"null", named, (*ownHeader)(nil), "not a JSON object", false},
		{"nil", named, nil, "got nil", false},
		{"what has no JSON", named, make(chan int), "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwt.SignHeader(t.Context(), row.key, row.header, jwt.Claims{Subject: "alice"})
			if !row.ok {
				require.ErrorContains(t, err, row.want)
				assert.Empty(t, token)
				assertPlain(t, "", err)
				return
			}
			require.NoError(t, err)
			header, _, err := jwt.InsecureDecode(token)
			require.NoError(t, err)
			assert.Equal(t, row.want, string(header))
			p := lenient(row.key.(jwt.Verifier))
			p.AllowAnyType = true
			_, err = p.Verify(t.Context(), token)
			require.NoError(t, err)
		})
	}
}

func TestHeaderAsReadsTheHeaderAsItCame(t *testing.T) {
	key := hs256(t)
	p := lenient(key)
	p.AllowAnyType = true
	for range 2 { // the second time the header is a known one
		token := signRaw(t, key, `{"typ":"x","alg":"HS256","kid":"a","x5t#S256":"abc","jwk":{"kty":"EC"},"nonce":7}`, `{"x5t#S256":"not this"}`)
		verified, err := p.Verify(t.Context(), token)
		require.NoError(t, err)
		verified.Header = jwt.Header{} // which changes nothing
		own, err := jwt.HeaderAs[ownHeader](verified)
		require.NoError(t, err)
		assert.Equal(t, ownHeader{jwt.Header{Algorithm: "HS256", KeyID: "a", Type: "x"}, "abc", map[string]any{"kty": "EC"}, nil, 7}, own)
		plain, err := jwt.HeaderAs[jwt.Header](verified)
		require.NoError(t, err)
		assert.Equal(t, jwt.Header{Algorithm: "HS256", KeyID: "a", Type: "x"}, plain)
		all, err := jwt.HeaderAs[map[string]any](verified)
		require.NoError(t, err)
		assert.Len(t, all, 6)
		some, err := jwt.HeaderAs[struct {
			Thumbprint string `json:"x5t#S256"`
		}](verified)
		require.NoError(t, err)
		assert.Equal(t, "abc", some.Thumbprint)

		_, err = jwt.HeaderAs[struct {
			Key string `json:"jwk"`
		}](verified)
		require.ErrorIs(t, err, jwt.ErrClaim)
		var refused *jwt.VerifyError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "jwk", refused.Claim)
	}
	for _, none := range []*jwt.Token{nil, {}, must(jwt.InsecureToken(jwt.Claims{}))} {
		_, err := jwt.HeaderAs[jwt.Header](none)
		require.ErrorContains(t, err, "no verified token")
	}
}

func TestOddJSONInHeaders(t *testing.T) {
	for _, row := range oddities {
		t.Run(row.name, func(t *testing.T) {
			token := signRaw(t, hs256(t), strings.ReplaceAll(row.text, "%s", `"alg":"HS256"`), payload)
			got, err := policy(hs256(t)).Verify(t.Context(), token)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			r := refused(t, jwt.ErrMalformed, token, got, err)
			assert.Equal(t, "", r.Claim)
			assert.Contains(t, r.Detail, "header: ")
			if len(row.text) < 500 { // or else a limit of headers comes before
				assert.Contains(t, r.Detail, row.want)
			}
		})
	}
}

func TestOddHeaders(t *testing.T) {
	for _, row := range []struct {
		header string
		want   error
		claim  string
	}{
		{`{"alg":"HS256"}`, nil, ""},
		{`{"typ":"JWT","alg":"HS256"}`, nil, ""},
		{`{"\u0061lg":"\u0048S256"}`, nil, ""},
		{`{"alg":"HS256","kid":""}`, nil, ""},
		{`{"alg":"HS256","cty":"text"}`, nil, ""},
		{`{"alg":"HS256","Alg":"none","ALG":null,"a\u017Fg":1}`, nil, ""},
		{`{"alg":"HS256","Typ":"at+jwt","\u0166yp":7,"typ\u0000":1}`, nil, ""},
		{"{\"alg\":\"HS256\",\"\u212Aid\":7,\"Kid\":null}", nil, ""},
		{`{"alg":"HS256","x":{"alg":"none","crit":["x"]},"y":[{"b64":false}]}`, nil, ""},
		{`{"alg":"HS256","exp":1,"iss":7}`, nil, ""},
		{`{}`, jwt.ErrMalformed, "alg"},
		{`{"Alg":"HS256"}`, jwt.ErrMalformed, "alg"},
		{`{"ALG":"HS256","typ":"JWT"}`, jwt.ErrMalformed, "alg"},
		{`{"alg ":"HS256"}`, jwt.ErrMalformed, "alg"},
		{`{"x":{"alg":"HS256"}}`, jwt.ErrMalformed, "alg"},
		{`{"alg":null}`, jwt.ErrMalformed, "alg"},
		{`{"alg":""}`, jwt.ErrMalformed, "alg"},
		{`{"alg":256}`, jwt.ErrMalformed, "alg"},
		{`{"alg":true}`, jwt.ErrMalformed, "alg"},
		{`{"alg":["HS256"]}`, jwt.ErrMalformed, "alg"},
		{`{"alg":{"HS256":1}}`, jwt.ErrMalformed, "alg"},
		{`{"alg":"HS256","alg":"HS256"}`, jwt.ErrMalformed, ""},
		{`{"alg":"HS256","alg":"none"}`, jwt.ErrMalformed, ""},
		{`{"alg":"none","alg":"HS256"}`, jwt.ErrMalformed, ""},
		{`{"alg":"HS256","\u0061lg":"HS256"}`, jwt.ErrMalformed, ""},
		{`{"alg":"HS256","kid":7}`, jwt.ErrMalformed, "kid"},
		{`{"alg":"HS256","kid":null}`, jwt.ErrMalformed, "kid"},
		{`{"alg":"HS256","kid":["k"]}`, jwt.ErrMalformed, "kid"},
		{`{"alg":"HS256","kid":"a","kid":"a"}`, jwt.ErrMalformed, ""},
		{`{"alg":"HS256","typ":""}`, jwt.ErrMalformed, "typ"},
		{`{"alg":"HS256","cty":7}`, jwt.ErrMalformed, "cty"},
		{`{"alg":"HS256","cty":""}`, jwt.ErrMalformed, "cty"},
		{`{"alg":"HS256","cty":null}`, jwt.ErrMalformed, "cty"},
	} {
		t.Run(row.header, func(t *testing.T) {
			token := signRaw(t, hs256(t), row.header, payload)
			got, err := policy(hs256(t)).Verify(t.Context(), token)
			if row.want == nil {
				require.NoError(t, err)
				assert.Equal(t, jwt.HS256, got.Header.Algorithm)
				return
			}
			r := refused(t, row.want, token, got, err)
			assert.Equal(t, row.claim, r.Claim)
			assert.NotEmpty(t, r.Detail)
		})
	}
}

func TestHeaderIsRead(t *testing.T) {
	key, err := jwt.NewHMAC(jwt.HS256, secret, "k\"1")
	require.NoError(t, err)
	p := lenient(key)
	p.Types = []string{"at+jwt"}
	for _, h := range []string{
		`{"alg":"HS256","kid":"k\"1","typ":"at+jwt","cty":"json"}`,
		`{"cty":"\u006a\u0073on","typ":"\u0061t+jwt","kid":"k\u00221","alg":"\u0048S256"}`,
	} {
		got, err := p.Verify(t.Context(), signRaw(t, key, h, `{}`))
		require.NoError(t, err)
		assert.Equal(t, jwt.Header{Algorithm: jwt.HS256, KeyID: "k\"1", Type: "at+jwt", ContentType: "json"}, got.Header)
	}
}

func TestSignHeader(t *testing.T) {
	named, err := jwt.NewHMAC(jwt.HS256, secret, "key-1")
	require.NoError(t, err)
	for _, row := range []struct {
		name   string
		header jwt.Header
		want   string // the header, or a part of the error
		ok     bool
	}{
		{"nothing", jwt.Header{}, `{"alg":"HS256","kid":"key-1"}`, true},
		{"a type", jwt.Header{Type: "at+jwt"}, `{"alg":"HS256","kid":"key-1","typ":"at+jwt"}`, true},
		{"the usual type", jwt.Header{Type: "JWT"}, `{"alg":"HS256","kid":"key-1","typ":"JWT"}`, true},
		{"a content type", jwt.Header{ContentType: "JWT"}, `{"alg":"HS256","kid":"key-1","cty":"JWT"}`, true},
		{"both types", jwt.Header{Type: "JWT", ContentType: "a\"b"}, `{"alg":"HS256","kid":"key-1","typ":"JWT","cty":"a\"b"}`, true},
		{"the key's own algorithm and ID", jwt.Header{Algorithm: jwt.HS256, KeyID: "key-1", Type: "JWT"}, `{"alg":"HS256","kid":"key-1","typ":"JWT"}`, true},
		{"another algorithm", jwt.Header{Algorithm: jwt.HS384}, "want the key's", false},
		{"none", jwt.Header{Algorithm: "none"}, "want the key's", false},
		{"another key ID", jwt.Header{KeyID: "key-2"}, "want the key's", false},
		{"another key ID, for the usual type", jwt.Header{KeyID: "key-2", Type: "JWT"}, "want the key's", false},
		{"a type too long for any header", jwt.Header{Type: strings.Repeat("x", 13000)}, "bytes, want at most 16384", false},
		{"a content type too long for any header", jwt.Header{Type: "JWT", ContentType: strings.Repeat("x", 13000)}, "bytes, want at most 16384", false},
		{"a type of invalid UTF-8", jwt.Header{Type: "\xff"}, "UTF-8", false},
		{"a content type of invalid UTF-8", jwt.Header{ContentType: "\xff"}, "UTF-8", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwt.SignHeader(t.Context(), named, row.header, jwt.Claims{Subject: "alice"})
			if !row.ok {
				require.ErrorContains(t, err, row.want)
				assert.Empty(t, token)
				assertPlain(t, "", err)
				return
			}
			require.NoError(t, err)
			header, body, err := jwt.InsecureDecode(token)
			require.NoError(t, err)
			assert.Equal(t, row.want, string(header))
			assert.Equal(t, `{"sub":"alice"}`, string(body))
			p := lenient(named)
			p.AllowAnyType = true
			got, err := p.Verify(t.Context(), token)
			require.NoError(t, err)
			assert.Equal(t, jwt.Header{Algorithm: jwt.HS256, KeyID: "key-1", Type: row.header.Type, ContentType: row.header.ContentType}, got.Header)
		})
	}
	t.Run("a key ID for a key without one", func(t *testing.T) {
		_, err := jwt.SignHeader(t.Context(), hs256(t), jwt.Header{KeyID: "key-1"}, jwt.Claims{})
		require.ErrorContains(t, err, "want the key's")
	})
	t.Run("and no key", func(t *testing.T) {
		for _, key := range []jwt.Signer{nil, (*jwt.HMAC)(nil), &jwt.HMAC{}, (*foreign)(nil)} {
			token, err := jwt.SignHeader(t.Context(), key, jwt.Header{}, jwt.Claims{})
			require.ErrorContains(t, err, "no key")
			assert.Empty(t, token)
		}
	})
}

// The largest header that is signed is the largest that is read: 16,384 bytes.
func TestTheLargestHeaderIsSignedAndRead(t *testing.T) {
	key := hs256(t)
	const frame = len(`{"alg":"HS256","x":""}`)
	p := lenient(key)
	p.AllowAnyType = true
	token, err := jwt.SignHeader(t.Context(), key, map[string]string{"x": strings.Repeat("x", 12288-frame)}, jwt.Claims{})
	require.NoError(t, err)
	assert.Equal(t, 16384, strings.IndexByte(token, '.'))
	_, err = p.Verify(t.Context(), token)
	require.NoError(t, err)
	_, err = jwt.SignHeader(t.Context(), key, map[string]string{"x": strings.Repeat("x", 12289-frame)}, jwt.Claims{})
	require.ErrorContains(t, err, "16386 bytes, want at most 16384")
}

func TestAKeyIDThatIsANumberIsNotTheKeys(t *testing.T) {
	key, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "42")
	require.NoError(t, err)
	_, err = jwt.SignHeader(t.Context(), key, map[string]any{"kid": 42}, jwt.Claims{})
	assert.ErrorContains(t, err, `kid: got "42", want the key's`)
	_, err = jwt.SignHeader(t.Context(), key, map[string]any{"kid": "42"}, jwt.Claims{})
	assert.NoError(t, err)
}
