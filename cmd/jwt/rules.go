package main

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
)

// cutPair splits name=value. The value is not repeated in an error.
func cutPair(flag, text string) (name, value string, err error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" || !utf8.ValidString(name) {
		return "", "", fmt.Errorf("%s: want name=value", flag)
	}
	return name, value, nil
}

// jsonOrText returns a value that is JSON as it is, and any other as a JSON string.
func jsonOrText(value string) jsontext.Value {
	if v := jsontext.Value(value); v.IsValid() {
		return v
	}
	quoted, _ := jsontext.AppendQuote(nil, strings.ToValidUTF8(value, "\ufffd")) // UTF-8 can be quoted
	return quoted
}

// equalRule is the rule that a claim has this JSON value. Numbers are compared as
// they are written: no precision is lost, and 7 is not 7.0.
func equalRule(claim string, want jsontext.Value) jwt.Rule {
	return jwt.Rule{Claim: claim, Check: func(t *jwt.Token) error {
		got := describe.Find(describe.Members(t.Payload()), claim)
		switch {
		case got == nil:
			return fmt.Errorf("got none, want %.80s", want)
		case sameJSON(got, want):
			return nil
		}
		text := fmt.Sprintf("got %.80s, want %.80s", got, want)
		if want.Kind() != '"' && describe.Text(got) == string(want) {
			text += fmt.Sprintf("; for the text, write '%s=\"%s\"'", claim, want)
		}
		return errors.New(text)
	}}
}

func sameJSON(a, b jsontext.Value) bool {
	x, errX := plain(a)
	y, errY := plain(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

// plain returns the value with its numbers as they are written.
func plain(v jsontext.Value) (value any, err error) {
	d := stdjson.NewDecoder(bytes.NewReader(v))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}
