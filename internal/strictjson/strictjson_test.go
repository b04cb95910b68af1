package strictjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A member is what Next found.
type member struct{ name, raw string }

func readAll(data string, limit int) (members []member, problem string) {
	o := Read(exactly(data), limit)
	for o.Next() {
		members = append(members, member{string(o.Name), string(o.Value.Raw)})
	}
	problem = o.Problem()
	if o.Next() { // stays where it is
		panic("there was another")
	}
	return members, problem
}

func TestReadGivesTheMembers(t *testing.T) {
	for _, row := range []struct {
		data string
		want []member
	}{
		{`{}`, nil},
		{" \t\r\n{ \t\r\n} \t\r\n", nil},
		{`{"a":1}`, []member{{"a", "1"}}},
		{` { "a" : 1 , "b" : [ 1 , 2 ] } `, []member{{"a", "1"}, {"b", "[ 1 , 2 ]"}}},
		{`{"x":{ "a" : 1 , "b" : { } },"y":[ { "a" : [ ] } ]}`, []member{{"x", `{ "a" : 1 , "b" : { } }`}, {"y", `[ { "a" : [ ] } ]`}}},
		{`{"":"","\u0061":"\u0061"}`, []member{{"", `""`}, {"a", `"\u0061"`}}},
		{`{"a":{"b":{"c":null}},"d":[[],{}]}`, []member{{"a", `{"b":{"c":null}}`}, {"d", `[[],{}]`}}},
		{`{"a":-0.5e-7,"b":true,"c":false,"d":null}`, []member{{"a", "-0.5e-7"}, {"b", "true"}, {"c", "false"}, {"d", "null"}}},
		{`{"\ud83d\ude00\"\\\/\b\f\n\r\t":0}`, []member{{"\U0001F600\"\\/\b\f\n\r\t", "0"}}},
		{"{\"\u00e9\U0010FFFF\":\"\u2028\"}", []member{{"\u00e9\U0010FFFF", "\"\u2028\""}}},
		{`{"a":9,"b":10.29,"c":9e9,"d":-98765432109}`, []member{{"a", "9"}, {"b", "10.29"}, {"c", "9e9"}, {"d", "-98765432109"}}},
		{"{\"a\":\"\uFFFD, which stands for what is no UTF-8\"}", []member{{"a", "\"\uFFFD, which stands for what is no UTF-8\""}}},
		{`{"a":1,"A":2,"a ":3}`, []member{{"a", "1"}, {"A", "2"}, {"a ", "3"}}},
		{`{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}`, []member{{"a", `{"a":{"a":1}}`}, {"b", `[{"a":1},{"a":1}]`}}},
	} {
		got, problem := readAll(row.data, 0)
		assert.Equal(t, "", problem, row.data)
		assert.Equal(t, row.want, got, row.data)
	}
}

func TestReadRefuses(t *testing.T) {
	many := func(last string) string {
		var b strings.Builder
		for i := range 40 {
			fmt.Fprintf(&b, `"name-%02d":0,`, i)
		}
		return b.String() + last
	}
	for _, row := range []struct{ data, want string }{
		{``, "not a JSON object"},
		{` `, "not a JSON object"},
		{`[]`, "not a JSON object"},
		{`null`, "not a JSON object"},
		{`"{}"`, "not a JSON object"},
		{"\uFEFF{}", "not a JSON object"},
		{`{}}`, "data after the JSON object"},
		{`{} {}`, "data after the JSON object"},
		{`{},`, "data after the JSON object"},
		{"{}\x00", "data after the JSON object"},
		{`{"a":1} x`, "data after the JSON object"},
		{`{`, "want a member name"},
		{`{a:1}`, "want a member name"},
		{`{1:1}`, "want a member name"},
		{`{,}`, "want a member name"},
		{`{"a":1,}`, "want a member name"},
		{`{"a":1,`, "want a member name"},
		{`{"a"}`, "want ':' after a member name"},
		{`{"a" 1}`, "want ':' after a member name"},
		{`{"a"`, "want ':' after a member name"},
		{`{"a":`, "the JSON text ends early"},
		{`{"a`, "the JSON text ends early"},
		{`{"a":"b`, "the JSON text ends early"},
		{`{"a":[`, "the JSON text ends early"},
		{`{"a":[1,`, "the JSON text ends early"},
		{`{"a":1`, "want ',' or '}' after a value"},
		{`{"a":1;"b":2}`, "want ',' or '}' after a value"},
		{`{"a":1:"b":2}`, "want ',' or '}' after a value"},
		{`{"x":{"a":1;"b":2}}`, "want ',' or '}' after a value"},
		{`{"x":{"a":1:"b":2}}`, "want ',' or '}' after a value"},
		{`{"a":[1;2]}`, "want ',' or ']' after a value"},
		{`{"a":[1:2]}`, "want ',' or ']' after a value"},
		{`{"a":1 "b":2}`, "want ',' or '}' after a value"},
		{`{"a":1]`, "want ',' or '}' after a value"},
		{`{"a":{"b":1]}`, "want ',' or '}' after a value"},
		{`{"a":{"b":1`, "want ',' or '}' after a value"},
		{`{"a":[1}`, "want ',' or ']' after a value"},
		{`{"a":[1 2]}`, "want ',' or ']' after a value"},
		{`{"a":[1`, "want ',' or ']' after a value"},
		{`{"a":}`, "want a JSON value"},
		{`{"a":]}`, "want a JSON value"},
		{`{"a":[,1]}`, "want a JSON value"},
		{`{"a":[1,]}`, "want a JSON value"},
		{`{"a":,"b":1}`, "want a JSON value"},
		{`{"a":tru}`, "want a JSON value"},
		{`{"a":tr`, "want a JSON value"},
		{`{"a":falsE}`, "want a JSON value"},
		{`{"a":nill}`, "want a JSON value"},
		{`{"a":True}`, "want a JSON value"},
		{`{"a":+1}`, "want a JSON value"},
		{`{"a":.1}`, "want a JSON value"},
		{`{"a":'b'}`, "want a JSON value"},
		{`{"a":/}`, "want a JSON value"},
		{`{"a"::}`, "want a JSON value"},
		{`{"a":-}`, "bad number"},
		{`{"a":-x}`, "bad number"},
		{`{"a":1.}`, "bad number"},
		{`{"a":1.e1}`, "bad number"},
		{`{"a":1e}`, "bad number"},
		{`{"a":1e+}`, "bad number"},
		{`{"a":1e+-1}`, "bad number"},
		{`{"a":01}`, "bad number"},
		{`{"a":-01}`, "bad number"},
		{`{"a":1:}`, "want ',' or '}' after a value"},
		{`{"a":1/}`, "want ',' or '}' after a value"},
		{`{"a":0x1}`, "want ',' or '}' after a value"},
		{`{"a":1.1.1}`, "want ',' or '}' after a value"},
		{`{"a":1e1.1}`, "want ',' or '}' after a value"},

		{`{"a":1,"a":1}`, `duplicate name "a"`},
		{`{"a":1,"b":1,"a":1}`, `duplicate name "a"`},
		{`{"":1,"":1}`, `duplicate name ""`},
		{`{"a":1,"\u0061":1}`, `duplicate name "a"`},
		{`{"\u0061":1,"a":1}`, `duplicate name "a"`},
		{`{"\u0061":1,"\u0061":1}`, `duplicate name "a"`},
		{`{"\ud83d\ude00":1,"` + "\U0001F600" + `":1}`, `duplicate name "\U0001f600"`},
		{`{"x":{"a":1,"a":1}}`, `duplicate name "a"`},
		{`{"x":[1,[{"a":1,"b":[],"a":1}]]}`, `duplicate name "a"`},
		{"{" + many(`"name-00":0}`), `duplicate name "name-00"`},
		{"{" + many(`"name-15":0}`), `duplicate name "name-15"`},
		{"{" + many(`"name-16":0}`), `duplicate name "name-16"`},
		{"{" + many(`"name-39":0}`), `duplicate name "name-39"`},
		{"{" + many(`"\u006eame-20":0}`), `duplicate name "name-20"`},
		{`{"x":{` + many(`"name-20":0}}`), `duplicate name "name-20"`},
		{"{\"a\x00\":1}", "control character in a string"},

		{"{\"a\":\"\x00\"}", "control character in a string"},
		{"{\"a\":\"\x1f\"}", "control character in a string"},
		{"{\"a\":\"\n\"}", "control character in a string"},
		{"{\"a\":\"\x80\"}", "invalid UTF-8"},
		{"{\"a\":\"\xbf\"}", "invalid UTF-8"},
		{"{\"a\":\"\xff\"}", "invalid UTF-8"},
		{"{\"\xff\":\"a\"}", "invalid UTF-8"},
		{"{\"a\":\"\xc0\x80\"}", "invalid UTF-8"},
		{"{\"a\":\"\xed\xa0\x80\"}", "invalid UTF-8"},
		{"{\"a\":\"\xf5\x80\x80\x80\"}", "invalid UTF-8"},
		{"{\"a\":\"\xe2\x82\"}", "invalid UTF-8"},
		{"{\"a\":\"\xe2\x82", "invalid UTF-8"},
		{`{"a":"\`, "bad escape in a string"},
		{`{"a":"\u`, "bad escape in a string"},
		{`{"a":"\u12`, "bad escape in a string"},
		{`{"a":"\u12"}`, "bad escape in a string"},
		{`{"a":"\u12g4"}`, "bad escape in a string"},
		{`{"a":"\u12G4"}`, "bad escape in a string"},
		{`{"a":"\u12/4"}`, "bad escape in a string"},
		{`{"a":"\u12:4"}`, "bad escape in a string"},
		{"{\"a\":\"\\u12`4\"}", "bad escape in a string"},
		{`{"a":"\u12@4"}`, "bad escape in a string"},
		{`{"a":"\x41"}`, "bad escape in a string"},
		{`{"a":"\U0041"}`, "bad escape in a string"},
		{`{"a":"\'"}`, "bad escape in a string"},
		{`{"a":"\0"}`, "bad escape in a string"},
		{`{"a":"\ud800"}`, "bad escape in a string"},
		{`{"a":"\udc00\udc00"}`, "bad escape in a string"},
		{`{"a":"\udfff\udc00"}`, "bad escape in a string"},
		{`{"a":"\udfff\udfff"}`, "bad escape in a string"},
		{`{"a":"\ud800xudc00"}`, "bad escape in a string"},
		{`{"a":"\ud800"udc00"}`, "bad escape in a string"},
		{`{"a":"\ud800\\udc00"}`, "bad escape in a string"},
		{`{"a":"\udbff\u"}`, "bad escape in a string"},
		{`{"a":"\udc00"}`, "bad escape in a string"},
		{`{"a":"\udfff"}`, "bad escape in a string"},
		{`{"a":"\ud800\ud800"}`, "bad escape in a string"},
		{`{"a":"\ud800\ue000"}`, "bad escape in a string"},
		{`{"a":"\ud800\u0041"}`, "bad escape in a string"},
		{`{"a":"\ud800xxxxxx"}`, "bad escape in a string"},
		{`{"a":"\ud800\xdc00"}`, "bad escape in a string"},
		{`{"a":"\ud800\`, "bad escape in a string"},
		{`{"\ud800":1}`, "bad escape in a string"},
		{`{"a":"\ud7ff\ue000\udbff\udfff\uD800\uDC00"}`, ""}, // next to surrogates, and pairs
	} {
		_, problem := readAll(row.data, 0)
		assert.Equal(t, row.want, problem, row.data)
	}
}

func TestDepth(t *testing.T) {
	nested := func(open, inside, end string, depth int) string {
		return strings.Repeat(open, depth) + inside + strings.Repeat(end, depth)
	}
	for _, row := range []struct{ open, inside, end string }{
		{`[`, ``, `]`}, {`[`, `1`, `]`}, {`{"a":`, `1`, `}`}, {`[{"a":`, `1`, `}]`},
	} {
		deep := MaxDepth - 1
		if strings.HasPrefix(row.open, "[{") {
			deep /= 2
		}
		_, problem := readAll(`{"x":`+nested(row.open, row.inside, row.end, deep)+`}`, 0)
		assert.Equal(t, "", problem, row.open)
		_, problem = readAll(`{"x":`+nested(row.open, row.inside, row.end, deep+1)+`}`, 0)
		assert.Equal(t, "nested too deep", problem, row.open)
	}
	// Siblings are not deeper than each other.
	_, problem := readAll(`{"x":[`+strings.Repeat(`[[]],`, 2*MaxDepth)+`1]}`, 0)
	assert.Equal(t, "", problem)
	for _, endless := range []string{"[", `{"a":`, `[{"a":`} {
		_, problem := readAll(`{"x":`+strings.Repeat(endless, 1_000_000), 0)
		assert.Equal(t, "nested too deep", problem)
	}
}

func TestLimitOfMembers(t *testing.T) {
	for _, row := range []struct {
		data  string
		limit int
		ok    bool
	}{
		{`{}`, 1, true},
		{`{"a":1}`, 1, true},
		{`{"a":1,"b":2}`, 1, false},
		{`{"a":{"b":1}}`, 1, false},
		{`{"a":{"b":1}}`, 2, true},
		{`{"a":[{"b":1},{"b":1}]}`, 2, false},
		{`{"a":[{"b":1},{"b":1}]}`, 3, true},
		{`{"a":[{},{},{},[1,2,3]]}`, 1, true},
		{`{"a":1,"b":2,"c":3}`, 0, true},
	} {
		_, problem := readAll(row.data, row.limit)
		if row.ok {
			assert.Equal(t, "", problem, row.data)
		} else {
			assert.Equal(t, "too many members", problem, row.data)
		}
	}
}

func TestZeroObject(t *testing.T) {
	var o Object
	assert.False(t, o.Next())
	assert.Equal(t, "not a JSON object", o.Problem())
	assert.False(t, o.Next())
}

func TestFind(t *testing.T) {
	for _, row := range []struct {
		data, want string
		ok         bool
	}{
		{`{"iss":"a"}`, `"a"`, true},
		{`{"x":{"iss":"b"},"iss":"a"}`, `"a"`, true},
		{`{"iss":"a","iss":"b"}`, `"a"`, true},
		{`{"x":1,"x":2,"iss":"a"}`, `"a"`, true},
		{`{"\u0069ss":"a"}`, `"a"`, true},
		{`{"\u0061ud":"b","iss":"a"}`, `"a"`, true},
		{`{"\u0061ud":"b"}`, ``, false},
		{`{"\u0069\u0073\u0073":"a"}`, `"a"`, true},
		{`{"iss":"a",!`, `"a"`, true},
		{`{"iss":7}`, `7`, true},
		{`{}`, ``, false},
		{``, ``, false},
		{`["iss","a"]`, ``, false},
		{`{"ISS":"a"}`, ``, false},
		{`{"x":["iss","a"]}`, ``, false},
		{`{"x":!,"iss":"a"}`, ``, false},
		{`{"iss":`, ``, false},
		{`{"iss":"a`, ``, false},
	} {
		v, ok := Find(exactly(row.data), "iss")
		assert.Equal(t, row.ok, ok, row.data)
		assert.Equal(t, row.want, string(v.Raw), row.data)
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, `"x%d":{"a":1,"b":2},`, i)
	}
	long := strings.Repeat("x", 100)
	for _, before := range []string{many.String(), `"` + long + `":1,`, `"\u0078` + long + `":1,`} {
		data := []byte("{" + before + `"iss":"a"}`)
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			if _, ok := Find(data, "iss"); !ok {
				t.Error("not found")
			}
		}), before[:20])
	}
	data := []byte(`{"` + strings.Repeat(`\u0061`, 8) + `":1}`) // the longest name, with the longest escapes
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		if _, ok := Find(data, "aaaaaaaa"); !ok {
			t.Error("not found")
		}
	}))
}

func TestReadAllocatesNothing(t *testing.T) {
	data := []byte(`{"iss":"a","sub":"b","aud":["c","d"],"exp":1,"nbf":2,"iat":3,"jti":"e","x":{"y":[1,{"z":"\n"}]}}`)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		o := Read(data, 0)
		for o.Next() {
		}
		if o.Problem() != "" {
			t.Error(o.Problem())
		}
	}))
}

func TestReadValue(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)
	for _, row := range []struct {
		data, kind string // "": none
	}{
		{`"a"`, "a string"}, {` "a" `, "a string"}, {"\t[1]\r\n", "an array"}, {`{"a":{}}`, "an object"}, {`-1.5e3`, "a number"}, {`0`, "a number"},
		{`true`, "a boolean"}, {`null`, "null"}, {deep, "an array"},
		{``, ""}, {` `, ""}, {`"a" "b"`, ""}, {`"a",`, ""}, {`"a"}`, ""}, {`1 2`, ""}, {`01`, ""}, {`1.`, ""}, {`[1,]`, ""}, {`[`, ""}, {`"a`, ""}, {`tru`, ""}, {`truex`, ""},
		{`{"a":1,"a":1}`, ""}, {`[{"a":1,"a":1}]`, ""}, {"\"\xff\"", ""}, {`"\ud800"`, ""}, {"\"\n\"", ""}, {"\uFEFF1", ""}, {"[" + deep + "]", ""},
	} {
		v, problem := ReadValue(exactly(row.data), 0)
		assert.Equal(t, row.kind != "", problem == "", row.data)
		if problem == "" {
			assert.Equal(t, row.kind, v.Kind(), row.data)
			assert.Equal(t, strings.TrimSpace(row.data), string(v.Raw))
		}
	}
	v, problem := ReadValue(exactly(` "\u0061" `), 0)
	require.Empty(t, problem)
	text, ok := v.Text(` "\u0061" `)
	assert.True(t, ok)
	assert.Equal(t, "a", text)
	v, problem = ReadValue(exactly(` ["a","\u0062"] `), 0)
	require.Empty(t, problem)
	texts, ok := v.Texts(` ["a","\u0062"] `, nil)
	assert.True(t, ok)
	assert.Equal(t, []string{"a", "b"}, texts)
}

// oracle reads the object with jsontext, which is as strict but for the depth.
func oracle(data []byte) (members []member, count int, ok bool) {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return nil, 0, false
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, 0, false
		}
		text := name.String()
		value, err := d.ReadValue()
		if err != nil || inside(value, &count) >= MaxDepth {
			return nil, 0, false
		}
		count++
		members = append(members, member{text, string(value)})
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, 0, false
	}
	_, err := d.ReadToken()
	return members, count, errors.Is(err, io.EOF)
}

// inside says how deep a value nests, and counts the members in it.
func inside(value jsontext.Value, members *int) (depth int) {
	d := jsontext.NewDecoder(bytes.NewReader(value))
	for {
		if _, err := d.ReadToken(); err != nil {
			return depth
		}
		depth = max(depth, d.StackDepth())
		if kind, length := d.StackIndex(d.StackDepth()); kind == '{' && length%2 == 1 {
			*members++
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { } `, `{"a":1}`, `{"a":[1,-2.5e+3,true,false,null,"x",{},[]]}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":{"b":1,"b":2}}`, `{"\ud83d\ude00":"\ud83d\ude00"}`,
		`{"\ud83d":1}`, `{"a":"\udc00"}`, "{\"a\":\"\xff\"}", "{\"a\":\"\x00\"}", `{"a":01}`, `{"a":1.}`, `{"a":-}`, `{"a":1e}`, `{"a":nul}`, `{"a":1}}`, `{"a":1,}`, `{,}`, `[`, ``, "\uFEFF{}",
		`{"x":` + strings.Repeat("[", 511) + strings.Repeat("]", 511) + `}`, `{"x":` + strings.Repeat("[", 512) + strings.Repeat("]", 512) + `}`,
		`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1,"r":1,"q":1}`,
		`{"\u0061":1,"b":1,"a":1}`, `{"ab":1,"ba":1,"aab":1,"aba":1}`, `{"a":["x","\u0079", "z" ]}`,
	} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, limit uint8) {
		before := string(data)
		want, count, wantOK := oracle(data)
		wantOK = wantOK && (limit == 0 || count <= int(limit))
		o := Read(data, int(limit))
		var got []member
		for o.Next() {
			got = append(got, member{string(o.Name), string(o.Value.Raw)})
			if o.Problem() == "" {
				checkValue(t, o.Value, before)
			}
		}
		if string(data) != before {
			t.Fatalf("%q was changed", before)
		}
		if ok := o.Problem() == ""; ok != wantOK {
			t.Fatalf("%q: %q, want %v", data, o.Problem(), wantOK)
		}
		if wantOK && fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q: got %q, want %q", data, got, want)
		}
		if strings.ContainsAny(o.Problem(), "\r\n") || len(o.Problem()) > 1000 {
			t.Fatalf("%q: %q", data, o.Problem())
		}
		alone := 0
		valid := jsontext.Value(data).IsValid() && inside(data, &alone) <= MaxDepth
		if v, problem := ReadValue(data, 0); (problem == "") != valid || valid && string(v.Raw) != strings.Trim(before, " \t\r\n") {
			t.Fatalf("%q: ReadValue gave %q and %q, want %v", data, v.Raw, problem, valid)
		} else if valid {
			checkValue(t, v, before)
		}
		if !wantOK {
			return
		}
		for _, name := range []string{"a", "", "x"} {
			v, found := Find(data, name)
			for _, m := range want {
				if m.name == name {
					if !found || string(v.Raw) != m.raw {
						t.Fatalf("%q: %q not found", data, name)
					}
					found = false
				}
			}
			if found {
				t.Fatalf("%q: %q found", data, name)
			}
		}
	})
}

// checkValue holds the reading of one value to that of the json package.
func checkValue(t *testing.T, v Value, source string) {
	t.Helper()
	for _, source := range []string{source, ""} {
		var want string
		err := json.Unmarshal(v.Raw, &want)
		if v.Kind() == "null" {
			err = errors.New("null is no string")
		}
		if got, ok := v.Text(source); ok != (err == nil) || ok != v.IsString() || ok && got != want {
			t.Fatalf("%q: got %q and %v, want %q", v.Raw, got, ok, want)
		}
		var elements []jsontext.Value
		wantList, isList := []string{}, v.Kind() == "an array" && json.Unmarshal(v.Raw, &elements) == nil
		for _, element := range elements {
			var text string
			if element.Kind() != '"' || json.Unmarshal(element, &text) != nil {
				isList = false
				break
			}
			wantList = append(wantList, text)
		}
		if got, ok := v.Texts(source, nil); ok != isList || ok && fmt.Sprintf("%q", got) != fmt.Sprintf("%q", wantList) {
			t.Fatalf("%q: got %q and %v, want %q and %v", v.Raw, got, ok, wantList, isList)
		}
	}
}

// What is allocated for twice the input is at most about twice as much, and
// nothing for most of it.
func TestReadAllocatesInProportion(t *testing.T) {
	repeat := func(before, each, after string) func(n int) []byte {
		return func(n int) []byte {
			var all []string
			for i := range n {
				all = append(all, strings.ReplaceAll(each, "#", fmt.Sprintf("%06d", i)))
			}
			return []byte(before + strings.Join(all, ",") + after)
		}
	}
	for _, row := range []struct {
		data func(n int) []byte
		each float64 // allocations, at most
	}{
		{repeat(`{"aud":[`, `"a"`, `]}`), 0}, {repeat(`{"a":[`, `{"b":{}}`, `]}`), 0}, {repeat(`{"a":[`, `{"b":1,"c":2,"d":3}`, `]}`), 0},
		{repeat(`{`, `"#":1`, `}`), 1.1}, {repeat(`{"a":{`, `"#":1`, `}}`), 1.1}, {repeat(`{`, `"\u0061#":1`, `}`), 3.1},
	} {
		cost := func(n int) float64 {
			data := row.data(n)
			return testing.AllocsPerRun(3, func() {
				o := Read(data, 0)
				for o.Next() {
				}
				require.Empty(t, o.Problem())
			})
		}
		once, twice := cost(2000), cost(4000)
		assert.LessOrEqual(t, once, row.each*2000+60, "%s", row.data(2))
		assert.LessOrEqual(t, twice, 2.1*once+20, "%s", row.data(2))
	}
}

// Each digit of an escape counts, in both cases of letters: some escapes are halves
// of a pair.
func TestEscapesOfSurrogates(t *testing.T) {
	for c := range 0x10000 {
		for _, format := range []string{"%04x", "%04X"} {
			escape := `\u` + fmt.Sprintf(format, c)
			for _, text := range []string{`"` + escape + `"`, `"` + escape + `\udc00"`, `"\uDBFF` + escape + `"`} {
				_, problem := ReadValue(exactly(text), 0)
				if want := jsontext.Value(text).IsValid(); (problem == "") != want {
					t.Fatalf("%s: %q, want %v", text, problem, want)
				}
			}
		}
	}
}

// What Next reports is a whole member.
func TestNextReportsWholeMembersOnly(t *testing.T) {
	for data, want := range map[string]int{
		``: 0, `[]`: 0, `{}`: 0, `{"a"`: 0, `{"a":`: 0, `{"a":tru}`: 0, `{"a":1`: 1, `{"a":1]`: 1, `{"a":1,}`: 1, `{"a":1,"b"}`: 1, `{"a":1,"b":[1}`: 1, `{"a":1,"a":2}`: 1, `{"a":1,"b":2}x`: 2,
	} {
		got := 0
		for o := Read(exactly(data), 0); o.Next(); {
			got++
		}
		assert.Equal(t, want, got, data)
	}
}

func TestAnEscapeAtTheEndIsOne(t *testing.T) {
	for text, want := range map[string]string{
		`"\u0041`: "the JSON text ends early", `"\u004`: "bad escape in a string", `"\ud83d\ude00`: "the JSON text ends early", `"\n`: "the JSON text ends early", `"\`: "bad escape in a string",
	} {
		_, problem := ReadValue(exactly(text), 0)
		assert.Equal(t, want, problem, text)
	}
}

func TestThereIsNothingBehindAProblem(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `[`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1 "b":2}`, `{"a":1,"a":2,"b":3}`, `{"a":1,,"b":3}`, `{"a":x,"b":3}`, `{"a":1,"b":"\x","c":3}`, `{"a":1} {"b":2}`, `{"a":1},"b":2}`} {
		o := Read(exactly(text), 0)
		for o.Next() {
		}
		problem := o.Problem()
		assert.NotEmpty(t, problem, text)
		for range 3 {
			assert.False(t, o.Next(), text)
			assert.Equal(t, problem, o.Problem(), text)
		}
	}
}
