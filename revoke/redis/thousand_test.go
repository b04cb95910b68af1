package redis_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

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
			before, client, begun, n := s.counts(), processorTime(), time.Now(), 0
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
			b.ReportMetric((processorTime()-client).Seconds()/took, "cores-of-the-replicas")
			seen.report(b)
		})
	}
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
