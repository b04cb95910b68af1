package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The test's own program is the command, too.
func TestMain(m *testing.M) {
	if os.Getenv("CHECK_TEST") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestTheCommandIsForTheRepositoryThatItIsIn(t *testing.T) {
	t.Parallel()
	root := repository(t, map[string]string{"go.mod": "module github.com/seed-b1f8f58c/jwt\n\ngo 1.26.0\n", "a.go": "package jwt\n\nfunc A() {}\n", ".ci/check/text": ""})
	for _, row := range []struct {
		args []string
		want string
		ok   bool
	}{
		{[]string{"apis"}, "usage: check api [-update] | check release\n", false},
		{[]string{"api", "-update"}, "", true},
		{[]string{"api"}, "the exported API of 1 modules is as recorded\n", true},
	} {
		command := exec.Command(os.Args[0], row.args...)
		command.Dir, command.Env = filepath.Join(root, ".ci", "check"), append(os.Environ(), "CHECK_TEST=1")
		if out, err := command.CombinedOutput(); string(out) != row.want || (err == nil) != row.ok {
			t.Errorf("%s: got %q, %v", row.args, out, err)
		}
	}
}

// repository makes a folder with files that git knows, and returns it.
func repository(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	write(t, root, files)
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}} {
		if out, err := exec.Command("git", append([]string{"-C", root}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
	return root
}

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// fails fails the test unless an error has a text.
func fails(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestModulesThatUsersImportArePublished(t *testing.T) {
	t.Parallel()
	root := repository(t, map[string]string{
		"go.mod": "", "cmd/jwt/go.mod": "", "testkit/go.mod": "", "benchmarksuite/go.mod": "", "go.sum": "", "x/not-go.mod": "",
		".ci/check/go.mod": "", "benchmarks/go.mod": "", "examples/login/go.mod": "", "testkit/runners/go.mod": "",
	})
	write(t, root, map[string]string{"unknown/go.mod": ""})
	modules, err := published(root)
	if err != nil {
		t.Fatal(err)
	}
	const path = "github.com/seed-b1f8f58c/jwt"
	want := []module{
		{path + "/benchmarksuite", filepath.Join(root, "benchmarksuite")}, {path + "/cmd/jwt", filepath.Join(root, "cmd", "jwt")},
		{path, root}, {path + "/testkit", filepath.Join(root, "testkit")},
	}
	if !reflect.DeepEqual(modules, want) {
		t.Errorf("got %v", modules)
	}
}

func TestAFolderWithoutModulesIsAnError(t *testing.T) {
	t.Parallel()
	fails(t, run(repository(t, map[string]string{"examples/go.mod": ""}), []string{"api"}, io.Discard), "there is no go.mod in ")
	fails(t, run(t.TempDir(), []string{"api"}, io.Discard), "listing the modules: ")
}

func TestOtherArgumentsAreAnError(t *testing.T) {
	t.Parallel()
	root := repository(t, map[string]string{"go.mod": ""})
	for _, args := range [][]string{nil, {"apis"}, {"api", "-x"}, {"release", "-update"}} {
		fails(t, run(root, args, io.Discard), "usage: check api [-update] | check release")
	}
}
