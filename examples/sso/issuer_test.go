package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A browser that the login server knows gets a code without a password, until that
// was entered too long ago. When it was entered is what the ID token says.
func TestAKnownBrowserNeedsNoPasswordForSomeTime(t *testing.T) {
	recently := time.Now().Add(-10 * time.Minute)
	i := &issuer{
		clients: map[string]client{"shop": {redirectURL: "http://shop/callback"}},
		codes:   map[string]grant{},
		browsers: map[string]knownBrowser{
			"new": {"alice", recently},
			"old": {"alice", time.Now().Add(-sessionLifetime)},
		},
	}
	request := "/authorize?" + url.Values{
		"client_id": {"shop"}, "redirect_uri": {"http://shop/callback"}, "response_type": {"code"},
		"code_challenge_method": {"S256"}, "code_challenge": {strings.Repeat("A", 43)},
	}.Encode()
	for cookie, status := range map[string]int{"new": 303, "old": 200, "unknown": 200} {
		r := httptest.NewRequest(http.MethodGet, request, nil)
		r.AddCookie(&http.Cookie{Name: loginCookie, Value: cookie})
		w := httptest.NewRecorder()
		i.authorize(w, r)
		assert.Equal(t, status, w.Code, cookie)
	}
	assert.Len(t, i.codes, 1)
	for _, g := range i.codes {
		assert.Equal(t, knownBrowser{"alice", recently}, g.knownBrowser)
	}
}
