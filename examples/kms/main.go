// Kms signs with a key that is elsewhere: it plugs in as a ContextSigner, and
// the caller's deadline reaches it.
package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// remoteKey stands for a key in a KMS, each signature of which is a request.
type remoteKey struct {
	crypto.Signer // the public key, fetched once; Sign is not called
	delay         time.Duration
}

func (k remoteKey) SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	select { // in the place of the request to the KMS
	case <-time.After(k.delay):
		return k.Sign(rand, digest, opts)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func main() {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	for _, kms := range []struct{ delay, timeout time.Duration }{{time.Millisecond, time.Minute}, {time.Hour, 100 * time.Millisecond}} {
		signer, err := jwt.NewSigner(jwt.ES256, remoteKey{private, kms.delay}, "kms-1")
		check(err)
		ctx, cancel := context.WithTimeout(context.Background(), kms.timeout)
		access := jwt.Template{Key: signer, Lifetime: time.Minute}
		token, err := access.Sign(ctx, jwt.Claims{Subject: "alice"})
		cancel()
		fmt.Printf("signed: %t, error: %v, late: %t\n", token != "", err, errors.Is(err, context.DeadlineExceeded))
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
