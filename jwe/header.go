package jwe

import (
	"crypto/ecdh"
	"encoding/base64"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Header is what this package reads of an encrypted token's JOSE header (RFC
// 7516 section 4). The zero value is an empty header. Every other parameter of a
// received header is ignored, jku, jwk, x5u and x5c among them, but for those
// that change how a token is to be read: crit, b64 and zip are refused.
type Header struct {
	Algorithm    Algorithm       // alg
	Encryption   Encryption      // enc
	KeyID        string          // kid, "" if absent
	Type         string          // typ, "" if absent
	ContentType  string          // cty, "" if absent
	EphemeralKey *ecdh.PublicKey // epk, on its curve; ECDH-ES only, where it is never nil
	PartyUInfo   []byte          // apu, decoded; ECDH-ES only
	PartyVInfo   []byte          // apv, decoded; ECDH-ES only
}

// An Algorithm is a value of the alg header parameter of an encrypted token: how
// the content encryption key is come by (RFC 7518 section 4).
type Algorithm string

// The algorithms of this package's own keys.
const (
	Dir          Algorithm = "dir"            // a shared key encrypts the content
	A128KW       Algorithm = "A128KW"         // a shared key of 16 bytes wraps a new one
	A256KW       Algorithm = "A256KW"         // a shared key of 32 bytes does
	RSAOAEP256   Algorithm = "RSA-OAEP-256"   // RSA, OAEP with SHA-256
	ECDHES       Algorithm = "ECDH-ES"        // key agreement on P-256, P-384, P-521 or X25519
	ECDHESA128KW Algorithm = "ECDH-ES+A128KW" // key agreement, then A128KW
	ECDHESA256KW Algorithm = "ECDH-ES+A256KW" // key agreement, then A256KW

	// LegacyRSAOAEP is RSA with OAEP and SHA-1, to read what old peers send:
	// NewDecrypter takes it, NewEncrypter does not.
	LegacyRSAOAEP Algorithm = "RSA-OAEP"
)

// An Encryption is a value of the enc header parameter: how the content is
// encrypted (RFC 7518 section 5).
type Encryption string

// The content encryptions, for keys of this package and from elsewhere.
const (
	A128GCM      Encryption = "A128GCM"       // AES-GCM, a key of 16 bytes
	A256GCM      Encryption = "A256GCM"       // a key of 32 bytes
	A128CBCHS256 Encryption = "A128CBC-HS256" // AES-CBC and HMAC-SHA-256, 32 bytes
	A256CBCHS512 Encryption = "A256CBC-HS512" // AES-CBC and HMAC-SHA-512, 64 bytes
)

// decodeHeader reads the JSON of a header.
func decodeHeader(data []byte) (h Header, refusal *jwt.VerifyError) {
	var a agreement
	common, problem := jose.DecodeHeader(data, string(data), a.set)
	switch {
	case problem != nil:
		return Header{}, malformed(problem.Parameter, problem.Detail)
	case common.Encryption == "":
		return Header{}, malformed("enc", "is absent: the token is not an encrypted one")
	}
	h = Header{
		Algorithm: Algorithm(common.Algorithm), Encryption: Encryption(common.Encryption),
		KeyID: common.KeyID, Type: common.Type, ContentType: common.ContentType,
	}
	if agrees(h.Algorithm) {
		if refusal = a.decode(&h); refusal != nil {
			return Header{}, refusal
		}
	}
	return h, nil
}

// agrees reports whether alg is a key agreement, which has parameters of its own
// (RFC 7518 section 4.6.1). With any other they are ignored.
func agrees(alg Algorithm) bool { return strings.HasPrefix(string(alg), "ECDH-") }

// An agreement is the parameters of a key agreement as they were read.
type agreement struct{ epk, apu, apv strictjson.Value }

func (a *agreement) set(name []byte, v strictjson.Value) {
	switch string(name) {
	case "epk":
		a.epk = v
	case "apu":
		a.apu = v
	case "apv":
		a.apv = v
	}
}

func (a *agreement) decode(h *Header) *jwt.VerifyError {
	var problem string
	if h.EphemeralKey, problem = decodeEphemeralKey(a.epk); problem != "" {
		return malformed("epk", problem)
	}
	if h.PartyUInfo, problem = decodeInfo(a.apu); problem != "" {
		return malformed("apu", problem)
	}
	if h.PartyVInfo, problem = decodeInfo(a.apv); problem != "" {
		return malformed("apv", problem)
	}
	return nil
}

func decodeInfo(v strictjson.Value) (info []byte, problem string) {
	if len(v.Raw) == 0 {
		return nil, ""
	}
	text, ok := v.Text("")
	if !ok {
		return nil, "got " + v.Kind() + ", want a string"
	}
	info, err := jwt.DecodeBase64URL(text)
	if err != nil {
		return nil, notBase64URL
	}
	return info, ""
}

const notBase64URL = "not base64url without padding"

// A curve is one of those that keys are agreed on.
type curve struct {
	ecdh.Curve
	kty, crv string
	size     int // bytes of a coordinate, and of the shared secret
}

// curves is the one table of them (RFC 7518 section 6.2.1, RFC 8037 section 2).
var curves = [...]curve{
	{ecdh.P256(), "EC", "P-256", 32},
	{ecdh.P384(), "EC", "P-384", 48},
	{ecdh.P521(), "EC", "P-521", 66},
	{ecdh.X25519(), "OKP", "X25519", 32},
}

func curveOf(c ecdh.Curve) (curve, bool) {
	for _, known := range curves {
		if c == known.Curve {
			return known, true
		}
	}
	return curve{}, false
}

// decodeEphemeralKey reads a public key of one of the curves, and nothing that
// holds more than a public key.
func decodeEphemeralKey(v strictjson.Value) (key *ecdh.PublicKey, problem string) {
	if v.Kind() != "an object" {
		return nil, "got " + v.Kind() + ", want an object"
	}
	var kty, crv, x, y string
	for o := strictjson.Read(v.Raw, 0); o.Next(); { // known to be well formed
		var target *string
		switch string(o.Name) {
		case "kty":
			target = &kty
		case "crv":
			target = &crv
		case "x":
			target = &x
		case "y":
			target = &y
		case "d", "p", "q", "dp", "dq", "qi", "oth", "k":
			return nil, "holds a private key"
		default:
			continue
		}
		text, ok := o.Value.Text("")
		if !ok {
			return nil, string(o.Name) + ": got " + o.Value.Kind() + ", want a string"
		}
		*target = text
	}
	for _, c := range curves {
		if c.kty == kty && c.crv == crv {
			return c.decodePoint(x, y)
		}
	}
	return nil, "got kty " + strictjson.Quote(kty) + ", crv " + strictjson.Quote(crv) + ", want EC with P-256, P-384 or P-521, or OKP with X25519"
}

func (c curve) decodePoint(x, y string) (key *ecdh.PublicKey, problem string) {
	coordinates := []string{x, y}
	point := make([]byte, 0, 1+2*c.size)
	if c.kty == "EC" {
		point = append(point, 4) // uncompressed (SEC 1 section 2.3.4)
	} else {
		coordinates = coordinates[:1]
	}
	for _, text := range coordinates {
		coordinate, err := jwt.DecodeBase64URL(text)
		if err != nil {
			return nil, "coordinate: " + notBase64URL
		}
		if len(coordinate) != c.size {
			return nil, "coordinate of the wrong size for " + c.crv
		}
		point = append(point, coordinate...)
	}
	key, err := c.NewPublicKey(point)
	if err != nil {
		return nil, "no point on the curve " + c.crv
	}
	return key, ""
}

// appendHeader appends the JSON of h, or reports text that is not valid UTF-8.
func appendHeader(b []byte, h *Header) ([]byte, error) {
	b, err := jose.AppendHeader(b, jose.Header{
		Algorithm: string(h.Algorithm), Encryption: string(h.Encryption), KeyID: h.KeyID, Type: h.Type, ContentType: h.ContentType,
	})
	if err != nil {
		return nil, err
	}
	if h.EphemeralKey != nil {
		b = appendEphemeralKey(append(b, `,"epk":`...), h.EphemeralKey)
	}
	if h.PartyUInfo != nil {
		b = append(encodeBase64URL(append(b, `,"apu":"`...), h.PartyUInfo), '"')
	}
	if h.PartyVInfo != nil {
		b = append(encodeBase64URL(append(b, `,"apv":"`...), h.PartyVInfo), '"')
	}
	return append(b, '}'), nil
}

func appendEphemeralKey(b []byte, key *ecdh.PublicKey) []byte {
	c, _ := curveOf(key.Curve())
	b = append(append(b, `{"kty":"`...), c.kty...)
	b = append(append(b, `","crv":"`...), c.crv...)
	point := key.Bytes()
	if c.kty == "EC" {
		point = point[1:]
	}
	b = encodeBase64URL(append(b, `","x":"`...), point[:c.size])
	if y := point[c.size:]; len(y) > 0 {
		b = encodeBase64URL(append(b, `","y":"`...), y)
	}
	return append(b, `"}`...)
}

// encodeBase64URL appends the base64url of src.
func encodeBase64URL(dst, src []byte) []byte {
	return base64.RawURLEncoding.AppendEncode(dst, src)
}
