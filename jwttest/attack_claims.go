package jwttest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// claimAttacks are tokens that the issuer signed and that are not for the service, or not
// for now.
var claimAttacks = []attack{
	{"expired", "check exp, with a leeway of a few minutes at most (RFC 7519 section 4.1.4)", expired},
	{"not yet valid", "check nbf, with a leeway of a few minutes at most (RFC 7519 section 4.1.5)", notYetValid},
	{"no expiry", "require exp", noExpiry},
	{"claim of another type", "refuse registered claims that are not of the type of RFC 7519 section 4.1", wrongTypes},
	{"audience", "check that aud is your service (RFC 8725 section 3.9)", otherAudiences},
	{"similar audience", "compare aud exactly", similarAudiences},
	{"no audience", "require aud", noAudience},
	{"issuer", "check iss, even if all issuers have the same keys (RFC 8725 section 3.8)", otherIssuers},
	{"similar issuer", "compare iss exactly", similarIssuers},
	{"no issuer", "require iss", noIssuer},
	{"type", "check typ, so that no logout token, refresh token or proof passes for an access token (RFC 8725 section 3.11)", otherTypes},
	{"ID token", "accept access tokens only, by their typ or audience (RFC 9068 section 4)", idTokens},
	{"revoked token", "ask the deny list about every token, also one that was accepted before", revokedTokens},
	{boundToken, "ask for the proof that the token's cnf demands (RFC 7800, RFC 9449, RFC 8705)", boundTokens},
}

// leeway is more than the few minutes that RFC 7519 speaks of.
const leeway = 10 * time.Minute

const boundToken = "bound token"

func expired(x *attacker) []trial {
	long, late := x.issuer.Now().AddDate(-5, 0, 0), x.issuer.Now().Add(-leeway)
	soon := big.NewInt(x.issuer.Now().Add(lifetime).Unix())
	trials := []trial{
		{what: "a token that expired an hour ago", token: x.token(Expired())},
		{what: "a token that expired years ago", token: x.token(Claim("iat", long.Unix()), Claim("exp", long.Add(lifetime).Unix()))},
		{what: "a token that expired ten minutes ago", token: x.token(Claim("iat", late.Add(-lifetime).Unix()), Claim("exp", late.Unix()))},
		{what: "an exp of 0", token: x.token(Claim("exp", 0))},
		{what: "an exp of -1", token: x.token(Claim("exp", -1))},
	}
	for _, bits := range []uint{32, 64} {
		wrapped := new(big.Int).Sub(soon, new(big.Int).Lsh(big.NewInt(1), bits))
		trials = append(trials, trial{what: fmt.Sprintf("a negative exp that is in an hour if it is cut to %d bits", bits), token: x.token(Claim("exp", wrapped))})
	}
	return trials
}

func notYetValid(x *attacker) []trial {
	soon, past := x.issuer.Now().Add(leeway).Unix(), big.NewInt(x.issuer.Now().Add(-lifetime).Unix())
	trials := []trial{
		{what: "a token that is valid in an hour", token: x.token(NotYetValid())},
		{what: "a token that is valid in ten minutes", token: x.token(Claim("nbf", soon))},
	}
	for _, bits := range []uint{32, 64} {
		wrapped := new(big.Int).Add(past, new(big.Int).Lsh(big.NewInt(1), bits))
		trials = append(trials, trial{what: fmt.Sprintf("an nbf far ahead that was an hour ago if it is cut to %d bits", bits), token: x.token(Claim("nbf", wrapped))})
	}
	return trials
}

func noExpiry(x *attacker) []trial {
	return []trial{{what: "a token without exp", token: x.token(Claim("exp", nil))}}
}

func wrongTypes(x *attacker) []trial {
	soon := strconv.FormatInt(x.issuer.Now().Add(lifetime).Unix(), 10)
	null := json.RawMessage("null")
	trials := []trial{
		{what: "an exp that is text", token: x.token(Claim("exp", soon))},
		{what: "an exp that is true", token: x.token(Claim("exp", true))},
		{what: "an exp that is null", token: x.token(Claim("exp", null))},
		{what: "an exp that is an array", token: x.token(Claim("exp", []json.RawMessage{json.RawMessage(soon)}))},
		{what: "an nbf in an hour that is text", token: x.token(NotYetValid(), Claim("nbf", soon))},
		{what: "a sub that is an array", token: x.token(Claim("sub", []string{"alice"}))},
		{what: "a sub that is a number", token: x.token(Claim("sub", 1))},
	}
	if x.issuer.URL != "" {
		trials = append(trials, trial{what: "an iss that is an array with the right one", token: x.token(Claim("iss", []string{x.issuer.URL}))})
	}
	if x.issuer.Audience != "" {
		trials = append(trials,
			trial{what: "an aud that is an object with the right one", token: x.token(Claim("aud", map[string]bool{x.issuer.Audience: true}))},
			trial{what: "an aud that is an array in an array", token: x.token(Claim("aud", [][]string{{x.issuer.Audience}}))})
	}
	return trials
}

func otherAudiences(x *attacker) []trial {
	return []trial{
		{what: "an aud of another service", token: x.token(Claim("aud", other))},
		{what: "an aud of two other services", token: x.token(Claim("aud", []string{other, "urn:example:other"}))},
	}
}

// similar returns names that are nearly this one.
func similar(name string) []string {
	if len(name) < 2 {
		return nil
	}
	names := []string{name + ".other.example", name + "/", name[:len(name)-1], other + " " + name, other + "/" + name, " " + name, other + "," + name, name + "\x00", name + "?other", "*"}
	if scheme, rest, ok := strings.Cut(name, "://"); ok {
		names = append(names, scheme+"://other."+rest, scheme+"://other-"+rest, scheme+"://other@"+rest, "other://"+rest)
	}
	if upper := strings.ToUpper(name); upper != name {
		names = append(names, upper)
	}
	return names
}

func similarAudiences(x *attacker) (trials []trial) {
	for _, name := range similar(x.issuer.Audience) {
		trials = append(trials, trial{what: "the aud " + quote(name), token: x.token(Claim("aud", name))},
			trial{what: "the aud " + quote(name) + " in an array", token: x.token(Claim("aud", []string{name}))})
	}
	return trials
}

func noAudience(x *attacker) []trial {
	if x.issuer.Audience == "" {
		return nil
	}
	return []trial{
		{what: "a token without aud", token: x.token(Claim("aud", nil))},
		{what: "an aud that is null", token: x.token(Claim("aud", json.RawMessage("null")))},
		{what: "an aud that is an empty array", token: x.token(Claim("aud", []string{}))},
		{what: "an aud that is empty", token: x.token(Claim("aud", ""))},
	}
}

func otherIssuers(x *attacker) []trial {
	return []trial{{what: "an iss of another issuer, signed by the same key", token: x.token(Claim("iss", other))}}
}

func similarIssuers(x *attacker) (trials []trial) {
	for _, name := range similar(x.issuer.URL) {
		trials = append(trials, trial{what: "the iss " + quote(name), token: x.token(Claim("iss", name))})
	}
	return trials
}

func noIssuer(x *attacker) []trial {
	if x.issuer.URL == "" {
		return nil
	}
	return []trial{
		{what: "a token without iss", token: x.token(Claim("iss", nil))},
		{what: "an iss that is null", token: x.token(Claim("iss", json.RawMessage("null")))},
		{what: "an iss that is empty", token: x.token(Claim("iss", ""))},
	}
}

func otherTypes(x *attacker) (trials []trial) {
	types := []string{"logout+jwt", "secevent+jwt", "dpop+jwt", "client-authentication+jwt", "refresh+jwt", "rt+jwt"}
	if typ := x.issuer.Type; typ != "" {
		types = append(types, typ+"x", "x"+typ, typ[1:])
	}
	for _, typ := range types {
		if !strings.EqualFold(typ, x.issuer.Type) {
			trials = append(trials, trial{what: "the typ " + typ, token: x.token(Header("typ", typ))})
		}
	}
	return trials
}

// idTokens are for the client. Where access tokens have a type of their own, they may
// name the service as well, as where client and service have one name.
func idTokens(x *attacker) []trial {
	id := []Change{Claim("nonce", "n-0S6_WzA2Mj"), Claim("auth_time", x.issuer.Now().Add(-time.Minute).Unix()), Claim("at_hash", "MTIzNDU2Nzg5MDEyMzQ1Ng")}
	token := func(changes ...Change) string { return x.token(append(changes, id...)...) }
	if x.issuer.Type == "" || strings.EqualFold(x.issuer.Type, "JWT") {
		return []trial{{what: "an ID token of a client", token: token(Claim("aud", "client"), Claim("azp", "client"))}}
	}
	return []trial{
		{what: "an ID token for the same audience", token: token(Header("typ", "JWT"))},
		{what: "an ID token for the same audience, without typ", token: token(Header("typ", nil))},
	}
}

func revokedTokens(x *attacker) []trial {
	if x.options.Revoke == nil {
		return nil
	}
	token := x.token()
	x.send(x.request(token)) // a cache may have it then
	x.options.Revoke(token)
	return []trial{{what: "a token that was revoked", token: token}}
}

func boundTokens(x *attacker) []trial {
	thumbprint := x.key.Thumbprint()
	return []trial{
		{what: "a token bound to a DPoP key", token: x.token(Claim("cnf", map[string]any{"jkt": thumbprint}))},
		{what: "a token bound to a certificate", token: x.token(Claim("cnf", map[string]any{"x5t#S256": thumbprint}))},
		{what: "a token bound to a key", token: x.token(Claim("cnf", map[string]any{"jwk": x.jwk()}))},
		{what: "a token bound in a way that nobody knows", token: x.token(Claim("cnf", map[string]any{"urn:example:cnf": "x"}))},
	}
}
