package jwt_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

var allReasons = []error{jwt.ErrMalformed, jwt.ErrUnknownKey, jwt.ErrSignature, jwt.ErrClaim, jwt.ErrNotYetValid, jwt.ErrExpired}

func TestReasonsAreDistinct(t *testing.T) {
	for i, reason := range allReasons {
		assertPlain(t, "", reason)
		for j, other := range allReasons {
			assert.Equal(t, i == j, errors.Is(&jwt.VerifyError{Reason: reason}, other))
			assert.Equal(t, i == j, errors.Is(fmt.Errorf("login: %w", &jwt.VerifyError{Reason: reason}), other))
			assert.Equal(t, i == j, reason.Error() == other.Error())
		}
	}
}

func TestVerifyError(t *testing.T) {
	revoked := errors.New("session: revoked")
	for _, row := range []struct {
		err  jwt.VerifyError
		want string
	}{
		{jwt.VerifyError{}, "jwt: token refused"},
		{jwt.VerifyError{Reason: jwt.ErrSignature}, "jwt: signature not valid"},
		{jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "aud"}, "jwt: claim not acceptable: aud"},
		{jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "aud", Detail: "got 1, want 2"}, "jwt: claim not acceptable: aud: got 1, want 2"},
		{jwt.VerifyError{Reason: jwt.ErrMalformed, Detail: "no dots"}, "jwt: malformed token: no dots"},
		{jwt.VerifyError{Reason: revoked, Claim: "jti"}, "session: revoked: jti"},
	} {
		assert.Equal(t, row.want, row.err.Error())
		assert.Equal(t, row.err.Reason, errors.Unwrap(&row.err))
		var refused *jwt.VerifyError
		require.ErrorAs(t, fmt.Errorf("login: %w", &row.err), &refused)
		assert.Same(t, &row.err, refused)
	}
}

func TestErrorsSayWhatWasGotAndWanted(t *testing.T) {
	key := hs256(t)
	for _, row := range []struct {
		payload string
		set     func(p *jwt.Policy)
		want    string
	}{
		{`{"aud":"a"}`, func(p *jwt.Policy) { p.AllowAnyAudience, p.Audience = false, []string{"b"} }, `jwt: claim not acceptable: aud: got ["a"], want one of ["b"]`},
		{`{}`, func(p *jwt.Policy) { p.AllowAnyAudience, p.Audience = false, []string{"b"} }, `jwt: claim not acceptable: aud: got nothing, want one of ["b"]`},
		{`{"aud":["a","b"]}`, func(p *jwt.Policy) { p.AllowAnyAudience = false }, `jwt: claim not acceptable: aud: got ["a", "b"], want it to be absent, as Policy.Audience is empty`},
		{`{"aud":[]}`, func(p *jwt.Policy) { p.AllowAnyAudience = false }, `jwt: claim not acceptable: aud: got [], want it to be absent, as Policy.Audience is empty`},
		{`{"aud":["1","2","3","4"]}`, func(p *jwt.Policy) { p.AllowAnyAudience = false }, `jwt: claim not acceptable: aud: got ["1", "2", "3", "4"], want it to be absent, as Policy.Audience is empty`},
		{`{"aud":["1","2","3","4","5"]}`, func(p *jwt.Policy) { p.AllowAnyAudience = false }, `jwt: claim not acceptable: aud: got ["1", "2", "3", "4", and 1 more], want it to be absent, as Policy.Audience is empty`},
		{`{"aud":["1","2","3","4","5","6"]}`, func(p *jwt.Policy) { p.AllowAnyAudience = false }, `jwt: claim not acceptable: aud: got ["1", "2", "3", "4", and 2 more], want it to be absent, as Policy.Audience is empty`},
		{`{"iss":"a"}`, func(p *jwt.Policy) { p.AllowAnyIssuer = false }, `jwt: claim not acceptable: iss: got "a", want it to be absent, as Policy.Issuer is empty`},
		{`{"iss":"a"}`, func(p *jwt.Policy) { p.AllowAnyIssuer, p.Issuer = false, "b" }, `jwt: claim not acceptable: iss: got "a", want "b"`},
		{`{}`, func(p *jwt.Policy) { p.AllowAnyIssuer, p.Issuer = false, "b" }, `jwt: claim not acceptable: iss: got nothing, want "b"`},
		{`{"sub":""}`, func(p *jwt.Policy) { p.Subject = "b" }, `jwt: claim not acceptable: sub: got "", want "b"`},
		{`{}`, func(p *jwt.Policy) { p.Subject = "b" }, `jwt: claim not acceptable: sub: got nothing, want "b"`},
		{`{}`, func(p *jwt.Policy) { p.Types = []string{"at+jwt"} }, `jwt: claim not acceptable: typ: got nothing, want "at+jwt"`},
		{`{}`, func(p *jwt.Policy) { p.AllowNoExpiry = false }, `jwt: claim not acceptable: exp: got nothing, want a date after now, 2027-01-15T08:00:00Z; the issuer has to set exp, unless Policy.AllowNoExpiry`},
		{`{"exp":null}`, nil, `jwt: claim not acceptable: exp: got null, want a number`},
		{`{"exp":1e19}`, nil, `jwt: claim not acceptable: exp: got a number, want one that fits 64 bits`},
		{`{"exp":1799999999}`, nil, `jwt: token expired: exp: got 2027-01-15T07:59:59Z, want a date after now, 2027-01-15T08:00:00Z`},
		{`{"exp":-9e18}`, nil, `jwt: token expired: exp: got -9000000000000000000 s, want a date after now, 2027-01-15T08:00:00Z`},
		{`{"nbf":1800000001}`, nil, `jwt: token not yet valid: nbf: got 2027-01-15T08:00:01Z, want a date not after now, 2027-01-15T08:00:00Z; Policy.Leeway is for clocks that differ`},
		{`{"nbf":253402300799}`, nil, `jwt: token not yet valid: nbf: got 9999-12-31T23:59:59Z, want a date not after now, 2027-01-15T08:00:00Z; Policy.Leeway is for clocks that differ`},
		{`{"nbf":253402300800}`, nil, `jwt: token not yet valid: nbf: got 253402300800 s, want a date not after now, 2027-01-15T08:00:00Z; Policy.Leeway is for clocks that differ`},
		{`{"exp":-62135596800}`, nil, `jwt: token expired: exp: got 0001-01-01T00:00:00Z, want a date after now, 2027-01-15T08:00:00Z`},
		{`{"exp":-62135596801}`, nil, `jwt: token expired: exp: got -62135596801 s, want a date after now, 2027-01-15T08:00:00Z`},
		{`{}`, maxAge, `jwt: claim not acceptable: iat: got nothing, want a date not after now, 2027-01-15T08:00:00Z, and at most 1m40s before it, for Policy.MaxAge is set`},
		{`{"nbf":999999999999}`, nil, `jwt: token not yet valid: nbf: got 999999999999 s, want a date not after now, 2027-01-15T08:00:00Z; Policy.Leeway is for clocks that differ`},
		{`{"nbf":1000000000000}`, nil, `jwt: token not yet valid: nbf: got 1000000000000 s, want a date not after now, 2027-01-15T08:00:00Z; it may be in milliseconds, want seconds (RFC 7519 section 2)`},
		{`{"iat":1800000000000}`, maxAge, `jwt: claim not acceptable: iat: got 1800000000000 s, want a date not after now, 2027-01-15T08:00:00Z, and at most 1m40s before it; it may be in milliseconds, want seconds (RFC 7519 section 2)`},
		{`{"iat":1800000001}`, maxAge, `jwt: claim not acceptable: iat: got 2027-01-15T08:00:01Z, want a date not after now, 2027-01-15T08:00:00Z, and at most 1m40s before it; Policy.Leeway is for clocks that differ`},
		{`{"iat":1799999899}`, maxAge, `jwt: claim not acceptable: iat: got 2027-01-15T07:58:19Z, want a date not after now, 2027-01-15T08:00:00Z, and at most 1m40s before it; Policy.Leeway is for clocks that differ`},
		{`[]`, nil, `jwt: claim not acceptable: payload: not a JSON object`},
	} {
		p := lenient(key)
		if row.set != nil {
			row.set(p)
		}
		_, err := p.Verify(t.Context(), signed(t, key, row.payload))
		assert.EqualError(t, err, row.want)
	}
	_, err := policy(key).Verify(t.Context(), signRaw(t, key, `{"alg":"RS256","kid":"k\u000a"}`, payload))
	assert.EqualError(t, err, `jwt: no key for this token: got alg "RS256", kid "k\n", and no key fits: want alg "HS256" with kid ""`)
	_, err = policy(key).Verify(t.Context(), with(`{"alg":"HS256"}`, []byte("x")))
	assert.EqualError(t, err, `jwt: signature not valid`)
	_, err = jwt.Policies{policy(key)}.Verify(t.Context(), signed(t, key, `{"iss":"x"}`))
	assert.EqualError(t, err, `jwt: no key for this token: iss: got "x", and no policy is for it`)
}

// Foreign text is quoted, so that it cannot forge lines of a log or colours of a
// terminal, and cut.
func TestErrorsQuoteAndCut(t *testing.T) {
	key := hs256(t)
	for _, text := range []string{
		"\n2026-11-24 login ok", "\r\n", "\x1b[31m", "\u202E", "\u2028", "\u0000", "\u0085", "\x7f", "\uFEFF", "\U000E0041",
		strings.Repeat("x", 5000), strings.Repeat("\u00e9", 5000), strings.Repeat("\n", 5000), strings.Repeat("\U000E0041", 5000),
	} {
		quoted := string(must(jwt.Audience{text}.MarshalJSON()))
		many := "[" + strings.Repeat(quoted+",", 20) + quoted + "]"
		bodies := []string{
			`{"iss":` + quoted + `}`, `{"sub":` + quoted + `}`, `{"aud":` + quoted + `}`, `{"aud":` + many + `}`,
			`{` + quoted + `:1,` + quoted + `:1}`,
		}
		for _, body := range bodies {
			if len(body) > 40000 {
				body = `{"aud":[` + quoted + `]}`
			}
			p := policy(key)
			p.Issuer, p.AllowAnyIssuer, p.Subject = "", strings.HasPrefix(body, `{"sub"`) || strings.HasPrefix(body, `{"aud"`), "alice"
			p.AllowAnyAudience, p.Audience = !strings.HasPrefix(body, `{"aud"`), nil
			token := signed(t, key, body)
			got, err := p.Verify(t.Context(), token)
			refused(t, jwt.ErrClaim, token, got, err)
			_, err = jwt.Sign(t.Context(), key, rawJSON(`{"x":1,`+quoted+`:1,`+quoted+`:1}`))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "\n")
		}
		for _, h := range []string{`{"alg":` + quoted + `}`, `{"alg":"HS256","kid":` + quoted + `}`, `{"alg":"HS256","typ":` + quoted + `}`, `{"alg":"HS256",` + quoted + `:1,` + quoted + `:1}`} {
			token := signRaw(t, must(jwt.NewHMAC(jwt.HS256, secret, "k")), h, payload)
			got, err := policy(must(jwt.NewHMAC(jwt.HS256, secret, "k"))).Verify(t.Context(), token)
			refusal(t, token, got, err)
		}
		token := signed(t, key, `{"iss":`+quoted+`}`)
		got, err := jwt.Policies{policy(key)}.Verify(t.Context(), token)
		refused(t, jwt.ErrUnknownKey, token, got, err)
	}
}

// secretForms returns the ways in which a secret could be printed.
func secretForms(s []byte) []string {
	decimal := strings.Trim(fmt.Sprint(s), "[]")
	hexList := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", s), "[]byte{"), "}")
	cut := func(form string) string { return form[len(form)/4 : len(form)*3/4] } // a part is enough
	return []string{
		cut(string(s)), cut(hex.EncodeToString(s)), strings.ToUpper(cut(hex.EncodeToString(s))), cut(decimal), cut(hexList),
		cut(base64.StdEncoding.EncodeToString(s)), cut(base64.RawURLEncoding.EncodeToString(s)), cut(new(big.Int).SetBytes(s).String()),
	}
}

// secrets is what is secret in the keys that pair uses, and a secret that is too short.
var secrets = sync.OnceValue(func() (all [][]byte) {
	all = append(all, secret, secret[:31], rsaKey().D.Bytes(), ed25519Key().Seed())
	for _, prime := range rsaKey().Primes {
		all = append(all, prime.Bytes())
	}
	for _, k := range []*ecdsa.PrivateKey{p256Key(), p384Key(), p521Key()} {
		all = append(all, must(k.Bytes()))
	}
	return all
})

// secretTexts are the ways in which they could be printed.
var secretTexts = sync.OnceValue(func() (all []string) {
	for _, s := range secrets() {
		all = append(all, secretForms(s)...)
	}
	return all
})

func assertNoSecrets(t *testing.T, what, text string) {
	t.Helper()
	for _, form := range secretTexts() {
		if strings.Contains(text, form) {
			t.Errorf("%s shows a secret", what)
		}
	}
}

func TestNothingPrintsSecrets(t *testing.T) {
	// The test must be able to fail.
	for _, s := range secrets() {
		for _, format := range []string{"%v", "%#v", "%x", "%X", "%s"} {
			found := false
			for _, form := range secretForms(s) {
				found = found || strings.Contains(fmt.Sprintf(format, s), form)
			}
			require.True(t, found, format)
		}
	}
	for _, alg := range allAlgorithms {
		s, v := pair(t, alg, "key-1")
		values := []any{s, v, &s, &v, jwt.Keys{v}, policy(v), *policy(v), jwt.Policies{policy(v)}, []jwt.Signer{s}, struct{ Key jwt.Signer }{s}}
		if k, ok := s.(*jwt.HMAC); ok {
			values = append(values, *k)
		}
		for _, value := range values {
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
				assertNoSecrets(t, fmt.Sprintf("%s of %T for %s", format, value, alg), fmt.Sprintf(format, value))
			}
			walk(reflect.ValueOf(value), map[uintptr]bool{}, func(b []byte) {
				for _, secret := range secrets() {
					if len(b) >= 16 && (strings.Contains(string(b), string(secret[:16])) || strings.Contains(string(secret), string(b))) {
						t.Errorf("a secret can be reached in %T for %s", value, alg)
					}
				}
			})
		}
	}
	// That a walk finds secrets at all.
	found := false
	walk(reflect.ValueOf(struct{ k any }{&struct{ p ed25519.PrivateKey }{ed25519Key()}}), map[uintptr]bool{}, func(b []byte) {
		found = found || strings.Contains(string(b), string(ed25519Key().Seed()))
	})
	require.True(t, found)
}

// walk calls f with all bytes and texts that can be reached from v, through
// unexported fields too, as a deep printer would.
func walk(v reflect.Value, seen map[uintptr]bool, f func([]byte)) {
	switch v.Kind() {
	case reflect.Interface:
		walk(v.Elem(), seen, f)
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.Pointer()] {
			seen[v.Pointer()] = true
			walk(v.Elem(), seen, f)
		}
	case reflect.String:
		f([]byte(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), seen, f)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			walk(it.Key(), seen, f)
			walk(it.Value(), seen, f)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			for i := range v.Len() {
				walk(v.Index(i), seen, f)
			}
			return
		}
		b := make([]byte, v.Len())
		for i := range b {
			b[i] = byte(v.Index(i).Uint())
		}
		f(b)
	}
}

// Errors of all kinds, in all formats, have neither secrets nor tokens in them.
func TestErrorsShowNoSecretsAndNoTokens(t *testing.T) {
	key := hs256(t)
	short := secret[:31]
	errs := map[string]error{
		"short secret":         second(jwt.NewHMAC(jwt.HS256, short, "")),
		"secret as a key":      second(jwt.NewVerifier(jwt.RS256, secret, "")),
		"seed as a key":        second(jwt.NewVerifier(jwt.EdDSA, ed25519Key(), "")),
		"secret for HS256":     second(jwt.NewVerifier(jwt.HS256, secret, "")),
		"RSA key for ES256":    second(jwt.NewSigner(jwt.ES256, rsaKey(), "")),
		"EC key for RS256":     second(jwt.NewSigner(jwt.RS256, p256Key(), "")),
		"P-256 key for ES384":  second(jwt.NewSigner(jwt.ES384, p256Key(), "")),
		"Ed25519 key cut":      second(jwt.NewSigner(jwt.EdDSA, ed25519Key()[:40], "")),
		"Ed25519 key too long": second(jwt.NewSigner(jwt.EdDSA, append(ed25519Key()[:64:64], 0), "")),
		"private key verifies": second(jwt.NewVerifier(jwt.RS256, rsaKey(), "")),
		"claims":               second(jwt.Sign(context.Background(), key, map[string]any{"exp": string(secret)})),
		"header":               second(jwt.SignHeader(context.Background(), key, jwt.Header{KeyID: "x"}, nil)),
	}
	for name, err := range errs {
		require.Error(t, err, name)
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			assertNoSecrets(t, name, fmt.Sprintf(format, err))
		}
	}

	token := signed(t, key, payload)
	parts := strings.Split(token, ".")
	for _, p := range []*jwt.Policy{
		{Keys: jwt.Keys{}}, {Keys: jwt.Keys{key}}, {Keys: jwt.Keys{key}, MaxSize: 10}, {Keys: jwt.Keys{key}, AllowAnyIssuer: true}, {},
		{Keys: jwt.Keys{key}, AllowAnyIssuer: true, AllowAnyAudience: true, Subject: "x"},
		{Keys: jwt.Keys{must(jwt.NewHMAC(jwt.HS256, make([]byte, 32), ""))}},
		{Keys: &keySet{err: errors.New("down")}},
		{Keys: jwt.Keys{&foreign{alg: jwt.HS256, verifyErr: errors.New("down")}}},
	} {
		for _, form := range []string{token, token + ".", parts[0] + "." + parts[1] + "." + parts[2] + "=", parts[0] + "." + parts[1], parts[0] + "=." + parts[1] + "." + parts[2], parts[0] + "." + parts[1] + "=." + parts[2]} {
			for _, verify := range []verifyFunc{p.Verify, jwt.Policies{p}.Verify} {
				_, err := verify(t.Context(), form)
				require.Error(t, err)
				for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
					text := fmt.Sprintf(format, err)
					for _, part := range parts {
						assert.NotContains(t, text, part)
					}
					assertNoSecrets(t, format, text)
				}
			}
		}
	}
}
