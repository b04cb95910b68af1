package jwt

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Template is what the tokens of an issuer have in common. It is the signing side's
// counterpart of a [Policy], and plain data like that: set it up, then use it from any
// number of goroutines without changing it. The zero value and nil sign nothing:
// their Sign returns an error that says what is missing.
type Template struct {
	Key     Signer                                    // the key to sign with; required, unless KeyFunc is set
	KeyFunc func(ctx context.Context) (Signer, error) // returns the key to sign with now, where keys rotate

	Issuer    string        // iss; if empty, none is set
	Audience  []string      // aud; if empty, none is set
	Type      string        // typ; if empty, "JWT"
	Header    any           // the header, as SignHeader takes it; then Type must be empty
	Lifetime  time.Duration // from iat to exp; required, a second or more
	NotBefore bool          // whether nbf is set, to the time of iat

	MaxSize int              // longest token in bytes; 0: 65,536, which is what a Policy accepts without a MaxSize of its own
	Now     func() time.Time // the clock; nil: time.Now
}

// Sign returns a token with the claims, which are what [Sign] takes, signed by the
// template's key. It adds these, unless the claims have them: iss and aud as the
// template says, iat, exp a Lifetime later, nbf if NotBefore is set, and as jti a
// random text of 26 letters and digits. The context is handed to KeyFunc and to the
// key.
func (t *Template) Sign(ctx context.Context, claims any) (string, error) {
	if err := t.incomplete(); err != nil {
		return "", err
	}
	key := t.Key
	if t.KeyFunc != nil {
		var err error
		if key, err = t.KeyFunc(ctx); err != nil {
			return "", fmt.Errorf("jwt: Template.KeyFunc: %w", err)
		}
	}
	header := t.Header
	if t.Type != "" { // then there is no Header
		header = Header{Type: t.Type}
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	if err := b.writeClaims(claims); err != nil {
		return "", err
	}
	if err := t.complete(b); err != nil {
		return "", err
	}
	return b.signPayload(ctx, key, header, jose.MaxSize(t.MaxSize))
}

// incomplete says what is wrong with the template itself.
func (t *Template) incomplete() error {
	switch {
	case t == nil:
		return errors.New("jwt: Template is nil")
	case t.KeyFunc == nil && isNil(t.Key):
		return errors.New("jwt: Template.Key is nil, want the key to sign with")
	case t.KeyFunc != nil && t.Key != nil:
		return errors.New("jwt: Template has both Key and KeyFunc, want one of them")
	case t.Lifetime < time.Second:
		return fmt.Errorf("jwt: Template.Lifetime: got %v, want at least a second, such as 10*time.Minute", t.Lifetime)
	case t.Header != nil && t.Type != "":
		return errors.New("jwt: Template has both Header and Type, want one of them")
	case t.Type != "" && !jose.IsMediaType(t.Type):
		return fmt.Errorf("jwt: Template.Type: got %s, want a media type such as %q", strictjson.Quote(t.Type), "at+jwt")
	case slices.Contains(t.Audience, ""):
		return errors.New("jwt: Template.Audience has an empty text, want the names of the services that the tokens are for")
	case t.MaxSize < 0:
		return errors.New("jwt: Template has a negative MaxSize")
	}
	return nil
}

// complete adds the claims that the payload, which is a JSON object, does not have.
func (t *Template) complete(b *buffer) error {
	var given Token
	if claim, problem := given.decodeClaims(b.payload, nil); problem != "" {
		return fmt.Errorf("jwt: claims: %s", inParts(claim, problem))
	}
	now := time.Now
	if t.Now != nil {
		now = t.Now
	}
	issued := now()
	set := Claims{Issuer: t.Issuer, IssuedAt: NewNumericDate(issued), ExpiresAt: NewNumericDate(issued.Add(t.Lifetime)), ID: rand.Text()}
	if len(t.Audience) > 0 {
		set.Audience = t.Audience
	}
	if t.NotBefore {
		set.NotBefore = set.IssuedAt
	}
	set.drop(given.has)
	members, err := set.append(nil)
	if err != nil {
		return fmt.Errorf("jwt: claims: %w", err)
	}
	own := bytes.TrimLeft(bytes.TrimLeft(b.payload, " \t\r\n")[1:], " \t\r\n") // behind the brace
	if len(members) > 2 {
		members = members[:len(members)-1]
		if own[0] != '}' {
			members = append(members, ',')
		}
		b.payload = append(members, own...)
	}
	return nil
}

// drop empties the claims that are there already.
func (c *Claims) drop(has registered) {
	if has&hasIssuer != 0 {
		c.Issuer = ""
	}
	if has&hasAudience != 0 {
		c.Audience = nil
	}
	if has&hasExpiresAt != 0 {
		c.ExpiresAt = 0
	}
	if has&hasNotBefore != 0 {
		c.NotBefore = 0
	}
	if has&hasIssuedAt != 0 {
		c.IssuedAt = 0
	}
	if has&hasID != 0 {
		c.ID = ""
	}
}
