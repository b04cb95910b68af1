package jwk

import (
	"crypto/elliptic"
	"encoding/asn1"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/webkey"
)

var (
	oidData   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidRSA    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidEC     = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidPSS    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidX25519 = asn1.ObjectIdentifier{1, 3, 101, 110}
	oidMGF1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
)

// unsupported names the keys that are often met and are not taken.
var unsupported = [...]struct{ oid, name string }{
	{"1.3.132.0.10", "secp256k1"},
	{"1.3.132.0.33", "P-224"},
	{"1.2.840.10045.3.1.1", "P-192"},
	{"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"},
	{"1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"},
	{"1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"},
	{"1.3.101.113", "Ed448"},
	{"1.3.101.111", "X448"},
	{"1.2.840.10040.4.1", "DSA"},
	{"1.2.840.113549.1.3.1", "Diffie-Hellman"},
	{"1.2.840.113549.1.1.7", "RSAES-OAEP"},
}

// mldsaOIDs are the object identifiers of ML-DSA keys (RFC 9881 section 2).
var mldsaOIDs = map[string]jwt.Algorithm{
	"2.16.840.1.101.3.4.3.17": jwt.MLDSA44, "2.16.840.1.101.3.4.3.18": jwt.MLDSA65, "2.16.840.1.101.3.4.3.19": jwt.MLDSA87,
}

// namedCurves are the curves of EC keys by their object identifiers (RFC 5480
// section 2.1.1.1).
var namedCurves = map[string]elliptic.Curve{
	"1.2.840.10045.3.1.7": elliptic.P256(), "1.3.132.0.34": elliptic.P384(), "1.3.132.0.35": elliptic.P521(),
}

// checkAlgorithm reports an algorithm identifier of a key that is not taken.
func checkAlgorithm(oid asn1.ObjectIdentifier, parameters cryptobyte.String) error {
	if oid.Equal(oidEC) {
		return checkCurve(parameters)
	}
	return checkOID(oid)
}

// checkCurve reports the parameters of an EC key that are not the name of a curve
// that is taken.
func checkCurve(parameters cryptobyte.String) error {
	var oid asn1.ObjectIdentifier
	if parameters.PeekASN1Tag(tag.SEQUENCE) {
		return errExplicit
	}
	if !parameters.ReadASN1ObjectIdentifier(&oid) {
		return errors.New("an EC key without the name of its curve")
	}
	return checkOID(oid)
}

func checkOID(oid asn1.ObjectIdentifier) error {
	if alg, ok := mldsaOIDs[oid.String()]; ok {
		return checkMLDSA(alg)
	}
	if oid.Equal(oidX25519) {
		return webkey.X25519().Approved()
	}
	for _, u := range unsupported {
		if u.oid == oid.String() {
			return errors.New("a key of " + u.name + ", which is not supported, want RSA, P-256, P-384, P-521, Ed25519 or X25519")
		}
	}
	return nil
}

// readAlgorithm reads an AlgorithmIdentifier (RFC 5280 section 4.1.1.2).
func readAlgorithm(s *cryptobyte.String) (oid asn1.ObjectIdentifier, parameters cryptobyte.String, ok bool) {
	ok = s.ReadASN1(&parameters, tag.SEQUENCE) && parameters.ReadASN1ObjectIdentifier(&oid)
	return oid, parameters, ok
}

var errPSS = errors.New("an RSASSA-PSS key with parameters that no algorithm of RFC 7518 section 3.5 has")

// pssHashes are the hashes of RSASSA-PSS (RFC 8017 appendix A.2.3), with the
// algorithm that uses one and its size.
var pssHashes = [...]struct {
	oid  string
	alg  jwt.Algorithm
	size int
}{
	{"2.16.840.1.101.3.4.2.1", jwt.PS256, 32},
	{"2.16.840.1.101.3.4.2.2", jwt.PS384, 48},
	{"2.16.840.1.101.3.4.2.3", jwt.PS512, 64},
}

// pssAttributes returns what an RSASSA-PSS key is for. Without parameters it is for
// each PS algorithm; with them, for the one of its hash, if that has also been
// chosen for the mask and the salt need not be longer (RFC 4055 section 3.1).
func pssAttributes(parameters cryptobyte.String) (attributes, error) {
	if parameters.Empty() {
		return attributes{pss: true}, nil
	}
	var body, hash, mask, salt cryptobyte.String
	var hasSalt bool
	context := func(n uint8) tag.Tag { return tag.Tag(n).Constructed().ContextSpecific() }
	parameters.ReadASN1(&body, tag.SEQUENCE) // what cannot be read names no hash
	body.ReadOptionalASN1(&hash, nil, context(0))
	body.ReadOptionalASN1(&mask, nil, context(1))
	readSalt := body.ReadOptionalASN1(&salt, &hasSalt, context(2))
	hashOID, _, _ := readAlgorithm(&hash)
	maskOID, maskHash, _ := readAlgorithm(&mask)
	maskHashOID, _, _ := readAlgorithm(&maskHash)
	if !maskOID.Equal(oidMGF1) || !maskHashOID.Equal(hashOID) {
		return attributes{}, errPSS
	}
	least := 20 // the default
	if !readSalt || hasSalt && !salt.ReadASN1Integer(&least) {
		return attributes{}, errPSS
	}
	for _, h := range pssHashes {
		if h.oid == hashOID.String() && least <= h.size {
			return attributes{pss: true, algorithm: h.alg, use: useSignature}, nil
		}
	}
	return attributes{}, errPSS
}
