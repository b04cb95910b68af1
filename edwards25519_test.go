package jwt_test

import (
	"crypto/ed25519"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// The eight points of small order, in all their forms, would let anybody sign.
func TestEd25519PublicKeysThatNobodyMade(t *testing.T) {
	const (
		zero   = "0000000000000000000000000000000000000000000000000000000000000000"
		one    = "0100000000000000000000000000000000000000000000000000000000000000"
		minus1 = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
		order8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
		minus8 = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
	)
	flipped := func(key []byte) []byte {
		key = append([]byte(nil), key...)
		key[31] ^= 0x80
		return key
	}
	refusedKey := func(name string, key []byte) {
		for _, k := range [][]byte{key, flipped(key)} {
			v, err := jwt.NewVerifier(jwt.Ed25519, ed25519.PublicKey(k), "")
			assert.Nil(t, v, "%s: %x", name, k)
			assert.ErrorContains(t, err, "not a point of large order", "%s: %x", name, k)
		}
	}
	for _, small := range []string{zero, one, minus1, order8, minus8} {
		refusedKey("small order", bytesOf(small))
	}
	for k := range 19 { // p, p+1, … 2^255-1: a second form of 0 to 18
		key := bytesOf("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
		key[0] += byte(k)
		refusedKey("not canonical", key)
	}
	onCurve, offCurve := 0, 0
	for y := byte(2); y < 100; y++ {
		key := bytesOf(zero)
		key[0] = y
		if onEdwards25519(y) {
			onCurve++
			for _, k := range [][]byte{key, flipped(key)} {
				_, err := jwt.NewVerifier(jwt.Ed25519, ed25519.PublicKey(k), "")
				assert.NoError(t, err, "%x", k)
			}
			continue
		}
		offCurve++
		refusedKey("off the curve", key)
	}
	assert.Greater(t, onCurve, 30)
	assert.Greater(t, offCurve, 30)
	for range 100 {
		_, err := jwt.NewVerifier(jwt.EdDSA, newEd25519().Public(), "")
		assert.NoError(t, err)
	}
}

// onEdwards25519 looks for an x with -x² + y² = 1 + dx²y² (RFC 8032 section 5.1).
func onEdwards25519(y byte) bool {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	frac := func(a, b int64) *big.Int { // a/b
		return new(big.Int).Mul(big.NewInt(a), new(big.Int).ModInverse(big.NewInt(b), p))
	}
	d := frac(-121665, 121666)
	y2 := int64(y) * int64(y)
	denominator := new(big.Int).Mul(d, big.NewInt(y2))
	denominator.Add(denominator, big.NewInt(1)).Mod(denominator, p)
	x2 := new(big.Int).Mul(big.NewInt(y2-1), new(big.Int).ModInverse(denominator, p))
	return new(big.Int).ModSqrt(x2.Mod(x2, p), p) != nil
}

// A public key of order one verifies this for any message; the standard library
// would accept it.
func TestEd25519SmallOrderForgery(t *testing.T) {
	identity := ed25519.PublicKey(bytesOf("0100000000000000000000000000000000000000000000000000000000000000"))
	sig := append(append([]byte(nil), identity...), make([]byte, 32)...)
	require.True(t, ed25519.Verify(identity, []byte("any message"), sig))
	_, err := jwt.NewVerifier(jwt.Ed25519, identity, "")
	require.Error(t, err)
}
