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
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

var allAlgorithms = []jwt.Algorithm{
	jwt.HS256, jwt.HS384, jwt.HS512, jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512,
	jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519,
}

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
	default:
		return rsaKey()
	}
}

// pair returns both sides of a key for alg.
func pair(t testing.TB, alg jwt.Algorithm, keyID string) (jwt.Signer, jwt.Verifier) {
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

type orderClaims struct {
	jwt.Claims
	Role  string         `json:"role"`
	Big   int64          `json:"big"`
	Unsig uint64         `json:"unsigned"`
	List  []string       `json:"list"`
	Map   map[string]int `json:"map"`
}

func TestClaimsAsReadsWhatWasSigned(t *testing.T) {
	key := hs256(t)
	want := orderClaims{
		Claims: jwt.Claims{Issuer: issuer, Audience: jwt.Audience{api}, ExpiresAt: 1800000060},
		Role:   "admin", Big: 1<<53 + 1, Unsig: 1<<64 - 1, List: []string{"a"}, Map: map[string]int{"x": 1},
	}
	token, err := jwt.Sign(t.Context(), key, want)
	require.NoError(t, err)
	verified, err := policy(key).Verify(t.Context(), token)
	require.NoError(t, err)
	got, err := jwt.ClaimsAs[orderClaims](verified)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	pointer, err := jwt.ClaimsAs[*orderClaims](verified)
	require.NoError(t, err)
	assert.Equal(t, want, *pointer)
	all, err := jwt.ClaimsAs[map[string]any](verified)
	require.NoError(t, err)
	assert.Equal(t, "admin", all["role"])
}

func TestClaimsAs(t *testing.T) {
	key := hs256(t)
	for _, row := range []struct {
		name, claims string
		read         func(*jwt.Token) (any, error)
		want         any // nil: an error
	}{
		{"matches names exactly", `{"Role":"root","ROLE":"x"}`, as[struct {
			Role string `json:"role"`
		}], struct {
			Role string `json:"role"`
		}{}},
		{"does not take the Kelvin sign for a k", "{\"\u212A\":\"x\"}", as[struct {
			K string `json:"k"`
		}], struct {
			K string `json:"k"`
		}{}},
		{"refuses another type", `{"role":7}`, as[struct {
			Role string `json:"role"`
		}], nil},
		{"refuses an integer that does not fit", `{"n":9223372036854775808}`, as[struct {
			N int64 `json:"n"`
		}], nil},
		{"refuses a fraction for an integer", `{"n":1.5}`, as[struct {
			N int64 `json:"n"`
		}], nil},
		{"reads 2^63-1", `{"n":9223372036854775807}`, as[struct {
			N int64 `json:"n"`
		}], struct {
			N int64 `json:"n"`
		}{1<<63 - 1}},
		{"refuses what is no place for an object", `{}`, as[[]string], nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := signed(t, key, row.claims)
			verified, err := lenient(key).Verify(t.Context(), token)
			require.NoError(t, err)
			got, err := row.read(verified)
			if row.want == nil {
				require.Error(t, err)
				assertPlain(t, token, err)
				require.ErrorIs(t, err, jwt.ErrClaim)
				var refused *jwt.VerifyError
				require.ErrorAs(t, err, &refused)
				assert.Contains(t, row.claims, refused.Claim)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, row.want, got)
		})
	}
}

func as[T any](t *jwt.Token) (any, error) { return jwt.ClaimsAs[T](t) }

func TestClaimsAsLeavesNothingHalfRead(t *testing.T) {
	type claims struct {
		A string `json:"a"`
		B string `json:"b"`
	}
	key := hs256(t)
	verified, err := lenient(key).Verify(t.Context(), signed(t, key, `{"a":"x","b":1}`))
	require.NoError(t, err)
	got, err := jwt.ClaimsAs[claims](verified)
	require.Error(t, err)
	assert.Equal(t, claims{}, got)
}

func TestPayloadIsWhatWasSigned(t *testing.T) {
	const odd = "\t{ \"b\" : 1.0e0,\r\n\"a\":\"\\u0041\" } "
	key := hs256(t)
	verified, err := lenient(key).Verify(t.Context(), signed(t, key, odd))
	require.NoError(t, err)
	assert.Equal(t, odd, string(verified.Payload()))
	verified.Payload()[0] = 'X'
	assert.Equal(t, odd, string(verified.Payload()), "the payload was not a copy")
}

// The working space of Verify is used again; nothing of a Token may lie in it.
func TestTokensDoNotChangeAfterwards(t *testing.T) {
	key, err := jwt.NewHMAC(jwt.HS256, secret, "key-1")
	require.NoError(t, err)
	p := lenient(key)
	header := `{"alg":"HS256","kid":"key-1","typ":"JWT","cty":"text"}`
	first, err := p.Verify(t.Context(), signRaw(t, key, header, `{"iss":"a","sub":"\u0062","aud":["c","d"],"jti":"e","role":"f"}`))
	require.NoError(t, err)
	for range 20 {
		_, err := p.Verify(t.Context(), signRaw(t, key, header, strings.Repeat(" ", 60)+`{"iss":"`+strings.Repeat("z", 300)+`"}`))
		require.NoError(t, err)
		_, err = jwt.Sign(t.Context(), key, jwt.Claims{Issuer: strings.Repeat("y", 400)})
		require.NoError(t, err)
	}
	assert.Equal(t, jwt.Claims{Issuer: "a", Subject: "b", Audience: jwt.Audience{"c", "d"}, ID: "e"}, first.Claims)
	assert.Equal(t, jwt.Header{Algorithm: jwt.HS256, KeyID: "key-1", Type: "JWT", ContentType: "text"}, first.Header)
	assert.Equal(t, `{"iss":"a","sub":"\u0062","aud":["c","d"],"jti":"e","role":"f"}`, string(first.Payload()))
}

// A header seen before is read like one never seen, and not taken for another.
func TestHeadersAreNotMixedUp(t *testing.T) {
	key, other := hs256(t), second2(pair(t, jwt.HS384, ""))
	p := lenient(key, other)
	long := strings.Repeat("x", 600)
	for range 3 {
		for _, row := range []struct {
			header string
			want   jwt.Header // zero: refused
		}{
			{`{"alg":"HS256"}`, jwt.Header{Algorithm: jwt.HS256}},
			{`{"alg":"HS256","kid":"a"}`, jwt.Header{Algorithm: jwt.HS256, KeyID: "a"}},
			{`{"alg":"HS256","kid":"b"}`, jwt.Header{Algorithm: jwt.HS256, KeyID: "b"}},
			{`{"alg":"HS256","kid":"b"} `, jwt.Header{Algorithm: jwt.HS256, KeyID: "b"}},
			{`{"alg":"HS256","kid":"b","crit":["x"]}`, jwt.Header{}},
			{`{"alg":"HS256","kid":"b","typ":"JWT","cty":"c"}`, jwt.Header{Algorithm: jwt.HS256, KeyID: "b", Type: "JWT", ContentType: "c"}},
			{`{"alg":"HS384","kid":"b"}`, jwt.Header{}}, // signed with HS256
			{`{"alg":"HS256","kid":"` + long + `"}`, jwt.Header{Algorithm: jwt.HS256, KeyID: long}},
			{`{"alg":"HS256","typ":"at+jwt"}`, jwt.Header{}},
			{`{"alg":"none","kid":"b"}`, jwt.Header{}},
		} {
			for range 2 {
				token := signRaw(t, key, row.header, payload)
				got, err := p.Verify(t.Context(), token)
				if row.want == (jwt.Header{}) {
					refusal(t, token, got, err)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, row.want, got.Header)
				token += "A"
				got, err = p.Verify(t.Context(), token)
				refusal(t, token, got, err)
			}
		}
	}
}

func TestInsecureDecode(t *testing.T) {
	header, body, err := jwt.InsecureDecode(encode(`{"alg":"none"}`) + "." + encode("no JSON") + ".")
	require.NoError(t, err)
	assert.Equal(t, `{"alg":"none"}`, string(header))
	assert.Equal(t, "no JSON", string(body))

	for _, row := range []struct{ name, token string }{
		{"nothing", ""},
		{"two parts", "e30.e30"},
		{"four parts", "e30.e30.e30.e30"},
		{"five parts, encrypted", "e30.e30.e30.e30.e30"},
		{"a padded header", "e30=.e30."},
		{"a padded payload", "e30.e30=."},
		{"stray bits", "e31.e30."},
		{"a line break", "e3\n0.e30."},
		{"more than 64 KiB", "e30." + strings.Repeat("A", 64<<10) + "."},
	} {
		t.Run("refuses "+row.name, func(t *testing.T) {
			header, body, err := jwt.InsecureDecode(row.token)
			assert.Nil(t, header)
			assert.Nil(t, body)
			require.ErrorIs(t, err, jwt.ErrMalformed)
			assertPlain(t, row.token, err)
		})
	}
}

func TestDecodeBase64URL(t *testing.T) {
	for _, row := range []struct {
		text string
		want string
		ok   bool
	}{
		{"", "", true},
		{"Zg", "f", true},
		{"Zm8", "fo", true},
		{"Zm9v", "foo", true},
		{"Zm9vYmFy", "foobar", true},
		{"-_-_", "\xfb\xff\xbf", true},
		{"Zg==", "", false},
		{"Zg=", "", false},
		{"Zm8=", "", false},
		{"+/+/", "", false},
		{"Zh", "", false},  // a stray bit
		{"Zm9", "", false}, // a stray bit
		{"Z", "", false},   // six bits
		{"Zm9vY", "", false},
		{"Zm\n9v", "", false},
		{"Zm9v\n", "", false},
		{"Zm9v\r\n", "", false},
		{"\nZg", "", false},
		{" Zg", "", false},
		{"Zm 9", "", false},
		{"Zm\x009", "", false},
		{"Zmé", "", false},
		{"\x80\x80\x80\x80", "", false},
	} {
		got, err := jwt.DecodeBase64URL(row.text)
		assert.Equal(t, row.ok, err == nil, "%q: %v", row.text, err)
		if row.ok {
			assert.Equal(t, row.want, string(got), "%q", row.text)
			continue
		}
		assert.Nil(t, got, "%q", row.text)
		if err != nil {
			assertPlain(t, row.text, err)
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

// Key sets of other kinds.
type (
	keysByFunc func(h jwt.Header) []jwt.Verifier
	keysByName map[string]jwt.Verifier
)

func (f keysByFunc) Verifiers(_ context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	return f(h), nil
}

func (m keysByName) Verifiers(_ context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	return []jwt.Verifier{m[h.KeyID]}, nil
}

func TestKeySetsOfOtherKinds(t *testing.T) {
	key := must(jwt.NewHMAC(jwt.HS256, secret, "key-1"))
	token, err := jwt.Sign(t.Context(), key, jwt.Claims{Subject: "alice"})
	require.NoError(t, err)
	for _, keys := range []jwt.KeySet{keysByName{"key-1": key}, keysByFunc(func(jwt.Header) []jwt.Verifier { return []jwt.Verifier{key} })} {
		p := lenient()
		p.Keys = keys
		_, err = p.Verify(t.Context(), token)
		require.NoError(t, err)
	}
}

func second[T any](_ T, err error) error { return err }
