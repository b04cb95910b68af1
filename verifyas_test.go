package jwt_test

import (
	"context"
	stdjson "encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// Claims of a plain type are decoded while they are verified.
type plainClaims struct {
	jwt.Claims
	Role   string              `json:"role"`
	Level  int8                `json:"level"`
	Scopes []string            `json:"scopes"`
	Limits map[string]int64    `json:"limits"`
	Groups map[string][]string `json:"groups"`
	Cnf    map[string]string   `json:"cnf"`
	Nested []struct {
		Name string `json:"name"`
		Any  any    `json:"any"`
	} `json:"nested"`
}

// validClaims are plain claims with a check of their own.
type validClaims struct {
	jwt.Claims
	Role string `json:"role"`
}

func (c validClaims) Validate() error {
	if c.Role == "nobody" {
		return errors.New("want a role")
	}
	return nil
}

// requireSame requires that VerifyAs says and returns the same of a token as Verify
// and ClaimsAs do, one after the other: before them and after them, for a Cache.
func requireSame[T any](t *testing.T, v jwt.TokenVerifier, token string) (got T, err error) {
	t.Helper()
	first, firstErr := jwt.VerifyAs[T](t.Context(), v, token)
	var want T
	verified, wantErr := v.Verify(t.Context(), token)
	if wantErr == nil {
		want, wantErr = jwt.ClaimsAs[T](verified)
	}
	got, err = jwt.VerifyAs[T](t.Context(), v, token)
	require.Equal(t, want, first, token)
	require.Equal(t, want, got, token)
	require.Equal(t, err == nil, firstErr == nil, token)
	if wantErr == nil {
		require.NoError(t, err, token)
		return got, err
	}
	require.EqualError(t, err, wantErr.Error(), token)
	var refusal, wantRefusal *jwt.VerifyError
	require.ErrorAs(t, err, &refusal)
	require.ErrorAs(t, wantErr, &wantRefusal)
	require.Equal(t, wantRefusal.Reason, refusal.Reason, token)
	require.Equal(t, wantRefusal.Claim, refusal.Claim, token)
	return got, err
}

var plainPayloads = []string{
	`{"exp":4102444800}`,
	`{"exp":4102444800,"role":"admin","level":-7,"scopes":["a","b"],"limits":{"x":1},"groups":{"y":["z"]},"nested":[{"name":"n","any":{"deep":[1,"x",null]}},{}]}`,
	` { "role" : "a\u0062" , "exp" : 4102444800 , "iss" : "i" , "scopes" : [ "s" , "t" , "u" , "v" , "w" ] , "aud" : [ "a" , "b" , "c" ] , "unknown" : { } } `,
	`{"exp":4102444800,"aud":"a","sub":"s","jti":"j","iat":1.5,"nbf":-1,"cnf":{"jkt":"x"}}`,
	`{"exp":4102444800,"aud":["a","b"],"scopes":["c","d"]}`,
	`{"exp":4102444800.25,"aud":[],"scopes":[],"limits":{},"nested":[]}`,
	`{"role":null,"level":null,"exp":4102444800}`,
	`{"exp":1,"role":"admin"}`,
	`{"exp":1,"level":"x"}`,
	`{"nbf":4102444800,"exp":4102444801,"role":"nobody"}`,
	`{"exp":4102444800,"role":"nobody"}`,
	`{"exp":4102444800,"role":7}`,
	`{"exp":4102444800,"level":128}`,
	`{"exp":4102444800,"nested":[{"name":"n"},{"name":8}]}`,
	`{"exp":4102444800,"groups":{"a":["b",1]}}`,
	`{"level":"x","exp":"y"}`,
	`{"role":"admin"}`,
	`{"exp":4102444800,"role":"a","role":"a"}`,
	`{"exp":4102444800,"exp":4102444800}`,
	`{"exp":4102444800,"\u0065xp":4102444800}`,
	`{"exp":4102444800,"x":1,"x":1}`,
	`{"exp":4102444800,"limits":{"a":1,"a":1}}`,
	`{"exp":4102444800,"nested":[{"name":"n","name":"n"}]}`,
	`{"exp":4102444800,"nested":[{"any":{"a":1,"a":1}}]}`,
	`{"exp":4102444800,"cnf":{},"cnf":{}}`,
	`{"exp":4102444800,"level":01}`,
	`{"exp":04102444800}`,
	`{"exp":4102444800,"iss":null}`,
	`{"exp":4102444800,"aud":["a",7]}`,
	`{"exp":99999999999999999999}`,
	`{"exp":4102444800}x`,
	`{"exp":4102444800,`,
	`{"exp":4102444800,"role":0`,
	`{"exp":4102444800,"level":"0"`,
	`{"exp":4102444800,"role":"a`,
	"{\"exp\":4102444800,\"role\":\"\xff\"}",
	`[]`,
	``,
	`{"exp":4102444800,"x":` + strings.Repeat("[", 511) + strings.Repeat("]", 511) + `}`,
	`{"exp":4102444800,"x":` + strings.Repeat("[", 512) + strings.Repeat("]", 512) + `}`,
}

func TestVerifyAsIsVerifyAndClaimsAs(t *testing.T) {
	p := lenient(hs256(t))
	for _, payload := range plainPayloads {
		token := signed(t, hs256(t), payload)
		_, _ = requireSame[plainClaims](t, p, token)
		_, _ = requireSame[validClaims](t, p, token)
		_, _ = requireSame[struct{ jwt.Claims }](t, p, token)
		_, _ = requireSame[jwt.Claims](t, p, token)
		_, _ = requireSame[map[string]any](t, p, token)
	}
	got, err := requireSame[plainClaims](t, p, signed(t, hs256(t), plainPayloads[2]))
	require.NoError(t, err)
	assert.Equal(t, "ab", got.Role)
	assert.Equal(t, jwt.Audience{"a", "b", "c"}, got.Audience)
	assert.Equal(t, []string{"s", "t", "u", "v", "w"}, got.Scopes)
}

// Lists of texts do not share memory that one of them could grow into.
func TestListsOfVerifiedClaimsAreApart(t *testing.T) {
	p := lenient(hs256(t))
	got, err := jwt.VerifyAs[plainClaims](t.Context(), p, signed(t, hs256(t), `{"exp":4102444800,"aud":"a","scopes":["b"],"groups":{"x":["c"]}}`))
	require.NoError(t, err)
	got.Audience = append(got.Audience, "more")
	got.Scopes = append(got.Scopes, "more")
	got.Groups["x"] = append(got.Groups["x"], "more")
	assert.Equal(t, jwt.Audience{"a", "more"}, got.Audience)
	assert.Equal(t, []string{"b", "more"}, got.Scopes)
	assert.Equal(t, []string{"c", "more"}, got.Groups["x"])
}

// Of the verifiers that decode claims while they verify them.
func TestVerifyAsIsVerifyAndClaimsAsOfAll(t *testing.T) {
	p, other := lenient(hs256(t)), lenient(hs256(t))
	other.Audience, other.AllowAnyAudience, other.AllowNoExpiry = []string{"b"}, false, false
	for _, payload := range plainPayloads {
		token := signed(t, hs256(t), payload)
		for _, v := range []jwt.TokenVerifier{
			jwt.Policies{p}, jwt.Policies{other, p}, jwt.Policies{p, other}, jwt.Policies{other},
			&jwt.Cache{Policies: jwt.Policies{p}}, &jwt.Cache{Policies: jwt.Policies{other, p}},
		} {
			_, _ = requireSame[plainClaims](t, v, token)
			_, _ = requireSame[validClaims](t, v, token)
			_, _ = requireSame[map[string]any](t, v, token)
		}
	}
	p.Issuer, p.AllowAnyIssuer = issuer, false
	find := jwt.PolicyFunc(func(context.Context, string) (*jwt.Policy, error) { return p, nil })
	got, err := requireSame[plainClaims](t, find, signed(t, hs256(t), `{"iss":"`+issuer+`","role":"admin"}`))
	require.NoError(t, err)
	assert.Equal(t, "admin", got.Role)
}

// A Cache remembers a token although the memory of the one that was read is used again.
func TestCacheRemembersWhatVerifyAsReads(t *testing.T) {
	cache := &jwt.Cache{Policies: jwt.Policies{lenient(hs256(t))}}
	for range 3 {
		for _, name := range []string{"alice", "bob", "carol"} {
			got, err := jwt.VerifyAs[plainClaims](t.Context(), cache, signed(t, hs256(t), `{"sub":"`+name+`","aud":"for `+name+`","role":"`+name+`"}`))
			require.NoError(t, err)
			assert.Equal(t, plainClaims{Claims: jwt.Claims{Subject: name, Audience: jwt.Audience{"for " + name}}, Role: name}, got)
		}
	}
}

// Claims that are remembered are handed out as copies, whatever type they are read into
// next.
func TestCacheHandsOutCopiesOfClaims(t *testing.T) {
	type inner struct {
		Groups []string `json:"groups"`
	}
	type claims struct {
		jwt.Claims
		inner
		Role   string          `json:"role"`
		Level  int8            `json:"level"`
		Number stdjson.Number  `json:"number"`
		Scopes []string        `json:"scopes"`
		Empty  []string        `json:"empty"`
		None   []string        `json:"none"`
		Note   map[string]bool `json:"-"`
	}
	signer, _, _, cache := cached(t)
	cache.Policies[0].AllowAnyAudience = true
	for _, n := range []int{1, 2, 3, 9} {
		list := func(text string) []string { return slices.Repeat([]string{text}, n) }
		want := claims{
			Claims: jwt.Claims{Subject: "alice", Audience: list("api"), ExpiresAt: 1_000_100}, inner: inner{list("staff")},
			Role: "admin", Level: 7, Number: "1.5", Scopes: list("read"), Empty: []string{},
		}
		token := signClaims(t, signer, want)
		for range 3 {
			got, err := jwt.VerifyAs[claims](t.Context(), cache, token)
			require.NoError(t, err)
			assert.Equal(t, want, got)
			for _, text := range []*string{&got.Audience[0], &got.Groups[0], &got.Scopes[0]} {
				*text = "mallory"
			}
			got.Audience, got.Groups, got.Scopes = append(got.Audience, "x"), append(got.Groups, "y"), append(got.Scopes, "z")
			assert.Equal(t, []string{"x", "y", "z"}, []string{got.Audience[n], got.Groups[n], got.Scopes[n]})
			again, err := jwt.VerifyAs[inner](t.Context(), cache, token)
			require.NoError(t, err)
			assert.Equal(t, inner{list("staff")}, again)
			registered, err := jwt.VerifyAs[jwt.Claims](t.Context(), cache, token)
			require.NoError(t, err)
			assert.Equal(t, want.Claims, registered)
		}
	}
}

// A Validate method gets claims as they were signed, each time.
func TestCacheValidatesClaimsThatItRemembers(t *testing.T) {
	signer, key, _, cache := cached(t)
	token := signClaims(t, signer, countedClaims{Claims: jwt.Claims{ExpiresAt: 1_000_100}})
	for range 3 {
		got, err := jwt.VerifyAs[countedClaims](t.Context(), cache, token)
		require.NoError(t, err)
		assert.Equal(t, 1, got.Count)
	}
	token = signClaims(t, signer, countedClaims{Claims: jwt.Claims{ExpiresAt: 1_000_100}, Count: 1})
	for range 3 {
		_, err := jwt.VerifyAs[countedClaims](t.Context(), cache, token)
		assert.ErrorIs(t, err, jwt.ErrClaim)
	}
	assert.EqualValues(t, 2, key.calls.Load())
}

type countedClaims struct {
	jwt.Claims
	Count int `json:"count"`
}

func (c *countedClaims) Validate() error {
	if c.Count++; c.Count > 1 {
		return errors.New("counted twice")
	}
	return nil
}

// A Rule may keep the token that it is asked about, and no token has claims of the one
// before it.
func TestTokensThatAreReadAreApart(t *testing.T) {
	p := lenient(hs256(t))
	sub := signed(t, hs256(t), `{"sub":"alice","role":"admin"}`)
	iss := signed(t, hs256(t), `{"iss":"https://issuer.example"}`)
	read := func(token string) plainClaims {
		got, err := jwt.VerifyAs[plainClaims](t.Context(), p, token)
		require.NoError(t, err)
		return got
	}
	for range 20 {
		assert.Equal(t, plainClaims{Claims: jwt.Claims{Subject: "alice"}, Role: "admin"}, read(sub))
		assert.Equal(t, plainClaims{Claims: jwt.Claims{Issuer: "https://issuer.example"}}, read(iss))
	}
	var kept []*jwt.Token
	p.Rules = []jwt.Rule{{Claim: "sub", Check: func(t *jwt.Token) error { kept = append(kept, t); return nil }}}
	for range 20 {
		read(sub)
		read(iss)
	}
	for i, token := range kept {
		assert.Equal(t, [...]string{"alice", ""}[i%2], token.Claims.Subject)
	}
}

// The methods of a type are called for claims that are accepted, and only once.
func TestMethodsAreCalledForAcceptedClaimsOnly(t *testing.T) {
	p := lenient(hs256(t))
	for payload, want := range map[string]int{
		`{"exp":4102444800,"seen":1}`:               1,
		`{"exp":1,"seen":1}`:                        0,
		`{"nbf":4102444800,"seen":1}`:               0,
		`{"exp":4102444800,"seen":1,"level":"bad"}`: 1,
	} {
		calls = 0
		_, err := jwt.VerifyAs[struct {
			jwt.Claims
			Seen  counts `json:"seen"`
			Level int    `json:"level"`
		}](t.Context(), p, signed(t, hs256(t), payload))
		assert.Equal(t, want == 1 && !strings.Contains(payload, "bad"), err == nil, payload)
		assert.Equal(t, want, calls, payload)
	}
}

var calls int

type counts struct{}

func (*counts) UnmarshalJSON([]byte) error { calls++; return nil }

func FuzzVerifyAs(f *testing.F) {
	for _, payload := range plainPayloads {
		f.Add([]byte(payload))
	}
	key := hs256(f)
	p := lenient(key)
	f.Fuzz(func(t *testing.T, payload []byte) {
		token := signed(t, key, string(payload))
		_, _ = requireSame[plainClaims](t, p, token)
		_, _ = requireSame[plainClaims](t, &jwt.Cache{Policies: jwt.Policies{p}}, token)
		_, _ = requireSame[validClaims](t, &jwt.Cache{Policies: jwt.Policies{p}}, token)
		got, err := requireSame[validClaims](t, p, token)
		if err == nil {
			again, err := jwt.Sign(t.Context(), key, got)
			require.NoError(t, err)
			back, err := jwt.VerifyAs[validClaims](t.Context(), p, again)
			require.NoError(t, err)
			require.Equal(t, got, back)
		}
		require.True(t, stdjson.Valid(payload) || err != nil)
	})
}
