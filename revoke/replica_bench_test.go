package revoke_test

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// endless is a feed of so many entries, in pages as those of a database.
type endless struct {
	store.Store
	entries int
	mixed   bool
}

func (f *endless) Read(ctx context.Context, from string) (store.Page, error) {
	begin, _ := strconv.Atoi(from)
	end := min(begin+5000, f.entries)
	entries := manyEntries(begin, end-begin, f.mixed)
	a, err := f.Lookup(ctx, store.Query{})
	return store.Page{Answer: a, From: from, Entries: entries, Next: strconv.Itoa(end), More: end < f.entries}, err
}

// BenchmarkReplicaLookup shows what a check costs, what an entry takes, and how
// long it takes to fill the copy.
func BenchmarkReplicaLookup(b *testing.B) {
	for _, mixed := range []bool{false, true} {
		for _, n := range []int{million, 5 * million, 10 * million} {
			b.Run(fmt.Sprintf("%d/mixed=%v", n, mixed), func(b *testing.B) {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				begun, spent := time.Now(), program.ProcessorTime()
				r := &revoke.Replica{Remote: &endless{revoke.NewMemory(0), n, mixed}, MaxAge: time.Hour}
				ctx, cancel := context.WithCancel(b.Context())
				defer cancel()
				go r.Run(ctx)
				for at, _ := r.AsOf(); at.IsZero(); at, _ = r.AsOf() {
					time.Sleep(time.Millisecond)
				}
				toFill, spentToFill := time.Since(begun).Seconds(), program.ProcessorTime()-spent
				runtime.GC()
				runtime.ReadMemStats(&after)
				size := float64(after.HeapAlloc-before.HeapAlloc) / float64(n)
				measureLookups(b, r, queries(million/10, 20*million), false)
				b.ReportMetric(toFill, "s-to-fill")
				b.ReportMetric(spentToFill.Seconds(), "cpu-s-to-fill")
				b.ReportMetric(size, "B/entry")
			})
		}
	}
}

// BenchmarkReplicaChecks is that of all processors at once.
func BenchmarkReplicaChecks(b *testing.B) {
	r := &revoke.Replica{Remote: &endless{revoke.NewMemory(0), million, true}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go r.Run(ctx)
	for at, _ := r.AsOf(); at.IsZero(); at, _ = r.AsOf() {
		time.Sleep(time.Millisecond)
	}
	qs := queries(100_000, 20*million)
	b.ResetTimer()
	spent := program.ProcessorTime()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if a, err := r.Lookup(ctx, qs[i%len(qs)]); err != nil || a.ID {
				b.Error(a, err)
			}
		}
	})
	b.ReportMetric(float64((program.ProcessorTime()-spent).Nanoseconds())/float64(b.N), "cpu-ns/op")
}
