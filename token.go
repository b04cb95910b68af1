package jwt

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/internal/structjson"
)

// A Token is a verified token. Only Verify methods return one, and [InsecureToken].
// The zero value has no claims and no payload. It may be read concurrently; do not
// modify its fields while others use it.
type Token struct {
	Header Header
	Claims Claims

	header      string // the JSON of the header
	payload     string
	key         Verifier                      // that accepted it
	oneAudience [1]string                     // room for the usual audience
	fraction    struct{ exp, nbf, iat int32 } // nanoseconds that the dates of the Claims are without
	has         registered                    // behind the fractions, where it takes no room
	private     int                           // where the first of the other claims begins in the payload; 0: nowhere
	leeway      time.Duration                 // of the policy that accepted the token
}

// newToken returns the token of a payload that is known to be genuine, and decodes
// its claims into the target, if there is one and they fit. The data are the same bytes.
func newToken(payload string, data []byte, into *target) (*Token, *VerifyError) {
	t := into.newToken()
	t.payload = payload
	claim, problem := t.decodeClaims(data, into)
	if problem != "" && into != nil { // once more, for the payload alone
		*t = Token{payload: payload}
		claim, problem = t.decodeClaims(data, nil)
	} else if into != nil {
		into.setRegistered(t)
	}
	if problem != "" {
		return nil, &VerifyError{Reason: ErrClaim, Claim: claim, Detail: problem}
	}
	return t, nil
}

// decrypted returns the token of a payload that package jwe decrypted.
func decrypted(e jose.Envelope, payload string, into *target) (*Token, error) {
	b := buffers.Get().(*buffer)
	defer b.free()
	b.payload = append(b.payload[:0], payload...)
	t, refusal := newToken(payload, b.payload, into)
	if refusal != nil {
		return nil, refusal
	}
	t.Header = Header{Algorithm(e.Header.Algorithm), e.Header.KeyID, e.Header.Type, e.Header.ContentType}
	header, err := appendHeader(b.header[:0], t.Header)
	b.header, t.header = header, string(header)
	return t, err
}

// Payload returns a copy of the verified payload, byte for byte as it was signed,
// and nil for the zero Token. That of an [InsecureToken] is the JSON of its claims.
func (t *Token) Payload() []byte {
	if t == nil || t.payload == "" {
		return nil
	}
	return []byte(t.payload)
}

// Leeway returns by how much clocks may differ, as the [Policy] says that accepted
// the token: for checks that are built on top of it and compare dates, too.
func (t *Token) Leeway() time.Duration {
	if t == nil {
		return 0
	}
	return t.leeway
}

// Bound reports whether the token has a cnf claim (RFC 7800), whatever its value:
// it was issued for the holder of a key, and whoever presents it has to prove that
// they have that key.
func (t *Token) Bound() bool { return t != nil && t.has&hasConfirmation != 0 }

// Verifier returns the key that accepted the token, and nil for a Token that no
// key has verified.
func (t *Token) Verifier() Verifier {
	if t == nil {
		return nil
	}
	return t.key
}

// InsecureToken returns a Token with claims that NOBODY has verified: for the tests
// of a handler, or for claims from a source that is trusted, such as
// an introspection endpoint (RFC 7662). The claims are what [Sign] takes, or the
// bytes of a JSON object. They are read as strictly as those of a signed token, but
// no policy is asked. The Token has no header and no Verifier.
func InsecureToken(claims any) (*Token, error) {
	b := buffers.Get().(*buffer)
	defer b.free()
	if data, ok := claims.([]byte); ok {
		claims = jsontext.Value(data)
	}
	if err := b.writeClaims(claims); err != nil {
		return nil, err
	}
	t, refusal := newToken(string(b.payload), b.payload, nil)
	if refusal != nil {
		return nil, fmt.Errorf("jwt: claims: %s", inParts(refusal.Claim, refusal.Detail))
	}
	return t, nil
}

// ClaimsAs decodes the verified payload into a T. It reads what [Sign] writes, and
// whatever else encoding/json reads into a T, but with strict names: they match
// exactly, so that a field without a tag is filled only by a claim with the very
// letters of its Go name (encoding/json would fill a field Role from a claim role
// or ROLE). Claims that T does not have are left out. Embed [Claims] for the
// registered ones. A number read into an any is a float64, so 64-bit integers want
// a field of their type. Texts may be parts of the payload, which stays in memory
// as long as they do.
//
// If T or *T has a method Validate() error, it is called. Its error, and that of
// claims that do not fit T, is a refusal: a *[VerifyError] with the reason
// [ErrClaim], and has their text on one line, cut behind 200 bytes. If Validate
// returns a *VerifyError, the refusal has its Claim, its Detail and its Reason, unless
// that is nil or one of this package. A Validate that panics over an embedded pointer
// that is nil because the token has none of its claims refuses the token, too.
//
// With an error, ClaimsAs returns the zero T.
func ClaimsAs[T any](t *Token) (T, error) {
	var none T
	if t == nil || t.payload == "" {
		return none, errors.New("jwt: no verified token to read claims from")
	}
	of := kindOf(reflect.TypeFor[T]())
	into := new(roomFor[T])
	if err := t.decode(&into.value, of, into.texts[:0]); err != nil {
		return none, t.refuseDecoding(err)
	}
	if of.validates {
		if err := validate(&into.value); err != nil {
			return none, t.refuseFor("", err)
		}
	}
	return into.value, nil
}

// refuseFor returns the refusal of a genuine token for the error of a check that is
// not this package's. If that is a refusal itself, it says what is at fault.
func (t *Token) refuseFor(claim string, err error) *VerifyError {
	refusal := t.refuse(ErrClaim, claim, "")
	own, ok := err.(*VerifyError) // not one that is wrapped, which may be of another token
	switch {
	case ok && own != nil:
		if refusal.Detail = strictjson.Line(own.Detail); claim == "" {
			refusal.Claim = strictjson.Line(own.Claim)
		}
		if own.Reason != nil && !isVerdict(own.Reason) {
			refusal.Reason = own.Reason
		}
		refusal.genuine.cause = own.cause()
	case isVerdict(err): // which is not one about this token
		refusal.Detail = strictjson.Line(err.Error())
	default:
		refusal.Detail, refusal.genuine.cause = strictjson.Line(err.Error()), err
	}
	return refusal
}

// refuseDecoding returns the refusal of a genuine token whose JSON does not fit
// the type that it was to be decoded into.
func (t *Token) refuseDecoding(err error) *VerifyError {
	refusal := t.refuse(ErrClaim, "", strictjson.Line(err.Error()))
	var at *structjson.Error
	if errors.As(err, &at) {
		refusal.Claim = strictjson.Line(at.Name)
		refusal.Detail = strictjson.Line(inParts(strings.TrimPrefix(at.Path, "."), at.Detail))
	}
	return refusal
}

// The dates to the nanosecond, zero for one that is absent.
func (t *Token) expiresAt() instant { return instant{int64(t.Claims.ExpiresAt), t.fraction.exp} }

func (t *Token) notBefore() instant { return instant{int64(t.Claims.NotBefore), t.fraction.nbf} }

func (t *Token) issuedAt() instant { return instant{int64(t.Claims.IssuedAt), t.fraction.iat} }

// copy returns a token of its own, for who gets it may change it.
func (t *Token) copy() *Token {
	c := *t
	if c.Claims.Audience != nil {
		c.Claims.Audience = append(c.oneAudience[:0], t.Claims.Audience...)
	}
	return &c
}
