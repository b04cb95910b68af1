package jwt

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

// The constants of edwards25519 (RFC 8032 section 5.1), which nobody changes.
var (
	edwardsOne = big.NewInt(1)
	edwardsP   = new(big.Int).Sub(new(big.Int).Lsh(edwardsOne, 255), big.NewInt(19))
	edwardsD   = bigHex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3")

	// smallOrderY are the y of the eight points of small order.
	smallOrderY = func() (all []*big.Int) {
		for _, y := range []*big.Int{new(big.Int), edwardsOne, bigHex("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826")} {
			all = append(all, y, new(big.Int).Sub(edwardsP, y))
		}
		return all
	}()
)

func bigHex(s string) *big.Int {
	n, _ := new(big.Int).SetString(s, 16)
	return n
}

// isEd25519Point reports whether the 32 bytes of key encode a point of
// edwards25519 (RFC 8032 section 5.1.3) in its one canonical form, and one that
// is not among the eight of small order, for which anybody can make signatures.
func isEd25519Point(key []byte) bool {
	var bigEndian [32]byte
	for i, b := range key {
		bigEndian[31-i] = b
	}
	bigEndian[0] &= 0x7F // the sign of x
	y := new(big.Int).SetBytes(bigEndian[:])
	if y.Cmp(edwardsP) >= 0 {
		return false
	}
	for _, small := range smallOrderY {
		if y.Cmp(small) == 0 {
			return false
		}
	}
	// The point is on the curve if x² = u/v has a root, with u = y²-1 and v = dy²+1.
	// So has then u·v, which is v² times as much, and needs no division. Neither u
	// nor v is zero here.
	y2 := new(big.Int).Mul(y, y)
	v := new(big.Int).Mul(edwardsD, y2)
	v.Add(v, edwardsOne)
	uv := v.Mul(v, y2.Sub(y2, edwardsOne))
	return jacobi(limbsOf(uv.Mod(uv, edwardsP)), limbsOf(edwardsP)) == 1
}

// limbs are a number of 256 bits, the least significant 64 first.
type limbs [4]uint64

func limbsOf(n *big.Int) (l limbs) {
	var b [32]byte
	n.FillBytes(b[:])
	for i := range l {
		l[i] = binary.BigEndian.Uint64(b[24-8*i:])
	}
	return l
}

// jacobi returns the Jacobi symbol (a/n) of odd n, by the binary algorithm: a
// fifth of the time that big.Jacobi takes, which divides at each step.
func jacobi(a, n limbs) int {
	sign := 1
	for a != (limbs{}) {
		for a[0]&1 == 0 {
			shift := bits.TrailingZeros64(a[0])
			a = a.shifted(uint(shift))
			if mod8 := n[0] & 7; shift&1 == 1 && (mod8 == 3 || mod8 == 5) { // (2/n) = -1
				sign = -sign
			}
		}
		difference, less := a.minus(n)
		if less {
			if a[0]&n[0]&3 == 3 { // reciprocity
				sign = -sign
			}
			difference, _ = n.minus(a)
			n = a
		}
		a = difference
	}
	if n != (limbs{1}) {
		return 0
	}
	return sign
}

// shifted returns l divided by 2^n, for n from 1 to 64.
func (l limbs) shifted(n uint) limbs {
	return limbs{l[0]>>n | l[1]<<(64-n), l[1]>>n | l[2]<<(64-n), l[2]>>n | l[3]<<(64-n), l[3] >> n}
}

// minus returns l-m modulo 2^256, and whether l is less than m.
func (l limbs) minus(m limbs) (difference limbs, less bool) {
	var borrow uint64
	for i := range l {
		difference[i], borrow = bits.Sub64(l[i], m[i], borrow)
	}
	return difference, borrow != 0
}
