package jwt

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Header is what this package reads of a token's JOSE header (RFC 7515
// section 4). The zero value is an empty header. Every other parameter of a
// received header is ignored, jku, jwk, x5u and x5c among them, but for those
// that change what a token means: crit, enc, zip, and b64 unless it is true, are
// refused. Embed it in a struct of your own to sign other parameters beside it,
// and to read them back with [HeaderAs].
type Header struct {
	Algorithm   Algorithm `json:"alg,omitzero"`
	KeyID       string    `json:"kid,omitzero"`
	Type        string    `json:"typ,omitzero"`
	ContentType string    `json:"cty,omitzero"`
}

// HeaderAs decodes the verified header into a T, as [ClaimsAs] does the payload:
// names match exactly, parameters that T does not have are left out. It is the
// header as it was signed, with every parameter. Those that name or hold a key
// (jwk, jku, x5u, x5c) are what the signer says; the key that verified the token
// is the policy's. A header that does not fit T is a *[VerifyError].
func HeaderAs[T any](t *Token) (T, error) {
	var none T
	if t == nil || t.header == "" {
		return none, errors.New("jwt: no verified token to read a header from")
	}
	into := new(roomFor[T])
	if err := decodeJSON(t.header, reflect.ValueOf(&into.value).Elem(), kindOf(reflect.TypeFor[T]()), into.texts[:0]); err != nil {
		return none, t.refuseDecoding(err)
	}
	return into.value, nil
}

// decodeHeader reads the JSON of a header, which source holds, too.
func decodeHeader(data []byte, source string) (Header, *VerifyError) {
	h, problem := jose.DecodeHeader(data, source, nil)
	switch {
	case problem != nil:
		return Header{}, &VerifyError{Reason: ErrMalformed, Claim: problem.Parameter, Detail: problem.Detail}
	case h.Encryption != "":
		return Header{}, &VerifyError{Reason: ErrMalformed, Claim: "enc", Detail: "the token is encrypted (RFC 7516 section 9), want a signed one; package jwe reads it"}
	case jose.EqualFold(h.Algorithm, "none"):
		return Header{}, &VerifyError{Reason: ErrMalformed, Claim: "alg", Detail: `"none" is never accepted`}
	}
	return Header{Algorithm(h.Algorithm), h.KeyID, h.Type, h.ContentType}, nil
}

// appendHeader appends the JSON of h, or reports text that is not valid UTF-8.
func appendHeader(b []byte, h Header) ([]byte, error) {
	b, err := jose.AppendHeader(b, jose.Header{Algorithm: string(h.Algorithm), KeyID: h.KeyID, Type: h.Type, ContentType: h.ContentType})
	return append(b, '}'), err
}

// appendKeyHeader appends the JSON of h with the algorithm and key ID of a key.
func appendKeyHeader(b []byte, h Header, alg Algorithm, keyID string) ([]byte, error) {
	if h.Algorithm != "" && h.Algorithm != alg {
		return nil, notTheKeys("alg", string(h.Algorithm), string(alg))
	}
	if h.KeyID != "" && h.KeyID != keyID {
		return nil, notTheKeys("kid", h.KeyID, keyID)
	}
	h.Algorithm, h.KeyID = alg, keyID
	return appendHeader(b, h)
}

// appendOwnHeader appends the JSON of a header of any type with the algorithm and
// key ID of a key, which come first.
func appendOwnHeader(b []byte, header any, alg Algorithm, keyID string) ([]byte, error) {
	encoded, _, err := appendJSON(nil, header)
	if err != nil {
		return nil, err
	}
	if b, err = jose.AppendHeader(b, jose.Header{Algorithm: string(alg), KeyID: keyID}); err != nil {
		return nil, err
	}
	o := strictjson.Read(encoded, 0)
	for o.Next() {
		switch name := string(o.Name); name {
		case "alg", "kid":
			want := map[string]string{"alg": string(alg), "kid": keyID}[name]
			got, ok := o.Value.Text("")
			if !ok {
				got = string(o.Value.Raw)
			}
			if !ok || got != want {
				return nil, notTheKeys(name, got, want)
			}
			continue
		default:
			if err := checkOwnName(name); err != nil {
				return nil, err
			}
		}
		if b, err = jsontext.AppendQuote(append(b, ','), o.Name); err != nil {
			return nil, err
		}
		b = append(append(b, ':'), o.Value.Raw...)
	}
	if problem := o.Problem(); problem != "" {
		return nil, errors.New(problem)
	}
	return append(b, '}'), nil
}

// checkOwnName reports a parameter that changes what a token means, in any case:
// some readers match names without regard to it, as encoding/json does.
func checkOwnName(name string) error {
	for _, special := range [...]string{"alg", "kid", "crit", "b64", "enc", "zip"} {
		switch {
		case name == special:
			return fmt.Errorf("%s: want it to be absent, for it changes what a token means", name)
		case jose.EqualFold(name, special):
			return fmt.Errorf("%s: want it to be absent, for some readers take it for %s", name, special)
		}
	}
	return nil
}

func notTheKeys(parameter, got, want string) error {
	return fmt.Errorf("%s: got %s, want the key's, %s", parameter, strictjson.Quote(got), strictjson.Quote(want))
}
