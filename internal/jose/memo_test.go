package jose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOneHeaderIsKnown(t *testing.T) {
	var m Memo[Header]
	known := func(encoded string) (Header, bool) { return m.Header([]byte(encoded)) }
	_, ok := known("")
	assert.False(t, ok, "nothing is known")
	_, ok = m.Encoded(Header{})
	assert.False(t, ok, "nothing is known")

	text := []byte("abc")
	m.Keep(text, Header{Algorithm: "A"})
	copy(text, "xyz") // which is its own
	h, ok := known("abc")
	assert.True(t, ok)
	assert.Equal(t, Header{Algorithm: "A"}, h)
	for _, other := range []string{"", "ab", "abcd", "abd", "xyz"} {
		h, ok = known(other)
		assert.False(t, ok, other)
		assert.Zero(t, h)
	}

	encoded, ok := m.Encoded(Header{Algorithm: "A"})
	assert.True(t, ok)
	assert.Equal(t, "abc", string(encoded))
	for _, other := range []Header{{}, {Algorithm: "B"}, {Algorithm: "A", KeyID: "k"}} {
		_, ok = m.Encoded(other)
		assert.False(t, ok)
	}

	m.Keep([]byte("abc"), Header{Algorithm: "B"})
	h, _ = known("abc")
	assert.Equal(t, Header{Algorithm: "A"}, h, "known already")
	m.Keep([]byte("de"), Header{Algorithm: "B"})
	h, ok = known("de")
	assert.True(t, ok)
	assert.Equal(t, Header{Algorithm: "B"}, h)
	_, ok = known("abc")
	assert.False(t, ok, "only the last one is known")
}

func TestLargeHeadersAreNotKept(t *testing.T) {
	var m Memo[Header]
	large := strings.Repeat("x", 513)
	m.Keep([]byte(large), Header{Algorithm: "A"})
	_, ok := m.Header([]byte(large))
	assert.False(t, ok)
	m.Keep([]byte(large[:512]), Header{Algorithm: "A"})
	_, ok = m.Header([]byte(large[:512]))
	assert.True(t, ok)
}
