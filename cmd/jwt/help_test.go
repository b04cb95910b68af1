package main

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exampleFiles fills the folder with the files that examples read.
func (s *shell) exampleFiles() {
	s.t.Helper()
	s.run("", "keygen", "--out", "key.jwk", "--public-out", "public.jwk")
	s.run("", "keygen", "--alg", "ES256", "--out", "key.pem", "--public-out", "public.pem")
	s.write("keys.jwks", `{"keys":[`+s.read("public.jwk")+`]}`)
	s.run("", "keygen", "--alg", "ECDH-ES", "--out", "decrypt.jwk", "--public-out", "encrypt.jwk")
	s.run("", "keygen", "--alg", "A256GCM", "--out", "shared.jwk")
	s.write("token.jwe", s.run(s.run("", "sign", "--key", "key.jwk", "-a", "api"), "encrypt", "--key", "encrypt.jwk"))
	s.write("shared.secret", "correct horse battery staple, and more\n")
	s.write("claims.json", `{"sub":"alice"}`)
	s.write("go.mod", "module example.com/service\n")
	require.NoError(s.t, os.MkdirAll(s.path("internal/auth"), 0o700))
	s.write("internal/auth/auth.go", "package auth\n")
	s.write("token", s.run("", "sign", "--key", "key.jwk", "-i", "https://login.example", "-a", "api", "-s", "alice", "-c", "tenant=7"))
	s.write("token.hs256", s.run("", "sign", "--secret-file", "shared.secret", "-i", "https://login.example", "-a", "api"))
}

// shellLine runs a line of an example as a shell does.
func (s *shell) shellLine(line string) (string, error) {
	cmd := s.start("", "")
	sh := exec.CommandContext(s.t.Context(), "sh", "-c", line)
	sh.Dir, sh.Env = cmd.Dir, cmd.Env
	out, err := sh.CombinedOutput()
	return withoutWaits(string(out)), err
}

func TestTheVersionIsThatOfTheBuild(t *testing.T) {
	assert.Contains(t, newShell(t).run("", "--version"), ", built with "+runtime.Version())
	info := &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v0.1.0"}}
	assert.Equal(t, "v0.1.0, built with go1.26.8", versionOf(info, true))
	assert.Equal(t, "unknown", versionOf(nil, false))
}

func TestExamplesOfTheHelpWork(t *testing.T) {
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
		if !cmd.Runnable() {
			return
		}
		t.Run(cmd.Name(), func(t *testing.T) {
			s := newShell(t)
			require.NotEmpty(t, cmd.Example)
			if !strings.Contains(cmd.Example, "keygen") {
				s.exampleFiles()
			}
			replace := func(line string) string { return line }
			if cmd.Name() == "serve" {
				srv := s.serve()
				s.write("token", srv.token("grant_type=client_credentials&client_id=test"))
				replace = func(line string) string { return strings.ReplaceAll(line, "http://127.0.0.1:8080", srv.url) }
			}
			for line := range strings.Lines(cmd.Example) {
				if strings.HasSuffix(line, " &\n") || strings.Contains(line, "--web") || strings.Contains(line, "--static") { // they have tests of their own
					continue
				}
				line = replace(line)
				if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				if cmd.Name() == "verify" && strings.Contains(line, "public.pem") {
					s.write("token", s.run("", "sign", "--key", "key.pem"))
				} else if cmd.Name() == "verify" {
					s.write("token", s.run("", "sign", "--key", "key.jwk", "-i", "https://login.example", "-a", "api", "-s", "alice", "-c", "tenant=7"))
				}
				out, err := s.shellLine(line)
				assert.NoError(t, err, "%s\n%s", line, out)
			}
		})
	}
	visit((&cli{}).root())
}

func TestHelpNamesEveryCommand(t *testing.T) {
	s := newShell(t)
	help := s.run("")
	assert.Equal(t, help, s.run("", "--help"))
	for _, cmd := range (&cli{}).root().Commands() {
		assert.Contains(t, help, "\n  "+cmd.Name()+" ")
		text := s.run("", cmd.Name(), "--help")
		assert.Contains(t, text, "Examples:\n")
		s.note(cmd.Name(), text)
	}
	golden(t, "help.golden", help+s.said.String())
	help = s.run("", "verify", "--help")
	assert.Regexp(t, `--timeout duration +how long a request may take \(default 10s\)\n`, help)
	assert.Regexp(t, `--leeway duration +how much clocks may differ, as 30s\n`, help, "without a default")
}

func TestWordsThatAreWrongAreCorrected(t *testing.T) {
	s := newShell(t)
	for _, row := range []struct{ args, want string }{
		{"verfy", "did you mean verify?"},
		{"vrfy", "did you mean verify?"},
		{"vfy", "there is no such command; see jwt --help"},
		{"insp", "did you mean inspect?"},
		{"a.b", "there is no such command; see jwt --help"},
		{"inspect a b", "accepts at most 1 arg(s), received 2"},
		{"verify a b", "accepts at most 1 arg(s), received 2"},
		{"encrypt a b", "accepts at most 1 arg(s), received 2"},
		{"decrypt a b", "accepts at most 1 arg(s), received 2"},
		{"convert a b", "accepts 1 arg(s), received 2"},
		{"keygen word", "jwt keygen has no arguments, only flags; see jwt keygen --help"},
		{"jwks", "want the names of key files; see jwt jwks --help"},
		{"xyzzy", "there is no such command; see jwt --help"},
		{"e30.e30.AA", "jwt inspect shows it"},
		{"verify --isuer x", "there is no flag --isuer; did you mean --issuer?"},
		{"verify --audiences x", "did you mean --audience?"},
		{"verify --isur x", "did you mean --issuer?"},
		{"verify --isu x", "there is no flag --isu; see jwt verify --help"},
		{"verify --audiencexxxxx x", "did you mean --audience?"},
		{"verify --audiencexxxxxx x", "there is no flag --audiencexxxxxx; see jwt verify --help"},
		{"verify --ki x", "did you mean --kid?"},
		{"sign -d x", "there is no flag --d; see jwt sign --help"},
		{"verify --json=x", "--json: the value is not a bool; see jwt verify --help"},
		{"verify --key", "flag needs an argument: --key"},
		{"sign --xyzzy", "there is no flag --xyzzy; see jwt sign --help"},
		{"sign --password x", "use --secret-file"},
		{"verify --leeway soon", "--leeway: the value is not a duration; see jwt verify --help"},
	} {
		r := s.try("", strings.Fields(row.args)...)
		assert.Equal(t, 2, r.code, row.args)
		assert.Contains(t, r.err, row.want, row.args)
		s.note(row.args, r.err)
		assert.Empty(t, r.out, row.args)
	}
	golden(t, "errors-words.golden", s.said.String())
}

func TestLettersAreInsertedRemovedAndReplaced(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "abc", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"abc", "xyz", 3}, {"ab", "ba", 2}, {"a", "aaaa", 3}} {
		assert.Equal(t, row.want, editDistance(row.a, row.b), "%s %s", row.a, row.b)
	}
}
