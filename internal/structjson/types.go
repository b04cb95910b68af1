package structjson

import (
	"encoding"
	stdjson "encoding/json"
	"reflect"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
)

// A node is what there is to know about a type.
type node struct {
	t             reflect.Type
	writes, reads kind
	elem          *node   // of a pointer, list, array or dictionary
	object        *object // of a structure
}

// A kind is a way of encoding or decoding.
type kind int

const (
	other      kind = iota // for package json
	wrap                   // for package json, in a struct of one field with an option
	jsonMethod             // MarshalJSON, UnmarshalJSON
	textMethod             // MarshalText, UnmarshalText
	text
	boolean
	integer
	unsigned
	float
	number // json.Number
	octets // a slice of bytes
	texts  // []string
	list
	array
	dictionary
	pointer
	dynamic // any
	structure
	quoted // a scalar in a string
)

var nodes sync.Map // by reflect.Type

// nodeOf returns the node of t, which is made once.
func nodeOf(t reflect.Type) *node {
	if known, ok := nodes.Load(t); ok {
		return known.(*node)
	}
	m := maker{}
	m.node(t)
	for t, n := range m {
		nodes.LoadOrStore(t, n)
	}
	return m[t]
}

// A maker has the nodes that belong together. They may refer to each other.
type maker map[reflect.Type]*node

func (m maker) node(t reflect.Type) *node {
	if n := m[t]; n != nil {
		return n
	}
	n := &node{t: t}
	m[t] = n
	is := m.kindOf(n)
	n.writes, n.reads = writing(t, is), reading(t, is)
	return n
}

// isPlain reports whether all below the fields is decoded by a decoder alone, and
// each object has few enough fields for it to see which come twice. The known nodes
// are looked into already.
func (o *object) isPlain(known map[*node]bool) bool {
	return len(o.fields) <= maxSeen && !slices.ContainsFunc(o.fields, func(f *field) bool { return !f.node.isPlain(known) })
}

func (n *node) isPlain(known map[*node]bool) bool {
	if known[n] {
		return true
	}
	known[n] = true
	switch n.reads {
	case other, wrap, jsonMethod, textMethod:
		return false
	case structure:
		return n.object.isPlain(known)
	}
	return n.elem == nil || n.elem.isPlain(known)
}

// isFlat reports whether the fields, which are those of a t, are texts, numbers,
// booleans and lists of texts that no pointer leads to.
func (o *object) isFlat(t reflect.Type) bool {
	for _, f := range o.fields {
		switch f.node.reads {
		case text, boolean, integer, unsigned, float, number, texts:
		default:
			return false
		}
		in := t
		for _, number := range f.path[:len(f.path)-1] {
			if in = in.Field(number).Type; in.Kind() == reflect.Pointer {
				return false
			}
		}
	}
	return true
}

// withOption returns the node of a field of the type t with an option: "string",
// which concerns scalars and pointers to them, or "format".
func (m maker) withOption(t reflect.Type, option string) *node {
	n := m.node(t)
	scalar := n
	if n.writes == pointer && t.Name() == "" {
		scalar = n.elem
	}
	if option == "string" && scalar.writes == scalar.reads {
		switch scalar.writes {
		case text, boolean, integer, unsigned, float, number:
			return &node{t: t, writes: quoted, reads: quoted, elem: n}
		}
	}
	in := reflect.StructOf([]reflect.StructField{{Name: "V", Type: t, Tag: reflect.StructTag(`json:"v,` + option + `"`)}})
	return &node{t: in, writes: wrap, reads: wrap}
}

// kindOf returns how a type without methods is coded, and makes what that needs.
func (m maker) kindOf(n *node) kind {
	switch t := n.t; t.Kind() {
	case reflect.String:
		if t == reflect.TypeFor[stdjson.Number]() {
			return number
		}
		return text
	case reflect.Bool:
		return boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integer
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return unsigned
	case reflect.Float32, reflect.Float64:
		return float
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return dynamic
		}
	case reflect.Pointer:
		n.elem = m.node(t.Elem())
		return pointer
	case reflect.Slice:
		n.elem = m.node(t.Elem())
		switch {
		case t.Elem().Kind() == reflect.Uint8:
			return octets
		case t == reflect.TypeFor[[]string]():
			return texts
		}
		return list
	case reflect.Array:
		n.elem = m.node(t.Elem())
		return array
	case reflect.Map:
		switch key := m.node(t.Key()); {
		case key.writes == number, (key.writes == text || key.writes == integer || key.writes == unsigned) && !implementsAny(t.Key(), coding...):
			n.elem = m.node(t.Elem())
			return dictionary
		}
	case reflect.Struct:
		if implementsAny(t, coding...) {
			return other
		}
		if n.object = m.objectOf(t); n.object != nil {
			return structure
		}
	}
	return other
}

var (
	marshaler       = reflect.TypeFor[json.Marshaler]()
	marshalerTo     = reflect.TypeFor[json.MarshalerTo]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textAppender    = reflect.TypeFor[encoding.TextAppender]()
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	unmarshalerFrom = reflect.TypeFor[json.UnmarshalerFrom]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

	// coding are the methods that encode or decode.
	coding = []reflect.Type{marshaler, marshalerTo, textMarshaler, textAppender, unmarshaler, unmarshalerFrom, textUnmarshaler}
)

// implementsAny reports whether t, or a pointer to it, has the methods of one of
// the interfaces.
func implementsAny(t reflect.Type, interfaces ...reflect.Type) bool {
	return slices.ContainsFunc(interfaces, reflect.PointerTo(t).Implements) || slices.ContainsFunc(interfaces, t.Implements)
}

// writing returns how to encode a t that would be encoded as it is without
// methods.
func writing(t reflect.Type, is kind) kind {
	switch {
	case is == number: // whose methods, if any, belong to encoding/json
		return is
	case is == pointer, t.Kind() == reflect.Interface: // the methods are those of what is behind it
		return is
	case implementsAny(t, marshalerTo):
		return other
	case t.Implements(marshaler):
		return jsonMethod
	case implementsAny(t, marshaler): // if the value has an address
		return other
	case t.Implements(textMarshaler):
		return textMethod
	case implementsAny(t, textMarshaler, textAppender):
		return other
	case is == octets && implementsAny(t.Elem(), marshaler, marshalerTo, textMarshaler, textAppender):
		return other
	}
	return is
}

// reading is writing for decoding.
func reading(t reflect.Type, is kind) kind {
	switch {
	case is == number, is == pointer, t.Kind() == reflect.Interface:
		return is
	case implementsAny(t, unmarshalerFrom):
		return other
	case implementsAny(t, unmarshaler):
		return jsonMethod
	case implementsAny(t, textUnmarshaler):
		return textMethod
	}
	return is
}
