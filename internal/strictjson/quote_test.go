package strictjson

import (
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
)

// Every byte at every place of texts up to three times the eight bytes that are
// looked at together.
func TestAppendTextQuotesEveryByteAtEveryPlace(t *testing.T) {
	const plain = "abcdefghijklmnopqrstuvwx"
	for size := range len(plain) + 1 {
		got, ok := AppendText([]byte("before"), plain[:size])
		assert.True(t, ok)
		assert.True(t, isPlain(plain[:size]))
		assert.Equal(t, `before"`+plain[:size]+`"`, string(got))
		for place := range size {
			for c := range 256 {
				text := []byte(plain[:size])
				text[place] = byte(c)
				want, err := jsontext.AppendQuote([]byte("before"), text)
				got, ok := AppendText([]byte("before"), string(text))
				plain := err == nil && c < utf8.RuneSelf && string(want) == `before"`+string(text)+`"`
				if isPlain(string(text)) != plain {
					t.Fatalf("%q: got plain %v, want %v", text, !plain, plain)
				}
				if ok != (err == nil) || ok && string(got) != string(want) {
					t.Fatalf("%q: got %s and %v, want %s", text, got, ok, want)
				}
				if !ok && (utf8.Valid(text) || string(got) != "before") {
					t.Fatalf("%q: got %s", text, got)
				}
			}
		}
	}
}

// The same for reading.
func TestReadFindsEveryByteAtEveryPlace(t *testing.T) {
	const plain = "abcdefghijklmnopqrstuvwx"
	for size := range len(plain) + 1 {
		for place := range size {
			for c := range 256 {
				text := []byte(`"` + plain[:size] + `"`)
				text[place+1] = byte(c)
				for _, after := range []string{"", "        "} { // near the end, or not
					data := append(text[:len(text):len(text)], after...)
					v, problem := ReadValue(data, 0)
					want := jsontext.Value(data).IsValid()
					if (problem == "") != want || want && string(v.Raw) != string(text) {
						t.Fatalf("%q: got %q and %q, want %v", data, v.Raw, problem, want)
					}
				}
			}
		}
		_, problem := ReadValue(exactly(`"`+plain[:size]), 0)
		assert.Equal(t, "the JSON text ends early", problem, size)
	}
}
