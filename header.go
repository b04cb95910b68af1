package jwt

import (
	"crypto"
	"crypto/elliptic"
	_ "crypto/sha256" // SHA-256 for [crypto.Hash]
	_ "crypto/sha512" // SHA-384 and SHA-512

	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// A Header is what this package reads of a token's JOSE header (RFC 7515
// section 4). The zero value is an empty header. Every other parameter of a
// received header is ignored, jku, jwk, x5u and x5c among them, but for those
// that change what a token means: crit, b64, enc and zip are refused.
type Header struct {
	Algorithm   Algorithm // alg
	KeyID       string    // kid, "" if absent
	Type        string    // typ, "" if absent
	ContentType string    // cty, "" if absent
}

// An Algorithm is a value of the alg header parameter (RFC 7518 section 3.1,
// RFC 8037, RFC 9864). The constants are those that this package's own keys
// serve; a [Signer] and [Verifier] from elsewhere may bring others. There is no
// "none": a token that says so is malformed, however it spells it.
type Algorithm string

// The algorithms of this package's own keys.
const (
	HS256 Algorithm = "HS256" // HMAC, one secret for both sides
	HS384 Algorithm = "HS384"
	HS512 Algorithm = "HS512"

	RS256 Algorithm = "RS256" // RSA, PKCS #1 v1.5
	RS384 Algorithm = "RS384"
	RS512 Algorithm = "RS512"

	PS256 Algorithm = "PS256" // RSA, PSS
	PS384 Algorithm = "PS384"
	PS512 Algorithm = "PS512"

	ES256 Algorithm = "ES256" // ECDSA on P-256
	ES384 Algorithm = "ES384" // on P-384
	ES512 Algorithm = "ES512" // on P-521

	EdDSA   Algorithm = "EdDSA"   // Ed25519 under its older name
	Ed25519 Algorithm = "Ed25519" // Ed25519 (RFC 9864)
)

type family int

const (
	familyHMAC family = iota + 1
	familyRSA
	familyPSS
	familyECDSA
	familyEd25519
)

// facts is what there is to know about an algorithm.
type facts struct {
	family family
	hash   crypto.Hash // 0 for Ed25519, which hashes by itself
	curve  elliptic.Curve
}

// algorithms is the one table of algorithms; it is never changed.
var algorithms = map[Algorithm]facts{
	HS256:   {familyHMAC, crypto.SHA256, nil},
	HS384:   {familyHMAC, crypto.SHA384, nil},
	HS512:   {familyHMAC, crypto.SHA512, nil},
	RS256:   {familyRSA, crypto.SHA256, nil},
	RS384:   {familyRSA, crypto.SHA384, nil},
	RS512:   {familyRSA, crypto.SHA512, nil},
	PS256:   {familyPSS, crypto.SHA256, nil},
	PS384:   {familyPSS, crypto.SHA384, nil},
	PS512:   {familyPSS, crypto.SHA512, nil},
	ES256:   {familyECDSA, crypto.SHA256, elliptic.P256()},
	ES384:   {familyECDSA, crypto.SHA384, elliptic.P384()},
	ES512:   {familyECDSA, crypto.SHA512, elliptic.P521()},
	EdDSA:   {familyEd25519, 0, nil},
	Ed25519: {familyEd25519, 0, nil},
}

// decodeHeader reads the JSON of a header.
func decodeHeader(data []byte) (Header, *VerifyError) {
	h, problem := jose.DecodeHeader(data, nil)
	switch {
	case problem != nil:
		return Header{}, &VerifyError{ErrMalformed, problem.Parameter, problem.Detail}
	case h.Encryption != "":
		return Header{}, &VerifyError{ErrMalformed, "enc", "the token is encrypted (RFC 7516 section 9), want a signed one; package jwe reads it"}
	case jose.EqualFold(h.Algorithm, "none"):
		return Header{}, &VerifyError{ErrMalformed, "alg", `"none" is never accepted`}
	}
	return Header{Algorithm(h.Algorithm), h.KeyID, h.Type, h.ContentType}, nil
}

// appendHeader appends the JSON of h, or reports text that is not valid UTF-8.
func appendHeader(b []byte, h Header) ([]byte, error) {
	b, err := jose.AppendHeader(b, jose.Header{Algorithm: string(h.Algorithm), KeyID: h.KeyID, Type: h.Type, ContentType: h.ContentType})
	return append(b, '}'), err
}
