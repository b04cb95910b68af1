package redis_test

import (
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"

	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// empty returns a function that gives out pairs of stores over new parts of the
// server's memory.
func empty(client func() redis.UniversalClient) func(t *testing.T) (one, other store.Store) {
	n := 0
	return func(t *testing.T) (one, other store.Store) {
		n++
		prefix := fmt.Sprint("test", n)
		return &revokeredis.Store{Client: client(), Prefix: prefix}, &revokeredis.Store{Client: client(), Prefix: prefix}
	}
}

func TestStoreIsAStore(t *testing.T) {
	s := start(t)
	revoketest.TestStore(t, empty(func() redis.UniversalClient { return s.client() }))
}

func TestStoreIsAStoreInACluster(t *testing.T) {
	_, c := cluster(t)
	revoketest.TestStore(t, empty(func() redis.UniversalClient { return c }))
}
