package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
)

// trusted are the keys of the row, which faults make others of.
func (v *plainVerifier) trusted(header map[string]any) (keys []rawKey, ok bool) {
	c := v.c
	c.Keys = slices.Clone(c.Keys)
	if jwk, there := header["jwk"]; there && v.fault == "the key in the header is trusted" {
		data, _ := json.Marshal(jwk)
		c.Keys = append(c.Keys, data)
	}
	for i, k := range c.Keys {
		text := string(k)
		switch v.fault {
		case "the use of a key is not looked at":
			text = strings.Replace(text, `"use":"enc"`, `"use":"sig"`, 1)
		case "the operations of a key are not looked at":
			text = strings.Replace(text, `"encrypt"`, `"verify"`, 1)
		case "crv is not looked at":
			text = strings.NewReplacer(`"Ed448"`, `"Ed25519"`, `"X25519"`, `"Ed25519"`).Replace(text)
		}
		c.Keys[i] = json.RawMessage(text)
	}
	keys, ok = rawKeys(v.changed(c))
	keys = v.among(keys, header)
	return slices.DeleteFunc(keys, func(k rawKey) bool { return !v.usable(k) }), ok
}

// usable reports whether a key is good enough for its algorithm.
func (v *plainVerifier) usable(k rawKey) bool {
	if v.fault != "alg of a key may be of another type" && v.fault != "the key in the header is trusted" && !ofType(k) {
		return false
	}
	switch key := k.key.(type) {
	case []byte:
		return v.fault == "short secrets are tolerated" || v.fault == "an unknown kid is an empty secret" || len(key) >= hashOf(k.alg).Size()
	case *rsa.PublicKey:
		if v.fault == "RSA keys of other sizes are refused" && key.N.BitLen() != 2048 {
			return false
		}
		return v.fault == "an RSA key of 1,024 bits is tolerated" || v.fault == "the size of RSA keys is counted in bytes" && key.Size() >= 256 || key.N.BitLen() >= 2048
	case *ecdsa.PublicKey:
		return v.fault == "any curve serves any algorithm" || map[string]int{"ES256": 256, "ES384": 384, "ES512": 521}[k.alg] == key.Curve.Params().BitSize
	case ed25519.PublicKey:
		// y is below the prime, and if x is zero, so is its sign.
		y := slices.Clone(key)
		slices.Reverse(y)
		sign := y[0] >> 7
		y[0] &= 0x7f
		number := new(big.Int).SetBytes(y)
		prime := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
		one := big.NewInt(1)
		xIsZero := number.Cmp(one) == 0 || number.Cmp(new(big.Int).Sub(prime, one)) == 0
		return v.fault == "Ed25519 keys that do not decode are tolerated" || number.Cmp(prime) < 0 && !(xIsZero && sign == 1)
	}
	return true
}

// ofType reports whether the algorithm of a key is one of its type.
func ofType(k rawKey) bool {
	types := []string{"HS"}
	switch k.key.(type) {
	case *rsa.PublicKey:
		types = []string{"RS", "PS"}
	case *ecdsa.PublicKey:
		types = []string{"ES"}
	case ed25519.PublicKey:
		types = []string{"Ed"}
	}
	return slices.ContainsFunc(types, func(start string) bool { return strings.HasPrefix(k.alg, start) })
}

func (v *plainVerifier) signed(header map[string]any, input string, sig []byte) bool {
	v.otherAlgorithm(header, input)
	alg, _ := header["alg"].(string)
	switch v.fault {
	case "names of algorithms are compared in lower case":
		if alg = strings.ToUpper(alg); strings.HasPrefix(alg, "ED") {
			alg = "EdDSA"
		}
	case "spaces around the algorithm are tolerated":
		alg = strings.TrimSpace(alg)
	}
	if v.fault == "the alg none in other letters is accepted" && alg != "none" && strings.EqualFold(alg, "none") {
		return true
	}
	if len(sig) == 0 {
		return v.fault == "an empty signature is accepted"
	}
	keys, ok := v.trusted(header)
	if !ok {
		return false
	}
	if v.brings(header, keys, input, sig) {
		return true
	}
	kid, hasKid := header["kid"].(string)
	for i, k := range keys {
		if v.fits(k, header) {
			return v.fitsSignature(k, input, sig)
		}
		fits := !hasKid || k.kid == "" || k.kid == kid || v.fault == "kid is not looked at" || v.fault == "the key in the header is trusted" ||
			v.fault == "kid is compared in lower case" && strings.EqualFold(kid, k.kid) || v.fault == "kid is compared by prefix" && strings.HasPrefix(kid, k.kid) || i == 0 && v.fault == "a key without a match is the first"
		if header["kid"] != nil && !hasKid || !fits {
			continue
		}
		if v.fault == "the algorithm is the header's" && strings.HasPrefix(alg, "HS") {
			if _, ok := k.key.([]byte); ok {
				k.alg = alg
			}
		}
		if v.fault == "a public key is taken for a secret" && strings.HasPrefix(alg, "HS") {
			for _, secret := range secretsOf(k.key) {
				if hmac.Equal(mac(alg, secret, input), sig) {
					return true
				}
			}
		}
		if v.fault == "only the kind of the algorithm is compared" && len(alg) > 2 && k.alg[:2] == alg[:2] || v.fault == "the key in the header is trusted" && k.alg == "" {
			k.alg = alg
		}
		if v.names(k, alg, input, sig) {
			return true
		}
		if k.alg == alg && slices.ContainsFunc(v.inputs(input), func(input string) bool { return v.fitsSignature(k, input, sig) }) {
			return true
		}
	}
	return false
}

// inputs are the texts of which a signature will do.
func (v *plainVerifier) inputs(input string) []string {
	header, payload, _ := strings.Cut(input, ".")
	switch v.fault {
	case "a signature of the payload alone will do":
		return []string{input, payload}
	case "a signature of the decoded parts will do":
		return []string{input, string(decode(header)) + "." + string(decode(payload))}
	}
	return append([]string{input}, v.otherInputs(header, payload)...)
}

// secretsOf are the bytes of a public key that might be taken for a secret.
func secretsOf(public any) [][]byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil // it is a secret
	}
	return [][]byte{der, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
}

func (v *plainVerifier) fitsSignature(k rawKey, input string, sig []byte) bool {
	h := hashOf(k.alg)
	sum := h.New()
	sum.Write([]byte(input))
	digest := sum.Sum(nil)
	if v.otherSignature(k, input, digest, sig) {
		return true
	}
	switch key := k.key.(type) {
	case []byte:
		if alg, ok := map[int]string{32: "HS256", 48: "HS384", 64: "HS512"}[len(sig)]; ok && v.fault == "the hash of an HMAC follows from its size" {
			k.alg = alg
		}
		want := mac(k.alg, key, input)
		if v.fault == "signatures are compared up to the shorter" && len(sig) < len(want) {
			want = want[:len(sig)]
		}
		return hmac.Equal(want, sig)
	case *rsa.PublicKey:
		if v.fault == "zeros before an RSA signature are cut off" && len(sig) > key.Size() {
			sig = bytes.TrimLeft(sig, "\x00")
		}
		if v.fault == "either padding of RSA will do" && (rsa.VerifyPSS(key, h, digest, sig, nil) == nil || rsa.VerifyPKCS1v15(key, h, digest, sig) == nil) {
			return true
		}
		if strings.HasPrefix(k.alg, "PS") {
			options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
			if v.fault == "the salt of PSS may have any length" {
				options.SaltLength = rsa.PSSSaltLengthAuto
			}
			return rsa.VerifyPSS(key, h, digest, sig, options) == nil
		}
		return rsa.VerifyPKCS1v15(key, h, digest, sig) == nil
	case *ecdsa.PublicKey:
		size := (key.Curve.Params().BitSize + 7) / 8
		if v.fault == "an ECDSA signature may have more bytes" && len(sig) > 2*size {
			sig = sig[:2*size]
		}
		if v.fault == "an ECDSA signature may be of zeros" && len(bytes.Trim(sig, "\x00")) == 0 {
			return true
		}
		switch v.fault {
		case "an ECDSA signature may be in ASN.1":
			if ecdsa.VerifyASN1(key, digest, sig) {
				return true
			}
		case "an ECDSA signature is split in the middle":
			size = len(sig) / 2
		case "an ECDSA signature is taken modulo the order":
			if len(sig) == 2*size {
				for _, half := range [][]byte{sig[:size], sig[size:]} {
					new(big.Int).Mod(new(big.Int).SetBytes(half), key.Curve.Params().N).FillBytes(half)
				}
			}
		}
		return len(sig) == 2*size && ecdsa.Verify(key, digest, new(big.Int).SetBytes(sig[:size]), new(big.Int).SetBytes(sig[size:]))
	case ed25519.PublicKey:
		if v.fault == "s of Ed25519 is taken modulo the order" && len(sig) == ed25519.SignatureSize {
			order, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
			s := sig[32:]
			slices.Reverse(s)
			new(big.Int).Mod(new(big.Int).SetBytes(s), order).FillBytes(s)
			slices.Reverse(s)
		}
		return v.fault == "an Ed25519 signature is not looked at" || ed25519.Verify(key, []byte(input), sig)
	}
	return false
}

func mac(alg string, secret []byte, input string) []byte {
	m := hmac.New(hashOf(alg).New, secret)
	m.Write([]byte(input))
	return m.Sum(nil)
}

func hashOf(alg string) crypto.Hash {
	switch {
	case strings.HasSuffix(alg, "384"):
		return crypto.SHA384
	case strings.HasSuffix(alg, "512"):
		return crypto.SHA512
	}
	return crypto.SHA256
}
