package fipstest

import (
	"crypto/fips140"
	"os"
	"testing"
)

// In the other process the test goes on behind Enforced, and only there.
func TestEnforcedRunsTheTestInTheMode(t *testing.T) {
	if Enforced(t) != fips140.Enforced() {
		t.Fatal("this process is not in the mode")
	}
	if fips140.Enforced() && os.Getenv("GODEBUG") == "" {
		t.Fatal("nobody has asked for the mode")
	}
}
