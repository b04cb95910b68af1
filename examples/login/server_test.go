package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// place returns where to keep sessions, and a function that stops the server there,
// nil if there is none. A server that is not installed skips the test; CI must have
// them all.
func place(t *testing.T, kind string) (where string, stop func()) {
	switch kind {
	case "sqlite":
		return "sqlite:" + filepath.Join(t.TempDir(), "login.db"), nil
	case "redis", "postgres":
		s := newServer(t, kind)
		return s.where, s.start(t)
	}
	return kind + ":", nil
}

// A server keeps sessions, once it has started.
type server struct {
	where, port string
	cmd         *exec.Cmd
}

func newServer(t *testing.T, kind string) *server {
	t.Helper()
	if kind == "redis" {
		path, port := program.Find(t, "redis-server"), program.FreePort()
		return &server{"redis:127.0.0.1:" + port, port, program.Redis(path, port, t.TempDir())}
	}
	program.FindPostgreSQL(t)
	dir, err := os.MkdirTemp("", "postgres") // of others than root, too
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	data := filepath.Join(dir, "data")
	if err := errors.Join(program.Give(dir), program.InitDB(data, "login")); err != nil {
		t.Fatal(err)
	}
	port := program.FreePort()
	return &server{"postgres://login@127.0.0.1:" + port + "/postgres?sslmode=disable", port, program.PostgreSQL(data, port)}
}

// start starts the server. It accepts connections then, and may refuse to answer for a while.
func (s *server) start(t *testing.T) (stop func()) {
	t.Helper()
	return program.Serve(t, s.cmd, func() bool { return program.Accepts(s.port) })
}
