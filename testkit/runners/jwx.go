package main

import (
	"encoding/json"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// verifyJWX is jwx with its key set and its validation options.
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
	if _, err := jwxjwt.ParseString(c.Token, options...); err != nil {
		return testkit.Refuse
	}
	return testkit.Accept
}
