package structjson

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// everything has a field of every kind.
type everything struct {
	Base
	Text    string            `json:"text,omitempty"`
	Texts   []string          `json:"texts,omitzero"`
	Bool    bool              `json:"bool,omitempty"`
	Int8    int8              `json:"int8"`
	Int     int64             `json:"int,string"`
	Uint    uint16            `json:"uint"`
	Float   float64           `json:"float,omitempty"`
	Float32 float32           `json:"float32"`
	Number  stdjson.Number    `json:"number,omitempty"`
	Raw     jsontext.Value    `json:"raw,omitempty"`
	Bytes   []byte            `json:"bytes"`
	Array   [2]bool           `json:"array"`
	Any     any               `json:"any"`
	Map     map[string]string `json:"map"`
	ByInt   map[int8][]int    `json:"by_int,omitempty"`
	Pointer **string          `json:"pointer"`
	Self    *everything       `json:"self,omitempty"`
	List    []Recursive       `json:"list"`
	Method  textValue         `json:"method"`
	Time    *time.Time        `json:"time,omitempty"`
	For     time.Duration     `json:"for,omitzero"`
	*Left
	Rest catchAll `json:"rest"`
}

func FuzzDecode(f *testing.F) {
	for _, v := range typeTable {
		if text, err := stdjson.Marshal(v); err == nil {
			f.Add(string(text))
		}
	}
	f.Add(`{"id":"a"}`)
	f.Add(`{"text":"t","texts":["a"],"int":"1","int8":5,"uint":2,"bool":true,"any":[1,{"x":1e3}],"float":1.5,"map":{"a":"b"},"by_int":{"1":[2]},"self":{"text":null},"X":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		_, problem := strictjson.ReadValue([]byte(text), 0)
		source := "\x00" + text[1:] // the first byte may differ
		for _, like := range []any{everything{}, Recursive{}, map[string]any{}, map[int]map[string]*Base{}, []Deeper{}} {
			got := reflect.New(reflect.TypeOf(like))
			err := New(reflect.TypeOf(like), base).Decode([]byte(text), source, got.Elem(), nil)
			if problem != "" {
				continue // it did not panic
			}
			want := reflect.New(reflect.TypeOf(like))
			wantErr := json.Unmarshal([]byte(text), want.Interface(), likeV1)
			if (err == nil) != (wantErr == nil) {
				if strings.Contains(text, `"0`) || strings.Contains(text, `"-0`) { // "01" in a string, or as a name
					continue
				}
				t.Fatalf("%T %q: %v, want %v", like, text, err, wantErr)
			}
			if err == nil && !reflect.DeepEqual(got.Interface(), want.Interface()) {
				t.Fatalf("%T %q: got %+v, want %+v", like, text, got, want)
			}
		}
		// A base that is left to the caller stays as it is.
		left := embedsFirst{Base: Base{ID: "before", Size: 7}}
		_ = New(reflect.TypeFor[embedsFirst](), base).DecodeMembers([]byte(text), source, reflect.ValueOf(&left).Elem(), nil)
		if left.Base != (Base{ID: "before", Size: 7}) {
			t.Fatalf("%q: the base is %+v", text, left.Base)
		}
	})
}

func FuzzAppend(f *testing.F) {
	f.Add("text", "more", int64(-5), uint64(7), 1.5, true, 2)
	f.Add("\xff", "\u2028<&>", int64(0), uint64(0), 1e-7, false, 0)
	f.Add("", "12.5", int64(math.MinInt64), uint64(math.MaxUint64), math.Inf(1), false, 7)
	f.Fuzz(func(t *testing.T, a, b string, i int64, u uint64, float float64, yes bool, n int) {
		list := []string{a, b, "", a + b}[:uint(n)%5]
		if len(list) == 0 && yes {
			list = nil
		}
		at := time.Unix(i%1e10, int64(n)).UTC()
		v := everything{
			Base: Base{a, i}, Text: a, Texts: list, Bool: yes, Int8: int8(i), Int: i, Uint: uint16(u), Float: float, Float32: float32(float), Number: stdjson.Number(b),
			Bytes: []byte(b), Array: [2]bool{yes, !yes}, Any: []any{a, i, u, float, map[string]any{b: list}, nil}, Map: map[string]string{a: b, b: a}, ByInt: map[int8][]int{int8(n): {n}},
			List: []Recursive{{Name: a, Next: &Recursive{Name: b}}}, Method: textValue{a}, Time: &at, For: time.Duration(i),
		}
		if yes {
			p := &b
			v.Pointer, v.Self, v.Left = &p, &everything{Text: b, Float: float}, &Left{a, b}
		}
		got, err := encode(v)
		want, wantErr := json.Marshal(v, likeV1)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%+v: %v, want %v", v, err, wantErr)
		}
		if err == nil && got != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		if err == nil {
			if _, problem := strictjson.ReadValue([]byte(got), 0); problem != "" {
				t.Fatalf("%s: %s", got, problem)
			}
		}
	})
}
