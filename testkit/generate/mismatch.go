package main

import (
	"crypto/ecdsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// mismatchCases are about trusted keys whose members do not fit each other, or the token.
func mismatchCases() []testkit.Case {
	m := &materials{}
	m.algorithms()
	m.purposes()
	m.silent()
	m.certificates()
	m.noSecrets()
	m.numbers()
	m.coordinates()
	return m.rows
}

// algorithms are those of a key that is of another type.
func (m *materials) algorithms() {
	const clause = "RFC 7517 section 4.4, RFC 8725 section 3.1"
	for _, own := range []string{"HS256", "RS256", "ES256", "EdDSA"} {
		k := newKey(own, "material")
		for _, other := range []string{"HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"} {
			if own == other || sameKind(own, other) {
				continue
			}
			id := strings.ToLower(own) + "-alg-" + strings.ToLower(other)
			// The header names the algorithm of the key, which its type cannot have.
			m.add(id+"-own", "a key of "+own+" that is said to be for "+other+", signed by it as what it is", clause, k.token(k.header("alg", quote(other)), payload()), testkit.Refuse, k.jwk("alg", quote(other)))
			m.add(id+"-honest", "a key of "+own+" that is said to be for "+other+", and a token that says what it is", clause, k.plain(), testkit.Refuse, k.jwk("alg", quote(other)))
			if other == "HS256" {
				for _, form := range []string{"pem", "der", "jwk", "empty"} {
					m.add(id+"-"+form, "a public key that is said to be a secret, which is known: "+form, clause, (&key{"HS256", "material", publicForms(k)[form]}).plain(), testkit.Refuse, k.jwk("alg", `"HS256"`))
				}
			}
		}
		for id, alg := range map[string]string{"none": "none", "none-upper": "NONE", "encryption": "RSA-OAEP-256", "agreement": "ECDH-ES", "direct": "dir", "unknown": "XS256", "lower": strings.ToLower(own), "space": own + " ", "content": "A256GCM"} {
			m.add(strings.ToLower(own)+"-alg-is-"+id, "a key that is for "+quote(alg), clause, k.plain(), testkit.Refuse, k.jwk("alg", quote(alg)))
		}
		unsigned := encode([]byte(k.header("alg", `"none"`))) + "." + encode([]byte(payload())) + "."
		m.add(strings.ToLower(own)+"-none-none", "a key that is for none, and a token without a signature", clause, unsigned, testkit.Refuse, k.jwk("alg", `"none"`))
	}
}

// purposes are use and key_ops.
func (m *materials) purposes() {
	const clause = "RFC 7517 sections 4.2 and 4.3"
	for _, alg := range []string{"HS256", "RS256", "ES256", "EdDSA"} {
		k := newKey(alg, "material")
		good, name := k.plain(), strings.ToLower(alg)
		want := testkit.Accept
		if alg != "HS256" {
			want = testkit.Either // some refuse a public key that is said to do more than verify
		}
		m.add(name+"-ops-both", "the key's operations are to sign and to verify", clause, good, want, k.jwk("key_ops", `["sign","verify"]`))
		m.add(name+"-ops-more", "to verify is the last of the key's operations", clause, good, want, k.jwk("key_ops", `["https://example/op","verify"]`))
		m.add(name+"-ops-empty", "the key has no operations", clause, good, testkit.Either, k.jwk("key_ops", "[]"))
		for id, ops := range map[string]string{"wrap": `["wrapKey","unwrapKey"]`, "derive": `["deriveBits"]`, "decrypt": `["decrypt"]`, "case": `["VERIFY"]`, "longer": `["verifyX"]`} {
			m.add(name+"-ops-"+id, "the key's operations are "+ops, clause, good, testkit.Refuse, k.jwk("key_ops", ops))
		}
		m.add(name+"-use-sig-ops", "the key is for signatures, and its operations are to encrypt", clause, good, testkit.Refuse, k.jwk("use", `"sig"`, "key_ops", `["encrypt"]`))
		m.add(name+"-use-enc-ops", "the key is for encryption, and its operations are to verify", clause, good, testkit.Refuse, k.jwk("use", `"enc"`, "key_ops", `["verify"]`))
		m.add(name+"-use-both", "the key is for signatures, and its operations are to verify", clause, good, testkit.Accept, k.jwk("use", `"sig"`, "key_ops", `["verify"]`))
		m.add(name+"-more", "the key has members that nobody knows", "RFC 7517 section 4", good, testkit.Accept, k.jwk("https://example/x", `{"a":1}`, "ext", "true"))
	}
}

// silent are keys that do not say what they are for: their type does, at least.
func (m *materials) silent() {
	const clause = "RFC 7517 section 4.4, RFC 8725 section 3.1"
	for _, own := range []string{"HS256", "RS256", "ES256", "ES384", "EdDSA"} {
		k := newKey(own, "material")
		silent := k.as("").jwk()
		name := strings.ToLower(own) + "-silent"
		m.add(name, "a key without alg", "RFC 7517 section 4.4", k.plain(), testkit.Either, silent)
		m.add(name+"-stranger", "a key without alg, signed by another", clause, newKey(own, "stranger").called("material").plain(), testkit.Refuse, silent)
		for _, none := range []string{"none", "None"} {
			m.add(name+"-"+none, "a key without alg, and the algorithm "+none, clause, encode([]byte(k.header("alg", quote(none))))+"."+encode([]byte(payload()))+".", testkit.Refuse, silent)
		}
		for _, other := range []string{"HS256", "RS256", "ES256", "ES384", "EdDSA"} {
			if !sameKind(own, other) && own != other {
				m.add(name+"-says-"+strings.ToLower(other), "a key of "+own+" without alg, signed by it under the name of "+other, clause, k.token(k.header("alg", quote(other)), payload()), testkit.Refuse, silent)
			}
		}
		if own != "HS256" {
			forms := publicForms(k)
			for _, form := range []string{"pem", "pem-trimmed", "der", "jwk", "empty", "modulus", "point", "bytes"} {
				if secret, ok := forms[form]; ok {
					m.add(name+"-hmac-"+form, "a public key without alg, which is the secret of an HMAC: "+form, clause, (&key{"HS256", "material", secret}).plain(), testkit.Refuse, silent)
				}
			}
			m.add(name+"-hmac-silent", "a public key without alg, whose JWK is the secret of an HMAC", clause, (&key{"HS256", "material", []byte(silent)}).plain(), testkit.Refuse, silent)
		}
	}
	for _, algs := range [][2]string{{"ES256", "ES384"}, {"ES384", "ES256"}, {"ES512", "ES256"}, {"ES256", "ES512"}} {
		k := newKey(algs[0], "material").as(algs[1]) // signs with the hash of the other
		m.add(strings.ToLower(algs[0])+"-silent-curve-"+strings.ToLower(algs[1]), "a key without alg on another curve than that of "+algs[1], "RFC 7518 section 3.4", k.plain(), testkit.Refuse, k.as("").jwk())
	}
}

// certificates are those of a JWK, of which the first is for the key (RFC 7517 section 4.7).
func (m *materials) certificates() {
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		k, thief := newKey(alg, "material"), newKey(alg, "thief").called("material")
		chain := func(k *key) string { return fmt.Sprintf("[%q]", base64.StdEncoding.EncodeToString(k.certificate())) }
		name := strings.ToLower(alg) + "-certificate"
		m.add(name, "a key with its certificate", "RFC 7517 section 4.7", k.plain(), testkit.Accept, k.jwk("x5c", chain(k)))
		m.add(name+"-other", "a key with the certificate of another one, which signed it", "RFC 7517 section 4.7", thief.plain(), testkit.Refuse, k.jwk("x5c", chain(thief)))
		m.add(name+"-other-own", "a key with the certificate of another one", "RFC 7517 section 4.7", k.plain(), testkit.Either, k.jwk("x5c", chain(thief)))
		m.add(name+"-url", "a key with the address of a certificate", "RFC 7517 section 4.6", k.plain(), testkit.Accept, k.jwk("x5u", `"https://login.example/cert.pem"`))
	}
}

// noSecrets are values of k that are no text, and what a verifier may take for them.
func (m *materials) noSecrets() {
	k := newKey("HS256", "material")
	for id, value := range map[string]string{"null": "null", "number": "0", "false": "false", "array": "[]", "object": "{}", "nested": `["AAAA"]`, "empty": `""`} {
		for secret, bytes := range map[string][]byte{"empty": {}, "text": []byte(value), "zeros": make([]byte, 32)} {
			m.add("hs256-k-"+id+"-"+secret, "a secret whose k is "+value+", and an HMAC with one that is known: "+secret, "RFC 7518 section 6.4.1", (&key{"HS256", "material", bytes}).plain(), testkit.Refuse, k.jwk("k", value))
		}
	}
}

// numbers are those of RSA, and secrets of any length.
func (m *materials) numbers() {
	for _, n := range []int{33, 63, 64, 65, 129, 1000} {
		k := &key{"HS256", "material", (&stream{seed: "long secret"}).bytes(n)}
		m.add(fmt.Sprintf("hs256-long-%d", n), fmt.Sprintf("a secret of %d bytes", n), "RFC 7518 section 3.2, RFC 2104 section 2", k.plain(), testkit.Accept, k.jwk())
	}
	secret := append([]byte("the same thirty-two bytes before"), 0)
	a, b := &key{"HS256", "material", append(secret[:33:33], "left"...)}, &key{"HS256", "material", append(secret[:33:33], "right"...)}
	m.add("hs256-nul", "another secret that is the same up to a zero byte", "RFC 2104 section 2", a.plain(), testkit.Refuse, b.jwk())
	m.add("hs256-nul-good", "a secret with a zero byte in it", "RFC 2104 section 2", a.plain(), testkit.Accept, a.jwk())
	c, d := &key{"HS256", "material", []byte(strings.Repeat("x", 32))}, &key{"HS256", "material", []byte(strings.Repeat("x", 32) + "\n")}
	m.add("hs256-line-break", "another secret that has no line break at its end", "RFC 2104 section 2", c.plain(), testkit.Refuse, d.jwk())

	for _, alg := range []string{"RS256", "PS256"} {
		name := strings.ToLower(alg)
		for _, bits := range []int{2046, 3072} {
			k := &key{alg, "material", (&stream{seed: fmt.Sprint(alg, bits)}).rsaKeyOf(bits)}
			want := map[bool]testkit.Verdict{true: testkit.Accept, false: testkit.Refuse}[bits >= 2048]
			m.add(fmt.Sprintf("%s-%d", name, bits), fmt.Sprintf("a modulus of %d bits, want at least 2,048", bits), "RFC 7518 section 3.3", k.plain(), want, k.jwk())
		}
		k := newKey(alg, "material")
		for _, shift := range []uint{16 + 1, 31, 32, 63, 64, 128} {
			e := new(big.Int).Add(big.NewInt(65537), new(big.Int).Lsh(big.NewInt(1), shift))
			m.add(fmt.Sprintf("%s-e-wrapped-%d", name, shift), fmt.Sprintf("the exponent plus 2^%d", shift), "RFC 8017 section 5.2.2", k.plain(), testkit.Refuse, k.jwk("e", quote(encode(e.Bytes()))))
		}
		for id, e := range map[string]string{"absent": "", "zero": `"AA"`, "even": `"AQAC"`, "number": "65537", "text": `"65537"`, "empty": `""`, "null": "null"} {
			m.add(name+"-e-is-"+id, "the exponent is "+id, "RFC 7518 section 6.3.1.2", k.plain(), testkit.Refuse, k.jwk("e", e))
		}
	}
}

// coordinates are about points of which a coordinate begins with a zero byte, or is beyond
// the prime.
func (m *materials) coordinates() {
	for i, alg := 0, "ES256"; ; i++ {
		k := newKey(alg, fmt.Sprint("zero", i)).called("material")
		point, err := k.private.(*ecdsa.PrivateKey).PublicKey.Bytes()
		check(err)
		if point[1] == 0 {
			m.add("es256-x-zero", "x begins with a zero byte", "RFC 7518 section 6.2.1.2", k.plain(), testkit.Accept, k.jwk())
			m.add("es256-x-zero-cut", "x begins with a zero byte, which is missing", "RFC 7518 section 6.2.1.2", k.plain(), testkit.Either, k.jwk("x", quote(encode(point[2:33]))))
			break
		}
	}
	k := newKey("ES512", "material")
	p := k.private.(*ecdsa.PrivateKey)
	point, err := p.PublicKey.Bytes()
	check(err)
	size := (len(point) - 1) / 2
	for i, name := range []string{"x", "y"} {
		beyond := new(big.Int).Add(new(big.Int).SetBytes(point[1+i*size:1+(i+1)*size]), p.Curve.Params().P).FillBytes(make([]byte, size))
		m.add("es512-"+name+"-prime", name+" plus the prime", "RFC 8725 section 3.4, SEC 1 section 2.3.5", k.plain(), testkit.Refuse, k.jwk(name, quote(encode(beyond))))
	}
}
