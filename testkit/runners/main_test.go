package main

import (
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// This library agrees with every row, and supports all of them.
func TestThisLibraryAgrees(t *testing.T) {
	cases := testkit.Cases()
	if len(cases) < 1000 {
		t.Fatalf("got %d rows", len(cases))
	}
	for _, d := range try(libraries()[0], cases).disagree {
		t.Error(d)
	}
}
