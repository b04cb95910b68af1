// Package structjson encodes Go values as encoding/json does and decodes them
// strictly: names match exactly. It walks down a value and its JSON at once,
// struct by struct and field by field. What it does not know itself, such as a
// type with a method of encoding/json/v2 or a field with a rare option, it hands
// to package json, with the options of encoding/json.
//
// Encoding differs from encoding/json in three ways. Text that is not valid UTF-8
// is an error. HTML is not escaped. What could not be read back is an error, too:
// a name that is there twice, and values that are nested too deep.
package structjson

import (
	"reflect"
	"strconv"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Codec encodes and decodes the values of one type. It is safe for concurrent
// use.
type Codec struct {
	// Embeds reports that the type is a struct whose first field is the base,
	// embedded, and that no other field has one of the names of base's fields.
	// AppendMembers and DecodeMembers leave the base to their caller.
	Embeds bool

	// Plain reports that the type is the base, or that Embeds is set and nothing below
	// the other fields has methods that decode it, or is for package json, so that they
	// can be decoded before it is known whether they are of use. [Members] are for such
	// types.
	Plain bool

	// Flat reports that the type is the base, or that Plain is set and the other fields
	// are texts, numbers, booleans and lists of texts. What is decoded into it and copied
	// shares nothing that can change but these lists; see [Codec.Unshare].
	Flat bool

	all *node   // the type
	own *object // the fields of the struct but those of the base
}

// New returns the Codec of t.
func New(t, base reflect.Type) *Codec {
	c := &Codec{all: nodeOf(t), own: new(object), Plain: t == base, Flat: t == base}
	if c.all.object == nil || t.NumField() == 0 {
		return c
	}
	first := t.Field(0)
	if _, tagged := first.Tag.Lookup("json"); tagged || !first.Anonymous || !first.IsExported() || first.Type != base {
		return c
	}
	ofBase := 0
	for _, f := range c.all.object.fields {
		if f.path[0] == 0 {
			ofBase++
			continue
		}
		c.own.add(f)
	}
	c.Embeds = ofBase == len(nodeOf(base).object.fields)
	c.Plain = c.Embeds && c.own.isPlain(make(map[*node]bool))
	c.Flat = c.Plain && c.own.isFlat(t)
	return c
}

// Append appends the JSON of v.
func (c *Codec) Append(b []byte, v reflect.Value) ([]byte, error) {
	e := encoder{b: b}
	e.value(c.all, v)
	return e.b, e.failure()
}

// AppendMembers appends a comma and a member for each field of v, but those of
// the embedded base.
func (c *Codec) AppendMembers(b []byte, v reflect.Value) ([]byte, error) {
	e := encoder{b: b, depth: 1}
	e.members(c.own, v)
	return e.b, e.failure()
}

// Decode sets v, which is zero and can be set, from data, which [strictjson.Read]
// found to be strict. Source has the same bytes as data, from the second on;
// texts are parts of it. Lists of texts are made in room while there is some. If
// it fails, the error is an *[Error], and v may be half set.
func (c *Codec) Decode(data []byte, source string, v reflect.Value, room []string) error {
	d := decoder{Cursor: strictjson.Walk(data, source), room: room}
	d.value(c.all, v)
	return d.failure()
}

// DecodeMembers is [Codec.Decode] for one object, without the embedded base.
func (c *Codec) DecodeMembers(data []byte, source string, v reflect.Value, room []string) error {
	d := decoder{Cursor: strictjson.Walk(data, source), room: room}
	d.members(c.own, v)
	return d.failure()
}

// Members reads the members of one object, of which nothing is known, and decodes
// those that have a field. The zero value is ready for its one [Members.WalkStrictly],
// and has no fields until [Members.Into]. Its caller walks, reads the members of the
// base, and hands it the others. What it did not fail for, up to the end, is strict as what
// [strictjson.Read] found to be so, but for the members that the caller read.
//
//	for more := m.Open('{'); more; more = m.More('}') {
//		switch name := m.Name(); string(name) { … default: m.Member(name) }
//	}
type Members struct {
	decoder
	object *object // nil has no fields
	into   reflect.Value
	last   int // number of the field that was decoded last, and one
	seen   seen
}

// Into has m decode members into v, which is zero and can be set. The Codec is plain.
// The room is as in [Codec.Decode].
func (m *Members) Into(c *Codec, v reflect.Value, room []string) {
	m.object, m.into, m.room = c.own, v, room
}

// Member decodes the next value, which is of the member called name, into its
// field, or passes it. It reports false if it could not, or if there is another
// member of that name.
func (m *Members) Member(name []byte) bool {
	i := -1
	if o := m.object; o != nil {
		if i = m.last; i >= len(o.fields) || o.fields[i].name != string(name) { // most often they come in the order of the fields
			i = o.find(name)
		}
		if i >= 0 {
			m.last = i + 1
		}
	}
	return m.seen.first(&m.decoder, i, name) && m.field(m.object, i, m.into)
}

// An Error says which value could not be encoded or decoded, and why. It quotes
// none of the values.
type Error struct {
	Name   string // of the member of the outermost object; "" if it is that itself
	Path   string // from there on, such as ".address.lines[2]"; "" if it is the member itself
	Detail string
	Err    error // what a method returned, or nil
}

func (e *Error) Error() string {
	if e.Name+e.Path == "" {
		return e.Detail
	}
	return e.Name + e.Path + ": " + e.Detail
}

func (e *Error) Unwrap() error { return e.Err }

// at notes that the error is in an element of an array.
func (e *Error) at(i int) { e.in("[" + strconv.Itoa(i) + "]") }

// in notes that the error is in the member called name of an object.
func (e *Error) in(name string) {
	if e.Name != "" && e.Name[0] != '[' {
		e.Name = "." + e.Name
	}
	e.Name, e.Path = name, e.Name+e.Path
}
