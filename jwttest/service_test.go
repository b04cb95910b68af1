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

// The service under test.

func newAPI(policy *jwt.Policy) http.Handler {
	protect := &jwthttp.Middleware{Tokens: policy}
	mux := http.NewServeMux()
	mux.Handle("GET /me", protect.Handler(http.HandlerFunc(me)))
	mux.Handle("POST /orders", protect.RequireScope("orders:write")(http.HandlerFunc(order)))
	return mux
}

func me(w http.ResponseWriter, r *http.Request) {
	token, ok := jwthttp.TokenFrom(r.Context())
	if !ok {
		http.Error(w, "nobody", http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, "you are ", token.Claims.Subject)
}

func order(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusCreated) }

// Its tests.

func TestMe(t *testing.T) {
	issuer := jwttest.NewIssuer(t)
	api := newAPI(issuer.Policy())
	for name, row := range map[string]struct {
		token string
		want  int
	}{
		"right":           {issuer.Token(t), http.StatusOK},
		"no token":        {"", http.StatusUnauthorized},
		"expired":         {issuer.Token(t, jwttest.Expired()), http.StatusUnauthorized},
		"not yet valid":   {issuer.Token(t, jwttest.NotYetValid()), http.StatusUnauthorized},
		"forged":          {issuer.Token(t, jwttest.Forged()), http.StatusUnauthorized},
		"another service": {issuer.Token(t, jwttest.Claim("aud", "https://mail.example")), http.StatusUnauthorized},
		"another type":    {issuer.Token(t, jwttest.Header("typ", "logout+jwt")), http.StatusUnauthorized},
		"without exp":     {issuer.Token(t, jwttest.Claim("exp", nil)), http.StatusUnauthorized},
	} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, jwttest.Request(t, "GET", "/me", row.token))
		if w.Code != row.want {
			t.Errorf("%s: got %d, want %d", name, w.Code, row.want)
		}
	}
}

func TestAPIWithstandsAttacks(t *testing.T) {
	issuer := jwttest.NewIssuer(t)
	issuer.Claims = map[string]any{"scope": "orders:write"}
	api := newAPI(issuer.Policy())
	for _, route := range []string{"GET /me", "POST /orders"} {
		var method, path string
		fmt.Sscan(route, &method, &path)
		jwttest.Attacks(t, api, issuer, jwttest.AttackOptions{
			Request: func(token string) *http.Request { return jwttest.Request(t, method, path, token) },
		})
	}
}

func TestAPIWithDiscovery(t *testing.T) {
	issuer := jwttest.StartIssuer(t)
	keys, err := jwthttp.DiscoverKeys(issuer.URL, jwthttp.RemoteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(newAPI(&jwt.Policy{Keys: keys, Issuer: issuer.URL, Audience: []string{issuer.Audience}}))
	t.Cleanup(api.Close)
	answer, err := api.Client().Do(jwttest.Request(t, "GET", api.URL+"/me", issuer.Token(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Error("got ", answer.Status)
	}
}

func TestHandlerAlone(t *testing.T) {
	w := httptest.NewRecorder()
	r := jwttest.Request(t, "GET", "/me", "").WithContext(jwttest.Context(t, jwt.Claims{Subject: "bob"}))
	me(w, r)
	if got := w.Body.String(); got != "you are bob" {
		t.Error("got ", got)
	}
}
