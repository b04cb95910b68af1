// Package check answers what the inspector page asks: what a token says, and
// whether it is accepted. It needs no network and no files, so that it runs in a
// browser, too.
package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
)

// MaxText is how many bytes of a token, and how many of keys, are looked at.
const MaxText = 1 << 20

// A Request is what the fields of the page hold.
type Request struct {
	Token       string `json:"token"`
	Keys        string `json:"keys"`
	KeysAs      string `json:"keysAs"` // key, secret, base64, or "" for what it looks like
	Issuer      string `json:"issuer"`
	Audience    string `json:"audience"`
	Type        string `json:"type"`
	AnyIssuer   bool   `json:"anyIssuer"`
	AnyAudience bool   `json:"anyAudience"`
	AnyType     bool   `json:"anyType"`
	NoExpiry    bool   `json:"noExpiry"`
	Leeway      int    `json:"leeway"` // seconds
	Now         int64  `json:"now"`    // milliseconds since 1970
}

// An Answer is what the page shows.
type Answer struct {
	Error     string           `json:"error,omitzero"` // why the token cannot be read
	Encrypted bool             `json:"encrypted"`
	Parts     []describe.Part  `json:"parts"`
	Header    []describe.Entry `json:"header"`
	Claims    []describe.Entry `json:"claims"`
	Payload   string           `json:"payload,omitzero"` // if it is no JSON object
	Marks     []Mark           `json:"marks"`            // of the timeline, in their order
	Warnings  []string         `json:"warnings"`
	Keys      string           `json:"keys,omitzero"`      // what was read as keys
	KeysError string           `json:"keysError,omitzero"` // or why nothing was
	Verdict   Verdict          `json:"verdict"`
	Reason    string           `json:"reason,omitzero"`
	Advice    string           `json:"advice,omitzero"`
	Fill      *Fill            `json:"fill,omitzero"`
	Steps     []jwt.Step       `json:"steps"`
}

// A Verdict is the result for a token.
type Verdict string

// The verdicts. Only Accepted says that the token is genuine.
const (
	Nothing   Verdict = "nothing"   // there is no token
	Waiting   Verdict = "waiting"   // there is no key yet, or the token is encrypted
	Undecided Verdict = "undecided" // the token could be neither accepted nor refused
	Accepted  Verdict = "accepted"
	Refused   Verdict = "refused"
)

// A Fill is a value that a field of the page may be set to.
type Fill struct {
	Field string `json:"field"` // issuer, audience or type
	Value string `json:"value"`
}

// JSON answers a request that is JSON.
func JSON(request []byte) []byte {
	var r Request
	answer := &Answer{Verdict: Undecided, Reason: "the request is not well-formed"}
	if json.Unmarshal(request, &r) == nil {
		answer = r.Answer()
	}
	data, err := json.Marshal(answer)
	if err != nil {
		return []byte(`{"verdict":"undecided","reason":"the answer cannot be encoded"}`)
	}
	return data
}

// Answer checks the token.
func (r *Request) Answer() *Answer {
	a := &Answer{Verdict: Nothing}
	token := describe.Tidy(r.Token)
	switch {
	case token == "":
		a.readKeys(r, "")
		return a
	case len(token) > MaxText || len(r.Keys) > MaxText:
		a.Verdict, a.Error = Refused, fmt.Sprintf("more than %d bytes are not looked at", MaxText)
		return a
	}
	now := time.UnixMilli(r.Now)
	view, err := describe.Token(token, now)
	if err != nil {
		a.Verdict, a.Error = Refused, text(err)
		a.readKeys(r, "")
		return a
	}
	a.show(view, now)
	keys := a.readKeys(r, describe.Text(describe.Find(describe.Members(view.Header), "alg")))
	if view.Encrypted {
		a.Verdict = Waiting
		a.Reason = "the token is encrypted: only its header can be read here"
		a.Advice = "jwt verify --decrypt-key decrypts and verifies it at the terminal."
		return a
	}
	a.verify(r.policy(keys, now), token, keys == nil)
	return a
}

// show fills in what the token says.
func (a *Answer) show(view *describe.View, now time.Time) {
	a.Encrypted, a.Parts = view.Encrypted, view.Parts
	a.Header, a.Claims = view.Entries()
	a.Payload = describe.Printable(view.Payload)
	a.Marks = marks(view, now)
	for _, warning := range view.Warnings {
		a.Warnings = append(a.Warnings, describe.Printable(warning))
	}
}

func (r *Request) policy(keys jwt.KeySet, now time.Time) *jwt.Policy {
	p := &jwt.Policy{
		Keys: keys, Issuer: r.Issuer,
		AllowAnyIssuer: r.AnyIssuer, AllowAnyAudience: r.AnyAudience, AllowAnyType: r.AnyType, AllowNoExpiry: r.NoExpiry,
		Leeway: time.Duration(max(0, min(r.Leeway, maxLeeway))) * time.Second,
		Now:    func() time.Time { return now },
	}
	if keys == nil {
		p.Keys = noKeys{}
	}
	if r.AnyIssuer {
		p.Issuer = ""
	}
	if r.Audience != "" && !r.AnyAudience {
		p.Audience = []string{r.Audience}
	}
	if r.Type != "" && !r.AnyType {
		p.Types = []string{r.Type}
	}
	return p
}

const maxLeeway = 24 * 60 * 60 // seconds

// noKeys is the set in which there is no key yet.
type noKeys struct{}

func (noKeys) Verifiers(context.Context, jwt.Header) ([]jwt.Verifier, error) { return nil, nil }

// verify fills in the result, rule by rule.
func (a *Answer) verify(policy *jwt.Policy, token string, keyless bool) {
	e := jwt.Explain(context.Background(), policy, token)
	a.Steps = e.Steps // which quote what is not printable
	var refusal *jwt.VerifyError
	switch {
	case e.Err == nil && e.Token != nil:
		a.Verdict = Accepted
		return
	case keyless && errors.Is(e.Err, jwt.ErrUnknownKey):
		a.Verdict, a.Reason = Waiting, "anybody can write such a token"
		a.Advice = "Paste the key of its issuer to verify it."
		return
	case errors.As(e.Err, &refusal):
		a.Verdict = Refused
	default:
		a.Verdict = Undecided
	}
	a.Reason = text(e.Err)
	a.advise(describe.Advise(e, token))
}

func text(err error) string { return describe.Printable(strings.TrimPrefix(err.Error(), "jwt: ")) }
