package revoke_test

import (
	"testing"

	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func TestMemoryIsAStore(t *testing.T) {
	revoketest.TestStore(t, func(*testing.T) (one, other store.Store) {
		m := revoke.NewMemory(0)
		return m, m
	})
}

func TestReplicaIsAStore(t *testing.T) {
	revoketest.TestStore(t, func(t *testing.T) (one, other store.Store) {
		r := revoke.NewRunningReplica(t)
		return r, r
	})
}
