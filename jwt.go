// Package jwt signs and verifies JSON Web Tokens (RFC 7519), and validates their
// claims.
//
// A key serves one algorithm, fixed when it is made. It is a [Signer], a
// [Verifier], or both like [HMAC]; keys in an HSM, a KMS or another package
// plug in behind the same two interfaces.
//
// A [Template] says what the tokens of an issuer have in common, and signs them:
//
//	key, err := jwt.NewHMAC(jwt.HS256, secret, "2026-11")
//	access := &jwt.Template{
//		Key:      key,
//		Issuer:   "https://login.example",
//		Audience: []string{"https://api.example"},
//		Lifetime: 10 * time.Minute,
//	}
//	token, err := access.Sign(ctx, jwt.Claims{Subject: "alice"})
//
// A [Policy] says what is accepted. An issuer, audience or type that it does not name
// must be absent, and every token must expire, unless one of its Allow fields says
// otherwise. The subject and the age are asked for only where it names them.
//
//	policy := &jwt.Policy{
//		Keys:     jwt.Keys{key},
//		Issuer:   "https://login.example",
//		Audience: []string{"https://api.example"},
//	}
//	claims, err := jwt.VerifyAs[jwt.Claims](ctx, policy, token)
//	fmt.Println(claims.Subject)
//
// Structs of your own stand in the place of Claims on both sides. A refusal is a
// *[VerifyError]; any other error means that it could not be decided. [Explain]
// returns the result of every step of a verification. Everything here is safe for
// concurrent use once it is set up.
package jwt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// Sign returns a token of type "JWT" with the claims, signed by key. The claims
// may be anything that encodes to one JSON object: [Claims], a struct that
// embeds it, a map, raw JSON as a json.RawMessage. Claims that no verifier could
// accept are an error: duplicate names, text that is not valid UTF-8, a registered
// claim of the wrong JSON type. Sign adds no claims; a [Template] sets those that
// every token needs.
//
// Claims are encoded as encoding/json encodes them, by the same rules on every Go
// release: omitempty leaves out zero numbers and false, a [time.Duration] is its
// nanoseconds, a nil slice or map is null. HTML is not escaped. Of encoding/json/v2,
// its methods and the tags omitzero, embed and format work, too.
//
// A token of more than 65,536 bytes is an error, since a [Policy] refuses it
// unless its MaxSize is larger; Template.MaxSize allows it. The context is handed
// to the key, which may be remote.
func Sign(ctx context.Context, key Signer, claims any) (string, error) {
	return sign(ctx, key, nil, claims, jose.DefaultMaxSize)
}

// plainType is the type of a token that is not said to be anything else.
const plainType = "JWT"

// SignHeader is [Sign] with a header of your own: a [Header] for its type (RFC
// 8725 section 3.11) or content type, or anything else that encodes to one JSON
// object, such as a struct that embeds Header and adds parameters to it.
//
// The algorithm and the key ID are the key's: alg and kid are absent from the
// header, or have the same values. These are an error: crit, b64, enc and zip,
// another letter case of one of these six names, as some readers would not see the
// difference, duplicate names, more than 64 members, more than 16 KiB. [HeaderAs] reads
// the header of a verified token.
func SignHeader(ctx context.Context, key Signer, header, claims any) (string, error) {
	if header == nil {
		return "", errors.New("jwt: header: got nil, want a Header or what encodes to a JSON object")
	}
	return sign(ctx, key, header, claims, jose.DefaultMaxSize)
}

// sign is SignHeader for tokens of up to maxSize bytes. Without a header, it is
// that of a token of type "JWT".
func sign(ctx context.Context, key Signer, header, claims any, maxSize int) (string, error) {
	b := buffers.Get().(*buffer)
	defer b.free()
	if err := b.writeClaims(claims); err != nil {
		return "", err
	}
	return b.signPayload(ctx, key, header, maxSize)
}

// signPayload returns the token with the payload that the buffer has.
func (b *buffer) signPayload(ctx context.Context, key Signer, header any, maxSize int) (string, error) {
	if isNil(key) || key.Algorithm() == "" {
		return "", errors.New("jwt: no key to sign with")
	}
	if _, ok := key.(jose.Enveloped); ok {
		return string(b.payload), nil
	}
	if err := b.writeHeader(key, header); err != nil {
		return "", err
	}
	b.token = base64url.AppendEncode(append(b.token, '.'), b.payload)
	if len(b.token) > maxSize { // before a signature is paid for
		return "", tooLargeToSign(len(b.token), maxSize)
	}
	sig, err := b.sign(ctx, key)
	if err != nil {
		return "", fmt.Errorf("jwt: signing: %w", err)
	}
	if len(sig) == 0 {
		return "", errors.New("jwt: signing: the key returned no signature")
	}
	b.token = base64url.AppendEncode(append(b.token, '.'), sig)
	if len(b.token) > maxSize {
		return "", tooLargeToSign(len(b.token), maxSize)
	}
	return string(b.token), nil
}

func tooLargeToSign(size, limit int) error {
	return fmt.Errorf("jwt: the token would have more than %s; a Policy accepts larger ones by its MaxSize, and a Template signs them by its own",
		jose.TooLarge(size, limit))
}

// writeHeader begins the token with the encoded header.
func (b *buffer) writeHeader(key Signer, header any) (err error) {
	signer, alg, keyID := packageKey(key), key.Algorithm(), key.KeyID()
	h, plain := header.(Header)
	switch {
	case signer != nil && (header == nil || plain && h == Header{Type: plainType}):
		b.token = append(b.token[:0], signer.plainHeader()...)
		return nil
	case header == nil:
		b.header, err = appendHeader(b.header[:0], Header{alg, keyID, plainType, ""})
	case plain:
		b.header, err = appendKeyHeader(b.header[:0], h, alg, keyID)
	default:
		b.header, err = appendOwnHeader(b.header[:0], header, alg, keyID)
	}
	if err != nil {
		return fmt.Errorf("jwt: header: %w", err)
	}
	if _, refusal := decodeHeader(b.header, string(b.header)); refusal != nil {
		return fmt.Errorf("jwt: header: %s", inParts(refusal.Claim, refusal.Detail))
	}
	b.token = base64url.AppendEncode(b.token[:0], b.header)
	return checkHeaderSize(len(b.token))
}

// writeClaims sets the payload to the JSON of the claims.
func (b *buffer) writeClaims(claims any) (err error) {
	if c, ok := claims.(Claims); ok {
		if b.payload, err = c.append(b.payload[:0]); err != nil {
			return fmt.Errorf("jwt: claims: %w", err)
		}
		return nil
	}
	payload, checked, err := appendJSON(b.payload[:0], claims)
	if err != nil {
		return fmt.Errorf("jwt: claims: %w", err)
	}
	b.payload = payload
	if checked {
		return nil
	}
	if _, refusal := newToken(string(b.payload), b.payload, nil); refusal != nil {
		return fmt.Errorf("jwt: claims: %s", inParts(refusal.Claim, refusal.Detail+advice(refusal.Detail)))
	}
	return nil
}

// advice says which Go values give the JSON that a problem asks for.
func advice(problem string) string {
	switch {
	case strings.HasSuffix(problem, "not a JSON object"):
		return ", want a struct, a map or a json.RawMessage"
	case strings.HasSuffix(problem, "want a number"):
		return ", as NewNumericDate returns"
	}
	return ""
}

// inParts puts what is at fault before what is wrong with it, if it is known.
func inParts(name, problem string) string {
	if name == "" {
		return problem
	}
	return name + ": " + problem
}

// sign returns the signature of the token so far. A key from elsewhere gets a
// copy, since it may hold on to it.
func (b *buffer) sign(ctx context.Context, key Signer) (sig []byte, err error) {
	if signer := packageKey(key); signer != nil {
		b.sig, err = signer.appendSignature(ctx, b.sig[:0], b.token)
		return b.sig, err
	}
	return key.Sign(ctx, bytes.Clone(b.token))
}
