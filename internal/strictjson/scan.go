package strictjson

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// A scanner checks JSON. Each of its methods reads one thing that begins at i,
// and returns where it ends, or failed.
type scanner struct {
	data    []byte
	members int  // read so far, at every depth
	limit   int  // most members at every depth together; 0: no limit
	lax     bool // names keep their escapes, and may be there twice
	problem string
}

const failed = -1

// fail keeps the first problem.
func (s *scanner) fail(problem string) int {
	if s.problem == "" {
		s.problem = problem
	}
	return failed
}

func (s *scanner) at(i int, c byte) bool { return i < len(s.data) && s.data[i] == c }

func (s *scanner) space(i int) int {
	if i < len(s.data) && s.data[i] > ' ' {
		return i
	}
	return s.spaces(i)
}

func (s *scanner) spaces(i int) int {
	for i < len(s.data) && (s.data[i] == ' ' || s.data[i] == '\t' || s.data[i] == '\r' || s.data[i] == '\n') {
		i++
	}
	return i
}

// member reads a name and its colon, up to the first byte of the value.
func (s *scanner) member(i int, seen *Names) (end int, name []byte) {
	if i = s.space(i); !s.at(i, '"') {
		return s.fail("want a member name"), nil
	}
	end, escaped := s.text(i + 1)
	if end == failed {
		return failed, nil
	}
	name = s.data[i+1 : end-1]
	if escaped && !s.lax {
		name, _ = jsontext.AppendUnquote(make([]byte, 0, len(name)), s.data[i:end])
	}
	if s.members++; s.limit > 0 && s.members > s.limit {
		return s.fail("too many members"), nil
	}
	if !s.lax && !seen.add(name, s.data, i+1, escaped) {
		return s.fail("duplicate name " + Quote(string(name))), nil
	}
	if end = s.space(end); !s.at(end, ':') {
		return s.fail("want ':' after a member name"), nil
	}
	return s.space(end + 1), name
}

// value reads one value, with depth objects and arrays around it, and says
// whether it is a string with escapes.
func (s *scanner) value(i, depth int) (end int, escaped bool) {
	if i >= len(s.data) {
		return s.fail("the JSON text ends early"), false
	}
	switch c := s.data[i]; {
	case c == '"':
		return s.text(i + 1)
	case c == '-' || '0' <= c && c <= '9':
		end = s.number(i)
	case c == 't':
		end = s.literal(i, "true")
	case c == 'f':
		end = s.literal(i, "false")
	case c == 'n':
		end = s.literal(i, "null")
	case c != '{' && c != '[':
		end = s.fail("want a JSON value")
	case depth >= MaxDepth:
		end = s.fail("nested too deep")
	case c == '[':
		end = s.array(i+1, depth+1)
	default:
		end = s.object(i+1, depth+1)
	}
	return end, false
}

func (s *scanner) object(i, depth int) int {
	var seen Names
	if i = s.space(i); s.at(i, '}') {
		return i + 1
	}
	for {
		if i, _ = s.member(i, &seen); i == failed {
			return failed
		}
		if i, _ = s.value(i, depth); i == failed {
			return failed
		}
		if i = s.space(i); s.at(i, '}') {
			return i + 1
		}
		if !s.at(i, ',') {
			return s.fail("want ',' or '}' after a value")
		}
		i++
	}
}

func (s *scanner) array(i, depth int) int {
	if i = s.space(i); s.at(i, ']') {
		return i + 1
	}
	for {
		if i, _ = s.value(s.space(i), depth); i == failed {
			return failed
		}
		if i = s.space(i); s.at(i, ']') {
			return i + 1
		}
		if !s.at(i, ',') {
			return s.fail("want ',' or ']' after a value")
		}
		i++
	}
}

func (s *scanner) literal(i int, word string) int {
	if len(s.data)-i < len(word) || string(s.data[i:i+len(word)]) != word {
		return s.fail("want a JSON value")
	}
	return i + len(word)
}

// number reads what RFC 8259 section 6 allows.
func (s *scanner) number(i int) int {
	if s.at(i, '-') {
		i++
	}
	start := i
	if i = s.digits(i); i == start || i > start+1 && s.data[start] == '0' {
		return s.fail("bad number")
	}
	if s.at(i, '.') {
		start = i + 1
		if i = s.digits(start); i == start {
			return s.fail("bad number")
		}
	}
	if s.at(i, 'e') || s.at(i, 'E') {
		if i++; s.at(i, '+') || s.at(i, '-') {
			i++
		}
		start = i
		if i = s.digits(start); i == start {
			return s.fail("bad number")
		}
	}
	return i
}

func (s *scanner) digits(i int) int {
	for data := s.data; i < len(data) && data[i]-'0' < 10; {
		i++
	}
	return i
}

// text reads a string behind its opening quote: plain text eight bytes at a time.
func (s *scanner) text(i int) (end int, escaped bool) {
	for data := s.data; len(data)-i >= 8; i += 8 {
		if odd := oddBytes(binary.LittleEndian.Uint64(data[i:])); odd != 0 {
			if i += bits.TrailingZeros64(odd) / 8; data[i] == '"' {
				return i + 1, false
			}
			break
		}
	}
	return s.anyText(i)
}

// oddBytes marks, by its highest bit, the lowest of eight bytes that is a quote,
// a backslash, a control character or not ASCII. A byte above it may be marked
// without being one, for a subtraction borrows from it.
func oddBytes(eight uint64) uint64 {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	quote, backslash := eight^each*'"', eight^each*'\\'
	return (eight | (eight - each*' ') | (quote - each) | (backslash - each)) & highest
}

// anyText is text for what is not plain, and for what is near the end.
func (s *scanner) anyText(i int) (end int, escaped bool) {
	for i < len(s.data) {
		switch c := s.data[i]; {
		case c == '"':
			return i + 1, escaped
		case c == '\\':
			escaped = true
			if i = s.escape(i + 1); i == failed {
				return s.fail("bad escape in a string"), true
			}
		case c < ' ':
			return s.fail("control character in a string"), escaped
		case c < utf8.RuneSelf:
			i++
		default:
			_, n := utf8.DecodeRune(s.data[i:])
			if n == 1 { // which no character of these takes
				return s.fail("invalid UTF-8"), escaped
			}
			i += n
		}
	}
	return s.fail("the JSON text ends early"), escaped
}

// escape reads one escape sequence behind its backslash, or two that are a
// surrogate pair.
func (s *scanner) escape(i int) int {
	if i == len(s.data) {
		return failed
	}
	switch s.data[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	}
	switch high := s.unicode(i); {
	case high == failed:
		return failed
	case high < 0xD800 || 0xDFFF < high:
		return i + 5
	case 0xDC00 <= high: // the second of a pair
		return failed
	}
	if low := s.unicode(i + 6); low < 0xDC00 || 0xDFFF < low || !s.at(i+5, '\\') {
		return failed
	}
	return i + 11
}

// unicode returns the value of a u and four hexadecimal digits, or failed.
func (s *scanner) unicode(i int) (v int) {
	if len(s.data)-i < 5 || s.data[i] != 'u' {
		return failed
	}
	for _, c := range s.data[i+1 : i+5] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return failed
		}
		v = v<<4 | int(c)
	}
	return v
}
