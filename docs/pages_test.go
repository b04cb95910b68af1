package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The type that docs/keys.md shows is that of the example.
func TestKeysPageShowsTheExample(t *testing.T) {
	page, err := os.ReadFile("keys.md")
	require.NoError(t, err)
	source, err := os.ReadFile("../example_test.go")
	require.NoError(t, err)
	found := false
	for _, block := range goBlock.FindAllStringSubmatch(string(page), -1) {
		if strings.HasPrefix(block[1], "type shortSecret") {
			found = true
			assert.Contains(t, string(source), block[1])
		}
	}
	assert.True(t, found)
}

// The Go of the page is a program, or from the examples of the stores.
func TestSessionsPageShowsTheExamples(t *testing.T) {
	page, err := os.ReadFile("sessions.md")
	require.NoError(t, err)
	var code strings.Builder
	for _, name := range []string{"../revoke/redis/example_test.go", "../revoke/sql/example_test.go"} {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		code.Write(source)
	}
	shown := 0
	for _, block := range goBlock.FindAllStringSubmatch(string(page), -1) {
		if !strings.HasPrefix(block[1], "package main") {
			assert.Contains(t, code.String(), block[1])
			shown++
		}
	}
	assert.Equal(t, 2, shown)
}

// The Go of these pages is that of examples, which have tests of their own, word for word.
func TestPagesShowTheExamples(t *testing.T) {
	for page, sources := range map[string][]string{
		"migrate-golang-jwt.md": {"../examples/migrate/*/*.go"},
		"migrate-go-jose.md":    {"../examples/migrate/*/*.go"},
		"migrate-jwx.md":        {"../examples/migrate/*/*.go"},
		"mcp.md":                {"../examples/mcp/*.go"},
		"testing.md":            {"../jwttest/service_test.go", "../jwttest/time_test.go", "../jwttest/vaultkey_test.go"},
		"dpop.md":               {"../dpop/example_test.go"},
		"openid-connect.md":     {"../oidc/example_test.go"},
		"http.md":               {"../examples/httpapi/*.go", "../examples/frameworks/*.go", "../jwthttp/example_test.go", "../jwtgrpc/example_test.go"},
	} {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		var code strings.Builder
		for _, pattern := range sources {
			names, err := filepath.Glob(pattern)
			require.NoError(t, err)
			require.NotEmpty(t, names)
			for _, name := range names {
				source, err := os.ReadFile(name)
				require.NoError(t, err)
				code.Write(source)
			}
		}
		blocks := goBlock.FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, blocks)
		for _, block := range blocks {
			assert.Contains(t, code.String(), block[1], page)
		}
	}
}
