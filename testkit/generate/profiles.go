package main

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// A profiler makes the rows of a profile: of claims that are good, with changes.
type profiler struct {
	key       *key
	mediaType string
	claims    [][2]string
	policy    testkit.Policy
	clause    string
	login     *testkit.Login // for ID tokens
	rows      []testkit.Case
}

// add makes a row of the good claims with changes.
func (p *profiler) add(id, about string, want testkit.Verdict, changes ...string) {
	p.addHeader(id, about, want, p.key.header("typ", quote(p.mediaType)), object(p.claims, changes))
}

func (p *profiler) addHeader(id, about string, want testkit.Verdict, header, payload string) {
	p.addToken(id, about, p.key.token(header, payload), want)
}

func (p *profiler) addToken(id, about, token string, want testkit.Verdict) {
	c := row(id, about, p.clause, token, want, p.key)
	c.Policy, c.Login = p.policy, p.login
	p.rows = append(p.rows, c)
}

// required makes rows without each of the claims, and with ones of other JSON types.
func (p *profiler) required(names ...string) {
	for _, name := range names {
		p.add("no-"+name, name+" is absent", testkit.Refuse, name, "")
		values := map[string]string{"null": "null", "true": "true", "false": "false", "number": "7", "object": "{}", "array": "[]"}
		switch name {
		case "exp", "iat":
			delete(values, "number")
			values["text"] = quote(fmt.Sprint(now + map[string]int64{"exp": 100}[name]))
		case "events":
			delete(values, "object")
			delete(values, "array") // which is a row of its own
		case "aud":
			delete(values, "array")
		}
		for id, value := range values {
			p.add(name+"-"+id, name+" is of another JSON type: "+id, testkit.Refuse, name, value)
		}
	}
}

// types makes a row for each other type.
func (p *profiler) types(others ...string) {
	good := object(p.claims, nil)
	for _, spelled := range []string{p.mediaType, "application/" + p.mediaType, strings.ToLower(p.mediaType[:1]) + strings.ToUpper(p.mediaType[1:])} {
		p.addHeader("type-"+idOf(spelled), "the type in another spelling", testkit.Accept, p.key.header("typ", quote(spelled)), good)
	}
	for _, other := range others {
		p.addHeader("type-not-"+idOf(other), "a token of another type", testkit.Refuse, p.key.header("typ", quote(other)), good)
	}
}

// idOf is a part of a row's ID for a type.
func idOf(mediaType string) string {
	return strings.NewReplacer("/", "-", "+", "-", ";", "-", " ", "space-").Replace(mediaType)
}

// common are rows that are right for all profiles.
func (p *profiler) common() {
	p.add("good", "nothing", testkit.Accept)
	p.add("expired", "exp past", testkit.Refuse, "exp", fmt.Sprint(now-600))
	p.add("not-yet", "nbf ahead", testkit.Refuse, "nbf", fmt.Sprint(now+600))
	p.add("other-iss", "another issuer", testkit.Refuse, "iss", `"https://thief.example"`)
	p.add("other-aud", "another audience", testkit.Refuse, "aud", `"https://other.example"`)
	p.add("more", "a claim that nobody asks for", testkit.Accept, "x", `{"y":[1]}`)
	p.add("iss-slash", "the issuer with a slash", testkit.Refuse, "iss", quote(p.policy.Issuer+"/"))
	p.add("iss-case", "the issuer in capitals", testkit.Refuse, "iss", quote(strings.ToUpper(p.policy.Issuer)))
	p.add("iss-longer", "an issuer that begins like the wanted one", testkit.Refuse, "iss", quote(p.policy.Issuer+".thief.example"))
	p.add("aud-others", "several recipients, none of them the wanted one", testkit.Refuse, "aud", `["https://other.example","https://third.example"]`)
	p.add("aud-case", "the audience in capitals", testkit.Refuse, "aud", quote(strings.ToUpper(p.policy.Audience[0])))
	p.add("aud-longer", "an audience that begins like the wanted one", testkit.Refuse, "aud", quote(p.policy.Audience[0]+".thief.example"))
	p.add("aud-shorter", "the beginning of the wanted audience", testkit.Refuse, "aud", quote(p.policy.Audience[0][:3]))
	p.add("aud-empty", "no recipient", testkit.Refuse, "aud", "[]")

	header, good := p.key.header("typ", quote(p.mediaType)), object(p.claims, nil)
	p.addHeader("crit", "a critical extension", testkit.Refuse, p.key.header("typ", quote(p.mediaType), "crit", `["x"]`, "x", "1"), good)
	p.addHeader("alg-none-signed", "the header names the algorithm none", testkit.Refuse, p.key.header("typ", quote(p.mediaType), "alg", `"none"`), good)
	p.addHeader("alg-other", "the header names another algorithm", testkit.Refuse, p.key.header("typ", quote(p.mediaType), "alg", `"ES384"`), good)
	forge := func(id, about, token string) { p.addToken(id, about, token, testkit.Refuse) }
	stranger := newKey("ES256", "stranger").called(p.key.kid)
	forge("stranger", "signed by another key under the same key ID", stranger.token(header, good))
	forge("stranger-jwk", "signed by a key in the header", stranger.token(p.key.header("typ", quote(p.mediaType), "jwk", string(stranger.jwk())), good))
	forge("unsigned", "no signature", encode([]byte(header))+"."+encode([]byte(good))+".")
	for _, none := range []string{"none", "None"} {
		forge("unsigned-"+none, "the algorithm none, and no signature", encode([]byte(p.key.header("typ", quote(p.mediaType), "alg", quote(none))))+"."+encode([]byte(good))+".")
	}
	signed := strings.Split(p.key.token(header, good), ".")
	forge("other-claims", "the signature of other claims", signed[0]+"."+encode([]byte(object(p.claims, []string{"sub", `"mallory"`})))+"."+signed[2])
	forge("public-secret", "an HMAC with the public key as the secret", (&key{"HS256", p.key.kid, publicForms(p.key)["pem"]}).token(p.key.header("typ", quote(p.mediaType), "alg", `"HS256"`), good))
}

// accessTokenCases are about RFC 9068.
func accessTokenCases() []testkit.Case {
	p := &profiler{
		key: newKey("ES256", "access"), mediaType: "at+jwt", clause: "RFC 9068 sections 2.2 and 4",
		policy: testkit.Policy{Profile: testkit.AccessToken, Issuer: "https://login.example", Audience: []string{"https://api.example"}},
		claims: [][2]string{
			{"iss", `"https://login.example"`}, {"sub", `"alice"`}, {"aud", `"https://api.example"`}, {"exp", fmt.Sprint(now + 600)},
			{"iat", fmt.Sprint(now - 60)}, {"jti", `"1"`}, {"client_id", `"shop"`},
		},
	}
	p.common()
	p.required("iss", "sub", "aud", "exp", "iat", "jti", "client_id")
	p.types("JWT", "application/JWT", "at", "jwt", "text/at+jwt", "x.at+jwt", " at+jwt", "id+jwt", "logout+jwt", "dpop+jwt", "refresh+jwt", "rt+jwt", "at+jwtx", "xat+jwt")
	good := object(p.claims, nil)
	p.addHeader("no-type", "no type", testkit.Refuse, p.key.header("typ", ""), good)
	p.add("aud-array", "several recipients", testkit.Accept, "aud", `["https://other.example","https://api.example"]`)
	p.add("scope", "a scope", testkit.Accept, "scope", `"orders:read orders:write"`)
	p.add("groups", "groups, roles and entitlements (section 2.2.3.1)", testkit.Accept, "groups", `["a"]`, "roles", `["b"]`, "entitlements", `["c"]`)
	p.add("cnf", "a key that the token is bound to, of which a proof is for another check", testkit.Accept, "cnf", `{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}`)
	p.add("sub-empty", "sub is empty", testkit.Either, "sub", `""`)
	return p.rows
}

// logoutTokenCases are about OpenID Connect Back-Channel Logout 1.0.
func logoutTokenCases() []testkit.Case {
	const event = `{"http://schemas.openid.net/event/backchannel-logout":{}}`
	p := &profiler{
		key: newKey("ES256", "logout"), mediaType: "logout+jwt", clause: "OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6",
		policy: testkit.Policy{Profile: testkit.LogoutToken, Issuer: "https://login.example", Audience: []string{"shop"}},
		claims: [][2]string{
			{"iss", `"https://login.example"`}, {"sub", `"alice"`}, {"aud", `"shop"`}, {"exp", fmt.Sprint(now + 120)},
			{"iat", fmt.Sprint(now - 10)}, {"jti", `"1"`}, {"sid", `"s1"`}, {"events", event},
		},
	}
	p.common()
	p.required("iss", "aud", "exp", "iat", "jti", "events")
	p.types("at+jwt", "dpop+jwt", "secevent+jwtx", "id+jwt", "logout+jwtx", "xlogout+jwt", "logout", "text/logout+jwt")
	p.add("no-sid", "sub only", testkit.Accept, "sid", "")
	p.add("no-sub", "sid only", testkit.Accept, "sub", "")
	p.add("neither", "neither sub nor sid", testkit.Refuse, "sub", "", "sid", "")
	p.add("events-empty", "events is an empty object", testkit.Refuse, "events", "{}")
	p.add("nonce", "a nonce, as in an ID token", testkit.Refuse, "nonce", `"n"`)
	p.add("nonce-null", "a nonce that is null", testkit.Either, "nonce", "null")
	for id, nonce := range map[string]string{"empty": `""`, "number": "0", "false": "false", "array": "[]", "object": "{}"} {
		p.add("nonce-"+id, "a nonce of another value: "+nonce, testkit.Refuse, "nonce", nonce)
	}
	for id, value := range map[string]string{"null": "null", "number": "1", "array": `["s1"]`, "object": "{}"} {
		p.add("sid-alone-"+id, "no sub, and sid is "+value, testkit.Refuse, "sub", "", "sid", value)
		p.add("sub-alone-"+id, "no sid, and sub is "+value, testkit.Refuse, "sid", "", "sub", value)
	}
	for id, events := range map[string]string{
		"other": `{"https://other.example":{}}`, "text": `"http://schemas.openid.net/event/backchannel-logout"`, "array": `["http://schemas.openid.net/event/backchannel-logout"]`,
		"null-event": `{"http://schemas.openid.net/event/backchannel-logout":null}`, "text-event": `{"http://schemas.openid.net/event/backchannel-logout":"x"}`,
		"true-event": `{"http://schemas.openid.net/event/backchannel-logout":true}`, "array-event": `{"http://schemas.openid.net/event/backchannel-logout":[]}`, "number-event": `{"http://schemas.openid.net/event/backchannel-logout":1}`,
		"https": `{"https://schemas.openid.net/event/backchannel-logout":{}}`, "longer": `{"http://schemas.openid.net/event/backchannel-logout2":{}}`, "shorter": `{"http://schemas.openid.net/event/backchannel":{}}`, "slash": `{"http://schemas.openid.net/event/backchannel-logout/":{}}`, "nested": `{"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}`, "in-array": `[{"http://schemas.openid.net/event/backchannel-logout":{}}]`,
		"case": `{"HTTP://schemas.openid.net/event/backchannel-logout":{}}`,
	} {
		p.add("events-"+id, "events without the event of a logout: "+id, testkit.Refuse, "events", events)
	}
	p.add("events-more", "another event beside that of a logout", testkit.Accept, "events", `{"https://other.example":{},`+event[1:])
	p.add("event-member", "a member in the event", testkit.Either, "events", `{"http://schemas.openid.net/event/backchannel-logout":{"x":1}}`)
	return p.rows
}

// clientAssertionCases are about RFC 7523.
func clientAssertionCases() []testkit.Case {
	p := &profiler{
		key: newKey("ES256", "client"), mediaType: "JWT", clause: "RFC 7523 section 3",
		policy: testkit.Policy{Profile: testkit.ClientAssertion, Issuer: "shop", Audience: []string{"https://login.example"}},
		claims: [][2]string{
			{"iss", `"shop"`}, {"sub", `"shop"`}, {"aud", `"https://login.example"`}, {"exp", fmt.Sprint(now + 60)}, {"iat", fmt.Sprint(now - 10)}, {"jti", `"1"`},
		},
	}
	p.common()
	p.required("iss", "sub", "aud", "exp")
	p.types("at+jwt", "logout+jwt", "dpop+jwt")
	p.add("no-jti", "no jti, which the authorization server may ask for", testkit.Either, "jti", "")
	p.add("no-iat", "no iat", testkit.Either, "iat", "")
	p.add("other-sub", "sub is another client", testkit.Refuse, "sub", `"other"`)
	p.add("both-other", "iss and sub are another client", testkit.Refuse, "iss", `"other"`, "sub", `"other"`)
	p.add("sub-issuer", "sub is the authorization server", testkit.Refuse, "sub", `"https://login.example"`)
	p.add("sub-longer", "sub begins like the client", testkit.Refuse, "sub", `"shop2"`)
	p.add("sub-shorter", "sub is the beginning of the client", testkit.Refuse, "sub", `"sho"`)
	p.add("sub-space", "sub with a space", testkit.Refuse, "sub", `"shop "`)
	p.add("sub-upper", "sub in capitals", testkit.Refuse, "sub", `"SHOP"`)
	p.add("aud-array", "the audience in an array", testkit.Accept, "aud", `["https://login.example"]`)
	p.add("aud-two", "the audience among others", testkit.Either, "aud", `["https://login.example","https://other.example"]`)
	p.add("far", "an assertion for ten years", testkit.Either, "exp", fmt.Sprint(now+10*365*86400))
	return p.rows
}
