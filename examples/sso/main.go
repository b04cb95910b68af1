// Sso is single sign-on on one machine, made of the parts that a team would copy:
//
//   - issuer.go: the login server, with a page for the password, tokens that are
//     renewed, and a logout that reaches everybody
//   - shop.go: a web page with a back end of its own, which holds the tokens; the
//     browser has an HttpOnly cookie and never sees a token
//   - api.go: two APIs, which know nothing of the login server but its URL
//
// Run it and open the page that it prints. The user is alice, and the password is
// wonderland. The README tells how it works.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

const sessionLifetime = time.Hour // from a login to the next one, at most

func main() {
	lifetime := flag.Duration("lifetime", time.Minute, "how long an access token is good")
	flag.Parse()

	// Four servers, each with an origin of its own: the same host, different ports.
	var listeners [4]net.Listener
	var urls [4]string
	for i := range listeners {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(err)
		listeners[i], urls[i] = l, "http://"+l.Addr().String()
	}
	login, shop, orders, invoices := urls[0], urls[1], urls[2], urls[3]

	// The shop proves who it is by a key; the login server has the public part.
	key, err := jwk.Generate(jwt.ES256)
	check(err)
	keySet, err := jwk.NewSet(key.Public())
	check(err)

	issuer, err := newIssuer(login, *lifetime, map[string]client{
		"shop":     {keys: keySet, redirectURL: shop + "/callback", homeURL: shop + "/", logoutURL: shop + "/backchannel-logout"},
		"orders":   {logoutURL: orders + "/backchannel-logout"},
		"invoices": {logoutURL: invoices + "/backchannel-logout"},
	})
	check(err)
	page, err := newShop(shop, login, key, map[string]string{"orders": orders, "invoices": invoices})
	check(err)
	ordersAPI, err := newAPI("orders", login, "3 open orders: ink, paper, a lamp")
	check(err)
	invoicesAPI, err := newAPI("invoices", login, "2 invoices: 18.00 paid, 42.50 due")
	check(err)
	for i, handler := range []http.Handler{issuer, page, ordersAPI, invoicesAPI} {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
		go func() { check(server.Serve(listeners[i])) }()
	}
	fmt.Println("page:", shop)
	select {}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
