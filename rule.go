package jwt

import (
	"bytes"
	"errors"
	"slices"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Rule is a question of the caller's own that a [Policy] asks of a token whose
// signature is good. Policy.Rules are asked after the other questions and before
// nbf and exp, so that [ErrExpired] still says that a token is otherwise
// acceptable. The zero value is not a rule; a policy that has it accepts nothing.
//
// Check returns nil to accept the token. Any error refuses it with [ErrClaim]; its
// text, on one line and cut behind 200 bytes, becomes the Detail of the *[VerifyError],
// and errors.Is and errors.As find it. If it is a *VerifyError with a Reason that is
// not of this package, the refusal has that Reason. Check must be pure: it gives the
// same answer for the same token at any time, needs no network, does not modify the
// token, and may be called concurrently. A check that needs the network is a
// [TokenVerifier] around the policy, as revoke.DenyList is.
//
// [Equal], [OneOf], [NotEmpty], [Contains] and [RuleFor] make the usual ones.
type Rule struct {
	Claim string // the claim or header parameter it asks about, for the refusal; required
	Check func(t *Token) error
}

// Equal returns the rule that a claim is this string, byte for byte.
func Equal(claim, text string) Rule { return OneOf(claim, text) }

// OneOf returns the rule that a claim is one of these strings, byte for byte.
// Without any it refuses every token.
func OneOf(claim string, texts ...string) Rule {
	texts = slices.Clone(texts)
	return Rule{claim, func(t *Token) error {
		got, ok := t.text(claim)
		if ok && slices.Contains(texts, got) {
			return nil
		}
		return errors.New("got " + t.describe(claim) + ", want " + oneOf(texts))
	}}
}

// NotEmpty returns the rule that a claim is present and is not null, "", [] or {}.
func NotEmpty(claim string) Rule {
	return Rule{claim, func(t *Token) (err error) {
		t.member(claim, func(v strictjson.Value) {
			if isEmpty(v) {
				err = errors.New("got " + describe(v) + ", want what is not empty")
			}
		})
		return err
	}}
}

func isEmpty(v strictjson.Value) bool {
	switch {
	case len(v.Raw) == 0 || string(v.Raw) == "null" || string(v.Raw) == `""`:
		return true
	case v.Raw[0] == '[' || v.Raw[0] == '{':
		return len(bytes.TrimSpace(v.Raw[1:len(v.Raw)-1])) == 0
	}
	return false
}

// Contains returns the rule that a claim is an array of strings that has this item.
func Contains(claim, item string) Rule {
	return Rule{claim, func(t *Token) error {
		var items []string
		var ok bool
		t.member(claim, func(v strictjson.Value) { items, ok = v.Texts("", nil) })
		if ok && slices.Contains(items, item) {
			return nil
		}
		return errors.New("got " + t.describe(claim) + ", want an array of strings with " + strictjson.Quote(item))
	}}
}

// RuleFor returns the rule that check accepts the token's claims, decoded into a T
// as by [ClaimsAs]. Claims that do not fit T are refused.
func RuleFor[T any](claim string, check func(claims T) error) Rule {
	if check == nil {
		return Rule{Claim: claim}
	}
	return Rule{claim, func(t *Token) error {
		claims, err := ClaimsAs[T](t)
		if err != nil {
			return err
		}
		return check(claims)
	}}
}

// checkPresent asks for a claim or header parameter of Policy.Require.
func (p *Policy) checkPresent(t *Token, _ instant, q *question) error {
	present := false
	t.member(q.claim, func(v strictjson.Value) { present = string(v.Raw) != "null" && len(v.Raw) != 0 })
	if present {
		return nil
	}
	return ErrClaim
}

func gotMember(b []byte, _ *Policy, t *Token, q *question) []byte {
	return append(b, t.describe(q.claim)...)
}

func wantMember(b []byte, _ *Policy, _ *Token, _ instant, _ *question) []byte {
	return append(b, "it to be present, as Policy.Require names it"...)
}

func (p *Policy) checkOwn(t *Token, _ instant, q *question) error { return q.own.Check(t) }

// member calls do with a claim, or with a header parameter if it has the name of
// one; with the zero value if it is absent.
func (t *Token) member(name string, do func(v strictjson.Value)) {
	source := t.payload
	if slices.Contains(headerParameters[:], name) {
		source = t.header
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	b.payload = append(b.payload[:0], source...)
	v, _ := strictjson.Find(b.payload, name)
	do(v)
}

// headerParameters are those of RFC 7515 section 4.1.
var headerParameters = [...]string{"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"}

// text returns a claim or header parameter that is a string.
func (t *Token) text(name string) (text string, ok bool) {
	t.member(name, func(v strictjson.Value) { text, ok = v.Text("") })
	return text, ok
}

// describe returns a claim or header parameter for a message.
func (t *Token) describe(name string) (text string) {
	t.member(name, func(v strictjson.Value) { text = describe(v) })
	return text
}

func describe(v strictjson.Value) string {
	if text, ok := v.Text(""); ok {
		return strictjson.Quote(text)
	}
	if texts, ok := v.Texts("", nil); ok {
		return quoteList(texts)
	}
	if len(v.Raw) == 0 || v.Raw[0] == '[' || v.Raw[0] == '{' {
		return v.Kind()
	}
	return strictjson.Line(string(v.Raw)) // a number, true, false or null
}
