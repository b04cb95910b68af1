package v5

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"

	jwt "github.com/golang-jwt/jwt/v5" // want `import: import`
)

type permissions map[string]bool

func (permissions) Validate() error { return nil }

// not is a field of the type of the library and no part of the claims.
type not struct{ c jwt.RegisteredClaims } // want `jwt.RegisteredClaims: `

func (not) Validate() error { return nil }

func (not) Valid() string { return "" }

type part struct {
	jwt.RegisteredClaims // want `jwt.RegisteredClaims: `
}

func (part) Valid() (error, error) { return nil, nil }

func (part) Validate() string { return "" }

type both struct {
	jwt.RegisteredClaims // want `jwt.RegisteredClaims: `
	*jwt.MapClaims       // want `jwt.MapClaims: `
}

func (both) Validate() error { return nil } // want `both.Validate: func `

type pointer = *jwt.Token // want `jwt.Token: `

var _ = func(t pointer) (any, error) { return nil, nil } // want `key function: `

type asked struct {
	Name                 string
	jwt.RegisteredClaims // want `jwt.RegisteredClaims: `
}

func (asked) Validate(strict bool) error { return nil }

func (asked) Valid() int { return 0 }

func Validate() error { return nil }

func arguments() (string, jwt.Keyfunc)                     { return "", nil }               // want `jwt.Keyfunc: `
func claimsArguments() (jwt.SigningMethod, jwt.Claims)     { return nil, nil }              // want `jwt.SigningMethod: ` `jwt.Claims: `
func three() (string, jwt.Claims, jwt.Keyfunc)             { return "", nil, nil }          // want `jwt.Claims: ` `jwt.Keyfunc: `
func option() jwt.ParserOption                             { return nil }                   // want `jwt.ParserOption: `
func maker() func(string, jwt.Keyfunc) (*jwt.Token, error) { return jwt.NewParser().Parse } // want `jwt.Keyfunc: ` `jwt.Token: ` `jwt.NewParser: ` `jwt.Parser.Parse: Not known`

func forms(text string, key jwt.Keyfunc, i jwt.Claims, p *part) { // want `jwt.Keyfunc: ` `jwt.Claims: `
	jwt.Parse(arguments())                                            // want `jwt.Parse: Not known: read it by hand.$`
	jwt.ParseWithClaims(three())                                      // want `jwt.ParseWithClaims: Not known: read it by hand.$`
	jwt.NewWithClaims(claimsArguments())                              // want `jwt.NewWithClaims: .*template.Sign\(ctx, claims\) `
	jwt.NewWithClaims(nil, jwt.MapClaims{"a": 1})                     // want `jwt.NewWithClaims: .*template.Sign\(ctx, claims\) ` `jwt.MapClaims: `
	jwt.ParseWithClaims(text, i, key)                                 // want `VerifyAs\[Claims\]\(ctx, policy, text\)`
	jwt.ParseWithClaims(text, p, key)                                 // want `VerifyAs\[part\]\(ctx, policy, text\)`
	jwt.ParseWithClaims(text, &struct{ jwt.RegisteredClaims }{}, key) // want `VerifyAs\[Claims\]\(ctx, policy, text\)` `jwt.RegisteredClaims: `
	jwt.NewParser(jwt.ParserOption(nil))                              // want `jwt.NewParser: .* \| Some options cannot be seen` `jwt.ParserOption: `
	jwt.Parse(text, key, option())                                    // want `jwt.Parse: .*Issuer: "…".*\| Some options cannot be seen here: read them by hand. If`
	jwt.Parse(text, key, (jwt.WithIssuer)("me"))                      // want `jwt.Parse: .*Issuer: "me".*\| No WithAudience: [^|]*token with aud is refused. No WithExpirationRequired` `jwt.WithIssuer: Policy.Issuer`
	(jwt.Parse)(text, key)                                            // want `jwt.Parse: policy := &jwt.Policy{Keys: keys, Issuer: "…", Audience: \[\]string{"…"}}; claims, err := jwt.VerifyAs`
	(jwt.NewParser(jwt.WithSubject("s"))).Parse(text, key)            // want `jwt.NewParser: ` `jwt.WithSubject: ` `jwt.Parser.Parse: policy := &jwt.Policy{Keys: keys, Subject: "s"`
	jwt.NewParser([]jwt.ParserOption{option()}...)                    // want `jwt.NewParser: .* \| Some options cannot be seen` `jwt.ParserOption: `
	maker()(text, key)
	_ = jwt.RegisteredClaims.GetSubject  // want `jwt.RegisteredClaims: ` `jwt.RegisteredClaims.GetSubject: `
	_ = append([]any{}, text, jwt.Parse) // want `jwt.Parse: Not known`
	_ = jwt.Keyfunc(nil)                 // want `jwt.Keyfunc: `
}

func keysOf(r *rsa.PublicKey, e *ecdsa.PublicKey, d ed25519.PublicKey) {
	_ = func(t *jwt.Token) (any, error) { return r, nil }                                                // want `key function: key, err := jwt.NewVerifier\(jwt.RS256, r, "kid"\)` `jwt.Token: `
	_ = func(t *jwt.Token) (any, error) { return e, nil }                                                // want `key function: key, err := jwt.NewVerifier\(jwt.ES256, e, "kid"\)` `jwt.Token: `
	_ = func(t *jwt.Token) (any, error) { return []uint8("k"), nil }                                     // want `key function: key, err := jwt.NewHMAC\(jwt.HS256, \[\]uint8\("k"\), "kid"\)` `jwt.Token: `
	_ = func(t *jwt.Token) any { return nil }                                                            // want `jwt.Token: `
	_ = func(t *jwt.Token) {}                                                                            // want `jwt.Token: `
	_ = func(a, b *jwt.Token) (any, error) { return nil, nil }                                           // want `jwt.Token: `
	_ = func(t *jwt.Token) (error, any, error) { return nil, nil, nil }                                  // want `jwt.Token: `
	_ = func(t *jwt.Token) (int, error) { return 0, nil }                                                // want `jwt.Token: `
	_ = func(t *jwt.Token) (any, error) { return d, nil }                                                // want `key function: key, err := jwt.NewVerifier\(jwt.EdDSA, d, "kid"\)` `jwt.Token: `
	_ = func(t *jwt.Token) (any, error) { return lookup(), nil }                                         // want `key function: Policy.Keys: jwt.Keys{…}, a \*jwk.Set, or \*jwthttp.RemoteKeys \| ` `jwt.Token: `
	_ = func(t *jwt.Token) (any, error) { return lookup("alg"), nil }                                    // want `key function: Policy.Keys: [^|]* \| Each check in the function [^|]* are not verified.$` `jwt.Token: `
	_ = func(t *jwt.Token) (k any, err error) { return }                                                 // want `key function: Policy.Keys: [^|]*RemoteKeys \| .*It does not look at the algorithm: without WithValidMethods, a token chooses it.$` `jwt.Token: `
	_ = func(t *jwt.Token) (any, error) { return lookup("x5c"), nil }                                    // want `It reads x5c, so that` `jwt.Token: `
	_ = func(t *jwt.Token) (any, error) { return lookup(jwt.NewParser().ParseUnverified("", nil)), nil } // want `It reads claims that are not verified` `jwt.Token: ` `jwt.NewParser: ` `jwt.Parser.ParseUnverified: `
}

// isKeyFunc has no body in Go.
func isKeyFunc(*jwt.Token) (any, error) // want `jwt.Token: `

func shared(strict bool) *jwt.Parser { return nil } // want `jwt.Parser: `

func withShared(text string, key jwt.Keyfunc) { // want `jwt.Keyfunc: `
	shared(true).Parse(text, key) // want `jwt.Parser.Parse: claims, err := .* \| The options are where the parser is made`
}
