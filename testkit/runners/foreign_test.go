//go:build unix

package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

const (
	installs = `test -f package.json || exit 1`
	fails    = `echo no network; exit 1`
	// speaks says its version, answers, and notes that it ended.
	speaks = `[ "$1" = -c ] && exit 0
test -f jose.mjs || exit 1
echo 7.1
while read line; do
	case $line in
	*'"a/1"'*) echo '{"id":"a/1","verdict":"refuse"}' ;;
	*'"a/2"'*) echo '{"id":"a/1","verdict":"refuse"}' ;;
	*'"a/3"'*) echo '{"id":"a/3","verdict":' ;;
	*'"a/5"'*) echo '{"id":"a/5"}' ;;
	*'"a/6"'*) echo '{"id":"a/6","verdict":"either"}' ;;
	*) break ;;
	esac
done
touch "$ENDED/$(basename "$0")"`
	lacks = `[ "$1" = -c ] && exit 1
` + speaks
)

// programs puts programs of the shell in front of PATH. The folder that it returns has
// the names of those that have ended.
func programs(t *testing.T, scripts map[string]string) (ended string) {
	t.Helper()
	dir, ended := t.TempDir(), t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("ENDED", ended)
	return ended
}

func TestLibrariesOfOtherLanguagesAnswerUntilTheyAreStopped(t *testing.T) {
	ended := programs(t, map[string]string{"npm": installs, "node": speaks, "python3": speaks})
	all, stop, err := foreignLibraries()
	defer stop()
	if err != nil || len(all) != 2 || all[0].name != "jose 7.1" || all[1].name != "PyJWT 7.1" || all[0].process == nil || all[1].process == nil {
		t.Fatalf("got %v, %v", all, err)
	}
	for _, l := range all {
		for range 2 {
			if got := l.verify(testkit.Case{ID: "a/1"}); got != testkit.Refuse {
				t.Errorf("%s: got %s", l.name, got)
			}
		}
		if got := l.verify(testkit.Case{Keys: []json.RawMessage{[]byte("{")}}); got != testkit.Unsupported {
			t.Errorf("%s: got %s for a row that is no JSON", l.name, got)
		}
	}
	stop()
	names, _ := filepath.Glob(filepath.Join(ended, "*"))
	left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*"))
	if len(names) != 2 || len(left) != 0 {
		t.Errorf("%v have ended; left are %v", names, left)
	}
	if got := all[1].verify(testkit.Case{ID: "a/1"}); got != testkit.Unsupported {
		t.Errorf("got %s after its end", got)
	}
}

func TestNoRowIsTriedBehindOneWithoutAnAnswer(t *testing.T) {
	for id, want := range map[string]string{
		"a/2": `row a/2: got "{\"id\":\"a/1\",\"verdict\":\"refuse\"}\n", want a line with its id and verdict: the id is another one`,
		"a/3": `want a line with its id and verdict: unexpected end of JSON input`,
		"a/4": `row a/4: got "", want a line with its id and verdict: EOF`, // it ends
		"a/5": "the verdict is none of accept, refuse and unsupported",
		"a/6": "the verdict is none of accept, refuse and unsupported",
	} {
		programs(t, map[string]string{"speaks": speaks})
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "jose.mjs"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := start(dir, "speaks")
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{id, "a/1"} {
			if got := p.verify(testkit.Case{ID: id}); got != testkit.Unsupported || p.err == nil || !strings.Contains(p.err.Error(), want) {
				t.Errorf("%s: got %s, %v", id, got, p.err)
			}
		}
		p.stop()
	}
}

func TestLibrariesThatAreNotThereAreLeftOut(t *testing.T) {
	for name, row := range map[string]struct {
		scripts map[string]string
		want    string // the error
		left    string // the libraries
	}{
		"no npm":         {map[string]string{"npm": fails, "node": speaks, "python3": speaks}, "jose is left out: npm install: exit status 1: no network", "PyJWT 7.1"},
		"node ends":      {map[string]string{"npm": installs, "node": "exit 1", "python3": speaks}, "jose is left out: node ended before it said its version: EOF", "PyJWT 7.1"},
		"python ends":    {map[string]string{"npm": installs, "node": speaks, "python3": "[ $1 = -c ]"}, "PyJWT is left out: python3 ended before", "jose 7.1"},
		"half a version": {map[string]string{"npm": installs, "node": "printf 7", "python3": speaks}, "jose is left out: node ended before", "PyJWT 7.1"},
	} {
		t.Run(name, func(t *testing.T) {
			programs(t, row.scripts)
			all, stop, err := foreignLibraries()
			defer stop()
			if err == nil || !strings.Contains(err.Error(), row.want) || len(all) != 1 || all[0].name != row.left {
				t.Errorf("got %v, %v", all, err)
			}
		})
	}
}

func TestAProgramThatSaysNothingIsStopped(t *testing.T) {
	ended := programs(t, map[string]string{"silent": `exec >&-; cat >/dev/null; touch "$ENDED/silent"`})
	if p, err := start(t.TempDir(), "silent"); err == nil || !strings.Contains(err.Error(), "silent ended before it said its version") {
		t.Errorf("got %v, %v", p, err)
	}
	if _, err := os.Stat(filepath.Join(ended, "silent")); err != nil {
		t.Error(err)
	}
}

func TestAPythonWithoutTheLibraryIsNotUsed(t *testing.T) {
	programs(t, map[string]string{"npm": fails, "python3": lacks})
	all, stop, err := foreignLibraries()
	defer stop()
	if err == nil || len(all) == 1 && all[0].name == "PyJWT 7.1" {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestForeignLibrariesAreInTheTable(t *testing.T) {
	ended := programs(t, map[string]string{"npm": fails, "python3": speaks})
	var said strings.Builder
	log.SetOutput(&said)
	defer log.SetOutput(os.Stderr)
	for args, want := range map[string]bool{"-foreign": true, "-foreign=false": false} {
		var out strings.Builder
		if err := command([]string{args}, nil, rows[:1], &out); err != nil || strings.Contains(out.String(), "PyJWT 7.1") != want {
			t.Errorf("%s: got %v\n%s", args, err, out.String())
		}
	}
	if !strings.Contains(said.String(), "jose is left out: npm install: ") || strings.Contains(said.String(), "nil") {
		t.Errorf("got %q", said.String())
	}
	if _, err := os.Stat(filepath.Join(ended, "python3")); err != nil {
		t.Error(err)
	}
}

func TestWithoutAFolderThereAreNoForeignLibraries(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", "/no such folder")
	all, stop, err := foreignLibraries()
	defer stop()
	if err == nil || len(all) != 0 {
		t.Errorf("got %v, %v", all, err)
	}
	if p, err := start(dir, "/no such program"); err == nil {
		t.Errorf("got %v", p)
	}
}
