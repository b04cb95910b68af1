package errortest_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/internal/errortest"
)

// recorder is a testing.TB that keeps what is reported.
type recorder struct {
	testing.TB
	helper  bool
	reports []string
}

func (r *recorder) Helper() { r.helper = true }

func (r *recorder) Errorf(format string, args ...any) {
	r.reports = append(r.reports, fmt.Sprintf(format, args...))
}

func TestRowsWithAnotherTextAreReported(t *testing.T) {
	var r recorder
	errortest.Texts(&r, []errortest.Row{{errors.New("a"), "a"}, {errors.New("b"), "c"}, {nil, "d"}})
	assert.Equal(t, []string{"row 1:\n got: b\nwant: c", "row 2: got no error, want: d"}, r.reports)
	assert.True(t, r.helper)
}

func TestWhatIsBesideAnErrorIsZero(t *testing.T) {
	down := errors.New("down")
	assert.Same(t, down, errortest.Of("", down))
	assert.NoError(t, errortest.Of("text", nil))
	err := errortest.Of("text", down)
	assert.EqualError(t, err, "down, and beside it text")
	assert.ErrorIs(t, err, down)
}
