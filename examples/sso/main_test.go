package main

import (
	"bytes"
	"flag"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var screenshots = flag.String("screenshots", "", "a folder to write screenshots to; the README shows page.png")

// A real browser signs in once, calls both APIs, sees its token expire, be refused
// and be renewed, and signs out everywhere. It is as wide as a desktop at first and
// at the end, and as a phone in between.
func TestAPersonSignsInCallsBothAPIsAndSignsOut(t *testing.T) {
	v := &visit{newBrowser(t)}
	program := filepath.Join(t.TempDir(), "sso")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", output)
	page := start(t, regexp.MustCompile(`^page: (.*)`), program, "-lifetime", "8s")
	v.devTools("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-reduced-motion", "value": "reduce"}}})

	v.resize(desktop)
	v.signIn(page)
	v.resize(phone)
	v.useTheToken()
	v.resize(desktop)
	v.signOut(page)
}

var (
	desktop = size{"page", 1100, 980}
	phone   = size{"phone", 390, 844}
)

// A visit is a browser at the page.
type visit struct{ *browser }

// look checks what is true of every view in both widths: nothing is wider than the
// screen. It takes the screenshots.
func (v *visit) look(view string) {
	v.t.Helper()
	before := v.size
	defer v.resize(before)
	for _, size := range []size{desktop, phone} {
		v.resize(size)
		right := v.run("return String(innerWidth - Math.max(...[...document.querySelectorAll('body *')].map(e => e.getBoundingClientRect().right)))")
		assert.NotContains(v.t, right, "-", "%s is wider than the screen of a %s", view, size.name)
		picture := v.screenshot()
		config, err := png.DecodeConfig(bytes.NewReader(picture))
		require.NoError(v.t, err)
		assert.Equal(v.t, 2*size.width, config.Width)
		if *screenshots == "" {
			continue
		}
		name := size.name
		if view != "signed in" {
			name += "-" + strings.ReplaceAll(view, " ", "-")
		}
		require.NoError(v.t, os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o600))
	}
}

func (v *visit) signIn(page string) {
	v.t.Helper()
	v.open(page)
	v.waitFor("#login", "^Sign in$")
	v.look("signed out")
	v.click("#login") // goes to the login server's origin
	v.waitFor(".sign-in", "Login server")
	v.look("login")
	v.enter("#user", "alice")
	v.enter("#password", "guess")
	v.click("#submit")
	v.waitFor("#problem", "Wrong user name or password")
	v.enter("#user", "alice")
	v.enter("#password", "wonderland")
	v.click("#submit") // and back
	v.waitFor("#who", "^alice$")
	assert.Equal(v.t, page+"/", v.url(), "the code is not left in the address")
	v.waitFor("#state", "^Valid$")
	v.click("#call")
	v.waitFor("#orders", "^200 alice has 3 open orders")
	v.waitFor("#invoices", "^200 alice has 2 invoices")

	// No script can take anything away.
	assert.Empty(v.t, v.run("return document.cookie"))
	assert.Equal(v.t, "0", v.run("return String(localStorage.length + sessionStorage.length)"))
	assert.NotContains(v.t, v.run("return document.documentElement.outerHTML"), "eyJ")
	for _, complaint := range v.complaints() {
		assert.Contains(v.t, complaint, "401 (Unauthorized)", "only the answer to the wrong password is reported")
	}

	// The login server knows the browser, also if the shop does not.
	v.devTools("Network.deleteCookies", map[string]any{"name": shopCookie, "url": page})
	v.open(page)
	v.waitFor("#login", "^Sign in$")
	v.click("#login")
	v.waitFor("#who", "^alice$")
}

func (v *visit) useTheToken() {
	v.t.Helper()
	v.click("#automatic") // off
	v.waitFor("#state", "^Expired$")
	v.waitFor("#left-note", "^the next call is refused$")
	v.click("#call-orders")
	v.waitFor("#orders", `^401 the token is refused: Bearer error="invalid_token"$`)
	v.look("expired")
	v.click("#renew")
	v.waitFor("#renewals", "^once$")
	v.click("#call-orders")
	v.waitFor("#orders", "^200 alice has 3 open orders")

	v.click("#automatic") // on
	v.waitFor("#state", "^Expired$")
	v.waitFor("#left-note", "^the next call renews it$")
	v.click("#call")
	v.waitFor("#orders", "^200 ")
	v.waitFor("#invoices", "^200 ")
	v.waitFor("#renewals", "^2 times$") // once for both calls
	v.waitFor("#events", "Renewed silently")
	v.look("signed in")
}

func (v *visit) signOut(page string) {
	v.t.Helper()
	v.click("#logout")
	v.waitFor("#ended", "Signed out everywhere")
	assert.Equal(v.t, page+"/", v.url())
	v.click("#call")
	v.waitFor("#orders", `^401 the token is refused: Bearer error="invalid_token"$`)
	v.waitFor("#invoices", `^401 the token is refused: Bearer error="invalid_token"$`)
	v.waitFor("#state", "^Revoked$")
	v.look("signed out everywhere")
	v.click("#again")
	v.waitFor(".sign-in", "Password") // the login server has forgotten the browser, too
}
