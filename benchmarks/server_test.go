//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// startRedis starts a server that saves nothing, on a loopback port, and returns
// its address.
func startRedis(b *testing.B, program string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		b.Skip(program + " is not installed")
	}
	port := freePort()
	startServer(b, exec.Command(path, "--bind", "127.0.0.1", "--port", port, "--dir", b.TempDir(), "--save", "", "--appendonly", "no"))
	return "127.0.0.1:" + port
}

// startPostgreSQL starts an empty server on a loopback port, and returns its URL.
func startPostgreSQL(b *testing.B) string {
	if postgres("initdb") == "" || postgres("postgres") == "" {
		b.Skip("PostgreSQL is not installed")
	}
	dir, err := os.MkdirTemp("", "benchmarks")
	must(0, err)
	b.Cleanup(func() { os.RemoveAll(dir) })
	command := func(program string, args ...string) *exec.Cmd {
		cmd := exec.Command(postgres(program), args...)
		cmd.Dir = "/"
		if os.Getuid() == 0 { // as whom it does not run
			uid, gid := unprivileged(b)
			must(0, os.Chown(dir, uid, gid))
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		}
		return cmd
	}
	data := filepath.Join(dir, "data")
	if out, err := command("initdb", "-D", data, "-A", "trust", "-U", "tester", "--no-sync", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		b.Fatalf("initdb: %v\n%s", err, out)
	}
	port := freePort()
	startServer(b, command("postgres", "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "dynamic_shared_memory_type=mmap"))
	return "postgres://tester@127.0.0.1:" + port + "/postgres?sslmode=disable"
}

// postgres returns the path of a program of PostgreSQL, "" if it is not installed.
func postgres(name string) string { return program.Path(name, program.PostgreSQL) }

func unprivileged(b *testing.B) (uid, gid int) {
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return must(strconv.Atoi(u.Uid)), must(strconv.Atoi(u.Gid))
		}
	}
	b.Skip("there is no user to run PostgreSQL as")
	return 0, 0
}

func freePort() string {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

// startServer starts a server, which ends with the benchmark.
func startServer(b *testing.B, cmd *exec.Cmd) {
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT) // at which PostgreSQL ends its children, too
		_ = cmd.Wait()
	})
}
