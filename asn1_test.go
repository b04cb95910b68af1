package jwt_test

import (
	"bytes"
	"encoding/asn1"
	"math/big"
	"slices"
)

// What the tests need of ASN.1, in its DER form and beside it.

// halves returns the r and s of an ECDSA signature, in 32 bytes each at least.
func halves(der []byte) (r, s []byte) {
	var sig struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &sig); err != nil || len(rest) > 0 {
		panic("not a signature")
	}
	size := max(32, (sig.R.BitLen()+7)/8, (sig.S.BitLen()+7)/8)
	return sig.R.FillBytes(make([]byte, size)), sig.S.FillBytes(make([]byte, size))
}

func sequence(parts ...[]byte) []byte { return raw(0x30, slices.Concat(parts...)) }

// integer returns the INTEGER of an unsigned number.
func integer(n []byte) []byte {
	n = bytes.TrimLeft(n, "\x00")
	if len(n) == 0 || n[0] >= 0x80 {
		n = append([]byte{0}, n...)
	}
	return raw(0x02, n)
}

func raw(tag byte, content []byte) []byte {
	if len(content) >= 0x80 {
		return append([]byte{tag, 0x81, byte(len(content))}, content...)
	}
	return append([]byte{tag, byte(len(content))}, content...)
}
