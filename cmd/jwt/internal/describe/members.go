package describe

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A Member is one of a JSON object.
type Member struct {
	Name  string
	Value jsontext.Value
}

// Members returns the members of a JSON object that is valid, in their order.
func Members(object jsontext.Value) (members []Member) {
	if object.Kind() != '{' {
		return nil
	}
	d := jsontext.NewDecoder(strings.NewReader(string(object)))
	_, _ = d.ReadToken() // the brace
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil
		}
		text := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil
		}
		members = append(members, Member{text, value.Clone()})
	}
	return members
}

// Find returns the value of a member, nil if there is none.
func Find(members []Member, name string) jsontext.Value {
	for _, m := range members {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Text returns the string that a value is, and "" for any other.
func Text(value jsontext.Value) string {
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return ""
	}
	return string(text)
}
