package jwt

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The working space of usual tokens is used again, up to 256 KiB of it.
func TestBuffersOfUsualSizeAreKept(t *testing.T) {
	const quarter = 64 << 10
	b := &buffer{token: make([]byte, quarter), header: make([]byte, quarter), payload: make([]byte, quarter), sig: make([]byte, quarter)}
	assert.True(t, b.isKept())
	for _, part := range []*[]byte{&b.token, &b.header, &b.payload, &b.sig} {
		*part = make([]byte, quarter+1)
		assert.False(t, b.isKept())
		*part = make([]byte, quarter)
	}
}
