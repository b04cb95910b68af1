package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/testkit"
)

// verifyJWT is this repository's library.
func verifyJWT(c testkit.Case) testkit.Verdict {
	set, err := json.Marshal(map[string]any{"keys": append([]json.RawMessage{}, c.Keys...)})
	if err != nil {
		return testkit.Unsupported
	}
	keys, err := jwk.ParsePrivateSet(set)
	if err != nil {
		return testkit.Unsupported
	}
	policy := &jwt.Policy{
		Keys: keys, Issuer: c.Policy.Issuer, Audience: c.Policy.Audience, Subject: c.Policy.Subject,
		Types: c.Policy.Types, AllowAnyType: len(c.Policy.Types) == 0,
		AllowAnyIssuer: c.Policy.Issuer == "", AllowAnyAudience: len(c.Policy.Audience) == 0,
		AllowNoExpiry: !slices.Contains(c.Policy.Require, "exp"), Require: c.Policy.Require,
		Leeway: time.Duration(c.Policy.Leeway) * time.Second, MaxAge: time.Duration(c.Policy.MaxAge) * time.Second,
		Now: func() time.Time { return time.Unix(c.Now, 0) },
	}
	_, err = policy.Verify(context.Background(), c.Token)
	var refusal *jwt.VerifyError
	switch {
	case err == nil:
		return testkit.Accept
	case errors.As(err, &refusal):
		return testkit.Refuse
	default: // it could not be decided, which no row asks for
		return testkit.Unsupported
	}
}
