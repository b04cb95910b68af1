package main

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// likenessCases are about claims that are like the wanted ones to those who do not
// compare them character by character, or do not look for them where they belong.
func likenessCases() []testkit.Case {
	a := &adder{key: newKey("HS256", "claims")}
	a.patterns()
	a.otherTypes()
	a.places()
	return a.rows
}

// patterns are values that are others if one of the two is a URL, a pattern or HTML.
func (a *adder) patterns() {
	for _, claim := range []struct{ name, clause, good string }{{"iss", "RFC 7519 section 4.1.1", "https://login.example"}, {"aud", "RFC 7519 section 4.1.3", "https://api.example"}} {
		good := claim.good
		for id, text := range map[string]string{
			"any-character": strings.Replace(good, ".", "x", 1), "pattern": "https://.*", "glob": "https://*.example", "any-host": "https://*", "like": "https://%", "alternatives": "https://thief.example|" + good,
			"root-dot": good + ".", "dot-path": good + "/.", "parent-path": good + "/a/..", "two-slashes": good + "//", "no-scheme": strings.TrimPrefix(good, "https://"), "relative": strings.TrimPrefix(good, "https:"),
			"backslash": strings.Replace(good, "//", `\\`, 1), "empty-query": good + "?", "empty-fragment": good + "#", "semicolon": good + ";x", "html": strings.Replace(good, ".", "&#46;", 1), "percent-host": strings.Replace(good, ".", "%2e", 1),
			"password": strings.Replace(good, "//", "//a:b@", 1), "thief-user": good + "@thief.example", "thief-query": "https://thief.example?" + good, "thief-fragment": "https://thief.example#" + good, "thief-backslash": "https://thief.example\\@" + good[len("https://"):],
			"ideographic-stop": strings.Replace(good, ".", "\u3002", 1), "soft-hyphen": good + "\u00ad", "combining": good + "\u0301", "bom": "\ufeff" + good, "right-to-left": "\u202e" + good, "tab": good + "\t", "tab-inside": strings.Replace(good, ".", "\t.", 1), "no-break": good + "\u00a0",
			"escaped-nul": good + "\x00.thief.example", "half": good[:len(good)/2], "letter": good[:1], "twice": good + good, "array-text": fmt.Sprintf("[%q]", good), "long-s": strings.Replace(good, "s", "\u017f", 1),
		} {
			a.add(claim.name+"-like-"+id, claim.name+" is "+quote(text), claim.clause, payload(claim.name, quote(text)), testkit.Refuse, nil)
		}
	}
	slash := func(p *testkit.Policy) { p.Issuer, p.Audience = p.Issuer+"/", []string{p.Audience[0] + "/"} }
	a.add("iss-policy-slash", "the policy's issuer has a slash that the token's has not", "RFC 7519 section 4.1.1", payload("aud", `"https://api.example/"`), testkit.Refuse, slash)
	a.add("aud-policy-slash", "the policy's audience has a slash that the token's has not", "RFC 7519 section 4.1.3", payload("iss", `"https://login.example/"`), testkit.Refuse, slash)
	a.add("slashes-good", "both have the slash", "RFC 7519 section 4.1", payload("iss", `"https://login.example/"`, "aud", `"https://api.example/"`), testkit.Accept, slash)
	many := strings.Repeat(`"https://other.example",`, 100)
	a.add("aud-last-of-many", "the audience is the last of a hundred and one", "RFC 7519 section 4.1.3", payload("aud", "["+many+`"https://api.example"]`), testkit.Accept, nil)
	a.add("aud-not-of-many", "the audience is not among a hundred", "RFC 7519 section 4.1.3", payload("aud", "["+strings.TrimSuffix(many, ",")+"]"), testkit.Refuse, nil)
	a.add("iss-escaped", "the issuer with an escape for each character", "RFC 8259 section 7", payload("iss", escaped("https://login.example")), testkit.Accept, nil)
	a.add("aud-escaped", "the audience with an escape for each character", "RFC 8259 section 7", payload("aud", escaped("https://api.example")), testkit.Accept, nil)
	names := func(p *testkit.Policy) {
		p.Issuer, p.Subject, p.Audience = "\u00fcber", "\U0001f600", []string{"\u540d"}
	}
	a.add("scripts", "names in other scripts", "RFC 7519 section 2", payload("iss", `"\u00fcber"`, "sub", `"\ud83d\ude00"`, "aud", "\"\u540d\""), testkit.Accept, names)
	a.add("scripts-combined", "a name with a combining character, where one with a composed letter is wanted", "RFC 8725 section 3.7", payload("iss", `"u\u0308ber"`, "sub", `"\ud83d\ude00"`, "aud", "\"\u540d\""), testkit.Refuse, names)
}

// escaped is a JSON text of escapes.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\u%04X`, r)
	}
	return `"` + b.String() + `"`
}

// otherTypes are values of another JSON type whose text is the wanted one.
func (a *adder) otherTypes() {
	for _, wanted := range []struct{ text, value string }{{"1", "1"}, {"1", "1.0"}, {"1", "1e0"}, {"1", "true"}, {"true", "true"}, {"null", "null"}, {"0", "false"}, {"None", "null"}, {"nil", "null"}, {"<nil>", "null"}, {"undefined", "null"}, {"[object Object]", "{}"}, {"map[]", "{}"}, {"{}", "{}"}, {"[]", "[]"}, {"[1]", "[1]"}, {"1", "[1]"}} {
		id := strings.Trim(fmt.Sprintf("%x-%x", wanted.text, wanted.value), "-")
		about := fmt.Sprintf("where the text %q is wanted, %%s is %s", wanted.text, wanted.value)
		a.add("iss-as-"+id, fmt.Sprintf(about, "iss"), "RFC 7519 section 4.1.1", payload("iss", wanted.value), testkit.Refuse, func(p *testkit.Policy) { p.Issuer = wanted.text })
		a.add("sub-as-"+id, fmt.Sprintf(about, "sub"), "RFC 7519 section 4.1.2", payload("sub", wanted.value), testkit.Refuse, func(p *testkit.Policy) { p.Subject = wanted.text })
		a.add("aud-as-"+id, fmt.Sprintf(about, "aud"), "RFC 7519 section 4.1.3", payload("aud", wanted.value), testkit.Refuse, func(p *testkit.Policy) { p.Audience = []string{wanted.text} })
	}
}

// places are where a claim is not, though a part of its name or its value is there.
func (a *adder) places() {
	const header, names = "RFC 7519 section 5.3", "RFC 7519 section 4"
	inHeader := func(id, about string, want testkit.Verdict, claims string, changes ...string) {
		c := row("header-"+id, about, header, a.key.token(a.key.header(changes...), claims), want, a.key)
		a.rows = append(a.rows, c)
	}
	iss, aud, exp := `"https://login.example"`, `"https://api.example"`, fmt.Sprint(now+600)
	inHeader("iss", "iss is in the header only", testkit.Refuse, payload("iss", ""), "iss", iss)
	inHeader("aud", "aud is in the header only", testkit.Refuse, payload("aud", ""), "aud", aud)
	inHeader("exp", "exp is in the header only", testkit.Refuse, payload("exp", ""), "exp", exp)
	inHeader("iss-thief", "iss is another in the claims than in the header", testkit.Refuse, payload("iss", `"https://thief.example"`), "iss", iss)
	inHeader("aud-thief", "aud is another in the claims than in the header", testkit.Refuse, payload("aud", `"https://thief.example"`), "aud", aud)
	inHeader("exp-past", "exp is past in the claims, and not in the header", testkit.Refuse, payload("exp", fmt.Sprint(now-600)), "exp", exp)
	inHeader("nbf-ahead", "nbf is ahead in the claims, and not in the header", testkit.Refuse, payload("nbf", exp), "nbf", "1")
	inHeader("all", "all claims are in the header only", testkit.Refuse, "{}", "iss", iss, "aud", aud, "exp", exp)
	inHeader("same", "claims that are in the header, too", testkit.Accept, payload(), "iss", iss, "sub", `"alice"`, "aud", aud)

	require := func(claims ...string) func(*testkit.Policy) {
		return func(p *testkit.Policy) { p.Require = append([]string{"exp"}, claims...) }
	}
	a.add("require-path", "a name with a dot is required, and the claim is in two objects", names, payload("a", `{"b":"x"}`), testkit.Refuse, require("a.b"))
	a.add("require-path-good", "a name with a dot is required and there", names, payload("a.b", `"x"`), testkit.Accept, require("a.b"))
	a.add("require-pointer", "a name with a slash is required, and the claim is in two objects", names, payload("a", `{"b":"x"}`), testkit.Refuse, require("/a/b"))
	for _, name := range []string{"toString", "constructor", "__proto__", "hasOwnProperty", "valueOf", "length", "keys", "items", "class"} {
		a.add("require-"+name, "a claim is required that an object of some languages has without it: "+name, names, payload(), testkit.Refuse, require(name))
		a.add("require-"+name+"-good", "a claim is required and there: "+name, names, payload(name, `"x"`), testkit.Accept, require(name))
	}
	a.add("require-case", "a claim is required, and there in another letter case", names, payload("Tenant", `"x"`), testkit.Refuse, require("tenant"))
	a.add("require-prefix", "a claim is required, and there under a longer name", names, payload("tenant_id", `"x"`), testkit.Refuse, require("tenant"))
	a.add("require-value", "a claim is required, and its name is a value", names, payload("x", `"tenant"`), testkit.Refuse, require("tenant"))
	a.add("require-two", "two claims are required, and the second is not there", names, payload("a", `"x"`), testkit.Refuse, require("a", "b"))
	a.add("require-two-other", "two claims are required, and the first is not there", names, payload("b", `"x"`), testkit.Refuse, require("a", "b"))
	a.add("require-false", "a claim is required, and is false", names, payload("a", "false"), testkit.Accept, require("a"))
	a.add("require-zero", "a claim is required, and is zero", names, payload("a", "0"), testkit.Accept, require("a"))
	a.add("require-empty", "a claim is required, and is an empty list", names, payload("a", "[]"), testkit.Accept, require("a"))
	a.add("require-null", "a claim is required, and is null", names, payload("a", "null"), testkit.Either, require("a"))
	inHeader("require", "a claim is required, and in the header only", testkit.Refuse, payload(), "tenant", `"x"`)
	a.rows[len(a.rows)-1].Policy.Require = []string{"exp", "tenant"}
}
