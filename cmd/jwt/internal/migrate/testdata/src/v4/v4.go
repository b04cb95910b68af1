package v4

import (
	"errors"

	. "github.com/golang-jwt/jwt/v4" // want `import: Not known`
)

type claims struct {
	*StandardClaims // want `jwt.StandardClaims: jwt.Claims`
}

func (c claims) Valid() error { return nil } // want `claims.Valid: func \(c claims\) Validate\(\) error`

func verify(m MapClaims, s StandardClaims, err error) { // want `jwt.MapClaims: ` `jwt.StandardClaims: `
	_ = m.VerifyAudience("a", false)                               // want `jwt.MapClaims.VerifyAudience: Policy.Audience \| With required=false`
	_ = s.VerifyIssuer("a", false)                                 // want `jwt.StandardClaims.VerifyIssuer: Policy.Issuer`
	_ = s.Valid()                                                  // want `jwt.StandardClaims.Valid: nothing: policy.Verify has checked`
	_ = s.Id                                                       // want `jwt.StandardClaims.Id: Claims.ID`
	TimeFunc = nil                                                 // want `jwt.TimeFunc: Policy.Now, Template.Now \| A package variable`
	_ = Parser{SkipClaimsValidation: true}                         // want `jwt.Parser: ` `jwt.Parser.SkipClaimsValidation: nothing.* \| No claim is checked`
	var v ValidationError                                          // want `jwt.ValidationError: `
	_ = errors.As(err, &v) && v.Errors&ValidationErrorExpired != 0 // want `jwt.ValidationError.Errors: ` `jwt.ValidationErrorExpired: jwt.ErrExpired`
}
