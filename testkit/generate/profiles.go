package main

import (
	"crypto/sha256"
	"fmt"
	"slices"
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
	rows      []testkit.Case
}

// add makes a row of the good claims with changes.
func (p *profiler) add(id, about string, want testkit.Verdict, changes ...string) {
	p.addHeader(id, about, want, p.key.header("typ", quote(p.mediaType)), object(p.claims, changes))
}

func (p *profiler) addHeader(id, about string, want testkit.Verdict, header, payload string) {
	c := row(id, about, p.clause, p.key.token(header, payload), want, p.key)
	c.Policy = p.policy
	p.rows = append(p.rows, c)
}

// required makes rows without each of the claims, and with ones of other JSON types.
func (p *profiler) required(names ...string) {
	for _, name := range names {
		p.add("no-"+name, name+" is absent", testkit.Refuse, name, "")
		for id, value := range map[string]string{"null": "null", "true": "true", "object": "{}"} {
			if name != "events" || id != "object" {
				p.add(name+"-"+id, name+" is of another JSON type: "+id, testkit.Refuse, name, value)
			}
		}
	}
}

// types makes a row for each other type.
func (p *profiler) types(others ...string) {
	good := object(p.claims, nil)
	for _, spelled := range []string{p.mediaType, "application/" + p.mediaType, strings.ToLower(p.mediaType[:1]) + strings.ToUpper(p.mediaType[1:])} {
		p.addHeader("type-"+strings.NewReplacer("/", "-", "+", "-").Replace(spelled), "the type in another spelling", testkit.Accept, p.key.header("typ", quote(spelled)), good)
	}
	for _, other := range others {
		p.addHeader("type-not-"+strings.ReplaceAll(other, "+", "-"), "a token of another type", testkit.Refuse, p.key.header("typ", quote(other)), good)
	}
}

// common are rows that are right for all profiles.
func (p *profiler) common() {
	p.add("good", "nothing", testkit.Accept)
	p.add("expired", "exp past", testkit.Refuse, "exp", fmt.Sprint(now-600))
	p.add("not-yet", "nbf ahead", testkit.Refuse, "nbf", fmt.Sprint(now+600))
	p.add("other-iss", "another issuer", testkit.Refuse, "iss", `"https://thief.example"`)
	p.add("other-aud", "another audience", testkit.Refuse, "aud", `"https://other.example"`)
	p.add("more", "a claim that nobody asks for", testkit.Accept, "x", `{"y":[1]}`)
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
	p.types("JWT", "id+jwt", "logout+jwt", "dpop+jwt", "refresh+jwt", "rt+jwt", "at+jwtx", "xat+jwt")
	good := object(p.claims, nil)
	p.addHeader("no-type", "no type", testkit.Refuse, p.key.header("typ", ""), good)
	p.add("aud-array", "several recipients", testkit.Accept, "aud", `["https://other.example","https://api.example"]`)
	p.add("scope", "a scope", testkit.Accept, "scope", `"orders:read orders:write"`)
	p.add("groups", "groups, roles and entitlements (section 2.2.3.1)", testkit.Accept, "groups", `["a"]`, "roles", `["b"]`, "entitlements", `["c"]`)
	p.add("cnf", "a key that the token is bound to, of which a proof is for another check", testkit.Accept, "cnf", `{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}`)
	p.add("sub-empty", "sub is empty", testkit.Either, "sub", `""`)
	p.add("exp-text", "exp is a text", testkit.Refuse, "exp", quote(fmt.Sprint(now+600)))
	p.add("aud-prefix", "an audience that begins like the wanted one", testkit.Refuse, "aud", `"https://api.example.thief.example"`)
	p.add("iss-slash", "the issuer with a slash", testkit.Refuse, "iss", `"https://login.example/"`)
	p.add("client-number", "client_id is a number", testkit.Refuse, "client_id", "1")
	p.addHeader("alg-none", "the header names the algorithm none", testkit.Refuse, p.key.header("typ", `"at+jwt"`, "alg", `"none"`), object(p.claims, nil))
	none := newKey("ES256", "stranger").called("access")
	c := row("other-key", "signed by another key under the same key ID", p.clause, none.token(none.header("typ", `"at+jwt"`), good), testkit.Refuse, p.key)
	c.Policy = p.policy
	p.rows = append(p.rows, c)
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
	p.types("at+jwt", "dpop+jwt", "secevent+jwtx")
	p.add("no-sid", "sub only", testkit.Accept, "sid", "")
	p.add("no-sub", "sid only", testkit.Accept, "sub", "")
	p.add("neither", "neither sub nor sid", testkit.Refuse, "sub", "", "sid", "")
	p.add("events-empty", "events is an empty object", testkit.Refuse, "events", "{}")
	p.add("nonce", "a nonce, as in an ID token", testkit.Refuse, "nonce", `"n"`)
	p.add("nonce-null", "a nonce that is null", testkit.Either, "nonce", "null")
	for id, events := range map[string]string{
		"other": `{"https://other.example":{}}`, "text": `"http://schemas.openid.net/event/backchannel-logout"`, "array": `["http://schemas.openid.net/event/backchannel-logout"]`,
		"null-event": `{"http://schemas.openid.net/event/backchannel-logout":null}`, "text-event": `{"http://schemas.openid.net/event/backchannel-logout":"x"}`,
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
	p.add("sub-upper", "sub in capitals", testkit.Refuse, "sub", `"SHOP"`)
	p.add("aud-array", "the audience in an array", testkit.Accept, "aud", `["https://login.example"]`)
	p.add("aud-two", "the audience among others", testkit.Either, "aud", `["https://login.example","https://other.example"]`)
	p.add("aud-prefix", "an audience that begins like the wanted one", testkit.Refuse, "aud", `"https://login.example.thief.example"`)
	p.add("far", "an assertion for ten years", testkit.Either, "exp", fmt.Sprint(now+10*365*86400))
	return p.rows
}

// A proofMaker makes rows of proofs for one request.
type proofMaker struct {
	key     *key
	request testkit.Request
	rows    []testkit.Case
}

func (p *proofMaker) add(id, about string, want testkit.Verdict, header, claims string) {
	request := p.request
	p.rows = append(p.rows, testkit.Case{
		ID: id, About: about, Clause: "RFC 9449 section 4.3", Token: p.key.token(header, claims), Now: now, Want: want,
		Policy: testkit.Policy{Profile: testkit.Proof}, Request: &request,
	})
}

// header is that of a proof with the key.
func (p *proofMaker) header(changes ...string) string {
	return object([][2]string{{"typ", `"dpop+jwt"`}, {"alg", quote(p.key.alg)}, {"jwk", string(p.key.called("").jwk("alg", ""))}}, changes)
}

func (p *proofMaker) claims(changes ...string) string {
	members := [][2]string{{"jti", `"1"`}, {"htm", quote(p.request.Method)}, {"htu", quote(p.request.URL)}, {"iat", fmt.Sprint(now)}}
	if p.request.AccessToken != "" {
		members = append(members, [2]string{"ath", quote(hashText(p.request.AccessToken))})
	}
	return object(members, changes)
}

func hashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return encode(sum[:])
}

// proofCases are about RFC 9449, and RFC 7638 for the thumbprint of the key.
func proofCases() (rows []testkit.Case) {
	for _, alg := range []string{"ES256", "ES384", "ES512", "EdDSA", "RS256", "PS256"} {
		k := newKey(alg, "proof")
		p := &proofMaker{key: k, request: testkit.Request{Method: "GET", URL: "https://api.example/orders", AccessToken: "access.token.text", Thumbprint: k.thumbprint()}}
		name := strings.ToLower(alg)
		p.add(name+"-good", "nothing", testkit.Accept, p.header(), p.claims())
		p.add(name+"-members", "a key with members that are not in its thumbprint (RFC 7638 section 3)", testkit.Accept,
			p.header("jwk", string(k.called("1").jwk("use", `"sig"`, "x5t", `"a"`, "extra", "1"))), p.claims())
		other := newKey(alg, "other")
		p.add(name+"-other-signature", "signed by another key than that in the header", testkit.Refuse, p.header("jwk", string(other.called("").jwk("alg", ""))), p.claims())
		forger := &proofMaker{key: other, request: p.request}
		forger.add(name+"-forged", "the key of the access token in the header, signed by another", testkit.Refuse, p.header(), p.claims())
		rows = append(rows, forger.rows...)
		p.key = other
		p.add(name+"-other-key", "the access token is bound to another key", testkit.Refuse, p.header(), p.claims())
		rows = append(rows, p.rows...)
	}
	return append(append(rows, proofHeaderCases()...), proofClaimCases()...)
}

func newProofMaker() *proofMaker {
	return &proofMaker{key: newKey("ES256", "proof"), request: testkit.Request{Method: "POST", URL: "https://api.example/token"}}
}

func proofHeaderCases() []testkit.Case {
	p := newProofMaker()
	p.add("endpoint-good", "a proof for a token endpoint", testkit.Accept, p.header(), p.claims())
	for id, typ := range map[string]string{"absent": "", "jwt": `"JWT"`, "at": `"at+jwt"`, "prefix": `"dpop"`, "null": "null"} {
		p.add("typ-"+id, "typ is not dpop+jwt: "+id, testkit.Refuse, p.header("typ", typ), p.claims())
	}
	p.add("typ-application", "typ with application/", testkit.Either, p.header("typ", `"application/dpop+jwt"`), p.claims())
	for id, alg := range map[string]string{"none": `"none"`, "hs256": `"HS256"`, "absent": "", "other": `"ES384"`} {
		p.add("alg-"+id, "another alg: "+id, testkit.Refuse, p.header("alg", alg), p.claims())
	}
	for id, key := range map[string]string{"absent": "", "null": "null", "text": `"x"`, "empty": "{}", "array": "[" + string(p.key.jwk()) + "]"} {
		p.add("jwk-"+id, "no key in the header: "+id, testkit.Refuse, p.header("jwk", key), p.claims())
	}
	p.add("jwk-private", "a private key in the header", testkit.Refuse, p.header("jwk", string(p.key.called("").jwk("alg", "", "d", quote(encode(make([]byte, 32)))))), p.claims())
	secret := newKey("HS256", "proof")
	shared := &proofMaker{key: secret, request: p.request}
	shared.add("jwk-shared", "a shared key in the header", testkit.Refuse, shared.header(), shared.claims())
	p.add("crit", "a critical extension", testkit.Refuse, p.header("crit", `["x"]`, "x", "1"), p.claims())
	return append(p.rows, shared.rows...)
}

func proofClaimCases() []testkit.Case {
	p := newProofMaker()
	for _, name := range []string{"jti", "htm", "htu", "iat"} {
		p.add("no-"+name, name+" is absent", testkit.Refuse, p.header(), p.claims(name, ""))
		p.add(name+"-null", name+" is null", testkit.Refuse, p.header(), p.claims(name, "null"))
		p.add(name+"-object", name+" is an object", testkit.Refuse, p.header(), p.claims(name, "{}"))
	}
	p.add("htm-other", "another method", testkit.Refuse, p.header(), p.claims("htm", `"GET"`))
	p.add("htm-lower", "the method in lower case: methods are compared exactly", testkit.Refuse, p.header(), p.claims("htm", `"post"`))
	for id, url := range map[string]string{"other-path": "https://api.example/tokens", "other-host": "https://thief.example/token", "http": "http://api.example/token", "port": "https://api.example:8443/token", "path-only": "/token", "prefix": "https://api.example/token/x", "user": "https://a@api.example/token"} {
		p.add("htu-"+id, "another URL: "+id, testkit.Refuse, p.header(), p.claims("htu", quote(url)))
	}
	for id, url := range map[string]string{"scheme-case": "HTTPS://api.example/token", "host-case": "https://API.example/token", "default-port": "https://api.example:443/token", "escape": "https://api.example/%74oken", "dots": "https://api.example/a/../token"} {
		p.add("htu-normal-"+id, "the same URL in another spelling (RFC 3986 section 6.2): "+id, testkit.Either, p.header(), p.claims("htu", quote(url)))
	}
	for id, url := range map[string]string{"query": "https://api.example/token?x=1", "fragment": "https://api.example/token#x", "both": "https://api.example/token?x=1#y"} {
		with := *p
		with.rows, with.request.URL = nil, url
		with.add("request-"+id, "the request has what htu has not and is not compared: "+id, testkit.Accept, p.header(), p.claims())
		p.rows = append(p.rows, with.rows...)
	}
	again := *p
	again.rows, again.request.Used = nil, true
	again.add("used", "a proof that came before", testkit.Refuse, p.header(), p.claims())
	again.add("used-no-jti", "a proof that came before, without jti", testkit.Refuse, p.header(), p.claims("jti", ""))
	p.rows = append(p.rows, again.rows...)
	p.add("htu-query", "a query, which is not compared", testkit.Either, p.header(), p.claims("htu", `"https://api.example/token?x"`))
	p.add("iat-old", "made a day ago", testkit.Refuse, p.header(), p.claims("iat", fmt.Sprint(now-86400)))
	p.add("iat-ahead", "made in a day", testkit.Refuse, p.header(), p.claims("iat", fmt.Sprint(now+86400)))
	p.add("iat-recent", "made five seconds ago", testkit.Accept, p.header(), p.claims("iat", fmt.Sprint(now-5)))
	p.add("jti-empty", "jti is empty", testkit.Either, p.header(), p.claims("jti", `""`))

	bound := newProofMaker()
	bound.request = testkit.Request{Method: "GET", URL: "https://api.example/orders", AccessToken: "access.token.text", Thumbprint: bound.key.thumbprint()}
	bound.add("ath-absent", "no hash of the access token", testkit.Refuse, bound.header(), bound.claims("ath", ""))
	bound.add("ath-other", "the hash of another access token", testkit.Refuse, bound.header(), bound.claims("ath", quote(hashText("other"))))
	bound.add("ath-text", "the access token itself", testkit.Refuse, bound.header(), bound.claims("ath", quote(bound.request.AccessToken)))
	bound.add("ath-padding", "the hash with padding", testkit.Refuse, bound.header(), bound.claims("ath", quote(hashText(bound.request.AccessToken)+"=")))
	bound.add("ath-hex", "the hash in hexadecimal", testkit.Refuse, bound.header(), bound.claims("ath", quote(fmt.Sprintf("%x", sha256.Sum256([]byte(bound.request.AccessToken))))))
	bound.add("ath-null", "no hash of the access token, but null", testkit.Refuse, bound.header(), bound.claims("ath", "null"))
	public := string(bound.key.called("").as("").jwk())
	members := strings.Split(strings.Trim(public, "{}"), ",")
	slices.Reverse(members)
	good := bound.request.Thumbprint
	for id, jkt := range map[string]string{"alg": hashText(string(bound.key.called("").jwk())), "order": hashText("{" + strings.Join(members, ",") + "}"), "spaces": hashText(strings.ReplaceAll(public, ",", ", ")),
		"padding": good + "=", "lower": strings.ToLower(good), "half": good[:21]} {
		bound.request.Thumbprint = jkt
		bound.add("jkt-"+id, "the access token is bound to what is no thumbprint of the key: "+id, testkit.Refuse, bound.header(), bound.claims())
	}
	bound.request.Thumbprint = hashText("other key")
	bound.add("jkt-other", "the access token is bound to another key", testkit.Refuse, bound.header(), bound.claims())
	return append(p.rows, bound.rows...)
}

// thumbprint is that of RFC 7638: the hash of the required members in the order of
// their names.
func (k *key) thumbprint() string {
	var members []string
	text := strings.Trim(string(k.called("").as("").jwk()), "{}")
	for _, name := range []string{"crv", "e", "kty", "n", "x", "y"} {
		for member := range strings.SplitSeq(text, ",") {
			if strings.HasPrefix(member, fmt.Sprintf("%q:", name)) {
				members = append(members, member)
			}
		}
	}
	return hashText("{" + strings.Join(members, ",") + "}")
}
