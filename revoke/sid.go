package revoke

import (
	"bytes"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// sessionID returns the sid claim of a verified token, "" if it is absent.
func sessionID(t *jwt.Token) (string, *jwt.VerifyError) {
	payload := t.Payload()
	if id, ok := plainSessionID(payload); ok {
		return id, nil
	}
	v, ok := strictjson.Find(payload, "sid") // unique, in a verified payload
	if !ok {
		return "", nil
	}
	id, ok := v.Text("")
	if !ok {
		return "", &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "sid", Detail: "got " + v.Kind() + ", want a string"}
	}
	return id, nil
}

// plainSessionID reads the sid claim of the usual payload in a fraction of the
// time of a parser, and reports false for any other payload. Where JSON that is
// known to be valid has no backslash, every quote begins or ends a string; where
// it has one brace, there is one object; so that "sid" and a colon is the claim.
func plainSessionID(payload []byte) (id string, ok bool) {
	if bytes.IndexByte(payload, '\\') >= 0 {
		return "", false
	}
	const name = `"sid"`
	i := -1
	for at := 0; i < 0 && at < len(payload); at += 60 { // bytes.Index is quickest up to 64
		if j := bytes.Index(payload[at:min(at+60+len(name)-1, len(payload))], []byte(name)); j >= 0 {
			i = at + j
		}
	}
	if i < 0 {
		return "", true
	}
	value, colon := bytes.CutPrefix(payload[i+len(name):], []byte(`:"`))
	end := bytes.IndexByte(value, '"')
	if !colon || end < 0 || bytes.Count(payload, []byte(`{`)) != 1 {
		return "", false
	}
	return string(value[:end]), true
}
