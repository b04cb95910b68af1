package jwt

import (
	"bytes"
	"encoding/base64"
	"errors"
)

// DecodeBase64URL decodes the base64url of RFC 7515 section 2 so that no two
// texts have the same value: only the URL-safe alphabet, no padding, no line
// breaks or spaces, and no bits set that belong to no byte. Its inverse is
// [base64.RawURLEncoding].
func DecodeBase64URL(s string) ([]byte, error) {
	b, ok := appendBase64URL(make([]byte, 0, base64.RawURLEncoding.DecodedLen(len(s))), []byte(s))
	if !ok {
		return nil, errors.New("jwt: " + notBase64URL)
	}
	return b, nil
}

const notBase64URL = "not base64url without padding"

// strictBase64URL refuses bits that belong to no byte, but passes over line breaks.
var strictBase64URL = base64.RawURLEncoding.Strict()

// appendBase64URL appends what src decodes to, and reports whether src is valid.
func appendBase64URL(dst, src []byte) ([]byte, bool) {
	if bytes.IndexByte(src, '\n') >= 0 || bytes.IndexByte(src, '\r') >= 0 {
		return dst, false
	}
	dst, err := strictBase64URL.AppendDecode(dst, src)
	return dst, err == nil
}

// encodeBase64URL appends the base64url of src.
func encodeBase64URL(dst, src []byte) []byte {
	return base64.RawURLEncoding.AppendEncode(dst, src)
}
