package jose

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLimits(t *testing.T) {
	assert.Equal(t, 65536, MaxSize(0))
	assert.Equal(t, 1, MaxSize(1))
	assert.Equal(t, 1<<20, MaxSize(1<<20))
	assert.Equal(t, 16384, MaxHeaderSize)
	assert.Equal(t, 8, MaxTried)
	assert.Equal(t, "65537 bytes, want at most 65536", TooLarge(65537, DefaultMaxSize))
}
