// Package jwt has the declarations that the fixtures use.
package jwt

import "time"

type (
	Keyfunc      func(*Token) (any, error)
	ParserOption func(*Parser)
	Parser       struct{}
	Claims       interface{ GetSubject() (string, error) }
	MapClaims    map[string]any
	NumericDate  struct{ time.Time }

	SigningMethod     interface{ Alg() string }
	SigningMethodHMAC struct{}

	Token struct {
		Raw    string
		Method SigningMethod
		Header map[string]any
		Claims Claims
		Valid  bool
	}
	RegisteredClaims struct {
		Issuer, Subject string
		ExpiresAt       *NumericDate
	}
)

var (
	SigningMethodHS256 *SigningMethodHMAC
	SigningMethodNone  SigningMethod
	ErrTokenExpired    error
	TokenFromTomorrow  error // a name that the tables do not have
)

const UnsafeAllowNoneSignatureType = "none"

func (*SigningMethodHMAC) Alg() string               { return "" }
func (MapClaims) GetSubject() (string, error)        { return "", nil }
func (RegisteredClaims) GetSubject() (string, error) { return "", nil }

func Parse(string, Keyfunc, ...ParserOption) (*Token, error)                   { return nil, nil }
func ParseWithClaims(string, Claims, Keyfunc, ...ParserOption) (*Token, error) { return nil, nil }
func NewParser(...ParserOption) *Parser                                        { return nil }
func (*Parser) Parse(string, Keyfunc) (*Token, error)                          { return nil, nil }
func (*Parser) ParseWithClaims(string, Claims, Keyfunc) (*Token, error)        { return nil, nil }
func (*Parser) ParseUnverified(string, Claims) (*Token, []string, error)       { return nil, nil, nil }
func NewWithClaims(SigningMethod, Claims) *Token                               { return nil }
func (*Token) SignedString(any) (string, error)                                { return "", nil }
func WithIssuer(string) ParserOption                                           { return nil }
func WithAudience(...string) ParserOption                                      { return nil }
func WithAllAudiences(...string) ParserOption                                  { return nil }
func WithSubject(string) ParserOption                                          { return nil }
func WithLeeway(time.Duration) ParserOption                                    { return nil }
func WithTimeFunc(func() time.Time) ParserOption                               { return nil }
func WithValidMethods([]string) ParserOption                                   { return nil }
func WithExpirationRequired() ParserOption                                     { return nil }
func WithNotBeforeRequired() ParserOption                                      { return nil }
func WithoutClaimsValidation() ParserOption                                    { return nil }
