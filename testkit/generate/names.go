package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// nameCases are about key IDs that are like another one, or no text, and about keys that
// a token does not name.
func nameCases() (rows []testkit.Case) {
	const clause = "RFC 7515 section 4.1.4"
	for _, alg := range []string{"HS256", "ES256"} {
		a, b := newKey(alg, "a"), newKey(alg, "b")
		name := strings.ToLower(alg) + "-"
		add := func(id, about, clause, token string, want testkit.Verdict, keys ...json.RawMessage) {
			c := row(name+id, about, clause, token, want)
			c.Keys = keys
			rows = append(rows, c)
		}
		// Signed by the key a under the name of b, in a set with both.
		for id, other := range map[string]string{"space-after": "a ", "space-before": " a", "nul": "a\x00", "slash": "a/", "path": "./a", "directory": "x/a", "percent": "%61", "full-width": "\uff41", "extension": "a.pem", "fragment": "#a", "combining": "a\u0301", "zero-width": "a\u200b", "quoted": `"a"`, "line-break": "a\n", "number": "a1", "wildcard": "*", "any-character": ".", "comma": "a,b", "url": "https://login.example/keys/a", "base64url": encode([]byte("a"))} {
			add("like-"+id, "signed by the key a, in the name of the key "+quote(other), clause, a.called(other).plain(), testkit.Refuse, a.jwk(), b.called(other).jwk())
			add("like-good-"+id, "signed by the key "+quote(other)+" in its name, beside the key a", clause, b.called(other).plain(), testkit.Accept, a.jwk(), b.called(other).jwk())
		}
		for id, other := range map[string][2]string{"number": {"5", "5"}, "fraction": {"5", "5.0"}, "true": {"true", "true"}, "null": {"null", "null"}, "array": {"a", `["a"]`}, "object": {"[object Object]", "{}"}, "false": {"", "false"}, "zero": {"0", "0"}} {
			want := testkit.Refuse
			if id == "null" {
				want = testkit.Either // some read it as a member that is not there
			}
			k := a.called(other[0])
			add("kid-as-"+id, "the key is called "+quote(other[0])+", and kid is "+other[1], clause, k.token(k.header("kid", other[1]), payload()), want, k.jwk())
		}
		var many []json.RawMessage
		for i := range 20 {
			many = append(many, newKey(alg, fmt.Sprint("many", i)).jwk())
		}
		for _, i := range []int{0, 9, 19} {
			add(fmt.Sprintf("many-%d", i), fmt.Sprintf("twenty keys, the token names number %d", i), clause, newKey(alg, fmt.Sprint("many", i)).plain(), testkit.Accept, many...)
		}
		add("many-stranger", "twenty keys, the token names one, and a stranger signed it", clause, newKey(alg, "stranger").called("many7").plain(), testkit.Refuse, many...)
		add("many-other", "twenty keys, the token names one, and another one signed it", clause, newKey(alg, "many3").called("many7").plain(), testkit.Refuse, many...)
		rows = append(rows, unnamedCases(name, alg)...)
	}
	return rows
}

// unnamedCases are forged with secrets that a verifier may have where it has no key.
func unnamedCases(name, alg string) (rows []testkit.Case) {
	const clause = "RFC 7515 section 5.2, RFC 8725 section 3.1"
	k := newKey(alg, "a")
	for id, secret := range map[string][]byte{"empty": {}, "zeros": make([]byte, 32), "null": []byte("null"), "undefined": []byte("undefined"), "name": []byte("x"), "none": []byte("None")} {
		forger := &key{"HS256", "x", secret}
		for kid, token := range map[string]string{"unknown": forger.plain(), "absent": forger.token(forger.header("kid", ""), payload()), "known": forger.called("a").plain(), "proto": forger.called("__proto__").plain(), "method": forger.called("constructor").plain()} {
			rows = append(rows, row(name+"secret-"+id+"-kid-"+kid, fmt.Sprintf("an HMAC with a secret that nobody chose: %s, kid is %s", id, kid), clause, token, testkit.Refuse, k))
		}
		rows = append(rows, row(name+"secret-"+id+"-no-keys", "an HMAC with a secret that nobody chose, and no key is trusted: "+id, clause, forger.plain(), testkit.Refuse))
	}
	if secret, ok := k.private.([]byte); ok {
		for id, other := range map[string][]byte{"text": []byte(encode(secret)), "hexadecimal": fmt.Appendf(nil, "%x", secret), "hash": k.digest(string(secret)), "jwk": k.jwk(), "first-half": secret[:16]} {
			rows = append(rows, row(name+"secret-as-"+id, "an HMAC with another form of the secret: "+id, "RFC 7518 section 6.4.1", (&key{alg, "a", other}).plain(), testkit.Refuse, k))
		}
	}
	for _, none := range []string{"none", "None"} {
		token := encode([]byte(k.header("alg", quote(none)))) + "." + encode([]byte(payload())) + "."
		rows = append(rows, row(name+"no-keys-"+none, "the algorithm "+none+", and no key is trusted", clause, token, testkit.Refuse))
	}
	return rows
}
