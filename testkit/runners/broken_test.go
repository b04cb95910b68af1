package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// broken are verifiers with one fault each, made of a good one.
var broken = map[string]func(testkit.Case) testkit.Verdict{
	"accepts any issuer":      changed(func(c *testkit.Case) { c.Policy.Issuer = "" }),
	"accepts any audience":    changed(func(c *testkit.Case) { c.Policy.Audience = nil }),
	"accepts any subject":     changed(func(c *testkit.Case) { c.Policy.Subject = "" }),
	"accepts any type":        changed(func(c *testkit.Case) { c.Policy.Types = nil }),
	"asks for the first type": changed(func(c *testkit.Case) { c.Policy.Types = c.Policy.Types[:min(1, len(c.Policy.Types))] }),
	"requires nothing":        changed(func(c *testkit.Case) { c.Policy.Require = nil }),
	"does not know the age":   changed(func(c *testkit.Case) { c.Policy.MaxAge = 0 }),
	"is a second late":        changed(func(c *testkit.Case) { c.Now++ }),
	"is a second early":       changed(func(c *testkit.Case) { c.Now-- }),
	"ignores the leeway":      changed(func(c *testkit.Case) { c.Policy.Leeway = 0 }),
	"doubles the leeway":      changed(func(c *testkit.Case) { c.Policy.Leeway *= 2 }),
	"cuts spaces off":         changed(func(c *testkit.Case) { c.Token = strings.TrimSpace(c.Token) }),
	"passes over line breaks": changed(func(c *testkit.Case) { c.Token = strings.NewReplacer("\n", "", "\r", "").Replace(c.Token) }),
	"passes over padding":     changed(func(c *testkit.Case) { c.Token = strings.ReplaceAll(c.Token, "=", "") }),
	"passes over stray bits": changed(func(c *testkit.Case) {
		if at := strings.LastIndexByte(c.Token, '.'); c.Policy.Strict && at >= 0 {
			if sig, err := base64.RawURLEncoding.DecodeString(c.Token[at+1:]); err == nil {
				c.Token = c.Token[:at+1] + base64.RawURLEncoding.EncodeToString(sig)
			}
		}
	}),
	"takes the key that is left": changed(func(c *testkit.Case) {
		if c.Policy.Strict {
			changeKeys(c, func(k map[string]any) { delete(k, "kid") })
		}
	}),
	"takes both alphabets":      changed(func(c *testkit.Case) { c.Token = strings.NewReplacer("+", "-", "/", "_").Replace(c.Token) }),
	"cuts the scheme off":       changed(func(c *testkit.Case) { c.Token = strings.TrimPrefix(c.Token, "Bearer ") }),
	"takes three of more parts": changed(func(c *testkit.Case) { c.Token = strings.TrimRight(c.Token, ".") }),
	"uses encryption keys": changed(func(c *testkit.Case) {
		changeKeys(c, func(k map[string]any) { delete(k, "use"); delete(k, "key_ops") })
	}),
	"trusts the header's alg": changed(func(c *testkit.Case) { changeKeys(c, func(k map[string]any) { k["alg"] = header(c.Token)["alg"] }) }),
	"trusts the header's alg if a key has it": changed(func(c *testkit.Case) {
		some := false
		changeKeys(c, func(k map[string]any) { some = some || k["alg"] == header(c.Token)["alg"] })
		if some {
			changeKeys(c, func(k map[string]any) { k["alg"] = header(c.Token)["alg"] })
		}
	}),
	"trusts the header's alg if the key has none": changed(func(c *testkit.Case) {
		changeKeys(c, func(k map[string]any) {
			if k["alg"] == nil {
				k["alg"] = header(c.Token)["alg"]
				if strings.HasPrefix(fmt.Sprint(k["alg"]), "HS") && k["kty"] != "oct" { // it has no secret, which is as good as one of zeros
					k["kty"], k["k"] = "oct", base64.RawURLEncoding.EncodeToString(make([]byte, 32))
				}
			}
		})
	}),
	"forgets the operations of keys": changed(func(c *testkit.Case) { changeKeys(c, func(k map[string]any) { delete(k, "key_ops") }) }),
	"cuts a slash off its names": changed(func(c *testkit.Case) {
		c.Policy.Issuer = strings.TrimSuffix(c.Policy.Issuer, "/")
		c.Policy.Audience = slices.Clone(c.Policy.Audience)
		for i, name := range c.Policy.Audience {
			c.Policy.Audience[i] = strings.TrimSuffix(name, "/")
		}
	}),
	"accepts any nonce":               changedLogin(func(l *testkit.Login, claims map[string]any) { l.Nonce, _ = claims["nonce"].(string) }),
	"accepts a login of any time":     changedLogin(func(l *testkit.Login, _ map[string]any) { l.MaxAge = 0 }),
	"accepts any at_hash":             changedLogin(func(l *testkit.Login, _ map[string]any) { l.AccessToken = "" }),
	"accepts any c_hash":              changedLogin(func(l *testkit.Login, _ map[string]any) { l.Code = "" }),
	"accepts a proof for any method":  changedRequest(func(r *testkit.Request, claims map[string]any) { r.Method = fmt.Sprint(claims["htm"]) }),
	"accepts a proof for any URL":     changedRequest(func(r *testkit.Request, claims map[string]any) { r.URL = fmt.Sprint(claims["htu"]) }),
	"accepts a proof twice":           changedRequest(func(r *testkit.Request, _ map[string]any) { r.Used = false }),
	"accepts a proof without a nonce": changedRequest(func(r *testkit.Request, _ map[string]any) { r.Nonce = "" }),
	"allows any enc": changedDecryption(func(d *testkit.Decryption) {
		d.Content = slices.Concat(d.Content, []string{"A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"})
	}),
	"decrypts with the first key":     changedDecryption(func(d *testkit.Decryption) { d.Keys = d.Keys[:min(1, len(d.Keys))] }),
	"accepts a proof without a token": changedRequest(func(r *testkit.Request, _ map[string]any) { r.AccessToken = "" }),
	"uses the header's key":           changed(func(c *testkit.Case) { useEmbeddedKey(c) }),
	"uses the first key":              changed(func(c *testkit.Case) { c.Keys = c.Keys[:min(1, len(c.Keys))] }),
	"accepts none": func(c testkit.Case) testkit.Verdict {
		if alg, _ := header(c.Token)["alg"].(string); strings.EqualFold(alg, "none") && strings.HasSuffix(c.Token, ".") {
			return testkit.Accept
		}
		return verifyJWT(c)
	},
	"refuses everything": func(testkit.Case) testkit.Verdict { return testkit.Refuse },
	"accepts everything": func(testkit.Case) testkit.Verdict { return testkit.Accept },
}

// A verifier with a fault disagrees with some row.
func TestFaultsAreFound(t *testing.T) {
	cases := testkit.Cases()
	for name, verify := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for some := range slices.Chunk(cases, 16) {
				if r := try(library{name: name, verify: verify, profiles: true}, some); r.accepted+r.refused > 0 {
					return
				}
			}
			t.Error("no row finds it")
		})
	}
}

func changed(change func(*testkit.Case)) func(testkit.Case) testkit.Verdict {
	return func(c testkit.Case) testkit.Verdict {
		change(&c)
		return verifyJWT(c)
	}
}

// changedLogin changes the login of an ID token, as its claims say.
func changedLogin(change func(l *testkit.Login, claims map[string]any)) func(testkit.Case) testkit.Verdict {
	return changed(func(c *testkit.Case) {
		if c.Login != nil {
			login := *c.Login
			change(&login, part(c.Token, 1))
			c.Login = &login
		}
	})
}

// changedRequest changes the request of a proof, as its claims say.
func changedRequest(change func(r *testkit.Request, claims map[string]any)) func(testkit.Case) testkit.Verdict {
	return changed(func(c *testkit.Case) {
		if c.Request != nil {
			request := *c.Request
			change(&request, part(c.Token, 1))
			c.Request = &request
		}
	})
}

// changedDecryption changes how a token is decrypted.
func changedDecryption(change func(*testkit.Decryption)) func(testkit.Case) testkit.Verdict {
	return changed(func(c *testkit.Case) {
		if c.Decryption != nil {
			decryption := *c.Decryption
			change(&decryption)
			c.Decryption = &decryption
		}
	})
}

func changeKeys(c *testkit.Case, change func(map[string]any)) {
	c.Keys = slices.Clone(c.Keys)
	for i, data := range c.Keys {
		var k map[string]any
		if json.Unmarshal(data, &k) != nil {
			continue
		}
		change(k)
		maps.DeleteFunc(k, func(_ string, v any) bool { return v == nil })
		if changed, err := json.Marshal(k); err == nil {
			c.Keys[i] = changed
		}
	}
}

func useEmbeddedKey(c *testkit.Case) {
	h := header(c.Token)
	k, ok := h["jwk"].(map[string]any)
	if !ok {
		return
	}
	k["kid"] = h["kid"]
	if data, err := json.Marshal(k); err == nil {
		c.Keys = []json.RawMessage{data}
	}
}

// header is that of a token of which nothing is verified.
func header(token string) map[string]any { return part(token, 0) }

// part is the object in one of the parts of a token.
func part(token string, i int) (members map[string]any) {
	parts := strings.Split(token, ".")
	if i >= len(parts) {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[i])
	if err != nil || json.Unmarshal(data, &members) != nil {
		return nil
	}
	return members
}
