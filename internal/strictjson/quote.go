package strictjson

import "github.com/go-json-experiment/json/jsontext"

// AppendText appends s as a JSON string, and reports false if it is not valid
// UTF-8.
func AppendText(b []byte, s string) (_ []byte, ok bool) {
	if PlainText(s, 0) == len(s) {
		return append(append(append(b, '"'), s...), '"'), true
	}
	quoted, err := jsontext.AppendQuote(b, s)
	if err != nil {
		return b, false
	}
	return quoted, true
}
