package revoke

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
)

func TestATicketIsReadFromAWholeSessionID(t *testing.T) {
	r := newRefreshToken(ticket{group: "Ab~", epoch: "0123456789a", subject: 46})
	id := r.makeID()
	got, ok := ticketOf(id)
	assert.True(t, ok)
	assert.Equal(t, r.ticket, got)
	assert.Equal(t, "1a", id[len(id)-2:])
	for i := range len(id) {
		_, ok := ticketOf(id[:i])
		assert.Equal(t, i == len(id)-1, ok, "%q, whose number is another one, if it has one", id[:i])
	}
	for i := 1; i < len(id); i++ {
		_, ok := ticketOf(id[i:])
		assert.False(t, ok, id[i:])
	}
	_, ok = ticketOf(id[:len(id)-2] + "01a")
	assert.False(t, ok, "a number of two forms")
}

func TestATicketHasADateOf63Bits(t *testing.T) {
	got, ok := readTicket("Ab~", "0123456789a"+"1y2p0ij32e8e7")
	assert.True(t, ok)
	assert.Equal(t, jwt.NumericDate(math.MaxInt64), got.subject)
	_, ok = readTicket("Ab~", "0123456789a"+"1y2p0ij32e8e8")
	assert.False(t, ok, "more than a date has")
}

// A refresh token is new in both of its secrets, and its successor in one.
func TestRefreshTokensAreGuessedByNobody(t *testing.T) {
	one, other := newRefreshToken(ticket{group: "Ab~", epoch: "0123456789a"}), newRefreshToken(ticket{group: "Ab~", epoch: "0123456789a"})
	for _, r := range []*refreshToken{one, other} {
		assert.NotZero(t, r.handle)
		assert.NotZero(t, r.secret)
		next := r.next("nonce")
		assert.Equal(t, r.handle, next.handle)
		assert.NotZero(t, next.secret)
		assert.NotEqual(t, r.secret, next.secret)
		assert.NotEqual(t, r.next("another").secret, next.secret)
	}
	assert.NotEqual(t, one.handle, other.handle)
	assert.NotEqual(t, one.secret, other.secret)
}

// Hashes are in stores and in tokens, and must stay what they are.
func TestHashesAreWhatTheyWere(t *testing.T) {
	r := &refreshToken{ticket: ticket{group: "Ab~", epoch: "0123456789a", subject: 46}}
	for i := range r.secret {
		r.secret[i] = 1
	}
	assert.Equal(t, "bbYmtvRCpZmG4DS0FV_zpUdaVoOcz12z74kU-kvKNoI", r.hash())
	assert.Equal(t, "Vn7nkizzfKY", epochTag("epoch", "https://login.example"))
	assert.Equal(t, "Ab~8GGI1KlNdorBV38a9yTK.0123456789a1a", r.makeID())
}
