package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/spf13/cobra"
)

// signFlags are the flags of jwt sign.
type signFlags struct {
	keys                         keyFlags
	file                         string
	issuer, subject, id, typ     string
	audience, claims, header     []string
	expires, notBefore, issuedAt string
	noExpiry, noID               bool
}

func (c *cli) sign() *cobra.Command {
	f := &signFlags{}
	cmd := &cobra.Command{
		Use:   "sign",
		Short: "Sign a token",
		Long: `Sign a token and print it. Claims come from flags and from a JSON file; a flag
goes before the file. iat, exp and jti are set unless they are given: exp is 15
minutes from now. A private key without key ID gets its thumbprint as kid.

The value of --claim and --header is JSON, or text if it is not JSON.`,
		Example: `  jwt sign --key key.jwk --issuer https://login.example --audience api --subject alice
  jwt sign --key key.pem --expires 12h --claim tenant=7 --claim 'roles=["admin"]'
  jwt sign --key key.jwk --type at+jwt --claims claims.json
  echo '{"sub": "alice"}' | jwt sign --secret-file shared.secret --claims -`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now, err := c.now()
			if err != nil {
				return err
			}
			key, err := f.signer(c)
			if err != nil {
				return err
			}
			claims, err := f.payload(c, now)
			if err != nil {
				return err
			}
			header, err := f.headerMembers()
			if err != nil {
				return err
			}
			token, err := jwt.SignHeader(cmd.Context(), key, header, claims)
			if err != nil {
				return err
			}
			return c.printToken(token)
		},
	}
	f.keys.add(cmd, "to sign with")
	f.addClaims(cmd)
	c.clockFlag(cmd)
	return cmd
}

func (f *signFlags) addClaims(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.file, "claims", "", "a `file` with claims, a JSON object; - is standard input")
	flags.StringVarP(&f.issuer, "issuer", "i", "", "iss, the `issuer`")
	flags.StringArrayVarP(&f.audience, "audience", "a", nil, "aud, the `service` that the token is for; may be repeated")
	flags.StringVarP(&f.subject, "subject", "s", "", "sub, the `subject`: whom the token is about")
	flags.StringVarP(&f.expires, "expires", "e", "15m", "exp, a `time` from now on, as 15m, 12h, 7d or -1m, or 2026-11-26T10:00:00Z")
	flags.StringVar(&f.notBefore, "not-before", "", "nbf, a `time` as for --expires")
	flags.StringVar(&f.issuedAt, "issued-at", "", "iat, a `time` as for --expires; without: now")
	flags.StringVar(&f.id, "id", "", "jti, the token's own `ID`; without: a random one")
	flags.StringArrayVarP(&f.claims, "claim", "c", nil, "another claim, as `name=value`; may be repeated")
	flags.StringVar(&f.typ, "type", "", "typ, the `type` of the token, as at+jwt; without: JWT")
	flags.StringArrayVar(&f.header, "header", nil, "another member of the header, as `name=value`; may be repeated")
	flags.BoolVar(&f.noExpiry, "no-expiry", false, "set no exp: the token never expires")
	flags.BoolVar(&f.noID, "no-id", false, "set no jti")
	_ = cmd.MarkFlagFilename("claims", "json")
}

// signer returns the signer of the one private key or secret.
func (f *signFlags) signer(c *cli) (jwt.Signer, error) {
	key, err := f.keys.one(c)
	if err != nil {
		return nil, err
	}
	if key, err = named(key); err != nil {
		return nil, err
	}
	return key.Signer()
}

// payload returns the JSON of the claims.
func (f *signFlags) payload(c *cli, now time.Time) (jsontext.Value, error) {
	var claims []describe.Member
	if f.file != "" {
		data, err := c.readFile("--claims", f.file)
		if err != nil {
			return nil, err
		}
		v := jsontext.Value(bytes.TrimPrefix(data, []byte("\ufeff")))
		if !v.IsValid() || v.Kind() != '{' {
			return nil, errors.New("--claims: want a JSON object with unique names")
		}
		claims = describe.Members(v)
	}
	for _, text := range []struct{ name, value string }{{"iss", f.issuer}, {"sub", f.subject}, {"jti", f.id}} {
		if text.value != "" {
			claims = set(claims, text.name, text.value)
		}
	}
	if len(f.audience) > 0 {
		claims = set(claims, "aud", jwt.Audience(f.audience))
	}
	claims, err := f.times(claims, now)
	if err != nil {
		return nil, err
	}
	if claims, err = addPairs(claims, "--claim", f.claims); err != nil {
		return nil, err
	}
	if describe.Find(claims, "jti") == nil && !f.noID {
		claims = set(claims, "jti", rand.Text())
	}
	return object(claims), nil
}

// times sets the claims that are times: those of flags that were given, and then
// iat and exp if they are not there.
func (f *signFlags) times(claims []describe.Member, now time.Time) ([]describe.Member, error) {
	given := describe.Find(claims, "exp") != nil && f.expires == "15m"
	for _, t := range []struct {
		flag, claim, value string
		skip               bool
	}{
		{"--issued-at", "iat", orNow(f.issuedAt), f.issuedAt == "" && describe.Find(claims, "iat") != nil},
		{"--not-before", "nbf", f.notBefore, f.notBefore == ""},
		{"--expires", "exp", f.expires, f.noExpiry || given},
	} {
		if t.skip {
			continue
		}
		at, err := parseWhen(t.value, now)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.flag, err)
		}
		claims = set(claims, t.claim, jwt.NewNumericDate(at))
	}
	return claims, nil
}

func orNow(text string) string {
	if text == "" {
		return "0s"
	}
	return text
}

// headerMembers returns the JSON of the header without alg and kid.
func (f *signFlags) headerMembers() (jsontext.Value, error) {
	header := set(nil, "typ", "JWT")
	if f.typ != "" {
		header = set(header, "typ", f.typ)
	}
	header, err := addPairs(header, "--header", f.header)
	return object(header), err
}

func addPairs(members []describe.Member, flag string, pairs []string) ([]describe.Member, error) {
	for _, text := range pairs {
		name, value, err := cutPair(flag, text)
		if err != nil {
			return nil, err
		}
		members = set(members, name, jsonOrText(value))
	}
	return members, nil
}

// set returns the members with one that is new or replaced. A text that is not UTF-8
// makes an object that is not JSON, which no signer signs.
func set(members []describe.Member, name string, value any) []describe.Member {
	data, _ := json.Marshal(value)
	for i, m := range members {
		if m.Name == name {
			members[i].Value = data
			return members
		}
	}
	return append(members, describe.Member{Name: name, Value: data})
}

// object returns the JSON object of the members.
func object(members []describe.Member) jsontext.Value {
	b := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, m.Name) // names are UTF-8: cutPair refuses others
		b = append(append(b, ':'), m.Value...)
	}
	return append(b, '}')
}

// printToken prints a token by itself, or as JSON.
func (c *cli) printToken(token string) error {
	if c.json {
		return c.printJSON(struct {
			Token string `json:"token"`
		}{token})
	}
	_, err := fmt.Fprintln(c.stdout, token)
	return err
}
