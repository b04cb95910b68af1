package jwthttp_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func ask(h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestResourceMetadataAreAtTheResourcesPath(t *testing.T) {
	const base = jwthttp.ResourceMetadataPath
	for _, test := range []struct{ resource, url, path string }{
		{"https://api.example", "https://api.example" + base, base},
		{"https://api.example/", "https://api.example" + base, base},
		{"https://api.example/mcp", "https://api.example" + base + "/mcp", base + "/mcp"},
		{"https://api.example/mcp/", "https://api.example" + base + "/mcp/", base + "/mcp/"},
		{"https://api.example/a/b", "https://api.example" + base + "/a/b", base + "/a/b"},
		{"https://api.example/a%20b", "https://api.example" + base + "/a%20b", base + "/a%20b"},
		{"https://api.example/a%2Fb", "https://api.example" + base + "/a%2Fb", base + "/a%2Fb"},
		{"https://api.example:8443/v1", "https://api.example:8443" + base + "/v1", base + "/v1"},
		{"http://127.0.0.1:8080/v1", "http://127.0.0.1:8080" + base + "/v1", base + "/v1"},
		{"https://my-api.example", "https://my-api.example" + base, base},
		{"http://[::1]:8080", "http://[::1]:8080" + base, base},
	} {
		metadata := &jwthttp.ResourceMetadata{Resource: test.resource}
		require.NoError(t, metadata.Validate(), test.resource)
		assert.Equal(t, test.url, metadata.URL())
		w := ask(metadata, "GET", test.path)
		assert.Equal(t, 200, w.Code, test.resource)
		assert.JSONEq(t, `{"resource":"`+test.resource+`","bearer_methods_supported":["header"]}`, w.Body.String())
	}
	metadata := &jwthttp.ResourceMetadata{Resource: "https://api.example/mcp"}
	assert.Equal(t, 200, ask(metadata, "GET", base+"/mcp/").Code, "a slash at the end does not matter")
	for _, path := range []string{base, base + "/", base + "/other", base + "/mcp/x", "/mcp", "/", base + "/mc%70x", base + "/MCP"} {
		assert.Equal(t, 404, ask(metadata, "GET", path).Code, path)
	}
}

func TestResourceMetadataHaveWhatIsSet(t *testing.T) {
	metadata := &jwthttp.ResourceMetadata{
		Resource: "https://api.example", AuthorizationServers: []string{"https://login.example", "https://login.example/tenant"},
		ScopesSupported: []string{"read", "write"}, BearerMethods: []string{},
		Members: map[string]any{"resource_name": `An "API" <&>`, "dpop_bound_access_tokens_required": true},
		MaxAge:  time.Minute,
	}
	w := ask(metadata, "GET", jwthttp.ResourceMetadataPath)
	assert.JSONEq(t, `{"resource":"https://api.example","authorization_servers":["https://login.example","https://login.example/tenant"],
		"scopes_supported":["read","write"],"bearer_methods_supported":[],"resource_name":"An \"API\" <&>","dpop_bound_access_tokens_required":true}`, w.Body.String())
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.Equal(t, "public, max-age=60", w.Header().Get("Cache-Control"))
	assert.Equal(t, 304, ask(metadata, "GET", jwthttp.ResourceMetadataPath, "If-None-Match", w.Header().Get("ETag")).Code)
	for range 5 {
		assert.Equal(t, w.Header().Get("ETag"), ask(metadata, "HEAD", jwthttp.ResourceMetadataPath).Header().Get("ETag"))
	}
}

func TestResourceMetadataHaveAListOfOne(t *testing.T) {
	metadata := &jwthttp.ResourceMetadata{Resource: "https://api.example", AuthorizationServers: []string{"https://login.example"}, ScopesSupported: []string{"read"}}
	assert.JSONEq(t, `{"resource":"https://api.example","authorization_servers":["https://login.example"],"scopes_supported":["read"],"bearer_methods_supported":["header"]}`,
		ask(metadata, "GET", jwthttp.ResourceMetadataPath).Body.String())
}

func TestHostileResourcesAreAMistake(t *testing.T) {
	_, policy := newHMAC(t)
	for name, metadata := range map[string]*jwthttp.ResourceMetadata{
		"nil":                      nil,
		"empty":                    {},
		"a name":                   {Resource: "api"},
		"another scheme":           {Resource: "api://1234"},
		"http":                     {Resource: "http://api.example"},
		"user information":         {Resource: "https://user:password@api.example"},
		"a query":                  {Resource: "https://api.example/?a=b"},
		"an empty query":           {Resource: "https://api.example/?"},
		"a fragment":               {Resource: "https://api.example/#a"},
		"an empty fragment":        {Resource: "https://api.example/#"},
		"no host":                  {Resource: "https:///a"},
		"a line break":             {Resource: "https://api.example/a\r\nSet-Cookie: b"},
		"a quote in the host":      {Resource: `https://api".example`},
		"a comma in the host":      {Resource: `https://api,b.example`},
		"a quote":                  {Resource: `https://api.example/a"b`},
		"a space":                  {Resource: "https://api.example/a b"},
		"dots":                     {Resource: "https://api.example/../a"},
		"two slashes":              {Resource: "https://api.example//a"},
		"two slashes at the end":   {Resource: "https://api.example/a//"},
		"letters that look alike":  {Resource: "https://аpi.example"},
		"letters beyond ASCII":     {Resource: "https://api.example/é"},
		"bytes that are no UTF-8":  {Resource: "https://api.example/\xff"},
		"a scheme in capitals":     {Resource: "HTTPS://api.example"},
		"a bad issuer":             {Resource: "https://api.example", AuthorizationServers: []string{"login.example"}},
		"an issuer with a query":   {Resource: "https://api.example", AuthorizationServers: []string{"https://login.example?a"}},
		"a bad scope":              {Resource: "https://api.example", ScopesSupported: []string{"a b"}},
		"a bad method":             {Resource: "https://api.example", BearerMethods: []string{"cookie"}},
		"a negative age":           {Resource: "https://api.example", MaxAge: -1},
		"another resource":         {Resource: "https://api.example", Members: map[string]any{"resource": "https://other.example"}},
		"other methods":            {Resource: "https://api.example", Members: map[string]any{"bearer_methods_supported": "query"}},
		"a member that is no JSON": {Resource: "https://api.example", Members: map[string]any{"a": func() {}}},
		"a member that is no text": {Resource: "https://api.example", Members: map[string]any{"a": "\xff"}},
	} {
		assert.Error(t, metadata.Validate(), name)
		w := ask(metadata, "GET", jwthttp.ResourceMetadataPath)
		assert.Equal(t, 500, w.Code, name)
		assert.Equal(t, "Internal Server Error\n", w.Body.String(), name)
		assert.Equal(t, "Internal Server Error\n", w.Body.String())
		if metadata.URL() == "" {
			assert.Equal(t, 500, ask(metadata, "GET", jwthttp.ResourceMetadataPath+"/elsewhere").Code, name)
		}
		if metadata == nil {
			continue
		}
		protect := &jwthttp.Middleware{Tokens: policy, Metadata: metadata}
		assert.Error(t, protect.Validate(), name)
		w = ask(protect.Handler(http.HandlerFunc(ok)), "GET", "/")
		assert.Equal(t, 503, w.Code, name)
		_, refusal := protect.Authorize(http.Header{}, httptest.NewRequest("GET", "/", nil), nil)
		for _, c := range refusal.Header["Www-Authenticate"] {
			_, _, err := parseChallenge(c)
			assert.NoError(t, err, name)
		}
	}
	assert.Empty(t, (*jwthttp.ResourceMetadata)(nil).URL())
	assert.ErrorContains(t, (&jwthttp.ResourceMetadata{Resource: "https://api.example//a"}).Validate(), `like "https://api.example/a"`)
}

func TestPublicDocumentsAreReadableForOtherOriginsIfAllowed(t *testing.T) {
	preflight := []string{"Origin", "https://page.example", "Access-Control-Request-Method", "GET"}
	issuer := &jwthttp.IssuerMetadata{URL: "https://login.example", Keys: publish()}
	resource := &jwthttp.ResourceMetadata{Resource: "https://api.example"}
	for _, allow := range []bool{false, true} {
		issuer.AllowAnyOrigin, resource.AllowAnyOrigin = allow, allow
		for path, h := range map[string]http.Handler{
			jwthttp.ResourceMetadataPath: resource, "/.well-known/jwks.json": issuer, "/.well-known/openid-configuration": issuer,
		} {
			origin, status := "", 405
			if allow {
				origin, status = "*", 204
			}
			assert.Equal(t, origin, ask(h, "GET", path, "Origin", "https://page.example").Header().Get("Access-Control-Allow-Origin"))
			w := ask(h, "OPTIONS", path, preflight...)
			assert.Equal(t, status, w.Code)
			assert.Equal(t, allow, w.Body.Len() == 0 && w.Header().Get("Allow") == "")
			assert.Equal(t, origin, w.Header().Get("Access-Control-Allow-Origin"))
			assert.Equal(t, origin, w.Header().Get("Access-Control-Allow-Headers"))
			assert.Equal(t, allow, w.Header().Get("Access-Control-Allow-Methods") == "GET, HEAD")
			assert.Equal(t, 405, ask(h, "OPTIONS", path).Code)
			assert.Equal(t, 405, ask(h, "POST", path).Code)
			assert.Equal(t, "GET, HEAD", ask(h, "DELETE", path).Header().Get("Allow"))
		}
	}
}

func TestResourceMetadataLogWhyTheyAreNotPublished(t *testing.T) {
	var out bytes.Buffer
	metadata := &jwthttp.ResourceMetadata{Resource: "https://user:s3cret@api.example", Log: slog.New(slog.NewTextHandler(&out, nil))}
	ask(metadata, "GET", jwthttp.ResourceMetadataPath)
	assert.Contains(t, out.String(), "level=ERROR")
	assert.Contains(t, out.String(), "user information")
	assert.NotContains(t, out.String(), "s3cret")
}
