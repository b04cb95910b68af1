package sql_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// replicate returns a replica that runs until the test ends, once it is current.
func replicate(t testing.TB, s *revokesql.Store) *revoke.Replica {
	t.Helper()
	r := &revoke.Replica{Remote: again(s)}
	runReplica(t, r)
	return r
}

// runReplica runs a replica until the test ends, and returns once it is filled.
func runReplica(t testing.TB, r *revoke.Replica) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	if !soon(func() bool { at, _ := r.AsOf(); return !at.IsZero() }) {
		_, err := r.AsOf()
		t.Fatal("the replica is not filled: ", err)
	}
}

// TestReplicaSeesWhatIsRevokedElsewhere asks a store that cannot be asked directly.
func TestReplicaSeesWhatIsRevokedElsewhere(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		revokeID(t, s, "before")
		r := replicate(t, s)
		for i := range 3 {
			id := fmt.Sprint(i)
			revokeID(t, s, id)
			if !soon(func() bool {
				a, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: id})
				return err == nil && a.ID
			}) {
				t.Fatal("a revocation is not seen")
			}
		}
		a, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: "before"})
		check(t, err)
		want := lookup(t, s, "before")
		if !a.ID || a.Epoch != want.Epoch || a.Since != want.Since {
			t.Errorf("got %v, want %v", a, want)
		}
	})
}

// BenchmarkReplicaSeesARevocation measures from the acknowledgement to the moment
// in which a replica refuses.
func BenchmarkReplicaSeesARevocation(b *testing.B) {
	s := newStore(b, revokesql.PostgreSQL)
	r := replicate(b, s)
	stop := make(chan struct{})
	defer close(stop)
	go func() { // checks at 50,000 a second
		for tick := time.NewTicker(time.Millisecond); ; {
			select {
			case <-stop:
				return
			case <-tick.C:
				for range 50 {
					_, _ = r.Lookup(context.Background(), store.Query{Issuer: "i", ID: "a", SessionID: "b", Subject: "c"})
				}
			}
		}
	}()
	var all []time.Duration
	for i := 0; b.Loop(); i++ {
		id := fmt.Sprint(i)
		time.Sleep(time.Duration(rand.Int64N(int64(20 * time.Millisecond)))) // so as not to follow the reads
		revokeID(b, s, id)
		begin := time.Now()
		for {
			if a, err := r.Lookup(b.Context(), store.Query{Issuer: "i", ID: id}); err == nil && a.ID {
				break
			}
			time.Sleep(200 * time.Microsecond)
		}
		all = append(all, time.Since(begin))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "ms-99%")
	b.ReportMetric(float64(all[len(all)-1].Microseconds())/1000, "ms-longest")
}

// BenchmarkRead measures what it costs the server, and the client, to tell a replica
// that nothing, or 5 or 50 entries, are new.
func BenchmarkRead(b *testing.B) {
	server := ownServer(b)
	s := &revokesql.Store{DB: server.open(b, ""), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	check(b, s.Migrate(b.Context()))
	n := 0
	for _, fresh := range []int{0, 5, 50} {
		b.Run(fmt.Sprint(fresh, " new"), func(b *testing.B) {
			_, next, _ := read(b, s, "")
			var ofServer, ofClient time.Duration
			for b.Loop() {
				var entries []store.Entry
				for range fresh {
					n++
					entries = append(entries, store.Entry{Issuer: "https://login.example", SessionID: fmt.Sprintf("Ab~f81d4fae-7dec-11d0-a765-%012x", n), Until: now() + 3600})
				}
				check(b, s.Revoke(b.Context(), now(), entries...))
				beforeServer, beforeClient := server.used(), program.ProcessorTime()
				reads := 1000
				for position := next; reads > 0; reads-- {
					page, err := s.Read(b.Context(), position)
					check(b, err)
					next = page.Next
				}
				ofServer, ofClient = ofServer+server.used()-beforeServer, ofClient+program.ProcessorTime()-beforeClient
			}
			b.ReportMetric(float64(ofServer.Microseconds())/float64(1000*b.N), "server-µs/read")
			b.ReportMetric(float64(ofClient.Microseconds())/float64(1000*b.N), "client-µs/read")
		})
	}
}

// BenchmarkManyProcesses is a server's side of 200 processes, which is a fifth of 1,000,
// while 500 sessions a second are revoked: as many replicas, each with a connection of
// its own, read every 100 ms. An iteration is 5 seconds.
func BenchmarkManyProcesses(b *testing.B) {
	server := ownServer(b, "-c", "max_connections=250", "-c", "synchronous_commit=on")
	s := &revokesql.Store{DB: server.open(b, ""), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	check(b, s.Migrate(b.Context()))
	all := make([]*revoke.Replica, 200)
	for i := range all {
		all[i] = &revoke.Replica{Interval: 100 * time.Millisecond, Remote: &revokesql.Store{DB: open(b, "pgx", server.url(), 1), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}}
		runReplica(b, all[i])
	}
	var delays []time.Duration
	before, client, begun, n := server.used(), program.ProcessorTime(), time.Now(), 0
	for b.Loop() {
		for tick := time.NewTicker(20 * time.Millisecond); n%2500 < 2490; <-tick.C {
			var entries []store.Entry
			for range 10 {
				n++
				entries = append(entries, store.Entry{Issuer: "https://login.example", SessionID: fmt.Sprintf("Ab~f81d4fae-7dec-11d0-a765-%012x", n), Until: now() + 3600})
			}
			check(b, s.Revoke(b.Context(), now(), entries...))
			if n%500 != 0 {
				continue
			}
			told := time.Now()
			for left := slices.Clone(all); len(left) > 0; time.Sleep(time.Millisecond) {
				left = slices.DeleteFunc(left, func(r *revoke.Replica) bool {
					a, err := r.Lookup(b.Context(), store.Query{Issuer: entries[9].Issuer, SessionID: entries[9].SessionID})
					if err == nil && a.SessionID {
						delays = append(delays, time.Since(told))
					}
					return err == nil && a.SessionID
				})
			}
		}
		n += 10
	}
	took := time.Since(begun).Seconds()
	slices.Sort(delays)
	b.ReportMetric(float64(n)/took, "revocations/s")
	b.ReportMetric((server.used()-before).Seconds()/took, "cores-of-the-server")
	b.ReportMetric((program.ProcessorTime()-client).Seconds()/took, "cores-of-the-replicas")
	b.ReportMetric(float64(delays[len(delays)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(delays[len(delays)*99/100].Microseconds())/1000, "ms-99%")
}

// used is the processor time of the server's processes.
func (s *server) used() (d time.Duration) {
	for _, pid := range s.processes() {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		_, fields, _ := strings.Cut(string(text), ") ")
		for i, field := range strings.Fields(fields) {
			if ticks, err := strconv.Atoi(field); err == nil && i >= 11 && i <= 12 {
				d += time.Duration(ticks) * time.Second / 100
			}
		}
	}
	return d
}
