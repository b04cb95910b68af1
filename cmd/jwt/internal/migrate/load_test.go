package migrate

import (
	"context"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
		"p/p.go": valid,
		"q/q.go": "package q\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\nvar _ = jwt.MapClaims{\n",
		"r/r.go": "package r\n\nimport \"github.com/golang-jwt/jwt/v5\"\n\nvar _ = undefined(jwt.MapClaims{})\n",
		"s/s.go": "package s\n\nimport _ \"example.com/missing\"\n",
	})
	for pattern, want := range map[string]string{
		"./q": "q.go", "./r": "undefined", "./s": "example.com/missing", "./missing": "missing", "./nothing/...": "nothing",
	} {
		_, err := List(t.Context(), dir, "", pattern)
		assert.ErrorContains(t, err, want, pattern)
	}
	findings, err := List(t.Context(), dir, "", "./p", "./r")
	assert.ErrorContains(t, err, "undefined")
	assert.Equal(t, []string{"p/p.go import", "p/p.go jwt.Token", "p/p.go jwt.Token.Valid", "r/r.go import", "r/r.go jwt.MapClaims"}, places(findings))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = List(ctx, dir, "", "./p")
	assert.Error(t, err)
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
