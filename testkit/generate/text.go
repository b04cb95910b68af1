package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// signedTextCases are tokens whose header or payload is not base64url, and is signed as
// it is: the signature is good, and the text is not.
func signedTextCases(k *key) (rows []testkit.Case) {
	const clause = "RFC 7515 sections 2 and 5.2"
	text := [2]string{rest(k.header(), 1), rest(payload(), 1)} // so that there is padding to leave out
	for i, name := range []string{"header", "payload"} {
		add := func(id, about string, part string) {
			parts := []string{encode([]byte(text[0])), encode([]byte(text[1]))}
			parts[i] = part
			input := strings.Join(parts, ".")
			rows = append(rows, row(strings.ToLower(k.alg)+"-signed-"+name+"-"+id, fmt.Sprintf("%s in the %s, which is signed with it", about, name), clause, input+"."+encode(k.sign(input)), testkit.Refuse, k))
		}
		good := encode([]byte(text[i]))
		for id, other := range map[string]string{"line-break": "\n", "carriage-return": "\r", "space": " ", "tab": "\t", "nul": "\x00", "exclamation": "!", "asterisk": "*", "tilde": "~", "colon": ":", "umlaut": "\u00e4", "zero-width": "\u200b", "bom": "\ufeff"} {
			add(id, "a character that base64url does not have, "+id+",", good[:8]+other+good[8:])
		}
		add("padded", "padding", good+"==")
		add("half-padded", "one sign of padding instead of two", good+"=")
		add("padded-twice", "padding in the middle and at the end", good[:8]+"="+good[8:]+"==")
		add("one-more", "a character that makes no byte", encode([]byte(rest(text[i], 0)))+"A")
		add("standard", "the standard alphabet", base64.RawStdEncoding.EncodeToString([]byte(strings.Replace(text[i], "{", `{"y":"???>>>",`, 1))))
		add("plain", "JSON that is not encoded", strings.NewReplacer(".", `\u002e`).Replace(text[i]))
		add("hexadecimal", "hexadecimal", fmt.Sprintf("%x", text[i]))
		add("twice", "base64url of base64url", encode([]byte(good)))
	}
	return rows
}

// rest is the text with spaces behind it, so that as many bytes are left of it by three.
func rest(text string, bytes int) string {
	for len(text)%3 != bytes {
		text += " "
	}
	return text
}

// encodingCases are about payloads and headers in other encodings than UTF-8, which some
// parsers of JSON detect, and about white space that is none in JSON.
func encodingCases(k *key) (rows []testkit.Case) {
	add := func(id, about, clause, header, payload string) {
		rows = append(rows, row(strings.ToLower(k.alg)+"-"+id, about, clause, k.token(header, payload), testkit.Refuse, k))
	}
	both := func(id, about, clause string, change func(string) string) {
		add("text-"+id, "the payload is "+about, clause, k.header(), change(payload()))
		add("text-header-"+id, "the header is "+about, clause, change(k.header()), payload())
	}
	const utf8, white = "RFC 7519 section 7.2, RFC 8259 section 8.1", "RFC 8259 section 2"
	for id, order := range map[string]binary.AppendByteOrder{"le": binary.LittleEndian, "be": binary.BigEndian} {
		for _, mark := range []string{"", "\ufeff"} {
			name := id + map[bool]string{true: "-bom"}[mark != ""]
			both("utf16-"+name, "in UTF-16", utf8, func(s string) string { return inUTF16(mark+s, order) })
			both("utf32-"+name, "in UTF-32", utf8, func(s string) string { return inUTF32(mark+s, order) })
		}
	}
	for id, bytes := range map[string]string{"cesu": "\xed\xa0\xbd\xed\xb8\x80", "beyond": "\xf4\x90\x80\x80", "five": "\xf8\x88\x80\x80\x80", "cut": "\xe2\x82", "latin": "M\xfcller", "overlong-nul": "\xc0\x80", "continuation": "\x80"} {
		add("text-value-"+id, "bytes in a value that are not UTF-8: "+id, utf8, k.header(), payload("x", `"`+bytes+`"`))
		add("text-name-"+id, "bytes in a name that are not UTF-8: "+id, utf8, k.header(), `{"`+bytes+`":1,`+payload()[1:])
		add("text-header-"+id, "bytes in the header that are not UTF-8: "+id, utf8, k.header("x", `"`+bytes+`"`), payload())
	}
	for id, space := range map[string]string{"form-feed": "\f", "vertical-tab": "\v", "no-break": "\u00a0", "next-line": "\u0085", "line-separator": "\u2028", "nul": "\x00", "backspace": "\b", "ideographic": "\u3000"} {
		both("white-"+id, "JSON with a character around it that is no white space of JSON: "+id, white, func(s string) string { return space + s + space })
		both("white-inside-"+id, "JSON with a character in it that is no white space of JSON: "+id, white, func(s string) string { return strings.Replace(s, ":", ":"+space, 1) })
	}
	for id, change := range map[string]func(string) string{
		"guard": func(s string) string { return ")]}',\n" + s }, "comment-after": func(s string) string { return s + "/**/" }, "line-comment-after": func(s string) string { return s + "//x" },
		"hash-comment": func(s string) string { return s + "\n#x" }, "semicolon": func(s string) string { return s + ";" }, "comma-after": func(s string) string { return s + "," },
		"variable": func(s string) string { return "x=" + s }, "parentheses": func(s string) string { return "(" + s + ")" }, "lines": func(s string) string { return s + "\n{}" },
		"no-comma": func(s string) string { return strings.Replace(s, ",", " ", 1) }, "two-commas": func(s string) string { return strings.Replace(s, ",", ",,", 1) }, "equals-sign": func(s string) string { return strings.Replace(s, ":", "=", 1) },
		"xml": func(string) string { return "<claims/>" }, "text-before": func(s string) string { return "x" + s }, "sequence": func(s string) string { return "\x1e" + s },
	} {
		both("around-"+id, "not one JSON object: "+id, "RFC 7519 section 7.2", change)
	}
	return rows
}

// inUTF16 is text in UTF-16.
func inUTF16(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// inUTF32 is text in UTF-32.
func inUTF32(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return string(b)
}
