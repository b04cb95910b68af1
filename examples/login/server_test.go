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
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// place returns where to keep sessions, and a function that stops the server there,
// nil if there is none. A server that is not installed skips the test; CI must have
// them all.
func place(t *testing.T, kind string) (where string, stop func()) {
	switch kind {
	case "sqlite":
		return "sqlite:" + filepath.Join(t.TempDir(), "login.db"), nil
	case "redis":
		return startRedis(t)
	case "postgres":
		return startPostgres(t)
	}
	return kind + ":", nil
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

// start starts a server and waits until it answers.
func start(t *testing.T, cmd *exec.Cmd, answers func() bool) (stop func()) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() { cmd.Process.Kill(); cmd.Wait() }
	t.Cleanup(stop)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(25 * time.Millisecond) {
		if answers() {
			return stop
		}
	}
	t.Fatal(cmd.Path + " does not answer")
	return nil
}

func startRedis(t *testing.T) (where string, stop func()) {
	port := freePort(t)
	where = "redis:127.0.0.1:" + port
	cmd := exec.Command(program.Find(t, "redis-server"), "--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no")
	return where, start(t, cmd, func() bool { return connects(port) })
}

func connects(port string) bool {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

// startPostgres starts one as another user if the test is run by root, as who it
// does not start.
func startPostgres(t *testing.T) (where string, stop func()) {
	initdb, postgres, port := program.Find(t, "initdb", program.PostgreSQL), program.Find(t, "postgres", program.PostgreSQL), freePort(t)
	dir, err := os.MkdirTemp("", "postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	attributes := unprivileged(t, dir)
	command := func(path string, args ...string) *exec.Cmd {
		cmd := exec.Command(path, append([]string{"-D", dir + "/data"}, args...)...)
		cmd.Dir, cmd.SysProcAttr = "/", attributes
		return cmd
	}
	if text, err := command(initdb, "-A", "trust", "-U", "login", "--no-sync", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	where = "postgres://login@127.0.0.1:" + port + "/postgres?sslmode=disable"
	cmd := command(postgres, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "dynamic_shared_memory_type=mmap")
	return where, start(t, cmd, func() bool {
		_, err := openStore(where)
		return err == nil
	})
}

// unprivileged gives the folder to a user other than root.
func unprivileged(t *testing.T, dir string) *syscall.SysProcAttr {
	attributes := new(syscall.SysProcAttr)
	if os.Getuid() != 0 {
		return attributes
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attributes
	}
	t.Skip("SKIPPED, NOT TESTED: there is no user that PostgreSQL could run as")
	return nil
}
