package jwt

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/fips140"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/keyfile"
)

// A Verifier is one public key, or shared secret, that verifies one algorithm.
// The package's own come from [NewVerifier] and [NewHMAC]; implement it for
// another algorithm, or for a secret that is elsewhere, such as an HMAC in a KMS.
// It must be safe for concurrent use.
type Verifier interface {
	Algorithm() Algorithm
	KeyID() string // if not "", only tokens with this kid, or with none, are tried

	// Verify returns nil if sig, in the form it has in a token, is the signature
	// of input; ErrSignature if it is not; any other error if it could not be
	// decided. It does not modify input or sig.
	Verify(ctx context.Context, input, sig []byte) error
}

// NewVerifier returns the Verifier for a public key of the type that alg asks
// for: *[rsa.PublicKey] with a modulus of 2048 to 8192 bits and an odd exponent
// from 3 to 2^31-1, *[ecdsa.PublicKey] with a point on the curve,
// [ed25519.PublicKey] that is a point of large order, or, in a program built with Go
// 1.27 or later, *mldsa.PublicKey of the parameter set that alg names. For HS256,
// HS384 and HS512 see [NewHMAC].
func NewVerifier(alg Algorithm, key crypto.PublicKey, keyID string) (Verifier, error) {
	v, err := newPublicKey(alg, key, keyID)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// publicKey is the Verifier of NewVerifier.
type publicKey struct {
	alg    Algorithm
	keyID  string
	verify func(input, sig []byte) bool
}

func (k *publicKey) Algorithm() Algorithm { return k.alg }

func (k *publicKey) KeyID() string { return k.keyID }

func (k *publicKey) Verify(_ context.Context, input, sig []byte) error {
	if !k.verify(input, sig) {
		return ErrSignature
	}
	return nil
}

func newPublicKey(alg Algorithm, key crypto.PublicKey, keyID string) (*publicKey, error) {
	f, err := factsOf(alg, 0)
	if err != nil {
		return nil, err
	}
	k := &publicKey{alg: alg, keyID: keyID}
	err = inspect.Complete(func() (err error) {
		switch f.family {
		case familyRSA, familyPSS:
			k.verify, err = f.rsaVerify(key)
		case familyECDSA:
			k.verify, err = f.ecdsaVerify(key)
		case familyEd25519:
			k.verify, err = ed25519Verify(key)
		case familyMLDSA:
			k.verify, err = mldsaVerify(alg, key)
		default:
			err = fmt.Errorf("got %T, want a secret given to NewHMAC", key)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("jwt: %s key: %w", alg, err)
	}
	return k, nil
}

// wrongType says what was given in the place of a public key, and what to do.
func wrongType(key any, want string) error {
	hint := ""
	switch key := key.(type) {
	case []byte:
		hint = hintFile(key)
	case string:
		hint = hintFile([]byte(key))
	case interface{ Verifier() (Verifier, error) }: // *jwk.Key
		hint = "; its Verifier method returns what to trust"
	case crypto.Signer:
		if !isNil(key) {
			hint = "; it is a private key, whose Public method returns the public one"
		}
	}
	return fmt.Errorf("got %s, want %s%s", inspect.TypeName(key), want, hint)
}

func hintFile(data []byte) string {
	kind := keyfile.Kind(data)
	if kind == "" {
		return "; jwk.ParsePEM and jwk.Parse read keys"
	}
	return "; it is " + kind + ": jwk.ParsePEM, jwk.Parse and jwk/openssh read keys"
}

func (f facts) rsaVerify(key crypto.PublicKey) (func(input, sig []byte) bool, error) {
	given, ok := key.(*rsa.PublicKey)
	if !ok || given == nil {
		return nil, wrongType(key, "*rsa.PublicKey")
	}
	if given.N == nil || given.N.Sign() != 1 || given.N.BitLen() < 2048 || given.N.BitLen() > 8192 {
		bits := 0
		if given.N != nil {
			bits = given.N.BitLen()
		}
		return nil, fmt.Errorf("got an RSA modulus of %d bits, want 2048 to 8192", bits)
	}
	if given.N.Bit(0) == 0 {
		return nil, errors.New("got an even RSA modulus, want an odd one")
	}
	if given.E < 3 || int64(given.E) > math.MaxInt32 || given.E%2 == 0 {
		return nil, fmt.Errorf("got the RSA exponent %d, want an odd one from 3 to 2^31-1", given.E)
	}
	public := &rsa.PublicKey{N: new(big.Int).Set(given.N), E: given.E}
	if err := approved(public); err != nil {
		return nil, err
	}
	if f.family == familyPSS {
		opts := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
		return func(input, sig []byte) bool {
			var d digestBuffer
			return rsa.VerifyPSS(public, f.hash, f.digest(&d, input), sig, opts) == nil
		}, nil
	}
	return func(input, sig []byte) bool {
		var d digestBuffer
		return rsa.VerifyPKCS1v15(public, f.hash, f.digest(&d, input), sig) == nil
	}, nil
}

// approved reports an RSA key that the FIPS 140-only mode does not take (see
// docs/fips.md), for which each verification would fail.
func approved(public *rsa.PublicKey) error {
	if !fips140.Enforced() {
		return nil
	}
	err := rsa.VerifyPKCS1v15(public, crypto.SHA256, make([]byte, sha256.Size), make([]byte, public.Size()))
	if errors.Is(err, rsa.ErrVerification) { // as it should be
		return nil
	}
	return fmt.Errorf("got a key that is not approved: %w", err)
}

func (f facts) ecdsaVerify(key crypto.PublicKey) (func(input, sig []byte) bool, error) {
	given, ok := key.(*ecdsa.PublicKey)
	if !ok || given == nil {
		return nil, wrongType(key, "*ecdsa.PublicKey")
	}
	if given.Curve != f.curve {
		name := "no curve"
		if !isNil(given.Curve) {
			name = "the curve " + given.Curve.Params().Name
		}
		return nil, fmt.Errorf("got %s, want %s", name, f.curve.Params().Name)
	}
	var public *ecdsa.PublicKey
	if err := inspect.Complete(func() error {
		point, err := given.Bytes()
		if err != nil {
			return err
		}
		public, err = ecdsa.ParseUncompressedPublicKey(f.curve, point)
		return err
	}); err != nil {
		return nil, errors.New("got no point on the curve " + f.curve.Params().Name)
	}
	return func(input, sig []byte) bool {
		var d digestBuffer
		var der derBuffer
		return ecdsa.VerifyASN1(public, f.digest(&d, input), appendASN1(der[:0], sig, f.coordinateSize()))
	}, nil
}

func ed25519Verify(key crypto.PublicKey) (func(input, sig []byte) bool, error) {
	given, ok := key.(ed25519.PublicKey)
	if !ok {
		return nil, wrongType(key, "ed25519.PublicKey")
	}
	if len(given) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("got %d bytes, want %d", len(given), ed25519.PublicKeySize)
	}
	if !isEd25519Point(given) {
		return nil, errors.New("got bytes that are not a point of large order on the curve")
	}
	public := ed25519.PublicKey(bytes.Clone(given))
	return func(input, sig []byte) bool { return ed25519.Verify(public, input, sig) }, nil
}

// isNil is [inspect.IsNil], faster for the usual keys.
func isNil(v any) bool {
	switch v := v.(type) { // the usual ones, for speed
	case nil:
		return true
	case *Policy:
		return v == nil
	case *HMAC:
		return v == nil
	case *publicKey:
		return v == nil
	case *privateKey:
		return v == nil
	case Keys:
		return v == nil
	}
	return inspect.IsNil(v)
}
