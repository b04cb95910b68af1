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
		{"applicatioN/jwt", "JWT", true},
		{"applicationsjwt", "jwt", false},
		{"applicbtion/jwt", "jwt", false},
		{"bpplication/jwt", "jwt", false},
		{"abcdefghijkljwt", "jwt", false},
		{"jwt", "abcdefghijkljwt", false},
		{"application/", "application/", true},
		{"application/j", "j", true},
		{"application/x/jwt", "application/X/jwt", true},
		{"x/application/jwt", "jwt", false},
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

func TestLettersFoldInASCIIOnly(t *testing.T) {
	for c := range 256 {
		for d := range 256 {
			a, b := string([]byte{'x', byte(c)}), string([]byte{'X', byte(d)})
			letter := 'a' <= c|0x20 && c|0x20 <= 'z'
			want := c == d || letter && c|0x20 == d|0x20
			if EqualFold(a, b) != want {
				t.Fatalf("%q, %q: want %v", a, b, want)
			}
		}
	}
	assert.False(t, EqualFold("a", "ab"))
	assert.False(t, EqualFold("ab", "a"))
	assert.True(t, EqualFold("", ""))
}

func TestMediaTypes(t *testing.T) {
	for _, s := range []string{"JWT", "at+jwt", "application/at+jwt", "a", "0", "application/vnd.x-y_z.1!#$&^+json", "Z9/9Z"} {
		assert.True(t, IsMediaType(s), s)
	}
	for _, s := range []string{"", "/", "a/", "/a", "a/b/c", " jwt", "jwt ", "at jwt", "+jwt", "a/+jwt", "a;b=c", "jwt\n", "jw\u0165", "\xe4", "a,b", "a*", "a@b", "a[b", "a`b", "a{b", "a:b", "a~b"} {
		assert.False(t, IsMediaType(s), s)
	}
}
