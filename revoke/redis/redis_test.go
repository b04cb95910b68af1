package redis_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// empty returns a function that gives out pairs of stores over new parts of the
// server's memory.
func empty(client func() redis.UniversalClient) func(t *testing.T) (one, other store.Store) {
	var n atomic.Int64
	return func(t *testing.T) (one, other store.Store) {
		prefix := fmt.Sprint("test", n.Add(1))
		return &revokeredis.Store{Client: client(), Prefix: prefix, Timeout: time.Minute}, &revokeredis.Store{Client: client(), Prefix: prefix, Timeout: time.Minute}
	}
}

func TestStoreIsAStore(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		c := start(t, program).client()
		revoketest.TestStore(t, empty(func() redis.UniversalClient { return c }))
	})
}

func TestStoreIsAStoreInACluster(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		_, c := cluster(t, program, 3)
		revoketest.TestStore(t, empty(func() redis.UniversalClient { return c }))
	})
}
