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

	"github.com/seed-b1f8f58c/jwt/internal/webdriver"
)

var screenshots = flag.String("screenshots", "", "a folder to write screenshots to; the README shows page.png")

// A real browser signs in once, calls both APIs, sees its token expire, be refused
// and be renewed, and signs out everywhere. It is as wide as a desktop at first and
// at the end, and as a phone in between.
func TestAPersonSignsInCallsBothAPIsAndSignsOut(t *testing.T) {
	v := &visit{webdriver.Start(t)}
	program := filepath.Join(t.TempDir(), "sso")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", output)
	page := webdriver.Program(t, regexp.MustCompile(`^page: (.*)`), program, "-lifetime", "20s") // in which a slow browser calls an API
	v.DevTools("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-reduced-motion", "value": "reduce"}}})

	v.Resize(desktop)
	v.signIn(page)
	v.Resize(phone)
	v.useTheToken()
	v.Resize(desktop)
	v.signOut(page)
}

var (
	desktop = webdriver.Size{Width: 1100, Height: 980, Scale: 2} // as good screens have
	phone   = webdriver.Size{Width: 390, Height: 844, Scale: 2}
)

// A visit is a browser at the page.
type visit struct{ *webdriver.Browser }

// look checks what is true of every view in both widths: nothing is wider than the
// screen. It takes the screenshots.
func (v *visit) look(view string) {
	v.T.Helper()
	before := v.Size()
	defer v.Resize(before)
	for name, size := range map[string]webdriver.Size{"page": desktop, "phone": phone} {
		v.Resize(size)
		right := v.Run("return String(innerWidth - Math.max(...[...document.querySelectorAll('body *')].map(e => e.getBoundingClientRect().right)))")
		assert.NotContains(v.T, right, "-", "%s is wider than the screen: %s", view, name)
		picture := v.Screenshot()
		config, err := png.DecodeConfig(bytes.NewReader(picture))
		require.NoError(v.T, err)
		assert.Equal(v.T, 2*size.Width, config.Width)
		if *screenshots == "" {
			continue
		}
		if view != "signed in" {
			name += "-" + strings.ReplaceAll(view, " ", "-")
		}
		require.NoError(v.T, os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o600))
	}
}

func (v *visit) signIn(page string) {
	v.T.Helper()
	v.Open(page)
	v.WaitFor("#login", "^Sign in$")
	v.look("signed out")
	v.Click("#login") // goes to the login server's origin
	v.WaitFor(".sign-in", "Login server")
	v.look("login")
	v.Enter("#user", "alice")
	v.Enter("#password", "guess")
	v.Click("#submit")
	v.WaitFor("#problem", "Wrong user name or password")
	v.Enter("#user", "alice")
	v.Enter("#password", "wonderland")
	v.Click("#submit") // and back
	v.WaitFor("#who", "^alice$")
	assert.Equal(v.T, page+"/", v.URL(), "the code is not left in the address")
	v.WaitFor("#state", "^Valid$")
	v.Click("#call")
	v.WaitFor("#orders", "^200 alice has 3 open orders")
	v.WaitFor("#invoices", "^200 alice has 2 invoices")

	// No script can take anything away.
	assert.Empty(v.T, v.Run("return document.cookie"))
	assert.Equal(v.T, "0", v.Run("return String(localStorage.length + sessionStorage.length)"))
	assert.NotContains(v.T, v.Run("return document.documentElement.outerHTML"), "eyJ")
	for _, complaint := range v.Complaints() {
		assert.Contains(v.T, complaint, "401 (Unauthorized)", "only the answer to the wrong password is reported")
	}

	// The login server knows the browser, also if the shop does not.
	v.DevTools("Network.deleteCookies", map[string]any{"name": shopCookie, "url": page})
	v.Open(page)
	v.WaitFor("#login", "^Sign in$")
	v.Click("#login")
	v.WaitFor("#who", "^alice$")
}

func (v *visit) useTheToken() {
	v.T.Helper()
	v.Click("#automatic") // off
	v.WaitFor("#state", "^Expired$")
	v.WaitFor("#left-note", "^the next call is refused$")
	v.callOrders(`^401 the token is refused: Bearer error="invalid_token"$`)
	v.look("expired")
	v.Click("#renew")
	v.WaitFor("#renewals", "^once$")
	v.callOrders("^200 alice has 3 open orders")

	v.Click("#automatic") // on
	v.WaitFor("#state", "^Expired$")
	v.WaitFor("#left-note", "^the next call renews it$")
	v.Click("#call")
	v.WaitFor("#orders", "^200 ")
	v.WaitFor("#invoices", "^200 ")
	v.WaitFor("#renewals", "^2 times$") // once for both calls
	v.WaitFor("#events", "Renewed silently")
	v.look("signed in")
}

// callOrders clicks by script: where the pointer clicks, the button may no longer be,
// as the page shows how the time goes by.
func (v *visit) callOrders(want string) {
	v.T.Helper()
	v.Run("document.querySelector('#call-orders').click(); return ''")
	v.WaitFor("#orders", want)
}

func (v *visit) signOut(page string) {
	v.T.Helper()
	v.Click("#logout")
	v.WaitFor("#ended", "Signed out everywhere")
	assert.Equal(v.T, page+"/", v.URL())
	v.Click("#call")
	v.WaitFor("#orders", `^401 the token is refused: Bearer error="invalid_token"$`)
	v.WaitFor("#invoices", `^401 the token is refused: Bearer error="invalid_token"$`)
	v.WaitFor("#state", "^Revoked$")
	v.look("signed out everywhere")
	v.Click("#again")
	v.WaitFor(".sign-in", "Password") // the login server has forgotten the browser, too
}
