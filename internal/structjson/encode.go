package structjson

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// An encoder appends JSON. Its methods report whether they could; if not, the
// rest of what they appended is of no use.
type encoder struct {
	b     []byte
	depth int // objects and arrays that are open
	hops  int // pointers on the way down
	err   *Error
}

func (e *encoder) failure() error {
	if e.err == nil {
		return nil
	}
	return e.err
}

func (e *encoder) fail(detail string, err error) bool {
	e.err = &Error{Detail: detail, Err: err}
	return false
}

// value appends v, which is of the type of n.
func (e *encoder) value(n *node, v reflect.Value) bool {
	switch n.writes {
	case text:
		return e.text(v.String())
	case boolean:
		e.b = strconv.AppendBool(e.b, v.Bool())
	case integer:
		e.b = strconv.AppendInt(e.b, v.Int(), 10)
	case unsigned:
		e.b = strconv.AppendUint(e.b, v.Uint(), 10)
	case float:
		return e.float(v.Float(), v.Type().Bits())
	case number:
		return e.number(v.String())
	case octets:
		return e.octets(v)
	case texts, list:
		return e.list(n, v)
	case array:
		return e.elements(n.elem, v)
	case dictionary:
		return e.dictionary(n, v)
	case pointer:
		return e.pointer(n, v)
	case dynamic:
		return e.dynamic(v)
	case structure:
		return e.structure(n.object, v)
	case jsonMethod:
		return e.methodJSON(v)
	case textMethod:
		return e.methodText(v)
	case quoted:
		return e.quoted(n, v)
	case wrap:
		return e.wrapped(n, v)
	default:
		return e.other(v)
	}
	return true
}

func (e *encoder) null() bool {
	e.b = append(e.b, "null"...)
	return true
}

func (e *encoder) pointer(n *node, v reflect.Value) bool {
	if v.IsNil() {
		return e.null()
	}
	const most = 8 * strictjson.MaxDepth
	if e.hops++; e.hops > most {
		return e.fail("nested too deep", nil)
	}
	ok := e.value(n.elem, v.Elem())
	e.hops--
	return ok
}

func (e *encoder) dynamic(v reflect.Value) bool {
	if v.IsNil() {
		return e.null()
	}
	switch v := v.Interface().(type) { // the usual ones, which need no look-up
	case string:
		return e.text(v)
	case float64:
		return e.float(v, 64)
	}
	v = v.Elem()
	return e.value(nodeOf(v.Type()), v)
}

// open begins an object or an array.
func (e *encoder) open(bracket byte) bool {
	if e.depth >= strictjson.MaxDepth {
		return e.fail("nested too deep", nil)
	}
	e.depth++
	e.b = append(e.b, bracket)
	return true
}

func (e *encoder) close(bracket byte) bool {
	e.depth--
	e.b = append(e.b, bracket)
	return true
}

func (e *encoder) structure(o *object, v reflect.Value) bool {
	if !e.open('{') {
		return false
	}
	first := len(e.b)
	if !e.members(o, v) {
		return false
	}
	e.b = dropComma(e.b, first)
	return e.close('}')
}

// dropComma takes out the comma at i, if there is something.
func dropComma(b []byte, i int) []byte {
	if len(b) > i {
		b = slices.Delete(b, i, i+1)
	}
	return b
}

// members appends a comma and a member for each field.
func (e *encoder) members(o *object, v reflect.Value) bool {
	for _, f := range o.fields {
		of, ok := f.of(v)
		if !ok || f.omitZero != nil && f.omitZero(of) || f.omitEmpty != nil && f.omitEmpty(of) {
			continue
		}
		e.b = append(e.b, f.label...)
		if !e.value(f.node, of) {
			e.err.in(f.name)
			return false
		}
	}
	return true
}

func (e *encoder) list(n *node, v reflect.Value) bool {
	if v.IsNil() {
		return e.null()
	}
	return e.elements(n.elem, v)
}

// elements appends an array of the elements of a slice or array.
func (e *encoder) elements(of *node, v reflect.Value) bool {
	if !e.open('[') {
		return false
	}
	for i := range v.Len() {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		if of.writes == text && e.text(v.Index(i).String()) {
			continue
		}
		if !e.value(of, v.Index(i)) {
			e.err.at(i)
			return false
		}
	}
	return e.close(']')
}

// An entry is one of a map, under the name that it has as a member.
type entry struct {
	name  string
	value reflect.Value
}

// dictionary appends an object of what is in a map, in the order of the names.
func (e *encoder) dictionary(n *node, v reflect.Value) bool {
	if v.IsNil() {
		return e.null()
	}
	if !e.open('{') {
		return false
	}
	entries := make([]entry, 0, v.Len())
	for of := v.MapRange(); of.Next(); {
		entries = append(entries, entry{keyName(of.Key()), of.Value()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for i, of := range entries {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		if !e.text(of.name) {
			return e.fail("got a name that is not valid UTF-8", nil)
		}
		e.b = append(e.b, ':')
		if !e.value(n.elem, of.value) {
			e.err.in(of.name)
			return false
		}
	}
	return e.close('}')
}

func keyName(key reflect.Value) string {
	switch {
	case key.Kind() == reflect.String:
		return key.String()
	case key.CanInt():
		return strconv.FormatInt(key.Int(), 10)
	default:
		return strconv.FormatUint(key.Uint(), 10)
	}
}
