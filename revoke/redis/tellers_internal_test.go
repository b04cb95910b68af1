package redis

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
)

// clusterOf returns a client of a cluster of two imagined servers, and counts how often
// it asks which slots they have.
func clusterOf(t *testing.T, answer imagined, lost error) (c *redis.ClusterClient, asked *atomic.Int64) {
	asked = new(atomic.Int64)
	c = redis.NewClusterClient(&redis.ClusterOptions{
		ContextTimeoutEnabled: true,
		ClusterSlots: func(context.Context) ([]redis.ClusterSlot, error) {
			asked.Add(1)
			return []redis.ClusterSlot{
				{Start: 0, End: 8191, Nodes: []redis.ClusterNode{{Addr: "127.0.0.1:1"}}},
				{Start: 8192, End: 16383, Nodes: []redis.ClusterNode{{Addr: "127.0.0.1:2"}}},
			}, lost
		},
		NewClient: func(o *redis.Options) *redis.Client {
			node := redis.NewClient(o)
			node.AddHook(answer)
			return node
		},
	})
	t.Cleanup(func() { c.Close() })
	return c, asked
}

// Each part is asked of the server that has it.
func TestATellerHasTheSlotsOfItsParts(t *testing.T) {
	client, _ := clusterOf(t, nil, nil)
	c := conn{client: client, prefix: "jwt"}
	all, err := c.tellers(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("got %d tellers, %v, want one for each server", len(all), err)
	}
	var seen []int
	for _, teller := range all {
		if !slices.IsSorted(teller.parts) {
			t.Errorf("got the parts %v", teller.parts)
		}
		for _, part := range teller.parts {
			if node, err := client.MasterForKey(t.Context(), c.mark(partTag(byte(part)))); err != nil || node != teller.client {
				t.Errorf("part %d is asked of another server, %v", part, err)
			}
			seen = append(seen, part)
		}
	}
	slices.Sort(seen)
	if len(seen) != parts || len(slices.Compact(seen)) != parts {
		t.Errorf("got %d parts, want each once", len(seen))
	}
	client, _ = clusterOf(t, nil, errors.New("nobody is there"))
	c.client = client
	if _, err := c.tellers(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "revoke/redis: ") || !strings.Contains(err.Error(), "nobody is there") {
		t.Errorf("got %v, want an error", err)
	}
}

// Where a part has been moved, its server is looked for again.
func TestAPartThatWasMovedIsLookedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, asked := clusterOf(t, func(redis.Cmder) error { return errors.New("MOVED 1 127.0.0.1:3") }, nil)
		if _, err := (&Store{Client: client}).Read(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "MOVED") {
			t.Errorf("got %v, want the server's error", err)
		}
		time.Sleep(time.Minute) // by the bubble's clock: the client asks at once, and then rests
		if n := asked.Load(); n != 2 {
			t.Errorf("got %d questions which server has what, want another one", n)
		}
	})
}
