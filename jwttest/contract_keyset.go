package jwttest

import (
	"strings"
	"testing"
	"unicode"

	"github.com/seed-b1f8f58c/jwt"
)

// TestKeySet tests an implementation of [jwt.KeySet] that has the keys of the signers: a
// policy with it accepts their tokens, also in concurrent calls, and refuses those of
// unknown key IDs and other algorithms, rather than to say that it could not be decided;
// when the context has ended, no right token is refused; what a [jwt.NoKeyExplainer] says
// fits into a log.
func TestKeySet(t testing.TB, keys jwt.KeySet, signers ...jwt.Signer) {
	t.Helper()
	if len(signers) == 0 {
		t.Fatal("jwttest: TestKeySet has no signer, want those whose keys the set has")
	}
	c := keySetContract{contract{t, "KeySet"}, &jwt.Policy{Keys: keys, AllowAnyIssuer: true, AllowAnyAudience: true, AllowAnyType: true, AllowNoExpiry: true}}
	for _, signer := range signers {
		c.returns(signer)
		c.accepts(signer)
		c.together(func(int) { c.accepts(signer) })
		c.refusesUnknown(signer)
		c.endedContext(signer)
	}
	c.explains()
}

type keySetContract struct {
	contract
	policy *jwt.Policy
}

func (c keySetContract) token(signer jwt.Signer) string {
	c.t.Helper()
	header := map[string]any{"alg": signer.Algorithm()}
	if id := signer.KeyID(); id != "" {
		header["kid"] = id
	}
	return signText(c.t, signer, object(c.t, header), `{}`)
}

// returns checks what Verifiers itself returns.
func (c keySetContract) returns(signer jwt.Signer) {
	c.t.Helper()
	for _, h := range []jwt.Header{{Algorithm: signer.Algorithm(), KeyID: signer.KeyID()}, {Algorithm: signer.Algorithm()}, {Algorithm: "none"}, {}} {
		c.try("a header", func() {
			c.t.Helper()
			found, err := c.policy.Keys.Verifiers(c.t.Context(), h)
			if err != nil {
				c.broken("returns an error for a header with alg %q and kid %q, want keys or none: %v", h.Algorithm, h.KeyID, err)
			}
			for _, v := range found {
				if v == nil {
					c.broken("returns a verifier that is nil")
				}
			}
		})
	}
}

func (c keySetContract) accepts(signer jwt.Signer) {
	c.t.Helper()
	token := c.token(signer)
	c.try("a right token", func() {
		c.t.Helper()
		if _, err := c.policy.Verify(c.t.Context(), token); err != nil {
			c.broken("has no key for a token with alg %q and kid %q: %v", signer.Algorithm(), signer.KeyID(), err)
		}
	})
}

// refusesUnknown checks tokens that none of the keys signed.
func (c keySetContract) refusesUnknown(signer jwt.Signer) {
	c.t.Helper()
	alg := signer.Algorithm()
	for _, h := range []map[string]any{
		{"alg": alg, "kid": "an unknown key ID"},
		{"alg": alg, "kid": strings.Repeat("k", 4096)},
		{"alg": alg, "kid": "a\nb\x00\u202e\""},
		{"alg": alg, "kid": "../../../etc/passwd"},
		{"alg": alg},
		{"alg": "X-UNKNOWN", "kid": signer.KeyID()},
		{"alg": strings.ToLower(string(alg)), "kid": signer.KeyID()},
		{"alg": alg, "kid": strings.ToUpper(signer.KeyID()) + "x"},
	} {
		header := object(c.t, h)
		token := encode(header) + "." + encode(`{}`) + "." + encode(strings.Repeat("s", 64))
		c.try("the header "+header[:min(len(header), 100)], func() {
			c.t.Helper()
			if _, err := c.policy.Verify(c.t.Context(), token); err == nil {
				c.broken("has a key that accepts anything, for the header %.100s", header)
			} else if !refused(err) {
				c.broken("cannot decide about a token that none of its keys signed, want it to return no key and no error, for the header %.100s: %v", header, err)
			}
		})
	}
}

func (c keySetContract) endedContext(signer jwt.Signer) {
	c.t.Helper()
	token := c.token(signer)
	c.try("a context that has ended", func() {
		c.t.Helper()
		if _, err := c.policy.Verify(cancelled(c.t), token); refused(err) {
			c.broken("has no key for a right token when the context has ended, want the key or an error: %v", err)
		}
	})
}

// explains checks the text about keys that are not there.
func (c keySetContract) explains() {
	c.t.Helper()
	explainer, ok := c.policy.Keys.(jwt.NoKeyExplainer)
	if !ok {
		return
	}
	c.try("NoKey", func() {
		c.t.Helper()
		text := explainer.NoKey(jwt.Header{Algorithm: "X-UNKNOWN", KeyID: strings.Repeat("long\n", 1000)})
		if strings.ContainsFunc(text, unicode.IsControl) || len(text) > 1024 {
			c.broken("NoKey returns %d bytes with text from the token, want it quoted and cut", len(text))
		}
	})
}
