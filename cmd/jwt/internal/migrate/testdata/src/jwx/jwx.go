package jwx

import (
	"time"

	"github.com/lestrrat-go/jwx/v3/jwt" // want `import: `
)

func verify(data []byte, set any, options ...jwt.ParseOption) { // want `jwt.ParseOption: `
	token, _ := jwt.Parse(data, jwt.WithKeySet(set), jwt.WithIssuer("me"), jwt.WithAcceptableSkew(time.Second)) // want `jwt.Parse: policy := &jwt.Policy{Keys: keys, Issuer: "me", Leeway: time.Second, Audience: \[\]string{"…"}}; claims, err := jwt.VerifyAs\[Claims\]\(ctx, policy, data\) \| No WithAudience: .* exp may be absent there` `jwt.WithKeySet: ` `jwt.WithIssuer: ` `jwt.WithAcceptableSkew: `
	token.Subject()                                                                                             // want `jwt.Token.Subject: claims.Subject`
	jwt.Parse(data, options...)                                                                                 // want `Some options cannot be seen`
	jwt.Parse(data, jwt.WithVerify(false))                                                                      // want `jwt.Parse: ` `jwt.WithVerify: nothing: a Policy always verifies the signature \| With false, anybody can write the token`
	jwt.Parse(data, jwt.WithAudience("me"), jwt.WithClock(clock), jwt.WithRequiredClaim("exp"))                 // want `jwt.Parse: policy := &jwt.Policy{Keys: keys, Audience: \[\]string{"me"}, Now: clock.Now, Require: \[\]string{"exp"}, Issuer: "…"}; claims, err := .* \| No WithIssuer: [^|]* Name yours in Issuer.$` `jwt.WithAudience: ` `jwt.WithClock: ` `jwt.WithRequiredClaim: `
	jwt.Parse(arguments())                                                                                      // want `jwt.Parse: .*VerifyAs\[Claims\]\(ctx, policy, arguments\(\)\)`
	jwt.ParseInsecure(data)                                                                                     // want `jwt.ParseInsecure: .*InsecureDecode`
}

var clock interface{ Now() time.Time }

func arguments() ([]byte, jwt.ParseOption) { return nil, nil } // want `jwt.ParseOption: `
