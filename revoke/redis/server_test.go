package redis_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// A server is a real redis-server on a loopback port, which saves nothing unless
// asked to.
type server struct {
	t    testing.TB
	dir  string
	addr string
	args []string
	cmd  *exec.Cmd
}

// start starts a server, or skips the test where there is none; CI must have one.
func start(t testing.TB, args ...string) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("redis-server is not installed, and CI is set: the store for Redis must be tested")
		}
		t.Skip("SKIPPED, NOT TESTED: redis-server is not installed (apt-get install redis-server)")
	}
	s := &server{t: t, dir: t.TempDir(), args: args}
	s.addr = freeAddr(t)
	s.run()
	t.Cleanup(s.kill)
	return s
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// run starts the process and waits until it answers.
func (s *server) run() {
	s.t.Helper()
	_, port, _ := net.SplitHostPort(s.addr)
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.cmd = exec.Command("redis-server", append([]string{"--bind", "127.0.0.1", "--port", port, "--dir", s.dir, "--save", "", "--appendonly", "no"}, s.args...)...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	c := redis.NewClient(&redis.Options{Addr: s.addr, MaxRetries: -1})
	defer c.Close()
	for range 200 {
		if err = c.Ping(context.Background()).Err(); err == nil {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	text, _ := os.ReadFile(log.Name())
	s.t.Fatalf("redis-server does not answer: %v\n%s", err, text)
}

// kill ends the process at once, as a crash would.
func (s *server) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
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

// cluster starts a Redis Cluster of three servers with a third of the slots each.
func cluster(t testing.TB) (servers []*server, c *redis.ClusterClient) {
	t.Helper()
	ctx := context.Background()
	var addrs []string
	for i := range 3 {
		_, bus, _ := net.SplitHostPort(freeAddr(t))
		s := start(t, "--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no")
		servers, addrs = append(servers, s), append(addrs, s.addr)
		node := s.client()
		first, last := i*16384/3, (i+1)*16384/3-1
		if err := node.ClusterAddSlotsRange(ctx, first, last).Err(); err != nil {
			t.Fatal(err)
		}
		if err := node.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err(); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			host, port, _ := net.SplitHostPort(servers[0].addr)
			_ = bus
			if err := node.Do(ctx, "CLUSTER", "MEET", host, port, servers[0].args[3]).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	c = redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, ContextTimeoutEnabled: true, PoolTimeout: time.Minute})
	t.Cleanup(func() { c.Close() })
	for range 400 {
		if ready(ctx, servers) {
			return servers, c
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the cluster does not become ready")
	return nil, nil
}

// ready reports whether every server knows of three and all slots.
func ready(ctx context.Context, servers []*server) bool {
	for _, s := range servers {
		info, err := s.client().ClusterInfo(ctx).Result()
		var state string
		var assigned, known int
		fmt.Sscanf(info, "cluster_state:%s\r\ncluster_slots_assigned:%d", &state, &assigned)
		nodes, _ := s.client().ClusterNodes(ctx).Result()
		for _, c := range nodes {
			if c == '\n' {
				known++
			}
		}
		if err != nil || state != "ok" || assigned != 16384 || known != 3 {
			return false
		}
	}
	return true
}
