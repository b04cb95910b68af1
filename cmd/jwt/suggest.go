package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// suggestCommand is the error of a command that does not exist. It does not repeat a
// word that may be a token.
func suggestCommand(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case strings.Count(args[0], ".") >= 2:
		return errors.New("a token needs a command before it: jwt inspect shows it, jwt verify verifies it")
	}
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		return fmt.Errorf("there is no command %.40q; did you mean %s?", args[0], strings.Join(meant, " or "))
	}
	return errors.New("there is no such command; see jwt --help")
}

// noArgs is the error of a command that has no arguments. It does not repeat them:
// they may be secrets.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s has no arguments, only flags; see %[1]s --help", cmd.CommandPath())
	}
	return nil
}

// suggestFlag adds the flag that was probably meant to the error of one that does
// not exist. The values of flags are never repeated: they may be secrets.
func suggestFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s: the value is not a %s; see %s --help", invalid.GetFlag().Name, invalid.GetFlag().Value.Type(), cmd.CommandPath())
	case !errors.As(err, &unknown):
		return err
	}
	name, best := unknown.GetSpecifiedName(), ""
	distance := len(name)/3 + 2 // more differences are another word
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := editDistance(name, f.Name); d < distance {
			best, distance = f.Name, d
		}
	})
	if known := elsewhere[name]; known != "" {
		return fmt.Errorf("there is no flag --%s: %s", name, known)
	}
	if best != "" && len(name) > 1 {
		return fmt.Errorf("there is no flag --%s; did you mean --%s?", name, best)
	}
	return fmt.Errorf("there is no flag --%s; see %s --help", name, cmd.CommandPath())
}

// elsewhere are flags that people look for, and what there is instead.
var elsewhere = map[string]string{
	"secret":   "a secret on the command line can be read by others on this machine; use --secret-file",
	"password": "a secret on the command line can be read by others on this machine; use --secret-file",
}

// editDistance returns the number of letters to insert, remove or replace.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
