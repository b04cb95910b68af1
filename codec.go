package jwt

import (
	"reflect"
	"slices"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt/internal/structjson"
)

// decode decodes the payload into the value that into points to, which is of the
// kind. Registered claims in it come from those that are decoded already.
func (t *Token) decode(into any, of *claimsKind) error {
	v := reflect.ValueOf(into).Elem()
	if of.codec != nil && t.decodeStruct(of.codec, v) {
		return nil
	}
	v.SetZero()
	return json.Unmarshal([]byte(t.payload), into)
}

// decodeStruct reports whether codec could do it.
func (t *Token) decodeStruct(codec *structjson.Codec, v reflect.Value) bool {
	source := t.payload
	if codec.Embeds {
		claims := v.Field(0).Addr().Interface().(*Claims)
		*claims = t.Claims
		claims.Audience = slices.Clone(claims.Audience)
		if t.private == 0 {
			return true
		}
		source = source[t.private-1:] // from the brace, comma or space before the first of the others
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	b.payload = append(append(b.payload[:0], '{'), source[1:]...)
	return codec.Decode(b.payload, source, v)
}

// A claimsKind is what there is to know about a type of claims.
type claimsKind struct {
	codec *structjson.Codec // nil if the type is for package json
	room  sync.Pool         // of pointers to zero values of the type

	validates bool // the type or a pointer to it is a validator
}

// claimsKinds remembers the answers of kindOf, by [reflect.Type].
var claimsKinds sync.Map

func kindOf(t reflect.Type) *claimsKind {
	known, ok := claimsKinds.Load(t)
	if !ok {
		known, _ = claimsKinds.LoadOrStore(t, &claimsKind{codec: structjson.New(t, reflect.TypeFor[Claims]()), validates: validates(t)})
	}
	return known.(*claimsKind)
}

// appendJSON appends the JSON of v. What is checked needs no [checkClaims].
func appendJSON(b []byte, v any) (_ []byte, checked bool, err error) {
	if b, checked, ok := appendStruct(b, v); ok {
		return b, checked, nil
	}
	encoded, err := json.Marshal(v)
	return append(b, encoded...), false, err
}

// decodeJSON decodes the text into the value that into points to, which is of the
// kind.
func decodeJSON(text string, into any, of *claimsKind) error {
	b := buffers.Get().(*buffer)
	defer b.free()
	b.payload = append(b.payload[:0], text...)
	v := reflect.ValueOf(into).Elem()
	if of.codec != nil && !of.codec.Embeds && of.codec.Decode(b.payload, text, v) {
		return nil
	}
	v.SetZero()
	return json.Unmarshal([]byte(text), into)
}

// appendStruct appends the JSON of a struct or a pointer to one, and reports
// false if it is for package json. What is checked needs no [checkClaims].
func appendStruct(b []byte, claims any) (_ []byte, checked, ok bool) {
	v := reflect.ValueOf(claims)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil, false, false
	}
	codec := kindOf(v.Type()).codec
	if codec == nil {
		return nil, false, false
	}
	open := len(b)
	if codec.Embeds {
		embedding, ok := claims.(interface{ registered() Claims })
		if !ok { // a type made by package reflect, or a named one of pointers
			return nil, false, false
		}
		registered := embedding.registered()
		var err error
		if b, err = registered.appendMembers(b); err != nil {
			return nil, false, false
		}
	}
	if b, ok = codec.Append(b, v); !ok {
		return nil, false, false
	}
	return closeObject(b, open), codec.Embeds && codec.Flat, true
}

// registered returns the Claims in a struct that embeds them.
func (c Claims) registered() Claims { return c }

// append appends the JSON of c as the encoder would write it, but faster.
func (c *Claims) append(b []byte) ([]byte, error) {
	open := len(b)
	b, err := c.appendMembers(b)
	if err != nil {
		return nil, err
	}
	return closeObject(b, open), nil
}

// appendMembers appends a comma and a member for each claim that is present.
func (c *Claims) appendMembers(b []byte) ([]byte, error) {
	m := members{b: b}
	m.text(`,"iss":`, c.Issuer)
	m.text(`,"sub":`, c.Subject)
	m.audience(`,"aud":`, c.Audience)
	m.date(`,"exp":`, c.ExpiresAt)
	m.date(`,"nbf":`, c.NotBefore)
	m.date(`,"iat":`, c.IssuedAt)
	m.text(`,"jti":`, c.ID)
	return m.b, m.err
}

// members are JSON to which each of its methods appends a member, unless that is
// absent.
type members struct {
	b   []byte
	err error
}

func (m *members) text(name, s string) {
	if s != "" && m.err == nil {
		m.b, m.err = jsontext.AppendQuote(append(m.b, name...), s)
	}
}

func (m *members) audience(name string, a Audience) {
	if a != nil && m.err == nil {
		m.b, m.err = a.append(append(m.b, name...))
	}
}

func (m *members) date(name string, d NumericDate) {
	if d != 0 {
		m.b = strconv.AppendInt(append(m.b, name...), int64(d), 10)
	}
}

// closeObject makes an object of the members from open on, each behind a comma.
func closeObject(b []byte, open int) []byte {
	if len(b) == open {
		b = append(b, '{')
	}
	b[open] = '{'
	return append(b, '}')
}
