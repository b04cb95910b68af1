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
}

// start starts a server.
func start(t testing.TB, name string, args ...string) *server {
	t.Helper()
	s := &server{t: t, program: name, dir: folder(t), args: args, addr: "127.0.0.1:" + program.FreePort()}
	s.run()
	t.Cleanup(s.kill)
	return s
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

// run starts the process and waits until it answers.
func (s *server) run() {
	s.t.Helper()
	_, port, _ := net.SplitHostPort(s.addr)
	log, err := os.Create(filepath.Join(s.dir, "log"))
	check(s.t, err)
	defer log.Close()
	s.cmd = program.Redis(s.program, port, s.dir, append([]string{"--repl-diskless-sync-delay", "0"}, s.args...)...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	check(s.t, s.cmd.Start())
	c := redis.NewClient(&redis.Options{Addr: s.addr, MaxRetries: -1})
	defer c.Close()
	if !soon(func() bool { err = c.Ping(context.Background()).Err(); return err == nil }) {
		text, _ := os.ReadFile(log.Name())
		s.t.Fatalf("%s does not answer: %v\n%s", s.program, err, text)
	}
}

// soon waits until f reports true, and reports whether it did.
func soon(f func() bool) bool {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
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
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// shutdown ends the process as it is meant to.
func (s *server) shutdown() {
	check(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	_ = s.cmd.Wait()
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

// client returns a client as the Store wants it.
func (s *server) client(change ...func(*redis.Options)) *redis.Client {
	o := &redis.Options{Addr: s.addr, ContextTimeoutEnabled: true, PoolTimeout: time.Minute}
	for _, f := range change {
		f(o)
	}
	c := redis.NewClient(o)
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
	c := redis.NewClient(&redis.Options{Addr: s.addr})
	defer c.Close()
	value, err := c.Do(context.Background(), args...).Result()
	check(s.t, err)
	return value
}

// host returns the address as two arguments.
func (s *server) host() string { return strings.Replace(s.addr, ":", " ", 1) }

// cluster starts a cluster of servers, of which the first three have a third of
// the slots each.
func cluster(t testing.TB, name string, n int) (servers []*server, c *redis.ClusterClient) {
	t.Helper()
	var addrs []string
	for i := range n {
		s := start(t, name, "--cluster-enabled", "yes", "--cluster-port", program.FreePort(), "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no")
		servers, addrs = append(servers, s), append(addrs, s.addr)
		if i < 3 {
			s.do(fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", i*16384/3, (i+1)*16384/3-1))
		}
		s.do(fmt.Sprintf("CLUSTER SET-CONFIG-EPOCH %d", i+1))
		if i > 0 {
			s.do("CLUSTER MEET " + servers[0].host() + " " + servers[0].args[3])
		}
	}
	c = redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, ContextTimeoutEnabled: true, PoolTimeout: time.Minute})
	t.Cleanup(func() { c.Close() })
	eventually(t, "the cluster", func() bool { return ready(servers) })
	return servers, c
}

// ready reports whether every server knows all the others and all slots.
func ready(servers []*server) bool {
	for _, s := range servers {
		c := redis.NewClient(&redis.Options{Addr: s.addr, MaxRetries: -1})
		defer c.Close()
		info, err := c.ClusterInfo(context.Background()).Result()
		for _, want := range []string{"cluster_state:ok", "cluster_slots_assigned:16384", fmt.Sprintf("cluster_known_nodes:%d", len(servers))} {
			if err != nil || !strings.Contains(info, want) {
				return false
			}
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
