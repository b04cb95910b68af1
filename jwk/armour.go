package jwk

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A pemBlock is one block of a key file.
type pemBlock struct {
	label string
	der   []byte
}

const (
	beginMark = "-----BEGIN "
	endMark   = "-----END "
	dashes    = "-----"
)

// onlyBlock returns the block of the one key in text, which has a block, as people
// have them: indented, on one line, with line breaks of any kind, or with \n as
// two characters in their place. None of these can be taken for part of a key.
func onlyBlock(text string) (pemBlock, error) {
	var blocks []pemBlock
	all := text
	for range strings.Count(text, beginMark) {
		block, rest, err := nextBlock(text)
		if err != nil {
			return pemBlock{}, err
		}
		blocks, text = append(blocks, block), rest
	}
	if len(blocks) == 2 && blocks[0].label == "EC PARAMETERS" && blocks[1].label == "EC PRIVATE KEY" {
		blocks = blocks[1:]
	}
	if len(blocks) > 1 {
		return pemBlock{}, fmt.Errorf("got %d PEM blocks, beginning with %s and %s, want one key%s",
			len(blocks), strictjson.Quote(blocks[0].label), strictjson.Quote(blocks[1].label), mapHint(all))
	}
	return blocks[0], nil
}

// mapHint names a map of certificates.
func mapHint(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return "; ParseCertificates reads a map of key IDs to certificates"
	}
	return ""
}

var errMalformedPEM = errors.New("a PEM block is malformed")

// nextBlock returns the first block of text, and what follows it.
func nextBlock(text string) (block pemBlock, rest string, err error) {
	_, text, _ = strings.Cut(text, beginMark)
	label, text, ok := strings.Cut(text, dashes)
	if !ok || strings.ContainsAny(label, "\r\n\\") {
		return block, "", errMalformedPEM
	}
	block.label = label
	body, rest, ok := strings.Cut(text, endMark+label+dashes)
	if !ok || strings.Contains(body, dashes) {
		return block, "", errMalformedPEM
	}
	if strings.HasPrefix(label, "PGP") {
		return block, "", errors.New("a key of OpenPGP, which is not supported")
	}
	if strings.Contains(body, "Proc-Type:") && strings.Contains(body, "ENCRYPTED") {
		return block, "", fmt.Errorf("%s: %w", strictjson.Quote(label), errEncrypted)
	}
	if block.der, ok = decodeBase64(body); !ok {
		return block, "", errMalformedPEM
	}
	return block, rest, nil
}

// decodeBase64 returns what a text in base64 stands for: of either alphabet, with
// or without padding, broken into lines that may begin with a header (RFC 1421
// section 4.6) or end with a backslash.
func decodeBase64(text string) ([]byte, bool) {
	var b strings.Builder
	for line := range strings.SplitSeq(unescaped(text), "\n") {
		if !strings.Contains(line, ":") {
			b.WriteString(toBase64URL(strings.TrimSuffix(strings.TrimSpace(line), `\`)))
		}
	}
	der, err := base64.RawURLEncoding.Strict().DecodeString(b.String())
	return der, err == nil
}

// unescaped returns text with line breaks in the place of escaped ones, which may
// be escaped more than once.
func unescaped(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	for strings.Contains(text, `\\`) {
		text = strings.ReplaceAll(text, `\\`, `\`)
	}
	return strings.NewReplacer(`\r`, "\n", `\n`, "\n", `\t`, " ", `\/`, "/", `\u002b`, "+", `\u003d`, "=").Replace(text)
}

// plainText returns the text of a key file: without a byte order mark, and in
// UTF-8 where the mark is one of UTF-16, as PowerShell writes it.
func plainText(data []byte) string {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		order = binary.BigEndian
	case !bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return string(bytes.TrimPrefix(data, byteOrderMark))
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return string(utf16.Decode(units))
}
