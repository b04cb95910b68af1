// Exchange sends private claims from system A to system B as a nested token:
// signed by A, encrypted to B. B proves who sent it and reads it; C, without B's
// key, can do neither.
package main

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

// payroll is what only B may read.
type payroll struct {
	jwt.Claims
	IBAN   string `json:"iban"`
	Salary int    `json:"salary"`
}

func main() {
	ctx := context.Background()
	// Each has a private key of its own, and the public ones of the others.
	publicA, privateA, _ := ed25519.GenerateKey(rand.Reader)
	_, privateC, _ := ed25519.GenerateKey(rand.Reader)
	keyB, _ := ecdh.P256().GenerateKey(rand.Reader)
	keyC, _ := ecdh.P256().GenerateKey(rand.Reader)

	a, err := jwt.NewSigner(jwt.EdDSA, privateA, "a-2026")
	check(err)
	toB, err := jwe.NewEncrypter(jwe.ECDHESA256KW, jwe.A256GCM, keyB.PublicKey(), "")
	check(err)
	orders := jwt.Template{Key: a, Issuer: "https://a.example", Audience: []string{"https://b.example"}, Lifetime: time.Minute}
	claims := payroll{Claims: jwt.Claims{Subject: "alice"}, IBAN: "DE02120300000000202051", Salary: 4200}
	signed, err := orders.Sign(ctx, claims)
	check(err)
	token, err := jwe.Encrypt(ctx, toB, signed)
	check(err)

	policyB := policy(keyB, publicA, "https://b.example")
	verified, err := policyB.Verify(ctx, token)
	check(err)
	read, err := jwt.ClaimsAs[payroll](verified)
	check(err)
	fmt.Printf("B reads: %s sends %s, %d\n", read.Issuer, read.IBAN, read.Salary)

	// C has the token too, and B's public key.
	policyC := policy(keyC, publicA, "https://c.example")
	_, err = policyC.Verify(ctx, token)
	fmt.Println("C reads:", err)
	_, err = policyC.Signed.Verify(ctx, token)
	fmt.Println("C proves:", err)
	c, err := jwt.NewSigner(jwt.EdDSA, privateC, "a-2026")
	check(err)
	orders.Key = c
	signed, err = orders.Sign(ctx, claims)
	check(err)
	forged, err := jwe.Encrypt(ctx, toB, signed)
	check(err)
	_, err = policyB.Verify(ctx, forged)
	fmt.Println("C sends as A:", err)
}

// policy accepts what A has signed for the audience and encrypted to the key.
func policy(key *ecdh.PrivateKey, publicA ed25519.PublicKey, audience string) *jwe.Policy {
	decrypter, err := jwe.NewDecrypter(jwe.ECDHESA256KW, jwe.A256GCM, key, "")
	check(err)
	a, err := jwt.NewVerifier(jwt.EdDSA, publicA, "a-2026")
	check(err)
	signed := &jwt.Policy{Keys: jwt.Keys{a}, Issuer: "https://a.example", Audience: []string{audience}}
	return &jwe.Policy{Keys: []jwe.Decrypter{decrypter}, Signed: signed}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
