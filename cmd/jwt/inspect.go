package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/spf13/cobra"
)

const notVerified = "NOT VERIFIED: anybody can write such a token; jwt verify checks it"

func (c *cli) inspect() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "inspect [token]",
		Short: "Show what a token says, without verifying it",
		Long: `Show the header and the claims of a token, signed or encrypted, its times, its
sizes, and warnings. Nothing is verified. The token is the argument or standard
input; white space and a word such as Bearer before it are dropped.`,
		Example: `  jwt inspect < token
  jwt inspect --json < token`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			now, err := c.now()
			if err != nil {
				return err
			}
			token, err := c.readToken(args)
			if err != nil {
				return err
			}
			seen, err := look(token, now)
			if err != nil {
				return err
			}
			if c.json {
				return c.printJSON(seen)
			}
			c.show(seen)
			return nil
		},
	}
	c.clockFlag(cmd)
	return cmd
}

// A view is what can be seen of a token without a key.
type view struct {
	Verified  bool           `json:"verified"` // always false
	Encrypted bool           `json:"encrypted"`
	Header    jsontext.Value `json:"header"`
	Claims    jsontext.Value `json:"claims,omitzero"`
	Payload   string         `json:"payload,omitzero"` // if it is not JSON
	Times     []moment       `json:"times,omitzero"`
	Size      int            `json:"size"`
	Parts     []part         `json:"parts"`
	Warnings  []string       `json:"warnings"`
}

// A part is one of those between the dots.
type part struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

// look reads a token of either kind.
func look(token string, now time.Time) (*view, error) {
	v := &view{Size: len(token), Warnings: []string{}}
	texts := strings.Split(token, ".")
	names := []string{"header", "payload", "signature"}
	var payload []byte
	switch len(texts) {
	case 5:
		v.Encrypted = true
		names = []string{"header", "encrypted key", "initialization vector", "ciphertext", "tag"}
		header, err := jwt.DecodeBase64URL(texts[0])
		if err != nil || len(token) > 1<<16 {
			return nil, &jwt.VerifyError{Reason: jwt.ErrMalformed, Claim: "header", Detail: "want base64url, and at most 65536 bytes"}
		}
		v.Header = header
	default:
		header, decoded, err := jwt.InsecureDecode(token)
		if err != nil {
			return nil, err
		}
		v.Header, payload = header, decoded
	}
	for i, text := range texts {
		v.Parts = append(v.Parts, part{names[i], len(text)})
	}
	if !v.Header.IsValid() {
		return nil, &jwt.VerifyError{Reason: jwt.ErrMalformed, Claim: "header", Detail: fmt.Sprintf("got %.200q, want a JSON object with unique names", v.Header)}
	}
	header := membersOf(v.Header)
	var claims []member
	if !v.Encrypted {
		if v.Claims = payload; v.Claims.IsValid() && v.Claims.Kind() == '{' {
			claims = membersOf(v.Claims)
			v.Times = moments(claims, now)
		} else {
			v.Claims, v.Payload = nil, strings.ToValidUTF8(string(payload), "\ufffd")
		}
	}
	v.Warnings = slices.Concat(v.Warnings, headerWarnings(header, v.Encrypted), v.claimWarnings(claims, now), v.sizeWarnings())
	return v, nil
}

// A member is one of a JSON object.
type member struct {
	name  string
	value jsontext.Value
}

// membersOf returns the members of a JSON object that is valid, in their order.
func membersOf(object jsontext.Value) (members []member) {
	d := jsontext.NewDecoder(strings.NewReader(string(object)))
	if _, err := d.ReadToken(); err != nil || object.Kind() != '{' {
		return nil
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil
		}
		text := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil
		}
		members = append(members, member{text, value.Clone()})
	}
	return members
}

// find returns the value of a member, nil if there is none.
func find(members []member, name string) jsontext.Value {
	for _, m := range members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// textOf returns the string that a value is, and "" for any other.
func textOf(value jsontext.Value) string {
	if value.Kind() != '"' {
		return ""
	}
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return ""
	}
	return string(text)
}

// A moment is a claim that is a time.
type moment struct {
	Claim string `json:"claim"`
	Time  string `json:"time"`
	Text  string `json:"text"`
	at    time.Time
}

// timeClaims are the claims with times, and what is said of those before and after
// now.
var timeClaims = []struct{ name, past, future string }{
	{"iat", "issued %s ago", "issued %s from now"},
	{"auth_time", "logged in %s ago", "logged in %s from now"},
	{"nbf", "valid since %s ago", "valid in %s"},
	{"exp", "expired %s ago", "expires in %s"},
}

func moments(claims []member, now time.Time) (found []moment) {
	for _, c := range timeClaims {
		at, ok := dateOf(find(claims, c.name))
		if !ok {
			continue
		}
		text := fmt.Sprintf(c.past, inWords(now.Sub(at)))
		if at.After(now) {
			text = fmt.Sprintf(c.future, inWords(at.Sub(now)))
		} else if now.Sub(at) < time.Second {
			text, _, _ = strings.Cut(fmt.Sprintf(c.past, "now"), " ago")
		}
		found = append(found, moment{c.name, at.Format(time.RFC3339), text, at})
	}
	return found
}

// lastDate is the end of the year 9999, after which RFC 3339 has no dates.
const lastDate = 253402300799

// dateOf returns the time that a NumericDate stands for.
func dateOf(value jsontext.Value) (time.Time, bool) {
	if value.Kind() != '0' {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseFloat(string(value), 64)
	if err != nil || seconds < 0 || seconds > lastDate {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0).UTC(), true
}

// show prints the view for people.
func (c *cli) show(v *view) {
	w := c.stdout
	fmt.Fprintln(w, c.colour(w, yellow, notVerified))
	kind := "header"
	if v.Encrypted {
		kind = "header of an encrypted token"
	}
	c.heading(w, "%s", kind)
	fmt.Fprintln(w, indented(v.Header))
	switch {
	case v.Encrypted:
		c.heading(w, "claims")
		fmt.Fprintln(w, "encrypted; jwt decrypt reads them with the key")
	case v.Claims != nil:
		c.heading(w, "claims")
		fmt.Fprintln(w, indented(v.Claims))
	default:
		c.heading(w, "payload, which is not a JSON object")
		fmt.Fprintf(w, "%.1000q\n", v.Payload)
	}
	if len(v.Times) > 0 {
		c.heading(w, "times")
		for _, m := range v.Times {
			fmt.Fprintf(w, "%-9s  %s  %s\n", m.Claim, m.Time, m.Text)
		}
	}
	c.heading(w, "size")
	var parts []string
	for _, p := range v.Parts {
		parts = append(parts, fmt.Sprintf("%s %d", p.Name, p.Size))
	}
	fmt.Fprintf(w, "%d bytes: %s\n", v.Size, strings.Join(parts, ", "))
	if len(v.Warnings) > 0 {
		c.heading(w, "warnings")
		for _, text := range v.Warnings {
			fmt.Fprintln(w, c.colour(w, yellow, "- "+printable(text)))
		}
	}
}
