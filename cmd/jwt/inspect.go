package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/spf13/cobra"
)

const notVerified = "NOT VERIFIED: anybody can write such a token; jwt verify checks it"

func (c *cli) inspect() *cobra.Command {
	var f webFlags
	cmd := &cobra.Command{
		Use:   "inspect [token]",
		Short: "Show what a token says, without verifying it",
		Long: `Show the header and the claims of a token, signed or encrypted, its times, its
sizes, and warnings. Nothing is verified. The token is the argument or standard
input; white space and a word such as Bearer before it are dropped.

--web shows it on a page in the browser, with the keys and the rules of a service
next to it. The page is served on loopback, to whoever has its address, and what
is pasted there stays in this command. --static writes a page that needs no
command and connects to nothing.`,
		Example: `  jwt inspect < token
  jwt inspect --json < token
  jwt inspect --web < token
  jwt inspect --static inspector.html`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.static != "" {
				return f.writePage(c, cmd.Context())
			}
			if f.web && len(args) == 0 && isTerminal(c.stdin) {
				return f.serve(c, cmd.Context(), "")
			}
			now, err := c.now()
			if err != nil {
				return err
			}
			token, err := c.readToken(args)
			if f.web && (err == nil || errors.Is(err, errNoToken)) {
				return f.serve(c, cmd.Context(), token)
			}
			if err != nil {
				return err
			}
			seen, err := describe.Token(token, now)
			if err != nil {
				return err
			}
			if c.json {
				return c.printJSON(seen)
			}
			c.show(seen)
			return nil
		},
	}
	c.clockFlag(cmd)
	f.add(cmd)
	return cmd
}

// show prints the view for people.
func (c *cli) show(v *describe.View) {
	w := c.stdout
	fmt.Fprintln(w, c.colour(w, yellow, notVerified))
	kind := "header"
	if v.Encrypted {
		kind = "header of an encrypted token"
	}
	c.heading(w, "%s", kind)
	fmt.Fprintln(w, describe.Indented(v.Header))
	switch {
	case v.Encrypted:
		c.heading(w, "claims")
		fmt.Fprintln(w, "encrypted; jwt decrypt reads them with the key")
	case v.Claims != nil:
		c.heading(w, "claims")
		fmt.Fprintln(w, describe.Indented(v.Claims))
	default:
		c.heading(w, "payload, which is not a JSON object")
		fmt.Fprintf(w, "%.1000q\n", v.Payload)
	}
	if len(v.Times) > 0 {
		c.heading(w, "times")
		for _, m := range v.Times {
			fmt.Fprintf(w, "%-9s  %s  %s\n", m.Claim, m.Time, m.Text)
		}
	}
	c.heading(w, "size")
	var parts []string
	for _, p := range v.Parts {
		parts = append(parts, fmt.Sprintf("%s %d", p.Name, p.Size))
	}
	fmt.Fprintf(w, "%d bytes: %s\n", v.Size, strings.Join(parts, ", "))
	if len(v.Warnings) > 0 {
		c.heading(w, "warnings")
		for _, text := range v.Warnings {
			fmt.Fprintln(w, c.colour(w, yellow, "- "+describe.Printable(text)))
		}
	}
}
