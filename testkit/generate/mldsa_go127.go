//go:build go1.27

package main

import (
	"crypto/mldsa"
	"encoding/json"
	"fmt"
	"log"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// mldsaCases are about RFC 9964.
func mldsaCases() (rows []testkit.Case) {
	sets := []mldsa.Parameters{mldsa.MLDSA44(), mldsa.MLDSA65(), mldsa.MLDSA87()}
	keys := make(map[string]*latticeKey)
	for _, set := range sets {
		keys[set.String()] = newLatticeKey(set, "mldsa")
	}
	for _, set := range sets {
		l := &lattices{key: keys[set.String()], name: strings.ToLower(set.String())}
		l.signatures(newLatticeKey(set, "stranger"))
		l.headers(keys)
		if set == sets[0] { // what is asked of a key is the same for each
			l.keys()
		}
		rows = append(rows, l.rows...)
	}
	return append(rows, latticeProofs(keys["ML-DSA-44"])...)
}

// A latticeKey signs with one parameter set, without randomness.
type latticeKey struct {
	alg, kid string
	private  *mldsa.PrivateKey
}

func newLatticeKey(set mldsa.Parameters, kid string) *latticeKey {
	private, err := mldsa.NewPrivateKey(set, (&stream{seed: set.String() + kid}).bytes(mldsa.PrivateKeySize))
	check(err)
	return &latticeKey{set.String(), kid, private}
}

func (k *latticeKey) jwk(changes ...string) json.RawMessage {
	return json.RawMessage(object([][2]string{{"kid", quote(k.kid)}, {"alg", quote(k.alg)}, {"kty", `"AKP"`}, {"pub", quote(encode(k.private.PublicKey().Bytes()))}}, changes))
}

func (k *latticeKey) header(changes ...string) string {
	return object([][2]string{{"alg", quote(k.alg)}, {"kid", quote(k.kid)}, {"typ", `"JWT"`}}, changes)
}

func (k *latticeKey) sign(input, context string) []byte {
	sig, err := k.private.SignDeterministic([]byte(input), &mldsa.Options{Context: context})
	check(err)
	return sig
}

func (k *latticeKey) token(header, payload string) string {
	input := encode([]byte(header)) + "." + encode([]byte(payload))
	return input + "." + encode(k.sign(input, ""))
}

// lattices makes the rows of one parameter set.
type lattices struct {
	key  *latticeKey
	name string
	rows []testkit.Case
}

func (l *lattices) add(id, about, clause, token string, want testkit.Verdict, key json.RawMessage) {
	c := row(l.name+"-"+id, about, clause, token, want)
	c.Keys = []json.RawMessage{key}
	l.rows = append(l.rows, c)
}

func (l *lattices) signatures(stranger *latticeKey) {
	k := l.key
	input := encode([]byte(k.header())) + "." + encode([]byte(payload()))
	sig := k.sign(input, "")
	add := func(id, about string, sig []byte, want testkit.Verdict) {
		l.add(id, about, "RFC 9964 section 5, FIPS 204 section 5.3", input+"."+encode(sig), want, k.jwk())
	}
	add("good", "nothing", sig, testkit.Accept)
	for _, place := range []int{0, 1, 31, 32, len(sig) / 2, len(sig) - 1} {
		changed := slices.Clone(sig)
		changed[place] ^= 1
		add(fmt.Sprintf("bit-%d", place), fmt.Sprintf("one bit of byte %d of the signature is changed", place), changed, testkit.Refuse)
	}
	add("zero", "a signature of zero bytes", make([]byte, len(sig)), testkit.Refuse)
	add("ones", "a signature of bytes with all bits set", slices.Repeat([]byte{0xff}, len(sig)), testkit.Refuse)
	add("empty", "no signature", nil, testkit.Refuse)
	add("short", "the last byte of the signature is missing", sig[:len(sig)-1], testkit.Refuse)
	add("long", "a zero byte after the signature", append(slices.Clone(sig), 0), testkit.Refuse)
	add("context", "a signature with a context, which is empty in JOSE", k.sign(input, "JWT"), testkit.Refuse)
	padding, order := hints(k.alg, sig)
	add("hint-padding", "a byte that is not zero in the padding of the hints", padding, testkit.Refuse)
	add("hint-order", "two hints in another order", order, testkit.Refuse)
	add("of-payload", "a signature of the payload alone", k.sign(encode([]byte(payload())), ""), testkit.Refuse)
	add("other-key", "a signature by another key", stranger.sign(input, ""), testkit.Refuse)
	add("other-payload", "a signature of another token of the same key", k.sign(encode([]byte(k.header()))+"."+encode([]byte(payload("sub", `"mallory"`))), ""), testkit.Refuse)
}

// hints returns the signature with changes to its hints (FIPS 204 section 7.2, algorithm
// 21), which are not what is signed, and have one form all the same.
func hints(alg string, sig []byte) (padding, order []byte) {
	omega, polynomials := map[string]int{"ML-DSA-44": 80, "ML-DSA-65": 55, "ML-DSA-87": 75}[alg], map[string]int{"ML-DSA-44": 4, "ML-DSA-65": 6, "ML-DSA-87": 8}[alg]
	start, counts := len(sig)-omega-polynomials, sig[len(sig)-polynomials:]
	padding, order = slices.Clone(sig), slices.Clone(sig)
	padding[start+int(counts[polynomials-1])] = 1
	from := 0
	for _, count := range counts {
		if int(count) > from+1 {
			order[start+from], order[start+from+1] = order[start+from+1], order[start+from]
			return padding, order
		}
		from = int(count)
	}
	log.Fatal("no polynomial has two hints")
	return nil, nil
}

func (l *lattices) headers(keys map[string]*latticeKey) {
	k := l.key
	add := func(id, about, token string) {
		l.add(id, about, "RFC 8725 section 3.1", token, testkit.Refuse, k.jwk())
	}
	for alg, other := range keys {
		if alg != k.alg {
			add("says-"+strings.ToLower(alg), "the header names "+alg, k.token(k.header("alg", quote(alg)), payload()))
			add("by-"+strings.ToLower(alg), "signed by a key of "+alg, other.token(k.header(), payload()))
		}
	}
	for _, alg := range []string{strings.ToLower(k.alg), "MLDSA" + k.alg[7:], "ML-DSA", k.alg + " ", "Ed25519", "none"} {
		add("alg-"+strings.ReplaceAll(strings.ToLower(alg), " ", "-space")+map[bool]string{true: "-lower"}[alg == strings.ToLower(k.alg)], "the header names "+quote(alg), k.token(k.header("alg", quote(alg)), payload()))
	}
	for _, hmac := range []string{"HS256", "HS512"} {
		add("public-"+strings.ToLower(hmac), "an HMAC with the public key as the secret", (&key{hmac, k.kid, k.private.PublicKey().Bytes()}).plain())
		add("jwk-"+strings.ToLower(hmac), "an HMAC with the public JWK as the secret", (&key{hmac, k.kid, []byte(k.jwk())}).plain())
	}
}

func (l *lattices) keys() {
	k := l.key
	good := k.token(k.header(), payload())
	const clause = "RFC 9964 section 3"
	public := k.private.PublicKey().Bytes()
	l.add("jwk-use", "the key is for signatures", clause, good, testkit.Accept, k.jwk("use", `"sig"`, "key_ops", `["verify"]`))
	for id, change := range map[string][]string{
		"alg-absent": {"alg", ""}, "alg-null": {"alg", "null"}, "alg-eddsa": {"alg", `"EdDSA"`}, "alg-unknown": {"alg", `"ML-DSA"`},
		"kty-okp": {"kty", `"OKP"`}, "kty-lower": {"kty", `"akp"`}, "kty-absent": {"kty", ""}, "pub-absent": {"pub", ""}, "pub-empty": {"pub", `""`},
		"pub-short": {"pub", quote(encode(public[1:]))}, "pub-long": {"pub", quote(encode(append(slices.Clone(public), 0)))}, "pub-x": {"pub", "", "x", quote(encode(public))},
		"use-enc": {"use", `"enc"`}, "ops-encrypt": {"key_ops", `["encrypt"]`},
	} {
		l.add("jwk-"+id, "a key that is none for "+k.alg+": "+id, clause, good, testkit.Refuse, k.jwk(change...))
	}
	for _, other := range []string{"ML-DSA-44", "ML-DSA-65", "ML-DSA-87"} {
		if other != k.alg {
			l.add("jwk-for-"+strings.ToLower(other), "the key says that it is for "+other, clause, good, testkit.Refuse, k.jwk("alg", quote(other)))
		}
	}
}

// latticeProofs are proofs (RFC 9449) by a key whose thumbprint has alg, kty and pub
// (RFC 7638 section 3, RFC 9964).
func latticeProofs(k *latticeKey) (rows []testkit.Case) {
	public := string(k.jwk("kid", ""))
	thumbprint := hashText(fmt.Sprintf(`{"alg":%q,"kty":"AKP","pub":%q}`, k.alg, encode(k.private.PublicKey().Bytes())))
	add := func(id, about string, want testkit.Verdict, thumbprint string) {
		r := testkit.Request{Method: "GET", URL: "https://api.example/orders", AccessToken: "access.token.text", Thumbprint: thumbprint}
		p := &proofMaker{request: r}
		header := object([][2]string{{"typ", `"dpop+jwt"`}, {"alg", quote(k.alg)}, {"jwk", public}}, nil)
		rows = append(rows, testkit.Case{ID: "proof-" + id, About: about, Clause: "RFC 9964, RFC 7638 section 3, RFC 9449 section 4.3", Token: k.token(header, p.claims()), Now: now, Want: want,
			Policy: testkit.Policy{Profile: testkit.Proof}, Request: &r})
	}
	add("good", "a proof whose key has the thumbprint of the access token", testkit.Accept, thumbprint)
	header := func(jwk string) string {
		return object([][2]string{{"typ", `"dpop+jwt"`}, {"alg", quote(k.alg)}, {"jwk", jwk}}, nil)
	}
	for id, jwk := range map[string]string{"private": string(k.jwk("kid", "", "priv", quote(encode(make([]byte, 32))))), "alg-absent": string(k.jwk("kid", "", "alg", "")), "alg-other": string(k.jwk("kid", "", "alg", `"ML-DSA-65"`)), "kty": string(k.jwk("kid", "", "kty", `"OKP"`))} {
		r := testkit.Request{Method: "GET", URL: "https://api.example/orders", AccessToken: "access.token.text", Thumbprint: thumbprint}
		p := &proofMaker{request: r}
		rows = append(rows, testkit.Case{ID: "proof-jwk-" + id, About: "a key in the header that must not be there as it is: " + id, Clause: "RFC 9449 section 4.3, RFC 9964 section 3", Token: k.token(header(jwk), p.claims()), Now: now, Want: testkit.Refuse,
			Policy: testkit.Policy{Profile: testkit.Proof}, Request: &r})
	}
	add("without-alg", "a thumbprint without alg", testkit.Refuse, hashText(fmt.Sprintf(`{"kty":"AKP","pub":%q}`, encode(k.private.PublicKey().Bytes()))))
	add("kty-first", "a thumbprint of members in another order", testkit.Refuse, hashText(fmt.Sprintf(`{"kty":"AKP","alg":%q,"pub":%q}`, k.alg, encode(k.private.PublicKey().Bytes()))))
	return rows
}
