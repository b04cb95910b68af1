package jwe

import (
	"context"
	"errors"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// EncryptUnsigned returns a token with the claims, as [jwt.Sign] takes them,
// encrypted and not signed. It proves that a holder of the key made it, and no more.
// An [UnsignedPolicy] verifies it.
func EncryptUnsigned(ctx context.Context, key *SharedKey, claims any) (string, error) {
	payload, err := jwt.Sign(ctx, envelope{}, claims)
	if err != nil {
		return "", err
	}
	return encrypt(ctx, key, &Header{Type: claimsType}, []byte(payload))
}

// An UnsignedPolicy says which tokens of [EncryptUnsigned] are accepted. Any holder
// of the shared key can have made such a token. Like a [Policy] it is plain data; the
// zero value and nil accept nothing.
type UnsignedPolicy struct {
	Keys   []*SharedKey // the keys to decrypt with; required
	Claims *jwt.Policy  // which claims are accepted; required, and without Keys
}

// Verify decrypts the token and returns it if Claims accepts its claims. Errors
// are those of [Policy.Verify]. Claims.MaxSize limits the encrypted token.
func (p *UnsignedPolicy) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	if err := p.incomplete(); err != nil {
		return nil, err
	}
	h, payload, err := p.decrypt(ctx, token, nil)
	if err != nil {
		return nil, err
	}
	of := claimsPolicies.Get().(*claimsPolicy)
	t, err := of.set(p.Claims, &h).Verify(ctx, payload)
	*of = claimsPolicy{}
	claimsPolicies.Put(of)
	return t, err
}

// A claimsPolicy is the policy for the claims of one token.
type claimsPolicy struct {
	policy   jwt.Policy
	envelope envelope
}

// claimsPolicies are empty, to be used again by Verify: no token or refusal has a part of
// the policy that decided.
var claimsPolicies = sync.Pool{New: func() any { return new(claimsPolicy) }}

// set returns the policy for the claims of a token with the header h.
func (c *claimsPolicy) set(claims *jwt.Policy, h *Header) *jwt.Policy {
	c.envelope.header = jose.Header{Algorithm: string(h.Algorithm), KeyID: h.KeyID, Type: h.Type}
	c.policy = *claims
	c.policy.Keys = &c.envelope
	return &c.policy
}

// decrypt returns the header and the JSON of the claims.
func (p *UnsignedPolicy) decrypt(ctx context.Context, token string, at *stage) (h Header, payload string, err error) {
	b := buffers.Get().(*buffer)
	defer b.free()
	refusal := b.read(token, jose.MaxSize(p.Claims.MaxSize), &h)
	if refusal == nil {
		at.reach(stageTypes)
	}
	if refusal == nil && h.ContentType != "" {
		refusal = malformed("cty", "got "+strictjson.Quote(h.ContentType)+", want it to be absent, for claims")
	}
	if refusal != nil {
		return Header{}, "", refusal
	}
	at.reach(stageKey)
	if err := decrypt(ctx, b, &h, p.Keys); err != nil {
		return Header{}, "", err
	}
	return h, string(b.plaintext), nil
}

// incomplete says what is wrong with the policy itself.
func (p *UnsignedPolicy) incomplete() error {
	switch {
	case p == nil:
		return errors.New("jwe: UnsignedPolicy is nil")
	case len(p.Keys) == 0:
		return errors.New("jwe: UnsignedPolicy.Keys is empty, want the keys to decrypt with")
	case p.Claims == nil:
		return errors.New("jwe: UnsignedPolicy.Claims is nil, want the policy for the claims")
	case p.Claims.Keys != nil:
		return errors.New("jwe: UnsignedPolicy.Claims has Keys, want none: nothing is signed")
	case p.Claims.MaxSize < 0:
		return errors.New("jwe: UnsignedPolicy.Claims has a negative MaxSize")
	}
	return nil
}

// An envelope hands claims to package jwt, which encodes and checks them: as a
// jwt.Signer those that are to be encrypted, as a jwt.KeySet those that have been
// decrypted. It is neither for anything else.
type envelope struct{ header jose.Header }

var errEnvelope = errors.New("jwe: nothing is signed")

func (e envelope) Envelope() jose.Envelope { return jose.Envelope{Header: e.header} }

func (envelope) Algorithm() jwt.Algorithm { return "unsigned" }

func (envelope) KeyID() string { return "" }

func (envelope) Sign(context.Context, []byte) ([]byte, error) { return nil, errEnvelope }

func (envelope) Verifiers(context.Context, jwt.Header) ([]jwt.Verifier, error) {
	return nil, errEnvelope
}
