package structjson

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A base is what the tested types embed.
type Base struct {
	ID   string `json:"id,omitzero"`
	Size int64  `json:"size,omitzero"`
}

// Types that have a codec.
type (
	word  string
	level uint8

	empty struct{}
	alone struct{ Base }

	plain struct {
		Base
		Text     string   `json:"text"`
		Word     word     `json:"word"`
		Texts    []string `json:"texts"`
		Bool     bool     `json:"bool"`
		Int      int      `json:"int"`
		Int8     int8     `json:"int8"`
		Int16    int16    `json:"int16"`
		Int32    int32    `json:"int32"`
		Int64    int64    `json:"int64"`
		Uint     uint     `json:"uint"`
		Uint8    uint8    `json:"uint8"`
		Uint16   uint16   `json:"uint16"`
		Uint32   uint32   `json:"uint32"`
		Uint64   uint64   `json:"uint64"`
		Level    level    `json:"level"`
		Untagged string
		Left     string `json:"-"`
		hidden   string
	}
	omitting struct {
		Base
		Text   string         `json:"text,omitempty"`
		Texts  []string       `json:"texts,omitempty"`
		Bool   bool           `json:"bool,omitempty"`
		Int    int            `json:",omitempty"`
		ZText  string         `json:"ztext,omitzero"`
		ZTexts []string       `json:"ztexts,omitzero"`
		ZBool  bool           `json:"zbool,omitzero"`
		ZUint  uint64         `json:"zuint,omitzero"`
		Both   []string       `json:"both,omitzero,omitempty"`
		Map    map[string]int `json:"map,omitempty"`
		Any    any            `json:"any,omitempty"`
		Inner  *omittingInner `json:"inner,omitempty"`
		ZInner *omittingInner `json:"zinner,omitzero"`
		ZMap   map[string]int `json:"zmap,omitzero"`
		ZTime  time.Time      `json:"ztime,omitzero"`
		ZAny   any            `json:"zany,omitzero"`
	}
	omittingInner struct {
		X int `json:"x,omitzero"`
	}
	mixed struct {
		Text    string            `json:"text"`
		Float   float64           `json:"float"`
		Bytes   []byte            `json:"bytes"`
		Raw     jsontext.Value    `json:"raw"`
		Any     any               `json:"any"`
		Map     map[string]string `json:"map"`
		Struct  omittingInner     `json:"struct"`
		Pointer *int              `json:"pointer"`
		Time    time.Time         `json:"time"`
		Methods shouted           `json:"methods"`
		Reads   whispered         `json:"reads"`
		Words   []word            `json:"words"`
		Array   [2]string         `json:"array"`
		ID      string            `json:"id"` // base's, which is not there
	}
	oddNames struct {
		Space   string `json:"a b"`
		Slash   string `json:"https://example.com/role"`
		Dash    string `json:"a-b,omitempty"`
		Foreign string `json:"größe"`
		Control string `json:"a\tb"`
		Upper   string `json:"Text"`
		Lower   string `json:"text"`
	}
)

// shouted has methods of its own.
type shouted string

func (s shouted) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(string(s))), nil }
func (s *shouted) UnmarshalText(b []byte) error {
	*s = shouted(strings.ToLower(string(b)))
	return nil
}

// whispered has one for a pointer to it.
type whispered string

func (s *whispered) UnmarshalText(b []byte) error {
	*s = whispered(bytes.ToLower(b))
	return nil
}

// Types that have none.
type (
	embedsSecond struct {
		Text string
		Base
	}
	embedsTagged struct {
		Base `json:"base"`
	}
	embedsOther struct{ omittingInner }
	embedsMore  struct {
		Base
		omittingInner
	}
	embedsPointer struct{ *Base }
	shadows       struct {
		Base
		ID any `json:"id"`
	}
	option struct {
		N int `json:"n,string"`
	}
	caseless struct {
		Text string `json:"text,case:ignore"`
	}
	omitsOwnZero struct {
		N ownZero `json:"n,omitzero"`
	}
	omitsPointerZero struct {
		N pointerZero `json:"n,omitzero"`
	}
	omitsInterface struct {
		N zeroer `json:"n,omitzero"`
	}
	omitsPointer struct {
		N *time.Time `json:"n,omitzero"`
	}
	zeroer      interface{ IsZero() bool }
	ownZero     int
	pointerZero struct{ N int }
	hidesBase   struct{ lowerBase }
	lowerBase   = Base
	seesWhere   struct{ N where }
	readsWhere  struct{ N whereFrom }
	where       int
	whereFrom   int
	quoted      struct {
		A string `json:"'a'"`
	}
	inline struct {
		Rest map[string]any `json:",embed"`
	}
	marshals       struct{ Text string }
	unmarshals     struct{ Text string }
	textMarshals   struct{ Text string }
	textUnmarshals struct{ Text string }
	marshalsTo     struct{ Text string }
	unmarshalsFrom struct{ Text string }
	appendsText    struct{ Text string }
)

func (where) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteToken(jsontext.Int(int64(e.StackDepth())))
}
func (n *whereFrom) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*n = whereFrom(d.StackDepth())
	return d.SkipValue()
}
func (*pointerZero) IsZero() bool                                   { return true }
func (ownZero) IsZero() bool                                        { return true }
func (marshals) MarshalJSON() ([]byte, error)                       { return []byte(`{"by":"method"}`), nil }
func (*unmarshals) UnmarshalJSON([]byte) error                      { return nil }
func (*textMarshals) MarshalText() ([]byte, error)                  { return nil, nil }
func (*textUnmarshals) UnmarshalText([]byte) error                  { return nil }
func (marshalsTo) MarshalJSONTo(*jsontext.Encoder) error            { return nil }
func (*unmarshalsFrom) UnmarshalJSONFrom(d *jsontext.Decoder) error { return d.SkipValue() }
func (appendsText) AppendText(b []byte) ([]byte, error)             { return b, nil }

func codec[T any]() *Codec { return New(reflect.TypeFor[T](), reflect.TypeFor[Base]()) }

// made is the codec of a type that no linter would have in a program.
func made(fields ...reflect.StructField) *Codec {
	return New(reflect.StructOf(fields), reflect.TypeFor[Base]())
}

func stringField(name string, tag reflect.StructTag) reflect.StructField {
	f := reflect.StructField{Name: name, Type: reflect.TypeFor[string](), Tag: tag}
	if name[0] >= 'a' {
		f.PkgPath = "example"
	}
	return f
}

func TestWhatHasACodec(t *testing.T) {
	for _, row := range []struct {
		codec        *Codec
		embeds, flat bool
	}{
		{codec[empty](), false, true},
		{codec[alone](), true, true},
		{codec[plain](), true, true},
		{codec[omitting](), true, false},
		{codec[mixed](), false, false},
		{codec[oddNames](), false, true},
		{codec[Base](), false, true},
	} {
		require.NotNil(t, row.codec)
		assert.Equal(t, row.embeds, row.codec.Embeds)
		assert.Equal(t, row.flat, row.codec.Flat)
	}
	for _, c := range []*Codec{
		codec[embedsSecond](), codec[embedsTagged](), codec[embedsOther](), codec[embedsMore](), codec[embedsPointer](), codec[shadows](),
		codec[option](), codec[caseless](), codec[omitsOwnZero](), codec[omitsPointerZero](), codec[omitsInterface](), codec[omitsPointer](),
		codec[hidesBase](), codec[seesWhere](), codec[readsWhere](), codec[quoted](),
		codec[inline](), codec[marshals](), codec[unmarshals](), codec[textMarshals](), codec[textUnmarshals](),
		codec[marshalsTo](), codec[unmarshalsFrom](), codec[appendsText](),
		codec[*plain](), codec[any](), codec[map[string]any](), codec[string](),
		made(stringField("A", `json:"a"`), stringField("B", `json:"a"`)), made(stringField("a", `json:"a"`)), made(stringField("A", `json:"\xff"`)), made(stringField("A", `json:"a,omitEmpty"`)),
	} {
		assert.Nil(t, c, "%+v", c)
	}
}

// encode returns what Append makes of v, as an object.
func encode[T any](v T) (text string, ok bool) {
	b, ok := codec[T]().Append([]byte("before"), reflect.ValueOf(v))
	return "{" + strings.TrimPrefix(strings.TrimPrefix(string(b), "before"), ",") + "}", ok
}

func assertEncodes[T any](t *testing.T, v T) {
	t.Helper()
	want, err := json.Marshal(v, json.Deterministic(true))
	got, ok := encode(v)
	if assert.Equal(t, err == nil, ok, "%+v: %v", v, err) && ok {
		assert.Equal(t, string(want), got)
	}
}

func TestAppendWritesWhatTheEncoderWrites(t *testing.T) {
	one := 1
	assertEncodes(t, empty{})
	assertEncodes(t, plain{})
	assertEncodes(t, plain{
		Text: "a\"\\\n<&>\u2028ä", Word: "w", Texts: []string{"x", "\x01", ""}, Bool: true, Int: -1, Int8: -128, Int16: 32767, Int32: -1 << 31,
		Int64: -1 << 63, Uint: 1, Uint8: 255, Uint16: 65535, Uint32: 1<<32 - 1, Uint64: 1<<64 - 1, Level: 9, Untagged: "u", Left: "left", hidden: "h",
	})
	assertEncodes(t, plain{Texts: []string{}})
	assertEncodes(t, plain{Texts: []string{"one"}})
	assertEncodes(t, omitting{})
	assertEncodes(t, omitting{Texts: []string{}, ZTexts: []string{}, Both: []string{}, Map: map[string]int{}, Any: map[string]any{}, Inner: &omittingInner{}})
	assertEncodes(t, omitting{ZInner: &omittingInner{}, ZMap: map[string]int{}, ZTime: time.Time{}.Local(), ZAny: 0})
	assertEncodes(t, omitting{ZTime: time.Unix(0, 0).UTC(), ZAny: []int(nil)})
	assertEncodes(t, omitting{Any: []int{}})
	assertEncodes(t, omitting{Any: ""})
	assertEncodes(t, omitting{Any: 0})
	assertEncodes(t, omitting{
		Text: "t", Texts: []string{""}, Bool: true, Int: 1, ZText: "z", ZTexts: []string{"z"}, ZBool: true, ZUint: 1, Both: []string{"b"},
		Map: map[string]int{"a": 1}, Any: 1.5, Inner: &omittingInner{2},
	})
	assertEncodes(t, mixed{})
	assertEncodes(t, mixed{
		Text: "t", Float: 1e21, Bytes: []byte("bytes"), Raw: jsontext.Value(` { "a" : 1 } `), Any: []any{nil, true, "x"}, Map: map[string]string{"k": "v"},
		Struct: omittingInner{1}, Pointer: &one, Time: time.Unix(1, 5).UTC(), Methods: "quiet", Words: []word{"a"}, Array: [2]string{"0", "1"}, ID: "id",
	})
	assertEncodes(t, oddNames{"1", "2", "3", "4", "5", "6", "7"})
	assertEncodes(t, oddNames{})

	assertEncodes(t, plain{Text: "\xff"})
	assertEncodes(t, plain{Texts: []string{"fine", "\xc0", "fine"}})
	assertEncodes(t, omitting{Text: "\xff"})
	assertEncodes(t, mixed{Any: func() {}})
	assertEncodes(t, mixed{Raw: jsontext.Value(`{"a":1,"a":2}`)})
	assertEncodes(t, mixed{Map: map[string]string{"\xff": ""}})
}

// counter has a method that changes it.
type counter int

func (c *counter) MarshalJSON() ([]byte, error) {
	*c++
	return []byte("1"), nil
}

// A value that can be changed is changed, as by package json: there may be a lock
// in it.
func TestAppendGivesMethodsTheValueItself(t *testing.T) {
	v := struct{ N counter }{}
	of := reflect.ValueOf(&v).Elem()
	_, ok := New(of.Type(), reflect.TypeFor[Base]()).Append(nil, of)
	require.True(t, ok)
	assert.Equal(t, counter(1), v.N)
}

// decode reads data into a T whose base is left alone.
func decode[T any](data []byte) (v T, ok bool) {
	source := "\x00" + string(data[1:]) // the first byte may differ
	ok = codec[T]().Decode(data, source, reflect.ValueOf(&v).Elem())
	return v, ok
}

// assertDecodes checks that Decode reads what the decoder does. It may leave what
// is not plain to that, if quick is false.
func assertDecodes[T any](t *testing.T, data string, quick bool) {
	t.Helper()
	var want T
	err := json.Unmarshal([]byte(data), &want)
	reflect.ValueOf(&want).Elem().FieldByName("base") // the rest is compared
	got, ok := decode[T]([]byte(data))
	if quick || ok {
		assert.NoError(t, err, "%T %s", want, data)
		assert.Equal(t, want, got, data)
	}
	if quick {
		assert.True(t, ok, "%T %s", want, data)
	}
}

func TestDecodeReadsWhatTheDecoderReads(t *testing.T) {
	for _, data := range []string{
		`{}`,
		` { } `[1:],
		`{"text":"t","word":"w","texts":["a","b"],"bool":true,"int":-1,"int8":-128,"int16":32767,"int32":-2147483648,"int64":-9223372036854775808,
			"uint":1,"uint8":255,"uint16":65535,"uint32":4294967295,"uint64":18446744073709551615,"level":9,"Untagged":"u"}`,
		`{"text":"\u0061\n\ud83d\ude00","texts":["\u0062",""],"t\u0065xt2":1,"w\u006frd":"w"}`,
		`{"text":null,"word":null,"texts":null,"bool":null,"int":null,"uint64":null}`,
		`{"texts":[],"bool":false,"int":0}`,
		`{"texts": [ "a" , "b,c" ] , "text" : "t" }`,
		`{"int":-0}`,
		`{"unknown":{"text":["x"]},"Text":"other","TEXT":1,"-":"x","Left":"x","hidden":"x","untagged":"x"}`,
		`{"Untagged":"u","uint64":1,"text":"t","int":3}`,
	} {
		assertDecodes[plain](t, data, true)
		assertDecodes[empty](t, data, true)
	}
	for _, data := range []string{ // for the decoder, or refused by it
		`{"text":1}`, `{"text":["a"]}`, `{"text":{}}`, `{"text":true}`, `{"word":1}`,
		`{"texts":"a"}`, `{"texts":[1]}`, `{"texts":["a",null]}`, `{"texts":["a",1]}`, `{"texts":{}}`, `{"texts":[["a"]]}`,
		`{"bool":"true"}`, `{"bool":1}`, `{"bool":0}`, `{"bool":"false"}`,
		`{"int":"1"}`, `{"int":1.0}`, `{"int":1e3}`, `{"int":1.5}`, `{"int":true}`, `{"int":9223372036854775808}`, `{"int8":128}`, `{"int8":-129}`,
		`{"uint":-1}`, `{"uint":-0}`, `{"uint8":256}`, `{"level":256}`, `{"uint64":18446744073709551616}`, `{"uint":1.0}`, `{"uint":"1"}`,
	} {
		assertDecodes[plain](t, data, false)
		_, ok := decode[plain]([]byte(data))
		assert.False(t, ok, data)
	}
	for _, data := range []string{
		`{}`,
		`{"text":"t","float":1e3,"bytes":"YWI=","raw":{"a":[1,2]},"any":{"a":[1,null]},"map":{"a":"b"},"struct":{"x":1,"y":2},"pointer":7,
			"time":"2026-11-24T08:00:00Z","methods":"LOUD","reads":"LOUD","words":["a"],"array":["0","1"],"id":"i"}`,
		`{"float":null,"bytes":null,"raw":null,"any":null,"map":null,"struct":null,"pointer":null,"time":null,"methods":null,"words":null,"array":null}`,
	} {
		assertDecodes[mixed](t, data, true)
	}
	for _, data := range []string{`{"float":"1"}`, `{"bytes":"?"}`, `{"struct":{"x":"1"}}`, `{"time":"now"}`, `{"array":["0"]}`, `{"id":1}`} {
		assertDecodes[mixed](t, data, false)
		_, ok := decode[mixed]([]byte(data))
		assert.False(t, ok, data)
	}
	assertDecodes[oddNames](t, `{"a b":"1","https://example.com/role":"2","a-b":"3","größe":"4","a\tb":"5","Text":"6","text":"7","TEXT":"8"}`, true)
	assertDecodes[oddNames](t, `{"text":"7","\u0054ext":"6"}`, true)
	assertDecodes[omitting](t, `{"any":1,"Int":2,"map":{"a":1},"inner":{"x":3}}`, true)
}

// What is no strict object is not decoded.
func TestDecodeRefusesWhatIsNotStrict(t *testing.T) {
	for _, data := range []string{`[]`, `{"text":"a","text":"b"}`, `{"text":"a"}x`, `{"text":"a"`, `{"x":1,"x":2}`} {
		_, ok := decode[plain]([]byte(data))
		assert.False(t, ok, data)
	}
}

// A method that holds on to what it is given holds on to bytes of its own.
type keeps struct{ Kept keeper }
type keeper struct{ data []byte }

func (k *keeper) UnmarshalJSON(data []byte) error {
	k.data = data
	return nil
}

func TestMethodsGetBytesOfTheirOwn(t *testing.T) {
	data := []byte(`{"Kept":"secret"}`)
	v, ok := decode[keeps](data)
	require.True(t, ok)
	clear(data)
	assert.Equal(t, `"secret"`, string(v.Kept.data))
}

// Decode gives the texts that the payload has, and no room for many more.
func TestDecodeMakesLittleRoomForTexts(t *testing.T) {
	v, ok := decode[plain]([]byte(`{"texts":["` + strings.Repeat(",", 10_000) + `"]}`))
	require.True(t, ok)
	assert.Len(t, v.Texts, 1)
	assert.LessOrEqual(t, cap(v.Texts), 128)
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"text":"t","texts":["a"],"int":1,"uint8":2,"bool":true,"any":[1],"float":1.5,"map":{"a":"b"},"inner":{"x":1}}`)
	f.Add(`{"text":"\u00e9","texts":[],"int8":-129,"uint":-0,"bool":null,"raw": {} ,"bytes":"YQ=="}`)
	f.Fuzz(func(t *testing.T, text string) {
		o := strictjson.Read([]byte(text), 0)
		for o.Next() {
		}
		if o.Problem() != "" || text[0] != '{' || json.Unmarshal([]byte(text), new(Base)) != nil {
			return
		}
		assertDecodes[plain](t, text, false)
		assertDecodes[omitting](t, text, false)
		assertDecodes[mixed](t, text, false)
		assertDecodes[oddNames](t, text, false)
	})
}

func FuzzAppend(f *testing.F) {
	f.Add("text", "more", int64(-5), uint64(7), true, 2)
	f.Add("\xff", "\u2028", int64(0), uint64(0), false, 0)
	f.Fuzz(func(t *testing.T, a, b string, i int64, u uint64, yes bool, n int) {
		list := []string{a, b, "", a + b}[:uint(n)%5]
		if len(list) == 0 && yes {
			list = nil
		}
		assertEncodes(t, plain{
			Text: a, Word: word(b), Texts: list, Bool: yes, Int: int(i), Int8: int8(i), Int16: int16(i), Int32: int32(i), Int64: i,
			Uint: uint(u), Uint8: uint8(u), Uint16: uint16(u), Uint32: uint32(u), Uint64: u, Level: level(u), Untagged: b,
		})
		assertEncodes(t, omitting{
			Text: a, Texts: list, Bool: yes, Int: int(i), ZText: b, ZTexts: list, ZBool: !yes, ZUint: u, Both: list, Map: map[string]int{a: n}, Any: list,
		})
		assertEncodes(t, mixed{Text: a, Float: float64(i) / 7, Bytes: []byte(b), Any: map[string]any{b: a}, Methods: shouted(a), Words: []word{word(a), word(b)}, ID: b})
	})
}
