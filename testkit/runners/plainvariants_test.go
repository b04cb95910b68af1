package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	_ "crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
)

// signatureFaults are mistakes in verifying a signature.
var signatureFaults = []fault{
	"bytes behind the hash of an RSA signature are tolerated", "the name of the hash in an RSA signature is not looked at", "the hash alone is as good in an RSA signature", "the kind of an RSA block is not looked at", "the padding of an RSA block is not looked at", "an RSA signature may be of SHA-1", "the last hash in an RSA block counts", "the first hash in an RSA block counts",
	"the last byte of a PSS block is not looked at", "the byte before the salt is not looked at", "the padding of a PSS block is not looked at", "the mask of PSS may be of SHA-1", "the mask of PSS may be of SHA-256", "PSS may be of another hash",
	"a signature of the hash will do", "a signature of the header will do", "a signature of the parts without a dot will do", "a signature of a line will do", "a signature of the header and the decoded payload will do", "a signature of nothing will do",
	"Ed25519ph is as good", "Ed25519ctx is as good", "a signature may be in hexadecimal", "a signature may be encoded twice", "a signature may be in reverse order", "the bytes of the halves may be in reverse order",
	"an ECDSA half may not begin with a zero byte", "a missing zero byte of ECDSA is added", "an ASN.1 signature may be padded", "only s of ECDSA is taken modulo the order", "only r of ECDSA is taken modulo the order", "an ECDSA signature whose halves are one will do",
	"the first bytes of an HMAC will do", "the last bytes of an HMAC are not compared", "the end of a signature is not looked at", "a zero byte after a signature is cut off", "a zero byte before a signature is cut off", "a doubled signature is cut",
}

// otherInputs are texts of which a fault takes a signature for one of the token.
func (v *plainVerifier) otherInputs(header, payload string) []string {
	text, ok := map[fault]string{
		"a signature of the header will do":                         header,
		"a signature of the parts without a dot will do":            header + payload,
		"a signature of a line will do":                             header + "." + payload + "\n",
		"a signature of the header and the decoded payload will do": header + "." + string(decode(payload)),
		"a signature of nothing will do":                            "",
	}[v.fault]
	if !ok {
		return nil
	}
	return []string{text}
}

// otherSignature reports whether a fault takes the signature for one of the input.
func (v *plainVerifier) otherSignature(k rawKey, input string, digest, sig []byte) bool {
	again := func(sig []byte) bool { return (&plainVerifier{"", v.c}).fitsSignature(k, input, sig) }
	switch v.fault {
	case "a signature of the hash will do":
		return (&plainVerifier{"", v.c}).fitsSignature(k, string(digest), sig)
	case "a signature may be in hexadecimal":
		raw, err := hex.DecodeString(string(sig))
		return err == nil && again(raw)
	case "a signature may be encoded twice":
		raw, err := base64.RawURLEncoding.DecodeString(string(sig))
		return err == nil && again(raw)
	case "a signature may be in reverse order":
		sig = slices.Clone(sig)
		slices.Reverse(sig)
		return again(sig)
	case "a zero byte after a signature is cut off":
		return again(bytes.TrimSuffix(sig, []byte{0}))
	case "a zero byte before a signature is cut off":
		return again(bytes.TrimPrefix(sig, []byte{0}))
	case "a doubled signature is cut":
		return again(sig[:len(sig)/2])
	}
	switch key := k.key.(type) {
	case []byte:
		return v.otherHMAC(mac(k.alg, key, input), sig)
	case *rsa.PublicKey:
		return len(sig) == key.Size() && v.otherRSA(key, k.alg, input, digest, sig)
	case *ecdsa.PublicKey:
		return v.otherECDSA(key, digest, sig)
	case ed25519.PublicKey:
		sum := sha512.Sum512([]byte(input))
		return v.fault == "Ed25519ph is as good" && ed25519.VerifyWithOptions(key, sum[:], sig, &ed25519.Options{Hash: crypto.SHA512}) == nil ||
			v.fault == "Ed25519ctx is as good" && ed25519.VerifyWithOptions(key, []byte(input), sig, &ed25519.Options{Context: "JWT"}) == nil
	}
	return false
}

func (v *plainVerifier) otherHMAC(want, sig []byte) bool {
	switch v.fault {
	case "the first bytes of an HMAC will do":
		return len(sig) >= 16 && bytes.HasPrefix(want, sig)
	case "the last bytes of an HMAC are not compared":
		return len(sig) == len(want) && hmac.Equal(want[:len(want)-1], sig[:len(sig)-1])
	case "the end of a signature is not looked at":
		return bytes.HasPrefix(sig, want)
	}
	return false
}

func (v *plainVerifier) otherECDSA(key *ecdsa.PublicKey, digest, sig []byte) bool {
	size, order := (key.Curve.Params().BitSize+7)/8, key.Curve.Params().N
	fits := func(r, s []byte) bool {
		return ecdsa.Verify(key, digest, new(big.Int).SetBytes(r), new(big.Int).SetBytes(s))
	}
	modulo := func(half []byte) []byte { return new(big.Int).Mod(new(big.Int).SetBytes(half), order).Bytes() }
	if v.fault == "a missing zero byte of ECDSA is added" && len(sig) == 2*size-1 {
		return fits(sig[:size-1], sig[size-1:]) || fits(sig[:size], sig[size:])
	}
	if v.fault == "an ASN.1 signature may be padded" {
		return ecdsa.VerifyASN1(key, digest, bytes.TrimRight(sig, "\x00"))
	}
	if len(sig) != 2*size {
		return false
	}
	r, s := slices.Clone(sig[:size]), slices.Clone(sig[size:])
	switch v.fault {
	case "only r of ECDSA is taken modulo the order":
		return fits(modulo(r), s)
	case "only s of ECDSA is taken modulo the order":
		return fits(r, modulo(s))
	case "the bytes of the halves may be in reverse order":
		slices.Reverse(r)
		slices.Reverse(s)
		return fits(r, s)
	case "an ECDSA signature whose halves are one will do":
		return bytes.Equal(r, s) && bytes.HasSuffix(r, []byte{0, 0, 0, 1})
	}
	return false
}

// otherRSA looks into the block that a signature of RSA is of.
func (v *plainVerifier) otherRSA(key *rsa.PublicKey, alg, input string, digest, sig []byte) bool {
	block := new(big.Int).Exp(new(big.Int).SetBytes(sig), big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	if strings.HasPrefix(alg, "PS") {
		return v.otherPSS(alg, input, block)
	}
	zero := bytes.IndexByte(block[2:], 0)
	if zero < 8 {
		return false
	}
	padding, rest := block[2:2+zero], block[3+zero:]
	usual := block[0] == 0 && block[1] == 1 && len(bytes.Trim(padding, "\xff")) == 0
	known, _ := hex.DecodeString(map[string]string{"RS256": "3031300d060960864801650304020105000420", "RS384": "3041300d060960864801650304020205000430", "RS512": "3051300d060960864801650304020305000440"}[alg])
	good := append(known, digest...)
	switch v.fault {
	case "bytes behind the hash of an RSA signature are tolerated", "the first hash in an RSA block counts":
		return usual && bytes.HasPrefix(rest, good)
	case "the last hash in an RSA block counts":
		return usual && bytes.HasSuffix(rest, good)
	case "the name of the hash in an RSA signature is not looked at":
		return usual && bytes.HasSuffix(rest, digest)
	case "the hash alone is as good in an RSA signature":
		return usual && bytes.Equal(rest, digest)
	case "the kind of an RSA block is not looked at":
		return bytes.Equal(rest, good)
	case "the padding of an RSA block is not looked at":
		return block[0] == 0 && block[1] == 1 && bytes.Equal(rest, good)
	case "an RSA signature may be of SHA-1":
		sum := crypto.SHA1.New()
		sum.Write([]byte(input))
		return rsa.VerifyPKCS1v15(key, crypto.SHA1, sum.Sum(nil), sig) == nil
	}
	return false
}

// otherPSS is EMSA-PSS-VERIFY (RFC 8017 section 9.1.2) with a fault.
func (v *plainVerifier) otherPSS(alg, input string, block []byte) bool {
	if !slices.Contains(signatureFaults, v.fault) {
		return false
	}
	h, mask := hashOf(alg), hashOf(alg)
	switch v.fault {
	case "the mask of PSS may be of SHA-1":
		mask = crypto.SHA1
	case "the mask of PSS may be of SHA-256":
		mask = crypto.SHA256
	case "PSS may be of another hash":
		h, mask = crypto.SHA512, crypto.SHA512
	}
	sum := func(h crypto.Hash, parts ...[]byte) []byte {
		m := h.New()
		for _, part := range parts {
			m.Write(part)
		}
		return m.Sum(nil)
	}
	masked, hashed, trailer := block[:len(block)-1-h.Size()], block[len(block)-1-h.Size():len(block)-1], block[len(block)-1]
	masked = slices.Clone(masked)
	for i, counter := 0, uint32(0); i < len(masked); counter++ {
		for _, b := range sum(mask, hashed, binary.BigEndian.AppendUint32(nil, counter)) {
			if i < len(masked) {
				masked[i] ^= b
				i++
			}
		}
	}
	masked[0] &= 0x7f
	salt := masked[len(masked)-h.Size():]
	padding, separator := masked[:len(masked)-h.Size()-1], masked[len(masked)-h.Size()-1]
	if trailer != 0xbc && v.fault != "the last byte of a PSS block is not looked at" || separator != 1 && v.fault != "the byte before the salt is not looked at" ||
		len(bytes.Trim(padding, "\x00")) > 0 && v.fault != "the padding of a PSS block is not looked at" {
		return false
	}
	return bytes.Equal(hashed, sum(h, make([]byte, 8), sum(h, []byte(input)), salt))
}
