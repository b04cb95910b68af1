package redis_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// BenchmarkThousandProcesses is a server's side of 1,000 processes, while 500 sessions
// a second are revoked: it has as many replicas, each with a connection of its own, in
// one process. The checks of tokens are left out, since they do not reach the server.
// An iteration is 5 seconds.
func BenchmarkThousandProcesses(b *testing.B) {
	for _, interval := range []time.Duration{100 * time.Millisecond, 250 * time.Millisecond} {
		b.Run(interval.String(), func(b *testing.B) {
			s := start(b, programs[0])
			all := make([]*revoke.Replica, 1000)
			var starting sync.WaitGroup
			for i := range all {
				all[i] = &revoke.Replica{Interval: interval, Remote: &revokeredis.Store{Timeout: time.Minute, Client: s.client(func(o *redis.Options) { o.PoolSize = 1 })}}
				starting.Go(func() { run(b, all[i]) })
			}
			starting.Wait()
			keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
			seen := &sightings{all: all}
			before, client, begun, n := s.counts(), program.ProcessorTime(), time.Now(), 0
			for b.Loop() {
				n += 2500
				var writers sync.WaitGroup
				for w := range 5 {
					writers.Go(func() {
						for i, tick := 0, time.NewTicker(10*time.Millisecond); i < 500; i++ {
							id := fmt.Sprintf("Ab~%d-%d-%d", n, w, i)
							check(b, keep.Revoke(b.Context(), now(), store.Entry{Issuer: issuer, SessionID: id, Until: now() + 3600}))
							if w == 0 && i%50 == 0 {
								writers.Go(func() { seen.follow(b, id) })
							}
							<-tick.C
						}
					})
				}
				writers.Wait()
			}
			took, after := time.Since(begun).Seconds(), s.counts()
			for name, count := range after {
				b.ReportMetric((count-before[name])/took, name+"/s")
			}
			b.ReportMetric(float64(n)/took, "revocations/s")
			b.ReportMetric((program.ProcessorTime()-client).Seconds()/took, "cores-of-the-replicas")
			seen.report(b)
		})
	}
}

// BenchmarkReplicaFill fills a replica from a server that has many entries.
func BenchmarkReplicaFill(b *testing.B) {
	for _, n := range []int{1_000_000, 10_000_000} {
		b.Run(fmt.Sprint(n, " entries"), func(b *testing.B) {
			s := start(b, programs[0])
			publishMany(b, s, n)
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				server, client, begun := s.used(), program.ProcessorTime(), time.Now()
				r := &revoke.Replica{Remote: &revokeredis.Store{Client: s.client(), Timeout: time.Minute}}
				ctx, cancel := context.WithCancel(b.Context())
				defer cancel()
				go r.Run(ctx)
				for at, _ := r.AsOf(); at.IsZero(); at, _ = r.AsOf() {
					time.Sleep(10 * time.Millisecond)
				}
				b.ReportMetric(time.Since(begun).Seconds(), "s-to-fill")
				b.ReportMetric((s.used() - server).Seconds(), "server-cpu-s")
				b.ReportMetric((program.ProcessorTime() - client).Seconds(), "client-cpu-s")
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/entry")
				for _, i := range []int{0, n - 1} {
					if a, err := r.Lookup(b.Context(), store.Query{Issuer: issuer, SessionID: sessionOf(i)}); err != nil || !a.SessionID {
						b.Fatal(a, err)
					}
				}
			}
		})
	}
}

func sessionOf(i int) string { return fmt.Sprintf("Ab~f81d4fae-7dec-11d0-a765-%012x", i) }

// publishMany adds entries to the feed as the script does, 10,000 at a time, and spares
// the server those that answer a Lookup.
func publishMany(b *testing.B, s *server, n int) {
	client := s.client()
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	check(b, keep.Revoke(b.Context(), now(), store.Entry{Issuer: issuer, SessionID: sessionOf(0), Until: now() + 100_000}))
	list := client.Keys(b.Context(), "{jwt}:feed:*").Val()[0]
	till := strings.TrimPrefix(list, "{jwt}:feed:")
	for i := 1; i < n; i += 10_000 {
		var texts []any
		for j := i; j < min(i+10_000, n); j++ {
			texts = append(texts, fmt.Sprintf("sid 0 %d %d %s%s", now()+100_000, len(issuer), issuer, sessionOf(j)))
		}
		check(b, client.RPush(b.Context(), list, texts...).Err())
	}
	check(b, client.HSet(b.Context(), "{jwt}:feed", till, n, "n", n).Err())
	mark := client.Get(b.Context(), "{jwt}:mark").Val()
	check(b, client.Set(b.Context(), "{jwt}:mark", mark[:112]+fmt.Sprintf("%012d", n)+mark[124:], 0).Err())
}

// counts are what the server has used and done.
func (s *server) counts() map[string]float64 {
	counts := map[string]float64{"server-cpu-s": s.used().Seconds()}
	info := s.do("INFO everything").(string)
	for name, in := range map[string]string{"commands": "cmdstat_evalsha:calls=", "bytes-out": "total_net_output_bytes:", "bytes-in": "total_net_input_bytes:"} {
		_, text, _ := strings.Cut(info, in)
		counts[name], _ = strconv.ParseFloat(text[:strings.IndexAny(text, ",\r")], 64)
	}
	return counts
}

// sightings are after what time each replica saw a revocation.
type sightings struct {
	all    []*revoke.Replica
	lock   sync.Mutex
	delays []time.Duration
}

// follow waits until all replicas have seen a session revoked.
func (s *sightings) follow(b *testing.B, id string) {
	begun := time.Now()
	for left := slices.Clone(s.all); len(left) > 0; time.Sleep(time.Millisecond) {
		left = slices.DeleteFunc(left, func(r *revoke.Replica) bool {
			a, err := r.Lookup(b.Context(), store.Query{Issuer: issuer, SessionID: id})
			if err != nil || !a.SessionID {
				return false
			}
			s.lock.Lock()
			defer s.lock.Unlock()
			s.delays = append(s.delays, time.Since(begun))
			return true
		})
	}
}

func (s *sightings) report(b *testing.B) {
	slices.Sort(s.delays)
	for name, i := range map[string]int{"median": len(s.delays) / 2, "99%": len(s.delays) * 99 / 100, "longest": len(s.delays) - 1} {
		b.ReportMetric(float64(s.delays[i].Microseconds())/1000, "ms-"+name)
	}
}
