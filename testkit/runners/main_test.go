package main

import (
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// This library agrees with every row, and supports all of them: with Go 1.26, all but
// those of RFC 9964, of which it has no verdict.
func TestThisLibraryAgrees(t *testing.T) {
	cases := testkit.Cases()
	if len(cases) < 1000 {
		t.Fatalf("got %d rows", len(cases))
	}
	for _, d := range try(libraries()[0], cases).disagree {
		if hasMLDSA || !strings.HasPrefix(d, string(testkit.Unsupported)) || !strings.Contains(d, " mldsa/") {
			t.Error(d)
		}
	}
}
