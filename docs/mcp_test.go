package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The Go of the page is that of the example, whose own test runs it.
func TestMCPPageShowsTheExample(t *testing.T) {
	page, err := os.ReadFile("mcp.md")
	require.NoError(t, err)
	files, err := filepath.Glob("../examples/mcp/*.go")
	require.NoError(t, err)
	var sources strings.Builder
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		sources.Write(source)
	}
	blocks := goBlock.FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		assert.Contains(t, sources.String(), block[1])
	}
}
