package jwt

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// Policies is one [Policy] for each issuer, with keys, audience and type of its
// own; several for one issuer are tried in turn. Nil and empty Policies accept
// nothing: their Verify returns an error.
type Policies []*Policy

// Verify returns the token if one of the policies accepts it. Only those whose
// Issuer is the token's, or that allow any, are asked: no other one's keys are
// looked up. To choose them, iss is read before the signature is verified; the
// policy chosen checks it again afterwards. If several refuse, the refusal that
// came the farthest is returned, the first of such, but if one could not decide, its error is.
func (ps Policies) Verify(ctx context.Context, token string) (*Token, error) {
	t, _, err := ps.accept(ctx, token, nil, nil)
	return t, err
}

// accept is Verify that also returns the policy. What the policies say is added to
// e, and the claims are decoded into the target, if these are not nil.
func (ps Policies) accept(ctx context.Context, token string, e *Explanation, into *target) (*Token, *Policy, error) {
	if err := ps.incomplete(); err != nil {
		return nil, nil, err
	}
	longest := 64
	for _, p := range ps {
		longest = max(longest, len(p.Issuer), len(p.IssuerTemplate)+maxIssuerPart)
	}
	issuer, refusal := unverifiedIssuer(token, ps.maxSize(), longest)
	if refusal != nil {
		return nil, nil, refusal
	}
	var err error
	for i, p := range ps {
		if !p.mayAccept(issuer) {
			continue
		}
		t, refusal := p.tell(ctx, token, e, e.prefix(i, len(ps)), into)
		if refusal == nil {
			return t, p, nil
		}
		if progress(refusal) > progress(err) {
			err = refusal
		}
	}
	if err == nil {
		err = noPolicy(issuer)
	}
	return nil, nil, err
}

// incomplete says what is wrong with the policies themselves.
func (ps Policies) incomplete() error {
	if len(ps) == 0 {
		return errors.New("jwt: Policies are empty, want one for each issuer")
	}
	for i, p := range ps {
		if err := p.incomplete(); err != nil {
			return fmt.Errorf("%w (policy %d of %d)", err, i+1, len(ps))
		}
	}
	return nil
}

// mayAccept reports whether the policy may accept tokens of the issuer.
func (p *Policy) mayAccept(issuer string) bool {
	return p.AllowAnyIssuer || p.IssuerTemplate == "" && p.Issuer == issuer || p.IssuerTemplate != "" && p.fitsTemplate(issuer)
}

func noPolicy(issuer string) *VerifyError {
	return &VerifyError{Reason: ErrUnknownKey, Claim: "iss", Detail: "got " + gotText(issuer != "", issuer) + ", and no policy is for it"}
}

// maxSize is the size of the longest token that one of the policies may accept.
func (ps Policies) maxSize() (size int) {
	for _, p := range ps {
		if p != nil {
			size = max(size, p.maxSize())
		}
	}
	return size
}

// unverifiedIssuer returns the iss of a token of which nothing is verified, ""
// if it has none. One that has more than longest bytes is cut behind the next.
func unverifiedIssuer(token string, maxSize, longest int) (string, *VerifyError) {
	if len(token) > maxSize {
		return "", refuse(ErrMalformed, jose.TooLarge(len(token), maxSize))
	}
	s, ok := split(token)
	if !ok {
		return "", malformed(token, "", notThreeParts)
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	b.token = append(b.token[:0], token[s.header+1:s.payload]...)
	if b.payload, ok = base64url.AppendDecode(b.payload[:0], b.token); !ok {
		return "", refuse(ErrMalformed, "payload: "+base64url.Problem)
	}
	v, ok := strictjson.Find(b.payload, "iss")
	if !ok {
		return "", nil
	}
	if !v.IsString() {
		return "", &VerifyError{Reason: ErrMalformed, Claim: "iss", Detail: "got " + v.Kind() + ", want a string"}
	}
	if len(v.Raw) > 6*longest+2 { // each byte may be an escape of six
		return string(v.Raw[1 : longest+2]), nil
	}
	issuer, _ := v.Text("")
	return issuer, nil
}

// progress says how far a token came before the error.
func progress(err error) int64 {
	var refusal *VerifyError
	switch {
	case err == nil:
		return -1
	case errors.As(err, &refusal):
		const questions = 1 << 32 // more than a policy has
		reached := slices.Index(reasons[:], refusal.Reason)
		if reached < 0 { // the reason of a Rule of the caller's
			reached = slices.Index(reasons[:], ErrClaim)
		}
		question := 0
		if refusal.genuine != nil {
			question = refusal.genuine.question
		}
		return int64(reached)*questions + int64(question)
	default: // not refused at all
		return math.MaxInt64
	}
}

// A PolicyFunc is a [TokenVerifier] for issuers that are not known beforehand, such
// as tenants in a database. It returns the policy for the tokens of an issuer: one
// whose Issuer is that very text. If there is no such issuer it returns nil and no
// error, and the token is refused with [ErrUnknownKey]. An error says that it could
// not be found out.
//
// It is called for every token that names an issuer, before anything in the token
// is verified, so anybody can have it called with texts of their own, of up to 1,024
// bytes. Keep what it finds, and that there is nothing, for a while. It may be called
// concurrently. Nil accepts nothing.
type PolicyFunc func(ctx context.Context, issuer string) (*Policy, error)

const maxUnknownIssuer = 1024 // bytes of an iss that a PolicyFunc is asked for

// Verify returns the token if the policy for its issuer accepts it. A token of more
// than 65,536 bytes is refused, whatever the MaxSize of its policy. The context is
// handed to the function, and to the policy.
func (f PolicyFunc) Verify(ctx context.Context, token string) (*Token, error) {
	return f.accept(ctx, token, nil, nil)
}

// accept is Verify that adds what the policy says to e, and decodes the claims into the
// target, if these are not nil.
func (f PolicyFunc) accept(ctx context.Context, token string, e *Explanation, into *target) (*Token, error) {
	if f == nil {
		return nil, errors.New("jwt: PolicyFunc is nil, want a function from an issuer to its policy")
	}
	issuer, refusal := unverifiedIssuer(token, jose.DefaultMaxSize, maxUnknownIssuer)
	switch {
	case refusal != nil:
		return nil, refusal
	case len(issuer) > maxUnknownIssuer:
		return nil, &VerifyError{Reason: ErrUnknownKey, Claim: "iss", Detail: "want at most 1024 bytes"}
	case issuer == "":
		return nil, noPolicy(issuer)
	}
	p, err := f(ctx, issuer)
	switch {
	case err != nil:
		return nil, jose.Undecided[*VerifyError]("jwt: looking for the policy", err)
	case p == nil:
		return nil, noPolicy(issuer)
	case p.Issuer != issuer: // as with AllowAnyIssuer or IssuerTemplate, beside which there is no Issuer
		return nil, fmt.Errorf("jwt: PolicyFunc returned a policy for %s, want one whose Issuer is %s", p.issuers(), strictjson.Quote(issuer))
	}
	return p.tell(ctx, token, e, "", into)
}

// issuers says which issuers the policy is for.
func (p *Policy) issuers() string {
	switch {
	case p.AllowAnyIssuer:
		return "any issuer"
	case p.IssuerTemplate != "":
		return strictjson.Quote(p.IssuerTemplate)
	}
	return strictjson.Quote(p.Issuer)
}
