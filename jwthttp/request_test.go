package jwthttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestRemoteKeysOverTLS(t *testing.T) {
	key := newKey(t)
	web := httptest.NewUnstartedServer(&keyServer{keys: []*jwk.Key{key}})
	web.Config.ErrorLog = quiet()
	web.StartTLS()
	defer web.Close()
	assert.NoError(t, accept(t, newRemote(t, web.URL, jwthttp.RemoteOptions{Client: web.Client(), Timeout: time.Minute}), tokenOf(t, key)))
	err := accept(t, newRemote(t, web.URL, jwthttp.RemoteOptions{Timeout: time.Minute}), tokenOf(t, key))
	assert.True(t, undecided(err), "%v", err)
	assert.ErrorContains(t, err, "certificate")
}

func TestRedirectsWithinTheOriginAreFollowed(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	next := map[string]string{"/1": "/2", "/2": "/3", "/3": "/keys", "/0": "/1"}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := next[r.URL.Path]; to != "" {
			http.Redirect(w, r, to, http.StatusMovedPermanently)
			return
		}
		server.ServeHTTP(w, r)
	}))
	defer web.Close()
	assert.NoError(t, accept(t, newRemote(t, web.URL+"/1", jwthttp.RemoteOptions{Timeout: time.Minute}), tokenOf(t, key)), "three of them")
	assert.ErrorContains(t, accept(t, newRemote(t, web.URL+"/0", jwthttp.RemoteOptions{Timeout: time.Minute}), tokenOf(t, key)), "redirected too often")
}

func TestRedirectsToOtherOriginsAreNotFollowed(t *testing.T) {
	for _, to := range []string{"http://issuer.example/keys", "https://issuer.example:8443/keys", "https://keys.issuer.example/keys"} {
		key := newKey(t)
		server := &keyServer{keys: []*jwk.Key{key}}
		transport := transportFunc(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/keys" {
				return server.RoundTrip(r)
			}
			w := httptest.NewRecorder()
			http.Redirect(w, r, to, http.StatusFound)
			return w.Result(), nil
		})
		keys := newRemote(t, "https://issuer.example/", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}, AllowHTTP: true})
		assert.ErrorContains(t, accept(t, keys, tokenOf(t, key)), "redirected to another origin", to)
		assert.Zero(t, server.hits.Load())
	}
}

func TestHeadersOfARequest(t *testing.T) {
	server := &keyServer{keys: []*jwk.Key{newKey(t)}, etag: `"1"`}
	var headers []http.Header
	transport := transportFunc(func(r *http.Request) (*http.Response, error) {
		headers = append(headers, r.Header)
		return server.RoundTrip(r)
	})
	keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
	require.NoError(t, keys.Refresh(t.Context()))
	require.NoError(t, keys.Refresh(t.Context()))
	accept := []string{"application/json, application/jwk-set+json"}
	assert.Equal(t, []http.Header{{"Accept": accept}, {"Accept": accept, "If-None-Match": {`"1"`}}}, headers)
}

// What belongs to a request ends with it.
func TestContextOfARequestEndsWithIt(t *testing.T) {
	var contexts []context.Context
	m := &metadataServer{urls: map[string]http.Handler{openID: metadataOf("/keys"), "/keys": &keyServer{keys: []*jwk.Key{newKey(t)}}}, count: map[string]int{}}
	transport := transportFunc(func(r *http.Request) (*http.Response, error) {
		contexts = append(contexts, r.Context())
		return m.RoundTrip(r)
	})
	keys, err := jwthttp.DiscoverKeys("https://issuer.example", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
	require.NoError(t, err)
	require.NoError(t, keys.Refresh(t.Context()))
	require.Len(t, contexts, 2)
	for _, ctx := range contexts {
		assert.ErrorIs(t, ctx.Err(), context.Canceled)
	}
}

// The client that is given stays as it is.
func TestClientIsNotChanged(t *testing.T) {
	client := &http.Client{Transport: &keyServer{}}
	newRemote(t, "https://issuer.example/", jwthttp.RemoteOptions{Client: client})
	assert.Nil(t, client.CheckRedirect)
}

func TestErrorsAreShortAndShowNoQuery(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, answer := range []http.HandlerFunc{
		answerJSON(`{"issuer":"` + long + `"}`),
		answerJSON(`{"issuer":"https://issuer.example","jwks_uri":"http://` + long + `"}`),
		answerJSON(`{"issuer":"https://issuer.example","jwks_uri":"` + long + `"}`),
		answerJSON(`{"` + long + `":1,"` + long + `":2}`),
		func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/"+long) },
	} {
		m, keys := newMetadata(t, "/keys")
		m.set(openID, answer)
		err := accept(t, keys, tokenOf(t, newKey(t)))
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 700)
	}
	for _, transport := range []transportFunc{
		func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") },
		func(r *http.Request) (*http.Response, error) {
			return (&keyServer{misbehave: http.NotFound}).RoundTrip(r)
		},
		func(r *http.Request) (*http.Response, error) { return (&keyServer{misbehave: answerPage}).RoundTrip(r) },
		func(r *http.Request) (*http.Response, error) { panic(r.URL.String()) },
	} {
		keys := newRemote(t, "https://issuer.example/keys?apikey=secret", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		err := accept(t, keys, tokenOf(t, newKey(t)))
		assert.ErrorContains(t, err, `"https://issuer.example/keys": `)
		assert.NotContains(t, err.Error(), "secret")
		assert.NotContains(t, keys.String(), "secret")
	}
}

func TestLongURLsAreCut(t *testing.T) {
	for length, cut := range map[int]bool{200: false, 201: true} {
		url := "https://issuer.example/" + strings.Repeat("x", length-len("https://issuer.example/"))
		keys := newRemote(t, url, jwthttp.RemoteOptions{Client: &http.Client{Transport: &keyServer{misbehave: status(500)}}})
		assert.Equal(t, cut, strings.Contains(keys.Refresh(t.Context()).Error(), "…"))
	}
}

var remoteURLs = []struct {
	url             string
	ok, okAllowHTTP bool
}{
	{"https://issuer.example/keys", true, true},
	{"https://issuer.example", true, true},
	{"http://localhost:8080/keys", true, true},
	{"http://127.0.0.1/keys", true, true},
	{"http://127.8.9.10:1/keys", true, true},
	{"http://[::1]:8080/keys", true, true},
	{"http://keycloak:8080/realms/a", false, true},
	{"http://issuer.example/keys", false, true},
	{"http://localhost.example/keys", false, true},
	{"http://127.0.0.1.example/keys", false, true},
	{"http://10.0.0.1/keys", false, true},
	{"http://0.0.0.0/keys", false, true},
	{"", false, false},
	{"issuer.example/keys", false, false},
	{"/keys", false, false},
	{"ftp://localhost/keys", false, false},
	{"file:///etc/keys", false, false},
	{"https:///keys", false, false},
	{"https://:8443/keys", false, false},
	{"http:///keys", false, false},
	{"https:keys", false, false},
	{"https://a b/", false, false},
	{"https://user:pw@issuer.example/keys", false, false},
	{"http://user:pw@localhost/keys", false, false},
	{"https://user:pw@issuer.example/%zz\x7f", false, false},
}

func TestURLsThatKeysMayComeFrom(t *testing.T) {
	for _, test := range remoteURLs {
		for _, allow := range []bool{false, true} {
			want := test.ok && !allow || test.okAllowHTTP && allow
			_, err := jwthttp.NewRemoteKeys(test.url, jwthttp.RemoteOptions{AllowHTTP: allow})
			assert.Equal(t, want, err == nil, "%q: %v", test.url, err)
			_, discoverErr := jwthttp.DiscoverKeys(test.url, jwthttp.RemoteOptions{AllowHTTP: allow})
			assert.Equal(t, want, discoverErr == nil, "%q: %v", test.url, discoverErr)
			if err != nil {
				assert.NotContains(t, err.Error(), "pw")
				assert.Equal(t, !allow && test.okAllowHTTP, strings.Contains(err.Error(), "AllowHTTP"), err.Error())
			}
		}
	}
	for _, issuer := range []string{"https://issuer.example/?a=b", "https://issuer.example/?", "https://issuer.example/#a"} {
		_, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{})
		assert.ErrorContains(t, err, "query or fragment", issuer)
	}
	for _, issuer := range []string{"https://issuer.example" + openID, "https://issuer.example/.well-known/oauth-authorization-server/a"} {
		_, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{})
		assert.ErrorContains(t, err, "of metadata, want the issuer", issuer)
	}
}

// A name in a compose file or a service mesh, and keys that its metadata name.
func TestAllowHTTP(t *testing.T) {
	key := newKey(t)
	m := &metadataServer{urls: map[string]http.Handler{}, count: map[string]int{}}
	m.set("/realms/a"+openID, answerJSON(`{"issuer":"http://keycloak:8080/realms/a","jwks_uri":"http://keycloak:8080/keys"}`))
	m.set("/keys", &keyServer{keys: []*jwk.Key{key}})
	o := jwthttp.RemoteOptions{Client: &http.Client{Transport: m}, AllowHTTP: true}
	keys, err := jwthttp.DiscoverKeys("http://keycloak:8080/realms/a", o)
	require.NoError(t, err)
	assert.NoError(t, accept(t, keys, tokenOf(t, key)))

	// Loopback metadata may not name keys in the network unless it is allowed.
	m.set(openID, answerJSON(`{"issuer":"http://localhost","jwks_uri":"http://keycloak:8080/keys"}`))
	o.AllowHTTP = false
	keys, err = jwthttp.DiscoverKeys("http://localhost", o)
	require.NoError(t, err)
	assert.ErrorContains(t, accept(t, keys, tokenOf(t, key)), "AllowHTTP")
}

// A transport that panics, or ends its goroutine, is a fetch that failed.
func TestTransportThatPanics(t *testing.T) {
	for name, misbehave := range map[string]func(){
		"panicked with a string":   func() { panic("secret") },
		"panicked with a runtime.": func() { var p *http.Request; _ = p.URL },
		"ended its goroutine":      runtime.Goexit,
	} {
		bubble(t, func(t *testing.T) {
			key := newKey(t)
			server := &keyServer{keys: []*jwk.Key{key}}
			var broken atomic.Bool
			transport := transportFunc(func(r *http.Request) (*http.Response, error) {
				if broken.Load() {
					misbehave()
				}
				return server.RoundTrip(r)
			})
			keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
			broken.Store(true)
			for range 20 {
				err := keys.Refresh(t.Context())
				assert.ErrorContains(t, err, name)
				assert.NotContains(t, err.Error(), "secret")
			}
			broken.Store(false)
			assert.NoError(t, keys.Refresh(t.Context()))
			broken.Store(true)
			pass(11 * time.Minute)
			assert.NoError(t, accept(t, keys, tokenOf(t, key)), "the keys at hand serve on")
			synctest.Wait()
			assert.ErrorContains(t, keys.State().Err, "a function of RemoteOptions")
		})
	}
}

// blockedBody is a body whose end never comes.
type blockedBody struct {
	done <-chan struct{}
	err  func() error
}

func (b *blockedBody) Read([]byte) (int, error) {
	<-b.done
	return 0, b.err()
}

func (b *blockedBody) Close() error { return nil }

// Slow and hanging servers cost the time-out, at whatever point they hang.
func TestServersThatHang(t *testing.T) {
	trickle := func(r *http.Request) io.ReadCloser {
		in, out := io.Pipe()
		go func() {
			for r.Context().Err() == nil {
				_, _ = out.Write([]byte(" "))
				time.Sleep(100 * time.Millisecond)
			}
			_ = out.CloseWithError(r.Context().Err())
		}()
		return in
	}
	for name, answer := range map[string]func(r *http.Request) (*http.Response, error){
		"before the header": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
		"in the body": func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: &blockedBody{r.Context().Done(), r.Context().Err}}, nil
		},
		"in a slow body": func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: trickle(r)}, nil
		},
		"whatever the context says": func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Hour)
			return nil, errors.New("late")
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: transportFunc(answer)}})
				began := time.Now()
				err := accept(t, keys, tokenOf(t, newKey(t)))
				assert.ErrorContains(t, err, `"https://issuer.example/keys": no answer within 5s`)
				assert.Equal(t, 5*time.Second, time.Since(began))
				pass(time.Hour)
			})
		})
	}
}

// A transport that does not heed the context cannot pile up requests, and its end
// is waited for.
func TestTransportThatHeedsNoContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		server := &keyServer{keys: []*jwk.Key{key}}
		release := make(chan struct{})
		transport := transportFunc(func(r *http.Request) (*http.Response, error) {
			server.hits.Add(1)
			<-release
			return nil, errors.New("late")
		})
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		for range 8 {
			assert.ErrorContains(t, keys.Refresh(t.Context()), "no answer within 5s")
		}
		for range 8 {
			assert.EqualError(t, keys.Refresh(t.Context()), `jwthttp: keys not fetched: "https://issuer.example/keys": 8 requests have not ended after their time-out, want a RoundTripper that heeds the context`)
		}
		assert.EqualValues(t, 8, server.hits.Load())
		close(release)
		synctest.Wait()
		assert.ErrorContains(t, keys.Refresh(t.Context()), "late")
		assert.EqualValues(t, 9, server.hits.Load())
	})
}

// Keys behind a bearer token that changes.
func TestSendTokenFile(t *testing.T) {
	key := newKey(t)
	name := filepath.Join(t.TempDir(), "token")
	server := &keyServer{keys: []*jwk.Key{key}}
	var wanted atomic.Value
	protected := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != wanted.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/keys" {
			server.ServeHTTP(w, r)
			return
		}
		metadataOf("/keys")(w, r)
	})
	o := jwthttp.RemoteOptions{
		Client:  &http.Client{Transport: &keyServer{misbehave: protected}},
		Prepare: jwthttp.SendTokenFile(name),
	}
	keys, err := jwthttp.DiscoverKeys("https://issuer.example", o)
	require.NoError(t, err)
	assert.ErrorIs(t, keys.Refresh(t.Context()), os.ErrNotExist)
	for _, token := range []string{"first.token", "second-token"} {
		require.NoError(t, os.WriteFile(name, []byte(token+"\n"), 0o600))
		wanted.Store("Bearer " + token)
		assert.NoError(t, keys.Refresh(t.Context()))
	}
	wanted.Store("Bearer another")
	assert.ErrorContains(t, keys.Refresh(t.Context()), "got status 401")
	for _, content := range []string{"", " \n", "two secrets", "a secret\r\nwith: a header"} {
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
		err := keys.Refresh(t.Context())
		assert.ErrorContains(t, err, "holds no bearer token")
		assert.NotContains(t, err.Error(), "secret")
	}
	assert.NoError(t, accept(t, keys, tokenOf(t, key)))
	assert.NotErrorIs(t, keys.State().Err, jwt.ErrUnknownKey)
}
