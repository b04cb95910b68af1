package jwt

import "time"

type (
	Claims         interface{ Valid() error }
	MapClaims      map[string]any
	StandardClaims struct {
		ExpiresAt int64
		Id        string
	}
	Parser          struct{ SkipClaimsValidation bool }
	ValidationError struct{ Errors uint32 }
)

const ValidationErrorExpired uint32 = 1

var TimeFunc = time.Now

func (MapClaims) Valid() error                        { return nil }
func (MapClaims) VerifyAudience(string, bool) bool    { return false }
func (StandardClaims) Valid() error                   { return nil }
func (StandardClaims) VerifyIssuer(string, bool) bool { return false }
func (ValidationError) Error() string                 { return "" }
