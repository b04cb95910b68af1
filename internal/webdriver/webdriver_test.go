package webdriver

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	return &Browser{T: t, session: driver.URL}, func() int { return len(rows) }
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

// A failing test keeps why it failed, and stops.
type failing struct {
	testing.TB
	why string
}

func (f *failing) Helper()           {}
func (f *failing) Fatal(args ...any) { f.why = fmt.Sprint(args...); panic(f) }
func (f *failing) Fatalf(format string, args ...any) {
	f.why = fmt.Sprintf(format, args...)
	panic(f)
}

func TestWhatTheDriverRefusesFailsTheTest(t *testing.T) {
	const refused = `{"value":{"error":"invalid argument"}}`
	for name, row := range map[string]struct {
		rows [][3]string
		use  func(b *Browser)
	}{
		"an element":   {[][3]string{{"POST /element", "404", refused}}, func(b *Browser) { b.Click("#a") }},
		"a click":      {[][3]string{{"POST /element", "200", `{"value":{"id":"1"}}`}, {"POST /element/1/click", "404", refused}}, func(b *Browser) { b.Click("#a") }},
		"a text":       {[][3]string{{"POST /element", "200", `{"value":{"id":"1"}}`}, {"POST /element/1/value", "404", refused}}, func(b *Browser) { b.Enter("#a", "x") }},
		"an address":   {[][3]string{{"POST /url", "404", refused}}, func(b *Browser) { b.Open("http://127.0.0.1") }},
		"a screenshot": {[][3]string{{"GET /screenshot", "404", refused}}, func(b *Browser) { b.Screenshot() }},
		"a script":     {[][3]string{{"POST /execute/sync", "404", refused}}, func(b *Browser) { b.WaitFor("#a", "x") }},
	} {
		b, left := fake(t, row.rows...)
		f := &failing{TB: t}
		b.T = f
		assert.PanicsWithValue(t, f, func() { row.use(b) }, name)
		assert.Contains(t, f.why, "invalid argument", name)
		assert.Zero(t, left(), name)
	}
}
