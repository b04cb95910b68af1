package structjson

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// An object has the fields of a struct that have a member each, its own and those
// of the structs that it embeds.
type object struct {
	fields []*field
	byName map[string]int // numbers of fields; nil while there are few
}

// A field is one that has a member.
type field struct {
	name  string
	label string // what begins the member: a comma, the name, a colon
	path  []int  // numbers of the fields of the structs on the way, its own last
	node  *node

	omitZero  func(reflect.Value) bool // nil without the option
	omitEmpty func(reflect.Value) bool
}

// add adds a field.
func (o *object) add(f *field) {
	const few = 8
	o.fields = append(o.fields, f)
	switch n := len(o.fields); {
	case n == few+1:
		o.byName = make(map[string]int)
		for i, f := range o.fields {
			o.byName[f.name] = i
		}
	case n > few:
		o.byName[f.name] = n - 1
	}
}

// find returns the number of the field for a member, and -1 if there is none.
func (o *object) find(name []byte) int {
	if o.byName != nil {
		if i, ok := o.byName[string(name)]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(o.fields, func(f *field) bool { return f.name == string(name) })
}

// of returns the field in v, and false if a pointer on the way to it is nil.
func (f *field) of(v reflect.Value) (_ reflect.Value, ok bool) {
	v = v.Field(f.path[0])
	for _, number := range f.path[1:] {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(number)
	}
	return v, true
}

// in is of that makes what the pointers on the way point to.
func (f *field) in(v reflect.Value) reflect.Value {
	v = v.Field(f.path[0])
	for _, number := range f.path[1:] {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(number)
	}
	return v
}

// A candidate is a field that may have a member: if another one has the same
// name, only one of them does, or none.
type candidate struct {
	name   string
	tagged bool // the name is from the tag
	path   []int
	t      reflect.Type
	options
}

// options are what a tag says behind the name.
type options struct {
	omitEmpty, omitZero bool
	coding              string // "string", or one that begins with "format:"; for package json
}

// An embedding is a struct type and the way to it.
type embedding struct {
	t    reflect.Type
	path []int
}

// candidatesOf finds the fields of t and, level by level, of what it embeds. It
// reports false if there is one that is for package json to judge.
func candidatesOf(t reflect.Type) (all []candidate, ok bool) {
	seen := make(map[reflect.Type]bool)
	level := []embedding{{t: t}}
	for len(level) > 0 {
		times := make(map[reflect.Type]int)
		for _, e := range level {
			times[e.t]++
		}
		var below []embedding
		for _, e := range level {
			if seen[e.t] {
				continue
			}
			seen[e.t] = true
			for i := range e.t.NumField() {
				c, embedded, ok := candidateOf(e, i)
				switch {
				case !ok:
					return nil, false
				case embedded:
					below = append(below, embedding{c.t, c.path})
				case c.name != "":
					// Of a type that is embedded twice, every field has a rival.
					all = append(all, slices.Repeat([]candidate{c}, min(times[e.t], 2))...)
				}
			}
		}
		level = below
	}
	return all, true
}

// candidateOf returns field i of a struct: one with a member, one that is a
// struct to look into, or, without a name, one that does not count. It reports
// false if that is for package json to say.
func candidateOf(in embedding, i int) (c candidate, embedded, ok bool) {
	f := in.t.Field(i)
	tag := f.Tag.Get("json")
	name, list, _ := strings.Cut(tag, ",")
	t := f.Type
	if f.Anonymous && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch isStruct := t.Kind() == reflect.Struct; {
	case tag == "-", !f.IsExported() && !(f.Anonymous && isStruct):
		return candidate{}, false, true
	case strings.ContainsAny(tag, "'\"`\\"): // which versions of json read differently
		return candidate{}, false, false
	case !f.IsExported() && (name != "" || f.Type.Kind() == reflect.Pointer):
		return candidate{}, false, false
	}
	c = candidate{name: cmp.Or(name, f.Name), tagged: name != "", path: append(slices.Clip(in.path), i), t: f.Type}
	for option := range strings.SplitSeq(list, ",") {
		switch {
		case option == "":
		case option == "omitempty":
			c.omitEmpty = true
		case option == "omitzero":
			c.omitZero = true
		case option == "string" && c.coding == "", strings.HasPrefix(option, "format:") && c.coding == "":
			c.coding = option
		default:
			return candidate{}, false, false
		}
	}
	if !f.Anonymous || c.tagged || t.Kind() != reflect.Struct {
		return c, false, true
	}
	c.t = t
	return c, true, c.options == options{} && !implementsAny(t, coding...)
}

// dominant returns those of all candidates that have members, in the order of the
// struct: of those with one name the one that is least deep, or of several such
// the one whose name is from a tag.
func dominant(all []candidate) []candidate {
	byName := make(map[string][]candidate)
	for _, c := range all {
		byName[c.name] = append(byName[c.name], c)
	}
	rank := func(a, b candidate) int {
		if n := cmp.Compare(len(a.path), len(b.path)); n != 0 || a.tagged == b.tagged {
			return n
		} else if a.tagged {
			return -1
		}
		return 1
	}
	var chosen []candidate
	for rivals := range maps.Values(byName) {
		slices.SortStableFunc(rivals, rank)
		if len(rivals) == 1 || rank(rivals[0], rivals[1]) != 0 {
			chosen = append(chosen, rivals[0])
		}
	}
	slices.SortFunc(chosen, func(a, b candidate) int { return slices.Compare(a.path, b.path) })
	return chosen
}

// objectOf returns the object of a struct type, or nil if it is for package json.
func (m maker) objectOf(t reflect.Type) *object {
	all, ok := candidatesOf(t)
	if !ok {
		return nil
	}
	o := new(object)
	for _, c := range dominant(all) {
		label, err := jsontext.AppendQuote([]byte{','}, c.name)
		if err != nil { // not valid UTF-8
			return nil
		}
		f := &field{name: c.name, label: string(append(label, ':')), path: c.path}
		if c.omitEmpty {
			f.omitEmpty = emptyOf(c.t)
		}
		if c.omitZero {
			f.omitZero = zeroOf(c.t)
		}
		if f.node = m.node(c.t); c.coding != "" {
			f.node = m.withOption(c.t, c.coding)
		}
		o.add(f)
	}
	return o
}

// emptyOf returns what says that a value of t is left out by omitempty, or nil if
// none is.
func emptyOf(t reflect.Type) func(reflect.Value) bool {
	switch t.Kind() {
	case reflect.Map, reflect.Slice, reflect.Array:
		return func(v reflect.Value) bool { return v.Len() == 0 }
	case reflect.Struct, reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return nil
	}
	return reflect.Value.IsZero
}

type zeroer interface{ IsZero() bool }

// zeroOf returns what says that a value of t is left out by omitzero: its IsZero
// method, or that it is the zero value.
func zeroOf(t reflect.Type) func(reflect.Value) bool {
	isZero := func(v reflect.Value) bool { return v.Interface().(zeroer).IsZero() }
	switch z := reflect.TypeFor[zeroer](); {
	case t.Kind() == reflect.Interface && t.Implements(z):
		return func(v reflect.Value) bool {
			return v.IsNil() || v.Elem().Kind() == reflect.Pointer && v.Elem().IsNil() || isZero(v)
		}
	case t.Kind() == reflect.Pointer && t.Implements(z):
		return func(v reflect.Value) bool { return v.IsNil() || isZero(v) }
	case t.Implements(z):
		return isZero
	case reflect.PointerTo(t).Implements(z):
		return func(v reflect.Value) bool {
			if !v.CanAddr() {
				addressable := reflect.New(t).Elem()
				addressable.Set(v)
				v = addressable
			}
			return isZero(v.Addr())
		}
	}
	return reflect.Value.IsZero
}
