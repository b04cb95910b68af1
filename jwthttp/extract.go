package jwthttp

import (
	"errors"
	"net/http"
	"strings"
)

const bearer = "Bearer" // the scheme of RFC 6750

var errNotOneToken = errors.New("got a malformed Authorization header, want a scheme, a space and one token")

// credentials returns the scheme and the token of a request, "" if it has none.
func (m *Middleware) credentials(r *http.Request) (scheme, token string, err error) {
	if m.Extract != nil {
		token, err = m.Extract(r)
		return bearer, token, err
	}
	given, rest, err := authorization(r)
	if err != nil {
		return bearer, "", err
	}
	if scheme = m.scheme(given); scheme == "" {
		return bearer, "", nil
	}
	token, err = tokenAfter(rest)
	return scheme, token, err
}

// scheme returns the name of the scheme as it is usually written, and "" if it is not
// one that is accepted; no header has the scheme "".
func (m *Middleware) scheme(given string) string {
	if given == bearer || strings.EqualFold(given, bearer) {
		return bearer
	}
	for _, p := range m.Proofs {
		if name := methodOf(p).Scheme; name != "" && strings.EqualFold(given, name) {
			return name
		}
	}
	return ""
}

// BearerToken returns the token of the one Authorization header with the scheme
// Bearer (RFC 6750 section 2.1), and "" if there is no header or it has another
// scheme. The scheme's case does not matter. A second header, one that does not
// begin with a scheme, or a token with characters that none may have, is an error.
func BearerToken(r *http.Request) (token string, err error) {
	scheme, rest, err := authorization(r)
	if err != nil || !strings.EqualFold(scheme, bearer) {
		return "", err
	}
	if token, err = tokenAfter(rest); err == nil && !isToken68(token) {
		return "", errNotOneToken
	}
	return token, err
}

// authorization splits the one Authorization header after its scheme, which is
// "" if there is no header (RFC 9110 section 11.6.2).
func authorization(r *http.Request) (scheme, rest string, err error) {
	values := r.Header["Authorization"]
	switch len(values) {
	case 0:
		return "", "", nil
	case 1:
	default:
		return "", "", errors.New("got several Authorization headers, want one")
	}
	value := values[0]
	end := 0
	for end < len(value) && isTokenChar(value[end]) {
		end++
	}
	if end == 0 {
		return "", "", errors.New("got an Authorization header without a scheme")
	}
	return value[:end], value[end:], nil
}

// tokenAfter returns the token behind the scheme: after at least one space.
func tokenAfter(rest string) (string, error) {
	token := strings.TrimLeft(rest, " ")
	if token == "" || len(token) == len(rest) {
		return "", errNotOneToken
	}
	return token, nil
}

// isTokenChar reports whether c is a tchar (RFC 9110 section 5.6.2), of which the names
// of schemes and parameters are made.
func isTokenChar(c byte) bool {
	return isAlphanumeric(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// isToken68 reports whether s is a b64token of RFC 6750 section 2.1.
func isToken68(s string) bool {
	s = strings.TrimRight(s, "=")
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("-._~+/", s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

// CookieToken returns a function for [Middleware.Extract] that takes the token from
// the one cookie with that name. Use a name that begins with "__Host-". Browsers send
// cookies along with requests that other sites make, so put an
// [http.CrossOriginProtection] around the handler.
func CookieToken(name string) func(r *http.Request) (token string, err error) {
	return func(r *http.Request) (string, error) {
		switch cookies := r.CookiesNamed(name); len(cookies) {
		case 0:
			return "", nil
		case 1:
			return cookies[0].Value, nil
		default:
			return "", errors.New("got several cookies of that name, want one")
		}
	}
}

// HeaderToken returns a function for [Middleware.Extract] that takes the token from
// the one header with that name, as a proxy in front of a service adds it. Let no
// requests reach the service but those of the proxy.
func HeaderToken(name string) func(r *http.Request) (token string, err error) {
	return func(r *http.Request) (string, error) {
		switch values := r.Header.Values(name); len(values) {
		case 0:
			return "", nil
		case 1:
			return values[0], nil
		default:
			return "", errors.New("got several headers of that name, want one")
		}
	}
}
