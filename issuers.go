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
// came the farthest is returned, but if one could not decide, its error is.
func (ps Policies) Verify(ctx context.Context, token string) (*Token, error) {
	t, _, _, err := ps.accept(ctx, token)
	return t, err
}

// accept is Verify that also returns the key and the policy.
func (ps Policies) accept(ctx context.Context, token string) (*Token, Verifier, *Policy, error) {
	if len(ps) == 0 {
		return nil, nil, nil, errors.New("jwt: Policies are empty, want one for each issuer")
	}
	for i, p := range ps {
		if err := p.incomplete(); err != nil {
			return nil, nil, nil, fmt.Errorf("%w (policy %d of %d)", err, i+1, len(ps))
		}
	}
	issuer, refusal := ps.unverifiedIssuer(token)
	if refusal != nil {
		return nil, nil, nil, refusal
	}
	var err error
	for _, p := range ps {
		if !p.AllowAnyIssuer && p.Issuer != issuer {
			continue
		}
		t, key, refusal := p.accept(ctx, token)
		if refusal == nil {
			return t, key, p, nil
		}
		if progress(refusal) > progress(err) {
			err = refusal
		}
	}
	if err == nil {
		got := "nothing"
		if issuer != "" {
			got = strictjson.Quote(issuer)
		}
		err = &VerifyError{Reason: ErrUnknownKey, Claim: "iss", Detail: "got " + got + ", and no policy is for it"}
	}
	return nil, nil, nil, err
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
// if it has none. One that is longer than that of any policy is cut.
func (ps Policies) unverifiedIssuer(token string) (string, *VerifyError) {
	size, longest := ps.maxSize(), 64
	for _, p := range ps {
		longest = max(longest, len(p.Issuer))
	}
	if len(token) > size {
		return "", refuse(ErrMalformed, jose.TooLarge(len(token), size))
	}
	s, ok := split(token)
	if !ok {
		return "", refuse(ErrMalformed, notThreeParts)
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
		return int64(slices.Index(reasons[:], refusal.Reason))*questions + int64(refusal.question)
	default: // not refused at all
		return math.MaxInt64
	}
}
