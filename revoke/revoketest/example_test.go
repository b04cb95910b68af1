package revoketest_test

import (
	"testing"

	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// The test of a store that all instances of a service share.
func ExampleTestStore() {
	_ = func(t *testing.T) { // func TestMyStore(t *testing.T)
		revoketest.TestStore(t, func(t *testing.T) (one, other store.Store) {
			empty := revoke.NewMemory(0) // in its place, a store of your own
			return empty, empty
		})
	}
}
