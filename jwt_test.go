package jwt_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	stdjson "encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
)

var allAlgorithms = append([]jwt.Algorithm{
	jwt.HS256, jwt.HS384, jwt.HS512, jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512,
	jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519,
}, mldsaAlgorithms...)

// One key of a kind is enough for all tests; RSA keys take long to make.
var (
	rsaKey     = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	otherRSA   = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	p256Key    = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	p384Key    = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
	p521Key    = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)) })
	ed25519Key = sync.OnceValue(func() ed25519.PrivateKey {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return must(key, err)
	})
	secret = []byte("a secret of sixty-four bytes, for tests and for nothing else ...")
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// privateKey returns a standard library key for alg.
func privateKey(alg jwt.Algorithm) crypto.Signer {
	switch alg {
	case jwt.ES256:
		return p256Key()
	case jwt.ES384:
		return p384Key()
	case jwt.ES512:
		return p521Key()
	case jwt.EdDSA, jwt.Ed25519:
		return ed25519Key()
	case jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87:
		return mldsaKey(alg)
	default:
		return rsaKey()
	}
}

// pair returns both sides of a key for alg, which it makes once: the checks of a
// key take longer than a signature.
func pair(t testing.TB, alg jwt.Algorithm, keyID string) (jwt.Signer, jwt.Verifier) {
	t.Helper()
	name := string(alg) + " " + keyID
	if known, ok := pairs.Load(name); ok {
		p := known.(keyPair)
		return p.signer, p.verifier
	}
	s, v := newPair(t, alg, keyID)
	pairs.Store(name, keyPair{s, v})
	return s, v
}

type keyPair struct {
	signer   jwt.Signer
	verifier jwt.Verifier
}

var pairs sync.Map // from an algorithm and a key ID to a keyPair

func newPair(t testing.TB, alg jwt.Algorithm, keyID string) (jwt.Signer, jwt.Verifier) {
	t.Helper()
	if strings.HasPrefix(string(alg), "HS") {
		k, err := jwt.NewHMAC(alg, secret, keyID)
		require.NoError(t, err)
		return k, k
	}
	key := privateKey(alg)
	s, err := jwt.NewSigner(alg, key, keyID)
	require.NoError(t, err)
	v, err := jwt.NewVerifier(alg, key.Public(), keyID)
	require.NoError(t, err)
	return s, v
}

func hs256(t testing.TB) *jwt.HMAC {
	t.Helper()
	k, err := jwt.NewHMAC(jwt.HS256, secret, "")
	require.NoError(t, err)
	return k
}

// clock is the time of the tests.
var clock = time.Unix(1_800_000_000, 0)

const (
	issuer  = "https://login.example"
	api     = "https://api.example"
	payload = `{"iss":"https://login.example","aud":"https://api.example","exp":1800000060}`
)

// policy accepts payload, at the time of clock.
func policy(keys ...jwt.Verifier) *jwt.Policy {
	return &jwt.Policy{Keys: append(jwt.Keys{}, keys...), Issuer: issuer, Audience: []string{api}, Now: func() time.Time { return clock }}
}

// lenient accepts what is well formed and signed.
func lenient(keys ...jwt.Verifier) *jwt.Policy {
	return &jwt.Policy{
		Keys: append(jwt.Keys{}, keys...), AllowAnyIssuer: true, AllowAnyAudience: true, AllowNoExpiry: true,
		Now: func() time.Time { return clock },
	}
}

func encode[T string | []byte](b T) string { return base64.RawURLEncoding.EncodeToString([]byte(b)) }

// signRaw returns a token with a good signature over any header and payload.
func signRaw(t testing.TB, key jwt.Signer, header, payload string) string {
	t.Helper()
	return signInput(t, key, encode(header)+"."+encode(payload))
}

// signInput returns a token with a good signature over any input.
func signInput(t testing.TB, key jwt.Signer, input string) string {
	t.Helper()
	sig, err := key.Sign(t.Context(), []byte(input))
	require.NoError(t, err)
	return input + "." + encode(sig)
}

// signed returns a token with alg in the header and the payload given.
func signed(t testing.TB, key jwt.Signer, payload string) string {
	t.Helper()
	return signRaw(t, key, `{"alg":"`+string(key.Algorithm())+`"}`, payload)
}

// refusal holds the outcome of a Verify to all that a refusal must be.
func refusal(t testing.TB, token string, got *jwt.Token, err error) *jwt.VerifyError {
	t.Helper()
	assert.Nil(t, got, "a token came with the error")
	require.Error(t, err)
	var refused *jwt.VerifyError
	require.ErrorAs(t, err, &refused, "undecided, want a refusal")
	assertPlain(t, token, err)
	reasons := 0
	for _, reason := range []error{jwt.ErrMalformed, jwt.ErrUnknownKey, jwt.ErrSignature, jwt.ErrClaim, jwt.ErrNotYetValid, jwt.ErrExpired} {
		if refused.Reason == reason {
			require.ErrorIs(t, err, reason)
			reasons++
		} else {
			require.NotErrorIs(t, err, reason)
		}
	}
	require.Equal(t, 1, reasons, "want one reason: %v", err)
	return refused
}

// refused is [refusal] for a reason known beforehand.
func refused(t testing.TB, reason error, token string, got *jwt.Token, err error) *jwt.VerifyError {
	t.Helper()
	r := refusal(t, token, got, err)
	assert.ErrorIs(t, err, reason)
	return r
}

// assertPlain checks that an error is one short line that does not give the
// token away.
func assertPlain(t testing.TB, token string, err error) {
	t.Helper()
	text := err.Error()
	assert.True(t, strings.HasPrefix(text, "jwt: "), "%q", text)
	assert.Equal(t, 1, strings.Count(text, "jwt: "), "%q", text)
	assert.NotContains(t, text, "\n")
	assert.Less(t, len(text), 1000)
	for _, c := range text {
		if c != '…' && !strconv.IsPrint(c) {
			t.Errorf("%q is not for print", text)
		}
	}
	for _, part := range strings.SplitN(token, ".", 6) {
		if len(part) > 20 && strings.Contains(text, part) {
			t.Errorf("%q has a part of the token", text)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, alg := range allAlgorithms {
		for _, keyID := range []string{"", "key-1", "a \"b\" \\ \u2028 \U0001F511"} {
			t.Run(string(alg)+"/"+keyID, func(t *testing.T) {
				s, v := pair(t, alg, keyID)
				assert.Equal(t, alg, s.Algorithm())
				assert.Equal(t, alg, v.Algorithm())
				assert.Equal(t, keyID, s.KeyID())
				assert.Equal(t, keyID, v.KeyID())
				want := jwt.Claims{
					Issuer: issuer, Subject: "alice", Audience: jwt.Audience{"a", api}, ID: "id-1",
					ExpiresAt: jwt.NewNumericDate(clock.Add(time.Hour)), NotBefore: 1, IssuedAt: -2,
				}
				token, err := jwt.Sign(t.Context(), s, want)
				require.NoError(t, err)
				got, err := policy(v).Verify(t.Context(), token)
				require.NoError(t, err)
				assert.Equal(t, want, got.Claims)
				assert.Equal(t, jwt.Header{Algorithm: alg, KeyID: keyID, Type: "JWT"}, got.Header)
				read, err := jwt.ClaimsAs[jwt.Claims](got)
				require.NoError(t, err)
				assert.Equal(t, want, read)
			})
		}
	}
}

func TestZeroValuesRefuse(t *testing.T) {
	ctx := t.Context()
	key := hs256(t)
	good := signed(t, key, payload)
	var nilHMAC *jwt.HMAC
	var nilToken *jwt.Token
	var nilPolicy *jwt.Policy
	verify := func(p interface {
		Verify(ctx context.Context, token string) (*jwt.Token, error)
	}) error {
		got, err := p.Verify(ctx, good)
		assert.Nil(t, got)
		return err
	}
	sign := func(key jwt.Signer) error {
		token, err := jwt.Sign(ctx, key, jwt.Claims{})
		assert.Empty(t, token)
		return err
	}
	for _, row := range []struct {
		name string
		err  error
		want string
	}{
		{"zero Policy", verify(&jwt.Policy{}), "Policy.Keys is nil"},
		{"nil Policy", verify(nilPolicy), "Policy is nil"},
		{"Policy with nil Keys", verify(&jwt.Policy{Keys: jwt.Keys(nil)}), "Policy.Keys is nil"},
		{"Policy with typed nil keys", verify(&jwt.Policy{Keys: (*keySet)(nil)}), "Policy.Keys is nil"},
		{"Policy with a nil function for keys", verify(&jwt.Policy{Keys: keysByFunc(nil)}), "Policy.Keys is nil"},
		{"Policy with a nil map for keys", verify(&jwt.Policy{Keys: keysByName(nil)}), "Policy.Keys is nil"},
		{"nil Policies", verify(jwt.Policies(nil)), "Policies are empty"},
		{"empty Policies", verify(jwt.Policies{}), "Policies are empty"},
		{"Policies with a nil", verify(jwt.Policies{nil}), "Policy is nil"},
		{"Policies with a good one and a nil", verify(jwt.Policies{policy(key), nil}), "policy 2 of 2"},
		{"Policies with a zero Policy", verify(jwt.Policies{policy(key), {}}), "Policy.Keys is nil"},
		{"nil Signer", sign(nil), "no key"},
		{"nil HMAC", sign(nilHMAC), "no key"},
		{"zero HMAC", sign(&jwt.HMAC{}), "no key"},
		{"zero HMAC, signing", second(new(jwt.HMAC).Sign(ctx, nil)), "HMAC without a secret"},
		{"nil HMAC, signing", second(nilHMAC.Sign(ctx, nil)), "HMAC without a secret"},
		{"zero HMAC, verifying", new(jwt.HMAC).Verify(ctx, nil, nil), "HMAC without a secret"},
		{"nil HMAC, verifying", nilHMAC.Verify(ctx, nil, nil), "HMAC without a secret"},
		{"claims of a nil Token", second(jwt.ClaimsAs[jwt.Claims](nil)), "no verified token"},
		{"claims of a zero Token", second(jwt.ClaimsAs[jwt.Claims](&jwt.Token{})), "no verified token"},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.Error(t, row.err)
			assertPlain(t, good, row.err)
			assert.Contains(t, row.err.Error(), row.want)
			var refused *jwt.VerifyError
			assert.NotErrorAs(t, row.err, &refused, "wrong use is no refusal of a token")
		})
	}
	assert.Nil(t, nilToken.Payload())
	assert.Nil(t, new(jwt.Token).Payload())
	assert.Equal(t, jwt.Algorithm(""), nilHMAC.Algorithm())
	assert.Equal(t, "", nilHMAC.KeyID())
	assert.Equal(t, jwt.NumericDate(0), jwt.NewNumericDate(time.Time{}))
	assert.True(t, jwt.NumericDate(0).Time().IsZero())
	assert.Equal(t, "jwt: token refused", new(jwt.VerifyError).Error())

	got, err := policy().Verify(ctx, good)
	refused(t, jwt.ErrUnknownKey, good, got, err)
	got, err = policy(nil, nilHMAC, &jwt.HMAC{}).Verify(ctx, good)
	refused(t, jwt.ErrUnknownKey, good, got, err)
	got, err = policy(key).Verify(ctx, "")
	refused(t, jwt.ErrMalformed, "", got, err)
	got, err = jwt.Policies{policy(key)}.Verify(ctx, "")
	refused(t, jwt.ErrMalformed, "", got, err)
}

func second[T any](v T, err error) error { return errortest.Of(v, err) }

func TestSignWrites(t *testing.T) {
	type order struct {
		jwt.Claims
		Role string `json:"role"`
	}
	type own struct {
		jwt.Claims
		Issuer string `json:"iss"` // in the place of the other
	}
	for _, row := range []struct {
		name   string
		claims any
		want   string
	}{
		{"no claims", jwt.Claims{}, `{}`},
		{"no claims, by pointer", &jwt.Claims{}, `{}`},
		{"each claim",
			jwt.Claims{Issuer: "a", Subject: "b", Audience: jwt.Audience{"c"}, ExpiresAt: 4, NotBefore: 3, IssuedAt: 2, ID: "d"},
			`{"iss":"a","sub":"b","aud":"c","exp":4,"nbf":3,"iat":2,"jti":"d"}`},
		{"each claim, by pointer",
			&jwt.Claims{Issuer: "a", Subject: "b", Audience: jwt.Audience{"c"}, ExpiresAt: 4, NotBefore: 3, IssuedAt: 2, ID: "d"},
			`{"iss":"a","sub":"b","aud":"c","exp":4,"nbf":3,"iat":2,"jti":"d"}`},
		{"several audiences", jwt.Claims{Audience: jwt.Audience{"a", "b"}}, `{"aud":["a","b"]}`},
		{"an audience without a name", jwt.Claims{Audience: jwt.Audience{""}}, `{"aud":""}`},
		{"an audience without a name, by pointer", &jwt.Claims{Audience: jwt.Audience{""}}, `{"aud":""}`},
		{"an empty audience", jwt.Claims{Audience: jwt.Audience{}}, `{"aud":[]}`},
		{"dates as integers", jwt.Claims{ExpiresAt: math.MaxInt64, NotBefore: -1}, `{"exp":9223372036854775807,"nbf":-1}`},
		{"text of any kind", jwt.Claims{Issuer: "\"\\\n\u00e9\U0001F600", Subject: "<&>"}, `{"iss":"\"\\\n` + "\u00e9\U0001F600" + `","sub":"<&>"}`},
		{"a struct that embeds Claims", order{jwt.Claims{Issuer: "a", ExpiresAt: 1}, "admin"}, `{"iss":"a","exp":1,"role":"admin"}`},
		{"a struct with a claim of its own", own{jwt.Claims{Issuer: "a", Subject: "b"}, "c"}, `{"sub":"b","iss":"c"}`},
		{"a map", map[string]any{"exp": 1}, `{"exp":1}`},
		{"a map of one type", map[string]string{"iss": "a"}, `{"iss":"a"}`},
		{"an empty map", map[string]any{}, `{}`},
		{"an empty struct", struct{}{}, `{}`},
		{"raw JSON", jsontext.Value(`{"iss":"a","x":{"y":[1,null]}}`), `{"iss":"a","x":{"y":[1,null]}}`},
		{"raw JSON of the standard library", stdjson.RawMessage(`{"iss":"a"}`), `{"iss":"a"}`},
		{"a large integer", map[string]any{"n": int64(math.MaxInt64), "u": uint64(math.MaxUint64)}, ``},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwt.Sign(t.Context(), hs256(t), row.claims)
			require.NoError(t, err)
			header, body, err := jwt.InsecureDecode(token)
			require.NoError(t, err)
			assert.Equal(t, `{"alg":"HS256","typ":"JWT"}`, string(header))
			if row.want != "" {
				assert.Equal(t, row.want, string(body))
			}
			p := lenient(hs256(t))
			p.Leeway = 250 * 365 * 24 * time.Hour
			got, err := p.Verify(t.Context(), token)
			require.NoError(t, err)
			assert.Equal(t, string(body), string(got.Payload()))
		})
	}
}

func TestSignRefuses(t *testing.T) {
	type odd struct {
		Expiry string `json:"exp"`
	}
	var nilMap map[string]any
	broken := errors.New("out of paper")
	for _, row := range []struct {
		name   string
		claims any
		want   string // in the error
	}{
		{"nil", nil, "payload: not a JSON object, want a struct, a map or a json.RawMessage"},
		{"a nil pointer", (*jwt.Claims)(nil), "not a JSON object"},
		{"a nil pointer to a struct", (*odd)(nil), "not a JSON object"},
		{"a text", "claims", "not a JSON object"},
		{"a JSON text in a string", `{"iss":"a"}`, "not a JSON object"},
		{"bytes", []byte(`{"iss":"a"}`), "not a JSON object"},
		{"a number", 7, "not a JSON object"},
		{"true", true, "not a JSON object"},
		{"a list", []jwt.Claims{{}}, "not a JSON object"},
		{"no raw JSON", jsontext.Value(``), "jwt: claims: "},
		{"nil raw JSON", jsontext.Value(nil), "not a JSON object"},
		{"raw null", jsontext.Value(`null`), "not a JSON object"},
		{"raw JSON with a second object", jsontext.Value(`{}{}`), "jwt: claims: "},
		{"raw JSON with a name twice", jsontext.Value(`{"iss":"a","iss":"b"}`), "duplicate"},
		{"raw JSON with a name twice, below", jsontext.Value(`{"x":[{"a":1,"a":1}]}`), "duplicate"},
		{"raw JSON of invalid UTF-8", jsontext.Value("{\"x\":\"\xff\"}"), "UTF-8"},
		{"a name twice by a method", rawJSON(`{"x":1,"x":1}`), "duplicate"},
		{"a channel", make(chan int), "jwt: claims: "},
		{"a function", func() {}, "jwt: claims: "},
		{"a map with a function", map[string]any{"x": func() {}}, "jwt: claims: "},
		{"NaN", map[string]any{"x": math.NaN()}, "jwt: claims: "},
		{"a method that fails", failing{broken}, "out of paper"},
		{"a text for exp", map[string]any{"exp": "1800000060"}, "exp: got a string, want a number"},
		{"a time for exp", map[string]any{"exp": clock}, "exp: got a string, want a number, as NewNumericDate returns"},
		{"a pointer to nothing for exp", map[string]any{"exp": (*int)(nil)}, "exp: got null, want a number"},
		{"a float out of range for exp", map[string]any{"exp": 1e300}, "exp: got a number, want one that fits 64 bits"},
		{"an own struct with a text for exp", odd{"1800000060"}, "exp: got a string, want a number"},
		{"true for nbf", map[string]any{"nbf": true}, "nbf: got a boolean, want a number"},
		{"a list for iat", map[string]any{"iat": []int{1}}, "iat: got an array, want a number"},
		{"a number for iss", map[string]any{"iss": 7}, "iss: got a number, want a string"},
		{"null for sub", map[string]any{"sub": nil}, "sub: got null, want a string"},
		{"an object for jti", map[string]any{"jti": struct{}{}}, "jti: got an object, want a string"},
		{"a number for aud", map[string]any{"aud": 7}, "aud: got a number, want a string or an array of strings"},
		{"numbers for aud", map[string]any{"aud": []any{"a", 7}}, "aud: got an array, want a string or an array of strings"},
		{"a nil slice for aud", map[string]any{"aud": []string(nil), "x": nil}, "aud: got null, want a string or an array of strings"},
		{"a nil map", nilMap, "not a JSON object"},
		{"invalid UTF-8 in iss", jwt.Claims{Issuer: "\xff"}, "UTF-8"},
		{"invalid UTF-8 in sub", jwt.Claims{Subject: "\xff"}, "UTF-8"},
		{"invalid UTF-8 in jti", jwt.Claims{ID: "\xff"}, "UTF-8"},
		{"invalid UTF-8 in aud", jwt.Claims{Audience: jwt.Audience{"\xff"}}, "UTF-8"},
		{"invalid UTF-8 in a second aud", jwt.Claims{Audience: jwt.Audience{"a", "\xff"}}, "UTF-8"},
		{"invalid UTF-8 in a pointer's iss", &jwt.Claims{Issuer: "\xff"}, "UTF-8"},
		{"invalid UTF-8 in a map", map[string]any{"x": "\xff"}, "UTF-8"},
		{"invalid UTF-8 in a name", map[string]any{"\xff": 1}, "UTF-8"},
		{"what is nested too deep in a field", deepClaims{Private: jsontext.Value(nested(512))}, "nested too deep"},
		{"what is nested too deep in a field, by pointer", &deepClaims{Private: jsontext.Value(nested(512))}, "nested too deep"},
		{"what is nested too deep in a field of a field", deepInside(), "nested too deep"},
		{"what is nested too deep by a field's method", deepMethod{Private: rawJSON(nested(512))}, "nested too deep"},
		{"what is nested too deep by pointers", deepPointers(600), "nested too deep"},
		{"what is nested too deep", rawJSON(`{"x":` + nested(512) + `}`), "nested too deep"},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwt.Sign(t.Context(), hs256(t), row.claims)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.want)
			assert.Empty(t, token)
			assert.True(t, strings.HasPrefix(err.Error(), "jwt: claims: "), "%v", err)
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, row.name == "a method that fails", errors.Is(err, broken))
		})
	}
}

// To refuse claims is not to refuse a token.
func TestSignErrorsAreNoRefusals(t *testing.T) {
	for _, claims := range []any{nil, 7, rawJSON(`{`), rawJSON(`{"x":1,"x":1}`), map[string]any{"exp": "1"}, jwt.Claims{Issuer: "\xff"}} {
		_, err := jwt.Sign(t.Context(), hs256(t), claims)
		require.Error(t, err)
		assertPlain(t, "", err)
		var refused *jwt.VerifyError
		assert.NotErrorAs(t, err, &refused)
	}
}

type deepClaims struct {
	jwt.Claims
	Private any `json:"private"`
}

type deepMethod struct {
	jwt.Claims
	Private rawJSON `json:"private"`
}

type deepStruct struct {
	jwt.Claims
	Outer struct{ Inner []struct{ Private any } } `json:"outer"`
}

func deepInside() (claims deepStruct) {
	claims.Outer.Inner = []struct{ Private any }{{jsontext.Value(nested(512))}}
	return claims
}

type (
	chain     struct{ Next *chain }
	deepChain struct {
		jwt.Claims
		Chain *chain `json:"chain"`
	}
)

func deepPointers(n int) (claims deepChain) {
	for range n {
		claims.Chain = &chain{claims.Chain}
	}
	return claims
}

type failing struct{ err error }

func (f failing) MarshalJSON() ([]byte, error) { return nil, f.err }

// The quick way of writing Claims and the general one must agree on which dates
// a token may have; those that no verifier reads are not signed.
func TestSignRefusesDatesThatCannotBeRead(t *testing.T) {
	for _, d := range []jwt.NumericDate{math.MaxInt64, -math.MaxInt64, math.MinInt64} {
		quick, quickErr := jwt.Sign(t.Context(), hs256(t), jwt.Claims{NotBefore: d})
		general, generalErr := jwt.Sign(t.Context(), hs256(t), &jwt.Claims{NotBefore: d})
		assert.Equal(t, generalErr == nil, quickErr == nil, "%d: %v and %v", d, quickErr, generalErr)
		assert.Equal(t, general, quick, "%d", d)
		if quickErr == nil {
			p := lenient(hs256(t))
			p.Now = func() time.Time { return time.Unix(math.MaxInt64, 0) }
			got, err := p.Verify(t.Context(), quick)
			if assert.NoError(t, err, "%d was signed", d) {
				assert.Equal(t, d, got.Claims.NotBefore)
			}
		}
	}
}
