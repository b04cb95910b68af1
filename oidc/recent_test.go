package oidc

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheLastTextsAreRemembered(t *testing.T) {
	var r recent
	assert.False(t, r.has("0"))
	const all = 2*maxRecent + 3 // the ring is full twice
	for i := range all {
		r.add(strconv.Itoa(i))
		r.add(strconv.Itoa(i)) // again takes no room
		assert.True(t, r.has(strconv.Itoa(i)))
	}
	for i := range all {
		assert.Equal(t, i >= all-maxRecent, r.has(strconv.Itoa(i)), i)
	}
	assert.Len(t, r.hashes, 1024)
	assert.Len(t, r.order, maxRecent)
}
