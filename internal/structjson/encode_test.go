package structjson

import (
	"bytes"
	stdjson "encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
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

func TestAppendRefusesWhatCouldNotBeRead(t *testing.T) {
	type inner struct {
		Text  string             `json:"text"`
		Float map[string]float64 `json:"float"`
	}
	deep := any("x")
	for range strictjson.MaxDepth {
		deep = []any{deep}
	}
	var loop any
	loop = &loop
	cycle := &Recursive{}
	cycle.Next = cycle
	cyclic := map[string]any{}
	cyclic["a"] = cyclic
	for _, row := range []struct {
		v    any
		want place
	}{
		{struct{ A string }{"\xff"}, place{"A", "", "got a text that is not valid UTF-8"}},
		{struct{ A string }{"long enough, and then \xc0\xaf"}, place{"A", "", "got a text that is not valid UTF-8"}},
		{struct{ A []string }{[]string{"a", "b\xff"}}, place{"A", "[1]", "got a text that is not valid UTF-8"}},
		{struct{ A map[string]int }{map[string]int{"\xff": 1}}, place{"A", "", "got a name that is not valid UTF-8"}},
		{struct{ A any }{"\xff"}, place{"A", "", "got a text that is not valid UTF-8"}},
		{struct{ A *inner }{&inner{Text: "\xff"}}, place{"A", ".text", "got a text that is not valid UTF-8"}},
		{struct{ A []inner }{[]inner{{}, {Float: map[string]float64{"x": 1, "y": math.NaN()}}}}, place{"A", "[1].float.y", "got NaN, want a finite number"}},
		{struct{ A float32 }{float32(math.Inf(-1))}, place{"A", "", "got -Inf, want a finite number"}},
		{struct{ A any }{math.Inf(1)}, place{"A", "", "got +Inf, want a finite number"}},
		{struct{ A stdjson.Number }{"1x"}, place{"A", "", "got a json.Number that is no number"}},
		{struct{ A stdjson.Number }{" 1"}, place{"A", "", "got a json.Number that is no number"}},
		{struct{ A stdjson.Number }{"true"}, place{"A", "", "got a json.Number that is no number"}},
		{struct {
			A stdjson.Number `json:",string"`
		}{"x"}, place{"A", "", "got a json.Number that is no number"}},
		{struct{ A failsJSON }{}, place{"A", "", `MarshalJSON of structjson.failsJSON failed: "it fails,\nalways"`}},
		{struct{ A failsText }{}, place{"A", "", `MarshalText of structjson.failsText failed: "it fails,\nalways"`}},
		{struct{ A notUTF8 }{}, place{"A", "", "got a text that is not valid UTF-8"}},
		{struct{ A loose }{}, place{"A", "", `got JSON that is not strict: duplicate name "a"`}},
		{struct{ A stdjson.RawMessage }{stdjson.RawMessage(`{"a":1}{}`)}, place{"A", "", "got JSON that is not strict: data after the JSON value"}},
		{struct{ A stdjson.RawMessage }{stdjson.RawMessage("\"\xff\"")}, place{"A", "", "got JSON that is not strict: invalid UTF-8"}},
		{struct{ A stdjson.RawMessage }{stdjson.RawMessage("")}, place{"A", "", "got JSON that is not strict: the JSON text ends early"}},
		{struct{ A any }{deep}, place{"A", strings.Repeat("[0]", strictjson.MaxDepth-1), "nested too deep"}},
		{cycle, place{"next", strings.Repeat(".next", strictjson.MaxDepth-1), "nested too deep"}},
		{loop, place{"", "", "nested too deep"}},
		{struct{ A any }{loop}, place{"A", "", "nested too deep"}},
		{cyclic, place{"a", strings.Repeat(".a", strictjson.MaxDepth-1), "nested too deep"}},
	} {
		for _, v := range []any{row.v, addressed(row.v)} {
			_, err := encode(v)
			require.Error(t, err, "%T", v)
			assert.Equal(t, row.want, placeOf(t, err), "%T", v)
		}
	}
	_, err := encode(struct{ A failsJSON }{})
	require.ErrorIs(t, err, errFails)
	_, err = encode(struct{ A failsText }{})
	require.ErrorIs(t, err, errFails)
	_, err = encode(struct{ A func() }{})
	require.EqualError(t, err, `A: cannot encode func(): "json: unsupported type: func()"`)
	for _, v := range []any{
		struct{ A func() }{}, struct{ A chan int }{}, struct{ A complex128 }{}, struct{ A any }{func() {}}, struct{ A map[bool]int }{map[bool]int{true: 1}}, map[equalKeys]int{1: 1, 2: 2},
		tagged(failsText{}, `json:",string"`),
		tagged((func())(nil), `json:",omitempty"`), tagged((chan int)(nil), `json:",omitempty"`), tagged(complex64(0), `json:",omitempty"`), tagged(0i, `json:",omitempty"`),
		tagged(unsafe.Pointer(nil), `json:",omitempty"`),
	} {
		_, err := encode(v)
		require.ErrorContains(t, err, "cannot encode", "%T", v)
		assert.NotContains(t, err.Error(), "\n")
	}
}

func TestAppendWritesAsDeepAsCanBeRead(t *testing.T) {
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	deep := any([]any{})
	for range strictjson.MaxDepth - 2 {
		deep = []any{deep}
	}
	for _, v := range []any{
		struct{ A any }{deep},
		struct{ A stdjson.RawMessage }{stdjson.RawMessage(nested(strictjson.MaxDepth - 1))},
	} {
		got, err := encode(v)
		require.NoError(t, err)
		o := strictjson.Read([]byte(got), 0)
		assert.True(t, o.Next())
		assert.False(t, o.Next())
		assert.Empty(t, o.Problem())
		_, err = encode(struct{ X any }{v})
		assert.ErrorContains(t, err, "nested too deep")
	}
	// What is closed counts no more.
	many := make([][][]int, 2*strictjson.MaxDepth)
	for i := range many {
		many[i] = [][]int{{1}}
	}
	_, err := encode(struct {
		A any
		B []*struct{ C map[string]int }
	}{many, make([]*struct{ C map[string]int }, 5000)})
	assert.NoError(t, err)
	manyPointers := make([]*int, 20*strictjson.MaxDepth)
	for i := range manyPointers {
		manyPointers[i] = &i
	}
	_, err = encode(manyPointers)
	assert.NoError(t, err)
	var chain pointers
	for range 8 * strictjson.MaxDepth {
		chain = ptr(chain)
	}
	_, err = encode(chain)
	assert.NoError(t, err)
	_, err = encode(ptr(chain))
	assert.ErrorContains(t, err, "nested too deep")
}

// A value that can be changed is changed, as by encoding/json: there may be a lock
// in it.
type counter int

func (c *counter) MarshalJSON() ([]byte, error) {
	*c++
	return []byte("1"), nil
}

func TestAppendGivesMethodsTheValueItself(t *testing.T) {
	v := struct {
		N counter
		L []counter
		P *counter
	}{L: make([]counter, 1), P: new(counter)}
	_, err := encode(&v)
	require.NoError(t, err)
	assert.Equal(t, counter(1), v.N)
	assert.Equal(t, counter(1), v.L[0])
	assert.Equal(t, counter(1), *v.P)
}

// What encoding/json does not know, package json and its newer tags do.
func TestNewerTagsAndMethods(t *testing.T) {
	for _, row := range []struct {
		v    any
		want string
	}{
		{catchAll{map[string]int{"a": 1}, map[string]any{"more": "x"}}, `{"n":{"a":1},"more":"x"}`},
		{catchAll{}, `{"n":null}`},
		{formatted{time.Unix(5, 0).UTC(), 90 * time.Second, []byte("\xff\xfe"), time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)}, `{"at":5,"for":90,"bytes":"__4=","days":"2026-11-26"}`},
		{struct{ A v2Value }{v2Value{7}}, `{"A":7}`},
		{struct{ A v2Int }{7}, `{"A":[7]}`},
		{made("x", stringField("A", `json:"'a,b'"`), stringField("B", `json:"'\\'c\\''"`)), `{"A":"x","B":"x"}`},
		{made("x", stringField("A", "json:\"\xff\"")), `{"\ufffd":"x"}`},
		{tagged(time.Unix(7, 0).UTC(), `json:"at,omitzero,format:unix"`, 5*time.Second, `json:",format:sec"`), `{"at":7,"B":5}`},
		{tagged(time.Time{}, `json:"at,omitzero,format:unix"`), `{}`},
		{struct {
			A string `json:"a,case:ignore"`
		}{"x"}, `{"a":"x"}`},
		{struct {
			A catchAll    `json:"a"`
			B []formatted `json:"b"`
		}{B: []formatted{}}, `{"a":{"n":null},"b":[]}`},
		{struct{ A map[string]stdjson.Number }{map[string]stdjson.Number{"1": "2"}}, `{"A":{"1":2}}`},
		{struct {
			Rest map[string]stdjson.Number `json:",embed"`
		}{map[string]stdjson.Number{"1": "2", "3": ""}}, `{"1":2,"3":0}`},
		{struct {
			A    map[stdjson.Number]stdjson.Number
			Rest map[string]int `json:",embed"`
		}{map[stdjson.Number]stdjson.Number{"1": "2"}, nil}, `{"A":{"1":2}}`},
	} {
		got, err := encode(row.v)
		require.NoError(t, err, "%T", row.v)
		assertSameJSON(t, row.want, got, row.v)
		back, err := decode(row.v, got)
		require.NoError(t, err, "%T %s", row.v, got)
		again, err := encode(back)
		require.NoError(t, err)
		assert.Equal(t, got, again)
	}
	for _, data := range []string{`{"1":"2"}`, `{"1":null}`, `{"1":2}`} {
		got, err := decode(struct {
			Rest map[string]stdjson.Number `json:",embed"`
		}{}, data)
		require.NoError(t, err)
		assert.Len(t, reflect.ValueOf(got).Field(0).Interface(), 1)
	}
	for _, data := range []string{`{"1":"x"}`, `{"1":true}`, `{"1":[]}`} {
		_, err := decode(struct {
			Rest map[string]stdjson.Number `json:",embed"`
		}{}, data)
		require.Error(t, err, data)
	}
	_, err := encode(struct {
		Rest map[string]stdjson.Number `json:",embed"`
	}{map[string]stdjson.Number{"1": "x"}})
	require.ErrorContains(t, err, "no number")
}

// A type is known after its first value; types that refer to each other, too.
func TestCodecsAreMadeOnceAndConcurrently(t *testing.T) {
	type b struct{ List []*struct{ B any } }
	type a struct {
		B  *b
		By map[string]a
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := encode(a{B: &b{}, By: map[string]a{"x": {}}})
			assert.NoError(t, err)
			assert.Equal(t, `{"B":{"List":null},"By":{"x":{"B":null,"By":null}}}`, got)
		})
	}
	all.Wait()
	assert.Same(t, nodeOf(reflect.TypeFor[a]()), nodeOf(reflect.TypeFor[a]()))
}

func TestOutputIsCompact(t *testing.T) {
	for _, v := range []any{struct{ A spacious }{}, struct{ A any }{spacious{}}, spacious{}} {
		got, err := encode(v)
		require.NoError(t, err)
		assert.Contains(t, got, "{\"a b\":[1,\"")
		assert.NotContains(t, got, "\n")
	}
	got, err := encode(jsonMap{})
	require.NoError(t, err)
	assert.Equal(t, `{"n":0}`, got)
}

// What package json codes is as strict as the rest.
func TestPackageJSONIsAsStrict(t *testing.T) {
	got, err := encode(catchAll{Rest: map[string]any{"x": "<&>\u2028"}})
	require.NoError(t, err)
	assert.Equal(t, "{\"n\":null,\"x\":\"<&>\u2028\"}", got)
	for _, v := range []any{catchAll{Rest: map[string]any{"x": "\xff"}}, catchAll{Rest: map[string]any{"\xff": 1}}, catchAll{Rest: map[string]any{"n": 1}}} {
		_, err := encode(v)
		require.Error(t, err)
	}
	back, err := decode(catchAll{}, `{"N":{"a":1}}`)
	require.NoError(t, err)
	assert.Equal(t, catchAll{Rest: map[string]any{"N": map[string]any{"a": 1.0}}}, back)
	anyCase := tagged("", `json:"a,case:ignore"`)
	back, err = decode(anyCase, `{"A":"x"}`)
	require.NoError(t, err)
	assert.Equal(t, "x", reflect.ValueOf(back).Field(0).String())
	_, err = decode(anyCase, `{"A":"x","a":"y"}`)
	require.Error(t, err)
}

// Which types are coded field by field decides the speed, and nothing else.
func TestWhatIsCodedFieldByField(t *testing.T) {
	for _, row := range []struct {
		v    any
		want []kind // of the fields
	}{
		{struct {
			A string `json:"-"`
			b int
			C string `json:"c,omitempty"`
		}{b: 1}, []kind{text}},
		{struct {
			Deeper
			*Right
			hidden
		}{}, []kind{text, text, text, text, text}},
		{tagged(0, `json:",string"`, ptr(0), `json:",string"`, "", `json:",string"`, stdjson.Number(""), `json:",string"`, ptr(ptr(0)), `json:",string"`, namedPointer(nil), `json:",string"`, []int{}, `json:",string"`, jsonInt(0), `json:",string"`,
			true, `json:",string"`, uint8(0), `json:",string"`, 1.5, `json:",string"`),
			[]kind{quoted, quoted, quoted, quoted, wrap, wrap, wrap, wrap, quoted, quoted, quoted}},
		{tagged(time.Time{}, `json:",format:unix"`, 0, `json:",omitzero"`), []kind{wrap, integer}},
		{struct {
			A int
			B int8
			C int16
			D int32
			E int64
			F uint
			G uint8
			H uint16
			I uint32
			J uint64
			K uintptr
			L float32
			M float64
		}{}, append(slices.Repeat([]kind{integer}, 5), append(slices.Repeat([]kind{unsigned}, 6), float, float)...)},
		{struct {
			A any
			B []string
			C []int
			D [2]int
			E map[string]int
			F map[int8]int
			G *int
			H []byte
			I struct{}
			J float32
			K stdjson.Number
			L map[stdjson.Number]int
			M map[uint8]int
			N map[readsText]int
		}{}, []kind{dynamic, texts, list, array, dictionary, dictionary, pointer, octets, structure, float, number, dictionary, dictionary, other}},
		{struct {
			A jsonValue
			B textValue
			C jsonPointer
			D map[textInt]int
			E stringer
			F []markedByte
			G v2Value
			H appendsText
			I func()
			J textPointerInt
			K *textPointerInt
		}{}, []kind{jsonMethod, textMethod, other, other, other, other, other, textMethod, other, other, pointer}},
	} {
		n := nodeOf(reflect.TypeOf(row.v))
		require.NotNil(t, n.object, "%T", row.v)
		var got []kind
		for _, f := range n.object.fields {
			got = append(got, f.node.writes)
		}
		assert.Equal(t, row.want, got, "%T", row.v)
	}
	for _, v := range []any{catchAll{}, formatted{}, embedsUntagged{}, struct{ *hidden }{}, TextA{}, jsonValue{}, tagged("", `json:"a,case:ignore"`), tagged("", `json:"'a'"`), struct {
		TextA
		TextB
	}{}, tagged("", `json:",format:a,format:b"`), tagged(0, `json:",string,string"`), struct {
		hidden `json:"x"`
	}{}} {
		assert.Nil(t, nodeOf(reflect.TypeOf(v)).object, "%T", v)
	}
}
