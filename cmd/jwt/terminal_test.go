//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// atTerminal runs the command at a pseudo-terminal, types the text, and returns
// what is on the screen.
func (s *shell) atTerminal(typed string, env []string, args ...string) string {
	s.t.Helper()
	cmd := s.start("", args...)
	cmd.Stdin = nil
	cmd.Env = append(append(cmd.Env, "TERM=xterm", "NO_COLOR="), env...)
	screen, err := pty.Start(cmd)
	require.NoError(s.t, err)
	defer screen.Close()
	_, err = screen.WriteString(typed)
	require.NoError(s.t, err)
	var out strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := screen.Read(buffer) // an error at the end: the other side is closed
		out.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	_ = cmd.Wait() // the exit code is that of other tests
	return out.String()
}

func TestATerminalHasColoursUnlessItIsToldNotTo(t *testing.T) {
	s := newShell(t)
	token := s.signed()
	s.write("token", token)
	args := []string{"verify", "--key", "public.jwk", "-i", "https://login.example", "-a", "shop", at, strings.TrimSpace(token)}
	out := s.atTerminal("", nil, args...)
	assert.Regexp(t, "^\x1b\\[1m", out, "the headline")
	assert.Contains(t, out, "\x1b[32msize ")
	assert.Contains(t, out, "\x1b[31maud ")
	assert.Contains(t, out, "\x1b[2mexp ")
	assert.Contains(t, out, "\x1b[33mhint: ")
	assert.Regexp(t, "\x1b\\[31m[^\n]*claim not acceptable", out, "the verdict")
	assert.Contains(t, s.atTerminal("", nil, "inspect", strings.TrimSpace(token)), "\x1b[33mNOT VERIFIED")
	assert.Contains(t, s.atTerminal("", nil, "verify", "x"), "\x1b[31mjwt:\x1b[0m no keys")
	accepted := s.atTerminal("", nil, append(asked, strings.TrimSpace(token))...)
	assert.Regexp(t, "^\x1b\\[1m", accepted, "the headline")
	assert.Regexp(t, "\x1b\\[32m[^\n]*accepted", accepted, "the verdict")
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		assert.NotContains(t, s.atTerminal("", []string{env}, args...), "\x1b", env)
	}
	assert.NotContains(t, s.try("", args...).out, "\x1b")
	assert.NotContains(t, s.atTerminal("", nil, append([]string{"--json"}, args...)...), "\x1b")
}

func TestATerminalIsAskedForTheToken(t *testing.T) {
	s := newShell(t)
	out := s.atTerminal("Bearer "+forged(`{"alg":"EdDSA"}`, `{"sub":"alice"}`)+"\n", nil, "inspect")
	assert.Contains(t, out, "Paste a token and press Enter:")
	assert.Contains(t, out, `"sub": "alice"`)
	assert.Contains(t, s.atTerminal(forged(`{"alg":"EdDSA"}`, `{"sub":"bob"}`)+"\x04\x04", nil, "inspect"), `"sub": "bob"`)
	assert.Contains(t, s.atTerminal("\x04", nil, "inspect"), "no token")
	assert.Contains(t, s.atTerminal(strings.Repeat("a", 4000)+"\n", nil, "inspect"), "put the token into a file")
	assert.Contains(t, s.atTerminal(strings.Repeat("a", 3999)+"\n", nil, "inspect"), "malformed token")
}

func TestThePageIsForThisMachineOnlyAtATerminal(t *testing.T) {
	assert.Contains(t, newShell(t).atTerminal("", nil, "inspect", "--web", "--listen", "0.0.0.0:0"), "--listen: want an address on loopback")
}

func TestDecryptAtATerminalSaysThatNothingIsVerified(t *testing.T) {
	s := newShell(t)
	s.run("", "keygen", "--alg", "A256GCM", "--out", "shared.jwk")
	token := strings.TrimSpace(s.run("{\"sub\":\"\x7f\u009b2J\"}", "encrypt", "--key", "shared.jwk", "--claims", "-"))
	out := s.atTerminal("", []string{"NO_COLOR=1"}, "decrypt", "--key", "shared.jwk", token)
	assert.Contains(t, out, "NOT VERIFIED")
	assert.Contains(t, out, `{"sub":"\u007f\u009b2J"}`)
}

// serveAtTerminal starts jwt serve, and returns once it says how to stop it.
func serveAtTerminal(t *testing.T) (cmd *exec.Cmd, screen, shellSide *os.File, waitFor func(text string)) {
	t.Helper()
	screen, shellSide, err := pty.Open()
	require.NoError(t, err)
	cmd = exec.Command(binary, "serve", "--listen", "127.0.0.1:0")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = shellSide, shellSide, shellSide
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		screen.Close()
		shellSide.Close()
	})
	lines := bufio.NewScanner(screen)
	waitFor = func(text string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Fatalf("%q is not on the screen", text)
	}
	waitFor("rotate  press r, or: curl")
	waitFor("Ctrl-C")
	return cmd, screen, shellSide, waitFor
}

func TestServeAtATerminalRotatesAtAKeyAndStopsAtControlC(t *testing.T) {
	newShell(t)
	for name, stop := range map[string]func(cmd *exec.Cmd, screen *os.File) error{
		"Ctrl-C":         func(_ *exec.Cmd, screen *os.File) error { _, err := screen.Write([]byte{3}); return err },
		"Ctrl-backslash": func(_ *exec.Cmd, screen *os.File) error { _, err := screen.Write([]byte{28}); return err },
		"SIGTERM":        func(cmd *exec.Cmd, _ *os.File) error { return cmd.Process.Signal(syscall.SIGTERM) },
		"SIGINT":         func(cmd *exec.Cmd, _ *os.File) error { return cmd.Process.Signal(os.Interrupt) },
	} {
		cmd, screen, shellSide, waitFor := serveAtTerminal(t)
		during, err := term.GetState(int(shellSide.Fd()))
		require.NoError(t, err)
		_, err = screen.WriteString("xr")
		require.NoError(t, err)
		waitFor("rotated: ")
		require.NoError(t, stop(cmd, screen))
		require.NoError(t, cmd.Wait(), name)
		after, err := term.GetState(int(shellSide.Fd()))
		require.NoError(t, err)
		assert.NotEqual(t, during, after, "%s: the terminal is not restored", name)
		fresh, _, err := pty.Open()
		require.NoError(t, err)
		defer fresh.Close()
		before, err := term.GetState(int(fresh.Fd()))
		require.NoError(t, err)
		assert.Equal(t, before, after, name)
	}
}

func TestMigrateHasAColourForWhatIsKnown(t *testing.T) {
	assert.Contains(t, inExample(t).atTerminal("", nil, "migrate", "./before"), "\x1b[32mwrite\x1b[0m  Policy.Leeway")
	s := &shell{t: t, dir: t.TempDir()}
	s.write("go.mod", "module example.com/service\n")
	s.write("main.go", "package main\n\nimport _ \"github.com/golang-jwt/jwt/v5\"\n")
	assert.Contains(t, s.atTerminal("", nil, "migrate"), "\x1b[33mwrite\x1b[0m  Not known")
}

// Nobody reads keys where the output is for scripts, or goes elsewhere.
func TestATerminalStaysAsItIsWhereNoKeysAreRead(t *testing.T) {
	s := newShell(t)
	for _, args := range [][]string{{"serve", "--json"}, {"serve"}} {
		screen, shellSide, err := pty.Open()
		require.NoError(t, err)
		defer screen.Close()
		defer shellSide.Close()
		before, err := term.GetState(int(shellSide.Fd()))
		require.NoError(t, err)
		cmd := s.start("", append(args, "--listen", "127.0.0.1:0")...)
		cmd.Stdin = shellSide
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		out := io.Reader(screen)
		if len(args) == 2 {
			cmd.Stdout = shellSide
		} else if out, err = cmd.StdoutPipe(); err != nil {
			t.Fatal(err)
		}
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for lines.Scan() && !strings.Contains(lines.Text(), "rotate") {
		}
		assert.NotContains(t, lines.Text(), "press r")
		during, err := term.GetState(int(shellSide.Fd()))
		require.NoError(t, err)
		assert.Equal(t, before, during, args)
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		require.NoError(t, cmd.Wait())
	}
}

// A shell stops a command in the background that reads from the terminal.
func TestServeInTheBackgroundOfATerminalServes(t *testing.T) {
	s := newShell(t)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `set -m; jwt serve --listen 127.0.0.1:0 & trap "kill $!" HUP TERM; wait`)
	cmd.Dir, cmd.Env = s.dir, s.start("").Env
	screen, err := pty.Start(cmd)
	require.NoError(t, err)
	defer func() {
		assert.NoError(t, cmd.Process.Signal(syscall.SIGTERM)) // HUP may be ignored, as under nohup
		screen.Close()
		_ = cmd.Wait()
	}()
	lines := bufio.NewScanner(screen)
	var address string
	for lines.Scan() && !strings.Contains(lines.Text(), "rotate") {
		if _, url, ok := strings.Cut(strings.TrimSpace(lines.Text()), "issuer  "); ok {
			address = url
		}
	}
	assert.Contains(t, lines.Text(), "send a line with r")
	srv := &server{s: s, url: address}
	s.run(srv.token("grant_type=client_credentials&client_id=test"), srv.verify("--audience", "api")...)
}

// A browser is opened at a terminal, by an address that works once.
func TestThePageIsOpenedInABrowserAtATerminal(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the command that opens a browser is another one")
	}
	token := forged(`{"alg":"EdDSA"}`, `{"sub":"alice"}`)
	for name, row := range map[string]struct {
		args     []string
		terminal bool
		opened   bool
	}{
		"no token":          {nil, true, true},
		"a token":           {[]string{token}, true, true},
		"not to be opened":  {[]string{"--no-open", token}, true, false},
		"not at a terminal": {[]string{token}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t)
			require.NoError(t, syscall.Mkfifo(s.path("opened"), 0o600))
			opened, err := os.OpenFile(s.path("opened"), os.O_RDWR, 0)
			require.NoError(t, err)
			defer opened.Close()
			require.NoError(t, program.WriteScript(s.path("xdg-open"), "echo \"$1\" > opened\n"))
			cmd := s.start("", append([]string{"inspect", "--web"}, row.args...)...)
			cmd.Env = append(cmd.Env, "PATH="+s.dir+":"+os.Getenv("PATH"))
			var screen io.ReadWriter
			if row.terminal {
				cmd.Stdin = nil
				terminal, startErr := pty.Start(cmd)
				require.NoError(t, startErr)
				defer terminal.Close() // not earlier, by the garbage collector: that hangs up
				screen = terminal
			} else {
				out, pipeErr := cmd.StdoutPipe()
				screen, err = struct {
					io.Reader
					io.Writer
				}{out, nil}, errors.Join(pipeErr, cmd.Start())
			}
			require.NoError(t, err)
			lines := bufio.NewScanner(screen)
			require.True(t, lines.Scan())
			address := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "page  "))
			require.True(t, lines.Scan())
			assert.Contains(t, lines.Text(), "press Ctrl-C")
			shown := map[string]string{}
			require.NoError(t, json.Unmarshal([]byte(s.asPage(address, "token", "{}")), &shown))
			assert.Equal(t, strings.Join(row.args, "") != "", shown["token"] != "")
			children := childrenOf(cmd) // of one that serves: what it opens is under way
			wait := time.Now()
			if row.opened {
				wait = wait.Add(30 * time.Second)
				require.NoError(t, opened.SetReadDeadline(wait))
				once, err := bufio.NewReader(opened).ReadString('\n')
				require.NoError(t, err)
				assert.Regexp(t, `^http://127\.0\.0\.1:\d+/\w{26}\n$`, once)
				assert.NotContains(t, address, once[len(once)-27:len(once)-1])
			}
			if row.terminal {
				_, err = screen.Write([]byte{3})
			} else {
				err = cmd.Process.Signal(os.Interrupt)
			}
			require.NoError(t, err)
			require.NoError(t, cmd.Wait())
			if !row.opened {
				assert.Empty(t, children, "a browser")
				require.NoError(t, opened.SetReadDeadline(wait))
				_, err = opened.Read(make([]byte, 1))
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "nothing was opened")
			}
		})
	}
}

// childrenOf returns the processes that a command has started and that still run.
func childrenOf(cmd *exec.Cmd) (children string) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", cmd.Process.Pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list) // its thread has ended, and what it started has another parent
		children += string(text)
	}
	return children
}

func TestShellsComplete(t *testing.T) {
	s := newShell(t)
	for _, name := range []string{"bash", "zsh", "fish"} {
		assert.Contains(t, s.run("", "completion", name), "jwt")
	}
	for _, row := range []struct{ args, want string }{
		{"ver", "verify\t"},
		{"verify --aud", "--audience\t"},
		{"keygen --alg ML", "ML-DSA-44\n"},
		{"keygen --format ", "pem\n"},
		{"convert --to ", "jwk\n"},
		{"encrypt --enc A2", "A256GCM\n"},
		{"sign --claims ", "json\n:8\n"}, // files of that kind
		{"inspect --static ", "html\n:8\n"},
	} {
		words := strings.Split(row.args, " ")
		assert.Contains(t, s.try("", append([]string{"__complete"}, words...)...).out, row.want, row.args)
	}
}

func TestOutputThatCannotBeWrittenIsAnError(t *testing.T) {
	s := newShell(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no full device here: ", err)
	}
	defer full.Close()
	token := strings.TrimSpace(s.signed())
	s.write("claims.json", "{}")
	s.run("", "keygen", "--alg", "A256GCM", "--out", "shared.jwk")
	encrypted := strings.TrimSpace(s.run(`{"sub":"alice"}`, "encrypt", "--key", "shared.jwk", "--claims", "-"))
	s.write("go.mod", "module example.com/service\n")
	s.write("main.go", "package main\n\nimport _ \"github.com/golang-jwt/jwt/v5\"\n")
	path := s.fakeGo()
	for _, args := range [][]string{
		{"jwks", "public.jwk"}, {"thumbprint", "--json", "public.jwk"}, {"inspect", "--json", token}, {"verify", "--json", "--key", "public.jwk", token},
		{"sign", "--key", "key.jwk"}, {"sign", "--json", "--key", "key.jwk"}, {"keygen", "--out", "-"}, {"keygen", "--out", "a.jwk"}, {"keygen", "--json", "--out", "b.jwk"},
		{"convert", "public.jwk"}, {"decrypt", "--key", "shared.jwk", encrypted}, {"decrypt", "--json", "--key", "shared.jwk", encrypted}, {"encrypt", "--key", "shared.jwk", "--claims", "claims.json"},
		{"serve", "--listen", "127.0.0.1:0"}, {"serve", "--json", "--listen", "127.0.0.1:0"}, {"inspect", "--web", token}, {"inspect", "--static", "page.html"}, {"migrate", "--json"},
	} {
		cmd := s.start("", args...)
		if slices.Contains(args, "--static") {
			cmd.Env = append(cmd.Env, path)
		}
		var stderr strings.Builder
		cmd.Stdout, cmd.Stderr = full, &stderr
		assert.Error(t, cmd.Run(), args)
		assert.Equal(t, 2, cmd.ProcessState.ExitCode(), args)
		assert.Regexp(t, "^jwt: write [^\n]*: no space left on device\n$", withoutWaits(stderr.String()), args)
	}
}
