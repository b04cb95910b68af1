package jwt

import (
	"crypto/ed25519"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slowPoint is isEd25519Point as RFC 8032 section 5.1.3 describes it, with the
// square root that only the point itself needs.
func slowPoint(key []byte) bool {
	reversed := slices.Clone(key)
	slices.Reverse(reversed)
	reversed[0] &= 0x7F
	y := new(big.Int).SetBytes(reversed)
	if y.Cmp(edwardsP) >= 0 {
		return false
	}
	y2 := new(big.Int).Exp(y, big.NewInt(2), edwardsP)
	v := new(big.Int).Mul(edwardsD, y2)
	v.Add(v, big.NewInt(1)).ModInverse(v, edwardsP)
	x2 := new(big.Int).Sub(y2, big.NewInt(1))
	x2.Mul(x2, v).Mod(x2, edwardsP)
	x := new(big.Int).ModSqrt(x2, edwardsP)
	// y is that of a point of small order if 8 times the point is the identity: y
	// of the double is (y²+x²)/(2-y²+x²), as of any point, three times over.
	if x == nil {
		return false
	}
	for range 3 {
		y2.Exp(y, big.NewInt(2), edwardsP)
		v.Mul(edwardsD, y2).Add(v, big.NewInt(1)).ModInverse(v, edwardsP)
		x2.Sub(y2, big.NewInt(1)).Mul(x2, v).Mod(x2, edwardsP)
		sum, rest := new(big.Int).Add(y2, x2), new(big.Int).Sub(big.NewInt(2), y2)
		rest.Add(rest, x2).Mod(rest, edwardsP)
		y = sum.Mul(sum, rest.ModInverse(rest, edwardsP)).Mod(sum, edwardsP)
	}
	return y.Cmp(big.NewInt(1)) != 0
}

// encoded is a y as an Ed25519 key has it.
func encoded(y *big.Int, sign byte) []byte {
	key := y.FillBytes(make([]byte, 32))
	slices.Reverse(key)
	key[31] |= sign << 7
	return key
}

func TestPointsOfEdwards25519AreToldFromOthers(t *testing.T) {
	points, others := 0, 0
	check := func(key []byte) {
		want := slowPoint(key)
		require.Equal(t, want, isEd25519Point(key), "%x", key)
		if want {
			points++
		} else {
			others++
		}
	}
	random := rand.NewChaCha8([32]byte{1})
	for range 500 {
		key := make([]byte, 32)
		random.Read(key)
		check(key)
		random.Read(key)
		require.True(t, isEd25519Point(ed25519.NewKeyFromSeed(key).Public().(ed25519.PublicKey)))
	}
	for i := range int64(40) { // the ends of the field, and what lies beyond
		for _, sign := range []byte{0, 1} {
			check(encoded(big.NewInt(i), sign))
			check(encoded(new(big.Int).Sub(edwardsP, big.NewInt(i)), sign))
			if i < 19 {
				check(encoded(new(big.Int).Add(edwardsP, big.NewInt(i)), sign))
			}
		}
	}
	for _, y := range smallOrderY[4:] {
		for _, sign := range []byte{0, 1} {
			check(encoded(y, sign))
		}
	}
	assert.Greater(t, points, 200)
	assert.Greater(t, others, 200)
	for _, y := range smallOrderY {
		assert.False(t, isEd25519Point(encoded(new(big.Int).Mod(y, edwardsP), 0)), y)
	}
}

func TestJacobiSymbolIsThatOfMathBig(t *testing.T) {
	random := rand.NewChaCha8([32]byte{2})
	number := func(size int) *big.Int {
		b := make([]byte, size)
		random.Read(b)
		return new(big.Int).SetBytes(b)
	}
	for size := range 33 {
		for range 40 {
			a, n := number(size), number(32-size/2)
			n.SetBit(n, 0, 1)
			require.Equal(t, big.Jacobi(a, n), jacobi(limbsOf(a), limbsOf(n)), "%x %x", a, n)
			zeros := new(big.Int).Lsh(number(1), uint(8*size%248)) // whole limbs of zeros
			require.Equal(t, big.Jacobi(zeros, n), jacobi(limbsOf(zeros), limbsOf(n)), "%x %x", zeros, n)
			common := new(big.Int).SetUint64(2*uint64(size) + 3) // which divides both
			a, n = number(size/2), number(size/2)
			n.SetBit(n, 0, 1)
			a.Mul(a, common)
			n.Mul(n, common)
			require.Equal(t, big.Jacobi(a, n), jacobi(limbsOf(a), limbsOf(n)), "%x %x", a, n)
		}
	}
}

func BenchmarkPointCheck(b *testing.B) {
	public, _, err := ed25519.GenerateKey(nil)
	require.NoError(b, err)
	for b.Loop() {
		isEd25519Point(public)
	}
}
