package structjson

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"math/big"
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

	jsonValue      struct{ N int }    // MarshalJSON by value
	jsonPointer    struct{ N int }    // MarshalJSON by pointer
	textValue      struct{ S string } // MarshalText by value
	textPointer    struct{ S string } // MarshalText by pointer
	textString     string             // MarshalText by value
	jsonInt        int                // both by value
	jsonList       []int              // UnmarshalJSON, and MarshalJSON by value
	jsonMap        map[string]int
	textInt        int // MarshalText, UnmarshalText
	readsText      string
	textPointerInt int // MarshalText by pointer
	readsJSON      int64
	v2Value        struct{ N int } // MarshalJSONTo, UnmarshalJSONFrom
	v2Int          int             // MarshalJSONTo, UnmarshalJSONFrom
	appendsText    string
	markedByte     byte // MarshalText by value
	neverZero      int
	alwaysZero     struct{ N int }
	pointerZero    struct{ N int }
	failsJSON      struct{}
	failsText      struct{}
	loose          struct{} // JSON that is not strict
	spacious       struct{}
	notUTF8        struct{}
	manyKeys       struct{ A, B int } // a key by its text
	equalKeys      int                // whose texts are all the same
	integerKey     int16
	unsignedKey    uint16
	stringer       interface{ String() string }
	someMarshals   interface{ MarshalJSON() ([]byte, error) }
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
func (v textValue) MarshalText() ([]byte, error)       { return []byte(strings.ToUpper(v.S)), nil }
func (v *textValue) UnmarshalText(b []byte) error      { v.S = strings.ToLower(string(b)); return nil }
func (v *textPointer) MarshalText() ([]byte, error)    { return []byte("by pointer"), nil }
func (v *textPointerInt) MarshalText() ([]byte, error) { return []byte("by pointer"), nil }
func (v *textPointer) UnmarshalText(b []byte) error    { v.S = string(b); return nil }
func (v textString) MarshalText() ([]byte, error)      { return []byte("<" + string(v) + ">"), nil }
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
func (v v2Int) MarshalJSONTo(e *jsontext.Encoder) error {
	return json.MarshalEncode(e, []int{int(v)})
}
func (v *v2Int) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var n []int
	err := json.UnmarshalDecode(d, &n)
	if len(n) > 0 {
		*v = v2Int(n[0])
	}
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
func (TextA) MarshalText() ([]byte, error)     { return []byte("a"), nil }
func (TextB) MarshalText() ([]byte, error)     { return []byte("b"), nil }
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
	Deepest struct {
		Left
		F string `json:"f"`
	}
	TextA  struct{ P int }
	TextB  struct{ Q int }
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
	namedPointer *int
	pointers     *pointers // as many as there are
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

// tagged returns a struct of values, each followed by its tag.
func tagged(valuesAndTags ...any) any {
	var fields []reflect.StructField
	for i := 0; i < len(valuesAndTags); i += 2 {
		fields = append(fields, reflect.StructField{
			Name: string(rune('A' + i/2)), Type: reflect.TypeOf(valuesAndTags[i]), Tag: reflect.StructTag(valuesAndTags[i+1].(string)),
		})
	}
	v := reflect.New(reflect.StructOf(fields)).Elem()
	for i := range fields {
		v.Field(i).Set(reflect.ValueOf(valuesAndTags[2*i]))
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
