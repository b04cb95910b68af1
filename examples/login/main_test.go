package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A client talks to one instance of the service, or to several in turn.
type client struct {
	t         *testing.T
	instances []*httptest.Server
	calls     int
}

func newClient(t *testing.T, stores ...store.SessionStore) *client {
	c := &client{t: t}
	for _, keep := range stores {
		service, err := newService(keep, []byte("a secret of thirty-two bytes ..."))
		if err != nil {
			t.Fatal(err)
		}
		service.sessions.Grace = time.Minute // as long as do tries
		server := httptest.NewServer(service.handler())
		t.Cleanup(server.Close)
		c.instances = append(c.instances, server)
	}
	return c
}

func (c *client) instance() string {
	c.calls++
	return c.instances[c.calls%len(c.instances)].URL
}

// do expects a status, and returns the body. As a store on a busy machine may not
// answer in time, it tries again after a 503 that is not expected, as a client does:
// what it asked for may have been done nevertheless.
func (c *client) do(method, path string, form url.Values, access string, status int) (body []byte) {
	c.t.Helper()
	again := false
	for deadline := time.Now().Add(time.Minute); ; again = true {
		request, _ := http.NewRequest(method, c.instance()+path, strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if access != "" {
			request.Header.Set("Authorization", "Bearer "+access)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			c.t.Fatal(err)
		}
		body, _ = io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode == status || again && method == "DELETE" && response.StatusCode == 404 {
			return body
		}
		if response.StatusCode != 503 || time.Now().After(deadline) {
			c.t.Fatalf("%s %s: got %d %s, want %d", method, path, response.StatusCode, body, status)
		}
	}
}

// post expects a status, and returns tokens if it is 200.
func (c *client) post(path string, form url.Values, status int) (tokens revoke.Tokens) {
	c.t.Helper()
	body := c.do("POST", path, form, "", status)
	if status == 200 {
		if err := json.Unmarshal(body, &tokens); err != nil && len(body) > 0 {
			c.t.Fatal(err)
		}
	}
	return tokens
}

func (c *client) me(access string, status int) {
	c.t.Helper()
	body := c.do("GET", "/me", nil, access, status)
	if status == 200 && string(body) != "hello alice\n" {
		c.t.Fatalf("/me: got %s", body)
	}
}

var credentials = url.Values{"user": {"alice"}, "password": {"correct horse"}}

func refreshToken(t revoke.Tokens) url.Values { return url.Values{"refresh_token": {t.Refresh}} }

func logout(t revoke.Tokens) url.Values { return url.Values{"token": {t.Refresh}} }

// session is the ID of the session of an access token.
func (c *client) session(tokens revoke.Tokens) string {
	c.t.Helper()
	var claims revoke.Claims
	if _, payload, err := jwt.InsecureDecode(tokens.Access); err != nil || json.Unmarshal(payload, &claims) != nil || claims.SessionID == "" {
		c.t.Fatalf("got %s (%v), want a token of a session", tokens.Access, err)
	}
	return claims.SessionID
}

// play goes through a login, calls, refreshes, a logout, and the end of a session by another.
func play(c *client) {
	c.post("/login", url.Values{"user": {"alice"}, "password": {"wrong"}}, 401)
	c.me("", 401)

	first := c.post("/login", credentials, 200)
	c.me(first.Access, 200)
	second := c.post("/refresh", refreshToken(first), 200)
	c.me(second.Access, 200)
	third := c.post("/refresh", refreshToken(second), 200)
	c.post("/logout", logout(third), 200)
	for _, tokens := range []revoke.Tokens{first, second, third} {
		c.me(tokens.Access, 401)
		c.post("/refresh", refreshToken(tokens), 400)
	}

	ended := first
	first = c.post("/login", credentials, 200)
	second = c.post("/refresh", refreshToken(first), 200)
	third = c.post("/refresh", refreshToken(first), 200) // by another tab, or after a lost answer
	if third.Refresh != second.Refresh {
		c.t.Error("a refresh token used again at once brings another one, want the same")
	}
	c.me(third.Access, 200)

	other := c.post("/login", credentials, 200)
	list := string(c.do("GET", "/sessions", nil, third.Access, 200))
	for _, tokens := range []revoke.Tokens{third, other} {
		if _, line, _ := strings.Cut(list, c.session(tokens)+" since "); !strings.Contains(line, "Go-http-client") {
			c.t.Fatalf("got sessions %q, want that of %s", list, tokens.Access)
		}
	}
	if strings.Contains(list, c.session(ended)) {
		c.t.Fatalf("got sessions %q, want none that has ended", list)
	}
	c.do("DELETE", "/sessions/"+c.session(other), nil, third.Access, 204)
	c.me(third.Access, 200)
	c.me(other.Access, 401)
	c.do("DELETE", "/sessions/unknown", nil, third.Access, 404)
}

// TestStory plays the same with each store: with two instances, after a
// restart, and without the server.
func TestStory(t *testing.T) {
	for kind, survives := range map[string]bool{"memory": false, "sqlite": true, "postgres": true, "redis": true} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			where, stop := place(t, kind)
			one := mustOpen(t, where)
			other := one
			if survives {
				other = mustOpen(t, where)
			}
			c := newClient(t, one, other)
			play(c)
			tokens := c.post("/login", credentials, 200)
			ended := c.post("/login", credentials, 200)
			c.post("/logout", logout(ended), 200)
			if !survives {
				return
			}
			c = newClient(t, mustOpen(t, where), one) // as after a restart
			for range 2 {
				c.me(tokens.Access, 200)
				c.me(ended.Access, 401)
			}
			tokens = c.post("/refresh", refreshToken(tokens), 200)
			if stop == nil {
				return
			}
			stop()
			for range 2 {
				c.me(tokens.Access, 503) // without the server, nobody is let in, and nobody thrown out
				c.post("/refresh", refreshToken(tokens), 503)
				c.post("/logout", logout(tokens), 503)
			}
		})
	}
}

func mustOpen(t *testing.T, where string) store.SessionStore {
	t.Helper()
	keep, err := openStore(where)
	if err != nil {
		t.Fatal(err)
	}
	return keep
}

func TestStoreFlag(t *testing.T) {
	for _, where := range []string{"", "memory", "memory:x", "sqlite:", "sqlite", "postgres:", "redis:", "mysql:x", "x"} {
		if _, err := openStore(where); err == nil || !strings.HasPrefix(err.Error(), "-store is none of ") {
			t.Errorf("-store %q: got %v", where, err)
		}
	}
}

func TestSecretSurvivesARestart(t *testing.T) {
	t.Setenv("LOGIN_SECRET", "")
	where := "sqlite:" + t.TempDir() + "/login.db"
	first, err := openSecret(where)
	if err != nil || len(first) < 32 {
		t.Fatalf("got a secret of %d bytes, %v", len(first), err)
	}
	if again, err := openSecret(where); err != nil || string(again) != string(first) {
		t.Errorf("got another secret, %v", err)
	}
	if one, err := openSecret("memory:"); err != nil || len(one) < 32 || string(one) == string(first) {
		t.Errorf("got a secret of %d bytes, %v", len(one), err)
	}
	t.Setenv("LOGIN_SECRET", "from outside")
	if secret, err := openSecret(where); err != nil || string(secret) != "from outside" {
		t.Errorf("got another secret, %v", err)
	}
}
