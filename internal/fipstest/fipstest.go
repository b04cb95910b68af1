// Package fipstest runs tests in the FIPS 140-only mode.
package fipstest

import (
	"crypto/fips140"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// Enforced reports whether this process is in the FIPS 140-only mode. If it is not,
// it runs the test in a process that is, and fails with that. It skips the test
// where there are no other processes.
func Enforced(t *testing.T) bool {
	t.Helper()
	if fips140.Enforced() {
		return true
	}
	program.Processes(t)
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	command.Env = append(os.Environ(), "GODEBUG=fips140=only")
	output, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Fatalf("in the FIPS 140-only mode: %v\n%s", err, output)
	}
	return false
}

// SkipEnforced skips a test of what the FIPS 140-only mode lets nobody make: keys that
// are not approved.
func SkipEnforced(t testing.TB) {
	t.Helper()
	if fips140.Enforced() {
		t.Skip("FIPS 140-only mode: such keys cannot be made")
	}
}
