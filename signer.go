package jwt

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"

	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/inspect"
)

// A Signer is one private key, or shared secret, that signs with one algorithm.
// The package's own come from [NewSigner] and [NewHMAC]; implement it for another
// algorithm, or for a secret that is elsewhere, such as an HMAC in a KMS. It must
// be safe for concurrent use.
type Signer interface {
	Algorithm() Algorithm
	KeyID() string // kid, "" for none

	// Sign returns the signature of input in the form that the algorithm has in
	// a token (RFC 7518 section 3; for ES256, r and s of 32 bytes each). It does
	// not modify input.
	Sign(ctx context.Context, input []byte) (sig []byte, err error)
}

// A ContextSigner is a [crypto.Signer] whose key is remote. NewSigner's Signers
// call SignContext, with the context given to [Sign], instead of Sign.
type ContextSigner interface {
	crypto.Signer
	SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) (signature []byte, err error)
}

// NewSigner returns the Signer for a private key: of the standard library, or
// any other [crypto.Signer], such as one in an HSM or KMS. It is an error if the
// key is not of the type, curve or size that alg asks for (RFC 7518 section 3;
// see [NewVerifier] for the bounds).
//
// ECDSA signatures by standard library keys are deterministic (RFC 6979), those of
// ML-DSA are hedged: random, and safe if the random source fails (FIPS 204 section
// 3.4). Those of any other key are verified before they are returned. If it is a
// [ContextSigner], SignContext is called; if it is a [crypto.MessageSigner], it
// gets the whole message; otherwise its digest, or for Ed25519 and ML-DSA the message.
func NewSigner(alg Algorithm, key crypto.Signer, keyID string) (Signer, error) {
	if isNil(key) {
		return nil, fmt.Errorf("jwt: %s key: got nil, want a crypto.Signer", alg)
	}
	if algorithms[alg].family == familyHMAC {
		return nil, fmt.Errorf("jwt: %s key: got %T, want a secret given to NewHMAC", alg, key)
	}
	var public crypto.PublicKey
	if err := inspect.Complete(func() error { public = key.Public(); return nil }); err != nil {
		return nil, fmt.Errorf("jwt: %s key: %w", alg, err)
	}
	verifier, err := newPublicKey(alg, public, keyID)
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			return nil, fmt.Errorf("jwt: %s key: %w, in the public part of %T", alg, inner, key)
		}
		return nil, err
	}
	var local bool
	if err := inspect.Complete(func() (err error) { local, err = checkLocal(key); return err }); err != nil {
		return nil, fmt.Errorf("jwt: %s key: %w", alg, err)
	}
	header, err := encodePlainHeader(alg, keyID)
	if err != nil {
		return nil, err
	}
	s := &privateKey{alg: alg, keyID: keyID, header: header}
	if private, ok := key.(ed25519.PrivateKey); ok {
		key = ed25519.PrivateKey(bytes.Clone(private))
	}
	f := algorithms[alg]
	s.sign = func(ctx context.Context, dst, input []byte) ([]byte, error) {
		return f.appendSignature(ctx, dst, key, input)
	}
	if !local {
		s.sign = func(ctx context.Context, dst, input []byte) ([]byte, error) {
			input = bytes.Clone(input) // the key may hold on to it
			sig, err := f.appendSignature(ctx, nil, key, input)
			if err == nil && !verifier.verify(input, sig) {
				err = errors.New("the key returned a signature that does not verify with its public key")
			}
			if err != nil {
				return nil, err
			}
			return append(dst, sig...), nil
		}
	}
	return s, nil
}

// packageKey returns the key if it is one of this package, and not one that embeds one
// and has a Sign of its own; otherwise nil.
func packageKey(key Signer) packageSigner {
	switch key := key.(type) {
	case *HMAC:
		return key
	case *privateKey:
		return key
	}
	return nil
}

// packageSigner is a Signer of this package.
type packageSigner interface {
	plainHeader() string // the encoded header of a token of type "JWT"
	appendSignature(ctx context.Context, dst, input []byte) ([]byte, error)
}

// privateKey is the Signer of NewSigner. The key is in its function only, where
// no formatting finds it.
type privateKey struct {
	alg    Algorithm
	keyID  string
	header string
	sign   func(ctx context.Context, dst, input []byte) ([]byte, error)
}

func (k *privateKey) Algorithm() Algorithm { return k.alg }

func (k *privateKey) KeyID() string { return k.keyID }

func (k *privateKey) plainHeader() string { return k.header }

func (k *privateKey) Sign(ctx context.Context, input []byte) ([]byte, error) {
	return k.sign(ctx, nil, input)
}

func (k *privateKey) appendSignature(ctx context.Context, dst, input []byte) ([]byte, error) {
	return k.sign(ctx, dst, input)
}

// checkLocal reports whether key is one of the standard library's, and if so
// whether its private part is right for its public part.
func checkLocal(key crypto.Signer) (local bool, err error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return true, key.Validate()
	case *ecdsa.PrivateKey:
		scalar, err := key.Bytes()
		if err != nil {
			return true, err
		}
		again, err := ecdsa.ParseRawPrivateKey(key.Curve, scalar)
		if err == nil && !again.PublicKey.Equal(&key.PublicKey) {
			err = errors.New("private and public part do not belong together")
		}
		return true, err
	case ed25519.PrivateKey:
		if !ed25519.NewKeyFromSeed(key.Seed()).Equal(key) {
			return true, errors.New("private and public part do not belong together")
		}
		return true, nil
	}
	return isMLDSA(key), nil // whose public part is made from the private one
}

// appendSignature appends the signature of input in the form it has in a token.
func (f facts) appendSignature(ctx context.Context, dst []byte, key crypto.Signer, input []byte) ([]byte, error) {
	var opts crypto.SignerOpts = f.hash
	if f.family == familyPSS {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: f.hash}
	}
	random := rand.Reader
	if _, ok := key.(*ecdsa.PrivateKey); ok {
		random = nil // asks for RFC 6979
	}
	digest := input
	if f.hash != 0 {
		digest = f.digest(new(digestBuffer), input)
	}
	var sig []byte
	var err error
	switch key := key.(type) {
	case ed25519.PrivateKey: // by its function, which needs no memory
		return append(dst, ed25519.Sign(key, input)...), nil
	case ContextSigner:
		sig, err = key.SignContext(ctx, random, digest, opts)
	case crypto.MessageSigner:
		sig, err = key.SignMessage(random, input, opts)
	default:
		sig, err = key.Sign(random, digest, opts)
	}
	switch {
	case err != nil:
		return nil, err
	case f.family == familyECDSA:
		return appendFixedWidth(dst, sig, f.coordinateSize())
	}
	return append(dst, sig...), nil
}

func encodePlainHeader(alg Algorithm, keyID string) (string, error) {
	h, err := appendHeader(nil, Header{Algorithm: alg, KeyID: keyID, Type: plainType})
	if err != nil {
		return "", fmt.Errorf("jwt: key ID: %w", err)
	}
	encoded := string(base64url.AppendEncode(nil, h))
	return encoded, checkHeaderSize(len(encoded))
}
