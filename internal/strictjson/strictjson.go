// Package strictjson reads JSON (RFC 8259) the strict way that signed and
// encrypted tokens need: unique names at every depth, names compared exactly,
// valid UTF-8, no lone surrogates, bounded depth, nothing after the value. It
// reads in one pass, in time that grows as the text does, and allocates nothing
// for ordinary input.
package strictjson

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep values may nest, the outermost included.
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

	scanner
	pos  int
	seen Names
}

// Read prepares to read data, which must not change meanwhile. A limit above
// zero bounds the members that all objects in data may have together.
func Read(data []byte, limit int) *Object {
	return &Object{scanner: scanner{data: data, limit: limit}}
}

// Problem says in a few words why the data is not one strict JSON object, and
// is empty if it is.
func (o *Object) Problem() string { return o.problem }

// Next reads the next member and reports whether there was one. It returns
// false at the end of the object and at the first problem.
func (o *Object) Next() bool {
	i := o.space(o.pos)
	switch first := o.Name == nil; {
	case first && !o.at(i, '{'):
		o.fail("not a JSON object")
		return false
	case first:
		if next := o.space(i + 1); o.at(next, '}') {
			return o.end(next + 1)
		}
	case o.at(i, '}'):
		return o.end(i + 1)
	case !o.at(i, ','):
		o.fail("want ',' or '}' after a value")
		return false
	}
	i = o.space(i + 1)
	start, name := o.member(i, &o.seen)
	if start == failed {
		return false
	}
	end, escaped := o.value(start, 1)
	if end == failed {
		return false
	}
	o.pos, o.Name, o.Start = end, name, i
	o.Value.Raw, o.Value.start, o.Value.escaped = o.data[start:end], start, escaped
	return true
}

func (o *Object) end(i int) bool {
	if o.space(i) != len(o.data) {
		o.problem = "data after the JSON object"
	}
	return false
}

// Find returns the first member called name of the object in data, reading no
// further and not looking for duplicates: for a first look at what is checked
// by [Read] later. It allocates nothing that grows with data if the name has at
// most eight bytes.
func Find(data []byte, name string) (Value, bool) {
	o := Object{scanner: scanner{data: data, lax: true}}
	for o.Next() {
		if string(o.Name) == name {
			return o.Value, true
		}
		if len(o.Name) <= 6*len(name) && bytes.IndexByte(o.Name, '\\') >= 0 { // each letter may be an escape of six
			var room [6*maxFindName + 2]byte // with its quotes
			unescaped, _ := jsontext.AppendUnquote(room[:0], data[o.Start:o.Start+len(o.Name)+2])
			if string(unescaped) == name {
				return o.Value, true
			}
		}
	}
	return Value{}, false
}

const maxFindName = 8

// ReadValue returns the one value that data consists of, and what is wrong if it
// is not one strict JSON value. Depth is the number of objects and arrays that
// are around it, which count for [MaxDepth].
func ReadValue(data []byte, depth int) (v Value, problem string) {
	s := scanner{data: data}
	start := s.space(0)
	end, escaped := s.value(start, depth)
	switch {
	case end == failed:
		return Value{}, s.problem
	case s.space(end) != len(data):
		return Value{}, "data after the JSON value"
	}
	return Value{Raw: data[start:end], start: start, escaped: escaped}, ""
}
