package jwthttp

import (
	"errors"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// ScopesIn returns a function for [Middleware.Scopes] that takes what a token
// grants from all the claims with these names: each a string with a space between scopes
// (RFC 8693 section 4.2) or an array of strings. Providers call them scope, scp,
// permissions, roles. A token where one of them is anything else has no scope.
func ScopesIn(claims ...string) func(token *jwt.Token) ([]string, error) {
	claims = slices.Clone(claims)
	return func(token *jwt.Token) ([]string, error) { return readScopes(token, claims) }
}

var usualScopes = []string{"scope", "scp"}

func readScopes(token *jwt.Token, claims []string) (scopes []string, err error) {
	o := strictjson.Read(token.Payload(), 0)
	for o.Next() {
		if !slices.Contains(claims, string(o.Name)) {
			continue
		}
		if text, ok := o.Value.Text(""); ok {
			scopes = append(scopes, strings.Split(text, " ")...)
			continue
		}
		var ok bool
		if scopes, ok = o.Value.Texts("", scopes); !ok {
			return nil, &scopeError{claim: string(o.Name), got: o.Value.Kind()}
		}
	}
	return scopes, nil
}

// A scopeError is that of a token without a scope that is asked for.
type scopeError struct {
	want  string
	claim string // that has the wrong type
	got   string
}

func (e *scopeError) Error() string {
	if e.claim != "" {
		return "jwthttp: " + strictjson.Quote(e.claim) + ": got " + e.got + ", want a string or an array of strings"
	}
	return "jwthttp: want the scope " + strictjson.Quote(e.want) + ", got " + strictjson.Quote(e.got)
}

// checkScopes returns an error if the token does not grant all the scopes.
func (m *Middleware) checkScopes(token *jwt.Token, scopes []string) error {
	if len(scopes) == 0 {
		return nil
	}
	var granted []string
	var err error
	if m.Scopes != nil {
		granted, err = m.Scopes(token)
	} else {
		granted, err = readScopes(token, usualScopes)
	}
	if err != nil {
		return err
	}
	for _, scope := range scopes {
		if !slices.Contains(granted, scope) {
			return &scopeError{want: scope, got: strings.Join(granted, " ")}
		}
	}
	return nil
}

// checkScopeSyntax returns an error for a scope-token that RFC 6749 section 3.3 does
// not know.
func checkScopeSyntax(scopes []string) error {
	for _, scope := range scopes {
		if !isScope(scope) {
			return errors.New("jwthttp: got the scope " + strictjson.Quote(scope) +
				", want printable ASCII without spaces, quotes and backslashes (RFC 6749 section 3.3)")
		}
	}
	return nil
}

func isScope(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return s != ""
}

// union returns a and those of b that are not in it.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
