// Package middleware is one of another module, which hands out tokens of golang-jwt.
package middleware

import "github.com/golang-jwt/jwt/v5"

type Config struct{ KeyFunc jwt.Keyfunc }

func TokenOf(any) (*jwt.Token, bool) { return nil, false }

func Other() {}
