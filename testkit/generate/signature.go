package main

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// formCases are about the text of a token: three parts of base64url, and no
// second spelling of one.
func formCases() (rows []testkit.Case) {
	for _, alg := range []string{"HS256", "RS256", "ES256", "EdDSA"} {
		k := newKey(alg, "form")
		good := k.plain()
		parts := strings.Split(good, ".")
		add := func(id, about, clause, token string, want testkit.Verdict) {
			rows = append(rows, row(strings.ToLower(alg)+"-"+id, about, clause, token, want, k))
		}
		join := func(p ...string) string { return strings.Join(p, ".") }
		const compact, base64url = "RFC 7515 section 7.1", "RFC 7515 section 2"
		add("good", "nothing", compact, good, testkit.Accept)
		add("empty", "the token is empty", compact, "", testkit.Refuse)
		add("dots", "two dots and nothing else", compact, "..", testkit.Refuse)
		add("one-part", "the header only", compact, parts[0], testkit.Refuse)
		add("two-parts", "no signature part", compact, join(parts[:2]...), testkit.Refuse)
		add("four-parts", "a fourth part, empty", compact, good+".", testkit.Refuse)
		add("five-parts", "five parts, the last two empty", compact, good+"..", testkit.Refuse)
		add("leading-dot", "a dot before the token", compact, "."+good, testkit.Refuse)
		add("no-signature", "an empty signature part", compact, join(parts[0], parts[1], ""), testkit.Refuse)
		add("no-payload", "an empty payload part", compact, join(parts[0], "", parts[2]), testkit.Refuse)
		add("no-header", "an empty header part", compact, join("", parts[1], parts[2]), testkit.Refuse)
		add("swapped", "header and payload in each other's place", compact, join(parts[1], parts[0], parts[2]), testkit.Refuse)
		add("bearer", "the scheme of the HTTP header before the token", compact, "Bearer "+good, testkit.Refuse)
		add("quoted", "the token in quotes", compact, `"`+good+`"`, testkit.Refuse)
		add("json", "the flattened JSON serialization", "RFC 7519 section 1",
			fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, parts[0], parts[1], parts[2]), testkit.Refuse)
		for i, name := range []string{"header", "payload", "signature"} {
			change := func(id, about, clause string, want testkit.Verdict, f func(string) string) {
				p := slices.Clone(parts)
				p[i] = f(p[i])
				add(name+"-"+id, fmt.Sprintf(about, name), clause, join(p...), want)
			}
			change("padded", "the %s with padding", base64url, testkit.Refuse, func(s string) string { return s + strings.Repeat("=", 1+(3-len(s)%4)%3) })
			change("leading-space", "a space before the %s", base64url, testkit.Refuse, func(s string) string { return " " + s })
			change("trailing-space", "a space after the %s", base64url, testkit.Refuse, func(s string) string { return s + " " })
			change("line-break", "a line break in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "\n" + s[8:] })
			change("carriage-return", "a carriage return in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "\r\n" + s[8:] })
			change("tab", "a tab in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "\t" + s[8:] })
			change("nul", "a zero byte after the %s", base64url, testkit.Refuse, func(s string) string { return s + "\x00" })
			change("other-characters", "two characters of the other base64 alphabet in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "+/" + s[10:] })
			if strings.ContainsAny(parts[i], "-_") {
				change("other-alphabet", "the %s in the other base64 alphabet", base64url, testkit.Refuse, strings.NewReplacer("-", "+", "_", "/").Replace)
			}
			change("percent", "percent-encoding in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "%3D" + s[8:] })
			change("one-more", "one more character at the end of the %s", base64url, testkit.Refuse, func(s string) string { return s + "A" })
			change("one-less", "one character less at the end of the %s", base64url, testkit.Refuse, func(s string) string { return s[:len(s)-1] })
			change("first-changed", "another first character of the %s", "RFC 7515 section 5.2", testkit.Refuse, func(s string) string {
				if s[0] == 'A' {
					return "B" + s[1:]
				}
				return "A" + s[1:]
			})
		}
		if last := parts[2]; len(last)%4 != 0 { // bits that belong to no byte
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			i := strings.IndexByte(alphabet, last[len(last)-1])
			add("stray-bits", "bits set behind the last byte of the signature", "RFC 4648 section 3.5",
				join(parts[0], parts[1], last[:len(last)-1]+alphabet[i|1:i|1+1]), testkit.Either)
		}
	}
	return rows
}

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
		add("other-key", "a signature by another key", verify, newKey(alg, "stranger").sign(input), testkit.Refuse)
		add("other-payload", "a signature of another token of the same key", verify, k.sign(encode([]byte(k.header()))+"."+encode([]byte(payload("sub", `"mallory"`)))), testkit.Refuse)
		rows = append(rows, ownSignatureCases(k, input, sig)...)
	}
	return rows
}

// ownSignatureCases are those that only one kind of algorithm has.
func ownSignatureCases(k *key, input string, sig []byte) (rows []testkit.Case) {
	add := func(id, about, clause string, sig []byte, want testkit.Verdict) {
		rows = append(rows, row(strings.ToLower(k.alg)+"-"+id, about, clause, input+"."+encode(sig), want, k))
	}
	switch p := k.private.(type) {
	case []byte:
		for _, size := range []int{8, 16, len(sig) - 8} {
			add(fmt.Sprintf("truncated-%d", size), fmt.Sprintf("the first %d bytes of the HMAC", size), "RFC 7518 section 3.2", sig[:size], testkit.Refuse)
		}
		for _, other := range []string{"HS256", "HS384", "HS512"} {
			if other != k.alg {
				add("by-"+strings.ToLower(other), "the HMAC with another hash", "RFC 7518 section 3.2", k.as(other).sign(input), testkit.Refuse)
			}
		}
	case *rsa.PrivateKey:
		for _, other := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
			if other != k.alg {
				add("by-"+strings.ToLower(other), "a signature of the same key with another algorithm", "RFC 7518 section 3.1", k.as(other).sign(input), testkit.Refuse)
			}
		}
		n := p.N.Bytes()
		add("modulus", "the modulus in the place of the signature", "RFC 8017 section 8.2.2", n, testkit.Refuse)
		if k.alg == "RS256" || k.alg == "PS256" {
			rows = append(rows, shortCases(k)...)
		}
		bigger := new(big.Int).Add(new(big.Int).SetBytes(sig), p.N).Bytes()
		if len(bigger) == len(n) {
			add("plus-modulus", "the signature plus the modulus", "RFC 8017 section 5.2.2", bigger, testkit.Refuse)
		}
		if strings.HasPrefix(k.alg, "PS") {
			size := hash(k.alg).Size()
			for _, salt := range []int{0, size - 1, size + 1, 2048/8 - size - 2} {
				add(fmt.Sprintf("salt-%d", salt), fmt.Sprintf("a salt of %d bytes, want %d", salt, size), "RFC 7518 section 3.5", k.signPSS(input, salt), testkit.Refuse)
			}
		}
	case *ecdsa.PrivateKey:
		const clause = "RFC 7518 section 3.4"
		order, size := p.Curve.Params().N, len(sig)/2
		r, s := k.signECDSA(input)
		der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		check(err)
		zero := new(big.Int)
		add("asn1", "the signature in ASN.1", clause, der, testkit.Refuse)
		add("zero-r", "r is zero", "FIPS 186-5 section 6.4.2", fixedWidth(zero, s, size), testkit.Refuse)
		add("zero-s", "s is zero", "FIPS 186-5 section 6.4.2", fixedWidth(r, zero, size), testkit.Refuse)
		add("order-r", "r is the order of the curve", "FIPS 186-5 section 6.4.2", fixedWidth(order, s, size), testkit.Refuse)
		add("order-s", "s is the order of the curve", "FIPS 186-5 section 6.4.2", fixedWidth(r, order, size), testkit.Refuse)
		add("order-both", "r and s are the order of the curve", "FIPS 186-5 section 6.4.2", fixedWidth(order, order, size), testkit.Refuse)
		add("swapped", "r and s in each other's place", clause, fixedWidth(s, r, size), testkit.Refuse)
		add("twin", "s is replaced by the order minus s", "FIPS 186-5 section 6.4.2", fixedWidth(r, new(big.Int).Sub(order, s), size), testkit.Either)
		if plus := new(big.Int).Add(s, order); (plus.BitLen()+7)/8 <= size {
			add("plus-order", "s plus the order", "FIPS 186-5 section 6.4.2", fixedWidth(r, plus, size), testkit.Refuse)
		}
		add("wide-s", "s in one byte more than the curve's size", clause, slices.Concat(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size+1))), testkit.Refuse)
		add("wide", "r and s in one byte more than the curve's size", clause, fixedWidth(r, s, size+1), testkit.Refuse)
	default:
		order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
		s := slices.Clone(sig[32:])
		slices.Reverse(s)
		plus := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
		slices.Reverse(plus)
		add("plus-order", "s plus the order of the group", "RFC 8032 section 5.1.7", append(slices.Clone(sig[:32]), plus...), testkit.Refuse)
		add("swapped", "the two halves in each other's place", "RFC 8032 section 5.1.7", append(slices.Clone(sig[32:]), sig[:32]...), testkit.Refuse)
		add("small-order", "R is the neutral element and s is zero", "RFC 8032 section 5.1.7", append(append([]byte{1}, make([]byte, 31)...), make([]byte, 32)...), testkit.Refuse)
	}
	return rows
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
