// Package inspect looks at the values that callers hand to this module: whether
// one is nil, what its type is, and whether a key has all its parts.
package inspect

import (
	"errors"
	"fmt"
	"reflect"
)

// IsNil reports whether v is nil or holds a nil pointer, slice, map or function.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Func:
		return r.IsNil()
	}
	return false
}

// TypeName names the type of v for a message, and is "nil" if [IsNil].
func TypeName(v any) string {
	if IsNil(v) {
		return "nil"
	}
	return fmt.Sprintf("%T", v)
}

// Complete returns the error of check, which calls methods of a key. They panic
// on a key with parts missing; then the error says so.
func Complete(check func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("got one that is not complete")
		}
	}()
	return check()
}
