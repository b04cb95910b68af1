// Package strictjson reads one JSON object (RFC 8259) the strict way that
// signed and encrypted tokens need: unique names at every depth, names compared
// exactly, valid UTF-8, no lone surrogates, bounded depth, nothing after the
// object. It reads in one pass and allocates nothing for ordinary input.
package strictjson

import (
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

	data    []byte
	pos     int
	seen    names
	members int // read so far, at every depth
	limit   int // most members at every depth together; 0: no limit
	lax     bool
	problem string
}

// Read prepares to read data, which must not change meanwhile. A limit above
// zero bounds the members that all objects in data may have together.
func Read(data []byte, limit int) *Object { return &Object{data: data, limit: limit} }

// Find returns the first member called name of the object in data, reading no
// further and not looking for duplicates: for a first look at what is checked
// by [Read] later. It allocates nothing that grows with data.
func Find(data []byte, name string) (Value, bool) {
	o := Object{data: data, lax: true}
	for o.Next() {
		if string(o.Name) == name {
			return o.Value, true
		}
	}
	return Value{}, false
}

// ReadValue returns the one value that data consists of, and false if it is not
// one strict JSON value.
func ReadValue(data []byte) (Value, bool) {
	o := Object{data: data}
	o.space()
	start := o.pos
	escaped, ok := o.value(0)
	end := o.pos
	o.space()
	return Value{Raw: data[start:end], start: start, escaped: escaped}, ok && o.pos == len(data)
}

// Problem says in a few words why the data is not one strict JSON object, and
// is empty if it is.
func (o *Object) Problem() string { return o.problem }

// Next reads the next member and reports whether there was one. It returns
// false at the end of the object and at the first problem.
func (o *Object) Next() bool {
	if o.problem != "" {
		return false
	}
	o.space()
	if o.Name == nil { // before the first member
		if !o.take('{') {
			return o.fail("not a JSON object")
		}
		if o.space(); o.take('}') {
			return o.end()
		}
	} else if o.take('}') {
		return o.end()
	} else if !o.take(',') {
		return o.fail("want ',' or '}' after a value")
	}
	name, ok := o.member(&o.seen, 1)
	if !ok {
		return false
	}
	start := o.pos
	escaped, ok := o.value(1)
	if !ok {
		return false
	}
	o.Name = name
	o.Value.Raw, o.Value.start, o.Value.escaped = o.data[start:o.pos], start, escaped
	return true
}

func (o *Object) end() bool {
	if o.space(); o.pos != len(o.data) {
		o.problem = "data after the JSON object"
	}
	return false
}

func (o *Object) fail(problem string) bool {
	o.problem = problem
	return false
}

func (o *Object) space() {
	data, i := o.data, o.pos
	for i < len(data) && (data[i] == ' ' || data[i] == '\t' || data[i] == '\r' || data[i] == '\n') {
		i++
	}
	o.pos = i
}

func (o *Object) take(c byte) bool {
	if o.pos < len(o.data) && o.data[o.pos] == c {
		o.pos++
		return true
	}
	return false
}

// member reads a name and its colon, up to the first byte of the value.
func (o *Object) member(seen *names, depth int) (name []byte, ok bool) {
	o.space()
	start := o.pos
	if !o.take('"') {
		return nil, o.fail("want a member name")
	}
	escaped, ok := o.text()
	if !ok {
		return nil, false
	}
	name = o.data[start+1 : o.pos-1]
	if escaped {
		if name, _ = jsontext.AppendUnquote(make([]byte, 0, len(name)), o.data[start:o.pos]); name == nil {
			return nil, o.fail("bad escape in a member name")
		}
	}
	if o.members++; o.limit > 0 && o.members > o.limit {
		return nil, o.fail("too many members")
	}
	if !o.lax && !seen.add(name, o.data, start+1, escaped) {
		return nil, o.fail("duplicate name " + Quote(string(name)))
	}
	if o.space(); !o.take(':') {
		return nil, o.fail("want ':' after a member name")
	}
	o.space()
	return name, true
}

// value reads one value and says whether it is a string with escapes.
func (o *Object) value(depth int) (escaped, ok bool) {
	if o.pos == len(o.data) {
		return false, o.fail("the JSON text ends early")
	}
	switch c := o.data[o.pos]; {
	case c == '"':
		o.pos++
		return o.text()
	case c == '-' || '0' <= c && c <= '9':
		return false, o.number()
	case c == 't':
		return false, o.literal("true")
	case c == 'f':
		return false, o.literal("false")
	case c == 'n':
		return false, o.literal("null")
	case c != '{' && c != '[':
		return false, o.fail("want a JSON value")
	case depth >= MaxDepth:
		return false, o.fail("nested too deep")
	case c == '[':
		return false, o.array(depth + 1)
	default:
		return false, o.object(depth + 1)
	}
}

func (o *Object) object(depth int) bool {
	var seen names
	o.pos++
	if o.space(); o.take('}') {
		return true
	}
	for {
		if _, ok := o.member(&seen, depth); !ok {
			return false
		}
		if _, ok := o.value(depth); !ok {
			return false
		}
		if o.space(); o.take('}') {
			return true
		}
		if !o.take(',') {
			return o.fail("want ',' or '}' after a value")
		}
	}
}

func (o *Object) array(depth int) bool {
	o.pos++
	if o.space(); o.take(']') {
		return true
	}
	for {
		o.space()
		if _, ok := o.value(depth); !ok {
			return false
		}
		if o.space(); o.take(']') {
			return true
		}
		if !o.take(',') {
			return o.fail("want ',' or ']' after a value")
		}
	}
}

func (o *Object) literal(word string) bool {
	if len(o.data)-o.pos < len(word) || string(o.data[o.pos:o.pos+len(word)]) != word {
		return o.fail("want a JSON value")
	}
	o.pos += len(word)
	return true
}

// number reads what RFC 8259 section 6 allows.
func (o *Object) number() bool {
	o.take('-')
	if !o.take('0') && !o.digits() {
		return o.fail("bad number")
	}
	if o.take('.') && !o.digits() {
		return o.fail("bad number")
	}
	if o.take('e') || o.take('E') {
		if !o.take('+') {
			o.take('-')
		}
		if !o.digits() {
			return o.fail("bad number")
		}
	}
	return true
}

func (o *Object) digits() bool {
	data, i := o.data, o.pos
	for i < len(data) && '0' <= data[i] && data[i] <= '9' {
		i++
	}
	found := i > o.pos
	o.pos = i
	return found
}

// text reads a string behind its opening quote.
func (o *Object) text() (escaped, ok bool) {
	for {
		data, i := o.data, o.pos
		for i < len(data) && plain[data[i]] {
			i++
		}
		if o.pos = i; i == len(data) {
			return escaped, o.fail("the JSON text ends early")
		}
		switch c := data[i]; {
		case c == '"':
			o.pos++
			return escaped, true
		case c == '\\':
			escaped = true
			if !o.escape() {
				return true, o.fail("bad escape in a string")
			}
		case c < ' ':
			return escaped, o.fail("control character in a string")
		default:
			r, n := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && n == 1 {
				return escaped, o.fail("invalid UTF-8")
			}
			o.pos += n
		}
	}
}

// plain says which bytes of a string stand for themselves, and alone.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// escape reads one escape sequence, or two that are a surrogate pair.
func (o *Object) escape() bool {
	if o.pos++; o.pos == len(o.data) {
		return false
	}
	switch o.data[o.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		o.pos++
		return true
	case 'u':
	default:
		return false
	}
	high, ok := o.hex4()
	if !ok || 0xDC00 <= high && high <= 0xDFFF {
		return false
	}
	if high < 0xD800 || 0xDFFF < high {
		return true
	}
	if !o.take('\\') {
		return false
	}
	low, ok := o.hex4()
	return ok && 0xDC00 <= low && low <= 0xDFFF
}

func (o *Object) hex4() (uint16, bool) {
	if len(o.data)-o.pos < 5 || o.data[o.pos] != 'u' {
		return 0, false
	}
	var v uint16
	for _, c := range o.data[o.pos+1 : o.pos+5] {
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
	o.pos += 5
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
func (v Value) Kind() string {
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
func (v Value) first() byte {
	if len(v.Raw) == 0 {
		return 0
	}
	return v.Raw[0]
}

// IsNumber reports whether the value is a number.
func (v Value) IsNumber() bool { return v.first() == '-' || '0' <= v.first() && v.first() <= '9' }

// IsString reports whether the value is a string.
func (v Value) IsString() bool { return v.first() == '"' }

// IsStrings reports whether the value is an array of strings.
func (v Value) IsStrings() bool {
	return v.strings(func(Value) {})
}

// Text returns the value of a string. If source is not empty, it holds the same
// bytes as the data being read, and the result is a part of it where possible;
// otherwise the result is a copy.
func (v Value) Text(source string) (text string, ok bool) {
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
func (v Value) Texts(source string, dst []string) (texts []string, ok bool) {
	ok = v.strings(func(s Value) {
		text, _ := s.Text(source)
		dst = append(dst, text)
	})
	return dst, ok
}

// strings calls do with each string of an array, and reports false for what is
// not one, or at the first value that is no string.
func (v Value) strings(do func(Value)) bool {
	if v.first() != '[' {
		return false
	}
	o := Object{data: v.Raw, pos: 1}
	for o.space(); !o.take(']'); o.space() {
		o.take(',') // its place is known to be right
		o.space()
		start := o.pos
		if !o.take('"') {
			return false
		}
		escaped, _ := o.text()
		do(Value{Raw: v.Raw[start:o.pos], start: v.start + start, escaped: escaped})
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
