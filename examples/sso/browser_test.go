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
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
	size    size
}

// A size is one of the page, in CSS pixels.
type size struct {
	name          string
	width, height int
}

func newBrowser(t *testing.T) *browser {
	for _, name := range []string{"chromium", "chromedriver"} {
		if _, err := exec.LookPath(name); err != nil {
			require.Empty(t, os.Getenv("CI"), "%s is not installed", name)
			t.Skip("NOT TESTED: " + name + " is not installed; on Debian: apt-get install chromium chromium-driver")
		}
	}
	port := start(t, regexp.MustCompile(`started successfully on port (\d+)`), "chromedriver", "--port=0")
	b := &browser{t: t, session: "http://127.0.0.1:" + port + "/session"}
	var created struct {
		SessionID string `json:"sessionId"`
	}
	b.post("", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:loggingPrefs": map[string]string{"browser": "ALL"},
		"goog:chromeOptions": map[string]any{"args": []string{
			"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
			"--disable-background-networking", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-GB", "--disable-component-update", "--disable-sync",
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
	status, answer := b.send(command, parameters)
	require.Equal(b.t, 200, status, "%s: %s", command, answer)
	if value != nil {
		require.NoError(b.t, json.Unmarshal(answer, &struct{ Value any }{value}))
	}
}

// send sends one WebDriver command.
func (b *browser) send(command string, parameters any) (status int, answer []byte) {
	b.t.Helper()
	body, err := json.Marshal(parameters)
	require.NoError(b.t, err)
	client := &http.Client{Timeout: time.Minute}
	response, err := client.Post(b.session+command, "application/json", bytes.NewReader(body))
	require.NoError(b.t, err)
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	require.NoError(b.t, err)
	return response.StatusCode, answer
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
	b.act(selector, "/click", struct{}{})
}

func (b *browser) enter(selector, text string) {
	b.t.Helper()
	b.act(selector, "/value", map[string]string{"text": text})
}

// act sends a command to an element, anew if another page came since it was found.
func (b *browser) act(selector, command string, parameters any) {
	b.t.Helper()
	for {
		status, answer := b.send(b.element(selector)+command, parameters)
		if status == 200 {
			return
		}
		require.Contains(b.t, string(answer), "stale element reference", "%s %s", selector, command)
	}
}

func (b *browser) run(script string) (result string) {
	b.t.Helper()
	b.post("/execute/sync", map[string]any{"script": script, "args": []any{}}, &result)
	return result
}

func (b *browser) url() string { return b.run("return location.href") }

// resize gives the page a size, with two device pixels for each of CSS, as phones
// and good screens have.
func (b *browser) resize(to size) {
	b.t.Helper()
	b.size = to
	b.devTools("Emulation.setDeviceMetricsOverride", map[string]any{"width": to.width, "height": to.height, "deviceScaleFactor": 2, "mobile": false})
}

func (b *browser) devTools(command string, parameters map[string]any) {
	b.t.Helper()
	b.post("/goog/cdp/execute", map[string]any{"cmd": command, "params": parameters}, nil)
}

// screenshot returns a PNG of what is shown.
func (b *browser) screenshot() []byte {
	b.t.Helper()
	response, err := http.Get(b.session + "/screenshot")
	require.NoError(b.t, err)
	defer response.Body.Close()
	var answer struct{ Value []byte } // as base64
	require.NoError(b.t, json.NewDecoder(response.Body).Decode(&answer))
	return answer.Value
}

// complaints are what the browser's console has told since they were last asked for.
func (b *browser) complaints() (messages []string) {
	b.t.Helper()
	var entries []struct{ Level, Message string }
	b.post("/se/log", map[string]string{"type": "browser"}, &entries)
	for _, e := range entries {
		messages = append(messages, e.Level+" "+e.Message)
	}
	return messages
}

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
