package jwttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
)

// A contract is the test of one implementation of an interface.
type contract struct {
	t    testing.TB
	name string // of the interface
}

// broken reports what the implementation does against its contract.
func (c contract) broken(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("jwttest: %s: %s", c.name, fmt.Sprintf(format, args...))
}

// try calls the implementation, and reports whether it did not panic.
func (c contract) try(what string, call func()) (ok bool) {
	c.t.Helper()
	if v := c.panicOf(call); v != nil {
		c.broken("panics with %s: %v", what, v)
		return false
	}
	return true
}

// panicOf returns what a call panics with, and nil if it does not.
func (c contract) panicOf(call func()) (v any) {
	c.t.Helper()
	defer func() { v = recover() }()
	call()
	return nil
}

// together calls from several goroutines at a time.
func (c contract) together(call func(n int)) {
	const callers = 8
	var all sync.WaitGroup
	start := make(chan struct{})
	for n := range callers {
		all.Go(func() {
			<-start
			c.try("concurrent calls", func() { call(n) })
		})
	}
	close(start)
	all.Wait()
}

// cancelled is a context that has ended.
func cancelled(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// refused reports whether an error is a refusal; others mean that it could not be decided.
func refused(err error) bool {
	var refusal *jwt.VerifyError
	return errors.As(err, &refusal)
}

// identity checks what a Signer and a Verifier say of themselves, and reports whether they
// are of one key.
func (c contract) identity(key, partner interface {
	Algorithm() jwt.Algorithm
	KeyID() string
}) bool {
	c.t.Helper()
	alg, id := key.Algorithm(), key.KeyID()
	switch {
	case alg == "" || strings.EqualFold(string(alg), "none"):
		c.broken("has the Algorithm %q, want the alg of its tokens", alg)
	case alg != key.Algorithm() || id != key.KeyID():
		c.broken("has another Algorithm or KeyID at each call, want the same always")
	case alg != partner.Algorithm():
		c.broken("has the Algorithm %q, and its counterpart %q", alg, partner.Algorithm())
	case id != "" && partner.KeyID() != "" && id != partner.KeyID():
		c.broken("has the KeyID %q, and its counterpart %q", id, partner.KeyID())
	default:
		return true
	}
	return false
}

// A guarded text is bytes with others behind them, in the same array, which nobody is to
// modify either.
type guarded struct{ text, all, was []byte }

func guard(text []byte) guarded {
	all := append(bytes.Clone(text), bytes.Repeat([]byte{0xA5}, 64)...)
	return guarded{all[:len(text)], all, bytes.Clone(all)}
}

func (g guarded) modified() bool { return !bytes.Equal(g.all, g.was) }

// inputs are what keys sign, and what they have to be able to sign.
func inputs() map[string][]byte {
	return map[string][]byte{
		"the input of a token": []byte("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9"),
		"an empty input":       {},
		"a long input":         bytes.Repeat([]byte("0123456789abcdef"), 4096),
		"an input of bytes":    {0, 1, 0xff, '\n', 0x80},
	}
}
