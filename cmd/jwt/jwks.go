package main

import (
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/spf13/cobra"
)

func (c *cli) jwks() *cobra.Command {
	var alg string
	cmd := &cobra.Command{
		Use:   "jwks file...",
		Short: "Print the public JWK Set of keys",
		Long: `Print the JWK Set of the public parts of the keys in the files, for publishing.
A key without key ID gets its thumbprint, and a key without algorithm the one that
it serves. Shared secrets are refused: nobody may publish them.`,
		Example: `  jwt jwks key.jwk key.pem > jwks.json`,
		Args:    files,
		RunE: func(_ *cobra.Command, args []string) error {
			keys, err := c.readKeyFiles(args, alg)
			if err != nil {
				return err
			}
			for i, key := range keys {
				if key.Public() == nil {
					return fmt.Errorf("key %d is a shared secret, which must not be published", i+1)
				}
				if keys[i], err = publishable(key.Public()); err != nil {
					return err
				}
			}
			set, err := jwk.NewSet(keys...)
			if err != nil {
				return err
			}
			return c.printJSON(set)
		},
	}
	cmd.Flags().StringVar(&alg, "alg", "", "the `algorithm` of keys that name none")
	return cmd
}

// publishable returns the public key with a key ID and an algorithm. A key for
// encryption that names none stays without.
func publishable(key *jwk.Key) (*jwk.Key, error) {
	key, err := named(key)
	if err != nil {
		return nil, err
	}
	if verifier, err := key.Verifier(); err == nil {
		return key.With(verifier.Algorithm(), "")
	}
	return key, nil
}

// files is the error of a command that wants the names of files.
func files(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("want the names of key files; see %s --help", cmd.CommandPath())
	}
	return nil
}

// readKeyFiles returns all keys of the files.
func (c *cli) readKeyFiles(names []string, alg string) ([]*jwk.Key, error) {
	flags := keyFlags{label: "key file", files: names, alg: alg}
	keys, notes, err := flags.read(c)
	if err != nil {
		return nil, err
	}
	if len(notes) > 0 {
		return nil, errors.New(notes[0])
	}
	return keys, nil
}

func (c *cli) thumbprint() *cobra.Command {
	var uri bool
	cmd := &cobra.Command{
		Use:   "thumbprint file...",
		Short: "Print the thumbprints of keys (RFC 7638)",
		Long: `Print the JWK thumbprint with SHA-256 of each key in the files (RFC 7638). It is
the same for a private key and its public key. That of a shared secret is not
printed, since it helps to guess the secret.`,
		Example: `  jwt thumbprint key.pem
  jwt thumbprint --uri public.jwk`,
		Args: files,
		RunE: func(_ *cobra.Command, args []string) error {
			keys, err := c.readKeyFiles(args, "")
			if err != nil {
				return err
			}
			prints := []string{}
			for i, key := range keys {
				switch {
				case key.Public() == nil:
					return fmt.Errorf("key %d is a shared secret, whose thumbprint helps to guess it", i+1)
				case uri:
					prints = append(prints, key.ThumbprintURI())
				default:
					prints = append(prints, key.Thumbprint())
				}
			}
			if c.json {
				return c.printJSON(prints)
			}
			for _, text := range prints {
				fmt.Fprintln(c.stdout, text)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&uri, "uri", false, "print it as a URI (RFC 9278)")
	return cmd
}

func (c *cli) convert() *cobra.Command {
	var keys keyFlags
	var to, out string
	var private bool
	cmd := &cobra.Command{
		Use:   "convert file",
		Short: "Convert a key file to JWK or PEM",
		Long: `Convert a key file of any form (PEM, DER, JWK, OpenSSH, certificate) to JWK or
PEM. The public part is printed, or written to a new file. The private key is
written with --private only, to a new file with mode 0600, or with --out - it is
printed.`,
		Example: `  jwt convert key.pem --to jwk
  jwt convert key.pem --to jwk --private --out converted.jwk
  jwt convert public.jwk --to pem --out converted.pem`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			keys.label, keys.files = "key file", args
			key, err := keys.one(c)
			switch {
			case err != nil:
				return err
			case to != "jwk" && to != "pem":
				return errors.New("--to: want jwk or pem")
			case !private && key.Public() == nil:
				return errors.New("it is a shared secret, which has no public part: give --private")
			case private && out == "":
				return errors.New("give the file for the private key with --out; --out - prints it")
			}
			if out == "" {
				out = "-"
			}
			return c.writeKey("--out", out, to, key, private)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&to, "to", "jwk", "the `form`: jwk or pem")
	flags.StringVarP(&out, "out", "o", "", "the `file` to write; - prints")
	flags.BoolVar(&private, "private", false, "write the private key or secret, not the public part")
	flags.StringVar(&keys.alg, "alg", "", "the `algorithm` of a key that names none")
	flags.StringVar(&keys.keyID, "kid", "", "the `key ID`: which key of a set, or the name of a key that has none")
	_ = cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions([]string{"jwk", "pem"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
