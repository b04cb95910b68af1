package program

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/reported"
)

func TestATestIsSkippedWhereNoProgramCanStartOthers(t *testing.T) {
	t.Parallel()
	for _, goos := range []string{"js", "wasip1"} {
		assert.Equal(t, []string{"skipped: there are no other processes on " + goos}, reported.By(t, func(t testing.TB) { processes(t, goos) }))
	}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		assert.Empty(t, reported.By(t, func(t testing.TB) { processes(t, goos) }), goos)
	}
	assert.Equal(t, runtime.GOOS == "js" || runtime.GOOS == "wasip1", len(reported.By(t, Processes)) == 1)
}

func TestFindFailsInCIAndSkipsElsewhere(t *testing.T) {
	Processes(t)
	assert.Empty(t, reported.By(t, func(t testing.TB) {
		assert.True(t, strings.HasPrefix(filepath.Base(Find(t, "go")), "go"))
	}))
	for ci, want := range map[string]string{
		"true": "no such program is not installed, and CI is set",
		"":     "skipped: NOT TESTED: no such program is not installed",
	} {
		t.Setenv("CI", ci)
		assert.Equal(t, []string{want}, reported.By(t, func(t testing.TB) { Find(t, "no such program") }))
	}
}

// programs makes empty programs, and returns the folder that they are in.
func programs(t *testing.T, paths ...string) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, path := range paths {
		path = filepath.Join(root, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, nil, 0o700))
	}
	return root
}

func TestPathLooksElsewhereLast(t *testing.T) {
	t.Parallel()
	root := programs(t, "15/bin/no such program", "16/bin/no such program")
	assert.Equal(t, filepath.Join(root, "16", "bin", "no such program"), Path("no such program", filepath.Join(root, "none"), filepath.Join(root, "*", "bin")))
	assert.Equal(t, filepath.Join(root, "15", "bin", "no such program"), Path("no such program", filepath.Join(root, "15", "*")), "there is one")
	assert.Empty(t, Path("no such program"))
}
