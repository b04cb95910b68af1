package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const changelog = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-01-01\n\n## [0.1.0]\n"

func TestTheNextVersionIsTheTopmost(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	_, err := nextVersion(root)
	fails(t, err, "CHANGELOG.md")
	for text, want := range map[string]string{changelog: "v0.2.0", "## [1.0.0]\n## [2.0.0]\n": "v1.0.0"} {
		write(t, root, map[string]string{"CHANGELOG.md": text})
		if got, err := nextVersion(root); got != want || err != nil {
			t.Errorf("got %q, %v, want %s", got, err, want)
		}
	}
	write(t, root, map[string]string{"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n"})
	_, err = nextVersion(root)
	fails(t, err, "CHANGELOG.md has no version")
}

// released is a repository with two modules, of which one needs the other and a module of
// somebody else.
func released(t *testing.T) (root string) {
	t.Helper()
	sync, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "golang.org/x/sync").Output()
	if err != nil {
		t.Fatal(err)
	}
	return repository(t, map[string]string{
		"CHANGELOG.md": changelog,
		"go.mod":       "module github.com/seed-b1f8f58c/jwt\n\ngo 1.26.0\n", "jwt.go": "package jwt\n\nconst A = 1\n",
		"cmd/jwt/go.mod":  "module github.com/seed-b1f8f58c/jwt/cmd/jwt\n\ngo 1.26.0\n\nrequire (\n\tgithub.com/seed-b1f8f58c/jwt v0.2.0\n\tgolang.org/x/sync " + strings.TrimSpace(string(sync)) + "\n)\n",
		"cmd/jwt/main.go": "package main\n\nimport (\n\t\"github.com/seed-b1f8f58c/jwt\"\n\t_ \"golang.org/x/sync/errgroup\"\n)\n\nfunc main() { println(jwt.A) }\n",
	})
}

// offline has the go command get modules from where it is told to, and nowhere else.
func offline(t *testing.T) {
	t.Helper()
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOSUMDB", "off")
	t.Setenv("TMPDIR", t.TempDir())
}

func TestAStrangerGetsEachModule(t *testing.T) {
	root := released(t)
	offline(t)
	var out strings.Builder
	if err := run(root, []string{"release"}, &out); err != nil {
		t.Fatal(err)
	}
	if want := "go get github.com/seed-b1f8f58c/jwt/cmd/jwt@v0.2.0\ngo get github.com/seed-b1f8f58c/jwt@v0.2.0\n"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "release*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestWhatAStrangerCannotGetIsAnError(t *testing.T) {
	root := released(t)
	offline(t)
	command, err := os.ReadFile(filepath.Join(root, "cmd/jwt/go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, text, want string }{
		{"cmd/jwt/go.mod", string(command) + "\nreplace github.com/seed-b1f8f58c/jwt => ../..\n", "github.com/seed-b1f8f58c/jwt/cmd/jwt: go install "},
		{"cmd/jwt/go.mod", strings.Replace(string(command), "v0.2.0", "v0.1.0", 1), "github.com/seed-b1f8f58c/jwt/cmd/jwt: go get "},
		{"cmd/jwt/go.mod", string(command), ""},
		{"jwt.go", "package jwt\n\nconst A = undefined\n", "go build github.com/seed-b1f8f58c/jwt/cmd/jwt/...: exit status 1\n"},
		{"go.mod", "module github.com/seed-b1f8f58c/other\n", "go get github.com/seed-b1f8f58c/jwt/cmd/jwt@v0.2.0: exit status 1\n"},
		{"text", "", ""},
		{"TEXT", "", "github.com/seed-b1f8f58c/jwt: "},
		{"CHANGELOG.md", "", "CHANGELOG.md has no version"},
	} {
		if write(t, root, map[string]string{row.name: row.text}); row.want != "" {
			fails(t, run(root, []string{"release"}, io.Discard), row.want)
		}
	}
	t.Setenv("TMPDIR", "/no such folder")
	fails(t, run(root, []string{"release"}, io.Discard), "no such file or directory")
}

func TestAModuleIsPublishedForTheGoCommand(t *testing.T) {
	t.Parallel()
	proxy, dir := t.TempDir(), t.TempDir()
	const goMod = "module example.com/m\n"
	m := module{"example.com/m", dir}
	fails(t, publish(proxy, m, "v1.2.3"), "go.mod")
	write(t, dir, map[string]string{"go.mod": goMod, "m.go": "package m\n", "nested/go.mod": "module example.com/m/nested\n"})
	if err := publish(proxy, m, "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"list": "v1.2.3\n", "v1.2.3.mod": goMod, "v1.2.3.info": `{"Version":"v1.2.3","Time":"2023-11-14T22:13:20Z"}`} {
		if got, err := os.ReadFile(filepath.Join(proxy, "example.com/m/@v", name)); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	fails(t, publish(proxy, module{"no path", dir}, "v1.2.3"), "malformed")
	write(t, proxy, map[string]string{"file": ""})
	fails(t, publish(filepath.Join(proxy, "file"), m, "v1.2.3"), "not a directory")
}
