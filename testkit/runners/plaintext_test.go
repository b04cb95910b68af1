package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// textFaults are mistakes in reading the parts of a token, and what crit asks for.
var textFaults = []fault{
	"padding of what is signed is tolerated", "other characters in what is signed are skipped", "line breaks in what is signed are skipped", "the other alphabet in what is signed is tolerated", "a payload that is not encoded is tolerated", "a character that makes no byte is dropped",
	"unencoded payloads are understood", "UTF-16 is detected", "UTF-32 is detected", "UTF-16 with a mark is detected", "text that is not UTF-8 is repaired", "names that are not UTF-8 are tolerated",
	"white space of Unicode is cut off", "white space of C is cut off", "comments are passed over", "a semicolon after the object is passed over", "a guard before the object is cut off", "the first line counts",
	"crit of one extension is understood", "only the first of crit counts", "only the last of crit counts", "crit may name what the header has", "an empty crit is tolerated", "crit that is no array is passed over", "crit may name claims",
	"claims of the header count", "claims of the header count where there are none", "typ of the claims counts", "cty counts as typ", "alg of the claims counts",
}

// tolerated is a part of a token with what a fault passes over.
func (v *plainVerifier) tolerated(i int, part string) string {
	if v.fault == "a character that makes no byte is dropped" && len(part)%4 == 1 {
		return part[:len(part)-1]
	}
	if v.fault == strayFaults[i] {
		return base64.RawURLEncoding.EncodeToString(decode(part))
	}
	if i == 2 {
		return part
	}
	switch v.fault {
	case "padding of what is signed is tolerated":
		return strings.TrimRight(part, "=")
	case "other characters in what is signed are skipped":
		return regexp.MustCompile(`[^A-Za-z0-9_-]`).ReplaceAllString(part, "")
	case "line breaks in what is signed are skipped":
		return strings.NewReplacer("\n", "", "\r", "").Replace(part)
	case "the other alphabet in what is signed is tolerated":
		return strings.NewReplacer("+", "-", "/", "_").Replace(part)
	case "a payload that is not encoded is tolerated", "unencoded payloads are understood":
		if strings.HasPrefix(part, "{") {
			return base64.RawURLEncoding.EncodeToString([]byte(part))
		}
	}
	return part
}

// converted is text as a fault reads it.
func (v *plainVerifier) converted(data []byte) []byte {
	switch v.fault {
	case "UTF-16 is detected":
		return fromUnits(data, 2)
	case "UTF-32 is detected":
		return fromUnits(data, 4)
	case "UTF-16 with a mark is detected":
		if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
			return fromUnits(data, 2)
		}
	case "text that is not UTF-8 is repaired":
		return bytes.ToValidUTF8(data, []byte("\ufffd"))
	case "names that are not UTF-8 are tolerated":
		return regexp.MustCompile(`"[^":,]*":`).ReplaceAllFunc(data, func(name []byte) []byte { return bytes.ToValidUTF8(name, []byte("\ufffd")) })
	case "white space of Unicode is cut off":
		return bytes.TrimSpace(data)
	case "white space of C is cut off":
		return bytes.Trim(data, " \t\r\n\v\f")
	case "comments are passed over":
		return regexp.MustCompile(`/\*\*/|//x?$|//\n`).ReplaceAll(data, nil)
	case "a semicolon after the object is passed over":
		return bytes.TrimSuffix(data, []byte(";"))
	case "a guard before the object is cut off":
		return bytes.TrimPrefix(data, []byte(")]}',\n"))
	case "a byte order mark is cut off":
		return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	case "the first line counts":
		if line, _, _ := bytes.Cut(data, []byte("}\n")); len(line) < len(data) {
			return append(bytes.Clone(line), '}')
		}
	}
	return data
}

// fromUnits is text of units of two bytes or four, in either order, in UTF-8; other text
// is as it was.
func fromUnits(data []byte, size int) []byte {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		var runes []rune
		for unit := data; len(unit) >= size; unit = unit[size:] {
			if size == 2 {
				runes = append(runes, rune(order.Uint16(unit)))
			} else {
				runes = append(runes, rune(order.Uint32(unit)))
			}
		}
		if size == 2 {
			var units []uint16
			for _, r := range runes {
				units = append(units, uint16(r))
			}
			runes = utf16.Decode(units)
		}
		text := strings.TrimPrefix(string(runes), "\ufeff")
		if strings.HasPrefix(text, "{") && !strings.ContainsRune(text, utf8.RuneError) {
			return []byte(text)
		}
	}
	return data
}

// understands reports whether all is understood that crit names, which is nothing.
func (v *plainVerifier) understands(header map[string]any) bool {
	crit, there := header["crit"]
	if !there || v.fault == "crit is not looked at" {
		return true
	}
	names, isArray := crit.([]any)
	known := map[any]bool{}
	switch v.fault {
	case "crit that is no array is passed over":
		return !isArray
	case "an empty crit is tolerated":
		return isArray && len(names) == 0
	case "crit may name what the header has":
		for name := range header {
			known[name] = true
		}
	case "crit may name claims":
		known["exp"], known["iss"] = true, true
	case "crit of one extension is understood":
		known["http://openbanking.org.uk/iat"] = true
	case "only the first of crit counts", "only the last of crit counts", "unencoded payloads are understood":
		known["b64"] = true
	}
	if len(names) > 0 && v.fault == "only the first of crit counts" {
		names = names[:1]
	}
	if len(names) > 0 && v.fault == "only the last of crit counts" {
		names = names[len(names)-1:]
	}
	for _, name := range names {
		if text, ok := name.(string); !ok || !known[text] {
			return false
		}
	}
	return len(names) > 0
}

// merge sets members of the header and of the claims where a fault looks for them.
func (v *plainVerifier) merge(header, claims map[string]any) {
	if claims == nil {
		return
	}
	switch v.fault {
	case "claims of the header count":
		maps.Copy(claims, header)
	case "claims of the header count where there are none":
		for name, value := range header {
			if _, there := claims[name]; !there {
				claims[name] = value
			}
		}
	case "typ of the claims counts":
		if header["typ"] == nil {
			header["typ"] = claims["typ"]
		}
	case "cty counts as typ":
		if header["typ"] == nil {
			header["typ"] = header["cty"]
		}
	}
}

// otherAlgorithm sets alg to that of the claims, where a fault looks for it.
func (v *plainVerifier) otherAlgorithm(header map[string]any, input string) {
	if _, payload, _ := strings.Cut(input, "."); v.fault == "alg of the claims counts" && header["alg"] == nil {
		var claims map[string]any
		_ = json.Unmarshal(decode(payload), &claims)
		header["alg"] = claims["alg"]
	}
}
