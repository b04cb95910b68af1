// Package strictjson reads one JSON object (RFC 8259) the strict way that
// signed and encrypted tokens need: unique names at every depth, names compared
// exactly, valid UTF-8, no lone surrogates, bounded depth, nothing after the
// object. It reads in one pass and allocates nothing for ordinary input.
package strictjson

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep values may nest, the outer object included.
const MaxDepth = 512

// An Object reads the members of one JSON object in their order. Make one with
// [Read]; its zero value is an empty document, which is not an object.
//
//	for o := strictjson.Read(data, 0); o.Next(); {
//		switch string(o.Name) { … o.Value … }
//	}
//
// What has been read may be used only once [Object.Problem] is empty after the
// last Next. An Object is for one goroutine.
type Object struct {
	Name  []byte // the current member's name, unescaped
	Value Value  // the current member's value
	Start int    // where the member begins in the data

	data    []byte
	pos     int
	seen    names
	members int  // read so far, at every depth
	limit   int  // most members at every depth together; 0: no limit
	lax     bool // names keep their escapes, and may be there twice
	ended   bool
	problem string
}

// Read prepares to read data, which must not change meanwhile. A limit above
// zero bounds the members that all objects in data may have together.
func Read(data []byte, limit int) *Object { return &Object{data: data, limit: limit} }

// Find returns the first member called name of the object in data, reading no
// further and not looking for duplicates: for a first look at what is checked
// by [Read] later. It allocates nothing that grows with data. The name has at
// most eight ASCII letters.
func Find(data []byte, name string) (Value, bool) {
	o := Object{data: data, lax: true}
	for o.Next() {
		if string(o.Name) == name {
			return o.Value, true
		}
		if len(o.Name) <= 6*maxFindName && bytes.IndexByte(o.Name, '\\') >= 0 { // each letter may be an escape of six
			var room [6 * maxFindName]byte
			unescaped, _ := jsontext.AppendUnquote(room[:0], data[o.Start:o.Start+len(o.Name)+2])
			if string(unescaped) == name {
				return o.Value, true
			}
		}
	}
	return Value{}, false
}

const maxFindName = 8

// ReadValue returns the one value that data consists of, and false if it is not
// one strict JSON value.
func ReadValue(data []byte) (Value, bool) {
	o := Object{data: data}
	start := o.space(0)
	end, escaped := o.value(start, 0)
	if end < 0 || o.space(end) != len(data) {
		return Value{}, false
	}
	return Value{Raw: data[start:end], start: start, escaped: escaped}, true
}

// Problem says in a few words why the data is not one strict JSON object, and
// is empty if it is.
func (o *Object) Problem() string { return o.problem }

// Next reads the next member and reports whether there was one. It returns
// false at the end of the object and at the first problem.
func (o *Object) Next() bool {
	if o.problem != "" || o.ended {
		return false
	}
	i := o.space(o.pos)
	switch first := o.Name == nil; {
	case first && !o.at(i, '{'):
		return o.fail("not a JSON object") > 0
	case first:
		if next := o.space(i + 1); o.at(next, '}') {
			return o.end(next + 1)
		}
	case o.at(i, '}'):
		return o.end(i + 1)
	case !o.at(i, ','):
		return o.fail("want ',' or '}' after a value") > 0
	}
	i = o.space(i + 1)
	start, name := o.member(i, &o.seen)
	if start < 0 {
		return false
	}
	end, escaped := o.value(start, 1)
	if end < 0 {
		return false
	}
	o.pos, o.Name, o.Start = end, name, i
	o.Value.Raw, o.Value.start, o.Value.escaped = o.data[start:end], start, escaped
	return true
}

func (o *Object) end(i int) bool {
	if o.ended = true; o.space(i) != len(o.data) {
		o.problem = "data after the JSON object"
	}
	return false
}

// Each method below reads one thing that begins at i, and returns where it ends,
// or failed.
const failed = -1

func (o *Object) fail(problem string) int {
	o.problem = problem
	return failed
}

func (o *Object) at(i int, c byte) bool { return i < len(o.data) && o.data[i] == c }

func (o *Object) space(i int) int {
	data := o.data
	for i < len(data) && data[i] <= ' ' && (data[i] == ' ' || data[i] == '\t' || data[i] == '\r' || data[i] == '\n') {
		i++
	}
	return i
}

// member reads a name and its colon, up to the first byte of the value.
func (o *Object) member(i int, seen *names) (end int, name []byte) {
	if i = o.space(i); !o.at(i, '"') {
		return o.fail("want a member name"), nil
	}
	end, escaped := o.text(i + 1)
	if end < 0 {
		return failed, nil
	}
	name = o.data[i+1 : end-1]
	if escaped && !o.lax {
		name, _ = jsontext.AppendUnquote(make([]byte, 0, len(name)), o.data[i:end])
	}
	if o.members++; o.limit > 0 && o.members > o.limit {
		return o.fail("too many members"), nil
	}
	if !o.lax && !seen.add(name, o.data, i+1, escaped) {
		return o.fail("duplicate name " + Quote(string(name))), nil
	}
	if end = o.space(end); !o.at(end, ':') {
		return o.fail("want ':' after a member name"), nil
	}
	return o.space(end + 1), name
}

// value reads one value and says whether it is a string with escapes.
func (o *Object) value(i, depth int) (end int, escaped bool) {
	if i >= len(o.data) {
		return o.fail("the JSON text ends early"), false
	}
	switch c := o.data[i]; {
	case c == '"':
		return o.text(i + 1)
	case c == '-' || '0' <= c && c <= '9':
		return o.number(i), false
	case c == 't':
		return o.literal(i, "true"), false
	case c == 'f':
		return o.literal(i, "false"), false
	case c == 'n':
		return o.literal(i, "null"), false
	case c != '{' && c != '[':
		return o.fail("want a JSON value"), false
	case depth >= MaxDepth:
		return o.fail("nested too deep"), false
	case c == '[':
		return o.array(i+1, depth+1), false
	default:
		return o.object(i+1, depth+1), false
	}
}

func (o *Object) object(i, depth int) int {
	var seen names
	if i = o.space(i); o.at(i, '}') {
		return i + 1
	}
	for {
		if i, _ = o.member(i, &seen); i < 0 {
			return failed
		}
		if i, _ = o.value(i, depth); i < 0 {
			return failed
		}
		if i = o.space(i); o.at(i, '}') {
			return i + 1
		}
		if !o.at(i, ',') {
			return o.fail("want ',' or '}' after a value")
		}
		i++
	}
}

func (o *Object) array(i, depth int) int {
	if i = o.space(i); o.at(i, ']') {
		return i + 1
	}
	for {
		if i, _ = o.value(o.space(i), depth); i < 0 {
			return failed
		}
		if i = o.space(i); o.at(i, ']') {
			return i + 1
		}
		if !o.at(i, ',') {
			return o.fail("want ',' or ']' after a value")
		}
		i++
	}
}

func (o *Object) literal(i int, word string) int {
	if len(o.data)-i < len(word) || string(o.data[i:i+len(word)]) != word {
		return o.fail("want a JSON value")
	}
	return i + len(word)
}

// number reads what RFC 8259 section 6 allows.
func (o *Object) number(i int) int {
	if o.at(i, '-') {
		i++
	}
	start := i
	if i = o.digits(i); i == start || i > start+1 && o.data[start] == '0' {
		return o.fail("bad number")
	}
	if o.at(i, '.') {
		start = i + 1
		if i = o.digits(start); i == start {
			return o.fail("bad number")
		}
	}
	if o.at(i, 'e') || o.at(i, 'E') {
		if i++; o.at(i, '+') || o.at(i, '-') {
			i++
		}
		start = i
		if i = o.digits(start); i == start {
			return o.fail("bad number")
		}
	}
	return i
}

func (o *Object) digits(i int) int {
	data := o.data
	for i < len(data) && '0' <= data[i] && data[i] <= '9' {
		i++
	}
	return i
}

// text reads a string behind its opening quote.
func (o *Object) text(i int) (end int, escaped bool) {
	data := o.data
	for i < len(data) && plain[data[i]] {
		i++
	}
	if i < len(data) && data[i] == '"' {
		return i + 1, false
	}
	return o.oddText(i)
}

// oddText is text from the first byte on that does not stand for itself, alone.
func (o *Object) oddText(i int) (end int, escaped bool) {
	for i < len(o.data) {
		switch c := o.data[i]; {
		case plain[c]:
			i++
		case c == '"':
			return i + 1, escaped
		case c == '\\':
			escaped = true
			if i = o.escape(i + 1); i < 0 {
				return o.fail("bad escape in a string"), true
			}
		case c < ' ':
			return o.fail("control character in a string"), escaped
		default:
			r, n := utf8.DecodeRune(o.data[i:])
			if r == utf8.RuneError && n == 1 {
				return o.fail("invalid UTF-8"), escaped
			}
			i += n
		}
	}
	return o.fail("the JSON text ends early"), escaped
}

// plain says which bytes of a string stand for themselves, and alone.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// escape reads one escape sequence behind its backslash, or two that are a
// surrogate pair.
func (o *Object) escape(i int) int {
	if i == len(o.data) {
		return failed
	}
	switch o.data[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	}
	high, ok := o.unicode(i)
	switch {
	case !ok || 0xDC00 <= high && high <= 0xDFFF:
		return failed
	case high < 0xD800 || 0xDFFF < high:
		return i + 5
	}
	low, ok := o.unicode(i + 6)
	if !ok || low < 0xDC00 || 0xDFFF < low || !o.at(i+5, '\\') {
		return failed
	}
	return i + 11
}

// unicode returns the value of a u and four hexadecimal digits.
func (o *Object) unicode(i int) (v uint16, ok bool) {
	if len(o.data)-i < 5 || o.data[i] != 'u' {
		return 0, false
	}
	for _, c := range o.data[i+1 : i+5] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		v = v<<4 | uint16(c)
	}
	return v, true
}

// names is a set of the member names of one object: a few by where they are in
// the data, the others in a map.
type names struct {
	few  [16]span
	n    int
	many map[string]struct{}
	mask uint64 // the bits of the names in few
}

type span struct{ start, end int32 }

// add reports whether name was new. It is data[start:end], unless it had escapes.
func (s *names) add(name, data []byte, start int, escaped bool) bool {
	bit := bit(name)
	if s.mask&bit != 0 {
		for _, few := range s.few[:s.n] {
			if string(data[few.start:few.end]) == string(name) {
				return false
			}
		}
	}
	s.mask |= bit
	if s.many != nil {
		if _, ok := s.many[string(name)]; ok {
			return false
		}
	}
	if end := start + len(name); s.n < len(s.few) && !escaped && end <= math.MaxInt32 {
		s.few[s.n] = span{int32(start), int32(end)}
		s.n++
		return true
	}
	if s.many == nil {
		s.many = make(map[string]struct{})
	}
	s.many[string(name)] = struct{}{}
	return true
}

// bit is one of 64 bits, the same for equal names and most often another one for
// others, which spares comparing them.
func bit(name []byte) uint64 {
	if len(name) == 0 {
		return 1
	}
	return 1 << ((uint(len(name)) + 3*uint(name[0]) + 5*uint(name[len(name)-1])) % 64)
}

// A Value is the text of one JSON value that [Object.Next] found well formed.
// Its zero value is no value at all.
type Value struct {
	Raw []byte

	start   int  // where Raw begins in the data
	escaped bool // Raw is a string with escapes
}

// Kind names the type of the value, with its article.
func (v *Value) Kind() string {
	switch v.first() {
	case 0:
		return "nothing"
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}

// first is the first byte, which tells the type.
func (v *Value) first() byte {
	if len(v.Raw) == 0 {
		return 0
	}
	return v.Raw[0]
}

// IsNumber reports whether the value is a number.
func (v *Value) IsNumber() bool { return v.first() == '-' || '0' <= v.first() && v.first() <= '9' }

// IsString reports whether the value is a string.
func (v *Value) IsString() bool { return v.first() == '"' }

// IsStrings reports whether the value is an array of strings.
func (v *Value) IsStrings() bool {
	return v.strings(func(Value) {})
}

// Text returns the value of a string. If source is not empty, it holds the same
// bytes as the data being read, and the result is a part of it where possible;
// otherwise the result is a copy.
func (v *Value) Text(source string) (text string, ok bool) {
	if !v.IsString() {
		return "", false
	}
	if v.escaped {
		unquoted, err := jsontext.AppendUnquote(nil, v.Raw)
		return string(unquoted), err == nil
	}
	if source != "" {
		return source[v.start+1 : v.start+len(v.Raw)-1], true
	}
	return string(v.Raw[1 : len(v.Raw)-1]), true
}

// Texts appends the values of an array of strings to dst, and reports false for
// anything else. Source is as in [Value.Text].
func (v *Value) Texts(source string, dst []string) (texts []string, ok bool) {
	ok = v.strings(func(s Value) {
		text, _ := s.Text(source)
		dst = append(dst, text)
	})
	return dst, ok
}

// strings calls do with each string of an array, and reports false for what is
// not one, or at the first value that is no string.
func (v *Value) strings(do func(Value)) bool {
	if v.first() != '[' {
		return false
	}
	o := Object{data: v.Raw} // which is known to be well formed
	for i := o.space(1); !o.at(i, ']'); i = o.space(i) {
		if o.at(i, ',') {
			i = o.space(i + 1)
		}
		if !o.at(i, '"') {
			return false
		}
		start := i
		end, escaped := o.text(i + 1)
		do(Value{Raw: v.Raw[start:end], start: v.start + start, escaped: escaped})
		i = end
	}
	return true
}

// Quote returns s for a message: quoted, on one line, and cut if it is long.
func Quote(s string) string {
	const most = 64
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}
