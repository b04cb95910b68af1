package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// strayFaults are about bits behind the last byte of the header, the payload and the signature.
var strayFaults = []fault{"stray bits of the header are tolerated", "stray bits of the payload are tolerated", "stray bits of the signature are tolerated"}

// strictFaults are mistakes of verifiers that say that they are strict.
var strictFaults = append([]fault{
	"names may be there twice", "names of claims may be there twice", "names of parameters may be there twice", "names inside may be there twice", "names in arrays may be there twice", "names with escapes may be there twice", "unregistered names may be there twice", "one value may be there twice", "names far apart may be there twice", "names deep inside may be there twice", "empty names may be there twice", "one name in two objects is twice",
	"lone surrogates are tolerated", "lone surrogates of the header are tolerated", "a byte order mark is cut off", "text that is not UTF-8 is tolerated", "text that is not UTF-8 is repaired",
	"sub may be of any type", "jti may be of any type", "dates of other JSON types are passed over", "the audience may be among values of any type", "null is as good as absent", "cty may be of any type", "typ may be null", "kid may be null", "b64 is not looked at",
	"kid is not looked at", "kid is compared in lower case", "kid is compared by prefix", "kid is compared without spaces", "kid is compared up to a zero byte", "kid is a pattern", "kid is compared without its path",
}, strayFaults...)

func TestEachFaultOfAPlainStrictVerifierIsFound(t *testing.T) {
	findFaults(t, strictFaults, func(f fault) func(testkit.Case) testkit.Verdict {
		return func(c testkit.Case) testkit.Verdict {
			if !c.Policy.Strict || c.Decryption != nil {
				return testkit.Unsupported
			}
			v := &plainVerifier{f, c}
			return verdictOf(v.accepts() && v.isStrict())
		}
	})
}

// isStrict reports whether a token that is accepted otherwise has one text and one meaning.
func (v *plainVerifier) isStrict() bool {
	parts := strings.Split(v.c.Token, ".")
	header, _ := v.object(decode(parts[0]))
	claims, _ := v.object(decode(parts[1]))
	for i, part := range parts[:2] {
		data := bytes.TrimPrefix(v.converted(decode(part)), []byte("\xef\xbb\xbf"))
		d := json.NewDecoder(bytes.NewReader(data))
		if v.fault != "names may be there twice" && v.fault != fault([]string{"names of parameters", "names of claims"}[i]+" may be there twice") && v.twice(d, data, 0, make(map[string]bool)) {
			return false
		}
		if hasLoneSurrogate(data) && v.fault != "lone surrogates are tolerated" && (i > 0 || v.fault != "lone surrogates of the header are tolerated") {
			return false
		}
	}
	text := func(members map[string]any, name string, tolerated fault) bool {
		value, there := members[name]
		_, isText := value.(string)
		return !there || isText || v.fault == tolerated || value == nil && v.fault == "null is as good as absent"
	}
	audience, _ := claims["aud"].([]any)
	mixed := slices.ContainsFunc(audience, func(one any) bool { _, isText := one.(string); return !isText })
	_, b64 := header["b64"]
	return text(claims, "sub", "sub may be of any type") && text(claims, "jti", "jti may be of any type") && text(header, "cty", "cty may be of any type") && text(header, "typ", "typ may be null") && text(header, "kid", "kid may be null") &&
		(!mixed || v.fault == "the audience may be among values of any type") && (!b64 || v.fault == "b64 is not looked at")
}

// twice reports whether the next value has a name twice.
func (v *plainVerifier) twice(d *json.Decoder, data []byte, depth int, outer map[string]bool) bool {
	token, err := d.Token()
	if err != nil {
		return false
	}
	found := false
	switch token {
	case json.Delim('['):
		for d.More() {
			inside := v.twice(d, data, depth+1, outer)
			found = found || inside && v.fault != "names in arrays may be there twice"
		}
	case json.Delim('{'):
		seen := make(map[string]string)
		if v.fault == "one name in two objects is twice" {
			for name := range outer {
				seen[name] = ""
			}
		}
		order := []string{}
		for d.More() {
			name, start := v.name(d, data)
			from := d.InputOffset()
			inside := v.twice(d, data, depth+1, outer)
			value := string(bytes.TrimLeft(data[from:d.InputOffset()], " :"))
			before, again := seen[name]
			at := slices.Index(order, name)
			again = again && !(v.fault == "one value may be there twice" && before == value) && !(v.fault == "names far apart may be there twice" && len(order)-at > 32) && !(v.fault == "empty names may be there twice" && name == "") &&
				!(v.fault == "unregistered names may be there twice" && !slices.Contains([]string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "alg", "kid", "typ"}, name)) && !(v.fault == "names inside may be there twice" && depth > 0) && !(v.fault == "names deep inside may be there twice" && depth > 32)
			found = found || again || inside
			if v.fault != "names with escapes may be there twice" || !strings.Contains(start, `\`) {
				seen[name], order = value, append(order, name)
			}
			outer[name] = true
		}
	default:
		return false
	}
	_, _ = d.Token() // the end
	return found
}

// name is the next name, and how it is written.
func (v *plainVerifier) name(d *json.Decoder, data []byte) (name, written string) {
	from := d.InputOffset()
	token, _ := d.Token()
	name, _ = token.(string)
	return name, string(data[from:d.InputOffset()])
}

// hasLoneSurrogate reports whether an escape stands for half a character.
func hasLoneSurrogate(data []byte) bool {
	var value any
	return bytes.Contains(data, []byte(`\ud`)) && json.Unmarshal(data, &value) == nil && strings.Contains(string(mustJSON(value)), "\ufffd")
}

func mustJSON(value any) []byte {
	data, _ := json.Marshal(value)
	return data
}
