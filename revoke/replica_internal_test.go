package revoke

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func TestReplicasHaveRoomForTenMillionEntries(t *testing.T) {
	for capacity, want := range map[int]int{0: 10_000_000, 7: 7} {
		table, err := (&Replica{Remote: struct{ store.Feed }{}, Capacity: capacity}).ready()
		require.NoError(t, err)
		assert.Equal(t, want, table.capacity)
	}
}

func TestAQueryIsShortIfAllNamesAre(t *testing.T) {
	assert.True(t, isShort(&store.Query{Issuer: "i", ID: "a", SessionID: "b", Subject: "c"}))
	long := strings.Repeat("x", 201)
	for _, q := range []store.Query{{Issuer: long}, {ID: long}, {SessionID: long}, {Subject: long}} {
		assert.False(t, isShort(&q), "%.40v", q)
	}
}
