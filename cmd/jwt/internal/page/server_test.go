package page_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/page"
)

const host = "127.0.0.1:8081"

// send sends a request to the page's server, as the page does where change does not
// say otherwise.
func send(p *page.Server, method, path, body string, change func(r *http.Request)) *http.Response {
	r := httptest.NewRequest(method, "http://"+host+path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "http://"+host)
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result()
}

func path(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	assert.Equal(t, host, u.Host)
	assert.Empty(t, u.RawQuery)
	return u.Path
}

func TestOnlyThePageItselfIsAnswered(t *testing.T) {
	t.Parallel()
	fetched := 0
	p := page.NewServer(host, "the token", func(context.Context, string, string) ([]byte, error) { fetched++; return []byte("{}"), nil })
	at := path(t, p.URL())
	assert.GreaterOrEqual(t, len(at), 26, "the path cannot be guessed")
	assert.NotEqual(t, p.URL(), page.NewServer(host, "", nil).URL())
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, row := range []struct {
		method, path string
		change       func(r *http.Request)
		status       int
	}{
		{"GET", at, nil, 200},
		{"GET", at + "page.css", nil, 200},
		{"GET", at + "page.js", nil, 200},
		{"POST", at + "check", nil, 200},
		{"POST", at + "token", nil, 200},
		{"POST", at + "fetch", nil, 200},
		{"POST", at + "check", header("Content-Type", "application/json; charset=utf-8"), 200},
		{"GET", "/", nil, 404},
		{"GET", strings.ToLower(at), nil, 404},
		{"GET", at + "other", nil, 404},
		{"GET", at + "token", nil, 405},
		{"GET", at + "check", nil, 405},
		{"POST", at, nil, 405},
		{"POST", "/check", nil, 404},
		{"POST", "/token", nil, 404},
		{"GET", at, func(r *http.Request) { r.Host = "evil.example:8081" }, 421},
		{"GET", at, func(r *http.Request) { r.Host = "127.0.0.1" }, 421},
		{"GET", at, func(r *http.Request) { r.Host = "localhost:8081" }, 421},
		{"POST", at + "token", func(r *http.Request) { r.Host = "evil.example:8081" }, 421},
		{"POST", at + "token", func(r *http.Request) { r.Header.Del("Origin") }, 403},
		{"POST", at + "token", header("Origin", "null"), 403},
		{"POST", at + "token", header("Origin", "http://evil.example"), 403},
		{"POST", at + "fetch", header("Origin", "http://127.0.0.1:9999"), 403},
		{"POST", at + "fetch", header("Origin", "https://"+host), 403},
		{"POST", at + "fetch", header("Content-Type", "text/plain"), 403},
		{"POST", at + "check", header("Content-Type", "application/x-www-form-urlencoded"), 403},
		{"POST", at + "check", func(r *http.Request) { r.Header.Del("Content-Type") }, 403},
	} {
		answer := send(p, row.method, row.path, "{}", row.change)
		assert.Equal(t, row.status, answer.StatusCode, "%s %s", row.method, row.path)
		assert.Empty(t, answer.Header.Get("Access-Control-Allow-Origin"))
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		if strings.HasSuffix(row.path, "fetch") && row.status == 200 {
			assert.JSONEq(t, `{"keys":"{}"}`, string(body))
		}
		if row.status == 200 {
			want := map[string]string{at: "text/html; charset=utf-8", at + "page.css": "text/css; charset=utf-8", at + "page.js": "text/javascript; charset=utf-8"}[row.path]
			assert.Equal(t, cmp.Or(want, "application/json"), answer.Header.Get("Content-Type"), row.path)
			assert.NotEmpty(t, body, row.path)
		}
		if row.status != 200 {
			assert.NotContains(t, string(body), "the token")
		}
		csp := answer.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"} {
			assert.Contains(t, csp, want)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
			assert.Equal(t, want, answer.Header.Get(name), name)
		}
	}
	assert.Equal(t, 1, fetched)
}

func TestTheAddressForCommandLinesWorksOnce(t *testing.T) {
	t.Parallel()
	p := page.NewServer(host, "", nil)
	once := path(t, p.OnceURL())
	assert.NotContains(t, p.OnceURL(), strings.Trim(path(t, p.URL()), "/"))
	first := send(p, "GET", once, "", nil)
	assert.Equal(t, 303, first.StatusCode)
	assert.Equal(t, path(t, p.URL()), first.Header.Get("Location"))
	second := send(p, "GET", once, "", nil)
	assert.Equal(t, 404, second.StatusCode)
	assert.Empty(t, second.Header.Get("Location"))
	body, err := io.ReadAll(second.Body)
	require.NoError(t, err)
	assert.NotContains(t, string(body), path(t, p.URL()))
}

func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	p := page.NewServer(host, "", nil)
	at := path(t, p.URL())
	assert.Equal(t, 200, send(p, "POST", at+"check", `{"token":"`+strings.Repeat("a", 1<<21)+`"}`, nil).StatusCode)
	answer := send(p, "POST", at+"check", `{"token":"`+strings.Repeat("a", 1<<22)+`"}`, nil)
	assert.Equal(t, 413, answer.StatusCode)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	assert.Equal(t, "the request is too large\n", string(text))
	assert.Equal(t, 200, send(p, "POST", at+"check", strings.Repeat(" ", 4<<20), nil).StatusCode)
	assert.Equal(t, 413, send(p, "POST", at+"check", strings.Repeat(" ", 4<<20+1), nil).StatusCode)
	body, err := io.ReadAll(send(p, "POST", at+"fetch", `{`, nil).Body)
	require.NoError(t, err)
	assert.JSONEq(t, `{"error":"the request is not well-formed"}`, string(body))
	p = page.NewServer(host, "", func(_ context.Context, url, issuer string) ([]byte, error) {
		return nil, errors.New(url + " or " + issuer + " is gone")
	})
	body, err = io.ReadAll(send(p, "POST", path(t, p.URL())+"fetch", `{"url":"a","issuer":"b"}`, nil).Body)
	require.NoError(t, err)
	assert.JSONEq(t, `{"error":"a or b is gone"}`, string(body))
}
