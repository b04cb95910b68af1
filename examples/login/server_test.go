package main

import (
	"errors"
	"os"
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
	case "redis":
		return startRedis(t)
	case "postgres":
		return startPostgres(t)
	}
	return kind + ":", nil
}

func startRedis(t *testing.T) (where string, stop func()) {
	path, port := program.Find(t, "redis-server"), program.FreePort()
	return "redis:127.0.0.1:" + port, program.Serve(t, program.Redis(path, port, t.TempDir()), func() bool { return program.Accepts(port) })
}

func startPostgres(t *testing.T) (where string, stop func()) {
	program.FindPostgreSQL(t)
	dir, err := os.MkdirTemp("", "postgres") // of others than root, too
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	data, port := filepath.Join(dir, "data"), program.FreePort()
	if err := errors.Join(program.Give(dir), program.InitDB(data, "login")); err != nil {
		t.Fatal(err)
	}
	where = "postgres://login@127.0.0.1:" + port + "/postgres?sslmode=disable"
	return where, program.Serve(t, program.PostgreSQL(data, port), func() bool {
		_, err := openStore(where)
		return err == nil
	})
}
