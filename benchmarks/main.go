// Command benchmarks compares the library with its peers and with the standard
// library's bare cryptography, and writes a table.
//
//	go run .                     # everything: some ten minutes
//	go run . -bench 'Sign/.*HS'  # a part of it
//	go run . -smoke              # only shows that it all works
//	go run . -bars               # and is the library as fast as it should be?
//	go run . -go go1.26.8,go1.27.4
//	go run . -cpu                # by processor time: for a machine that is not quiet
//
// The tests run first: nothing is measured unless all libraries read the same
// claims from the same tokens. Then every round runs each benchmark once for
// each library, in an order that changes from round to round and each in a
// process of its own, so that a disturbance of the machine meets all alike. The
// table has the medians of the rounds.
//
// The raw results (-raw) are in the form that benchstat reads:
//
//	benchstat -row .fullname -col /lib results.txt
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("benchmarks: ")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		log.Fatal(err)
	}
	if !ok {
		stop()
		os.Exit(1)
	}
}

// run does what the arguments say. It reports false if bars were asked for and
// one is not met.
func run(ctx context.Context, args []string, stdout io.Writer) (ok bool, err error) {
	flags := flag.NewFlagSet("benchmarks", flag.ExitOnError)
	plan := plan{progress: os.Stderr}
	flags.IntVar(&plan.rounds, "count", 20, "number of rounds")
	flags.DurationVar(&plan.benchtime, "benchtime", 50*time.Millisecond, "time of one benchmark in a round")
	flags.StringVar(&plan.filter, "bench", ".", "regular expression of the benchmarks to run, as for go test")
	flags.DurationVar(&plan.patience, "patience", 0, "wait for a quiet machine before each benchmark, and measure again what was disturbed, this long at most in all for each Go release")
	cpu := flags.Bool("cpu", false, "show processor time, which other programs disturb little, in the place of wall time")
	smoke := flags.Bool("smoke", false, "run the tests and every benchmark once, and measure nothing; with -bars, look that each bar has its benchmark")
	releases := flags.String("go", "", "Go releases to measure with, such as go1.26.8,go1.27.4 (default the one in use)")
	bars := flags.Bool("bars", false, "also say which bars are met; exit with 1 if one is not")
	from := flags.String("from", "", "file of raw results to use instead of measuring")
	raw := flags.String("raw", "", "file to write the raw results to")
	out := flags.String("o", "", "file to write the table to (default standard output)")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if flags.NArg() > 0 || plan.rounds < 1 {
		return false, fmt.Errorf("want flags only, and a count of at least 1")
	}

	var all []*results
	if *from != "" {
		all, err = readResults(*from)
	} else {
		all, err = measureAll(ctx, plan, strings.Split(*releases, ","), *smoke, *raw)
	}
	if err == nil && *smoke && *bars {
		err = all[0].missing(runtime.GOMAXPROCS(0))
	}
	if err != nil || *smoke {
		return err == nil, err
	}
	var tables, verdicts strings.Builder
	ok = true
	for _, r := range all {
		r.cpu = *cpu
		tables.WriteString(r.table())
		text, met := r.bars()
		fmt.Fprintf(&verdicts, "%s\n%s", r.facts["go"], text)
		ok = ok && met
	}
	if err := write(*out, stdout, tables.String()); err != nil || !*bars {
		return true, err
	}
	return ok, write("", stdout, verdicts.String())
}

// measureAll measures with each of the Go releases, "" for the one in use, and
// writes the raw results to a file, if it has a name.
func measureAll(ctx context.Context, plan plan, releases []string, smoke bool, raw string) (all []*results, err error) {
	var text bytes.Buffer
	for _, release := range releases {
		r, err := measure(ctx, plan, release, smoke)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
		text.WriteString(r.raw())
	}
	if raw == "" || smoke {
		return all, nil
	}
	return all, os.WriteFile(raw, text.Bytes(), 0o644)
}

func write(file string, stdout io.Writer, text string) error {
	if file == "" {
		_, err := io.WriteString(stdout, text)
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644)
}
