package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const source = `package p

import "io"

const C = 1 << 70
const Typed Kind = "k"
const c = 1

var V io.Reader
var v int

type Kind string
type Alias = io.Reader
type Struct struct {
	Name  string ` + "`json:\"name\"`" + `
	Other *Struct
	less  int
	io.Reader
	io.Closer
}
type Interface interface {
	Do(io.Reader) error
	do()
}
type hidden struct{ X int }

func (Struct) Read([]byte) (int, error) { return 0, nil }
func (*Struct) Pointer() *Struct        { return nil }
func (Struct) less2()                   {}
func (Kind) String() string             { return "" }
func (hidden) Do()                      {}

func F[T any](t T, k ...Kind) {}
func f()                      {}
`

const api = `pkg example.com/p, const C untyped int = 1180591620717411303424
pkg example.com/p, const Typed Kind = "k"
pkg example.com/p, func F[T any](t T, k ...Kind)
pkg example.com/p, method (*Kind) String() string
pkg example.com/p, method (*Struct) Pointer() *Struct
pkg example.com/p, method (*Struct) Read([]byte) (int, error)
pkg example.com/p, type Alias = io.Reader
pkg example.com/p, type Interface interface
pkg example.com/p, type Interface interface, Do(io.Reader) error
pkg example.com/p, type Kind string
pkg example.com/p, type Struct struct
pkg example.com/p, type Struct struct, Name string json:"name"
pkg example.com/p, type Struct struct, Other *Struct ` + `
pkg example.com/p, type Struct struct, Closer io.Closer ` + `
pkg example.com/p, type Struct struct, Reader io.Reader ` + `
pkg example.com/p, var V io.Reader
`

func TestEachExportedNameHasALine(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedTypes | packages.NeedImports}, "io")
	if err != nil {
		t.Fatal(err)
	}
	p, err := (&types.Config{Importer: imported{"io": loaded[0].Types}}).Check("example.com/p", files, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := make(map[string]bool)
	for _, line := range describe(p) {
		lines[line] = true
	}
	for line := range strings.Lines(api) {
		line = strings.TrimSuffix(line, "\n")
		if !lines[line] {
			t.Errorf("there is no line %s", line)
		}
		delete(lines, line)
	}
	for line := range lines {
		t.Errorf("there is a line %s", line)
	}
}

// imported are packages by their paths.
type imported map[string]*types.Package

func (i imported) Import(path string) (*types.Package, error) { return i[path], nil }

func TestAModuleThatIsGoneIsAnError(t *testing.T) {
	t.Parallel()
	files, err := exported([]module{{"example.com/m", filepath.Join(t.TempDir(), "gone")}})
	if err == nil || strings.Contains(err.Error(), "does not compile") {
		t.Errorf("got %v, %v", files, err)
	}
}

func TestTheAPIIsThatOfTheLastUpdate(t *testing.T) {
	t.Parallel()
	root := repository(t, map[string]string{
		"go.mod": "module github.com/seed-b1f8f58c/jwt\n\ngo 1.26.0\n", "a.go": "package jwt\n\nfunc B() {}\n\nfunc A() {}\n",
		"internal/i/i.go": "package i\n\nfunc I() {}\n", "command/main.go": "package main\n\nfunc main() {}\n\nfunc Main() {}\n",
		"x/y/go.mod": "module github.com/seed-b1f8f58c/jwt/x/y\n\ngo 1.26.0\n", "x/y/z/z.go": "package z\n\nconst Z = 1\n\ntype T int\n\nfunc (T) M() {}\n",
		"cmd/go.mod": "module github.com/seed-b1f8f58c/jwt/cmd\n\ngo 1.26.0\n", "cmd/main.go": "package main\n\nfunc main() {}\n",
	})
	var out strings.Builder
	fails(t, run(root, []string{"api"}, &out), "go run . api -update writes it")
	for range 2 {
		if err := run(root, []string{"api", "-update"}, &out); err != nil {
			t.Fatal(err)
		}
	}
	recorded := func(name, want string) {
		t.Helper()
		if got, err := os.ReadFile(filepath.Join(root, "api", name)); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	recorded("jwt.txt", "pkg github.com/seed-b1f8f58c/jwt, func A()\npkg github.com/seed-b1f8f58c/jwt, func B()\n")
	recorded("jwt-x-y.txt", "pkg github.com/seed-b1f8f58c/jwt/x/y/z, const Z untyped int = 1\npkg github.com/seed-b1f8f58c/jwt/x/y/z, method (*T) M()\npkg github.com/seed-b1f8f58c/jwt/x/y/z, type T int\n")
	if names, _ := filepath.Glob(filepath.Join(root, "api", "*")); len(names) != 2 {
		t.Errorf("got %v", names)
	}
	if err := run(root, []string{"api"}, &out); err != nil || out.String() != "the exported API of 2 modules is as recorded\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}

	write(t, root, map[string]string{"a.go": "package jwt\n\nfunc A() {}\n\nfunc C() {}\n"})
	err := run(root, []string{"api"}, &out)
	fails(t, err, "new:  pkg github.com/seed-b1f8f58c/jwt, func C()\ngone: pkg github.com/seed-b1f8f58c/jwt, func B()\nthe exported API is not the one")
	write(t, root, map[string]string{"a.go": "package jwt\n\nfunc A() {}\n"})
	fails(t, run(root, []string{"api"}, &out), "gone: pkg github.com/seed-b1f8f58c/jwt, func B()")

	write(t, root, map[string]string{"a.go": "package jwt\n\nfunc A() { undefined() }\n"})
	for _, args := range [][]string{{"api"}, {"api", "-update"}} {
		fails(t, run(root, args, &out), "github.com/seed-b1f8f58c/jwt does not compile")
	}
	write(t, root, map[string]string{"a.go": "package jwt\n\nfunc A() {}\n"})
	if err := os.RemoveAll(filepath.Join(root, "api")); err != nil {
		t.Fatal(err)
	}
	write(t, root, map[string]string{"api/jwt.txt/x": "a folder"})
	fails(t, run(root, []string{"api", "-update"}, &out), "is a directory")
	if err := os.RemoveAll(filepath.Join(root, "api")); err != nil {
		t.Fatal(err)
	}
	write(t, root, map[string]string{"api": "no folder"})
	fails(t, run(root, []string{"api", "-update"}, &out), "not a directory")
}
