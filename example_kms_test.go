package jwt_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// kmsKey is a private key in a KMS or HSM. Its public key is fetched once; each
// signature is a request.
type kmsKey struct {
	public crypto.PublicKey
	sign   func(ctx context.Context, digest []byte) ([]byte, error) // the request
}

func (k kmsKey) Public() crypto.PublicKey { return k.public }

func (k kmsKey) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.SignContext(context.Background(), rand, digest, opts)
}

func (k kmsKey) SignContext(ctx context.Context, _ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	return k.sign(ctx, digest)
}

// A key in a KMS: the context of Sign, and so its deadline, reaches the request.
func ExampleContextSigner() {
	private := must1(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) // stands for the KMS
	remote := kmsKey{private.Public(), func(ctx context.Context, digest []byte) ([]byte, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return ecdsa.SignASN1(rand.Reader, private, digest)
	}}
	key := must1(jwt.NewSigner(jwt.ES256, remote, "kms-1"))
	access := &jwt.Template{Key: key, Issuer: "https://login.example", Audience: []string{"https://api.example"}, Lifetime: 10 * time.Minute}

	token, err := access.Sign(context.Background(), jwt.Claims{Subject: "alice"})
	fmt.Println(token != "", err)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = access.Sign(ended, jwt.Claims{Subject: "alice"})
	fmt.Println(errors.Is(err, context.Canceled))
	// Output:
	// true <nil>
	// true
}
