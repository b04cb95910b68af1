package jwt

import "time"

type (
	Token       interface{ Subject() (string, bool) }
	ParseOption interface{}
)

func Parse([]byte, ...ParseOption) (Token, error)         { return nil, nil }
func ParseInsecure([]byte, ...ParseOption) (Token, error) { return nil, nil }
func WithKeySet(any) ParseOption                          { return nil }
func WithVerify(bool) ParseOption                         { return nil }
func WithIssuer(string) ParseOption                       { return nil }
func WithAudience(string) ParseOption                     { return nil }
func WithRequiredClaim(string) ParseOption                { return nil }
func WithClock(any) ParseOption                           { return nil }
func WithAcceptableSkew(time.Duration) ParseOption        { return nil }
