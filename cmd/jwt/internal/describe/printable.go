package describe

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// Printable returns foreign text in which nothing moves the cursor of a terminal or
// reorders what is shown: characters that are not printable are escaped as in JSON, and
// bytes that are not UTF-8 replaced.
func Printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case !hidden(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func hidden(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }

// Indented returns a JSON text with line breaks, and text that is not JSON as it is.
func Indented(data []byte) string {
	v := jsontext.Value(data).Clone()
	if v.Indent(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.WithIndent("  ")) != nil {
		return Printable(string(data))
	}
	return string(EscapeJSON(v))
}

// EscapeJSON escapes what is not printable in a JSON text, which it means the same
// without: such characters are in strings only.
func EscapeJSON(data []byte) []byte {
	var b []byte
	for _, r := range string(data) {
		switch {
		case !hidden(r):
			b = append(b, string(r)...)
		case r > 0xFFFF:
			r -= 0x10000
			b = fmt.Appendf(b, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}
