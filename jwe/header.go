package jwe

import (
	"crypto/ecdh"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// A Header is what this package reads of an encrypted token's JOSE header (RFC
// 7516 section 4). The zero value is an empty header. Every other parameter of a
// received header is ignored, jku, jwk, x5u and x5c among them, except for those
// that change how a token is read: crit, b64 and zip are refused.
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

// common returns the parameters that signed tokens have as well.
func (h *Header) common() jose.Header {
	return jose.Header{
		Algorithm: string(h.Algorithm), Encryption: string(h.Encryption), KeyID: h.KeyID, Type: h.Type, ContentType: h.ContentType,
	}
}

func (h *Header) setCommon(common *jose.Header) {
	h.Algorithm, h.Encryption = Algorithm(common.Algorithm), Encryption(common.Encryption)
	h.KeyID, h.Type, h.ContentType = common.KeyID, common.Type, common.ContentType
}

// isCommon reports whether h has no other parameters. All such tokens of a key
// have the same header.
func (h *Header) isCommon() bool {
	return h.EphemeralKey == nil && h.PartyUInfo == nil && h.PartyVInfo == nil
}

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
	if h.setCommon(&common); agrees(h.Algorithm) {
		if refusal = a.decode(&h); refusal != nil {
			return Header{}, refusal
		}
	}
	return h, nil
}

// appendHeader appends the JSON of h, or reports text that is not valid UTF-8.
func appendHeader(b []byte, h *Header) ([]byte, error) {
	b, err := jose.AppendHeader(b, h.common())
	if err != nil {
		return b, err
	}
	if h.EphemeralKey != nil {
		b = appendEphemeralKey(append(b, `,"epk":`...), h.EphemeralKey)
	}
	if h.PartyUInfo != nil {
		b = append(base64url.AppendEncode(append(b, `,"apu":"`...), h.PartyUInfo), '"')
	}
	if h.PartyVInfo != nil {
		b = append(base64url.AppendEncode(append(b, `,"apv":"`...), h.PartyVInfo), '"')
	}
	return append(b, '}'), nil
}
