package page_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	_ "image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/page"
	"github.com/seed-b1f8f58c/jwt/internal/webdriver"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

var screenshots = flag.Bool("screenshots", false, "write the pictures of docs/images anew")

// A sample is a token, and the key that verifies it.
type sample struct{ token, public string }

func newSample(t *testing.T) sample {
	t.Helper()
	key, err := jwk.Generate(jwt.ES256)
	require.NoError(t, err)
	key, err = key.With("", "2026-11")
	require.NoError(t, err)
	signer, err := key.Signer()
	require.NoError(t, err)
	now := time.Now()
	claims := fmt.Sprintf(`{"iss":"https://login.example","sub":"alice","aud":"api","scope":"orders:read orders:write","tenant":7,"iat":%d,"nbf":%d,"exp":%d,"jti":"DXQ4U6ZBWVNT5DZTZNQK7OQ7WL"}`,
		now.Add(-5*time.Minute).Unix(), now.Add(-4*time.Minute).Unix(), now.Add(10*time.Minute).Unix())
	token, err := jwt.Sign(t.Context(), signer, json.RawMessage(claims))
	require.NoError(t, err)
	public, err := json.MarshalIndent(key, "", "  ")
	require.NoError(t, err)
	return sample{token, string(public)}
}

// serve serves the page, and returns its address.
func serve(t *testing.T, token string, fetch func(ctx context.Context, url, issuer string) ([]byte, error)) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	p := page.NewServer(server.Listener.Addr().String(), token, fetch)
	server.Config.Handler = p
	server.Start()
	t.Cleanup(server.Close)
	return p.URL()
}

// static writes the page as one file.
func static(t *testing.T) string {
	t.Helper()
	html, err := page.Static(t.Context(), "")
	require.NoError(t, err)
	assert.Less(t, len(html), 4<<20)
	file := filepath.Join(t.TempDir(), "inspector.html")
	require.NoError(t, os.WriteFile(file, html, 0o600))
	return file
}

// A browser is one at the page.
type browser struct{ *webdriver.Browser }

// look opens a page and waits until it answers.
func (b browser) look(url string) {
	b.T.Helper()
	b.Open(url)
	b.WaitFor("#verdict-title", ".")
	b.WaitForScript("return document.documentElement.dataset.ready ?? ''", "yes")
}

// set puts a text into a field as a paste does.
func (b browser) set(id, text string) {
	b.T.Helper()
	quoted, err := json.Marshal(text)
	require.NoError(b.T, err)
	b.Run(fmt.Sprintf(`const e = document.getElementById(%q); e.value = %s; e.dispatchEvent(new Event('input', {bubbles: true})); return ''`, id, quoted))
}

func (b browser) text(selector string) string {
	b.T.Helper()
	return b.Run(fmt.Sprintf("return document.querySelector(%q).innerText", selector))
}

func TestThePage(t *testing.T) {
	b, file := browser{webdriver.Start(t)}, static(t)
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b browser, file string)
	}{
		{"verifies as one types", verifiesAsOneTypes},
		{"reads secrets and encrypted tokens", readsSecretsAndEncryptedTokens},
		{"is not scripted by hostile tokens", isNotScripted},
		{"is usable by keyboard and screen reader", isUsableByKeyboard},
		{"is legible in light and dark and on a phone", isLegible},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.T = t
			b.Resize(webdriver.Size{Width: 1280, Height: 900, Scale: 1})
			test.run(t, b, file)
			b.T = nil
		})
	}
	b.T = t
}

func verifiesAsOneTypes(t *testing.T, b browser, file string) {
	s := newSample(t)
	fetched := ""
	local := serve(t, s.token, func(_ context.Context, url, issuer string) ([]byte, error) {
		fetched = url + " " + issuer
		if url == "" && issuer == "" {
			return nil, errors.New("no <b>issuer</b>")
		}
		return []byte(`{"keys":[` + s.public + `]}`), nil
	})
	files := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(file))))
	t.Cleanup(files.Close)
	for name, url := range map[string]string{"local": local, "disk": "file://" + file, "file server": files.URL + "/inspector.html"} {
		b.look(url)
		if name == "local" {
			b.WaitFor("#verdict-title", "Not verified") // the token is there
		} else {
			b.WaitFor("#verdict-title", "Paste a token")
			b.set("token", s.token)
		}
		b.WaitFor("#verdict-title", "Not verified")
		b.WaitFor("#verdict-advice", "Paste the key")
		b.WaitFor("#claims", "issuer: who made the token")
		b.WaitFor("#times", `expires in \d+ minutes`)
		assert.Len(t, strings.Split(b.text("#raw"), "."), 3, name)
		b.set("keys", s.public)
		b.WaitFor("#keys-note", `1 key: ES256 "2026-11"`)
		b.WaitFor("#verdict-title", "Refused")
		b.WaitFor("#verdict-reason", "iss: ")
		b.WaitFor("#fill", "Set Issuer")
		b.Click("#fill")
		b.WaitFor("#verdict-reason", "aud: ")
		b.Enter("#audience", "ap")
		b.WaitFor("#verdict-reason", `want one of \["ap"\]`)
		b.Enter("#audience", "i")
		b.WaitFor("#verdict-title", "Accepted")
		assert.Equal(t, 14, strings.Count(b.text("#rules"), "pass"), name)
		b.set("token", s.token[:len(s.token)-4]+"AAAA")
		b.WaitFor("#verdict-reason", "signature")
		b.set("token", s.token)
		b.WaitFor("#verdict-title", "Accepted")
		b.Click("#anyIssuer")
		b.set("issuer", "https://other.example")
		b.WaitFor("#rules", `(?s)iss.*accepts anything`)
		b.Click("#anyIssuer")
		b.WaitFor("#verdict-reason", "iss: ")
		b.set("keys", "")
		b.WaitFor("#verdict-title", "Not verified")
		if name == "local" {
			b.set("issuer", "https://login.example")
			b.Click("#fetch")
			b.WaitFor("#fetch-note", "^fetched$")
			b.WaitFor("#verdict-title", "Accepted")
			assert.Equal(t, " https://login.example", fetched)
			b.set("issuer", "")
			b.Click("#fetch")
			b.WaitFor("#fetch-note", "no <b>issuer</b>")
		} else {
			assert.Equal(t, "true", b.Run("return String(document.getElementById('fetch').offsetParent === null)"), "nothing can be fetched")
		}
		assert.Equal(t, url, b.Run("return location.href"))
		assert.Empty(t, b.Complaints(), name)
	}
}

func readsSecretsAndEncryptedTokens(t *testing.T, b browser, _ string) {
	b.look(serve(t, "", nil))
	hmac, err := jwt.NewHMAC(jwt.HS256, []byte("correct horse battery staple, and more"), "")
	require.NoError(t, err)
	token, err := jwt.Sign(t.Context(), hmac, map[string]any{"exp": time.Now().Add(time.Hour).Unix()})
	require.NoError(t, err)
	b.set("token", "Authorization: Bearer "+token)
	b.set("keys", "correct horse battery staple, and more\n")
	b.WaitFor("#verdict-title", "Accepted")
	b.set("keys", base64.StdEncoding.EncodeToString([]byte("correct horse battery staple, and more")))
	b.WaitFor("#verdict-reason", "signature")
	b.Run(`keysAs.value = 'base64'; keysAs.dispatchEvent(new Event('input', {bubbles: true})); return ''`)
	b.WaitFor("#verdict-title", "Accepted")
	encode := base64.RawURLEncoding.EncodeToString
	b.set("token", encode([]byte(`{"alg":"ECDH-ES","enc":"A256GCM","kid":"7"}`))+".."+encode([]byte("iv"))+".AAAA.BBBB")
	b.WaitFor("#verdict-reason", "encrypted")
	b.WaitFor("#header", "(?s)ECDH-ES.*how the content is encrypted")
	b.WaitFor("#legend", "ciphertext, 4 characters")
	assert.Empty(t, b.Complaints())
}

// Whatever a token holds, the page shows it and does nothing else.
func isNotScripted(t *testing.T, b browser, file string) {
	encode := base64.RawURLEncoding.EncodeToString
	for _, url := range []string{serve(t, "", nil), "file://" + file} {
		b.look(url)
		for _, evil := range []string{
			`<script>document.title='owned'</script>`, `<img src=x onerror="document.title='owned'">`, `</textarea><svg onload="document.title='owned'">`, `javascript:document.title='owned'`, `{{7*7}}`, `__proto__`, `constructor`,
		} {
			name := `"` + strings.ReplaceAll(evil, `"`, `\"`) + `"`
			header := encode([]byte(`{"alg":"HS256","kid":` + name + `,` + name + `:1}`))
			payload := encode([]byte(`{"iss":` + name + `,"aud":[` + name + `],` + name + `:` + name + `,"sub":"\u202egnp.exe"}`))
			b.set("token", header+"."+payload+".AAAA")
			b.set("issuer", evil)
			b.set("keys", evil+strings.Repeat("x", 32))
			b.WaitFor("#claims", `sub\s+"\\u202egnp\.exe"`)
			b.WaitFor("#claims", regexp.QuoteMeta(name))
			b.set("token", evil)
			b.WaitFor("#verdict-reason", "parts?")
			b.set("token", evil+"."+evil+"."+evil)
			b.WaitFor("#verdict-title", "Refused")
		}
		b.Run(`token.focus(); const d = new DataTransfer(); d.setData('text/plain', 'A'.repeat(10 << 20)); token.dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true})); return ''`)
		b.WaitFor("#token-note", "10485760 characters were pasted and dropped")
		b.Run(`token.value = 'A'.repeat(10 << 20); token.dispatchEvent(new Event('input', {bubbles: true})); return ''`)
		b.WaitFor("#token-note", "10485760 characters were pasted and dropped")
		b.WaitFor("#verdict-title", "Paste a token")
		b.set("token", "e30.e30.\u202eAA\u0000")
		b.WaitFor("#verdict-title", "Refused")
		assert.Equal(t, "JWT inspector", b.Run("return document.title"))
		assert.Equal(t, "0", b.Run("return String(document.querySelectorAll('main img, main svg, main script, main iframe, main a').length)"))
		for _, complaint := range b.Complaints() {
			assert.Fail(t, complaint)
		}
		// The policy is what holds even if the script had a hole.
		for _, attempt := range []string{
			`document.body.innerHTML = '<b>x</b>'; return 'done'`,
			`return await fetch('https://example.com/').then(() => 'done')`,
			`return await new Promise((yes, no) => { const i = new Image(); i.onload = () => yes('done'); i.onerror = () => no('refused'); i.src = location.origin === 'null' ? 'file:///x.png' : '/x.png' })`,
		} {
			assert.Equal(t, "refused", b.Run("try { return await (async () => {"+attempt+"})() } catch { return 'refused' }"), attempt)
		}
		b.Complaints()
	}
}

func isUsableByKeyboard(t *testing.T, b browser, _ string) {
	b.Resize(webdriver.Size{Width: 360, Height: 740, Scale: 2})
	s := newSample(t)
	b.look(serve(t, s.token, nil))
	b.set("keys", s.public)
	b.WaitFor("#verdict-title", "Refused")
	assert.Empty(t, b.Run(`return [...document.querySelectorAll('input, select, textarea, button')].filter(e => !e.computedName && !(e.labels?.length) && !e.textContent.trim()).map(e => e.id).join(' ')`), "fields without a label")
	assert.Equal(t, "0", b.Run(`return String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`), "it scrolls sideways at 360 pixels")
	assert.Equal(t, "polite", b.Run(`return document.querySelector('#verdict-text').ariaLive`))
	var order []string
	b.Run("token.focus(); return ''")
	for range 40 {
		id := b.Run("return document.activeElement.id + (getComputedStyle(document.activeElement).outlineStyle === 'none' ? ' has no outline' : '')")
		if id == "" || strings.HasPrefix(id, " ") || len(order) > 0 && id == order[0] {
			break
		}
		order = append(order, id)
		b.Press("\ue004") // Tab
	}
	joined := strings.Join(order, " ")
	for _, id := range []string{"token", "fill", "keys", "keysAs", "url", "fetch", "issuer", "anyIssuer", "audience", "anyAudience", "type", "anyType", "noExpiry", "leeway"} {
		at := strings.Index(" "+joined+" ", " "+id+" ")
		assert.GreaterOrEqual(t, at, 0, "%s is not reached by the keyboard: %s", id, joined)
	}
	assert.NotContains(t, joined, "outline")
}

// Text has the contrast that WCAG 2 asks for, 4.5 to 1, in light and dark.
const contrast = `
const rgb = c => c.match(/[\d.]+/g).map(Number);
const lum = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const back = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] === 1) return c; } return [255, 255, 255]; };
return [...document.querySelectorAll('body *')].filter(e => e.offsetParent && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
	const a = lum(rgb(getComputedStyle(e).color)), b = lum(back(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	return ratio < 4.5 ? e.tagName + '.' + e.className + ' ' + ratio.toFixed(2) : '';
}).filter(Boolean).join('; ')`

func isLegible(t *testing.T, b browser, _ string) {
	s := newSample(t)
	b.look(serve(t, s.token, nil))
	for _, shot := range []struct {
		name, scheme string
		size         webdriver.Size
	}{
		{"inspector-light.png", "light", webdriver.Size{Width: 1200, Height: 1830, Scale: 1}},
		{"inspector-dark.png", "dark", webdriver.Size{Width: 1200, Height: 1830, Scale: 1}},
		{"inspector-phone.png", "light", webdriver.Size{Width: 360, Height: 1600, Scale: 2}},
	} {
		b.Resize(shot.size)
		b.DevTools("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]string{"name": "prefers-color-scheme", "value": shot.scheme}}})
		b.set("keys", s.public)
		b.set("issuer", "https://login.example")
		b.set("audience", "")
		b.WaitFor("#verdict-title", "Refused")
		assert.Empty(t, b.Run(contrast), shot.name)
		if shot.scheme == "dark" {
			b.set("audience", "api")
			b.WaitFor("#verdict-title", "Accepted")
			assert.Empty(t, b.Run(contrast), shot.name)
		}
		b.Run("document.activeElement.blur(); scrollTo(0, 0); return ''")
		picture := b.Screenshot()
		config, _, err := image.DecodeConfig(bytes.NewReader(picture))
		require.NoError(t, err)
		assert.Equal(t, shot.size.Scale*shot.size.Width, config.Width)
		file := filepath.Join("..", "..", "..", "..", "docs", "images", shot.name)
		if *screenshots {
			require.NoError(t, os.WriteFile(file, picture, 0o644))
		}
		kept, err := os.ReadFile(file)
		require.NoError(t, err, "go test ./internal/page -screenshots writes it")
		of, _, err := image.DecodeConfig(bytes.NewReader(kept))
		require.NoError(t, err)
		assert.Equal(t, config.Width, of.Width)
		assert.Equal(t, config.Height, of.Height)
	}
	assert.Empty(t, b.Complaints())
}
