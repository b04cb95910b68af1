package jwt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Policy says which tokens are accepted. It is plain data: set it up, then use
// it from any number of goroutines without changing it. The zero value and nil
// accept nothing: their Verify returns an error that says what is missing.
//
// These checks cannot be switched off: the signature, the form of the token, the
// JSON types of the registered claims, and nbf if it is present.
type Policy struct {
	Keys     KeySet   // the trusted keys; required
	Issuer   string   // iss must be this; if empty, absent
	Audience []string // aud must have one of these; if empty, be absent
	Subject  string   // sub must be this; if empty, it may be anything or absent
	Type     string   // typ must be this media type; if empty, "JWT" or absent

	AllowAnyIssuer   bool // iss may be anything or absent; Issuer must be empty
	AllowAnyAudience bool // aud may be anything or absent; Audience must be empty
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

const (
	defaultMaxSize = 64 << 10 // bytes of a token
	maxCandidates  = 8        // keys tried for one token
)

// Verify returns the token if its signature is that of one of the policy's keys
// and its claims are what the policy asks for. A refusal is a *[VerifyError];
// any other error means that it could not be decided, because the policy is
// incomplete or a key is out of reach.
//
// The context is handed to the key set and the keys.
func (p *Policy) Verify(ctx context.Context, token string) (*Token, error) {
	t, _, err := p.accept(ctx, token)
	return t, err
}

// accept is Verify that also returns the key.
func (p *Policy) accept(ctx context.Context, token string) (*Token, Verifier, error) {
	if err := p.incomplete(); err != nil {
		return nil, nil, err
	}
	t, key, err := p.authenticate(ctx, token)
	if err != nil {
		return nil, nil, err
	}
	if refusal := p.check(t, p.now()); refusal != nil {
		return nil, nil, refusal
	}
	return t, key, nil
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
	case p.Leeway < 0 || p.MaxAge < 0 || p.MaxSize < 0:
		return errors.New("jwt: Policy has a negative Leeway, MaxAge or MaxSize")
	}
	return nil
}

func (p *Policy) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Policy) maxSize() int {
	if p.MaxSize == 0 {
		return defaultMaxSize
	}
	return p.MaxSize
}

// authenticate returns the token if its signature is good, and the key that says
// so. Its claims are well formed, but nothing has been asked of them.
func (p *Policy) authenticate(ctx context.Context, token string) (*Token, Verifier, error) {
	if len(token) > p.maxSize() {
		return nil, nil, refuse(ErrMalformed, tooLarge(len(token), p.maxSize()))
	}
	s, ok := split(token)
	if !ok {
		return nil, nil, refuse(ErrMalformed, notThreeParts)
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	b.token = append(b.token[:0], token...)

	h, refusal := b.readHeader(s)
	if refusal != nil {
		return nil, nil, refusal
	}
	if b.sig, ok = appendBase64URL(b.sig[:0], b.token[s.payload+1:]); !ok {
		return nil, nil, refuse(ErrMalformed, "signature: "+notBase64URL)
	}
	keys, err := p.Keys.Verifiers(ctx, h)
	if err != nil {
		return nil, nil, undecided("looking for the key", err)
	}
	key, err := tryKeys(ctx, keys, h, b.token[:s.payload], b.sig)
	if err != nil {
		return nil, nil, err
	}
	// Only from here on is the payload looked at.
	t, refusal := b.readPayload(s)
	if refusal != nil {
		return nil, nil, refusal
	}
	t.Header = h
	b.remember(s, h)
	return t, key, nil
}

// readHeader decodes the header of the token.
func (b *buffer) readHeader(s segments) (h Header, refusal *VerifyError) {
	if s.header > jose.MaxHeaderSize {
		return Header{}, refuse(ErrMalformed, "header: "+tooLarge(s.header, jose.MaxHeaderSize))
	}
	if len(b.knownHeader) != 0 && bytes.Equal(b.token[:s.header], b.knownHeader) {
		return b.known, nil
	}
	var ok bool
	if b.header, ok = appendBase64URL(b.header[:0], b.token[:s.header]); !ok {
		return Header{}, refuse(ErrMalformed, "header: "+notBase64URL)
	}
	return decodeHeader(b.header)
}

// remember keeps a header that has been verified, unless it is a large one.
func (b *buffer) remember(s segments, h Header) {
	if s.header <= 512 && !bytes.Equal(b.token[:s.header], b.knownHeader) {
		b.knownHeader, b.known = append(b.knownHeader[:0], b.token[:s.header]...), h
	}
}

// readPayload decodes the payload of the token, whose signature is good.
func (b *buffer) readPayload(s segments) (*Token, *VerifyError) {
	var ok bool
	if b.payload, ok = appendBase64URL(b.payload[:0], b.token[s.header+1:s.payload]); !ok {
		return nil, refuse(ErrClaim, "payload: "+notBase64URL)
	}
	t := &Token{payload: string(b.payload)}
	if claim, problem := t.decodeClaims(b.payload); problem != "" {
		return nil, &VerifyError{ErrClaim, claim, problem}
	}
	return t, nil
}

// tryKeys returns the first key that fits the header and verifies the signature.
func tryKeys(ctx context.Context, keys []Verifier, h Header, input, sig []byte) (Verifier, error) {
	tried := 0
	var failure error
	for _, key := range keys {
		if !fits(key, &h) {
			continue
		}
		if tried++; tried > maxCandidates {
			break
		}
		var err error
		switch key.(type) {
		case *HMAC, *publicKey:
			err = key.Verify(ctx, input, sig)
		default: // a key from elsewhere may hold on to what it is given
			err = key.Verify(ctx, bytes.Clone(input), bytes.Clone(sig))
		}
		if err == nil {
			return key, nil
		}
		switch {
		case errors.Is(err, ErrSignature):
		case failure == nil:
			failure = err
		default:
			failure = fmt.Errorf("%w; %w", failure, err)
		}
	}
	switch {
	case failure != nil:
		return nil, undecided("verifying the signature", failure)
	case tried == 0:
		return nil, &VerifyError{ErrUnknownKey, "", "got alg " + strictjson.Quote(string(h.Algorithm)) + ", kid " + strictjson.Quote(h.KeyID) + ", and no key fits"}
	case tried > maxCandidates:
		return nil, refuse(ErrSignature, "more keys fit the header than are tried, want a kid that tells them apart")
	}
	return nil, refuse(ErrSignature, "")
}

// undecided is the error of a key or key set that could not do its work. If that
// has to do with the refusal of another token, it does not become one of this.
func undecided(doing string, err error) error {
	var refusal *VerifyError
	if errors.As(err, &refusal) || slices.ContainsFunc(reasons[:], func(reason error) bool { return errors.Is(err, reason) }) {
		return fmt.Errorf("jwt: %s: %v", doing, err)
	}
	return fmt.Errorf("jwt: %s: %w", doing, err)
}

// A rule is one question a policy asks of a token whose signature is good. Its
// check returns nil if the answer is good.
type rule struct {
	claim string // or header parameter
	check func(p *Policy, t *Token, now instant) *VerifyError
}

// rules are all of them, in their order: exp is last, so that a token refused
// for it alone is known to be otherwise acceptable.
var rules = [...]rule{
	{"typ", (*Policy).checkType},
	{"iss", (*Policy).checkIssuer},
	{"aud", (*Policy).checkAudience},
	{"sub", (*Policy).checkSubject},
	{"iat", (*Policy).checkIssuedAt},
	{"nbf", (*Policy).checkNotBefore},
	{"exp", (*Policy).checkExpiresAt},
}

// check asks every rule and returns the first refusal.
func (p *Policy) check(t *Token, now time.Time) *VerifyError {
	at := instantOf(now)
	for i := range rules {
		if refusal := rules[i].check(p, t, at); refusal != nil {
			refusal.Claim = rules[i].claim
			return refusal
		}
	}
	return nil
}

func (p *Policy) checkType(t *Token, _ instant) *VerifyError {
	want := p.Type
	if want == "" {
		if t.Header.Type == "" {
			return nil
		}
		want = plainType
	}
	if jose.SameMediaType(t.Header.Type, want) {
		return nil
	}
	return mismatch(t.Header.Type != "", t.Header.Type, strictjson.Quote(want))
}

func (p *Policy) checkIssuer(t *Token, _ instant) *VerifyError {
	if p.AllowAnyIssuer {
		return nil
	}
	present := t.has&hasIssuer != 0
	if present == (p.Issuer != "") && t.Claims.Issuer == p.Issuer {
		return nil
	}
	return mismatch(present, t.Claims.Issuer, wantText(p.Issuer, "Issuer"))
}

func (p *Policy) checkSubject(t *Token, _ instant) *VerifyError {
	if p.Subject == "" || t.Claims.Subject == p.Subject {
		return nil
	}
	return mismatch(t.has&hasSubject != 0, t.Claims.Subject, strictjson.Quote(p.Subject))
}

func (p *Policy) checkAudience(t *Token, _ instant) *VerifyError {
	if p.AllowAnyAudience {
		return nil
	}
	present := t.has&hasAudience != 0
	if !present && len(p.Audience) == 0 {
		return nil
	}
	for _, recipient := range t.Claims.Audience {
		if slices.Contains(p.Audience, recipient) {
			return nil
		}
	}
	got, want := "nothing", wantText("", "Audience")
	if present {
		got = quoteList(t.Claims.Audience)
	}
	if len(p.Audience) > 0 {
		want = "one of " + quoteList(p.Audience)
	}
	return refuse(ErrClaim, "got "+got+", want "+want)
}

func (p *Policy) checkIssuedAt(t *Token, now instant) *VerifyError {
	if p.MaxAge == 0 {
		return nil
	}
	if t.has&hasIssuedAt == 0 {
		return refuse(ErrClaim, "got nothing, want a date, for the policy has a MaxAge")
	}
	iat := t.issuedAt()
	if iat.after(now.add(p.Leeway)) {
		return refuse(ErrClaim, "got "+iat.String()+", want a date before now, "+now.String())
	}
	if now.add(-p.MaxAge).add(-p.Leeway).after(iat) {
		return refuse(ErrClaim, "got "+iat.String()+", want one at most "+p.MaxAge.String()+" before now, "+now.String())
	}
	return nil
}

func (p *Policy) checkNotBefore(t *Token, now instant) *VerifyError {
	nbf := t.notBefore()
	if t.has&hasNotBefore == 0 || !nbf.after(now.add(p.Leeway)) {
		return nil
	}
	return refuse(ErrNotYetValid, "got "+nbf.String()+", want a date not after now, "+now.String())
}

func (p *Policy) checkExpiresAt(t *Token, now instant) *VerifyError {
	if t.has&hasExpiresAt == 0 {
		if p.AllowNoExpiry {
			return nil
		}
		return refuse(ErrClaim, "got nothing, want a date")
	}
	exp := t.expiresAt()
	if exp.after(now.add(-p.Leeway)) {
		return nil
	}
	return refuse(ErrExpired, "got "+exp.String()+", want a date after now, "+now.String())
}

// mismatch is the refusal of a text that is not the one wanted.
func mismatch(present bool, got, want string) *VerifyError {
	if !present {
		return refuse(ErrClaim, "got nothing, want "+want)
	}
	return refuse(ErrClaim, "got "+strictjson.Quote(got)+", want "+want)
}

func wantText(want, field string) string {
	if want == "" {
		return "it to be absent, as Policy." + field + " is empty"
	}
	return strictjson.Quote(want)
}

// quoteList shows the first few of a list of texts.
func quoteList(list []string) string {
	const most = 4
	var shown []string
	for _, s := range list[:min(len(list), most)] {
		shown = append(shown, strictjson.Quote(s))
	}
	if len(list) > most {
		shown = append(shown, "and "+strconv.Itoa(len(list)-most)+" more")
	}
	return "[" + strings.Join(shown, ", ") + "]"
}

// Policies is one [Policy] for each issuer, with keys, audience and type of its
// own; several for one issuer are tried in turn. Nil and empty Policies accept
// nothing: their Verify returns an error.
type Policies []*Policy

// Verify returns the token if one of the policies accepts it. Only those whose
// Issuer is the token's, or that allow any, are asked: no other one's keys are
// looked up. To choose them, iss is read before the signature is verified; the
// policy chosen checks it again afterwards. If several refuse, the refusal that
// came the farthest is returned, but if one could not decide, its error is.
func (ps Policies) Verify(ctx context.Context, token string) (*Token, error) {
	t, _, _, err := ps.accept(ctx, token)
	return t, err
}

// accept is Verify that also returns the key and the policy.
func (ps Policies) accept(ctx context.Context, token string) (*Token, Verifier, *Policy, error) {
	if len(ps) == 0 {
		return nil, nil, nil, errors.New("jwt: Policies are empty, want one for each issuer")
	}
	for i, p := range ps {
		if err := p.incomplete(); err != nil {
			return nil, nil, nil, fmt.Errorf("%w (policy %d of %d)", err, i+1, len(ps))
		}
	}
	issuer, refusal := ps.unverifiedIssuer(token)
	if refusal != nil {
		return nil, nil, nil, refusal
	}
	var err error
	for _, p := range ps {
		if !p.AllowAnyIssuer && p.Issuer != issuer {
			continue
		}
		t, key, refusal := p.accept(ctx, token)
		if refusal == nil {
			return t, key, p, nil
		}
		if progress(refusal) > progress(err) {
			err = refusal
		}
	}
	if err == nil {
		got := "nothing"
		if issuer != "" {
			got = strictjson.Quote(issuer)
		}
		err = &VerifyError{ErrUnknownKey, "iss", "got " + got + ", and no policy is for it"}
	}
	return nil, nil, nil, err
}

// maxSize is the size of the longest token that one of the policies may accept.
func (ps Policies) maxSize() (size int) {
	for _, p := range ps {
		if p != nil {
			size = max(size, p.maxSize())
		}
	}
	return size
}

// unverifiedIssuer returns the iss of a token of which nothing is verified, ""
// if it has none. One that is longer than that of any policy is cut.
func (ps Policies) unverifiedIssuer(token string) (string, *VerifyError) {
	size, longest := ps.maxSize(), 64
	for _, p := range ps {
		longest = max(longest, len(p.Issuer))
	}
	if len(token) > size {
		return "", refuse(ErrMalformed, tooLarge(len(token), size))
	}
	s, ok := split(token)
	if !ok {
		return "", refuse(ErrMalformed, notThreeParts)
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	b.token = append(b.token[:0], token[s.header+1:s.payload]...)
	if b.payload, ok = appendBase64URL(b.payload[:0], b.token); !ok {
		return "", refuse(ErrMalformed, "payload: "+notBase64URL)
	}
	v, ok := strictjson.Find(b.payload, "iss")
	if !ok {
		return "", nil
	}
	if !v.IsString() {
		return "", &VerifyError{ErrMalformed, "iss", "got " + v.Kind() + ", want a string"}
	}
	if len(v.Raw) > 6*longest+2 { // each byte may be an escape of six
		return string(v.Raw[1 : longest+2]), nil
	}
	issuer, _ := v.Text("")
	return issuer, nil
}

// progress says how far a token came before the error.
func progress(err error) int {
	var refusal *VerifyError
	switch {
	case err == nil:
		return -1
	case errors.As(err, &refusal):
		return slices.Index(reasons[:], refusal.Reason)
	default: // not refused at all
		return len(reasons)
	}
}
