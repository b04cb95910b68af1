// Sso is single sign-on on one machine: an issuer with a login page, two APIs
// that trust it by its URL, and a page of a fourth origin that logs in there
// (OAuth 2.0 authorization code with PKCE, RFC 7636) and calls both APIs with the
// token it got. Run it and open the page it prints; the password is "wonderland".
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func main() {
	lifetime := flag.Duration("lifetime", time.Minute, "how long a token is good")
	flag.Parse()

	// Four origins: the same host, different ports.
	var listeners [4]net.Listener
	var origins [4]string
	for i := range listeners {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(err)
		listeners[i], origins[i] = l, "http://"+l.Addr().String()
	}
	issuer, page, orders, invoices := origins[0], origins[1], origins[2], origins[3]

	login, err := newLogin(issuer, page, *lifetime)
	check(err)
	ordersAPI, err := newAPI("orders", issuer, page)
	check(err)
	invoicesAPI, err := newAPI("invoices", issuer, page)
	check(err)
	for i, handler := range []http.Handler{login, newPage(issuer, orders, invoices), ordersAPI, invoicesAPI} {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
		go func() { check(server.Serve(listeners[i])) }()
	}
	fmt.Println("page:", page)
	select {}
}

// newAPI returns an API that knows nothing of the issuer but its URL.
func newAPI(name, issuer, page string) (http.Handler, error) {
	keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{})
	if err != nil {
		return nil, err
	}
	protect := &jwthttp.Middleware{Tokens: &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{"example-apis"}, Types: []string{"at+jwt"}}}
	api := protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		fmt.Fprintf(w, "%s of %s", name, token.Claims.Subject)
	}))
	return allowOrigin(page, api), nil
}

// allowOrigin lets the scripts of one origin call a handler with an
// Authorization header (CORS). A preflight request has no token, so this stands
// in front of the protection.
func allowOrigin(origin string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if r.Header.Get("Origin") == origin {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "WWW-Authenticate")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", "GET, POST")
				h.Set("Access-Control-Allow-Headers", "Authorization")
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
