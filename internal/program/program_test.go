package program

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ending is a test that notes how it was ended.
type ending struct {
	testing.TB
	how string
}

func (e *ending) Helper()           {}
func (e *ending) Fatal(args ...any) { e.how = "failed: " + args[0].(string); panic(e) }
func (e *ending) Skip(args ...any)  { e.how = "skipped: " + args[0].(string); panic(e) }

func find(t *testing.T, name string) (path, how string) {
	e := &ending{TB: t}
	defer func() {
		if recover() != nil {
			how = e.how
		}
	}()
	return Find(e, name), ""
}

func TestFindFailsInCIAndSkipsElsewhere(t *testing.T) {
	Processes(t)
	if path, how := find(t, "go"); how != "" || !strings.HasPrefix(filepath.Base(path), "go") {
		t.Errorf("got %q, %s", path, how)
	}
	t.Setenv("CI", "true")
	if _, how := find(t, "no such program"); how != "failed: no such program is not installed, and CI is set" {
		t.Error("got " + how)
	}
	t.Setenv("CI", "")
	if _, how := find(t, "no such program"); how != "skipped: NOT TESTED: no such program is not installed" {
		t.Error("got " + how)
	}
}

func TestPathLooksElsewhereLast(t *testing.T) {
	root := t.TempDir()
	for _, version := range []string{"15", "16"} {
		if err := os.MkdirAll(filepath.Join(root, version, "bin"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, version, "bin", "no such program"), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got := Path("no such program", filepath.Join(root, "none"), filepath.Join(root, "*", "bin")); got != filepath.Join(root, "16", "bin", "no such program") {
		t.Error("got " + got)
	}
	if got := Path("no such program"); got != "" {
		t.Error("got " + got)
	}
}
