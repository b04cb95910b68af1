package jwttest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

// A Signer and Verifier of one's own, such as one whose secret is elsewhere.
type vaultKey struct{ secret []byte }

func (vaultKey) Algorithm() jwt.Algorithm { return jwt.HS256 }
func (vaultKey) KeyID() string            { return "vault-1" }

func (k vaultKey) Sign(_ context.Context, input []byte) ([]byte, error) {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(input)
	return mac.Sum(nil), nil
}

func (k vaultKey) Verify(ctx context.Context, input, sig []byte) error {
	if want, err := k.Sign(ctx, input); err != nil || !hmac.Equal(want, sig) {
		return jwt.ErrSignature
	}
	return nil
}

func TestVaultKey(t *testing.T) {
	key := vaultKey{[]byte("a secret of thirty-two bytes, or more")}
	other, err := jwt.NewHMAC(jwt.HS256, key.secret, "vault-1")
	if err != nil {
		t.Fatal(err)
	}
	jwttest.TestSigner(t, key, other)
	jwttest.TestVerifier(t, key, other)
	jwttest.TestKeySet(t, jwt.Keys{key}, key)

	issuer := jwttest.NewIssuer(t)
	issuer.Key = key
	jwttest.TestTokenVerifier(t, issuer.Policy(), issuer)
}
