package jwt

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A question is one that a policy asks of a token whose signature is good.
type question struct {
	claim string // or header parameter
	own   *Rule  // that asks it, if it is not one of this package's

	// check returns nil if the answer is good, or else the reason to refuse the
	// token; for a rule of the caller's, its error.
	check func(p *Policy, t *Token, now instant, q *question) error

	got  func(p *Policy, t *Token, q *question) string              // what the token says
	want func(p *Policy, t *Token, now instant, q *question) string // what the policy accepts
	hint func(p *Policy, t *Token) string                           // what may be done about a refusal, "" for nothing
}

// builtin are the questions of every policy, in their order: exp is last, so that a
// token refused for it alone is known to be otherwise acceptable. Require and
// Rules are asked before those at ownQuestions.
var builtin = [...]question{
	{claim: "typ", check: (*Policy).checkType, got: gotType, want: wantType},
	{claim: "iss", check: (*Policy).checkIssuer, got: gotIssuer, want: wantIssuer, hint: hintIssuer},
	{claim: "aud", check: (*Policy).checkAudience, got: gotAudience, want: wantAudience},
	{claim: "sub", check: (*Policy).checkSubject, got: gotSubject, want: wantSubject},
	{claim: "iat", check: (*Policy).checkIssuedAt, got: gotIssuedAt, want: wantIssuedAt, hint: hintIssuedAt},
	{claim: "nbf", check: (*Policy).checkNotBefore, got: gotNotBefore, want: wantNotBefore, hint: hintNotBefore},
	{claim: "exp", check: (*Policy).checkExpiresAt, got: gotExpiresAt, want: wantExpiresAt, hint: hintExpiresAt},
}

const ownQuestions = 5

// questions returns all that the policy asks.
func (p *Policy) questions() []question {
	if len(p.Require)+len(p.Rules) == 0 {
		return builtin[:]
	}
	all := make([]question, 0, len(builtin)+len(p.Require)+len(p.Rules))
	all = append(all, builtin[:ownQuestions]...)
	for _, name := range p.Require {
		all = append(all, question{claim: name, check: (*Policy).checkPresent, got: gotMember, want: wantMember})
	}
	for i := range p.Rules {
		all = append(all, question{claim: p.Rules[i].Claim, own: &p.Rules[i], check: (*Policy).checkOwn})
	}
	return append(all, builtin[ownQuestions:]...)
}

// check asks every question and returns the first refusal.
func (p *Policy) check(t *Token, now time.Time) *VerifyError {
	at, all := instantOf(now), p.questions()
	for i := range all {
		q := &all[i]
		if reason := q.check(p, t, at, q); reason != nil {
			return p.refusal(t, at, i, q, reason)
		}
	}
	return nil
}

// refusal says why the token is refused for the answer to question number i.
func (p *Policy) refusal(t *Token, now instant, i int, q *question, reason error) *VerifyError {
	var refusal *VerifyError
	if q.own != nil {
		refusal = t.refuseFor(q.claim, reason)
	} else {
		refusal = t.refuse(reason, q.claim, "")
		refusal.Detail = "got " + q.got(p, t, q) + ", want " + q.want(p, t, now, q)
		if q.hint != nil {
			refusal.Detail += q.hint(p, t)
		}
	}
	refusal.genuine.question = i + 1
	return refusal
}

func (p *Policy) checkType(t *Token, _ instant, _ *question) error {
	got := t.Header.Type
	switch {
	case p.AllowAnyType || len(p.Types) == 0 && (got == "" || jose.SameMediaType(got, plainType)):
		return nil
	case slices.ContainsFunc(p.Types, func(want string) bool { return jose.SameMediaType(got, want) }):
		return nil
	}
	return ErrClaim
}

func gotType(_ *Policy, t *Token, _ *question) string {
	return gotText(t.Header.Type != "", t.Header.Type)
}

func wantType(p *Policy, _ *Token, _ instant, _ *question) string {
	switch {
	case p.AllowAnyType:
		return "anything"
	case len(p.Types) == 0:
		return `"JWT" or nothing, as Policy.Types is empty`
	}
	return oneOf(p.Types)
}

func (p *Policy) checkIssuer(t *Token, _ instant, _ *question) error {
	switch {
	case p.AllowAnyIssuer:
		return nil
	case p.IssuerTemplate != "":
		return p.checkTemplate(t)
	}
	if present := t.has&hasIssuer != 0; present == (p.Issuer != "") && t.Claims.Issuer == p.Issuer {
		return nil
	}
	return ErrClaim
}

func gotIssuer(_ *Policy, t *Token, _ *question) string {
	return gotText(t.has&hasIssuer != 0, t.Claims.Issuer)
}

func wantIssuer(p *Policy, t *Token, _ instant, _ *question) string {
	switch {
	case p.AllowAnyIssuer:
		return "anything"
	case p.IssuerTemplate != "":
		return p.wantTemplate(t)
	case p.Issuer == "":
		return "it to be absent, as Policy.Issuer is empty"
	}
	return strictjson.Quote(p.Issuer)
}

func hintIssuer(p *Policy, t *Token) string {
	if p.Issuer != "" && strings.TrimSuffix(t.Claims.Issuer, "/") == strings.TrimSuffix(p.Issuer, "/") {
		return "; they differ in the slash at the end"
	}
	return ""
}

func (p *Policy) checkAudience(t *Token, _ instant, _ *question) error {
	if p.AllowAnyAudience {
		return nil
	}
	if t.has&hasAudience == 0 && len(p.Audience) == 0 {
		return nil
	}
	for _, recipient := range t.Claims.Audience {
		if slices.Contains(p.Audience, recipient) {
			return nil
		}
	}
	return ErrClaim
}

func gotAudience(_ *Policy, t *Token, _ *question) string {
	if t.has&hasAudience == 0 {
		return "nothing"
	}
	return quoteList(t.Claims.Audience)
}

func wantAudience(p *Policy, _ *Token, _ instant, _ *question) string {
	switch {
	case p.AllowAnyAudience:
		return "anything"
	case len(p.Audience) == 0:
		return "it to be absent, as Policy.Audience is empty"
	}
	return "one of " + quoteList(p.Audience)
}

func (p *Policy) checkSubject(t *Token, _ instant, _ *question) error {
	if p.Subject == "" || t.Claims.Subject == p.Subject {
		return nil
	}
	return ErrClaim
}

func gotSubject(_ *Policy, t *Token, _ *question) string {
	return gotText(t.has&hasSubject != 0, t.Claims.Subject)
}

func wantSubject(p *Policy, _ *Token, _ instant, _ *question) string {
	if p.Subject == "" {
		return "anything"
	}
	return strictjson.Quote(p.Subject)
}

func (p *Policy) checkIssuedAt(t *Token, now instant, _ *question) error {
	if p.MaxAge == 0 {
		return nil
	}
	iat := t.issuedAt()
	if t.has&hasIssuedAt == 0 || iat.after(now.add(p.Leeway)) || now.add(-p.MaxAge).add(-p.Leeway).after(iat) {
		return ErrClaim
	}
	return nil
}

func gotIssuedAt(_ *Policy, t *Token, _ *question) string {
	return gotDate(t.has&hasIssuedAt != 0, t.issuedAt())
}

func wantIssuedAt(p *Policy, _ *Token, now instant, _ *question) string {
	if p.MaxAge == 0 {
		return "any date or nothing"
	}
	return "a date not after now, " + now.String() + ", and at most " + p.MaxAge.String() + " before it"
}

func hintIssuedAt(_ *Policy, t *Token) string {
	if t.has&hasIssuedAt == 0 {
		return ", for Policy.MaxAge is set"
	}
	return hintDate(t.issuedAt())
}

func (p *Policy) checkNotBefore(t *Token, now instant, _ *question) error {
	if t.has&hasNotBefore == 0 || !t.notBefore().after(now.add(p.Leeway)) {
		return nil
	}
	return ErrNotYetValid
}

func gotNotBefore(_ *Policy, t *Token, _ *question) string {
	return gotDate(t.has&hasNotBefore != 0, t.notBefore())
}

func wantNotBefore(_ *Policy, _ *Token, now instant, _ *question) string {
	return "a date not after now, " + now.String()
}

func hintNotBefore(_ *Policy, t *Token) string { return hintDate(t.notBefore()) }

// hintDate says what may be wrong with a date that is refused.
func hintDate(date instant) string {
	const year33658 = 1_000_000_000_000 // in milliseconds, 2001
	if date.sec >= year33658 {
		return "; it may be in milliseconds, want seconds (RFC 7519 section 2)"
	}
	return "; Policy.Leeway is for clocks that differ"
}

func (p *Policy) checkExpiresAt(t *Token, now instant, _ *question) error {
	switch {
	case t.has&hasExpiresAt == 0 && p.AllowNoExpiry:
		return nil
	case t.has&hasExpiresAt == 0:
		return ErrClaim
	case t.expiresAt().after(now.add(-p.Leeway)):
		return nil
	}
	return ErrExpired
}

func gotExpiresAt(_ *Policy, t *Token, _ *question) string {
	return gotDate(t.has&hasExpiresAt != 0, t.expiresAt())
}

func wantExpiresAt(_ *Policy, _ *Token, now instant, _ *question) string {
	return "a date after now, " + now.String()
}

func hintExpiresAt(_ *Policy, t *Token) string {
	if t.has&hasExpiresAt == 0 {
		return "; the issuer has to set exp, unless Policy.AllowNoExpiry"
	}
	return ""
}

func gotText(present bool, text string) string {
	if !present {
		return "nothing"
	}
	return strictjson.Quote(text)
}

func gotDate(present bool, date instant) string {
	if !present {
		return "nothing"
	}
	return date.String()
}

func oneOf(list []string) string {
	if len(list) == 1 {
		return strictjson.Quote(list[0])
	}
	return "one of " + quoteList(list)
}

// quoteList shows the first few of a list of texts.
func quoteList(list []string) string {
	const most = 4
	var shown []string
	for _, s := range list[:min(len(list), most)] {
		shown = append(shown, strictjson.Quote(s))
	}
	if len(list) > most {
		shown = append(shown, "and "+strconv.Itoa(len(list)-most)+" more")
	}
	return "[" + strings.Join(shown, ", ") + "]"
}
