package jwthttp_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// parseChallenge reads one challenge by the letter of RFC 9110 section 11.2, with
// quoted parameters only.
func parseChallenge(s string) (scheme string, parameters map[string]string, err error) {
	scheme, rest, found := strings.Cut(s, " ")
	if !found || scheme == "" {
		return "", nil, errors.New("no parameters")
	}
	parameters = map[string]string{}
	for {
		name, value, found := strings.Cut(rest, `="`)
		if !found || name == "" || strings.ContainsAny(name, " \",\\\t\r\n") {
			return "", nil, errors.New("no parameter")
		}
		if _, twice := parameters[name]; twice {
			return "", nil, errors.New("a parameter that is there twice")
		}
		var text []byte
		i := 0
		for ; i < len(value) && value[i] != '"'; i++ {
			if value[i] == '\\' {
				i++
			}
			if i == len(value) || value[i] < ' ' && value[i] != '\t' || value[i] == 0x7F {
				return "", nil, errors.New("not a quoted-string")
			}
			text = append(text, value[i])
		}
		if i == len(value) {
			return "", nil, errors.New("no end of a quoted-string")
		}
		parameters[name] = string(text)
		rest = value[i+1:]
		if rest == "" {
			return scheme, parameters, nil
		}
		if rest, found = strings.CutPrefix(rest, ", "); !found {
			return "", nil, errors.New("no comma")
		}
	}
}

func TestRealmIsQuotedOrAMistake(t *testing.T) {
	_, policy := newHMAC(t)
	for realm, good := range map[string]bool{
		"": true, `a "b"`: true, `a\`: true, `\"`: true, "a\tb": true, "é": true, "\xff": true, `", error="x`: true,
		"a\r\nSet-Cookie: b": false, "a\nb": false, "a\rb": false, "\x00": false, "\x7f": false,
	} {
		protect := &jwthttp.Middleware{Tokens: policy, Realm: realm}
		assert.Equal(t, good, protect.Validate() == nil, "%q", realm)
		w := httptest.NewRecorder()
		protect.Handler(http.HandlerFunc(ok)).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if !good {
			assert.Equal(t, 503, w.Code, "%q", realm)
			assert.Empty(t, w.Header()["Www-Authenticate"])
			continue
		}
		assert.Equal(t, 401, w.Code)
		scheme, parameters, err := parseChallenge(w.Header().Get("WWW-Authenticate"))
		require.NoError(t, err, "%q", realm)
		want := map[string]string{"realm": realm}
		if realm == "" {
			want["realm"] = "api"
		}
		assert.Equal(t, "Bearer", scheme)
		assert.Equal(t, want, parameters)
	}
}

// A fixedProof is refused with its code.
type fixedProof struct {
	method jwthttp.ConfirmationMethod
	code   string
}

func (f *fixedProof) Method() jwthttp.ConfirmationMethod { return f.method }

func (f *fixedProof) VerifyProof(http.Header, *http.Request, *jwt.Token, string) error {
	return &jwthttp.ProofError{Code: f.code}
}

// Even by Authorize, which does not ask Validate, and with what a proof says.
func FuzzChallenges(f *testing.F) {
	key, policy := newHMAC(f)
	token := sign(f, key, bound{jwt.Claims{ExpiresAt: inAnHour()}, map[string]string{"jkt": "a"}})
	f.Add(`a "b"`, "invalid_dpop_proof", "ES256")
	f.Add("a\r\nb", "a\"\x00", "\\")
	f.Fuzz(func(t *testing.T, realm, code, value string) {
		proofs := &fixedProof{jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "DPoP", Parameters: map[string]string{"algs": value}}, code}
		protect := &jwthttp.Middleware{Tokens: policy, Realm: realm, Proofs: []jwthttp.ProofVerifier{proofs}}
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "DPoP "+token)
		_, refusal := protect.Authorize(http.Header{}, r, nil)
		require.Equal(t, 401, refusal.Status)
		require.Len(t, refusal.Header["Www-Authenticate"], 2)
		for i, c := range refusal.Header["Www-Authenticate"] {
			scheme, parameters, err := parseChallenge(c)
			require.NoError(t, err, "%q", c)
			require.Equal(t, []string{"Bearer", "DPoP"}[i], scheme)
			if protect.Validate() == nil && realm != "" && utf8.ValidString(realm) {
				require.Equal(t, realm, parameters["realm"])
			}
		}
	})
}
