package program

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
)

// FindPostgreSQL skips the test where PostgreSQL is not installed. In CI it fails then.
func FindPostgreSQL(t testing.TB) {
	t.Helper()
	Find(t, "initdb", postgreSQL)
	Find(t, "postgres", postgreSQL)
}

// PostgreSQL is a server with the data of a folder, on a port of 127.0.0.1. It ends with
// the process that started it. Its Cancel ends its children first, which would go on for
// a moment without it.
func PostgreSQL(data, port string, args ...string) *exec.Cmd {
	all := append([]string{"-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="}, systemArgs...)
	cmd := unprivileged(Path("postgres", postgreSQL), append(all, args...)...)
	cmd.Cancel = func() error { return endServer(cmd.Process) }
	return cmd
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

// unprivileged is a program that refuses to run as root.
func unprivileged(path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), path, args...)
	cmd.SysProcAttr = endsWithUs()
	asServerUser(cmd)
	return cmd
}
