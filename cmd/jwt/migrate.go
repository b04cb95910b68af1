package main

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/migrate"
	"github.com/spf13/cobra"
)

func (c *cli) migrate() *cobra.Command {
	var tags string
	cmd := &cobra.Command{
		Use:   "migrate [packages]",
		Short: "List what to change to move from golang-jwt, go-jose or jwx",
		Long: `List every use of golang-jwt, go-jose and jwx in Go packages and their tests: the
place, what to write instead, and the security rule to look at. It changes
nothing. It is run in your module, and calls the go command to load the packages;
without a pattern, ./... .

What it does not know is listed as "Not known: read it by hand.", and so are files
that were not loaded, since they are for another platform, tag or module. An empty
list says that nothing is used, not that a program is safe.

Exit code: 0 nothing to change, 1 something is listed, 2 it could not be loaded.`,
		Example: `  jwt migrate ./...
  jwt migrate --json ./internal/auth
  jwt migrate --tags integration ./...`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			if len(patterns) == 0 {
				patterns = []string{"./..."}
			}
			findings, err := migrate.List(cmd.Context(), ".", tags, patterns...)
			if err != nil {
				err = fmt.Errorf("the list is not complete: %w", err)
			} else if len(findings) > 0 {
				err = errListed
			}
			if printErr := c.printFindings(findings, err); printErr != nil {
				return printErr
			}
			return err
		},
	}
	cmd.Flags().StringVar(&tags, "tags", "", "build `tags`, separated by commas, as for go build")
	return cmd
}

// printFindings prints the list, and that it is empty only if there was no error.
func (c *cli) printFindings(findings []migrate.Finding, err error) error {
	if c.json {
		return c.printJSON(findings)
	}
	unknown := 0
	for _, f := range findings {
		place := fmt.Sprintf("%s:%d:%d:", f.File, f.Line, f.Column)
		fmt.Fprintln(c.stdout, c.colour(c.stdout, bold, describe.Printable(place)), describe.Printable(f.Use))
		colour := green
		if !f.Known {
			unknown++
			colour = yellow
		}
		c.printAdvice("write", colour, f.Write)
		if f.Check != "" {
			c.printAdvice("check", yellow, f.Check)
		}
	}
	switch {
	case len(findings) == 0 && err == nil:
		fmt.Fprintln(c.stdout, "golang-jwt, go-jose and jwx are not used.")
	case len(findings) > 0:
		fmt.Fprintf(c.stdout, "\nPlaces: %d; not known: %d. The list says what to change, not that the rest is safe.\n", len(findings), unknown)
	}
	return nil
}

// printAdvice prints lines below a label.
func (c *cli) printAdvice(label, colour, text string) {
	lines := strings.ReplaceAll(describe.Printable(text), "\n", "\n           ")
	fmt.Fprintln(c.stdout, "   ", c.colour(c.stdout, colour, label), "", lines)
}
