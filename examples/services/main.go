// Services is two services that call each other without a login server: the service
// "orders" signs short tokens with a key ring of its own, and publishes its public
// keys; the service "stock" trusts it by its URL.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func main() {
	// What others see of "orders": its public keys.
	keys := &jwk.KeyRing{Algorithm: jwt.EdDSA, RotateEvery: 30 * 24 * time.Hour}
	metadata := &jwthttp.IssuerMetadata{Keys: keys.Published}
	orders := httptest.NewServer(metadata)
	defer orders.Close()
	metadata.URL = orders.URL

	stock := httptest.NewServer(newStock(orders.URL))
	defer stock.Close()

	// How "orders" calls "stock": with an ordinary client.
	var signed, minutes atomic.Int64
	calls := &transport{base: http.DefaultTransport, origin: stock.URL, template: &jwt.Template{
		KeyFunc: func(ctx context.Context) (jwt.Signer, error) { signed.Add(1); return keys.Signer(ctx) },
		Issuer:  orders.URL, Audience: []string{"stock"}, Type: "at+jwt", Lifetime: 2 * time.Minute,
		Now: func() time.Time { return time.Now().Add(time.Duration(minutes.Load()) * time.Minute) },
	}}
	client := &http.Client{Transport: calls, Timeout: 30 * time.Second}

	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { get(client, stock.URL+"/items/7") })
	}
	group.Wait()
	fmt.Println("20 calls at once, tokens signed:", signed.Load())
	minutes.Store(1)
	get(client, stock.URL+"/items/7")
	fmt.Println("a minute later, tokens signed:", signed.Load())
	minutes.Store(2)
	fmt.Println(get(client, stock.URL+"/items/7"))
	fmt.Println("two minutes later, tokens signed:", signed.Load())
	fmt.Println("to another service:", get(client, orders.URL+"/items/7"))
}

// newStock returns the API of "stock", for tokens of one other service.
func newStock(orders string) http.Handler {
	keys, err := jwthttp.DiscoverKeys(orders, jwthttp.RemoteOptions{})
	check(err)
	protect := &jwthttp.Middleware{Tokens: &jwt.Policy{
		Keys: keys, Issuer: orders, Subject: orders, Audience: []string{"stock"}, Types: []string{"at+jwt"},
	}}
	mux := http.NewServeMux()
	mux.Handle("GET /items/{id}", protect.RequireScope("stock:read")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "12 of item %s", r.PathValue("id"))
	})))
	return mux
}

func get(client *http.Client, url string) string {
	response, err := client.Get(url)
	check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(err)
	return fmt.Sprint(response.StatusCode, " ", string(body))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
