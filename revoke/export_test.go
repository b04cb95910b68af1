package revoke

import (
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// RaceEnabled reports whether the race detector slows everything down.
const RaceEnabled = raceEnabled

// NewMemorySince returns a Memory that began at a time, by its own clock, too.
func NewMemorySince(t time.Time, capacity int) *Memory {
	m := NewMemory(capacity)
	m.base, m.since = jwt.NewNumericDate(t), jwt.NewNumericDate(t)
	return m
}
