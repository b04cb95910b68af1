package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/jwe"
	"github.com/spf13/cobra"
)

func (c *cli) decrypt() *cobra.Command {
	var keys keyFlags
	cmd := &cobra.Command{
		Use:   "decrypt [token]",
		Short: "Print what is in an encrypted token, without verifying it",
		Long: `Decrypt a token and print what is in it: a signed token, or claims. This proves
nothing about its author: anybody can encrypt to a public key. jwt verify
--decrypt-key decrypts and verifies. Exit code 1: the key does not decrypt it.`,
		Example: `  jwt decrypt --key decrypt.jwk < token.jwe | jwt inspect
  jwt verify --decrypt-key decrypt.jwk --key public.jwk --audience api < token.jwe`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := keys.one(c)
			if err != nil {
				return err
			}
			decrypters, err := decryptersOf(key)
			if err != nil {
				return err
			}
			token, err := c.readToken(args)
			if err != nil {
				return err
			}
			return c.decryptWith(cmd.Context(), decrypters, token)
		},
	}
	keys.add(cmd, "to decrypt with")
	return cmd
}

// decryptWith prints what is in the token, decrypted by the key for its enc.
func (c *cli) decryptWith(ctx context.Context, decrypters []jwe.Decrypter, token string) error {
	first, _, _ := strings.Cut(token, ".")
	decoded, _ := jwt.DecodeBase64URL(first)
	with := decrypters[0] // refuses an enc that is not its own
	enc := describe.Text(describe.Find(describe.Members(decoded), "enc"))
	for _, d := range decrypters {
		if string(d.Encryption()) == enc {
			with = d
		}
	}
	header, content, err := jwe.InsecureDecryptUnsigned(ctx, with, token)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(struct {
			Verified    bool   `json:"verified"` // always false
			ContentType string `json:"content_type,omitzero"`
			Content     string `json:"content"`
		}{false, header.ContentType, strings.ToValidUTF8(string(content), "\ufffd")})
	}
	if isTerminal(c.stdout) {
		fmt.Fprintln(c.stderr, c.colour(c.stderr, yellow, notVerified))
		_, err = fmt.Fprintln(c.stdout, describe.Printable(string(content)))
		return err
	}
	_, err = c.stdout.Write(append(content, '\n'))
	return err
}
