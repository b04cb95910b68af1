package jwt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Policy says which tokens are accepted. It is plain data: set it up, then use
// it from any number of goroutines without changing it. The zero value and nil
// accept nothing: their Verify returns an error that says what is missing.
//
// A negative Leeway, MaxAge or MaxSize is an error, and so is an empty text in one of
// the lists.
//
// These checks cannot be switched off: the signature, the form of the token, the
// JSON types of the registered claims, and nbf if it is present.
type Policy struct {
	Keys     KeySet   // the trusted keys; required
	Issuer   string   // iss must be this; if empty, absent
	Audience []string // aud must have one of these; if empty, be absent
	Subject  string   // sub must be this; if empty, it may be anything or absent
	Types    []string // typ must be one of these media types (RFC 8725 section 3.11); if empty, "JWT" or absent

	// IssuerTemplate is an issuer of which a part is another claim of the token, for
	// providers with one issuer for each tenant and the same keys for all of them:
	// "https://login.microsoftonline.com/{tid}/v2.0". iss must be exactly this, with
	// the claim in the place of the braces; the claim must be a string of 1 to 128
	// letters, digits and -._~. If the key names its issuer (see [IssuedKey]), iss must
	// be that, too. Tokens of every tenant are accepted; a rule such as OneOf("tid", …)
	// says of which. Issuer must be empty.
	IssuerTemplate string

	Require []string // claims that must be present and not null, or header parameters by the names of RFC 7515 section 4.1
	Rules   []Rule   // questions of your own about the verified claims

	AllowAnyIssuer   bool // iss may be anything or absent; Issuer must be empty
	AllowAnyAudience bool // aud may be anything or absent; Audience must be empty
	AllowAnyType     bool // typ may be anything or absent; Types must be empty
	AllowNoExpiry    bool // exp may be absent; if it is there, it counts

	Leeway  time.Duration    // by how much clocks may differ; usually under a minute
	MaxAge  time.Duration    // longest time since iat, which it makes required; 0: no limit
	MaxSize int              // longest token in bytes; 0: 65,536
	Now     func() time.Time // the clock; nil: time.Now
}

// A TokenVerifier accepts or refuses tokens: a *[Policy], [Policies], a *[Cache],
// or what the other packages put around or in front of one: a *revoke.DenyList,
// a *jwe.Policy. They can stand in each other's place.
type TokenVerifier interface {
	Verify(ctx context.Context, token string) (*Token, error)
}

// Verify returns the token if its signature is that of one of the policy's keys
// and its claims are what the policy asks for. A refusal is a *[VerifyError];
// any other error means that it could not be decided, because the policy is
// incomplete or a key is out of reach.
//
// The context is handed to the key set and the keys.
func (p *Policy) Verify(ctx context.Context, token string) (*Token, error) {
	return p.accept(ctx, token, nil, nil)
}

// accept is Verify that notes how far it comes in tr, and decodes the claims into the
// target, if these are not nil.
func (p *Policy) accept(ctx context.Context, token string, tr *trace, into *target) (*Token, error) {
	if err := p.incomplete(); err != nil {
		return nil, err
	}
	t, now, err := p.authenticate(ctx, token, tr, into)
	if err != nil {
		return nil, err
	}
	refusal := p.check(t, now)
	if tr != nil {
		tr.stage, tr.token, tr.now = stageQuestions, t, instantOf(now)
	}
	if refusal != nil {
		if tr != nil {
			tr.question = refusal.genuine.question - 1
		}
		return nil, refusal
	}
	t.leeway = p.Leeway
	if into != nil {
		into.spare = len(p.Rules) == 0 // or one of them may have kept the token
	}
	return t, nil
}

// incomplete says what is wrong with the policy itself.
func (p *Policy) incomplete() error {
	switch {
	case p == nil:
		return errors.New("jwt: Policy is nil")
	case isNil(p.Keys):
		return errors.New("jwt: Policy.Keys is nil, want the keys to trust")
	case p.AllowAnyIssuer && p.Issuer != "":
		return errors.New("jwt: Policy has both Issuer and AllowAnyIssuer, want one of them")
	case p.AllowAnyAudience && len(p.Audience) != 0:
		return errors.New("jwt: Policy has both Audience and AllowAnyAudience, want one of them")
	case p.AllowAnyType && len(p.Types) != 0:
		return errors.New("jwt: Policy has both Types and AllowAnyType, want one of them")
	case p.Leeway < 0 || p.MaxAge < 0 || p.MaxSize < 0:
		return errors.New("jwt: Policy has a negative Leeway, MaxAge or MaxSize")
	}
	if p.IssuerTemplate != "" {
		if err := p.incompleteTemplate(); err != nil {
			return err
		}
	}
	if len(p.Audience)+len(p.Types)+len(p.Require)+len(p.Rules) == 0 {
		return nil
	}
	return p.incompleteLists()
}

// incompleteLists says what is wrong with an item of the policy's lists.
func (p *Policy) incompleteLists() error {
	for i, s := range p.Audience {
		if s == "" {
			return fmt.Errorf("jwt: Policy.Audience[%d] is empty, want the name of this service, as tokens have it in aud", i)
		}
	}
	for i, s := range p.Types {
		if !jose.IsMediaType(s) {
			return fmt.Errorf("jwt: Policy.Types[%d]: got %s, want a media type such as %q", i, strictjson.Quote(s), "at+jwt")
		}
	}
	for i, s := range p.Require {
		if s == "" {
			return fmt.Errorf("jwt: Policy.Require[%d] is empty, want the name of a claim", i)
		}
	}
	for i := range p.Rules {
		if p.Rules[i].Claim == "" {
			return fmt.Errorf("jwt: Policy.Rules[%d].Claim is empty, want the name of the claim that the rule asks about", i)
		}
		if p.Rules[i].Check == nil {
			return fmt.Errorf("jwt: Policy.Rules[%d].Check is nil, want the check of %s", i, strictjson.Quote(p.Rules[i].Claim))
		}
	}
	return nil
}

func (p *Policy) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Policy) maxSize() int { return jose.MaxSize(p.MaxSize) }

// authenticate returns the token if its signature is good, and the time. Its claims are
// well formed, but nothing has been asked of them.
func (p *Policy) authenticate(ctx context.Context, token string, tr *trace, into *target) (t *Token, now time.Time, err error) {
	if len(token) > p.maxSize() {
		return nil, now, refuse(ErrMalformed, jose.TooLarge(len(token), p.maxSize()))
	}
	if keys, ok := p.Keys.(jose.Enveloped); ok {
		if tr != nil {
			tr.stage, tr.claims = stagePayload, true
		}
		now = p.now()
		t, err = decrypted(keys.Envelope(), token, into.forPayload(p, now))
		return t, now, err
	}
	tr.reach(stageParts)
	s, ok := split(token)
	if !ok {
		return nil, now, malformed(token, "", notThreeParts)
	}
	return p.authenticateParts(ctx, token, s, tr, into)
}

// authenticateParts is authenticate for a token of three parts.
func (p *Policy) authenticateParts(ctx context.Context, token string, s segments, tr *trace, into *target) (t *Token, now time.Time, err error) {
	b := buffers.Get().(*buffer)
	defer b.free()
	b.token = append(b.token[:0], token...)

	tr.reach(stageHeader)
	h, refusal := b.readHeader(token, s)
	if refusal != nil {
		return nil, now, refusal
	}
	tr.reach(stageEncoding)
	var ok bool
	if b.sig, ok = base64url.AppendDecode(b.sig[:0], b.token[s.payload+1:]); !ok {
		return nil, now, malformed(token, token[s.payload+1:], badSignature)
	}
	key, err := p.findKey(ctx, h.Header, b.token[:s.payload], b.sig, tr)
	if err != nil {
		return nil, now, err
	}
	// Only from here on is the payload looked at.
	tr.reach(stagePayload)
	now = p.now() // after the keys, which may take their time
	t, refusal = b.readPayload(s, into.forPayload(p, now))
	if refusal != nil {
		return nil, now, refusal
	}
	t.Header, t.header, t.key = h.Header, h.json, key
	return t, now, nil
}

// findKey returns the key of the policy whose signature it is.
func (p *Policy) findKey(ctx context.Context, h Header, input, sig []byte, tr *trace) (Verifier, error) {
	if tr != nil {
		tr.stage, tr.header = stageKey, h
	}
	keys, err := p.Keys.Verifiers(ctx, h)
	if err != nil {
		return nil, jose.Undecided[*VerifyError]("jwt: looking for the key", err)
	}
	key, found, miss := tryKeys(ctx, keys, h, input, sig)
	switch {
	case found:
		return key, nil
	case miss.None():
		return nil, noKey(p.Keys, h)
	}
	tr.reach(stageSignature)
	if miss.Failure() != nil {
		return nil, jose.Undecided[*VerifyError]("jwt: verifying the signature", miss.Failure())
	}
	if len(sig) == 0 {
		return nil, refuse(ErrSignature, "it is empty")
	}
	return nil, refuse(ErrSignature, miss.Detail())
}
