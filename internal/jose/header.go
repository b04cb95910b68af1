// Package jose is what signed and encrypted tokens have in common, so that
// packages jwt and jwe follow the same rules: their headers (RFC 7515 section 4,
// RFC 7516 section 4), their size limits, and how the key of a token is found.
package jose

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

const maxHeaderMembers = 64 // at every depth together

// A Header has the parameters that both kinds of token may have, "" for one that
// is absent. Only a key ID may be there and empty.
type Header struct {
	Algorithm   string // alg; never "" in a decoded header
	Encryption  string // enc; only encrypted tokens have it
	KeyID       string // kid
	Type        string // typ
	ContentType string // cty
}

// A Problem is what is wrong with a header: with a parameter, or "" if it is
// with the whole.
type Problem struct{ Parameter, Detail string }

// DecodeHeader reads the JSON of a header and hands every parameter that Header
// does not have to other, unless that is nil. Source holds the same text as data,
// and what is returned may be parts of it.
func DecodeHeader(data []byte, source string, other func(name []byte, value strictjson.Value)) (h Header, problem *Problem) {
	o := strictjson.Read(data, maxHeaderMembers)
	for o.Next() {
		var target *string
		switch string(o.Name) {
		case "alg":
			target = &h.Algorithm
		case "enc":
			target = &h.Encryption
		case "kid":
			target = &h.KeyID
		case "typ":
			target = &h.Type
		case "cty":
			target = &h.ContentType
		case "crit", "b64", "zip":
			if string(o.Name) == "b64" && string(o.Value.Raw) == "true" {
				continue // as if it were absent
			}
			return Header{}, refused(string(o.Name))
		default:
			if other != nil {
				other(o.Name, o.Value)
			}
			continue
		}
		text, ok := o.Value.Text(source)
		if !ok {
			return Header{}, &Problem{string(o.Name), "got " + o.Value.Kind() + ", want a string"}
		}
		if text == "" && target != &h.KeyID {
			return Header{}, &Problem{string(o.Name), "is empty"}
		}
		*target = text
	}
	if o.Problem() != "" {
		return Header{}, &Problem{"", "header: " + o.Problem()}
	}
	if h.Algorithm == "" {
		return Header{}, &Problem{"alg", "is absent"}
	}
	return h, nil
}

// refused is the problem with a parameter that would change how a token is to be
// read.
func refused(parameter string) *Problem {
	switch parameter {
	case "crit":
		return &Problem{parameter, "no critical extension is supported (RFC 7515 section 4.1.11)"}
	case "b64":
		return &Problem{parameter, "an unencoded payload is not for JSON Web Tokens (RFC 7797 section 7)"}
	default:
		return &Problem{parameter, "compressed content is not supported"}
	}
}

// AppendHeader appends the JSON of h without its closing brace, or reports text
// that is not valid UTF-8.
func AppendHeader(b []byte, h Header) ([]byte, error) {
	for _, m := range [...]struct{ name, value string }{
		{`{"alg":`, h.Algorithm},
		{`,"enc":`, h.Encryption},
		{`,"kid":`, h.KeyID},
		{`,"typ":`, h.Type},
		{`,"cty":`, h.ContentType},
	} {
		if m.value == "" {
			continue
		}
		var err error
		if b, err = jsontext.AppendQuote(append(b, m.name...), m.value); err != nil {
			return nil, err
		}
	}
	return b, nil
}
