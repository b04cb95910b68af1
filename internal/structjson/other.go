package structjson

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// likeV1 has package json do what encoding/json does, but strictly, and read the
// option "format", which encoding/json/v2 had once.
var likeV1 = json.JoinOptions(
	jsonv1.DefaultOptionsV1(),
	formatTag,
	json.MatchCaseInsensitiveNames(false),
	jsontext.AllowDuplicateNames(false),
	jsontext.AllowInvalidUTF8(false),
	jsontext.EscapeForHTML(false),
	jsontext.EscapeForJS(false),
	json.WithMarshalers(json.MarshalToFunc(writeNumber)),
	json.WithUnmarshalers(json.UnmarshalFromFunc(readNumber)),
)

// writeNumber has a json.Number written as one: package json takes it for a text
// where it is not a part of encoding/json.
func writeNumber(to *jsontext.Encoder, n stdjson.Number) error {
	if isName(to.StackIndex(to.StackDepth())) {
		return errors.ErrUnsupported
	}
	if n == "" {
		n = "0"
	}
	if !isNumber(string(n)) {
		return errors.New("got a json.Number that is no number")
	}
	return to.WriteValue(jsontext.Value(n))
}

// readNumber is writeNumber for reading: a number, a string with one, or null,
// which changes nothing.
func readNumber(from *jsontext.Decoder, n *stdjson.Number) error {
	if isName(from.StackIndex(from.StackDepth())) {
		return errors.ErrUnsupported
	}
	raw, err := from.ReadValue()
	if err != nil {
		return err
	}
	s := string(raw)
	switch raw.Kind() {
	case 'n':
		return nil
	case '"':
		text, _ := jsontext.AppendUnquote(nil, raw) // which the Decoder has read
		s = string(text)
	}
	if !isNumber(s) {
		return errors.New("want a number")
	}
	*n = stdjson.Number(s)
	return nil
}

// isName reports whether what comes next in an object or array is a name, after
// so many values.
func isName(in jsontext.Kind, values int64) bool { return in == '{' && values%2 == 0 }

// other appends what package json makes of v.
func (e *encoder) other(v reflect.Value) bool {
	of := v
	if v.CanAddr() {
		of = v.Addr() // its methods get the value itself
	}
	text, err := json.Marshal(of.Interface(), likeV1)
	if err != nil {
		return e.failOther(v.Type(), err)
	}
	return e.raw(text)
}

func (e *encoder) failOther(t reflect.Type, err error) bool {
	reason := err
	if method := (*jsonv1.MarshalerError)(nil); errors.As(err, &method) {
		reason = method.Err
	}
	return e.fail("cannot encode "+nameOf(t)+": "+strictjson.Quote(reason.Error()), err)
}

const (
	beforeWrapped = `{"v":`
	afterWrapped  = `}`
)

func (e *encoder) wrapped(n *node, v reflect.Value) bool {
	in := reflect.New(n.t).Elem()
	in.Field(0).Set(v)
	text, err := json.Marshal(in.Addr().Interface(), likeV1)
	if err != nil {
		return e.failOther(v.Type(), err)
	}
	return e.raw(bytes.TrimSuffix(bytes.TrimPrefix(text, []byte(beforeWrapped)), []byte(afterWrapped)))
}

// other has package json decode the next value into v.
func (d *decoder) other(v reflect.Value) bool {
	raw := d.Value()
	// It gets bytes of its own: a method may hold on to them.
	return d.unmarshal(bytes.Clone(raw.Raw), v, notInto(raw.Kind(), v.Type()))
}

func (d *decoder) wrapped(n *node, v reflect.Value) bool {
	raw := d.Value()
	in := reflect.New(n.t).Elem()
	if !d.unmarshal([]byte(beforeWrapped+string(raw.Raw)+afterWrapped), in, notInto(raw.Kind(), v.Type())) {
		d.err.Name = "" // it is only the wrapping's
		return false
	}
	v.Set(in.Field(0))
	return true
}

// unmarshal decodes data into v. The detail is that of an error that does not tell
// more.
func (d *decoder) unmarshal(data []byte, v reflect.Value, detail string) bool {
	err := json.Unmarshal(data, v.Addr().Interface(), likeV1)
	if err == nil {
		return true
	}
	d.fail(detail, err)
	// Once more for the place, which encoding/json does not tell for every error.
	var where *json.SemanticError
	if errors.As(json.Unmarshal(data, reflect.New(v.Type()).Interface(), likeV1, jsonv1.ReportErrorsWithLegacySemantics(false)), &where) {
		if where.JSONKind != 0 && where.GoType != nil {
			at := strictjson.Value{Raw: []byte{byte(where.JSONKind)}}
			d.err.Detail = notInto(at.Kind(), where.GoType)
		}
		way := slices.Collect(where.JSONPointer.Tokens())
		for _, name := range slices.Backward(way) {
			d.err.in(name)
		}
	}
	return false
}

func notInto(got string, t reflect.Type) string {
	return "got " + got + ", which does not go into " + nameOf(t)
}

// nameOf names a type for a message.
func nameOf(t reflect.Type) string {
	if t.Kind() == reflect.Struct && t.Name() == "" {
		return "a struct"
	}
	return t.String()
}
