package main

import (
	"fmt"
	"regexp"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
)

// settings are the flags for what [describe.Advise] names, what they ask for, and
// those that accept anything.
var settings = map[string]struct{ flag, what, loosening string }{
	"type":     {"--type", "a token of this type", "--allow-any-type"},
	"issuer":   {"--issuer", "this issuer", "--allow-any-issuer"},
	"audience": {"--audience", "this audience", "--allow-any-audience"},
}

// hint says which flag the reader may give for a token that was not accepted.
func hint(e *jwt.Explanation, token string) string {
	a := describe.Advise(e, token)
	switch a.Setting {
	case "":
		return a.Text
	case "decrypt-key":
		return "the token is encrypted: give its private key with --decrypt-key"
	case "no-expiry":
		return "--allow-no-expiry accepts a token that never expires"
	case "leeway":
		return a.Text + "; --leeway allows for clocks that differ, --now shows what was accepted at another time"
	}
	s := settings[a.Setting]
	switch {
	case a.Value == "" && a.Setting == "audience":
		return "the token is for no service in particular: " + s.loosening + " accepts it"
	case a.Value == "":
		return "the token has none: leave out " + s.flag + ", or give " + s.loosening
	case !plainWord.MatchString(a.Value): // it cannot stand in a shell
		a.Value = "…"
	}
	return fmt.Sprintf("if %s is meant: %s %s; to accept any: %s", s.what, s.flag, a.Value, s.loosening)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_:/.@%+-]{1,200}$`)
