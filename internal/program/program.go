// Package program finds the programs that tests run, and starts servers.
package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Processes skips the test where a program cannot start others.
func Processes(t testing.TB) {
	t.Helper()
	processes(t, runtime.GOOS)
}

func processes(t testing.TB, goos string) {
	t.Helper()
	if goos == "js" || goos == "wasip1" {
		t.Skip("there are no other processes on " + goos)
	}
}

// postgreSQL is where Debian has the programs of PostgreSQL, of each version. Only tests
// change it.
var postgreSQL = "/usr/lib/postgresql/*/bin"

// Path returns the path of a program, "" if it is not installed. Elsewhere are folders
// to look in after those of PATH, as patterns of [filepath.Glob]: the last match counts.
func Path(name string, elsewhere ...string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, folder := range elsewhere {
		if paths, _ := filepath.Glob(filepath.Join(folder, name)); len(paths) > 0 {
			return paths[len(paths)-1]
		}
	}
	return ""
}

// Find is [Path] for a test that needs the program. If it is not installed, the test is
// skipped, but fails in CI.
func Find(t testing.TB, name string, elsewhere ...string) (path string) {
	t.Helper()
	Processes(t)
	if path = Path(name, elsewhere...); path != "" {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatal(name + " is not installed, and CI is set")
	}
	t.Skip("NOT TESTED: " + name + " is not installed")
	return ""
}
