package dpop

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// A Transport adds a proof to each request that it sends. A request with a token
// has the scheme DPoP in its Authorization header, and gets a proof with the hash
// of the token. One without that header, or with the scheme Basic of a client at a
// token endpoint, gets a proof without. A request with another scheme, such as
// Bearer, is sent as it is.
//
// The nonces of servers (RFC 9449 sections 8 and 9) are kept, the latest for each
// origin. A request that is refused for want of one is repeated once with the new
// nonce, if it has no body or a GetBody; otherwise the answer is returned, and the
// next request has the nonce. If the body has a client assertion, GetBody must make
// a new one, as that of oidc.NewTokenRequest does.
//
// As proofs are for one request, a server refuses one that reaches it twice, which
// happens when the Base repeats a request after its connection was lost.
//
// The zero value sends nothing: its RoundTrip returns an error.
type Transport struct {
	Prover *Prover           // required
	Base   http.RoundTripper // what sends the requests; nil: http.DefaultTransport

	mu     sync.Mutex
	nonces map[string]string // by origin
}

// RoundTrip sends the request with a proof. It does not change the request.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.incomplete(r); err != nil {
		if r != nil && r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	accessToken, needed := tokenOf(r)
	if !needed {
		return t.base().RoundTrip(r)
	}
	origin, nonce := t.nonceFor(r)
	answer, err := t.send(r, r.Body, accessToken, nonce)
	if err != nil {
		return nil, err
	}
	fresh, given := t.remember(origin, answer)
	if !given || fresh == nonce || !wantsNonce(answer) || r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return answer, nil
	}
	body := r.Body
	if r.GetBody != nil {
		if body, err = r.GetBody(); err != nil {
			return answer, nil
		}
	}
	_, _ = io.CopyN(io.Discard, answer.Body, maxErrorBody) // so that the connection can be used again
	answer.Body.Close()
	if answer, err = t.send(r, body, accessToken, fresh); err != nil {
		return nil, err
	}
	t.remember(origin, answer)
	return answer, nil
}

// CloseIdleConnections closes those of the Base, for [http.Client.CloseIdleConnections].
func (t *Transport) CloseIdleConnections() {
	if t == nil {
		return
	}
	if base, ok := t.base().(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

func (t *Transport) incomplete(r *http.Request) error {
	switch {
	case t == nil || t.Prover == nil:
		return errors.New("dpop: Transport.Prover is nil, want what makes the proofs")
	case r == nil || r.URL == nil:
		return errors.New("dpop: request without a URL")
	}
	return nil
}

func (t *Transport) base() http.RoundTripper {
	if t.Base == nil {
		return http.DefaultTransport
	}
	return t.Base
}

// tokenOf returns the token of a request, and whether it needs a proof.
func tokenOf(r *http.Request) (accessToken string, needed bool) {
	value := r.Header.Get("Authorization")
	name, rest, _ := strings.Cut(value, " ")
	switch {
	case value == "", strings.EqualFold(name, "Basic"):
		return "", true
	case strings.EqualFold(name, scheme):
		return strings.TrimLeft(rest, " "), true
	default:
		return "", false
	}
}

// send sends a copy of the request with a body and a new proof.
func (t *Transport) send(r *http.Request, body io.ReadCloser, accessToken, nonce string) (*http.Response, error) {
	target := *r.URL
	if r.Host != "" {
		target.Host = r.Host // as the server will see it
	}
	target.User = nil
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	proof, err := t.Prover.Proof(r.Context(), Request{method, target.String(), accessToken, nonce})
	if err != nil {
		if body != nil {
			body.Close()
		}
		return nil, err
	}
	sent := r.Clone(r.Context())
	sent.Body = body
	sent.Header.Set(proofHeader, proof)
	return t.base().RoundTrip(sent)
}

// maxOrigins bounds the nonces that are kept.
const maxOrigins = 256

// nonceFor returns the origin of a request and its latest nonce.
func (t *Transport) nonceFor(r *http.Request) (origin, nonce string) {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	origin = r.URL.Scheme + "://" + strings.ToLower(host)
	t.mu.Lock()
	defer t.mu.Unlock()
	return origin, t.nonces[origin]
}

// remember keeps the nonce of an answer, and returns it if there is one.
func (t *Transport) remember(origin string, answer *http.Response) (nonce string, given bool) {
	values := answer.Header.Values(nonceHeader)
	if len(values) != 1 || !isNonce(values[0]) {
		return "", false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.nonces == nil {
		t.nonces = make(map[string]string)
	}
	if _, ok := t.nonces[origin]; !ok && len(t.nonces) >= maxOrigins {
		for other := range t.nonces { // any one: its server will tell a new one
			delete(t.nonces, other)
			break
		}
	}
	t.nonces[origin] = values[0]
	return values[0], true
}

const maxNonce = 1 << 10 // bytes

// isNonce reports whether s is a nonce by the grammar of RFC 9449 section 8.1.
func isNonce(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x21 || c > 0x7E || c == '"' || c == '\\' {
			return false
		}
	}
	return s != "" && len(s) <= maxNonce
}

const maxErrorBody = 64 << 10 // bytes read of the answer of a token endpoint

// wantsNonce reports whether an answer asks for the request to be repeated with
// the nonce that it gives: that of a resource server in a challenge, that of a
// token endpoint in its body, which can still be read afterwards.
func wantsNonce(answer *http.Response) bool {
	if answer.StatusCode != http.StatusUnauthorized && answer.StatusCode != http.StatusBadRequest {
		return false
	}
	for _, challenge := range answer.Header.Values("WWW-Authenticate") {
		if strings.Contains(challenge, `"`+useNonce+`"`) {
			return true
		}
	}
	start, err := io.ReadAll(io.LimitReader(answer.Body, maxErrorBody))
	answer.Body = &rest{io.MultiReader(bytes.NewReader(start), answer.Body), answer.Body}
	var body struct {
		Error string `json:"error"`
	}
	return err == nil && json.Unmarshal(start, &body) == nil && body.Error == useNonce
}

// rest is a body of which the start has been read and put in front again.
type rest struct {
	io.Reader
	io.Closer
}
