package jwthttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// A source is where keys come from.
type source struct {
	client    *http.Client
	issuer    string
	places    []string // URLs of the issuer's metadata, likeliest first; none if the URL of the keys was given
	allowHTTP bool
	prepare   func(r *http.Request) error
	parse     func(data []byte) (*jwk.Set, error)
	timeout   time.Duration
	lifetime  lifetime
	open      atomic.Int64 // requests that have not ended
}

func newSource(issuer string, places []string, o RemoteOptions) (*source, error) {
	parse, err := parser(o)
	if err != nil {
		return nil, err
	}
	return &source{
		client: newClient(o.Client), issuer: issuer, places: places, allowHTTP: o.AllowHTTP,
		prepare: o.Prepare, parse: parse, timeout: o.withDefaults().Timeout, lifetime: newLifetime(o),
	}, nil
}

// parser returns the function that reads an answer.
func parser(o RemoteOptions) (func(data []byte) (*jwk.Set, error), error) {
	adapt := func(set *jwk.Set) (_ *jwk.Set, err error) {
		if o.RSAAlgorithm != "" {
			if set, err = set.WithRSA(o.RSAAlgorithm); err != nil {
				return nil, err
			}
		}
		return set.AllowUse(o.AllowUse...)
	}
	empty, _ := jwk.NewSet()
	if _, err := adapt(empty); err != nil {
		return nil, fmt.Errorf("jwthttp: RemoteOptions: %w", err)
	}
	parse := o.Parse
	if parse == nil {
		parse = parseKeys
	}
	return func(data []byte) (*jwk.Set, error) {
		set, err := parse(data)
		if err != nil {
			return nil, err
		}
		return adapt(set)
	}, nil
}

// parseKeys reads a JWK Set, or a map of key IDs to certificates.
func parseKeys(data []byte) (*jwk.Set, error) {
	set, err := jwk.ParseSet(data)
	if err != nil {
		if certificates, certificatesErr := jwk.ParseCertificates(data); certificatesErr == nil {
			return certificates, nil
		}
	}
	return set, err
}

// fetch returns the keys as they are now, and where they are. Metadata are read
// only if it is not known where the keys are, or if they are gone from there.
func (s *source) fetch(held *heldKeys, at location) (*heldKeys, location, error) {
	known := at.url != ""
	if !known {
		var err error
		if at, err = s.locate(); err != nil {
			return nil, location{}, err
		}
	}
	keys, err := s.keys(held, at.url)
	if known && s.places != nil && isGone(err) {
		moved, problem := s.locate()
		if problem != nil {
			return nil, at, fmt.Errorf("%w; and %w", err, problem)
		}
		if moved.url != at.url {
			keys, err = s.keys(held, moved.url)
		}
		at = moved
	}
	return keys, at, err
}

func isGone(err error) bool {
	var status *answerError
	return errors.As(err, &status) && (status.code == http.StatusNotFound || status.code == http.StatusGone)
}

// keys fetches the keys at a URL.
func (s *source) keys(held *heldKeys, at string) (*heldKeys, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	fetched := &heldKeys{url: at, fetched: time.Now()}
	etag := ""
	if held != nil && held.url == at { // an ETag is of one resource
		etag = held.etag
	}
	answer, err := s.get(ctx, at, etag)
	if err != nil {
		return nil, err
	}
	fetched.fresh = s.lifetime.of(answer.header)
	if answer.unchanged {
		fetched.set, fetched.etag = held.set, etag
		return fetched, nil
	}
	fetched.etag = answer.header.Get("ETag")
	if fetched.set, err = s.parse(answer.body); err != nil {
		return nil, fmt.Errorf("%s: %w%s", shown(at), err, answer.contentType())
	}
	if err := noKey(fetched.set); err != nil {
		return nil, fmt.Errorf("%s: %w", shown(at), err)
	}
	return fetched, nil
}

// noKey reports a set of which no key verifies.
func noKey(set *jwk.Set) error {
	for _, alg := range [...]jwt.Algorithm{
		jwt.RS256, jwt.ES256, jwt.EdDSA, jwt.Ed25519, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512,
		jwt.ES384, jwt.ES512, jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87, jwt.HS256, jwt.HS384, jwt.HS512,
	} {
		if found, err := set.Verifiers(context.Background(), jwt.Header{Algorithm: alg}); len(found) > 0 || err != nil {
			return err
		}
	}
	err := fmt.Errorf("got no key that verifies, with %d keys of other uses and %d entries left out", len(set.Keys()), len(set.Skipped()))
	if skipped := set.Skipped(); len(skipped) > 0 {
		err = fmt.Errorf("%w: entry %d: %w", err, skipped[0].Index, skipped[0].Err)
	}
	return err
}

// A lifetime says how long answers are fresh.
type lifetime struct{ shortest, usual, longest time.Duration }

func newLifetime(o RemoteOptions) lifetime {
	full := o.withDefaults()
	l := lifetime{full.CoolDown, full.RefreshAfter, full.RefreshAfter}
	if o.RefreshAfter == 0 {
		l.longest = max(l.usual, min(maxFresh, full.MaxAge/2))
	}
	return l
}

// of is how long an answer is fresh: what Cache-Control says (RFC 9111 section
// 5.2.2) within the bounds, or else the usual time.
func (l lifetime) of(h http.Header) time.Duration {
	fresh := l.usual
	for _, directive := range strings.Split(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-cache", "no-store":
			return l.shortest
		case "max-age":
			if seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); err == nil {
				age, _ := strconv.ParseUint(h.Get("Age"), 10, 31)
				fresh = time.Duration(seconds)*time.Second - time.Duration(age)*time.Second
			}
		}
	}
	return min(max(fresh, l.shortest), l.longest)
}
