package jwttest_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requireReport compares the first three of the lines that are reported, in the order of
// the alphabet, with testdata/reports.txt: a test's name behind ==, and its lines.
func requireReport(t *testing.T, lines []string) {
	t.Helper()
	file, err := os.ReadFile("testdata/reports.txt")
	require.NoError(t, err)
	_, want, found := strings.Cut(string(file), "== "+t.Name()+"\n")
	want, _, _ = strings.Cut(want, "== ")
	lines = slices.Compact(slices.Sorted(slices.Values(lines)))
	got := strings.Join(lines[:min(len(lines), 3)], "\n") + "\n"
	assert.True(t, found)
	assert.Equal(t, want, regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(got, "host"))
}
