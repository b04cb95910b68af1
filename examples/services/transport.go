package main

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// A transport is an http.RoundTripper that adds a token to the requests to one
// origin. It signs the tokens itself: one for all requests until a quarter of its
// lifetime is left, then the next one.
type transport struct {
	base     http.RoundTripper
	origin   string // https://host, as a redirect to another one must not carry the token there
	template *jwt.Template

	mu    sync.Mutex
	token string
	renew time.Time
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme+"://"+r.URL.Host != t.origin {
		return t.base.RoundTrip(r)
	}
	token, err := t.current(r.Context())
	if err != nil {
		if r.Body != nil {
			r.Body.Close() // as a RoundTripper must
		}
		return nil, err
	}
	r = r.Clone(r.Context()) // which is not ours to change
	r.Header.Set("Authorization", "Bearer "+token)
	return t.base.RoundTrip(r)
}

// current returns the token to send now. Requests that need a new one wait for the first
// of them to sign it.
func (t *transport) current(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.template.Now()
	if now.Before(t.renew) {
		return t.token, nil
	}
	token, err := t.template.Sign(ctx, map[string]any{"sub": t.template.Issuer, "scope": "stock:read"})
	if err != nil {
		return "", err
	}
	t.token, t.renew = token, now.Add(t.template.Lifetime*3/4)
	return token, nil
}
