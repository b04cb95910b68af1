package jwthttp

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAddressThatIsNoneIsNotAskedFor(t *testing.T) {
	got, err := new(source).request(t.Context(), "https://login.example/%zz", "")
	assert.ErrorContains(t, err, "invalid URL escape")
	assert.Nil(t, got)
}

// Neither a clock that is set back nor a machine that sleeps makes keys younger.
func TestElapsedIsWhatTheClockThatGoesOnSays(t *testing.T) {
	// The two readings of a time cannot be set apart from outside.
	type layout struct {
		wall uint64 // seconds from bit 30 on
		ext  int64  // monotonic
		loc  *time.Location
	}
	require.Equal(t, unsafe.Sizeof(layout{}), unsafe.Sizeof(time.Time{}))
	from := time.Now()
	at := func(wall, monotonic time.Duration) time.Time {
		to := from
		raw := (*layout)(unsafe.Pointer(&to))
		raw.wall += uint64(wall/time.Second) << 30
		raw.ext += int64(monotonic)
		require.Equal(t, monotonic, to.Sub(from))
		require.Equal(t, wall, to.Round(0).Sub(from.Round(0)))
		return to
	}
	assert.Equal(t, time.Hour, elapsed(from, at(time.Hour, time.Hour)))
	assert.Equal(t, time.Hour, elapsed(from, at(time.Hour, time.Minute)), "slept")
	assert.Equal(t, time.Minute, elapsed(from, at(-time.Hour, time.Minute)), "set back")
}
