package jwthttp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// An answer without a key that verifies is an error, and replaces nothing.
func TestAnswerWithoutAKeyReplacesNothing(t *testing.T) {
	encrypt, err := jwk.New("", newKey(t).CryptoKey(), "enc")
	require.NoError(t, err)
	text, err := json.Marshal(encrypt.Public())
	require.NoError(t, err)
	unusable := strings.Replace(string(text), `{`, `{"use":"enc",`, 1)
	for body, want := range map[string]string{
		`{"keys":[]}`:                 "got no key that verifies, with 0 keys of other uses and 0 entries left out",
		`{"keys":[1]}`:                "0 keys of other uses and 1 entries left out: entry 0: ",
		`{"keys":[{"kty":"LMS"},1]}`:  `got no key that verifies, with 0 keys of other uses and 2 entries left out: entry 0: jwk: unknown kty "LMS"`,
		`{"keys":[` + unusable + `]}`: "got no key that verifies, with 1 keys of other uses and 0 entries left out",
	} {
		bubble(t, func(t *testing.T) {
			key := newKey(t)
			server, keys := newServed(t, jwthttp.RemoteOptions{}, key)
			require.NoError(t, accept(t, keys, tokenOf(t, key)))
			server.set(func(s *keyServer) { s.misbehave = answerJSON(body) })
			assert.ErrorContains(t, keys.Refresh(t.Context()), want)
			pass(2*time.Hour - 1)
			assert.NoError(t, accept(t, keys, tokenOf(t, key)))
			synctest.Wait()
			assert.ErrorContains(t, keys.State().Err, want)
			assert.True(t, undecided(accept(t, keys, tokenOf(t, newKey(t)))))
			pass(1)
			assert.True(t, undecided(accept(t, keys, tokenOf(t, key))), "503, not 401, when the keys are too old")
		})
	}
}

// A key of each algorithm makes an answer a good one.
func TestAnswerWithOneKeyIsGood(t *testing.T) {
	rsa := newRSA(t)
	for _, alg := range []jwt.Algorithm{
		jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512, jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519,
		jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87,
	} {
		var key *jwk.Key
		var err error
		if strings.HasPrefix(string(alg), "RS") || strings.HasPrefix(string(alg), "PS") {
			key, err = rsa.With(alg, "a")
		} else {
			key, err = jwk.Generate(alg)
		}
		if err != nil && strings.Contains(err.Error(), "wants Go 1.27") {
			continue // as TestMLDSAWantsALaterGo of package jwk has it
		}
		require.NoError(t, err)
		_, keys := newServed(t, jwthttp.RemoteOptions{}, key)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)), alg)
	}
}

// newRSA returns an RSA key that names no algorithm.
func newRSA(t testing.TB) *jwk.Key {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	key, err := jwk.New("", private, "rsa")
	require.NoError(t, err)
	return key
}

// JSON is served under many types, and under none.
func TestContentTypeDoesNotMatter(t *testing.T) {
	key := newKey(t)
	set, err := jwk.NewSet(key)
	require.NoError(t, err)
	text, err := json.Marshal(set)
	require.NoError(t, err)
	for _, contentType := range []string{"application/json", "application/jwk-set+json; charset=utf-8", "text/plain", "application/octet-stream", "binary/octet-stream", "text/html", "%%", ""} {
		server, keys := newServed(t, jwthttp.RemoteOptions{})
		server.misbehave = func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{contentType}
			w.Write(text)
		}
		assert.NoError(t, accept(t, keys, tokenOf(t, key)), contentType)
	}
}

func TestRSAKeysWithoutAlg(t *testing.T) {
	bare := newRSA(t)
	signing, err := bare.With(jwt.PS256, bare.KeyID())
	require.NoError(t, err)
	_, keys := newServed(t, jwthttp.RemoteOptions{}, bare)
	assert.ErrorIs(t, accept(t, keys, tokenOf(t, signing)), jwt.ErrUnknownKey)
	_, keys = newServed(t, jwthttp.RemoteOptions{RSAAlgorithm: jwt.PS256}, bare)
	assert.NoError(t, accept(t, keys, tokenOf(t, signing)))
}

func TestUsesThatAreAllowed(t *testing.T) {
	key := newKey(t)
	text, err := json.Marshal(key.Public())
	require.NoError(t, err)
	bundle := answerJSON(`{"spiffe_sequence":1,"keys":[` + strings.Replace(string(text), `"use":"sig"`, `"use":"jwt-svid"`, 1) + `]}`)
	server, keys := newServed(t, jwthttp.RemoteOptions{})
	server.misbehave = bundle
	assert.ErrorContains(t, accept(t, keys, tokenOf(t, key)), "got no key that verifies, with 1 keys of other uses")
	server, keys = newServed(t, jwthttp.RemoteOptions{AllowUse: []string{"jwt-svid"}, RSAAlgorithm: jwt.PS256})
	server.misbehave = bundle
	assert.NoError(t, accept(t, keys, tokenOf(t, key)))
}

// A map of key IDs to certificates is read where a JWK Set would be.
func TestMapOfCertificates(t *testing.T) {
	key := newRSA(t)
	signing, err := key.With(jwt.RS256, "cert-1")
	require.NoError(t, err)
	certificate := &x509.Certificate{SerialNumber: big.NewInt(1)}
	private := key.CryptoKey().(*rsa.PrivateKey)
	der, err := x509.CreateCertificate(rand.Reader, certificate, certificate, private.Public(), private)
	require.NoError(t, err)
	text, err := json.Marshal(map[string]string{"cert-1": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))})
	require.NoError(t, err)
	server, keys := newServed(t, jwthttp.RemoteOptions{})
	server.misbehave = answerJSON(string(text))
	assert.NoError(t, accept(t, keys, tokenOf(t, signing)))
	assert.ErrorIs(t, accept(t, keys, tokenOf(t, newKey(t))), jwt.ErrUnknownKey)
}

func TestParseReadsTheAnswer(t *testing.T) {
	key := newKey(t)
	for _, test := range []struct {
		want  string
		parse func(data []byte) (*jwk.Set, error)
	}{
		{"", func(data []byte) (*jwk.Set, error) {
			assert.JSONEq(t, `{"keys":[]}`, string(data))
			return jwk.NewSet(key)
		}},
		{"no keys of mine", func([]byte) (*jwk.Set, error) { return nil, errors.New("no keys of mine") }},
		{"jwk: the set is nil", func([]byte) (*jwk.Set, error) { return nil, nil }},
		{"jwk: the set is nil", func([]byte) (*jwk.Set, error) { return new(jwk.Set), nil }},
		{"got no key that verifies", func([]byte) (*jwk.Set, error) { return jwk.NewSet() }},
		{"a function of RemoteOptions panicked with a string", func([]byte) (*jwk.Set, error) { panic("parse") }},
		{"a function of RemoteOptions ended its goroutine", func([]byte) (*jwk.Set, error) { runtime.Goexit(); return nil, nil }},
	} {
		for _, o := range []jwthttp.RemoteOptions{{Parse: test.parse}, {Parse: test.parse, RSAAlgorithm: jwt.PS256}, {Parse: test.parse, AllowUse: []string{"a"}}} {
			_, keys := newServed(t, o)
			err := accept(t, keys, tokenOf(t, key))
			if test.want == "" {
				assert.NoError(t, err)
				continue
			}
			assert.True(t, undecided(err), "%v", err)
			assert.ErrorContains(t, err, test.want)
		}
	}
}

func TestMisbehavingServers(t *testing.T) {
	key := newKey(t)
	body := func(contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			io.WriteString(w, body)
		}
	}
	elsewhere := httptest.NewServer(&keyServer{keys: []*jwk.Key{key}})
	defer elsewhere.Close()
	for _, test := range []struct {
		name, want string
		answer     http.HandlerFunc
	}{
		{"500", "got status 500", status(500)},
		{"204", "got status 204", status(204)},
		{"304 to no ETag", "got status 304", status(304)},
		{"a page", `of the content type "text/html; charset=utf-8"`, body("text/html; charset=utf-8", "<html>")},
		{"no content type", `of the content type ""`, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			io.WriteString(w, `hello`)
		}},
		{"no JSON", "not a JWK Set", body("application/json", "keys")},
		{"cut JSON", "not a JWK Set", body("application/json", `{"keys":[`)},
		{"another object", "not a JWK Set", body("application/json", `{"keyz":[]}`)},
		{"a huge body", "got more than 1048576 bytes", body("application/json", `{"keys":[],"x":"`+strings.Repeat("x", 2<<20)+`"}`)},
		{"a redirect to another origin", "redirected to another origin", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		}},
		{"redirects without end", "redirected too often", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		}},
		{"a connection that ends", "EOF", func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				connection.Close()
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &keyServer{keys: []*jwk.Key{key}}
			web := httptest.NewServer(server)
			defer web.Close()

			cold := newRemote(t, web.URL, jwthttp.RemoteOptions{Timeout: time.Minute})
			server.set(func(s *keyServer) { s.misbehave = test.answer })
			err := accept(t, cold, tokenOf(t, key))
			assert.True(t, undecided(err), "%v", err)
			assert.ErrorContains(t, err, test.want)
			assert.LessOrEqual(t, server.hits.Load(), int64(4), "one request and three redirects at most")

			warm := newRemote(t, web.URL, jwthttp.RemoteOptions{Timeout: time.Minute})
			server.set(func(s *keyServer) { s.misbehave = nil })
			require.NoError(t, warm.Refresh(t.Context()))
			server.set(func(s *keyServer) { s.misbehave = test.answer })
			assert.ErrorContains(t, warm.Refresh(t.Context()), test.want)
			assert.NoError(t, accept(t, warm, tokenOf(t, key)), "the keys at hand serve on")
			assert.Error(t, warm.State().Err)
		})
	}
}

// The error of an answer that cannot be read tells its type, unless it is JSON's.
func TestErrorTellsTheContentType(t *testing.T) {
	for contentType, told := range map[string]bool{
		"application/json": false, "application/json; charset=utf-8": false, "application/jwk-set+json": false, "APPLICATION/JSON": false,
		"text/html": true, "application/jwt": true, "application/json; charset": true, "": true,
	} {
		server, keys := newServed(t, jwthttp.RemoteOptions{})
		server.misbehave = func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{contentType}
			io.WriteString(w, "keys")
		}
		err := keys.Refresh(t.Context())
		require.ErrorContains(t, err, "not a JWK Set")
		assert.Equal(t, told, strings.Contains(err.Error(), fmt.Sprintf("of the content type %q", contentType)), err.Error())
		assert.Equal(t, told, strings.Contains(err.Error(), "content type"))
	}
}

// Keys of a body that breaks off are not used, even if what came is whole.
func TestBodyThatBreaksOff(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	transport := transportFunc(func(r *http.Request) (*http.Response, error) {
		response, err := server.RoundTrip(r)
		response.Body = io.NopCloser(io.MultiReader(response.Body, iotest.ErrReader(io.ErrUnexpectedEOF)))
		return response, err
	})
	keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
	err := accept(t, keys, tokenOf(t, key))
	assert.True(t, undecided(err))
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// A body is at most so large: a byte more is refused, and not read further.
func TestLargestBody(t *testing.T) {
	key := newKey(t)
	set, err := jwk.NewSet(key)
	require.NoError(t, err)
	text, err := json.Marshal(set)
	require.NoError(t, err)
	for size, want := range map[int]string{1 << 20: "", 1<<20 + 1: "got more than 1048576 bytes"} {
		server, keys := newServed(t, jwthttp.RemoteOptions{})
		server.misbehave = answerJSON(string(text) + strings.Repeat(" ", size-len(text)))
		err := keys.Refresh(t.Context())
		if want == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, want)
		}
	}
}

// countedBody is a body that knows whether it was closed.
type countedBody struct {
	io.Reader
	open *atomic.Int64
}

func (b *countedBody) Close() error {
	b.open.Add(-1)
	return nil
}

func TestBodiesAreClosed(t *testing.T) {
	key := newKey(t)
	for name, answer := range map[string]http.HandlerFunc{
		"keys":       nil,
		"500":        status(500),
		"404":        status(404),
		"304":        status(304),
		"no JSON":    answerJSON("keys"),
		"no key":     answerJSON(`{"keys":[]}`),
		"huge":       answerJSON(strings.Repeat("x", 2<<20)),
		"redirected": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example", http.StatusFound)
		},
	} {
		var open, opened atomic.Int64
		server := &keyServer{keys: []*jwk.Key{key}, etag: `"1"`}
		m := &metadataServer{urls: map[string]http.Handler{openID: metadataOf("/keys"), "/keys": server}, count: map[string]int{}}
		transport := transportFunc(func(r *http.Request) (*http.Response, error) {
			response, err := m.RoundTrip(r)
			if response != nil {
				response.Body = &countedBody{response.Body, &open}
				open.Add(1)
				opened.Add(1)
			}
			return response, err
		})
		keys, err := jwthttp.DiscoverKeys("https://issuer.example", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		require.NoError(t, err)
		require.NoError(t, keys.Refresh(t.Context()))
		require.NoError(t, keys.Refresh(t.Context()), "unchanged")
		server.set(func(s *keyServer) { s.misbehave = answer })
		_ = keys.Refresh(t.Context())
		m.set(openID, answer)
		other, err := jwthttp.DiscoverKeys("https://issuer.example", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		require.NoError(t, err)
		_ = other.Refresh(t.Context())
		assert.GreaterOrEqual(t, opened.Load(), int64(4), name)
		assert.Zero(t, open.Load(), name)
	}
}
