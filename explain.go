package jwt

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// Explain verifies the token and returns the result of every step, in their order:
// the size, the parts, the header, the key, the signature, each question that a policy
// asks, and the checks around it, such as revocation. It takes the same decisions as
// v.Verify, by the same code. It is for tools, for tests, and to find out why a token
// is refused. It says what the policies want, so its result is for those who run the
// service, not for the sender of the token.
//
// For a TokenVerifier that is not an [Explainer], there is one step, "verify".
func Explain(ctx context.Context, v TokenVerifier, token string) *Explanation {
	e := &Explanation{}
	if isNil(v) {
		e.Add("verify", "", "", errors.New("jwt: no TokenVerifier to verify the token with"))
		return e
	}
	if explainer, ok := v.(Explainer); ok {
		return explainer.Explain(ctx, token)
	}
	t, err := v.Verify(ctx, token)
	if err == nil && t == nil {
		err = fmt.Errorf("jwt: %T returned no token", v)
	}
	e.Add("verify", "", "", err)
	if err == nil {
		e.Token = t
	}
	return e
}

// An Explainer is a [TokenVerifier] that can say how it decides. Every TokenVerifier
// of this module is one. Its Explain takes the same decision as its Verify. One that
// wraps another TokenVerifier calls [Explain] with that, and adds its own steps.
type Explainer interface {
	TokenVerifier
	Explain(ctx context.Context, token string) *Explanation
}

// A trace is how far a policy came with a token; nil, where nobody asks.
type trace struct {
	stage    stage
	header   Header
	token    *Token  // once its signature is good
	now      instant // once a question is asked
	question int     // that refused the token
	claims   bool    // there are only claims, which package jwe decrypted
}

func (tr *trace) reach(s stage) {
	if tr != nil {
		tr.stage = s
	}
}

// A stage is one of the steps before the questions of a policy.
type stage int

const (
	stageSize stage = iota
	stageParts
	stageHeader
	stageEncoding
	stageKey
	stageSignature
	stagePayload
	stageQuestions
)

// stages are what there is to tell about them. Got is told of a stage that was
// reached.
var stages = [...]struct {
	name   string
	signed bool // of signed tokens only
	got    func(tr *trace, token string) string
	want   func(p *Policy) string
}{
	{"size", false, func(_ *trace, token string) string { return fmt.Sprintf("%d bytes", len(token)) },
		func(p *Policy) string { return fmt.Sprintf("at most %d bytes", p.maxSize()) }},
	{"parts", true, func(_ *trace, token string) string { return fmt.Sprint(strings.Count(token, ".") + 1) },
		func(*Policy) string { return "3" }},
	{"header", true, gotNothingYet, func(*Policy) string { return "a JSON object with alg and nothing that changes what the token means" }},
	{"encoding", true, gotNothingYet, func(*Policy) string { return "base64url" }},
	{"key", true, gotKey, func(*Policy) string { return "a key of the policy with this alg, and this kid or none" }},
	{"signature", true, gotNothingYet, func(*Policy) string { return "one by that key" }},
	{"payload", false, gotNothingYet, func(*Policy) string { return "a JSON object with registered claims of their types" }},
}

func gotNothingYet(*trace, string) string { return "" }

func gotKey(tr *trace, _ string) string {
	return "alg " + gotText(true, string(tr.header.Algorithm)) + ", kid " + gotText(tr.header.KeyID != "", tr.header.KeyID)
}

// Explain says how Verify decides.
func (p *Policy) Explain(ctx context.Context, token string) *Explanation {
	e := &Explanation{}
	e.Token, e.Err = p.tell(ctx, token, e, "", nil)
	return e
}

// tell is accept that adds its steps to e, if that is not nil, with a prefix to
// their names. It leaves e.Err as it is.
func (p *Policy) tell(ctx context.Context, token string, e *Explanation, prefix string, into *target) (*Token, error) {
	if e == nil {
		return p.accept(ctx, token, nil, into)
	}
	if err := p.incomplete(); err != nil {
		e.Add(prefix+"policy", "", "a policy that is complete", err)
		return nil, err
	}
	tr := &trace{}
	t, err := p.accept(ctx, token, tr, nil)
	told := &Explanation{}
	for i, s := range stages {
		switch at := stage(i); {
		case s.signed && tr.claims:
		case at < tr.stage:
			told.Add(prefix+s.name, s.got(tr, token), s.want(p), nil)
		case at == tr.stage:
			told.Add(prefix+s.name, s.got(tr, token), s.want(p), err)
		default:
			told.Add(prefix+s.name, "", s.want(p), err)
		}
	}
	for i, q := range p.questions() {
		got, want := p.answer(tr, &q)
		var reason error
		if i >= tr.question {
			reason = err
		}
		if told.Err != nil {
			got = ""
		}
		told.Add(prefix+q.claim, got, want, reason)
	}
	e.Steps = append(e.Steps, told.Steps...)
	return t, err
}

// prefix is what comes before the steps of policy number i of n, if there are
// several and somebody asks.
func (e *Explanation) prefix(i, n int) string {
	if e == nil || n == 1 {
		return ""
	}
	return fmt.Sprintf("policy %d ", i+1)
}

// answer returns what a token says to a question, and what the policy accepts.
func (p *Policy) answer(tr *trace, q *question) (got, want string) {
	t, now := tr.token, tr.now
	if t == nil { // not reached
		t, now = &Token{}, instantOf(p.now())
	}
	if q.own != nil {
		return t.describe(q.claim), "what its rule accepts"
	}
	return string(q.got(nil, p, t, q)), string(q.want(nil, p, t, now, q))
}

// Explain says how Verify decides: which policies are asked, and what each says.
func (ps Policies) Explain(ctx context.Context, token string) *Explanation {
	e := &Explanation{}
	var steps Explanation
	t, _, err := ps.accept(ctx, token, &steps, nil)
	e.addIssuer(token, ps.maxSize(), steps.Steps, err)
	e.Token, e.Err = t, err
	return e
}

// Explain says how Verify decides.
func (f PolicyFunc) Explain(ctx context.Context, token string) *Explanation {
	e := &Explanation{}
	var steps Explanation
	t, err := f.accept(ctx, token, &steps, nil)
	e.addIssuer(token, jose.DefaultMaxSize, steps.Steps, err)
	e.Token, e.Err = t, err
	return e
}

// addIssuer adds the step in which policies were chosen, and theirs.
func (e *Explanation) addIssuer(token string, maxSize int, steps []Step, err error) {
	got := ""
	if issuer, refusal := unverifiedIssuer(token, maxSize, maxUnknownIssuer); refusal == nil {
		got = gotText(issuer != "", issuer) + ", not verified"
	}
	if len(steps) > 0 {
		err = nil
	}
	e.Add("issuer", got, "one that there is a policy for", err)
	e.Steps = append(e.Steps, steps...)
}

// Explain says how the policies decide, as if the token was not remembered; the
// first step says whether it was. The outcome is that of Verify.
func (c *Cache) Explain(ctx context.Context, token string) *Explanation {
	if err := c.incomplete(); err != nil {
		e := &Explanation{}
		e.Add("cache", "", "", err)
		return e
	}
	got := "a token that is not remembered"
	if s, ok := split(token); ok {
		m := c.memory()
		if d := m.digest(token[s.payload+1:]); m.holds(&d, token[:s.payload]) {
			got = "a token that is remembered"
		}
	}
	t, err := c.Verify(ctx, token)
	anew := c.Policies.Explain(ctx, token)
	e := &Explanation{}
	if (err == nil) == (anew.Err == nil) {
		e.Add("cache", got, wantRemembered, nil)
		e.Steps = append(e.Steps, anew.Steps...)
	} else { // as when the key is out of reach that verified the token before
		e.Add("cache", got, wantRemembered, err)
	}
	e.Token, e.Err = t, err
	return e
}

const wantRemembered = "any; the signature of one that is remembered is not verified again"
