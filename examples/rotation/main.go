// Rotation replaces a key while tokens of both are in use: a key ring publishes the
// new key before it signs, and the old one until its tokens have expired.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

var now = time.Now()

func clock() time.Time { return now }

func main() {
	ctx := context.Background()
	ring := &jwk.KeyRing{
		Algorithm:    jwt.EdDSA,
		PublishAhead: time.Hour,        // as long as others keep the published keys
		RetireAfter:  11 * time.Minute, // the lifetime of a token, and the clocks' difference
		RotateEvery:  30 * 24 * time.Hour,
		Now:          clock,
	}
	template := &jwt.Template{KeyFunc: ring.Signer, Lifetime: 10 * time.Minute, Now: clock}

	before, err := template.Sign(ctx, jwt.Claims{Subject: "alice"})
	check(err)
	old := published(ring)
	fmt.Println("one key:  ", accepts(old, before))

	now = now.Add(30 * 24 * time.Hour) // the key gets a successor, which others learn of
	both := published(ring)
	before, err = template.Sign(ctx, jwt.Claims{Subject: "alice"})
	check(err)
	now = now.Add(time.Hour) // now the successor signs
	after, err := template.Sign(ctx, jwt.Claims{Subject: "alice"})
	check(err)
	fmt.Println("two keys: ", accepts(both, after), accepts(old, after))

	now = now.Add(11 * time.Minute) // the old key is withdrawn
	fmt.Println("one again:", len(published(ring).Keys()) == 1, accepts(published(ring), before))
}

// published returns the key set that others read now.
func published(ring *jwk.KeyRing) *jwk.Set {
	keys, err := ring.Published(context.Background())
	check(err)
	set, err := jwk.NewSet(keys...)
	check(err)
	return set
}

func accepts(keys jwt.KeySet, token string) bool {
	_, err := (&jwt.Policy{Keys: keys, Now: clock}).Verify(context.Background(), token)
	return err == nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
