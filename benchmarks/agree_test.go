package main

import "testing"

// These tests are what the measurements rest on: all libraries read the same
// claims from the same token, understand each other's, and refuse the same.

func TestEveryLibraryReadsTheSameClaims(t *testing.T) {
	for _, alg := range algorithms {
		for _, what := range contents(alg) {
			token := issue(alg, "", payload(claimsOf(what)))
			for _, lib := range libraries {
				t.Run(alg+" "+string(what)+" "+lib.name, func(t *testing.T) {
					lib.verify(alg, what, token).check(t, claimsOf(what))
				})
			}
		}
	}
}

func TestEveryLibraryReadsWhatTheOthersSign(t *testing.T) {
	for _, alg := range algorithms {
		for _, what := range contents(alg) {
			for _, signer := range libraries {
				if signer.name == floor.name {
					continue
				}
				token, err := signer.sign(alg, what).token()
				if err != nil {
					t.Fatal(signer.name, alg, err)
				}
				for _, lib := range libraries {
					t.Run(alg+" "+string(what)+" "+signer.name+" to "+lib.name, func(t *testing.T) {
						if v := lib.verify(alg, what, token); alg == "PS256" && longSalt[signer.name] && strictSalt[lib.name] {
							if v.run() == nil {
								t.Error("takes a salt of any length, unlike before")
							}
						} else {
							v.check(t, claimsOf(what))
						}
					})
				}
			}
		}
	}
}

// RFC 7518 section 3.5 wants a PSS salt of the hash's length. Some libraries sign
// with the longest that fits, and those that hold to the RFC refuse this.
var (
	longSalt   = map[string]bool{"cristalhq": true, "kataras": true}
	strictSalt = map[string]bool{"floor": true, "jwt": true, "jwx-v3": true, "jwx-v4": true, "pascaldekloe": true}
)

func TestEveryLibraryFindsTheKeyInASet(t *testing.T) {
	for _, alg := range []string{"HS256", "ES256"} {
		keys := namedKeys(alg, 10)
		server := serveKeys(keys)
		defer server.Close()
		for _, lib := range libraries {
			if lib.keySet != nil {
				t.Run(alg+" "+lib.name, func(t *testing.T) {
					lib.keySet(alg, keys, typed, keySetToken(alg, keys)).check(t, claimsOf(typed))
				})
			}
			if lib.remote != nil && alg == "ES256" {
				t.Run("remote "+lib.name, func(t *testing.T) {
					lib.remote(server.URL, alg, keys, typed, keySetToken(alg, keys)).check(t, claimsOf(typed))
				})
			}
		}
	}
}

// What a policy of the service asks of a token, each of them on its own.
func TestEveryLibraryRefusesTheSame(t *testing.T) {
	with := func(change func(*claims)) string {
		c := claimsOf(typed)
		change(&c)
		return issue("HS256", "", payload(c))
	}
	noExpiry := `{"iss":"` + issuer + `","aud":"` + audience + `","role":"admin","tenant":1,"scopes":[]}`
	bad := map[string]string{
		"another issuer":    with(func(c *claims) { c.Issuer = "https://evil.example.com" }),
		"another audience":  with(func(c *claims) { c.Audience = "https://other.example.com" }),
		"not yet valid":     with(func(c *claims) { c.NotBefore += 3600; c.IssuedAt += 3600 }),
		"no expiry":         issue("HS256", "", []byte(noExpiry)),
		"no audience":       issue("HS256", "", []byte(`{"iss":"`+issuer+`","exp":4102444800,"role":"admin","tenant":1,"scopes":[]}`)),
		"no issuer":         issue("HS256", "", []byte(`{"aud":"`+audience+`","exp":4102444800,"role":"admin","tenant":1,"scopes":[]}`)),
		"another algorithm": signToken("HS256", secret("HS256"), `{"alg":"HS384","typ":"JWT"}`, payload(claimsOf(typed))),
		"no algorithm":      signToken("HS256", secret("HS256"), `{"alg":"none","typ":"JWT"}`, payload(claimsOf(typed))),
	}
	for _, b := range badTokens() {
		bad[b.why] = b.token()
	}
	for why, token := range bad {
		for _, lib := range libraries {
			if lib.name != floor.name {
				t.Run(why+" "+lib.name, func(t *testing.T) {
					if got, err := lib.verify("HS256", typed, token).claims(); err == nil {
						t.Errorf("accepted: %+v", got)
					}
				})
			}
		}
	}
}

// RSA and ECDSA keys of one type serve several algorithms in some libraries.
func TestEveryLibraryKeepsAKeyToItsAlgorithm(t *testing.T) {
	for _, c := range []struct{ key, token string }{{"RS256", "PS256"}, {"PS256", "RS256"}} {
		token := issue(c.token, "", payload(claimsOf(typed)))
		for _, lib := range libraries {
			if lib.name != floor.name {
				t.Run(lib.name+" "+c.key, func(t *testing.T) {
					if _, err := lib.verify(c.key, typed, token).claims(); err == nil {
						t.Error("accepted a token of " + c.token)
					}
				})
			}
		}
	}
}
