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
		{"\x7f", `\x7f`},
		{"\x1f", `\x1f`},
		{"l\u043egin", `l\u043egin`},
		{"\xff", `\xff`},
		{`got "xy"…, want "z"`, `got "xy"…, want "z"`}, // a text that is cut
		{strings.Repeat("x", 200), strings.Repeat("x", 200)},
		{strings.Repeat("x", 201), strings.Repeat("x", 200) + "…"},
	} {
		assert.Equal(t, row.want, Line(row.text), "%q", row.text)
	}
}

func TestQuote(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"", `""`},
		{"a", `"a"`},
		{"\n\x1b[31m\u202e\u2028\"\\", `"\n\x1b[31m\u202e\u2028\"\\"`},
		{"\xff", `"\xff"`},
		{"\u00e9", `"\u00e9"`},
		{"l\u043egin", `"l\u043egin"`}, // which looks like login
		{strings.Repeat("x", 64), `"` + strings.Repeat("x", 64) + `"`},
		{strings.Repeat("x", 65), `"` + strings.Repeat("x", 64) + `"…`},
		{strings.Repeat("x", 1<<20), `"` + strings.Repeat("x", 64) + `"…`},
	} {
		assert.Equal(t, row.want, Quote(row.text))
	}
	cut := Quote("x" + strings.Repeat("\u00e9", 100))
	assert.NotContains(t, cut, "\uFFFD")
}
