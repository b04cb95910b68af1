package main

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	gojosejwt "github.com/go-jose/go-jose/v4/jwt"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// verifyGoJOSE is go-jose with its key set and its validation of claims.
func verifyGoJOSE(c testkit.Case) testkit.Verdict {
	if len(c.Policy.Types) > 0 || c.Policy.MaxAge != 0 {
		return testkit.Unsupported
	}
	set := jose.JSONWebKeySet{}
	var algorithms []jose.SignatureAlgorithm
	for _, data := range c.Keys {
		var k jose.JSONWebKey
		if hasLattices(c) {
			return testkit.Unsupported
		}
		if k.UnmarshalJSON(data) != nil {
			return testkit.Refuse
		}
		if k.Algorithm == "Ed25519" {
			return testkit.Unsupported
		}
		algorithms = append(algorithms, jose.SignatureAlgorithm(k.Algorithm))
		if k.Use != "enc" {
			set.Keys = append(set.Keys, k)
		}
	}
	token, err := gojosejwt.ParseSigned(c.Token, algorithms)
	if err != nil {
		return testkit.Refuse
	}
	var claims gojosejwt.Claims
	var all map[string]json.RawMessage
	key := any(set)
	if named := set.Key(token.Headers[0].KeyID); len(named) > 0 {
		i := slices.IndexFunc(named, func(k jose.JSONWebKey) bool { return k.Algorithm == token.Headers[0].Algorithm })
		if i < 0 {
			return testkit.Refuse
		}
		key = named[i].Key
	}
	if err := token.Claims(key, &claims, &all); err != nil {
		return testkit.Refuse
	}
	for _, claim := range c.Policy.Require {
		if _, ok := all[claim]; !ok {
			return testkit.Refuse
		}
	}
	err = claims.ValidateWithLeeway(gojosejwt.Expected{
		Issuer: c.Policy.Issuer, Subject: c.Policy.Subject, AnyAudience: c.Policy.Audience, Time: time.Unix(c.Now, 0),
	}, time.Duration(c.Policy.Leeway)*time.Second)
	if err != nil {
		return testkit.Refuse
	}
	return testkit.Accept
}
