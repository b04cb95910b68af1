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
	first, _, s = of()
	s.Used = s.Used[:2]
	assert.Nil(t, s.successor(first, now, grace), "without the last use")
}
