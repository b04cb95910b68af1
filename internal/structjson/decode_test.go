package structjson

import (
	stdjson "encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// decode reads data into a new value of the type of v.
func decode(like any, data string) (any, error) {
	v := reflect.New(reflect.TypeOf(like)).Elem()
	err := New(v.Type(), base).Decode([]byte(data), "\x00"+data[1:], v, nil)
	return v.Interface(), err
}

// What is encoded is read back as encoding/json reads it, wherever that can.
func TestDecodeReadsBackWhatEncodingJSONReads(t *testing.T) {
	for _, v := range typeTable {
		data := standard(t, v)
		want := reflect.New(reflect.TypeOf(v))
		wantErr := stdjson.Unmarshal([]byte(data), want.Interface())
		got, err := decode(v, data)
		if wantErr != nil {
			assert.Error(t, err, "%T %s: %v", v, data, wantErr)
			continue
		}
		require.NoError(t, err, "%T %s", v, data)
		assert.Equal(t, want.Elem().Interface(), got, "%T %s", v, data)
	}
}
