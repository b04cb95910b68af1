package strictjson

import (
	"strconv"
	"strings"
)

// maxLine is how many bytes of a foreign text a message shows.
const maxLine = 200

// Line returns foreign text for a message that does not quote it: on one line, in
// printable ASCII with escapes for the rest, and cut if it is long.
func Line(s string) string {
	cut := ""
	if len(s) > maxLine {
		s, cut = s[:maxLine], "…"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' && r != '…' }) {
		s = strconv.QuoteToASCII(s)
		s = s[1 : len(s)-1]
	}
	return s + cut
}

// Quote returns foreign text for a message: quoted, in ASCII, so that letters that
// look alike differ, on one line, and cut if it is long.
func Quote(s string) string { return string(AppendQuoted(nil, s)) }

// AppendQuoted appends what Quote returns.
func AppendQuoted(b []byte, s string) []byte {
	const most = 64
	if len(s) > most {
		return append(strconv.AppendQuoteToASCII(b, s[:most]), "…"...)
	}
	return strconv.AppendQuoteToASCII(b, s)
}
