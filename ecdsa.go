package jwt

import (
	"bytes"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// derBuffer has room for the largest ASN.1 signature, that of P-521.
type derBuffer [3 + 2*(3+66)]byte

// appendASN1 turns r and s of size bytes each (RFC 7518 section 3.4) into the
// ASN.1 form of an ECDSA signature. It returns nothing, which is no signature, if
// one of them is zero or they are not of that size.
func appendASN1(dst, sig []byte, size int) []byte {
	if len(sig) != 2*size {
		return nil
	}
	r, s := bytes.TrimLeft(sig[:size], "\x00"), bytes.TrimLeft(sig[size:], "\x00")
	if len(r) == 0 || len(s) == 0 {
		return nil
	}
	signBit := func(n []byte) int { return int(n[0] >> 7) } // takes a byte of its own
	length := 2 + signBit(r) + len(r) + 2 + signBit(s) + len(s)
	if dst = append(dst, 0x30); length >= 0x80 {
		dst = append(dst, 0x81)
	}
	dst = append(dst, byte(length))
	for _, n := range [...][]byte{r, s} {
		dst = append(dst, 0x02, byte(signBit(n)+len(n)))
		dst = append(append(dst, make([]byte, signBit(n))...), n...)
	}
	return dst
}

// appendFixedWidth turns the ASN.1 form of an ECDSA signature into that of RFC
// 7518 section 3.4: r and s in size bytes each.
func appendFixedWidth(dst, der []byte, size int) ([]byte, error) {
	input, seq := cryptobyte.String(der), cryptobyte.String(nil)
	var r, s []byte
	if !input.ReadASN1(&seq, asn1.SEQUENCE) || !input.Empty() ||
		!seq.ReadASN1Integer(&r) || !seq.ReadASN1Integer(&s) || !seq.Empty() || len(r) > size || len(s) > size {
		return nil, errors.New("the key returned a malformed ECDSA signature, want ASN.1 with two integers of the curve's size")
	}
	for _, n := range [...][]byte{r, s} {
		dst = append(append(dst, make([]byte, size-len(n))...), n...)
	}
	return dst, nil
}
