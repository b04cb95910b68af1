package revoke

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A token used within the grace brings the current one, or nothing.
func TestAUsedTokenLeadsToTheCurrentOne(t *testing.T) {
	const grace = 10 * time.Second
	now := time.Unix(1795521600, 0)
	of := func() (first, current *refreshToken, s *state) {
		first = newRefreshToken(ticket{group: "Ab~", epoch: "0123456789a"})
		s = &state{Current: first.hash()}
		current = first
		for range 3 {
			current = s.successor(current, now, grace)
			require.NotNil(t, current)
		}
		return first, current, s
	}
	first, current, s := of()
	got := s.successor(first, now, grace)
	require.NotNil(t, got)
	assert.Equal(t, current.hash(), got.hash())
	for i := range 3 {
		first, _, s := of()
		s.Used[i].Nonce += "x"
		assert.Nil(t, s.successor(first, now, grace), "with another nonce of use %d", i)
	}
	first, current, s = of()
	s.Used[1].At += 2 * time.Minute.Milliseconds() // by a clock that was ahead
	got = s.successor(first, now, grace)
	require.NotNil(t, got)
	assert.Equal(t, current.hash(), got.hash())
	first, _, s = of()
	s.Used = s.Used[:2]
	assert.Nil(t, s.successor(first, now, grace), "without the last use")
}

// Without a grace, none of the tokens used before is kept, however short ago.
func TestUsesAreKeptForTheGrace(t *testing.T) {
	now := time.Unix(1795521600, 0)
	for grace, want := range map[time.Duration]int{-1: 0, 0: 0, 1: 2, time.Second: 2} {
		r := newRefreshToken(ticket{group: "Ab~", epoch: "0123456789a"})
		s := &state{Current: r.hash(), Used: []used{{Hash: "h", At: now.UnixMilli(), Nonce: "n"}}}
		next := s.rotate(r, now, grace)
		assert.Len(t, s.Used, want, grace)
		assert.Equal(t, next.hash(), s.Current)
	}
	s := &state{Used: []used{{At: now.UnixMilli() - 1001}, {At: now.UnixMilli() - 1000}}}
	s.rotate(newRefreshToken(ticket{group: "Ab~", epoch: "0123456789a"}), now, time.Second)
	assert.Len(t, s.Used, 2, "that of a second ago, and this one")
}
