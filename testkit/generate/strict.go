package main

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// strictCases are rows that other families leave open, for verifiers that say that they
// are strict: a token has one text and one meaning, and names its key.
func strictCases() (rows []testkit.Case) {
	for _, alg := range []string{"HS256", "RS256", "ES256", "EdDSA"} {
		s := &stricter{key: newKey(alg, "strict")}
		s.texts()
		s.names()
		s.values()
		s.keys()
		rows = append(rows, s.rows...)
	}
	return rows
}

// A stricter makes the rows of one key.
type stricter struct {
	key  *key
	rows []testkit.Case
}

func (s *stricter) add(id, about, clause, token string, want testkit.Verdict) {
	c := row(strings.ToLower(s.key.alg)+"-"+id, about, clause, token, want, s.key)
	c.Policy.Strict = true
	s.rows = append(s.rows, c)
}

// texts are about base64url, in a signature and in what is signed.
func (s *stricter) texts() {
	const clause = "RFC 4648 section 3.5"
	s.add("good", "nothing", "RFC 7519 section 7.2", s.key.plain(), testkit.Accept)
	header, payload := s.key.header(), payload()
	for len(header)%3 == 0 {
		header += " "
	}
	for len(payload)%3 == 0 {
		payload += " "
	}
	for i, name := range []string{"header", "payload"} {
		parts := []string{encode([]byte(header)), encode([]byte(payload))}
		parts[i] = stray(parts[i])
		input := strings.Join(parts, ".")
		s.add("stray-"+name, "bits set behind the last byte of the "+name+", which is signed with them", clause, input+"."+encode(s.key.sign(input)), testkit.Refuse)
	}
	parts := strings.Split(s.key.plain(), ".")
	s.add("stray-signature", "bits set behind the last byte of the signature", clause, parts[0]+"."+parts[1]+"."+stray(parts[2]), testkit.Refuse)
}

// stray sets a bit behind the last byte of base64url whose length leaves some.
func stray(s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(s) - 1
	return s[:last] + string(alphabet[strings.IndexByte(alphabet, s[last])|1])
}

// names are about members that are there twice, of which the last one is good.
func (s *stricter) names() {
	const clause = "RFC 7519 section 4, RFC 8725 section 2.4"
	header, good := s.key.header(), payload()
	for _, claim := range []string{"iss", "sub", "aud", "exp", "iat", "x"} {
		value := map[string]string{"iss": `"https://thief.example"`, "aud": `"https://thief.example"`, "sub": `"mallory"`, "exp": fmt.Sprint(now + 1000), "iat": fmt.Sprint(now - 1000), "x": "1"}[claim]
		s.add("twice-"+claim, claim+" twice", clause, s.key.token(header, fmt.Sprintf("{%q:%s,%s", claim, value, payload("x", "2")[1:])), testkit.Refuse)
	}
	s.add("twice-same", "sub twice, with one value", clause, s.key.token(header, `{"sub":"alice",`+good[1:]), testkit.Refuse)
	s.add("twice-escaped", "sub twice, once with an escape in its name", clause, s.key.token(header, `{"s\u0075b":"mallory",`+good[1:]), testkit.Refuse)
	s.add("twice-nested", "a name twice inside a claim", clause, s.key.token(header, payload("x", `{"a":1,"a":2}`)), testkit.Refuse)
	s.add("twice-deep", "a name twice, fifty objects deep", clause, s.key.token(header, payload("x", strings.Repeat(`{"a":`, 50)+`{"a":1,"a":2}`+strings.Repeat("}", 50))), testkit.Refuse)
	s.add("twice-far", "a name twice, with forty others between", clause, s.key.token(header, payload("x", `{"a":1,`+manyNames(40)+`,"a":2}`)), testkit.Refuse)
	s.add("twice-empty", "an empty name twice", clause, s.key.token(header, payload("x", `{"":1,"":2}`)), testkit.Refuse)
	s.add("twice-apart", "one name in each of two objects, which is not twice", clause, s.key.token(header, payload("x", `{"a":1}`, "y", `[{"a":1},{"a":2}]`)), testkit.Accept)
	s.add("header-twice-nested", "a name twice inside a parameter", "RFC 7515 section 4", s.key.token(s.key.header("x", `{"a":1,"a":2}`), good), testkit.Refuse)
	s.add("header-twice-escaped", "typ twice, once with an escape in its name", "RFC 7515 section 4", s.key.token(`{"t\u0079p":"logout+jwt",`+s.key.header()[1:], good), testkit.Refuse)
	s.add("twice-in-array", "a name twice inside an array", clause, s.key.token(header, payload("x", `[{"a":1,"a":2}]`)), testkit.Refuse)
	for _, name := range []string{"alg", "kid", "typ", "x"} {
		value := map[string]string{"alg": `"none"`, "kid": `"other"`, "typ": `"logout+jwt"`, "x": "1"}[name]
		s.add("header-twice-"+name, name+" twice in the header", "RFC 7515 section 4", s.key.token(fmt.Sprintf("{%q:%s,%s", name, value, s.key.header("x", "2")[1:]), good), testkit.Refuse)
	}
}

// manyNames are members of an object with different names.
func manyNames(n int) string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf(`"m%d":%d`, i, i))
	}
	return strings.Join(members, ",")
}

// values are about text that is not UTF-8, and about registered members of another type.
func (s *stricter) values() {
	header, good := s.key.header(), payload()
	for id, text := range map[string]string{"ff": "\xff", "overlong": "\xc0\xaf", "surrogate": "\xed\xa0\x80", "lone-surrogate": `\ud800`, "low-surrogate": `\udc00\ud800`} {
		s.add("utf8-"+id, "a claim that is not UTF-8: "+id, "RFC 8259 section 8.1", s.key.token(header, payload("x", `"`+text+`"`)), testkit.Refuse)
		s.add("header-utf8-"+id, "a parameter that is not UTF-8: "+id, "RFC 8259 section 8.1", s.key.token(s.key.header("x", `"`+text+`"`), good), testkit.Refuse)
	}
	const bom = "\xef\xbb\xbf"
	s.add("bom", "a byte order mark before the claims", "RFC 8259 section 8.1", s.key.token(header, bom+good), testkit.Refuse)
	s.add("header-bom", "a byte order mark before the header", "RFC 8259 section 8.1", s.key.token(bom+header, good), testkit.Refuse)
	for _, claim := range []string{"sub", "jti", "iat", "nbf"} {
		values := map[string]string{"null": "null", "true": "true", "array": "[]", "object": "{}", "number": "1", "text": `"1"`}
		delete(values, map[bool]string{true: "text", false: "number"}[claim == "sub" || claim == "jti"])
		for id, value := range values {
			s.add(claim+"-"+id, claim+" is of another JSON type: "+id, "RFC 7519 section 4.1", s.key.token(header, payload(claim, value)), testkit.Refuse)
		}
	}
	for id, value := range map[string]string{"number": "1", "null": "null", "object": "{}", "array": "[]"} {
		s.add("aud-"+id, "the audience is among values that are no recipients: "+id, "RFC 7519 section 4.1.3", s.key.token(header, payload("aud", `["https://api.example",`+value+`]`)), testkit.Refuse)
	}
	for id, value := range map[string]string{"null": "null", "number": "1", "array": "[]"} {
		s.add("cty-"+id, "cty is of another JSON type: "+id, "RFC 7515 section 4.1.10", s.key.token(s.key.header("cty", value), good), testkit.Refuse)
	}
	s.add("kid-null", "kid is null", "RFC 7515 section 4.1.4", s.key.token(s.key.header("kid", "null"), good), testkit.Refuse)
	s.add("typ-null", "typ is null", "RFC 7515 section 4.1.9", s.key.token(s.key.header("typ", "null"), good), testkit.Refuse)
	s.add("crit-null", "crit is null", "RFC 7515 section 4.1.11", s.key.token(s.key.header("crit", "null"), good), testkit.Refuse)
	s.add("typ-number", "typ is a number", "RFC 7515 section 4.1.9", s.key.token(s.key.header("typ", "1"), good), testkit.Refuse)
	s.add("b64-false", "an unencoded payload, not marked as critical", "RFC 7797 section 6", s.key.token(s.key.header("b64", "false"), good), testkit.Refuse)
}

// keys are about tokens of the trusted key that name another one.
func (s *stricter) keys() {
	for i, kid := range []string{"other", "STRICT", "stric", "strict0", "0strict", "strict ", " strict", "strict/", "strict\x00", "*", "0"} {
		s.add(fmt.Sprintf("kid-%d", i), "signed by the trusted key strict, under the name "+quote(kid), "RFC 7515 section 4.1.4", s.key.called(kid).plain(), testkit.Refuse)
	}
}
