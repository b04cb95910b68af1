//go:build unix

package program

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"testing"
)

// FindPostgreSQL skips the test where PostgreSQL is not installed. In CI it fails then.
func FindPostgreSQL(t testing.TB) {
	t.Helper()
	Find(t, "initdb", postgreSQL)
	Find(t, "postgres", postgreSQL)
}

// PostgreSQL is a server with the data of a folder, on a port of 127.0.0.1. It ends with
// the process that started it.
func PostgreSQL(data, port string, args ...string) *exec.Cmd {
	return unprivileged(Path("postgres", postgreSQL), append([]string{"-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "dynamic_shared_memory_type=mmap"}, args...)...)
}

// InitDB makes the folder data of an empty server, whose superuser needs no password. Its
// parent belongs to the server's user: [Give].
func InitDB(data, superuser string) error {
	text, err := unprivileged(Path("initdb", postgreSQL), "-D", data, "-A", "trust", "-U", superuser, "--no-sync", "-E", "UTF8", "--locale=C").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, text)
	}
	return nil
}

// Give makes the server's user the owner of a file or folder.
func Give(path string) error {
	if c := serverUser(); c != nil {
		return os.Chown(path, int(c.Uid), int(c.Gid))
	}
	return nil
}

// unprivileged is a program that refuses to run as root.
func unprivileged(path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir = "/" // which everybody may read
	endWithUs(cmd)
	if c := serverUser(); c != nil {
		if cmd.SysProcAttr == nil {
			cmd.SysProcAttr = new(syscall.SysProcAttr)
		}
		cmd.SysProcAttr.Credential = c
	}
	return cmd
}

// serverUser is whom a server runs as if this process is root's, nil if it is not.
func serverUser() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}
