package jwe

import (
	"crypto"
	"fmt"
	"strings"
)

// An Algorithm is a value of the alg header parameter of an encrypted token: how
// the recipient gets the content encryption key (RFC 7518 section 4).
type Algorithm string

// The algorithms of this package's own keys.
const (
	Dir          Algorithm = "dir"            // a shared key encrypts the content
	A128KW       Algorithm = "A128KW"         // a shared key of 16 bytes wraps a new key
	A256KW       Algorithm = "A256KW"         // a shared key of 32 bytes wraps a new key
	RSAOAEP256   Algorithm = "RSA-OAEP-256"   // RSA, OAEP with SHA-256
	ECDHES       Algorithm = "ECDH-ES"        // key agreement on P-256, P-384, P-521 or X25519
	ECDHESA128KW Algorithm = "ECDH-ES+A128KW" // key agreement, then A128KW
	ECDHESA256KW Algorithm = "ECDH-ES+A256KW" // key agreement, then A256KW

	// LegacyRSAOAEP is RSA with OAEP and SHA-1, for tokens of older peers. Only
	// NewDecrypter accepts it.
	LegacyRSAOAEP Algorithm = "RSA-OAEP"
)

// An Encryption is a value of the enc header parameter: how the content is
// encrypted (RFC 7518 section 5).
type Encryption string

// The content encryptions. All keys use one of them.
const (
	A128GCM      Encryption = "A128GCM"       // AES-GCM, a key of 16 bytes
	A256GCM      Encryption = "A256GCM"       // a key of 32 bytes
	A128CBCHS256 Encryption = "A128CBC-HS256" // AES-CBC and HMAC-SHA-256, 32 bytes
	A256CBCHS512 Encryption = "A256CBC-HS512" // AES-CBC and HMAC-SHA-512, 64 bytes
)

// agrees reports whether alg is a key agreement, which has parameters of its own
// (RFC 7518 section 4.6.1). With any other algorithm they are ignored.
func agrees(alg Algorithm) bool { return strings.HasPrefix(string(alg), "ECDH-") }

type family int

const (
	familyDirect family = iota + 1
	familyWrap
	familyRSA
	familyAgree
)

// facts is what there is to know about an alg, and the content encryption of the
// key that has it.
type facts struct {
	family  family
	hash    crypto.Hash // of OAEP
	kekSize int         // bytes of the key that wraps; 0 if none does
	content contentFacts
}

// algorithms is the one table of algorithms; it is never changed.
var algorithms = map[Algorithm]facts{
	Dir:           {family: familyDirect},
	A128KW:        {family: familyWrap, kekSize: 16},
	A256KW:        {family: familyWrap, kekSize: 32},
	RSAOAEP256:    {family: familyRSA, hash: crypto.SHA256},
	LegacyRSAOAEP: {family: familyRSA, hash: crypto.SHA1},
	ECDHES:        {family: familyAgree},
	ECDHESA128KW:  {family: familyAgree, kekSize: 16},
	ECDHESA256KW:  {family: familyAgree, kekSize: 32},
}

func factsOf(alg Algorithm, enc Encryption) (f facts, err error) {
	f, ok := algorithms[alg]
	if !ok {
		return facts{}, fmt.Errorf("jwe: unknown algorithm %q, want one of the package's constants", string(alg))
	}
	f.content, err = contentOf(enc)
	return f, err
}
