package revoketest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/revoke"
)

// A game with a seed is the same each time.
func TestGamesAreTheSameEachTime(t *testing.T) {
	for seed, want := range []map[string]int{
		{"accepted": 269, "back": 12, "begun": 227, "ended": 46, "expired": 167, "grace": 19, "in the future": 42, "refresh expired": 24, "refresh revoked": 76, "refreshed": 258, "reused": 8, "revoked by jti": 12, "revoked by sid": 47, "revoked by sub": 1},
		{"accepted": 204, "back": 10, "begun": 199, "ended": 46, "expired": 242, "grace": 11, "in the future": 22, "refresh expired": 51, "refresh revoked": 89, "refreshed": 227, "reused": 16, "revoked by jti": 4, "revoked by sid": 57, "revoked by sub": 9},
		{"accepted": 212, "back": 19, "begun": 214, "ended": 51, "expired": 203, "grace": 17, "in the future": 42, "refresh expired": 40, "refresh revoked": 63, "refreshed": 212, "reused": 9, "revoked by jti": 18, "revoked by sid": 62},
		{"accepted": 221, "back": 16, "begun": 212, "ended": 51, "expired": 233, "grace": 12, "in the future": 23, "refresh expired": 25, "refresh revoked": 59, "refreshed": 223, "reused": 15, "revoked by jti": 4, "revoked by sid": 60, "revoked by sub": 2},
	} {
		seen := make(map[string]int)
		keep := revoke.NewMemory(0)
		play(t, uint64(seed), keep, keep, seen)
		assert.Equal(t, want, seen, "seed %d", seed)
	}
}
