// Package structjson encodes and decodes structs as encoding/json/v2 does, but
// faster: plain fields by itself, others by handing them to package json one by
// one. Where it is not sure it says so, and its caller asks package json for the
// whole, whose answer is the right one by definition.
//
// What has methods for coding may tell the difference: they are called a second
// time then, and inside of a field they find themselves a level higher.
package structjson

import (
	"bytes"
	"encoding"
	"reflect"
	"slices"
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
	isZero    func(reflect.Value) bool // says what omitzero leaves out; nil without
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
	if t.Kind() != reflect.Struct || implementsAny(t, coding...) {
		return nil
	}
	if json.Unmarshal([]byte("{}"), reflect.New(t).Interface()) != nil {
		return nil // what json has against its tags and names, or it is read as a text
	}
	c := &Codec{Flat: true}
	for i := range t.NumField() {
		f := t.Field(i)
		switch tag, tagged := f.Tag.Lookup("json"); {
		case i == 0 && f.Anonymous && f.IsExported() && f.Type == base && !tagged:
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
	if err != nil || strings.ContainsAny(name, "'\"`\\") { // which versions of json read differently
		return field{}, false
	}
	if implementsAny(of.Type, reflect.TypeFor[json.MarshalerTo](), reflect.TypeFor[json.UnmarshalerFrom]()) {
		return field{}, false // these methods see where in the document they are
	}
	f := field{index: of.Index[0], name: name, label: string(append(label, ':')), kind: kindOf(of.Type)}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "":
		case "omitempty":
			f.omitEmpty = true
		case "omitzero":
			f.isZero = zeroOf(of.Type)
			if f.isZero == nil {
				return field{}, false
			}
		default:
			return field{}, false
		}
	}
	return f, true
}

// zeroOf returns what says that a value of t is zero, or nil if that is not easy
// to say.
func zeroOf(t reflect.Type) func(reflect.Value) bool {
	type zeroer interface{ IsZero() bool }
	switch {
	case !implementsAny(t, reflect.TypeFor[zeroer]()):
		return reflect.Value.IsZero
	case t.Kind() == reflect.Struct && t.Implements(reflect.TypeFor[zeroer]()):
		return func(v reflect.Value) bool { return v.Interface().(zeroer).IsZero() }
	}
	return nil
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

// coding are the methods that the encoder or decoder calls; one that reads a
// text is not among them, since no object is read with that.
var coding = []reflect.Type{
	reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.MarshalerTo](), reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextAppender](),
	reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[json.UnmarshalerFrom](),
}

// implementsAny reports whether t, or a pointer to it, has the methods of one of
// the interfaces.
func implementsAny(t reflect.Type, interfaces ...reflect.Type) bool {
	return slices.ContainsFunc(interfaces, reflect.PointerTo(t).Implements) || slices.ContainsFunc(interfaces, t.Implements)
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
		if f.isZero != nil && f.isZero(of) {
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
		if v.CanAddr() {
			v = v.Addr() // its methods get the value itself
		}
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
