package main

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// parameterCases are more about the parameters of the header: spellings of alg, critical
// extensions that some know, and keys in places where none belongs.
func parameterCases() (rows []testkit.Case) {
	for _, alg := range []string{"HS256", "RS256", "ES256", "EdDSA"} {
		p := &parameters{key: newKey(alg, "header")}
		p.algorithms()
		p.critical()
		p.unencoded()
		p.places()
		rows = append(rows, p.rows...)
	}
	return rows
}

type parameters struct {
	key  *key
	rows []testkit.Case
}

func (p *parameters) add(id, about, clause, token string, want testkit.Verdict) {
	p.rows = append(p.rows, row(strings.ToLower(p.key.alg)+"-"+id, about, clause, token, want, p.key))
}

// algorithms are names that mean the algorithm elsewhere, and are none of JOSE.
func (p *parameters) algorithms() {
	alg := p.key.alg
	for id, name := range map[string]string{
		"space-after": alg + " ", "longer": alg + "X", "digit": alg + "0", "shorter": alg[:len(alg)-1], "kind": alg[:2], "twice": alg + alg, "list": alg + ",none", "nul-after": alg + "\x00none", "line-break": alg + "\n", "upper-only": strings.ToUpper(alg) + "\u200b", "full-width": strings.Replace(alg, "S", "\uff33", 1) + "\ufeff", "path": "alg/" + alg, "hyphen": alg[:2] + "-" + alg[2:],
		"uri":  map[string]string{"HS256": "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", "RS256": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "ES256": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "EdDSA": "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"}[alg],
		"java": map[string]string{"HS256": "HmacSHA256", "RS256": "SHA256withRSA", "ES256": "SHA256withECDSA", "EdDSA": "Ed25519 "}[alg],
		"oid":  map[string]string{"HS256": "1.2.840.113549.2.9", "RS256": "1.2.840.113549.1.1.11", "ES256": "1.2.840.10045.4.3.2", "EdDSA": "1.3.101.112"}[alg],
		"cose": map[string]string{"HS256": "5", "RS256": "-257", "ES256": "-7", "EdDSA": "-8"}[alg],
	} {
		p.add("alg-like-"+id, "alg is "+quote(name), "RFC 7515 section 4.1.1", p.key.token(p.key.header("alg", quote(name)), payload()), testkit.Refuse)
	}
	p.add("alg-escaped", "alg with an escape for each character", "RFC 8259 section 7", p.key.token(p.key.header("alg", escaped(alg)), payload()), testkit.Accept)
	p.add("alg-in-claims", "alg is in the claims only", "RFC 7515 section 4.1.1", p.key.token(p.key.header("alg", ""), payload("alg", quote(alg))), testkit.Refuse)
}

// critical are extensions that a verifier may know, together with one that it does not.
func (p *parameters) critical() {
	const clause = "RFC 7515 section 4.1.11"
	for id, crit := range map[string]string{"known-first": `["b64","https://example/ext"]`, "known-last": `["https://example/ext","b64"]`, "name-empty": `["b64",""]`, "nested": `[["b64"]]`, "number": `["b64",1]`, "null": `["b64",null]`, "claim": `["b64","exp"]`, "absent": `["b64","absent"]`, "text": `"b64"`, "object": `{"b64":true}`, "case": `["B64"]`} {
		p.add("crit-b64-"+id, "b64 is true, and crit is "+crit, clause, p.key.token(p.key.header("b64", "true", "crit", crit, "https://example/ext", "true"), payload()), testkit.Refuse)
	}
	p.add("crit-b64-true", "an encoded payload, marked as such", "RFC 7797 section 3", p.key.token(p.key.header("b64", "true", "crit", `["b64"]`), payload()), testkit.Either)
	for _, name := range []string{"iss", "exp", "toString", "__proto__", "http://openbanking.org.uk/iat"} {
		changes := []string{"crit", fmt.Sprintf("[%q]", name), name, "1"}
		p.add("crit-is-"+strings.ReplaceAll(name, "/", "-"), "crit has "+name, clause, p.key.token(p.key.header(changes...), payload()), testkit.Refuse)
	}
	p.add("crit-last", "crit behind the other parameters, with the extension before it", clause, p.key.token(p.key.header("https://example/ext", "true", "crit", `["https://example/ext"]`), payload()), testkit.Refuse)
	p.add("crit-escaped", "the name of crit with an escape in it", clause, p.key.token(strings.Replace(p.key.header("crit", `["x"]`, "x", "1"), `"crit"`, `"cr\u0069t"`, 1), payload()), testkit.Refuse)
	p.add("crit-in-claims", "crit in the claims, where it means nothing", clause, p.key.token(p.key.header(), payload("crit", `["x"]`)), testkit.Accept)
}

// unencoded are payloads that are signed as they are (RFC 7797), which no JWT has.
func (p *parameters) unencoded() {
	const clause = "RFC 7797 section 7"
	claims := fmt.Sprintf(`{"iss":"login","aud":"api","exp":%d}`, now+600)
	for id, changes := range map[string][]string{"crit": {"b64", "false", "crit", `["b64"]`}, "no-crit": {"b64", "false"}, "unmarked": nil} {
		header := p.key.header(changes...)
		input := encode([]byte(header)) + "." + claims
		p.add("b64-raw-"+id, "a payload that is signed and sent as it is", clause, input+"."+encode(p.key.sign(input)), testkit.Refuse)
		p.rows[len(p.rows)-1].Policy.Issuer, p.rows[len(p.rows)-1].Policy.Audience = "login", []string{"api"}
		signed := p.key.sign(encode([]byte(header)) + "." + payload())
		p.add("b64-signed-raw-"+id, "a payload that is signed as it is, and sent in base64url", clause, encode([]byte(header))+"."+encode([]byte(payload()))+"."+encode(signed), testkit.Refuse)
	}
}

// places are where a forger puts a key of his own.
func (p *parameters) places() {
	const clause = "RFC 7515 section 10.2, RFC 8725 section 3.10"
	k, thief := p.key, newKey(p.key.alg, "thief")
	p.add("thief-jwk-kid", "signed by a key in jwk, which has the name of the trusted one", clause, thief.token(k.header("jwk", string(thief.called(k.kid).jwk())), payload()), testkit.Refuse)
	p.add("thief-jwk-claims", "signed by a key in a claim jwk", clause, thief.called(k.kid).token(k.header(), payload("jwk", string(thief.called(k.kid).jwk()))), testkit.Refuse)
	p.add("thief-sub-jwk", "signed by a key in the claim sub_jwk", clause, thief.called(k.kid).token(k.header(), payload("sub_jwk", string(thief.called(k.kid).jwk()))), testkit.Refuse)
	p.add("thief-cnf", "signed by a key in the claim cnf", clause, thief.called(k.kid).token(k.header(), payload("cnf", `{"jwk":`+string(thief.called(k.kid).jwk())+"}")), testkit.Refuse)
	p.add("thief-jwks", "signed by a key in jwks", clause, thief.token(k.header("jwks", `{"keys":[`+string(thief.called(k.kid).jwk())+"]}"), payload()), testkit.Refuse)
	p.add("thief-keys", "signed by a key in keys", clause, thief.token(k.header("keys", `[`+string(thief.called(k.kid).jwk())+"]"), payload()), testkit.Refuse)
	p.add("thief-kid-key", "kid is the key itself", clause, thief.token(k.header("kid", quote(string(thief.called("").jwk()))), payload()), testkit.Refuse)
	p.add("thief-kid-thumbprint", "kid is the thumbprint of the key in jwk", clause, thief.token(k.header("kid", quote(hashText(string(thief.called("").as("").jwk()))), "jwk", string(thief.called("").jwk())), payload()), testkit.Refuse)
	for _, other := range []string{"HS256", "RS256", "ES256", "EdDSA"} {
		if other != k.alg {
			thief := newKey(other, "thief").called(k.kid)
			p.add("thief-jwk-"+strings.ToLower(other), "signed by a key in jwk, of another kind than the trusted one", clause, thief.token(thief.header("jwk", string(thief.called("").jwk())), payload()), testkit.Refuse)
		}
	}
}

// spellingCases are about typ, where it is spelled or placed otherwise.
func spellingCases() (rows []testkit.Case) {
	const clause = "RFC 8725 section 3.11, RFC 7515 section 4.1.9, RFC 2045 section 5.1"
	k := newKey("HS256", "type")
	add := func(id, about string, want testkit.Verdict, header, payload string, types ...string) {
		c := row("spelled-"+id, about, clause, k.token(header, payload), want, k)
		c.Policy.Types = types
		rows = append(rows, c)
	}
	for id, typ := range map[string]string{"application-upper": "APPLICATION/AT+JWT", "application-capital": "Application/at+jwt", "mixed": "aT+jWt", "application-mixed": "application/AT+jwt"} {
		add(id, "the type in other letters", testkit.Accept, k.header("typ", quote(typ)), payload(), "at+jwt")
		add(id+"-policy", "the policy's type in other letters", testkit.Accept, k.header("typ", `"at+jwt"`), payload(), typ)
		add(id+"-both", "the type and the policy's in other letters, both with application/", testkit.Accept, k.header("typ", `"application/at+jwt"`), payload(), "application/"+strings.TrimPrefix(strings.ToLower(typ), "application/"))
	}
	for id, typ := range map[string]string{"space-before": " at+jwt", "tab": "at+jwt\t", "line-break": "at+jwt\n", "nul": "at+jwt\x00", "application-space": "application/ at+jwt", "application-backslash": `application\at+jwt`, "applications": "applications/at+jwt", "no-slash": "applicationat+jwt", "slash": "/at+jwt", "image": "image/at+jwt", "path": "at+jwt/x", "comma": "at+jwt,JWT", "list": "JWT at+jwt", "percent": "at%2bjwt", "space": "at jwt", "underscore": "at_jwt", "at": "at", "any": "*/*", "any-application": "application/*", "star": "*", "json": "at+json", "dot": "at+jwt.", "full-width": "\uff41t+jwt", "quoted": `"at+jwt"`, "any-suffix": "x.at+jwt", "zero-width": "at+jwt\u200b", "reversed": "jwt+at"} {
		add("not-"+id, "a type that is not the wanted one: "+quote(typ), testkit.Refuse, k.header("typ", quote(typ)), payload(), "at+jwt")
	}
	add("in-claims", "the type is in the claims only", testkit.Refuse, k.header("typ", ""), payload("typ", `"at+jwt"`), "at+jwt")
	add("other-in-claims", "another type in the claims", testkit.Accept, k.header("typ", `"at+jwt"`), payload("typ", `"Bearer"`), "at+jwt")
	add("in-cty", "the type is in cty", testkit.Refuse, k.header("typ", "", "cty", `"at+jwt"`), payload(), "at+jwt")
	add("name-case", "the name of typ in another letter case", testkit.Refuse, k.header("typ", "", "TYP", `"at+jwt"`), payload(), "at+jwt")
	add("name-escaped", "the name of typ with an escape in it", testkit.Accept, strings.Replace(k.header("typ", `"at+jwt"`), `"typ"`, `"t\u0079p"`, 1), payload(), "at+jwt")
	add("escaped", "the type with an escape for each character", testkit.Accept, k.header("typ", escaped("at+jwt")), payload(), "at+jwt")
	add("of-three", "the last of three types", testkit.Accept, k.header("typ", `"c+jwt"`), payload(), "a+jwt", "b+jwt", "c+jwt")
	add("of-none", "no type, where one of two is wanted", testkit.Refuse, k.header("typ", ""), payload(), "at+jwt", "logout+jwt")
	add("jwt-for-short", "JWT, where at+jwt is wanted", testkit.Refuse, k.header("typ", `"application/JWT"`), payload(), "at+jwt")
	return rows
}
