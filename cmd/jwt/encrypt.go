package main

import (
	"fmt"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// encryptionKey returns the key with an algorithm for encryption: its own, the one
// given, or that of its kind.
func encryptionKey(key *jwk.Key, alg string) (*jwk.Key, error) {
	if key.Algorithm() != "" {
		return key, nil
	}
	if alg != "" {
		return key.With(jwt.Algorithm(alg), "")
	}
	for _, usual := range []jwt.Algorithm{"ECDH-ES", "RSA-OAEP-256"} {
		if with, err := key.With(usual, ""); err == nil {
			return with, nil
		}
	}
	return nil, fmt.Errorf("the key names no algorithm for encryption: give one with --alg")
}

// decrypters returns the keys of the files, each for every content encryption.
func (c *cli) decrypters(flag string, files []string, alg string) (decrypters []jwe.Decrypter, err error) {
	for _, name := range files {
		data, err := c.readFile(flag, name)
		if err != nil {
			return nil, err
		}
		keys, _, err := parseKeys(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		for _, key := range keys {
			more, err := decryptersOf(key, alg)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", flag, err)
			}
			decrypters = append(decrypters, more...)
		}
	}
	return decrypters, nil
}

// decryptersOf returns a Decrypter for each content encryption that the key serves.
func decryptersOf(key *jwk.Key, alg string) (decrypters []jwe.Decrypter, err error) {
	if key, err = encryptionKey(key, alg); err != nil {
		return nil, err
	}
	var problem error
	for _, enc := range contentEncryptions {
		d, err := jwe.DecrypterFrom(key, jwe.Encryption(enc))
		if err != nil {
			problem = err
			continue
		}
		decrypters = append(decrypters, d)
	}
	if len(decrypters) == 0 {
		return nil, problem
	}
	return decrypters, nil
}
