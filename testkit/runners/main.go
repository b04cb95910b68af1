// Command runners tries the rows of the testkit with libraries, and prints a
// table: how many rows each agrees with, accepts wrongly, refuses wrongly, and
// does not support.
//
//	go run .                 the Go libraries
//	go run . -foreign        also Node's jose and Python's PyJWT, where they are installed
//	go run . -list jwx       the rows that a library disagrees with
//	go run . -program 'python3 mine.py' -list program
//	                         a program of your own, which answers as the testkit's README says
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// A library is one that is tried.
type library struct {
	name   string
	module string // "" if it is not a Go module
	verify func(testkit.Case) testkit.Verdict

	profiles bool // knows the policies with a profile, and is strict; to others these are unsupported

	process *process // that gives the verdicts, if it is not a Go module
}

func libraries() []library {
	return []library{
		{"jwt", "github.com/seed-b1f8f58c/jwt", verifyJWT, true, nil},
		{"golang-jwt", "github.com/golang-jwt/jwt/v5", verifyGolangJWT, false, nil},
		{"go-jose", "github.com/go-jose/go-jose/v4", verifyGoJOSE, false, nil},
		{"jwx", "github.com/lestrrat-go/jwx/v3", verifyJWX, false, nil},
	}
}

func main() {
	log.SetFlags(0)
	if err := command(os.Args[1:], libraries(), testkit.Cases(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// command is the command, with the libraries of Go.
func command(args []string, all []library, cases []testkit.Case, out io.Writer) error {
	flags := flag.NewFlagSet("runners", flag.ExitOnError)
	withForeign := flags.Bool("foreign", false, "try libraries of other languages, too")
	list := flags.String("list", "", "list the rows that this library disagrees with")
	program := flags.String("program", "", "try this program alone; its words have spaces between them")
	_ = flags.Parse(args) // which ends the program
	if words := strings.Fields(*program); len(words) > 0 {
		p, err := run("", words[0], words[1:]...)
		if err != nil {
			return err
		}
		defer p.stop()
		all = []library{{"program", "", p.verify, true, p}}
	}
	if *withForeign {
		foreign, stop, err := foreignLibraries()
		defer stop()
		if err != nil {
			log.Print(err)
		}
		all = append(all, foreign...)
	}
	var results []result
	for _, l := range all {
		r := try(l, cases)
		if l.process != nil && l.process.err != nil { // the rows behind were not tried
			return fmt.Errorf("%s: %w", l.name, l.process.err)
		}
		results = append(results, r)
		if *list == l.name {
			for _, d := range r.disagree {
				fmt.Fprintln(out, d)
			}
			fmt.Fprintf(out, "%d of %d rows, and %d are not supported\n", len(r.disagree), len(cases), r.unsupported)
			return nil
		}
	}
	table(out, results, len(cases))
	return nil
}

// A result is what came of one library.
type result struct {
	name                                   string
	agreed, accepted, refused, unsupported int
	disagree                               []string // the rows that it accepts or refuses wrongly
}

func try(l library, cases []testkit.Case) (r result) {
	r.name = l.name
	if v := version(l.module); v != "" {
		r.name += " " + v
	}
	for _, c := range cases {
		got := verify(l, c)
		switch {
		case got == testkit.Unsupported:
			r.unsupported++
			continue
		case c.Agrees(got):
			r.agreed++
			continue
		case got == testkit.Accept:
			r.accepted++
		default:
			r.refused++
		}
		r.disagree = append(r.disagree, fmt.Sprintf("%-10s want %-6s  %s: %s (%s)", got, c.Want, c.ID, c.About, c.Clause))
	}
	return r
}

// verify is the library's verdict; a panic is none.
func verify(l library, c testkit.Case) (v testkit.Verdict) {
	defer func() {
		if recover() != nil {
			v = testkit.Unsupported
		}
	}()
	if (c.Policy.Profile != "" || c.Policy.Strict) && !l.profiles {
		return testkit.Unsupported
	}
	return l.verify(c)
}

func table(w io.Writer, results []result, rows int) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "of %d rows\tagree\taccepted wrongly\trefused wrongly\tnot supported\n", rows)
	for _, r := range results {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\n", r.name, r.agreed, r.accepted, r.refused, r.unsupported)
	}
	t.Flush()
}

// version is that of a module in this program.
func version(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == path {
				return m.Version
			}
		}
	}
	return ""
}
