package inspect

import (
	"crypto/rsa"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNilIsFoundInsideAnInterface(t *testing.T) {
	for _, row := range []struct {
		value any
		name  string // "nil" for what is nil
	}{
		{nil, "nil"},
		{(*rsa.PublicKey)(nil), "nil"},
		{[]byte(nil), "nil"},
		{map[string]int(nil), "nil"},
		{(func())(nil), "nil"},
		{error(nil), "nil"},
		{new(rsa.PublicKey), "*rsa.PublicKey"},
		{[]byte{}, "[]uint8"},
		{map[string]int{}, "map[string]int"},
		{func() {}, "func()"},
		{struct{}{}, "struct {}"},
		{"", "string"},
		{0, "int"},
	} {
		assert.Equal(t, row.name, TypeName(row.value))
		assert.Equal(t, row.name == "nil", IsNil(row.value), row.name)
	}
}

func TestAPanicOfACheckIsAnError(t *testing.T) {
	assert.NoError(t, Complete(func() error { return nil }))
	wrong := errors.New("wrong")
	assert.Equal(t, wrong, Complete(func() error { return wrong }))
	assert.EqualError(t, Complete(func() error { panic("nil pointer") }), "got one that is not complete")
}
