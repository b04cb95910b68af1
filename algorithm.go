package jwt

import (
	"crypto"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
)

// An Algorithm is a value of the alg header parameter (RFC 7518 section 3.1,
// RFC 8037, RFC 9864, RFC 9964). The constants are those that this package's own keys
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

	// The post-quantum algorithms (RFC 9964) want a program built with Go 1.27 or
	// later. Their signatures alone are 3,227, 4,412 and 6,170 characters of a token,
	// while a browser keeps 4,096 bytes in a cookie, and many servers take about 8,000
	// for a header line. Test the whole way of a token before you choose one.
	MLDSA44 Algorithm = "ML-DSA-44" // ML-DSA, category 2: as strong as SHA-256 against collisions
	MLDSA65 Algorithm = "ML-DSA-65" // category 3: as strong as AES-192
	MLDSA87 Algorithm = "ML-DSA-87" // category 5: as strong as AES-256
)

type family int

const (
	familyHMAC family = iota + 1
	familyRSA
	familyPSS
	familyECDSA
	familyEd25519
	familyMLDSA
)

// facts is what there is to know about an algorithm.
type facts struct {
	family family
	hash   crypto.Hash // 0 for Ed25519 and ML-DSA, which hash by themselves
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
	MLDSA44: {familyMLDSA, 0, nil},
	MLDSA65: {familyMLDSA, 0, nil},
	MLDSA87: {familyMLDSA, 0, nil},
}

// factsOf looks alg up; it must be of the family asked for, if one is.
func factsOf(alg Algorithm, want family) (facts, error) {
	f, ok := algorithms[alg]
	if !ok {
		return facts{}, fmt.Errorf("jwt: unknown algorithm %q, want one of the package's constants", string(alg))
	}
	if want != 0 && f.family != want {
		return facts{}, fmt.Errorf("jwt: %s takes no secret, want HS256, HS384 or HS512; NewSigner and NewVerifier take its keys", alg)
	}
	return f, nil
}

// coordinateSize is the size in bytes of each half of an ECDSA signature.
func (f facts) coordinateSize() int { return (f.curve.Params().BitSize + 7) / 8 }

type digestBuffer [sha512.Size]byte

// digest returns the hash of input, in buf.
func (f facts) digest(buf *digestBuffer, input []byte) []byte {
	switch f.hash {
	case crypto.SHA256:
		sum := sha256.Sum256(input)
		return append(buf[:0], sum[:]...)
	case crypto.SHA384:
		sum := sha512.Sum384(input)
		return append(buf[:0], sum[:]...)
	default:
		sum := sha512.Sum512(input)
		return append(buf[:0], sum[:]...)
	}
}
