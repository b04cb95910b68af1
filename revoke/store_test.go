package revoke_test

import (
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
)

func TestMemoryIsAStore(t *testing.T) {
	revoketest.TestStore(t, func(t *testing.T) (one, other revoke.SessionStore) {
		m := revoke.NewMemory(time.Now(), 0)
		return m, m
	})
}
