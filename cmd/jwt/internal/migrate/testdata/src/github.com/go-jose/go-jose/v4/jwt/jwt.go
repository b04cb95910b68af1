package jwt

import (
	"time"

	"github.com/go-jose/go-jose/v4"
)

type (
	JSONWebToken struct{}
	Claims       struct{ Subject string }
	Expected     struct{ Issuer string }
)

func ParseSigned(string, []jose.SignatureAlgorithm) (*JSONWebToken, error) { return nil, nil }
func (*JSONWebToken) Claims(any, ...any) error                             { return nil }
func (*JSONWebToken) UnsafeClaimsWithoutVerification(...any) error         { return nil }
func (Claims) Validate(Expected) error                                     { return nil }
func (Claims) ValidateWithLeeway(Expected, time.Duration) error            { return nil }
