package jwk

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/internal/webkey"
)

// rsa decodes the members of RFC 7518 section 6.3.
func (d *document) rsa() (any, error) {
	n, err := d.integer("n")
	if err != nil {
		return nil, err
	}
	e, err := d.integer("e")
	if err != nil {
		return nil, err
	}
	if e.Cmp(big.NewInt(math.MaxInt32)) > 0 {
		return nil, errors.New("e: want an odd exponent from 3 to 2^31-1")
	}
	public := &rsa.PublicKey{N: n, E: int(e.Int64())} // of which nobody else has a part
	if err := checkRSA(public); err != nil || !d.isPrivate() {
		return public, err
	}
	if d.value("oth") != nil {
		return nil, errors.New("oth: got an RSA key with more than two primes, want two")
	}
	values := make([]*big.Int, 6)
	for i, name := range privateMembers[:6] { // section 6.3.2: all of them, or d alone, which is not enough here
		if values[i], err = d.integer(name); err != nil {
			return nil, err
		}
	}
	return newRSAPrivate(public, &rsa.PrivateKey{
		D:           values[0],
		Primes:      values[1:3],
		Precomputed: rsa.PrecomputedValues{Dp: values[3], Dq: values[4], Qinv: values[5]},
	})
}

// ec decodes the members of RFC 7518 section 6.2.
func (d *document) ec() (any, error) {
	crv, err := d.text("crv")
	if err != nil {
		return nil, err
	}
	c, ok := webkey.CurveNamed("EC", crv)
	if !ok {
		return nil, fmt.Errorf("unknown crv %s, want P-256, P-384 or P-521", strictjson.Quote(crv))
	}
	point := append(make([]byte, 0, 1+2*c.Size), 4) // uncompressed
	for _, name := range [...]string{"x", "y"} {
		coordinate, err := d.coordinate(name, c.Size)
		if err != nil {
			return nil, err
		}
		point = append(point, coordinate...)
	}
	scalar, err := d.scalar(c.Size)
	if err != nil {
		return nil, err
	}
	return newEC(c, point, scalar)
}

// okp decodes the members of RFC 8037 section 2.
func (d *document) okp() (any, error) {
	crv, err := d.text("crv")
	if err != nil {
		return nil, err
	}
	if crv != "Ed25519" && crv != "X25519" {
		return nil, fmt.Errorf("unknown crv %s, want Ed25519 or X25519", strictjson.Quote(crv))
	}
	x, err := d.fixed("x", size25519)
	if err != nil {
		return nil, err
	}
	scalar, err := d.scalar(size25519)
	if err != nil {
		return nil, err
	}
	if crv == "X25519" {
		return newX25519(x, scalar)
	}
	return newEd25519(x, scalar)
}

// akp decodes the members of RFC 9964 section 3, of a key for alg.
func (d *document) akp(alg jwt.Algorithm) (any, error) {
	size := mldsaSizes[alg]
	switch {
	case alg == "":
		return nil, errors.New("alg is absent, which an AKP key must have")
	case size == 0:
		return nil, fmt.Errorf("unknown alg %s of an AKP key, want ML-DSA-44, ML-DSA-65 or ML-DSA-87", strictjson.Quote(string(alg)))
	}
	pub, err := d.fixed("pub", size)
	if err != nil {
		return nil, err
	}
	if d.value("priv") == nil {
		return newMLDSA(alg, pub, nil)
	}
	seed, err := d.fixed("priv", mldsaSeedSize)
	if err != nil {
		return nil, err
	}
	return newMLDSA(alg, pub, seed)
}

// secret decodes the member of RFC 7518 section 6.4.
func (d *document) secret() (any, error) {
	k, err := d.octets("k")
	if err != nil {
		return nil, err
	}
	return newSecret(k)
}

// privateMembers are those that only private keys have.
var privateMembers = [...]string{"d", "p", "q", "dp", "dq", "qi", "oth", "priv"}

// isPrivate reports whether there is any private member.
func (d *document) isPrivate() bool {
	for _, v := range d.known[len(names)-len(privateMembers):] {
		if v.Raw != nil {
			return true
		}
	}
	return false
}
