package redis_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// programs are the servers that tests run against, if they are installed. CI must
// have the first two.
var programs = []string{"redis-server", "valkey-server", "redis-server-8"}

// each runs a test with each of the servers.
func each(t *testing.T, test func(t *testing.T, program string)) {
	for i, name := range programs {
		t.Run(name, func(t *testing.T) {
			if i == 2 && program.Path(name) == "" {
				t.Skip("NOT TESTED: " + name + " is not installed")
			}
			program.Find(t, name)
			test(t, name)
		})
	}
}

// A server is a real one on a loopback port, which saves nothing unless asked to.
type server struct {
	t       testing.TB
	program string
	dir     string
	addr    string
	args    []string
	cmd     *exec.Cmd
	ended   chan struct{} // closed when cmd has
}

// start starts a server.
func start(t testing.TB, name string, args ...string) *server {
	t.Helper()
	return startAt(t, name, func() []string { return args })
}

// startAt starts a server, at other ports where another program has just taken one. args
// returns the arguments for a try.
func startAt(t testing.TB, name string, args func() []string) *server {
	t.Helper()
	s := &server{t: t, program: name, dir: folder(t)}
	t.Cleanup(s.kill)
	var err error
	for range 5 {
		s.args, s.addr = args(), "127.0.0.1:"+program.FreePort()
		if err = s.begin(); err == nil {
			return s
		}
		s.kill()
	}
	t.Fatal(err)
	return nil
}

// folder returns a new folder. A process that a server has started, to rewrite its
// log, may write into it for a moment after the server was killed.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis")
	check(t, err)
	t.Cleanup(func() {
		if !soon(func() bool { err = os.RemoveAll(dir); return err == nil }) {
			t.Error(err)
		}
	})
	return dir
}

// run starts the process again and waits until it answers.
func (s *server) run() {
	s.t.Helper()
	check(s.t, s.begin())
}

// begin starts the process and waits until it answers, or has ended.
func (s *server) begin() error {
	_, port, _ := net.SplitHostPort(s.addr)
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := program.Redis(s.program, port, s.dir, append([]string{"--repl-diskless-sync-delay", "0"}, s.args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	s.cmd, s.ended = cmd, ended
	c := redis.NewClient(options(s.addr, impatient))
	defer c.Close()
	answers := false
	soon(func() bool {
		select {
		case <-ended:
			return true
		default:
		}
		if err = c.Ping(context.Background()).Err(); err == nil { // and is no other program's
			answers = strings.Contains(c.Info(context.Background(), "server").Val(), fmt.Sprintf("\r\nprocess_id:%d\r\n", cmd.Process.Pid))
		}
		return answers
	})
	if !answers {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s does not answer: %w\n%s", s.program, err, text)
	}
	return nil
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

// eventually waits until f reports true.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	if !soon(f) {
		t.Fatal("it takes too long: " + what)
	}
}

// kill ends the process at once, as a crash would.
func (s *server) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		<-s.ended
		s.cmd = nil
	}
}

// shutdown ends the process as it is meant to.
func (s *server) shutdown() {
	check(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	<-s.ended
	s.cmd = nil
}

// pause lets the process stand still, or go on.
func (s *server) pause(still bool) {
	s.t.Helper()
	do := program.Resume
	if still {
		do = program.Pause
	}
	check(s.t, do(s.cmd.Process.Pid))
}

// options are those of a client as the Store wants it, which waits for a busy machine.
func options(addr string, change ...func(*redis.Options)) *redis.Options {
	o := &redis.Options{Addr: addr, ContextTimeoutEnabled: true,
		DialTimeout: time.Minute, ReadTimeout: time.Minute, WriteTimeout: time.Minute, PoolTimeout: time.Minute}
	for _, f := range change {
		f(o)
	}
	return o
}

// client returns a client as the Store wants it.
func (s *server) client(change ...func(*redis.Options)) *redis.Client {
	c := redis.NewClient(options(s.addr, change...))
	s.t.Cleanup(func() { c.Close() })
	return c
}

// do sends a command, and wants it to succeed.
func (s *server) do(command string) any {
	s.t.Helper()
	var args []any
	for _, arg := range strings.Fields(command) {
		args = append(args, arg)
	}
	c := redis.NewClient(options(s.addr))
	defer c.Close()
	value, err := c.Do(context.Background(), args...).Result()
	check(s.t, err)
	return value
}

// bus returns the port by which a server talks to the others of a cluster.
func (s *server) bus() string { return s.args[len(s.args)-1] }

// host returns the address as two arguments.
func (s *server) host() string { return strings.Replace(s.addr, ":", " ", 1) }

// cluster starts a cluster of servers, of which the first three have a third of
// the slots each. They take another one for lost, or give up to meet it, only after
// longer than a busy machine stands still.
func cluster(t testing.TB, name string, n int) (servers []*server, c *redis.ClusterClient) {
	t.Helper()
	var addrs []string
	for i := range n {
		s := startAt(t, name, func() []string {
			return []string{"--cluster-enabled", "yes", "--cluster-node-timeout", "15000", "--cluster-require-full-coverage", "no", "--cluster-port", program.FreePort()}
		})
		servers, addrs = append(servers, s), append(addrs, s.addr)
		if i < 3 {
			s.do(fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", i*16384/3, (i+1)*16384/3-1))
		}
		s.do(fmt.Sprintf("CLUSTER SET-CONFIG-EPOCH %d", i+1))
		for _, other := range servers[:i] {
			s.do("CLUSTER MEET " + other.host() + " " + other.bus())
		}
	}
	c = redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, ContextTimeoutEnabled: true,
		DialTimeout: time.Minute, ReadTimeout: time.Minute, WriteTimeout: time.Minute, PoolTimeout: time.Minute})
	t.Cleanup(func() { c.Close() })
	eventually(t, "the cluster", func() bool { return ready(servers) })
	return servers, c
}

// ready reports whether every server knows all the others, by their names, and all slots.
func ready(servers []*server) bool {
	for _, s := range servers {
		c := redis.NewClient(options(s.addr, impatient))
		defer c.Close()
		info, err := c.ClusterInfo(context.Background()).Result()
		for _, want := range []string{"cluster_state:ok\r\n", "cluster_slots_assigned:16384\r\n", fmt.Sprintf("cluster_known_nodes:%d\r\n", len(servers))} {
			if err != nil || !strings.Contains(info, want) {
				return false
			}
		}
		if nodes, err := c.ClusterNodes(context.Background()).Result(); err != nil || strings.Contains(nodes, "handshake") {
			return false
		}
	}
	return true
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
