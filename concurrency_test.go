package jwt_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// Everything is shared by all goroutines, and each must get its own answer back.
// The race detector has the last word.
func TestConcurrentUse(t *testing.T) {
	const goroutines, rounds = 8, 25
	algorithms := []jwt.Algorithm{jwt.HS256, jwt.HS512, jwt.RS256, jwt.PS256, jwt.ES256, jwt.EdDSA}
	var signers []jwt.Signer
	keys := jwt.Keys{}
	for _, alg := range algorithms {
		s, v := pair(t, alg, "key-1")
		signers, keys = append(signers, s), append(keys, v)
	}
	p := lenient(keys...)
	p.AllowAnyIssuer, p.Issuer = false, issuer
	ps := jwt.Policies{p, {Keys: jwt.Keys{keys[0]}, Issuer: "https://other.example", AllowAnyAudience: true, AllowNoExpiry: true, Now: p.Now}}
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range rounds {
				s := signers[(g+i)%len(signers)]
				id := fmt.Sprintf("%d/%d", g, i)
				claims := orderClaims{
					Claims: jwt.Claims{Issuer: issuer, Subject: id, Audience: jwt.Audience{id, "x"}, ExpiresAt: 1800000060, ID: id},
					Role:   strings.Repeat(id, 1+i%7), List: []string{id}, Map: map[string]int{id: i},
				}
				token, err := jwt.Sign(t.Context(), s, claims)
				if !assert.NoError(t, err) {
					return
				}
				for _, verify := range []verifyFunc{p.Verify, ps.Verify} {
					got, err := verify(t.Context(), token)
					if !assert.NoError(t, err) {
						return
					}
					read, err := jwt.ClaimsAs[orderClaims](got)
					assert.NoError(t, err)
					assert.Equal(t, claims, read)
					assert.Equal(t, claims.Claims, got.Claims)
					assert.Equal(t, s.Algorithm(), got.Header.Algorithm)

					forged := token[:len(token)-9] + flip(token[len(token)-9], i%6) + token[len(token)-8:]
					got, err = verify(t.Context(), forged)
					assert.Nil(t, got)
					assert.ErrorIs(t, err, jwt.ErrSignature)
				}
			}
		})
	}
	wg.Wait()
}

// A Token may be read by many.
func TestConcurrentReads(t *testing.T) {
	key := hs256(t)
	got, err := policy(key).Verify(t.Context(), signed(t, key, payload))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				assert.Equal(t, payload, string(got.Payload()))
				claims, err := jwt.ClaimsAs[jwt.Claims](got)
				assert.NoError(t, err)
				assert.Equal(t, got.Claims, claims)
			}
		})
	}
	wg.Wait()
}
