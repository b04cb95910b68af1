package jwt

import (
	"errors"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/internal/structjson"
)

// A claimsKind is what there is to know about a type of claims.
type claimsKind struct {
	*structjson.Codec
	validates bool // the type or a pointer to it is a validator
}

// claimsKinds remembers the answers of kindOf, by [reflect.Type].
var claimsKinds sync.Map

func kindOf(t reflect.Type) *claimsKind {
	known, ok := claimsKinds.Load(t)
	if !ok {
		known, _ = claimsKinds.LoadOrStore(t, &claimsKind{structjson.New(t, reflect.TypeFor[Claims]()), validates(t)})
	}
	return known.(*claimsKind)
}

// roomFor is the memory for a T: one piece for the value and for the usual few
// texts that are in lists.
type roomFor[T any] struct {
	value T
	texts [4]string
}

// decode decodes the payload into the value that into points to, which is of the
// kind. Registered claims in it come from those that are decoded already.
func (t *Token) decode(into any, of *claimsKind, room []string) error {
	v := reflect.ValueOf(into).Elem()
	claims, alone := into.(*Claims)
	switch {
	case of.Embeds:
		claims = v.Field(0).Addr().Interface().(*Claims)
	case !alone:
		return decodeJSON(t.payload, v, of, room)
	}
	*claims = t.Claims
	claims.Audience, room = structjson.CloneTexts(claims.Audience, room)
	if alone || t.private == 0 {
		return nil
	}
	source := t.payload[t.private-1:] // from the brace, comma or space before the first of the others
	b := buffers.Get().(*buffer)
	defer b.free()
	b.payload = append(append(b.payload[:0], '{'), source[1:]...)
	return of.DecodeMembers(b.payload, source, v, room)
}

// decodeJSON decodes the text, which is known to be strict, into v, which is of
// the kind.
func decodeJSON(text string, v reflect.Value, of *claimsKind, room []string) error {
	b := buffers.Get().(*buffer)
	defer b.free()
	b.payload = append(b.payload[:0], text...)
	return of.Decode(b.payload, text, v, room)
}

// appendJSON appends the JSON of v, which is strict. It reports checked if that
// is an object whose registered claims are of their types.
func appendJSON(b []byte, v any) (_ []byte, checked bool, err error) {
	of := reflect.ValueOf(v)
	if of.Kind() == reflect.Pointer && !of.IsNil() {
		of = of.Elem()
	}
	if !of.IsValid() {
		return append(b, "null"...), false, nil
	}
	kind := kindOf(of.Type())
	embedding, ok := v.(interface{ registered() Claims })
	if !ok || !kind.Embeds { // one may have it without the other: a named type of pointers, or a promotion from below
		b, err = kind.Append(b, of)
		return b, false, err
	}
	open, registered := len(b), embedding.registered()
	if b, err = registered.appendMembers(b); err != nil {
		return nil, false, err
	}
	if b, err = kind.AppendMembers(b, of); err != nil {
		return nil, false, err
	}
	return closeObject(b, open), true, nil
}

// registered returns the Claims in a struct that embeds them.
func (c Claims) registered() Claims { return c }

// own returns the Claims in a struct that embeds them, to be modified.
func (c *Claims) own() *Claims { return c }

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
// absent. A label is what begins it: a comma, the name, a colon.
type members struct {
	b   []byte
	err error
}

func (m *members) text(label, s string) {
	if s != "" {
		var ok bool
		m.b, ok = strictjson.AppendText(append(m.b, label...), s)
		m.check(label, ok)
	}
}

func (m *members) audience(label string, a Audience) {
	if a != nil {
		var ok bool
		m.b, ok = a.append(append(m.b, label...))
		m.check(label, ok)
	}
}

func (m *members) check(label string, ok bool) {
	if !ok && m.err == nil {
		m.err = errors.New(strings.Trim(label, `,":`) + ": " + notUTF8)
	}
}

const notUTF8 = "got a text that is not valid UTF-8"

func (m *members) date(label string, d NumericDate) {
	if d != 0 {
		m.b = strconv.AppendInt(append(m.b, label...), int64(d), 10)
	}
}

// closeObject makes an object of the members from open on, each behind a comma.
func closeObject(b []byte, open int) []byte {
	if len(b) == open {
		return append(b, "{}"...)
	}
	b[open] = '{'
	return append(b, '}')
}
