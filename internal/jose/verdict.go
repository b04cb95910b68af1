package jose

import (
	"errors"
	"strings"
)

// A Reason is why a token is refused. Each of the exported errors of this module
// that stand in a refusal is one.
type Reason string

func (r Reason) Error() string { return string(r) }

// Undecided returns the error of a key, a key set or a check that could not do
// its work, with what it was doing. [errors.Is] and [errors.As] find in it what
// they find in err, except for a Reason and a Refusal: should err contain the
// refusal of another token, this one is not refused for it. Its text is one line.
//
// Refusal is the error type that refuses a token, *jwt.VerifyError.
func Undecided[Refusal error](doing string, err error) error {
	return &undecided[Refusal]{doing, err}
}

type undecided[Refusal error] struct {
	doing string
	err   error
}

func (u *undecided[Refusal]) Error() string {
	return u.doing + ": " + strings.ReplaceAll(u.err.Error(), "\n", "; ")
}

// Is hides reasons and refusals from errors.Is, which asks it as there is no
// Unwrap.
func (u *undecided[Refusal]) Is(target error) bool {
	switch target.(type) {
	case Reason, Refusal:
		return false
	}
	return errors.Is(u.err, target)
}

// As hides refusals from errors.As.
func (u *undecided[Refusal]) As(target any) bool {
	switch target.(type) {
	case *Reason, *Refusal:
		return false
	}
	return errors.As(u.err, target)
}

// Refuses reports whether err is a refusal and nothing else: a Refusal, or an error
// that wraps it and that is not joined with one of another kind.
func Refuses[Refusal error](err error) bool {
	if _, ok := err.(Refusal); ok {
		return true
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		inner := errors.Unwrap(err)
		return inner != nil && Refuses[Refusal](inner)
	}
	refuses := false
	for _, inner := range joined.Unwrap() {
		if inner != nil && !Refuses[Refusal](inner) {
			return false
		}
		refuses = refuses || inner != nil
	}
	return refuses
}

// Says reports whether err, the answer of a key, is no and nothing else: no
// itself, or an error that wraps it and that is not joined with another one. The
// refusal of a token is the answer to another question.
func Says[Refusal error](err, no error) bool {
	if _, ok := err.(Refusal); ok {
		return false
	}
	switch wrapper := err.(type) {
	case interface{ Unwrap() error }:
		if inner := wrapper.Unwrap(); inner != nil {
			return Says[Refusal](inner, no)
		}
	case interface{ Unwrap() []error }:
		saysNo := false
		for _, inner := range wrapper.Unwrap() {
			if inner != nil && !Says[Refusal](inner, no) {
				return false
			}
			saysNo = saysNo || inner != nil
		}
		return saysNo
	}
	return errors.Is(err, no)
}
