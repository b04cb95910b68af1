package main

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// jsonCases are about the JSON of the payload.
func jsonCases() (rows []testkit.Case) {
	for _, alg := range []string{"HS256", "ES256"} {
		k := newKey(alg, "json")
		add := func(id, about, clause, payload string, want testkit.Verdict) {
			rows = append(rows, row(strings.ToLower(alg)+"-"+id, about, clause, k.token(k.header(), payload), want, k))
		}
		const set, parser = "RFC 7519 section 7.2", "RFC 8259 section 2"
		good := payload()
		add("good", "nothing", set, good, testkit.Accept)
		add("spaces", "white space around the payload and in it", parser, "\n { \t"+good[1:]+" \r\n", testkit.Accept)
		add("empty-object", "no claims", set, "{}", testkit.Refuse)
		for id, text := range map[string]string{"array": "[" + good + "]", "string": quote(good), "number": "1", "null": "null", "true": "true", "empty": "", "space": " ", "open": good[:len(good)-1], "two": good + good,
			"trailing-comma": good[:len(good)-1] + ",}", "leading-comma": "{," + good[1:], "no-colon": strings.Replace(good, ":", " ", 1), "single-quotes": strings.ReplaceAll(good, `"`, `'`),
			"bare-names": strings.ReplaceAll(good, `"iss"`, `iss`), "comment": "{/**/" + good[1:], "line-comment": "{//\n" + good[1:], "nan": payload("x", "NaN"), "infinity": payload("x", "Infinity"), "plus": payload("x", "+1"),
			"leading-zero": payload("x", "01"), "hex": payload("x", "0x1"), "bare-point": payload("x", "1."), "no-integer": payload("x", ".5"), "bare-exponent": payload("x", "1e"), "control": payload("x", "\"a\nb\""),
			"bad-escape": payload("x", `"\x41"`), "short-escape": payload("x", `"\u00"`), "unclosed": payload("x", `"a`), "undefined": payload("x", "undefined"), "capital-true": payload("x", "True"), "nul-after": good + "\x00", "text-after": good + "x", "brace-after": good + "}"} {
			add("bad-"+id, "the payload is not one JSON object: "+id, set, text, testkit.Refuse)
		}
		for id, text := range map[string]string{"bom": "\xef\xbb\xbf" + good, "bad-utf8": payload("x", "\"\xff\""), "overlong": payload("x", "\"\xc0\xaf\""), "surrogate-utf8": payload("x", "\"\xed\xa0\x80\""), "lone-surrogate": payload("x", `"\ud800"`), "low-surrogate": payload("x", `"\udc00\ud800"`)} {
			want := testkit.Refuse
			if id == "bom" || strings.HasSuffix(id, "surrogate") { // which are proper UTF-8
				want = testkit.Either
			}
			add("text-"+id, "text that is not in proper UTF-8: "+id, "RFC 7519 section 7.2, RFC 8259 section 8.1", text, want)
		}
		for _, claim := range []string{"iss", "sub", "aud", "exp", "x"} {
			twice := fmt.Sprintf(`{%q:"https://thief.example",`, claim) + payload("x", "1")[1:]
			add("twice-"+claim, claim+" twice, the last one good", "RFC 7519 section 4", twice, testkit.Either)
		}
		add("twice-last-bad-iss", "iss twice, the last one bad", "RFC 7519 section 4", good[:len(good)-1]+`,"iss":"https://thief.example"}`, testkit.Refuse)
		add("twice-last-bad-aud", "aud twice, the last one bad", "RFC 7519 section 4", good[:len(good)-1]+`,"aud":"https://thief.example"}`, testkit.Refuse)
		add("twice-last-expired", "exp twice, the last one past", "RFC 7519 section 4", good[:len(good)-1]+fmt.Sprintf(`,"exp":%d}`, now-600), testkit.Refuse)
		add("name-escaped", "an escape in a name", "RFC 8259 section 7", strings.Replace(good, `"exp"`, `"\u0065xp"`, 1), testkit.Accept)
		add("value-escaped", "escapes in a value", "RFC 8259 section 7", strings.Replace(good, `"https://login.example"`, `"https:\/\/login\u002eexample"`, 1), testkit.Accept)
		add("name-case", "exp in another letter case", "RFC 7519 section 4", strings.Replace(good, `"exp"`, `"EXP"`, 1), testkit.Refuse)
		add("iss-case", "the name of iss in another letter case", "RFC 7519 section 4", strings.Replace(good, `"iss"`, `"Iss"`, 1), testkit.Refuse)
		add("both-cases", "exp past, and EXP in the future", "RFC 7519 section 4", payload("exp", fmt.Sprint(now-600), "EXP", fmt.Sprint(now+600)), testkit.Refuse)
		add("both-cases-reversed", "EXP in the future after exp past", "RFC 7519 section 4", payload("EXP", fmt.Sprint(now+600), "exp", fmt.Sprint(now-600)), testkit.Refuse)
		add("long-s", "a name that is iss only when letter case is folded as in Unicode", "RFC 7519 section 4", payload("iss", "", "i\u017fs", `"https://login.example"`), testkit.Refuse)
		add("nested", "all claims in an object inside the payload", set, `{"claims":`+good+`}`, testkit.Refuse)
		add("prototype", "names that mean something to JavaScript", set, payload("__proto__", `{"exp":1}`, "constructor", "1"), testkit.Accept)
		add("proto-claims", "claims in __proto__ only", set, `{"__proto__":`+good+`}`, testkit.Refuse)
		add("deep-1000", "arrays nested 1,000 deep", "RFC 8259 section 9", payload("x", strings.Repeat("[", 1000)+strings.Repeat("]", 1000)), testkit.Either)
		add("deep-100", "arrays nested 100 deep", "RFC 8259 section 9", payload("x", strings.Repeat("[", 100)+strings.Repeat("]", 100)), testkit.Either)
		add("deep-10", "arrays nested 10 deep", "RFC 8259 section 9", payload("x", strings.Repeat("[", 10)+strings.Repeat("]", 10)), testkit.Accept)
		add("big-number", "a number of 400 digits in a claim that nobody asks for", "RFC 8259 section 6", payload("x", strings.Repeat("9", 400)), testkit.Either)
		add("unicode", "claims in other scripts", set, payload("имя", `"Алиса"`, "名前", `"😀"`), testkit.Accept)
	}
	return append(rows, encodingCases(newKey("HS256", "json"))...)
}

// An adder makes rows of payloads, and maybe changes their policy.
type adder struct {
	key  *key
	rows []testkit.Case
}

func (a *adder) add(id, about, clause, payload string, want testkit.Verdict, change func(*testkit.Policy)) {
	c := row(id, about, clause, a.key.token(a.key.header(), payload), want, a.key)
	if change != nil {
		change(&c.Policy)
	}
	a.rows = append(a.rows, c)
}

// Clauses of the dates.
const (
	expClause  = "RFC 7519 section 4.1.4"
	nbfClause  = "RFC 7519 section 4.1.5"
	iatClause  = "RFC 7519 section 4.1.6"
	dateClause = "RFC 7519 section 2"
)

// timeCases are about exp, nbf and iat.
func timeCases() []testkit.Case {
	a := &adder{key: newKey("HS256", "time")}
	leeway := func(seconds int64) func(*testkit.Policy) { return func(p *testkit.Policy) { p.Leeway = seconds } }

	for _, seconds := range []int64{-1 << 40, -86400, -61, -60, -59, -31, -30, -29, -2, -1, 0, 1, 2, 30, 60, 3600, 86400 * 365 * 10} {
		for _, l := range []int64{0, 30, 60} {
			want := testkit.Refuse
			if seconds > -l {
				want = testkit.Accept
			}
			a.add(fmt.Sprintf("exp-%+d-leeway-%d", seconds, l), fmt.Sprintf("exp is %d seconds from now, the leeway %d", seconds, l), expClause, payload("exp", fmt.Sprint(now+seconds)), want, leeway(l))
			want = testkit.Refuse
			if seconds <= l {
				want = testkit.Accept
			}
			a.add(fmt.Sprintf("nbf-%+d-leeway-%d", seconds, l), fmt.Sprintf("nbf is %d seconds from now, the leeway %d", seconds, l), nbfClause, payload("exp", "99999999999", "nbf", fmt.Sprint(now+seconds)), want, leeway(l))
		}
	}
	a.dateForms()
	a.numberForms()
	a.leeways()
	a.ages()
	a.issueTimes()
	return a.rows
}

// dateForms are about what a date may look like.
func (a *adder) dateForms() {
	for _, claim := range []string{"exp", "nbf", "iat"} {
		at, text := int64(now), "2026-09-21T14:13:20Z"
		if claim == "exp" { // which is acceptable to whoever reads it
			at, text = now+600, "2026-09-21T14:23:20Z"
		}
		for id, value := range map[string]string{"text": quote(fmt.Sprint(at)), "empty": `""`, "true": "true", "array": fmt.Sprintf("[%d]", at), "object": "{}", "rfc3339": quote(text)} {
			want := testkit.Refuse
			if claim == "iat" {
				want = testkit.Either // nothing depends on it here
			}
			changes := []string{claim, value}
			a.add(claim+"-"+id, claim+" is not a number: "+id, dateClause, payload(changes...), want, nil)
		}
		a.add(claim+"-null", claim+" is null", dateClause, payload(claim, "null"), map[bool]testkit.Verdict{true: testkit.Refuse, false: testkit.Either}[claim == "exp"], nil)
	}
	for id, value := range map[string]string{"fraction": fmt.Sprintf("%d.5", now+600), "exponent": "1.7900006e9", "exponent-capital": "1.7900006E9", "exponent-plus": "1.7900006e+9", "zeros": fmt.Sprintf("%d.000", now+600), "big": "99999999999999"} {
		a.add("exp-form-"+id, "exp in the future, written as "+value, dateClause, payload("exp", value), testkit.Accept, nil)
	}
	for id, value := range map[string]string{"zero": "0", "minus-zero": "-0", "minus": "-1", "past-fraction": fmt.Sprintf("%d.5", now-600), "past-exponent": "1.78e9", "small": "1e-9", "tiny": "0.1", "minus-big": "-99999999999999999999", "minus-32": fmt.Sprint(now + 600 - 1<<32), "minus-64": wrapped(now+600, -1)} {
		a.add("exp-past-"+id, "exp in the past, written as "+value, dateClause, payload("exp", value), testkit.Refuse, nil)
	}
	for id, value := range map[string]string{"2-53": "9007199254740993", "2-63": "9223372036854775807", "over-2-63": "9223372036854775808", "over-2-64": "18446744073709551617", "1e308": "1e308", "1e400": "1e400", "digits": "1" + strings.Repeat("0", 100), "long-fraction": fmt.Sprintf("%d.%s", now+600, strings.Repeat("1", 60))} {
		a.add("exp-far-"+id, "exp beyond what most clocks can show: "+id, dateClause, payload("exp", value), testkit.Either, nil)
	}
	a.add("exp-ms", "exp in milliseconds: far in the future as seconds", dateClause, payload("exp", fmt.Sprint((now+600)*1000)), testkit.Accept, nil)
	a.add("exp-ms-past", "exp in milliseconds, past as such: far in the future as seconds", dateClause, payload("exp", fmt.Sprint((now-600)*1000)), testkit.Accept, nil)
	a.add("exp-absent", "no exp, and the policy requires it", "RFC 8725 section 3.8", payload("exp", ""), testkit.Refuse, nil)
	a.add("exp-absent-allowed", "no exp, and the policy does not require it", expClause, payload("exp", ""), testkit.Accept, func(p *testkit.Policy) { p.Require = nil })
	a.add("exp-past-not-required", "exp past, though the policy does not require one", expClause, payload("exp", fmt.Sprint(now-600)), testkit.Refuse, func(p *testkit.Policy) { p.Require = nil })
	a.add("nbf-after-exp", "nbf after exp, both past and future of now", nbfClause, payload("nbf", fmt.Sprint(now+700), "exp", fmt.Sprint(now+600)), testkit.Refuse, nil)
	for id, value := range map[string]string{"nbf-fraction": fmt.Sprintf("%d.5", now-600), "nbf-exponent": "1.78e9", "nbf-zero": "0", "nbf-minus": "-5"} {
		a.add(id, "nbf in the past, written as "+value, dateClause, payload("nbf", value), testkit.Accept, nil)
	}
	for id, value := range map[string]string{"nbf-future-fraction": fmt.Sprintf("%d.5", now+600), "nbf-future-exponent": "1.8e9", "nbf-far": "99999999999999", "nbf-far-32": fmt.Sprint(now - 600 + 1<<32), "nbf-far-64": wrapped(now-600, 1)} {
		a.add(id, "nbf in the future, written as "+value, dateClause, payload("nbf", value), testkit.Refuse, nil)
	}
	a.add("nbf-half-second", "nbf half a second ahead", nbfClause, payload("nbf", fmt.Sprintf("%d.5", now)), testkit.Either, nil)
	a.add("exp-half-second", "exp half a second ahead", expClause, payload("exp", fmt.Sprintf("%d.5", now)), testkit.Either, nil)
}

// wrapped is a date that is another one if it is cut to 64 bits.
func wrapped(seconds, turns int64) string {
	n := new(big.Int).Lsh(big.NewInt(turns), 64)
	return n.Add(n, big.NewInt(seconds)).String()
}

// ages are about the time since iat.
func (a *adder) ages() {
	for _, age := range []int64{0, 1, 299, 300, 301, 330, 331, 3600} {
		for _, l := range []int64{0, 30} {
			want := testkit.Accept
			if age > 300+l {
				want = testkit.Refuse
			} else if age == 300+l {
				want = testkit.Either // at most, or less than
			}
			a.add(fmt.Sprintf("age-%d-leeway-%d", age, l), fmt.Sprintf("issued %d seconds ago, at most 300 are asked for, the leeway is %d", age, l), iatClause, payload("iat", fmt.Sprint(now-age)), want,
				func(p *testkit.Policy) { p.MaxAge, p.Leeway = 300, l })
		}
	}
	a.add("age-no-iat", "no iat, and the age matters", iatClause, payload("iat", ""), testkit.Refuse, func(p *testkit.Policy) { p.MaxAge = 300 })
	a.add("age-future", "issued in an hour, and the age matters", iatClause, payload("iat", fmt.Sprint(now+3600), "exp", fmt.Sprint(now+7200)), testkit.Refuse, func(p *testkit.Policy) { p.MaxAge = 300 })
	a.add("iat-future", "issued in an hour, and nobody asks for the age", iatClause, payload("iat", fmt.Sprint(now+3600), "exp", fmt.Sprint(now+7200)), testkit.Either, nil)
}

// claimCases are about iss, sub, aud, jti and required claims.
func claimCases() []testkit.Case {
	a := &adder{key: newKey("HS256", "claims")}
	const iss, sub, aud = "RFC 7519 section 4.1.1", "RFC 7519 section 4.1.2", "RFC 7519 section 4.1.3"
	subject := func(p *testkit.Policy) { p.Subject = "alice" }
	for _, claim := range []struct {
		name, clause, good string
		change             func(*testkit.Policy)
	}{{"iss", iss, "https://login.example", nil}, {"sub", sub, "alice", subject}} {
		good := claim.good
		spellings := map[string]string{"upper": strings.ToUpper(good), "space-before": " " + good, "space-after": good + " ", "slash": good + "/", "prefix": good[:len(good)-1], "suffix": good + ".thief.example", "nul": good + "\x00", "line-break": good + "\n",
			"other": "https://thief.example", "empty": "", "zero-width": good + "\u200b", "full-width": strings.Replace(good, "l", "\uff4c", 1), "cyrillic": strings.Replace(good, "a", "\u0430", 1), "percent": strings.Replace(good, "l", "%6c", 1), "port": good + ":443", "wildcard": "*", "quoted": `"` + good + `"`, "list": good + "," + good}
		if strings.HasPrefix(good, "https") {
			spellings["http"] = strings.Replace(good, "https", "http", 1)
			spellings["user"] = strings.Replace(good, "//", "//user@", 1)
			spellings["query"] = good + "?x"
			spellings["sub-host"] = strings.Replace(good, "//", "//thief.", 1)
			spellings["host-prefix"] = strings.Replace(good, "//", "//thief-", 1)
			spellings["fragment"] = good + "#x"
			spellings["path-of-thief"] = "https://thief.example/" + good
			spellings["scheme-upper"] = strings.Replace(good, "https", "HTTPS", 1)
		}
		for id, text := range spellings {
			if text == good {
				continue
			}
			a.add(claim.name+"-"+id, claim.name+" is "+quote(text), claim.clause, payload(claim.name, quote(text)), testkit.Refuse, claim.change)
		}
		for id, value := range map[string]string{"number": "1", "null": "null", "true": "true", "array": fmt.Sprintf("[%q]", good), "object": fmt.Sprintf(`{"x":%q}`, good), "array-of-two": fmt.Sprintf(`[%q,"https://thief.example"]`, good), "absent": ""} {
			a.add(claim.name+"-type-"+id, claim.name+" is not a string: "+id, claim.clause, payload(claim.name, value), testkit.Refuse, claim.change)
		}
		a.add(claim.name+"-good", "nothing", claim.clause, payload(), testkit.Accept, claim.change)
	}
	for id, value := range map[string]string{"text": `"https://api.example"`, "one": `["https://api.example"]`, "first": `["https://api.example","https://other.example"]`, "last": `["https://other.example","https://api.example"]`, "middle": `["a","https://api.example","b"]`, "many": `["a","b","c","d","e","f","g","h","i","https://api.example"]`, "twice": `["https://api.example","https://api.example"]`} {
		a.add("aud-"+id, "the audience is among the recipients: "+id, aud, payload("aud", value), testkit.Accept, nil)
	}
	for id, value := range map[string]string{"other": `"https://other.example"`, "others": `["https://other.example","x"]`, "empty": `""`, "empty-array": `[]`, "array-of-empty": `[""]`, "absent": "", "upper": `"HTTPS://API.EXAMPLE"`, "slash": `"https://api.example/"`, "prefix": `"https://api.exampl"`, "suffix": `"https://api.example.thief.example"`, "space": `"https://api.example "`,
		"list-in-text": `"https://other.example https://api.example"`, "comma": `"https://api.example,x"`, "number": "1", "null": "null", "true": "true", "object": `{"https://api.example":true}`, "object-value": `{"aud":"https://api.example"}`, "nested": `[["https://api.example"]]`, "array-of-null": "[null]", "wildcard": `"*"`, "http": `"http://api.example"`, "sub-host": `"https://thief.api.example"`, "host-prefix": `"https://thief-api.example"`, "user": `"https://thief@api.example"`, "port": `"https://api.example:443"`, "query": `"https://api.example?x"`, "nul": `"https://api.example\u0000"`, "line-break": `"https://api.example\n"`, "full-width": `"https://api.ex\uff41mple"`, "path-of-thief": `"https://thief.example/https://api.example"`} {
		a.add("aud-not-"+id, "the audience is not among the recipients: "+id, aud, payload("aud", value), testkit.Refuse, nil)
	}
	for id, value := range map[string]string{"number": `["https://api.example",1]`, "null": `["https://api.example",null]`, "object": `["https://api.example",{}]`, "array": `["https://api.example",[]]`} {
		a.add("aud-mixed-"+id, "the audience is among values that are no recipients: "+id, aud, payload("aud", value), testkit.Either, nil)
	}
	two := func(p *testkit.Policy) { p.Audience = []string{"https://api.example", "https://second.example"} }
	a.add("aud-two-first", "the policy has two names, the token the first", aud, payload(), testkit.Accept, two)
	a.add("aud-two-second", "the policy has two names, the token the second", aud, payload("aud", `"https://second.example"`), testkit.Accept, two)
	a.add("aud-two-neither", "the policy has two names, the token neither", aud, payload("aud", `["x"]`), testkit.Refuse, two)
	for _, claim := range []string{"iss", "sub", "aud", "iat", "nbf", "jti", "client_id", "https://example/tenant"} {
		value := map[string]string{"iat": fmt.Sprint(now - 60), "nbf": fmt.Sprint(now - 60), "aud": `"https://api.example"`, "iss": `"https://login.example"`}[claim]
		if value == "" {
			value = `"x"`
		}
		require := func(p *testkit.Policy) {
			p.Require = []string{"exp", claim}
			p.Issuer, p.Audience = "", nil
		}
		a.add("require-"+claim+"-present", claim+" is required and there", "RFC 7519 section 4", payload(claim, value), testkit.Accept, require)
		a.add("require-"+claim+"-absent", claim+" is required and not there", "RFC 7519 section 4", payload(claim, ""), testkit.Refuse, require)
		a.add("require-"+claim+"-nested", claim+" is required and only inside another claim", "RFC 7519 section 4", payload(claim, "", "x", fmt.Sprintf("{%q:%s}", claim, value)), testkit.Refuse, require)
	}
	for id, value := range map[string]string{"number": "1", "null": "null", "array": `["a"]`, "object": "{}"} {
		a.add("jti-"+id, "jti is not a string", "RFC 7519 section 4.1.7", payload("jti", value), testkit.Either, nil)
	}
	return a.rows
}

// typeCases are about typ, which tells tokens for different purposes apart.
func typeCases() (rows []testkit.Case) {
	k := newKey("HS256", "type")
	const clause = "RFC 8725 section 3.11, RFC 7515 section 4.1.9"
	add := func(id, about, typ string, want testkit.Verdict, types ...string) {
		c := row(id, about, clause, k.token(k.header("typ", typ), payload()), want, k)
		c.Policy.Types = types
		rows = append(rows, c)
	}
	for _, wanted := range []string{"at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "token-introspection+jwt"} {
		name := strings.ReplaceAll(wanted, "+", "-")
		add(name+"-good", "the type that is wanted", quote(wanted), testkit.Accept, wanted)
		add(name+"-application", "the type with application/ before it", quote("application/"+wanted), testkit.Accept, wanted)
		add(name+"-policy-application", "the policy's type has application/ before it", quote(wanted), testkit.Accept, "application/"+wanted)
		add(name+"-upper", "the type in capitals", quote(strings.ToUpper(wanted)), testkit.Accept, wanted)
		add(name+"-other-prefix", "twelve other letters before the type", quote("xpplication/"+wanted), testkit.Refuse, wanted)
		add(name+"-text", "text/ before the type", quote("text/"+wanted), testkit.Refuse, wanted)
		add(name+"-two-slashes", "application/ twice", quote("application/application/"+wanted), testkit.Refuse, wanted)
		add(name+"-parameter", "a parameter behind the type", quote(wanted+"; charset=utf-8"), testkit.Either, wanted)
		for id, typ := range map[string]string{"jwt": `"JWT"`, "absent": "", "empty": `""`, "null": "null", "number": "1", "array": fmt.Sprintf("[%q]", wanted), "prefix": quote(wanted[:len(wanted)-1]), "suffix": quote(wanted + "x"), "space": quote(wanted + " "), "kelvin": quote(strings.Replace(wanted, "k", "\u212a", 1) + "\u017f"), "application-only": `"application/"`, "suffix-only": `"+jwt"`, "jose": `"JOSE"`} {
			add(name+"-not-"+id, "another type than the one wanted: "+id, typ, testkit.Refuse, wanted)
		}
		for _, other := range []string{"at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "refresh+jwt", "rt+jwt", "id+jwt", "client-authentication+jwt"} {
			if other != wanted {
				add(name+"-is-"+strings.ReplaceAll(other, "+", "-"), "a token for another purpose", quote(other), testkit.Refuse, wanted)
			}
		}
	}
	add("two-first", "one of two types", `"at+jwt"`, testkit.Accept, "at+jwt", "JWT")
	add("two-second", "one of two types", `"JWT"`, testkit.Accept, "at+jwt", "JWT")
	add("two-lower", "one of two types, in lower case", `"jwt"`, testkit.Accept, "at+jwt", "JWT")
	add("two-neither", "none of two types", `"logout+jwt"`, testkit.Refuse, "at+jwt", "JWT")
	add("any", "the policy asks for no type", `"anything"`, testkit.Accept)
	return rows
}
