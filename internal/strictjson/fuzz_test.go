package strictjson

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

// A Cursor reads to the end what another decoder takes for one value, and nothing else.
func FuzzCursor(f *testing.F) {
	for _, text := range []string{`{}`, ` {"a" : [1, "x\u0079", null, {"b":{}}]} `, `[[],[{}],""]`, `{"a":1,"a":2}`, `{"a":1,}`, `"a`, `{"a":"\ud800"}`, `1 2`, ``, "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "[")+strings.Count(text, "{") >= MaxDepth {
			return
		}
		c := Walk([]byte(text), text)
		shown := walk(&c)
		ok := c.Problem() == "" && c.AtEnd()
		if valid := jsontext.Value(text).IsValid(); valid {
			require.True(t, ok, "%q: %s", text, c.Problem())
			plain := Walk([]byte(text), "")
			require.Equal(t, shown, walk(&plain), "with a source, and without")
		}
		require.NotContains(t, c.Problem(), "\n")
	})
}

// A text is written as another encoder writes it, and read back as the same.
func FuzzText(f *testing.F) {
	for _, text := range []string{"", "a", "\"\\/\b\f\n\r\t", "\u2028<>&", "é😀", "\xff", "\xed\xa0\x80", "\x00\x7f"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := AppendText(nil, text)
		require.Equal(t, utf8.ValidString(text), ok)
		want, err := jsontext.AppendQuote(nil, text)
		require.Equal(t, err == nil, ok)
		if ok {
			require.Equal(t, string(want), string(got))
			v, problem := ReadValue(got, 0)
			require.Empty(t, problem)
			back, isText := v.Text("")
			require.True(t, isText)
			require.Equal(t, text, back)
		}
		for _, shown := range []string{Quote(text), Line(text)} { // in messages
			require.False(t, strings.ContainsFunc(shown, func(r rune) bool { return r < ' ' || r > '~' && r != '…' }), "%q", shown)
			require.Less(t, len(shown), 1024)
		}
	})
}
