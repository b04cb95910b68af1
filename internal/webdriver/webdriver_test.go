package webdriver

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/reported"
)

const form = `<!DOCTYPE html><title>form</title><input id="name"><button id="greet">Greet</button><p id="greeting"></p>
<script>
	document.getElementById('greet').addEventListener('click', () => setTimeout(() => {
		document.getElementById('greeting').innerText = 'hello ' + document.getElementById('name').value
	}, 100))
	console.error('a complaint')
</script>`

func TestAPageIsUsedAsAPersonUsesIt(t *testing.T) {
	b := Start(t)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, form) }))
	t.Cleanup(page.Close)

	b.Open(page.URL)
	assert.Equal(t, page.URL+"/", b.URL())
	b.Enter("#name", "ali")
	b.Enter("#name", "ce")
	b.Click("#greet")
	b.WaitFor("#greeting", "^hello alice$")
	b.Press("\ue004") // Tab
	assert.Equal(t, "BODY", b.Run("return document.activeElement.tagName"), "the button was the last one")
	b.WaitForScript("return document.title", "form")
	assert.Contains(t, strings.Join(b.Complaints(), "\n"), "a complaint")
	assert.NotContains(t, strings.Join(b.Complaints(), "\n"), "a complaint", "it has been told")

	size := Size{Width: 300, Height: 200, Scale: 2}
	b.Resize(size)
	assert.Equal(t, size, b.Size())
	assert.Equal(t, "300 200", b.Run("return innerWidth + ' ' + innerHeight"))
	picture, err := png.DecodeConfig(bytes.NewReader(b.Screenshot()))
	require.NoError(t, err)
	assert.Equal(t, [2]int{600, 400}, [2]int{picture.Width, picture.Height})
}

// fake returns a browser whose driver answers with the rows, in this order: what is
// asked for, a status, and an answer.
func fake(t *testing.T, rows ...[3]string) (b *Browser, left func() int) {
	t.Helper()
	driver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !assert.NotEmpty(t, rows, "%s is asked for", r.URL) {
			return
		}
		assert.Equal(t, rows[0][0], r.Method+" "+r.URL.Path)
		if rows[0][1] != "200" {
			w.WriteHeader(http.StatusNotFound)
		}
		io.WriteString(w, rows[0][2])
		rows = rows[1:]
	}))
	t.Cleanup(driver.Close)
	return &Browser{T: t, session: driver.URL, limit: time.Minute}, func() int { return len(rows) }
}

func TestAnElementIsFoundAnewIfAnotherPageCame(t *testing.T) {
	b, left := fake(t,
		[3]string{"POST /element", "404", `{"value":{"error":"no such element"}}`},
		[3]string{"POST /element", "200", `{"value":{"id":"1"}}`},
		[3]string{"POST /element/1/click", "404", `{"value":{"error":"stale element reference"}}`},
		[3]string{"POST /element", "200", `{"value":{"id":"1"}}`},
		[3]string{"POST /element/1/click", "404", `{"value":{"error":"element not interactable"}}`},
		[3]string{"POST /element", "200", `{"value":{"id":"1"}}`},
		[3]string{"POST /element/1/click", "404", `{"value":{"error":"element click intercepted"}}`},
		[3]string{"POST /element", "200", `{"value":{"id":"1"}}`},
		[3]string{"POST /element/1/click", "404", `{"value":{"error":"unknown error","message":"Node does not belong to the document"}}`},
		[3]string{"POST /element", "200", `{"value":{"id":"2"}}`},
		[3]string{"POST /element/2/click", "200", `{"value":null}`},
	)
	b.Click("#a")
	assert.Zero(t, left())
}

// refusals are commands, with what a driver is asked for, and its last answer.
var refusals = map[string]struct {
	rows [][3]string
	use  func(b *Browser)
	want string
}{
	"an element":         {[][3]string{{"POST /element", "404", refused}}, func(b *Browser) { b.Click("#a") }, "webdriver: #a /click: " + refused},
	"a click":            {[][3]string{{"POST /element", "200", found}, {"POST /element/1/click", "404", refused}}, func(b *Browser) { b.Click("#a") }, "webdriver: #a /click: " + refused},
	"a text":             {[][3]string{{"POST /element", "200", found}, {"POST /element/1/value", "404", refused}}, func(b *Browser) { b.Enter("#a", "x") }, "webdriver: #a /value: " + refused},
	"an address":         {[][3]string{{"POST /url", "404", refused}}, func(b *Browser) { b.Open("http://127.0.0.1") }, "webdriver: /url: " + refused},
	"a screenshot":       {[][3]string{{"GET /screenshot", "404", refused}}, func(b *Browser) { b.Screenshot() }, "webdriver: screenshot: " + refused},
	"no screenshot":      {[][3]string{{"GET /screenshot", "200", "{"}}, func(b *Browser) { b.Screenshot() }, "webdriver: unexpected end of JSON input in {"},
	"a text to wait for": {[][3]string{{"POST /execute/sync", "404", refused}}, func(b *Browser) { b.WaitFor("#a", "x") }, "webdriver: /execute/sync: " + refused},
	"a script":           {[][3]string{{"POST /execute/sync", "404", refused}}, func(b *Browser) { b.URL() }, "webdriver: /execute/sync: " + refused},
	"no string":          {[][3]string{{"POST /execute/sync", "200", `{"value":7}`}}, func(b *Browser) { b.Run("return 7") }, "webdriver: json: "},
	"a key":              {[][3]string{{"POST /actions", "404", refused}}, func(b *Browser) { b.Press("a") }, "webdriver: /actions: " + refused},
	"a size":             {[][3]string{{"POST /goog/cdp/execute", "404", refused}}, func(b *Browser) { b.Resize(Size{}) }, "webdriver: /goog/cdp/execute: " + refused},
	"complaints":         {[][3]string{{"POST /se/log", "404", refused}}, func(b *Browser) { b.Complaints() }, "webdriver: /se/log: " + refused},
	"parameters":         {nil, func(b *Browser) { b.DevTools("x", map[string]any{"x": make(chan int)}) }, "webdriver:  json: unsupported type"},
}

const (
	refused = `{"value":{"error":"invalid argument"}}`
	found   = `{"value":{"id":"1"}}`
)

// failure returns why a test fails that uses a browser.
func failure(t *testing.T, b *Browser, use func(b *Browser)) string {
	t.Helper()
	lines := reported.By(t, func(t testing.TB) { b.T = t; use(b) })
	require.Len(t, lines, 1)
	return lines[0]
}

func TestWhatTheDriverRefusesFailsTheTest(t *testing.T) {
	t.Parallel()
	for name, row := range refusals {
		b, left := fake(t, row.rows...)
		assert.Contains(t, failure(t, b, row.use), row.want, name)
		assert.Zero(t, left(), name)
	}
}

func TestADriverThatDoesNotAnswerFailsTheTest(t *testing.T) {
	t.Parallel()
	driver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100") // more than there is
	}))
	b := &Browser{session: driver.URL, limit: time.Minute}
	open := func(b *Browser) { b.Open("http://127.0.0.1") }
	assert.Contains(t, failure(t, b, open), "unexpected EOF")
	driver.Close()
	assert.Contains(t, failure(t, b, open), "refused")
	assert.Contains(t, failure(t, &Browser{session: "\x7f"}, open), "invalid control character")
}

func TestWhatDoesNotComeInTimeFailsTheTest(t *testing.T) {
	t.Parallel()
	b, left := fake(t, [3]string{"POST /execute/sync", "200", `{"value":"xa"}`}, [3]string{"POST /element", "404", `{"value":{"error":"no such element"}}`})
	b.limit = 0
	assert.Equal(t, `webdriver: return document.querySelector("#a")?.innerText ?? '': got "xa", want ^a`, failure(t, b, func(b *Browser) { b.WaitFor("#a", "^a") }))
	assert.Equal(t, `webdriver: #a /click: {"value":{"error":"no such element"}}`, failure(t, b, func(b *Browser) { b.Click("#a") }))
	assert.Zero(t, left())
}

func TestWhatIsWaitedForMayComeLater(t *testing.T) {
	t.Parallel()
	b, left := fake(t, [3]string{"POST /execute/sync", "200", `{"value":""}`}, [3]string{"POST /execute/sync", "200", `{"value":"ab"}`})
	b.WaitForScript("return x", "b$")
	assert.Zero(t, left())
}

func TestComplaintsHaveALevel(t *testing.T) {
	t.Parallel()
	b, _ := fake(t, [3]string{"POST /se/log", "200", `{"value":[{"level":"SEVERE","message":"a"},{"level":"INFO","message":"b"}]}`})
	assert.Equal(t, []string{"SEVERE a", "INFO b"}, b.Complaints())
}

// The driver is a program of this test, and a server of it.
func TestASessionEndsWithItsTest(t *testing.T) {
	var asked []string
	driver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, fmt.Sprintf("%s %s %v", r.Method, r.URL, strings.Contains(string(body), "--headless=new")))
		io.WriteString(w, `{"value":{"sessionId":"s7"}}`)
	}))
	defer driver.Close()
	name, dir := itself(t, "says"), t.TempDir()
	for _, link := range []string{"chromium", "chromedriver"} {
		require.NoError(t, os.Symlink(name, filepath.Join(dir, link)))
	}
	t.Setenv("PATH", dir)
	t.Setenv("WEBDRIVER_PORT", driver.URL[strings.LastIndexByte(driver.URL, ':')+1:])
	t.Run("test", func(t *testing.T) {
		b := Start(t)
		assert.Equal(t, limit, b.limit)
		b.Open("http://127.0.0.1")
	})
	assert.Equal(t, []string{"POST /session true", "POST /session/s7/url false", "DELETE /session/s7 false"}, asked)

	t.Setenv("CI", "")
	for _, lacks := range []string{"chromedriver", "chromium"} {
		require.NoError(t, os.Remove(filepath.Join(dir, lacks)))
		assert.Equal(t, []string{"skipped: NOT TESTED: " + lacks + " is not installed"}, reported.By(t, func(t testing.TB) { Start(t) }))
	}
}
