package program

import (
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
