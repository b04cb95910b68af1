package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The colours of a terminal.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// colour returns the text in a colour if f is a terminal that has colours.
func (c *cli) colour(f *os.File, code, text string) string {
	if !isTerminal(f) || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// printable returns foreign text in which nothing moves the cursor of a terminal or
// reorders what is shown: characters that are not printable are escaped as in JSON.
func printable(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return text
	}
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

func hidden(r rune) bool { return r != '\n' && r != ' ' && !unicode.IsPrint(r) }

// printJSON prints a value as indented JSON.
func (c *cli) printJSON(value any) error {
	data, err := json.Marshal(value, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, string(escapeJSON(data)))
	return err
}

// indented returns a JSON text with line breaks, and text that is not JSON as it is.
func indented(data []byte) string {
	v := jsontext.Value(data).Clone()
	if v.Indent(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.WithIndent("  ")) != nil {
		return printable(strings.ToValidUTF8(string(data), "\ufffd"))
	}
	return string(escapeJSON(v))
}

// escapeJSON escapes what is not printable in a JSON text, which it means the same
// without: such characters are in strings only.
func escapeJSON(data []byte) []byte {
	if !strings.ContainsFunc(string(data), hidden) {
		return data
	}
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

// heading prints the headline of a part of the output.
func (c *cli) heading(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, "\n%s\n", c.colour(c.stdout, bold, fmt.Sprintf(format, args...)))
}
