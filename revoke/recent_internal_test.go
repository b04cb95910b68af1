package revoke

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A store without an Epoch must remember everything.
func TestAnswersSaySinceWhenTheyAre(t *testing.T) {
	for a, ok := range map[store.Answer]bool{{}: false, {Since: -1}: false, {Since: 1}: true, {Since: 2}: false, {Since: 2, Epoch: "e"}: true, {Epoch: "e"}: false} {
		assert.Equal(t, ok, known(a) == nil, "%+v", a)
	}
}

func TestAStateWithASubjectThatIsNoTextIsNotStored(t *testing.T) {
	text, err := (&state{Subject: "\xff"}).encode()
	assert.ErrorContains(t, err, "revoke: session: ")
	assert.Empty(t, text)
}

func TestRecentStatesAreTakenOnce(t *testing.T) {
	var r recentStates
	assert.Empty(t, r.take("i", "s"))
	r.put("i", "s", "one")
	r.put("i", "s", "two")
	assert.Empty(t, r.take("i", "other"))
	assert.Empty(t, r.take("other", "s"))
	assert.Equal(t, "two", r.take("i", "s"))
	assert.Empty(t, r.take("i", "s"))
	assert.Zero(t, r.size)
}

// What is remembered is only tried.
func TestAStateThatIsNoneIsNotTried(t *testing.T) {
	s := &Sessions{DenyList: new(DenyList), Issuer: "i"}
	token := newRefreshToken(ticket{group: "Ab~", epoch: "0123456789a"})
	s.DenyList.recent.put("i", token.sessionID(), "x")
	tokens, done, err := s.refreshRecent(t.Context(), nil, token)
	assert.NoError(t, err)
	assert.False(t, done)
	assert.Zero(t, tokens)
}

func TestRecentStatesAreBounded(t *testing.T) {
	var r recentStates
	const each = 1 << 20
	assert.Equal(t, 16*each, maxRecent, "as documented")
	text := strings.Repeat("x", each-recentRoom)
	for i := range maxRecent / 2 / each {
		r.put("i", strconv.Itoa(i), text)
	}
	assert.Empty(t, r.old, "half of the room is filled exactly")
	assert.Equal(t, maxRecent/2, r.size)

	r.put("i", "0", text)
	assert.Empty(t, r.old, "one in the place of another takes no more room")
	r.put("i", "more", "x")
	assert.Len(t, r.old, maxRecent/2/each)
	assert.Equal(t, 1+recentRoom, r.size)
	assert.Equal(t, text, r.take("i", "1"), "the old ones are still there")
	r.put("i", "2", "y")
	assert.Len(t, r.old, maxRecent/2/each-2)
	assert.Equal(t, 2+2*recentRoom, r.size)

	for i := range maxRecent / 2 / each {
		r.put("i", "next "+strconv.Itoa(i), text)
	}
	assert.Empty(t, r.take("i", "3"), "those before the last half are forgotten")
	assert.Equal(t, "x", r.take("i", "more"))
	kept := r.size
	for _, text := range r.old {
		kept += len(text) + recentRoom
	}
	assert.LessOrEqual(t, kept, maxRecent)
}
