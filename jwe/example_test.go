package jwe_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// A nested token: A signs it, only B can read it, and B knows that it is A's.
func Example() {
	ctx := context.Background()
	secret := make([]byte, 32)
	rand.Read(secret)
	signer, _ := jwt.NewHMAC(jwt.HS256, secret, "a-2026")
	private, _ := ecdh.P256().GenerateKey(rand.Reader)

	// A has the public key of B.
	recipient, err := jwe.NewEncrypter(jwe.ECDHES, jwe.A256GCM, private.PublicKey(), "b-2026")
	if err != nil {
		panic(err)
	}
	token, err := jwe.SignAndEncrypt(ctx, signer, recipient, jwt.Claims{
		Issuer: "https://a.example", Audience: jwt.Audience{"https://b.example"}, Subject: "alice",
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
	})
	if err != nil {
		panic(err)
	}

	// B has the private key, and knows what it accepts of A.
	key, err := jwe.NewDecrypter(jwe.ECDHES, jwe.A256GCM, private, "b-2026")
	if err != nil {
		panic(err)
	}
	policy := &jwe.Policy{
		Keys:   []jwe.Decrypter{key},
		Signed: &jwt.Policy{Keys: jwt.Keys{signer}, Issuer: "https://a.example", Audience: []string{"https://b.example"}},
	}
	verified, err := policy.Verify(ctx, token)
	if err != nil {
		panic(err)
	}
	fmt.Println(verified.Claims.Subject)
	// Output: alice
}

// Two services that share a key need no signature: whoever can read a token could
// have made it.
func ExampleEncryptUnsigned() {
	ctx := context.Background()
	secret := make([]byte, 32)
	rand.Read(secret)
	key, err := jwe.NewSharedKey(jwe.A256KW, jwe.A256GCM, secret, "2026-11")
	if err != nil {
		panic(err)
	}
	token, err := jwe.EncryptUnsigned(ctx, key, jwt.Claims{
		Issuer: "https://a.example", Subject: "alice",
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
	})
	if err != nil {
		panic(err)
	}
	policy := &jwe.UnsignedPolicy{
		Keys:   []*jwe.SharedKey{key},
		Claims: &jwt.Policy{Issuer: "https://a.example"},
	}
	verified, err := policy.Verify(ctx, token)
	if err != nil {
		panic(err)
	}
	fmt.Println(verified.Claims.Subject)
	// Output: alice
}

// A token with a type of its own is signed first.
func ExampleEncrypt() {
	ctx := context.Background()
	secret := make([]byte, 64)
	rand.Read(secret)
	signer, _ := jwt.NewHMAC(jwt.HS256, secret[:32], "")
	key, _ := jwe.NewSharedKey(jwe.Dir, jwe.A256GCM, secret[32:], "")

	signed, err := jwt.SignHeader(ctx, signer, jwt.Header{Type: "at+jwt"}, jwt.Claims{
		Subject: "alice", ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
	})
	if err != nil {
		panic(err)
	}
	token, err := jwe.Encrypt(ctx, key, signed)
	if err != nil {
		panic(err)
	}
	policy := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: &jwt.Policy{Keys: jwt.Keys{signer}, Types: []string{"at+jwt"}}}
	verified, err := policy.Verify(ctx, token)
	fmt.Println(verified.Header.Type, err)
	// Output: at+jwt <nil>
}

// Every failure to decrypt is this one.
func ExamplePolicy_Verify_refused() {
	ctx := context.Background()
	secret := make([]byte, 48)
	rand.Read(secret)
	signer, _ := jwt.NewHMAC(jwt.HS256, secret[:32], "")
	key, _ := jwe.NewSharedKey(jwe.A128KW, jwe.A128GCM, secret[:16], "")
	other, _ := jwe.NewSharedKey(jwe.A128KW, jwe.A128GCM, secret[32:], "")

	token, _ := jwe.SignAndEncrypt(ctx, signer, other, jwt.Claims{Subject: "alice"})
	policy := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: &jwt.Policy{Keys: jwt.Keys{signer}}}
	_, err := policy.Verify(ctx, token)
	var refused *jwt.VerifyError
	fmt.Println(errors.As(err, &refused), errors.Is(err, jwe.ErrDecrypt), err)
	// Output: true true jwe: token cannot be decrypted
}

// Keys in the formats of package jwk: B keeps its private key in a file, and
// publishes the public part.
func ExampleDecrypterFrom() {
	ctx := context.Background()
	made, _ := ecdh.P256().GenerateKey(rand.Reader)
	key, err := jwk.New(jwt.Algorithm(jwe.ECDHESA256KW), made, "b-2026")
	if err != nil {
		panic(err)
	}
	file, _ := key.MarshalPrivateJSON()

	// B reads its file, and A has what B published.
	private, err := jwk.Parse(file)
	if err != nil {
		panic(err)
	}
	decrypter, err := jwe.DecrypterFrom(private, jwe.A256GCM)
	if err != nil {
		panic(err)
	}
	recipient, err := jwe.EncrypterFrom(private.Public(), jwe.A256GCM)
	if err != nil {
		panic(err)
	}
	token, err := jwe.InsecureEncryptUnsigned(ctx, recipient, jwe.Header{}, []byte("from anybody"))
	if err != nil {
		panic(err)
	}
	h, plaintext, err := jwe.InsecureDecryptUnsigned(ctx, decrypter, token)
	fmt.Printf("%s, kid %s: %s %v\n", h.Algorithm, h.KeyID, plaintext, err)
	// Output: ECDH-ES+A256KW, kid b-2026: from anybody <nil>
}
