package redis_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// replicate returns a replica that runs until the test ends, once it is current.
func replicate(t testing.TB, remote store.Feed) *revoke.Replica {
	t.Helper()
	r := &revoke.Replica{Remote: remote}
	run(t, r)
	return r
}

// run runs a replica until the test ends, and returns once it is current.
func run(t testing.TB, r *revoke.Replica) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	current(t, r)
}

// current waits until the copy is of a time that is not yet.
func current(t testing.TB, r *revoke.Replica) {
	t.Helper()
	begun := time.Now()
	eventually(t, "the replica to be current", func() bool { at, err := r.AsOf(); return at.After(begun) && err == nil })
}

// soonWant waits for what becomes of a token. A busy machine may leave it undecided.
func soonWant(t testing.TB, w *world, when, token, want string) {
	t.Helper()
	got := "undecided"
	eventually(t, when+": "+want, func() bool { got = w.verify(t.Context(), token); return got != "undecided" })
	if got != want {
		t.Errorf("%s: got %s, want %s", when, got, want)
	}
}

// Revocations are seen by replicas, and nothing is forgotten that the store knows.
func TestReplicaOfAServer(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		c := start(t, program).client()
		testReplica(t, c)
	})
}

func TestReplicaOfACluster(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		_, c := cluster(t, program, 3)
		testReplica(t, c)
	})
}

func testReplica(t *testing.T, client redis.UniversalClient) {
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	p := newPast(t, keep)
	r := replicate(t, &revokeredis.Store{Client: client, Timeout: time.Minute})
	api := newWorld(t, r) // another service, which only verifies
	api.want(t, "by a replica", p.good.Access, "accepted")
	api.want(t, "by a replica", p.bad.Access, "revoked")
	for i := range 20 {
		user := fmt.Sprint("user-", i)
		tokens := p.begin(t, user)
		api.want(t, "a new session", tokens.Access, "accepted")
		if i%2 == 0 {
			p.end(t, tokens)
		} else {
			check(t, p.sessions.EndAll(t.Context(), user))
		}
		eventually(t, "the revocation to be seen", func() bool { return api.verify(t.Context(), tokens.Access) == "revoked" })
	}
	api.want(t, "afterwards", p.good.Access, "accepted")
}

// A service that is cut off from the server accepts nothing any more when its copy is
// older than MaxAge, and goes on when the network is back.
func TestReplicaThatIsCutOff(t *testing.T) {
	for name, fault := range map[string]func(t *testing.T, s *server, p *proxy, cut bool){
		"by the network": func(_ *testing.T, _ *server, p *proxy, cut bool) { p.deaf.Store(cut) },
		"by the server, which stands still": func(t *testing.T, s *server, _ *proxy, cut bool) {
			s.pause(cut)
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, program string) {
				t.Parallel()
				s := start(t, program)
				p := newPast(t, &revokeredis.Store{Client: s.client(), Timeout: time.Minute})
				between := newProxy(t, s)
				api := newWorld(t, replicate(t, &revokeredis.Store{Client: s.client(impatient, func(o *redis.Options) { o.Addr = between.addr }), Timeout: 2 * time.Second}))
				soonWant(t, api, "before", p.good.Access, "accepted")
				fault(t, s, between, true)
				revoked := make(chan error, 1)
				begun := time.Now()
				go func() { revoked <- p.sessions.End(context.Background(), p.good.Refresh) }()
				eventually(t, "the copy to be too old", func() bool { return api.verify(t.Context(), p.good.Access) == "undecided" })
				if d := time.Since(begun); d > 30*time.Second {
					t.Errorf("the token was accepted for %v, want some 2 s", d)
				}
				for range 5 {
					api.want(t, "cut off", p.good.Access, "undecided")
				}
				fault(t, s, between, false)
				check(t, <-revoked)
				eventually(t, "the replica to go on", func() bool { return api.verify(t.Context(), p.good.Access) == "revoked" })
				r := api.list.Store.(*revoke.Replica)
				current(t, r)
				later := p.begin(t, "alice")
				soonWant(t, api, "what comes after", later.Access, "accepted")
			})
		})
	}
}

// Whatever becomes of the server, no service with a replica accepts what was revoked
// before it.
func TestReplicaOfAServerThatLosesItsMemory(t *testing.T) {
	for name, row := range map[string]struct {
		args []string
		lose func(s *server)
		want string
	}{
		"nothing is lost":  {always, func(s *server) { s.kill(); s.run() }, "accepted"},
		"all is lost":      {nil, func(s *server) { s.kill(); s.run() }, "forgotten"},
		"all is deleted":   {nil, func(s *server) { s.do("FLUSHALL") }, "forgotten"},
		"it ends, and not": {always, func(s *server) { s.shutdown(); s.run() }, "accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, program string) {
				t.Parallel()
				s := start(t, program, row.args...)
				keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
				check(t, keep.Ping(t.Context()))
				p := newPast(t, keep)
				r := replicate(t, keep)
				api := newWorld(t, r)
				api.want(t, "before", p.good.Access, "accepted")
				row.lose(s)
				eventually(t, "the memory to go on", func() bool { _, err := keep.Lookup(t.Context(), store.Query{}); return err == nil })
				current(t, r)
				api.want(t, "a good token afterwards", p.good.Access, row.want)
				if got := api.verify(t.Context(), p.bad.Access); got != "revoked" && got != "forgotten" {
					t.Errorf("a revoked token afterwards: got %s", got)
				}
				p.check(t, "afterwards", row.want)
				later := p.begin(t, "bob")
				api.want(t, "what comes after", later.Access, "accepted")
				p.end(t, later)
				eventually(t, "the revocation to be seen", func() bool { return api.verify(t.Context(), later.Access) == "revoked" })
			})
		})
	}
}

// A replica of a cluster goes on when parts have moved, and when a node has lost its
// own.
func TestReplicaOfAClusterThatChanges(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		servers, client := cluster(t, program, 4)
		keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
		check(t, keep.Ping(t.Context()))
		r := replicate(t, keep)
		c := newCrowd(t, keep, 40)
		api := newWorld(t, r)
		same := func(when string) {
			t.Helper()
			current(t, r)
			for i, tokens := range c.tokens {
				api.want(t, when, tokens.Access, []string{"accepted", "revoked"}[i%2])
			}
		}
		same("before")
		for i, from := range servers[:3] {
			move(t, from, servers[3], slotsWithKeys(t, from)[20*(i+1):])
		}
		same("after parts were moved")
		servers[3].kill()
		servers[3].run()
		eventually(t, "the cluster", func() bool { return ready(servers) })
		current(t, r)
		count := make(map[string]int)
		for i, tokens := range c.tokens {
			got := api.verify(t.Context(), tokens.Access)
			if want := c.verify(t.Context(), tokens.Access); got != want && (got != "revoked" || want != "forgotten") {
				t.Errorf("after a node lost its memory: token %d: got %s, want %s as the store says", i, got, want)
			}
			count[fmt.Sprint(i%2, got)]++
		}
		if count["0accepted"] == 0 || count["0forgotten"] == 0 || count["1accepted"] > 0 {
			t.Errorf("after a node lost its memory: got %v, want a part of those that are good forgotten", count)
		}
		for i := range 10 {
			later := c.begin(t, fmt.Sprint("later-", i))
			api.want(t, "what comes after", later.Access, "accepted")
			c.end(t, later)
			eventually(t, "the revocation to be seen", func() bool { return api.verify(t.Context(), later.Access) == "revoked" })
		}
	})
}
