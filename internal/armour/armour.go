// Package armour reads the text around keys: PEM blocks and base64 as editors,
// shells, environment variables and configuration files leave them. It reads what
// has one meaning only, and takes time in proportion to the text.
package armour

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"
)

// A Block is one PEM block.
type Block struct {
	Label     string
	Bytes     []byte
	Encrypted bool // its headers say so (RFC 1421 section 4.6.1.1); then Bytes is nil
}

const (
	begin  = "-----BEGIN "
	end    = "-----END "
	dashes = "-----"
)

// ErrMalformed is the error for text that has the beginning of a block and is none.
var ErrMalformed = errors.New("a PEM block is malformed")

// In reports whether a PEM block may begin in text.
func In(text string) bool { return strings.Contains(text, begin) }

// Blocks returns the PEM blocks of text, whatever is around them: indented, on one
// line, with line breaks of any kind, or with \n as two characters in their place.
// None of these can be taken for part of a key.
func Blocks(text string) (blocks []Block, err error) {
	for In(text) {
		var b Block
		if b, text, err = next(text); err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// next returns the first block of text, and what follows it.
func next(text string) (b Block, rest string, err error) {
	_, text, _ = strings.Cut(text, begin)
	label, text, _ := strings.Cut(text, dashes)
	if strings.ContainsAny(label, "\r\n\\") {
		return b, "", ErrMalformed
	}
	body, rest, ok := strings.Cut(text, end+label+dashes)
	if !ok || strings.Contains(body, dashes) {
		return b, "", ErrMalformed
	}
	b.Label = label
	if strings.Contains(body, "Proc-Type:") && strings.Contains(body, "ENCRYPTED") {
		b.Encrypted = true
		return b, rest, nil
	}
	if strings.HasPrefix(label, "PGP ") { // which ends with a checksum
		return b, rest, nil
	}
	if b.Bytes, ok = Decode(body); !ok {
		return b, "", ErrMalformed
	}
	return b, rest, nil
}

// Decode returns what a text in base64 stands for: of either alphabet, with or
// without padding, broken into lines, which may be headers (RFC 1421 section 4.6),
// end with a backslash, or be the text constants of a program.
func Decode(text string) ([]byte, bool) {
	var b strings.Builder
	for line := range strings.SplitSeq(unescaped(text), "\n") {
		if strings.Contains(line, ":") {
			continue
		}
		line = strings.TrimSpace(line)
		for _, end := range [...]string{`\`, `" +`, `' +`, `"+`, `'+`} {
			line = strings.TrimSuffix(line, end)
		}
		b.WriteString(strings.Trim(line, `"',;`))
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(Base64URL(b.String()))
	return decoded, err == nil
}

// Base64URL returns the base64url (RFC 4648 section 5, without padding) of a text
// in another form of base64: without white space, padding and the letters + and /.
func Base64URL(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff': // the last two have no width
			return -1
		case r == '+':
			return '-'
		case r == '/':
			return '_'
		}
		return r
	}, text)
	return strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
}

// unescaped returns text with line breaks in the place of escaped ones, which may
// be escaped more than once.
func unescaped(text string) string {
	for strings.Contains(text, `\\`) {
		text = strings.ReplaceAll(text, `\\`, `\`)
	}
	return strings.NewReplacer(`\r`, "\n", `\n`, "\n", `\t`, " ", `\/`, "/", `\u002b`, "+", `\u003d`, "=").Replace(text)
}

// Text returns the text of a file: without a byte order mark, and in UTF-8 where
// the mark is one of UTF-16, as PowerShell writes it.
func Text(data []byte) string {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		order = binary.BigEndian
	case !bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return strings.TrimPrefix(string(data), "\ufeff")
	}
	var units []uint16
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return string(utf16.Decode(units))
}

// Inner returns the text of the one file that text holds in another form: in
// base64, as Kubernetes secrets do, or escaped as in a URL, as proxies pass on
// certificates. It is text itself if there is none, or if text has a block of its own.
func Inner(text string) string {
	switch {
	case In(text):
	case strings.Count(text, encodedBegin) == 1:
		_, encoded, _ := strings.Cut(text, encodedBegin)
		for _, letters := range [...]string{base64Letters, base64Letters + " \t\r\n\\"} { // on one line, or on several
			run := encodedBegin + encoded[:len(encoded)-len(strings.TrimLeft(encoded, letters))]
			if decoded, ok := Decode(run); ok && strings.Contains(string(decoded), end) {
				return string(decoded)
			}
		}
	case strings.Contains(text, dashes+"BEGIN%20"):
		if unescaped, err := url.PathUnescape(text); err == nil {
			return unescaped
		}
	case strings.Contains(text, dashes+"BEGIN+"):
		if unescaped, err := url.QueryUnescape(text); err == nil {
			return unescaped
		}
	}
	return text
}

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="

const encodedBegin = "LS0tLS1CRUdJTi" // base64 of -----BEGIN, as far as it is the same for each label

// Trim returns text without the white space and quotes around it.
func Trim(text string) string { return strings.Trim(text, " \t\r\n\"'`") }
