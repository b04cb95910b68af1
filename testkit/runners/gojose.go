package main

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	gojosejwt "github.com/go-jose/go-jose/v4/jwt"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// verifyGoJOSE is go-jose with its key set, its nested tokens and its validation of claims.
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
	token, err := parseGoJOSE(c, algorithms)
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

// parseGoJOSE parses a signed token, or decrypts a nested one.
func parseGoJOSE(c testkit.Case, algorithms []jose.SignatureAlgorithm) (*gojosejwt.JSONWebToken, error) {
	if c.Decryption == nil {
		return gojosejwt.ParseSigned(c.Token, algorithms)
	}
	var keys []jose.JSONWebKey
	var allowed []jose.KeyAlgorithm
	for _, data := range c.Decryption.Keys {
		var k jose.JSONWebKey
		if err := k.UnmarshalJSON(data); err != nil {
			return nil, err
		}
		if k.Use != "sig" {
			keys = append(keys, k)
			allowed = append(allowed, jose.KeyAlgorithm(k.Algorithm))
		}
	}
	var content []jose.ContentEncryption
	for _, enc := range c.Decryption.Content {
		content = append(content, jose.ContentEncryption(enc))
	}
	nested, err := gojosejwt.ParseSignedAndEncrypted(c.Token, allowed, content, algorithms)
	if err != nil {
		return nil, err
	}
	h := nested.Headers[0]
	i := slices.IndexFunc(keys, func(k jose.JSONWebKey) bool { return k.KeyID == h.KeyID && k.Algorithm == h.Algorithm })
	if i < 0 {
		return nil, errors.New("no key to decrypt with")
	}
	return nested.Decrypt(keys[i].Key)
}
