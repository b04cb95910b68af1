package main

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

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
	for id, typ := range map[string]string{"absent": "", "jwt": `"JWT"`, "at": `"at+jwt"`, "prefix": `"dpop"`, "null": "null", "longer": `"dpop+jwtx"`, "before": `"xdpop+jwt"`, "number": "1", "space": `"dpop+jwt "`, "text": `"text/dpop+jwt"`, "suffix": `"+jwt"`} {
		p.add("typ-"+id, "typ is not dpop+jwt: "+id, testkit.Refuse, p.header("typ", typ), p.claims())
	}
	p.add("typ-application", "typ with application/", testkit.Either, p.header("typ", `"application/dpop+jwt"`), p.claims())
	for id, alg := range map[string]string{"none": `"none"`, "hs256": `"HS256"`, "absent": "", "other": `"ES384"`, "none-case": `"None"`, "lower": `"es256"`, "rs256": `"RS256"`, "number": "256", "null": "null"} {
		p.add("alg-"+id, "another alg: "+id, testkit.Refuse, p.header("alg", alg), p.claims())
	}
	for id, key := range map[string]string{"absent": "", "null": "null", "text": `"x"`, "empty": "{}", "array": "[" + string(p.key.jwk()) + "]"} {
		p.add("jwk-"+id, "no key in the header: "+id, testkit.Refuse, p.header("jwk", key), p.claims())
	}
	p.add("jwk-private", "a private key in the header", testkit.Refuse, p.header("jwk", string(p.key.called("").jwk("alg", "", "d", quote(encode(make([]byte, 32)))))), p.claims())
	for id, changes := range map[string][]string{"other-x": {"x", quote(encode(make([]byte, 32)))}, "y-absent": {"y", ""}, "kty-rsa": {"kty", `"RSA"`}, "crv": {"crv", `"P-384"`}, "kty-oct": {"kty", `"oct"`, "k", `"AAAA"`}, "kty-absent": {"kty", ""}} {
		p.add("jwk-"+id, "a key in the header that is none: "+id, testkit.Refuse, p.header("jwk", string(p.key.called("").jwk(append(changes, "alg", "")...))), p.claims())
	}
	for _, alg := range []string{"RS256", "EdDSA", "ES384"} {
		private := &proofMaker{key: newKey(alg, "proof"), request: p.request}
		private.add("jwk-private-"+strings.ToLower(alg), "a private key in the header", testkit.Refuse, private.header("jwk", string(private.key.called("").jwk("alg", "", "d", quote(encode(make([]byte, 32)))))), private.claims())
		p.rows = append(p.rows, private.rows...)
	}
	p.rows = append(p.rows, forgedProofCases(p)...)
	secret := newKey("HS256", "proof")
	shared := &proofMaker{key: secret, request: p.request}
	shared.add("jwk-shared", "a shared key in the header", testkit.Refuse, shared.header(), shared.claims())
	p.add("crit", "a critical extension", testkit.Refuse, p.header("crit", `["x"]`, "x", "1"), p.claims())
	return append(p.rows, shared.rows...)
}

// forgedProofCases are proofs whose signature is none, and whose key is too weak.
func forgedProofCases(good *proofMaker) []testkit.Case {
	p := &proofMaker{key: good.key, request: good.request}
	parts := strings.Split(p.key.token(p.header(), p.claims()), ".")
	forge := func(id, about, token string) {
		request := p.request
		p.rows = append(p.rows, testkit.Case{ID: "forged-" + id, About: about, Clause: "RFC 9449 section 4.3", Token: token, Now: now, Want: testkit.Refuse, Policy: testkit.Policy{Profile: testkit.Proof}, Request: &request})
	}
	forge("empty", "no signature", parts[0]+"."+parts[1]+".")
	forge("zero", "a signature of zero bytes", parts[0]+"."+parts[1]+"."+encode(make([]byte, 64)))
	forge("none", "the algorithm none, and no signature", encode([]byte(p.header("alg", `"none"`)))+"."+parts[1]+".")
	forge("none-case", "the algorithm None, and no signature", encode([]byte(p.header("alg", `"None"`)))+"."+parts[1]+".")
	forge("claims", "the signature of other claims", parts[0]+"."+encode([]byte(p.claims("jti", `"2"`)))+"."+parts[2])
	forge("two-parts", "no signature part", parts[0]+"."+parts[1])
	forge("public-secret", "an HMAC with the key in the header as the secret", (&key{"HS256", "", publicForms(p.key)["pem"]}).token(p.header("alg", `"HS256"`), p.claims()))
	forge("empty-token", "the proof is empty", "")
	small := &key{"RS256", "", (&stream{seed: "smallRS256"}).rsaKeyOf(1024)}
	weak := &proofMaker{key: small, request: p.request}
	weak.add("weak-rsa", "an RSA key of 1,024 bits", testkit.Refuse, weak.header(), weak.claims())
	return append(p.rows, weak.rows...)
}

func proofClaimCases() []testkit.Case {
	p := newProofMaker()
	for _, name := range []string{"jti", "htm", "htu", "iat"} {
		p.add("no-"+name, name+" is absent", testkit.Refuse, p.header(), p.claims(name, ""))
		p.add(name+"-null", name+" is null", testkit.Refuse, p.header(), p.claims(name, "null"))
		p.add(name+"-object", name+" is an object", testkit.Refuse, p.header(), p.claims(name, "{}"))
		p.add(name+"-array", name+" is an array", testkit.Refuse, p.header(), p.claims(name, "[]"))
		p.add(name+"-true", name+" is true", testkit.Refuse, p.header(), p.claims(name, "true"))
		p.add(name+"-other-type", name+" is a number, or a text instead of one", testkit.Refuse, p.header(), p.claims(name, map[bool]string{true: quote(fmt.Sprint(now)), false: "1"}[name == "iat"]))
	}
	for id, method := range map[string]string{"empty": "", "shorter": "POS", "longer": "POSTS", "space": "POST ", "list": "GET,POST", "any": "*"} {
		p.add("htm-"+id, "another method: "+id, testkit.Refuse, p.header(), p.claims("htm", quote(method)))
	}
	p.add("htm-other", "another method", testkit.Refuse, p.header(), p.claims("htm", `"GET"`))
	p.add("htm-lower", "the method in lower case: methods are compared exactly", testkit.Refuse, p.header(), p.claims("htm", `"post"`))
	for id, url := range map[string]string{"other-path": "https://api.example/tokens", "other-host": "https://thief.example/token", "http": "http://api.example/token", "port": "https://api.example:8443/token", "path-only": "/token", "prefix": "https://api.example/token/x", "user": "https://a@api.example/token", "slash": "https://api.example/token/", "path-case": "https://api.example/Token", "shorter": "https://api.example/toke", "longer": "https://api.example/tokens", "root": "https://api.example/", "host-only": "https://api.example", "empty": "", "sub-host": "https://x.api.example/token", "host-suffix": "https://api.example.thief.example/token", "path-of-thief": "https://thief.example/https://api.example/token", "two-slashes": "https://api.example//token", "no-scheme": "//api.example/token", "query-of-thief": "https://thief.example/?https://api.example/token", "fragment-of-thief": "https://thief.example/#https://api.example/token", "parameter": "https://api.example/token;x", "ftp": "ftp://api.example/token", "any": "*", "escaped-slash": "https://api.example/%2Ftoken", "space": "https://api.example/token x"} {
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
	p.add("iat-hours-old", "made two hours ago", testkit.Refuse, p.header(), p.claims("iat", fmt.Sprint(now-7200)))
	p.add("iat-hours-ahead", "made in two hours", testkit.Refuse, p.header(), p.claims("iat", fmt.Sprint(now+7200)))
	p.add("iat-hours-old-exp", "made two hours ago, with exp ahead", testkit.Refuse, p.header(), p.claims("iat", fmt.Sprint(now-7200), "exp", fmt.Sprint(now+600)))
	p.add("iat-milliseconds", "made now, in milliseconds", testkit.Refuse, p.header(), p.claims("iat", fmt.Sprint(now*1000)))
	p.add("iat-zero", "made in 1970", testkit.Refuse, p.header(), p.claims("iat", "0"))
	p.add("iat-minus", "made before 1970", testkit.Refuse, p.header(), p.claims("iat", "-1"))
	p.add("iat-wrapped-32", "iat is now if it is cut to 32 bits", testkit.Refuse, p.header(), p.claims("iat", fmt.Sprint(now+1<<32)))
	p.add("iat-wrapped-64", "iat is now if it is cut to 64 bits", testkit.Refuse, p.header(), p.claims("iat", wrapped(now, 1)))
	p.add("iat-fraction", "made 1.5 seconds ago", testkit.Accept, p.header(), p.claims("iat", fmt.Sprintf("%d.5", now-2)))
	p.add("more", "claims that nobody asks for", testkit.Accept, p.header("x", "1"), p.claims("x", `{"y":1}`))
	p.add("iat-recent", "made five seconds ago", testkit.Accept, p.header(), p.claims("iat", fmt.Sprint(now-5)))
	p.add("jti-empty", "jti is empty", testkit.Either, p.header(), p.claims("jti", `""`))

	bound := newProofMaker()
	bound.request = testkit.Request{Method: "GET", URL: "https://api.example/orders", AccessToken: "access.token.text", Thumbprint: bound.key.thumbprint()}
	bound.add("ath-absent", "no hash of the access token", testkit.Refuse, bound.header(), bound.claims("ath", ""))
	bound.add("ath-other", "the hash of another access token", testkit.Refuse, bound.header(), bound.claims("ath", quote(hashText("other"))))
	bound.add("ath-text", "the access token itself", testkit.Refuse, bound.header(), bound.claims("ath", quote(bound.request.AccessToken)))
	bound.add("ath-padding", "the hash with padding", testkit.Refuse, bound.header(), bound.claims("ath", quote(hashText(bound.request.AccessToken)+"=")))
	bound.add("ath-hex", "the hash in hexadecimal", testkit.Refuse, bound.header(), bound.claims("ath", quote(fmt.Sprintf("%x", sha256.Sum256([]byte(bound.request.AccessToken))))))
	hashed := hashText(bound.request.AccessToken)
	for id, ath := range map[string]string{"empty": "", "half": hashed[:21], "longer": hashed + "A", "lower": strings.ToLower(hashed), "space": hashed + " ", "standard": base64.StdEncoding.EncodeToString(decode(hashed)), "sha-512": encode(sha512Of(bound.request.AccessToken)), "left-half": encode(decode(hashed)[:16]), "jkt": bound.request.Thumbprint, "twice": hashText(hashed)} {
		bound.add("ath-"+id, "what is no hash of the access token: "+id, testkit.Refuse, bound.header(), bound.claims("ath", quote(ath)))
	}
	for id, ath := range map[string]string{"array": fmt.Sprintf("[%q]", hashed), "object": "{}", "true": "true", "number": "1"} {
		bound.add("ath-"+id, "a hash of another JSON type: "+id, testkit.Refuse, bound.header(), bound.claims("ath", ath))
	}
	bound.add("ath-null", "no hash of the access token, but null", testkit.Refuse, bound.header(), bound.claims("ath", "null"))
	public := string(bound.key.called("").as("").jwk())
	members := strings.Split(strings.Trim(public, "{}"), ",")
	slices.Reverse(members)
	good, sorted := bound.request.Thumbprint, bound.key.thumbprintText()
	for id, jkt := range map[string]string{"alg": hashText(string(bound.key.called("").jwk())), "order": hashText("{" + strings.Join(members, ",") + "}"), "spaces": hashText(strings.ReplaceAll(public, ",", ", ")),
		"padding": good + "=", "lower": strings.ToLower(good), "half": good[:21], "longer": good + "A", "kid": "1", "sha-512": encode(sha512Of(sorted)), "no-kty": hashText(strings.Replace(sorted, `"kty":"EC",`, "", 1)), "point": hashText(string(publicForms(bound.key)["point"])), "der": hashText(string(publicForms(bound.key)["der"]))} {
		bound.request.Thumbprint = jkt
		bound.add("jkt-"+id, "the access token is bound to what is no thumbprint of the key: "+id, testkit.Refuse, bound.header(), bound.claims())
	}
	bound.request.Thumbprint = hashText("other key")
	bound.add("jkt-other", "the access token is bound to another key", testkit.Refuse, bound.header(), bound.claims())
	return append(p.rows, bound.rows...)
}

func decode(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(s)
	check(err)
	return b
}

func sha512Of(text string) []byte {
	sum := sha512.Sum512([]byte(text))
	return sum[:]
}

func (k *key) thumbprint() string { return hashText(k.thumbprintText()) }

// thumbprintText is what the thumbprint of RFC 7638 is a hash of: the required members in
// the order of their names.
func (k *key) thumbprintText() string {
	var members []string
	text := strings.Trim(string(k.called("").as("").jwk()), "{}")
	for _, name := range []string{"crv", "e", "kty", "n", "x", "y"} {
		for member := range strings.SplitSeq(text, ",") {
			if strings.HasPrefix(member, fmt.Sprintf("%q:", name)) {
				members = append(members, member)
			}
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}
