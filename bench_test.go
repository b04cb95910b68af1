package jwt_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

type private struct {
	jwt.Claims
	Role   string   `json:"role"`
	Tenant int64    `json:"tenant"`
	Scopes []string `json:"scopes"`
}

func benchClaims() (jwt.Claims, private) {
	c := jwt.Claims{Issuer: "https://login.example.com", Subject: "user-1234567890", Audience: jwt.Audience{"https://api.example.com"},
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)), NotBefore: jwt.NewNumericDate(time.Now()), IssuedAt: jwt.NewNumericDate(time.Now()), ID: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}
	return c, private{c, "admin", 1 << 60, []string{"read", "write"}}
}

func BenchmarkAll(b *testing.B) {
	ctx := context.Background()
	key, _ := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "k1")
	c, pc := benchClaims()
	p := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: c.Issuer, Audience: c.Audience}
	tok, _ := jwt.Sign(ctx, key, c)
	ptok, err := jwt.Sign(ctx, key, pc)
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
	h := hmac.New(sha256.New, make([]byte, 32))
	var s [32]byte
	in, pin := []byte(tok[:strings.LastIndex(tok, ".")]), []byte(ptok[:strings.LastIndex(ptok, ".")])
	run("floor", func() { h.Reset(); h.Write(in); h.Sum(s[:0]) })
	run("floorP", func() { h.Reset(); h.Write(pin); h.Sum(s[:0]) })
	pay, _, _ := jwt.InsecureDecode(ptok)
	_, pay, _ = jwt.InsecureDecode(ptok)
	buf := make([]byte, 0, 1000)
	run("floorSign", func() {
		buf = base64.RawURLEncoding.AppendEncode(append(buf[:0], "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0."...), pay)
		h.Reset()
		h.Write(buf)
		buf = base64.RawURLEncoding.AppendEncode(buf, h.Sum(s[:0]))
	})
	run("verify", func() { _, err = p.Verify(ctx, tok) })
	run("verifyP", func() { _, err = p.Verify(ctx, ptok) })
	run("verifyTyped", func() { t, _ := p.Verify(ctx, ptok); _, err = jwt.ClaimsAs[private](t) })
	run("sign", func() { _, err = jwt.Sign(ctx, key, c) })
	run("signTyped", func() { _, err = jwt.Sign(ctx, key, pc) })
	dots := strings.Repeat(".", 1<<20)
	run("dots", func() { p.Verify(ctx, dots) })
	run("dots64k", func() { p.Verify(ctx, dots[:65536]) })
	ek, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	es, err := jwt.NewSigner(jwt.ES256, ek, "")
	if err != nil {
		b.Fatal(err)
	}
	ev, err := jwt.NewVerifier(jwt.ES256, ek.Public(), "")
	et, _ := jwt.Sign(ctx, es, pc)
	ep := &jwt.Policy{Keys: jwt.Keys{ev}, Issuer: c.Issuer, Audience: c.Audience}
	run("ES256verify", func() { _, err = ep.Verify(ctx, et) })
	if err != nil {
		b.Fatal(err)
	}
	run("ES256sign", func() { _, err = jwt.Sign(ctx, es, pc) })
	if err != nil {
		b.Fatal(err)
	}
}
