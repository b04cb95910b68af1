package docs_test

import (
	"encoding/json"
	"fmt"
	"maps"
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

// A program on a page, and the text below it that says what it prints.
var program = regexp.MustCompile("(?s)```go\n(package main\n.*?)```\n(?:\nIt prints:\n\n```text\n(.*?)```\n)?")

// The programs on the pages print what the pages say.
func TestProgramsOfThePages(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	prints := make(map[string]string)
	sources := make(map[string]string)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for i, p := range program.FindAllStringSubmatch(string(text), -1) {
			name := fmt.Sprintf("%s-%d", strings.TrimSuffix(page, ".md"), i)
			sources[name], prints[name] = p[1], p[2]
		}
	}
	require.NotEmpty(t, prints)
	binary := build(t, sources)
	for name, want := range prints {
		t.Run(name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), binary, name).CombinedOutput()
			require.NoError(t, err, "%s", out)
			assert.Equal(t, want, string(out))
		})
	}
}

// build links programs into one, which runs the one that its argument names: to link
// takes longer than all else.
func build(t *testing.T, sources map[string]string) (binary string) {
	t.Helper()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	var imports, cases strings.Builder
	for i, name := range slices.Sorted(maps.Keys(sources)) {
		source := strings.Replace(sources[name], "package main\n", "package page\n", 1)
		sources[name] = strings.Replace(source, "\nfunc main() {", "\nfunc Main() {", 1)
		fmt.Fprintf(&imports, "import page%d \"github.com/seed-b1f8f58c/jwt/page/%s\"\n", i, name)
		fmt.Fprintf(&cases, "case %q: page%d.Main()\n", name, i)
	}
	sources["all"] = fmt.Sprintf("package main\nimport \"os\"\n%sfunc main() { switch os.Args[1] {\n%sdefault: panic(os.Args[1])\n} }\n", &imports, &cases)

	// The files exist only in an overlay on this module.
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, source := range sources {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".go"), []byte(source), 0o600))
		overlay.Replace[filepath.Join(root, "page", name, name+".go")] = filepath.Join(dir, name+".go")
	}
	data, err := json.Marshal(overlay)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), data, 0o600))
	binary = filepath.Join(dir, "all")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-C", root, "-o", binary, "-overlay", filepath.Join(dir, "overlay.json"), "./page/all").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
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
