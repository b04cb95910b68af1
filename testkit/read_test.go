package testkit

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestRowsAreReadInTheOrderOfTheirFiles(t *testing.T) {
	row := func(ids ...string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`[{"id":"` + strings.Join(ids, `"},{"id":"`) + `"}]`)}
	}
	all := read(fstest.MapFS{"vectors/b.json": row("b/1", "b/2"), "vectors/a.json": row("a/1"), "vectors/c.txt": row("c/1"), "d.json": row("d/1")})
	if want := []Case{{ID: "a/1"}, {ID: "b/1"}, {ID: "b/2"}}; !reflect.DeepEqual(all, want) {
		t.Errorf("got %v", all)
	}
	for want, files := range map[string]fstest.MapFS{
		"vectors/b.json: ":      {"vectors/a.json": row("a/1"), "vectors/b.json": {Data: []byte("{}")}},
		"read vectors/x.json: ": {"vectors/x.json/y": row("a/1")},
	} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("%s: got %v", want, err)
				}
			}()
			t.Errorf("%s: got %v", want, read(files))
		}()
	}
}

func TestLinesOf16MiBAreAnError(t *testing.T) {
	refuse := func(Case) Verdict { return Refuse }
	line := func(size int) io.Reader { return strings.NewReader("{}" + strings.Repeat(" ", size-3) + "\n") }
	var out bytes.Buffer
	if err := Serve(line(16<<20), &out, refuse); err != nil || out.Len() == 0 {
		t.Errorf("got %q, %v", out.String(), err)
	}
	out.Reset()
	if err := Serve(line(16<<20+1), &out, refuse); err == nil || out.Len() != 0 {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestServeEndsWhenNobodyReadsItsAnswers(t *testing.T) {
	asked := 0
	err := Serve(strings.NewReader("{}\n{}\n"), closed{}, func(Case) Verdict { asked++; return Refuse })
	if !errors.Is(err, io.ErrClosedPipe) || asked != 1 {
		t.Errorf("got %v, asked %d times", err, asked)
	}
}
