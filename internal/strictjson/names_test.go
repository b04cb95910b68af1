package strictjson

import (
	"math"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Where a name is takes four bytes, so that those behind two gigabytes are kept apart.
func TestNamesThatAreFarAwayAreKept(t *testing.T) {
	t.Parallel()
	if bits.UintSize == 32 {
		t.Skip("no text is so long")
	}
	name := []byte("ab")
	for _, row := range []struct {
		end int64
		few int
	}{{math.MaxInt32, 1}, {math.MaxInt32 + 1, 0}} {
		var names Names
		assert.True(t, names.add(name, nil, int(row.end)-len(name), false))
		assert.Equal(t, row.few, names.n, row.end)
		assert.Len(t, names.many, 1-row.few, row.end)
	}
	var names Names
	assert.True(t, names.add(name, nil, math.MaxInt32, false))
	assert.False(t, names.add(name, nil, math.MaxInt32, false))
}

// The bit of a name is made of its length and of its first and last letter.
func TestNamesHaveBitsThatDiffer(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"": 0, "a": 9, "b": 17, "ab": 15, "ba": 13, "aab": 16, "iss": 61, "exp": 34} {
		assert.Equal(t, uint64(1)<<want, bit([]byte(name)), name)
	}
}
