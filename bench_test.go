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

// A hit: the signature is not verified again. To be compared between -cpu 1 and more.
func BenchmarkCache(b *testing.B) {
	for _, alg := range []jwt.Algorithm{jwt.ES256, jwt.RS256} {
		s, v := pair(b, alg, "key-1")
		cache := &jwt.Cache{Policies: jwt.Policies{policy(v)}}
		token, err := jwt.Sign(b.Context(), s, typedClaims{benchmarkClaims(), "admin", 4_503_599_627_370_497, []string{"read", "write"}})
		require.NoError(b, err)
		hit := func(b *testing.B, verify func() error) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := verify(); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		b.Run(string(alg)+"/registered", func(b *testing.B) {
			ctx := b.Context()
			hit(b, func() error { _, err := cache.Verify(ctx, token); return err })
		})
		b.Run(string(alg)+"/typed", func(b *testing.B) {
			ctx := b.Context()
			hit(b, func() error { _, err := jwt.VerifyAs[typedClaims](ctx, cache, token); return err })
		})
	}
}

// Claims with lists of structs, maps and numbers, of about so many bytes.
type nestedClaims struct {
	jwt.Claims
	Tenant   tenant              `json:"tenant"`
	Accounts []account           `json:"accounts"`
	Limits   map[string]int64    `json:"limits"`
	Labels   map[string]string   `json:"labels"`
	Groups   map[string][]string `json:"groups"`
}

type tenant struct {
	ID     int64   `json:"id"`
	Name   string  `json:"name"`
	Region *string `json:"region,omitempty"`
}

type account struct {
	ID      string   `json:"id"`
	Number  int64    `json:"number"`
	Balance float64  `json:"balance"`
	Active  bool     `json:"active"`
	Roles   []string `json:"roles"`
	Address address  `json:"address"`
}

type address struct {
	Street string `json:"street"`
	City   string `json:"city"`
	Zip    string `json:"zip,omitempty"`
}

func benchmarkNested(size int) nestedClaims {
	region := "eu-central-1"
	c := nestedClaims{
		Claims: benchmarkClaims(), Tenant: tenant{4711, "Example & Sons", &region},
		Limits: map[string]int64{"requests": 1000, "seats": 25, "storage": 1 << 40},
		Labels: map[string]string{"team": "payments", "stage": "production"},
		Groups: map[string][]string{"admins": {"alice", "bob"}, "readers": {"carol"}},
	}
	for i := 0; i < size/200; i++ {
		c.Accounts = append(c.Accounts, account{
			"f81d4fae-7dec-11d0-a765-00a0c91e6bf6", int64(i) * 1_000_003, float64(i) * 12.5, i%2 == 0,
			[]string{"owner", "auditor"}, address{"1 Infinite Loop", "Cupertino", "95014"},
		})
	}
	return c
}

type typedClaims struct {
	jwt.Claims
	Role   string   `json:"role"`
	Tenant int64    `json:"tenant"`
	Scopes []string `json:"scopes"`
}

func BenchmarkClaims(b *testing.B) {
	typed := typedClaims{benchmarkClaims(), "admin", 4_503_599_627_370_497, []string{"read", "write"}}
	b.Run("registered", func(b *testing.B) { benchmarkClaimsOf(b, benchmarkClaims()) })
	b.Run("typed", func(b *testing.B) { benchmarkClaimsOf(b, typed) })
	b.Run("nested-4KB", func(b *testing.B) { benchmarkClaimsOf(b, benchmarkNested(4<<10)) })
	b.Run("nested-32KB", func(b *testing.B) { benchmarkClaimsOf(b, benchmarkNested(32<<10)) })
}

// benchmarkClaimsOf measures HS256, which costs little beside the claims.
func benchmarkClaimsOf[T any](b *testing.B, claims T) {
	key, ctx := hs256(b), b.Context()
	token, err := jwt.Sign(ctx, key, claims)
	require.NoError(b, err)
	p := policy(key)
	input := []byte(token[:len(token)-44])
	b.Run("hmac", func(b *testing.B) {
		sig := make([]byte, 32)
		for b.Loop() {
			_ = key.Verify(ctx, input, sig)
		}
	})
	b.Run("sign", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jwt.Sign(ctx, key, claims); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jwt.VerifyAs[T](ctx, p, token); err != nil {
				b.Fatal(err)
			}
		}
	})
}
