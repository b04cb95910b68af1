package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/seed-b1f8f58c/jwt"
)

// hint says what the reader may do about a token that was not accepted. The claims
// it repeats are those of a token whose signature is good.
func (c *cli) hint(e *jwt.Explanation, token string) string {
	at := ""
	for _, step := range e.Steps {
		if step.Result == jwt.Failed {
			at = step.Name
		}
	}
	header, payload, _ := jwt.InsecureDecode(token)
	switch at {
	case "parts":
		if strings.Count(token, ".") == 4 {
			return "the token is encrypted: give its private key with --decrypt-key"
		}
		return "it is not a whole token: jwt inspect shows what is there"
	case "header":
		return "jwt inspect shows the header, and what is wrong with it"
	case "key":
		return fmt.Sprintf("give the key that signed it: alg %s, kid %s", quoted(textOf(find(membersOf(header), "alg"))), quoted(textOf(find(membersOf(header), "kid"))))
	case "signature":
		return "the token was changed, or is signed by another key of this algorithm"
	case "typ":
		return flagHint("--type", textOf(find(membersOf(header), "typ")), "a token of this type", "--allow-any-type")
	case "iss":
		return flagHint("--issuer", textOf(find(membersOf(payload), "iss")), "this issuer", "--allow-any-issuer")
	case "aud":
		var audience jwt.Audience
		_ = json.Unmarshal(find(membersOf(payload), "aud"), &audience)
		if len(audience) > 0 {
			return flagHint("--audience", audience[0], "this audience", "--allow-any-audience")
		}
		return "the token is for no service in particular: --allow-any-audience accepts it"
	case "exp":
		if find(membersOf(payload), "exp") == nil {
			return "--allow-no-expiry accepts a token that never expires"
		}
		return "ask for a new token; --now shows what was accepted at another time, --leeway allows for clocks that differ"
	case "nbf":
		return "wait, or compare the clocks; --leeway allows for clocks that differ"
	}
	return ""
}

// flagHint names the flag with a value, if that can stand in a shell.
func flagHint(flag, value, what, loosening string) string {
	if value == "" {
		return "the token has none: leave out " + flag + ", or give " + loosening
	}
	if !plainWord.MatchString(value) {
		value = "…"
	}
	return fmt.Sprintf("if %s is meant: %s %s; to accept any: %s", what, flag, value, loosening)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_:/.@%+-]{1,200}$`)

func quoted(text string) string {
	if text == "" {
		return "none"
	}
	return fmt.Sprintf("%.64q", text)
}
