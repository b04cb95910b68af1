package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/keytext"
	"github.com/seed-b1f8f58c/jwt/jwe"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/spf13/cobra"
)

func (c *cli) encrypt() *cobra.Command {
	var keys keyFlags
	var enc, file string
	cmd := &cobra.Command{
		Use:   "encrypt [token]",
		Short: "Encrypt a signed token to a recipient",
		Long: `Encrypt a signed token (RFC 7516) to the public key of its recipient, or with a
shared key, and print it. Anybody can encrypt to a public key, so what is
encrypted must be signed. With a key that two parties share, --claims encrypts
claims without a signature.`,
		Example: `  jwt sign --key key.jwk --audience api | jwt encrypt --key encrypt.jwk
  jwt encrypt --key shared.jwk --claims claims.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := keys.one(c)
			if err != nil {
				return err
			}
			if key, err = encryptionKey(key); err != nil {
				return err
			}
			if !slices.Contains(describe.ContentEncryptions, enc) {
				return fmt.Errorf("--enc: want one of %s", strings.Join(describe.ContentEncryptions, ", "))
			}
			if slices.Contains(describe.ContentEncryptions, string(key.Algorithm())) {
				enc = string(key.Algorithm()) // the key is for this one alone
			}
			token, err := c.encrypted(cmd.Context(), key, jwe.Encryption(enc), file, args)
			if err != nil {
				return err
			}
			return c.printToken(token)
		},
	}
	keys.add(cmd, "of the recipient")
	cmd.Flags().StringVar(&enc, "enc", "A256GCM", "the content `encryption`: "+strings.Join(describe.ContentEncryptions, ", "))
	cmd.Flags().StringVar(&file, "claims", "", "a `file` with claims to encrypt without a signature, by a shared key; - is standard input")
	_ = cmd.RegisterFlagCompletionFunc("enc", cobra.FixedCompletions(describe.ContentEncryptions, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// encrypted encrypts the claims of the file, or else the signed token.
func (c *cli) encrypted(ctx context.Context, key *jwk.Key, enc jwe.Encryption, file string, args []string) (string, error) {
	if file != "" {
		if key.Public() != nil {
			return "", errors.New("--claims: anybody can encrypt to a public key: sign the claims first with jwt sign, and encrypt the token")
		}
		shared, err := jwe.SharedKeyFrom(key, enc)
		if err != nil {
			return "", err
		}
		claims, err := c.readFile("--claims", file)
		if err != nil {
			return "", err
		}
		return jwe.EncryptUnsigned(ctx, shared, jsontext.Value(bytes.TrimPrefix(claims, []byte("\ufeff"))))
	}
	encrypter, err := jwe.EncrypterFrom(key, enc)
	if err != nil {
		return "", err
	}
	token, err := c.readToken(args)
	if err != nil {
		return "", err
	}
	return jwe.Encrypt(ctx, encrypter, token)
}

// encryptionKey returns the key with an algorithm for encryption: its own, or that of
// its kind.
func encryptionKey(key *jwk.Key) (*jwk.Key, error) {
	if key.Algorithm() != "" {
		return key, nil
	}
	for _, usual := range []jwt.Algorithm{"ECDH-ES", "RSA-OAEP-256"} {
		if with, err := key.With(usual, ""); err == nil {
			return with, nil
		}
	}
	return nil, fmt.Errorf("the key names no algorithm for encryption: give one with --alg")
}

// decrypters returns the keys of the files, each for every content encryption.
func (c *cli) decrypters(flag string, files []string) (decrypters []jwe.Decrypter, err error) {
	for _, name := range files {
		data, err := c.readFile(flag, name)
		if err != nil {
			return nil, err
		}
		keys, _, err := keytext.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		for _, key := range keys {
			more, err := decryptersOf(key)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", flag, err)
			}
			decrypters = append(decrypters, more...)
		}
	}
	return decrypters, nil
}

// decryptersOf returns a Decrypter for each content encryption that the key serves.
func decryptersOf(key *jwk.Key) (decrypters []jwe.Decrypter, err error) {
	if key, err = encryptionKey(key); err != nil {
		return nil, err
	}
	var problem error
	for _, enc := range describe.ContentEncryptions {
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
