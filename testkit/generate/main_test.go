package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// The files in the folder vectors are what is made, at every run.
func TestRowsAreThoseOfTheFolder(t *testing.T) {
	dir := t.TempDir()
	rows, err := write(dir, families())
	if err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(dir, "*"))
	kept, keptErr := filepath.Glob("../vectors/*")
	without := 0
	if strings.HasPrefix(runtime.Version(), "go1.26") {
		without = 1 // mldsa.json, which takes Go 1.27
	}
	if err != nil || keptErr != nil || len(made) == 0 || len(made) != len(kept)-without {
		t.Fatalf("made %v, kept %v", made, kept)
	}
	lines := 0
	for _, name := range made {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("../vectors", filepath.Base(name)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs; go run ./generate vectors writes it", filepath.Base(name))
		}
		lines += bytes.Count(got, []byte("\n")) - 2
	}
	if rows != lines {
		t.Errorf("%d rows are said to be written, and there are %d", rows, lines)
	}
}

func TestRowsThatCannotBeWrittenAreAnError(t *testing.T) {
	for name, all := range map[string][]family{
		"two rows are called f/a":   {{"f", []testkit.Case{{ID: "a"}, {ID: "b"}, {ID: "a"}}}},
		"no such file or directory": {{"folder/f", []testkit.Case{{ID: "a"}}}},
		"invalid character":         {{"f", []testkit.Case{{ID: "a", Keys: []json.RawMessage{[]byte("x")}}}}},
	} {
		rows, err := write(t.TempDir(), all)
		if err == nil || !strings.Contains(err.Error(), name) || rows != 0 {
			t.Errorf("%s: got %d rows, %v", name, rows, err)
		}
	}
}
