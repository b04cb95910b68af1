package jwttest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

// A service that discovers the keys of its issuer, as in production.
func newService(issuer, audience string) (http.Handler, error) {
	keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{})
	if err != nil {
		return nil, err
	}
	protect := &jwthttp.Middleware{Tokens: &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{audience}}}
	return protect.Handler(http.HandlerFunc(greet)), nil
}

func greet(w http.ResponseWriter, r *http.Request) {
	token, _ := jwthttp.TokenFrom(r.Context())
	fmt.Fprint(w, "hello, ", token.Claims.Subject)
}

// The test of a service with tokens that are right, and wrong in one way.
func ExampleStartIssuer() {
	_ = func(t *testing.T) { // func TestService(t *testing.T)
		issuer := jwttest.StartIssuer(t)
		service, err := newService(issuer.URL, issuer.Audience)
		if err != nil {
			t.Fatal(err)
		}
		for token, want := range map[string]int{
			issuer.Token(t):                                                  200,
			issuer.Token(t, jwttest.Expired()):                               401,
			issuer.Token(t, jwttest.Forged()):                                401,
			jwttest.NewIssuer(t).Token(t):                                    401,
			issuer.Token(t, jwttest.Claim("aud", "https://billing.example")): 401,
		} {
			w := httptest.NewRecorder()
			service.ServeHTTP(w, jwttest.Request(t, "GET", "/", token))
			if w.Code != want {
				t.Errorf("got %d, want %d", w.Code, want)
			}
		}
	}
}

// The test of a handler without its middleware.
func ExampleContext() {
	_ = func(t *testing.T) { // func TestGreet(t *testing.T)
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		greet(w, r.WithContext(jwttest.Context(t, jwt.Claims{Subject: "alice"})))
		if got := w.Body.String(); got != "hello, alice" {
			t.Errorf("got %q", got)
		}
	}
}
