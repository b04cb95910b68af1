package jwt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func benchmarkClaims() jwt.Claims {
	return jwt.Claims{
		Issuer: issuer, Subject: "user-1234567890", Audience: jwt.Audience{api}, ID: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
		ExpiresAt: 1800000060, NotBefore: 1799999990, IssuedAt: 1799999990,
	}
}

func BenchmarkSign(b *testing.B) {
	for _, alg := range allAlgorithms {
		b.Run(string(alg), func(b *testing.B) {
			s, _ := pair(b, alg, "key-1")
			claims := benchmarkClaims()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jwt.Sign(b.Context(), s, claims); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, alg := range allAlgorithms {
		b.Run(string(alg), func(b *testing.B) {
			s, v := pair(b, alg, "key-1")
			token, err := jwt.Sign(b.Context(), s, benchmarkClaims())
			require.NoError(b, err)
			p := policy(v)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A hit: the signature is not verified again.
func BenchmarkCache(b *testing.B) {
	for _, alg := range []jwt.Algorithm{jwt.ES256, jwt.RS256} {
		b.Run(string(alg), func(b *testing.B) {
			s, v := pair(b, alg, "key-1")
			token, err := jwt.Sign(b.Context(), s, benchmarkClaims())
			require.NoError(b, err)
			cache := &jwt.Cache{Policies: jwt.Policies{policy(v)}}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := cache.Verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
