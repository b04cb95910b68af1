package structjson

import (
	stdjson "encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// plain has a field of every kind that a plain type may have.
type plain struct {
	Base
	Text    string             `json:"text"`
	Texts   []string           `json:"texts"`
	Bool    bool               `json:"bool"`
	Int8    int8               `json:"int8"`
	Quoted  int64              `json:"quoted,string"`
	Uint    uint16             `json:"uint"`
	Float   float64            `json:"float"`
	Number  stdjson.Number     `json:"number"`
	Bytes   []byte             `json:"bytes"`
	Array   [2]bool            `json:"array"`
	Any     any                `json:"any"`
	Map     map[string]string  `json:"map"`
	Maps    map[int8][]plainer `json:"maps"`
	Pointer **string           `json:"pointer"`
	List    []plainer          `json:"list"`
	Inner   plainer            `json:"inner"`
	*Left
}

type plainer struct {
	A    string              `json:"a"`
	B    int                 `json:"b"`
	Next *plainer            `json:"next"`
	By   map[string][]string `json:"by"`
}

// baseOf are the names of a Base.
var baseOf = map[string]bool{"id": true, "size": true}

// readMembers decodes data as the caller of Members does, which reads the base.
func readMembers(data string, v reflect.Value) error {
	var c *Codec
	if v.IsValid() {
		c = New(v.Type(), base)
	}
	var m Members
	if m.WalkStrictly([]byte(data), data); c != nil {
		m.Into(c, v, nil)
	}
	var known strictjson.Names
	for more := m.Open('{'); more; more = m.More('}') {
		name := m.Name()
		if !baseOf[string(name)] {
			if !m.Member(name) {
				break
			}
			continue
		}
		if m.IsNew(name, &known) {
			m.Value()
		}
	}
	return m.failure()
}

// plainRows are JSON, and whether it is strict and fits a plain.
var plainRows = []struct {
	data         string
	strict, fits bool
}{
	{`{}`, true, true},
	{` { } `, true, true},
	{`{"id":"a","size":1,"x":{"y":[{"z":1}]}}`, true, true},
	{`{"text":"t","texts":["a","b"],"bool":true,"int8":-5,"quoted":"7","uint":2,"float":1.5e3,"number":"4","bytes":"AQI=","array":[true],"any":{"a":[1,{"b":null}]},"map":{"a":"b","c":"d"}}`, true, true},
	{`{"maps":{"1":[{"a":"x"}],"-1":[]},"pointer":"p","list":[{"a":"x","b":1},null,{"b":2,"next":{"a":"y","next":null}}],"inner":{"by":{"a":["b"],"b":null}},"X":"x"}`, true, true},
	{`{"text":null,"texts":null,"bool":null,"array":[true,false,{"a":1}],"inner":null,"list":[{}],"map":{}}`, true, true},
	{`{"text":"t","int8":1,"text2":"t","Text":"t","x":1,"y":2}`, true, true},
	{`{"text":"t","text":"t"}`, false, false},
	{`{"text":"t","int8":1,"text":"t"}`, false, false},
	{`{"text":"t","\u0074ext":"t"}`, false, false},
	{`{"x":1,"x":2}`, false, false},
	{`{"x":1,"y":2,"\u0078":2}`, false, false},
	{`{"\u0078":1,"\u0078":2}`, false, false},
	{`{"":1,"":2}`, false, false},
	{`{"x":{"a":1,"a":2}}`, false, false},
	{`{"id":"a","id":"b"}`, false, false},
	{`{"inner":{"a":"x","a":"x"}}`, false, false},
	{`{"inner":{"b":1,"a":"x","b":1}}`, false, false},
	{`{"inner":{"z":1,"z":1}}`, false, false},
	{`{"inner":{"next":{"b":1,"b":1}}}`, false, false},
	{`{"list":[{"a":"x"},{"a":"x","c":1,"a":"x"}]}`, false, false},
	{`{"map":{"a":"b","a":"b"}}`, false, false},
	{`{"map":{"a":"b","\u0061":"b"}}`, false, false},
	{`{"maps":{"1":[],"1":[]}}`, false, false},
	{`{"maps":{"1":[],"01":[]}}`, true, false},
	{`{"any":{"a":1,"a":1}}`, false, false},
	{`{"any":[{"a":1,"b":{"c":null,"c":null}}]}`, false, false},
	{`{"array":[true,false,{"a":1,"a":1}]}`, false, false},
	{`{"text":7}`, true, false},
	{`{"int8":128}`, true, false},
	{`{"inner":{"b":"x"}}`, true, false},
	{`{"int8":01}`, false, false},
	{`{"int8":-01}`, false, false},
	{`{"int8":-}`, false, false},
	{`{"int8":0}`, true, true},
	{`{"int8":-0}`, true, true},
	{`{"text":"\ud800"}`, false, false},
	{"{\"text\":\"\xff\"}", false, false},
	{`{"x":"\x"}`, false, false},
	{`{"text":"t"`, false, false},
	{`{"text":"t"]`, false, false},
	{`{"text":"t",}`, false, false},
	{`{"text" "t"}`, false, false},
	{`{"text":}`, false, false},
	{`{"text":"t"}x`, false, false},
	{`{"text":"t"} {}`, false, false},
	{`{"x":tru}`, false, false},
	{`[]`, false, false},
	{``, false, false},
}

func TestMembersAreReadStrictly(t *testing.T) {
	rows := plainRows
	for _, nest := range []int{strictjson.MaxDepth - 1, strictjson.MaxDepth} {
		ok := nest < strictjson.MaxDepth
		rows = append(rows, struct {
			data         string
			strict, fits bool
		}{`{"x":` + strings.Repeat("[", nest) + strings.Repeat("]", nest) + `}`, ok, ok})
		rows = append(rows, struct {
			data         string
			strict, fits bool
		}{`{"inner":` + strings.Repeat(`{"next":`, nest) + "null" + strings.Repeat("}", nest) + `}`, ok, ok})
	}
	for _, row := range rows {
		assert.Equal(t, row.strict, readMembers(row.data, reflect.Value{}) == nil, "without fields: %.200s", row.data)
		var got, want plain
		err := readMembers(row.data, reflect.ValueOf(&got).Elem())
		require.Equal(t, row.fits, err == nil, "%.200s: %v", row.data, err)
		if row.fits {
			require.NoError(t, New(reflect.TypeFor[plain](), base).DecodeMembers([]byte(row.data), row.data, reflect.ValueOf(&want).Elem(), nil))
			assert.Equal(t, want, got, "%.200s", row.data)
		}
	}
}

// A struct may have as many fields as there are bits to see them.
func TestMembersOfManyFieldsAreSeen(t *testing.T) {
	for _, n := range []int{maxSeen, maxSeen + 1} {
		fields := []reflect.StructField{{Name: "Base", Type: base, Anonymous: true}}
		for i := range n {
			fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: reflect.TypeFor[int]()})
		}
		of := reflect.StructOf(fields)
		require.Equal(t, n <= maxSeen, New(of, base).Plain)
		if n > maxSeen {
			continue
		}
		all := "{"
		for i := range n {
			all += fmt.Sprintf(`"F%d":%d,`, i, i)
		}
		v := reflect.New(of).Elem()
		require.NoError(t, readMembers(all+`"x":1}`, v))
		for i := range n {
			assert.Equal(t, int64(i), v.Field(i+1).Int())
			assert.Error(t, readMembers(all+fmt.Sprintf(`"F%d":1}`, i), reflect.New(of).Elem()), i)
		}
	}
}

func TestPlainTypesHaveNoMethodsThatDecode(t *testing.T) {
	type (
		recursive struct {
			Base
			Self []*plainer
		}
		deepMethod struct {
			A []map[string]*struct{ B time.Time }
		}
		withMethod struct {
			Base
			A textValue
		}
		withPointer struct {
			Base
			A **textValue
		}
		withDeep struct {
			Base
			A deepMethod
		}
		withMap struct {
			Base
			A map[string]jsonInt
		}
		withArray struct {
			Base
			A [2]jsontext.Value
		}
		withRaw struct {
			Base
			A stdjson.RawMessage
		}
		withFormat struct {
			Base
			A time.Time `json:"a,format:unix"`
		}
		withFunc struct {
			Base
			A func()
		}
		before struct {
			A string
			Base
		}
		hiding struct {
			Base
			ID string `json:"id"`
		}
	)
	for _, v := range []any{plain{}, recursive{}, embedsAlone{}, Base{}} {
		assert.True(t, New(reflect.TypeOf(v), base).Plain, "%T", v)
	}
	for _, v := range []any{
		withMethod{}, withPointer{}, withDeep{}, withMap{}, withArray{}, withRaw{}, withFormat{}, withFunc{}, before{}, hiding{}, 7,
	} {
		assert.False(t, New(reflect.TypeOf(v), base).Plain, "%T", v)
	}
}

// What Members reads is strict, and decoded as Decode does.
func FuzzMembers(f *testing.F) {
	for _, row := range plainRows {
		f.Add(row.data)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, problem := strictjson.ReadValue([]byte(text), 0)
		strict := problem == "" && v.IsObject()
		if err := readMembers(text, reflect.Value{}); (err == nil) != strict {
			t.Fatalf("%q: %v, want %q", text, err, problem)
		}
		var got, want plain
		err := readMembers(text, reflect.ValueOf(&got).Elem())
		if !strict {
			if err == nil {
				t.Fatalf("%q: decoded, want %q", text, problem)
			}
			return
		}
		wantErr := New(reflect.TypeFor[plain](), base).DecodeMembers([]byte(text), text, reflect.ValueOf(&want).Elem(), nil)
		if (err == nil) != (wantErr == nil) || err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %+v and %v, want %+v and %v", text, got, err, want, wantErr)
		}
	})
}
