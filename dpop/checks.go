package dpop

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// The checks below refuse a claim that is absent, too (RFC 9449 section 4.3, check 3).

func checkID(jti string) *jwt.VerifyError {
	if jti != "" {
		return nil
	}
	return refuse("jti", "is absent or empty")
}

func checkMethod(htm, method string) *jwt.VerifyError {
	if method == "" {
		method = http.MethodGet // as in http.Request
	}
	if htm == method {
		return nil
	}
	return refuse("htm", "got "+strictjson.Quote(htm)+", want "+strictjson.Quote(method))
}

func (p *Policy) checkURL(htu string, r *http.Request) *jwt.VerifyError {
	got, err := normalURL(htu)
	if err != nil {
		return refuse("htu", "got "+err.Error()+", want the request's URL")
	}
	path, ok := requestPath(r)
	if !ok {
		return refuse("htu", "the request is for no path")
	}
	var want string
	for _, base := range p.BaseURLs {
		want, _ = normalURL(strings.TrimSuffix(base, "/") + normalPath(path)) // no path climbs out of the base
		if got == want {
			return nil
		}
	}
	return refuse("htu", "got "+strictjson.Quote(got)+", want "+strictjson.Quote(want))
}

// requestPath returns the encoded path that the client asked for, which handlers
// in front may have changed in the URL.
func requestPath(r *http.Request) (path string, ok bool) {
	u := r.URL
	if r.RequestURI != "" {
		u, _ = url.ParseRequestURI(r.RequestURI)
	}
	if u == nil {
		return "", false
	}
	path = u.EscapedPath()
	return path, strings.HasPrefix(path, "/") || path == "" && u.Host != ""
}

func (p *Policy) checkIssuedAt(iat jwt.NumericDate, now time.Time) *jwt.VerifyError {
	earliest, latest := now.Add(-p.window()), now.Add(p.window())
	if int64(iat) >= earliest.Unix() && int64(iat) <= latest.Unix() {
		return nil
	}
	return refuse("iat", fmt.Sprintf("got %d, want a date within %s of now, %d", int64(iat), p.window(), now.Unix()))
}

func checkAccessToken(ath, accessToken string) *jwt.VerifyError {
	if accessToken == "" || ath == hash(accessToken) {
		return nil
	}
	if ath == "" {
		return refuse("ath", "got nothing, want the hash of the access token")
	}
	return refuse("ath", "got the hash of another access token")
}

func checkThumbprint(key *jwk.Key, want string) *jwt.VerifyError {
	if want == "" || key.Thumbprint() == want {
		return nil
	}
	return notBound("the proof is made with another key than the one that jkt names")
}

func (p *Policy) checkNonce(nonce string, now time.Time, proof *Proof) *jwt.VerifyError {
	if p.Nonces == nil {
		return nil
	}
	ok, renew := p.Nonces.check(nonce, now)
	if renew {
		proof.NextNonce = p.Nonces.make(now)
	}
	switch {
	case ok:
		return nil
	case nonce == "":
		return &jwt.VerifyError{Reason: ErrNonce, Detail: "got nothing, want one of this server"}
	default:
		return &jwt.VerifyError{Reason: ErrNonce, Detail: "got one that has passed, or that is not of this server"}
	}
}
