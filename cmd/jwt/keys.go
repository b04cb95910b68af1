package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/keytext"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/spf13/cobra"
)

// keyFlags are the flags that name keys in files.
type keyFlags struct {
	label        string // what the files are called in errors; "": --key
	files        []string
	secretFile   string
	secretBase64 bool
	alg          string
	keyID        string
}

// add adds the flags to a command; use says what the keys are for.
func (k *keyFlags) add(cmd *cobra.Command, use string) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&k.files, "key", "k", nil, "a `file` with the key "+use+": PEM, DER, JWK, JWK Set, OpenSSH, certificate; - is standard input")
	flags.StringVar(&k.secretFile, "secret-file", "", "a `file` with a shared secret "+use+", without the line break at its end")
	flags.BoolVar(&k.secretBase64, "secret-base64", false, "the secret is base64 text, not used as it is")
	flags.StringVar(&k.alg, "alg", "", "the `algorithm` of a key that names none")
	flags.StringVar(&k.keyID, "kid", "", "the `key ID`: which key of a set, or the name of a key that has none")
}

func (k *keyFlags) given() bool { return len(k.files) > 0 || k.secretFile != "" }

// read returns the keys of the files. The notes say which were left out.
func (k *keyFlags) read(c *cli) (keys []*jwk.Key, notes []string, err error) {
	label := cmp.Or(k.label, "--key")
	for _, name := range k.files {
		data, err := c.readFile(label, name)
		if err != nil {
			return nil, nil, err
		}
		found, more, err := keytext.Parse(data)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", label, err)
		}
		keys, notes = append(keys, found...), append(notes, more...)
	}
	if k.secretFile != "" {
		secret, err := k.readSecret(c)
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, secret)
	}
	if keys, err = keytext.With(keys, jwt.Algorithm(k.alg)); err != nil {
		return nil, nil, fmt.Errorf("--alg: %w", err)
	}
	return keys, notes, nil
}

func (k *keyFlags) readSecret(c *cli) (*jwk.Key, error) {
	data, err := c.readFile("--secret-file", k.secretFile)
	if err != nil {
		return nil, err
	}
	key, err := keytext.Secret(data, k.secretBase64, jwt.Algorithm(k.alg), k.keyID)
	if err != nil {
		return nil, fmt.Errorf("--secret-file: %w", err)
	}
	return key, nil
}

// one returns the only key, or the one of --kid.
func (k *keyFlags) one(c *cli) (*jwk.Key, error) {
	if !k.given() {
		return nil, errors.New("no key: give --key or --secret-file")
	}
	keys, _, err := k.read(c)
	if err != nil {
		return nil, err
	}
	return k.choose(keys)
}

// choose returns the only key, or the one of --kid.
func (k *keyFlags) choose(keys []*jwk.Key) (*jwk.Key, error) {
	if len(keys) == 1 {
		switch own := keys[0].KeyID(); {
		case k.keyID == "" || own == k.keyID:
			return keys[0], nil
		case own == "":
			return keys[0].With("", k.keyID)
		default:
			return nil, fmt.Errorf("--kid: the key has the key ID %.64q", own)
		}
	}
	var ids []string
	for _, key := range keys {
		if k.keyID != "" && key.KeyID() == k.keyID {
			return key, nil
		}
		ids = append(ids, key.KeyID())
	}
	return nil, fmt.Errorf("want one key, and there are %d: choose one with --kid, out of %.200q", len(keys), ids)
}

// named returns the key with a key ID: its own, or its thumbprint. Secrets get
// none: the thumbprint would help to guess them.
func named(key *jwk.Key) (*jwk.Key, error) {
	if key.KeyID() != "" || key.Public() == nil {
		return key, nil
	}
	return key.With("", key.Thumbprint())
}
