package strictjson

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLineIsOneLineOfASCII(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"", ""},
		{"got 7, want \"a\"", "got 7, want \"a\""},
		{"a b~", "a b~"},
		{"two\nlines", `two\nlines`},
		{"\x7f\x1f", `\x7f\x1f`},
		{"l\u043egin", `l\u043egin`},
		{"\xff", `\xff`},
		{strings.Repeat("x", 200), strings.Repeat("x", 200)},
		{strings.Repeat("x", 201), strings.Repeat("x", 200) + "…"},
	} {
		assert.Equal(t, row.want, Line(row.text), "%q", row.text)
	}
}
