package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// materialCases are about trusted keys that must not be used as they are: too weak, of
// another kind, or none at all. Whoever refuses such a key refuses the token.
func materialCases() (rows []testkit.Case) {
	m := &materials{}
	m.secrets()
	m.moduli()
	m.points()
	m.edwards()
	return m.rows
}

type materials struct{ rows []testkit.Case }

func (m *materials) add(id, about, clause, token string, want testkit.Verdict, key json.RawMessage) {
	c := row(id, about, clause, token, want)
	c.Keys = []json.RawMessage{key}
	m.rows = append(m.rows, c)
}

// secrets are those of HMAC.
func (m *materials) secrets() {
	const clause = "RFC 7518 section 3.2"
	for _, alg := range []string{"HS256", "HS384", "HS512"} {
		size := hash(alg).Size()
		for _, n := range []int{0, 1, 8, 16, size - 1, size, size + 1, 2 * size} {
			k := &key{alg, "material", (&stream{seed: "secret" + alg}).bytes(n)}
			want := testkit.Refuse
			if n >= size {
				want = testkit.Accept
			}
			m.add(fmt.Sprintf("%s-secret-%d", strings.ToLower(alg), n), fmt.Sprintf("a secret of %d bytes, want at least %d", n, size), clause, k.plain(), want, k.jwk())
		}
	}
	k := newKey("HS256", "material")
	m.add("hs256-kty-rsa", "a secret whose kty is RSA", "RFC 7518 section 6.4", k.plain(), testkit.Refuse, k.jwk("kty", `"RSA"`))
	m.add("hs256-k-absent", "a secret without k", "RFC 7518 section 6.4.1", (&key{"HS256", "material", []byte{}}).plain(), testkit.Refuse, k.jwk("k", ""))
}

// moduli are those of RSA.
func (m *materials) moduli() {
	for _, alg := range []string{"RS256", "PS256"} {
		name := strings.ToLower(alg)
		small := &key{alg, "material", (&stream{seed: "small" + alg}).rsaKeyOf(1024)}
		m.add(name+"-1024", "a modulus of 1,024 bits, want at least 2,048", "RFC 7518 section 3.3", small.plain(), testkit.Refuse, small.jwk())
		k := newKey(alg, "material")
		good := k.plain()
		m.add(name+"-good", "nothing", "RFC 7518 section 6.3", good, testkit.Accept, k.jwk())
		m.add(name+"-kty-ec", "an RSA key whose kty is EC", "RFC 7518 section 6.3", good, testkit.Refuse, k.jwk("kty", `"EC"`))
		m.add(name+"-e-other", "another exponent", "RFC 8017 section 5.2.2", good, testkit.Refuse, k.jwk("e", `"Aw"`))
		m.add(name+"-n-absent", "no modulus", "RFC 7518 section 6.3.1", good, testkit.Refuse, k.jwk("n", ""))
		if alg == "RS256" { // with the exponent one, a signature is the padded hash itself
			input := encode([]byte(k.header())) + "." + encode([]byte(payload()))
			prefix := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
			hashed := append(prefix, k.digest(input)...)
			size := k.private.(*rsa.PrivateKey).Size()
			block := slices.Concat([]byte{0, 1}, slices.Repeat([]byte{0xff}, size-3-len(hashed)), []byte{0}, hashed)
			m.add(name+"-e-one", "the exponent is one: anybody can sign", "RFC 8017 section 3.1", input+"."+encode(block), testkit.Refuse, k.jwk("e", `"AQ"`))
		}
	}
}

// points are those of the NIST curves.
func (m *materials) points() {
	for _, alg := range []string{"ES256", "ES384", "ES512"} {
		k := newKey(alg, "material")
		name, good := strings.ToLower(alg), k.plain()
		p := k.private.(*ecdsa.PrivateKey)
		point, err := p.PublicKey.Bytes()
		check(err)
		size := (len(point) - 1) / 2
		x, y := point[1:1+size], point[1+size:]
		negative := new(big.Int).Sub(p.Curve.Params().P, new(big.Int).SetBytes(y)).FillBytes(make([]byte, size))
		off := slices.Clone(y)
		off[size-1] ^= 1
		text := func(b []byte) string { return quote(encode(b)) }
		const clause = "RFC 7518 section 6.2.1"
		m.add(name+"-good", "nothing", clause, good, testkit.Accept, k.jwk())
		m.add(name+"-off-curve", "a point that is not on the curve", "RFC 8725 section 3.4", good, testkit.Refuse, k.jwk("y", text(off)))
		m.add(name+"-negative", "the opposite point", clause, good, testkit.Refuse, k.jwk("y", text(negative)))
		m.add(name+"-swapped", "x and y in each other's place", clause, good, testkit.Refuse, k.jwk("x", text(y), "y", text(x)))
		m.add(name+"-zero", "the point (0, 0)", "RFC 8725 section 3.4", good, testkit.Refuse, k.jwk("x", text(make([]byte, size)), "y", text(make([]byte, size))))
		m.add(name+"-y-absent", "no y", clause, good, testkit.Refuse, k.jwk("y", ""))
		m.add(name+"-long", "coordinates with a zero byte before them", clause, good, testkit.Either, k.jwk("x", text(append([]byte{0}, x...)), "y", text(append([]byte{0}, y...))))
		m.add(name+"-kty-okp", "a key whose kty is OKP", clause, good, testkit.Refuse, k.jwk("kty", `"OKP"`))
		for _, crv := range []string{"P-256", "P-384", "P-521", "secp256k1", "p-256", "Ed25519"} {
			if crv != p.Curve.Params().Name {
				m.add(name+"-crv-"+strings.ReplaceAll(crv, "p-256", "lower"), "a key that says it is on "+crv, clause, good, testkit.Refuse, k.jwk("crv", quote(crv)))
			}
		}
		for _, other := range []string{"ES256", "ES384", "ES512"} {
			if other != alg { // signed with the hash of other, by a key on a curve that is not that of other
				k := k.as(other)
				m.add(name+"-for-"+strings.ToLower(other), "a key of another curve than that of "+other, "RFC 7518 section 3.4", k.token(k.header(), payload()), testkit.Refuse, k.jwk())
			}
		}
	}
}

// edwards are the keys of RFC 8037.
func (m *materials) edwards() {
	k := newKey("EdDSA", "material")
	good := k.plain()
	public := k.private.(ed25519.PrivateKey).Public().(ed25519.PublicKey)
	const clause = "RFC 8037 section 2"
	m.add("eddsa-good", "nothing", clause, good, testkit.Accept, k.jwk())
	for _, crv := range []string{"Ed448", "X25519", "X448", "P-256", "ed25519"} {
		m.add("eddsa-crv-"+strings.ReplaceAll(crv, "ed25519", "lower"), "a key that says it is on "+crv, "RFC 8037 section 3.1", good, testkit.Refuse, k.jwk("crv", quote(crv)))
	}
	m.add("eddsa-ed448", "a key of the size of Ed448", "RFC 8037 section 3.1", good, testkit.Refuse, k.jwk("crv", `"Ed448"`, "x", quote(encode(make([]byte, 57)))))
	m.add("eddsa-crv-absent", "no crv", clause, good, testkit.Refuse, k.jwk("crv", ""))
	m.add("eddsa-kty-ec", "a key whose kty is EC", clause, good, testkit.Refuse, k.jwk("kty", `"EC"`))
	m.add("eddsa-short", "a key of 31 bytes", clause, good, testkit.Refuse, k.jwk("x", quote(encode(public[:31]))))
	m.add("eddsa-long", "a key of 33 bytes", clause, good, testkit.Refuse, k.jwk("x", quote(encode(append(slices.Clone(public), 0)))))
	m.add("eddsa-x-absent", "no x", clause, good, testkit.Refuse, k.jwk("x", ""))

	// Anybody can sign for the neutral element: R is it, too, and s is zero.
	input := encode([]byte(k.header())) + "." + encode([]byte(payload()))
	little := func(first byte, rest byte, last byte) []byte {
		return slices.Concat([]byte{first}, slices.Repeat([]byte{rest}, 30), []byte{last})
	}
	forged := input + "." + encode(append(little(1, 0, 0), make([]byte, 32)...))
	m.add("eddsa-neutral", "the key is the neutral element, which only some refuse", "RFC 8032 section 5.1.7", forged, testkit.Either, k.jwk("x", quote(encode(little(1, 0, 0)))))
	for id, x := range map[string][]byte{
		"sign":       little(1, 0, 0x80),       // x is zero, with the sign of an odd one
		"prime":      little(0xee, 0xff, 0x7f), // y is one more than the prime
		"prime-sign": little(0xee, 0xff, 0xff), // and both
	} {
		m.add("eddsa-neutral-"+id, "the key is the neutral element in an encoding that does not decode: "+id, "RFC 8032 section 5.1.3", forged, testkit.Refuse, k.jwk("x", quote(encode(x))))
	}
	m.add("eddsa-no-point", "the key is no point of the curve", "RFC 8032 section 5.1.3", forged, testkit.Refuse, k.jwk("x", quote(encode(little(2, 0, 0)))))
	signed := k.sign(input)
	order, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
	s := order.FillBytes(make([]byte, 32))
	slices.Reverse(s)
	m.add("eddsa-s-order", "s is the order of the group", "RFC 8032 section 5.1.7", input+"."+encode(slices.Concat(signed[:32], s)), testkit.Refuse, k.jwk())
	m.add("eddsa-s-high", "s has its highest bit set", "RFC 8032 section 5.1.7", input+"."+encode(append(slices.Clone(signed[:63]), signed[63]|0x80)), testkit.Refuse, k.jwk())
	m.add("eddsa-r-prime", "R is the neutral element in an encoding that does not decode, and s is zero", "RFC 8032 section 5.1.7", input+"."+encode(append(little(0xee, 0xff, 0x7f), make([]byte, 32)...)), testkit.Refuse, k.jwk("x", quote(encode(little(1, 0, 0)))))
}
