//go:build unix

package program

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/reported"
)

func TestBothProgramsOfPostgreSQLHaveToBeInstalled(t *testing.T) {
	t.Setenv("PATH", "")
	t.Setenv("CI", "")
	defer func(installed string) { postgreSQL = installed }(postgreSQL)
	root := programs(t, "initdb/initdb", "both/initdb", "both/postgres", "postgres/postgres")
	for folder, want := range map[string][]string{
		"both":     nil,
		"initdb":   {"skipped: NOT TESTED: postgres is not installed"},
		"postgres": {"skipped: NOT TESTED: initdb is not installed"},
	} {
		postgreSQL = filepath.Join(root, folder)
		assert.Equal(t, want, reported.By(t, FindPostgreSQL), folder)
	}
}

func TestAServerOfPostgreSQLIsNotRoot(t *testing.T) {
	FindPostgreSQL(t)
	dir, err := os.MkdirTemp("", "program") // of others than root, too
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	require.NoError(t, Give(dir))
	require.NoError(t, InitDB(dir+"/data", "somebody"))
	assert.ErrorContains(t, InitDB(dir+"/data", "somebody"), "exists but is not empty")

	port := FreePort()
	server := PostgreSQL(dir+"/data", port, "-c", "max_connections=7")
	Serve(t, server, func() bool { return Accepts(port) })()
	assert.True(t, server.ProcessState.Exited(), "by itself, after its children")
	assert.ErrorIs(t, server.Cancel(), os.ErrProcessDone)
}

func TestArgumentsOfAServerOfPostgreSQLComeLast(t *testing.T) {
	t.Parallel()
	server := PostgreSQL("data", "7", "-c", "listen_addresses=::1")
	assert.Equal(t, []string{"-c", "dynamic_shared_memory_type=mmap", "-c", "listen_addresses=::1"}, server.Args[len(server.Args)-4:])
	assert.Equal(t, "/", server.Dir)
}
