package structjson

import (
	stdjson "encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// decode reads data into a new value of the type of like.
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

// assertDecodesLike compares with package json, which has the options of
// encoding/json but exact names.
func assertDecodesLike(t *testing.T, like any, data string) {
	t.Helper()
	want := reflect.New(reflect.TypeOf(like))
	wantErr := json.Unmarshal([]byte(data), want.Interface(), likeV1)
	got, err := decode(like, data)
	if assert.Equal(t, wantErr == nil, err == nil, "%T %s: %v, want %v", like, data, err, wantErr) && err == nil {
		assert.Equal(t, want.Elem().Interface(), got, "%T %s", like, data)
	}
}

// The JSON of every type is read into every other one.
func TestDecodeReadsTheJSONOfOtherTypes(t *testing.T) {
	for _, from := range typeTable {
		data := standard(t, from)
		for _, into := range typeTable {
			assertDecodesLike(t, into, data)
		}
	}
}

// Values of every kind, for a field of every type.
var (
	oddValues = []string{
		`null`, `true`, `false`, `0`, `-0`, `1`, `-1`, `127`, `128`, `-128`, `-129`, `255`, `256`, `65536`, `1.0`, `1.5`, `1e3`, `1E-2`, `-1.5e+300`,
		`999999999999999999`, `-999999999999999999`, `9223372036854775807`, `9223372036854775808`, `-9223372036854775808`, `-9223372036854775809`,
		`18446744073709551615`, `18446744073709551616`, `1e39`, `-1e39`, `1e309`, `1e-400`, `12345678901234567890.123`,
		`""`, `"a"`, `"1"`, `"-1"`, `"1.5"`, `"01"`, `" 1"`, `"1 "`, `"true"`, `"false"`, `"null"`, `"nul"`, `"\"a\""`, `"\u0061\n\ud83d\ude00"`, `"YWI="`, `"YWI"`, `"YW\nI="`, `"YWI=="`, `"_-8="`,
		`"2026-11-26T08:30:00Z"`, `"2026-11-26"`, `"192.0.2.1"`, `"3/4"`, `"[1]"`, `"{}"`, `"\"\\u0061\""`,
		`[]`, `[ ]`, `[null]`, `[1]`, `[1,2]`, `[1, 2 ,3,4,5,6,7,8,9]`, `["a"]`, `["a",null]`, `["a",1]`, `["a","b","c"]`, `[[]]`, `[["a"],null]`, `[{}]`, `[true]`, `[256]`, `["1",2.5]`,
		`["1","2","3","4","5","6","7","8","9","10","11"]`,
		`{}`, `{ }`, `{"a":"b"}`, `{"a":1}`, `{"a":null}`, `{"1":"b"}`, `{"-1":"b","2":"c"}`, `{"70000":true}`, `{"1.5":1}`, `{"":1}`, `{"a":["b"]}`, `{"a":{"b":{"c":[1,{"d":null}]}}}`, `{"B":1,"N":5}`, `{"B":null}`, `{"\u0061":"\u0062"}`,
		`{"0x1":"b"}`, `{"010":"b"}`, `{"1_0":"b"}`, `{"0b1":true}`, `{"1/2":3}`, `{"id":"x","size":5}`, `{"name":"x","next":{"name":"y"},"all":[{"name":"z"}],"by":{"k":null}}`,
	}
	fieldTypes = []any{
		"", word(""), true, flag(false), 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0), level(0),
		float32(0), 0.0, ratio(0), stdjson.Number(""), stdjson.RawMessage(nil), []byte(nil), []octet(nil), []markedByte(nil), [3]byte{}, [0]int{}, [2]string{}, [2][1]int{},
		[]string(nil), words(nil), [][]string(nil), []int(nil), []*string(nil), []any(nil), []map[string]int(nil), []Base(nil),
		map[string]string(nil), labels(nil), map[string]any(nil), map[string][]string(nil), map[int]string(nil), map[integerKey]bool(nil), map[unsignedKey]string(nil), map[string]*Base(nil),
		map[manyKeys]int(nil), map[textInt]string(nil), map[readsText]int(nil), map[stdjson.Number]string(nil), map[string]map[string]int(nil),
		(*any)(nil), (*string)(nil), (**int)(nil), (*[]string)(nil), (*Base)(nil), (*jsonValue)(nil), (*textValue)(nil), Base{}, Recursive{}, struct{ B *int }{},
		when, jsonValue{}, jsonPointer{}, textValue{}, textPointer{}, textString(""), jsonInt(0), jsonList(nil), jsonMap(nil), textInt(0), readsText(""), readsJSON(0),
		big1, (*stringer)(nil), (*func())(nil), (*chan int)(nil), complex64(0),
	}
)

func TestDecodeReadsEveryValueIntoEveryType(t *testing.T) {
	for _, of := range fieldTypes {
		fieldType := reflect.TypeOf(of)
		if fieldType.Kind() == reflect.Pointer && fieldType.Elem().Kind() >= reflect.Chan && fieldType.Elem().Kind() <= reflect.Interface {
			fieldType = fieldType.Elem()
		}
		for _, option := range []reflect.StructTag{``, `json:",string"`} {
			like := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "A", Type: fieldType, Tag: option}})).Elem().Interface()
			for _, value := range oddValues {
				data := `{"A": ` + value + ` }`
				// Of a number in a string, encoding/json does not ask that it is one of JSON.
				if option != "" && (value == `"01"` || fieldType == reflect.TypeFor[stdjson.Number]()) {
					continue
				}
				assertDecodesLike(t, like, data)
				if option == "" || !implementsAny(fieldType, coding...) { // or else encoding/json gives a method what is in the string
					assertReadsWhatEncodingJSONReads(t, like, data)
				}
			}
		}
	}
}

// assertReadsWhatEncodingJSONReads compares with encoding/json itself.
func assertReadsWhatEncodingJSONReads(t *testing.T, like any, data string) {
	t.Helper()
	want := reflect.New(reflect.TypeOf(like))
	wantErr := stdjson.Unmarshal([]byte(data), want.Interface())
	got, err := decode(like, data)
	if assert.Equal(t, wantErr == nil, err == nil, "%T %s: %v, want %v", like, data, err, wantErr) && err == nil {
		assert.Equal(t, want.Elem().Interface(), got, "%T %s", like, data)
	}
}

func TestDecodeReadsAJSONNumberInAString(t *testing.T) {
	type quoted struct {
		A stdjson.Number `json:",string"`
	}
	for value, want := range map[string]stdjson.Number{`"1"`: "1", `"-1.5e3"`: "-1.5e3", `"\"1\""`: "1", `null`: "", `"null"`: ""} {
		got, err := decode(quoted{}, `{"A":`+value+`}`)
		require.NoError(t, err, value)
		assert.Equal(t, quoted{want}, got, value)
	}
	for _, value := range []string{`1`, `""`, `"a"`, `"01"`, `" 1"`, `"1 "`, `"[1]"`, `"{}"`, `true`, `[]`, `"true"`, `"\"\""`, `"\"a\""`} {
		_, err := decode(quoted{}, `{"A":`+value+`}`)
		assert.Error(t, err, value)
	}
}

// Numbers that are kept take no memory beside that of the payload.
func TestAJSONNumberIsAPartOfTheSource(t *testing.T) {
	var got struct {
		A stdjson.Number
		B map[string]stdjson.Number
	}
	v := reflect.ValueOf(&got).Elem()
	require.NoError(t, New(v.Type(), base).Decode([]byte(`{"A":1e5,"B":{"x":-2e7}}`), `{"A":1E5,"B":{"x":-2E7}}`, v, nil))
	assert.Equal(t, stdjson.Number("1E5"), got.A)
	assert.Equal(t, stdjson.Number("-2E7"), got.B["x"])
}

// place is where an error says that it happened.
type place struct{ name, path, detail string }

func placeOf(t *testing.T, err error) place {
	t.Helper()
	var at *Error
	require.ErrorAs(t, err, &at)
	return place{at.Name, at.Path, at.Detail}
}

func TestDecodeSaysWhatDoesNotFit(t *testing.T) {
	type inner struct {
		Lines []string       `json:"lines"`
		Codes map[string]int `json:"codes"`
		By    map[int8]bool  `json:"by"`
	}
	type claims struct {
		Text     string         `json:"text"`
		Flag     bool           `json:"flag"`
		Small    int8           `json:"small"`
		Count    uint16         `json:"count"`
		Ratio    float32        `json:"ratio"`
		Number   stdjson.Number `json:"number"`
		Bytes    []byte         `json:"bytes"`
		Texts    []string       `json:"texts"`
		List     []int          `json:"list"`
		Array    [2]bool        `json:"array"`
		Map      map[string]int `json:"map"`
		Pointer  *int           `json:"pointer"`
		Any      any            `json:"any"`
		Inner    inner          `json:"inner"`
		Inners   []*inner       `json:"inners"`
		Quoted   int            `json:"quoted,string"`
		Method   failsJSON      `json:"method"`
		Text2    failsText      `json:"text2"`
		Other    stringer       `json:"other"`
		Embedded catchAll       `json:"embedded"`
		Dated    formatted      `json:"dated"`
	}
	for data, want := range map[string]place{
		`{"text":1}`:                             {"text", "", "got a number, want a string"},
		`{"flag":"true"}`:                        {"flag", "", "got a string, want a boolean"},
		`{"small":true}`:                         {"small", "", "got a boolean, want an integer that fits int8"},
		`{"small":128}`:                          {"small", "", "got another number, want an integer that fits int8"},
		`{"small":-129}`:                         {"small", "", "got another number, want an integer that fits int8"},
		`{"small":99999999999999999999}`:         {"small", "", "got another number, want an integer that fits int8"},
		`{"small":1.5}`:                          {"small", "", "got another number, want an integer that fits int8"},
		`{"count":-1}`:                           {"count", "", "got another number, want an integer that fits uint16"},
		`{"count":[]}`:                           {"count", "", "got an array, want an integer that fits uint16"},
		`{"ratio":1e39}`:                         {"ratio", "", "got another number, want a number that fits float32"},
		`{"ratio":{}}`:                           {"ratio", "", "got an object, want a number that fits float32"},
		`{"number":"x"}`:                         {"number", "", "got a string, want a number"},
		`{"number":[]}`:                          {"number", "", "got an array, want a number"},
		`{"bytes":"?"}`:                          {"bytes", "", "got a string that is not base64"},
		`{"bytes":{}}`:                           {"bytes", "", "got an object, want a string with base64"},
		`{"bytes":[1,300]}`:                      {"bytes", "[1]", "got another number, want an integer that fits uint8"},
		`{"texts":"a"}`:                          {"texts", "", "got a string, want an array"},
		`{"texts":["a",1]}`:                      {"texts", "[1]", "got a number, want a string"},
		`{"list":{}}`:                            {"list", "", "got an object, want an array"},
		`{"list":[1,2,"3"]}`:                     {"list", "[2]", "got a string, want an integer that fits int"},
		`{"array":true}`:                         {"array", "", "got a boolean, want an array"},
		`{"array":[true,1]}`:                     {"array", "[1]", "got a number, want a boolean"},
		`{"map":[]}`:                             {"map", "", "got an array, want an object"},
		`{"map":{"a":"b"}}`:                      {"map", ".a", "got a string, want an integer that fits int"},
		`{"pointer":"x"}`:                        {"pointer", "", "got a string, want an integer that fits int"},
		`{"any":{"a":[1,1e999]}}`:                {"any", ".a[1]", "got another number, want one that fits float64"},
		`{"inner":[]}`:                           {"inner", "", "got an array, want an object"},
		`{"inner":{"lines":["a",{}]}}`:           {"inner", ".lines[1]", "got an object, want a string"},
		`{"inner":{"codes":{"x":null,"y":"z"}}}`: {"inner", ".codes.y", "got a string, want an integer that fits int"},
		`{"inner":{"by":{"300":true}}}`:          {"inner", ".by.300", "got a name that is no integer that fits int8"},
		`{"inner":{"by":{"1":true,"01":true}}}`:  {"inner", ".by", "got two names that are the same integer"},
		`{"inners":[null,{"codes":1}]}`:          {"inners", "[1].codes", "got a number, want an object"},
		`{"quoted":1}`:                           {"quoted", "", "got a number, want a string"},
		`{"quoted":"[1]"}`:                       {"quoted", "", "got another string, want one that holds an integer that fits int"},
		`{"quoted":"true"}`:                      {"quoted", "", "got a boolean, want an integer that fits int"},
		`{"method":1}`:                           {"method", "", `got a number, and UnmarshalJSON of structjson.failsJSON failed: "it fails,\nalways"`},
		`{"text2":"a"}`:                          {"text2", "", `got a string, and UnmarshalText of structjson.failsText failed: "it fails,\nalways"`},
		`{"text2":1}`:                            {"text2", "", "got a number, want a string"},
		`{"other":1}`:                            {"other", "", "got a number, which does not go into structjson.stringer"},
		`{"embedded":{"n":{"x":"y"}}}`:           {"embedded", ".n.x", "got a string, which does not go into int"},
		`{"embedded":[]}`:                        {"embedded", "", "got an array, which does not go into structjson.catchAll"},
		`{"dated":{"at":"x"}}`:                   {"dated", ".at", "got a string, which does not go into time.Time"},
	} {
		got, err := decode(claims{}, data)
		require.Error(t, err, "%s %+v", data, got)
		assert.Equal(t, want, placeOf(t, err), data)
		assert.Equal(t, want.name+want.path+": "+want.detail, err.Error())
	}
	_, err := decode(claims{}, `{"method":1}`)
	require.ErrorIs(t, err, errFails)
	_, err = decode(claims{}, `{"text2":"a"}`)
	require.ErrorIs(t, err, errFails)
	dated := tagged(time.Time{}, `json:"at,format:unix"`, []time.Time{}, `json:"all,format:unix"`, map[string]jsonInt{}, `json:"by,string"`)
	_, err = decode(dated, `{"at":"x"}`)
	assert.Equal(t, place{"at", "", "got a string, which does not go into time.Time"}, placeOf(t, err))
	_, err = decode(dated, `{"by":{"a":[1],"b":["x"]}}`)
	assert.Equal(t, place{"by", "", "got an object, which does not go into map[string]structjson.jsonInt"}, placeOf(t, err))
	for _, v := range []any{0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0)} {
		_, err = decode(tagged(v, ``), `{"A":"x"}`)
		assert.Equal(t, place{"A", "", "got a string, want an integer that fits " + reflect.TypeOf(v).Kind().String()}, placeOf(t, err))
	}
	for _, v := range []any{float32(0), 0.0} {
		_, err = decode(tagged(v, ``), `{"A":"x"}`)
		assert.Equal(t, place{"A", "", "got a string, want a number that fits " + reflect.TypeOf(v).Kind().String()}, placeOf(t, err))
	}
	_, err = decode(tagged(tagged(1, `json:"a,case:ignore"`), ``), `{"A":1}`)
	assert.Equal(t, place{"A", "", "got a number, which does not go into a struct"}, placeOf(t, err))
	_, err = decode([]string{}, `{"a":1}`)
	assert.Equal(t, place{"", "", "got an object, want an array"}, placeOf(t, err))
	assert.Equal(t, "got an object, want an array", err.Error())
}

// Decode is for JSON that is known to be strict. With any other it does not panic,
// and does not report success for what is no JSON at all.
func TestDecodeOfWhatIsNotStrictEndsEarly(t *testing.T) {
	whole := `{"A":"a","B":[1,{"C":null}],"D":{"E":true},"F":1.5}`
	for _, like := range []any{map[string]any{}, Recursive{}, struct{ A, B, D any }{}, struct{ B []any }{}, struct{ X int }{}, struct{ D map[string]bool }{}} {
		for end := range whole {
			if end > 0 {
				_, err := decode(like, whole[:end])
				assert.Error(t, err, "%T %s", like, whole[:end])
			}
		}
		for _, data := range []string{`{}}`, `{"A" 1}`, `{"A":1 "B":2}`, `{"A":1,}`, `{,}`, `{"B":[1 2]}`, `{"B":[,]}`, `{"B":[1,]}`, `{"X":tru}`, `{"A":"\x"}`, "{\"A\":\"\xff\"}", `x`, `"`, `{"A":}`, `[}`} {
			_, err := decode(like, data)
			assert.Error(t, err, "%T %s", like, data)
		}
	}
	deep := strings.Repeat(`{"next":`, strictjson.MaxDepth+1) + "null" + strings.Repeat("}", strictjson.MaxDepth+1)
	_, err := decode(Recursive{}, deep)
	assert.Error(t, err)
	_, err = decode(Recursive{}, deep[len(`{"next":`):len(deep)-1])
	assert.NoError(t, err)
}

// A method that holds on to what it is given holds on to bytes of its own.
type keeper struct{ data []byte }

func (k *keeper) UnmarshalJSON(data []byte) error {
	k.data = data
	return nil
}

func TestMethodsGetBytesOfTheirOwn(t *testing.T) {
	type keeps struct {
		Kept keeper
		More map[string]keeper
	}
	data := []byte(`{"Kept":"secret","More":{"a":"secret"}}`)
	var v keeps
	require.NoError(t, New(reflect.TypeFor[keeps](), base).Decode(data, string(data), reflect.ValueOf(&v).Elem(), nil))
	clear(data)
	assert.Equal(t, `"secret"`, string(v.Kept.data))
	assert.Equal(t, `"secret"`, string(v.More["a"].data))
}

// Texts are parts of the source, or copies if they have escapes or there is no
// source: never parts of the data.
func TestTextsAreNotPartsOfTheData(t *testing.T) {
	type texts struct {
		A string
		B []string
		C map[string]string
		D any
		E []byte
		F stdjson.Number
	}
	whole := `{"A":"a","B":["b","\u0062"],"C":{"c":"c","\u0064":"d"},"D":["d",{"e":"\n"}],"E":"ZQ==","F":12.5}`
	want := texts{"a", []string{"b", "b"}, map[string]string{"c": "c", "d": "d"}, []any{"d", map[string]any{"e": "\n"}}, []byte("e"), "12.5"}
	for _, source := range []string{whole, ""} {
		data := []byte(whole)
		var v texts
		require.NoError(t, New(reflect.TypeFor[texts](), base).Decode(data, source, reflect.ValueOf(&v).Elem(), nil))
		clear(data)
		assert.Equal(t, want, v)
	}
}

// The first of these that decodes in more than linear space is at fault: what is
// allocated for twice the input is at most about twice as much.
func TestDecodeAllocatesInProportion(t *testing.T) {
	type claims struct {
		Texts []string          `json:"texts"`
		Any   any               `json:"any"`
		Map   map[string]string `json:"map"`
		Ints  map[int]int       `json:"ints"`
		List  []Base            `json:"list"`
		Wide  struct{ A0, A1, A2, A3, A4, A5, A6, A7, A8, A9 int }
	}
	repeat := func(before, each, after string) func(n int) string {
		return func(n int) string {
			var all []string
			for i := range n {
				all = append(all, strings.ReplaceAll(each, "#", strconv.Itoa(i)))
			}
			return before + strings.Join(all, ",") + after
		}
	}
	for _, data := range []func(n int) string{
		repeat(`{"texts":[`, `"a"`, `]}`), repeat(`{"any":[`, `{}`, `]}`), repeat(`{"any":{`, `"#":1`, `}}`), repeat(`{"map":{`, `"#":"a"`, `}}`),
		repeat(`{"ints":{`, `"#":1`, `}}`), repeat(`{"list":[`, `{"id":"#"}`, `]}`), repeat(`{"Wide":{`, `"A#":1`, `}}`), repeat(`{`, `"#":1`, `}`), repeat(`{`, `"\u0061#":1`, `}`),
	} {
		cost := func(n int) float64 {
			text := data(n)
			c, v := New(reflect.TypeFor[claims](), base), reflect.ValueOf(new(claims)).Elem()
			return testing.AllocsPerRun(3, func() {
				v.SetZero()
				require.NoError(t, c.Decode([]byte(text), text, v, nil))
			})
		}
		assert.LessOrEqual(t, cost(2000), 2.2*cost(1000)+20, data(3))
	}
}
