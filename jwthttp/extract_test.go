package jwthttp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func FuzzBearerToken(f *testing.F) {
	f.Add("Bearer abc.def.ghi")
	f.Add("bearer  a")
	f.Add("Bearer a b")
	f.Fuzz(func(t *testing.T, value string) {
		r := &http.Request{Header: http.Header{"Authorization": {value}}}
		token, err := jwthttp.BearerToken(r)
		if err != nil || token == "" {
			return
		}
		// What comes out is the rest of the header, and could be sent again.
		assert.True(t, strings.HasSuffix(value, " "+token))
		assert.NotContains(t, token, " ")
		again, err := jwthttp.BearerToken(&http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}})
		assert.NoError(t, err)
		assert.Equal(t, token, again)
	})
}

// Whatever stands in the header, a request is let through for the very token that
// is accepted, and anonymous only if there is no header or it has another scheme.
func FuzzAuthorizationHeader(f *testing.F) {
	for _, value := range []string{"", " ", "Bearer good", "bearer  good", "Bearer\tgood", "Bearer good ", "Bearer, good", "Basic Bearer good", "Bearer good, Bearer good", "dpop good", "Bearer\x00good"} {
		f.Add(value)
	}
	protect := &jwthttp.Middleware{Tokens: onlyGood{}, AllowAnonymous: true, Proofs: []jwthttp.ProofVerifier{dpopLike()}}
	letter := regexp.MustCompile("^(?i:Bearer) +good$")
	accepted := regexp.MustCompile("^(?i:Bearer|DPoP)($|[^!#$%&'*+.^_`|~0-9A-Za-z-])")
	otherScheme := regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+")
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Authorization"] = []string{value}
		token, refusal := protect.Authorize(http.Header{}, r, nil)
		switch {
		case letter.MatchString(value):
			require.NotNil(t, token)
		case otherScheme.MatchString(value) && !accepted.MatchString(value):
			require.Nil(t, token)
			require.Nil(t, refusal)
		default:
			require.Nil(t, token)
			require.Contains(t, []int{400, 401}, refusal.Status)
		}
	})
}

// onlyGood accepts one text.
type onlyGood struct{}

func (onlyGood) Verify(_ context.Context, token string) (*jwt.Token, error) {
	if token == "good" {
		return &jwt.Token{}, nil
	}
	return nil, &jwt.VerifyError{Reason: jwt.ErrMalformed}
}

func TestBearerTokenReadsOneHeader(t *testing.T) {
	for _, test := range []struct {
		header []string
		token  string
		bad    bool
	}{
		{nil, "", false},
		{[]string{"Bearer abc"}, "abc", false},
		{[]string{"bearer   a.b-c_d~e+f/g=="}, "a.b-c_d~e+f/g==", false},
		{[]string{"Basic abc"}, "", false},
		{[]string{"Bearerabc"}, "", false},
		{[]string{"Bearer-x abc"}, "", false},
		{[]string{"Bearer abc", "Bearer abc"}, "", true},
		{[]string{"Basic abc", "Bearer abc"}, "", true},
		{[]string{""}, "", true},
		{[]string{" Bearer abc"}, "", true},
		{[]string{"Bearer"}, "", true},
		{[]string{"Bearer "}, "", true},
		{[]string{"Bearer\tabc"}, "", true},
		{[]string{"Bearer,abc"}, "", true},
		{[]string{"Bearer/abc"}, "", true},
		{[]string{"Bearer=abc"}, "", true},
		{[]string{"Bearer abc def"}, "", true},
		{[]string{"Bearer abc "}, "", true},
		{[]string{"Bearer ="}, "", true},
		{[]string{"Bearer a=b"}, "", true},
		{[]string{`Bearer "abc"`}, "", true},
		{[]string{"Bearer abc\r\n"}, "", true},
	} {
		token, err := jwthttp.BearerToken(&http.Request{Header: http.Header{"Authorization": test.header}})
		assert.Equal(t, test.bad, err != nil, "%q", test.header)
		if !test.bad {
			assert.Equal(t, test.token, token, "%q", test.header)
		}
	}
}

func TestTokensInTheQueryOrTheBodyAreNotRead(t *testing.T) {
	key, policy := newHMAC(t)
	token := sign(t, key, jwt.Claims{ExpiresAt: inAnHour()})
	r := httptest.NewRequest("POST", "/?access_token="+token, strings.NewReader("access_token="+token))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	(&jwthttp.Middleware{Tokens: policy}).Handler(http.HandlerFunc(ok)).ServeHTTP(w, r)
	assert.Equal(t, 401, w.Code)
}

func TestHeaderTokenTakesTheOneHeader(t *testing.T) {
	extract := jwthttp.HeaderToken("X-Proxy-Token")
	for _, test := range []struct {
		header http.Header
		want   string
		ok     bool
	}{
		{http.Header{}, "", true},
		{http.Header{"Authorization": {"Bearer a.b.c"}}, "", true},
		{http.Header{"X-Proxy-Token": {"a.b.c"}}, "a.b.c", true},
		{http.Header{"X-Proxy-Token": {"a.b.c", "a.b.c"}}, "", false},
	} {
		got, err := extract(&http.Request{Header: test.header})
		assert.Equal(t, test.want, got)
		assert.Equal(t, test.ok, err == nil, "%v", err)
	}
}
