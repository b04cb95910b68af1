package revoke_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

const million = 1_000_000

// manyEntries makes n entries from a number on: of IDs, or, if mixed, of sessions and
// subjects, too.
func manyEntries(from, n int, mixed bool) []store.Entry {
	entries := make([]store.Entry, n)
	for i := range entries {
		e := store.Entry{Issuer: "https://login.example", ID: fmt.Sprintf("f81d4fae-7dec-11d0-a765-%012x", from+i), Until: 2_000_000_000}
		if kind := (from + i) % 3; mixed && kind == 1 {
			e.ID, e.SessionID = "", e.ID
		} else if mixed && kind == 2 {
			e.ID, e.Subject, e.IssuedAt = "", e.ID, 1
		}
		entries[i] = e
	}
	return entries
}

func filled(b *testing.B) *revoke.Memory {
	m := revoke.NewMemory(million)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 0; i < million; i += 1000 {
		if err := m.Revoke(context.Background(), 1, manyEntries(i, 1000, true)...); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Logf("%.1f bytes an entry", float64(after.HeapAlloc-before.HeapAlloc)/million)
	return m
}

// queries makes n queries of names that lie behind each other in memory, as
// those of a token just verified lie in the cache.
func queries(n, from int) []store.Query {
	const size = 3 * 36
	var text strings.Builder
	text.Grow(n * size)
	for i := range n {
		for j := range 3 {
			fmt.Fprintf(&text, "f81d4fae-7dec-11d0-a765-%012x", from+3*i+j)
		}
	}
	all := text.String()
	qs := make([]store.Query, n)
	for i := range qs {
		one := all[i*size:][:size]
		qs[i] = store.Query{Issuer: "https://login.example", ID: one[:36], SessionID: one[36:72], Subject: one[72:]}
	}
	return qs
}

// measureLookups reports what a lookup takes if its names were just read, as those of
// a token, and what it looks at was not. Of groups of 100 lookups, the fastest is one
// that no other process has interrupted.
func measureLookups(b *testing.B, s store.Store, qs []store.Query, revoked bool) {
	var groups []time.Duration
	for i := 0; b.Loop(); i++ {
		some := qs[i*100%len(qs):][:100]
		for _, q := range some {
			_ = strings.Count(q.Issuer+q.ID+q.SessionID+q.Subject, "x")
		}
		begun := time.Now()
		for _, q := range some {
			if a, err := s.Lookup(b.Context(), q); err != nil || a.ID != revoked {
				b.Fatal(a, err)
			}
		}
		groups = append(groups, time.Since(begun))
	}
	slices.Sort(groups)
	for name, group := range map[string]time.Duration{"least": groups[0], "10%": groups[len(groups)/10], "median": groups[len(groups)/2]} {
		b.ReportMetric(float64(group.Nanoseconds())/100, name+"-ns/check")
	}
}

func BenchmarkMemoryLookup(b *testing.B) {
	m := filled(b)
	for _, row := range []struct {
		name string
		from int
	}{{"good", million}, {"revoked", 0}} {
		qs := queries(million/10, row.from)
		b.Run(row.name, func(b *testing.B) { measureLookups(b, m, qs, row.name == "revoked") })
		b.Run(row.name+"/parallel", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					m.Lookup(b.Context(), qs[i%len(qs)])
				}
			})
		})
	}
}

// BenchmarkVerify shows what a DenyList adds to the Policy it stands around.
func BenchmarkVerify(b *testing.B) {
	m, ctx := filled(b), context.Background()
	key, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://login.example", Audience: []string{"https://api.example"}}
	list := &revoke.DenyList{Tokens: policy, Store: m, Lifetime: time.Hour, AllowAbsent: []string{"sid"}, AllowOlderThanStore: true}
	tokens := map[string][]string{}
	for i := range 20_000 {
		c := jwt.Claims{Issuer: policy.Issuer, Audience: policy.Audience, Subject: fmt.Sprintf("user-%d", i), ID: fmt.Sprintf("f81d4fae-7dec-11d0-a765-%012x", 2*million+i),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))}
		for name, claims := range map[string]any{"2 names": c, "3 names": revoke.Claims{Claims: c, SessionID: c.ID[9:]}} {
			token, err := jwt.Sign(ctx, key, claims)
			if err != nil {
				b.Fatal(err)
			}
			tokens[name] = append(tokens[name], token)
		}
	}
	for name, tokens := range tokens {
		for _, v := range []jwt.TokenVerifier{policy, list} {
			b.Run(fmt.Sprintf("%s/%T", name, v), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if _, err := v.Verify(ctx, tokens[i%len(tokens)]); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
