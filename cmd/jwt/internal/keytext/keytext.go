// Package keytext reads keys in any text form.
package keytext

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwk/openssh"
)

// Parse reads a file with one or more keys, in any form.
func Parse(data []byte) (keys []*jwk.Key, notes []string, err error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if bytes.HasPrefix(text, []byte("{")) {
		return parseJSON(text)
	}
	if key, err := jwk.ParsePEM(data); err == nil {
		return []*jwk.Key{key}, nil, nil
	} else if key, sshErr := openssh.Parse(data); sshErr == nil {
		return []*jwk.Key{key}, nil, nil
	} else if bytes.Contains(data, []byte("OPENSSH")) || bytes.HasPrefix(text, []byte("ssh-")) {
		return nil, nil, sshErr
	} else {
		return nil, nil, err
	}
}

// parseJSON reads a JWK, a JWK Set, private or public, or the certificates of a
// JSON object.
func parseJSON(data []byte) (keys []*jwk.Key, notes []string, err error) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, nil, errors.New("the JSON is not well-formed")
	}
	if _, ok := members["kty"]; ok {
		key, err := jwk.Parse(data)
		if err != nil {
			return nil, nil, err
		}
		return []*jwk.Key{key}, nil, nil
	}
	read := parseSet
	if _, ok := members["keys"]; !ok {
		read = jwk.ParseCertificates
	}
	set, err := read(data)
	if err != nil {
		return nil, nil, err
	}
	for _, skipped := range set.Skipped() {
		notes = append(notes, fmt.Sprintf("key %d of the set (kid %.64q) is left out: %v", skipped.Index, skipped.KeyID, skipped.Err))
	}
	if len(set.Keys()) == 0 {
		return nil, nil, errors.New(strings.Join(append([]string{"there is no key in the set"}, notes...), "; "))
	}
	return set.Keys(), notes, nil
}

// parseSet reads a private set strictly, and a published one as services do.
func parseSet(data []byte) (*jwk.Set, error) {
	set, err := jwk.ParsePrivateSet(data)
	if published, _ := jwk.ParseSet(data); len(published.Keys()) > len(set.Keys()) {
		return published, nil
	}
	return set, err
}

// Secret returns the key of a shared secret: the text without the line break at
// its end, or, if inBase64, what it stands for in base64 of either alphabet.
func Secret(text []byte, inBase64 bool, alg jwt.Algorithm, keyID string) (*jwk.Key, error) {
	secret := bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if inBase64 {
		plain := strings.NewReplacer("-", "+", "_", "/", "=", "", " ", "", "\n", "", "\r", "").Replace(string(secret))
		var err error
		if secret, err = base64.RawStdEncoding.DecodeString(plain); err != nil {
			return nil, errors.New("it is not base64")
		}
	}
	return jwk.New(cmp.Or(alg, jwt.HS256), secret, keyID)
}

// With returns the keys in which those that name no algorithm have alg, if they
// are of its kind. It is an error if there is only one key, and it is not.
func With(keys []*jwk.Key, alg jwt.Algorithm) ([]*jwk.Key, error) {
	keys = slices.Clone(keys)
	for i, key := range keys {
		if key.Algorithm() != "" {
			continue
		}
		with, err := key.With(alg, "")
		if err != nil && len(keys) == 1 {
			return nil, err
		}
		if err == nil { // of another kind: it is not a key for this algorithm
			keys[i] = with
		}
	}
	return keys, nil
}
