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

	got  func(b []byte, p *Policy, t *Token, q *question) []byte              // appends what the token says
	want func(b []byte, p *Policy, t *Token, now instant, q *question) []byte // appends what the policy accepts
	hint func(p *Policy, t *Token) string                                     // what may be done about a refusal, "" for nothing
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
		refusal = t.refuse(reason, q.claim, p.detail(t, now, q))
	}
	refusal.genuine.question = i + 1
	return refusal
}

// detail says what the token's answer to a question is, and what it should be.
func (p *Policy) detail(t *Token, now instant, q *question) string {
	b := buffers.Get().(*buffer)
	defer b.free()
	b.payload = q.got(append(b.payload[:0], "got "...), p, t, q)
	b.payload = q.want(append(b.payload, ", want "...), p, t, now, q)
	if q.hint != nil {
		b.payload = append(b.payload, q.hint(p, t)...)
	}
	return string(b.payload)
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

func gotType(b []byte, _ *Policy, t *Token, _ *question) []byte {
	return appendText(b, t.Header.Type != "", t.Header.Type)
}

func wantType(b []byte, p *Policy, _ *Token, _ instant, _ *question) []byte {
	switch {
	case p.AllowAnyType:
		return append(b, "anything"...)
	case len(p.Types) == 0:
		return append(b, `"JWT" or nothing, as Policy.Types is empty`...)
	}
	return append(b, oneOf(p.Types)...)
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

func gotIssuer(b []byte, _ *Policy, t *Token, _ *question) []byte {
	return appendText(b, t.has&hasIssuer != 0, t.Claims.Issuer)
}

func wantIssuer(b []byte, p *Policy, t *Token, _ instant, _ *question) []byte {
	switch {
	case p.AllowAnyIssuer:
		return append(b, "anything"...)
	case p.IssuerTemplate != "":
		return append(b, p.wantTemplate(t)...)
	case p.Issuer == "":
		return append(b, "it to be absent, as Policy.Issuer is empty"...)
	}
	return strictjson.AppendQuoted(b, p.Issuer)
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

func gotAudience(b []byte, _ *Policy, t *Token, _ *question) []byte {
	if t.has&hasAudience == 0 {
		return append(b, "nothing"...)
	}
	return appendList(b, t.Claims.Audience)
}

func wantAudience(b []byte, p *Policy, _ *Token, _ instant, _ *question) []byte {
	switch {
	case p.AllowAnyAudience:
		return append(b, "anything"...)
	case len(p.Audience) == 0:
		return append(b, "it to be absent, as Policy.Audience is empty"...)
	}
	return appendList(append(b, "one of "...), p.Audience)
}

func (p *Policy) checkSubject(t *Token, _ instant, _ *question) error {
	if p.Subject == "" || t.Claims.Subject == p.Subject {
		return nil
	}
	return ErrClaim
}

func gotSubject(b []byte, _ *Policy, t *Token, _ *question) []byte {
	return appendText(b, t.has&hasSubject != 0, t.Claims.Subject)
}

func wantSubject(b []byte, p *Policy, _ *Token, _ instant, _ *question) []byte {
	if p.Subject == "" {
		return append(b, "anything"...)
	}
	return strictjson.AppendQuoted(b, p.Subject)
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

func gotIssuedAt(b []byte, _ *Policy, t *Token, _ *question) []byte {
	return appendDate(b, t.has&hasIssuedAt != 0, t.issuedAt())
}

func wantIssuedAt(b []byte, p *Policy, _ *Token, now instant, _ *question) []byte {
	if p.MaxAge == 0 {
		return append(b, "any date or nothing"...)
	}
	b = now.append(append(b, "a date not after now, "...))
	return append(b, (", and at most " + p.MaxAge.String() + " before it")...)
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

func gotNotBefore(b []byte, _ *Policy, t *Token, _ *question) []byte {
	return appendDate(b, t.has&hasNotBefore != 0, t.notBefore())
}

func wantNotBefore(b []byte, _ *Policy, _ *Token, now instant, _ *question) []byte {
	return now.append(append(b, "a date not after now, "...))
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

func gotExpiresAt(b []byte, _ *Policy, t *Token, _ *question) []byte {
	return appendDate(b, t.has&hasExpiresAt != 0, t.expiresAt())
}

func wantExpiresAt(b []byte, _ *Policy, _ *Token, now instant, _ *question) []byte {
	return now.append(append(b, "a date after now, "...))
}

func hintExpiresAt(_ *Policy, t *Token) string {
	if t.has&hasExpiresAt == 0 {
		return "; the issuer has to set exp, unless Policy.AllowNoExpiry"
	}
	return ""
}

func gotText(present bool, text string) string { return string(appendText(nil, present, text)) }

func appendText(b []byte, present bool, text string) []byte {
	if !present {
		return append(b, "nothing"...)
	}
	return strictjson.AppendQuoted(b, text)
}

func appendDate(b []byte, present bool, date instant) []byte {
	if !present {
		return append(b, "nothing"...)
	}
	return date.append(b)
}

func oneOf(list []string) string {
	if len(list) == 1 {
		return strictjson.Quote(list[0])
	}
	return "one of " + quoteList(list)
}

// quoteList shows the first few of a list of texts.
func quoteList(list []string) string { return string(appendList(nil, list)) }

func appendList(b []byte, list []string) []byte {
	const most = 4
	b = append(b, '[')
	for i, s := range list[:min(len(list), most)] {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strictjson.AppendQuoted(b, s)
	}
	if len(list) > most {
		b = append(strconv.AppendInt(append(b, ", and "...), int64(len(list)-most), 10), " more"...)
	}
	return append(b, ']')
}
