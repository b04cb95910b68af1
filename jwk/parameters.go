package jwk

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
)

// parameters are the members of a JWK that hold the key itself; each value is
// base64url or another text that needs no escapes in JSON.
type parameters []parameter

type parameter struct{ name, value string }

// appendJSON appends the members without the braces around them.
func (p parameters) appendJSON(b []byte) []byte {
	for i, m := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(append(append(b, '"'), m.name...), `":"`...), m.value...), '"')
	}
	return b
}

// publicParameters returns the members that every JWK of the kind has, which are
// those of the thumbprint (RFC 7638 section 3.2): for a secret the secret itself.
func publicParameters(key any) parameters {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return parameters{{"kty", "RSA"}, {"n", encode(key.N.Bytes())}, {"e", encode(big.NewInt(int64(key.E)).Bytes())}}
	case *ecdsa.PublicKey:
		point, _ := key.Bytes() // no error: the point has been checked
		size := len(point) / 2
		return parameters{{"kty", "EC"}, {"crv", key.Curve.Params().Name}, {"x", encode(point[1 : 1+size])}, {"y", encode(point[1+size:])}}
	case ed25519.PublicKey:
		return parameters{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", encode(key)}}
	case *ecdh.PublicKey:
		return parameters{{"kty", "OKP"}, {"crv", "X25519"}, {"x", encode(key.Bytes())}}
	case mldsaPublic:
		return parameters{{"kty", "AKP"}, {"alg", string(key.alg)}, {"pub", encode([]byte(key.pub))}}
	case []byte:
		return parameters{{"kty", "oct"}, {"k", encode(key)}}
	}
	return nil
}

// privateParameters returns the members that a private JWK has besides.
func privateParameters(key any) parameters {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return parameters{
			{"d", encode(key.D.Bytes())}, {"p", encode(key.Primes[0].Bytes())}, {"q", encode(key.Primes[1].Bytes())},
			{"dp", encode(key.Precomputed.Dp.Bytes())}, {"dq", encode(key.Precomputed.Dq.Bytes())}, {"qi", encode(key.Precomputed.Qinv.Bytes())},
		}
	case *ecdsa.PrivateKey:
		scalar, _ := key.Bytes() // no error: the key has been checked
		return parameters{{"d", encode(scalar)}}
	case ed25519.PrivateKey:
		return parameters{{"d", encode(key.Seed())}}
	case *ecdh.PrivateKey:
		return parameters{{"d", encode(key.Bytes())}}
	}
	if _, _, seed := mldsaParts(key); seed != nil {
		return parameters{{"priv", encode(seed)}}
	}
	return nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
