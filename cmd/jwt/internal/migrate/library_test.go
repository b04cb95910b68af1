package migrate

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPackagesBelongToTheLibraryOfTheirPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]*library{
		"github.com/golang-jwt/jwt": golangJWT, "github.com/golang-jwt/jwt/v5": golangJWT, "github.com/golang-jwt/jwt/v5/request": golangJWT,
		"gopkg.in/go-jose/go-jose.v2/jwt": goJOSE, "gopkg.in/square/go-jose.v2": goJOSE, "github.com/lestrrat-go/jwx/v3/jwk": jwx,
		"example.com/service/vendor/github.com/golang-jwt/jwt/v5": golangJWT,
		"github.com/golang-jwt/jwtx":                              nil, "github.com/golang-jwt": nil, "example.com/github.com/golang-jwt/jwt": nil, "example.com/vendored": nil, "": nil,
	} {
		assert.Same(t, want, libraryOf(path), path)
	}
}

func TestFoldersOfALibraryAreThoseBelowItsVersion(t *testing.T) {
	t.Parallel()
	lib := &library{paths: []string{"example.com/a", "example.com/ab"}}
	for path, want := range map[string]string{
		"example.com/a": "", "example.com/a/v5": "", "example.com/a/v5/request": "request", "example.com/a/request": "request", "example.com/a/v5/x/y": "x/y",
		"example.com/a.v2": "", "example.com/a.v2/jwt": "jwt", "example.com/ab/v2/jwt": "jwt", "example.com/ab/jwt": "jwt", "example.com/a/vx": "vx", "example.com/a/x/v5": "x/v5",
		"example.com/other": "",
	} {
		assert.Equal(t, want, lib.folder(path), path)
	}
}

// Names with a star are those of a type that has no row of its own.
func TestAdviceIsThatOfTheNameOrOfItsType(t *testing.T) {
	t.Parallel()
	lib := &library{paths: []string{"example.com/a"}, names: map[string]advice{
		"F": {write: "f"}, "T.M": {write: "m"}, "T.*": {write: "others"}, "sub.F": {write: "sub"}, ".*": {write: "wrong"},
	}}
	for _, row := range [][3]string{
		{"example.com/a", "F", "f"}, {"example.com/a", "T.M", "m"}, {"example.com/a", "T.N", "others"}, {"example.com/a", "G", ""}, {"example.com/a/v2/sub", "F", "sub"},
		{"example.com/a/v2/sub", "T.N", ""}, {"example.com/a", ".N", ""},
	} {
		assert.Equal(t, row[2], lib.advice(row[0], row[1]).write, "%s %s", row[0], row[1])
	}
}
