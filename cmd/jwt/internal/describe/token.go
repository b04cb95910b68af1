// Package describe says in words what a token holds.
package describe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
)

// A View is what can be seen of a token without a key.
type View struct {
	Verified  bool           `json:"verified"` // always false
	Encrypted bool           `json:"encrypted"`
	Header    jsontext.Value `json:"header"`
	Claims    jsontext.Value `json:"claims,omitzero"`
	Payload   string         `json:"payload,omitzero"` // if it is not JSON
	Times     []Moment       `json:"times,omitzero"`
	Size      int            `json:"size"`
	Parts     []Part         `json:"parts"`
	Warnings  []string       `json:"warnings"`
}

// A Part is one of those between the dots.
type Part struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

// Token reads a token of either kind.
func Token(token string, now time.Time) (*View, error) {
	v := &View{Size: len(token), Warnings: []string{}}
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
		v.Parts = append(v.Parts, Part{names[i], len(text)})
	}
	if !v.Header.IsValid() {
		return nil, &jwt.VerifyError{Reason: jwt.ErrMalformed, Claim: "header", Detail: fmt.Sprintf("got %.200q, want a JSON object with unique names", v.Header)}
	}
	header := Members(v.Header)
	var claims []Member
	if v.Claims = payload; v.Claims.IsValid() && v.Claims.Kind() == '{' {
		claims = Members(v.Claims)
		v.Times = moments(claims, now)
	} else {
		v.Claims, v.Payload = nil, strings.ToValidUTF8(string(payload), "\ufffd")
	}
	v.Warnings = slices.Concat(v.Warnings, headerWarnings(header, v.Encrypted), v.claimWarnings(claims, now), v.sizeWarnings())
	return v, nil
}

// Tidy returns the token without the white space around it and the words that
// stand before it in a request.
func Tidy(text string) string {
	text = strings.TrimSpace(text)
	for _, before := range []string{"Authorization:", "Bearer ", "DPoP "} {
		if len(text) > len(before) && strings.EqualFold(text[:len(before)], before) {
			text = strings.TrimSpace(text[len(before):])
		}
	}
	return text
}
