package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The exit codes.
const (
	exitDone    = 0
	exitRefused = 1
	exitFailed  = 2
)

// A cli is one run of the command: where it reads and writes, and the flags that
// several commands share.
type cli struct {
	stdin          *os.File
	stdout, stderr *os.File
	stdinRead      bool // standard input has been read, and can be read once only
	json           bool
	clock          string // the value of --now
}

// errShown is the error of a command that has printed what is wrong, and errListed
// that of one that has printed what is to be changed.
var (
	errShown  = errors.New("shown")
	errListed = errors.New("listed")
)

// run carries out the command line and returns the exit code.
func run(args []string, stdin, stdout, stderr *os.File) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &cli{stdin: stdin, stdout: stdout, stderr: stderr}
	root := c.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, errShown) && !errors.Is(err, errListed) {
		fmt.Fprintln(stderr, c.colour(stderr, red, "jwt:"), describe.Printable(strings.TrimPrefix(err.Error(), "jwt: ")))
	}
	var refusal *jwt.VerifyError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &refusal), errors.Is(err, errListed):
		return exitRefused
	}
	return exitFailed
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "jwt",
		Short: "Look at, verify, sign and encrypt JSON Web Tokens",
		Long: `Look at, verify, sign and encrypt JSON Web Tokens; make and convert keys.

Keys and secrets are read from files or standard input, never from the command
line, where other users of the machine can see them. Exit code: 0 done or
accepted, 1 the token is refused, 2 could not be decided or done.`,
		Example: `  # from nothing to a verified token
  jwt keygen --out key.jwk --public-out public.jwk
  jwt sign --key key.jwk --issuer https://login.example --audience api --subject alice > token
  jwt inspect < token
  jwt verify --key public.jwk --issuer https://login.example --audience api < token`,
		Version:       versionOf(debug.ReadBuildInfo()),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          suggestCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	root.SetFlagErrorFunc(suggestFlag)
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print JSON, for scripts")
	root.AddCommand(c.inspect(), c.verify(), c.sign(), c.keygen(), c.jwks(), c.thumbprint(), c.convert(), c.encrypt(), c.decrypt(), c.serve(), c.migrate())
	return root
}

// versionOf returns the version of the command and of the Go release that built it.
// A command that was built in a clone has none, which Go writes as (devel).
func versionOf(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "unknown"
	}
	return info.Main.Version + ", built with " + info.GoVersion
}

// clockFlag adds --now to a command.
func (c *cli) clockFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.clock, "now", "", "the `time` to reckon with instead of the clock's, as 2026-11-26T10:00:00Z")
}

// now returns the time to reckon with.
func (c *cli) now() (time.Time, error) {
	if c.clock == "" {
		return time.Now(), nil
	}
	t, err := time.Parse(time.RFC3339, c.clock)
	if err != nil {
		return t, errors.New("--now: want a time such as 2026-11-26T10:00:00Z")
	}
	return t, nil
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
