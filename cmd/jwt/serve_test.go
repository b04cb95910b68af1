package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A server is a jwt serve that runs.
type server struct {
	s     *shell
	url   string
	stdin io.Writer
	lines *bufio.Scanner
}

func (s *shell) serve(args ...string) *server {
	s.t.Helper()
	cmd := exec.Command(binary, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Dir, cmd.Stderr = s.dir, os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(s.t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	s.t.Cleanup(func() {
		assert.NoError(s.t, cmd.Process.Signal(os.Interrupt))
		assert.NoError(s.t, cmd.Wait(), "an interrupt is the way to stop it")
	})
	srv := &server{s: s, stdin: stdin, lines: bufio.NewScanner(stdout)}
	require.True(s.t, srv.lines.Scan())
	srv.url = strings.TrimPrefix(srv.lines.Text(), "issuer  ")
	for range 5 {
		require.True(s.t, srv.lines.Scan())
	}
	return srv
}

// ask posts a form to the token endpoint.
func (srv *server) ask(form string, change ...func(r *http.Request)) (status int, body map[string]any) {
	srv.s.t.Helper()
	r, err := http.NewRequestWithContext(srv.s.t.Context(), "POST", srv.url+"/token", strings.NewReader(form))
	require.NoError(srv.s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return srv.send(r, change...)
}

func (srv *server) send(r *http.Request, change ...func(r *http.Request)) (status int, body map[string]any) {
	srv.s.t.Helper()
	for _, c := range change {
		c(r)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(srv.s.t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	require.NoError(srv.s.t, err)
	_ = json.Unmarshal(data, &body)
	return answer.StatusCode, body
}

// token returns an access token.
func (srv *server) token(form string) string {
	srv.s.t.Helper()
	status, body := srv.ask(form)
	require.Equal(srv.s.t, 200, status, body)
	assert.Equal(srv.s.t, "Bearer", body["token_type"])
	return body["access_token"].(string)
}

// verify is the command line that verifies a token of the server.
func (srv *server) verify(args ...string) []string {
	return append([]string{"verify", "--issuer", srv.url, "--timeout", "1m"}, args...)
}

func TestServeIssuesTokensThatDiscoveryVerifies(t *testing.T) {
	s := newShell(t)
	srv := s.serve("--claim", "tenant=7", "--expires", "5m", "--user", "bob")
	client := srv.token("grant_type=client_credentials&client_id=test&scope=read+write")
	s.run(client, srv.verify("--audience", "api", "--claim", "tenant=7", "--subject", "test", "--claim", "client_id=test", "--claim", "scope=read write")...)
	user := srv.token("grant_type=password&client_id=test&username=bob&password=any")
	s.run(user, srv.verify("--audience", "api", "--subject", "bob")...)
	for _, name := range []string{"audience", "resource"} {
		s.run(srv.token("grant_type=client_credentials&client_id=test&"+name+"=shop"), srv.verify("--audience", "shop")...)
	}
	other := srv.token("grant_type=client_credentials&client_id=test&audience=shop")
	s.run(other, srv.verify("--audience", "shop")...)
	assert.Equal(t, 1, s.try(other, srv.verify("--audience", "api")...).code)
	assert.Equal(t, 1, s.try(client, srv.verify("--audience", "api", "--now", "2126-01-01T00:00:00Z")...).code)
	_, body := srv.ask("grant_type=client_credentials&client_id=test")
	assert.EqualValues(t, 300, body["expires_in"])
	assert.NotContains(t, body, "scope")
	_, body = srv.ask("grant_type=client_credentials&client_id=test&scope=read")
	assert.Equal(t, "read", body["scope"])
}

func TestServeSaysHowToUseIt(t *testing.T) {
	s := newShell(t)
	cmd := s.start("", "serve", "--json", "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := map[string]string{}
	require.NoError(t, json.NewDecoder(out).Decode(&said))
	assert.Equal(t, map[string]string{"issuer": said["issuer"], "token_endpoint": said["issuer"] + "/token", "rotate": said["issuer"] + "/rotate"}, said)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait())
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+$`, said["issuer"])
}

func TestServeIssuesIDTokensForUsers(t *testing.T) {
	s := newShell(t)
	for _, alg := range []string{"ES256", "RS256", "EdDSA"} {
		srv := s.serve("--user", "bob", "--alg", alg)
		keys, err := jwthttp.DiscoverKeys(srv.url, jwthttp.RemoteOptions{Timeout: time.Minute})
		require.NoError(t, err)
		status, body := srv.ask("grant_type=password&client_id=shop&username=bob&scope=openid+read&nonce=n-1")
		require.Equal(t, 200, status, body)
		login := oidc.Login{Nonce: "n-1", AccessToken: body["access_token"].(string), MaxAge: time.Minute}
		token, err := login.Verify(t.Context(), oidc.IDTokens(srv.url, "shop", keys), body["id_token"].(string))
		require.NoError(t, err, alg)
		assert.Equal(t, "bob", token.Claims.Subject)
		assert.Contains(t, string(token.Payload()), `"at_hash":`)
		login.Nonce = "n-2"
		_, err = login.Verify(t.Context(), oidc.IDTokens(srv.url, "shop", keys), body["id_token"].(string))
		require.ErrorIs(t, err, jwt.ErrClaim)
		for _, form := range []string{
			"grant_type=password&client_id=shop&username=bob&scope=read",
			"grant_type=password&client_id=shop&username=bob&scope=openid2",
			"grant_type=client_credentials&client_id=shop&scope=openid",
		} {
			status, body := srv.ask(form)
			assert.Equal(t, 200, status)
			assert.NotContains(t, body, "id_token", form)
		}
		_, body = srv.ask("grant_type=password&client_id=shop&username=bob&scope=openid")
		_, payload := parts(t, body["id_token"].(string))
		assert.NotContains(t, payload, "nonce")
	}
}

func TestServeRefusesWhatIsWrong(t *testing.T) {
	s := newShell(t)
	s.write("client.secret", "s3cr3t\n")
	srv := s.serve("--client-secret-file", "client.secret")
	basic := func(id, secret string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(id, secret) }
	}
	for _, row := range []struct {
		form   string
		change func(r *http.Request)
		status int
		code   any
	}{
		{"grant_type=client_credentials&client_id=a&client_secret=s3cr3t", nil, 200, nil},
		{"grant_type=client_credentials", basic("a", "s3cr3t"), 200, nil},
		{"grant_type=client_credentials", basic("a", "other"), 401, "invalid_client"},
		{"grant_type=client_credentials&client_id=a", nil, 401, "invalid_client"},
		{"grant_type=client_credentials&client_secret=s3cr3t", nil, 401, "invalid_client"},
		{"client_id=a&client_secret=s3cr3t", nil, 400, "unsupported_grant_type"},
		{"grant_type=password&username=mallory", basic("a", "s3cr3t"), 400, "invalid_grant"},
		{"grant_type=password&username=alice", basic("a", "s3cr3t"), 200, nil},
		{"%zz", nil, 400, "invalid_request"},
		{"grant_type=client_credentials", func(r *http.Request) { basic("a", "s3cr3t")(r); r.Host = "evil.example" }, 421, nil},
		{"grant_type=client_credentials", func(r *http.Request) { basic("a", "s3cr3t")(r); r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403, nil},
		{"grant_type=client_credentials", func(r *http.Request) { basic("a", "s3cr3t")(r); r.Header.Set("Origin", "https://evil.example") }, 403, nil},
		{"grant_type=client_credentials&x=" + strings.Repeat("x", 70_000), basic("a", "s3cr3t"), 400, "invalid_request"},
	} {
		var changes []func(*http.Request)
		if row.change != nil {
			changes = append(changes, row.change)
		}
		status, body := srv.ask(row.form, changes...)
		assert.Equal(t, row.status, status, "%.80s", row.form)
		assert.Equal(t, row.code, body["error"], "%.80s", row.form)
		assert.Equal(t, row.status == 200, body["access_token"] != nil)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", srv.url+"/token", nil)
	require.NoError(t, err)
	status, _ := srv.send(r)
	assert.Equal(t, 405, status)

	answer, err := http.PostForm(srv.url+"/token", url.Values{"client_id": {"a"}})
	require.NoError(t, err)
	defer answer.Body.Close()
	assert.Equal(t, `Basic realm="token"`, answer.Header.Get("WWW-Authenticate"))
	assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	assert.Equal(t, "application/json", answer.Header.Get("Content-Type"))
}

func TestServeRotatesItsKeys(t *testing.T) {
	s := newShell(t)
	srv := s.serve()
	const form = "grant_type=client_credentials&client_id=test"
	kid := func(token string) string {
		header, _ := parts(t, token)
		return textMembers(t, header)["kid"]
	}
	before := srv.token(form)
	_, err := io.WriteString(srv.stdin, "\n\x03\nx\n r \n")
	require.NoError(t, err)
	require.True(t, srv.lines.Scan())
	pressed := srv.token(form)
	assert.Equal(t, "rotated: new tokens are signed by the key "+kid(pressed), srv.lines.Text())
	r, err := http.NewRequestWithContext(t.Context(), "POST", srv.url+"/rotate", nil)
	require.NoError(t, err)
	status, body := srv.send(r)
	require.Equal(t, 200, status)
	posted := srv.token(form)
	assert.Equal(t, kid(posted), body["kid"])
	assert.NotEqual(t, kid(before), kid(pressed))
	assert.NotEqual(t, kid(pressed), kid(posted))
	for _, token := range []string{before, pressed, posted} {
		s.run(token, srv.verify("--audience", "api")...)
	}
	r, err = http.NewRequestWithContext(t.Context(), "POST", srv.url+"/rotate", nil)
	require.NoError(t, err)
	status, _ = srv.send(r, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	assert.Equal(t, 403, status)
}

func TestServeIsForThisMachineOnly(t *testing.T) {
	s := newShell(t)
	s.write("empty.secret", "\n")
	assert.Contains(t, s.try("", "serve", "--listen", "127.0.0.1:0", "--client-secret-file", "empty.secret").err, "--client-secret-file: the file is empty", "no secret would be the right one")
	for _, args := range [][]string{
		{"--listen", "0.0.0.0:0"}, {"--listen", ":0"}, {"--listen", "192.0.2.1:0"}, {"--listen", "example.com:0"}, {"--listen", "127.0.0.1"}, {"--listen", "[::]:0"},
		{"--listen", "127.0.0.1:0", "--alg", "HS256"}, {"--listen", "127.0.0.1:0", "--alg", "none"}, {"--listen", "127.0.0.1:0", "--expires", "0s"}, {"--listen", "127.0.0.1:0", "--claim", "exp=x"},
		{"--listen", "127.0.0.1:0", "--claim", "x"}, {"--listen", "127.0.0.1:0", "--client-secret-file", "none.secret"}, {"now"},
	} {
		r := s.try("", append([]string{"serve"}, args...)...)
		assert.Equal(t, 2, r.code, args)
		assert.Empty(t, r.out, args)
		s.note(args, r.err)
		if len(args) > 3 && args[2] == "--alg" {
			assert.Contains(t, r.err, "jwt: --alg: ", args)
		}
		if len(args) == 2 { // before it listens there
			assert.Contains(t, r.err, "--listen: want an address on loopback", args)
		}
	}
	golden(t, "errors-serve.golden", s.said.String())
	named := s.serve("--listen", "localhost:0")
	assert.Regexp(t, `^http://localhost:\d+$`, named.url)
	s.run(named.token("grant_type=client_credentials&client_id=test"), named.verify("--audience", "api")...)
	srv := s.serve()
	u, err := url.Parse(srv.url)
	require.NoError(t, err)
	r := s.try("", "serve", "--listen", u.Host)
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.err, "in use")
}
