package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
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
		handler, err := newService(keep, []byte("a secret of thirty-two bytes ..."))
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		c.instances = append(c.instances, server)
	}
	return c
}

func (c *client) instance() string {
	c.calls++
	return c.instances[c.calls%len(c.instances)].URL
}

// post expects a status, and returns tokens if it is 200.
func (c *client) post(path string, form url.Values, status int) (tokens revoke.Tokens) {
	c.t.Helper()
	response, err := http.PostForm(c.instance()+path, form)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != status {
		c.t.Fatalf("%s: got %d %s, want %d", path, response.StatusCode, body, status)
	}
	if status == 200 {
		if err := json.Unmarshal(body, &tokens); err != nil && len(body) > 0 {
			c.t.Fatal(err)
		}
	}
	return tokens
}

func (c *client) me(access string, status int) {
	c.t.Helper()
	request, _ := http.NewRequest("GET", c.instance()+"/me", nil)
	if access != "" {
		request.Header.Set("Authorization", "Bearer "+access)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != status || status == 200 && string(body) != "hello alice\n" {
		c.t.Fatalf("/me: got %d %s, want %d", response.StatusCode, body, status)
	}
}

func refreshToken(t revoke.Tokens) url.Values { return url.Values{"refresh_token": {t.Refresh}} }

func logout(t revoke.Tokens) url.Values { return url.Values{"token": {t.Refresh}} }

// call makes a call with an access token.
func (c *client) call(method, path, access string, status int) string {
	c.t.Helper()
	request, _ := http.NewRequest(method, c.instance()+path, nil)
	request.Header.Set("Authorization", "Bearer "+access)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != status {
		c.t.Fatalf("%s %s: got %d %s, want %d", method, path, response.StatusCode, body, status)
	}
	return string(body)
}

// play goes through a login, calls, refreshes, a logout, and a theft.
func play(c *client) {
	credentials := url.Values{"user": {"alice"}, "password": {"correct horse"}}
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

	first = c.post("/login", credentials, 200)
	second = c.post("/refresh", refreshToken(first), 200)
	third = c.post("/refresh", refreshToken(first), 200) // by another tab, or after a lost answer
	if third.Refresh != second.Refresh {
		c.t.Error("a refresh token used again at once brings another one, want the same")
	}
	c.me(third.Access, 200)

	other := c.post("/login", credentials, 200)
	list := strings.Fields(c.call("GET", "/sessions", third.Access, 200))
	if len(list) != 8 || !strings.Contains(list[3], "Go-http-client") {
		c.t.Fatalf("got sessions %q, want two", list)
	}
	var claims revoke.Claims
	if _, payload, err := jwt.InsecureDecode(other.Access); err != nil || json.Unmarshal(payload, &claims) != nil {
		c.t.Fatal(err)
	}
	c.call("DELETE", "/sessions/"+claims.SessionID, third.Access, 204)
	c.me(third.Access, 200)
	c.me(other.Access, 401)
	c.call("DELETE", "/sessions/unknown", third.Access, 404)
}

func TestInMemory(t *testing.T) {
	keep, err := openStore("")
	if err != nil {
		t.Fatal(err)
	}
	play(newClient(t, keep))
}

func TestTwoInstancesBehindOneRedis(t *testing.T) {
	addr, stop := startRedis(t)
	var stores []store.SessionStore
	for range 2 {
		keep, err := openStore(addr)
		if err != nil {
			t.Fatal(err)
		}
		stores = append(stores, keep)
	}
	c := newClient(t, stores...)
	play(c)
	tokens := c.post("/login", url.Values{"user": {"alice"}, "password": {"correct horse"}}, 200)
	stop()
	for range 2 {
		c.me(tokens.Access, 503) // without Redis, nobody is let in, and nobody thrown out
		c.post("/refresh", refreshToken(tokens), 503)
		c.post("/logout", logout(tokens), 503)
	}
}

// startRedis starts a redis-server of its own, or skips the test where there is
// none; CI must have one.
func startRedis(t *testing.T) (addr string, stop func()) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("redis-server is not installed, and CI is set")
		}
		t.Skip("SKIPPED, NOT TESTED: redis-server is not installed (apt-get install redis-server)")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() { cmd.Process.Kill(); cmd.Wait() }
	t.Cleanup(stop)
	for range 200 {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return addr, stop
		}
		if strings.Contains(err.Error(), "refused") {
			time.Sleep(25 * time.Millisecond)
			continue
		}
		t.Fatal(err)
	}
	t.Fatal("redis-server does not answer")
	return "", nil
}
