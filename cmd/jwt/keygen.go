package main

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/spf13/cobra"
)

func (c *cli) keygen() *cobra.Command {
	var alg, keyID, out, publicOut, format string
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make a key",
		Long: `Make a private key or a secret, and write it to a new file that only its owner
can read (mode 0600). A file that exists is never overwritten. With --out -, the
key is printed.

For signatures: EdDSA, Ed25519, ES256, ES384, ES512, PS256 to PS512, RS256 to
RS512 (3072 bits), ML-DSA-44, ML-DSA-65, ML-DSA-87 (with Go 1.27), and secrets
for HS256, HS384, HS512. For encryption: ECDH-ES
and ECDH-ES+A256KW (X25519), RSA-OAEP-256, and secrets for A128KW, A256KW,
A128GCM, A256GCM.`,
		Example: `  jwt keygen --out key.jwk --public-out public.jwk
  jwt keygen --alg ES256 --out key.pem --public-out public.pem
  jwt keygen --alg HS256 --out secret.jwk
  jwt keygen --alg ECDH-ES --out decrypt.jwk --public-out encrypt.jwk`,
		Args: noArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("give the file for the key with --out; --out - prints it")
			}
			key, err := generate(jwt.Algorithm(alg))
			if err != nil {
				return err
			}
			if keyID == "" {
				key, err = named(key)
			} else {
				key, err = key.With("", keyID)
			}
			if err != nil {
				return err
			}
			if publicOut != "" && key.Public() == nil {
				return fmt.Errorf("--public-out: a secret for %s has no public part", alg)
			}
			if _, err := os.Lstat(publicOut); err == nil {
				return existsAlready("--public-out", publicOut) // before there is a private key without it
			}
			if err := c.writeKey("--out", out, format, key, true); err != nil {
				return err
			}
			if publicOut != "" {
				if err := c.writeKey("--public-out", publicOut, format, key.Public(), false); err != nil {
					return err
				}
			}
			if out != "-" {
				return c.describeKey(key, out)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&alg, "alg", "EdDSA", "the `algorithm` that the key is for")
	flags.StringVar(&keyID, "kid", "", "the `key ID`; without: the thumbprint (RFC 7638)")
	flags.StringVarP(&out, "out", "o", "", "the `file` for the private key or secret; - prints it")
	flags.StringVar(&publicOut, "public-out", "", "the `file` for the public key")
	flags.StringVar(&format, "format", "", "jwk or pem; without: pem for a file whose name ends in .pem, or else jwk")
	_ = cmd.RegisterFlagCompletionFunc("alg", cobra.FixedCompletions(slices.Concat(describe.SignatureAlgorithms, describe.EncryptionAlgorithms), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"jwk", "pem"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// secretSizes are the bytes of the secrets for encryption.
var secretSizes = map[jwt.Algorithm]int{"A128KW": 16, "A256KW": 32, "A128GCM": 16, "A256GCM": 32, "A128CBC-HS256": 32, "A256CBC-HS512": 64}

// generate makes a key for signatures or for encryption.
func generate(alg jwt.Algorithm) (*jwk.Key, error) {
	switch {
	case slices.Contains(describe.SignatureAlgorithms, string(alg)):
		return jwk.Generate(alg)
	case secretSizes[alg] > 0:
		secret := make([]byte, secretSizes[alg])
		rand.Read(secret)
		return jwk.New(alg, secret, rand.Text())
	case strings.HasPrefix(string(alg), "ECDH-ES"):
		private, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		return jwk.New(alg, private, "")
	case alg == "RSA-OAEP-256":
		private, err := rsa.GenerateKey(rand.Reader, 3072)
		if err != nil {
			return nil, err
		}
		return jwk.New(alg, private, "")
	case alg == "dir":
		return nil, errors.New("--alg: for dir, give the content encryption that the secret is for: A256GCM")
	}
	return nil, fmt.Errorf("--alg: %.40q is not an algorithm to make a key for; see jwt keygen --help", alg)
}

// encodeKey returns the file of a key.
func encodeKey(key *jwk.Key, format, name string, private bool) (data []byte, err error) {
	if format == "" && filepath.Ext(name) == ".pem" {
		format = "pem"
	}
	switch {
	case format == "pem" && private:
		data, err = key.MarshalPrivatePEM()
	case format == "pem":
		data, err = key.MarshalPublicPEM()
	case format != "" && format != "jwk":
		return nil, errors.New("want the format jwk or pem")
	case private:
		data, err = key.MarshalPrivateJSON()
	default:
		data, err = key.MarshalJSON()
	}
	if err != nil || format == "pem" {
		return data, err
	}
	return []byte(describe.Indented(data) + "\n"), nil
}

// writeKey writes a key to a new file, or with the name "-" to standard output.
func (c *cli) writeKey(flag, name, format string, key *jwk.Key, private bool) error {
	data, err := encodeKey(key, format, name, private)
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	if name == "-" {
		_, err = c.stdout.Write(data)
		return err
	}
	mode := fs.FileMode(0o644)
	if private {
		mode = 0o600
	}
	return writeNew(flag, name, data, mode)
}

// describeKey says what key was written; nothing of it is secret.
func (c *cli) describeKey(key *jwk.Key, name string) error {
	if c.json {
		return c.printJSON(struct {
			File  string `json:"file"`
			Alg   string `json:"alg"`
			KeyID string `json:"kid,omitzero"`
		}{name, string(key.Algorithm()), key.KeyID()})
	}
	_, err := fmt.Fprintf(c.stdout, "%s: a new key for %s, kid %s\n", describe.Printable(name), key.Algorithm(), describe.Quoted(key.KeyID()))
	return err
}
