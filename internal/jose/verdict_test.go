package jose

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A refusal is an error of the kind that refuses a token.
type refusal struct{ reason error }

func (r *refusal) Error() string { return "refused: " + r.reason.Error() }
func (r *refusal) Unwrap() error { return r.reason }

// equal is an error that says itself what it is.
type equal struct {
	to    error
	inner error
}

func (e equal) Error() string        { return "equal to " + e.to.Error() }
func (e equal) Is(target error) bool { return target == e.to }
func (e equal) Unwrap() error        { return e.inner }

// slice is an error that cannot be compared.
type slice []string

func (slice) Error() string { return "slice" }

const no, other Reason = "no", "another reason"

var errDown = errors.New("down")

func TestOnlyNoIsNo(t *testing.T) {
	for _, row := range []struct {
		err  error
		want bool
	}{
		{no, true},
		{fmt.Errorf("HSM: %w", no), true},
		{fmt.Errorf("KMS: %w", fmt.Errorf("HSM: %w", no)), true},
		{errors.Join(no), true},
		{errors.Join(no, no), true},
		{errors.Join(nil, fmt.Errorf("HSM: %w", no)), true},
		{equal{to: no}, true},
		{fmt.Errorf("%w: %w", no, no), true},

		{errDown, false},
		{other, false},
		{slice{}, false},
		{fmt.Errorf("HSM: %v", no), false},
		{errors.Join(no, errDown), false},
		{errors.Join(errDown, no), false},
		{errors.Join(no, other), false},
		{fmt.Errorf("%w: %w", no, context.Canceled), false},
		{fmt.Errorf("HSM: %w", errors.Join(no, errDown)), false},
		{errors.Join(no, errors.Join(no, errDown)), false},
		{equal{to: no, inner: errDown}, false},
		{equal{to: errDown, inner: no}, true},
		{fmt.Errorf("HSM: %w", nil), false},
		{many{}, false},
		{many{nil}, false},
		{many{nil, no}, true},
		{many{no, nil}, true},

		{&refusal{no}, false},
		{fmt.Errorf("HSM: %w", &refusal{no}), false},
		{errors.Join(no, &refusal{no}), false},
	} {
		assert.Equal(t, row.want, Says[*refusal](row.err, no), "%v", row.err)
	}
}

// many is an error of several, some of which may be nil.
type many []error

func (many) Error() string     { return "many" }
func (m many) Unwrap() []error { return m }

func TestAnUndecidedErrorContainsNoRefusal(t *testing.T) {
	cause := &cause{"gone"}
	inner := &refusal{no}
	err := Undecided[*refusal]("verifying", errors.Join(inner, fmt.Errorf("HSM: %w", other), cause, context.Canceled))
	assert.EqualError(t, err, "verifying: refused: no; HSM: another reason; gone; context canceled")
	assert.NotErrorIs(t, err, no)
	assert.NotErrorIs(t, err, other)
	assert.NotErrorIs(t, err, inner)
	assert.NotErrorIs(t, err, errDown)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, cause)
	var refused *refusal
	assert.False(t, errors.As(err, &refused))
	var reason Reason
	assert.False(t, errors.As(err, &reason))
	var found *gone
	assert.False(t, errors.As(err, &found))
	assert.ErrorAs(t, err, &cause)
	assert.NoError(t, errors.Unwrap(err))
	assert.ErrorIs(t, err, err)
}

type cause struct{ text string }

func (c *cause) Error() string { return c.text }

type gone struct{ cause }

func TestARefusalIsNotJoinedWithAnotherError(t *testing.T) {
	refused := &refusal{no}
	for _, row := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errDown, false},
		{no, false},
		{refused, true},
		{fmt.Errorf("token: %w", refused), true},
		{fmt.Errorf("token: %w", errDown), false},
		{equal{to: no}, false},
		{errors.Join(refused), true},
		{errors.Join(refused, refused), true},
		{errors.Join(refused, nil, fmt.Errorf("other: %w", refused)), true},
		{errors.Join(refused, errDown), false},
		{errors.Join(errDown, refused), false},
		{fmt.Errorf("%w: %w", refused, context.DeadlineExceeded), false},
		{fmt.Errorf("token: %w", errors.Join(refused, errDown)), false},
		{Undecided[*refusal]("asking", refused), false},
		{joined{}, false},
		{joined{nil}, false},
		{joined{nil, refused}, true},
		{joined{refused, nil}, true},
	} {
		assert.Equal(t, row.want, Refuses[*refusal](row.err), "%v", row.err)
	}
}

// joined are several errors, of which some may be nil.
type joined []error

func (joined) Error() string     { return "joined" }
func (j joined) Unwrap() []error { return j }
