//go:build !race

// The race detector has pools forget things, to find more races.

package jwt_test

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestAllocations(t *testing.T) {
	ctx := t.Context()
	key, err := jwt.NewHMAC(jwt.HS256, secret, "key-1")
	require.NoError(t, err)
	claims := benchmarkClaims()
	token, err := jwt.Sign(ctx, key, claims)
	require.NoError(t, err)
	type ownClaims struct {
		jwt.Claims
		Role   string   `json:"role"`
		Tenant int64    `json:"tenant"`
		Scopes []string `json:"scopes"`
	}
	own := ownClaims{claims, "admin", 1 << 60, []string{"read", "write", "audit"}}
	private, err := jwt.Sign(ctx, key, own)
	require.NoError(t, err)
	p := policy(key)
	other := policy(key)
	other.Issuer = "https://other.example"
	verified, err := p.Verify(ctx, private)
	require.NoError(t, err)
	cache := &jwt.Cache{Policies: jwt.Policies{p}}
	var several jwt.TokenVerifier = jwt.Policies{other, p}
	forged := token[:len(token)-9] + flip(token[len(token)-9], 0) + token[len(token)-8:]
	for _, row := range []struct {
		name string
		most float64
		run  func() error
	}{
		{"sign", 2, func() error { return second(jwt.Sign(ctx, key, claims)) }},
		{"sign private claims", 2, func() error { return second(jwt.Sign(ctx, key, own)) }},
		{"sign private claims by pointer", 1, func() error { return second(jwt.Sign(ctx, key, &own)) }},
		{"verify", 2, func() error { return second(p.Verify(ctx, token)) }},
		{"verify with private claims", 2, func() error { return second(p.Verify(ctx, private)) }},
		{"verify and read private claims", 3, func() error {
			got, err := p.Verify(ctx, private)
			if err == nil {
				_, err = jwt.ClaimsAs[ownClaims](got)
			}
			return err
		}},
		{"verify as private claims", 2, func() error { return second(jwt.VerifyAs[ownClaims](ctx, p, private)) }},
		{"verify as claims", 2, func() error { return second(jwt.VerifyAs[jwt.Claims](ctx, p, token)) }},
		{"verify among policies as private claims", 3, func() error { return second(jwt.VerifyAs[ownClaims](ctx, several, private)) }},
		{"verify among two policies", 3, func() error { return second(jwt.Policies{other, p}.Verify(ctx, token)) }},
		{"verify among policies", 3, func() error { return second(jwt.Policies{p}.Verify(ctx, token)) }},
		{"verify a remembered token", 1, func() error { return second(cache.Verify(ctx, token)) }},
		{"payload", 1, func() error { _ = verified.Payload(); return nil }},
	} {
		got := testing.AllocsPerRun(200, func() {
			if err := row.run(); err != nil {
				t.Error(err)
			}
		})
		assert.LessOrEqual(t, got, row.most, row.name)
	}
	header, rest, _ := strings.Cut(token, ".")
	resigned := func(change func(c *jwt.Claims)) string {
		changed := claims
		change(&changed)
		return must(jwt.Sign(ctx, key, changed))
	}
	for _, row := range []struct {
		name, token string
		most        float64
	}{
		{"forged", forged, 1},
		{"nothing", "", 1},
		{"no token", "not a token", 1},
		{"opaque", "opaque", 1},
		{"five parts", "a.b.c.d.e", 1},
		{"a flood of dots", strings.Repeat(".", 60<<10), 1},
		{"too large", strings.Repeat(".", 1<<20), 2},
		{"a scheme", "Bearer " + token, 2},
		{"a header with padding", header + "=." + rest, 1},
		{"a header in another alphabet", "/" + token, 1},
		{"a signature that was cut", token[:len(token)-2], 2},
		{"no key", encode(`{"alg":"RS256"}`) + "." + rest, 3},
		{"expired", resigned(func(c *jwt.Claims) { c.ExpiresAt = 1799999999 }), 4},       // token, payload, refusal, detail
		{"not yet valid", resigned(func(c *jwt.Claims) { c.NotBefore = 1800000001 }), 5}, // and claims
		{"of another issuer", resigned(func(c *jwt.Claims) { c.Issuer = "https://other.example" }), 5},
		{"for another audience", resigned(func(c *jwt.Claims) { c.Audience = jwt.Audience{"https://other.example"} }), 5},
	} {
		got := testing.AllocsPerRun(200, func() {
			if _, err := p.Verify(ctx, row.token); err == nil {
				t.Error("accepted")
			}
		})
		assert.LessOrEqual(t, got, row.most, row.name)
		got = testing.AllocsPerRun(200, func() {
			if _, err := jwt.VerifyAs[ownClaims](ctx, p, row.token); err == nil {
				t.Error("accepted")
			}
		})
		assert.LessOrEqual(t, got, row.most, "%s, with claims of its own type", row.name)
	}
}

// Claims behind an exp that has passed are not decoded, and no memory is made for any.
func TestClaimsOfAnExpiredTokenAreNotDecoded(t *testing.T) {
	p := lenient(hs256(t))
	p.Leeway = 5 * time.Second
	for payload, more := range map[string]float64{
		`{"exp":1799999995}`:                      0,
		`{"exp":1799999995,"groups":{"a":["b"]}}`: 0,
		`{"role":"a","exp":1799999995}`:           1,
	} {
		token := signed(t, hs256(t), payload)
		expires := func(verify func() error) float64 {
			return testing.AllocsPerRun(100, func() { assert.ErrorIs(t, verify(), jwt.ErrExpired) })
		}
		want := expires(func() error { return second(p.Verify(t.Context(), token)) })
		got := expires(func() error { return second(jwt.VerifyAs[plainClaims](t.Context(), p, token)) })
		assert.Equal(t, want+more, got, payload)
	}
	got, err := requireSame[plainClaims](t, p, signed(t, hs256(t), `{"exp":1799999996,"role":"admin"}`))
	require.NoError(t, err)
	assert.Equal(t, "admin", got.Role)
}

// Memory comes in pieces of 64 and 256 bytes, and then of 80 and 288.
func TestTokensAndRefusalsAreOfASizeThatMemoryComesIn(t *testing.T) {
	assert.LessOrEqual(t, int(reflect.TypeFor[jwt.Token]().Size()), 256)
	assert.LessOrEqual(t, int(reflect.TypeFor[jwt.VerifyError]().Size()), 64)
}

// The working space that is kept for later tokens stays small.
func TestLargeTokensAreNotKept(t *testing.T) {
	key := hs256(t)
	p := lenient(key)
	p.MaxSize = 64 << 20
	token := signed(t, key, `{"x":"`+strings.Repeat("x", 8<<20)+`"}`)
	ctx := t.Context()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before := heap()
	_, err := p.Verify(ctx, token)
	require.NoError(t, err)
	runtime.GC() // once leaves what is in a pool
	assert.Less(t, int64(heap())-int64(before), int64(4<<20))
	runtime.KeepAlive(token)
}
