package redis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
)

// A crowd is a service with sessions of many subjects, of which every other one
// has ended.
type crowd struct {
	*world
	tokens []revoke.Tokens
}

func newCrowd(t *testing.T, keep *revokeredis.Store, n int) *crowd {
	c := &crowd{world: newWorld(t, keep)}
	for i := range n {
		c.tokens = append(c.tokens, c.begin(t, fmt.Sprint("user-", i)))
		if i%2 == 1 {
			c.end(t, c.tokens[i])
		}
	}
	return c
}

// count counts what becomes of the tokens, and of the refresh tokens.
func (c *crowd) count(t *testing.T) map[string]int {
	count := make(map[string]int)
	for i, tokens := range c.tokens {
		for what, ask := range map[string]func() string{
			"token":   func() string { return c.verify(t.Context(), tokens.Access) },
			"session": func() string { return c.refresh(t.Context(), tokens.Refresh) },
		} {
			var answer string
			eventually(t, "an answer", func() bool { answer = ask(); return answer != "undecided" }) // the client may be finding its way
			count[fmt.Sprint([]string{"good", "ended"}[i%2], " ", what, " ", answer)]++
		}
	}
	return count
}

// The loss of one node of a cluster is the loss of its part of the names.
func TestANodeOfAClusterThatIsLost(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		servers, client := cluster(t, program, 3)
		keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
		check(t, keep.Ping(t.Context()))
		c := newCrowd(t, keep, 60)
		servers[1].kill()
		servers[1].run()
		eventually(t, "the cluster", func() bool { return ready(servers) })
		count := c.count(t)
		for answer, n := range count {
			switch answer {
			case "good token accepted", "good token forgotten", "good session accepted", "good session forgotten":
			case "ended token revoked", "ended token forgotten", "ended session revoked", "ended session forgotten":
			default:
				t.Errorf("got %d times %s", n, answer)
			}
		}
		// Two thirds of the subjects are on the other nodes.
		if count["good token accepted"] == 0 || count["good token forgotten"] == 0 || count["good token accepted"] != count["good session accepted"] {
			t.Errorf("got %v, want some of each that is right", count)
		}
		for i := range 20 { // of all parts, at once
			later := c.begin(t, fmt.Sprint("later-", i))
			c.want(t, "what comes after", later.Access, "accepted")
		}
	})
}

// Slots that move take with them what is known.
func TestSlotsThatMoveLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		servers, client := cluster(t, program, 4)
		keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
		c := newCrowd(t, keep, 60)
		to := servers[3] // which is new, and empty
		for _, from := range servers[:3] {
			var some []int
			for i, slot := range slotsWithKeys(t, from) {
				if i%2 == 0 {
					some = append(some, slot)
				}
			}
			move(t, from, to, some)
		}
		count := c.count(t)
		if count["good token accepted"] != 30 || count["good session accepted"] != 30 || count["ended token revoked"] != 30 || count["ended session revoked"] != 30 {
			t.Errorf("got %v, want nothing lost", count)
		}
		check(t, keep.Ping(t.Context()))
		to.kill() // and now what was moved is lost
		to.run()
		eventually(t, "the cluster", func() bool { return ready(servers) })
		if count = c.count(t); count["good token forgotten"] == 0 || count["ended token accepted"] > 0 || count["ended session accepted"] > 0 {
			t.Errorf("got %v after the loss of the node, want some forgotten", count)
		}
	})
}

// move moves slots with all their keys.
func move(t *testing.T, from, to *server, slots []int) {
	t.Helper()
	old, id := from.do("CLUSTER MYID").(string), to.do("CLUSTER MYID").(string)
	for _, slot := range slots {
		to.do(fmt.Sprintf("CLUSTER SETSLOT %d IMPORTING %s", slot, old))
		from.do(fmt.Sprintf("CLUSTER SETSLOT %d MIGRATING %s", slot, id))
		for _, key := range from.do(fmt.Sprintf("CLUSTER GETKEYSINSLOT %d 1000", slot)).([]any) {
			from.do("MIGRATE " + to.host() + " " + key.(string) + " 0 60000")
		}
		for _, s := range []*server{to, from} {
			s.do(fmt.Sprintf("CLUSTER SETSLOT %d NODE %s", slot, id))
		}
	}
}

// slotsWithKeys returns the slots of a server that have any, in their order.
func slotsWithKeys(t *testing.T, s *server) []int {
	t.Helper()
	c := s.client()
	seen := make(map[int]bool)
	var slots []int
	for _, key := range c.Keys(t.Context(), "*").Val() {
		if slot := int(c.ClusterKeySlot(t.Context(), key).Val()); !seen[slot] {
			seen[slot] = true
			slots = append(slots, slot)
		}
	}
	if len(slots) == 0 {
		t.Fatal("a server of the cluster has no keys")
	}
	slices.Sort(slots)
	return slots
}

// What is asked for one token is on one node, if Sessions have issued it.
func TestATokenIsOnOneNode(t *testing.T) {
	_, client := cluster(t, programs[0], 3)
	count := new(sent)
	client.OnNewNode(func(node *redis.Client) { node.AddHook(count) })
	w := newWorld(t, &revokeredis.Store{Client: client, Timeout: time.Minute})
	for i := range 20 {
		tokens := w.begin(t, fmt.Sprint("user-", i))
		before := count.commands.Load()
		w.want(t, "asked", tokens.Access, "accepted")
		if n := count.commands.Load() - before; n != 1 {
			t.Errorf("got %d commands for a token, want 1", n)
		}
	}
}

func TestPingOfAClusterFindsOneNodeThatEvicts(t *testing.T) {
	servers, client := cluster(t, programs[0], 3)
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	check(t, keep.Ping(t.Context()))
	servers[2].do("CONFIG SET maxmemory-policy allkeys-lru")
	if err := keep.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "evicts") {
		t.Errorf("got %v, want it found", err)
	}
}
