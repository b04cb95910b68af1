package sql_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.server != nil {
		shared.server.kill()
	}
	if shared.dir != "" {
		_ = remove(shared.dir)
	}
	os.Exit(code)
}

// fast returns a new folder, in memory if there is room, for tests that do not ask what
// becomes of a disk.
func fast(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(memory(), "sql")
	check(t, err)
	t.Cleanup(func() {
		if err := remove(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// remove removes a folder. A process of a server that was killed may write into it for a
// moment.
func remove(dir string) (err error) {
	soon(func() bool { err = os.RemoveAll(dir); return err == nil })
	return err
}

// A server is a PostgreSQL of its own on a loopback port.
type server struct {
	dir   string
	port  string
	args  []string
	setup string // a shell command, such as ulimit, to begin with
	cmd   *exec.Cmd

	exited   chan struct{} // closed when cmd has
	answered bool          // ever
}

// shared is the server of most tests, and the template of the others.
var shared struct {
	once          sync.Once
	dir, template string
	server        *server
	err           error
}

// sharedServer returns the server of most tests.
func sharedServer(t testing.TB) *server {
	t.Helper()
	program.FindPostgreSQL(t)
	shared.once.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp(memory(), "sql"); shared.err != nil {
			return
		}
		shared.template = filepath.Join(shared.dir, "template")
		if shared.err = program.Give(shared.dir); shared.err != nil {
			return
		}
		if shared.err = program.InitDB(shared.template, "tester"); shared.err != nil {
			return
		}
		shared.server, shared.err = newServer(shared.dir)
	})
	check(t, shared.err)
	return shared.server
}

// newServer starts an empty server with its data in a folder.
func newServer(dir string, args ...string) (*server, error) {
	if err := program.Give(dir); err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if text, err := exec.Command("cp", "-a", shared.template, data).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	s := &server{dir: data, args: args}
	return s, s.run()
}

// ownServer starts a server for one test.
func ownServer(t testing.TB, args ...string) *server {
	t.Helper()
	sharedServer(t)
	s, err := newServer(fast(t), args...)
	check(t, err)
	t.Cleanup(s.kill)
	return s
}

// run starts the process, and waits until it answers. It does so again while processes of
// one that was killed are there, and at another port if a program has just taken the first.
func (s *server) run() error {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if !s.answered {
			s.port = program.FreePort()
		}
		err := s.begin()
		switch {
		case err == nil:
			s.answered = true
			return nil
		case !errors.Is(err, errEnded) || time.Now().After(deadline):
			s.kill()
			return err
		}
	}
}

var errEnded = errors.New("postgres has ended")

// begin starts the process, and waits until it answers, or has ended.
func (s *server) begin() error {
	log, err := os.OpenFile(s.dir+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := program.PostgreSQL(s.dir, s.port, append([]string{"-c", "max_connections=200", "-c", "autovacuum=off"}, s.args...)...)
	if s.setup != "" {
		cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", s.setup + ` && exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	}
	cmd.Stdout, cmd.Stderr = log, log
	db, err := sql.Open("pgx", s.url())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	s.cmd, s.exited = cmd, exited
	answers := false
	soon(func() bool {
		select {
		case <-exited:
			err = errEnded
			return true
		default:
		}
		var dir string
		err = db.QueryRow("SHOW data_directory").Scan(&dir)
		answers = dir == s.dir // and is no other program's
		return answers
	})
	if answers {
		return nil
	}
	text, _ := os.ReadFile(log.Name())
	return fmt.Errorf("postgres does not answer: %w\n%s", err, text)
}

func (s *server) addr() string { return "127.0.0.1:" + s.port }

func (s *server) url() string {
	return "postgres://tester@" + s.addr() + "/postgres?sslmode=disable&connect_timeout=30"
}

// processes are the process, and those that it has started.
func (s *server) processes() []int {
	pid := s.cmd.Process.Pid
	all := []int{pid}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, child := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(child); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// pause lets all of them stand still, or go on. Some may have ended meanwhile.
func (s *server) pause(still bool) {
	do := program.Resume
	if still {
		do = program.Pause
	}
	for _, pid := range s.processes() {
		_ = do(pid)
	}
}

// standby starts another server that follows this one, with a copy of its data.
func (s *server) standby(t testing.TB) *server {
	t.Helper()
	s.kill()
	dir := fast(t)
	check(t, program.Give(dir))
	other := &server{dir: filepath.Join(dir, "data"), args: []string{"-c", "primary_conninfo=host=127.0.0.1 port=" + s.port + " user=tester"}}
	if text, err := exec.Command("cp", "-a", s.dir, other.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	signal := filepath.Join(other.dir, "standby.signal")
	check(t, os.WriteFile(signal, nil, 0o600))
	check(t, program.Give(signal))
	_ = os.Remove(filepath.Join(other.dir, "postmaster.pid"))
	check(t, s.run())
	check(t, other.run())
	t.Cleanup(other.kill)
	return other
}

// kill ends the processes at once, as a crash would: without their parent they end
// by themselves.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	children := s.processes()[1:]
	_ = s.cmd.Process.Kill()
	<-s.exited
	s.cmd = nil
	soon(func() bool { return !slices.ContainsFunc(children, runs) })
}

// runs reports whether a process has not ended. One that has, and was not waited for, has
// no command line.
func runs(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && len(text) > 0
}

// open returns a database of the server.
func (s *server) open(t testing.TB, parameters string) *sql.DB {
	t.Helper()
	return open(t, "pgx", s.url()+parameters, 20)
}

func open(t testing.TB, driver, name string, connections int) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, name)
	check(t, err)
	return limited(t, db, connections)
}

// openPinging is open for PostgreSQL, with a driver that asks whether a connection is good
// before each use, or never. Otherwise it does so a second after the last use.
func openPinging(t testing.TB, url string, connections int, ping bool) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	check(t, err)
	should := func(context.Context, stdlib.ShouldPingParams) bool { return ping }
	return limited(t, stdlib.OpenDB(*config, stdlib.OptionShouldPing(should)), connections)
}

func limited(t testing.TB, db *sql.DB, connections int) *sql.DB {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	t.Cleanup(func() { db.Close() })
	return db
}

// soon waits until f reports true, and reports whether it did.
func soon(f func() bool) bool {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if f() {
			return true
		}
	}
	return false
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
