package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A real browser logs in at the issuer, and calls two APIs on other origins with
// its token, until that has expired.
func TestBrowserLogsInAndCallsBothAPIs(t *testing.T) {
	b := newBrowser(t)
	const lifetime = 6 * time.Second
	program := filepath.Join(t.TempDir(), "sso")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", output)
	page := start(t, regexp.MustCompile(`^page: (.*)`), program, "-lifetime", lifetime.String())

	b.open(page)
	b.click("#call")
	b.waitFor("#orders", `^401 Bearer realm="api"$`)
	b.waitFor("#invoices", `^401 Bearer realm="api"$`)

	b.click("#login") // goes to the issuer's origin
	b.waitFor("form", "Log in")
	b.enter("#user", "alice")
	b.enter("#password", "guess")
	b.click("#submit")
	b.waitFor("body", "wrong user or password")

	b.open(page)
	b.click("#login")
	b.waitFor("form", "Log in")
	b.enter("#user", "alice")
	b.enter("#password", "wonderland")
	b.click("#submit") // and back
	b.waitFor("#who", "^logged in$")
	issued := time.Now()
	assert.Equal(t, page+"/", b.url(), "the code is not left in the address")
	b.click("#call")
	b.waitFor("#orders", `^200 orders of alice$`)
	b.waitFor("#invoices", `^200 invoices of alice$`)

	time.Sleep(time.Until(issued.Add(lifetime + time.Second)))
	b.click("#call")
	b.waitFor("#orders", `^401 Bearer error="invalid_token"$`)
	b.waitFor("#invoices", `^401 Bearer error="invalid_token"$`)
}

// start runs a program until the test ends, and returns what a line of its
// output says.
func start(t *testing.T, line *regexp.Regexp, name string, args ...string) string {
	t.Helper()
	program := exec.Command(name, args...) // ended below, after what uses it
	program.Stderr = os.Stderr
	output, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	t.Cleanup(func() {
		_ = program.Process.Kill()
		_ = program.Wait()
	})
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if m := line.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
				_, _ = io.Copy(io.Discard, output)
				return
			}
		}
	}()
	select {
	case s, ok := <-found:
		require.True(t, ok, "%s ended early", name)
		return s
	case <-time.After(30 * time.Second):
		require.FailNow(t, name+" did not start")
		return ""
	}
}

// A browser is a headless Chromium, driven by the WebDriver protocol.
type browser struct {
	t       *testing.T
	session string // URL
}

func newBrowser(t *testing.T) *browser {
	for _, name := range []string{"chromium", "chromedriver"} {
		if _, err := exec.LookPath(name); err != nil {
			require.Empty(t, os.Getenv("CI"), "%s is not installed", name)
			t.Skip("NOT TESTED: " + name + " is not installed; on Debian: apt-get install chromium chromium-driver")
		}
	}
	port := start(t, regexp.MustCompile(`started successfully on port (\d+)`), "chromedriver", "--port=0")
	b := &browser{t, "http://127.0.0.1:" + port + "/session"}
	var created struct {
		SessionID string `json:"sessionId"`
	}
	b.post("", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:chromeOptions": map[string]any{"args": []string{
			"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
			"--disable-background-networking", "--disable-component-update", "--disable-sync",
			"--user-data-dir=" + t.TempDir(),
		}},
	}}}, &created)
	b.session += "/" + created.SessionID
	t.Cleanup(func() {
		r, _ := http.NewRequest(http.MethodDelete, b.session, nil)
		if response, err := http.DefaultClient.Do(r); assert.NoError(t, err) {
			response.Body.Close()
		}
	})
	return b
}

// post sends one WebDriver command and decodes the value of its answer.
func (b *browser) post(command string, parameters, value any) {
	b.t.Helper()
	body, err := json.Marshal(parameters)
	require.NoError(b.t, err)
	client := &http.Client{Timeout: time.Minute}
	response, err := client.Post(b.session+command, "application/json", bytes.NewReader(body))
	require.NoError(b.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, 200, response.StatusCode, "%s: %s", command, answer)
	if value != nil {
		require.NoError(b.t, json.Unmarshal(answer, &struct{ Value any }{value}))
	}
}

func (b *browser) open(url string) { b.post("/url", map[string]string{"url": url}, nil) }

// element returns the command prefix of the element a selector finds.
func (b *browser) element(selector string) string {
	b.t.Helper()
	var found map[string]string
	b.post("/element", map[string]string{"using": "css selector", "value": selector}, &found)
	for _, id := range found {
		return "/element/" + id
	}
	return ""
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.post(b.element(selector)+"/click", struct{}{}, nil)
}

func (b *browser) enter(selector, text string) {
	b.t.Helper()
	b.post(b.element(selector)+"/value", map[string]string{"text": text}, nil)
}

func (b *browser) run(script string) (result string) {
	b.t.Helper()
	b.post("/execute/sync", map[string]any{"script": script, "args": []any{}}, &result)
	return result
}

func (b *browser) url() string { return b.run("return location.href") }

// waitFor waits until the text of an element matches.
func (b *browser) waitFor(selector, want string) {
	b.t.Helper()
	var text string
	matches := regexp.MustCompile(want).MatchString
	for range 200 {
		text = b.run(fmt.Sprintf("return document.querySelector(%q)?.innerText ?? ''", selector))
		if matches(text) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.Fail(b.t, "not shown", "%s: got %q, want %s", selector, text, want)
}
