package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha512"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// signatureCases are about signatures that do not verify, for each algorithm.
func signatureCases() (rows []testkit.Case) {
	for _, alg := range algorithms {
		k := newKey(alg, "signature")
		input := encode([]byte(k.header())) + "." + encode([]byte(payload()))
		sig := k.sign(input)
		add := func(id, about, clause string, sig []byte, want testkit.Verdict) {
			rows = append(rows, row(strings.ToLower(alg)+"-"+id, about, clause, input+"."+encode(sig), want, k))
		}
		const verify = "RFC 7515 section 5.2"
		add("good", "nothing", verify, sig, testkit.Accept)
		for _, place := range []int{0, 1, len(sig) / 2, len(sig) - 1} {
			changed := slices.Clone(sig)
			changed[place] ^= 1
			add(fmt.Sprintf("bit-%d", place), fmt.Sprintf("one bit of byte %d of the signature is changed", place), verify, changed, testkit.Refuse)
		}
		add("zero", "a signature of zero bytes", verify, make([]byte, len(sig)), testkit.Refuse)
		add("ones", "a signature of bytes with all bits set", verify, slices.Repeat([]byte{0xff}, len(sig)), testkit.Refuse)
		add("short", "the last byte of the signature is missing", verify, sig[:len(sig)-1], testkit.Refuse)
		add("half", "half of the signature", verify, sig[:len(sig)/2], testkit.Refuse)
		add("long", "a zero byte after the signature", verify, append(slices.Clone(sig), 0), testkit.Refuse)
		add("leading-zero", "a zero byte before the signature", verify, append([]byte{0}, sig...), testkit.Refuse)
		add("twice", "the signature twice", verify, slices.Concat(sig, sig), testkit.Refuse)
		add("one-byte", "a signature of one byte", verify, []byte{1}, testkit.Refuse)
		add("of-payload", "a signature of the payload alone", "RFC 7515 section 5.1", k.sign(encode([]byte(payload()))), testkit.Refuse)
		add("of-decoded", "a signature of the decoded parts", "RFC 7515 section 5.1", k.sign(k.header()+"."+payload()), testkit.Refuse)
		header, claims, _ := strings.Cut(input, ".")
		for id, text := range map[string]string{"header": header, "no-dot": header + claims, "reversed": claims + "." + header, "line-break": input + "\n", "hash": string(k.digest(input)), "empty": "", "trailing-dot": input + ".", "decoded-payload": header + "." + payload(), "decoded-header": k.header() + "." + claims, "nul": input + "\x00", "upper": strings.ToUpper(input)} {
			add("of-"+id, "a signature of another text: "+id, "RFC 7515 section 5.1", k.sign(text), testkit.Refuse)
		}
		add("empty", "no signature", verify, nil, testkit.Refuse)
		add("text", "the text of the signature in base64url twice", verify, []byte(encode(sig)), testkit.Refuse)
		add("hexadecimal", "the signature in hexadecimal", verify, fmt.Appendf(nil, "%x", sig), testkit.Refuse)
		add("reversed", "the bytes of the signature in reverse order", verify, reversed(sig), testkit.Refuse)
		add("other-key", "a signature by another key", verify, newKey(alg, "stranger").sign(input), testkit.Refuse)
		add("other-payload", "a signature of another token of the same key", verify, k.sign(encode([]byte(k.header()))+"."+encode([]byte(payload("sub", `"mallory"`)))), testkit.Refuse)
		rows = append(rows, ownSignatureCases(k, input, sig)...)
	}
	return rows
}

// An ownSignature makes the rows that only one kind of algorithm has.
type ownSignature struct {
	key   *key
	input string
	sig   []byte
	rows  []testkit.Case
}

func ownSignatureCases(k *key, input string, sig []byte) []testkit.Case {
	o := &ownSignature{key: k, input: input, sig: sig}
	switch k.private.(type) {
	case []byte:
		o.hmac()
	case *rsa.PrivateKey:
		o.rsa()
	case *ecdsa.PrivateKey:
		o.ecdsa()
	default:
		o.ed25519()
	}
	return o.rows
}

func (o *ownSignature) add(id, about, clause string, sig []byte, want testkit.Verdict) {
	o.rows = append(o.rows, row(strings.ToLower(o.key.alg)+"-"+id, about, clause, o.input+"."+encode(sig), want, o.key))
}

func (o *ownSignature) hmac() {
	k, input, sig := o.key, o.input, o.sig
	for _, size := range []int{8, 16, len(sig) - 8} {
		o.add(fmt.Sprintf("truncated-%d", size), fmt.Sprintf("the first %d bytes of the HMAC", size), "RFC 7518 section 3.2", sig[:size], testkit.Refuse)
	}
	for _, other := range []string{"HS256", "HS384", "HS512"} {
		if other != k.alg {
			o.add("by-"+strings.ToLower(other), "the HMAC with another hash", "RFC 7518 section 3.2", k.as(other).sign(input), testkit.Refuse)
		}
	}
}

func (o *ownSignature) rsa() {
	k, input, sig := o.key, o.input, o.sig
	p := k.private.(*rsa.PrivateKey)
	for _, other := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
		if other != k.alg {
			o.add("by-"+strings.ToLower(other), "a signature of the same key with another algorithm", "RFC 7518 section 3.1", k.as(other).sign(input), testkit.Refuse)
		}
	}
	n := p.N.Bytes()
	o.add("modulus", "the modulus in the place of the signature", "RFC 8017 section 8.2.2", n, testkit.Refuse)
	if k.alg == "RS256" || k.alg == "PS256" {
		o.rows = append(o.rows, shortCases(k)...)
	}
	o.rows = append(o.rows, rsaBlockCases(k, input)...)
	bigger := new(big.Int).Add(new(big.Int).SetBytes(sig), p.N).Bytes()
	if len(bigger) == len(n) {
		o.add("plus-modulus", "the signature plus the modulus", "RFC 8017 section 5.2.2", bigger, testkit.Refuse)
	}
	if strings.HasPrefix(k.alg, "PS") {
		size := hash(k.alg).Size()
		for _, salt := range []int{0, size - 1, size + 1, 2048/8 - size - 2} {
			o.add(fmt.Sprintf("salt-%d", salt), fmt.Sprintf("a salt of %d bytes, want %d", salt, size), "RFC 7518 section 3.5", k.signPSS(input, salt), testkit.Refuse)
		}
	}
}

func (o *ownSignature) ecdsa() {
	k, input, sig := o.key, o.input, o.sig
	p := k.private.(*ecdsa.PrivateKey)
	const clause = "RFC 7518 section 3.4"
	order, size := p.Curve.Params().N, len(sig)/2
	r, s := k.signECDSA(input)
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	check(err)
	zero := new(big.Int)
	o.add("asn1", "the signature in ASN.1", clause, der, testkit.Refuse)
	o.add("zero-r", "r is zero", "FIPS 186-5 section 6.4.2", fixedWidth(zero, s, size), testkit.Refuse)
	o.add("zero-s", "s is zero", "FIPS 186-5 section 6.4.2", fixedWidth(r, zero, size), testkit.Refuse)
	o.add("order-r", "r is the order of the curve", "FIPS 186-5 section 6.4.2", fixedWidth(order, s, size), testkit.Refuse)
	o.add("order-s", "s is the order of the curve", "FIPS 186-5 section 6.4.2", fixedWidth(r, order, size), testkit.Refuse)
	o.add("order-both", "r and s are the order of the curve", "FIPS 186-5 section 6.4.2", fixedWidth(order, order, size), testkit.Refuse)
	o.add("swapped", "r and s in each other's place", clause, fixedWidth(s, r, size), testkit.Refuse)
	o.add("twin", "s is replaced by the order minus s", "FIPS 186-5 section 6.4.2", fixedWidth(r, new(big.Int).Sub(order, s), size), testkit.Either)
	if plus := new(big.Int).Add(s, order); (plus.BitLen()+7)/8 <= size {
		o.add("plus-order", "s plus the order", "FIPS 186-5 section 6.4.2", fixedWidth(r, plus, size), testkit.Refuse)
	}
	o.add("wide-s", "s in one byte more than the curve's size", clause, slices.Concat(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size+1))), testkit.Refuse)
	o.add("wide", "r and s in one byte more than the curve's size", clause, fixedWidth(r, s, size+1), testkit.Refuse)
	o.rows = append(o.rows, zeroCases(k)...)
	if k.alg == "ES512" {
		o.add("plus-order-r", "r plus the order", "FIPS 186-5 section 6.4.2", fixedWidth(new(big.Int).Add(r, order), s, size), testkit.Refuse)
		o.add("plus-order-both", "r and s plus the order", "FIPS 186-5 section 6.4.2", fixedWidth(new(big.Int).Add(r, order), new(big.Int).Add(s, order), size), testkit.Refuse)
	}
	o.add("asn1-padded", "the signature in ASN.1, with zeros behind it", clause, append(slices.Clone(der), make([]byte, max(0, 2*size-len(der)))...), testkit.Refuse)
	o.add("shared-s", "r in the place of both", clause, fixedWidth(r, r, size), testkit.Refuse)
	o.add("one-and-one", "r and s are one", "FIPS 186-5 section 6.4.2", fixedWidth(big.NewInt(1), big.NewInt(1), size), testkit.Refuse)
	o.add("little-endian", "r and s with their last byte first", clause, slices.Concat(reversed(sig[:size]), reversed(sig[size:])), testkit.Refuse)
}

func (o *ownSignature) ed25519() {
	k, input, sig := o.key, o.input, o.sig
	for id, options := range map[string]*ed25519.Options{"prehash": {Hash: crypto.SHA512}, "context": {Context: "JWT"}} {
		message := []byte(input)
		if options.Hash != 0 {
			sum := sha512.Sum512(message)
			message = sum[:]
		}
		other, err := k.private.(ed25519.PrivateKey).Sign(nil, message, options)
		check(err)
		o.add(id, "a signature of another variant of Ed25519: "+id, "RFC 8037 section 3.1, RFC 8032 section 5.1", other, testkit.Refuse)
	}
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(sig[32:])
	slices.Reverse(s)
	plus := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(plus)
	o.add("plus-order", "s plus the order of the group", "RFC 8032 section 5.1.7", append(slices.Clone(sig[:32]), plus...), testkit.Refuse)
	o.add("swapped", "the two halves in each other's place", "RFC 8032 section 5.1.7", append(slices.Clone(sig[32:]), sig[:32]...), testkit.Refuse)
	o.add("small-order", "R is the neutral element and s is zero", "RFC 8032 section 5.1.7", append(append([]byte{1}, make([]byte, 31)...), make([]byte, 32)...), testkit.Refuse)
}

// shortCases are about a signature of RSA whose first byte is zero.
func shortCases(k *key) []testkit.Case {
	for i := 0; ; i++ {
		input := encode([]byte(k.header())) + "." + encode([]byte(payload("jti", quote(fmt.Sprint(i)))))
		if sig := k.sign(input); sig[0] == 0 {
			return []testkit.Case{
				row(strings.ToLower(k.alg)+"-first-zero", "a signature that begins with a zero byte", "RFC 8017 section 8", input+"."+encode(sig), testkit.Accept, k),
				row(strings.ToLower(k.alg)+"-first-zero-cut", "the zero byte at the beginning of the signature is missing", "RFC 8017 section 8", input+"."+encode(sig[1:]), testkit.Refuse, k),
			}
		}
	}
}

// zeroCases are about signatures of ECDSA of which a half begins with a zero byte, or, on
// P-521, where each one begins with seven zero bits, with two.
func zeroCases(k *key) (rows []testkit.Case) {
	found := map[int]bool{}
	size := (k.private.(*ecdsa.PrivateKey).Curve.Params().BitSize + 7) / 8
	for i := 0; len(found) < 2; i++ {
		input := encode([]byte(k.header())) + "." + encode([]byte(payload("jti", quote(fmt.Sprint(i)))))
		sig := k.sign(input)
		for half, name := range []string{"r", "s"} {
			number := sig[half*size : (half+1)*size]
			if found[half] || number[0] != 0 || k.alg == "ES512" && number[1] != 0 {
				continue
			}
			found[half] = true
			add := func(id, about string, sig []byte, want testkit.Verdict) {
				rows = append(rows, row(strings.ToLower(k.alg)+"-zero-before-"+name+id, about, "RFC 7518 section 3.4", input+"."+encode(sig), want, k))
			}
			add("", name+" begins with a zero byte", sig, testkit.Accept)
			add("-cut", name+" begins with a zero byte, which is missing", slices.Delete(slices.Clone(sig), half*size, half*size+1), testkit.Refuse)
			add("-moved", name+" begins with a zero byte, which is at its end", slices.Concat(sig[:half*size], number[1:], []byte{0}, sig[(half+1)*size:]), testkit.Refuse)
		}
	}
	return rows
}

func reversed(b []byte) []byte {
	b = slices.Clone(b)
	slices.Reverse(b)
	return b
}
