// Package structjson encodes and decodes structs as encoding/json/v2 does, but
// faster: plain fields by itself, others by handing them on. Where it is not
// sure it says so, and its caller asks package json, whose answer is the right
// one by definition.
package structjson

import (
	"bytes"
	"encoding"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Codec knows the fields of one struct type. It is safe for concurrent use.
type Codec struct {
	Embeds bool // the first field is the base, embedded, which is left to the caller
	Flat   bool // no field beside it can hold an object

	fields []field
}

// A field is one that has a member of its own.
type field struct {
	index     int
	name      string
	label     string // what begins the member: a comma, the name, a colon
	kind      kind
	omitZero  bool
	omitEmpty bool
}

type kind int

const (
	other kind = iota // for package json
	text
	texts
	boolean
	integer
	unsigned
)

// New returns the Codec of t, or nil if it has none: if t is not a struct, has
// methods that encode or decode it, embeds anything but the struct type base as
// its first field, or has fields by names of base's or with unusual options.
func New(t, base reflect.Type) *Codec {
	if t.Kind() != reflect.Struct || codesItself(t) || json.Unmarshal([]byte("{}"), reflect.New(t).Interface()) != nil {
		return nil
	}
	c := &Codec{Flat: true}
	for i := range t.NumField() {
		f := t.Field(i)
		switch tag, tagged := f.Tag.Lookup("json"); {
		case i == 0 && f.Anonymous && f.Type == base && !tagged:
			c.Embeds = true
		case f.Anonymous:
			return nil
		case !f.IsExported() || tag == "-":
		default:
			member, ok := newField(f, tag)
			if !ok || c.Embeds && has(base, member.name) {
				return nil
			}
			c.Flat = c.Flat && member.kind != other
			c.fields = append(c.fields, member)
		}
	}
	return c
}

func newField(of reflect.StructField, tag string) (_ field, ok bool) {
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name = of.Name
	}
	label, err := jsontext.AppendQuote([]byte{','}, name)
	if err != nil {
		return field{}, false
	}
	f := field{index: of.Index[0], name: name, label: string(append(label, ':')), kind: kindOf(of.Type)}
	for option := range strings.SplitSeq(options, ",") {
		switch {
		case option == "":
		case option == "omitempty":
			f.omitEmpty = true
		case option == "omitzero" && f.kind != other: // which may have a zero of its own
			f.omitZero = true
		default:
			return field{}, false
		}
	}
	return f, true
}

func kindOf(t reflect.Type) kind {
	if reflect.PointerTo(t).NumMethod() > 0 {
		return other
	}
	switch t.Kind() {
	case reflect.String:
		return text
	case reflect.Bool:
		return boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integer
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return unsigned
	}
	if t == reflect.TypeFor[[]string]() {
		return texts
	}
	return other
}

// codesItself reports whether t has methods that the encoder or decoder calls,
// one that reads a text apart: no object is read with that.
func codesItself(t reflect.Type) bool {
	for _, by := range []reflect.Type{
		reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.MarshalerTo](), reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextAppender](),
		reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[json.UnmarshalerFrom](),
	} {
		if reflect.PointerTo(t).Implements(by) {
			return true
		}
	}
	return false
}

// has reports whether base has a member called name.
func has(base reflect.Type, name string) bool {
	for i := range base.NumField() {
		if of, _, _ := strings.Cut(base.Field(i).Tag.Get("json"), ","); of == name {
			return true
		}
	}
	return false
}

// Append appends a comma and a member for each field of v, but those of the
// embedded base. If it reports false, v is for package json.
func (c *Codec) Append(b []byte, v reflect.Value) (_ []byte, ok bool) {
	for i := range c.fields {
		f := &c.fields[i]
		member, of := len(b), v.Field(f.index)
		if f.omitZero && of.IsZero() {
			continue
		}
		b = append(b, f.label...)
		value := len(b)
		if b, ok = f.append(b, of); !ok {
			return nil, false
		}
		if f.omitEmpty && isEmpty(b[value:]) {
			b = b[:member]
		}
	}
	return b, true
}

func isEmpty(value []byte) bool {
	switch string(value) {
	case `null`, `""`, `[]`, `{}`:
		return true
	}
	return false
}

func (f *field) append(b []byte, v reflect.Value) (_ []byte, ok bool) {
	var err error
	switch f.kind {
	case text:
		b, err = jsontext.AppendQuote(b, v.String())
	case texts:
		b = append(b, '[')
		for i := 0; i < v.Len() && err == nil; i++ {
			if i > 0 {
				b = append(b, ',')
			}
			b, err = jsontext.AppendQuote(b, v.Index(i).String())
		}
		b = append(b, ']')
	case boolean:
		b = strconv.AppendBool(b, v.Bool())
	case integer:
		b = strconv.AppendInt(b, v.Int(), 10)
	case unsigned:
		b = strconv.AppendUint(b, v.Uint(), 10)
	default:
		var value []byte
		value, err = json.Marshal(v.Interface())
		b = append(b, value...)
	}
	return b, err == nil
}

// Decode sets the fields of v, which is zero and can be set, from one strict JSON
// object, leaving out the embedded base. Source has the same bytes as data, from
// the second on; texts are parts of it. If it reports false, v is for package
// json, and may be half set.
func (c *Codec) Decode(data []byte, source string, v reflect.Value) (ok bool) {
	o := strictjson.Read(data, 0)
	for next := 0; o.Next(); {
		f := c.find(o.Name, next)
		if f < 0 {
			continue
		}
		next = f + 1
		if field := &c.fields[f]; !field.set(v.Field(field.index), &o.Value, source) {
			return false
		}
	}
	return o.Problem() == ""
}

// find returns the field for a member, looking at the one numbered next first.
func (c *Codec) find(name []byte, next int) int {
	if next < len(c.fields) && c.fields[next].name == string(name) {
		return next
	}
	for i := range c.fields {
		if c.fields[i].name == string(name) {
			return i
		}
	}
	return -1
}

func (f *field) set(v reflect.Value, from *strictjson.Value, source string) (ok bool) {
	if f.kind != other && string(from.Raw) == "null" {
		return true // zero, as it is
	}
	switch f.kind {
	case text:
		s, ok := from.Text(source)
		v.SetString(s)
		return ok
	case texts:
		const most = 128 // to make room for, before there is need
		list, ok := from.Texts(source, make([]string, 0, min(1+bytes.Count(from.Raw, []byte{','}), most)))
		*v.Addr().Interface().(*[]string) = list
		return ok
	case boolean:
		b := string(from.Raw) == "true"
		v.SetBool(b)
		return b || string(from.Raw) == "false"
	case integer:
		n, err := strconv.ParseInt(string(from.Raw), 10, v.Type().Bits())
		v.SetInt(n)
		return err == nil
	case unsigned:
		n, err := strconv.ParseUint(string(from.Raw), 10, v.Type().Bits())
		v.SetUint(n)
		return err == nil
	default: // with bytes of its own, which a method may hold on to
		return json.Unmarshal(bytes.Clone(from.Raw), v.Addr().Interface()) == nil
	}
}
