package jwt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// What a program gets with this package: no network, no third party but two.
func TestImports(t *testing.T) {
	program.Processes(t)
	list := func(args ...string) []string {
		out, err := exec.Command("go", append([]string{"list", "-deps"}, args...)...).Output()
		require.NoError(t, err)
		return strings.Fields(string(out))
	}
	all := list(".")
	assert.Contains(t, all, "crypto/ecdsa")
	for _, path := range []string{"net", "net/http", "crypto/tls", "crypto/x509", "os/exec", "plugin", "encoding/gob", "html/template", "github.com/stretchr/testify/assert"} {
		assert.NotContains(t, all, path)
	}
	var foreign []string
	for _, module := range list("-f", "{{with .Module}}{{.Path}}{{end}}", ".") {
		if !slices.Contains(foreign, module) {
			foreign = append(foreign, module)
		}
	}
	slices.Sort(foreign)
	assert.Equal(t, []string{"github.com/go-json-experiment/json", "github.com/seed-b1f8f58c/jwt", "golang.org/x/crypto"}, foreign)
}

// Nothing runs before main or after a call, and no context is kept.
func TestNothingIsHidden(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	more, err := filepath.Glob("internal/*/*.go")
	require.NoError(t, err)
	read := 0
	for _, name := range append(files, more...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		read++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		if slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing"` }) {
			continue // only tests import it
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: a goroutine", set.Position(n.Pos()))
			case *ast.FuncDecl:
				if n.Name.Name == "init" {
					t.Errorf("%s: an init function", set.Position(n.Pos()))
				}
			case *ast.StructType:
				for _, field := range n.Fields.List {
					if s, ok := field.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Context" {
						t.Errorf("%s: a context that is kept", set.Position(field.Pos()))
					}
				}
			}
			return true
		})
	}
	assert.Greater(t, read, 8)
}

// Keys are made by the tests and examples that need them. What is here is short
// enough to be no key.
func TestNoPrivateKeyIsInTheRepository(t *testing.T) {
	key := regexp.MustCompile(`BEGIN [A-Z0-9 ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{64}`)
	require.Regexp(t, key, "-----BEGIN EC PRIVATE"+" KEY-----\n"+strings.Repeat("A", 64))
	read := 0
	require.NoError(t, filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && entry.Name() == ".git" {
				return filepath.SkipDir
			}
			return err
		}
		data, err := os.ReadFile(name)
		read++
		assert.False(t, bytes.Contains(data, []byte("PRIVATE KEY-----")) && key.Match(data), "%s has a private key", name)
		return err
	}))
	require.Greater(t, read, 300)
}

// readmeImports are what the snippets of the README may use without saying so.
var readmeImports = map[string]string{
	"context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "log": "log", "time": "time",
	"jwt": "github.com/seed-b1f8f58c/jwt", "jwk": "github.com/seed-b1f8f58c/jwt/jwk", "jwe": "github.com/seed-b1f8f58c/jwt/jwe",
	"jwthttp": "github.com/seed-b1f8f58c/jwt/jwthttp", "revoke": "github.com/seed-b1f8f58c/jwt/revoke",
}

// Every Go snippet of the README, and of the page for coding assistants, compiles:
// a whole program as it is, declarations with their imports.
func TestREADMESnippetsCompile(t *testing.T) {
	program.Processes(t)
	var snippets [][]string
	for _, page := range []string{"README.md", "docs/for-assistants.md"} {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		found := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1)
		require.GreaterOrEqual(t, len(found), 2)
		snippets = append(snippets, found...)
	}

	// The files exist only in an overlay on this module.
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json")}
	for i, s := range snippets {
		source := s[1]
		if program, ok := strings.CutPrefix(source, "package main\n"); ok {
			require.Contains(t, program, "\nfunc main() {")
			source = "package snippet\n" + program // to link it takes longer, and shows no more
		} else {
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

// The two READMEs have the same structure: headings, code, rows of tables and
// links, in the same order.
func TestREADMEsSayTheSame(t *testing.T) {
	skeleton := func(name string) (parts []string) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		code := regexp.MustCompile("(?s)```.*?```")
		parts = append(parts, code.FindAllString(string(text), -1)...)
		link := regexp.MustCompile(`\]\(([^)]+)\)|(?:src|srcset)="([^"]+)"`)
		word := regexp.MustCompile("`[^`\n]+`|CVE-[0-9-]+")
		for line := range strings.Lines(code.ReplaceAllString(string(text), "")) {
			switch {
			case strings.HasPrefix(line, "#"):
				parts = append(parts, strings.Fields(line)[0])
			case strings.HasPrefix(line, "|"):
				parts = append(parts, fmt.Sprint("row of ", strings.Count(line, "|"), " ", sorted(word.FindAllString(line, -1))))
			case strings.HasPrefix(line, "    "):
				command, _, _ := strings.Cut(line, "#")
				parts = append(parts, strings.TrimSpace(command))
			}
			for _, l := range link.FindAllStringSubmatch(line, -1) {
				if target := l[1] + l[2]; !strings.HasPrefix(target, "README") {
					parts = append(parts, target)
				}
			}
		}
		return parts
	}
	english := skeleton("README.md")
	require.Greater(t, len(english), 50)
	assert.Equal(t, english, skeleton("README.zh-CN.md"))
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
