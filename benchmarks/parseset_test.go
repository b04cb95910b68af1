package main

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/go-jose/go-jose/v4"
	jwxjwk "github.com/lestrrat-go/jwx/v3/jwk"

	"github.com/seed-b1f8f58c/jwt/jwk"
)

// A setParser reads a JWK Set with a library, and returns how many keys it has.
type setParser struct {
	lib   string
	parse func(data []byte) (int, error)
}

var setParsers = append([]setParser{
	{ourName, func(data []byte) (int, error) {
		s, err := jwk.ParseSet(data)
		return len(s.Keys()), err
	}},
	{"go-jose", func(data []byte) (int, error) {
		var s jose.JSONWebKeySet
		err := json.Unmarshal(data, &s)
		return len(s.Keys), err
	}},
	{"jwx-v3", func(data []byte) (int, error) {
		s, err := jwxjwk.Parse(data)
		if err != nil {
			return 0, err
		}
		return s.Len(), nil
	}},
	{"keyfunc", func(data []byte) (int, error) {
		k, err := keyfunc.NewJWKSetJSON(data)
		if err != nil {
			return 0, err
		}
		all, err := k.Storage().KeyReadAll(context.Background())
		return len(all), err
	}},
}, jwxV4SetParser()...)

// setKinds are the keys of sets that are parsed.
var setKinds = []string{"RSA", "EC", "Ed25519"}

// BenchmarkParseSet reads a JWK Set, as is done each time that a provider's keys
// are fetched.
func BenchmarkParseSet(b *testing.B) {
	for _, kind := range setKinds {
		for _, size := range setSizes {
			data := keySetJSON(kind, size)
			for _, p := range setParsers {
				b.Run(fmt.Sprintf("keys=%s/count=%d/lib=%s", kind, size, p.lib), func(b *testing.B) {
					if n, err := p.parse(data); err != nil || n != size {
						b.Fatalf("got %d keys of %d: %v", n, size, err)
					}
					timed(b, func() error { _, err := p.parse(data); return err })
				})
			}
		}
	}
}

// keySetJSON returns a JWK Set of public keys. Those of RSA are one key under many
// key IDs, as new ones take long to make.
func keySetJSON(kind string, size int) []byte {
	keys := make([]json.RawMessage, size)
	for i := range keys {
		id := fmt.Sprintf("key-%04d", i)
		switch kind {
		case "RSA":
			keys[i] = must(json.Marshal(must(jwk.New("RS256", publicKey("RS256"), id))))
		case "EC":
			keys[i] = must(json.Marshal(must(jwk.New("ES256", &curveKey(id).PublicKey, id))))
		default:
			keys[i] = must(json.Marshal(must(must(jwk.Generate("EdDSA")).With("", id)).Public()))
		}
	}
	return must(json.Marshal(map[string]any{"keys": keys}))
}
