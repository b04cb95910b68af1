// Package program finds the programs that tests run.
package program

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// Processes skips the test where a program cannot start others.
func Processes(t testing.TB) {
	t.Helper()
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("there are no other processes on " + runtime.GOOS)
	}
}

// Find returns the path of a program. If it is not installed, the test is skipped, but
// fails in CI.
func Find(t testing.TB, name string) (path string) {
	t.Helper()
	Processes(t)
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") != "":
		t.Fatal(name + " is not installed, and CI is set")
	default:
		t.Skip("NOT TESTED: " + name + " is not installed")
	}
	return ""
}
