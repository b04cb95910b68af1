// Package webkey has what packages jwk and jwe both need to know of JSON Web Keys:
// the curves that keys are agreed on, and the members that only private keys have.
package webkey

import (
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/fips140"
	"errors"
	"slices"
)

// A Curve is one that two keys can agree on a secret on.
type Curve struct {
	KeyType  string // kty
	Name     string // crv
	ECDH     ecdh.Curve
	Elliptic elliptic.Curve // nil for X25519
	Size     int            // bytes of a coordinate, of a private key and of the secret agreed on
}

// Curves are all of them (RFC 7518 section 6.2.1.1, RFC 8037 section 2). They are
// not to be modified.
var Curves = [...]Curve{
	{"EC", "P-256", ecdh.P256(), elliptic.P256(), 32},
	{"EC", "P-384", ecdh.P384(), elliptic.P384(), 48},
	{"EC", "P-521", ecdh.P521(), elliptic.P521(), 66},
	{"OKP", "X25519", ecdh.X25519(), nil, 32},
}

// Approved returns an error if the program runs in the FIPS 140-only mode and the
// curve is not approved for it.
func (c Curve) Approved() error { return c.approved(fips140.Enforced()) }

func (c Curve) approved(enforced bool) error {
	if c.Elliptic == nil && enforced {
		return errors.New(c.Name + " is not approved (FIPS 140-only mode), want P-256, P-384 or P-521")
	}
	return nil
}

// X25519 is the curve of RFC 7748.
func X25519() Curve { return Curves[len(Curves)-1] }

// CurveOf returns the entry for a curve.
func CurveOf(curve ecdh.Curve) (Curve, bool) {
	for _, c := range Curves {
		if c.ECDH == curve {
			return c, true
		}
	}
	return Curve{}, false
}

// CurveNamed returns the entry for the members kty and crv of a key.
func CurveNamed(kty, crv string) (Curve, bool) {
	for _, c := range Curves {
		if c.KeyType == kty && c.Name == crv {
			return c, true
		}
	}
	return Curve{}, false
}

// Coordinates returns the members x and y for a point as [ecdh.PublicKey] encodes
// it; on X25519 there is no y.
func (c Curve) Coordinates(point []byte) (x, y []byte) {
	if c.KeyType == "OKP" {
		return point, nil
	}
	return point[1 : 1+c.Size], point[1+c.Size:]
}

// Point returns the encoded point of the members x and y, each of the curve's
// size. On X25519 there is no y.
func (c Curve) Point(x, y []byte) []byte {
	if c.KeyType == "OKP" {
		return x
	}
	return slices.Concat([]byte{4}, x, y) // uncompressed (SEC 1 section 2.3.4)
}

// private are the members of RFC 7518 section 6 and RFC 9964 section 3 that are secret.
var private = [...]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// IsPrivate reports whether only private and symmetric keys have a member (RFC
// 7518 section 6, RFC 9964 section 3).
func IsPrivate(member string) bool { return slices.Contains(private[:], member) }
