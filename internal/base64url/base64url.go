// Package base64url encodes and decodes the base64url of RFC 7515 section 2, in
// which a value has exactly one text: the URL-safe alphabet, no padding, no line
// breaks or spaces, and no bits set that belong to no byte.
package base64url

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// Problem says what is wrong with a text that is not decoded.
const Problem = "not base64url without padding"

// AppendDecode appends the bytes that src encodes to dst, and reports whether src
// is valid. It is faster than the standard decoder, which looks for line breaks.
// It may write behind the result, up to the capacity of dst; dst and src must not
// overlap.
func AppendDecode(dst, src []byte) (_ []byte, ok bool) {
	const spare = 8 // bytes that may be written behind the last
	dst = slices.Grow(dst, len(src)/4*3+spare)
	out := dst[len(dst):cap(dst)] // what is left to write to, always with enough for all of src
	var bad uint32
	for len(src) >= 8 && len(out) >= 8 { // the second for the compiler, which then does not check again
		a, b := decodeGroup((*[4]byte)(src)), decodeGroup((*[4]byte)(src[4:]))
		binary.BigEndian.PutUint64(out, uint64(a)<<32|uint64(b)<<8)
		bad |= a | b
		src, out = src[8:], out[6:]
	}
	if len(src) >= 4 {
		a := decodeGroup((*[4]byte)(src))
		binary.BigEndian.PutUint32(out, a)
		bad |= a
		src, out = src[4:], out[3:]
	}
	if len(src) > 0 { // two letters for one byte or three for two; nothing else may be left of them
		group := [4]byte{2: 'A', 3: 'A'} // in the place of those that are not there
		copy(group[:], src)
		a, size := decodeGroup(&group), len(src)-1
		binary.BigEndian.PutUint32(out, a)
		if size == 0 || a<<(8*size)>>8 != 0 {
			return dst, false
		}
		out = out[size:]
	}
	return dst[:cap(dst)-len(out)], bad&notInAlphabet == 0
}

// decodeGroup returns the three bytes of four letters in its upper 24 bits, and
// notInAlphabet among the lower ones if a letter is none.
func decodeGroup(s *[4]byte) uint32 {
	return sextets[0][s[0]] | sextets[1][s[1]] | sextets[2][s[2]] | sextets[3][s[3]]
}

// sextets has the six bits of each letter, shifted to where they belong if it is
// the first to fourth of a group.
var sextets = func() (t [4][256]uint32) {
	for place := range t {
		for c := range t[place] {
			t[place][c] = notInAlphabet
		}
		for value, c := range []byte(alphabet) {
			t[place][c] = uint32(value) << (26 - 6*place)
		}
	}
	return t
}()

const notInAlphabet = 1

// AppendEncode appends the base64url of src to dst: six bytes at a time, for
// which it reads eight, then three. dst and src must not overlap.
func AppendEncode(dst, src []byte) []byte {
	size := base64.RawURLEncoding.EncodedLen(len(src))
	dst = slices.Grow(dst, size)
	out := dst[len(dst) : len(dst)+size]
	for len(src) >= 8 {
		v := binary.BigEndian.Uint64(src)
		binary.BigEndian.PutUint64(out, uint64(pairs[v>>52])<<48|uint64(pairs[v>>40&0xFFF])<<32|
			uint64(pairs[v>>28&0xFFF])<<16|uint64(pairs[v>>16&0xFFF]))
		src, out = src[6:], out[8:]
	}
	for len(src) >= 3 {
		v := uint32(src[0])<<16 | uint32(src[1])<<8 | uint32(src[2])
		binary.BigEndian.PutUint32(out, uint32(pairs[v>>12&0xFFF])<<16|uint32(pairs[v&0xFFF]))
		src, out = src[3:], out[4:]
	}
	switch len(src) { // two letters for one byte, three for two
	case 1:
		binary.BigEndian.PutUint16(out, pairs[uint(src[0])<<4])
	case 2:
		binary.BigEndian.PutUint16(out, pairs[uint(src[0])<<4|uint(src[1])>>4])
		out[2] = alphabet[src[1]&0xF<<2]
	}
	return dst[:len(dst)+size]
}

// pairs has the two letters of each twelve bits.
var pairs = func() (t [1 << 12]uint16) {
	for i := range t {
		t[i] = uint16(alphabet[i>>6])<<8 | uint16(alphabet[i&63])
	}
	return t
}()

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
