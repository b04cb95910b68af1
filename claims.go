package jwt

import (
	"errors"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// Claims are the registered claims (RFC 7519 section 4.1). Embed it in a struct
// of your own to sign private claims beside them, and to read them back with
// [ClaimsAs]. A field's zero value stands for an absent claim, so the zero value
// is an empty set of claims.
type Claims struct {
	Issuer    string      `json:"iss,omitzero"`
	Subject   string      `json:"sub,omitzero"`
	Audience  Audience    `json:"aud,omitzero"`
	ExpiresAt NumericDate `json:"exp,omitzero"`
	NotBefore NumericDate `json:"nbf,omitzero"`
	IssuedAt  NumericDate `json:"iat,omitzero"`
	ID        string      `json:"jti,omitzero"`
}

// Audience is the list of intended recipients (RFC 7519 section 4.1.3). In JSON,
// one recipient is a string and several are an array; both are read. Nil is an
// absent claim, and an empty one an array without a recipient. For a peer that
// wants an array even for one recipient, see [AudienceList].
type Audience []string

// MarshalJSON writes a string if there is one recipient, or else an array.
func (a Audience) MarshalJSON() ([]byte, error) {
	b, ok := a.append(nil)
	if !ok {
		return nil, errors.New("jwt: aud: " + notUTF8)
	}
	return b, nil
}

// append appends the JSON of a, and reports text that is not valid UTF-8.
func (a Audience) append(b []byte) (_ []byte, ok bool) {
	if len(a) == 1 {
		return strictjson.AppendText(b, a[0])
	}
	b = append(b, '[')
	for i, recipient := range a {
		if i > 0 {
			b = append(b, ',')
		}
		if b, ok = strictjson.AppendText(b, recipient); !ok {
			return b, false
		}
	}
	return append(b, ']'), true
}

// UnmarshalJSON reads a string or an array of strings.
func (a *Audience) UnmarshalJSON(data []byte) error {
	value, problem := strictjson.ReadValue(data, 0)
	if problem != "" {
		return errors.New("jwt: aud: " + problem)
	}
	audience, ok := readAudience(&value, "", nil)
	if !ok {
		return errors.New("jwt: aud: got " + value.Kind() + ", want a string or an array of strings")
	}
	*a = audience
	return nil
}

// An AudienceList is an [Audience] that is an array in JSON even if there is one
// recipient. A field of this type takes the place of that of [Claims]:
//
//	type claims struct {
//		jwt.Claims
//		Audience jwt.AudienceList `json:"aud"`
//	}
type AudienceList []string

// UnmarshalJSON reads a string or an array of strings.
func (l *AudienceList) UnmarshalJSON(data []byte) error { return (*Audience)(l).UnmarshalJSON(data) }

func readAudience(v *strictjson.Value, source string, room []string) (Audience, bool) {
	if one, ok := v.Text(source); ok {
		return append(room, one), true
	}
	several, ok := v.Texts(source, room)
	if several == nil {
		several = []string{}
	}
	return several, ok
}

// registered says which registered claims a payload has, so that an absent one
// differs from an empty one.
type registered uint8

const (
	hasIssuer registered = 1 << iota
	hasSubject
	hasAudience
	hasExpiresAt
	hasNotBefore
	hasIssuedAt
	hasID
	hasConfirmation // which is not in Claims: cnf, RFC 7800
)

// decodeClaims reads the registered claims in data, which is the payload. It
// returns the claim at fault, if it is one, and what is wrong.
func (t *Token) decodeClaims(data []byte) (claim, problem string) {
	o := strictjson.Read(data, 0)
	for o.Next() {
		ok, want := true, "a string"
		switch string(o.Name) {
		case "iss":
			t.has |= hasIssuer
			t.Claims.Issuer, ok = o.Value.Text(t.payload)
		case "sub":
			t.has |= hasSubject
			t.Claims.Subject, ok = o.Value.Text(t.payload)
		case "jti":
			t.has |= hasID
			t.Claims.ID, ok = o.Value.Text(t.payload)
		case "aud":
			t.has |= hasAudience
			want = "a string or an array of strings"
			t.Claims.Audience, ok = readAudience(&o.Value, t.payload, t.oneAudience[:0])
		case "exp":
			t.has |= hasExpiresAt
			t.fraction.exp, want, ok = readDate(&o.Value, &t.Claims.ExpiresAt)
		case "nbf":
			t.has |= hasNotBefore
			t.fraction.nbf, want, ok = readDate(&o.Value, &t.Claims.NotBefore)
		case "iat":
			t.has |= hasIssuedAt
			t.fraction.iat, want, ok = readDate(&o.Value, &t.Claims.IssuedAt)
		default:
			if t.private == 0 {
				t.private = o.Start
			}
			if string(o.Name) == "cnf" {
				t.has |= hasConfirmation
			}
			continue
		}
		if !ok {
			return string(o.Name), "got " + o.Value.Kind() + ", want " + want
		}
	}
	if o.Problem() != "" {
		return "", "payload: " + o.Problem()
	}
	return "", ""
}
