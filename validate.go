package jwt

import (
	"errors"
	"reflect"
	"runtime"
)

// A validator is a type of claims with a check of its own.
type validator interface{ Validate() error }

// validates reports whether a T or *T is a validator.
func validates(t reflect.Type) bool {
	v := reflect.TypeFor[validator]()
	return t.Implements(v) || reflect.PointerTo(t).Implements(v)
}

// validate calls the Validate method of *claims or claims. If it is that of an
// embedded pointer, or uses one, and the token has none of its claims, the pointer is
// nil: that is an error, not a panic that whoever has such a token can cause.
func validate[T any](claims *T) (err error) {
	defer func() {
		problem := recover()
		if problem == nil {
			return
		}
		_, ok := problem.(runtime.Error)
		absent := nilEmbedded(reflect.ValueOf(claims).Elem())
		if !ok || absent == nil {
			panic(problem)
		}
		err = errors.New("got none of the claims of " + absent.String())
	}()
	if v, ok := any(claims).(validator); ok {
		return v.Validate()
	}
	if v, ok := any(*claims).(validator); ok {
		return v.Validate()
	}
	return nil
}

// nilEmbedded returns the type of an embedded pointer or interface in v that is nil,
// and nil if there is none.
func nilEmbedded(v reflect.Value) reflect.Type {
	for v.Kind() == reflect.Pointer {
		v = v.Elem() // of no kind, if it is nil
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	for i := range v.NumField() {
		f := v.Field(i)
		if !v.Type().Field(i).Anonymous {
			continue
		}
		if (f.Kind() == reflect.Pointer || f.Kind() == reflect.Interface) && f.IsNil() {
			return f.Type()
		}
		if absent := nilEmbedded(f); absent != nil {
			return absent
		}
	}
	return nil
}
