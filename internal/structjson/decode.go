package structjson

import (
	"reflect"
	"strconv"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A decoder walks down JSON. Its methods report whether they could decode the
// next value.
type decoder struct {
	strictjson.Cursor
	room  []string // for lists of texts
	rooms int      // that were made when there was no more
	err   *Error
}

func (d *decoder) failure() error {
	switch {
	case d.err != nil:
		return d.err
	case !d.AtEnd():
		return &Error{Detail: notStrict}
	}
	return nil
}

const notStrict = "got JSON that is not strict"

func (d *decoder) fail(detail string, err error) bool {
	d.err = &Error{Detail: detail, Err: err}
	return false
}

// mismatch fails for a value that does not go into a t.
func (d *decoder) mismatch(t reflect.Type) bool {
	v := d.Value()
	return d.fail("got "+v.Kind()+", want "+wanted(t), nil)
}

// wanted describes what goes into a t.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return "an integer that fits " + t.Kind().String()
	case reflect.Float32, reflect.Float64:
		return "a number that fits " + t.Kind().String()
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "a string with base64"
		}
		return "an array"
	case reflect.Array:
		return "an array"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "what goes into " + nameOf(t)
}

// null passes a null, and reports whether there was one.
func (d *decoder) null() bool {
	if d.Peek() != 'n' {
		return false
	}
	v := d.Value()
	return len(v.Raw) > 0
}

// value decodes the next value into v, which is zero and of the type of n.
func (d *decoder) value(n *node, v reflect.Value) bool {
	if n.reads == text {
		if s, ok := d.Text(); ok {
			v.SetString(s)
			return true
		}
	}
	switch n.reads {
	case jsonMethod:
		return d.methodJSON(v)
	case wrap:
		return d.wrapped(n, v)
	case other:
		return d.other(v)
	}
	if d.null() {
		return true // zero, as it is
	}
	switch n.reads {
	case boolean:
		return d.boolean(v)
	case integer, unsigned, float:
		return d.scalar(n.reads, v)
	case number:
		return d.number(v)
	case octets:
		return d.octets(n, v)
	case texts:
		return d.texts(v)
	case list:
		return d.list(n, v)
	case array:
		return d.array(n, v)
	case dictionary:
		return d.dictionary(n, v)
	case pointer:
		v.Set(reflect.New(n.elem.t))
		return d.value(n.elem, v.Elem())
	case dynamic:
		return d.dynamic(v)
	case structure:
		return d.members(n.object, v)
	case textMethod:
		return d.methodText(v)
	case quoted:
		return d.quoted(n, v)
	}
	return d.mismatch(v.Type())
}

// members decodes an object into the fields of v. Members without a field are
// passed.
func (d *decoder) members(o *object, v reflect.Value) bool {
	if d.Peek() != '{' {
		return d.mismatch(v.Type())
	}
	var seen seen
	i := -1
	for more := d.Open('{'); more; more = d.More('}') {
		// Most often they come in the order of the fields.
		var name []byte
		if next := i + 1; next < len(o.fields) && d.NameIs(o.fields[next].label[1:]) {
			i = next
		} else {
			name = d.Name()
			i = o.find(name)
		}
		if d.IsStrict() && !seen.first(d, i, name) || !d.field(o, i, v) {
			return false
		}
	}
	return true
}

// field decodes the next value into field i of v, or passes it if i is negative.
func (d *decoder) field(o *object, i int, v reflect.Value) bool {
	if i < 0 {
		d.Value()
		return true
	}
	f := o.fields[i]
	if !d.value(f.node, f.in(v)) {
		d.err.in(f.name)
		return false
	}
	return true
}

// seen are the members of an object that were there already.
type seen struct {
	fields uint64 // a bit for each
	others strictjson.Names
}

// maxSeen is how many fields an object has at most that is read strictly.
const maxSeen = 64

// first notes the member of field i or, if that is negative, the other one called
// name, which was read last. It reports whether it is there for the first time.
func (s *seen) first(d *decoder, i int, name []byte) bool {
	if i < 0 {
		return d.IsNew(name, &s.others) || d.fail(notStrict, nil)
	}
	bit := uint64(1) << (i % maxSeen)
	before := s.fields
	s.fields |= bit
	return before&bit == 0 || d.fail(notStrict, nil)
}

func (d *decoder) dynamic(v reflect.Value) bool {
	value, ok := d.any()
	if ok && value != nil {
		v.Set(reflect.ValueOf(value))
	}
	return ok
}

// any returns the next value as encoding/json gives it to an any.
func (d *decoder) any() (v any, ok bool) {
	switch d.Peek() {
	case '"':
		s, ok := d.Text()
		return s, ok || d.fail(notStrict, nil)
	case '{':
		all := make(map[string]any)
		for more := d.Open('{'); more; more = d.More('}') {
			name, before := d.NameText(), len(all)
			if all[name], ok = d.any(); !ok {
				d.err.in(name)
				return nil, false
			}
			if len(all) == before {
				return nil, d.fail(notStrict, nil)
			}
		}
		return all, true
	case '[':
		all := []any{}
		for more := d.Open('['); more; more = d.More(']') {
			v, ok := d.any()
			if !ok {
				d.err.at(len(all))
				return nil, false
			}
			all = append(all, v)
		}
		return all, true
	}
	raw := d.Value()
	switch {
	case raw.IsNumber():
		f, err := strconv.ParseFloat(string(raw.Raw), 64)
		return f, err == nil || d.fail("got another number, want one that fits float64", nil)
	case string(raw.Raw) == "null":
		return nil, true
	}
	return string(raw.Raw) == "true", true
}
