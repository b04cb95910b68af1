package jose

import "strings"

// SameMediaType compares values of typ or cty: without regard to the case of
// ASCII letters, and to "application/" where no other slash follows (RFC 7515
// section 4.1.9).
func SameMediaType(a, b string) bool {
	return a == b || EqualFold(shortMediaType(a), shortMediaType(b))
}

func shortMediaType(s string) string {
	const prefix = "application/"
	if len(s) > len(prefix) && EqualFold(s[:len(prefix)], prefix) && !strings.Contains(s[len(prefix):], "/") {
		return s[len(prefix):]
	}
	return s
}

// IsMediaType reports whether s can be a media type without parameters, maybe one
// that leaves out "application/" (RFC 6838 section 4.2).
func IsMediaType(s string) bool {
	top, sub, ok := strings.Cut(s, "/")
	return isRestrictedName(top) && (!ok || isRestrictedName(sub))
}

func isRestrictedName(s string) bool {
	for i, c := range []byte(s) {
		alphanumeric := '0' <= c && c <= '9' || 'a' <= lower(c) && lower(c) <= 'z'
		if !alphanumeric && (i == 0 || !strings.ContainsRune("!#$&-^_.+", rune(c))) {
			return false
		}
	}
	return s != ""
}

// EqualFold compares without regard to the case of ASCII letters only;
// strings.EqualFold would take U+017F and U+212A for s and k.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
