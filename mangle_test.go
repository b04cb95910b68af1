package jwt_test

import (
	"context"
	"encoding/base64"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// flip returns the letter whose value differs in one bit.
func flip(c byte, bit int) string {
	return string(alphabet[strings.IndexByte(alphabet, c)^1<<bit])
}

// mangle calls try with every token that differs from the one given in a
// character, wherever it may be, and in a few more ways.
func mangle(token string, try func(how, mangled string)) {
	strangers := []string{".", "=", "\n", "\r", " ", "+", "/", "A", "_", "\x00", "\t", ",", "%", "\u00e9", "\xff", "%3D", "\u212A"}
	for i := range len(token) {
		before, c, after := token[:i], token[i], token[i+1:]
		try("deleted", before+after)
		try("doubled", before+string(c)+string(c)+after)
		for _, s := range strangers {
			if s != string(c) {
				try("replaced", before+s+after)
			}
			try("inserted", before+s+token[i:])
		}
		if c != '.' {
			for _, bit := range []int{0, 1 + i%5} {
				try("changed", before+flip(c, bit)+after)
			}
			try("case changed", before+string(c^0x20)+after)
		}
		if i+1 < len(token) && token[i] != token[i+1] {
			try("swapped", before+string(token[i+1])+string(c)+token[i+2:])
		}
		if i > 0 {
			try("a prefix", before)
			try("a suffix", token[i:])
		}
	}
	for _, s := range append(strangers, "==", "===", "\r\n", "....", "AA", "AAA", "AAAA", token, "."+token, "Bearer ") {
		try("preceded", s+token)
		try("followed", token+s)
	}
	parts := strings.Split(token, ".")
	for i, part := range parts {
		with := func(changed string) string {
			p := append([]string(nil), parts...)
			p[i] = changed
			return strings.Join(p, ".")
		}
		raw := must(base64.RawURLEncoding.DecodeString(part))
		try("padded", with(part+strings.Repeat("=", (4-len(part)%4)%4+4*((len(part)+3)%4/3))))
		try("in the other alphabet", with(base64.RawStdEncoding.EncodeToString(raw)+"+/"))
		try("broken into lines", with(part[:len(part)/2]+"\n"+part[len(part)/2:]))
		try("broken into lines", with(part[:len(part)/2]+"\r\n"+part[len(part)/2:]))
		try("with a byte before", with(encode(append([]byte{0}, raw...))))
		try("with a byte after", with(encode(append(raw, 0))))
		try("without the first byte", with(encode(raw[1:])))
		try("without the last byte", with(encode(raw[:len(raw)-1])))
		try("empty", with(""))
		try("in hexadecimal", with(strings.ToUpper(part)))
		for j := range parts {
			if j != i {
				try("in the place of another", with(parts[j]))
			}
		}
		if free := 6 - len(raw)*8%6; free < 6 {
			for bits := 1; bits < 1<<free; bits++ {
				last := strings.IndexByte(alphabet, part[len(part)-1])
				try("with stray bits", with(part[:len(part)-1]+string(alphabet[last|bits])))
			}
		}
	}
}

// thinned is one of how many changes are tried where arithmetic takes long. There is
// neither assembly nor a second thread in WebAssembly, and what is changed says nothing of
// the platform. No other step is a multiple of it, nor is the length of a byte.
func thinned(alg jwt.Algorithm) int {
	if runtime.GOARCH == "wasm" && alg[:2] != "HS" {
		return 7
	}
	return 1
}

// A token has one spelling: whatever is done to it, it is refused, and nothing
// of its claims is looked at.
func TestMangledTokensAreRefused(t *testing.T) {
	for _, alg := range allAlgorithms {
		t.Run(string(alg), func(t *testing.T) {
			t.Parallel()
			s, v := pair(t, alg, "k")
			p := lenient(v)
			// Both a payload and a header with stray bits to set.
			token := signRaw(t, s, `{"alg":"`+string(alg)+`","kid":"k" }`, `{"exp":1800000060, "n":1}`)
			_, err := p.Verify(t.Context(), token)
			require.NoError(t, err)
			tried, step := 0, 1 // ES256 has them all
			switch alg {
			case jwt.ES384:
				step = 13
			case jwt.ES512:
				step = 31
			case jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87:
				step = 997
			}
			step *= thinned(alg)
			mangle(token, func(how, mangled string) {
				if mangled == token {
					return
				}
				if tried++; tried%step != 0 {
					return
				}
				requireMangledRefused(t, p, how, mangled)
			})
			assert.Greater(t, tried, len(token)*30)
		})
	}
}

// requireMangledRefused is quick, for it is called very often.
func requireMangledRefused(t *testing.T, p *jwt.Policy, how, mangled string) {
	t.Helper()
	got, err := p.Verify(context.Background(), mangled)
	var refused *jwt.VerifyError
	if got != nil || !errors.As(err, &refused) {
		t.Fatalf("%s: got %v and %v, want a refusal: %q", how, got, err, mangled)
	}
	if r := refused.Reason; r != jwt.ErrMalformed && r != jwt.ErrUnknownKey && r != jwt.ErrSignature {
		t.Fatalf("%s: got %v, want nothing of the claims to be looked at: %q", how, err, mangled)
	}
}

// The same for what Policies looks at before the signature.
func TestMangledTokensAreRefusedByPolicies(t *testing.T) {
	key := hs256(t)
	token := signed(t, key, payload)
	ps := jwt.Policies{policy(key)}
	_, err := ps.Verify(t.Context(), token)
	require.NoError(t, err)
	mangle(token, func(how, mangled string) {
		if mangled == token {
			return
		}
		got, err := ps.Verify(t.Context(), mangled)
		var refused *jwt.VerifyError
		if got != nil || !errors.As(err, &refused) {
			t.Fatalf("%s: got %v and %v, want a refusal: %q", how, got, err, mangled)
		}
		if r := refused.Reason; r != jwt.ErrMalformed && r != jwt.ErrUnknownKey && r != jwt.ErrSignature {
			t.Fatalf("%s: got %v, want nothing of the claims to be judged: %q", how, err, mangled)
		}
	})
}

// Every bit of a signature counts; of the slow algorithms some are tried.
func TestEveryBitOfTheSignatureCounts(t *testing.T) {
	for _, alg := range allAlgorithms {
		t.Run(string(alg), func(t *testing.T) {
			t.Parallel()
			s, v := pair(t, alg, "")
			input := []byte("input")
			sig, err := s.Sign(t.Context(), input)
			require.NoError(t, err)
			require.NoError(t, v.Verify(t.Context(), input, sig))
			step := 1
			switch alg {
			case jwt.ES384:
				step = 11
			case jwt.ES512:
				step = 31
			case jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87:
				step = 101
			}
			step *= thinned(alg)
			for i := 0; i < len(sig)*8; i += step {
				sig[i/8] ^= 1 << (i % 8)
				require.ErrorIs(t, v.Verify(t.Context(), input, sig), jwt.ErrSignature, "bit %d", i)
				sig[i/8] ^= 1 << (i % 8)
			}
			require.NoError(t, v.Verify(t.Context(), input, sig))
		})
	}
}
