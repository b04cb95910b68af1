package revoke_test

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// endless is a feed of so many entries, in pages as those of a database.
type endless struct {
	store.Store
	entries int
}

func (f *endless) Read(ctx context.Context, from string) (store.Page, error) {
	begin, _ := strconv.Atoi(from)
	end := min(begin+5000, f.entries)
	entries := make([]store.Entry, 0, 5000)
	for i := begin; i < end; i++ {
		entries = append(entries, store.Entry{Issuer: "https://login.example", ID: fmt.Sprintf("f81d4fae-7dec-11d0-a765-%012x", i), Until: jwt.NewNumericDate(time.Now()) + 10_000})
	}
	a, err := f.Lookup(ctx, store.Query{})
	return store.Page{Answer: a, From: from, Entries: entries, Next: strconv.Itoa(end), More: end < f.entries}, err
}

// BenchmarkReplicaLookup shows what a check costs, what an entry takes, and how
// long it takes to fill the copy.
func BenchmarkReplicaLookup(b *testing.B) {
	for _, n := range []int{million, 5 * million} {
		b.Run(fmt.Sprint(n, " entries"), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			begin := time.Now()
			r := &revoke.Replica{Remote: &endless{Store: revoke.NewMemory(0), entries: n}, MaxAge: time.Hour}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			go r.Run(ctx)
			for at, _ := r.AsOf(); at.IsZero(); at, _ = r.AsOf() {
				time.Sleep(time.Millisecond)
			}
			toFill := time.Since(begin).Seconds()
			runtime.GC()
			runtime.ReadMemStats(&after)
			size := float64(after.HeapAlloc-before.HeapAlloc) / float64(n)
			qs := queries(100_000, 20*million)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if a, err := r.Lookup(ctx, qs[i%len(qs)]); err != nil || a.ID {
					b.Fatal(a, err)
				}
			}
			b.ReportMetric(toFill, "s-to-fill")
			b.ReportMetric(size, "B/entry")
		})
	}
}
