// Package jwt signs and verifies JSON Web Tokens (RFC 7519).
//
// A key serves one algorithm, fixed when it is made. It is a [Signer], a
// [Verifier], or both like [HMAC]; keys in an HSM, a KMS or another package
// plug in behind the same two interfaces.
//
//	key, err := jwt.NewHMAC(jwt.HS256, secret, "2026-11")
//	token, err := jwt.Sign(ctx, key, jwt.Claims{
//		Issuer:    "https://login.example",
//		Audience:  jwt.Audience{"https://api.example"},
//		Subject:   "alice",
//		ExpiresAt: jwt.NewNumericDate(time.Now().Add(10 * time.Minute)),
//	})
//
// A [Policy] says what is accepted. What it does not name must be absent, and
// every token must expire: a field left out refuses tokens, it never lets one in.
//
//	policy := &jwt.Policy{
//		Keys:     jwt.Keys{key},
//		Issuer:   "https://login.example",
//		Audience: []string{"https://api.example"},
//	}
//	verified, err := policy.Verify(ctx, token)
//	fmt.Println(verified.Claims.Subject)
//
// Claims of your own are read with [ClaimsAs]. A refusal is a *[VerifyError];
// any other error means that it could not be decided. Everything here is safe
// for concurrent use once it is set up.
package jwt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// Sign returns a token of type "JWT" with the claims, signed by key. The claims
// may be anything that encodes to one JSON object: [Claims], a struct that
// embeds it, a map, raw JSON as a json.RawMessage. They are encoded as by encoding/json/v2.
// Claims that no verifier could accept are an error: duplicate names, or a
// registered claim of the wrong JSON type. Sign adds none: set exp for a token to
// be accepted, and jti and iat for one to be revoked.
//
// The context is handed to the key, which may be remote.
func Sign(ctx context.Context, key Signer, claims any) (string, error) {
	return SignHeader(ctx, key, Header{Type: plainType}, claims)
}

// plainType is the type of a token that is not said to be anything else.
const plainType = "JWT"

// SignHeader is [Sign] with a header of your own, for its type (RFC 8725 section
// 3.11) or content type. The algorithm and the key ID are the key's: these
// fields of h are left empty, or have the same values.
func SignHeader(ctx context.Context, key Signer, h Header, claims any) (string, error) {
	if isNil(key) || key.Algorithm() == "" {
		return "", errors.New("jwt: no key to sign with")
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	if _, ok := key.(jose.Enveloped); ok {
		if err := b.writeClaims(claims); err != nil {
			return "", err
		}
		return string(b.payload), nil
	}
	if err := b.writeHeader(key, h); err != nil {
		return "", err
	}
	if err := b.writeClaims(claims); err != nil {
		return "", err
	}
	b.token = base64url.AppendEncode(append(b.token, '.'), b.payload)
	sig, err := b.sign(ctx, key)
	if err != nil {
		return "", fmt.Errorf("jwt: signing: %w", err)
	}
	if len(sig) == 0 {
		return "", errors.New("jwt: signing: the key returned no signature")
	}
	b.token = base64url.AppendEncode(append(b.token, '.'), sig)
	return string(b.token), nil
}

// writeHeader begins the token with the encoded header.
func (b *buffer) writeHeader(key Signer, h Header) error {
	alg, keyID := key.Algorithm(), key.KeyID()
	if h.Algorithm != "" && h.Algorithm != alg || h.KeyID != "" && h.KeyID != keyID {
		return fmt.Errorf("jwt: header: got alg %s and kid %s, want the key's, %s and %s", strictjson.Quote(string(h.Algorithm)),
			strictjson.Quote(h.KeyID), strictjson.Quote(string(alg)), strictjson.Quote(keyID))
	}
	if own := own(key); own != nil && h.ContentType == "" && h.Type == plainType {
		b.token = append(b.token[:0], own.plainHeader()...)
		return nil
	}
	var err error
	h.Algorithm, h.KeyID = alg, keyID
	if b.header, err = appendHeader(b.header[:0], h); err != nil {
		return fmt.Errorf("jwt: header: %w", err)
	}
	if _, refusal := decodeHeader(b.header); refusal != nil {
		return fmt.Errorf("jwt: header: %s %s", refusal.Claim, refusal.Detail)
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
	payload, checked, ok := appendStruct(b.payload[:0], claims)
	if !ok {
		if payload, err = json.Marshal(claims); err != nil {
			return fmt.Errorf("jwt: claims: %w", err)
		}
	}
	b.payload = payload
	if checked {
		return nil
	}
	if claim, problem := checkClaims(b.payload); problem != "" {
		if claim != "" {
			problem = claim + ": " + problem
		}
		return errors.New("jwt: claims: " + problem)
	}
	return nil
}

// sign returns the signature of the token so far. A key from elsewhere gets a
// copy, since it may hold on to it.
func (b *buffer) sign(ctx context.Context, key Signer) (sig []byte, err error) {
	if own := own(key); own != nil {
		b.sig, err = own.appendSignature(ctx, b.sig[:0], b.token)
		return b.sig, err
	}
	return key.Sign(ctx, bytes.Clone(b.token))
}
