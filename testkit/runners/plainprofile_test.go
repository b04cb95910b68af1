package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// profileFaults are mistakes of those who verify tokens of a profile.
var profileFaults = []fault{
	"typ is not looked at", "typ may be absent", "typ is compared by suffix", "typ is compared by prefix", "typ JWT is as good", "typ is compared exactly",
	"client_id may be absent", "jti may be absent", "iat may be absent", "sub may be absent", "exp may be absent", "iss may be absent", "aud may be absent", "client_id may be of any type", "jti may be of any type", "iat may be of any type", "sub may be of any type",
	"iss is not looked at", "aud is not looked at", "iss is compared by prefix", "aud is compared by prefix", "aud is compared in lower case", "exp is not looked at", "nbf is not looked at", "the signature is not looked at", "the alg none is accepted", "crit is not looked at", "the key in the header is trusted",
	"events is not looked at", "any event will do", "an event of any type will do", "events may be a text", "events may be an array", "events is searched for the event", "the scheme of the event is not looked at",
	"a nonce is accepted", "an empty nonce is accepted", "a nonce that is no text is accepted", "neither sub nor sid is needed", "only sub is looked at", "only sid is looked at", "sid may be of any type",
	"nonce is not looked at", "nonce may be absent", "nonce is compared by prefix", "nonce is compared in lower case", "nonce is compared without spaces", "nonce may be in an array", "azp is as good as aud",
	"auth_time is not looked at", "auth_time may be absent", "auth_time may be ahead", "the age of a login is that of its token", "auth_time may be a text", "auth_time is cut to 32 bits", "auth_time is in milliseconds",
	"at_hash is not looked at", "c_hash is not looked at", "at_hash may be absent", "c_hash may be absent", "any hash is of an ID token's algorithm", "the hash is SHA-256 always", "at_hash is compared by prefix", "at_hash is compared in lower case", "at_hash may be whole", "the right half of a hash is as good", "either hash will do",

	"sub is not compared with iss", "sub is compared with iss by prefix", "sub is compared with iss in lower case", "sub is compared with iss alone",
}

func TestEachFaultOfAPlainVerifierOfProfilesIsFound(t *testing.T) {
	findFaults(t, profileFaults, func(f fault) func(testkit.Case) testkit.Verdict {
		return func(c testkit.Case) testkit.Verdict {
			if c.Policy.Profile == "" || c.Policy.Profile == testkit.Proof {
				return testkit.Unsupported
			}
			return verdictOf((&plainProfile{f, c}).accepts())
		}
	})
}

// plainProfile verifies a token of a profile.
type plainProfile struct {
	fault fault
	c     testkit.Case
}

// accepts asks the plain verifier for what all tokens have in common.
func (p *plainProfile) accepts() bool {
	parts := strings.Split(p.c.Token, ".")
	common := &plainVerifier{p.commonFault(), p.c}
	header, ok := common.object(decode(parts[0]))
	if !ok || len(parts) != 3 || !p.fitsType(header) {
		return false
	}
	claims, ok := common.object(decode(parts[1]))
	if !ok || !p.fitsMembers(claims) || !p.fitsEvent(claims) || !p.fitsClient(claims) || !p.fitsLogin(header, claims) {
		return false
	}
	if p.fault == "the signature is not looked at" || p.fault == "the alg none is accepted" && header["alg"] == "none" && parts[2] == "" {
		return common.fitsClaims(claims) && common.fitsTime(claims)
	}
	return common.accepts()
}

// commonFault is the fault of the plain verifier that is meant, whose policy has what is
// not looked at left out.
func (p *plainProfile) commonFault() fault {
	p.c.Policy.Types = nil
	switch p.fault {
	case "iss is not looked at":
		p.c.Policy.Issuer = ""
	case "aud is not looked at":
		p.c.Policy.Audience = nil
	case "azp is as good as aud":
		p.c.Policy.Audience = nil
	case "iss may be absent":
		return "iss may be absent"
	case "aud may be absent":
		return "an absent aud is accepted"
	case "sub is compared with iss alone":
		p.c.Policy.Issuer = ""
	case "iat may be of any type":
		return "dates of other JSON types are passed over"
	}
	return p.fault
}

func (p *plainProfile) fitsType(header map[string]any) bool {
	typ, isText := header["typ"].(string)
	want := map[testkit.Profile]string{testkit.AccessToken: "at+jwt", testkit.LogoutToken: "logout+jwt", testkit.ClientAssertion: "jwt", testkit.IDToken: "jwt"}[p.c.Policy.Profile]
	got := typ
	if p.fault != "typ is compared exactly" {
		got = strings.TrimPrefix(asciiLower(typ), "application/")
	}
	switch p.fault {
	case "typ is not looked at":
		return true
	case "typ may be absent":
		return header["typ"] == nil || got == want
	case "typ is compared by suffix":
		return strings.HasSuffix(got, want)
	case "typ is compared by prefix":
		return strings.HasPrefix(got, want)
	case "typ JWT is as good":
		return got == want || got == "jwt"
	}
	return isText && got == want || header["typ"] == nil && p.c.Policy.Profile == testkit.IDToken
}

// fitsMembers reports whether the claims of the profile are there, and of their type.
func (p *plainProfile) fitsMembers(claims map[string]any) bool {
	names := map[testkit.Profile][]string{
		testkit.AccessToken: {"iss", "sub", "aud", "exp", "iat", "jti", "client_id"}, testkit.LogoutToken: {"iss", "aud", "exp", "iat", "jti"}, testkit.ClientAssertion: {"iss", "sub", "aud", "exp"},
		testkit.IDToken: {"iss", "sub", "aud", "exp", "iat"},
	}[p.c.Policy.Profile]
	for _, name := range names {
		value, there := claims[name]
		_, isText := value.(string)
		number := name == "exp" || name == "iat"
		if number {
			_, there, isText = (&plainVerifier{"", p.c}).date(claims, name)
		}
		if !there && p.fault != fault(name+" may be absent") && claims[name] == nil {
			return false
		}
		if claims[name] != nil && !isText && name != "aud" && p.fault != fault(name+" may be of any type") || claims[name] == nil && there {
			return false
		}
	}
	return true
}

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// fitsEvent is about what only a logout token has.
func (p *plainProfile) fitsEvent(claims map[string]any) bool {
	if p.c.Policy.Profile != testkit.LogoutToken {
		return true
	}
	sub, hasSub := claims["sub"].(string)
	sid, hasSid := claims["sid"].(string)
	if claims["sid"] != nil && !hasSid && p.fault == "sid may be of any type" {
		hasSid, sid = true, "x"
	}
	if claims["sub"] != nil && !hasSub && p.fault == "sub may be of any type" {
		hasSub, sub = true, "x"
	}
	if !hasSub && !hasSid && p.fault != "neither sub nor sid is needed" || sub == "" && p.fault == "only sub is looked at" || sid == "" && p.fault == "only sid is looked at" {
		return false
	}
	nonce, there := claims["nonce"]
	text, isText := nonce.(string)
	if there && p.fault != "a nonce is accepted" && !(isText && text == "" && p.fault == "an empty nonce is accepted") && !(!isText && p.fault == "a nonce that is no text is accepted") {
		return false
	}
	events, isObject := claims["events"].(map[string]any)
	switch p.fault {
	case "events is not looked at":
		return true
	case "any event will do":
		return len(events) > 0
	case "an event of any type will do":
		return events[logoutEvent] != nil
	case "events may be a text":
		return claims["events"] == logoutEvent || isObject && events[logoutEvent] != nil
	case "events may be an array":
		list, _ := claims["events"].([]any)
		return slices.Contains(list, any(logoutEvent)) || isObject && events[logoutEvent] != nil
	case "events is searched for the event":
		return slices.ContainsFunc(slices.Collect(maps.Keys(events)), func(name string) bool { return strings.Contains(name, logoutEvent) })
	case "the scheme of the event is not looked at":
		return events[logoutEvent] != nil || events["https"+strings.TrimPrefix(logoutEvent, "http")] != nil
	}
	_, ok := events[logoutEvent].(map[string]any)
	return ok
}

// fitsClient is about the client of an assertion.
func (p *plainProfile) fitsClient(claims map[string]any) bool {
	if p.c.Policy.Profile != testkit.ClientAssertion {
		return true
	}
	sub, _ := claims["sub"].(string)
	want := p.c.Policy.Issuer
	switch p.fault {
	case "sub is not compared with iss", "sub may be absent", "sub may be of any type":
		return true
	case "sub is compared with iss by prefix":
		return strings.HasPrefix(sub, want)
	case "sub is compared with iss in lower case":
		return strings.EqualFold(sub, want)
	case "sub is compared with iss alone":
		return claims["sub"] == claims["iss"]
	}
	return sub == want
}
