package structjson

import (
	"bytes"
	"encoding"
	"errors"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

func (e *encoder) methodJSON(v reflect.Value) bool {
	text, err := v.Interface().(json.Marshaler).MarshalJSON()
	if err != nil {
		return e.fail(methodFailed("MarshalJSON", v.Type(), err), err)
	}
	return e.raw(text)
}

func (e *encoder) methodText(v reflect.Value) bool {
	text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		return e.fail(methodFailed("MarshalText", v.Type(), err), err)
	}
	return e.text(string(text))
}

func (d *decoder) methodJSON(v reflect.Value) bool {
	raw := d.Value()
	// It gets bytes of its own, to which it may hold on.
	if err := v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(bytes.Clone(raw.Raw)); err != nil {
		return d.fail("got "+raw.Kind()+", and "+methodFailed("UnmarshalJSON", v.Type(), err), err)
	}
	return true
}

func (d *decoder) methodText(v reflect.Value) bool {
	s, ok := d.Text()
	if !ok {
		raw := d.Value()
		return d.fail("got "+raw.Kind()+", want a string", nil)
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		return d.fail("got a string, and "+methodFailed("UnmarshalText", v.Type(), err), err)
	}
	return true
}

// methodFailed says so, without line breaks.
func methodFailed(method string, of reflect.Type, err error) string {
	return method + " of " + nameOf(of) + " failed: " + strictjson.Quote(err.Error())
}

// raw appends JSON from elsewhere, if it is strict.
func (e *encoder) raw(text jsontext.Value) bool {
	v, problem := strictjson.ReadValue(text, e.depth)
	if problem != "" {
		return e.fail("got JSON that is not strict: "+problem, errors.New(problem))
	}
	if slices.ContainsFunc(v.Raw, func(c byte) bool { return c <= ' ' }) {
		compact := slices.Clone(jsontext.Value(v.Raw))
		_ = compact.Compact() // which is valid
		v.Raw = compact
	}
	e.b = append(e.b, v.Raw...)
	return true
}
