package structjson

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	embedsAlone struct{ Base }
	embedsFirst struct {
		Base
		Role  string    `json:"role"`
		Inner Recursive `json:"inner"`
		Left
		Plan *int `json:"plan,omitempty"`
	}
	embedsSecond struct {
		Role string
		Base
	}
	embedsTagged struct {
		Base `json:"base"`
	}
	embedsUntagged struct {
		Base `json:",omitempty"`
	}
	embedsPointer struct{ *Base }
	embedsOther   struct{ Left }
	namesBase     struct{ Base Base }
	lowerBase     = Base
	embedsHidden  struct{ lowerBase }
	shadows       struct {
		Base
		ID any `json:"id"`
	}
	shadowsBelow struct {
		Base
		Holder
	}
	Holder struct { // Base wins, for it is less deep
		Held
	}
	Held struct {
		ID string `json:"id"`
	}
	Rival struct {
		ID string `json:"id"`
	}
	embedsWithMethod struct{ Base }
	embedsWithReader struct{ Base }
	catchesAll       struct {
		Base
		Rest map[string]any `json:",embed"`
	}
)

func (embedsWithMethod) MarshalJSON() ([]byte, error)  { return []byte("{}"), nil }
func (*embedsWithReader) UnmarshalJSON(b []byte) error { return nil }

func TestEmbeds(t *testing.T) {
	rivals := reflect.New(reflect.StructOf([]reflect.StructField{ // of which neither wins
		{Name: "Base", Type: base, Anonymous: true}, {Name: "Rival", Type: reflect.TypeFor[Rival](), Anonymous: true},
	})).Elem().Interface()
	for _, row := range []struct {
		v    any
		want bool
	}{
		{embedsAlone{}, true}, {embedsFirst{}, true}, {shadowsBelow{}, true},
		{Base{}, false}, {embedsSecond{}, false}, {embedsTagged{}, false}, {embedsUntagged{}, false}, {embedsPointer{}, false}, {embedsOther{}, false}, {namesBase{}, false},
		{embedsHidden{}, false}, {shadows{}, false}, {rivals, false}, {embedsWithMethod{}, false}, {embedsWithReader{}, false}, {catchesAll{}, false},
		{&embedsAlone{}, false}, {map[string]Base{}, false}, {0, false}, {struct{}{}, false},
	} {
		of := reflect.TypeOf(row.v)
		assert.Equal(t, row.want, New(of, base).Embeds, "%T", row.v)
		assert.False(t, New(of, reflect.TypeFor[Left]()).Embeds && of != reflect.TypeFor[embedsOther](), "%T", row.v)
	}
	assert.False(t, New(reflect.TypeFor[embedsAlone](), reflect.TypeFor[int]()).Embeds)
	for _, v := range []any{struct{ Rival Rival }{}, struct { // whose one field has one member, as Rival itself
		Rival `json:"id"`
	}{}} {
		assert.False(t, New(reflect.TypeOf(v), reflect.TypeFor[Rival]()).Embeds, "%T", v)
	}
}

// The base is its caller's.
func TestMembersLeaveTheBaseOut(t *testing.T) {
	c := New(reflect.TypeFor[embedsFirst](), base)
	v := embedsFirst{Base: Base{ID: "i", Size: 5}, Role: "r", Inner: Recursive{Name: "n"}, Left: Left{"a", "x"}}
	b, err := c.AppendMembers([]byte("before"), reflect.ValueOf(v))
	require.NoError(t, err)
	assert.Equal(t, `before,"role":"r","inner":{"name":"n"},"A":"a","X":"x"`, string(b))
	b, err = c.AppendMembers(nil, reflect.ValueOf(&embedsFirst{Role: "\xff"}).Elem())
	assert.Equal(t, place{"role", "", "got a text that is not valid UTF-8"}, placeOf(t, err))
	_ = b

	data := `{"role":"r","id":"other","size":true,"X":"x","plan":7,"inner":{"name":"n"},"A":"a"}`
	got := embedsFirst{Base: Base{ID: "i", Size: 5}}
	require.NoError(t, c.DecodeMembers([]byte(data), data, reflect.ValueOf(&got).Elem(), nil))
	v.Plan = ptr(7)
	assert.Equal(t, v, got)
	for _, data := range []string{`{"role":7}`, `{}}`, `[]`, `null`, `{"role":"r"`} {
		assert.Error(t, c.DecodeMembers([]byte(data), data, reflect.ValueOf(&got).Elem(), nil), data)
	}

	// With AppendMembers around it, a value is one level deep already.
	deep := any(1)
	for range 511 {
		deep = []any{deep}
	}
	type holds struct {
		Base
		A any
	}
	c = New(reflect.TypeFor[holds](), base)
	_, err = c.AppendMembers(nil, reflect.ValueOf(holds{A: deep}))
	require.NoError(t, err)
	_, err = c.AppendMembers(nil, reflect.ValueOf(holds{A: []any{deep}}))
	assert.ErrorContains(t, err, "nested too deep")
}

// Structs with many fields find them by a map, with few by comparison.
func TestFieldsAreFoundInAnyOrder(t *testing.T) {
	for _, v := range []any{
		struct{ A, B, C, D, E, F, G, H string }{},
		struct{ A, B, C, D, E, F, G, H, I string }{},
		struct{ A, B, C, D, E, F, G, H, I, J, K string }{},
	} {
		of := reflect.TypeOf(v)
		forward, backward := "{", "{"
		for i := range of.NumField() {
			first, last := of.Field(i).Name, of.Field(of.NumField()-1-i).Name
			forward += `"` + first + `":"` + first + `",`
			backward += `"` + last + `": "` + last + `","x":0,`
		}
		for _, data := range []string{forward + `"a":"b"}`, backward + `"i":1}`, `{"X":1,` + backward[1:] + `"\u0058":1}`} {
			got, err := decode(v, data)
			require.NoError(t, err)
			for i := range of.NumField() {
				assert.Equal(t, of.Field(i).Name, reflect.ValueOf(got).Field(i).String(), data)
			}
		}
		escaped, err := decode(v, `{"\u0048":"h","A":"a"}`)
		require.NoError(t, err)
		assert.Equal(t, "h", reflect.ValueOf(escaped).FieldByName("H").String())
		assert.Equal(t, "a", reflect.ValueOf(escaped).FieldByName("A").String())
	}
}
