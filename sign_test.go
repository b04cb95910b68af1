package jwt_test

import (
	"crypto/ed25519"
	stdjson "encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

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
		{"nil", nil, "not a JSON object"},
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
		{"a time for exp", map[string]any{"exp": clock}, "exp: got a string, want a number"},
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

func TestSignHeader(t *testing.T) {
	named, err := jwt.NewHMAC(jwt.HS256, secret, "key-1")
	require.NoError(t, err)
	for _, row := range []struct {
		name   string
		header jwt.Header
		want   string // the header, or a part of the error
		ok     bool
	}{
		{"nothing", jwt.Header{}, `{"alg":"HS256","kid":"key-1"}`, true},
		{"a type", jwt.Header{Type: "at+jwt"}, `{"alg":"HS256","kid":"key-1","typ":"at+jwt"}`, true},
		{"the usual type", jwt.Header{Type: "JWT"}, `{"alg":"HS256","kid":"key-1","typ":"JWT"}`, true},
		{"a content type", jwt.Header{ContentType: "JWT"}, `{"alg":"HS256","kid":"key-1","cty":"JWT"}`, true},
		{"both types", jwt.Header{Type: "JWT", ContentType: "a\"b"}, `{"alg":"HS256","kid":"key-1","typ":"JWT","cty":"a\"b"}`, true},
		{"the key's own algorithm and ID", jwt.Header{Algorithm: jwt.HS256, KeyID: "key-1", Type: "JWT"}, `{"alg":"HS256","kid":"key-1","typ":"JWT"}`, true},
		{"another algorithm", jwt.Header{Algorithm: jwt.HS384}, "want the key's", false},
		{"none", jwt.Header{Algorithm: "none"}, "want the key's", false},
		{"another key ID", jwt.Header{KeyID: "key-2"}, "want the key's", false},
		{"another key ID, for the usual type", jwt.Header{KeyID: "key-2", Type: "JWT"}, "want the key's", false},
		{"a type too long for any header", jwt.Header{Type: strings.Repeat("x", 13000)}, "bytes, want at most 16384", false},
		{"a content type too long for any header", jwt.Header{Type: "JWT", ContentType: strings.Repeat("x", 13000)}, "bytes, want at most 16384", false},
		{"a type of invalid UTF-8", jwt.Header{Type: "\xff"}, "UTF-8", false},
		{"a content type of invalid UTF-8", jwt.Header{ContentType: "\xff"}, "UTF-8", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwt.SignHeader(t.Context(), named, row.header, jwt.Claims{Subject: "alice"})
			if !row.ok {
				require.ErrorContains(t, err, row.want)
				assert.Empty(t, token)
				assertPlain(t, "", err)
				return
			}
			require.NoError(t, err)
			header, body, err := jwt.InsecureDecode(token)
			require.NoError(t, err)
			assert.Equal(t, row.want, string(header))
			assert.Equal(t, `{"sub":"alice"}`, string(body))
			p := lenient(named)
			p.AllowAnyType = true
			got, err := p.Verify(t.Context(), token)
			require.NoError(t, err)
			assert.Equal(t, jwt.Header{Algorithm: jwt.HS256, KeyID: "key-1", Type: row.header.Type, ContentType: row.header.ContentType}, got.Header)
		})
	}
	t.Run("a key ID for a key without one", func(t *testing.T) {
		_, err := jwt.SignHeader(t.Context(), hs256(t), jwt.Header{KeyID: "key-1"}, jwt.Claims{})
		require.ErrorContains(t, err, "want the key's")
	})
	t.Run("and no key", func(t *testing.T) {
		for _, key := range []jwt.Signer{nil, (*jwt.HMAC)(nil), &jwt.HMAC{}, (*foreign)(nil)} {
			token, err := jwt.SignHeader(t.Context(), key, jwt.Header{}, jwt.Claims{})
			require.ErrorContains(t, err, "no key")
			assert.Empty(t, token)
		}
	})
}

// A date that was computed from nothing is a date all the same.
func TestSignLeavesNoExpiryOutThatIsAtTheEpoch(t *testing.T) {
	token, err := jwt.Sign(t.Context(), hs256(t), jwt.Claims{ExpiresAt: jwt.NewNumericDate(time.Unix(0, 0))})
	require.NoError(t, err)
	got, err := lenient(hs256(t)).Verify(t.Context(), token)
	refused(t, jwt.ErrExpired, token, got, err)
}

func TestAudienceListsAreAlwaysLists(t *testing.T) {
	type claims struct {
		jwt.Claims
		Audience jwt.AudienceList `json:"aud"`
	}
	for _, row := range []struct {
		audience jwt.AudienceList
		want     string
	}{{jwt.AudienceList{"a"}, `["a"]`}, {jwt.AudienceList{"a", "b"}, `["a","b"]`}, {jwt.AudienceList{}, `[]`}} {
		token, err := jwt.Sign(t.Context(), hs256(t), claims{jwt.Claims{ID: "j"}, row.audience})
		require.NoError(t, err)
		verified, err := lenient(hs256(t)).Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, `{"jti":"j","aud":`+row.want+`}`, string(verified.Payload()))
		assert.Equal(t, jwt.Audience(row.audience), verified.Claims.Audience)
		got, err := jwt.ClaimsAs[claims](verified)
		require.NoError(t, err)
		assert.Equal(t, row.audience, got.Audience)
	}
	var one jwt.AudienceList
	require.NoError(t, one.UnmarshalJSON([]byte(`"a"`)))
	assert.Equal(t, jwt.AudienceList{"a"}, one)
	require.Error(t, one.UnmarshalJSON([]byte(`7`)))
}

func TestNumericDate(t *testing.T) {
	for _, row := range []struct {
		at   time.Time
		want jwt.NumericDate
	}{
		{time.Time{}, 0},
		{time.Unix(0, 0), 1}, // 0 would be no date
		{time.Unix(0, 999999999), 1},
		{time.Unix(math.MinInt64, 0), math.MinInt64},
		{time.Unix(1, 0), 1},
		{time.Unix(1, 999999999), 1},
		{time.Unix(-1, 500000000), -1},
		{time.Unix(-62135596801, 0), -62135596801},
		{time.Date(2026, 11, 24, 13, 0, 0, 1, time.FixedZone("CET", 3600)), 1795521600},
		{time.Unix(1<<62, 0), 1 << 62},
	} {
		got := jwt.NewNumericDate(row.at)
		assert.Equal(t, row.want, got, "%v", row.at)
		if got != 0 {
			assert.Equal(t, int64(row.want), got.Time().Unix())
			assert.Equal(t, time.UTC, got.Time().Location())
			assert.Zero(t, got.Time().Nanosecond())
		}
	}
}

// A time.Time counts from the year 1, and so does not reach as far as a NumericDate.
func TestNumericDatesInTheFarFutureAreNotInThePast(t *testing.T) {
	const last = math.MaxInt64 - 62135596800
	for _, d := range []jwt.NumericDate{last - 1, last, last + 1, 1 << 62, math.MaxInt64} {
		assert.True(t, d.Time().After(time.Now()), "%d", d)
		assert.Equal(t, min(int64(d), last), d.Time().Unix())
	}
	assert.True(t, jwt.NumericDate(math.MinInt64).Time().Before(time.Time{}))
}

// Claims can be read and written outside of tokens too, by either package.
func TestClaimsInJSON(t *testing.T) {
	for name, codec := range map[string]struct {
		marshal   func(v any) ([]byte, error)
		unmarshal func(data []byte, v any) error
	}{
		"encoding/json":    {stdjson.Marshal, stdjson.Unmarshal},
		"encoding/json/v2": {func(v any) ([]byte, error) { return json.Marshal(v) }, func(data []byte, v any) error { return json.Unmarshal(data, v) }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, row := range []struct {
				claims jwt.Claims
				text   string
			}{
				{jwt.Claims{}, `{}`},
				{jwt.Claims{Issuer: "a", Subject: "b", Audience: jwt.Audience{"c"}, ExpiresAt: 4, NotBefore: -3, IssuedAt: 2, ID: "d"},
					`{"iss":"a","sub":"b","aud":"c","exp":4,"nbf":-3,"iat":2,"jti":"d"}`},
				{jwt.Claims{Audience: jwt.Audience{"a", "b"}}, `{"aud":["a","b"]}`},
			} {
				text, err := codec.marshal(row.claims)
				require.NoError(t, err)
				assert.Equal(t, row.text, string(text))
				var got jwt.Claims
				require.NoError(t, codec.unmarshal(text, &got))
				assert.Equal(t, row.claims, got)
			}
			for _, text := range []string{`{"aud":7}`, `{"aud":["a",7]}`, `{"aud":{}}`, `{"exp":"1"}`, `{"exp":true}`, `{"exp":9223372036854775808}`, `{"nbf":[]}`} {
				var got jwt.Claims
				require.Error(t, codec.unmarshal([]byte(text), &got), text)
			}
			var got jwt.Claims
			require.NoError(t, codec.unmarshal([]byte(`{"exp":1.9,"nbf":-0.0,"aud":[]}`), &got))
			assert.Equal(t, jwt.Claims{ExpiresAt: 1, Audience: jwt.Audience{}}, got)
		})
	}
}

// Called by hand, the methods are no laxer than through a decoder.
func TestUnmarshalJSONTakesOneValue(t *testing.T) {
	for _, text := range []string{``, ` `, `"a","x":1`, `"a"}`, `"a" "b"`, `["a"],"b":["c"]`, `["a"`, `"a`, `null`, `7`, `a`, "\"\xff\"", `"\ud800"`} {
		got := jwt.Audience{"before"}
		assert.Error(t, got.UnmarshalJSON([]byte(text)), "%q", text)
		assert.Equal(t, jwt.Audience{"before"}, got, "%q", text)
	}
	for _, text := range []string{``, ` `, `"1"`, `1 2`, `1,2`, `01`, `+1`, `.5`, `1.`, `1e`, `null`, `true`, `[1]`, `NaN`, `0x1`, `1_0`, `9223372036854775808`, `-9223372036854775809`, `1e19`} {
		got := jwt.NumericDate(7)
		assert.Error(t, got.UnmarshalJSON([]byte(text)), "%q", text)
		assert.Equal(t, jwt.NumericDate(7), got, "%q", text)
	}
	var audience jwt.Audience
	require.NoError(t, audience.UnmarshalJSON([]byte(` [ "a" , "\u0062" ] `)))
	assert.Equal(t, jwt.Audience{"a", "b"}, audience)
	_, err := jwt.Audience{"\xff"}.MarshalJSON()
	assert.Error(t, err)
	_, err = jwt.Audience{"a", "\xff"}.MarshalJSON()
	assert.Error(t, err)
	text, err := jwt.Audience(nil).MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `[]`, string(text))
}

func TestKeyIDsTooLongForAHeaderAreNotSigned(t *testing.T) {
	long := strings.Repeat("k", 20_000)
	_, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), long)
	assert.ErrorContains(t, err, "want at most 16384")
	_, err = jwt.SignHeader(t.Context(), hs256(t), jwt.Header{ContentType: long}, jwt.Claims{})
	assert.ErrorContains(t, err, "want at most 16384")
}

// A private key that is cleared after it was given away does not matter.
func TestSignerKeepsAnEd25519KeyOfItsOwn(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	signer, err := jwt.NewSigner(jwt.EdDSA, private, "")
	require.NoError(t, err)
	clear(private)
	verifier, err := jwt.NewVerifier(jwt.EdDSA, public, "")
	require.NoError(t, err)
	token, err := jwt.Sign(t.Context(), signer, jwt.Claims{})
	require.NoError(t, err)
	_, err = lenient(verifier).Verify(t.Context(), token)
	assert.NoError(t, err)
}
