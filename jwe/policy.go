package jwe

import (
	"context"
	"errors"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Policy says which nested tokens are accepted: encrypted to one of its keys,
// with a cty of "JWT" (RFC 7519 section 5.2), and with a signed token inside that
// another policy accepts. It is plain data: set it up, then use it from any number
// of goroutines without changing it. The zero value and nil accept nothing: their
// Verify returns an error that says what is missing.
type Policy struct {
	Keys []Decrypter // the keys to decrypt with; required

	// Signed verifies the signed token inside: a *jwt.Policy, jwt.Policies, or a
	// check built on top of them. It is required.
	Signed jwt.TokenVerifier

	Type    string // typ must be this media type; if empty, "JWT" or absent
	MaxSize int    // longest token in bytes; 0: 65,536
}

// Verify decrypts the token and returns what Signed returns for the signed token
// inside. A refusal is a *[jwt.VerifyError]. Any other error means that it could
// not be decided, because the policy is incomplete or a key is out of reach.
//
// The context is passed to the keys and to Signed.
func (p *Policy) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	if err := p.incomplete(); err != nil {
		return nil, err
	}
	signed, err := p.decrypt(ctx, token, nil)
	if err != nil {
		return nil, err
	}
	t, err := p.Signed.Verify(ctx, signed)
	if err == nil && t == nil {
		err = errors.New("jwe: Policy.Signed returned no token")
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// decrypt returns the signed token inside.
func (p *Policy) decrypt(ctx context.Context, token string, at *stage) (signed string, err error) {
	b := buffers.Get().(*buffer)
	defer b.free()
	var h Header
	refusal := b.read(token, jose.MaxSize(p.MaxSize), &h)
	if refusal == nil {
		at.reach(stageTypes)
		refusal = p.checkTypes(&h)
	}
	if refusal != nil {
		return "", refusal
	}
	at.reach(stageKey)
	if err := decrypt(ctx, b, &h, p.Keys); err != nil {
		return "", err
	}
	at.reach(stageContent)
	if signed = string(b.plaintext); !isSigned(signed) {
		return "", malformed("", "the content is not a signed token, "+wantSigned)
	}
	return signed, nil
}

// incomplete says what is wrong with the policy itself.
func (p *Policy) incomplete() error {
	switch {
	case p == nil:
		return errors.New("jwe: Policy is nil")
	case len(p.Keys) == 0:
		return errors.New("jwe: Policy.Keys is empty, want the keys to decrypt with")
	case inspect.IsNil(p.Signed):
		return errors.New("jwe: Policy.Signed is nil, want the policy for the signed token inside")
	case p.MaxSize < 0:
		return errors.New("jwe: Policy has a negative MaxSize")
	}
	return nil
}

// checkTypes refuses what does not say that it is a nested token.
func (p *Policy) checkTypes(h *Header) *jwt.VerifyError {
	want := p.Type
	if want == "" {
		want = claimsType
	}
	absent := p.Type == "" && h.Type == ""
	if !absent && !jose.SameMediaType(h.Type, want) {
		return malformed("typ", gotWant(h.Type, want))
	}
	if !jose.SameMediaType(h.ContentType, nestedType) {
		return malformed("cty", gotWant(h.ContentType, nestedType))
	}
	return nil
}

func gotWant(got, want string) string {
	if got == "" {
		return "got nothing, want " + strictjson.Quote(want)
	}
	return "got " + strictjson.Quote(got) + ", want " + strictjson.Quote(want)
}

// isSigned reports whether a token has the three parts of a signed one.
func isSigned(token string) bool {
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	return header != "" && payload != "" && signature != "" && !strings.Contains(signature, ".")
}

const wantSigned = "want three parts separated by two dots"
