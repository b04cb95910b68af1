package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/jwe"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/spf13/cobra"
)

// verifyFlags are the flags of jwt verify.
type verifyFlags struct {
	keys     keyFlags
	remote   remoteFlags
	decrypt  []string
	policy   jwt.Policy
	claims   []string
	contains []string
}

func (c *cli) verify() *cobra.Command {
	f := &verifyFlags{}
	cmd := &cobra.Command{
		Use:   "verify [token]",
		Short: "Verify a token, and say step by step why it is accepted or refused",
		Long: `Verify a token against keys and a policy, and print the result of every step.
What the policy does not name must be absent: without --issuer, a token with iss
is refused. The keys come from --key, --secret-file, --jwks, or from the issuer
by discovery. Exit code: 0 accepted, 1 refused, 2 could not be decided.

The value of --claim is JSON, or text if it is not JSON: tenant=7 is a number,
'tenant="7"' and tenant=red are texts.`,
		Example: `  jwt verify --key public.jwk --issuer https://login.example --audience api < token
  jwt verify --key public.pem --allow-any-issuer --allow-any-audience < token
  jwt verify --jwks keys.jwks --issuer https://login.example --audience api --claim tenant=7 --require jti < token
  jwt verify --secret-file shared.secret --issuer https://login.example --audience api < token.hs256`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			verifier, err := f.verifier(c, cmd)
			if err != nil {
				return err
			}
			token, err := c.readToken(args)
			if err != nil {
				return err
			}
			e := jwt.Explain(cmd.Context(), verifier, token)
			return c.tell(e, token)
		},
	}
	f.keys.add(cmd, "to verify with")
	f.remote.add(cmd)
	f.addPolicy(cmd)
	cmd.Flags().StringArrayVar(&f.decrypt, "decrypt-key", nil, "a `file` with the private key of an encrypted token")
	c.clockFlag(cmd)
	return cmd
}

func (f *verifyFlags) addPolicy(cmd *cobra.Command) {
	flags, p := cmd.Flags(), &f.policy
	flags.StringVarP(&p.Issuer, "issuer", "i", "", "the `issuer` that iss must be; its keys are discovered if no others are given")
	flags.StringArrayVarP(&p.Audience, "audience", "a", nil, "an `audience` that aud must have; one of several is enough")
	flags.StringVarP(&p.Subject, "subject", "s", "", "the `subject` that sub must be")
	flags.StringArrayVar(&p.Types, "type", nil, "a `type` that typ may be, as at+jwt; without: JWT or none")
	flags.StringArrayVar(&p.Require, "require", nil, "a `claim` that must be there")
	flags.StringArrayVarP(&f.claims, "claim", "c", nil, "a claim and its value, as `name=value`")
	flags.StringArrayVar(&f.contains, "claim-contains", nil, "a claim with a list, and a text that must be in it, as `name=text`")
	flags.Var(durationValue{&p.Leeway}, "leeway", "how much clocks may differ, as 30s")
	flags.Var(durationValue{&p.MaxAge}, "max-age", "how long ago the token may have been issued, as 1h")
	flags.BoolVar(&p.AllowAnyIssuer, "allow-any-issuer", false, "accept any iss, or none")
	flags.BoolVar(&p.AllowAnyAudience, "allow-any-audience", false, "accept any aud, or none")
	flags.BoolVar(&p.AllowAnyType, "allow-any-type", false, "accept any typ, or none")
	flags.BoolVar(&p.AllowNoExpiry, "allow-no-expiry", false, "accept a token without exp")
}

// verifier returns what verifies: the policy of the flags.
func (f *verifyFlags) verifier(c *cli, cmd *cobra.Command) (jwt.TokenVerifier, error) {
	policy := &f.policy
	now, err := c.now()
	if err != nil {
		return nil, err
	}
	policy.Now = func() time.Time { return now }
	for _, text := range f.claims {
		name, value, err := cutPair("--claim", text)
		if err != nil {
			return nil, err
		}
		policy.Rules = append(policy.Rules, equalRule(name, jsonOrText(value)))
	}
	for _, text := range f.contains {
		name, value, err := cutPair("--claim-contains", text)
		if err != nil {
			return nil, err
		}
		policy.Rules = append(policy.Rules, jwt.Contains(name, value))
	}
	if policy.Keys, err = f.keySet(c, cmd); err != nil {
		return nil, err
	}
	if len(f.decrypt) == 0 {
		return policy, nil
	}
	decrypters, err := c.decrypters("--decrypt-key", f.decrypt)
	if err != nil {
		return nil, err
	}
	return &jwe.Policy{Keys: decrypters, Signed: policy}, nil
}

// keySet returns the keys of the files, of the URL, or of the issuer.
func (f *verifyFlags) keySet(c *cli, cmd *cobra.Command) (jwt.KeySet, error) {
	if f.keys.given() && f.remote.jwks != "" {
		return nil, errors.New("give the keys either with --key and --secret-file, or with --jwks")
	}
	if !f.keys.given() && (f.remote.jwks == "" || isURL(f.remote.jwks)) {
		return f.remote.keySet(c, cmd.Context(), f.policy.Issuer, jwt.Algorithm(f.keys.alg))
	}
	if f.remote.jwks != "" {
		f.keys.label, f.keys.files = "--jwks", []string{f.remote.jwks}
	}
	keys, notes, err := f.keys.read(c)
	if err != nil {
		return nil, err
	}
	for _, note := range notes {
		fmt.Fprintln(c.stderr, describe.Printable(note))
	}
	if f.keys.keyID != "" {
		key, err := f.keys.choose(keys)
		if err != nil {
			return nil, err
		}
		keys = []*jwk.Key{key}
	}
	if len(keys) == 1 {
		if _, err := keys[0].Verifier(); err != nil {
			return nil, err // says what is wrong with it
		}
	}
	return jwk.NewSet(keys...)
}

// tell prints the table, and what may be done about a refusal.
func (c *cli) tell(e *jwt.Explanation, token string) error {
	if c.json {
		if err := c.printJSON(outcomeOf(e)); err != nil {
			return err
		}
	} else {
		c.table(e)
		if hint := hint(e, token); hint != "" {
			fmt.Fprintln(c.stdout, c.colour(c.stdout, yellow, "hint: "+describe.Printable(hint)))
		}
	}
	if e.Err != nil {
		return errors.Join(errShown, e.Err)
	}
	return nil
}

// An outcome is the JSON of a verification. The header and the claims are there
// only if the token is accepted.
type outcome struct {
	Accepted bool           `json:"accepted"`
	Error    string         `json:"error,omitzero"`
	Steps    []jwt.Step     `json:"steps"`
	Claims   jsontext.Value `json:"claims,omitzero"`
}

func outcomeOf(e *jwt.Explanation) outcome {
	o := outcome{Accepted: e.Err == nil, Steps: e.Steps}
	if e.Err != nil {
		o.Error = e.Err.Error()
	}
	if o.Accepted {
		o.Claims = e.Token.Payload()
	}
	return o
}

// table prints the steps, each in the colour of its result.
func (c *cli) table(e *jwt.Explanation) {
	colours := map[jwt.Result]string{jwt.Passed: green, jwt.Failed: red, jwt.Undecided: yellow, jwt.NotReached: dim}
	for i, line := range strings.Split(describe.Printable(e.String()), "\n") {
		code := green
		switch {
		case i == 0:
			code = bold
		case i <= len(e.Steps):
			code = colours[e.Steps[i-1].Result]
		case e.Err != nil:
			code = red
		}
		fmt.Fprintln(c.stdout, c.colour(c.stdout, code, line))
	}
}
