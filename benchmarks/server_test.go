//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// startRedis starts a server that saves nothing, on a loopback port, and returns
// its address.
func startRedis(b *testing.B, name string) string {
	path, port := program.Path(name), program.FreePort()
	if path == "" {
		b.Skip(name + " is not installed")
	}
	program.Serve(b, program.Redis(path, port, b.TempDir()), func() bool { return program.Accepts(port) })
	return "127.0.0.1:" + port
}

// startPostgreSQL starts an empty server on a loopback port, and returns its URL.
func startPostgreSQL(b *testing.B) string {
	program.FindPostgreSQL(b)
	dir, err := os.MkdirTemp("", "benchmarks") // of others than root, too
	must(0, err)
	b.Cleanup(func() { os.RemoveAll(dir) })
	data := filepath.Join(dir, "data")
	must(0, program.Give(dir))
	must(0, program.InitDB(data, "tester"))
	port := program.FreePort()
	program.Serve(b, program.PostgreSQL(data, port), func() bool { return program.Accepts(port) })
	return "postgres://tester@127.0.0.1:" + port + "/postgres?sslmode=disable"
}
