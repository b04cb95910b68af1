package jwk

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// A parsedKey is what a key file holds: a key of the standard library, and what
// its algorithm identifier says it is for.
type parsedKey struct {
	key        any
	attributes // with pss, and maybe an alg
}

var (
	errNotDER    = errors.New("not a key: not DER")
	errEncrypted = errors.New("the key is encrypted; decrypt it first: openssl pkey -in encrypted.pem -out key.pem")
	errNoKind    = errors.New("not a key of a kind that is supported: RSA, P-256, P-384, P-521, Ed25519 or X25519")
	errExplicit  = errors.New("an EC key with explicit parameters; give it the name of its curve: openssl pkey -in key.pem -ec_param_enc named_curve -out named.pem")
)

// maxPrivateDER is more bytes than any private key that is taken has; without
// it, checking an RSA key that is too large would take long.
const maxPrivateDER = 8 << 10

// isDER reports whether data is a sequence in DER, or begins with one that is too
// large to be taken for text: the second byte of a text in ASCII is below 0x80.
func isDER(data []byte) bool {
	input := cryptobyte.String(data)
	return input.SkipASN1(tag.SEQUENCE) && (input.Empty() || data[1] >= 0x80)
}

// parseDER reads a key by what is in it: a private key in PKCS #8 (RFC 5958),
// PKCS #1 (RFC 8017) or SEC 1 (RFC 5915), a public key as SubjectPublicKeyInfo
// (RFC 5280) or PKCS #1, or an X.509 certificate.
func parseDER(der []byte) (parsedKey, error) {
	input, body := cryptobyte.String(der), cryptobyte.String(nil)
	if !input.ReadASN1(&body, tag.SEQUENCE) {
		return parsedKey{}, errNotDER
	}
	if !input.Empty() {
		return parsedKey{}, errors.New("data after the key")
	}
	switch {
	case body.PeekASN1Tag(tag.INTEGER):
		return parseVersioned(der, body)
	case body.PeekASN1Tag(tag.OBJECT_IDENTIFIER):
		return parsedKey{}, errors.New("PKCS #7, which holds certificates; take out the one that is meant: openssl pkcs7 -in file.p7b -print_certs")
	}
	return parseUnversioned(der, body)
}

// parseVersioned reads the structures that begin with an integer.
func parseVersioned(der []byte, body cryptobyte.String) (parsedKey, error) {
	body.SkipASN1(tag.INTEGER)
	integers := 1
	for rest := body; rest.SkipASN1(tag.INTEGER); integers++ {
	}
	if integers == 2 {
		return parsed(x509.ParsePKCS1PublicKey(der))
	}
	isPKCS8 := body.PeekASN1Tag(tag.SEQUENCE)
	if content := body; isPKCS8 {
		if oid, _, _ := readAlgorithm(&content); oid.Equal(oidData) {
			return parsedKey{}, errors.New("PKCS #12; take out the key: openssl pkcs12 -in file.p12 -nodes -nocerts -out key.pem")
		}
	}
	if len(der) > maxPrivateDER {
		return parsedKey{}, fmt.Errorf("got a private key of %d bytes, want at most %d", len(der), maxPrivateDER)
	}
	switch {
	case body.PeekASN1Tag(tag.OCTET_STRING):
		return parseSEC1(der, body)
	case isPKCS8:
		return parsePKCS8(der, body)
	case integers == 6:
		return parsedKey{}, errors.New("a DSA key, which is not supported")
	}
	return parsed(x509.ParsePKCS1PrivateKey(der))
}

// parseSEC1 reads an EC private key, of which the version has been read.
func parseSEC1(der []byte, body cryptobyte.String) (parsedKey, error) {
	var parameters cryptobyte.String
	var present bool
	body.SkipASN1(tag.OCTET_STRING)
	if !body.ReadOptionalASN1(&parameters, &present, tag.Tag(0).Constructed().ContextSpecific()) {
		return parsedKey{}, errNoKind
	}
	if !present {
		return parsedKey{}, errors.New("an EC key without the name of its curve")
	}
	if err := checkCurve(parameters); err != nil {
		return parsedKey{}, err
	}
	return parsed(x509.ParseECPrivateKey(der))
}

// parsePKCS8 reads a PKCS #8 private key, of which the version has been read.
func parsePKCS8(der []byte, body cryptobyte.String) (parsedKey, error) {
	oid, parameters, ok := readAlgorithm(&body)
	if !ok {
		return parsedKey{}, errNoKind
	}
	if oid.Equal(oidPSS) {
		var inner cryptobyte.String
		if !body.ReadASN1(&inner, tag.OCTET_STRING) {
			return parsedKey{}, errNoKind
		}
		k, err := parsed(x509.ParsePKCS1PrivateKey(inner))
		return k.withPSS(parameters, err)
	}
	if err := checkAlgorithm(oid, parameters); err != nil {
		return parsedKey{}, err
	}
	if alg, ok := mldsaOIDs[oid.String()]; ok {
		return parseMLDSA(alg, parameters, body)
	}
	return parsed(x509.ParsePKCS8PrivateKey(der))
}

// parseUnversioned reads a public key or a certificate.
func parseUnversioned(der []byte, body cryptobyte.String) (parsedKey, error) {
	if cert, err := x509.ParseCertificate(der); err == nil {
		return parseSPKI(cert.RawSubjectPublicKeyInfo)
	}
	if _, err := x509.ParseCertificateRequest(der); err == nil {
		return parsedKey{}, errors.New("a certificate request, which nobody has certified; its public key: openssl req -in request.pem -pubkey -noout")
	}
	if _, _, ok := readAlgorithm(&body); ok && body.PeekASN1Tag(tag.OCTET_STRING) {
		return parsedKey{}, errEncrypted
	}
	return parseSPKI(der)
}

// parseSPKI reads a SubjectPublicKeyInfo.
func parseSPKI(der []byte) (parsedKey, error) {
	input, body := cryptobyte.String(der), cryptobyte.String(nil)
	input.ReadASN1(&body, tag.SEQUENCE)
	oid, parameters, ok := readAlgorithm(&body)
	if !ok {
		return parsedKey{}, errNoKind
	}
	if err := checkAlgorithm(oid, parameters); err != nil {
		return parsedKey{}, err
	}
	var bits asn1.BitString
	if !body.ReadASN1BitString(&bits) || !body.Empty() {
		return parsedKey{}, errNoKind
	}
	switch content := bits.RightAlign(); {
	case oid.Equal(oidPSS):
		k, err := parsed(x509.ParsePKCS1PublicKey(content))
		return k.withPSS(parameters, err)
	case oid.Equal(oidRSA): // whose parameters should be NULL (RFC 3279 section 2.3.1), and are absent at times
		return parsed(x509.ParsePKCS1PublicKey(content))
	case oid.Equal(oidEC) && len(content) > 0 && (content[0] == 2 || content[0] == 3):
		return parseCompressed(parameters, content)
	}
	return parsed(x509.ParsePKIXPublicKey(der))
}

// parseCompressed reads the point of an EC key of which one coordinate is only a
// sign (SEC 1 section 2.3.4), which package x509 does not.
func parseCompressed(parameters cryptobyte.String, point []byte) (parsedKey, error) {
	var oid asn1.ObjectIdentifier
	parameters.ReadASN1ObjectIdentifier(&oid)
	curve := namedCurves[oid.String()]
	if curve == nil {
		return parsedKey{}, errNoKind
	}
	x, y := elliptic.UnmarshalCompressed(curve, point)
	if x == nil {
		return parsedKey{}, errNoKind
	}
	size := len(point) - 1
	uncompressed := append(append([]byte{4}, x.FillBytes(make([]byte, size))...), y.FillBytes(make([]byte, size))...)
	return parsed(ecdsa.ParseUncompressedPublicKey(curve, uncompressed))
}

// parsed is what a parser of package x509 returned, without its error, which may
// quote the key.
func parsed(key any, err error) (parsedKey, error) {
	if err != nil {
		return parsedKey{}, errNoKind
	}
	return parsedKey{key: key}, nil
}

// withPSS adds what the parameters of an RSASSA-PSS key say, unless there is an error.
func (k parsedKey) withPSS(parameters cryptobyte.String, err error) (parsedKey, error) {
	if err != nil {
		return parsedKey{}, err
	}
	k.attributes, err = pssAttributes(parameters)
	return k, err
}

// isPrivate reports whether there is a private part.
func (k parsedKey) isPrivate() bool {
	_, ok := k.key.(interface{ Public() crypto.PublicKey })
	return ok
}
