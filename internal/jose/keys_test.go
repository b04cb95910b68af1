package jose

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAKeyIDFitsItselfAndNone(t *testing.T) {
	for _, row := range []struct {
		key, of string
		want    bool
	}{
		{"", "", true}, {"a", "a", true}, {"a", "", true}, {"", "a", true}, {"a", "b", false}, {"a", "A", false}, {"a", "ab", false},
	} {
		assert.Equal(t, row.want, FitsKeyID(row.key, row.of), "%q, %q", row.key, row.of)
	}
}

// A key is what it answers; a nil one does not fit.
type answer struct{ err error }

func find(keys ...*answer) (key *answer, found bool, miss Miss, asked int) {
	key, found, miss = FirstKey[*refusal](keys, func(k *answer) bool { return k != nil }, func(k *answer) error {
		asked++
		return k.err
	}, no)
	return key, found, miss, asked
}

func repeated(key *answer, n int) (keys []*answer) {
	for range n {
		keys = append(keys, key)
	}
	return keys
}

func TestTheFirstKeyThatSaysYesIsFound(t *testing.T) {
	yes, later, saysNo, isDown := &answer{}, &answer{}, &answer{no}, &answer{errDown}
	wrapped := &answer{fmt.Errorf("HSM: %w", no)}
	const tooMany = "more keys fit the header than are tried, want a kid that tells them apart"
	for _, row := range []struct {
		name    string
		keys    []*answer
		found   bool
		asked   int
		none    bool
		detail  string
		failure error
	}{
		{"one", []*answer{yes}, true, 1, false, "", nil},
		{"the first of two", []*answer{yes, later}, true, 1, false, "", nil},
		{"one behind others", []*answer{nil, saysNo, wrapped, isDown, yes, later}, true, 4, false, "", nil},
		{"none", nil, false, 0, true, "", nil},
		{"none that fits", []*answer{nil, nil}, false, 0, true, "", nil},
		{"none that says yes", []*answer{saysNo, wrapped}, false, 2, false, "", nil},
		{"one that could not decide", []*answer{saysNo, isDown, saysNo}, false, 3, false, "", errDown},
		{"the eighth that fits", append(repeated(nil, 20), append(repeated(saysNo, 7), yes)...), true, 8, false, "", nil},
		{"the ninth that fits", append(repeated(saysNo, 8), yes), false, 8, false, tooMany, nil},
		{"eight that say no", repeated(saysNo, 8), false, 8, false, "", nil},
		{"the ninth behind one that is down", append(append(repeated(saysNo, 7), isDown), yes), false, 8, false, tooMany, errDown},
	} {
		t.Run(row.name, func(t *testing.T) {
			key, found, miss, asked := find(row.keys...)
			assert.Equal(t, row.found, found)
			assert.Equal(t, row.asked, asked)
			if row.found {
				assert.Same(t, yes, key)
				assert.NoError(t, miss.Failure())
				return
			}
			assert.Nil(t, key)
			assert.Equal(t, row.none, miss.None())
			assert.Equal(t, row.detail, miss.Detail())
			assert.ErrorIs(t, miss.Failure(), row.failure)
			assert.Equal(t, row.failure == nil, miss.Failure() == nil)
		})
	}
}

func TestEachFailureIsKept(t *testing.T) {
	late := errors.New("late")
	_, found, miss, _ := find(&answer{errDown}, &answer{no}, &answer{late}, &answer{&refusal{no}})
	assert.False(t, found)
	assert.EqualError(t, miss.Failure(), "down\nlate\nrefused: no")
	assert.ErrorIs(t, miss.Failure(), late)
}
