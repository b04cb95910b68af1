package main

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// keyAlgorithms are those of a key that is the content's, and of one that wraps it.
var keyAlgorithms = [][2]string{{"dir", "A256GCM"}, {"A256KW", "A256GCM"}}

// algorithms are about alg: the token is sealed as the key's own algorithm asks for.
func (d *decryptions) algorithms() {
	toEach(keyAlgorithms, func(name string, to *key, enc string) {
		add := func(id, about, clause, alg string, want testkit.Verdict) {
			d.add(name+"alg-"+id, about, clause, newNested(to, enc, "alg", alg), want)
		}
		for id, alg := range map[string]string{
			"absent": "", "null": "null", "empty": `""`, "number": "1", "array": fmt.Sprintf("[%q]", to.alg), "object": "{}", "zero-width": quote(to.alg + "\u200b"), "case": quote(map[string]string{"dir": "Dir"}[to.alg] + strings.ToLower(strings.TrimPrefix(to.alg, "dir"))),
			"space-after": quote(to.alg + " "), "space-before": quote(" " + to.alg), "nul": quote(to.alg + "\x00"), "longer": quote(to.alg + "X"), "enc": quote(enc), "unknown": `"XKW"`, "none-capital": `"None"`,
		} {
			add(id, "alg is "+alg, "RFC 7516 section 4.1.1", alg, testkit.Refuse)
		}
		add("escaped", "alg with an escape for each character", "RFC 8259 section 7", escaped(to.alg), testkit.Accept)
		for _, alg := range []string{"none", "HS256", "RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW", "PBES2-HS512+A256KW", "A128KW", "A256GCMKW", "HPKE-0", map[string]string{"dir": "A256KW", "A256KW": "dir"}[to.alg]} {
			add("says-"+strings.ToLower(alg), "the header names an algorithm that is not the key's: "+alg, oneAlgorithm, quote(alg), testkit.Refuse)
		}
		in := newNested(to, enc, "alg", "", "x", `{"alg":"`+to.alg+`"}`)
		d.add(name+"alg-inside", "alg is inside another parameter only", "RFC 7516 section 4.1.1", in, testkit.Refuse)
	})
}

// otherAlgorithms are tokens that are sealed as their header says, with a key that is for
// something else, or with none.
func (d *decryptions) otherAlgorithms() {
	const enc = "A256GCM"
	wrap, direct := newRecipient("A256KW", enc, "recipient"), newRecipient("dir", enc, "recipient")
	secret := wrap.private.([]byte)
	d.add("key-as-dir", "the key that wraps is used as that of the content", oneAlgorithm, sentTo(wrap, newNested(wrap.as("dir"), enc)), testkit.Refuse)
	d.add("key-as-a256kw", "the key of the content is used to wrap one", oneAlgorithm, sentTo(direct, newNested(direct.as("A256KW"), enc)), testkit.Refuse)
	d.add("key-as-a256gcmkw", "the key that wraps is used to wrap with GCM", oneAlgorithm, sentTo(wrap, newNested(wrap.as("A256GCMKW"), enc)), testkit.Refuse)
	d.add("key-as-a128kw", "the first half of the key is used to wrap with A128KW", oneAlgorithm, sentTo(wrap, newNested(&key{"A128KW", wrap.kid, secret[:16]}, enc)), testkit.Refuse)
	for id, count := range map[string]string{"huge": "2147483647", "beyond": "9223372036854775808", "minus": "-1", "zero": "0", "text": `"1000"`, "absent": "", "good": "1000"} {
		n := newNested(wrap, enc, "alg", `"PBES2-HS256+A128KW"`, "p2s", `"AAAAAAAAAAA"`, "p2c", count)
		derived, err := pbkdf2.Key(sha256.New, string(secret), append([]byte("PBES2-HS256+A128KW\x00"), make([]byte, 8)...), 1000, 16)
		check(err)
		n.wrapped = wrapKey(derived, wrapIntegrity, n.cek)
		d.add("p2c-"+id, "the secret as a password, with this many rounds: "+count, "RFC 8725 section 3.1, draft-ietf-oauth-rfc8725bis section 3.13", n, testkit.Refuse)
	}
	point := newKey("ES256", "decryption").as("").called("")
	for id, epk := range map[string]string{"good": string(point.jwk()), "absent": "", "beside": string(point.jwk("y", quote(encode(make([]byte, 32))))), "other-curve": string(point.jwk("crv", `"P-384"`)), "secret": string(direct.as("").called("").jwk()), "text": `"x"`} {
		n := newNested(direct, enc, "alg", `"ECDH-ES"`, "epk", epk)
		d.add("epk-"+id, "a key agreement, where the key is a shared one, whose epk is: "+id, "RFC 7518 section 4.6.1, RFC 8725 section 3.4", n, testkit.Refuse)
	}
	for _, alg := range []string{"RSA1_5", "RSA-OAEP"} {
		n := newNested(wrap, enc, "alg", quote(alg))
		n.wrapped = make([]byte, 256)
		d.add(strings.ToLower(alg)+"-key", "an encrypted key of 256 bytes, where the key is a shared one: "+alg, "RFC 8725 sections 3.1 and 3.2", n, testkit.Refuse)
	}
}

// sentTo is a token that another recipient gets than the one that it is encrypted to.
func sentTo(recipient *key, n *nested) *nested {
	n.to = recipient
	return n
}

// contentEncryptions are about enc, and the list of those that are allowed.
func (d *decryptions) contentEncryptions() {
	const clause, allowed = "RFC 7516 section 4.1.2", "RFC 8725 section 3.1"
	toEach(keyAlgorithms, func(name string, to *key, enc string) {
		for id, value := range map[string]string{
			"absent": "", "null": "null", "empty": `""`, "number": "256", "array": fmt.Sprintf("[%q]", enc), "object": "{}", "case": `"a256gcm"`, "space-after": quote(enc + " "), "longer": quote(enc + "X"), "unknown": `"XGCM"`, "none": `"none"`, "alg": quote(to.alg), "siv": `"A256SIV"`,
		} {
			d.add(name+"enc-"+id, "enc is "+value, clause, newNested(to, enc, "enc", value), testkit.Refuse)
		}
		for _, other := range []string{"A128GCM", "A128CBC-HS256", "A256CBC-HS512"} {
			c := d.add(name+"enc-says-"+strings.ToLower(other), "enc is another one than that of the content, and both are allowed: "+other, clause, newNested(to, enc, "enc", quote(other)), testkit.Refuse)
			c.Decryption.Content = []string{enc, other}
		}
	})
	for _, row := range []struct {
		id, alg, enc string
		content      []string
		want         testkit.Verdict
	}{
		{"allowed-first", "A256KW", "A256GCM", []string{"A256GCM", "A128GCM"}, testkit.Accept},
		{"allowed-second", "A256KW", "A128GCM", []string{"A256GCM", "A128GCM"}, testkit.Accept},
		{"allowed-other-kind", "A256KW", "A256CBC-HS512", []string{"A256GCM", "A256CBC-HS512"}, testkit.Accept},
		{"allowed-dir", "dir", "A128CBC-HS256", []string{"A256GCM", "A128CBC-HS256"}, testkit.Accept},
		{"not-allowed-size", "A256KW", "A128GCM", []string{"A256GCM"}, testkit.Refuse},
		{"not-allowed-larger", "A256KW", "A256GCM", []string{"A128GCM"}, testkit.Refuse},
		{"not-allowed-kind", "A256KW", "A128CBC-HS256", []string{"A256GCM", "A128GCM"}, testkit.Refuse},
		{"not-allowed-192", "A256KW", "A192GCM", []string{"A256GCM", "A128GCM"}, testkit.Refuse},
		{"not-allowed-dir", "dir", "A128CBC-HS256", []string{"A256GCM"}, testkit.Refuse},
		{"not-allowed-dir-gcm", "dir", "A256GCM", []string{"A128CBC-HS256"}, testkit.Refuse},
	} {
		about := map[testkit.Verdict]string{testkit.Accept: "enc is one of two that are allowed", testkit.Refuse: "enc is not one of those that are allowed"}[row.want]
		d.add(row.id, about, allowed, newNested(newRecipient(row.alg, row.enc, "recipient"), row.enc), row.want).Decryption.Content = row.content
	}
}

// recipients are about the choice of the key to decrypt with.
func (d *decryptions) recipients() {
	const clause = "RFC 7516 section 4.1.6"
	toEach(keyAlgorithms, func(name string, one *key, enc string) {
		alg := one.alg
		a, b := newRecipient(alg, enc, "a"), newRecipient(alg, enc, "b")
		add := func(id, about string, n *nested, want testkit.Verdict, keys ...*key) {
			c := d.add(name+"kid-"+id, about, clause, n, want)
			c.Decryption.Keys = []json.RawMessage{}
			for _, k := range keys {
				c.Decryption.Keys = append(c.Decryption.Keys, k.jwk())
			}
		}
		of := func(k *key, kid string) *nested { return newNested(k, enc, "kid", kid) }
		add("first", "two keys, the token names the first", of(a, `"a"`), testkit.Accept, a, b)
		add("second", "two keys, the token names the second", of(b, `"b"`), testkit.Accept, a, b)
		add("wrong-name", "two keys, encrypted to one and naming the other", of(a, `"b"`), testkit.Refuse, a, b)
		add("wrong-name-case", "two keys whose names differ in letter case, encrypted to one and naming the other", of(a, `"A"`), testkit.Refuse, a, b.called("A"))
		add("wrong-name-longer", "two keys of which one's name begins like the other's, encrypted to one and naming the other", of(a, `"ab"`), testkit.Refuse, a, b.called("ab"))
		add("stranger", "encrypted to a stranger under the name of a key", of(newRecipient(alg, enc, "c"), `"a"`), testkit.Refuse, a, b)
		add("unknown", "encrypted to a stranger under its own name", of(newRecipient(alg, enc, "c"), `"c"`), testkit.Refuse, a, b)
		add("unknown-known-key", "encrypted to a key under a name that it does not have", of(a, `"c"`), testkit.Either, a)
		add("absent", "two keys, the token names none", of(a, ""), testkit.Either, a, b)
		add("neither", "neither the key nor the token has a name", of(a, ""), testkit.Accept, a.called(""))
		add("of-token", "the token has a name, and the key has none", of(a, `"a"`), testkit.Either, a.called(""))
		add("same-first", "two keys of one name, encrypted to the first", of(a, `"x"`), testkit.Either, a.called("x"), b.called("x"))
		add("same-second", "two keys of one name, encrypted to the second", of(b, `"x"`), testkit.Either, a.called("x"), b.called("x"))
		add("same-stranger", "two keys of one name, encrypted to a stranger", of(newRecipient(alg, enc, "c"), `"x"`), testkit.Refuse, a.called("x"), b.called("x"))
		add("none", "there is no key to decrypt with", of(a, `"a"`), testkit.Refuse)
		add("zeros", "there is no key to decrypt with, and the token is encrypted to one of zeros", of(&key{alg, "a", make([]byte, 32)}, `"a"`), testkit.Refuse)
		for id, kid := range map[string]string{"number": "5", "array": `["a"]`, "object": "{}", "true": "true"} {
			add("is-"+id, "kid is "+kid, of(a, kid), testkit.Refuse, a)
		}
	})
}

// choice is about a key that wraps beside one that is the content's: a key is chosen by its
// name and its algorithm, never by one of the two alone.
func (d *decryptions) choice() {
	const enc, clause = "A256GCM", "RFC 7516 section 4.1.6, RFC 7517 section 4.4, RFC 8725 section 3.1"
	for id, names := range map[string][2]string{"": {"a", "b"}, "one-name-": {"x", "x"}} {
		wrap, direct := newRecipient("A256KW", enc, names[0]), newRecipient("dir", enc, names[1])
		add := func(name, about string, n *nested, want testkit.Verdict) {
			for i, keys := range [][]json.RawMessage{{wrap.jwk(), direct.jwk()}, {direct.jwk(), wrap.jwk()}} {
				d.add(fmt.Sprintf("choice-%s%s-%d", id, name, i), about, clause, n, want).Decryption.Keys = keys
			}
		}
		want := map[string]testkit.Verdict{"": testkit.Accept, "one-name-": testkit.Either}[id] // one name is advised against
		add("wrap", "two keys for two algorithms, encrypted to the one that wraps", newNested(wrap, enc), want)
		add("dir", "two keys for two algorithms, encrypted to the one that is the content's", newNested(direct, enc), want)
		add("wrap-as-dir", "two keys for two algorithms, and the one that wraps is used as that of the content", newNested(wrap.as("dir"), enc), testkit.Refuse)
		add("dir-as-wrap", "two keys for two algorithms, and the one that is the content's is used to wrap", newNested(direct.as("A256KW"), enc), testkit.Refuse)
		if id == "" {
			add("wrong-name", "two keys for two algorithms, encrypted to one and naming the other", newNested(direct, enc, "kid", quote(wrap.kid)), testkit.Refuse)
		}
	}
}

// purposes are about use, key_ops and alg of the key to decrypt with.
func (d *decryptions) purposes() {
	const clause = "RFC 7517 sections 4.2 and 4.3"
	toEach(keyAlgorithms, func(name string, to *key, enc string) {
		add := func(id, about, clause string, want testkit.Verdict, changes ...string) {
			d.add(name+"key-"+id, about, clause, newNested(to, enc), want).Decryption.Keys = []json.RawMessage{to.jwk(changes...)}
		}
		operation := map[string]string{"dir": "decrypt", "A256KW": "unwrapKey"}[to.alg]
		opposite := map[string]string{"dir": "encrypt", "A256KW": "wrapKey"}[to.alg]
		add("use-enc", "the key is for encryption", clause, testkit.Accept, "use", `"enc"`)
		add("use-sig", "the key is for signatures", clause, testkit.Refuse, "use", `"sig"`)
		add("ops", "the key's operation is to "+operation, clause, testkit.Accept, "key_ops", fmt.Sprintf("[%q]", operation))
		add("ops-both", "the key's operations are to "+opposite+" and to "+operation, clause, testkit.Accept, "key_ops", fmt.Sprintf("[%q,%q]", opposite, operation))
		add("ops-opposite", "the key's operation is to "+opposite, clause, testkit.Either, "key_ops", fmt.Sprintf("[%q]", opposite))
		add("ops-sign", "the key's operations are to sign and to verify", clause, testkit.Refuse, "key_ops", `["sign","verify"]`)
		add("alg-absent", "the key has no algorithm", oneAlgorithm, testkit.Either, "alg", "")
		for _, alg := range []string{"HS256", "A128KW", "RSA-OAEP", "PBES2-HS512+A256KW", map[string]string{"dir": "A256KW", "A256KW": "dir"}[to.alg]} {
			add("alg-"+strings.ToLower(alg), "the key is for another algorithm: "+alg, oneAlgorithm, testkit.Refuse, "alg", quote(alg))
		}
	})
	short := newRecipient("A128KW", "A256GCM", "recipient").as("A256KW")
	d.add("a256kw-short", "a key of 16 bytes for A256KW", "RFC 7518 section 4.4", newNested(short, "A256GCM"), testkit.Refuse)
	long := newRecipient("A256KW", "A256GCM", "recipient").as("A128KW")
	d.add("a128kw-long", "a key of 32 bytes for A128KW", "RFC 7518 section 4.4", newNested(long, "A256GCM"), testkit.Refuse)
}
