package jwk

import (
	"fmt"
	"unicode/utf8"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// With returns the key with this algorithm and key ID, as [New] takes them. A key
// file names neither:
//
//	key, err := jwk.ParsePEM(data)
//	key, err = key.With(jwt.RS256, "2026-11")
//
// An empty alg or key ID leaves the key's own. It is an error if the key has
// another alg already, or its use or kind is not that of alg: a key serves one
// algorithm.
func (k *Key) With(alg jwt.Algorithm, keyID string) (*Key, error) {
	if err := k.missing(); err != nil {
		return nil, err
	}
	other := *k
	if keyID != "" {
		if !utf8.ValidString(keyID) {
			return nil, errNotText
		}
		other.keyID = keyID
	}
	if alg == "" {
		return &other, nil
	}
	if k.algorithm != "" && k.algorithm != alg {
		return nil, fmt.Errorf("jwk: the key is for %s, not for %s", k.algorithm, strictjson.Quote(string(alg)))
	}
	use := useFor(alg)
	if k.use != "" && k.use != use {
		return nil, fmt.Errorf("jwk: the use of the key is %s, and %s is of use %q", strictjson.Quote(k.use), strictjson.Quote(string(alg)), use)
	}
	other.algorithm, other.use = alg, use
	if err := other.check(); err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	return &other, nil
}
