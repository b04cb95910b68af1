package main

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// idTokenCases are about OpenID Connect Core 1.0.
func idTokenCases() []testkit.Case {
	p := &profiler{
		key: newKey("ES256", "id"), mediaType: "JWT", clause: "OpenID Connect Core 1.0 sections 2 and 3.1.3.7", login: &testkit.Login{Nonce: "n-0S6_WzA2Mj"},
		policy: testkit.Policy{Profile: testkit.IDToken, Issuer: "https://login.example", Audience: []string{"shop"}},
		claims: [][2]string{
			{"iss", `"https://login.example"`}, {"sub", `"alice"`}, {"aud", `"shop"`}, {"exp", fmt.Sprint(now + 600)}, {"iat", fmt.Sprint(now - 10)}, {"nonce", `"n-0S6_WzA2Mj"`},
		},
	}
	p.common()
	p.required("iss", "sub", "aud", "exp", "iat", "nonce")
	nonce := p.login.Nonce
	for id, other := range map[string]string{"empty": "", "other": "n-0S6_WzA2Mk", "shorter": nonce[:len(nonce)-1], "longer": nonce + "x", "upper": strings.ToUpper(nonce), "lower": strings.ToLower(nonce), "space": nonce + " ", "nul": nonce + "\x00", "hash": hashText(nonce), "letter": nonce[:1], "list": "x," + nonce, "any": "*"} {
		p.add("nonce-"+id, "the nonce of another login: "+id, testkit.Refuse, "nonce", quote(other))
	}
	p.add("nonce-listed", "the nonce in an array", testkit.Refuse, "nonce", fmt.Sprintf("[%q]", nonce))
	p.add("nonce-nested", "the nonce inside another claim", testkit.Refuse, "nonce", "", "x", fmt.Sprintf(`{"nonce":%q}`, nonce))
	p.addHeader("nonce-in-header", "the nonce in the header", testkit.Refuse, p.key.header("nonce", quote(nonce)), object(p.claims, []string{"nonce", ""}))
	p.add("nonce-state", "the nonce as state", testkit.Refuse, "nonce", "", "state", quote(nonce))
	p.add("aud-array", "the client alone, in an array", testkit.Accept, "aud", `["shop"]`)
	p.add("aud-two", "the client among others, which it may trust or not", testkit.Either, "aud", `["shop","other"]`)
	p.add("azp", "the client as azp", testkit.Accept, "azp", `"shop"`)
	p.add("azp-other", "another client as azp, which extensions are about", testkit.Either, "azp", `"other"`)
	p.add("azp-for-aud", "another audience, and the client as azp", testkit.Refuse, "aud", `"other"`, "azp", `"shop"`)
	p.addHeader("no-type", "no type", testkit.Accept, p.key.header("typ", ""), object(p.claims, nil))
	p.add("more-claims", "claims about the user and the login", testkit.Accept, "auth_time", fmt.Sprint(now-86400), "acr", `"1"`, "amr", `["pwd"]`, "name", `"Alice"`, "email_verified", "true", "sid", `"s1"`)
	p.loginTimes()
	for _, alg := range []string{"ES256", "ES384", "ES512", "RS256", "PS512", "HS256", "Ed25519"} {
		p.hashes(alg)
	}
	return p.rows
}

// loginTimes are about auth_time.
func (p *profiler) loginTimes() {
	p.login = &testkit.Login{Nonce: p.login.Nonce, MaxAge: 300}
	for _, ago := range []int64{0, 1, 299, 301, 3600} {
		want := testkit.Accept
		if ago > 300 {
			want = testkit.Refuse
		}
		p.add(fmt.Sprintf("auth-%d", ago), fmt.Sprintf("the login was %d seconds ago, at most 300 are asked for", ago), want, "auth_time", fmt.Sprint(now-ago))
	}
	p.add("auth-absent", "no auth_time, and the time of the login matters", testkit.Refuse)
	p.add("auth-ahead", "a login in an hour", testkit.Refuse, "auth_time", fmt.Sprint(now+3600))
	p.add("auth-zero", "a login in 1970", testkit.Refuse, "auth_time", "0")
	p.add("auth-wrapped-32", "auth_time is recent if it is cut to 32 bits", testkit.Refuse, "auth_time", fmt.Sprint(now-60-1<<32))
	for id, value := range map[string]string{"null": "null", "text": quote(fmt.Sprint(now)), "true": "true", "object": "{}", "milliseconds": fmt.Sprint(now * 1000)} {
		p.add("auth-"+id, "auth_time is "+value, testkit.Refuse, "auth_time", value)
	}
	p.add("auth-old-iat", "an old login, of which the token is new", testkit.Refuse, "auth_time", fmt.Sprint(now-3600), "iat", fmt.Sprint(now))
	p.add("auth-old-token", "a token that is older than the login may be", testkit.Accept, "auth_time", fmt.Sprint(now-200), "iat", fmt.Sprint(now-200))
	p.login = &testkit.Login{Nonce: p.login.Nonce}
}

// hashes are about at_hash and c_hash, which are by the hash of the algorithm.
func (p *profiler) hashes(alg string) {
	before := p.key
	defer func() { p.key, p.login = before, &testkit.Login{Nonce: p.login.Nonce} }()
	p.key = newKey(alg, "id")
	half := func(alg, text string) string {
		k := &key{alg: alg}
		if alg == "Ed25519" {
			return encode(sha512Of(text)[:32])
		}
		digest := k.digest(text)
		return encode(digest[:len(digest)/2])
	}
	const text = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
	for claim, login := range map[string]testkit.Login{"at_hash": {AccessToken: text}, "c_hash": {Code: text}} {
		login.Nonce = p.login.Nonce
		p.login = &login
		name := strings.ToLower(alg) + "-" + strings.ReplaceAll(claim, "_", "-")
		good := half(alg, text)
		p.add(name, "the hash of what came with it", testkit.Accept, claim, quote(good))
		other := map[string]string{"at_hash": "c_hash", "c_hash": "at_hash"}[claim]
		p.add(name+"-absent", "no hash of what came with it", testkit.Refuse)
		p.add(name+"-other", "the hash of another one", testkit.Refuse, claim, quote(half(alg, "other")))
		p.add(name+"-in-other", "the hash as "+other, testkit.Refuse, other, quote(good))
		for id, hash := range map[string]string{"sha-256": half("HS256", text), "sha-384": half("HS384", text), "sha-512": half("HS512", text)} {
			if hash != good {
				p.add(name+"-"+id, "the half of another hash than that of the algorithm: "+id, testkit.Refuse, claim, quote(hash))
			}
		}
		if alg == "ES256" {
			for id, hash := range map[string]string{"whole": hashText(text), "right-half": encode(decode(hashText(text))[16:]), "shorter": good[:11], "longer": good + "A", "lower": strings.ToLower(good), "padding": good + "==", "text": text, "empty": "", "quarter": encode(decode(hashText(text))[:8])} {
				p.add(name+"-"+id, "what is no half of the hash: "+id, testkit.Refuse, claim, quote(hash))
			}
			for id, value := range map[string]string{"null": "null", "array": fmt.Sprintf("[%q]", good), "true": "true", "object": "{}"} {
				p.add(name+"-"+id, "a hash of another JSON type: "+id, testkit.Refuse, claim, value)
			}
		}
	}
}
