package jwt_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a program gets with this package: no network, no third party but two.
func TestImports(t *testing.T) {
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
