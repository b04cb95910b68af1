package errortest_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/internal/errortest"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
)

func TestRowsWithAnotherTextAreReported(t *testing.T) {
	lines := reported.By(t, func(t testing.TB) {
		errortest.Texts(t, []errortest.Row{{errors.New("a"), "a"}, {errors.New("b"), "c"}, {nil, "d"}})
	})
	assert.Equal(t, []string{"row 1:\n got: b\nwant: c", "row 2: got no error, want: d"}, lines)
}

func TestWhatIsBesideAnErrorIsZero(t *testing.T) {
	down := errors.New("down")
	assert.Same(t, down, errortest.Of("", down))
	assert.NoError(t, errortest.Of("text", nil))
	err := errortest.Of("text", down)
	assert.EqualError(t, err, "down, and beside it text")
	assert.ErrorIs(t, err, down)
}
