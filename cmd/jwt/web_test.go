package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// web starts jwt inspect --web, and returns the address that it prints.
func (s *shell) web(stdin string, args ...string) (address string) {
	s.t.Helper()
	cmd := exec.Command(binary, append([]string{"inspect", "--web"}, args...)...)
	cmd.Dir, cmd.Stderr, cmd.Stdin = s.dir, os.Stderr, strings.NewReader(stdin)
	stdout, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	s.t.Cleanup(func() {
		assert.NoError(s.t, cmd.Process.Signal(os.Interrupt))
		assert.NoError(s.t, cmd.Wait(), "an interrupt is the way to stop it")
	})
	lines := bufio.NewScanner(stdout)
	require.True(s.t, lines.Scan())
	return strings.TrimPrefix(lines.Text(), "page  ")
}

// asPage posts what the page at the address posts.
func (s *shell) asPage(address, name, body string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), "POST", address+name, strings.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", "http://"+r.Host)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	return string(data)
}

func TestInspectServesThePage(t *testing.T) {
	s := newShell(t)
	token := forged(`{"alg":"EdDSA"}`, `{"sub":"alice"}`)
	address := s.web("Bearer " + token + "\n")
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+/\w{26}/$`, address)
	assert.JSONEq(t, `{"token":"`+token+`"}`, s.asPage(address, "token", "{}"))
	assert.Contains(t, s.asPage(address, "check", `{"token":"`+token+`"}`), `"verdict":"waiting"`)
	srv := s.serve()
	for _, body := range []string{`{"issuer":"` + srv.url + `"}`, `{"url":"` + srv.url + `/.well-known/jwks.json"}`} {
		assert.Contains(t, s.asPage(address, "fetch", body), `ES256`, body)
	}
	assert.Contains(t, s.asPage(address, "fetch", `{"url":"`+srv.url+`/none"}`), `"error":"the keys could not be fetched: `)
	assert.Contains(t, s.asPage(address, "fetch", `{}`), "give the URL of a key set")
	assert.Contains(t, s.asPage(address, "fetch", `{"url":"http://192.0.2.1/keys"}`), "error")
	assert.Contains(t, s.asPage(address, "fetch", `{"url":"file:///etc/passwd"}`), "give the URL of a key set")
	assert.JSONEq(t, `{"token":""}`, s.asPage(s.web(""), "token", "{}"))
}

func TestThePageIsForThisMachineOnly(t *testing.T) {
	s := newShell(t)
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "127.0.0.1"} {
		r := s.try("", "inspect", "--web", "--listen", address)
		assert.Equal(t, 2, r.code, address)
		assert.Contains(t, r.err, "--listen: want an address on loopback")
		assert.Empty(t, r.out)
	}
	assert.Contains(t, s.try("", "inspect", "--web", "--static", "x.html").err, "[static web]")
	assert.Equal(t, 2, s.try(strings.Repeat("a", 1<<20+1), "inspect", "--web").code, "too much for a token")
}

// fakeGo writes a go command that builds nothing in no time, and returns the PATH for
// it.
func (s *shell) fakeGo() (path string) {
	s.t.Helper()
	require.NoError(s.t, os.MkdirAll(s.path("goroot/lib/wasm"), 0o700))
	s.write("goroot/lib/wasm/wasm_exec.js", "// support")
	script := "case $1 in\nenv) printf '%s\\n' " + s.path("goroot") + " go1.26 " + s.dir + ";;\nbuild) echo library >$3;;\nesac\n"
	require.NoError(s.t, os.Mkdir(s.path("fake"), 0o700))
	require.NoError(s.t, program.WriteScript(s.path("fake/go"), script))
	return "PATH=" + s.path("fake") + ":" + os.Getenv("PATH")
}

func TestTheStaticPageIsWrittenToANewFile(t *testing.T) {
	s := newShell(t)
	path := s.fakeGo()
	for name, want := range map[string]string{"page.html": `^page\.html: the inspector page, 0\.\d MB; open it from the disk`, "folder/page.html": `^jwt: --static: open folder/page\.html: `} {
		cmd := s.start("", "inspect", "--static", name)
		cmd.Env = append(cmd.Env, path)
		out, err := cmd.CombinedOutput()
		assert.Equal(t, name == "page.html", err == nil)
		assert.Regexp(t, want, withoutWaits(string(out)))
	}
	assert.Contains(t, s.read("page.html"), "// support")
	info, err := os.Stat(s.path("page.html"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o644), info.Mode())
}

// The line comes while Go compiles, and not for what takes no time.
func TestTheStaticPageSaysWhenItTakesLong(t *testing.T) {
	s := newShell(t)
	cmd := s.start("", "inspect", "--static", "page.html")
	cmd.Env = append(cmd.Env, s.fakeGo())
	require.NoError(t, exec.CommandContext(t.Context(), "mkfifo", s.path("gate")).Run())
	compile := "test $1 != build || read line <" + s.path("gate") + "\n. " + s.path("fake/compiler") + "\n"
	require.NoError(t, os.Rename(s.path("fake/go"), s.path("fake/compiler")))
	require.NoError(t, program.WriteScript(s.path("fake/go"), compile))
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(stderr).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "compiling the library to WebAssembly …\n", line)
	s.write("gate", "\n")
	require.NoError(t, cmd.Wait())
}

// A server that cannot serve says so.
func TestServingWithoutAListenerIsAnError(t *testing.T) {
	t.Parallel()
	listener, _, err := listenLoopback(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	assert.ErrorContains(t, serveUntil(t.Context(), listener, nil), "closed")
}

func TestTheStaticPageNeedsGo(t *testing.T) {
	s := newShell(t)
	cmd := s.start("", "inspect", "--static", "page.html")
	cmd.Env = append(cmd.Env, "PATH=/nonexistent")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "there is no go command in the PATH: install Go, or use --web")
	r := s.try("", "inspect", "--static", "page.html") // in a folder that is not of the module
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.err, "builds the page in the folder cmd/jwt of a clone")
	s.write("page.html", "mine")
	assert.Contains(t, s.try("", "inspect", "--static", "page.html").err, "not overwritten")
	assert.Equal(t, "mine", s.read("page.html"))
}
