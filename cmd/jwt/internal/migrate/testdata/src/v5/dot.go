package v5

import . "github.com/golang-jwt/jwt/v5" // want `import: Not known`

var _, _ = Parse("", nil, WithIssuer("me")) // want `jwt.Parse: .*Issuer: "me"` `jwt.WithIssuer: `
