package revoke

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A subject is in the memory for as long as it has a session.
func TestASubjectWhoseSessionsHaveEndedTakesNoRoom(t *testing.T) {
	m := NewMemory(0)
	now := m.since
	const sessions = 3
	for i := range sessions {
		ok, _, err := m.Swap(t.Context(), now, store.Change{Issuer: "i", SessionID: fmt.Sprint(i), Subject: "alice", New: fmt.Sprint("state ", i), Until: now + 100})
		require.NoError(t, err)
		require.True(t, ok)
	}
	for i := range sessions {
		require.NoError(t, m.Revoke(t.Context(), now, store.Entry{Issuer: "i", SessionID: fmt.Sprint(i), Until: now + 100}))
		states, err := m.List(t.Context(), "i", "alice")
		require.NoError(t, err)
		assert.Len(t, states, sessions-1-i)
		assert.Equal(t, min(1, sessions-1-i), m.subjects.used, "with %d sessions", sessions-1-i)
	}
}
