package structjson

import (
	stdjson "encoding/json"
	"math/big"
	"net/netip"
	"net/url"
	"time"
)

// typeTable has values of struct types that claims are made of. The JSON of each
// is what encoding/json makes of it.
var typeTable = []any{
	struct{}{},
	struct{ A, b string }{"a", "b"},
	struct {
		A string
		b struct{ C string }
		c *struct{ D string }
	}{"a", struct{ C string }{"c"}, nil},
	struct{ A word }{"a"},
	struct{ A aliased }{"a"},
	struct{ A string }{"\"\\\b\f\n\r\t\x00\x1f<>&\u2028\u2029é😀"},
	struct{ A, B bool }{true, false},
	struct{ A flag }{true},
	struct {
		A int
		B int8
		C int16
		D int32
		E int64
	}{-1, -128, 32767, -1 << 31, -1 << 63},
	struct {
		A uint
		B uint8
		C uint16
		D uint32
		E uint64
		F uintptr
		G level
	}{1, 255, 65535, 1<<32 - 1, 1<<64 - 1, 7, 9},
	struct {
		A float64
		B float32
		C ratio
	}{0.1, 0.1, 0.3},
	struct{ A []float64 }{[]float64{0, -0.5, 1, 1e20, 1e21, 123456789012345678, 9.99999999999999e20, 1e-6, 1e-7, 9.999999e-7, 1.5e-9, 1e-10, 5e-324, 1.7976931348623157e308, -1e21, -1e-7}},
	struct{ A []float32 }{[]float32{0, 1e20, 1e21, 1e-6, 1e-7, 3.4028235e38, 1e-45, 16777216, -1e-9}},
	struct{ A time.Duration }{90 * time.Second},
	struct{ A time.Time }{when},
	struct{ A *time.Time }{&when},
	struct {
		A time.Time `json:",omitempty"`
		B time.Time `json:",omitzero"`
	}{},
	struct {
		A any `json:",omitzero"`
		B any `json:",omitzero"`
	}{1, ""},
	struct{ A stdjson.Number }{"12345678901234567890.5"},
	struct{ A stdjson.Number }{},
	struct {
		A stdjson.Number `json:"a,omitempty"`
		B stdjson.Number `json:"quoted,string"`
	}{"", "1e5"},
	struct {
		A []stdjson.Number
		B map[string]stdjson.Number
		C any
		D map[stdjson.Number]int
		E *stdjson.Number
	}{[]stdjson.Number{"1", ""}, map[string]stdjson.Number{"a": "-1.5"}, stdjson.Number("7"), map[stdjson.Number]int{"x": 1}, ptr(stdjson.Number("8"))},
	struct{ A stdjson.RawMessage }{stdjson.RawMessage(` { "a" : [ 1 , 2 ] } `)},
	struct{ A stdjson.RawMessage }{},
	struct {
		A stdjson.RawMessage  `json:",omitempty"`
		B *stdjson.RawMessage `json:",omitempty"`
		C stdjson.RawMessage  `json:",omitzero"`
	}{stdjson.RawMessage{}, nil, nil},
	struct{ A, B []byte }{[]byte("\x00\xff>>??"), nil},
	struct{ A []byte }{[]byte{}},
	struct{ A []octet }{[]octet{1, 2, 3}},
	struct{ A []markedByte }{[]markedByte{1, 2}},
	struct{ A [3]byte }{[3]byte{1, 2, 255}},
	struct{ A [0]string }{},
	struct{ A [2]string }{[2]string{"x", ""}},
	struct{ A [2][2]int }{[2][2]int{{1, 2}, {3, 4}}},
	struct{ A []string }{},
	struct{ A []string }{[]string{}},
	struct{ A []string }{[]string{"x", "", "ü"}},
	struct{ A words }{words{"a", "b"}},
	struct{ A [][]string }{[][]string{nil, {}, {"a"}}},
	struct{ A []bool }{[]bool{true, false}},
	struct{ A []*int }{[]*int{nil, ptr(5)}},
	struct{ A map[string]string }{},
	struct{ A map[string]string }{map[string]string{}},
	struct{ A map[string]string }{map[string]string{"b": "1", "a": "2", "": "3", "ü\n": "4"}},
	struct{ A labels }{labels{"x": "y"}},
	struct{ A map[string][]string }{map[string][]string{"a": {"b"}, "c": nil}},
	struct{ A map[int]string }{map[int]string{10: "a", 9: "b", -1: "c"}},
	struct{ A map[integerKey]bool }{map[integerKey]bool{-5: true}},
	struct{ A map[unsignedKey]bool }{map[unsignedKey]bool{5: true, 10: false}},
	struct{ A map[uint64]int }{map[uint64]int{1<<64 - 1: 1}},
	struct{ A map[manyKeys]int }{map[manyKeys]int{{1, 2}: 3, {0, 5}: 1}},
	struct{ A map[textInt]int }{map[textInt]int{3: 1}},
	struct{ A map[netip.Addr]string }{map[netip.Addr]string{netip.MustParseAddr("192.0.2.1"): "a"}},
	struct{ A map[string]any }{map[string]any{"a": nil, "b": 1, "c": "d", "e": []any{true, 1.5, map[string]any{}}, "f": map[string]int{"g": 1}, "h": when, "i": ptr("j")}},
	struct{ A any }{},
	struct{ A any }{[]string(nil)},
	struct{ A any }{map[string]int(nil)},
	struct{ A any }{(*int)(nil)},
	struct{ A any }{struct{ B int }{1}},
	struct{ A any }{&struct{ B any }{[]byte("x")}},
	struct{ A []any }{[]any{nil, 1, uint8(2), float32(0.1), "x", []int{}, map[int]int{1: 2}, time.Second}},
	struct{ A stringer }{word("w")},
	struct{ A stringer }{},
	struct{ A someMarshals }{jsonValue{1}},
	struct{ A someMarshals }{},
	struct{ A *string }{},
	struct{ A **string }{ptr(ptr("x"))},
	struct{ A *[]string }{&[]string{"x"}},
	struct{ A *map[string]int }{&map[string]int{"x": 1}},
	struct{ A *struct{ B *int } }{&struct{ B *int }{ptr(1)}},
	struct {
		A string         `json:",omitempty"`
		B int            `json:"b,omitempty"`
		C uint8          `json:"c,omitempty"`
		D float64        `json:"d,omitempty"`
		E bool           `json:"e,omitempty"`
		F []int          `json:"f,omitempty"`
		G map[string]int `json:"g,omitempty"`
		H *int           `json:"h,omitempty"`
		I any            `json:"i,omitempty"`
		J struct{}       `json:"j,omitempty"`
		K [0]int         `json:"k,omitempty"`
		L [1]int         `json:"l,omitempty"`
		M time.Duration  `json:"m,omitempty"`
		N jsonInt        `json:"n,omitempty"`
		O *jsonPointer   `json:"o,omitempty"`
		P []byte         `json:"p,omitempty"`
	}{F: []int{}, G: map[string]int{}, P: []byte{}},
	struct {
		A string         `json:",omitempty"`
		B int            `json:"b,omitempty"`
		F []int          `json:"f,omitempty"`
		G map[string]int `json:"g,omitempty"`
		H *int           `json:"h,omitempty"`
		I any            `json:"i,omitempty"`
		J *string        `json:"j,omitempty"`
		K any            `json:"k,omitempty"`
	}{"a", 1, []int{0}, map[string]int{"": 0}, ptr(0), 0, ptr(""), []int{}},
	struct {
		A string          `json:",omitzero"`
		B int             `json:"b,omitzero"`
		F []int           `json:"f,omitzero"`
		G map[string]int  `json:"g,omitzero"`
		H *int            `json:"h,omitzero"`
		I any             `json:"i,omitzero"`
		J struct{ N int } `json:"j,omitzero"`
		K [2]int          `json:"k,omitzero"`
	}{F: []int{}, G: map[string]int{}},
	struct {
		A neverZero    `json:"a,omitzero"`
		B alwaysZero   `json:"b,omitzero"`
		C pointerZero  `json:"c,omitzero"`
		D *alwaysZero  `json:"d,omitzero"`
		E *pointerZero `json:"e,omitzero"`
		F *neverZero   `json:"f,omitzero"`
		G []string     `json:"g,omitzero,omitempty"`
		H zeroer       `json:"h,omitzero"`
		I zeroer       `json:"i,omitzero"`
		J zeroer       `json:"j,omitzero"`
		K zeroer       `json:"k,omitzero"`
	}{B: alwaysZero{1}, C: pointerZero{7}, D: &alwaysZero{1}, E: &pointerZero{8}, F: ptr(neverZero(0)), G: []string{}, I: alwaysZero{1}, J: (*pointerZero)(nil), K: neverZero(0)},
	tagged(-1, `json:"a,string"`, uint8(2), `json:",string"`, 1.5, `json:"c,string"`, true, `json:"d,string"`, "x\"y\n", `json:"e,string"`, (*int)(nil), `json:"f,string"`,
		ptr("z"), `json:"g,string"`, []int{1}, `json:"h,string"`, 0, `json:"j,string,omitempty"`, ptr(ptr(1)), `json:"m,string"`, word("w"), `json:"n,omitempty,string"`,
		int64(1<<62), `json:"big,string"`, float32(0.1), `json:"o,string"`, ptr(false), `json:"p,string"`, flag(true), `json:"q,string"`, []byte("x"), `json:"r,string"`),
	tagged("a", `json:"-"`, "b", `json:"-,"`, "c", `json:"a b"`, "d", `json:"größe"`, "e", `json:"https://example.com/role"`, "f", `json:",omitempty,"`, "g", `json:""`,
		"h", `json:"x.y-z_!#$%&()*+./:;<=>?@[]^{|}~"`),
	made("same", stringField("A", `json:"x"`), stringField("B", `json:"x"`), stringField("C", `json:"C"`)),
	made("options", stringField("A", `json:"a,omitEmpty"`), stringField("B", `json:",unknown"`)),
	struct{ Base }{Base{"i", 1}},
	struct {
		Base
		A string `json:"a"`
	}{Base{ID: "i"}, "a"},
	struct {
		*Base
		A string `json:"a"`
	}{&Base{ID: "i"}, "a"},
	struct {
		*Base
		A string `json:"a"`
	}{nil, "a"},
	Named{Base{ID: "i"}},
	struct {
		Base
		ID int `json:"id"`
	}{Base{"i", 2}, 5},
	struct {
		Left
		Right
	}{Left{"a", "x"}, Right{"b", "y"}},
	struct {
		Left
		Right
		X int
	}{Left{"a", "x"}, Right{"b", "y"}, 5},
	struct {
		Left
		Tagged
	}{Left{"a", "x"}, Tagged{"y"}},
	struct {
		Tagged
		Left
	}{Tagged{"y"}, Left{"a", "x"}},
	struct { // less deep, though without a tag
		Tagged
		X int
	}{Tagged{"y"}, 5},
	struct {
		Deeper
		Right
	}{Deeper{Left{"a", "x"}, "c"}, Right{"b", "y"}},
	struct {
		Deeper
		Left
	}{Deeper{Left{"a", "x"}, "c"}, Left{"b", "y"}},
	struct{ hidden }{hidden{"d", "e"}},
	struct{ *hidden }{&hidden{"d", "e"}},
	struct{ *hidden }{},
	struct {
		hidden `json:"x"`
		A      int
	}{hidden{"d", "e"}, 5},
	tagged(namedPointer(ptr(1)), `json:"a,omitempty"`, namedPointer(nil), `json:"b,omitempty"`),
	struct { // each of the fields of Left is there twice
		Deeper
		Deepest
	}{Deeper{Left{"a", "x"}, "c"}, Deepest{Left{"b", "y"}, "f"}},
	struct {
		Deeper
		Deepest
		A string
	}{Deeper{Left{"a", "x"}, "c"}, Deepest{Left{"b", "y"}, "f"}, "mine"},
	struct { // each has a method, so that this has none
		TextA
		TextB
	}{TextA{1}, TextB{2}},
	made("private", stringField("a", `json:"a"`), stringField("B", "")),
	struct {
		embeddedText
		EmbeddedText
		EmbeddedList
	}{"a", "b", EmbeddedList{"c"}},
	struct {
		EmbeddedText `json:",omitempty"`
		*EmbeddedList
	}{},
	struct {
		hidden
		Deeper `json:"deeper"`
	}{},
	Recursive{Name: "a", Next: &Recursive{Name: "b"}, All: []Recursive{{Name: "c"}}, By: map[string]*Recursive{"d": {Name: "e"}, "f": nil}},
	Looped{nil, 5},
	struct{ A jsonValue }{jsonValue{1}},
	struct{ A *jsonValue }{},
	struct{ A []*jsonValue }{[]*jsonValue{nil, {1}}},
	struct {
		A jsonPointer
		B *jsonPointer
		C []jsonPointer
		D map[string]jsonPointer
		E [1]jsonPointer
		F any
	}{B: &jsonPointer{}, C: make([]jsonPointer, 1), D: map[string]jsonPointer{"x": {}}, F: jsonPointer{}},
	struct {
		A textValue
		B *textValue
		C textString
		D map[textString]textString
		E []textValue
		F textInt
	}{textValue{"a"}, &textValue{"b"}, "c", map[textString]textString{"k": "v"}, []textValue{{"e"}}, 6},
	struct {
		A textPointer
		B *textPointer
		C []textPointer
	}{B: &textPointer{}, C: make([]textPointer, 1)},
	struct {
		A textPointerInt
		B *textPointerInt
		C []textPointerInt
	}{B: ptr(textPointerInt(0)), C: make([]textPointerInt, 1)},
	struct {
		A jsonList
		B jsonMap
		C jsonInt
		D spacious
		E readsText
		F readsJSON
	}{jsonList{1, 2}, jsonMap{"a": 1}, 3, spacious{}, "e", 6},
	struct {
		A jsonList
		B jsonMap
	}{},
	struct{ A appendsText }{"b"},
	struct {
		A *big.Int
		B *big.Float
		C netip.Addr
		D *url.URL
		E netip.Prefix
	}{big1, big.NewFloat(1.5), netip.MustParseAddr("::1"), &url.URL{Host: "example.com"}, netip.MustParsePrefix("10.0.0.0/8")},
	struct {
		A struct {
			B struct {
				C []struct{ D map[string]struct{ E int } }
			}
		} `json:"a"`
	}{},
	map[string]any{"a": 1, "b": []string{"c"}},
	map[string]string{"a": "b"},
	map[word][]int{"a": {1}},
	&struct{ A *Base }{&Base{ID: "x"}},
	ptr(ptr(Base{"i", 1})),
}
