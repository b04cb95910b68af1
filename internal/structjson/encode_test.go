package structjson

import (
	"bytes"
	stdjson "encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var base = reflect.TypeFor[Base]()

// encode is what Append makes of v.
func encode(v any) (string, error) {
	of := reflect.ValueOf(v)
	b, err := New(of.Type(), base).Append([]byte("before"), of)
	return string(bytes.TrimPrefix(b, []byte("before"))), err
}

// standard is what encoding/json makes of v, with HTML as it is.
func standard(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := stdjson.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(v), "%T", v)
	return b.String()
}

// addressed returns a pointer to a copy of v.
func addressed(v any) any {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.Interface()
}

// assertSameJSON compares to the last digit.
func assertSameJSON(t *testing.T, want, got string, of any) {
	t.Helper()
	decode := func(text string) (v any) {
		d := stdjson.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		require.NoError(t, d.Decode(&v), text)
		return v
	}
	assert.Equal(t, decode(want), decode(got), "%T %+v", of, of)
}

func TestAppendWritesWhatEncodingJSONWrites(t *testing.T) {
	for _, v := range typeTable {
		for _, v := range []any{v, addressed(v)} {
			got, err := encode(v)
			require.NoError(t, err, "%T", v)
			assertSameJSON(t, standard(t, v), got, v)
		}
	}
}
