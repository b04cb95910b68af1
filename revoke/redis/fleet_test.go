package redis_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// used is the processor time of the server.
func (s *server) used() (d time.Duration) {
	info := s.do("INFO cpu").(string)
	for _, name := range []string{"used_cpu_user:", "used_cpu_sys:"} {
		_, text, _ := strings.Cut(info, name)
		text, _, _ = strings.Cut(text, "\r\n")
		seconds, err := strconv.ParseFloat(text, 64)
		check(s.t, err)
		d += time.Duration(seconds * float64(time.Second))
	}
	return d
}

// BenchmarkRead measures what it costs the server, and the client, to tell a replica
// that nothing, or 5 or 50 entries, are new.
func BenchmarkRead(b *testing.B) {
	s := start(b, programs[0])
	keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
	n := 0
	for _, fresh := range []int{0, 5, 50} {
		b.Run(fmt.Sprint(fresh, " new"), func(b *testing.B) {
			f := follow(keep)
			check(b, f.read(b.Context()))
			var server, client time.Duration
			for b.Loop() {
				var entries []store.Entry
				for range fresh {
					n++
					entries = append(entries, store.Entry{Issuer: issuer, SessionID: fmt.Sprintf("Ab~f81d4fae-7dec-11d0-a765-%012x", n), Until: now() + 3600})
				}
				check(b, keep.Revoke(b.Context(), now(), entries...))
				beforeServer, beforeClient := s.used(), program.ProcessorTime()
				reads := 200
				for position := f.position; reads > 0; reads-- {
					page, err := keep.Read(b.Context(), position)
					check(b, err)
					f.position = page.Next
				}
				server, client = server+s.used()-beforeServer, client+program.ProcessorTime()-beforeClient
			}
			b.ReportMetric(float64(server.Microseconds())/float64(200*b.N), "server-µs/read")
			b.ReportMetric(float64(client.Microseconds())/float64(200*b.N), "client-µs/read")
		})
	}
}

// BenchmarkFleet runs many replicas in this process, revokes 500 sessions a second,
// checks 50,000 tokens a second, and measures what the server bears, and when one of
// the replicas sees a revocation.
func BenchmarkFleet(b *testing.B) {
	for _, replicas := range []int{1, 20} {
		b.Run(fmt.Sprint(replicas, " replicas"), func(b *testing.B) {
			s := start(b, programs[0])
			var all []*revoke.Replica
			for range replicas {
				all = append(all, replicate(b, &revokeredis.Store{Client: s.client(), Timeout: time.Minute}))
			}
			keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
			var delays []time.Duration
			ctx, cancel := context.WithCancel(context.Background())
			var others sync.WaitGroup
			others.Go(func() {
				for tick := time.NewTicker(time.Millisecond); ctx.Err() == nil; <-tick.C {
					for range 50 {
						_, _ = all[0].Lookup(ctx, store.Query{Issuer: issuer, ID: "a", SessionID: "b", Subject: "c"})
					}
				}
			})
			before, begun, n := s.used(), time.Now(), 0
			for b.Loop() {
				for tick := time.NewTicker(2 * time.Millisecond); n%1000 != 999; n++ {
					e := store.Entry{Issuer: issuer, SessionID: fmt.Sprint(n), Until: now() + 3600}
					check(b, keep.Revoke(b.Context(), now(), e))
					if n%20 == 0 {
						told := time.Now()
						for {
							if a, err := all[n/20%replicas].Lookup(ctx, store.Query{Issuer: issuer, SessionID: e.SessionID}); err == nil && a.SessionID {
								break
							}
							time.Sleep(200 * time.Microsecond)
						}
						delays = append(delays, time.Since(told))
					}
					<-tick.C
				}
				n++
			}
			took := time.Since(begun)
			cancel()
			others.Wait()
			slices.Sort(delays)
			b.ReportMetric(float64(n)/took.Seconds(), "revocations/s")
			b.ReportMetric(100*(s.used()-before).Seconds()/took.Seconds(), "server-%-of-a-core")
			b.ReportMetric(float64(delays[len(delays)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(delays[len(delays)*99/100].Microseconds())/1000, "ms-99%")
			b.ReportMetric(float64(delays[len(delays)-1].Microseconds())/1000, "ms-longest")
		})
	}
}
