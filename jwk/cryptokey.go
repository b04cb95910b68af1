package jwk

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/keyfile"
	"github.com/seed-b1f8f58c/jwt/internal/webkey"
)

const (
	minSecret = 16 // bytes: 128 bits, the least that any algorithm takes
	size25519 = 32 // bytes of an Ed25519 or X25519 key
)

var (
	errMismatch = errors.New("private and public part do not belong together")
	errCurve    = errors.New("got a curve that is not P-256, P-384, P-521, Ed25519 or X25519")
)

// own returns a copy of a key of the standard library, so that nobody else can
// change it, and reports a key that this package does not take.
func own(key any) (copied any, err error) {
	defer func() {
		if recover() != nil { // the standard library panics on keys with parts missing
			copied, err = nil, errors.New("the key is not complete")
		}
	}()
	switch key := key.(type) {
	case *rsa.PublicKey:
		return ownRSA(key)
	case *rsa.PrivateKey:
		return ownRSAPrivate(key)
	case *ecdsa.PublicKey:
		return ownEC(key, nil)
	case *ecdsa.PrivateKey:
		return ownEC(&key.PublicKey, key)
	case ed25519.PublicKey:
		return newEd25519(key, nil)
	case ed25519.PrivateKey:
		if len(key) != ed25519.PrivateKeySize {
			return nil, fmt.Errorf("got an Ed25519 private key of %d bytes, want %d", len(key), ed25519.PrivateKeySize)
		}
		return newEd25519(key[size25519:], key.Seed())
	case *ecdh.PublicKey:
		return ownECDH(key, nil)
	case *ecdh.PrivateKey:
		return ownECDH(key.PublicKey(), key.Bytes())
	case []byte:
		return newSecret(key)
	case mldsaPublic: // a value, which nobody changes
		return key, nil
	}
	if alg, pub, seed := mldsaParts(key); alg != "" {
		return newMLDSA(alg, pub, seed)
	}
	return nil, fmt.Errorf("got a key of type %T, want one of the standard library or a secret as []byte", key)
}

func ownRSA(key *rsa.PublicKey) (*rsa.PublicKey, error) {
	if err := checkRSA(key); err != nil {
		return nil, err
	}
	return &rsa.PublicKey{N: copied(key.N), E: key.E}, nil
}

// checkRSA reports a key that package jwt does not take.
func checkRSA(key *rsa.PublicKey) error { return verifies(jwt.RS256, key) }

func ownRSAPrivate(key *rsa.PrivateKey) (*rsa.PrivateKey, error) {
	public, err := ownRSA(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	if len(key.Primes) != 2 {
		return nil, fmt.Errorf("got an RSA key with %d primes, want 2", len(key.Primes))
	}
	return newRSAPrivate(public, &rsa.PrivateKey{
		D:      copied(key.D),
		Primes: []*big.Int{copied(key.Primes[0]), copied(key.Primes[1])},
		Precomputed: rsa.PrecomputedValues{
			Dp: copied(key.Precomputed.Dp), Dq: copied(key.Precomputed.Dq), Qinv: copied(key.Precomputed.Qinv),
		},
	})
}

// newRSAPrivate makes key, which it may keep, the private key of public, if all
// its values belong together.
func newRSAPrivate(public *rsa.PublicKey, key *rsa.PrivateKey) (*rsa.PrivateKey, error) {
	for _, n := range [...]*big.Int{key.D, key.Primes[0], key.Primes[1], key.Precomputed.Dp, key.Precomputed.Dq, key.Precomputed.Qinv} {
		if n != nil && (n.Sign() <= 0 || n.BitLen() > public.N.BitLen()) {
			return nil, errors.New("a private RSA value is out of range")
		}
	}
	key.PublicKey = *public
	key.Precompute()
	if err := key.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", errMismatch, err)
	}
	return key, nil
}

// copied returns a copy of n, and nil for nil.
func copied(n *big.Int) *big.Int {
	if n == nil {
		return nil
	}
	return new(big.Int).Set(n)
}

func ownEC(public *ecdsa.PublicKey, private *ecdsa.PrivateKey) (any, error) {
	for _, c := range webkey.Curves {
		if c.Elliptic == nil || c.Elliptic != public.Curve {
			continue
		}
		point, err := public.Bytes()
		if err != nil {
			return nil, fmt.Errorf("got no point on the curve %s", c.Name)
		}
		if private == nil {
			return newEC(c, point, nil)
		}
		scalar, err := private.Bytes()
		if err != nil {
			return nil, fmt.Errorf("got a private scalar out of range for %s", c.Name)
		}
		return newEC(c, point, scalar)
	}
	return nil, errCurve
}

// newEC returns the key of an uncompressed point, private if there is a scalar.
func newEC(c webkey.Curve, point, scalar []byte) (any, error) {
	public, err := ecdsa.ParseUncompressedPublicKey(c.Elliptic, point)
	if err != nil {
		return nil, fmt.Errorf("got no point on the curve %s", c.Name)
	}
	if scalar == nil {
		return public, nil
	}
	private, err := ecdsa.ParseRawPrivateKey(c.Elliptic, scalar)
	if err != nil {
		return nil, fmt.Errorf("got a private scalar out of range for %s", c.Name)
	}
	if !private.PublicKey.Equal(public) {
		return nil, errMismatch
	}
	return private, nil
}

func newEd25519(public, seed []byte) (any, error) {
	if err := verifies(jwt.EdDSA, ed25519.PublicKey(public)); err != nil {
		return nil, err
	}
	if seed == nil {
		return ed25519.PublicKey(bytes.Clone(public)), nil
	}
	private := ed25519.NewKeyFromSeed(seed)
	if subtle.ConstantTimeCompare(private[size25519:], public) != 1 {
		return nil, errMismatch
	}
	return private, nil
}

// ownECDH turns a key of a NIST curve into an EC key like any other.
func ownECDH(public *ecdh.PublicKey, scalar []byte) (any, error) {
	c, ok := webkey.CurveOf(public.Curve())
	switch {
	case !ok:
		return nil, errCurve
	case c.Elliptic == nil:
		return newX25519(public.Bytes(), scalar)
	}
	return newEC(c, public.Bytes(), scalar)
}

func newX25519(point, scalar []byte) (any, error) {
	if err := webkey.X25519().Approved(); err != nil {
		return nil, err
	}
	public, err := ecdh.X25519().NewPublicKey(point)
	if err != nil {
		return nil, fmt.Errorf("got an X25519 key of %d bytes, want %d", len(point), size25519)
	}
	if scalar == nil {
		return public, nil
	}
	private, err := ecdh.X25519().NewPrivateKey(scalar)
	if err != nil {
		return nil, fmt.Errorf("got an X25519 private key of %d bytes, want %d", len(scalar), size25519)
	}
	if !private.PublicKey().Equal(public) {
		return nil, errMismatch
	}
	return private, nil
}

func newSecret(secret []byte) ([]byte, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("got a secret of %d bytes, want at least %d", len(secret), minSecret)
	}
	if kind := keyfile.Kind(secret); kind != "" {
		return nil, errors.New("got " + kind + " as a secret, want random bytes; ParsePEM and Parse read keys")
	}
	return bytes.Clone(secret), nil
}

// verifies reports why package jwt does not take public for alg.
func verifies(alg jwt.Algorithm, public crypto.PublicKey) error {
	_, err := jwt.NewVerifier(alg, public, "")
	return unprefixed(err)
}

// unprefixed returns an error of package jwt without its prefix.
func unprefixed(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), "jwt: "))
}

// kindOf returns the kty and crv of a public key, or of a secret. An ML-DSA key has
// its alg in the place of crv.
func kindOf(key any) (kty, crv string) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return "RSA", ""
	case *ecdsa.PublicKey:
		return "EC", key.Curve.Params().Name
	case ed25519.PublicKey:
		return "OKP", "Ed25519"
	case *ecdh.PublicKey:
		return "OKP", "X25519"
	case mldsaPublic:
		return "AKP", string(key.alg)
	default:
		return "oct", ""
	}
}

// isPublic reports whether key has no private part.
func isPublic(key any) bool {
	switch key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey, *ecdh.PublicKey, mldsaPublic:
		return true
	}
	return false
}

// publicPart returns the public key of a key, and nil for a secret.
func publicPart(key any) crypto.PublicKey {
	if isPublic(key) {
		return key
	}
	switch key := key.(type) {
	case *ecdh.PrivateKey:
		return key.PublicKey()
	case crypto.Signer:
		if alg, pub, _ := mldsaParts(key); alg != "" {
			return mldsaPublic{alg, string(pub)}
		}
		return key.Public()
	}
	return nil
}
