package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program on a page, and the text below it that says what it prints.
var program = regexp.MustCompile("(?s)```go\n(package main\n.*?)```\n(?:\nIt prints:\n\n```text\n(.*?)```\n)?")

// The programs on the pages print what the pages say.
func TestProgramsOfThePages(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	root, err := filepath.Abs("..")
	require.NoError(t, err)

	// The files exist only in an overlay on this module.
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	args := []string{"build", "-C", root, "-o", dir, "-overlay", filepath.Join(dir, "overlay.json")}
	prints := make(map[string]string)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for i, p := range program.FindAllStringSubmatch(string(text), -1) {
			name := fmt.Sprintf("%s-%d", strings.TrimSuffix(page, ".md"), i)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+".go"), []byte(p[1]), 0o600))
			overlay.Replace[filepath.Join(root, "page", name, "main.go")] = filepath.Join(dir, name+".go")
			args = append(args, "./page/"+name)
			prints[name] = p[2]
		}
	}
	require.NotEmpty(t, prints)
	data, err := json.Marshal(overlay)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), data, 0o600))
	out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	require.NoError(t, err, "%s", out)

	for name, want := range prints {
		t.Run(name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), filepath.Join(dir, name)).CombinedOutput()
			require.NoError(t, err, "%s", out)
			assert.Equal(t, want, string(out))
		})
	}
}

// The links of the pages lead to files.
func TestLinksOfThePages(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	code := regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, l := range link.FindAllStringSubmatch(code.ReplaceAllString(string(text), ""), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), l[1]))
			assert.NoError(t, err, "%s: %s", page, l[1])
		}
	}
}
