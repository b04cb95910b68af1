package sql_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.server != nil {
		shared.server.kill()
	}
	for _, dir := range temporary.folders {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// temporary are the folders to remove at the end.
var temporary struct {
	sync.Mutex
	folders []string
}

// fast returns a new folder in memory, where there is one, for tests that do not
// ask what becomes of a disk.
func fast() string {
	dir, err := os.MkdirTemp("/dev/shm", "sql")
	if err != nil {
		if dir, err = os.MkdirTemp("", "sql"); err != nil {
			panic(err)
		}
	}
	temporary.Lock()
	defer temporary.Unlock()
	temporary.folders = append(temporary.folders, dir)
	return dir
}

// A server is a PostgreSQL of its own on a loopback port.
type server struct {
	dir   string
	port  string
	args  []string
	setup string // a shell command, such as ulimit, to begin with
	cmd   *exec.Cmd

	exited chan struct{}
	runs   int // in a row
}

// shared is the server of most tests, and the template of the others.
var shared struct {
	once     sync.Once
	template string
	server   *server
	err      error
}

// sharedServer returns the server of most tests.
func sharedServer(t testing.TB) *server {
	t.Helper()
	program.FindPostgreSQL(t)
	shared.once.Do(func() {
		dir := fast()
		shared.template = filepath.Join(dir, "template")
		if shared.err = program.Give(dir); shared.err != nil {
			return
		}
		if shared.err = program.InitDB(shared.template, "tester"); shared.err != nil {
			return
		}
		shared.server, shared.err = newServer()
	})
	check(t, shared.err)
	return shared.server
}

// newServer starts an empty server.
func newServer(args ...string) (*server, error) {
	dir := fast()
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
	s, err := newServer(args...)
	check(t, err)
	t.Cleanup(s.kill)
	return s
}

// run starts the process, and waits until it answers.
func (s *server) run() error {
	if s.port == "" {
		s.port = program.FreePort()
	}
	log, err := os.OpenFile(s.dir+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd = program.PostgreSQL(s.dir, s.port, append([]string{"-c", "max_connections=50"}, s.args...)...)
	if s.setup != "" {
		s.cmd.Path, s.cmd.Args = "/bin/sh", append([]string{"sh", "-c", s.setup + ` && exec "$0" "$@"`, s.cmd.Path}, s.cmd.Args[1:]...)
	}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	db, err := sql.Open("pgx", s.url())
	if err != nil {
		return err
	}
	defer db.Close()
	exited := make(chan struct{})
	go func(cmd *exec.Cmd) { _ = cmd.Wait(); close(exited) }(s.cmd)
	s.exited = exited
	again := false
	if !soon(func() bool {
		select {
		case <-exited:
			again = true // processes of one that was killed are still there
			return true
		default:
		}
		err = db.Ping()
		return err == nil
	}) {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("postgres does not answer: %w\n%s", err, text)
	}
	if s.runs++; again && s.runs < 200 {
		time.Sleep(50 * time.Millisecond)
		return s.run()
	}
	s.runs = 0
	return nil
}

func (s *server) addr() string { return "127.0.0.1:" + s.port }

func (s *server) url() string {
	return "postgres://tester@" + s.addr() + "/postgres?sslmode=disable&connect_timeout=10"
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
	dir := fast()
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
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		<-s.exited
		s.cmd = nil
	}
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
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	t.Cleanup(func() { db.Close() })
	return db
}

// soon waits until f reports true, and reports whether it did.
func soon(f func() bool) bool {
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
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
