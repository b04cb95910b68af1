//go:build unix

package revoke_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
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
	entries := make([]store.Entry, 0, end-begin)
	for i := begin; i < end; i++ {
		entries = append(entries, store.Entry{Issuer: "https://login.example", ID: fmt.Sprintf("f81d4fae-7dec-11d0-a765-%012x", i), Until: jwt.NewNumericDate(time.Now()) + 10_000})
	}
	a, err := f.Lookup(ctx, store.Query{})
	return store.Page{Answer: a, From: from, Entries: entries, Next: strconv.Itoa(end), More: end < f.entries}, err
}

// BenchmarkReplicaLookup shows what a check costs, what an entry takes, and how
// long it takes to fill the copy.
func BenchmarkReplicaLookup(b *testing.B) {
	for _, n := range []int{million, 5 * million, 10 * million} {
		b.Run(fmt.Sprint(n, " entries"), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			begin, spent := time.Now(), processorTime()
			r := &revoke.Replica{Remote: &endless{Store: revoke.NewMemory(0), entries: n}, MaxAge: time.Hour}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			go r.Run(ctx)
			for at, _ := r.AsOf(); at.IsZero(); at, _ = r.AsOf() {
				time.Sleep(time.Millisecond)
			}
			toFill, spentToFill := time.Since(begin).Seconds(), processorTime()-spent
			runtime.GC()
			runtime.ReadMemStats(&after)
			size := float64(after.HeapAlloc-before.HeapAlloc) / float64(n)
			qs := queries(100_000, 20*million)
			var chunks []time.Duration // of 1,000 checks: on a busy machine, some are not interrupted
			for i := 0; b.Loop(); i++ {
				some := qs[i*1000%len(qs):][:1000]
				for _, q := range some { // as names are that were just read from a token
					_ = strings.Count(q.Issuer+q.ID+q.SessionID+q.Subject, "x")
				}
				begun := time.Now()
				for _, q := range some {
					if a, err := r.Lookup(ctx, q); err != nil || a.ID {
						b.Fatal(a, err)
					}
				}
				chunks = append(chunks, time.Since(begun))
			}
			slices.Sort(chunks)
			b.ReportMetric(float64(chunks[len(chunks)/2].Nanoseconds())/1000, "median-ns/check")
			b.ReportMetric(float64(chunks[0].Nanoseconds())/1000, "least-ns/check")
			b.ReportMetric(toFill, "s-to-fill")
			b.ReportMetric(spentToFill.Seconds(), "cpu-s-to-fill")
			b.ReportMetric(size, "B/entry")
		})
	}
}

// BenchmarkReplicaChecks is that of all processors at once.
func BenchmarkReplicaChecks(b *testing.B) {
	r := &revoke.Replica{Remote: &endless{Store: revoke.NewMemory(0), entries: million}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go r.Run(ctx)
	for at, _ := r.AsOf(); at.IsZero(); at, _ = r.AsOf() {
		time.Sleep(time.Millisecond)
	}
	qs := queries(100_000, 20*million)
	b.ResetTimer()
	spent := processorTime()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if a, err := r.Lookup(ctx, qs[i%len(qs)]); err != nil || a.ID {
				b.Error(a, err)
			}
		}
	})
	b.ReportMetric(float64((processorTime()-spent).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// processorTime is what this process has used, on a machine that may be busy with
// others.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
