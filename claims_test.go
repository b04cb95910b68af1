package jwt_test

import (
	stdjson "encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// Claims can be read and written outside of tokens too, by either package.
func TestClaimsInJSON(t *testing.T) {
	for name, codec := range map[string]struct {
		marshal   func(v any) ([]byte, error)
		unmarshal func(data []byte, v any) error
	}{
		"encoding/json":    {stdjson.Marshal, stdjson.Unmarshal},
		"encoding/json/v2": {func(v any) ([]byte, error) { return json.Marshal(v) }, func(data []byte, v any) error { return json.Unmarshal(data, v) }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, row := range []struct {
				claims jwt.Claims
				text   string
			}{
				{jwt.Claims{}, `{}`},
				{jwt.Claims{Issuer: "a", Subject: "b", Audience: jwt.Audience{"c"}, ExpiresAt: 4, NotBefore: -3, IssuedAt: 2, ID: "d"},
					`{"iss":"a","sub":"b","aud":"c","exp":4,"nbf":-3,"iat":2,"jti":"d"}`},
				{jwt.Claims{Audience: jwt.Audience{"a", "b"}}, `{"aud":["a","b"]}`},
			} {
				text, err := codec.marshal(row.claims)
				require.NoError(t, err)
				assert.Equal(t, row.text, string(text))
				var got jwt.Claims
				require.NoError(t, codec.unmarshal(text, &got))
				assert.Equal(t, row.claims, got)
			}
			for _, text := range []string{`{"aud":7}`, `{"aud":["a",7]}`, `{"aud":{}}`, `{"exp":"1"}`, `{"exp":true}`, `{"exp":9223372036854775808}`, `{"nbf":[]}`} {
				var got jwt.Claims
				require.Error(t, codec.unmarshal([]byte(text), &got), text)
			}
			var got jwt.Claims
			require.NoError(t, codec.unmarshal([]byte(`{"exp":1.9,"nbf":-0.0,"aud":[]}`), &got))
			assert.Equal(t, jwt.Claims{ExpiresAt: 1, Audience: jwt.Audience{}}, got)
		})
	}
}

func TestAudienceListsAreAlwaysLists(t *testing.T) {
	type claims struct {
		jwt.Claims
		Audience jwt.AudienceList `json:"aud"`
	}
	for _, row := range []struct {
		audience jwt.AudienceList
		want     string
	}{{jwt.AudienceList{"a"}, `["a"]`}, {jwt.AudienceList{"a", "b"}, `["a","b"]`}, {jwt.AudienceList{}, `[]`}} {
		token, err := jwt.Sign(t.Context(), hs256(t), claims{jwt.Claims{ID: "j"}, row.audience})
		require.NoError(t, err)
		verified, err := lenient(hs256(t)).Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, `{"jti":"j","aud":`+row.want+`}`, string(verified.Payload()))
		assert.Equal(t, jwt.Audience(row.audience), verified.Claims.Audience)
		got, err := jwt.ClaimsAs[claims](verified)
		require.NoError(t, err)
		assert.Equal(t, row.audience, got.Audience)
	}
	var one jwt.AudienceList
	require.NoError(t, one.UnmarshalJSON([]byte(`"a"`)))
	assert.Equal(t, jwt.AudienceList{"a"}, one)
	require.EqualError(t, one.UnmarshalJSON([]byte(`7`)), "jwt: aud: got a number, want a string or an array of strings")
	require.EqualError(t, one.UnmarshalJSON([]byte(`"a`)), "jwt: aud: the JSON text ends early")
}

// Called by hand, the methods are no laxer than through a decoder.
func TestUnmarshalJSONTakesOneValue(t *testing.T) {
	for _, text := range []string{``, ` `, `"a","x":1`, `"a"}`, `"a" "b"`, `["a"],"b":["c"]`, `["a"`, `"a`, `null`, `7`, `a`, "\"\xff\"", `"\ud800"`} {
		got := jwt.Audience{"before"}
		assert.Error(t, got.UnmarshalJSON([]byte(text)), "%q", text)
		assert.Equal(t, jwt.Audience{"before"}, got, "%q", text)
	}
	for _, text := range []string{``, ` `, `"1"`, `1 2`, `1,2`, `01`, `+1`, `.5`, `1.`, `1e`, `null`, `true`, `[1]`, `NaN`, `0x1`, `1_0`, `9223372036854775808`, `-9223372036854775809`, `1e19`} {
		got := jwt.NumericDate(7)
		assert.Error(t, got.UnmarshalJSON([]byte(text)), "%q", text)
		assert.Equal(t, jwt.NumericDate(7), got, "%q", text)
	}
	for text, want := range map[string]jwt.NumericDate{" 1.5 ": 1, "\t12\r\n": 12, "\n 1 ": 1, " 2e1 ": 20} {
		var got jwt.NumericDate
		require.NoError(t, got.UnmarshalJSON([]byte(text)), "%q", text)
		assert.Equal(t, want, got, "%q", text)
	}
	var audience jwt.Audience
	require.NoError(t, audience.UnmarshalJSON([]byte(` [ "a" , "\u0062" ] `)))
	assert.Equal(t, jwt.Audience{"a", "b"}, audience)
	_, err := jwt.Audience{"\xff"}.MarshalJSON()
	assert.Error(t, err)
	_, err = jwt.Audience{"a", "\xff"}.MarshalJSON()
	assert.Error(t, err)
	text, err := jwt.Audience(nil).MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `[]`, string(text))
}

// An oddity is a JSON text that must be read in one way only.
type oddity struct {
	name, text string
	want       string // in the refusal; "": accepted
}

// oddities are those of any JSON object (RFC 8259). The %s stands for the member
// that a good object must have.
var oddities = []oddity{
	{"spaces wherever they may be", "\t\r\n { %s \n, \"x\" \t:\r [ 1 , { } , [ ] ] } \n", ""},
	{"every kind of value", `{%s,"a":"","b":0,"c":-1.5e+10,"d":true,"e":false,"f":null,"g":[],"h":{}}`, ""},
	{"every kind of escape", `{%s,"a":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"}`, ""},
	{"an escaped NUL", `{%s,"a\u0000":"\u0000"}`, ""},
	{"text beyond ASCII", "{%s,\"\u00e9\":\"\u2028\U0010FFFF\uFFFD\"}", ""},
	{"names that differ in case", `{%s,"x":1,"X":2}`, ""},
	{"names that differ in form", "{%s,\"\u00e9\":1,\"e\u0301\":2}", ""},
	{"the same name at different depths", `{%s,"x":{"x":{"x":1}},"y":[{"x":1},{"x":2}]}`, ""},
	{"an empty name", `{%s,"":1}`, ""},
	{"a name that has the members of others", `{%s,"__proto__":{"admin":true},"constructor":1}`, ""},

	{"nothing", ``, "not a JSON object"},
	{"spaces alone", ` `, "not a JSON object"},
	{"null", `null`, "not a JSON object"},
	{"true", `true`, "not a JSON object"},
	{"a number", `1`, "not a JSON object"},
	{"a string", `"{%s}"`, "not a JSON object"},
	{"an array", `[{%s}]`, "not a JSON object"},
	{"a byte order mark", "\uFEFF{%s}", "not a JSON object"},
	{"UTF-16", "{\x00}\x00", "want a member name"},
	{"a second object", `{%s}{%s}`, "data after"},
	{"a comma after it", `{%s},`, "data after"},
	{"a brace after it", `{%s}}`, "data after"},
	{"a NUL after it", "{%s}\x00", "data after"},
	{"a comment after it", `{%s}//`, "data after"},
	{"a comment before it", `/**/{%s}`, "not a JSON object"},
	{"a comment in it", `{/**/%s}`, "want a member name"},
	{"other spaces", "{\u00a0%s}", "want a member name"},
	{"a vertical tab", "{\v%s}", "want a member name"},
	{"the end missing", `{%s`, "want ',' or '}'"},
	{"the end missing after a comma", `{%s,`, "want a member name"},
	{"the end missing in a name", `{%s,"x`, "ends early"},
	{"the end missing after a name", `{%s,"x"`, "want ':'"},
	{"the end missing after a colon", `{%s,"x":`, "ends early"},
	{"the end missing in a string", `{%s,"x":"y`, "ends early"},
	{"the end missing after a backslash", `{%s,"x":"\`, "bad escape"},
	{"the end missing in an escape", `{%s,"x":"\u00`, "bad escape"},
	{"the end missing in an array", `{%s,"x":[1`, "want ',' or ']'"},
	{"the end missing in an object", `{%s,"x":{"y":1`, "want ',' or '}'"},
	{"a comma at the end", `{%s,}`, "want a member name"},
	{"a comma at the beginning", `{,%s}`, "want a member name"},
	{"two commas", `{%s,,"x":1}`, "want a member name"},
	{"a comma at the end of an array", `{%s,"x":[1,]}`, "want a JSON value"},
	{"a comma at the beginning of an array", `{%s,"x":[,1]}`, "want a JSON value"},
	{"no comma in an array", `{%s,"x":[1 2]}`, "want ',' or ']'"},
	{"no comma", `{%s "x":1}`, "want ',' or '}'"},
	{"no colon", `{%s,"x" 1}`, "want ':'"},
	{"an equals sign", `{%s,"x"=1}`, "want ':'"},
	{"no value", `{%s,"x":}`, "want a JSON value"},
	{"a bracket for a brace", `{%s,"x":[}]}`, "want a JSON value"},
	{"a brace for a bracket", `{%s,"x":{]}}`, "want a member name"},
	{"single quotes", `{%s,'x':1}`, "want a member name"},
	{"no quotes", `{%s,x:1}`, "want a member name"},
	{"a number for a name", `{%s,1:1}`, "want a member name"},
	{"null for a name", `{%s,null:1}`, "want a member name"},

	{"the same name twice", `{%s,"x":1,"x":1}`, `duplicate name "x"`},
	{"the same name twice, once with escapes", `{%s,"x":1,"\u0078":1}`, `duplicate name "x"`},
	{"the same name twice, with other escapes", `{%s,"\/":1,"\u002F":1}`, `duplicate name "/"`},
	{"the same name twice, with escapes alike", `{%s,"\n":1,"\u000A":1}`, `duplicate name "\n"`},
	{"the empty name twice", `{%s,"":1,"":1}`, `duplicate name ""`},
	{"the same name twice in an object", `{%s,"x":{"y":1,"y":1}}`, `duplicate name "y"`},
	{"the same name twice in an array", `{%s,"x":[[{"y":1,"y":1}]]}`, `duplicate name "y"`},
	{"the same name twice far below", `{%s,"x":` + strings.Repeat(`{"x":`, 100) + `{"y":1,"y":2}` + strings.Repeat("}", 101), `duplicate name "y"`},
	{"the same name twice far apart", `{%s,` + manyNames(40) + `,"x0":1}`, `duplicate name "x0"`},
	{"the same name twice among many", `{%s,` + manyNames(40) + `,"x39":1}`, `duplicate name "x39"`},
	{"the same name twice in a large object", `{%s,"o":{` + manyNames(40) + `,"x20":1}}`, `duplicate name "x20"`},

	{"invalid UTF-8", "{%s,\"x\":\"\xff\"}", "invalid UTF-8"},
	{"invalid UTF-8 in a name", "{%s,\"\xff\":1}", "invalid UTF-8"},
	{"UTF-8 cut short", "{%s,\"x\":\"\xe2\x82\"}", "invalid UTF-8"},
	{"UTF-8 longer than needed", "{%s,\"x\":\"\xc0\xae\"}", "invalid UTF-8"},
	{"a surrogate in UTF-8", "{%s,\"x\":\"\xed\xa0\x80\"}", "invalid UTF-8"},
	{"UTF-8 beyond Unicode", "{%s,\"x\":\"\xf4\x90\x80\x80\"}", "invalid UTF-8"},
	{"Latin-1", "{%s,\"x\":\"\xe9\"}", "invalid UTF-8"},
	{"invalid UTF-8 far below", "{%s,\"x\":[{\"y\":\"\xff\"}]}", "invalid UTF-8"},
	{"a lone high surrogate", `{%s,"x":"\uD83D"}`, "bad escape"},
	{"a lone low surrogate", `{%s,"x":"\uDE00"}`, "bad escape"},
	{"surrogates the wrong way round", `{%s,"x":"\uDE00\uD83D"}`, "bad escape"},
	{"two high surrogates", `{%s,"x":"\uD83D\uD83D"}`, "bad escape"},
	{"a high surrogate and a letter", `{%s,"x":"\uD83Dx"}`, "bad escape"},
	{"a high surrogate and another escape", `{%s,"x":"\uD83D\n"}`, "bad escape"},
	{"a lone surrogate in a name", `{%s,"\uD800":1}`, "bad escape"},
	{"an escape nobody knows", `{%s,"x":"\x41"}`, "bad escape"},
	{"an escaped quote of another kind", `{%s,"x":"\'"}`, "bad escape"},
	{"an escape in capitals", `{%s,"x":"\U0041"}`, "bad escape"},
	{"an escape too short", `{%s,"x":"\u041"}`, "bad escape"},
	{"an escape with other digits", `{%s,"x":"\u00G1"}`, "bad escape"},
	{"a line break in a string", "{%s,\"x\":\"\n\"}", "control character"},
	{"a tab in a string", "{%s,\"x\":\"\t\"}", "control character"},
	{"a NUL in a string", "{%s,\"x\":\"\x00\"}", "control character"},
	{"a NUL in a name", "{%s,\"\x00\":1}", "control character"},
	{"the last control character", "{%s,\"x\":\"\x1f\"}", "control character"},
	{"a DEL in a string", "{%s,\"x\":\"\x7f\"}", ""},

	{"a number with a zero in front", `{%s,"x":01}`, "bad number"},
	{"a number with a plus", `{%s,"x":+1}`, "want a JSON value"},
	{"a number that begins with a point", `{%s,"x":.5}`, "want a JSON value"},
	{"a number that ends with a point", `{%s,"x":1.}`, "bad number"},
	{"a number that ends with an exponent", `{%s,"x":1e}`, "bad number"},
	{"a number that ends with a sign", `{%s,"x":1e+}`, "bad number"},
	{"a minus alone", `{%s,"x":-}`, "bad number"},
	{"a minus and a zero in front", `{%s,"x":-01}`, "bad number"},
	{"two minuses", `{%s,"x":--1}`, "bad number"},
	{"a number in hexadecimal", `{%s,"x":0x1}`, "want ',' or '}'"},
	{"a number with an underscore", `{%s,"x":1_0}`, "want ',' or '}'"},
	{"NaN", `{%s,"x":NaN}`, "want a JSON value"},
	{"Infinity", `{%s,"x":Infinity}`, "want a JSON value"},
	{"minus infinity", `{%s,"x":-Infinity}`, "bad number"},
	{"a number with many digits", `{%s,"x":` + strings.Repeat("9", 1000) + `}`, ""},
	{"a number out of sight", `{%s,"x":1e400,"y":-1E-400,"z":9223372036854775808}`, ""},

	{"undefined", `{%s,"x":undefined}`, "want a JSON value"},
	{"True", `{%s,"x":True}`, "want a JSON value"},
	{"true cut short", `{%s,"x":tru}`, "want a JSON value"},
	{"true and more", `{%s,"x":truex}`, "want ',' or '}'"},
	{"a null cut short at the end", `{%s,"x":nul`, "want a JSON value"},

	{"values nested 511 deep", `{%s,"x":` + nested(511) + `}`, ""},
	{"values nested 512 deep", `{%s,"x":` + nested(512) + `}`, "nested too deep"},
	{"objects nested 512 deep", `{%s,"x":` + strings.Repeat(`{"x":`, 512) + "1" + strings.Repeat("}", 513), "nested too deep"},
	{"values nested 10,000 deep", `{%s,"x":` + nested(10000), "nested too deep"},
	{"brackets without end", `{%s,"x":` + strings.Repeat("[", 10000), "nested too deep"},
}

// manyNames returns so many members with names of their own.
func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"x` + string("0123456789"[i/10%10]) + string("0123456789"[i%10]) + `":0`)
	}
	return strings.ReplaceAll(b.String(), `"x0`, `"x`)
}

func TestOddJSONInPayloads(t *testing.T) {
	deep := oddity{"values nested 100,000 deep", `{%s,"x":` + nested(100000) + `}`, "nested too deep"}
	for _, row := range append(oddities, deep) {
		t.Run(row.name, func(t *testing.T) {
			p := policy(hs256(t))
			p.MaxSize = 1 << 20
			token := signed(t, hs256(t), strings.ReplaceAll(row.text, "%s", strings.Trim(payload, "{}")))
			got, err := p.Verify(t.Context(), token)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			r := refused(t, jwt.ErrClaim, token, got, err)
			assert.Equal(t, "", r.Claim)
			assert.Contains(t, r.Detail, row.want)
			assert.Contains(t, r.Detail, "payload: ")
		})
	}
}

// Claims that nobody could accept are not signed.
// What is no JSON is a fault of the payload, not of the claim that it stands in.
func TestTheFaultOfBrokenJSONIsThePayloads(t *testing.T) {
	type own struct {
		jwt.Claims
		Role string `json:"role"`
	}
	for payload, want := range map[string]string{
		`{"iss":tru}`:      "payload: want a JSON value",
		`{"exp":01}`:       "payload: bad number",
		`{"nbf":1.}`:       "payload: bad number",
		`{"aud":["a",]}`:   "payload: want a JSON value",
		`{"aud":"a}`:       "payload: the JSON text ends early",
		`{"sub":"\x"}`:     "payload: bad escape in a string",
		`{"jti":}`:         "payload: want a JSON value",
		`{"role":"\x"}`:    "payload: bad escape in a string",
		`{"cnf":{"a":1,}}`: "payload: want a member name",
		`{"iss" 1}`:        "payload: want ':' after a member name",
	} {
		token := signed(t, hs256(t), payload)
		got, err := lenient(hs256(t)).Verify(t.Context(), token)
		r := refused(t, jwt.ErrClaim, token, got, err)
		assert.Equal(t, want, r.Detail, payload)
		assert.Empty(t, r.Claim, payload)
		_, err = jwt.VerifyAs[own](t.Context(), lenient(hs256(t)), token)
		assert.EqualError(t, err, r.Error(), payload)
	}
}

func TestOddJSONIsNotSigned(t *testing.T) {
	for _, row := range oddities {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwt.Sign(t.Context(), hs256(t), rawJSON(strings.ReplaceAll(row.text, "%s", strings.Trim(payload, "{}"))))
			if row.want == "" {
				require.NoError(t, err)
				_, err = policy(hs256(t)).Verify(t.Context(), token)
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			assert.Empty(t, token)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// rawJSON encodes to itself.
type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }

// A name that looks like a registered one to somebody is not it.
func TestNamesAlmostLikeRegisteredOnes(t *testing.T) {
	for _, row := range []string{
		`"Iss":"https://login.example"`, `"ISS":"https://login.example"`, `"i\u017F\u017F":"https://login.example"`, "\"i\u017Fs\":\"https://login.example\"",
		`"iss ":"https://login.example"`, `" iss":"https://login.example"`, `"iss\u0000":"https://login.example"`, `"\uFF49ss":"https://login.example"`,
		`"x":{"iss":"https://login.example"}`, `"x":["iss","https://login.example"]`, `"x":"\"iss\":\"https://login.example\""`,
	} {
		token := signed(t, hs256(t), `{`+row+`,"aud":"https://api.example","exp":1800000060}`)
		got, err := policy(hs256(t)).Verify(t.Context(), token)
		r := refused(t, jwt.ErrClaim, token, got, err)
		assert.Equal(t, "iss", r.Claim, row)
	}
	// Nor is its type any matter.
	_, err := policy(hs256(t)).Verify(t.Context(), signed(t, hs256(t),
		`{"iss":"https://login.example","aud":"https://api.example","exp":1800000060,"EXP":"x","Nbf":null,"\u017Fub":7,"IAT":[],"i\u017Fs":7,"Aud":7,"JTI":{}}`))
	require.NoError(t, err)
}

// A registered claim of the wrong type is refused even by a policy that does not
// ask for it, and by Sign.
func TestRegisteredClaimsHaveTheirTypes(t *testing.T) {
	texts := []string{`7`, `0`, `-1.5`, `true`, `false`, `null`, `[]`, `["a"]`, `{}`, `[["a"]]`}
	dates := []string{`"1"`, `""`, `"1800000060"`, `"2026-11-24T12:00:00Z"`, `true`, `false`, `null`, `[]`, `[1]`, `{}`, `9223372036854775808`, `-9223372036854775809`, `1e19`, `1e400`, `-1e400`}
	audiences := []string{`7`, `0`, `true`, `null`, `{}`, `{"a":"b"}`, `[7]`, `["a",7]`, `["a",null]`, `["a",["b"]]`, `[null]`, `[{}]`, `[[]]`, `["a",true]`}
	for claim, values := range map[string][]string{"iss": texts, "sub": texts, "jti": texts, "exp": dates, "nbf": dates, "iat": dates, "aud": audiences} {
		for _, value := range values {
			text := `{"x":1,"` + claim + `":` + value + `}`
			token := signed(t, hs256(t), text)
			got, err := lenient(hs256(t)).Verify(t.Context(), token)
			r := refused(t, jwt.ErrClaim, token, got, err)
			assert.Equal(t, claim, r.Claim)
			assert.Contains(t, r.Detail, "got ")
			assert.Contains(t, r.Detail, "want ")

			token, err = jwt.Sign(t.Context(), hs256(t), rawJSON(text))
			require.ErrorContains(t, err, claim, text)
			assert.Empty(t, token)
		}
	}
}

func TestRegisteredClaimsAreRead(t *testing.T) {
	for _, row := range []struct {
		text string
		want jwt.Claims
	}{
		{`{}`, jwt.Claims{}},
		{`{"iss":"","sub":"","jti":"","exp":0,"nbf":0,"iat":0}`, jwt.Claims{}},
		{`{"iss":"a","sub":"b","jti":"c"}`, jwt.Claims{Issuer: "a", Subject: "b", ID: "c"}},
		{`{"jti":"\u0063","sub":"\"","iss":"\uD83D\uDE00"}`, jwt.Claims{Issuer: "\U0001F600", Subject: `"`, ID: "c"}},
		{`{"\u0069ss":"a"}`, jwt.Claims{Issuer: "a"}},
		{`{"aud":"a"}`, jwt.Claims{Audience: jwt.Audience{"a"}}},
		{`{"aud":""}`, jwt.Claims{Audience: jwt.Audience{""}}},
		{`{"aud":[]}`, jwt.Claims{Audience: jwt.Audience{}}},
		{`{"aud":["a"]}`, jwt.Claims{Audience: jwt.Audience{"a"}}},
		{"{\"aud\":\t[ \"a\" ,\r\n\"\\u0062\",\"\u00e9\" , \"\"]}", jwt.Claims{Audience: jwt.Audience{"a", "b", "\u00e9", ""}}},
		{`{"aud":["a,b","]","\"","\\"]}`, jwt.Claims{Audience: jwt.Audience{"a,b", "]", `"`, `\`}}},
		{`{"exp":1800000060,"nbf":-1,"iat":0}`, jwt.Claims{ExpiresAt: 1800000060, NotBefore: -1}},
		{`{"exp":1.8e9,"nbf":1e0,"iat":100e-2}`, jwt.Claims{ExpiresAt: 1800000000, NotBefore: 1, IssuedAt: 1}},
		{`{"exp":1800000000.999999999999,"nbf":0.5,"iat":-0.0}`, jwt.Claims{ExpiresAt: 1800000000}},
		{`{"exp":9223372036854775807,"nbf":-9223372036854775807}`, jwt.Claims{ExpiresAt: 1<<63 - 1, NotBefore: -1<<63 + 1}},
		{`{"exp":9007199254740993}`, jwt.Claims{ExpiresAt: 1<<53 + 1}},
		{`{"exp":1800000000E0,"nbf":0e99999,"iat":1E+2}`, jwt.Claims{ExpiresAt: 1800000000, IssuedAt: 100}},
	} {
		t.Run(row.text, func(t *testing.T) {
			p := lenient(hs256(t))
			p.Leeway = 250 * 365 * 24 * time.Hour
			got, err := p.Verify(t.Context(), signed(t, hs256(t), row.text))
			require.NoError(t, err)
			assert.Equal(t, row.want, got.Claims)
		})
	}
}
