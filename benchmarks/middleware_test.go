package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	auth0 "github.com/auth0/go-jwt-middleware/v3"
	auth0jwks "github.com/auth0/go-jwt-middleware/v3/jwks"
	auth0validator "github.com/auth0/go-jwt-middleware/v3/validator"
	golang "github.com/golang-jwt/jwt/v5"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// A middlewareMaker makes a middleware for the tokens of a fixed HMAC, or for those
// of the keys behind a URL.
type middlewareMaker struct {
	lib    string
	shared func(secret []byte) func(http.Handler) http.Handler
	remote func(ctx context.Context, url string) func(http.Handler) http.Handler
}

var middlewareMakers = []middlewareMaker{
	{floorName, floorMiddleware, nil},
	{ourName, func(secret []byte) func(http.Handler) http.Handler {
		return jwtMiddleware(jwt.Keys{must(jwt.NewHMAC(jwt.HS256, secret, ""))})
	}, func(_ context.Context, url string) func(http.Handler) http.Handler {
		return jwtMiddleware(must(jwthttp.NewRemoteKeys(url, jwthttp.RemoteOptions{})))
	}},
	{"auth0", func(secret []byte) func(http.Handler) http.Handler {
		return auth0Middleware(func(context.Context) (any, error) { return secret, nil }, auth0validator.HS256)
	}, func(_ context.Context, address string) func(http.Handler) http.Handler {
		keys := must(auth0jwks.NewCachingProvider(auth0jwks.WithIssuerURL(must(url.Parse(issuer))), auth0jwks.WithCustomJWKSURI(must(url.Parse(address)))))
		return auth0Middleware(keys.KeyFunc, auth0validator.ES256)
	}},
	{"keyfunc", nil, func(ctx context.Context, url string) func(http.Handler) http.Handler {
		return golangMiddleware("ES256", must(keyfunc.NewDefaultCtx(ctx, []string{url})).Keyfunc)
	}},
	{"golang-jwt", func(secret []byte) func(http.Handler) http.Handler {
		return golangMiddleware("HS256", func(*golang.Token) (any, error) { return secret, nil })
	}, nil},
}

func jwtMiddleware(keys jwt.KeySet) func(http.Handler) http.Handler {
	m := &jwthttp.Middleware{Tokens: &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{audience}}}
	return m.Handler
}

// floorMiddleware is the MAC of the token, and what net/http needs to hand on a request
// with a value in its context.
func floorMiddleware(secret []byte) func(http.Handler) http.Handler {
	mac, sum, buf := hmac.New(sha256.New, secret), [sha256.Size]byte{}, []byte(nil)
	type contextKey struct{}
	var value any = secret
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			dot := strings.LastIndexByte(text, '.')
			buf = append(buf[:0], text[:dot]...)
			mac.Reset()
			mac.Write(buf)
			if buf = base64.RawURLEncoding.AppendEncode(buf[:0], mac.Sum(sum[:0])); string(buf) != text[dot+1:] {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, value)))
		})
	}
}

func auth0Middleware(key func(context.Context) (any, error), alg auth0validator.SignatureAlgorithm) func(http.Handler) http.Handler {
	v := must(auth0validator.New(auth0validator.WithKeyFunc(key), auth0validator.WithAlgorithm(alg),
		auth0validator.WithIssuer(issuer), auth0validator.WithAudience(audience)))
	return must(auth0.New(auth0.WithValidator(v))).CheckJWT
}

// golangMiddleware is what the users of golang-jwt write.
func golangMiddleware(alg string, key golang.Keyfunc) func(http.Handler) http.Handler {
	parser := golang.NewParser(golang.WithValidMethods([]string{alg}),
		golang.WithIssuer(issuer), golang.WithAudience(audience), golang.WithExpirationRequired())
	type contextKey struct{}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			var c golang.RegisteredClaims
			if _, err := parser.ParseWithClaims(text, &c, key); !ok || err != nil {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, &c)))
		})
	}
}

var errStatus = errors.New("another status than expected")

// BenchmarkMiddleware has requests with good tokens come to a handler that does
// nothing.
func BenchmarkMiddleware(b *testing.B) {
	for _, lib := range middlewareMakers {
		if lib.shared != nil {
			b.Run("alg=HS256/lib="+lib.lib, func(b *testing.B) {
				benchMiddleware(b, lib.shared(publicKey("HS256").([]byte)), issue("HS256", "", payload(claimsOf(registered))))
			})
		}
	}
	for _, lib := range middlewareMakers {
		if lib.remote != nil {
			b.Run("alg=ES256/keys=10/lib="+lib.lib, func(b *testing.B) {
				keys := namedKeys("ES256", 10)
				server := serveKeys(keys)
				defer server.Close()
				ctx, cancel := context.WithCancel(background)
				defer cancel()
				benchMiddleware(b, lib.remote(ctx, server.URL), keySetToken("ES256", keys))
			})
		}
	}
}

func benchMiddleware(b *testing.B, middleware func(http.Handler) http.Handler, token string) {
	serve := func(token string) func() int {
		status := 0
		h := middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { status = http.StatusOK }))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		return func() int { status = 0; h.ServeHTTP(w, r); return status }
	}
	if serve(spoilt(token))() != 0 {
		b.Fatal("a bad token comes through")
	}
	good := serve(token)
	for deadline := time.Now().Add(30 * time.Second); good() != http.StatusOK; { // until the keys are there
		if time.Now().After(deadline) {
			b.Fatal("a good token does not come through")
		}
	}
	timed(b, func() error {
		if good() != http.StatusOK {
			return errStatus
		}
		return nil
	})
}
