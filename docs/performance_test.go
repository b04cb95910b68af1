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
	performanceColumns = []string{"floor", "jwt", "golang-jwt v5", "jwx v3", "jwx v4", "go-jose v4", "cristalhq v5"}
)

// The figures of the page are those of the last run of the benchmarks, with each Go release.
func TestPerformancePageHasTheResults(t *testing.T) {
	results, err := os.ReadFile("../benchmarks/RESULTS.md")
	require.NoError(t, err)
	page, err := os.ReadFile("performance.md")
	require.NoError(t, err)

	releases := summaries(string(results))
	require.Len(t, releases, 2)
	before, rest, ok := strings.Cut(string(page), "|---:|---:|\n")
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, "\n\n")
	require.True(t, ok)
	table := ""
	for _, name := range performanceRows {
		table += "| " + name + " |"
		for _, column := range performanceColumns {
			first, second := releases[0][name][column], releases[1][name][column]
			require.NotEmpty(t, first, name)
			require.NotEmpty(t, second, name)
			table += " " + strings.TrimSuffix(first, "×") + " / " + second + " |"
		}
		table += "\n"
	}
	want := before + "|---:|---:|\n" + table + "\n" + after
	if *update {
		require.NoError(t, os.WriteFile("performance.md", []byte(want), 0o644))
		return
	}
	assert.Equal(t, want, string(page), "go test ./docs -run Performance -update writes the table anew")
}

// summaries returns the rows of the first table of each Go release, by name and column.
func summaries(results string) (releases []map[string]map[string]string) {
	var header []string
	for line := range strings.Lines(results) {
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		switch {
		case strings.HasPrefix(line, "| | floor |"):
			for i, cell := range cells {
				cells[i], _, _ = strings.Cut(cell, ".") // the major version is enough
			}
			header, releases = cells, append(releases, make(map[string]map[string]string))
		case !strings.HasPrefix(line, "|"):
			header = nil
		case header != nil:
			row := make(map[string]string)
			for i, cell := range cells {
				row[header[i]] = cell
			}
			releases[len(releases)-1][cells[0]] = row
		}
	}
	return releases
}
