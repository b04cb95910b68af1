package jwttest

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
)

// TestSigner tests an implementation of [jwt.Signer]: its signatures are good, which
// the verifier of the same key says, also for concurrent calls and for a context that has
// ended; it modifies no input and no signature that it returned; it says the same of
// itself always. It signs about 20 times.
func TestSigner(t testing.TB, signer jwt.Signer, verifier jwt.Verifier) {
	t.Helper()
	c := signerContract{contract{t, "Signer"}, signer, verifier}
	if !c.identity(signer, verifier) {
		return
	}
	c.signs()
	c.together(func(n int) {
		c.sign("concurrent calls", []byte("input of caller "+strconv.Itoa(n)))
	})
	c.endedContext()
}

type signerContract struct {
	contract
	signer   jwt.Signer
	verifier jwt.Verifier
}

// signs checks signatures, and that they stay what they were.
func (c signerContract) signs() {
	c.t.Helper()
	var before, was [][]byte
	for _, what := range slices.Sorted(maps.Keys(inputs())) {
		sig := c.sign(what, inputs()[what])
		before, was = append(before, sig), append(was, bytes.Clone(sig))
	}
	for i := range before {
		if !bytes.Equal(before[i], was[i]) {
			c.broken("modifies a signature that it returned before")
			return
		}
	}
}

// sign checks one signature, and returns it.
func (c signerContract) sign(what string, input []byte) (sig []byte) {
	c.t.Helper()
	g := guard(input)
	var err error
	if !c.try(what, func() { sig, err = c.signer.Sign(c.t.Context(), g.text) }) {
		return nil
	}
	if g.modified() {
		c.broken("modifies %s, or what is behind it", what)
	}
	if err != nil {
		c.broken("does not sign %s: %v", what, err)
		return nil
	}
	if err := c.verifier.Verify(c.t.Context(), input, sig); err != nil {
		c.broken("returns a signature of %d bytes that is not one of %s: %v", len(sig), what, err)
	}
	return sig
}

func (c signerContract) endedContext() {
	c.t.Helper()
	input := []byte("input")
	c.try("a context that has ended", func() {
		c.t.Helper()
		sig, err := c.signer.Sign(cancelled(c.t), input)
		if err == nil && c.verifier.Verify(c.t.Context(), input, sig) != nil {
			c.broken("returns no error and a bad signature when the context has ended")
		}
	})
}
