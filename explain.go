package jwt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// Explain verifies the token and says what became of each step, in their order: the
// size, the parts, the header, the key, the signature, each question that a policy
// asks, and the checks around it, such as revocation. It takes the same decisions as
// v.Verify, by the same code. It is for tools, tests and a look at a token in
// trouble; what it returns says what the policies want, so it is for those who run
// the service, not for the sender of the token.
//
// Of a TokenVerifier that is no [Explainer] it tells the outcome only.
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

// An Explainer is a [TokenVerifier] that can say how it decides. All of this module
// are. Explain takes the same decision as Verify; one that is around another
// TokenVerifier calls [Explain] for that, and adds its own steps.
type Explainer interface {
	TokenVerifier
	Explain(ctx context.Context, token string) *Explanation
}

// An Explanation is what became of a token. The zero value is that of a token of
// which nothing is known. It holds no key, token or signature; foreign text in it is
// quoted and cut.
type Explanation struct {
	Steps []Step // in their order
	Token *Token // the token, if it was accepted
	Err   error  // what Verify returns: nil if it was accepted
}

// A Step is one of the questions that a token has to answer.
type Step struct {
	Name   string `json:"step"` // "size", "signature", or a claim; behind the number of the policy if there are several
	Result Result `json:"result"`
	Got    string `json:"got,omitzero"`  // what was found, "" if that cannot be shown or was not reached
	Want   string `json:"want,omitzero"` // what is accepted
}

// A Result is what became of a step.
type Result string

// The results of a step. After the first that is not Passed, the others are not
// reached.
const (
	Passed     Result = "pass"
	Failed     Result = "fail"        // the token is refused for it
	Undecided  Result = "undecided"   // it could not be decided
	NotReached Result = "not reached" // a step before it was not passed
)

// Add appends a step that ended with the error err: it is passed if that is nil,
// failed if that is a *[VerifyError], or else undecided. If a step before was not
// passed, it is not reached, and err does not count.
func (e *Explanation) Add(name, got, want string, err error) {
	e.Steps = append(e.Steps, Step{name, e.result(err), got, want})
	if e.Err == nil {
		e.Err = err
	}
}

func (e *Explanation) result(err error) Result {
	var refusal *VerifyError
	switch {
	case e.Err != nil:
		return NotReached
	case err == nil:
		return Passed
	case errors.As(err, &refusal):
		return Failed
	}
	return Undecided
}

// String returns the steps as a table with aligned columns, and a last line that
// says whether the token is accepted, or the error.
func (e *Explanation) String() string {
	if e == nil {
		return "not verified"
	}
	rows := [][4]string{{"step", "result", "got", "want"}}
	var width [3]int
	for _, s := range e.Steps {
		rows = append(rows, [4]string{s.Name, string(s.Result), s.Got, s.Want})
	}
	for _, row := range rows {
		for i := range width {
			width[i] = max(width[i], utf8.RuneCountInString(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(width) {
				line.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String() + e.outcome()
}

func (e *Explanation) outcome() string {
	switch {
	case e.Err != nil:
		return e.Err.Error()
	case e.Token != nil:
		return "accepted"
	}
	return "not verified"
}

// MarshalJSON returns an object with the members accepted, error and steps. It has
// nothing of the token but what the steps say.
func (e *Explanation) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	text := ""
	if e.Err != nil {
		text = e.Err.Error()
	}
	return json.Marshal(struct {
		Accepted bool   `json:"accepted"`
		Error    string `json:"error,omitzero"`
		Steps    []Step `json:"steps"`
	}{e.Err == nil && e.Token != nil, text, e.Steps})
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
	e.Token, e.Err = p.tell(ctx, token, e, "")
	return e
}

// tell is accept that adds its steps to e, if that is not nil, with a prefix to
// their names. It leaves e.Err as it is.
func (p *Policy) tell(ctx context.Context, token string, e *Explanation, prefix string) (*Token, error) {
	if e == nil {
		return p.accept(ctx, token, nil)
	}
	if err := p.incomplete(); err != nil {
		e.Add(prefix+"policy", "", "a policy that is complete", err)
		return nil, err
	}
	tr := &trace{}
	t, err := p.accept(ctx, token, tr)
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

// answer returns what a token says to a question, and what the policy accepts.
func (p *Policy) answer(tr *trace, q *question) (got, want string) {
	t, now := tr.token, tr.now
	if t == nil { // not reached
		t, now = &Token{}, instantOf(p.now())
	}
	if q.own != nil {
		return t.describe(q.claim), "what its rule accepts"
	}
	return q.got(p, t, q), q.want(p, t, now, q)
}

// Explain says how Verify decides: which policies are asked, and what each says.
func (ps Policies) Explain(ctx context.Context, token string) *Explanation {
	e := &Explanation{}
	var steps Explanation
	t, _, err := ps.accept(ctx, token, &steps)
	e.addIssuer(token, ps.maxSize(), steps.Steps, err)
	e.Token, e.Err = t, err
	return e
}

// Explain says how Verify decides.
func (f PolicyFunc) Explain(ctx context.Context, token string) *Explanation {
	e := &Explanation{}
	var steps Explanation
	t, err := f.accept(ctx, token, &steps)
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
	if input, signature := cutSignature(token); signature != "" {
		if r := c.find(c.digest(signature)); r != nil && r.input == input {
			got = "a token that is remembered"
		}
	}
	t, err := c.Verify(ctx, token)
	e := c.Policies.Explain(ctx, token)
	e.Steps = slices.Insert(e.Steps, 0, Step{"cache", Passed, got, ""})
	e.Token, e.Err = t, err
	return e
}
