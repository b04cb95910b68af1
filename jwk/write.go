package jwk

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// MarshalJSON returns the JWK of the public part. A symmetric key has none: it
// is an error.
func (k *Key) MarshalJSON() ([]byte, error) {
	if err := k.missing(); err != nil {
		return nil, err
	}
	public := k.Public()
	if public == nil {
		return nil, errors.New("jwk: a symmetric key has no public part; MarshalPrivateJSON writes the secret")
	}
	return public.appendJSON(nil, publicParameters(public.public))
}

// MarshalPrivateJSON returns the JWK of a private or symmetric key with
// everything that is secret in it. A public key is an error.
func (k *Key) MarshalPrivateJSON() ([]byte, error) {
	if err := k.missing(); err != nil {
		return nil, err
	}
	if k.private == nil {
		return nil, errors.New("jwk: got a public key, want a private or symmetric one; MarshalJSON writes public keys")
	}
	return k.appendJSON(nil, append(publicParameters(k.identity()), privateParameters(k.private())...))
}

// appendJSON appends the JWK of the parameters and attributes.
func (k *Key) appendJSON(b []byte, p parameters) (_ []byte, err error) {
	b = p.appendJSON(append(b, '{'))
	texts := func(name string, list []string) {
		if list == nil || err != nil {
			return
		}
		b = append(append(append(b, `,"`...), name...), `":[`...)
		for i, text := range list {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = jsontext.AppendQuote(b, text); err != nil {
				return
			}
		}
		b = append(b, ']')
	}
	text := func(name, value string) {
		if value == "" || err != nil {
			return
		}
		b, err = jsontext.AppendQuote(append(append(append(b, `,"`...), name...), `":`...), value)
	}
	text("use", k.use)
	texts("key_ops", k.operations)
	alg := k.algorithm
	if k.pss { // which a JWK says in no other way
		alg = k.usual()
	}
	if k.kty != "AKP" { // of which alg is a parameter
		text("alg", string(alg))
	}
	text("kid", k.keyID)
	texts("x5c", k.chain)
	text("x5t", k.x5t)
	text("x5t#S256", k.x5t256)
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	return append(b, '}'), nil
}
