package jwttest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// requestAttacks are requests that carry no token, or a right one where none is to be
// taken from.
var requestAttacks = []attack{
	{noToken, "put the middleware around the handler, and end the request after a refusal", withoutToken},
	{"two headers", "refuse a request with more than one Authorization header; http.Header.Get sees the first only", twoHeaders},
	{"scheme", "take a token from an Authorization header of the scheme Bearer only (RFC 6750 section 2.1)", otherSchemes},
	{"query", "take no token from the query, where logs and the Referer header have it (RFC 9700 section 4.3.2)", inQuery},
	{"body", "take no token from the body (RFC 6750 section 2.2)", inBody},
}

const noToken = "no token"

func withoutToken(x *attacker) []trial {
	empty := x.request("")
	empty.Header.Set("Authorization", "Bearer ")
	return []trial{{what: "a request without a token", request: x.request("")}, {what: "a request with an empty token", request: empty}}
}

// bearerRequest returns a request with a right token, and nil if it is elsewhere than in
// the Authorization header.
func (x *attacker) bearerRequest() (r *http.Request, token string) {
	token = x.token()
	if r = x.request(token); r.Header.Get("Authorization") != "Bearer "+token {
		return nil, ""
	}
	return r, token
}

const nothing = "e30.e30.AA" // a token of three parts that says nothing

func twoHeaders(x *attacker) []trial {
	first, _ := x.bearerRequest()
	last, token := x.bearerRequest()
	if first == nil {
		return nil
	}
	first.Header.Add("Authorization", "Bearer "+nothing)
	last.Header["Authorization"] = []string{"Bearer " + nothing, "Bearer " + token}
	return []trial{
		{what: "a right token in the first of two Authorization headers", request: first},
		{what: "a right token in the last of two Authorization headers", request: last},
	}
}

func otherSchemes(x *attacker) (trials []trial) {
	for _, scheme := range []string{"", "Basic ", "DPoP ", "Token ", "Bearer", "Bearer, ", "Basic Og==, Bearer "} {
		r, token := x.bearerRequest()
		if r == nil {
			return nil
		}
		r.Header.Set("Authorization", scheme+token)
		trials = append(trials, trial{what: "the header " + quote(strings.TrimSpace("Authorization: "+scheme)+"…"), request: r})
	}
	return trials
}

func inQuery(x *attacker) (trials []trial) {
	for _, name := range []string{"access_token", "token", "jwt"} {
		r := x.request("")
		query := r.URL.Query()
		query.Set(name, x.token())
		r.URL.RawQuery = query.Encode()
		r.RequestURI = r.URL.RequestURI()
		trials = append(trials, trial{what: "a right token as " + name + " in the query", request: r})
	}
	return trials
}

// inBody is tried where the service reads a body: another method may lead to another
// handler, which is open to everybody.
func inBody(x *attacker) []trial {
	r := x.request("")
	if r.Method != http.MethodPost && r.Method != http.MethodPut && r.Method != http.MethodPatch {
		return nil
	}
	form := url.Values{"access_token": {x.token()}}.Encode()
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return []trial{{what: "a right token as access_token in the body", request: r}}
}
