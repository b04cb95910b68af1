package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// floor is the least that a signature costs: the standard library's operation on
// bytes that are ready for it. No library can be faster without leaving out what
// makes a token safe.
var floor = library{
	name:       "floor",
	oneAtATime: true,
	verify: func(alg string, _ content, token string) verification {
		return verification{run: floorVerify(alg, publicKey(alg), token)}
	},
	sign: func(alg string, what content) signing {
		return signing{run: floorSign(alg, payload(claimsOf(what)))}
	},
	keySet: func(alg string, keys []namedKey, _ content, token string) verification {
		return verification{run: floorVerify(alg, public(keys[len(keys)/2].key), token)}
	},
	remote: func(_, alg string, keys []namedKey, _ content, token string) verification {
		return verification{run: floorVerify(alg, public(keys[len(keys)/2].key), token)}
	},
}

var errFloor = errors.New("signature not valid")

// floorVerify hashes the input and checks the signature, both given as bytes. For
// HS256 it does not even compare.
func floorVerify(alg string, key any, token string) func() error {
	dot := strings.LastIndexByte(token, '.')
	input, sig := []byte(token[:dot]), must(base64.RawURLEncoding.DecodeString(token[dot+1:]))
	answer := func(ok bool) error {
		if !ok {
			return errFloor
		}
		return nil
	}
	switch key := key.(type) {
	case []byte:
		mac, sum := hmac.New(sha256.New, key), [sha256.Size]byte{}
		return func() error {
			mac.Reset()
			mac.Write(input)
			mac.Sum(sum[:0])
			return nil
		}
	case *rsa.PublicKey:
		if alg == "PS256" {
			opts := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
			return func() error {
				sum := sha256.Sum256(input)
				return rsa.VerifyPSS(key, crypto.SHA256, sum[:], sig, opts)
			}
		}
		return func() error {
			sum := sha256.Sum256(input)
			return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig)
		}
	case *ecdsa.PublicKey:
		der := asn1Signature(sig)
		return func() error { return answer(ecdsa.VerifyASN1(key, digest(alg, input), der)) }
	default:
		key25519 := key.(ed25519.PublicKey)
		return func() error { return answer(ed25519.Verify(key25519, input, sig)) }
	}
}

// floorSign signs a token's input. For HS256, where that is short beside the
// base64url, this is included, into a buffer used again.
func floorSign(alg string, payload []byte) func() error {
	token := issue(alg, "", payload)
	input := []byte(token[:strings.LastIndexByte(token, '.')])
	switch key := privateKey(alg).(type) {
	case []byte:
		header := []byte(token[:strings.IndexByte(token, '.')+1])
		mac, sum, buf := hmac.New(sha256.New, key), [sha256.Size]byte{}, make([]byte, 0, len(token))
		return func() error {
			buf = base64.RawURLEncoding.AppendEncode(append(buf[:0], header...), payload)
			mac.Reset()
			mac.Write(buf)
			buf = base64.RawURLEncoding.AppendEncode(append(buf, '.'), mac.Sum(sum[:0]))
			return nil
		}
	case *rsa.PrivateKey:
		opts := rsaOptions(alg)
		return func() error {
			sum := sha256.Sum256(input)
			_, err := key.Sign(rand.Reader, sum[:], opts)
			return err
		}
	case *ecdsa.PrivateKey:
		opts := crypto.SHA256
		if alg == "ES384" {
			opts = crypto.SHA384
		}
		return func() error {
			_, err := key.Sign(nil, digest(alg, input), opts) // RFC 6979, faster than with randomness
			return err
		}
	default:
		key25519 := key.(ed25519.PrivateKey)
		return func() error { ed25519.Sign(key25519, input); return nil }
	}
}

func asn1Signature(sig []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(sig[:len(sig)/2]))
		b.AddASN1BigInt(new(big.Int).SetBytes(sig[len(sig)/2:]))
	})
	return b.BytesOrPanic()
}

func public(key any) any {
	if s, ok := key.(crypto.Signer); ok {
		return s.Public()
	}
	return key
}
