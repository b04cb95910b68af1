package jwt_test

import (
	"context"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
)

// allocated returns the bytes that a call of f takes from the heap: the least of
// a few measurements, for others take some too.
func allocated(f func()) uint64 {
	const rounds = 20
	least := uint64(math.MaxUint64)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range rounds {
			f()
		}
		runtime.ReadMemStats(&after)
		least = min(least, (after.TotalAlloc-before.TotalAlloc)/rounds)
	}
	return least
}

// A token that is refused for its size or its form costs the same whatever its
// size.
func TestOversizeTokensCostNothing(t *testing.T) {
	key := hs256(t)
	ctx := t.Context()
	p, large := policy(key), policy(key)
	large.MaxSize = 1 << 30
	for _, row := range []struct {
		name   string
		verify verifyFunc
		token  func(size int) string
		sizes  [2]int
	}{
		{"dots", p.Verify, func(n int) string { return strings.Repeat(".", n) }, [2]int{65537, 20 << 20}},
		{"letters", p.Verify, func(n int) string { return strings.Repeat("A", n) }, [2]int{65537, 20 << 20}},
		{"three parts", p.Verify, func(n int) string { return "e30." + strings.Repeat("A", n) + ".AA" }, [2]int{65537, 20 << 20}},
		{"dots under the limit", p.Verify, func(n int) string { return strings.Repeat(".", n) }, [2]int{10, 65536}},
		{"letters under the limit", p.Verify, func(n int) string { return strings.Repeat("A", n) }, [2]int{10, 65536}},
		{"dots under a large limit", large.Verify, func(n int) string { return strings.Repeat(".", n) }, [2]int{10, 20 << 20}},
		{"dots for Policies", jwt.Policies{p}.Verify, func(n int) string { return strings.Repeat(".", n) }, [2]int{65537, 20 << 20}},
		{"three parts for Policies", jwt.Policies{p}.Verify, func(n int) string { return "e30." + strings.Repeat("A", n) + ".AA" }, [2]int{65537, 20 << 20}},
		{"a long signature for a Cache", (&jwt.Cache{Policies: jwt.Policies{p}}).Verify, func(n int) string { return "e30.e30." + strings.Repeat("A", n) }, [2]int{65537, 20 << 20}},
		{"dots to decode", func(_ context.Context, token string) (*jwt.Token, error) {
			_, _, err := jwt.InsecureDecode(token)
			return nil, err
		}, func(n int) string { return strings.Repeat(".", n) }, [2]int{65537, 20 << 20}},
	} {
		var allocs, bytes [2]float64
		for i, size := range row.sizes {
			token := row.token(size)
			try := func() {
				if _, err := row.verify(ctx, token); err == nil {
					t.Error("accepted")
				}
			}
			allocs[i] = testing.AllocsPerRun(10, try)
			bytes[i] = float64(allocated(try))
		}
		assert.Equal(t, allocs[0], allocs[1], row.name)
		assert.LessOrEqual(t, allocs[1], 5.0, row.name)
		assert.Less(t, bytes[1], 1000.0, row.name)
		assert.InDelta(t, bytes[0], bytes[1], 500, row.name)
	}
}

// A genuine token with many recipients, elements or escapes takes memory in
// proportion to its length, in few pieces.
func TestGenuineClaimsCostInProportion(t *testing.T) {
	key := hs256(t)
	p := lenient(key)
	p.MaxSize = 16 << 20
	type claims struct {
		jwt.Claims
		Roles []string `json:"roles"`
	}
	const elements = 5_000
	for _, row := range []struct{ before, each, after string }{
		{`{"aud":[`, `"a"`, `]`}, {`{"roles":[`, `"a"`, `]`}, {`{"x":[`, `{"y":[]}`, `]`}, {`{"x":[`, `[[1]]`, `]`}, {`{"sub":"`, `\\n,`, `"`},
	} {
		token := signed(t, key, row.before+strings.TrimSuffix(strings.Repeat(row.each+",", elements), ",")+row.after+`,"exp":4102444800}`)
		verify := func() {
			if _, err := jwt.VerifyAs[claims](t.Context(), p, token); err != nil {
				t.Error(err)
			}
		}
		assert.LessOrEqual(t, testing.AllocsPerRun(5, verify), 50.0, row.before)
		assert.Less(t, float64(allocated(verify)), elements*150.0, row.before)
	}
}
