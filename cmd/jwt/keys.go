package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwk/openssh"
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
	_ = cmd.MarkFlagFilename("key")
	_ = cmd.MarkFlagFilename("secret-file")
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
		found, more, err := parseKeys(data)
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
	for i, key := range keys {
		if key.Algorithm() != "" || k.alg == "" {
			continue
		}
		with, err := key.With(jwt.Algorithm(k.alg), "")
		if err != nil && len(keys) == 1 {
			return nil, nil, fmt.Errorf("--alg: %w", err)
		}
		if err == nil { // of another kind: it is not a key for this algorithm
			keys[i] = with
		}
	}
	return keys, notes, nil
}

func (k *keyFlags) readSecret(c *cli) (*jwk.Key, error) {
	data, err := c.readFile("--secret-file", k.secretFile)
	if err != nil {
		return nil, err
	}
	secret := bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r"))
	if k.secretBase64 {
		text := strings.NewReplacer("-", "+", "_", "/", "=", "", " ", "", "\n", "", "\r", "").Replace(string(secret))
		if secret, err = base64.RawStdEncoding.DecodeString(text); err != nil {
			return nil, errors.New("--secret-file: it is not base64")
		}
	}
	alg := jwt.HS256
	if k.alg != "" {
		alg = jwt.Algorithm(k.alg)
	}
	key, err := jwk.New(secret, alg, k.keyID)
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

// parseKeys reads a file with one or more keys, in any form.
func parseKeys(data []byte) (keys []*jwk.Key, notes []string, err error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if bytes.HasPrefix(text, []byte("{")) {
		return parseJSONKeys(text)
	}
	key, err := jwk.ParsePEM(data)
	if err != nil {
		other, sshErr := openssh.Parse(data)
		if sshErr != nil && bytes.Contains(data, []byte("OPENSSH")) || bytes.HasPrefix(text, []byte("ssh-")) {
			err = sshErr
		}
		if key = other; sshErr != nil {
			return nil, nil, err
		}
	}
	return []*jwk.Key{key}, nil, nil
}

// parseJSONKeys reads a JWK, a JWK Set, private or public, or the certificates of a
// JSON object.
func parseJSONKeys(data []byte) (keys []*jwk.Key, notes []string, err error) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, nil, errors.New("the JSON is not well-formed")
	}
	if _, ok := members["kty"]; ok {
		key, err := jwk.Parse(data)
		return []*jwk.Key{key}, nil, err
	}
	var set *jwk.Set
	if _, ok := members["keys"]; !ok {
		set, err = jwk.ParseCertificates(data)
	} else if set, err = jwk.ParsePrivateSet(data); err != nil {
		set, err = jwk.ParseSet(data)
	}
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

// named returns the key with a key ID: its own, or its thumbprint. Secrets get
// none: the thumbprint would help to guess them.
func named(key *jwk.Key) (*jwk.Key, error) {
	if key.KeyID() != "" || key.Public() == nil {
		return key, nil
	}
	return key.With("", key.Thumbprint())
}
