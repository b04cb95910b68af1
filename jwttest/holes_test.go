package jwttest_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

// holes are services that are careful but for one thing: the attack that finds it, and
// which further tokens or requests they accept.
var holes = map[string]func(s *sight, r *http.Request) bool{
	"no token": func(_ *sight, r *http.Request) bool {
		return len(r.Header) == 0 && r.URL.RawQuery == "" && r.ContentLength == 0
	},
	"two headers":     func(s *sight, r *http.Request) bool { return len(r.Header["Authorization"]) > 1 && good(s) },
	"scheme":          func(s *sight, r *http.Request) bool { return false },
	"query":           func(s *sight, r *http.Request) bool { return good(look(s.issuer, r.URL.Query().Get("access_token"))) },
	"body":            func(s *sight, r *http.Request) bool { return good(look(s.issuer, r.PostFormValue("access_token"))) },
	"none":            func(s *sight, _ *http.Request) bool { return s.header["alg"] == "None" && s.only() },
	"blank signature": func(s *sight, _ *http.Request) bool { return s.header["alg"] == "ES256" && blank(s) && s.only() },
	"signature":       cached,
	"unknown key": func(s *sight, _ *http.Request) bool {
		return s.header["kid"] == "attacker" && len(s.header) == 3 && s.only()
	},
	"unknown key ID":       func(s *sight, _ *http.Request) bool { return good(s) && s.header["kid"] == "unknown" },
	"other algorithm":      func(s *sight, _ *http.Request) bool { return good(s) && s.header["alg"] == "es256" },
	"public key as secret": publicKeyAsSecret,
	"guessable secret":     func(s *sight, _ *http.Request) bool { return s.header["kid"] == keyID(s) && s.mac(nil) && s.only() },
	"key ID as path": func(s *sight, _ *http.Request) bool {
		return fmt.Sprint(s.header["kid"]) == "/dev/null" && s.mac(nil) && s.only()
	},
	"key in the header": keyInHeader,
	"key by URL":        keyByURL,
	"foreign issuer":    foreignIssuer,
	"malformed":         func(s *sight, _ *http.Request) bool { return s.token != "" && len(s.parts) == 1 },
	"other spelling of the token": func(s *sight, _ *http.Request) bool {
		return good(s) && len(s.parts) == 3 && !strict(s.parts[2])
	},
	"duplicate names": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only() && !unique(s) && !strings.Contains(string(s.payload), `"EXP"`)
	},
	"other spelling of names": caseless,
	"critical extension":      func(s *sight, _ *http.Request) bool { return s.genuine && s.only("crit") },
	"expired": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("exp") && s.late() && unique(s) && !strings.Contains(string(s.payload), `"EXP"`)
	},
	"not yet valid": func(s *sight, _ *http.Request) bool { return s.genuine && s.only("nbf") && s.text("nbf") == "" },
	"no expiry": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("exp") && !strings.Contains(strings.ToLower(string(s.payload)), `"exp"`)
	},
	"claim of another type": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("iss") && fmt.Sprint(s.claims["iss"]) == "["+s.issuer.URL+"]"
	},
	"audience": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("aud") && s.text("aud") == "https://other.example" && unique(s)
	},
	"similar audience": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("aud") && strings.HasPrefix(s.text("aud"), s.issuer.Audience)
	},
	"no audience": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("aud") && !strings.Contains(strings.ToLower(string(s.payload)), `"aud"`)
	},
	"issuer": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("iss") && s.text("iss") == "https://other.example" && unique(s)
	},
	"similar issuer": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("iss") && strings.HasPrefix(s.text("iss"), s.issuer.URL)
	},
	"no issuer": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("iss") && !strings.Contains(strings.ToLower(string(s.payload)), `"iss"`)
	},
	"type": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("typ") && s.header["typ"] == "logout+jwt" && strings.Count(string(lenient(s.parts[0])), `"typ"`) == 1
	},
	"ID token": func(s *sight, _ *http.Request) bool {
		return s.genuine && s.only("typ") && (s.header["typ"] == "JWT" || s.header["typ"] == nil) && s.header["TYP"] == nil
	},
	"revoked token": func(*sight, *http.Request) bool { return false }, // nobody asks whether it was
	"bound token":   func(s *sight, _ *http.Request) bool { return s.genuine && s.only("cnf") },
}

func good(s *sight) bool { return s.genuine && s.only() }

func keyID(s *sight) any {
	signer, err := s.issuer.Keys.Signer(context.Background())
	if err != nil {
		return err
	}
	return signer.KeyID()
}

func strict(part string) bool {
	_, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return err == nil
}

// blank takes a signature for good that is missing, or whose numbers are zero.
func blank(s *sight) bool { return len(s.parts) == 3 && strings.Trim(s.parts[2], "A") == "" }

// unique reports whether no registered claim is there twice.
func unique(s *sight) bool {
	for _, name := range []string{"aud", "iss", "exp"} {
		if strings.Count(string(s.payload), `"`+name+`"`) > 1 {
			return false
		}
	}
	return true
}

// cached remembers signatures that were good, and forgets of what.
func cached(s *sight, _ *http.Request) bool {
	if len(s.parts) != 3 {
		return false
	}
	known, seen := signatures.LoadOrStore(s.parts[2], s.genuine)
	return seen && known.(bool) && s.claims["sub"] == "mallory" && s.only()
}

var signatures sync.Map

func publicKeyAsSecret(s *sight, r *http.Request) bool {
	keys, err := s.issuer.Keys.Published(r.Context())
	if err != nil {
		return false
	}
	secret, err := keys[0].MarshalPublicPEM()
	return err == nil && s.mac(secret) && s.only()
}

// verifiesWith reports whether a key from the token made the signature.
func verifiesWith(s *sight, key *jwk.Key, err error) bool {
	if err != nil || !s.only() {
		return false
	}
	verifier, err := key.VerifierFor(jwt.Algorithm(s.header["alg"].(string)))
	return err == nil && verifier.Verify(context.Background(), []byte(s.parts[0]+"."+s.parts[1]), lenient(s.parts[2])) == nil
}

func keyInHeader(s *sight, _ *http.Request) bool {
	if chain, ok := s.header["x5c"].([]any); ok {
		der, _ := base64.StdEncoding.DecodeString(chain[0].(string))
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return false
		}
		key, err := jwk.New("", certificate.PublicKey, "")
		return verifiesWith(s, key, err)
	}
	member, ok := s.header["jwk"]
	if !ok {
		return false
	}
	data, _ := json.Marshal(member)
	key, err := jwk.Parse(data)
	return verifiesWith(s, key, err)
}

func keyByURL(s *sight, _ *http.Request) bool {
	url, ok := s.header["jku"].(string)
	if !ok {
		return false
	}
	answer, err := http.Get(url)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	data, _ := io.ReadAll(answer.Body)
	set, err := jwk.ParseSet(data)
	return err == nil && verifiesWith(s, set.Keys()[0], nil)
}

func foreignIssuer(s *sight, r *http.Request) bool {
	if s.text("iss") == "" || s.text("iss") == s.issuer.URL || s.text("aud") != s.issuer.Audience {
		return false
	}
	keys, err := jwthttp.DiscoverKeys(s.text("iss"), jwthttp.RemoteOptions{})
	if err != nil || !strings.HasPrefix(s.text("iss"), "http://127.0.0.1:") || s.genuine {
		return false
	}
	policy := &jwt.Policy{Keys: keys, Issuer: s.text("iss"), Audience: []string{s.issuer.Audience}}
	_, err = policy.Verify(r.Context(), s.token)
	return err == nil
}

// caseless reads claims into a struct with encoding/json.
func caseless(s *sight, _ *http.Request) bool {
	var claims struct {
		Issuer   string  `json:"iss"`
		Audience string  `json:"aud"`
		Expiry   float64 `json:"exp"`
	}
	err := json.Unmarshal(s.payload, &claims)
	return err == nil && s.genuine && claims.Issuer == s.issuer.URL && claims.Audience == s.issuer.Audience && claims.Expiry > float64(s.issuer.Now().Unix()) &&
		unique(s) && !s.only() && !slices.Contains(s.faults, "typ") && !slices.Contains(s.faults, "crit") && !slices.Contains(s.faults, "nbf") && !slices.Contains(s.faults, "cnf")
}

func broken(issuer *jwttest.Issuer, hole func(*sight, *http.Request) bool) http.Handler {
	next := careful(issuer)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if hole(look(issuer, token), r) {
			io.WriteString(w, "hello alice")
			return
		}
		next.ServeHTTP(w, r)
	})
}
