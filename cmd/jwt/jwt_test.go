package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// binary is the command: this test's own executable, under the name jwt.
var binary string

// runCommand is the variable of the environment that makes this executable the
// command.
const runCommand = "JWT_TEST_RUN_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(runCommand) != "" && filepath.Base(os.Args[0]) == "jwt" { // but not as a worker of go test -fuzz
		main()
	}
	flag.Parse()
	dir, err := os.MkdirTemp("", "jwt-command")
	if err == nil {
		binary = filepath.Join(dir, "jwt")
		// With the race detector a process waits for a second at its end.
		err = errors.Join(linkTo(binary), os.Setenv(runCommand, "1"), os.Setenv("GORACE", "atexit_sleep_ms=0"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func linkTo(name string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return os.Symlink(self, name)
}

// The command as it is installed is the one that the other tests run.
func TestTheCommandIsBuilt(t *testing.T) {
	s := newShell(t)
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", s.path("jwt"), ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	help, err := exec.CommandContext(t.Context(), s.path("jwt")).Output()
	require.NoError(t, err)
	assert.Equal(t, s.run(""), string(help))
}

// A shell is a folder in which the command is run.
type shell struct {
	t    *testing.T
	dir  string
	said strings.Builder // what was noted
}

func newShell(t *testing.T) *shell {
	t.Parallel()
	return &shell{t: t, dir: t.TempDir()}
}

// A result is what a run of the command has printed, and its exit code.
type result struct {
	out, err string
	code     int
}

func (s *shell) start(stdin string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), binary, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	cmd.Stdin = strings.NewReader(stdin)
	return cmd
}

// try runs the command. The line that says what it waits for is left out of the result: on
// a busy machine, every call may take long.
func (s *shell) try(stdin string, args ...string) result {
	s.t.Helper()
	cmd := s.start(stdin, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		require.NoError(s.t, err)
	}
	r := result{stdout.String(), withoutWaits(stderr.String()), cmd.ProcessState.ExitCode()}
	assert.NotContains(s.t, r.err, "goroutine ", "a panic, whose exit code is 2, too")
	assert.True(s.t, r.code != 2 || r.out != "" || strings.HasPrefix(r.err, "jwt: "), "jwt %q says nothing of why it failed: %s", args, r.err)
	return r
}

// run runs the command, which must succeed and print nothing to standard error.
func (s *shell) run(stdin string, args ...string) string {
	s.t.Helper()
	r := s.try(stdin, args...)
	require.Equal(s.t, 0, r.code, "jwt %s: %s%s", strings.Join(args, " "), r.err, r.out)
	assert.Empty(s.t, r.err)
	return r.out
}

// withoutWaits leaves out the line that says what takes long.
func withoutWaits(stderr string) string { return waits.ReplaceAllString(stderr, "") }

var waits = regexp.MustCompile(`(?m)^(fetching the keys of .*|compiling the library to WebAssembly) …\n`)

func (s *shell) path(name string) string { return filepath.Join(s.dir, name) }

func (s *shell) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(s.path(name))
	require.NoError(s.t, err)
	return string(data)
}

func (s *shell) write(name, text string) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(s.path(name), []byte(text), 0o600))
}

// keys makes key.jwk and public.jwk.
func (s *shell) keys() {
	s.t.Helper()
	s.run("", "keygen", "--out", "key.jwk", "--public-out", "public.jwk")
}

// note keeps what a run of the command with the arguments has said.
func (s *shell) note(args any, text string) {
	fmt.Fprintf(&s.said, "%q\n%s", args, thumbprints.ReplaceAllString(text, "…"))
}

// thumbprints are what differs from run to run.
var thumbprints = regexp.MustCompile(`[A-Za-z0-9_-]{43}`)

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}
