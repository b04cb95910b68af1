package main

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwe"
	"github.com/lestrrat-go/jwx/v3/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// verifyJWX is jwx with its key sets and its validation options.
func verifyJWX(c testkit.Case) testkit.Verdict {
	if len(c.Policy.Types) > 0 || len(c.Policy.Audience) > 1 {
		return testkit.Unsupported
	}
	data, err := json.Marshal(map[string]any{"keys": append([]json.RawMessage{}, c.Keys...)})
	if err != nil {
		return testkit.Unsupported
	}
	if hasLattices(c) {
		return testkit.Unsupported
	}
	set, err := jwk.Parse(data)
	if err != nil {
		return testkit.Refuse
	}
	options := []jwxjwt.ParseOption{
		jwxjwt.WithKeySet(set), jwxjwt.WithValidate(true), jwxjwt.WithAcceptableSkew(time.Duration(c.Policy.Leeway) * time.Second),
		jwxjwt.WithClock(jwxjwt.ClockFunc(func() time.Time { return time.Unix(c.Now, 0) })),
	}
	if c.Policy.Issuer != "" {
		options = append(options, jwxjwt.WithIssuer(c.Policy.Issuer))
	}
	if c.Policy.Subject != "" {
		options = append(options, jwxjwt.WithSubject(c.Policy.Subject))
	}
	if len(c.Policy.Audience) == 1 {
		options = append(options, jwxjwt.WithAudience(c.Policy.Audience[0]))
	}
	for _, claim := range c.Policy.Require {
		options = append(options, jwxjwt.WithRequiredClaim(claim))
	}
	if c.Policy.MaxAge != 0 {
		return testkit.Unsupported
	}
	signed, err := decryptJWX(c)
	if err != nil {
		return testkit.Refuse
	}
	if _, err := jwxjwt.Parse(signed, options...); err != nil {
		return testkit.Refuse
	}
	return testkit.Accept
}

// decryptJWX returns the signed token of a nested one, and any other token as it is. There
// is no option for the enc that are allowed, nor for cty: a caller looks at them.
func decryptJWX(c testkit.Case) ([]byte, error) {
	if c.Decryption == nil {
		return []byte(c.Token), nil
	}
	data, err := json.Marshal(map[string]any{"keys": c.Decryption.Keys})
	if err != nil {
		return nil, err
	}
	set, err := jwk.Parse(data)
	if err != nil {
		return nil, err
	}
	message := jwe.NewMessage()
	signed, err := jwe.Decrypt([]byte(c.Token), jwe.WithKeySet(set), jwe.WithCritValidation(true), jwe.WithMessage(message))
	if err != nil {
		return nil, err
	}
	enc, _ := message.ProtectedHeaders().ContentEncryption()
	cty, _ := message.ProtectedHeaders().ContentType()
	if !slices.Contains(c.Decryption.Content, enc.String()) || cty != "JWT" {
		return nil, errors.New("enc or cty is another one")
	}
	return signed, nil
}
