package docs_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table of docs/performance.md from benchmarks/RESULTS.md")

// performanceRows are the rows of benchmarks/RESULTS.md on the page, and performanceColumns its columns.
var (
	performanceRows    = []string{"Verify HS256 typed", "Verify RS256 typed", "Verify PS256 typed", "Verify ES256 typed", "Verify EdDSA typed", "Verify ES384 typed", "Sign HS256 typed", "Sign RS256 typed", "Sign ES256 typed", "Sign EdDSA typed", "KeySet ES256 keys=1000"}
	performanceColumns = []string{"", "floor", "jwt", "golang-jwt", "jwx-v3", "jwx-v4", "go-jose"}
)

// The figures of the page are those of the last run of the benchmarks.
func TestPerformancePageHasTheResults(t *testing.T) {
	results, err := os.ReadFile("../benchmarks/RESULTS.md")
	require.NoError(t, err)
	page, err := os.ReadFile("performance.md")
	require.NoError(t, err)

	cells := func(line string) []string {
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		return cells
	}
	var header []string
	rows := make(map[string]string)
	for line := range strings.Lines(string(results)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			if len(rows) > 0 {
				break
			}
			continue
		}
		row := cells(line)
		if header == nil {
			header = row
			continue
		}
		var kept []string
		for _, column := range performanceColumns {
			for i, name := range header {
				if name == column && i < len(row) {
					kept = append(kept, row[i])
				}
			}
		}
		rows[row[0]] = "| " + strings.Join(kept, " | ") + " |"
	}
	before, rest, ok := strings.Cut(string(page), "|---:|---:|\n")
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, "\n\n")
	require.True(t, ok)
	table := ""
	for _, name := range performanceRows {
		require.Contains(t, rows, name)
		table += rows[name] + "\n"
	}
	want := before + "|---:|---:|\n" + table + "\n" + after
	if *update {
		require.NoError(t, os.WriteFile("performance.md", []byte(want), 0o644))
		return
	}
	assert.Equal(t, want, string(page), "go test ./docs -run Performance -update writes the table anew")
}
