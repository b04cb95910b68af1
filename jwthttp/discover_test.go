package jwthttp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// An issuer's metadata are looked for where the two standards put them.
func TestDiscovery(t *testing.T) {
	key := newKey(t)
	for _, test := range []struct {
		name, path string // of the issuer
		at         string // of the metadata
		metadata   string // with ORIGIN and ISSUER in it
		want       string // error, or "" for none
	}{
		{"OpenID", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"OpenID, a slash at the end", "/", "/.well-known/openid-configuration", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"OpenID with a path", "/tenant", "/tenant/.well-known/openid-configuration", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"RFC 8414", "", "/.well-known/oauth-authorization-server", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"RFC 8414 with a path", "/tenant", "/.well-known/oauth-authorization-server/tenant", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"another issuer", "", "/.well-known/openid-configuration", `{"issuer":"https://other.example","jwks_uri":"ORIGIN/keys"}`, `got the issuer "https://other.example"`},
		{"a slash more", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER/","jwks_uri":"ORIGIN/keys"}`, `got the issuer`},
		{"no issuer", "", "/.well-known/openid-configuration", `{"jwks_uri":"ORIGIN/keys"}`, `got the issuer ""`},
		{"issuer in capitals", "", "/.well-known/openid-configuration", `{"ISSUER":"ISSUER","jwks_uri":"ORIGIN/keys"}`, `got the issuer ""`},
		{"two issuers", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER","issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, `duplicate`},
		{"no keys", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER"}`, "jwks_uri"},
		{"keys over http", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER","jwks_uri":"http://issuer.example/keys"}`, "want https"},
		{"no metadata", "", "/elsewhere", `{}`, "got status 404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			mux := http.NewServeMux()
			web := httptest.NewServer(mux)
			defer web.Close()
			issuer := web.URL + test.path
			mux.Handle("/keys", &keyServer{keys: []*jwk.Key{key}})
			mux.HandleFunc(test.at, func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, strings.NewReplacer("ORIGIN", web.URL, `"ISSUER":`, `"ISSUER":`, "ISSUER", issuer).Replace(test.metadata))
			})
			keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{Timeout: time.Minute})
			require.NoError(t, err)
			err = accept(t, keys, tokenOf(t, key))
			if test.want == "" {
				assert.NoError(t, err)
				assert.Equal(t, web.URL+"/keys", keys.State().URL)
				return
			}
			assert.True(t, undecided(err), "%v", err)
			assert.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), "template")
		})
	}
}

// What is wrong with the OpenID document comes first in the error, also where the
// other place was asked as well. A server that fails is asked once.
func TestErrorOfBothPlaces(t *testing.T) {
	const none = `"https://issuer.example/.well-known/oauth-authorization-server": got status 404, want 200`
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   []string // in this order
		hits   int      // of the second place
	}{
		{"absent", http.NotFound, []string{`"https://issuer.example/.well-known/openid-configuration": got status 404, want 200`, none}, 1},
		{"forbidden", status(403), []string{"got status 403", none}, 1},
		{"499", status(499), []string{"got status 499", none}, 1},
		{"500", status(500), []string{"got status 500"}, 0},
		{"503", status(503), []string{"got status 503"}, 0},
		{"a page", answerPage, []string{`openid-configuration": metadata: not a JSON object, of the content type "text/html"`, none}, 1},
		{"another issuer", answerJSON(`{"issuer":"https://other.example","jwks_uri":"https://issuer.example/keys"}`),
			[]string{`metadata: got the issuer "https://other.example", want exactly "https://issuer.example"`, none}, 1},
		{"no jwks_uri", answerJSON(`{"issuer":"https://issuer.example"}`), []string{"metadata: jwks_uri: ", none}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, keys := newMetadata(t, "/keys")
			m.set(openID, test.answer)
			err := keys.Refresh(t.Context())
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "%!")
			rest := err.Error()
			for _, want := range test.want {
				_, after, found := strings.Cut(rest, want)
				assert.True(t, found, "%s: want %s", err, want)
				rest = after
			}
			assert.Equal(t, test.hits, m.hits(oauth))
			assert.Zero(t, m.hits("/keys"))
		})
	}
}

// What is wrong at the first place may be right at the second.
func TestSecondPlace(t *testing.T) {
	key := newKey(t)
	for _, answer := range []http.HandlerFunc{status(404), answerPage, answerJSON(`{"issuer":"https://issuer.example"}`)} {
		m, keys := newMetadata(t, "/keys")
		m.set(openID, answer)
		m.set(oauth, metadataOf("/keys"))
		m.set("/keys", &keyServer{keys: []*jwk.Key{key}})
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
	}
}

// One endpoint for many tenants has a template for an issuer. The error says how
// to read its keys, and that way works.
func TestTemplateIssuer(t *testing.T) {
	key := newKey(t)
	const template = "https://issuer.example/{tenantid}/v2.0"
	m := &metadataServer{urls: map[string]http.Handler{}, count: map[string]int{}}
	m.set("/common/v2.0"+openID, answerJSON(`{"issuer":"`+template+`","jwks_uri":"https://issuer.example/keys"}`))
	m.set("/keys", &keyServer{keys: []*jwk.Key{key}})
	o := jwthttp.RemoteOptions{Client: &http.Client{Transport: m}}
	keys, err := jwthttp.DiscoverKeys("https://issuer.example/common/v2.0", o)
	require.NoError(t, err)
	err = keys.Refresh(t.Context())
	assert.ErrorContains(t, err, `"https://issuer.example/common/v2.0/.well-known/openid-configuration": metadata: got the issuer`)
	assert.ErrorContains(t, err, `a template for many issuers: give it to DiscoverKeys as the issuer, and this URL as the MetadataURL`)

	o.MetadataURL = "https://issuer.example/common/v2.0/.well-known/openid-configuration"
	keys, err = jwthttp.DiscoverKeys(template, o)
	require.NoError(t, err)
	assert.NoError(t, accept(t, keys, tokenOf(t, key)))
}

func TestMetadataAtAnotherURL(t *testing.T) {
	key := newKey(t)
	server := http.NewServeMux()
	web := httptest.NewServer(server)
	defer web.Close()
	server.Handle("/keys", &keyServer{keys: []*jwk.Key{key}})
	for issuer, metadata := range map[string]string{
		"https://login.example": `{"issuer":"https://login.example","jwks_uri":"` + web.URL + `/keys"}`,
		"any text":              `{"issuer":"any text","jwks_uri":"` + web.URL + `/keys"}`,
	} {
		mux := http.NewServeMux()
		internal := httptest.NewServer(mux)
		defer internal.Close()
		mux.HandleFunc("/metadata", answerJSON(metadata))
		o := jwthttp.RemoteOptions{MetadataURL: internal.URL + "/metadata", Timeout: time.Minute}
		keys, err := jwthttp.DiscoverKeys(issuer, o)
		require.NoError(t, err)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))

		keys, err = jwthttp.DiscoverKeys("https://other.example", o)
		require.NoError(t, err)
		assert.ErrorContains(t, keys.Refresh(t.Context()), `want exactly "https://other.example"`)
	}
	for issuer, o := range map[string]jwthttp.RemoteOptions{
		"":                      {MetadataURL: "https://login.example/metadata"},
		"https://login.example": {MetadataURL: "http://login.example/metadata"},
		"https://api.example":   {MetadataURL: "/metadata"},
	} {
		_, err := jwthttp.DiscoverKeys(issuer, o)
		assert.Error(t, err)
	}
}

// Metadata that came over https do not lead to keys over http, whatever is
// allowed.
func TestMetadataOverHTTPSNameKeysOverHTTPS(t *testing.T) {
	key := newKey(t)
	loopback := httptest.NewServer(&keyServer{keys: []*jwk.Key{key}})
	defer loopback.Close()
	var issuer string
	web := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, issuer, loopback.URL)
	}))
	defer web.Close()
	issuer = web.URL
	for _, allow := range []bool{false, true} {
		for _, at := range []string{"", "HTTPS" + strings.TrimPrefix(issuer, "https")} {
			keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{Client: web.Client(), Timeout: time.Minute, MetadataURL: at, AllowHTTP: allow})
			require.NoError(t, err)
			assert.ErrorContains(t, accept(t, keys, tokenOf(t, key)), "want https")
		}
	}
}

func TestMetadataAreReadOnceAnHour(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		m, keys := newMetadata(t, "/keys")
		m.set("/keys", &keyServer{keys: []*jwk.Key{key}})
		for range 6 {
			require.NoError(t, accept(t, keys, tokenOf(t, key)))
			pass(10 * time.Minute)
		}
		assert.Equal(t, 6, m.hits("/keys"))
		assert.Equal(t, 1, m.hits(openID))
		require.NoError(t, accept(t, keys, tokenOf(t, key)))
		synctest.Wait()
		assert.Equal(t, 7, m.hits("/keys"))
		assert.Equal(t, 2, m.hits(openID), "after an hour")
	})
}
