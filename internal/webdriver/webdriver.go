// Package webdriver drives a headless Chromium in tests, by the WebDriver protocol
// (W3C) of a chromedriver that it starts.
package webdriver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// limit is how long a program has to start, an element to be there, and a text to be
// shown. Nothing waits longer than it has to.
const limit = time.Minute

// pause is the time between two looks at a page.
const pause = 50 * time.Millisecond

// A Browser shows one page. It is for one goroutine. The test fails at once if a
// command does.
type Browser struct {
	T       testing.TB // may be changed between commands, for subtests
	session string     // URL
	size    Size
	limit   time.Duration
}

// A Size is one of the page, in CSS pixels.
type Size struct {
	Width, Height int
	Scale         int // device pixels for each of CSS, along a side
}

// Start starts a browser, which ends with the test. It skips the test where none is
// installed, unless CI is set.
func Start(t testing.TB) *Browser {
	t.Helper()
	program.Find(t, "chromium")
	driver := program.Find(t, "chromedriver")
	port := Program(t, regexp.MustCompile(`started successfully on port (\d+)`), driver, "--port=0")
	b := &Browser{T: t, session: "http://127.0.0.1:" + port + "/session", limit: limit}
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
	t.Cleanup(func() { b.request(http.MethodDelete, "", nil) })
	return b
}

// Open shows the page at a URL.
func (b *Browser) Open(url string) {
	b.T.Helper()
	b.post("/url", map[string]string{"url": url}, nil)
}

// URL returns the address of the page.
func (b *Browser) URL() string {
	b.T.Helper()
	return b.Run("return location.href")
}

// Run runs a script in the page and returns the string that it returns.
func (b *Browser) Run(script string) (result string) {
	b.T.Helper()
	b.post("/execute/sync", map[string]any{"script": script, "args": []any{}}, &result)
	return result
}

// Click clicks on the element that a CSS selector finds.
func (b *Browser) Click(selector string) {
	b.T.Helper()
	b.act(selector, "/click", struct{}{})
}

// Enter types a text into the element that a CSS selector finds.
func (b *Browser) Enter(selector, text string) {
	b.T.Helper()
	b.act(selector, "/value", map[string]string{"text": text})
}

// act sends a command to an element, anew if another page came since it was found, or
// is only coming.
func (b *Browser) act(selector, command string, parameters any) {
	b.T.Helper()
	for end := time.Now().Add(b.limit); ; time.Sleep(pause) {
		status, answer := b.request(http.MethodPost, "/element", map[string]string{"using": "css selector", "value": selector})
		if status == http.StatusOK {
			var found struct{ Value map[string]string }
			b.decode(answer, &found)
			for _, id := range found.Value { // there is one
				status, answer = b.request(http.MethodPost, "/element/"+id+command, parameters)
			}
		}
		if status == http.StatusOK {
			return
		}
		if !isPassing(answer) || time.Now().After(end) {
			b.T.Fatalf("webdriver: %s %s: %s", selector, command, answer)
		}
	}
}

// isPassing reports whether an answer says that an element is not there any more, or
// not yet, or is not yet to be seen.
func isPassing(answer []byte) bool {
	var failed struct {
		Value struct{ Error, Message string }
	}
	_ = json.Unmarshal(answer, &failed)
	switch failed.Value.Error {
	case "stale element reference", "no such element", "element not interactable", "element click intercepted":
		return true
	}
	return strings.Contains(failed.Value.Message, "does not belong to the document")
}

// Press presses and releases a key, by the code of WebDriver section 17.4.2, wherever the focus is.
func (b *Browser) Press(key string) {
	b.T.Helper()
	keys := []any{map[string]string{"type": "keyDown", "value": key}, map[string]string{"type": "keyUp", "value": key}}
	b.post("/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": keys}}}, nil)
}

// Resize gives the page a size.
func (b *Browser) Resize(to Size) {
	b.T.Helper()
	b.size = to
	b.DevTools("Emulation.setDeviceMetricsOverride", map[string]any{"width": to.Width, "height": to.Height, "deviceScaleFactor": to.Scale, "mobile": false})
}

// Size returns what Resize was last called with.
func (b *Browser) Size() Size { return b.size }

// DevTools sends a command of the Chrome DevTools Protocol.
func (b *Browser) DevTools(command string, parameters map[string]any) {
	b.T.Helper()
	b.post("/goog/cdp/execute", map[string]any{"cmd": command, "params": parameters}, nil)
}

// Screenshot returns a PNG of what is shown.
func (b *Browser) Screenshot() []byte {
	b.T.Helper()
	status, answer := b.request(http.MethodGet, "/screenshot", nil)
	var picture struct{ Value []byte } // as base64
	if status != http.StatusOK {
		b.T.Fatalf("webdriver: screenshot: %s", answer)
	}
	b.decode(answer, &picture)
	return picture.Value
}

// Complaints returns what the browser's console has told since they were last asked for.
func (b *Browser) Complaints() (messages []string) {
	b.T.Helper()
	var entries []struct{ Level, Message string }
	b.post("/se/log", map[string]string{"type": "browser"}, &entries)
	for _, e := range entries {
		messages = append(messages, e.Level+" "+e.Message)
	}
	return messages
}

// WaitFor waits until the text of the element that a CSS selector finds matches a
// regular expression.
func (b *Browser) WaitFor(selector, want string) {
	b.T.Helper()
	b.WaitForScript(fmt.Sprintf("return document.querySelector(%q)?.innerText ?? ''", selector), want)
}

// WaitForScript waits until what a script returns matches a regular expression.
func (b *Browser) WaitForScript(script, want string) {
	b.T.Helper()
	matches := regexp.MustCompile(want).MatchString
	for end := time.Now().Add(b.limit); ; time.Sleep(pause) {
		got := b.Run(script)
		if matches(got) {
			return
		}
		if time.Now().After(end) {
			b.T.Fatalf("webdriver: %s: got %q, want %s", script, got, want)
		}
	}
}

// post sends one WebDriver command and decodes the value of its answer.
func (b *Browser) post(command string, parameters, value any) {
	b.T.Helper()
	status, answer := b.request(http.MethodPost, command, parameters)
	if status != http.StatusOK {
		b.T.Fatalf("webdriver: %s: %s", command, answer)
	}
	b.decode(answer, &struct{ Value any }{value})
}

func (b *Browser) decode(answer []byte, value any) {
	b.T.Helper()
	if err := json.Unmarshal(answer, value); err != nil {
		b.T.Fatalf("webdriver: %v in %s", err, answer)
	}
}

// request sends one WebDriver command.
func (b *Browser) request(method, command string, parameters any) (status int, answer []byte) {
	b.T.Helper()
	var body []byte
	if parameters != nil {
		var err error
		if body, err = json.Marshal(parameters); err != nil {
			b.T.Fatal("webdriver: ", err)
		}
	}
	r, err := http.NewRequest(method, b.session+command, bytes.NewReader(body)) // without the context of the test, which ends before its session does
	if err != nil {
		b.T.Fatal("webdriver: ", err)
	}
	client := &http.Client{Timeout: 2 * limit}
	response, err := client.Do(r)
	if err != nil {
		b.T.Fatal("webdriver: ", err)
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		b.T.Fatal("webdriver: ", err)
	}
	return response.StatusCode, answer
}
