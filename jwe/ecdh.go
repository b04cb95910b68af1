package jwe

import (
	"context"
	"crypto"
	"crypto/aes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/webkey"
)

// A ContextKeyExchanger is an [ecdh.KeyExchanger] whose key is remote. The
// Decrypters of [NewDecrypter] call ECDHContext instead of ECDH, with the context
// given to Verify.
type ContextKeyExchanger interface {
	ecdh.KeyExchanger
	ECDHContext(ctx context.Context, remote *ecdh.PublicKey) (secret []byte, err error)
}

// agreeEncrypt returns the function that agrees on a key with the holder of the
// private one, by an ephemeral key made for each token.
func (f facts) agreeEncrypt(key crypto.PublicKey) (encryptKey, error) {
	public, err := ecdhPublicKey(key)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, h *Header) (cek, encryptedKey []byte, err error) {
		ephemeral, err := public.Curve().GenerateKey(rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		secret, err := ephemeral.ECDH(public)
		if err != nil {
			return nil, nil, err
		}
		h.EphemeralKey = ephemeral.PublicKey()
		derived := f.derive(secret, h)
		if f.kekSize == 0 {
			return derived, nil, nil
		}
		kek, err := aes.NewCipher(derived)
		if err != nil {
			return nil, nil, err
		}
		cek = f.content.newKey()
		return cek, wrapKey(kek, cek), nil
	}, nil
}

// agreeDecrypt returns the inverse of agreeEncrypt.
func (f facts) agreeDecrypt(key crypto.PrivateKey) (decryptKey, error) {
	private, curve, err := ecdhPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, h Header, encryptedKey []byte) (cek []byte, err error) {
		if h.EphemeralKey == nil || h.EphemeralKey.Curve() != curve.ECDH {
			return nil, ErrDecrypt
		}
		secret, err := exchange(ctx, private, h.EphemeralKey, curve.Size)
		if err != nil {
			return nil, err
		}
		derived := f.derive(secret, &h)
		if f.kekSize == 0 {
			if len(encryptedKey) != 0 {
				return nil, ErrDecrypt
			}
			return derived, nil
		}
		kek, err := aes.NewCipher(derived)
		if err != nil {
			return nil, err
		}
		return unwrap(kek, encryptedKey, f.content.keySize)
	}, nil
}

// exchange returns the shared secret of key and the remote one, of size bytes.
func exchange(ctx context.Context, key ecdh.KeyExchanger, remote *ecdh.PublicKey, size int) (secret []byte, err error) {
	if private, ok := key.(*ecdh.PrivateKey); ok {
		if secret, err = private.ECDH(remote); err != nil {
			return nil, ErrDecrypt // the remote key is of small order
		}
		return secret, nil
	}
	if isSmallOrder(remote) { // hardware may not check
		return nil, ErrDecrypt
	}
	if k, ok := key.(ContextKeyExchanger); ok {
		secret, err = k.ECDHContext(ctx, remote)
	} else {
		secret, err = key.ECDH(remote)
	}
	if err == nil && len(secret) != size {
		err = fmt.Errorf("the key returned a shared secret of %d bytes, want %d", len(secret), size)
	}
	return secret, err
}

// isSmallOrder reports whether every private key would come to the same shared
// secret with key (RFC 7748 section 6.1). No point that the curves of NIST accept
// is one.
func isSmallOrder(key *ecdh.PublicKey) bool {
	if key.Curve() != ecdh.X25519() {
		return false
	}
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return true
	}
	_, err = private.ECDH(key)
	return err != nil
}

// derive returns the key that the Concat KDF makes of a shared secret (RFC 7518
// section 4.6.2, NIST SP 800-56A section 5.8.1): the content encryption key, or
// the key that wraps it.
func (f facts) derive(secret []byte, h *Header) []byte {
	id, size := string(h.Algorithm), f.kekSize
	if size == 0 {
		id, size = string(h.Encryption), f.content.keySize
	}
	info := make([]byte, 0, 4*4+len(id)+len(h.PartyUInfo)+len(h.PartyVInfo))
	info = append(binary.BigEndian.AppendUint32(info, uint32(len(id))), id...)
	info = append(binary.BigEndian.AppendUint32(info, uint32(len(h.PartyUInfo))), h.PartyUInfo...)
	info = append(binary.BigEndian.AppendUint32(info, uint32(len(h.PartyVInfo))), h.PartyVInfo...)
	info = binary.BigEndian.AppendUint32(info, uint32(size)*8)

	var derived []byte
	hash := sha256.New()
	for round := uint32(1); len(derived) < size; round++ {
		hash.Reset()
		hash.Write(binary.BigEndian.AppendUint32(nil, round))
		hash.Write(secret)
		hash.Write(info)
		derived = hash.Sum(derived)
	}
	return derived[:size]
}

// ecdhPublicKey returns a key on one of the curves that secrets can be agreed
// with.
func ecdhPublicKey(key crypto.PublicKey) (*ecdh.PublicKey, error) {
	if inspect.IsNil(key) {
		return nil, errors.New("got nil, want *ecdh.PublicKey or *ecdsa.PublicKey")
	}
	var public *ecdh.PublicKey
	switch given := key.(type) {
	case *ecdh.PublicKey:
		public = given
	case *ecdsa.PublicKey:
		var err error
		if public, err = given.ECDH(); err != nil {
			return nil, errNotOnCurve
		}
	default:
		return nil, fmt.Errorf("got %T, want *ecdh.PublicKey or *ecdsa.PublicKey", key)
	}
	on, ok := webkey.CurveOf(public.Curve())
	if !ok {
		return nil, errNotOnCurve
	}
	if err := on.Approved(); err != nil {
		return nil, err
	}
	if isSmallOrder(public) {
		return nil, errors.New("got a point of small order, want one of large order")
	}
	return public, nil
}

// ecdhPrivateKey returns a key on one of the curves, and which one that is.
func ecdhPrivateKey(key crypto.PrivateKey) (private ecdh.KeyExchanger, on webkey.Curve, err error) {
	if inspect.IsNil(key) {
		return nil, webkey.Curve{}, errors.New("got nil, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger")
	}
	switch given := key.(type) {
	case ecdh.KeyExchanger:
		private = given
	case *ecdsa.PrivateKey:
		if private, err = convert(given); err != nil {
			return nil, webkey.Curve{}, err
		}
	default:
		return nil, webkey.Curve{}, fmt.Errorf("got %T, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger", key)
	}
	on, ok := webkey.CurveOf(private.Curve())
	if !ok {
		return nil, webkey.Curve{}, errNotOnCurve
	}
	return private, on, on.Approved()
}

func convert(key *ecdsa.PrivateKey) (*ecdh.PrivateKey, error) {
	private, err := key.ECDH()
	if err != nil {
		return nil, errNotOnCurve
	}
	public, err := key.PublicKey.ECDH()
	if err != nil || !private.PublicKey().Equal(public) {
		return nil, errors.New("private and public part do not belong together")
	}
	return private, nil
}

var errNotOnCurve = errors.New("got no key on P-256, P-384, P-521 or X25519")
