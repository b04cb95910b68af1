package strictjson

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// Every text of a few letters that numbers have, and of their neighbours in ASCII.
func TestReadTakesTheNumbersOfRFC8259(t *testing.T) {
	t.Parallel()
	const letters = "-+.,/0189:eEDFdf"
	var check func(text string, more int)
	check = func(text string, more int) {
		_, problem := ReadValue(exactly(text), 0)
		if want := jsontext.Value(text).IsValid(); (problem == "") != want {
			t.Errorf("%q: got %q, want valid %v", text, problem, want)
		}
		for i := range letters {
			if more > 0 {
				check(text+letters[i:i+1], more-1)
			}
		}
	}
	check("", 4)
	for _, text := range []string{"1E+0", "-0.0e-10", "10.01E5"} {
		check(text, 1)
	}
}

// exactly returns the bytes of s, with no room behind them that could be read.
func exactly(s string) []byte { return []byte(s)[:len(s):len(s)] }
