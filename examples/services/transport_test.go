package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// recorder records what it is sent.
type recorder struct {
	mu   sync.Mutex
	sent []string
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, request.Header.Get("Authorization"))
	response := &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: request}
	if request.URL.Path == "/redirect" {
		response.StatusCode = 307
		response.Header.Set("Location", "https://other.example/")
	}
	return response, nil
}

func newTransport(t *testing.T) (*transport, *recorder) {
	key, err := jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("ab", 16)), "")
	require.NoError(t, err)
	base := &recorder{}
	return &transport{base: base, origin: "https://stock.example", template: &jwt.Template{Key: key, Issuer: "orders", Lifetime: time.Minute, Now: time.Now}}, base
}

func TestConcurrentRequestsShareOneToken(t *testing.T) {
	calls, base := newTransport(t)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), "GET", "https://stock.example/", nil)
			assert.NoError(t, err)
			_, err = calls.RoundTrip(r)
			assert.NoError(t, err)
			assert.Empty(t, r.Header, "the request of the caller stays as it is")
		})
	}
	group.Wait()
	require.Len(t, base.sent, 50)
	assert.Contains(t, base.sent[0], "Bearer ")
	for _, authorization := range base.sent {
		assert.Equal(t, base.sent[0], authorization)
	}
}

func TestTokensAreRenewedAheadOfTheirExpiry(t *testing.T) {
	calls, base := newTransport(t)
	now := time.Now()
	calls.template.Now = func() time.Time { return now }
	client := &http.Client{Transport: calls}
	for _, test := range []struct {
		after time.Duration
		want  int // tokens so far
	}{{0, 1}, {44 * time.Second, 1}, {time.Second, 2}, {44 * time.Second, 2}, {time.Hour, 3}} {
		now = now.Add(test.after)
		_, err := client.Get("https://stock.example/")
		require.NoError(t, err)
		tokens := map[string]bool{}
		for _, authorization := range base.sent {
			tokens[authorization] = true
		}
		assert.Len(t, tokens, test.want)
	}
}

func TestTokensGoToTheirServiceOnly(t *testing.T) {
	calls, base := newTransport(t)
	client := &http.Client{Transport: calls}
	for _, url := range []string{"https://stock.example/redirect", "http://stock.example/", "https://stock.example:8443/"} {
		_, err := client.Get(url)
		require.NoError(t, err)
	}
	require.Len(t, base.sent, 4)
	assert.NotEmpty(t, base.sent[0])
	assert.Equal(t, []string{"", "", ""}, base.sent[1:])
}

// closing notes that it is closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestRequestsThatCannotBeSignedAreNotSent(t *testing.T) {
	calls, base := newTransport(t)
	down := errors.New("no key")
	calls.template = &jwt.Template{KeyFunc: func(context.Context) (jwt.Signer, error) { return nil, down }, Lifetime: time.Minute, Now: time.Now}
	body := &closing{Reader: strings.NewReader("x")}
	r, err := http.NewRequestWithContext(t.Context(), "POST", "https://stock.example/", body)
	require.NoError(t, err)
	_, err = calls.RoundTrip(r)
	assert.ErrorIs(t, err, down)
	assert.True(t, body.closed)
	assert.Empty(t, base.sent)
}
