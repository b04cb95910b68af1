package jwttest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

// found returns the names of the attacks that a report has.
func found(lines []string) (names []string) {
	name := regexp.MustCompile(`^jwttest: attack "([^"]+)": `)
	for _, line := range lines {
		if m := name.FindStringSubmatch(line); m != nil {
			names = append(names, m[1])
		} else {
			names = append(names, line)
		}
	}
	return names
}

// attack returns what Attacks reports about a handler.
func attack(t *testing.T, issuer *jwttest.Issuer, o jwttest.AttackOptions, handler http.Handler) []string {
	t.Helper()
	return reported.By(t, func(t testing.TB) { jwttest.Attacks(t, handler, issuer, o) })
}

func careful(issuer *jwttest.Issuer) http.Handler {
	return (&jwthttp.Middleware{Tokens: issuer.Policy()}).Handler(hello)
}

func TestEachAttackFindsAHoleThatNoOtherFinds(t *testing.T) {
	t.Parallel()
	for name, hole := range holes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := jwttest.StartIssuer(t)
			if name != "blank signature" && name != "other algorithm" { // which are about ES256
				issuer.Keys.Algorithm = jwt.Ed25519 // the fastest one
			}
			if name == "ID token" {
				issuer.Type = "at+jwt"
			}
			o := jwttest.AttackOptions{Request: func(token string) *http.Request { return jwttest.Request(t, "POST", "/", token) }}
			if name == "revoked token" {
				o.Revoke = func(string) {}
			}
			if name == "scheme" {
				hole = func(s *sight, r *http.Request) bool {
					fields := strings.Fields(r.Header.Get("Authorization"))
					return len(fields) == 2 && len(r.Header["Authorization"]) == 1 && fields[0] != "Bearer" && good(look(issuer, fields[1]))
				}
			}
			lines := attack(t, issuer, o, broken(issuer, hole))
			require.Equal(t, []string{name}, found(lines), "%s", lines)
			assert.Contains(t, lines[0], ". Fix: ")
			assert.NotContains(t, lines[0], "eyJ", "no token")
			requireReport(t, lines)
		})
	}
}

func TestTheMiddlewareWithstandsAllAttacks(t *testing.T) {
	t.Parallel()
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.ES384, jwt.Ed25519} {
		t.Run(string(alg), func(t *testing.T) {
			t.Parallel()
			issuer := jwttest.StartIssuer(t)
			issuer.Keys.Algorithm = alg
			issuer.Type = "at+jwt"
			jwttest.Attacks(t, careful(issuer), issuer, jwttest.AttackOptions{})
		})
	}
	t.Run("a shared secret", func(t *testing.T) {
		t.Parallel()
		key, err := jwt.NewHMAC(jwt.HS256, []byte("a secret that nobody can ever guess"), "")
		require.NoError(t, err)
		issuer := jwttest.NewIssuer(t)
		issuer.Key = key
		jwttest.Attacks(t, careful(issuer), issuer, jwttest.AttackOptions{})
	})
	t.Run("claims that must be absent", func(t *testing.T) {
		t.Parallel()
		issuer := jwttest.NewIssuer(t)
		issuer.URL, issuer.Audience = "", ""
		policy := issuer.Policy()
		policy.Audience = nil
		jwttest.Attacks(t, (&jwthttp.Middleware{Tokens: policy}).Handler(hello), issuer, jwttest.AttackOptions{})
	})
	t.Run("a turned clock", func(t *testing.T) {
		t.Parallel()
		issuer := jwttest.StartIssuer(t)
		issuer.Advance(-1000 * time.Hour)
		jwttest.Attacks(t, careful(issuer), issuer, jwttest.AttackOptions{})
	})
}

// handle is a careful handler that does something else in one case.
func handle(issuer *jwttest.Issuer, odd func(w http.ResponseWriter, r *http.Request, s *sight) bool) http.Handler {
	next := careful(issuer)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !odd(w, r, look(issuer, token)) {
			next.ServeHTTP(w, r)
		}
	})
}

func TestAttacksReportWhatAHandlerDoesToThem(t *testing.T) {
	t.Parallel()
	expired := func(s *sight) bool {
		return s.genuine && s.only("exp") && s.late() && unique(s) && !strings.Contains(string(s.payload), "EXP")
	}
	for name, row := range map[string]struct {
		odd  func(w http.ResponseWriter, r *http.Request, s *sight) bool
		want []string // parts of the report's lines
	}{
		"a handler without protection": {func(w http.ResponseWriter, r *http.Request, s *sight) bool { io.WriteString(w, "hello"); return true },
			[]string{`attack "no token": a request without a token gets 200; a request with an empty token gets 200. Fix: put the middleware around`}},
		"a panic": {func(w http.ResponseWriter, r *http.Request, s *sight) bool {
			if s.token == "null" {
				panic("nil map")
			}
			return false
		}, []string{`attack "malformed": the token null makes it panic`}},
		"a panic with an error": {func(w http.ResponseWriter, r *http.Request, s *sight) bool {
			if s.token == "null" {
				panic(io.ErrUnexpectedEOF)
			}
			return false
		}, []string{`attack "malformed": the token null makes it panic`}},
		"an aborted connection": {func(w http.ResponseWriter, r *http.Request, s *sight) bool {
			if s.token == "null" {
				panic(http.ErrAbortHandler)
			}
			return false
		}, nil},
		"an internal error": {func(w http.ResponseWriter, r *http.Request, s *sight) bool {
			if s.token == "null" {
				w.WriteHeader(500)
			}
			return s.token == "null"
		}, []string{`attack "malformed": the token null gets 500, want 401. Fix: refuse what cannot be read`}},
		"a refusal that goes on": {func(w http.ResponseWriter, r *http.Request, s *sight) bool {
			if expired(s) {
				http.Error(w, "expired", http.StatusBadRequest)
				io.WriteString(w, "hello alice")
			}
			return expired(s)
		}, []string{`attack "expired": a token that expired an hour ago gets 400, and behind it what a right token gets; a token that expired years`}},
		"other answers of success": {func(w http.ResponseWriter, r *http.Request, s *sight) bool {
			if s.only("nbf") && s.text("nbf") == "" {
				w.WriteHeader(204)
				return true
			}
			return false
		}, []string{`attack "not yet valid": a token that is valid in an hour gets 204`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := jwttest.NewIssuer(t)
			issuer.Keys.Algorithm = jwt.Ed25519
			lines := attack(t, issuer, jwttest.AttackOptions{}, handle(issuer, row.odd))
			require.Len(t, lines, len(row.want), "%s", lines)
			for i, line := range lines {
				assert.Contains(t, line, row.want[i])
			}
			requireReport(t, lines)
		})
	}
}

// A shorter body may stand behind a refusal by chance.
func TestABodyOfEightBytesIsFoundBehindARefusal(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{"12345678": {"expired"}, "1234567": nil} {
		issuer := jwttest.NewIssuer(t)
		issuer.Keys.Algorithm = jwt.Ed25519
		answer := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
		next := (&jwthttp.Middleware{Tokens: issuer.Policy()}).Handler(http.HandlerFunc(answer))
		assert.Equal(t, want, found(attack(t, issuer, jwttest.AttackOptions{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			if holes["expired"](look(issuer, token), r) {
				w.WriteHeader(http.StatusUnauthorized)
				answer(w, r)
				return
			}
			next.ServeHTTP(w, r)
		}))), body)
	}
}

func TestARedirectionIsARefusalUnlessARightTokenGetsIt(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	issuer.Keys.Algorithm = jwt.Ed25519
	redirects := func(right int) http.Handler {
		next := careful(issuer)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			if answer.Code == 200 {
				w.WriteHeader(right)
				return
			}
			w.WriteHeader(302)
		})
	}
	jwttest.Attacks(t, redirects(204), issuer, jwttest.AttackOptions{})
	jwttest.Attacks(t, redirects(303), issuer, jwttest.AttackOptions{})
	assert.Equal(t, []string{"no token"}, found(attack(t, issuer, jwttest.AttackOptions{}, redirects(302))))
}

func TestAttacksReportRequestsThatAHandlerSends(t *testing.T) {
	t.Parallel()
	issuer := jwttest.StartIssuer(t)
	lines := attack(t, issuer, jwttest.AttackOptions{}, handle(issuer, func(_ http.ResponseWriter, r *http.Request, s *sight) bool {
		if url, ok := s.header["x5u"].(string); ok {
			answer, err := http.Get(url)
			if assert.NoError(t, err) {
				defer answer.Body.Close()
				data, err := io.ReadAll(answer.Body)
				assert.NoError(t, err)
				_, err = jwk.ParsePEM(data)
				assert.NoError(t, err)
			}
		}
		return false
	}))
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], `attack "key by URL": a certificate at x5u makes it send requests there. Fix: `)
}

func TestAttacksNeedAHandlerThatAcceptsARightToken(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	lines := attack(t, issuer, jwttest.AttackOptions{}, careful(jwttest.NewIssuer(t)))
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], `a right token gets 401 "Bearer error=\"invalid_token\"" "`)
	assert.Contains(t, lines[0], "set the URL, Audience, Type and Claims of the issuer")

	lines = attack(t, issuer, jwttest.AttackOptions{Accepted: func(*http.Response) bool { return false }}, careful(issuer))
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], `a right token gets 200 "" "hello alice"`)

	lines = attack(t, issuer, jwttest.AttackOptions{}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") }))
	assert.Equal(t, []string{"jwttest: a right token makes the handler panic"}, lines)

	lines = attack(t, issuer, jwttest.AttackOptions{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }))
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], `a right token gets 400 "" ""`)

	requests := 0
	lines = attack(t, issuer, jwttest.AttackOptions{}, handle(issuer, func(w http.ResponseWriter, _ *http.Request, _ *sight) bool {
		if requests++; requests > 50 {
			w.WriteHeader(http.StatusTooManyRequests)
		}
		return requests > 50
	}))
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], "after the attacks a right token is refused")
}

func TestOptionsOfAttacks(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	issuer.Keys.Algorithm = jwt.Ed25519
	assert.Equal(t, []string{`jwttest: "expiry" is to be allowed, which is no attack`}, attack(t, issuer, jwttest.AttackOptions{Allow: []string{"expired", "expiry"}}, careful(issuer)))

	lax := issuer.Policy()
	lax.AllowNoExpiry = true
	handler := (&jwthttp.Middleware{Tokens: lax}).Handler(hello)
	assert.Equal(t, []string{"other spelling of names", "no expiry"}, found(attack(t, issuer, jwttest.AttackOptions{}, handler)))
	assert.Contains(t, attack(t, issuer, jwttest.AttackOptions{}, handler), `jwttest: attack "no expiry": a token without exp gets 200. Fix: require exp`, "as the page says")
	jwttest.Attacks(t, handler, issuer, jwttest.AttackOptions{Allow: []string{"no expiry"}})

	// Tokens that are revoked, and one that was accepted before.
	accepted, revoked := make(map[string]bool), ""
	next := careful(issuer)
	jwttest.Attacks(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); token == revoked {
			w.WriteHeader(http.StatusUnauthorized)
		} else {
			accepted[token] = true
			next.ServeHTTP(w, r)
		}
	}), issuer, jwttest.AttackOptions{Revoke: func(token string) { revoked = token }})
	assert.True(t, accepted[revoked])

	// Tokens in a cookie, and answers that say themselves what they are.
	cookie := &jwthttp.Middleware{Tokens: issuer.Policy(), Extract: jwthttp.CookieToken("session")}
	o := jwttest.AttackOptions{
		Request: func(token string) *http.Request {
			r := jwttest.Request(t, "PUT", "/me", "")
			if token != "" {
				r.AddCookie(&http.Cookie{Name: "session", Value: token})
			}
			return r
		},
		Accepted: func(answer *http.Response) bool {
			body, err := io.ReadAll(answer.Body)
			return err == nil && string(body) == "hello alice"
		},
	}
	jwttest.Attacks(t, cookie.Handler(hello), issuer, o)
	empty := attack(t, issuer, jwttest.AttackOptions{Request: func(token string) *http.Request {
		r := jwttest.Request(t, "GET", "/", "")
		r.Header.Set("Authorization", "Bearer "+token)
		return r
	}}, broken(issuer, holes["no token"]))
	assert.Contains(t, strings.Join(empty, "\n"), `attack "no token": a request without a token gets 200. Fix`, "whose request has no header then")
	cookie.Tokens = lax
	assert.Contains(t, found(attack(t, issuer, o, cookie.Handler(hello))), "no expiry")
}
