package jwthttp

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jsontest"
)

// An answering is a server that gives one answer to everything.
type answering struct {
	status int
	header http.Header
	body   []byte
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(string(a.body))), Request: r}, nil
}

func newFuzzSource(t testing.TB, a answering) *source {
	s, err := newSource("https://login.example", []string{"https://login.example/.well-known/openid-configuration"}, RemoteOptions{Client: &http.Client{Transport: a}})
	require.NoError(t, err)
	return s
}

// Whatever the issuer's metadata say, keys come from an https URL that they name, and
// only if they are the metadata of that issuer.
func FuzzMetadata(f *testing.F) {
	for _, body := range []string{
		`{"issuer":"https://login.example","jwks_uri":"https://keys.example/a"}`, `{"issuer":"https://login.example/","jwks_uri":"https://keys.example/a"}`,
		`{"issuer":"https://login.example","jwks_uri":"http://keys.example/a"}`, `{"issuer":"https://login.example","jwks_uri":"file:///etc/passwd"}`,
		`{"issuer":"https://login.example","jwks_uri":"//a"}`, `{"issuer":"https://login.example","issuer":"https://login.example","jwks_uri":"https://a"}`,
		`{"issuer":"https://login.example","jwks_uri":"https://u:p@a/?b#c"}`, `{"issuer":["https://login.example"]}`, `{}`, `<html>`, ``,
	} {
		f.Add(200, []byte(body))
	}
	f.Add(404, []byte(nil))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		at, err := newFuzzSource(t, answering{status: status, body: body}).discover(t.Context())
		if err != nil {
			require.Empty(t, at)
			require.NotContains(t, err.Error(), "\n")
			require.Less(t, len(err.Error()), 4096)
			return
		}
		members := jsontest.Object(t, body)
		require.Equal(t, 200, status)
		require.Equal(t, "https://login.example", members["issuer"])
		require.Equal(t, members["jwks_uri"], at)
		require.True(t, strings.HasPrefix(strings.ToLower(at), "https://"), at)
	})
}

// Whatever a key server answers, its keys are fresh for a bounded time, and an answer
// without a key is an error.
func FuzzKeysAnswer(f *testing.F) {
	set := `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"EdDSA","kid":"1"}]}`
	f.Add(200, set, "max-age=60", "10", `"etag"`)
	f.Add(200, set, `public, Max-Age="99999999999999999999", no-store`, "-1", "")
	f.Add(200, `{"keys":[]}`, "max-age=1e9", "", "")
	f.Add(200, `{"1":"-----BEGIN CERTIFICATE-----\n"}`, "max-age=2147483647", "4294967296", "")
	f.Add(304, "", "", "", "")
	f.Fuzz(func(t *testing.T, status int, body, cacheControl, age, etag string) {
		header := http.Header{"Cache-Control": {cacheControl}, "Age": {age}, "Etag": {etag}}
		s := newFuzzSource(t, answering{status, header, []byte(body)})
		held, err := s.keys(nil, "https://keys.example/a")
		if err != nil {
			require.Nil(t, held)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.Equal(t, 200, status)
		require.NotEmpty(t, held.set.Keys())
		require.GreaterOrEqual(t, held.fresh, s.lifetime.shortest)
		require.LessOrEqual(t, held.fresh, max(s.lifetime.longest, 24*time.Hour))
	})
}

// A token comes from a cookie only if there is one of that name.
func FuzzCookieToken(f *testing.F) {
	for _, value := range []string{"", "__Host-token=a.b.c", "__Host-token=a; x=1", "__Host-token=a; __Host-token=b", `__Host-token="a"`, "__host-token=a", "__Host-token", "=;;=,", "__Host-token=a\x00b"} {
		f.Add(value)
	}
	extract := CookieToken("__Host-token")
	f.Fuzz(func(t *testing.T, value string) {
		token, err := extract(&http.Request{Header: http.Header{"Cookie": {value}}})
		if err != nil {
			require.Empty(t, token)
			require.Greater(t, strings.Count(value, "__Host-token"), 1)
			return
		}
		if token != "" {
			require.Contains(t, value, "__Host-token")
			require.Contains(t, value, token)
		}
	})
}

// A scope is granted only if a claim for scopes has it as a word, or as a member of
// its array.
func FuzzScopes(f *testing.F) {
	for _, claims := range []string{`"scope":"a b"`, `"scope":"a:b"`, `"scp":["b","a"]`, `"scp":["a b"]`, `"scope":"b","scp":["a"]`, `"scope":null`, `"scope":" "`, `"Scope":"b"`, `"scope":"b\t"`} {
		f.Add(claims)
	}
	protect := &Middleware{Tokens: jwt.Policies{}}
	f.Fuzz(func(t *testing.T, claims string) {
		token, err := jwt.InsecureToken(json.RawMessage("{" + claims + "}"))
		if err != nil {
			return
		}
		granted := protect.checkScopes(token, []string{"b"}) == nil
		members := jsontest.Object(t, token.Payload())
		want, wrong := false, false
		for _, name := range usualScopes {
			switch claim := members[name].(type) {
			case string:
				want = want || slices.Contains(strings.Split(claim, " "), "b")
			case []any:
				for _, scope := range claim {
					_, text := scope.(string)
					want, wrong = want || scope == "b", wrong || !text
				}
			default:
				_, there := members[name]
				wrong = wrong || there
			}
		}
		require.Equal(t, want && !wrong, granted)
	})
}

// A request of any method and headers is answered once, and none is let through that
// has no good token.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "Authorization", "Bearer a.b.c", "Origin", "https://a.example")
	f.Add("OPTIONS", "Access-Control-Request-Method", "POST", "Origin", "null")
	f.Add("CONNECT", "Dpop", "a", "Authorization", "DPoP a")
	key, err := jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("s", 32)), "")
	require.NoError(f, err)
	protect := &Middleware{Tokens: &jwt.Policy{Keys: jwt.Keys{key}, AllowAnyIssuer: true, AllowAnyAudience: true}, AllowPreflight: true}
	require.NoError(f, protect.Validate())
	f.Fuzz(func(t *testing.T, method, name1, value1, name2, value2 string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Method = method
		r.Header[http.CanonicalHeaderKey(name1)] = []string{value1}
		r.Header[http.CanonicalHeaderKey(name2)] = []string{value2}
		reached := false
		w := httptest.NewRecorder()
		protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reached = true
			_, ok := TokenFrom(r.Context())
			require.False(t, ok)
		})).ServeHTTP(w, r)
		if reached {
			require.Equal(t, "OPTIONS", method)
			require.Contains(t, r.Header, "Access-Control-Request-Method")
		} else {
			require.Contains(t, []int{400, 401}, w.Code)
		}
	})
}
