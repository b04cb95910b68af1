package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// choiceCases are about sets of keys for several algorithms: a key is chosen by its name
// and by its algorithm, never by one of the two alone.
func choiceCases() (rows []testkit.Case) {
	for _, pair := range [][2]string{{"RS256", "PS256"}, {"RS256", "RS512"}, {"PS256", "PS384"}, {"HS256", "HS512"}, {"ES256", "ES384"}, {"ES256", "RS256"}, {"EdDSA", "ES256"}, {"HS256", "RS256"}} {
		for _, algs := range [][2]string{pair, {pair[1], pair[0]}} {
			c := &choice{named: newKey(algs[0], "named"), other: newKey(algs[1], "other")}
			c.algorithms()
			c.oneName()
			c.withoutAlgorithm()
			rows = append(rows, c.rows...)
		}
	}
	return rows
}

// A choice makes rows of two keys: the token names one, and the algorithm of the other.
type choice struct {
	named, other *key
	rows         []testkit.Case
}

// sameKind reports whether a key of one algorithm can sign with the other: HMAC with any
// hash, RSA with any hash and padding.
func sameKind(a, b string) bool {
	kind := func(alg string) string { return strings.Replace(alg[:2], "PS", "RS", 1) }
	return kind(a) == kind(b) && kind(a) != "ES"
}

// add makes a row for each order of the keys.
func (c *choice) add(id, about, clause, token string, want testkit.Verdict, a, b json.RawMessage) {
	name := strings.ToLower(c.named.alg + "-" + c.other.alg)
	for i, keys := range [][]json.RawMessage{{a, b}, {b, a}} {
		made := row(fmt.Sprintf("%s-%s-%d", name, id, i), about, clause, token, want)
		made.Keys = keys
		c.rows = append(c.rows, made)
	}
}

// token names kid, or no key, and the algorithm of the other key, and is signed by a key.
func (c *choice) token(kid string, by *key) string {
	name := quote(kid)
	if kid == "" {
		name = ""
	}
	return by.as(c.other.alg).token(by.header("alg", quote(c.other.alg), "kid", name), payload())
}

// algorithms are about two keys with names of their own.
func (c *choice) algorithms() {
	const clause = "RFC 7515 section 4.1.4, RFC 7517 section 4.4, RFC 8725 section 3.1"
	a, b, kind := c.named.jwk(), c.other.jwk(), sameKind(c.named.alg, c.other.alg)
	c.add("good", "two keys for two algorithms, the token names one and its algorithm", clause, c.named.plain(), testkit.Accept, a, b)
	c.add("by-other", "the token names one key, and the algorithm of the other, which signed it", clause, c.token(c.named.kid, c.other), testkit.Refuse, a, b)
	c.add("stranger", "the token names one key, and the algorithm of the other, and a stranger signed it", clause, c.token(c.named.kid, newKey(c.other.alg, "stranger")), testkit.Refuse, a, b)
	c.add("no-name-by-other", "the token names no key, and the algorithm of the one that signed it", clause, c.token("", c.other), testkit.Either, a, b)
	if kind {
		c.add("by-named", "the token names one key, which signed it, and the algorithm of the other", clause, c.token(c.named.kid, c.named), testkit.Refuse, a, b)
		c.add("no-name-by-named", "the token names no key, and is signed by one with the algorithm of the other", clause, c.token("", c.named), testkit.Refuse, a, b)
		c.add("other-name-by-named", "the token names one key and its algorithm, and the other signed it", clause, c.token(c.other.kid, c.named), testkit.Refuse, a, b)
	}
	if _, shared := c.named.private.([]byte); !shared && strings.HasPrefix(c.other.alg, "HS") {
		forms := publicForms(c.named)
		for _, id := range []string{"pem", "der", "jwk"} {
			forger := &key{c.other.alg, c.named.kid, forms[id]}
			c.add("hmac-"+id, "the token names a public key, which is the secret of its HMAC: "+id, clause, forger.plain(), testkit.Refuse, a, b)
		}
	}
}

// oneName is about two keys of one name, which RFC 7517 section 4.5 advises against, but
// for keys of different types. Whether there is a second key to look at is left open, and
// what it must not be used for is not.
func (c *choice) oneName() {
	const clause = "RFC 7517 sections 4.4 and 4.5"
	a, b := c.named.called("same"), c.other.called("same")
	c.add("one-name", "two keys of one name, signed by the one for the algorithm that the token names", clause, b.plain(), testkit.Either, a.jwk(), b.jwk())
	c.add("one-name-stranger", "two keys of one name, signed by a stranger", clause, newKey(b.alg, "stranger").called("same").plain(), testkit.Refuse, a.jwk(), b.jwk())
	if sameKind(a.alg, b.alg) {
		c.add("one-name-by-named", "two keys of one name, signed by one with the algorithm of the other", clause, c.token("same", a), testkit.Refuse, a.jwk(), b.jwk())
	}
}

// withoutAlgorithm is about a key beside that does not say what it is for: how it is used
// is left open, but it changes nothing for the other one.
func (c *choice) withoutAlgorithm() {
	const clause = "RFC 7517 section 4.4, RFC 8725 section 3.1"
	a, b := c.named.jwk(), c.other.as("").jwk()
	c.add("beside", "a key without alg beside the one that the token names", clause, c.named.plain(), testkit.Accept, a, b)
	c.add("beside-by-other", "the token names a key, and another algorithm, and one without alg signed it", clause, c.token(c.named.kid, c.other), testkit.Refuse, a, b)
	if sameKind(c.named.alg, c.other.alg) {
		c.add("beside-by-named", "the token names a key that signed it with another algorithm, beside one without alg", clause, c.token(c.named.kid, c.named), testkit.Refuse, a, b)
		c.add("beside-no-name", "signed by a key with another algorithm, beside one without alg", clause, c.token("", c.named), testkit.Refuse, a, b)
	}
}
