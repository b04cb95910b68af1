package jwt_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readmeImports are what the snippets of the README may use without saying so.
var readmeImports = map[string]string{
	"context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "log": "log", "time": "time",
	"jwt": "github.com/seed-b1f8f58c/jwt", "jwk": "github.com/seed-b1f8f58c/jwt/jwk", "jwe": "github.com/seed-b1f8f58c/jwt/jwe",
	"jwthttp": "github.com/seed-b1f8f58c/jwt/jwthttp", "revoke": "github.com/seed-b1f8f58c/jwt/revoke",
}

// Every Go snippet of the README compiles: a whole program as it is,
// declarations with their imports.
func TestREADMESnippetsCompile(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.GreaterOrEqual(t, len(snippets), 3)

	// The files exist only in an overlay on this module.
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	args := []string{"build", "-o", t.TempDir(), "-overlay", filepath.Join(dir, "overlay.json")}
	for i, s := range snippets {
		source := s[1]
		if !strings.HasPrefix(source, "package ") {
			source = "package snippet\n\n" + imports(source) + source
		}
		name := fmt.Sprintf("snippet%d", i)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(source), 0o600))
		overlay.Replace[filepath.Join(root, name, name+".go")] = filepath.Join(dir, name)
		args = append(args, "./"+name)
	}
	data, err := json.Marshal(overlay)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), data, 0o600))
	output, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	assert.NoError(t, err, "%s", output)
}

func imports(source string) string {
	var lines []string
	for name, path := range readmeImports {
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(source) {
			lines = append(lines, fmt.Sprintf("import %q\n", path))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
