package strictjson

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKind(t *testing.T) {
	for raw, want := range map[string]string{
		``: "nothing", `"a"`: "a string", `{}`: "an object", `[]`: "an array", `true`: "a boolean", `false`: "a boolean", `null`: "null", `0`: "a number", `9`: "a number", `-1`: "a number",
	} {
		v := Value{Raw: []byte(raw)}
		assert.Equal(t, want, v.Kind())
		assert.Equal(t, want == "a number", v.IsNumber())
		assert.Equal(t, want == "an object", v.IsObject())
	}
	for _, raw := range []string{"/", ":", "+1"} { // which stand beside digits, or before them
		v := Value{Raw: []byte(raw)}
		assert.False(t, v.IsNumber(), raw)
	}
}

func TestTextAndTexts(t *testing.T) {
	for _, row := range []struct {
		raw    string
		text   string
		isText bool
		texts  []string
		isList bool
	}{
		{raw: `""`, isText: true},
		{raw: `"a"`, text: "a", isText: true},
		{raw: `"\u0061\"\ud83d\ude00"`, text: "a\"\U0001F600", isText: true},
		{raw: "\"\u00e9\"", text: "\u00e9", isText: true},
		{raw: `[]`, isList: true},
		{raw: `[ ]`, isList: true},
		{raw: `["a"]`, texts: []string{"a"}, isList: true},
		{raw: "[ \"a\"\t,\r\n\"\\u0062\" , \"\" ]", texts: []string{"a", "b", ""}, isList: true},
		{raw: `["]","[","\"","\\",","]`, texts: []string{"]", "[", `"`, `\`, ","}, isList: true},
		{raw: `[1]`, texts: nil},
		{raw: `["a",1]`, texts: []string{"a"}},
		{raw: `["a",["b"]]`, texts: []string{"a"}},
		{raw: `["a",null]`, texts: []string{"a"}},
		{raw: `[{}]`}, {raw: `[[]]`}, {raw: `{}`}, {raw: `{"a":"b"}`}, {raw: `1`}, {raw: `true`}, {raw: `null`},
	} {
		data := ` {"before":"x", "it": ` + row.raw + `,"after":"y"}`
		for _, source := range []string{data, ""} {
			o := Read(exactly(data), 0)
			require.True(t, o.Next())
			require.True(t, o.Next())
			text, ok := o.Value.Text(source)
			assert.Equal(t, row.isText, ok, row.raw)
			assert.Equal(t, row.isText, o.Value.IsString(), row.raw)
			assert.Equal(t, row.text, text, row.raw)
			texts, ok := o.Value.Texts(source, []string{"first"})
			assert.Equal(t, row.isList, ok, row.raw)
			if ok {
				assert.Equal(t, append([]string{"first"}, row.texts...), texts, row.raw)
			}
		}
	}
	var none Value
	_, ok := none.Text("")
	assert.False(t, ok)
	assert.False(t, none.IsString())
	assert.False(t, none.IsNumber())
	assert.False(t, none.IsObject())
	_, ok = none.Texts("", nil)
	assert.False(t, ok)
}

// A text without a source is a copy, one with a source is a part of it.
func TestTextDoesNotShareTheData(t *testing.T) {
	data := []byte(`{"a":"text","b":["text"],"c":"\u0074ext"}`)
	o := Read(data, 0)
	var texts []string
	for o.Next() {
		if text, ok := o.Value.Text(""); ok {
			texts = append(texts, text)
		}
		if list, ok := o.Value.Texts("", nil); ok {
			texts = append(texts, list...)
		}
	}
	require.Empty(t, o.Problem())
	for i := range data {
		data[i] = 'X'
	}
	assert.Equal(t, []string{"text", "text", "text"}, texts)

	const source = `{"a":"text"}`
	o = Read(exactly(source), 0)
	require.True(t, o.Next())
	assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = o.Value.Text(source) }))
}
