package jwthttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

const (
	maxBody      = 1 << 20 // bytes of a JWK Set or metadata document
	maxRedirects = 3
	maxOpen      = 8 // requests that a RoundTripper has not ended
)

// An answer is that to a request for JSON.
type answer struct {
	header    http.Header
	body      []byte
	unchanged bool // since the ETag that was sent
}

// contentType tells of what type the answer is, for the error of a body that is
// not what was wanted. The type of one that is does not matter: JSON is served
// under many.
func (a *answer) contentType() string {
	t := a.header.Get("Content-Type")
	if m, _, err := mime.ParseMediaType(t); err == nil && (m == "application/json" || strings.HasSuffix(m, "+json")) {
		return ""
	}
	return ", of the content type " + strictjson.Quote(t)
}

// An answerError is an answer that is not the one wanted.
type answerError struct {
	url    string
	code   int // status
	detail string
}

func (e *answerError) Error() string { return shown(e.url) + ": " + e.detail }

// get asks for JSON. It returns when the context ends, even if the client's
// RoundTripper does not, and an error if that panics.
func (s *source) get(ctx context.Context, at, etag string) (*answer, error) {
	type result struct {
		answer *answer
		err    error
	}
	if s.open.Add(1) > maxOpen {
		s.open.Add(-1)
		return nil, fmt.Errorf("%s: %d requests have not ended after their time-out, want a RoundTripper that heeds the context", shown(at), maxOpen)
	}
	done := make(chan result, 1)
	go func() {
		r := result{err: &brokenError{}}
		defer func() {
			if p := recover(); p != nil {
				r.err = &brokenError{p}
			}
			s.open.Add(-1)
			done <- r
		}()
		r.answer, r.err = s.request(ctx, at, etag)
	}()
	select {
	case r := <-done:
		if r.err == nil || errors.As(r.err, new(*answerError)) {
			return r.answer, r.err
		}
		return nil, fmt.Errorf("%s: %w", shown(at), withoutContext(r.err))
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: no answer within %v", shown(at), s.timeout)
	}
}

// A brokenError is that of a function of the options that panicked, or ended its
// goroutine. It tells the type only: the value may show the request.
type brokenError struct{ panicked any }

func (e *brokenError) Error() string {
	if e.panicked == nil {
		return "a function of RemoteOptions ended its goroutine"
	}
	return fmt.Sprintf("a function of RemoteOptions panicked with a %T", e.panicked)
}

// withoutContext returns an error that cannot be taken for the end of a caller's
// own context, as that of a client with a time-out can.
func withoutContext(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return errors.New(err.Error())
	}
	return err
}

// request makes one request and reads the answer.
func (s *source) request(ctx context.Context, at, etag string) (*answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json, application/jwk-set+json")
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	if s.prepare != nil {
		if err := s.prepare(r); err != nil {
			return nil, fmt.Errorf("preparing the request: %w", err)
		}
	}
	response, err := s.client.Do(r)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotModified && etag != "" {
		return &answer{header: response.Header, unchanged: true}, nil
	}
	if code := response.StatusCode; code != http.StatusOK {
		return nil, &answerError{at, code, "got status " + strconv.Itoa(code) + ", want 200"}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("got more than %d bytes", maxBody)
	}
	return &answer{header: response.Header, body: body}, nil
}

// SendTokenFile returns a function for [RemoteOptions].Prepare that sends the
// content of a file as a bearer token, without white space around it. It reads
// the file for each request, since such tokens change: those of Kubernetes
// service accounts, for instance. The token goes to the URL that was given and to
// the one that its metadata name.
func SendTokenFile(name string) func(r *http.Request) error {
	return func(r *http.Request) error {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		token := strings.TrimSpace(string(data))
		if !isToken68(token) {
			return errors.New("the file " + strictjson.Quote(name) + " holds no bearer token")
		}
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

// withoutURL returns the error of a client without the URL that it repeats.
func withoutURL(err error) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// newClient returns a client that does not follow redirects to other origins.
func newClient(given *http.Client) *http.Client {
	client := &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true, // so that nothing is left running between fetches
		MaxResponseHeaderBytes: 64 << 10,
	}}
	if given != nil {
		own := *given
		client = &own
	}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != via[0].URL.Scheme || r.URL.Host != via[0].URL.Host {
			return errors.New("redirected to another origin")
		}
		if len(via) > maxRedirects {
			return errors.New("redirected too often")
		}
		return nil
	}
	return client
}

// checkURL parses a URL that keys may come from, or tokens name. Its errors, and those of
// the two below, do not name the package.
func checkURL(s string) (*url.URL, error) {
	u, err := parseURL(s)
	if err == nil && !isSecure(u) {
		err = fmt.Errorf("got the URL %s, want https, or http with a loopback host", shown(s))
	}
	return u, err
}

// checkRemoteURL is checkURL that allows http with any host if the options do.
func checkRemoteURL(s string, allowHTTP bool) (*url.URL, error) {
	u, err := parseURL(s)
	if err == nil && !allowHTTP && !isSecure(u) {
		err = fmt.Errorf("got the URL %s, want https, or http with a loopback host or RemoteOptions.AllowHTTP", shown(s))
	}
	return u, err
}

func isSecure(u *url.URL) bool {
	return u.Scheme == "https" || u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
}

// parseURL parses an http or https URL.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("the URL is malformed") // the error would show it whole
	}
	if u.User != nil { // would show the password in errors
		return nil, errors.New("the URL has user information, want none")
	}
	if u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("got the URL %s, want https and a host", shown(s))
	}
	return u, nil
}

// shown returns a URL for an error: cut, and without a query, which may hold a
// secret.
func shown(s string) string {
	const longest = 200
	s, _, _ = strings.Cut(s, "?")
	if len(s) > longest {
		return strconv.QuoteToASCII(s[:longest]) + "…"
	}
	return strconv.QuoteToASCII(s)
}
