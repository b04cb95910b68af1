package jose

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

func TestHeadersThatAreRead(t *testing.T) {
	for _, row := range []struct {
		json  string
		want  Header
		other string // names of the parameters handed on
	}{
		{`{"alg":"A"}`, Header{Algorithm: "A"}, ""},
		{`{"cty":"C","typ":"T","kid":"K","enc":"E","alg":"A"}`, Header{"A", "E", "K", "T", "C"}, ""},
		{` { "alg" : "\u0041" } `, Header{Algorithm: "A"}, ""},
		{`{"\u0061lg":"A"}`, Header{Algorithm: "A"}, ""},
		{`{"alg":"A","kid":""}`, Header{Algorithm: "A"}, ""},
		{`{"alg":"A","b64":true}`, Header{Algorithm: "A"}, ""},
		{`{"x":1,"alg":"A","jwk":{"kty":null},"Crit":[],"zip2":1}`, Header{Algorithm: "A"}, "x jwk Crit zip2"},
		{`{"ALG":"B","alg":"A"}`, Header{Algorithm: "A"}, "ALG"},
	} {
		var names []string
		h, problem := DecodeHeader([]byte(row.json), row.json, func(name []byte, value strictjson.Value) {
			names = append(names, string(name))
			assert.NotEmpty(t, value.Raw)
		})
		require.Nil(t, problem, row.json)
		assert.Equal(t, row.want, h, row.json)
		assert.Equal(t, row.other, strings.Join(names, " "), row.json)
		h, problem = DecodeHeader([]byte(row.json), "", nil)
		require.Nil(t, problem, row.json)
		assert.Equal(t, row.want, h, row.json)
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	const (
		noExtension = "no critical extension is supported (RFC 7515 section 4.1.11)"
		unencoded   = "an unencoded payload is not for JSON Web Tokens (RFC 7797 section 7)"
		compressed  = "compressed content is not supported"
	)
	for _, row := range []struct{ json, parameter, detail string }{
		{`{"alg":"A","crit":["exp"]}`, "crit", noExtension},
		{`{"alg":"A","crit":[]}`, "crit", noExtension},
		{`{"alg":"A","crit":true}`, "crit", noExtension},
		{`{"alg":"A","b64":false}`, "b64", unencoded},
		{`{"alg":"A","b64":"true"}`, "b64", unencoded},
		{`{"alg":"A","b64":null}`, "b64", unencoded},
		{`{"alg":"A","zip":"DEF"}`, "zip", compressed},
		{`{"alg":"A","zip":true}`, "zip", compressed},

		{`{}`, "alg", "is absent"},
		{`{"kid":"K"}`, "alg", "is absent"},
		{`{"alg":""}`, "alg", "is empty"},
		{`{"alg":"A","enc":""}`, "enc", "is empty"},
		{`{"alg":"A","typ":""}`, "typ", "is empty"},
		{`{"alg":"A","cty":""}`, "cty", "is empty"},
		{`{"alg":null}`, "alg", "got null, want a string"},
		{`{"alg":"A","enc":1}`, "enc", "got a number, want a string"},
		{`{"alg":"A","kid":["K"]}`, "kid", "got an array, want a string"},
		{`{"alg":"A","typ":true}`, "typ", "got a boolean, want a string"},
		{`{"alg":"A","cty":{}}`, "cty", "got an object, want a string"},

		{``, "", "header: not a JSON object"},
		{`[]`, "", "header: not a JSON object"},
		{`{"alg":"A"}x`, "", "header: data after the JSON object"},
		{`{"alg":"A","alg":"A"}`, "", `header: duplicate name "alg"`},
		{`{"alg":"A","x":{"y":1,"y":1}}`, "", `header: duplicate name "y"`},
		{"{\"alg\":\"\xff\"}", "", "header: invalid UTF-8"},
	} {
		h, problem := DecodeHeader([]byte(row.json), "", nil)
		if assert.NotNil(t, problem, row.json) {
			assert.Equal(t, Problem{row.parameter, row.detail}, *problem, row.json)
		}
		assert.Zero(t, h, row.json)
	}
}

// Members count at every depth.
func TestHeadersHaveAFewMembers(t *testing.T) {
	for _, row := range []struct {
		inner, outer int
		ok           bool
	}{{0, 63, true}, {0, 64, false}, {62, 0, true}, {63, 0, false}, {30, 32, true}, {30, 33, false}} {
		members := func(n int) string {
			var list []string
			for i := range n {
				list = append(list, fmt.Sprintf(`"x%d":1`, i))
			}
			return strings.Join(list, ",")
		}
		text := `{"alg":"A"`
		if row.inner > 0 {
			text += `,"o":{` + members(row.inner) + `}`
		}
		if row.outer > 0 {
			text += "," + members(row.outer)
		}
		_, problem := DecodeHeader([]byte(text+"}"), text+"}", nil)
		assert.Equal(t, row.ok, problem == nil, "%d inside, %d outside", row.inner, row.outer)
	}
}

func TestHeadersAreWritten(t *testing.T) {
	for _, row := range []struct {
		h    Header
		want string
	}{
		{Header{Algorithm: "A"}, `{"alg":"A"`},
		{Header{"A", "E", "K", "T", "C"}, `{"alg":"A","enc":"E","kid":"K","typ":"T","cty":"C"`},
		{Header{Algorithm: "A", ContentType: "C"}, `{"alg":"A","cty":"C"`},
		{Header{Algorithm: "A", KeyID: "\"\n<é"}, `{"alg":"A","kid":"\"\n<é"`},
	} {
		b, err := AppendHeader([]byte("before"), row.h)
		require.NoError(t, err)
		assert.Equal(t, "before"+row.want, string(b))
		back, problem := DecodeHeader(append(b[len("before"):], '}'), "", nil)
		require.Nil(t, problem)
		assert.Equal(t, row.h, back)
	}
	for _, h := range []Header{{Algorithm: "\xff"}, {Algorithm: "A", KeyID: "\xff"}, {Algorithm: "A", ContentType: "a\xc3"}} {
		b, err := AppendHeader(nil, h)
		assert.Error(t, err)
		assert.Nil(t, b)
	}
}

// A header of twice the size costs at most about twice the memory.
func TestTheCostOfAHeaderIsBounded(t *testing.T) {
	for name, text := range map[string]func(n int) string{
		"a long text":   func(n int) string { return `{"alg":"` + strings.Repeat("A", n) + `"}` },
		"escapes":       func(n int) string { return `{"alg":"` + strings.Repeat(`\u0041`, n/6) + `"}` },
		"a long name":   func(n int) string { return `{"` + strings.Repeat("a", n) + `":1,"alg":"A"}` },
		"brackets":      func(n int) string { return `{"alg":"A","x":` + strings.Repeat("[", n) },
		"many members":  func(n int) string { return `{"alg":"A"` + strings.Repeat(`,"x":1`, n/6) + `}` },
		"nested object": func(n int) string { return `{"alg":"A","x":` + strings.Repeat(`{"x":`, n/5) },
	} {
		one, two := []byte(text(8<<10)), []byte(text(16<<10))
		allocations := testing.AllocsPerRun(10, func() { DecodeHeader(one, "", nil) })
		assert.LessOrEqual(t, testing.AllocsPerRun(10, func() { DecodeHeader(two, "", nil) }), 2*allocations+2, name)
		assert.LessOrEqual(t, allocations, 20.0, name)
	}
}
