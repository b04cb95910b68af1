package structjson

import (
	stdjson "encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestListsOfTextsAreMadeInTheRoom(t *testing.T) {
	type lists struct{ A, B, C, D []string }
	decode := func(data string, room []string) (v lists) {
		require.NoError(t, New(reflect.TypeFor[lists](), base).Decode([]byte(data), data, reflect.ValueOf(&v).Elem(), room))
		return v
	}
	data := `{"A":["a","b"],"B":["c","d","e"],"C":["f"],"D":[]}`
	var room [4]string
	for _, v := range []lists{decode(data, room[:0]), decode(data, nil), decode(data, room[:0:0])} {
		assert.Equal(t, lists{[]string{"a", "b"}, []string{"c", "d", "e"}, []string{"f"}, []string{}}, v)
		for _, list := range [][]string{v.A, v.B, v.C, v.D} {
			assert.Equal(t, len(list), cap(list)) // or an append would change another list
		}
	}
	assert.Equal(t, []string{"a", "b"}, room[:2]) // behind them is what did not fit
	exact := decode(`{"A":["a","b","c","d"],"B":["e"]}`, room[:0])
	assert.Equal(t, lists{A: []string{"a", "b", "c", "d"}, B: []string{"e"}}, exact)
	assert.Equal(t, [4]string{"a", "b", "c", "d"}, room)
}

// Lists of texts share room that is made for several of them, and lists of other
// things make room for what is likely to follow.
func TestListsAreMadeOfFewPieces(t *testing.T) {
	type lists struct {
		A [][]string `json:"a"`
		B []Base     `json:"b"`
	}
	c, v := New(reflect.TypeFor[lists](), base), reflect.ValueOf(new(lists)).Elem()
	for _, row := range []struct {
		data string
		most float64
	}{
		{`{"a":[` + strings.Repeat(`["x","y"],`, 199) + `[]]}`, 14},
		{`{"b":[` + strings.Repeat(`{"id":"0123456789"},`, 199) + `{}]}`, 4},
	} {
		got := testing.AllocsPerRun(10, func() {
			v.SetZero()
			require.NoError(t, c.Decode([]byte(row.data), row.data, v, nil))
		})
		assert.LessOrEqual(t, got, row.most, row.data[:20])
	}
	assert.Len(t, v.Interface().(lists).B, 200)
	// What follows is no reason to make very much room.
	v.SetZero()
	data := `{"b":[{},{},{},{},{}],"x":"` + strings.Repeat("x", 10_000) + `"}`
	require.NoError(t, c.Decode([]byte(data), data, v, nil))
	assert.Len(t, v.Interface().(lists).B, 5)
	assert.LessOrEqual(t, cap(v.Interface().(lists).B), 40)
}

func TestListsOfACopyAreItsOwn(t *testing.T) {
	type embedded struct {
		Inner []string `json:"inner"`
	}
	type flat struct {
		Base
		embedded
		Text    string         `json:"text"`
		Bool    bool           `json:"bool"`
		Int     int8           `json:"int"`
		Uint    uint           `json:"uint"`
		Float   float32        `json:"float"`
		Number  stdjson.Number `json:"number"`
		Texts   []string       `json:"texts"`
		None    []string       `json:"none"`
		Skipped *int           `json:"-"`
	}
	c := New(reflect.TypeFor[flat](), base)
	require.True(t, c.Flat)
	for _, size := range []int{0, 1, 3, 9} {
		v := flat{embedded: embedded{slices.Repeat([]string{"a"}, size)}, Texts: slices.Repeat([]string{"b"}, size)}
		own := v
		var room [4]string
		assert.Equal(t, 2*size, c.Unshare(reflect.ValueOf(&own).Elem(), room[:0]))
		assert.Equal(t, v, own)
		if size > 0 {
			own.Inner[0], own.Texts[0] = "c", "d"
			assert.Equal(t, []string{"a", "b"}, []string{v.Inner[0], v.Texts[0]})
			assert.Equal(t, size == 1 || size == 3, room[0] == "c", "the first has room")
			assert.Equal(t, size == 1, room[1] == "d", "the second has room behind the first")
		}
	}
	for _, row := range []struct {
		of   any
		flat bool
	}{
		{Base{}, true},
		{struct{ Base }{}, true},
		{struct{ A string }{}, false},
		{struct {
			Base
			A []int
		}{}, false},
		{struct {
			Base
			A *string
		}{}, false},
		{struct {
			Base
			A any
		}{}, false},
		{struct {
			Base
			A map[string]string
		}{}, false},
		{struct {
			Base
			A struct{ B []string }
		}{}, false},
		{struct {
			Base
			A []byte
		}{}, false},
		{struct {
			Base
			*Left
		}{}, false},
		{map[string]string{}, false},
	} {
		assert.Equal(t, row.flat, New(reflect.TypeOf(row.of), base).Flat, "%T", row.of)
	}
}
