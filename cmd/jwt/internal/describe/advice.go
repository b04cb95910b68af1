package describe

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/seed-b1f8f58c/jwt"
)

// Advice is what a reader may do about a token that was not accepted.
type Advice struct {
	Text    string `json:"text,omitzero"`    // a sentence without its full stop
	Setting string `json:"setting,omitzero"` // what may be changed instead: decrypt-key, type, issuer, audience, no-expiry or leeway
	Value   string `json:"value,omitzero"`   // what the token has there, "" if it has nothing
}

// Advise returns the advice for a result. The claims that it repeats are those of
// a token whose signature is good.
func Advise(e *jwt.Explanation, token string) Advice {
	at := ""
	for _, step := range e.Steps {
		if step.Result == jwt.Failed {
			at = step.Name
		}
	}
	header, payload, _ := jwt.InsecureDecode(token)
	claim := func(name string) string { return Text(Find(Members(payload), name)) }
	member := func(name string) string { return Text(Find(Members(header), name)) }
	switch at {
	case "parts":
		if strings.Count(token, ".") == 4 {
			return Advice{Text: "the token is encrypted: its private key is wanted", Setting: "decrypt-key"}
		}
		return Advice{Text: "it is not a whole token: look at its parts"}
	case "header":
		return Advice{Text: "look at the header, which tells what is wrong with it"}
	case "key":
		return Advice{Text: fmt.Sprintf("give the key that signed it: alg %s, kid %s", Quoted(member("alg")), Quoted(member("kid")))}
	case "signature":
		return Advice{Text: "the token was changed, or is signed by another key of this algorithm"}
	case "typ":
		return Advice{Setting: "type", Value: member("typ")}
	case "iss":
		return Advice{Setting: "issuer", Value: claim("iss")}
	case "aud":
		var audience jwt.Audience
		_ = json.Unmarshal(Find(Members(payload), "aud"), &audience)
		return Advice{Setting: "audience", Value: strings.Join(audience[:min(len(audience), 1)], "")}
	case "exp":
		if Find(Members(payload), "exp") == nil {
			return Advice{Setting: "no-expiry"}
		}
		return Advice{Text: "ask for a new token", Setting: "leeway"}
	case "nbf":
		return Advice{Text: "wait, or compare the clocks", Setting: "leeway"}
	}
	return Advice{}
}

// Quoted returns a text as it may be printed, cut if it is long.
func Quoted(text string) string {
	if text == "" {
		return "none"
	}
	return fmt.Sprintf("%.64q", text)
}
