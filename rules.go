package jwt

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A rule is one question a policy asks of a token whose signature is good. Its
// check returns nil if the answer is good.
type rule struct {
	claim string // or header parameter
	check func(p *Policy, t *Token, now instant) *VerifyError
}

// rules are all of them, in their order: exp is last, so that a token refused
// for it alone is known to be otherwise acceptable.
var rules = [...]rule{
	{"typ", (*Policy).checkType},
	{"iss", (*Policy).checkIssuer},
	{"aud", (*Policy).checkAudience},
	{"sub", (*Policy).checkSubject},
	{"iat", (*Policy).checkIssuedAt},
	{"nbf", (*Policy).checkNotBefore},
	{"exp", (*Policy).checkExpiresAt},
}

// check asks every rule and returns the first refusal.
func (p *Policy) check(t *Token, now time.Time) *VerifyError {
	at := instantOf(now)
	for i := range rules {
		if refusal := rules[i].check(p, t, at); refusal != nil {
			refusal.Claim = rules[i].claim
			return refusal
		}
	}
	return nil
}

func (p *Policy) checkType(t *Token, _ instant) *VerifyError {
	want := p.Type
	if want == "" {
		if t.Header.Type == "" {
			return nil
		}
		want = plainType
	}
	if jose.SameMediaType(t.Header.Type, want) {
		return nil
	}
	return mismatch(t.Header.Type != "", t.Header.Type, strictjson.Quote(want))
}

func (p *Policy) checkIssuer(t *Token, _ instant) *VerifyError {
	if p.AllowAnyIssuer {
		return nil
	}
	present := t.has&hasIssuer != 0
	if present == (p.Issuer != "") && t.Claims.Issuer == p.Issuer {
		return nil
	}
	return mismatch(present, t.Claims.Issuer, wantText(p.Issuer, "Issuer"))
}

func (p *Policy) checkSubject(t *Token, _ instant) *VerifyError {
	if p.Subject == "" || t.Claims.Subject == p.Subject {
		return nil
	}
	return mismatch(t.has&hasSubject != 0, t.Claims.Subject, strictjson.Quote(p.Subject))
}

func (p *Policy) checkAudience(t *Token, _ instant) *VerifyError {
	if p.AllowAnyAudience {
		return nil
	}
	present := t.has&hasAudience != 0
	if !present && len(p.Audience) == 0 {
		return nil
	}
	for _, recipient := range t.Claims.Audience {
		if slices.Contains(p.Audience, recipient) {
			return nil
		}
	}
	got, want := "nothing", wantText("", "Audience")
	if present {
		got = quoteList(t.Claims.Audience)
	}
	if len(p.Audience) > 0 {
		want = "one of " + quoteList(p.Audience)
	}
	return refuse(ErrClaim, "got "+got+", want "+want)
}

func (p *Policy) checkIssuedAt(t *Token, now instant) *VerifyError {
	if p.MaxAge == 0 {
		return nil
	}
	if t.has&hasIssuedAt == 0 {
		return refuse(ErrClaim, "got nothing, want a date, for the policy has a MaxAge")
	}
	iat := t.issuedAt()
	if iat.after(now.add(p.Leeway)) {
		return refuse(ErrClaim, "got "+iat.String()+", want a date before now, "+now.String())
	}
	if now.add(-p.MaxAge).add(-p.Leeway).after(iat) {
		return refuse(ErrClaim, "got "+iat.String()+", want one at most "+p.MaxAge.String()+" before now, "+now.String())
	}
	return nil
}

func (p *Policy) checkNotBefore(t *Token, now instant) *VerifyError {
	nbf := t.notBefore()
	if t.has&hasNotBefore == 0 || !nbf.after(now.add(p.Leeway)) {
		return nil
	}
	return refuse(ErrNotYetValid, "got "+nbf.String()+", want a date not after now, "+now.String())
}

func (p *Policy) checkExpiresAt(t *Token, now instant) *VerifyError {
	if t.has&hasExpiresAt == 0 {
		if p.AllowNoExpiry {
			return nil
		}
		return refuse(ErrClaim, "got nothing, want a date")
	}
	exp := t.expiresAt()
	if exp.after(now.add(-p.Leeway)) {
		return nil
	}
	return refuse(ErrExpired, "got "+exp.String()+", want a date after now, "+now.String())
}

// mismatch is the refusal of a text that is not the one wanted.
func mismatch(present bool, got, want string) *VerifyError {
	if !present {
		return refuse(ErrClaim, "got nothing, want "+want)
	}
	return refuse(ErrClaim, "got "+strictjson.Quote(got)+", want "+want)
}

func wantText(want, field string) string {
	if want == "" {
		return "it to be absent, as Policy." + field + " is empty"
	}
	return strictjson.Quote(want)
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
