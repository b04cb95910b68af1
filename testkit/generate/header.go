package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// confusionCases are tokens whose header names an algorithm that is not the key's.
func confusionCases() (rows []testkit.Case) {
	const clause = "RFC 8725 section 3.1"
	for _, alg := range algorithms {
		k := newKey(alg, "confusion")
		name := strings.ToLower(alg)
		for _, none := range []string{"none", "None", "NONE", "nOnE", "none ", " none"} {
			for i, sig := range []string{"", ".", encode(k.sign("x"))} {
				token := encode([]byte(k.header("alg", quote(none)))) + "." + encode([]byte(payload())) + "." + sig
				rows = append(rows, row(fmt.Sprintf("%s-%s-%d", name, strings.ReplaceAll(none, " ", "-space-"), i), "the algorithm none, with no signature or some", clause, token, testkit.Refuse, k))
			}
		}
		for _, other := range algorithms {
			if other == alg {
				continue
			}
			// The header says other, the signature is by the key for its own algorithm.
			want := testkit.Refuse
			if alg == "EdDSA" && other == "Ed25519" || alg == "Ed25519" && other == "EdDSA" {
				want = testkit.Either // two names of one algorithm (RFC 9864 section 2.2)
			}
			rows = append(rows, row(name+"-says-"+strings.ToLower(other), "the header names "+other, clause, k.token(k.header("alg", quote(other)), payload()), want, k))
		}
		if _, shared := k.private.([]byte); shared {
			continue
		}
		for id, secret := range publicForms(k) {
			for _, hmac := range []string{"HS256", "HS512"} {
				forged := (&key{hmac, k.kid, secret}).plain()
				rows = append(rows, row(name+"-"+strings.ToLower(hmac)+"-"+id, "an HMAC with the public key as the secret: "+id, clause, forged, testkit.Refuse, k))
			}
		}
	}
	return rows
}

// publicForms are the bytes that a public key may have in a verifier's memory.
func publicForms(k *key) map[string][]byte {
	var public any
	switch p := k.private.(type) {
	case *rsa.PrivateKey:
		public = p.Public()
	case *ecdsa.PrivateKey:
		public = p.Public()
	case ed25519.PrivateKey:
		public = p.Public()
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	check(err)
	armour := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	forms := map[string][]byte{
		"pem": armour, "pem-trimmed": []byte(strings.TrimSpace(string(armour))), "der": der, "jwk": k.jwk(), "empty": {},
	}
	switch p := public.(type) {
	case *rsa.PublicKey:
		pkcs1 := x509.MarshalPKCS1PublicKey(p)
		forms["modulus"], forms["pkcs1"], forms["pkcs1-pem"] = p.N.Bytes(), pkcs1, pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: pkcs1})
	case *ecdsa.PublicKey:
		forms["point"], err = p.Bytes()
		check(err)
	case ed25519.PublicKey:
		forms["bytes"] = p
	}
	return forms
}

// headerCases are about the parameters of the header.
func headerCases() (rows []testkit.Case) {
	for _, alg := range []string{"HS256", "RS256", "ES256", "EdDSA"} {
		k := newKey(alg, "header")
		add := func(id, about, clause, header string, want testkit.Verdict) {
			rows = append(rows, row(strings.ToLower(alg)+"-"+id, about, clause, k.token(header, payload()), want, k))
		}
		const critical, parser = "RFC 7515 section 4.1.11", "RFC 7515 section 4"
		for i, crit := range []string{`["exp"]`, `["b64"]`, `["https://example/ext"]`, `["alg"]`, `[]`, `null`, `"exp"`, `[1]`, `[""]`, `{}`, `["a","a"]`, `true`} {
			want := testkit.Refuse
			if crit == "null" {
				want = testkit.Either
			}
			add(fmt.Sprintf("crit-%d", i), "crit is "+crit, critical, k.header("crit", crit, "https://example/ext", "true"), want)
		}
		add("b64-false", "an unencoded payload, not marked as critical", "RFC 7797 section 6", k.header("b64", "false"), testkit.Either)
		add("b64-crit", "an unencoded payload", "RFC 7797 section 7", k.header("b64", "false", "crit", `["b64"]`), testkit.Refuse)
		add("zip", "the header says that the payload is compressed", "RFC 7516 section 4.1.3", k.header("zip", `"DEF"`), testkit.Either)
		add("enc", "the header has enc, as that of an encrypted token", "RFC 7516 section 9", k.header("enc", `"A256GCM"`), testkit.Either)
		for id, value := range map[string]string{"alg-absent": "", "alg-null": "null", "alg-empty": `""`, "alg-number": "256", "alg-array": fmt.Sprintf("[%q]", alg), "alg-object": "{}",
			"alg-lower": quote(strings.ToLower(alg) + " "), "alg-space": quote(" " + alg), "alg-nul": quote(alg + "\x00"), "alg-bool": "true", "alg-unknown": `"XS256"`} {
			add(id, "alg is "+value, "RFC 7515 section 4.1.1", k.header("alg", value), testkit.Refuse)
		}
		add("alg-case", "alg in another letter case", "RFC 7515 section 4.1.1", k.header("alg", quote(strings.ToLower(alg[:1])+alg[1:])), testkit.Refuse)
		add("name-case", "the name of alg in another letter case", "RFC 7515 section 4", strings.Replace(k.header(), `"alg"`, `"ALG"`, 1), testkit.Refuse)
		for id, value := range map[string]string{"kid-number": "5", "kid-array": "[]", "kid-object": "{}", "kid-bool": "true"} {
			add(id, "kid is "+value, "RFC 7515 section 4.1.4", k.header("kid", value), testkit.Refuse)
		}
		add("typ-number", "typ is a number", "RFC 7515 section 4.1.9", k.header("typ", "5"), testkit.Either)
		add("unknown", "a parameter that nobody knows", parser, k.header("https://example/x", `{"a":[1,null]}`), testkit.Accept)
		add("escaped", "the name of alg with an escape in it", "RFC 8259 section 7", strings.Replace(k.header(), `"alg"`, `"\u0061lg"`, 1), testkit.Accept)
		add("spaces", "white space in the header", "RFC 8259 section 2", " {\n\t"+k.header()[1:]+"\r\n", testkit.Accept)
		add("duplicate-same", "alg twice, with one value", parser, `{"alg":`+quote(alg)+`,`+k.header()[1:], testkit.Either)
		add("duplicate-none-first", "alg twice, none first", parser, `{"alg":"none",`+k.header()[1:], testkit.Either)
		add("duplicate-none-last", "alg twice, none last", parser, strings.TrimSuffix(k.header(), "}")+`,"alg":"none"}`, testkit.Refuse)
		for id, header := range map[string]string{"array": `[{"alg":` + quote(alg) + `}]`, "string": quote(alg), "null": "null", "number": "1", "not-json": "{", "empty": "", "trailing": k.header() + "{}",
			"trailing-text": k.header() + "x", "bom": "\xef\xbb\xbf" + k.header(), "utf16": "{\x00}\x00", "single-quotes": strings.ReplaceAll(k.header(), `"`, `'`), "comment": "{/* */" + k.header()[1:],
			"comma": strings.TrimSuffix(k.header(), "}") + ",}", "bad-utf8": `{"x":"` + "\xff" + `",` + k.header()[1:], "lone-surrogate": `{"x":"\ud800",` + k.header()[1:], "nested-object": `{"header":` + k.header() + `}`} {
			want := testkit.Refuse
			if id == "lone-surrogate" || id == "bom" {
				want = testkit.Either
			}
			add("json-"+id, "the header is not one JSON object in UTF-8: "+id, "RFC 7515 section 5.2", header, want)
		}
		rows = append(rows, embeddedKeyCases(alg)...)
	}
	return rows
}

// embeddedKeyCases are tokens that bring the key, or a place to find it, along.
func embeddedKeyCases(alg string) (rows []testkit.Case) {
	k, thief := newKey(alg, "header"), newKey(alg, "thief")
	const clause = "RFC 7515 section 10.2, RFC 8725 section 3.10"
	certificate := fmt.Sprintf("[%q]", base64.StdEncoding.EncodeToString(thief.certificate()))
	rows = append(rows, row(strings.ToLower(alg)+"-thief-certificate-no-kid", "signed by the key of a certificate in x5c, without kid", clause, thief.token(k.header("x5c", certificate, "kid", ""), payload()), testkit.Refuse, k),
		row(strings.ToLower(alg)+"-thief-jwk-no-kid", "signed by a key in jwk, without kid", clause, thief.token(k.header("jwk", string(thief.called("").jwk()), "kid", ""), payload()), testkit.Refuse, k))
	for id, change := range map[string][]string{
		"jwk":      {"jwk", string(thief.called("").as(alg).jwk())},
		"jku":      {"jku", `"https://thief.example/jwks.json"`},
		"x5u":      {"x5u", `"https://thief.example/cert.pem"`},
		"x5c":      {"x5c", certificate},
		"jku-file": {"jku", `"file:///dev/null"`},
		"kid-path": {"kid", `"../../../../dev/null"`},
		"kid-sql":  {"kid", `"x' UNION SELECT 'secret"`},
		"kid-url":  {"kid", `"https://thief.example/key"`},
	} {
		header := k.header(change...)
		rows = append(rows, row(strings.ToLower(alg)+"-thief-"+id, "signed by a key that the header brings along: "+id, clause, thief.token(header, payload()), testkit.Refuse, k))
		if !strings.HasPrefix(id, "kid") {
			rows = append(rows, row(strings.ToLower(alg)+"-with-"+id, "signed by the trusted key, with a parameter that is not to be used: "+id, clause, k.token(header, payload()), testkit.Accept, k))
		}
	}
	return rows
}

// keyCases are about the choice of the key.
func keyCases() (rows []testkit.Case) {
	for _, alg := range []string{"HS256", "RS256", "PS256", "ES256", "EdDSA"} {
		a, b := newKey(alg, "a"), newKey(alg, "b")
		name := strings.ToLower(alg) + "-"
		const clause = "RFC 7515 section 4.1.4"
		add := func(id, about, token string, want testkit.Verdict, keys ...json.RawMessage) {
			c := row(name+id, about, clause, token, want)
			c.Keys = keys
			rows = append(rows, c)
		}
		add("first-of-two", "two keys, the token names the first", a.plain(), testkit.Accept, a.jwk(), b.jwk())
		add("second-of-two", "two keys, the token names the second", b.plain(), testkit.Accept, a.jwk(), b.jwk())
		add("wrong-name", "two keys, signed by one and naming the other", a.called("b").plain(), testkit.Refuse, a.jwk(), b.jwk())
		add("wrong-name-case", "two keys whose names differ in letter case, signed by one and naming the other", a.called("A").plain(), testkit.Refuse, a.jwk(), b.called("A").jwk())
		add("wrong-name-longer", "two keys of which one's name begins like the other's, signed by one and naming the other", a.called("ab").plain(), testkit.Refuse, a.jwk(), b.called("ab").jwk())
		add("wrong-name-shorter", "two keys of which one's name begins like the other's, signed by one and naming the other", b.called("a").plain(), testkit.Refuse, b.called("ab").jwk(), a.jwk())
		add("no-keys", "no key is trusted", a.plain(), testkit.Refuse)
		add("unknown-name", "the token names a key that is not there, signed by another stranger", newKey(alg, "c").plain(), testkit.Refuse, a.jwk(), b.jwk())
		add("unknown-name-known-key", "signed by a trusted key, under a name that it does not have", a.called("c").plain(), testkit.Either, a.jwk())
		add("name-case", "the name in another letter case, signed by that key", a.called("A").plain(), testkit.Either, a.jwk())
		add("token-without-name", "the token names no key", a.token(a.header("kid", ""), payload()), testkit.Either, a.jwk(), b.jwk())
		add("key-without-name", "the key has no name, the token has", a.plain(), testkit.Either, a.called("").jwk())
		add("neither-has-a-name", "neither the key nor the token has a name", a.token(a.header("kid", ""), payload()), testkit.Accept, a.called("").jwk())
		add("same-name-first", "two keys of one name, signed by the first", a.called("x").plain(), testkit.Either, a.called("x").jwk(), b.called("x").jwk())
		add("same-name-second", "two keys of one name, signed by the second", b.called("x").plain(), testkit.Either, a.called("x").jwk(), b.called("x").jwk())
		add("empty-name", "the token's key ID is empty", a.called("").token(a.header("kid", `""`), payload()), testkit.Either, a.jwk())
		add("use-enc", "the key is for encryption", a.plain(), testkit.Refuse, a.jwk("use", `"enc"`))
		add("ops-sign", "the key's operations are to sign only", a.plain(), testkit.Either, a.jwk("key_ops", `["sign"]`))
		add("ops-encrypt", "the key's operations are to encrypt", a.plain(), testkit.Refuse, a.jwk("key_ops", `["encrypt"]`))
		add("use-sig", "the key is for signatures", a.plain(), testkit.Accept, a.jwk("use", `"sig"`))
		add("ops-verify", "the key's operations are to verify", a.plain(), testkit.Accept, a.jwk("key_ops", `["verify"]`))
		for _, other := range algorithms {
			if other != alg && other[:2] == alg[:2] {
				add("key-for-"+strings.ToLower(other), "the key is for another algorithm of its kind", a.plain(), testkit.Refuse, a.as(other).jwk())
			}
		}
	}
	return rows
}
