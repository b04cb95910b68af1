package jwt_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every package that others can import, of all modules in this repository, has an
// example, and a comment for each exported name, in which tables are indented.
func TestPackagesAreDocumented(t *testing.T) {
	t.Parallel()
	set, files := packageFiles(t)
	for _, path := range []string{".", "jwk", "jwthttp", "revoke/store"} {
		assert.Contains(t, files, path)
	}
	table := regexp.MustCompile(`(?m)^\S.*\S {3,}\S`) // go doc joins its lines
	for path, list := range files {
		assert.NotEmpty(t, doc.Examples(list...), "no example in %s", path)
		page, err := doc.NewFromFiles(set, list, path)
		require.NoError(t, err, path)
		for name, comment := range exportedNames(page) {
			assert.NotEmpty(t, strings.TrimSpace(comment), "no comment for %s in %s", name, path)
			assert.NotRegexp(t, table, comment, "a table that is not indented for %s in %s", name, path)
		}
	}
}

// packageFiles are the files of the packages, with their tests, by folder.
func packageFiles(t *testing.T) (*token.FileSet, map[string][]*ast.File) {
	set := token.NewFileSet()
	files := map[string][]*ast.File{}
	notImported := []string{"internal", "testdata", "examples", "docs", "benchmarks", "cmd", "runners"}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains(notImported, d.Name()) || path != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err == nil && file.Name.Name != "main" {
			dir := filepath.ToSlash(filepath.Dir(path))
			files[dir] = append(files[dir], file)
		}
		return err
	}))
	return set, files
}

// exportedNames are the comments of a page by what they are about: the package
// under its own name, constants, variables, functions, types and methods.
func exportedNames(page *doc.Package) map[string]string {
	comments := map[string]string{page.Name: page.Doc}
	values := func(list []*doc.Value) {
		for _, v := range list {
			for _, spec := range v.Decl.Specs {
				s := spec.(*ast.ValueSpec)
				comments[s.Names[0].Name] = v.Doc + s.Doc.Text() + s.Comment.Text()
			}
		}
	}
	functions := func(receiver string, list []*doc.Func) {
		for _, f := range list {
			comments[receiver+f.Name] = f.Doc
		}
	}
	values(append(page.Consts, page.Vars...))
	functions("", page.Funcs)
	for _, typ := range page.Types {
		comments[typ.Name] = typ.Doc
		values(append(typ.Consts, typ.Vars...))
		functions("", typ.Funcs)
		functions(typ.Name+".", typ.Methods)
	}
	return comments
}
