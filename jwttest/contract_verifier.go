package jwttest

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
)

// TestVerifier tests an implementation of [jwt.Verifier]: it accepts the signatures of
// the signer of the same key and no others, refuses with [jwt.ErrSignature], also in
// concurrent calls, decides nothing wrongly when the context has ended, modifies nothing,
// has no signature in its errors, and says the same of itself always. It verifies about
// 150 times.
func TestVerifier(t testing.TB, verifier jwt.Verifier, signer jwt.Signer) {
	t.Helper()
	c := verifierContract{contract{t, "Verifier"}, verifier}
	if !c.identity(verifier, signer) {
		return
	}
	all := inputs()
	for _, what := range slices.Sorted(maps.Keys(all)) {
		c.accepts(what, all[what], signed(t, signer, all[what]))
	}
	input := all["the input of a token"]
	sig := signed(t, signer, input)
	for _, f := range forgeries(input, sig, signed(t, signer, []byte("another input"))) {
		c.refuses(f)
	}
	bad := forgery{"a changed signature in concurrent calls", input, flip(sig, 0)}
	c.together(func(n int) {
		if n%2 == 0 {
			c.accepts("its signature in concurrent calls", input, sig)
		} else {
			c.refuses(bad)
		}
	})
	c.endedContext(input, sig)
}

func signed(t testing.TB, signer jwt.Signer, input []byte) []byte {
	t.Helper()
	sig, err := signer.Sign(t.Context(), input)
	if err != nil {
		t.Fatal("jwttest: the counterpart does not sign: ", err)
	}
	return sig
}

// A forgery is a signature that is not one of the input.
type forgery struct {
	what       string
	input, sig []byte
}

func forgeries(input, sig, another []byte) []forgery {
	list := []forgery{
		{"the signature of another input", input, another},
		{"an input of which the first byte is changed", flip(input, 0), sig},
		{"an input of which the last byte is changed", flip(input, len(input)-1), sig},
		{"an input with a byte more", append(bytes.Clone(input), 0), sig},
		{"an input with a byte less", input[:len(input)-1], sig},
		{"an empty input", nil, sig},
		{"no signature", input, nil},
		{"an empty signature", input, []byte{}},
		{"a signature of zeros", input, make([]byte, len(sig))},
		{"a signature of ones", input, bytes.Repeat([]byte{0xff}, len(sig))},
		{"a signature with a byte more", input, append(bytes.Clone(sig), 0)},
		{"a signature with a byte more in front", input, append([]byte{0}, sig...)},
		{"a signature with a byte less", input, sig[:len(sig)-1]},
		{"half a signature", input, sig[:len(sig)/2]},
		{"a signature of one byte", input, sig[:1]},
		{"two signatures", input, append(bytes.Clone(sig), sig...)},
		{"a signature as text", input, []byte(encode(string(sig)))},
	}
	step := max(1, len(sig)/64)
	for i := 0; i < len(sig); i += step {
		list = append(list, forgery{"a changed signature", input, flip(sig, i)})
	}
	return append(list, forgery{"a signature of which the last byte is changed", input, flip(sig, len(sig)-1)})
}

// flip returns a copy in which one bit of a byte is another.
func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 1 << (i % 8)
	return b
}

type verifierContract struct {
	contract
	verifier jwt.Verifier
}

// verify calls the verifier, and reports whether that went well.
func (c verifierContract) verify(ctx context.Context, what string, input, sig []byte) (err error, ok bool) {
	c.t.Helper()
	in, s := guard(input), guard(sig)
	if sig == nil {
		s.text = nil
	}
	ok = c.try(what, func() { err = c.verifier.Verify(ctx, in.text, s.text) })
	if in.modified() || s.modified() {
		c.broken("modifies the input or signature of %s, or what is behind it", what)
	}
	if err != nil && len(sig) >= 16 {
		for _, secret := range []string{string(sig), encode(string(sig)), base64Of(sig), hex.EncodeToString(sig)} {
			if strings.Contains(err.Error(), secret) {
				c.broken("has the signature in an error")
			}
		}
	}
	return err, ok
}

func (c verifierContract) accepts(what string, input, sig []byte) {
	c.t.Helper()
	if err, ok := c.verify(c.t.Context(), what, input, sig); ok && err != nil {
		c.broken("refuses the right signature of %s: %v", what, err)
	}
}

func (c verifierContract) refuses(f forgery) {
	c.t.Helper()
	err, ok := c.verify(c.t.Context(), f.what, f.input, f.sig)
	switch {
	case ok && err == nil:
		c.broken("accepts %s", f.what)
	case ok && !errors.Is(err, jwt.ErrSignature):
		c.broken("does not refuse %s with jwt.ErrSignature, but with what means that it could not be decided: %v", f.what, err)
	}
}

func (c verifierContract) endedContext(input, sig []byte) {
	c.t.Helper()
	const what = "a context that has ended"
	if err, _ := c.verify(cancelled(c.t), what, input, sig); errors.Is(err, jwt.ErrSignature) {
		c.broken("refuses the right signature with jwt.ErrSignature when the context has ended, want an error that says it could not be decided")
	}
	if err, ok := c.verify(cancelled(c.t), what, input, flip(sig, 0)); ok && err == nil {
		c.broken("accepts a changed signature when the context has ended")
	}
}
