package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inExample returns a shell in a module that uses the other libraries.
func inExample(t *testing.T) *shell {
	s := newShell(t)
	s.dir = "../../examples/migrate"
	return s
}

func TestMigrateListsWhatToChange(t *testing.T) {
	s := inExample(t)
	r := s.try("", "migrate", "./before")
	assert.Equal(t, 1, r.code)
	assert.Empty(t, r.err)
	assert.Contains(t, r.out, "claims, err := jwt.VerifyAs[Claims](ctx, policy, text)\n    check  If err is not nil there are no claims.\n")
	assert.Contains(t, r.out, "before/service.go:")
	assert.Contains(t, r.out, " jwt.WithLeeway\n    write  Policy.Leeway\n")
	assert.Contains(t, r.out, "; not known: 0. The list says what to change, not that the rest is safe.\n")

	r = s.try("", "migrate", "--json", "./before")
	assert.Equal(t, 1, r.code)
	var findings []map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.out), &findings))
	require.NotEmpty(t, findings)
	for _, f := range findings {
		assert.Equal(t, "before/service.go", f["file"])
		assert.NotEmpty(t, f["use"])
		assert.NotEmpty(t, f["write"])
		assert.Equal(t, true, f["known"])
	}
}

func TestMigrateHasNothingToSayOfWhatUsesNoOther(t *testing.T) {
	s := inExample(t)
	assert.Equal(t, "golang-jwt, go-jose and jwx are not used.\n", s.run("", "migrate", "./after"))
	assert.Equal(t, "[]\n", s.run("", "migrate", "--json", "./after"))
}

func TestMigrateListsASinglePlace(t *testing.T) {
	s := newShell(t)
	require.NoError(t, os.Mkdir(s.path("other"), 0o700))
	s.write("other/go.mod", "module github.com/golang-jwt/jwt/v5\n")
	s.write("other/jwt.go", "package jwt\n")
	s.write("go.mod", "module example.com/service\n\ngo 1.26\n\nrequire github.com/golang-jwt/jwt/v5 v5.0.0\n\nreplace github.com/golang-jwt/jwt/v5 => ./other\n")
	require.NoError(t, os.Mkdir(s.path("service"), 0o700))
	s.write("service/main.go", "package main\n\nimport _ \"github.com/golang-jwt/jwt/v5\"\n\nfunc main() {}\n")
	r := s.try("", "migrate")
	assert.Equal(t, 1, r.code)
	assert.Empty(t, r.err)
	assert.Contains(t, r.out, "\nPlaces: 1; not known: ")
}

func TestMigrateFailsIfPackagesCannotBeLoaded(t *testing.T) {
	s := newShell(t)
	s.write("go.mod", "module example.com/service\n")
	s.write("main.go", "package main\n\nimport _ \"github.com/golang-jwt/jwt/v5\"\n")
	r := s.try("", "migrate")
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.err, "jwt: the list is not complete: ")
	assert.Contains(t, r.out, "main.go:3:8: import\n    write  Not known: read it by hand.\n")
	assert.Contains(t, r.out, "\nPlaces: 1; not known: 1.")

	s.write("main.go", "package main\n\nfunc main() {\n")
	r = s.try("", "migrate", "./...")
	assert.Equal(t, 2, r.code)
	assert.NotContains(t, r.out, "are not used", "nobody knows")
}

// The page shows what is printed.
func TestMigratePrintsWhatThePageShows(t *testing.T) {
	s := inExample(t)
	page, err := os.ReadFile("../../docs/migrate-golang-jwt.md")
	require.NoError(t, err)
	_, shown, ok := strings.Cut(string(page), "$ jwt migrate ./...\n")
	require.True(t, ok)
	shown, _, _ = strings.Cut(shown, "```")
	out := s.try("", "migrate", "./before").out
	for line := range strings.Lines(shown) {
		assert.Contains(t, out, line)
	}
}
