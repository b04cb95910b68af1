package check

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
)

// fields are the names that the page shows of what [describe.Advise] names.
var fields = map[string]string{"issuer": "Issuer", "audience": "Audience", "type": "Type"}

// advise fills in what the reader may do, in the words of the page.
func (a *Answer) advise(advice describe.Advice) {
	switch advice.Setting {
	case "":
		if advice.Text != "" {
			a.Advice = sentence(advice.Text) + "."
		}
	case "no-expiry":
		a.Advice = "Tick “may never expire” to accept a token without exp."
	case "leeway":
		a.Advice = sentence(advice.Text) + ". For clocks that differ, allow some seconds."
	case "issuer", "audience", "type":
		name := fields[advice.Setting]
		if advice.Value == "" {
			a.Advice = fmt.Sprintf("The token has none: leave %s empty, or tick “any”.", name)
			return
		}
		a.Advice = fmt.Sprintf("If %s is meant, set %s to it.", describe.Printable(describe.Quoted(advice.Value)), name)
		a.Fill = &Fill{advice.Setting, advice.Value}
	}
}

// sentence returns a text that begins with a capital letter.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
