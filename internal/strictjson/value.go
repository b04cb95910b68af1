package strictjson

import "github.com/go-json-experiment/json/jsontext"

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

// IsObject reports whether the value is an object.
func (v *Value) IsObject() bool { return v.first() == '{' }

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
	if v.first() != '[' {
		return dst, false
	}
	if source != "" {
		source = source[v.start : v.start+len(v.Raw)]
	}
	c := Walk(v.Raw, source)
	for more := c.Open('['); more; more = c.More(']') {
		text, ok := c.Text()
		if !ok {
			return dst, false
		}
		dst = append(dst, text)
	}
	return dst, true
}
