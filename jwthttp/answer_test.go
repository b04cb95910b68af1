package jwthttp_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestOwnAnswersLeaveTheDecisionAsItIs(t *testing.T) {
	_, policy := newHMAC(t)
	const challenge = `Bearer scope="read", error="insufficient_scope"`
	const usual = "Forbidden\n"
	for _, test := range []struct {
		name     string
		refused  func(http.ResponseWriter, *http.Request, jwthttp.Refusal)
		body     string
		panicked bool
	}{
		{"a body", func(w http.ResponseWriter, _ *http.Request, refusal jwthttp.Refusal) {
			w.Header().Set("Content-Type", "application/problem+json")
			fmt.Fprintf(w, `{"status":%d,"code":"%s"}`, refusal.Status, refusal.Code)
		}, `{"status":403,"code":"insufficient_scope"}`, false},
		{"another status", func(w http.ResponseWriter, _ *http.Request, _ jwthttp.Refusal) { w.WriteHeader(200) }, "", false},
		{"another status, twice", func(w http.ResponseWriter, _ *http.Request, _ jwthttp.Refusal) {
			w.WriteHeader(200)
			w.WriteHeader(500)
			fmt.Fprint(w, "a")
		}, "a", false},
		{"an informational status", func(w http.ResponseWriter, _ *http.Request, _ jwthttp.Refusal) { w.WriteHeader(103) }, "", false},
		{"another status in the refusal", func(w http.ResponseWriter, _ *http.Request, refusal jwthttp.Refusal) {
			refusal.Status = 200
			clear(refusal.Header["Www-Authenticate"])
			refusal.Header.Set("WWW-Authenticate", "None")
		}, usual, false},
		{"no challenge", func(w http.ResponseWriter, _ *http.Request, _ jwthttp.Refusal) {
			w.Header().Del("WWW-Authenticate")
			fmt.Fprint(w, "a")
		}, "a", false},
		{"no header at all", func(w http.ResponseWriter, _ *http.Request, _ jwthttp.Refusal) { clear(w.Header()) }, usual, false},
		{"nothing", func(http.ResponseWriter, *http.Request, jwthttp.Refusal) {}, usual, false},
		{"an empty body", func(w http.ResponseWriter, _ *http.Request, _ jwthttp.Refusal) { _, _ = w.Write(nil) }, "", false},
		{"a panic", func(_ http.ResponseWriter, r *http.Request, _ jwthttp.Refusal) { panic(r.Header.Get("Authorization")) }, usual, true},
		{"a panic that aborts the handler", func(http.ResponseWriter, *http.Request, jwthttp.Refusal) { panic(http.ErrAbortHandler) }, usual, true},
		{"a nil pointer", func(http.ResponseWriter, *http.Request, jwthttp.Refusal) { *(*int)(nil) = 1 }, usual, true},
		{"a panic after the body", func(w http.ResponseWriter, _ *http.Request, _ jwthttp.Refusal) {
			fmt.Fprint(w, "a")
			panic(1)
		}, "a", true},
		{"through a ResponseController", func(w http.ResponseWriter, _ *http.Request, _ jwthttp.Refusal) {
			assert.ErrorIs(t, http.NewResponseController(w).Flush(), http.ErrNotSupported)
		}, usual, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			protect := &jwthttp.Middleware{Tokens: policy, Refused: test.refused, Log: slog.New(slog.NewTextHandler(&out, nil))}
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				protect.RequireScope("read")(http.HandlerFunc(ok)).ServeHTTP(w, r.WithContext(jwthttp.WithToken(r.Context(), rawToken(t, `{"sub":"alice"}`))))
			}))
			defer web.Close()
			r, err := http.NewRequestWithContext(t.Context(), "GET", web.URL, nil)
			require.NoError(t, err)
			key, _ := newHMAC(t)
			secret := sign(t, key, rawJSON(`{"sub":"alice"}`))
			r.Header.Set("Authorization", "Bearer "+secret)
			response, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			assert.Equal(t, 403, response.StatusCode)
			assert.Equal(t, []string{challenge}, response.Header["Www-Authenticate"])
			assert.Equal(t, test.body, string(body))
			assert.Equal(t, 1, strings.Count(out.String(), "status=403"))
			assert.Equal(t, 1, strings.Count(out.String(), "level="))
			assert.Equal(t, test.panicked, strings.Contains(out.String(), "panic="))
			assert.Equal(t, test.panicked, strings.Contains(out.String(), " stack=\"goroutine "))
			assert.NotContains(t, out.String(), secret)
		})
	}
}

func TestGoexitInAnOwnAnswerStillRefuses(t *testing.T) {
	_, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy, Refused: func(http.ResponseWriter, *http.Request, jwthttp.Refusal) { runtime.Goexit() }}
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		protect.Handler(http.HandlerFunc(ok)).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	}()
	<-done
	assert.Equal(t, 401, w.Code)
	assert.Equal(t, "Unauthorized\n", w.Body.String())
}

func TestOwnAnswersKnowWhoseTokenItIs(t *testing.T) {
	key, policy := newHMAC(t)
	var got jwthttp.Refusal
	protect := &jwthttp.Middleware{Tokens: policy, Refused: func(w http.ResponseWriter, _ *http.Request, refusal jwthttp.Refusal) {
		got = refusal
		assert.Equal(t, refusal.Header, w.Header(), "they are set already")
	}}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}))
	protect.RequireScope("a", "b")(http.HandlerFunc(ok)).ServeHTTP(httptest.NewRecorder(), r)
	assert.Equal(t, []string{"a", "b"}, got.Scopes)
	assert.Equal(t, "alice", got.Token.Claims.Subject)
	assert.Equal(t, []string{`Bearer scope="a b", error="insufficient_scope"`}, got.Header["Www-Authenticate"])
	assert.EqualError(t, got.Err, `jwthttp: want the scope "a", got ""`)
}

func TestChallengesOfOthersStay(t *testing.T) {
	_, policy := newHMAC(t)
	w := httptest.NewRecorder()
	w.Header().Set("WWW-Authenticate", "Negotiate")
	w.Header().Set("Cache-Control", "public")
	(&jwthttp.Middleware{Tokens: policy}).Handler(http.HandlerFunc(ok)).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	assert.Equal(t, []string{"Negotiate", `Bearer realm="api"`}, w.Header()["Www-Authenticate"])
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}
