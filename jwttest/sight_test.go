package jwttest_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/fips140"
	"crypto/hmac"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

// A sight is what a careless service sees of a token.
type sight struct {
	token          string
	parts          []string
	header, claims map[string]any // of the last of two names
	payload        []byte
	genuine        bool     // whether a key of the issuer made the signature
	faults         []string // what a careful service finds in header and claims: the names
	issuer         *jwttest.Issuer
}

func look(issuer *jwttest.Issuer, token string) *sight {
	s := &sight{token: token, parts: strings.Split(token, "."), issuer: issuer}
	if len(s.parts) < 2 {
		s.faults = []string{"form"}
		return s
	}
	s.payload = lenient(s.parts[1])
	if json.Unmarshal(lenient(s.parts[0]), &s.header) != nil || json.Unmarshal(s.payload, &s.claims) != nil || s.claims == nil {
		s.faults = append(s.faults, "form")
	}
	if len(s.parts) >= 3 {
		s.genuine = verifies(issuer, s.parts)
	}
	s.judge()
	return s
}

func lenient(s string) []byte {
	data, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	return data
}

func verifies(issuer *jwttest.Issuer, parts []string) bool {
	alg := issuer.Keys.Algorithm
	if issuer.Key != nil {
		alg = issuer.Key.Algorithm()
	}
	keys, err := issuer.Policy().Keys.Verifiers(context.Background(), jwt.Header{Algorithm: alg})
	return err == nil && slices.ContainsFunc(keys, func(v jwt.Verifier) bool {
		return v.Verify(context.Background(), []byte(parts[0]+"."+parts[1]), lenient(parts[2])) == nil
	})
}

func (s *sight) judge() {
	now := float64(s.issuer.Now().Unix())
	aud, _ := s.claims["aud"].(string)
	exp, ok := s.claims["exp"].(float64)
	nbf, isNumber := s.claims["nbf"].(float64)
	typ := s.issuer.Type
	if typ == "" {
		typ = "JWT"
	}
	for name, right := range map[string]bool{
		"typ": s.header["typ"] == typ, "crit": !slices.Contains(slices.Collect(maps.Keys(s.header)), "crit"),
		"iss": s.claims["iss"] == s.issuer.URL, "aud": aud == s.issuer.Audience,
		"exp": ok && exp > now, "nbf": s.claims["nbf"] == nil || isNumber && nbf <= now, "cnf": s.claims["cnf"] == nil,
	} {
		if !right {
			s.faults = append(s.faults, name)
		}
	}
	slices.Sort(s.faults)
}

// only reports whether the service finds these faults and no others.
func (s *sight) only(faults ...string) bool { return slices.Equal(s.faults, faults) }

// text is a claim as text, whatever it is.
func (s *sight) text(claim string) string {
	text, _ := s.claims[claim].(string)
	return text
}

// mac reports whether the signature is an HMAC with the secret.
func (s *sight) mac(secret []byte) bool {
	hash, ok := map[any]crypto.Hash{"HS256": crypto.SHA256, "HS384": crypto.SHA384, "HS512": crypto.SHA512}[s.header["alg"]]
	if !ok || len(s.parts) != 3 {
		return false
	}
	var sum []byte
	fips140.WithoutEnforcement(func() {
		h := hmac.New(hash.New, secret)
		h.Write([]byte(s.parts[0] + "." + s.parts[1]))
		sum = h.Sum(nil)
	})
	return bytes.Equal(sum, lenient(s.parts[2]))
}

// late reports whether exp has passed.
func (s *sight) late() bool {
	exp, ok := s.claims["exp"].(float64)
	return ok && exp < float64(s.issuer.Now().Unix())
}
