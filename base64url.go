package jwt

import (
	"encoding/base64"
	"errors"
	"slices"
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

// appendBase64URL appends what src decodes to, and reports whether src is valid.
func appendBase64URL(dst, src []byte) ([]byte, bool) {
	start, whole := len(dst), len(src)/4
	dst = slices.Grow(dst, 3*whole+2)[:start+3*whole]
	out, all := dst[start:], byte(0)
	for ; len(src) >= 4 && len(out) >= 3; src, out = src[4:], out[3:] {
		a, b, c, d := sextets[src[0]], sextets[src[1]], sextets[src[2]], sextets[src[3]]
		out[0], out[1], out[2] = a<<2|b>>4, b<<4|c>>2, c<<6|d
		all |= a | b | c | d
	}
	switch len(src) {
	case 0:
		return dst, all&invalid == 0
	case 2:
		a, b := sextets[src[0]], sextets[src[1]]
		return append(dst, a<<2|b>>4), (all|a|b)&invalid == 0 && b&0x0F == 0
	case 3:
		a, b, c := sextets[src[0]], sextets[src[1]], sextets[src[2]]
		return append(dst, a<<2|b>>4, b<<4|c>>2), (all|a|b|c)&invalid == 0 && c&0x03 == 0
	default: // six bits are no byte
		return dst, false
	}
}

// encodeBase64URL appends the base64url of src.
func encodeBase64URL(dst, src []byte) []byte {
	return base64.RawURLEncoding.AppendEncode(dst, src)
}

// invalid is a bit that no six-bit value has.
const invalid = 0x80

// sextets maps a letter of the alphabet to its six bits, all else to invalid.
var sextets = func() (t [256]byte) {
	for i := range t {
		t[i] = invalid
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
		t[c] = byte(i)
	}
	return t
}()
