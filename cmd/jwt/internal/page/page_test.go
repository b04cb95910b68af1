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

// look opens a page and waits until it answers.
func (b *browser) look(url string) {
	b.t.Helper()
	b.open(url)
	b.waitFor("#verdict-title", ".")
	b.waitForScript("return document.documentElement.dataset.ready ?? ''", "yes")
}

// set puts a text into a field as a paste does.
func (b *browser) set(id, text string) {
	b.t.Helper()
	quoted, err := json.Marshal(text)
	require.NoError(b.t, err)
	b.run(fmt.Sprintf(`const e = document.getElementById(%q); e.value = %s; e.dispatchEvent(new Event('input', {bubbles: true})); return ''`, id, quoted))
}

func (b *browser) text(selector string) string {
	b.t.Helper()
	return b.run(fmt.Sprintf("return document.querySelector(%q).innerText", selector))
}

func TestThePage(t *testing.T) {
	b, file := newBrowser(t), static(t)
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b *browser, file string)
	}{
		{"verifies as one types", verifiesAsOneTypes},
		{"reads secrets and encrypted tokens", readsSecretsAndEncryptedTokens},
		{"is not scripted by hostile tokens", isNotScripted},
		{"is usable by keyboard and screen reader", isUsableByKeyboard},
		{"is legible in light and dark and on a phone", isLegible},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.t = t
			b.resize(size{"desktop", 1280, 900, 1})
			test.run(t, b, file)
			b.t = nil
		})
	}
	b.t = t
}

func verifiesAsOneTypes(t *testing.T, b *browser, file string) {
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
			b.waitFor("#verdict-title", "Not verified") // the token is there
		} else {
			b.waitFor("#verdict-title", "Paste a token")
			b.set("token", s.token)
		}
		b.waitFor("#verdict-title", "Not verified")
		b.waitFor("#verdict-advice", "Paste the key")
		b.waitFor("#claims", "issuer: who made the token")
		b.waitFor("#times", "expires in (9|10) minutes")
		assert.Len(t, strings.Split(b.text("#raw"), "."), 3, name)
		b.set("keys", s.public)
		b.waitFor("#keys-note", `1 key: ES256 "2026-11"`)
		b.waitFor("#verdict-title", "Refused")
		b.waitFor("#verdict-reason", "iss: ")
		b.waitFor("#fill", "Set Issuer")
		b.click("#fill")
		b.waitFor("#verdict-reason", "aud: ")
		b.enter("#audience", "ap")
		b.waitFor("#verdict-reason", `want one of \["ap"\]`)
		b.enter("#audience", "i")
		b.waitFor("#verdict-title", "Accepted")
		assert.Equal(t, 14, strings.Count(b.text("#rules"), "pass"), name)
		b.set("token", s.token[:len(s.token)-4]+"AAAA")
		b.waitFor("#verdict-reason", "signature")
		b.set("token", s.token)
		b.waitFor("#verdict-title", "Accepted")
		b.click("#anyIssuer")
		b.set("issuer", "https://other.example")
		b.waitFor("#rules", `(?s)iss.*accepts anything`)
		b.click("#anyIssuer")
		b.waitFor("#verdict-reason", "iss: ")
		b.set("keys", "")
		b.waitFor("#verdict-title", "Not verified")
		if name == "local" {
			b.set("issuer", "https://login.example")
			b.click("#fetch")
			b.waitFor("#fetch-note", "^fetched$")
			b.waitFor("#verdict-title", "Accepted")
			assert.Equal(t, " https://login.example", fetched)
			b.set("issuer", "")
			b.click("#fetch")
			b.waitFor("#fetch-note", "no <b>issuer</b>")
		} else {
			assert.Equal(t, "true", b.run("return String(document.getElementById('fetch').offsetParent === null)"), "nothing can be fetched")
		}
		assert.Equal(t, url, b.run("return location.href"))
		assert.Empty(t, b.complaints(), name)
	}
}

func readsSecretsAndEncryptedTokens(t *testing.T, b *browser, _ string) {
	b.look(serve(t, "", nil))
	hmac, err := jwt.NewHMAC(jwt.HS256, []byte("correct horse battery staple, and more"), "")
	require.NoError(t, err)
	token, err := jwt.Sign(t.Context(), hmac, map[string]any{"exp": time.Now().Add(time.Hour).Unix()})
	require.NoError(t, err)
	b.set("token", "Authorization: Bearer "+token)
	b.set("keys", "correct horse battery staple, and more\n")
	b.waitFor("#verdict-title", "Accepted")
	b.set("keys", base64.StdEncoding.EncodeToString([]byte("correct horse battery staple, and more")))
	b.waitFor("#verdict-reason", "signature")
	b.run(`keysAs.value = 'base64'; keysAs.dispatchEvent(new Event('input', {bubbles: true})); return ''`)
	b.waitFor("#verdict-title", "Accepted")
	encode := base64.RawURLEncoding.EncodeToString
	b.set("token", encode([]byte(`{"alg":"ECDH-ES","enc":"A256GCM","kid":"7"}`))+".."+encode([]byte("iv"))+".AAAA.BBBB")
	b.waitFor("#verdict-reason", "encrypted")
	b.waitFor("#header", "(?s)ECDH-ES.*how the content is encrypted")
	b.waitFor("#legend", "ciphertext, 4 characters")
	assert.Empty(t, b.complaints())
}

// Whatever a token holds, the page shows it and does nothing else.
func isNotScripted(t *testing.T, b *browser, file string) {
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
			b.waitFor("#claims", `sub\s+"\\u202egnp\.exe"`)
			b.waitFor("#claims", regexp.QuoteMeta(name))
			b.set("token", evil)
			b.waitFor("#verdict-reason", "parts?")
			b.set("token", evil+"."+evil+"."+evil)
			b.waitFor("#verdict-title", "Refused")
		}
		b.run(`token.focus(); const d = new DataTransfer(); d.setData('text/plain', 'A'.repeat(10 << 20)); token.dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true})); return ''`)
		b.waitFor("#token-note", "10485760 characters were pasted and dropped")
		b.run(`token.value = 'A'.repeat(10 << 20); token.dispatchEvent(new Event('input', {bubbles: true})); return ''`)
		b.waitFor("#token-note", "10485760 characters were pasted and dropped")
		b.waitFor("#verdict-title", "Paste a token")
		b.set("token", "e30.e30.\u202eAA\u0000")
		b.waitFor("#verdict-title", "Refused")
		assert.Equal(t, "JWT inspector", b.run("return document.title"))
		assert.Equal(t, "0", b.run("return String(document.querySelectorAll('main img, main svg, main script, main iframe, main a').length)"))
		for _, complaint := range b.complaints() {
			assert.Fail(t, complaint)
		}
		// The policy is what holds even if the script had a hole.
		for _, attempt := range []string{
			`document.body.innerHTML = '<b>x</b>'; return 'done'`,
			`return await fetch('https://example.com/').then(() => 'done')`,
			`return await new Promise((yes, no) => { const i = new Image(); i.onload = () => yes('done'); i.onerror = () => no('refused'); i.src = location.origin === 'null' ? 'file:///x.png' : '/x.png' })`,
		} {
			assert.Equal(t, "refused", b.run("try { return await (async () => {"+attempt+"})() } catch { return 'refused' }"), attempt)
		}
		b.complaints()
	}
}

func isUsableByKeyboard(t *testing.T, b *browser, _ string) {
	b.resize(size{"phone", 360, 740, 2})
	s := newSample(t)
	b.look(serve(t, s.token, nil))
	b.set("keys", s.public)
	b.waitFor("#verdict-title", "Refused")
	assert.Empty(t, b.run(`return [...document.querySelectorAll('input, select, textarea, button')].filter(e => !e.computedName && !(e.labels?.length) && !e.textContent.trim()).map(e => e.id).join(' ')`), "fields without a label")
	assert.Equal(t, "0", b.run(`return String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`), "it scrolls sideways at 360 pixels")
	assert.Equal(t, "polite", b.run(`return document.querySelector('#verdict-text').ariaLive`))
	var order []string
	b.run("token.focus(); return ''")
	for range 40 {
		id := b.run("return document.activeElement.id + (getComputedStyle(document.activeElement).outlineStyle === 'none' ? ' has no outline' : '')")
		if id == "" || strings.HasPrefix(id, " ") || len(order) > 0 && id == order[0] {
			break
		}
		order = append(order, id)
		b.post("/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "k", "actions": []any{map[string]any{"type": "keyDown", "value": "\ue004"}, map[string]any{"type": "keyUp", "value": "\ue004"}}}}}, nil)
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

func isLegible(t *testing.T, b *browser, _ string) {
	s := newSample(t)
	b.look(serve(t, s.token, nil))
	for _, shot := range []struct {
		name, scheme string
		size         size
	}{
		{"inspector-light.png", "light", size{"desktop", 1200, 1830, 1}},
		{"inspector-dark.png", "dark", size{"desktop", 1200, 1830, 1}},
		{"inspector-phone.png", "light", size{"phone", 360, 1600, 2}},
	} {
		b.resize(shot.size)
		b.devTools("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]string{"name": "prefers-color-scheme", "value": shot.scheme}}})
		b.set("keys", s.public)
		b.set("issuer", "https://login.example")
		b.set("audience", "")
		b.waitFor("#verdict-title", "Refused")
		assert.Empty(t, b.run(contrast), shot.name)
		if shot.scheme == "dark" {
			b.set("audience", "api")
			b.waitFor("#verdict-title", "Accepted")
			assert.Empty(t, b.run(contrast), shot.name)
		}
		b.run("document.activeElement.blur(); scrollTo(0, 0); return ''")
		picture := b.screenshot()
		config, _, err := image.DecodeConfig(bytes.NewReader(picture))
		require.NoError(t, err)
		assert.Equal(t, shot.size.scale*shot.size.width, config.Width)
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
	assert.Empty(t, b.complaints())
}
