package main

import (
	"fmt"
	"io"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
)

// The colours of a terminal.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// colour returns the text in a colour if f is a terminal that has colours.
func (c *cli) colour(f *os.File, code, text string) string {
	if !isTerminal(f) || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// printJSON prints a value as describe.Indented JSON.
func (c *cli) printJSON(value any) error {
	data, err := json.Marshal(value, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, string(describe.EscapeJSON(data)))
	return err
}

// heading prints the headline of a part of the output.
func (c *cli) heading(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, "\n%s\n", c.colour(c.stdout, bold, fmt.Sprintf(format, args...)))
}
