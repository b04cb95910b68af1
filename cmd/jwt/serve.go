package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/spf13/cobra"
)

// serveFlags are the flags of jwt serve.
type serveFlags struct {
	listen, alg, typ   string
	audience           []string
	users, claims      []string
	secretFile         string
	lifetime           time.Duration
	clientSecretDigest *[sha256.Size]byte // of the secret that clients must send, if any
}

func (c *cli) serve() *cobra.Command {
	f := &serveFlags{lifetime: 15 * time.Minute}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve an issuer on loopback, to try a service during development",
		Long: `Serve an issuer of tokens to this machine, to try a service with during
development: discovery, a key set, and a token endpoint for client credentials
and for test users, who get an ID token, too, if the scope has openid. The keys
are in memory only. To rotate them, press r, or POST to /rotate.

Every client gets a token, unless there is a --client-secret-file, and the
passwords of users are not asked for: this is not for production.`,
		Example: `  jwt serve --listen 127.0.0.1:8080 --audience api &
  curl -d grant_type=client_credentials -d client_id=test http://127.0.0.1:8080/token
  jwt verify --issuer http://127.0.0.1:8080 --audience api < token`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(c, cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "the `address`, on loopback; port 0 is any that is free")
	flags.StringVar(&f.alg, "alg", "ES256", "the `algorithm` of the keys")
	flags.StringVar(&f.typ, "type", "JWT", "typ, the `type` of the tokens, as at+jwt")
	flags.StringArrayVarP(&f.audience, "audience", "a", []string{"api"}, "aud, the `service` that tokens are for; a request may name another")
	flags.StringArrayVar(&f.users, "user", []string{"alice"}, "a test `user`")
	flags.StringArrayVarP(&f.claims, "claim", "c", nil, "another claim, as `name=value`")
	flags.StringVar(&f.secretFile, "client-secret-file", "", "a `file` with the secret that clients must send")
	flags.VarP(durationValue{&f.lifetime}, "expires", "e", "how long tokens live")
	return cmd
}

// run serves until the context ends.
func (f *serveFlags) run(c *cli, ctx context.Context) error {
	if f.secretFile != "" {
		secret, err := c.readFile("--client-secret-file", f.secretFile)
		if err != nil {
			return err
		}
		digest := sha256.Sum256([]byte(strings.TrimSpace(string(secret))))
		f.clientSecretDigest = &digest
	}
	listener, host, err := listenLoopback(ctx, f.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	issuer, err := f.issuer(ctx, "http://"+host)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	keys := c.listenToKeys()
	defer keys.restore()
	if err := c.welcome(issuer.url, f, keys); err != nil {
		return err
	}
	go keys.read(ctx, stop, issuer)
	return serveUntil(ctx, listener, issuer.handler())
}

// issuer makes the first key, and checks the rest.
func (f *serveFlags) issuer(ctx context.Context, url string) (*issuer, error) {
	// A new key signs at once, which makes the services under test fetch it.
	ring := &jwk.KeyRing{Algorithm: jwt.Algorithm(f.alg), PublishAhead: 1, RetireAfter: f.lifetime + time.Minute}
	if err := ring.Rotate(ctx); err != nil {
		return nil, fmt.Errorf("--alg: %w", err)
	}
	claims, err := addPairs(nil, "--claim", f.claims)
	if err != nil {
		return nil, err
	}
	i := &issuer{
		url: url, flags: f, claims: claims, ring: ring,
		template: &jwt.Template{KeyFunc: ring.Signer, Issuer: url, Type: f.typ, Lifetime: f.lifetime},
		metadata: &jwthttp.IssuerMetadata{URL: url, Keys: ring.Published, MaxAge: time.Second, AllowAnyOrigin: true, Members: map[string]any{
			"token_endpoint":                        url + "/token",
			"scopes_supported":                      []string{"openid"},
			"claims_supported":                      []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"},
			"grant_types_supported":                 []string{"client_credentials", "password"},
			"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "none"},
		}},
	}
	if err := i.metadata.Validate(ctx); err != nil {
		return nil, err
	}
	if _, err := i.template.Sign(ctx, object(claims)); err != nil { // what is wrong with --claim, --type or --expires
		return nil, err
	}
	return i, nil
}

// right reports whether a client's secret is the one of the file, or any if there is
// none.
func (f *serveFlags) right(secret string) bool {
	if f.clientSecretDigest == nil {
		return true
	}
	digest := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(digest[:], f.clientSecretDigest[:]) == 1
}

// welcome says how to use the issuer.
func (c *cli) welcome(url string, f *serveFlags, keys *keyboard) error {
	if c.json {
		return c.printJSON(map[string]string{"issuer": url, "token_endpoint": url + "/token", "rotate": url + "/rotate"})
	}
	press := "send a line with r"
	if keys.raw() {
		press = "press r"
	}
	return keys.print(fmt.Sprintf(`issuer  %[1]s
token   curl -d grant_type=client_credentials -d client_id=test %[1]s/token
user    curl -d grant_type=password -d client_id=test -d username=%[2]s %[1]s/token
verify  jwt verify --issuer %[1]s --audience %[3]s < token
rotate  %[4]s, or: curl -X POST %[1]s/rotate
stop    press Ctrl-C
`, url, first(f.users), first(f.audience), press))
}

func first(list []string) string {
	if len(list) == 0 || !plainWord.MatchString(list[0]) {
		return "…"
	}
	return list[0]
}
