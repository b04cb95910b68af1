package strictjson

import (
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// AppendText appends s as a JSON string, and reports false if it is not valid
// UTF-8.
func AppendText(b []byte, s string) (_ []byte, ok bool) {
	if isPlain(s) {
		n := len(b)
		b = slices.Grow(b, len(s)+2)[:n+len(s)+2]
		b[n], b[len(b)-1] = '"', '"'
		copy(b[n+1:], s)
		return b, true
	}
	quoted, err := jsontext.AppendQuote(b, s)
	if err != nil {
		return b, false
	}
	return quoted, true
}

// isPlain reports whether all bytes of s stand for themselves, and alone, in a
// JSON string.
func isPlain(s string) bool {
	for len(s) >= 8 {
		eight := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56 // which is a single load
		if oddBytes(eight) != 0 {
			return false
		}
		s = s[8:]
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
