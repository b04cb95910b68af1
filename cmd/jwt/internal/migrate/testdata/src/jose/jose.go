package jose

import (
	"github.com/go-jose/go-jose/v4"     // want `import: `
	"github.com/go-jose/go-jose/v4/jwt" // want `import: `
)

func verify(text string, key any) {
	token, _ := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256}) // want `jwt.ParseSigned: claims, err := jwt.VerifyAs` `jose.SignatureAlgorithm: jwt.Algorithm` `jose.RS256: jwt.RS256`
	var claims jwt.Claims                                                    // want `jwt.Claims: jwt.Claims`
	token.Claims(key, &claims)                                               // want `jwt.JSONWebToken.Claims: .* \| It verifies the signature only`
	token.UnsafeClaimsWithoutVerification(&claims)                           // want `InsecureDecode`
	claims.Validate(jwt.Expected{Issuer: "me"})                              // want `jwt.Claims.Validate: nothing.*\| Its leeway is a minute` `jwt.Expected: jwt.Policy \| A field of Expected that is empty is not checked` `jwt.Expected.Issuer: `
}
