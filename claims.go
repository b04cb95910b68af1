package jwt

import (
	"errors"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/internal/structjson"
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
	hasConfirmation // cnf (RFC 7800), which is not in Claims
)

// registeredClaim returns the bit of a name, and 0 for that of another claim.
func registeredClaim(name []byte) registered {
	switch string(name) {
	case "iss":
		return hasIssuer
	case "sub":
		return hasSubject
	case "aud":
		return hasAudience
	case "exp":
		return hasExpiresAt
	case "nbf":
		return hasNotBefore
	case "iat":
		return hasIssuedAt
	case "jti":
		return hasID
	case "cnf":
		return hasConfirmation
	}
	return 0
}

// decodeClaims reads the registered claims in data, which is the payload, and in the
// same walk the private ones into the target, if there is one. It returns the claim
// at fault, if it is one, and what is wrong: that may be the target only.
func (t *Token) decodeClaims(data []byte, into *target) (claim, problem string) {
	var m structjson.Members
	m.WalkStrictly(data, t.payload)
	if m.Peek() != '{' {
		return "", "payload: not a JSON object"
	}
	for more := m.Open('{'); more; more = m.More('}') {
		name := m.Name()
		is := registeredClaim(name)
		if is == 0 || is == hasConfirmation { // not in Claims
			if t.private == 0 {
				t.private = m.NameAt()
				into.begin(&m, t)
			}
			if t.has |= is; !m.Member(name) && m.Problem() == "" {
				return string(name), "does not fit the target"
			}
			continue
		}
		if t.has&is != 0 {
			m.Duplicate(name)
			continue
		}
		t.has |= is
		if mismatch := t.readClaim(&m, is); mismatch != "" && m.Problem() == "" {
			return string(name), mismatch
		}
	}
	switch {
	case m.Problem() != "":
		return "", "payload: " + m.Problem()
	case !m.AtEnd():
		return "", "payload: data after the JSON object"
	}
	return "", ""
}

// readClaim reads the value of a registered claim. It returns what is wrong with it.
func (t *Token) readClaim(m *structjson.Members, is registered) (mismatch string) {
	switch is {
	case hasIssuer:
		return readText(m, &t.Claims.Issuer)
	case hasSubject:
		return readText(m, &t.Claims.Subject)
	case hasID:
		return readText(m, &t.Claims.ID)
	case hasExpiresAt:
		return readDate(m, &t.Claims.ExpiresAt, &t.fraction.exp)
	case hasNotBefore:
		return readDate(m, &t.Claims.NotBefore, &t.fraction.nbf)
	case hasIssuedAt:
		return readDate(m, &t.Claims.IssuedAt, &t.fraction.iat)
	}
	if one, ok := m.Text(); ok {
		t.Claims.Audience = append(t.oneAudience[:0], one)
		return ""
	}
	v, ok := m.Value(), false
	if t.Claims.Audience, ok = readAudience(&v, t.payload, t.oneAudience[:0]); !ok {
		return gotInstead(&v, "a string or an array of strings")
	}
	return ""
}

func readText(m *structjson.Members, text *string) (mismatch string) {
	var ok bool
	if *text, ok = m.Text(); !ok {
		v := m.Value()
		return gotInstead(&v, "a string")
	}
	return ""
}

// readDate sets date and its fraction of a second.
func readDate(m *structjson.Members, date *NumericDate, nsec *int32) (mismatch string) {
	if sec, ok := m.Integer(); ok {
		*date = NumericDate(sec)
		return ""
	}
	v := m.Value()
	if !v.IsNumber() {
		return gotInstead(&v, "a number")
	}
	at, ok := parseInstant(v.Raw)
	if *date, *nsec = NumericDate(at.sec), at.nsec; !ok {
		return gotInstead(&v, "one that fits 64 bits")
	}
	return ""
}

func gotInstead(v *strictjson.Value, want string) string { return "got " + v.Kind() + ", want " + want }
