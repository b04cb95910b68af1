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
	"strconv"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

const (
	maxBody      = 1 << 20 // bytes of a JWK Set or metadata document
	maxRedirects = 3
	maxLocation  = time.Hour // after which the metadata are read again
)

// A source is where keys come from: one of the URLs is set.
type source struct {
	client  *http.Client
	keysURL string
	issuer  string
}

// A location is the URL of a JWK Set that an issuer's metadata name.
type location struct {
	url   string
	found time.Time
}

// fetch returns the keys as they are now, and where they are.
func (s source) fetch(ctx context.Context, held *heldKeys, at location, o RemoteOptions) (*heldKeys, location, error) {
	start := time.Now()
	if s.issuer != "" && (at.url == "" || elapsed(at.found, start) >= maxLocation) {
		keysURL, err := s.discover(ctx)
		switch {
		case err == nil:
			at = location{keysURL, start}
		case at.url == "":
			return nil, at, err
		} // or else they may still be where they were
	}
	etag := ""
	if held != nil && held.url == at.url { // an ETag is of one resource
		etag = held.etag
	}
	answer, err := s.get(ctx, at.url, etag)
	if err != nil {
		var status *answerError
		if s.issuer != "" && errors.As(err, &status) && (status.code == http.StatusNotFound || status.code == http.StatusGone) {
			at = location{} // they have moved
		}
		return nil, at, err
	}
	fetched := &heldKeys{url: at.url, etag: answer.header.Get("ETag"), fetched: start, fresh: freshness(answer.header, o)}
	if answer.unchanged {
		fetched.set, fetched.etag = held.set, held.etag
		return fetched, at, nil
	}
	if fetched.set, err = jwk.ParseSet(answer.body); err != nil {
		return nil, at, fmt.Errorf("%s: %w", shown(at.url), err)
	}
	return fetched, at, nil
}

// discover returns the URL of the keys from the issuer's metadata.
func (s source) discover(ctx context.Context) (string, error) {
	first, second, err := metadataURLs(s.issuer)
	if err != nil {
		return "", err
	}
	answer, err := s.get(ctx, first, "")
	var wrong *answerError
	if errors.As(err, &wrong) && wrong.code < 500 { // there are no such metadata
		answer, err = s.get(ctx, second, "")
	}
	if err != nil {
		return "", err
	}
	var issuer, keysURL string
	o := strictjson.Read(answer.body, 0)
	for o.Next() {
		switch string(o.Name) {
		case "issuer":
			issuer, _ = o.Value.Text("")
		case "jwks_uri":
			keysURL, _ = o.Value.Text("")
		}
	}
	if o.Problem() != "" {
		return "", fmt.Errorf("metadata of %s: %s", shown(s.issuer), o.Problem())
	}
	if issuer != s.issuer {
		return "", fmt.Errorf("metadata of %s: got the issuer %s, want exactly this one", shown(s.issuer), strictjson.Quote(issuer))
	}
	u, err := checkURL(keysURL)
	if err != nil {
		return "", fmt.Errorf("metadata of %s: jwks_uri: %w", shown(s.issuer), err)
	}
	if own, err := url.Parse(s.issuer); err != nil || own.Scheme == "https" && u.Scheme != "https" {
		return "", fmt.Errorf("metadata of %s: jwks_uri: got %s, want https", shown(s.issuer), shown(keysURL))
	}
	return keysURL, nil
}

// shown returns a URL for an error: cut, and without a query, which may hold a
// secret.
func shown(s string) string {
	s, _, _ = strings.Cut(s, "?")
	return strictjson.Quote(s)
}

// metadataURLs returns where an issuer's metadata are: by OpenID Connect
// Discovery 1.0 section 4, and by RFC 8414 section 3.
func metadataURLs(issuer string) (openID, oauth string, err error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return "", "", err
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	origin := u.Scheme + "://" + u.Host
	return origin + path + "/.well-known/openid-configuration", origin + "/.well-known/oauth-authorization-server" + path, nil
}

// An answer is that to a request for JSON.
type answer struct {
	header    http.Header
	body      []byte
	unchanged bool // since the ETag that was sent
}

// An answerError is an answer that is not the one wanted.
type answerError struct {
	url    string
	code   int // status
	detail string
}

func (e *answerError) Error() string { return shown(e.url) + ": " + e.detail }

// get asks for JSON.
func (s source) get(ctx context.Context, at, etag string) (*answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json, application/jwk-set+json")
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	response, err := s.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(at), withoutURL(err))
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotModified && etag != "" {
		return &answer{header: response.Header, unchanged: true}, nil
	}
	if code := response.StatusCode; code != http.StatusOK {
		return nil, &answerError{at, code, "got status " + strconv.Itoa(code) + ", want 200"}
	}
	if t := response.Header.Get("Content-Type"); !isJSON(t) {
		return nil, &answerError{at, response.StatusCode, "got the content type " + strictjson.Quote(t) + ", want application/json"}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(at), err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("%s: got more than %d bytes", shown(at), maxBody)
	}
	return &answer{header: response.Header, body: body}, nil
}

// withoutURL returns the error of a client without the URL that it repeats.
func withoutURL(err error) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func isJSON(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && (t == "application/json" || strings.HasPrefix(t, "application/") && strings.HasSuffix(t, "+json"))
}

// freshness is how long an answer is fresh: what Cache-Control says (RFC 9111
// section 5.2.2) within the bounds, or else what the options say.
func freshness(h http.Header, o RemoteOptions) time.Duration {
	fresh := o.RefreshAfter
	for _, directive := range strings.Split(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-cache", "no-store":
			return o.CoolDown
		case "max-age":
			if seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); err == nil {
				age, _ := strconv.ParseUint(h.Get("Age"), 10, 31)
				fresh = min(time.Duration(seconds)*time.Second-time.Duration(age)*time.Second, maxFresh)
			}
		}
	}
	return min(max(fresh, o.CoolDown), o.MaxAge)
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

// checkURL parses a URL that keys may come from.
func checkURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("jwthttp: the URL is malformed") // the error would show it whole
	}
	if u.User != nil { // would show the password in errors
		return nil, errors.New("jwthttp: the URL has user information, want none")
	}
	if u.Host == "" || u.Opaque != "" || u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return nil, fmt.Errorf("jwthttp: got the URL %s, want https, or http with a loopback host", shown(s))
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
