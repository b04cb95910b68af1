package jwthttp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

const maxLocation = time.Hour // after which the metadata are read again

// A location is the URL of a JWK Set that an issuer's metadata name.
type location struct {
	url   string
	found time.Time
}

// locate reads the metadata of the issuer.
func (s *source) locate() (location, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	start := time.Now()
	at, err := s.discover(ctx)
	return location{at, start}, err
}

// discover returns the URL of the keys from the issuer's metadata. What is not at
// one place may be at the next; a server that fails or does not answer is not asked
// again.
func (s *source) discover(ctx context.Context) (at string, err error) {
	for _, place := range s.places {
		found, problem := s.metadata(ctx, place)
		if problem == nil {
			return found, nil
		}
		if err == nil {
			err = problem
		} else {
			err = fmt.Errorf("%w; and %w", err, problem)
		}
		var wrong *answerError
		if !errors.As(problem, &wrong) || wrong.code >= 500 {
			break
		}
	}
	return "", err
}

// metadata returns the URL of the keys from the metadata at a URL.
func (s *source) metadata(ctx context.Context, at string) (string, error) {
	answer, err := s.get(ctx, at, "")
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
	wrong := func(detail string) error { return &answerError{url: at, detail: "metadata: " + detail} }
	if o.Problem() != "" {
		return "", wrong(o.Problem() + answer.contentType())
	}
	if issuer != s.issuer {
		return "", wrong(otherIssuer(issuer, s.issuer))
	}
	u, err := checkRemoteURL(keysURL, s.allowHTTP)
	if err != nil {
		return "", wrong("jwks_uri: " + err.Error())
	}
	if strings.HasPrefix(strings.ToLower(at), "https:") && u.Scheme != "https" {
		return "", wrong("jwks_uri: got " + shown(keysURL) + ", want https, as for the metadata")
	}
	return keysURL, nil
}

// otherIssuer says that metadata are those of another issuer, and what helps if
// theirs is a template, as where an endpoint serves many tenants.
func otherIssuer(got, want string) string {
	s := "got the issuer " + strictjson.Quote(got) + ", want exactly " + strictjson.Quote(want)
	if strings.ContainsAny(got, "{}") {
		s += "; this is a template for many issuers: give it to DiscoverKeys as the issuer, and this URL as the MetadataURL; Policy.IssuerTemplate holds the tokens against it"
	}
	return s
}

// metadataPlaces returns where an issuer's metadata are: by OpenID Connect Discovery
// 1.0 section 4, and by RFC 8414 section 3.
func metadataPlaces(issuer *url.URL) []string {
	path := strings.TrimSuffix(issuer.EscapedPath(), "/")
	origin := issuer.Scheme + "://" + issuer.Host
	return []string{origin + path + "/.well-known/openid-configuration", origin + "/.well-known/oauth-authorization-server" + path}
}
