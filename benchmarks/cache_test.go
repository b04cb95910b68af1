package main

import (
	"context"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
)

var background = context.Background()

// BenchmarkCacheParallel verifies a token that is remembered, of ES256. No peer
// has a cache. It is to be compared between -cpu 1 and more.
func BenchmarkCacheParallel(b *testing.B) {
	policy := &jwt.Policy{Keys: jwt.Keys{jwtVerifier("ES256", publicKey("ES256"), "")}, Issuer: issuer, Audience: []string{audience}}
	cache := &jwt.Cache{Policies: jwt.Policies{policy}}
	token := issue("ES256", "", payload(claimsOf(typed)))
	b.Run("claims=registered/lib="+ourName, func(b *testing.B) {
		inParallel(b, func() error { _, err := cache.Verify(background, token); return err })
	})
	b.Run("claims=typed/lib="+ourName, func(b *testing.B) {
		inParallel(b, func() error { _, err := jwt.VerifyAs[jwtClaims](background, cache, token); return err })
	})
}

// inParallel is timed for a benchmark that several processors share.
func inParallel(b *testing.B, run func() error) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := run(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
