package strictjson

import (
	"encoding/binary"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"
)

// A Cursor walks down a JSON text, value by value. On a text that is not well
// formed it ends early, with a [Cursor.Problem].
//
//	for more := c.Open('{'); more; more = c.More('}') {
//		switch string(c.Name()) { … c.Text() … }
//	}
//	… c.AtEnd() …
//
// Each value must be read before More is called. A Cursor is for one goroutine.
type Cursor struct {
	scanner
	source  string
	pos     int
	depth   int
	nameAt  int  // where the name that was read last begins in the data
	escaped bool // it has escapes
}

// Walk returns a Cursor before the value in data, which is known to be strict and
// must not change meanwhile. If source is not empty, it has the same bytes as data,
// and texts are parts of it; otherwise they are copies.
func Walk(data []byte, source string) Cursor {
	return Cursor{scanner: scanner{data: data, lax: true}, source: source}
}

// WalkStrictly has c, which is new, walk data of which nothing is known; see [Walk].
// What is walked to its end without a problem is strict, if no two names of an object
// that was entered are the same: that is for the caller to see, by [Cursor.IsNew]
// where it has no other way. In the values that [Cursor.Value] passes, the Cursor
// compares the names. (It is a method because copying a new Cursor costs as much as
// reading a name.)
func (c *Cursor) WalkStrictly(data []byte, source string) { c.data, c.source = data, source }

// IsStrict reports whether the Cursor is from [WalkStrictly].
func (c *Cursor) IsStrict() bool { return !c.lax }

// Problem says why the walk ended early, and is empty if it did not.
func (c *Cursor) Problem() string { return c.problem }

// Left returns how many bytes follow.
func (c *Cursor) Left() int { return len(c.data) - c.pos }

// Peek returns the first byte of the next value, and zero if there is none.
func (c *Cursor) Peek() byte {
	if c.pos < len(c.data) && c.data[c.pos] > ' ' {
		return c.data[c.pos]
	}
	return c.peekBehindSpaces()
}

func (c *Cursor) peekBehindSpaces() byte {
	if c.pos = c.spaces(c.pos); c.pos < len(c.data) {
		return c.data[c.pos]
	}
	return 0
}

// Open enters an object or an array, which begins with bracket, and reports
// whether there is something in it.
func (c *Cursor) Open(bracket byte) bool {
	switch {
	case c.Peek() != bracket:
		c.fail("want a JSON value")
		return false
	case c.depth >= MaxDepth:
		c.fail("nested too deep")
		return false
	}
	closing := bracket + 2
	if c.pos = c.space(c.pos + 1); c.at(c.pos, closing) {
		c.pos++
		return false
	}
	c.depth++
	return true
}

// More reports whether another value follows before the closing bracket, and
// passes that if not.
func (c *Cursor) More(closing byte) bool {
	if c.problem != "" {
		return false
	}
	switch next := c.Peek(); next {
	case ',':
		c.pos++
		return true
	case closing:
		c.pos++
		c.depth--
		return false
	}
	c.fail("want ',' or '" + string(rune(closing)) + "' after a value")
	return false
}

// NameIs passes the name of a member if it is written just so, and reports whether
// it was. Label is the name in quotes, with a colon.
func (c *Cursor) NameIs(label string) bool {
	start := c.space(c.pos)
	if len(c.data)-start < len(label) || string(c.data[start:start+len(label)]) != label {
		return false
	}
	c.pos = start + len(label)
	return true
}

// Name reads the name of a member, up to its value.
func (c *Cursor) Name() []byte {
	start := c.space(c.pos)
	if !c.at(start, '"') {
		c.fail("want a member name")
		return nil
	}
	if data := c.data[start+1:]; len(data) >= 8 { // a short name, as most are
		if odd := oddBytes(binary.LittleEndian.Uint64(data)); odd != 0 {
			n := bits.TrailingZeros64(odd) / 8
			if data[n] == '"' && n+1 < len(data) && data[n+1] == ':' {
				c.nameAt, c.escaped, c.pos = start+1, false, start+n+3
				return data[:n]
			}
		}
	}
	end, escaped := c.text(start + 1)
	if end == failed {
		return nil
	}
	c.nameAt, c.escaped = start+1, escaped
	name := c.data[start+1 : end-1]
	if escaped {
		name, _ = jsontext.AppendUnquote(nil, c.data[start:end])
	}
	if end = c.space(end); !c.at(end, ':') {
		c.fail("want ':' after a member name")
		return nil
	}
	c.pos = end + 1
	return name
}

// NameAt returns where the name that was read last begins in the data, with its
// quote.
func (c *Cursor) NameAt() int { return c.nameAt - 1 }

// NameText is Name that returns a string, as Text does.
func (c *Cursor) NameText() string {
	name := c.Name()
	if c.source != "" && !c.escaped {
		return c.source[c.nameAt : c.nameAt+len(name)]
	}
	return string(name)
}

// IsNew reports whether the name that was read last is not among the others of its
// object, and adds it to them. If it is, that is a problem.
func (c *Cursor) IsNew(name []byte, others *Names) bool {
	return others.add(name, c.data, c.nameAt, c.escaped) || c.Duplicate(name)
}

// Duplicate makes a problem of a name that is there twice. It returns false.
func (c *Cursor) Duplicate(name []byte) bool {
	c.fail("duplicate name " + Quote(string(name)))
	return false
}

// Text reads a string. It reports false, and reads nothing, if the next value is
// none.
func (c *Cursor) Text() (text string, ok bool) {
	if c.Peek() != '"' {
		return "", false
	}
	start := c.pos
	end, escaped := c.text(start + 1)
	if end == failed {
		return "", false
	}
	c.pos = end
	if c.source != "" && !escaped {
		return c.source[start+1 : end-1], true
	}
	v := Value{Raw: c.data[start:end], start: start, escaped: escaped}
	return v.Text(c.source)
}

// Integer reads a number that is written as an integer, with at most eighteen
// digits. It reports false, and reads nothing, if the next value is none.
func (c *Cursor) Integer() (n int64, ok bool) {
	const most = 18 // which fit 64 bits
	negative := c.Peek() == '-'
	start := c.pos
	if negative {
		start++
	}
	i := start
	for data := c.data; i < len(data) && data[i]-'0' < 10; i++ {
		n = n*10 + int64(data[i]-'0')
	}
	if i == start || i-start > most || i > start+1 && c.data[start] == '0' || c.at(i, '.') || c.at(i, 'e') || c.at(i, 'E') {
		return 0, false
	}
	c.pos = i
	if negative {
		n = -n
	}
	return n, true
}

// Number reads a number and returns its text, a part of the source if there is one. It
// reports false if the next value is none, or not well formed.
func (c *Cursor) Number() (text string, ok bool) {
	if next := c.Peek(); next != '-' && next-'0' > 9 {
		return "", false
	}
	v := c.Value()
	if c.source != "" {
		return c.source[v.start : v.start+len(v.Raw)], len(v.Raw) > 0
	}
	return string(v.Raw), len(v.Raw) > 0
}

// Value reads any value. It returns the zero Value if there is none.
func (c *Cursor) Value() Value {
	c.pos = c.space(c.pos)
	start := c.pos
	end, escaped := c.value(start, c.depth)
	if end == failed {
		return Value{}
	}
	c.pos = end
	return Value{Raw: c.data[start:end], start: start, escaped: escaped}
}

// AtEnd reports whether the walk passed all of the text.
func (c *Cursor) AtEnd() bool { return c.problem == "" && c.space(c.pos) == len(c.data) }
