package structjson

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Base is what the tested types embed.
type Base struct {
	ID   string `json:"id,omitzero"`
	Size int64  `json:"size,omitzero"`
}

// Named types of every kind, and types with methods of every kind.
type (
	word    string
	level   uint8
	flag    bool
	ratio   float32
	words   []word
	labels  map[word]word
	octet   byte
	aliased = word

	jsonValue    struct{ N int }    // MarshalJSON by value
	jsonPointer  struct{ N int }    // MarshalJSON by pointer
	textValue    struct{ S string } // MarshalText by value
	textPointer  struct{ S string } // MarshalText by pointer
	textString   string             // MarshalText by value
	jsonInt      int                // both by value
	jsonList     []int              // UnmarshalJSON, and MarshalJSON by value
	jsonMap      map[string]int
	textInt      int // MarshalText, UnmarshalText
	readsText    string
	readsJSON    int64
	v2Value      struct{ N int } // MarshalJSONTo, UnmarshalJSONFrom
	appendsText  string
	markedByte   byte // MarshalText by value
	neverZero    int
	alwaysZero   struct{ N int }
	pointerZero  struct{ N int }
	failsJSON    struct{}
	failsText    struct{}
	loose        struct{} // JSON that is not strict
	spacious     struct{}
	notUTF8      struct{}
	manyKeys     struct{ A, B int } // a key by its text
	equalKeys    int                // whose texts are all the same
	integerKey   int16
	unsignedKey  uint16
	stringer     interface{ String() string }
	someMarshals interface{ MarshalJSON() ([]byte, error) }
)

func (v jsonValue) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(v.N)+1, 10), nil
}
func (v *jsonValue) UnmarshalJSON(b []byte) (err error) {
	v.N, err = strconv.Atoi(string(b))
	v.N--
	return err
}
func (v *jsonPointer) MarshalJSON() ([]byte, error) { return []byte(`"by pointer"`), nil }
func (v *jsonPointer) UnmarshalJSON(b []byte) error {
	v.N = len(b)
	return nil
}
func (v textValue) MarshalText() ([]byte, error)    { return []byte(strings.ToUpper(v.S)), nil }
func (v *textValue) UnmarshalText(b []byte) error   { v.S = strings.ToLower(string(b)); return nil }
func (v *textPointer) MarshalText() ([]byte, error) { return []byte("by pointer"), nil }
func (v *textPointer) UnmarshalText(b []byte) error { v.S = string(b); return nil }
func (v textString) MarshalText() ([]byte, error)   { return []byte("<" + string(v) + ">"), nil }
func (v *textString) UnmarshalText(b []byte) error {
	*v = textString(strings.Trim(string(b), "<>"))
	return nil
}
func (v jsonInt) MarshalJSON() ([]byte, error) {
	return stdjson.Marshal([]int{int(v)})
}
func (v *jsonInt) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*v = -1
		return nil
	}
	var l []int
	err := stdjson.Unmarshal(b, &l)
	if err == nil && len(l) > 0 {
		*v = jsonInt(l[0])
	}
	return err
}
func (v jsonList) MarshalJSON() ([]byte, error)  { return []byte(strconv.Itoa(len(v))), nil }
func (v *jsonList) UnmarshalJSON(b []byte) error { *v = append(*v, len(b)); return nil }
func (v jsonMap) MarshalJSON() ([]byte, error) {
	return []byte(` { "n" : ` + strconv.Itoa(len(v)) + " } "), nil
}
func (v *jsonMap) UnmarshalJSON(b []byte) error       { *v = jsonMap{"n": len(b)}; return nil }
func (v textInt) MarshalText() ([]byte, error)        { return []byte("n" + strconv.Itoa(int(v))), nil }
func (v *textInt) UnmarshalText(b []byte) (err error) { *v = textInt(len(b)); return nil }
func (v *readsText) UnmarshalText(b []byte) error     { *v = readsText(bytes.ToUpper(b)); return nil }
func (v *readsJSON) UnmarshalJSON(b []byte) error     { *v = readsJSON(len(b)); return nil }
func (v v2Value) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteToken(jsontext.Int(int64(v.N)))
}
func (v *v2Value) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var n int
	err := json.UnmarshalDecode(d, &n)
	v.N = n
	return err
}
func (v appendsText) AppendText(b []byte) ([]byte, error) { return append(b, "appended "+v...), nil }
func (v appendsText) MarshalText() ([]byte, error)        { return v.AppendText(nil) }
func (v markedByte) MarshalText() ([]byte, error)         { return []byte{'b', '0' + byte(v)}, nil }
func (neverZero) IsZero() bool                            { return false }
func (alwaysZero) IsZero() bool                           { return true }
func (v *pointerZero) IsZero() bool                       { return v.N == 7 }
func (failsJSON) MarshalJSON() ([]byte, error)            { return nil, errFails }
func (failsJSON) MarshalText() ([]byte, error)            { return nil, nil }
func (*failsJSON) UnmarshalJSON([]byte) error             { return errFails }
func (failsText) MarshalText() ([]byte, error)            { return nil, errFails }
func (*failsText) UnmarshalText([]byte) error             { return errFails }
func (loose) MarshalJSON() ([]byte, error)                { return []byte(`{"a":1,"a":2}`), nil }
func (spacious) MarshalJSON() ([]byte, error) {
	return []byte(" {\n\t\"a b\" : [ 1 , \"\\u0041 \" ]\r} "), nil
}
func (notUTF8) MarshalText() ([]byte, error) { return []byte("\xff"), nil }
func (k manyKeys) MarshalText() ([]byte, error) {
	return []byte(strconv.Itoa(k.A) + "/" + strconv.Itoa(k.B)), nil
}
func (k *manyKeys) UnmarshalText(b []byte) (err error) {
	a, c, _ := strings.Cut(string(b), "/")
	if k.A, err = strconv.Atoi(a); err == nil {
		k.B, err = strconv.Atoi(c)
	}
	return err
}
func (equalKeys) MarshalText() ([]byte, error) { return []byte("k"), nil }
func (w word) String() string                  { return string(w) }

var errFails = errors.New("it fails,\nalways")

// Structs that embed.
type (
	Left   struct{ A, X string }
	Right  struct{ B, X string }
	Deeper struct {
		Left
		C string
	}
	hidden struct {
		D string
		e string //nolint:unused // it is not encoded
	}
	Tagged struct {
		X string `json:"X"`
	}
	Named struct {
		Base `json:"base"`
	}
	Recursive struct {
		Name string                `json:"name"`
		Next *Recursive            `json:"next,omitempty"`
		All  []Recursive           `json:"all,omitempty"`
		By   map[string]*Recursive `json:"by,omitempty"`
	}
	Looped struct {
		*Looped
		N int
	}
	catchAll struct {
		N    map[string]int `json:"n"`
		Rest map[string]any `json:",embed"`
	}
	formatted struct {
		At    time.Time     `json:"at,format:unix"`
		For   time.Duration `json:"for,format:sec"`
		Bytes []byte        `json:"bytes,format:base64url"`
		Days  time.Time     `json:"days,format:'2006-01-02'"`
	}
	EmbeddedText string
	EmbeddedList []string
	embeddedText string
)

// made returns a struct, with text in every field, of a type that no linter would
// have in a program.
func made(text string, fields ...reflect.StructField) any {
	v := reflect.New(reflect.StructOf(fields)).Elem()
	for i := range v.NumField() {
		if v.Field(i).CanSet() {
			v.Field(i).SetString(text)
		}
	}
	return v.Interface()
}

func stringField(name string, tag reflect.StructTag) reflect.StructField {
	f := reflect.StructField{Name: name, Type: reflect.TypeFor[string](), Tag: tag}
	if name[0] >= 'a' {
		f.PkgPath = "example"
	}
	return f
}

func ptr[T any](v T) *T { return &v }

var (
	when = time.Date(2026, 11, 26, 8, 30, 0, 123456000, time.UTC)
	big1 = new(big.Int).Lsh(big.NewInt(1), 100)
)

// typeTable has values of struct types that claims are made of. The JSON of each
// is what encoding/json makes of it.
var typeTable = []any{
	struct{}{},
	struct{ A, b string }{"a", "b"},
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
	struct{ A []float64 }{[]float64{0, -0.5, 1, 1e20, 1e21, 123456789012345678, 1e-6, 1e-7, 9.999999e-7, 1.5e-9, 1e-10, 5e-324, 1.7976931348623157e308, -1e21, -1e-7}},
	struct{ A []float32 }{[]float32{0, 1e20, 1e21, 1e-6, 1e-7, 3.4028235e38, 1e-45, 16777216, -1e-9}},
	struct{ A time.Duration }{90 * time.Second},
	struct{ A time.Time }{when},
	struct{ A *time.Time }{&when},
	struct {
		A time.Time `json:",omitempty"`
		B time.Time `json:",omitzero"`
	}{},
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
	struct {
		A int     `json:"a,string"`
		B uint8   `json:",string"`
		C float64 `json:"c,string"`
		D bool    `json:"d,string"`
		E string  `json:"e,string"`
		F *int    `json:"f,string"`
		G *string `json:"g,string"`
		H []int   `json:"h,string"`
		I any     `json:"i,string"`
		J int     `json:"j,string,omitempty"`
		M **int   `json:"m,string"`
		N word    `json:"n,omitempty,string"`
	}{-1, 2, 1.5, true, "x\"y\n", nil, ptr("z"), []int{1}, 5, 0, ptr(ptr(1)), "w"},
	struct {
		A string `json:"-"`
		B string `json:"-,"`
		C string `json:"a b"`
		D string `json:"größe"`
		E string `json:"https://example.com/role"`
		F string `json:",omitempty,"`
		G string `json:""`
		H string `json:"x.y-z_!#$%&()*+./:;<=>?@[]^{|}~"`
	}{"a", "b", "c", "d", "e", "f", "g", "h"},
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
		Deeper
		Right
	}{Deeper{Left{"a", "x"}, "c"}, Right{"b", "y"}},
	struct {
		Deeper
		Left
	}{Deeper{Left{"a", "x"}, "c"}, Left{"b", "y"}},
	struct{ hidden }{hidden{"d", "e"}},
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
