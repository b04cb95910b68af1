package jwt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
)

// hintFor returns what the refusal of a malformed token says behind its semicolon.
func hintFor(t *testing.T, p *jwt.Policy, token string) string {
	t.Helper()
	got, err := p.Verify(t.Context(), token)
	refused(t, jwt.ErrMalformed, "", got, err)
	_, hint, _ := strings.Cut(err.Error(), "; ")
	return hint
}

const (
	hintPadding   = "it has padding"
	hintStandard  = "it is in the alphabet of standard base64"
	hintCut       = "it may have been cut"
	hintOpaque    = "it has no dot, as an opaque token (RFC 6749 section 1.4), which its issuer can introspect"
	hintSeparator = "there is a comma, semicolon, space or line break in it"
)

// Every byte in a header and in a signature that are not base64url.
func TestHintsAreOfTheLettersInAPart(t *testing.T) {
	p := policy(hs256(t))
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/="
	input := encode(`{"alg":"HS256"}`) + "." + encode(payload) + "."
	for c := range 256 {
		if c == '.' {
			continue
		}
		text := string([]byte{byte(c)})
		isLetter := strings.Contains(letters, text)
		want := struct{ padded, header, signature string }{}
		switch {
		case strings.Contains(" \n,;\t\r", text):
			want.padded, want.header, want.signature = hintSeparator, hintSeparator, hintSeparator
		case text == "+", text == "/":
			want.padded, want.header, want.signature = hintPadding, hintStandard, hintStandard
		case isLetter:
			want.padded, want.signature = hintPadding, hintCut
		}
		assert.Equal(t, want.padded, hintFor(t, p, "AA"+text+"A=."+encode(payload)+".AA"), "%q", text)
		assert.Equal(t, want.header, hintFor(t, p, "AA"+text+"AA."+encode(payload)+".AA"), "%q", text)
		assert.Equal(t, want.signature, hintFor(t, p, input+"AA"+text+"AA"), "%q", text)
		if !isLetter {
			assert.Equal(t, want.signature, hintFor(t, p, input+text+"AAAA"), "%q", text)
			assert.NotEqual(t, hintStandard, hintFor(t, p, "AA+"+text+"A."+encode(payload)+".AA"), "%q", text)
		}
	}
}

// A separator is looked for from the first byte of a token to the 4096th.
func TestHintsAreOfTheBeginningOfAToken(t *testing.T) {
	p := policy(hs256(t))
	for _, row := range []struct{ token, want string }{
		{",A.A.A", hintSeparator},
		{strings.Repeat("x", 4095) + ";.A.A", hintSeparator},
		{strings.Repeat("x", 4096) + ";.A.A", ""},
		{"\x80A.A.A", "it begins with a character that is not ASCII, such as a byte order mark"},
		{"\x7fA.A.A", ""},
		{"." + strings.Repeat("x", 99), "it has one dot, as a token whose end is missing"},
		{"not a token", hintSeparator},
		{"two\nlines", hintSeparator},
		{strings.Repeat("x", 4095) + "\nx", hintSeparator},
		{strings.Repeat("x", 4095) + " x", hintSeparator},
		{strings.Repeat("x", 4096) + " x", hintOpaque},
		{strings.Repeat("x", 4096) + "\nx", hintOpaque},
		{strings.Repeat("a. ", 10) + "a", ""}, // prose
		{"a,b;c", hintOpaque},                 // which RFC 6749 appendix A.12 permits
	} {
		assert.Equal(t, row.want, hintFor(t, p, row.token), "%.20q", row.token)
	}
}
