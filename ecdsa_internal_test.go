package jwt

import (
	"bytes"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// Numbers of every size, with the highest bit set and not, in ASN.1 and back.
func TestECDSASignaturesInASN1(t *testing.T) {
	number := func(bytes int, high bool) *big.Int {
		n := new(big.Int).Lsh(big.NewInt(1), uint(bytes*8-2))
		return n.SetBit(n, bytes*8-1, map[bool]uint{true: 1}[high])
	}
	for _, size := range []int{32, 48, 66} {
		for r := 1; r <= size; r++ {
			for s := 1; s <= size; s++ {
				for _, high := range []bool{false, true} {
					sig := struct{ R, S *big.Int }{number(r, high), number(s, (r+s)%2 == 0)}
					want, err := asn1.Marshal(sig)
					require.NoError(t, err)
					fixed := append(sig.R.FillBytes(make([]byte, size)), sig.S.FillBytes(make([]byte, size))...)
					got := appendASN1(nil, fixed, size)
					if !bytes.Equal(got, want) {
						t.Fatalf("%x: got %x, want %x", fixed, got, want)
					}
					back, err := appendFixedWidth(nil, got, size)
					if err != nil || !bytes.Equal(back, fixed) {
						t.Fatalf("%x: got %x and %v, want %x", got, back, err, fixed)
					}
				}
			}
		}
	}
}
