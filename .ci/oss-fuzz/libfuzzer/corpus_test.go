package libfuzzer

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

var rows = [][]any{
	{[]byte("a text\x00of any bytes")},
	{""},
	{"a", "", "the last one"},
	{"a text before", true, "and after", int8(-3), uint8(255)},
	{int16(-2), uint16(65535), int32(math.MinInt32), uint32(math.MaxUint32), int64(math.MinInt64), uint64(math.MaxUint64), -1, uint(7)},
	{float32(-1.5), math.Inf(-1), math.Pi, false},
	{'é', byte('x')},
}

func typesOf(values []any) (types []reflect.Type) {
	for _, v := range values {
		types = append(types, reflect.TypeOf(v))
	}
	return types
}

func TestValuesSurviveTheirEncoding(t *testing.T) {
	for _, values := range rows {
		input, err := encode(values)
		if got := decode(input, typesOf(values)); err != nil || !reflect.DeepEqual(got, values) {
			t.Errorf("got %#v, %v, want %#v", got, err, values)
		}
	}
	if _, err := encode([]any{string(make([]byte, 1<<16)), ""}); err == nil {
		t.Error("a length of more than two bytes is accepted")
	}
}

func TestEachInputHasValues(t *testing.T) {
	for _, values := range rows {
		for _, input := range []string{"", "\xff", "\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
			if got := decode([]byte(input), typesOf(values)); !reflect.DeepEqual(typesOf(got), typesOf(values)) {
				t.Errorf("got %#v of %q", got, input)
			}
		}
	}
}

func TestFilesOfGoTestAreRead(t *testing.T) {
	dir := t.TempDir()
	text := "go test fuzz v1\n[]byte(\"a\\x00\")\nstring(\"b\\n\")\nint(-7)\nuint8('\\x01')\nrune('é')\nbool(true)\nfloat64(-1.5)\nfloat64(+Inf)\nuint64(18446744073709551615)\n"
	want := []any{[]byte("a\x00"), "b\n", -7, uint8(1), 'é', true, -1.5, math.Inf(1), uint64(math.MaxUint64)}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := readCorpus(dir, typesOf(want)); err != nil || !reflect.DeepEqual(got, [][]any{want}) {
		t.Errorf("got %#v, %v", got, err)
	}
	if got, err := readCorpus(filepath.Join(dir, "none"), nil); err != nil || got != nil {
		t.Errorf("got %#v, %v of no folder", got, err)
	}
	for _, text := range []string{"", "go test fuzz v2\nint(1)", "go test fuzz v1", "go test fuzz v1\nint(1)\nint(1)", "go test fuzz v1\nint", "go test fuzz v1\nint(\"1\")", "go test fuzz v1\nint(1"} {
		if got, err := parse(text, []reflect.Type{reflect.TypeFor[int]()}); err == nil {
			t.Errorf("got %#v of %q", got, text)
		}
	}
}

func TestSeedsAreWrittenAsInputs(t *testing.T) {
	dir := t.TempDir()
	if err := writeSeeds(dir, [][]any{{"a"}, {"b"}, {"a"}}); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(dir + "/*")
	if len(files) != 2 {
		t.Errorf("got %d files, want 2", len(files))
	}
}
