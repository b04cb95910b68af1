package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/keytext"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// readKeys returns the keys of the request, nil if there are none, and fills in
// what was read. The algorithm of the token is that of a key that names none, if
// the key can serve it.
func (a *Answer) readKeys(r *Request, alg string) jwt.KeySet {
	if strings.TrimSpace(r.Keys) == "" {
		return nil
	}
	keys, notes, err := parse(r, alg)
	var set *jwk.Set
	if err == nil {
		set, err = jwk.NewSet(keys...)
	}
	if err != nil {
		a.KeysError = text(err)
		return nil
	}
	a.Keys = describe.Printable(strings.Join(append([]string{summary(keys)}, notes...), "; "))
	return set
}

func parse(r *Request, alg string) (keys []*jwk.Key, notes []string, err error) {
	symmetric := slices.Contains([]string{"HS256", "HS384", "HS512"}, alg)
	as := r.KeysAs
	if as == "" && symmetric && !looksLikeKey(r.Keys) {
		as = "secret"
	}
	if as == "secret" || as == "base64" {
		if !symmetric {
			alg = ""
		}
		key, err := keytext.Secret([]byte(r.Keys), as == "base64", jwt.Algorithm(alg), "")
		return []*jwk.Key{key}, nil, err
	}
	if keys, notes, err = keytext.Parse([]byte(r.Keys)); err != nil {
		if !looksLikeKey(r.Keys) {
			err = errors.New("this is no PEM, JWK, JWK Set or OpenSSH key; for a shared secret, choose how to read it")
		}
		return nil, nil, err
	}
	for i, key := range keys {
		if with, err := keytext.With([]*jwk.Key{key}, jwt.Algorithm(alg)); err == nil {
			keys[i] = with[0]
		}
	}
	if len(keys) == 1 {
		_, err = keys[0].Verifier() // says what is wrong with it
	}
	return keys, notes, err
}

// looksLikeKey reports whether a text has the form of a key, and not of a secret.
func looksLikeKey(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "ssh-") || strings.HasPrefix(text, "ecdsa-") || strings.Contains(text, "-----BEGIN ")
}

// summary says which keys there are.
func summary(keys []*jwk.Key) string {
	var texts []string
	for _, key := range keys[:min(len(keys), 8)] {
		text := string(key.Algorithm())
		if text == "" {
			if v, err := key.Verifier(); err == nil {
				text = string(v.Algorithm())
			} else {
				text = "none for signatures"
			}
		}
		if key.KeyID() != "" {
			text += " " + describe.Quoted(key.KeyID())
		}
		texts = append(texts, text)
	}
	if len(keys) > len(texts) {
		texts = append(texts, "…")
	}
	if len(keys) == 1 {
		return "1 key: " + texts[0]
	}
	return fmt.Sprintf("%d keys: %s", len(keys), strings.Join(texts, ", "))
}
