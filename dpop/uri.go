package dpop

import (
	"errors"
	"net/url"
	"strings"
)

// normalURL returns the one spelling that equal URLs have in common (RFC 3986
// sections 6.2.2 and 6.2.3), without query and fragment, which a proof does not
// cover.
func normalURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", errors.New("not a URL") // whose text the error would repeat
	case u.Hostname() == "":
		return "", errors.New("not an absolute URL with a host")
	case u.User != nil:
		return "", errors.New("a URL with user information")
	}
	port, ok := defaultPorts[u.Scheme] // which url.Parse has put in lower case
	if !ok {
		return "", errors.New("a URL that is neither http nor https")
	}
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(strings.TrimSuffix(host, port), ":")
	return u.Scheme + "://" + host + normalPath(u.EscapedPath()), nil
}

var defaultPorts = map[string]string{"http": ":80", "https": ":443"}

// normalPath returns the normal form of an encoded path: one that is empty is
// "/", unreserved characters stand for themselves, and there are no dot segments.
func normalPath(path string) string {
	segments := strings.Split(normalEscapes(path), "/")[1:]
	kept := segments[:0]
	for i, segment := range segments {
		if segment != "." && segment != ".." {
			kept = append(kept, segment)
			continue
		}
		if segment == ".." && len(kept) > 0 {
			kept = kept[:len(kept)-1]
		}
		if i == len(segments)-1 { // what it stands for ends with a slash
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// normalEscapes replaces the escapes of unreserved characters by these, and
// writes the others with capital letters.
func normalEscapes(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] != '%' {
			b.WriteByte(path[i])
			continue
		}
		c := value(path[i+1])<<4 | value(path[i+2]) // an EscapedPath has whole escapes only
		if isUnreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(path[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

// value returns the value of a hexadecimal digit.
func value(digit byte) byte {
	if digit <= '9' {
		return digit - '0'
	}
	return digit&^0x20 - 'A' + 10
}

// isUnreserved reports whether c is one of RFC 3986 section 2.3.
func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
