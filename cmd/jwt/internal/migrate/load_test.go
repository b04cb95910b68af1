package migrate

import (
	"context"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

const goMod = `module example.com/service

go 1.26.0

require github.com/golang-jwt/jwt/v5 v5.0.0

replace github.com/golang-jwt/jwt/v5 => ./old
`

// module writes a module that has the fixtures' golang-jwt, and returns its folder.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.CopyFS(filepath.Join(dir, "old"), os.DirFS("testdata/src/github.com/golang-jwt/jwt/v5")))
	all := map[string]string{"go.mod": goMod, "old/go.mod": "module github.com/golang-jwt/jwt/v5\n\ngo 1.26.0\n"}
	maps.Copy(all, files)
	for name, text := range all {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	return dir
}

// places returns where findings are and what they are, and whether they are known.
func places(findings []Finding) []string {
	texts := []string{}
	for _, f := range findings {
		text := f.File + " " + f.Use
		if !f.Known {
			text += " ?"
		}
		texts = append(texts, text)
	}
	return texts
}

const (
	valid    = "package p\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\nfunc Of(t *jwt.Token) bool { return t.Valid }\n"
	imported = "package p\n\nimport _ \"github.com/golang-jwt/jwt/v5\"\n"
)

func TestFilesThatAreNotLoadedAreListed(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"p/p.go":                 valid,
		"p/p_test.go":            "package p\n\nvar _ = Of(nil)\n",
		"p/x_test.go":            "package p_test\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\nvar _ jwt.MapClaims\n",
		"p/p_plan9.go":           imported,
		"p/p_integration.go":     "//go:build integration\n\n" + imported,
		"p/testdata/broken.go":   "package \"github.com/golang-jwt/jwt/v5\"\n",
		"p/fine_plan9.go":        "package p\n\nimport _ \"fmt\"\n",
		"other_plan9/q_plan9.go": imported, // a package of which no file is loaded
		"nested/go.mod":          "module example.com/nested\n",
		"nested/n.go":            imported,
		"p/testdata/d.go":        imported,
		".git/g.go":              imported,
		"nested/vendor/v/v.go":   imported,
		"q/q.go":                 "package q\n",
	})
	findings, err := List(t.Context(), dir, "", "./...")
	require.NoError(t, err)
	assert.Equal(t, []string{
		"nested/n.go import ?",
		"other_plan9/q_plan9.go import ?",
		"p/p.go import", "p/p.go jwt.Token", "p/p.go jwt.Token.Valid",
		"p/p_integration.go import ?",
		"p/p_plan9.go import ?",
		"p/testdata/broken.go import ?",
		"p/testdata/d.go import ?",
		"p/x_test.go import", "p/x_test.go jwt.MapClaims",
	}, slices.DeleteFunc(places(findings), func(text string) bool { return text[:4] == "old/" }))
	for _, f := range findings {
		if !f.Known {
			assert.Contains(t, f.Check, "was not loaded", f.File)
			assert.Equal(t, unknown, f.Write)
		}
		if f.File == "p/testdata/broken.go" {
			assert.Equal(t, [2]int{1, 1}, [2]int{f.Line, f.Column})
		}
		assert.Positive(t, f.Line)
		assert.Positive(t, f.Column)
	}

	findings, err = List(t.Context(), dir, "integration", "./p")
	require.NoError(t, err)
	assert.Contains(t, places(findings), "p/p_integration.go import ?")
	assert.NotContains(t, findings[3].Check, "was not loaded", "with the tag it is")
	assert.NotContains(t, places(findings), "nested/n.go import ?")

	findings, err = List(t.Context(), dir, "", "./q")
	require.NoError(t, err)
	assert.Empty(t, findings)
}

// The go command's own test program uses the package under test.
func TestTheProgramOfGoTestIsNotListed(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"go.mod":    "module github.com/kataras/jwt\n\ngo 1.26.0\n",
		"p.go":      "package p\n",
		"p_test.go": "package p\n\nimport \"testing\"\n\nfunc TestP(t *testing.T) {}\n",
	})
	findings, err := List(t.Context(), dir, "", ".")
	require.NoError(t, err)
	assert.Empty(t, findings)
}

func TestWhatCannotBeLoadedIsAnErrorBesideTheRest(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"p/p.go":      valid,
		"q/q.go":      "package q\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\nvar _ = jwt.MapClaims{\n",
		"r/r.go":      "package r\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\nvar _ = undefined(jwt.MapClaims{})\n",
		"r/r_test.go": "package r\n",
		"s/s.go":      "package s\n\nimport _ \"example.com/missing\"\n",
	})
	for pattern, want := range map[string]string{
		"./q": "q.go", "./r": "undefined", "./s": "example.com/missing", "./missing": "missing", "./nothing/...": "nothing",
	} {
		_, err := List(t.Context(), dir, "", pattern)
		assert.ErrorContains(t, err, want, pattern)
	}
	findings, err := List(t.Context(), dir, "", "./p", "./r")
	require.ErrorContains(t, err, "undefined: undefined")
	assert.Equal(t, 1, strings.Count(err.Error(), "/r/r.go:5:9: undefined"), "%v", err)
	assert.Equal(t, []string{"p/p.go import", "p/p.go jwt.Token", "p/p.go jwt.Token.Valid", "r/r.go import", "r/r.go jwt.MapClaims"}, places(findings))

	_, err = List(t.Context(), dir, "", "./p", "./nothing/...")
	assert.ErrorContains(t, err, filepath.Join(dir, "nothing")+": no such file")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = List(ctx, dir, "", "./p")
	assert.ErrorContains(t, err, "context canceled")
}

// Nothing in it panics.
func TestCodeThatDoesNotCompileIsReadAsFarAsPossible(t *testing.T) {
	t.Parallel()
	const broken = `package p

import (
	"github.com/golang-jwt/jwt/v5"
	jwx "github.com/lestrrat-go/jwx/v3/jwt"
)

type claims struct{ jwt.RegisteredClaims }

func (undefined) Validate() error { return nil }
func (c *claims) Validate() undefined { return nil }
func (c claims) Valid() { }
func (claims) Validate(...error) error { return nil }

var _ = jwt.NewWithClaims()
var _ = jwt.NewWithClaims(undefined, undefined)
var _, _ = jwt.Parse()
var _, _ = jwt.Parse("", undefined, jwt.WithIssuer(), jwt.WithAudience(undefined), undefined(), err.Error(), undefined...)
var _, _ = jwt.ParseWithClaims("", undefined, undefined)
var _ = undefined(jwt.WithAudience(undefined))
var _, _ = jwx.Parse()
var err error
var _ = func(t *jwt.Token) (any, undefined) { return undefined, nil }
var _ = func(t *undefined) (undefined, error) { return nil, nil }
var _ = func(t *jwt.Undefined) (any, error) { return nil, nil }
var _ = jwt.Token{}.Undefined
`
	dir := module(t, map[string]string{"p/p.go": broken})
	findings, err := List(t.Context(), dir, "", "./p")
	assert.ErrorContains(t, err, "undefined: undefined")
	assert.ErrorContains(t, err, "not enough arguments")
	texts := places(findings)
	for _, want := range []string{"jwt.NewWithClaims", "jwt.Parse", "jwt.ParseWithClaims", "jwt.WithAudience", "key function", "jwt.Token"} {
		assert.Contains(t, texts, "p/p.go "+want)
	}
	assert.True(t, slices.ContainsFunc(findings, func(f Finding) bool { return strings.Contains(f.Write, "Audience: []string{undefined}") }))
	assert.NotContains(t, texts, "p/p.go claims.Valid")
	assert.NotContains(t, texts, "p/p.go claims.Validate")
}

// What is declared in the same module is listed there, and nowhere else.
func TestUsesOfOtherModulesAreListedWhereATypeIsPartOfThem(t *testing.T) {
	t.Parallel()
	const of = "import \"github.com/golang-jwt/jwt/v5\"\n\nfunc Of(*jwt.Token) {}\n"
	dir := module(t, map[string]string{
		"go.mod":   strings.Replace(goMod, "require", "require example.com/servicex v1.0.0\n\nrequire", 1) + "\nreplace example.com/servicex => ./x\n",
		"x/go.mod": "module example.com/servicex\n\ngo 1.26.0\n\nrequire github.com/golang-jwt/jwt/v5 v5.0.0\n",
		"x/x.go":   "package x\n\n" + of, "q/q.go": "package q\n\n" + of, "root.go": "package service\n\n" + of,
		"p/p.go": "package p\n\nimport (\n\t\"example.com/service\"\n\t\"example.com/service/q\"\n\t\"example.com/servicex\"\n)\n\nfunc F() { q.Of(nil); service.Of(nil); x.Of(nil); G() }\n",
		"p/g.go": "package p\n\n" + strings.Replace(of, "Of(", "G(...", 1),
	})
	findings, err := List(t.Context(), dir, "", "./p")
	require.NoError(t, err)
	assert.Equal(t, []string{"p/g.go import", "p/g.go jwt.Token", "p/p.go x.Of ?"}, places(findings))
}

func TestAFolderWithoutPackagesIsAnError(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{"empty/text.txt": "", "strange/.hidden/h.go": imported, "strange/node_modules/n/testdata/n.go": imported, "strange/vendor/v/v.go": imported})
	for _, pattern := range []string{"./empty/...", "./strange/..."} {
		findings, err := List(t.Context(), dir, "", pattern)
		assert.EqualError(t, err, "no packages in "+pattern)
		assert.Empty(t, findings)
	}
}

func TestAFileThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	gone := filepath.Join(t.TempDir(), "gone", "x.go")
	_, err := importsIn(gone)
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = unread("", nil, []*packages.Package{{GoFiles: []string{gone}}})
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// Files outside of the folder have their full names.
func TestFilesAreNamedFromTheFolder(t *testing.T) {
	dir := module(t, map[string]string{
		"p/p.go": "package p\n", "q/q.go": valid, "q/q_plan9.go": imported, ".dots/d.go": valid,
		"p/half.go":   "package \"x\n",
		"p/dir.go/x":  "",
		"p/ignored.x": imported, "q/testdata/t.go": imported,
	})
	names := func(findings []Finding) (names []string) {
		for _, f := range findings {
			if names = append(names, f.File); f.Line == 3 {
				assert.Equal(t, "github.com/golang-jwt/jwt/v5", f.Library)
			}
		}
		return slices.Compact(names)
	}
	findings, err := List(t.Context(), filepath.Join(dir, "q"), "", "../q", "../.dots/...")
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(dir, ".dots/d.go"), "q.go", "q_plan9.go"}, names(findings))
	findings, err = List(t.Context(), dir, "", filepath.Join(dir, "q")+"/...")
	require.NoError(t, err)
	assert.Equal(t, []string{"q/q.go", "q/q_plan9.go", "q/testdata/t.go"}, names(findings))
	findings, err = List(t.Context(), dir, "", "example.com/service/...")
	assert.ErrorContains(t, err, "half.go")
	assert.Contains(t, names(findings), "q/q.go")
	assert.NotContains(t, names(findings), ".dots/d.go")
	t.Chdir(dir)
	findings, err = List(t.Context(), "", "", "./q")
	require.NoError(t, err)
	assert.Equal(t, []string{"q/q.go", "q/q_plan9.go"}, names(findings))
}

// What the tables have no advice for, and why. Everything else of golang-jwt is known.
var notKnown = []string{
	"NumericDate.MarshalJSON", "NumericDate.UnmarshalJSON", "ClaimStrings.MarshalJSON", "ClaimStrings.UnmarshalJSON", // called by encoding/json
	"ParseRSAPrivateKeyFromPEMWithPassword", "request.ArgumentExtractor", "request.ArgumentExtractor.ExtractToken", // have no counterpart
	"ErrHashUnavailable", "SigningMethodHMAC.Name", "SigningMethodHMAC.Hash", "SigningMethodRSA.Name", "SigningMethodRSA.Hash", "SigningMethodECDSA.Name", "SigningMethodECDSA.Hash", "SigningMethodECDSA.KeySize", "SigningMethodECDSA.CurveBits",
	"SigningMethodRSAPSS.SigningMethodRSA", "SigningMethodRSAPSS.Options", "SigningMethodRSAPSS.VerifyOptions",
}

func TestEveryNameOfGolangJWTIsKnown(t *testing.T) {
	t.Parallel()
	pkgs, err := packages.Load(&packages.Config{Dir: "../../../../examples/migrate", Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports},
		"github.com/golang-jwt/jwt/v5", "github.com/golang-jwt/jwt/v5/request")
	require.NoError(t, err)
	require.Len(t, pkgs, 2)
	for _, pkg := range pkgs {
		scope := pkg.Types.Scope()
		for _, name := range scope.Names() {
			obj := scope.Lookup(name)
			if !obj.Exported() {
				continue
			}
			names := []string{name}
			if named, ok := obj.Type().(*types.Named); ok && obj == named.Obj() {
				for m := range types.NewMethodSet(types.NewPointer(named)).Methods() {
					if m.Obj().Exported() && len(m.Index()) == 1 {
						names = append(names, name+"."+m.Obj().Name())
					}
				}
				if s, ok := named.Underlying().(*types.Struct); ok {
					for f := range s.Fields() {
						if f.Exported() {
							names = append(names, name+"."+f.Name())
						}
					}
				}
			}
			for _, name := range names {
				text := golangJWT.advice(pkg.PkgPath, name)
				if pkg.Name == "request" {
					name = "request." + name
				}
				known := text.write != "" || text.form != plain
				assert.Equal(t, !slices.Contains(notKnown, name), known, name)
			}
		}
	}
}

func TestFindingsNameTheLibrary(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"p.test/p.go": "package p\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\nvar _ = func(t *jwt.Token) (any, error) { return nil, nil }\n",
	})
	findings, err := List(t.Context(), dir, "", "./p.test")
	require.NoError(t, err)
	assert.Equal(t, []string{"p.test/p.go import", "p.test/p.go key function", "p.test/p.go jwt.Token"}, places(findings), "in a folder whose name is that of a program of go test, too")
	for _, f := range findings {
		assert.Equal(t, "github.com/golang-jwt/jwt/v5", f.Library, f.Use)
	}
}
