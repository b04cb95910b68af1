package v5

import (
	"errors"
	"net/http"
	"time"

	"example.com/middleware"
	"github.com/golang-jwt/jwt/v5"         // want `import: import "github.com/seed-b1f8f58c/jwt"`
	"github.com/golang-jwt/jwt/v5/request" // want `import: import`
)

type claims struct {
	Tenant               int
	jwt.RegisteredClaims // want `jwt.RegisteredClaims: jwt.Claims`
}

func (c *claims) Validate() error { return nil } // want `claims.Validate: func \(c claims\) Validate\(\) error, and in Policy.Rules: jwt.RuleFor\("…", claims.Validate\) \| Validate is called by`

func (c claims) Valid() bool { return c.Tenant > 0 }

// other does not embed claims of the library in each of these.
type other struct{ claims }

func (c other) Validate(int) error { return nil }

func (c claims) Compare() error { return nil }

var secret = []byte("…")

func everything(text string, now func() time.Time, key jwt.Keyfunc) { // want `jwt.Keyfunc: jwt.KeySet`
	var c claims
	_, _ = jwt.ParseWithClaims(text, &c, key, // want `jwt.ParseWithClaims: policy := &jwt.Policy{Keys: keys, Issuer: "me", Audience: \[\]string{"a", "b"}, Leeway: time.Minute, Now: now, Subject: "s", Require: \[\]string{"nbf"}}; claims, err := jwt.VerifyAs\[claims\]\(ctx, policy, text\) \| If err is not nil there are no claims.`
		jwt.WithIssuer("me"),               // want `jwt.WithIssuer: Policy.Issuer`
		jwt.WithAudience("a", "b"),         // want `jwt.WithAudience: Policy.Audience`
		jwt.WithLeeway(time.Minute),        // want `jwt.WithLeeway: Policy.Leeway`
		jwt.WithTimeFunc(now),              // want `jwt.WithTimeFunc: Policy.Now`
		jwt.WithSubject("s"),               // want `jwt.WithSubject: Policy.Subject`
		jwt.WithNotBeforeRequired(),        // want `jwt.WithNotBeforeRequired: `
		jwt.WithExpirationRequired(),       // want `jwt.WithExpirationRequired: nothing`
		jwt.WithValidMethods([]string{""})) // want `jwt.WithValidMethods: nothing`
}

func missing(text string, key jwt.Keyfunc, options []jwt.ParserOption, names []string) { // want `jwt.Keyfunc: ` `jwt.ParserOption: `
	jwt.Parse(text, key)                                                                                                     // want `jwt.VerifyAs\[map\[string\]any\]\(ctx, policy, text\) \| No WithAudience: it takes tokens for other services.* No WithIssuer: .* No WithExpirationRequired: .* No WithValidMethods: the token chooses`
	jwt.Parse(text, key, options...)                                                                                         // want `jwt.Parse: .* \| Some options cannot be seen here: read them by hand. If`
	jwt.Parse(text, key, options[0], jwt.WithIssuer("me"))                                                                   // want `jwt.Parse: .*Issuer: "me".*Some options cannot be seen` `jwt.WithIssuer`
	jwt.Parse(text, key, jwt.WithAudience(names...))                                                                         // want `Audience: names.*\| No WithIssuer` `jwt.WithAudience`
	jwt.Parse(text, key, jwt.WithAllAudiences("a"))                                                                          // want `jwt.Parse: policy := &jwt.Policy{Keys: keys, Issuer: "…"}; .*\| No WithIssuer.* WithAllAudiences asks for every audience` `jwt.WithAllAudiences: `
	jwt.Parse(text, key, jwt.WithoutClaimsValidation())                                                                      // want `jwt.Parse: .*\| WithoutClaimsValidation: no claim is checked, not even exp. A Policy always checks them: find out who relies on late tokens. If` `jwt.WithoutClaimsValidation: nothing`
	jwt.NewParser(jwt.WithIssuer("x")).Parse(text, key)                                                                      // want `jwt.NewParser: policy := &jwt.Policy{Keys: keys, Issuer: "x", Audience: \[\]string{"…"}} \| No WithAudience` `jwt.WithIssuer` `jwt.Parser.Parse: policy := &jwt.Policy{Keys: keys, Issuer: "x"`
	jwt.NewParser(jwt.WithExpirationRequired())                                                                              // want `jwt.NewParser: policy := &jwt.Policy{Keys: keys, Issuer: "…", Audience: \[\]string{"…"}}` `jwt.WithExpirationRequired`
	jwt.NewWithClaims(nil, with(nil, "a text that is long enough for the source of this call to be cut in what is printed")) // want `jwt.NewWithClaims: .*template.Sign\(ctx, claims\)`
	parser := jwt.NewParser()                                                                                                // want `jwt.NewParser: .*No WithAudience`
	parser.ParseWithClaims(text, jwt.MapClaims{}, key)                                                                       // want `jwt.Parser.ParseWithClaims: claims, err := jwt.VerifyAs\[map\[string\]any\]\(ctx, policy, text\) \| The options are where the parser is made.` `jwt.MapClaims: `
	parser.ParseWithClaims(text, new(jwt.RegisteredClaims), key)                                                             // want `VerifyAs\[jwt.Claims\]` `jwt.RegisteredClaims: `
	parser.ParseUnverified(text, nil)                                                                                        // want `jwt.Parser.ParseUnverified: header, payload, err := jwt.InsecureDecode\(token\) \| Nobody has verified`
	f := jwt.Parse                                                                                                           // want `jwt.Parse: Not known: read it by hand.$`
	_ = f
}

func sign(key any) {
	c := claims{}
	jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(key)                               // want `jwt.NewWithClaims: template := &jwt.Template{.*; token, err := template.Sign\(ctx, c\) \| The template sets` `jwt.SigningMethodHS256: jwt.NewHMAC\(jwt.HS256, secret, "kid"\) \| The secret is at least` `jwt.Token.SignedString: token, err := template.Sign\(ctx, claims\)$`
	jwt.NewWithClaims(jwt.SigningMethodNone, nil).SignedString(jwt.UnsafeAllowNoneSignatureType) // want `jwt.NewWithClaims: nothing: there are no unsigned tokens \| Anybody` `jwt.SigningMethodNone: nothing` `jwt.Token.SignedString: .*\| Anybody can write` `jwt.UnsafeAllowNoneSignatureType: nothing`
}

func keys() {
	_ = func(t *jwt.Token) (any, error) { return secret, nil } // want `key function: key, err := jwt.NewHMAC\(jwt.HS256, secret, "kid"\).* \| Each check .* It does not look at the algorithm` `jwt.Token: `
	_ = func(t *jwt.Token) (any, error) {                      // want `key function: Policy.Keys: .*, a key for each kid \| Each check in the function \(alg, kid, iss\) must be somewhere else now: alg and kid in the keys, iss in the policy. Claims that it reads are not verified. It chooses by kid: .* It reads claims that are not verified: .* It reads jku, so` `jwt.Token: `
		if _, ok := t.Method.(*jwt.SigningMethodHMAC); !ok { // want `jwt.Token.Method: ` `jwt.SigningMethodHMAC: nothing`
			return nil, errors.New("")
		}
		_ = t.Header["jku"]                           // want `jwt.Token.Header: `
		return lookup(t.Header["kid"], t.Claims), nil // want `jwt.Token.Header: ` `jwt.Token.Claims: `
	}
}

func named(*jwt.Token) (any, error) { return nil, nil } // want `key function: Policy.Keys` `jwt.Token: `

func parserOf(*jwt.Parser) (any, error) { return nil, nil } // want `jwt.Parser: `

func two(*jwt.Token, int) (any, error) { return nil, nil } // want `jwt.Token: `

func noToken() (any, error) { return nil, nil }

func notKeys(*jwt.Token) (string, error) { return "", nil } // want `jwt.Token: `

func with(c jwt.MapClaims, _ string) jwt.MapClaims { return c } // want `jwt.MapClaims` `jwt.MapClaims`

func lookup(...any) any { return nil }

func others(r *http.Request, token *jwt.Token, err error) { // want `jwt.Token: `
	_ = token.Valid                                           // want `jwt.Token.Valid: nothing: err == nil \| Where Valid`
	_ = errors.Is(err, jwt.ErrTokenExpired)                   // want `jwt.ErrTokenExpired: jwt.ErrExpired`
	_ = errors.Is(err, jwt.TokenFromTomorrow)                 // want `jwt.TokenFromTomorrow: Not known: read it by hand.$`
	_ = claims{}.ExpiresAt.Unix()                             // want `jwt.RegisteredClaims.ExpiresAt: Claims.ExpiresAt`
	request.ParseFromRequest(r, request.OAuth2Extractor, nil) // want `request.ParseFromRequest: handler = ` `request.OAuth2Extractor: jwthttp.BearerToken`
	middleware.TokenOf(nil)                                   // want `middleware.TokenOf: Not known: read it by hand. \| A type of the library is part of it`
	_ = middleware.Config{KeyFunc: nil}                       // want `middleware.Config.KeyFunc: Not known`
	middleware.Other()
}
