package main

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// encryptedCases are tokens that are encrypted, or nested, where a signed one is wanted,
// as draft-ietf-oauth-rfc8725bis tells them apart.
func encryptedCases() (rows []testkit.Case) {
	const clause = "draft-ietf-oauth-rfc8725bis sections 2.3 and 3.3"
	k := newKey("HS256", "encrypted")
	add := func(id, about, clause, token string) {
		rows = append(rows, row(id, about, clause, token, testkit.Refuse, k))
	}
	rows = append(rows, row("good", "nothing", clause, k.plain(), testkit.Accept, k))
	for _, typ := range []string{"", `"JWT"`} {
		header := object([][2]string{{"alg", `"dir"`}, {"enc", `"A256GCM"`}, {"kid", quote(k.kid)}, {"typ", typ}}, nil)
		add(fmt.Sprintf("dir-%d", len(typ)), "claims encrypted with the shared secret, and signed by nobody", clause, k.sealed(header, payload()))
		add(fmt.Sprintf("dir-nested-%d", len(typ)), "a signed token encrypted with the shared secret, where a signed one is wanted", clause, k.sealed(strings.TrimSuffix(header, "}")+`,"cty":"JWT"}`, k.plain()))
	}
	add("dir-alg", "an encrypted token that names the algorithm of the signature", clause, k.sealed(object([][2]string{{"alg", `"HS256"`}, {"enc", `"A256GCM"`}}, nil), payload()))
	add("zip", "an encrypted token whose content says that it is compressed", "draft-ietf-oauth-rfc8725bis section 3.15", k.sealed(`{"alg":"dir","enc":"A256GCM","zip":"DEF"}`, "\x03\x00"))
	for id, count := range map[string]string{"huge": "2147483647", "beyond": "9223372036854775808", "minus": "-1", "text": `"1000"`} {
		add("p2c-"+id, "a password-based token that asks for this many rounds: "+count, "draft-ietf-oauth-rfc8725bis section 3.13", k.sealed(`{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2s":"AAAAAAAAAAA","p2c":`+count+`}`, payload()))
	}

	// Signed, with an inner token in the place of the claims.
	const nested = "RFC 7519 section 7.2"
	inner := k.plain()
	for id, content := range map[string]string{"token": inner, "quoted": quote(inner), "array": "[" + payload() + "]", "base64": encode([]byte(payload()))} {
		add("nested-"+id, "the payload is not the claims, but holds them: "+id, nested, k.token(k.header(), content))
		add("nested-cty-"+id, "the payload is not the claims, but holds them, and cty is JWT: "+id, nested, k.token(k.header("cty", `"JWT"`), content))
	}

	// The JSON serialization, which is no JWT.
	const form = "draft-ietf-oauth-rfc8725bis section 3.14"
	p := strings.Split(inner, ".")
	evil := encode([]byte(payload("sub", `"mallory"`)))
	add("json-general", "the general JSON serialization", form, fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, p[1], p[0], p[2]))
	add("json-flattened", "the flattened JSON serialization", form, fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, p[0], p[1], p[2]))
	add("json-polyglot", "the JSON serialization of a good signature, which has other claims between its dots", form, fmt.Sprintf(`{"a":".%s.","protected":%q,"payload":%q,"signature":%q}`, evil, p[0], p[1], p[2]))
	add("json-header", "the JSON serialization with an unprotected header", form, fmt.Sprintf(`{"header":{"alg":"HS256"},"payload":%q,"signature":%q}`, p[1], encode(k.sign("."+p[1]))))
	for id, c := range map[string]string{"brace": "}", "quote": `"`, "comma": ",", "colon": ":", "backslash": `\`, "tilde": "~", "equals": "=", "umlaut": "\u00e4", "full-stop": "\uff0e"} {
		add("form-"+id, "a character that no token has, at the end: "+id, form, inner+c)
	}
	add("sd-jwt", "a token with the tilde of a selective disclosure", form, inner+"~")
	return rows
}

// sealed is a JWE of five parts (RFC 7516 section 7.1) with the secret as its content key.
func (k *key) sealed(header, content string) string {
	block, err := aes.NewCipher(k.private.([]byte))
	check(err)
	gcm, err := cipher.NewGCM(block)
	check(err)
	iv := (&stream{seed: "iv" + content}).bytes(gcm.NonceSize())
	sealed := gcm.Seal(nil, iv, []byte(content), []byte(encode([]byte(header))))
	tag := len(sealed) - gcm.Overhead()
	return strings.Join([]string{encode([]byte(header)), "", encode(iv), encode(sealed[:tag]), encode(sealed[tag:])}, ".")
}
