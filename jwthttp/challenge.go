package jwthttp

import (
	"maps"
	"slices"
	"strings"
)

// A challenge is the value of one WWW-Authenticate header (RFC 9110 section
// 11.6.1).
type challenge struct {
	scheme     string
	parameters []string
}

// add adds a parameter, unless its value is empty.
func (c *challenge) add(name, value string) {
	if value != "" {
		c.parameters = append(c.parameters, name+"="+quotedString(value))
	}
}

func (c *challenge) String() string {
	if len(c.parameters) == 0 { // RFC 6750 section 3 wants one at least
		c.add("realm", "api")
	}
	return c.scheme + " " + strings.Join(c.parameters, ", ")
}

// challenges are one for each scheme. That of the request has the error code.
func (m *Middleware) challenges(scheme, code string, scopes []string) []string {
	methods := []ConfirmationMethod{{Scheme: bearer}}
	for _, p := range m.Proofs {
		if method := methodOf(p); method.Scheme != "" {
			methods = append(methods, method)
		}
	}
	if m.RequireProof && len(methods) > 1 && !m.hasProofForBearer() {
		methods = methods[1:] // no token would be accepted
		if scheme == bearer {
			scheme = methods[0].Scheme
		}
	}
	var all []string
	for _, method := range methods {
		c := challenge{scheme: method.Scheme}
		c.add("realm", m.Realm)
		if m.Metadata != nil {
			c.add("resource_metadata", m.Metadata.URL())
		}
		c.add("scope", strings.Join(scopes, " "))
		if method.Scheme == scheme {
			c.add("error", code)
		}
		for _, name := range slices.Sorted(maps.Keys(method.Parameters)) {
			c.add(name, method.Parameters[name])
		}
		all = append(all, c.String())
	}
	return all
}

// quotedString returns s as a quoted-string (RFC 9110 section 5.6.4). What may
// not stand in one, such as a line break, is left out.
func quotedString(s string) string {
	b := []byte{'"'}
	for _, c := range []byte(s) {
		if !isText(c) {
			continue
		}
		if c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return string(append(b, '"'))
}

// isQuotable reports whether all of s may stand in a quoted-string.
func isQuotable(s string) bool {
	for _, c := range []byte(s) {
		if !isText(c) {
			return false
		}
	}
	return true
}

func isText(c byte) bool { return c == '\t' || c >= ' ' && c != 0x7F }
