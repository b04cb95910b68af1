package jwe

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// A stage is one of the steps to the content of an encrypted token.
type stage int

const (
	stageForm stage = iota
	stageTypes
	stageKey
	stageContent
)

// reach notes how far a token came, where somebody asks.
func (s *stage) reach(to stage) {
	if s != nil {
		*s = to
	}
}

// Explain says how Verify decides: the steps of the encrypted token, and then those
// of Signed with the token inside.
func (p *Policy) Explain(ctx context.Context, token string) *jwt.Explanation {
	if err := p.incomplete(); err != nil {
		return incompletePolicy(err)
	}
	var at stage
	signed, err := p.decrypt(ctx, token, &at)
	e := opening(token, p.MaxSize, "the typ that the policy names, and the cty of a signed token", at, err)
	e.Add("content", "", "a signed token", err)
	if err != nil {
		return e
	}
	return joined(e, jwt.Explain(ctx, p.Signed, signed))
}

// Explain says how Verify decides: the steps of the encrypted token, and then what
// Claims asks of the claims inside.
func (p *UnsignedPolicy) Explain(ctx context.Context, token string) *jwt.Explanation {
	if err := p.incomplete(); err != nil {
		return incompletePolicy(err)
	}
	var at stage
	h, payload, err := p.decrypt(ctx, token, &at)
	e := opening(token, p.Claims.MaxSize, "no cty, as claims have none", at, err)
	if err != nil {
		return e
	}
	return joined(e, new(claimsPolicy).set(p.Claims, &h).Explain(ctx, payload))
}

func incompletePolicy(err error) *jwt.Explanation {
	e := &jwt.Explanation{}
	e.Add("encrypted policy", "", "a policy that is complete", err)
	return e
}

// opening returns the steps that lead to the content of a token.
func opening(token string, maxSize int, types string, at stage, err error) *jwt.Explanation {
	e := &jwt.Explanation{}
	for _, s := range [...]struct {
		stage
		name, got, want string
	}{
		{stageForm, "encrypted form", fmt.Sprintf("%d bytes, %d parts", len(token), strings.Count(token, ".")+1),
			fmt.Sprintf("at most %d bytes in 5 parts, with a header", jose.MaxSize(maxSize))},
		{stageTypes, "encrypted types", "", types},
		{stageKey, "decryption", "", "a key of the policy that decrypts it"},
	} {
		reason := err
		if at > s.stage {
			reason = nil
		}
		e.Add(s.name, s.got, s.want, reason)
	}
	return e
}

// joined puts steps before those of the token inside.
func joined(before, inner *jwt.Explanation) *jwt.Explanation {
	inner.Steps = append(before.Steps, inner.Steps...)
	return inner
}
