package jwt

import "github.com/seed-b1f8f58c/jwt/internal/jose"

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
