package jose

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Letters that lower to an ASCII one are not taken for it.
func TestMediaTypesAreComparedInASCII(t *testing.T) {
	for _, row := range []struct {
		value, want string
		same        bool
	}{
		{"JWT", "JWT", true},
		{"jwt", "JWT", true},
		{"application/JWT", "jwt", true},
		{"jwt", "APPLICATION/jwt", true},
		{"text/jwt", "jwt", false},
		{"application/", "", false},
		{"application/a/b", "a/b", false},
		{"secevent+jwt", "SECEVENT+JWT", true},
		{"ſecevent+jwt", "secevent+jwt", false},
		{"\u212ab+jwt", "kb+jwt", false},
		{"", "JWT", false},
	} {
		assert.Equal(t, row.same, SameMediaType(row.value, row.want), "%q, %q", row.value, row.want)
	}
}
