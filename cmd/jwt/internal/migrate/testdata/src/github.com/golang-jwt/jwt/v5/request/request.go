package request

import (
	"net/http"

	"github.com/golang-jwt/jwt/v5"
)

type Extractor interface {
	ExtractToken(*http.Request) (string, error)
}

var OAuth2Extractor Extractor

func ParseFromRequest(*http.Request, Extractor, jwt.Keyfunc) (*jwt.Token, error) { return nil, nil }
