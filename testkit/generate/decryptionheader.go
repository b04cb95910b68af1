package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// wrapping is a good token for a key that wraps, with changes of its header.
func wrapping(changes ...string) *nested {
	return newNested(newRecipient("A256KW", "A256GCM", "recipient"), "A256GCM", changes...)
}

// parameters are those that change how a token is read.
func (d *decryptions) parameters() {
	const critical, zip = "RFC 7516 section 4.1.13", "RFC 7516 section 4.1.3"
	for id, crit := range map[string]string{"unknown": `["https://example/ext"]`, "empty": "[]", "text": `"https://example/ext"`, "number": "[1]", "name-empty": `[""]`, "object": "{}", "true": "true", "enc": `["enc"]`, "zip": `["zip"]`, "exp": `["exp"]`, "b64": `["b64"]`, "absent": `["absent"]`, "known-first": `["b64","https://example/ext"]`} {
		d.add("crit-"+id, "crit is "+crit, critical, wrapping("crit", crit, "https://example/ext", "true", "b64", "true", "exp", "1"), testkit.Refuse)
	}
	d.add("crit-null", "crit is null", critical, wrapping("crit", "null"), testkit.Either)
	inside := nestedSigner()
	d.add("crit-inside", "a critical extension in the header of the signed token", "RFC 7515 section 4.1.11", wrapping().with(inside.token(inside.header("crit", `["https://example/ext"]`, "https://example/ext", "true"), payload())), testkit.Refuse)
	d.add("b64-false", "b64 is false, which is for signatures", "RFC 7797 section 3", wrapping("b64", "false"), testkit.Either)
	d.add("b64-crit", "b64 is false and critical, which is for signatures", "RFC 7797 section 7", wrapping("b64", "false", "crit", `["b64"]`), testkit.Refuse)

	good := nestedSigner().plain()
	d.add("zip-deflated", "a compressed content, which is to be understood, and not to be asked for", zip+", RFC 8725 section 3.6", wrapping("zip", `"DEF"`).with(deflated(good)), testkit.Either)
	for id, value := range map[string]string{"unknown": `"GZIP"`, "case": `"def"`, "empty": `""`, "number": "1", "array": `["DEF"]`, "true": "true"} {
		d.add("zip-"+id, "zip is "+value+", and the content is not compressed", zip, wrapping("zip", value), testkit.Refuse)
		d.add("zip-deflated-"+id, "zip is "+value+", and the content is compressed", zip, wrapping("zip", value).with(deflated(good)), testkit.Refuse)
	}
	d.add("zip-plain", "zip is DEF, and the content is not compressed", zip, wrapping("zip", `"DEF"`), testkit.Refuse)
	d.add("zip-absent", "the content is compressed, and the header does not say so", zip, wrapping().with(deflated(good)), testkit.Refuse)
	d.add("zip-unsigned", "the claims alone, compressed", zip, wrapping("zip", `"DEF"`).with(deflated(payload())), testkit.Refuse)
	d.add("zip-bomb", "a MiB of zeros, compressed", zip+", draft-ietf-oauth-rfc8725bis section 3.15", wrapping("zip", `"DEF"`).with(deflatedZeros(1<<20/258)), testkit.Refuse)
}

// deflated is text in a block of DEFLATE (RFC 1951 section 3.2.4). A compressed one would
// be another with another Go release.
func deflated(text string) string {
	size := binary.LittleEndian.AppendUint16(nil, uint16(len(text)))
	return "\x01" + string(size) + string([]byte{^size[0], ^size[1]}) + text
}

// deflatedZeros is one zero and runs of 258 more (RFC 1951 section 3.2.6).
func deflatedZeros(runs int) string {
	bits := "110" + "00110000" + strings.Repeat("11000101"+"00000", runs) + "0000000"
	bytes := make([]byte, (len(bits)+7)/8)
	for i, bit := range bits {
		bytes[i/8] |= byte(bit-'0') << (i % 8)
	}
	return string(bytes)
}

// contentTypes are about cty and typ.
func (d *decryptions) contentTypes() {
	const clause = "RFC 7519 sections 5.2 and 7.2"
	for id, cty := range map[string]string{"absent": "", "other": `"JSON"`, "at-jwt": `"at+jwt"`, "text": `"text/JWT"`, "prefix": `"JWTX"`, "suffix": `"XJWT"`, "space": `"JWT "`, "parts": `"J.W.T"`, "number": "1", "array": `["JWT"]`, "object": "{}", "true": "true", "empty": `""`} {
		d.add("cty-"+id, "a signed token as the content, and cty is "+cty, clause, wrapping("cty", cty), testkit.Refuse)
	}
	for id, cty := range map[string]string{"lower": `"jwt"`, "mixed": `"Jwt"`, "application": `"application/jwt"`, "application-upper": `"application/JWT"`} {
		d.add("cty-"+id, "a signed token as the content, and cty is "+cty, "RFC 7519 section 5.2, RFC 7515 section 4.1.10, RFC 7516 section 4.1.12", wrapping("cty", cty), testkit.Either)
	}
	d.add("cty-typ", "typ is JWT, and cty is absent", clause, wrapping("cty", "", "typ", `"JWT"`), testkit.Refuse)
	d.add("typ", "typ is JWT", "RFC 7519 section 5.1", wrapping("typ", `"JWT"`), testkit.Accept)
	for id, typ := range map[string]string{"at-jwt": `"at+jwt"`, "jose": `"JOSE"`, "number": "1", "null": "null"} {
		d.add("typ-"+id, "typ of the encrypted token is "+typ, "RFC 7519 section 5.1, RFC 8725 section 3.11", wrapping("typ", typ), testkit.Either)
	}
	inside := nestedSigner()
	typed := func(id, about string, want testkit.Verdict, outer, inner string) {
		n := wrapping("typ", outer).with(inside.token(inside.header("typ", inner), payload()))
		d.add("types-"+id, about, "RFC 8725 section 3.11, draft-ietf-oauth-rfc8725bis section 3.11", n, want).Policy.Types = []string{"at+jwt"}
	}
	typed("inside", "the type that is wanted inside", testkit.Accept, "", `"at+jwt"`)
	typed("outside", "the type that is wanted outside only", testkit.Refuse, `"at+jwt"`, `"JWT"`)
	typed("outside-alone", "the type that is wanted outside, and none inside", testkit.Refuse, `"at+jwt"`, "")
}

// headerTexts are about the JSON of the header.
func (d *decryptions) headerTexts() {
	good := wrapping().header
	const clause = "RFC 7516 section 5.2, RFC 8259"
	for id, header := range map[string]string{
		"array": "[" + good + "]", "string": quote(good), "null": "null", "not-json": "{", "empty": " ", "trailing": good + "{}", "trailing-text": good + "x", "utf16": "{\x00}\x00", "single-quotes": strings.ReplaceAll(good, `"`, "'"), "comment": "{/* */" + good[1:],
		"comma": strings.TrimSuffix(good, "}") + ",}", "bad-utf8": `{"x":"` + "\xff" + `",` + good[1:], "nested": `{"header":` + good + "}", "protected": `{"protected":` + good + "}", "name-case": strings.Replace(good, `"enc"`, `"ENC"`, 1), "alg-name-case": strings.Replace(good, `"alg"`, `"Alg"`, 1),
		"alg-last-none": strings.TrimSuffix(good, "}") + `,"alg":"none"}`, "enc-last-other": strings.TrimSuffix(good, "}") + `,"enc":"A128GCM"}`,
	} {
		n := wrapping()
		n.header = header
		d.add("header-"+id, "the header is not one JSON object with the parameters of the token: "+id, clause, n, testkit.Refuse)
	}
	for id, header := range map[string]string{"same": `{"alg":"A256KW",` + good[1:], "alg": `{"alg":"none",` + good[1:], "enc": `{"enc":"A128GCM",` + good[1:], "kid": `{"kid":"x",` + good[1:], "cty": `{"cty":"JSON",` + good[1:], "member": `{"x":1,"x":2,` + good[1:]} {
		n := wrapping()
		n.header = header
		d.add("header-twice-"+id, "a parameter is there twice, and the last is right: "+id, "RFC 7516 section 4", n, testkit.Either)
		d.add("strict-twice-"+id, "a parameter is there twice, and one meaning is asked for: "+id, "RFC 7516 section 4", n, testkit.Refuse).Policy.Strict = true
	}
	d.add("header-unknown", "a parameter that nobody knows", "RFC 7516 section 4", wrapping("https://example/x", `{"a":[1,null]}`), testkit.Accept)
}

// thieves bring the key to decrypt with along, or a place to find it.
func (d *decryptions) thieves() {
	const clause = "RFC 7516 sections 4.1.4 and 4.1.5, RFC 8725 section 3.10"
	toEach(keyAlgorithms, func(name string, good *key, enc string) {
		thief := newRecipient(good.alg, enc, "thief")
		for id, changes := range map[string][]string{
			"jwk": {"jwk", string(thief.jwk()), "kid", `"thief"`}, "jwk-kid": {"jwk", string(thief.called(good.kid).jwk()), "kid", quote(good.kid)}, "jwk-no-kid": {"jwk", string(thief.called("").jwk()), "kid", ""},
			"kid-key": {"kid", quote(string(thief.called("").jwk()))}, "keys": {"keys", "[" + string(thief.called(good.kid).jwk()) + "]", "kid", quote(good.kid)}, "kid-path": {"kid", `"../../../../dev/null"`},
		} {
			d.add(name+"thief-"+id, "encrypted to a key that the header brings along: "+id, clause, sentTo(good, newNested(thief, enc, changes...)), testkit.Refuse)
		}
		public := newKey("ES256", "thief")
		certificate := fmt.Sprintf("[%q]", base64.StdEncoding.EncodeToString(public.certificate()))
		for id, changes := range map[string][]string{"jwk": {"jwk", string(public.called("").as("").jwk())}, "jku": {"jku", `"https://thief.example/jwks.json"`}, "x5c": {"x5c", certificate}, "x5u": {"x5u", `"https://thief.example/cert.pem"`}} {
			d.add(name+"with-"+id, "encrypted to the right key, with a parameter that is not to be used: "+id, clause, newNested(good, enc, changes...), testkit.Accept)
		}
		signer := nestedSigner()
		d.add(name+"thief-signer", "encrypted with the secret of the signature, under the name of its key", oneAlgorithm, sentTo(good, newNested(&key{good.alg, signer.kid, signer.private}, enc)), testkit.Refuse)
		d.add(name+"thief-signer-name", "encrypted with the secret of the signature, under the name of the recipient", oneAlgorithm, sentTo(good, newNested(&key{good.alg, good.kid, signer.private}, enc)), testkit.Refuse)
	})
}

// replicas are claims of the header (RFC 7519 section 5.3).
func (d *decryptions) replicas() {
	const clause = "RFC 7519 section 5.3"
	signer := nestedSigner()
	of := func(claims string, changes ...string) *nested {
		return wrapping(changes...).with(signer.token(signer.header(), claims))
	}
	iss, aud, past, ahead := `"https://login.example"`, `"https://api.example"`, fmt.Sprint(now-600), fmt.Sprint(now+600)
	d.add("replica-same", "claims in the header that are the same inside", clause, of(payload(), "iss", iss, "sub", `"alice"`, "aud", aud), testkit.Accept)
	for name, other := range map[string]string{"iss": `"https://thief.example"`, "sub": `"mallory"`, "aud": `"https://other.example"`, "exp": past, "nbf": ahead} {
		d.add("replica-other-"+name, "another claim in the header than inside, which an application should look at: "+name, clause, of(payload(), name, other), testkit.Either)
	}
	for name, right := range map[string]string{"iss": iss, "aud": aud, "exp": ahead} {
		d.add("replica-only-"+name, "a claim in the header that is not inside: "+name, clause, of(payload(name, ""), name, right), testkit.Refuse)
	}
	for name, wrong := range map[string][2]string{"iss": {`"https://thief.example"`, iss}, "aud": {`"https://other.example"`, aud}, "exp": {past, ahead}, "nbf": {ahead, past}} {
		d.add("replica-right-"+name, "a claim in the header is right, and the one inside is not: "+name, clause, of(payload(name, wrong[0]), name, wrong[1]), testkit.Refuse)
	}
	c := d.add("replica-required", "a claim is required, and is in the header only", clause, of(payload(), "tenant", `"x"`), testkit.Refuse)
	c.Policy.Require = append(c.Policy.Require, "tenant")
	a, b := newKey("HS256", "a"), newKey("HS256", "b")
	n := newNested(newRecipient("A256KW", "A256GCM", "a"), "A256GCM")
	n.content = []byte(a.called("b").plain())
	d.add("replica-kid", "kid of the header is that of the key that signed, and the one inside is not", "RFC 7515 section 4.1.4", n, testkit.Refuse).Keys = []json.RawMessage{a.jwk(), b.jwk()}
}
