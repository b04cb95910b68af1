package strictjson

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// walk writes down what a Cursor finds, as compact JSON with texts in angle
// brackets and other values in round ones.
func walk(c *Cursor) string {
	var b strings.Builder
	var value func()
	value = func() {
		switch c.Peek() {
		case '{':
			b.WriteString("{")
			for more := c.Open('{'); more; more = c.More('}') {
				b.WriteString(string(c.Name()) + ":")
				value()
				b.WriteString(";")
			}
			b.WriteString("}")
		case '[':
			b.WriteString("[")
			for more := c.Open('['); more; more = c.More(']') {
				value()
				b.WriteString(";")
			}
			b.WriteString("]")
		case '"':
			s, ok := c.Text()
			if ok {
				b.WriteString("<" + s + ">")
			}
		default:
			v := c.Value()
			b.WriteString("(" + string(v.Raw) + ")")
		}
	}
	value()
	return b.String()
}

func TestCursorWalksDown(t *testing.T) {
	for data, want := range map[string]string{
		`{}`:      "{}",
		` { } `:   "{}",
		`[ ]`:     "[]",
		` "a" `:   "<a>",
		"\t1\r\n": "(1)",
		`{"a":1,"b":[true,null,"x"],"c":{"d":{},"e":[]}}`:                            "{a:(1);b:[(true);(null);<x>;];c:{d:{};e:[];};}",
		" { \"a\" : 1 ,\n\"b\" :\t[ true , \"\\u0078\" ] , \"\\u0063\\n\" : \"\" } ": "{a:(1);b:[(true);<x>;];c\n:<>;}",
		`[[[[1],2],3],{"a":[{"b":[]}]}]`:                                             "[[[[(1);];(2);];(3);];{a:[{b:[];};];};]",
		`{"\\":1,"a\\u0062":2,"\\\\n":3}`:                                            `{\:(1);a\u0062:(2);\\n:(3);}`,
		`{"a":-1.5e3,"long name with more than eight bytes":"and a long text, é"}`:   "{a:(-1.5e3);long name with more than eight bytes:<and a long text, é>;}",
	} {
		for _, source := range []string{data, ""} {
			c := Walk(exactly(data), source)
			assert.Equal(t, want, walk(&c), data)
			assert.Empty(t, c.Problem(), data)
			assert.True(t, c.AtEnd(), data)
		}
	}
}

func TestCursorEndsEarlyWhereTheTextIsNotWellFormed(t *testing.T) {
	for data, want := range map[string]string{
		`{`:                                 "want a member name",
		`{"a"`:                              "want ':' after a member name",
		`{"a" 1}`:                           "want ':' after a member name",
		`{"abcdefg"`:                        "want ':' after a member name",
		`{"a":`:                             "the JSON text ends early",
		`{"a":1`:                            "want ',' or '}' after a value",
		`{"a":1]`:                           "want ',' or '}' after a value",
		`{"a":1 "b"`:                        "want ',' or '}' after a value",
		`[1`:                                "want ',' or ']' after a value",
		`[1}`:                               "want ',' or ']' after a value",
		`[1,`:                               "the JSON text ends early",
		`["a`:                               "the JSON text ends early",
		`["\x"]`:                            "bad escape in a string",
		`{,}`:                               "want a member name",
		`{"a":1,}`:                          "want a member name",
		`{"a`:                               "the JSON text ends early",
		`[tru]`:                             "want a JSON value",
		`[01]`:                              "bad number",
		"[\"\xff\"]":                        "invalid UTF-8",
		`{"\ud800":1}`:                      "bad escape in a string",
		``:                                  "the JSON text ends early",
		strings.Repeat("[", MaxDepth+1):     "nested too deep",
		strings.Repeat(`{"a":`, MaxDepth+1): "nested too deep",
		strings.Repeat("[{\"a\":", MaxDepth/2) + "[1]}]": "nested too deep",
	} {
		c := Walk(exactly(data), data)
		walk(&c)
		assert.Equal(t, want, c.Problem(), data)
		assert.False(t, c.AtEnd(), data)
	}
	c := Walk(exactly(strings.Repeat("[", MaxDepth)+strings.Repeat("]", MaxDepth)), "")
	walk(&c)
	assert.True(t, c.AtEnd())
	// What is closed counts no more, and what is empty never counted.
	flat := "[" + strings.Repeat("[1],[],{},{\"a\":1},", MaxDepth) + "1]"
	c = Walk(exactly(flat), "")
	walk(&c)
	assert.True(t, c.AtEnd(), c.Problem())
	// A value is as deep as what is open around it.
	c = Walk(exactly("["+strings.Repeat("[", MaxDepth)+strings.Repeat("]", MaxDepth)+"]"), "")
	assert.True(t, c.Open('['))
	assert.Empty(t, c.Value())
	assert.Equal(t, "nested too deep", c.Problem())
}

func TestCursorReadsNothingOfAnotherKind(t *testing.T) {
	c := Walk(exactly(` [1,"a"]`), "")
	_, ok := c.Text()
	assert.False(t, ok)
	_, ok = c.Integer()
	assert.False(t, ok)
	assert.False(t, c.NameIs(`"a":`))
	assert.True(t, c.Open('['))
	_, ok = c.Text()
	assert.False(t, ok)
	n, ok := c.Integer()
	assert.True(t, ok)
	assert.Equal(t, int64(1), n)
	assert.True(t, c.More(']'))
	_, ok = c.Integer()
	assert.False(t, ok)
	assert.Equal(t, byte('"'), c.Peek())
	s, ok := c.Text()
	assert.True(t, ok)
	assert.Equal(t, "a", s)
	assert.False(t, c.AtEnd())
	assert.False(t, c.More(']'))
	assert.True(t, c.AtEnd())
	assert.Equal(t, byte(0), c.Peek())
	assert.Empty(t, c.Problem())

	for _, data := range []string{`"a`, `"\x"`, "\"\xff\"", `"`} {
		c = Walk(exactly(data), data)
		s, ok = c.Text()
		assert.False(t, ok, data)
		assert.Empty(t, s, data)
		assert.NotEmpty(t, c.Problem(), data)
	}

	c = Walk(exactly(`{}`), "")
	assert.False(t, c.Open('['))
	assert.Equal(t, "want a JSON value", c.Problem())
	assert.False(t, c.More('}')) // the first problem stays
	assert.Equal(t, "want a JSON value", c.Problem())
	assert.Nil(t, c.Name())
	assert.Equal(t, "want a JSON value", c.Problem())
}

// Whatever reads a value passes the spaces before it.
func TestCursorPassesSpaces(t *testing.T) {
	c := Walk(exactly(" [ 1 , \t2 ,\r\n\"a\" , [ ] , -3 ] "), "")
	assert.True(t, c.Open('['))
	v := c.Value()
	assert.Equal(t, "1", string(v.Raw))
	assert.True(t, c.More(']'))
	v = c.Value()
	assert.Equal(t, "2", string(v.Raw))
	assert.True(t, c.More(']'))
	s, ok := c.Text()
	assert.True(t, ok)
	assert.Equal(t, "a", s)
	assert.True(t, c.More(']'))
	assert.False(t, c.Open('['))
	assert.True(t, c.More(']'))
	n, ok := c.Integer()
	assert.True(t, ok)
	assert.Equal(t, int64(-3), n)
	assert.False(t, c.More(']'))
	assert.True(t, c.AtEnd())
}

func TestCursorPassesANameThatIsWrittenJustSo(t *testing.T) {
	for data, want := range map[string]bool{
		`{"name":1}`: true, `{ "name":1}`: true, `{"name" :1}`: false, `{"nam":1}`: false, `{"named":1}`: false, `{"n\u0061me":1}`: false, `{"name"`: false, `{"name":`: true, `{`: false,
	} {
		c := Walk(exactly(data), "")
		c.Open('{')
		assert.Equal(t, want, c.NameIs(`"name":`), data)
		if want && strings.HasSuffix(data, "}") {
			v := c.Value()
			assert.Equal(t, "1", string(v.Raw))
		} else if data == `{"n\u0061me":1}` {
			assert.Equal(t, "name", string(c.Name()))
		}
	}
}

func TestCursorReadsNumbers(t *testing.T) {
	for data, want := range map[string]string{`0`: "0", ` -1.5e+3 ]`: "-1.5e+3", `9,`: "9"} {
		for _, source := range []string{"", strings.ToUpper(data)} {
			c := Walk(exactly(data), source)
			n, ok := c.Number()
			assert.True(t, ok, data)
			if source != "" {
				want = strings.ToUpper(want)
			}
			assert.Equal(t, want, n, data)
		}
	}
	for _, data := range []string{`"1"`, `true`, `[1]`, `/`, `:`, ``} {
		c := Walk(exactly(data), "")
		n, ok := c.Number()
		assert.False(t, ok, data)
		assert.Empty(t, n, data)
		assert.Empty(t, c.Problem(), data)
	}
	for _, data := range []string{`-`, `01`, `1.`, `1e`} {
		for _, source := range []string{"", data} {
			c := Walk(exactly(data), source)
			n, ok := c.Number()
			assert.False(t, ok, data)
			assert.Empty(t, n, data)
			assert.NotEmpty(t, c.Problem(), data)
		}
	}
}

func TestCursorReadsIntegers(t *testing.T) {
	for data, want := range map[string]int64{
		`0`: 0, `7`: 7, ` 7 `: 7, `-7`: -7, `1234567890`: 1234567890, `999999999999999999`: 999999999999999999, `-999999999999999999`: -999999999999999999, `-0`: 0, `9,`: 9,
	} {
		c := Walk(exactly(data), "")
		n, ok := c.Integer()
		assert.True(t, ok, data)
		assert.Equal(t, want, n, data)
	}
	for _, data := range []string{`1000000000000000000`, `-1000000000000000000`, `1.0`, `1e1`, `1E1`, `12.`, `-`, ``, ` `, `"1"`, `true`, `[1]`, `-x`, `/`, `:`, `01`, `-01`, `00`} {
		c := Walk(exactly(data), "")
		n, ok := c.Integer()
		assert.False(t, ok, data)
		assert.Zero(t, n, data)
		assert.Equal(t, strings.TrimLeft(data, " "), string(c.data[c.pos:]), data) // nothing is read
	}
}

// Names and texts are parts of the source where they can be.
func TestCursorGivesPartsOfTheSource(t *testing.T) {
	data := []byte(`{"name":"text","n\u0061me2":"\u0074ext"}`)
	source := string(data)
	read := func(source string) (all []string) {
		c := Walk(data, source)
		for more := c.Open('{'); more; more = c.More('}') {
			all = append(all, c.NameText())
			s, ok := c.Text()
			require.True(t, ok)
			all = append(all, s)
		}
		return all
	}
	want := []string{"name", "text", "name2", "text"}
	with, without := read(source), read("")
	assert.Equal(t, want, with)
	assert.Equal(t, want, without)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		c := Walk(data, source)
		c.Open('{')
		_ = c.NameText()
		_, _ = c.Text()
	}))
	clear(data)
	assert.Equal(t, want, without)
	assert.Equal(t, want, with)

	c := Walk(exactly(`{1`), `{1`)
	c.Open('{')
	assert.Empty(t, c.NameText())

	// Names of any length, near the end of the text or not.
	for n := range 40 {
		name := strings.Repeat("n", n/2)
		if n%2 == 1 {
			name = ":" + name
		}
		for _, after := range []string{":1}", "\t:1}", ":1           }"} {
			source := ` { "` + name + `"` + after
			data := []byte(source)
			c := Walk(data, source)
			assert.Equal(t, len(source), c.Left())
			require.True(t, c.Open('{'))
			assert.Equal(t, name, c.NameText(), source)
			assert.Equal(t, 3, c.NameAt(), source)
			assert.Equal(t, len(after)-strings.Index(after, "1"), c.Left(), source)
			assert.Zero(t, testing.AllocsPerRun(5, func() {
				c := Walk(data, source)
				c.Open('{')
				_ = c.Name()
			}), source)
		}
	}
}

// Names are compared as they are without escapes.
func TestCursorFindsNamesThatAreThereTwice(t *testing.T) {
	for data, want := range map[string]string{
		`{"a":1,"b":2,"ab":3}`:     "",
		`{"a":1,"a":2}`:            `duplicate name "a"`,
		`{"a":1,"b":2,"\u0061":3}`: `duplicate name "a"`,
	} {
		var c Cursor
		c.WalkStrictly(exactly(data), "")
		assert.True(t, c.IsStrict())
		var names Names
		news := 0
		for more := c.Open('{'); more; more = c.More('}') {
			if c.IsNew(c.Name(), &names) {
				news++
			}
			c.Value()
		}
		assert.Equal(t, want, c.Problem(), data)
		assert.Equal(t, want == "", c.AtEnd(), data)
		assert.Equal(t, map[bool]int{true: 3, false: strings.Count(data, ",")}[want == ""], news, data)
	}
	lax := Walk(nil, "")
	assert.False(t, lax.IsStrict())
}

func TestReadValueCountsTheDepthAround(t *testing.T) {
	for depth, want := range map[int]string{0: "", 1: "", MaxDepth - 2: "", MaxDepth - 1: "nested too deep", MaxDepth: "nested too deep"} {
		_, problem := ReadValue([]byte(`[{"a":1}]`), depth)
		assert.Equal(t, want, problem, "%d", depth)
	}
	_, problem := ReadValue([]byte(`"text"`), MaxDepth)
	assert.Empty(t, problem)
	_, problem = ReadValue([]byte(`1 2`), 0)
	assert.Equal(t, "data after the JSON value", problem)
	_, problem = ReadValue(nil, 0)
	assert.Equal(t, "the JSON text ends early", problem)
}

func TestACursorIsAtItsEndAfterAMistake(t *testing.T) {
	c := Walk(exactly(`{"a":1;"b":2}`), "")
	require.True(t, c.Open('{'))
	assert.Equal(t, "a", string(c.Name()))
	c.Value()
	assert.False(t, c.More('}'), "a mistake")
	assert.False(t, c.More('}'), "and nothing after it")
	assert.NotEmpty(t, c.Problem())
	c = Walk(exactly(`[,1]`), "")
	require.True(t, c.Open('['))
	c.Value()
	assert.False(t, c.More(']'), "although there is a comma")
}

func TestANameIsFoundBehindWhiteSpace(t *testing.T) {
	c := Walk(exactly(" { \t\r\n\"a\":1 , \"b\":2}"), "")
	require.True(t, c.Open('{'))
	assert.True(t, c.NameIs(`"a":`))
	c.Value()
	require.True(t, c.More('}'))
	assert.False(t, c.NameIs(`"a":`), "another name stays to be read")
	assert.True(t, c.NameIs(`"b":`))
}

// Eight bytes are looked at together, and the two behind a short name.
func TestANameEndsAtItsQuoteOnly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"abcdefgh`, `{"abcdefg"`, "{\"ab\x00:1      }", "{\"ab\\:1      }", "{\"ab\x80:1      }", `{"ab" 1       }`} {
		var c Cursor
		c.WalkStrictly(exactly(text), "")
		for more := c.Open('{'); more; more = c.More('}') {
			c.Name()
			c.Value()
		}
		assert.NotEmpty(t, c.Problem(), "%q", text)
	}
}
