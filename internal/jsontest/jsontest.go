// Package jsontest reads JSON in tests.
package jsontest

import (
	"bytes"
	"encoding/json"
	"testing"
)

// Object reads an object. Its numbers are a json.Number each, as some are too large for
// a float64.
func Object(t testing.TB, text []byte) (members map[string]any) {
	t.Helper()
	read := json.NewDecoder(bytes.NewReader(text))
	read.UseNumber()
	if err := read.Decode(&members); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return members
}
