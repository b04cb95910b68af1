package migrate_test

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	golangjwt "github.com/golang-jwt/jwt/v5"
	jwxjwk "github.com/lestrrat-go/jwx/v3/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// A signer signs whatever it is given, with one key.
type signer struct {
	t       *testing.T
	key     jwt.Signer
	private []byte // the JWK
	set     []byte // the JWK Set of the public key
	public  crypto.PublicKey
}

func newSigner(t *testing.T) *signer {
	key, err := jwk.Generate(jwt.ES256)
	require.NoError(t, err)
	key, err = key.With(jwt.ES256, "2026-11")
	require.NoError(t, err)
	private, err := key.MarshalPrivateJSON()
	require.NoError(t, err)
	set, err := jwk.NewSet(key.Public())
	require.NoError(t, err)
	data, err := json.Marshal(set)
	require.NoError(t, err)
	s, err := key.Signer()
	require.NoError(t, err)
	return &signer{t, s, private, data, key.Public().CryptoKey()}
}

func (s *signer) token(header, payload string) string {
	s.t.Helper()
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	signature, err := s.key.Sign(s.t.Context(), []byte(input))
	require.NoError(s.t, err)
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// verifiers verify a token as the first example of each library does: with the key
// and its algorithm, and without a further option.
func (s *signer) verifiers() map[string]func(ctx context.Context, text string) error {
	t := s.t
	set, err := jwk.ParseSet(s.set)
	require.NoError(t, err)
	jwxSet, err := jwxjwk.Parse(s.set)
	require.NoError(t, err)
	return map[string]func(ctx context.Context, text string) error{
		"golang-jwt": func(_ context.Context, text string) error {
			_, err := golangjwt.ParseWithClaims(text, &golangjwt.RegisteredClaims{}, func(*golangjwt.Token) (any, error) { return s.public, nil },
				golangjwt.WithValidMethods([]string{"ES256"}))
			return err
		},
		"go-jose": func(_ context.Context, text string) error {
			token, err := josejwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
			if err != nil {
				return err
			}
			var claims josejwt.Claims
			if err := token.Claims(s.public, &claims); err != nil {
				return err
			}
			return claims.Validate(josejwt.Expected{})
		},
		"jwx": func(_ context.Context, text string) error {
			_, err := jwxjwt.ParseString(text, jwxjwt.WithKeySet(jwxSet))
			return err
		},
		"here": func(ctx context.Context, text string) error {
			_, err := (&jwt.Policy{Keys: set}).Verify(ctx, text)
			return err
		},
	}
}

// pages are the pages that have a table of what a library accepts, and this one.
var pages = map[string]string{"golang-jwt": "migrate-golang-jwt.md", "go-jose": "migrate-go-jose.md", "jwx": "migrate-jwx.md"}

// The tables of the pages say what the libraries do.
func TestWhatEachLibraryAccepts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, whatEachLibraryAccepts) // in which no second passes
}

func whatEachLibraryAccepts(t *testing.T) {
	s := newSigner(t)
	const header = `{"alg":"ES256","kid":"2026-11","typ":"JWT"}`
	now := time.Now().Unix()
	exp := fmt.Sprintf(`"exp":%d`, now+600)
	second := func(text string) string { // another text of the same bytes: the last character has bits that belong to no byte
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		last := len(text) - 1
		return text[:last] + string(alphabet[strings.IndexByte(alphabet, text[last])^1])
	}
	for _, row := range []struct{ what, token, accepts string }{
		{"a token of the usual form", s.token(header, `{"sub":"alice",`+exp+`}`), "golang-jwt go-jose jwx here"},
		{"`exp` an hour ago", s.token(header, fmt.Sprintf(`{"exp":%d}`, now-3600)), ""},
		{"no `exp`", s.token(header, `{"sub":"alice"}`), "golang-jwt go-jose jwx"},
		{"`aud`, and no option about it", s.token(header, `{"aud":"https://other.example",`+exp+`}`), "golang-jwt go-jose jwx"},
		{"`iss`, and no option about it", s.token(header, `{"iss":"https://other.example",`+exp+`}`), "golang-jwt go-jose jwx"},
		{"`typ` of another kind of token, `logout+jwt`", s.token(`{"alg":"ES256","kid":"2026-11","typ":"logout+jwt"}`, `{`+exp+`}`), "golang-jwt go-jose jwx"},
		{"`exp` 30 seconds ago, no leeway set", s.token(header, fmt.Sprintf(`{"exp":%d}`, now-30)), "go-jose"},
		{"`nbf` in an hour", s.token(header, fmt.Sprintf(`{"nbf":%d,`+exp+`}`, now+3600)), ""},
		{"`iat` in an hour", s.token(header, fmt.Sprintf(`{"iat":%d,`+exp+`}`, now+3600)), "golang-jwt here"},
		{"a claim twice", s.token(header, `{"sub":"alice","sub":"mallory",`+exp+`}`), "golang-jwt jwx"},
		{"`exp` an hour ago, and `EXP` in ten minutes", s.token(header, fmt.Sprintf(`{"exp":%d,"EXP":%d}`, now-3600, now+600)), "golang-jwt"},
		{"`alg` in the header is not the key's", s.token(`{"alg":"none","kid":"2026-11"}`, `{`+exp+`}`), "jwx"},
		{"`exp` as a string", s.token(header, fmt.Sprintf(`{"exp":"%d"}`, now+600)), "golang-jwt jwx"},
		{"`exp` is null", s.token(header, `{"exp":null}`), "golang-jwt go-jose"},
		{"a claim that is not UTF-8", s.token(header, "{\"sub\":\"\xff\","+exp+"}"), "golang-jwt go-jose jwx"},
		{"`crit` in the header", s.token(`{"alg":"ES256","kid":"2026-11","crit":["x"],"x":1}`, `{`+exp+`}`), "golang-jwt jwx"},
		{"no `kid`", s.token(`{"alg":"ES256"}`, `{`+exp+`}`), "golang-jwt go-jose here"},
		{"a header parameter twice", s.token(`{"alg":"ES256","kid":"other","kid":"2026-11"}`, `{`+exp+`}`), "golang-jwt jwx"},
		{"another last character, for the same bytes", second(s.token(header, `{`+exp+`}`)), "golang-jwt go-jose jwx"},
		{"a line break before a dot", strings.Replace(s.token(header, `{`+exp+`}`), ".", "\n.", 1), "go-jose jwx"},
		{"padding with `==`", s.token(header, `{`+exp+`}`) + "==", "jwx"},
	} {
		var accepts []string
		for _, name := range []string{"golang-jwt", "go-jose", "jwx", "here"} {
			if s.verifiers()[name](t.Context(), row.token) == nil {
				accepts = append(accepts, name)
			}
		}
		assert.Equal(t, row.accepts, strings.Join(accepts, " "), row.what)
		for library, page := range pages {
			if slices.Contains(accepts, library) == slices.Contains(accepts, "here") {
				continue // no difference
			}
			text, err := os.ReadFile("../../docs/" + page)
			require.NoError(t, err)
			line := "| " + row.what + " | refused | accepted |"
			if slices.Contains(accepts, library) {
				line = "| " + row.what + " | accepted | refused |"
			}
			assert.Contains(t, string(text), "\n"+line, page)
		}
	}
}
