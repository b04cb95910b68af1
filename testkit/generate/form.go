package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// formCases are about the text of a token: three parts of base64url, and no
// second spelling of one.
func formCases() (rows []testkit.Case) {
	for _, alg := range []string{"HS256", "RS256", "ES256", "EdDSA"} {
		k := newKey(alg, "form")
		good := k.plain()
		parts := strings.Split(good, ".")
		add := func(id, about, clause, token string, want testkit.Verdict) {
			rows = append(rows, row(strings.ToLower(alg)+"-"+id, about, clause, token, want, k))
		}
		join := func(p ...string) string { return strings.Join(p, ".") }
		const compact, base64url = "RFC 7515 section 7.1", "RFC 7515 section 2"
		add("good", "nothing", compact, good, testkit.Accept)
		add("empty", "the token is empty", compact, "", testkit.Refuse)
		add("dots", "two dots and nothing else", compact, "..", testkit.Refuse)
		add("one-part", "the header only", compact, parts[0], testkit.Refuse)
		add("two-parts", "no signature part", compact, join(parts[:2]...), testkit.Refuse)
		add("four-parts", "a fourth part, empty", compact, good+".", testkit.Refuse)
		add("five-parts", "five parts, the last two empty", compact, good+"..", testkit.Refuse)
		add("leading-dot", "a dot before the token", compact, "."+good, testkit.Refuse)
		add("no-signature", "an empty signature part", compact, join(parts[0], parts[1], ""), testkit.Refuse)
		add("no-payload", "an empty payload part", compact, join(parts[0], "", parts[2]), testkit.Refuse)
		add("no-header", "an empty header part", compact, join("", parts[1], parts[2]), testkit.Refuse)
		add("swapped", "header and payload in each other's place", compact, join(parts[1], parts[0], parts[2]), testkit.Refuse)
		add("bearer", "the scheme of the HTTP header before the token", compact, "Bearer "+good, testkit.Refuse)
		add("quoted", "the token in quotes", compact, `"`+good+`"`, testkit.Refuse)
		add("json", "the flattened JSON serialization", "RFC 7519 section 1",
			fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, parts[0], parts[1], parts[2]), testkit.Refuse)
		for i, name := range []string{"header", "payload", "signature"} {
			change := func(id, about, clause string, want testkit.Verdict, f func(string) string) {
				p := slices.Clone(parts)
				p[i] = f(p[i])
				add(name+"-"+id, fmt.Sprintf(about, name), clause, join(p...), want)
			}
			change("padded", "the %s with padding", base64url, testkit.Refuse, func(s string) string { return s + strings.Repeat("=", 1+(3-len(s)%4)%3) })
			change("leading-space", "a space before the %s", base64url, testkit.Refuse, func(s string) string { return " " + s })
			change("trailing-space", "a space after the %s", base64url, testkit.Refuse, func(s string) string { return s + " " })
			change("line-break", "a line break in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "\n" + s[8:] })
			change("carriage-return", "a carriage return in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "\r\n" + s[8:] })
			change("tab", "a tab in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "\t" + s[8:] })
			change("nul", "a zero byte after the %s", base64url, testkit.Refuse, func(s string) string { return s + "\x00" })
			change("other-characters", "two characters of the other base64 alphabet in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "+/" + s[10:] })
			if strings.ContainsAny(parts[i], "-_") {
				change("other-alphabet", "the %s in the other base64 alphabet", base64url, testkit.Refuse, strings.NewReplacer("-", "+", "_", "/").Replace)
			}
			change("percent", "percent-encoding in the %s", base64url, testkit.Refuse, func(s string) string { return s[:8] + "%3D" + s[8:] })
			change("one-more", "one more character at the end of the %s", base64url, testkit.Refuse, func(s string) string { return s + "A" })
			change("one-less", "one character less at the end of the %s", base64url, testkit.Refuse, func(s string) string { return s[:len(s)-1] })
			change("first-changed", "another first character of the %s", "RFC 7515 section 5.2", testkit.Refuse, func(s string) string {
				if s[0] == 'A' {
					return "B" + s[1:]
				}
				return "A" + s[1:]
			})
		}
		if last := parts[2]; len(last)%4 != 0 { // bits that belong to no byte
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			i := strings.IndexByte(alphabet, last[len(last)-1])
			add("stray-bits", "bits set behind the last byte of the signature", "RFC 4648 section 3.5",
				join(parts[0], parts[1], last[:len(last)-1]+alphabet[i|1:i|1+1]), testkit.Either)
		}
	}
	return rows
}
