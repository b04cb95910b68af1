package jwt_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

var errRole = errors.New("no such role")

type roleClaims struct {
	jwt.Claims
	Role string `json:"role"`
}

func (c roleClaims) Validate() error {
	if c.Role != "admin" {
		return errRole
	}
	return nil
}

type pointerClaims struct {
	Role string `json:"role"`
}

func (c *pointerClaims) Validate() error {
	if c.Role != "admin" {
		return &jwt.VerifyError{Claim: "role", Detail: "got " + c.Role}
	}
	return nil
}

type mapClaims map[string]any

func (c mapClaims) Validate() error { return roleClaims{Role: c["role"].(string)}.Validate() }

type embedsBelow struct {
	jwt.Claims
	Below
}

type Below struct{ *pointerClaims }

// A roleless calls what is embedded beside it.
type roleless struct{ fmt.Stringer }

func (r roleless) Validate() error { return errors.New(r.String()) }

type panics struct{ *roleClaims }

func (p panics) Validate() error { panic("own") }

// quoting writes what the token says into its refusal as it is.
type quoting struct {
	Role string `json:"role"`
}

func (q quoting) Validate() error {
	return &jwt.VerifyError{Claim: "role " + q.Role, Detail: "got " + q.Role}
}

func TestClaimsAsCallsValidate(t *testing.T) {
	key := hs256(t)
	verifyAs := func(payload string, read func(*jwt.Token) (any, error)) (string, any, error) {
		token := signed(t, key, payload)
		verified, err := lenient(key).Verify(t.Context(), token)
		require.NoError(t, err)
		got, err := read(verified)
		return token, got, err
	}
	for name, read := range map[string]func(*jwt.Token) (any, error){
		"a struct": as[roleClaims], "a pointer": as[*roleClaims], "a pointer's method": as[pointerClaims],
		"a pointer with a pointer's method": as[*pointerClaims], "a map": as[mapClaims],
	} {
		_, _, err := verifyAs(`{"role":"admin"}`, read)
		require.NoError(t, err, name)
		token, _, err := verifyAs(`{"role":"user"}`, read)
		r := refusal(t, token, nil, err)
		assert.Equal(t, jwt.ErrClaim, r.Reason, name)
		assert.Contains(t, map[string]bool{errRole.Error(): true, "got user": true}, r.Detail, name)
	}
	_, _, err := verifyAs(`{"role":"user"}`, as[roleClaims])
	require.ErrorIs(t, err, errRole)
	_, _, err = verifyAs(`{"role":"user"}`, as[pointerClaims])
	var refused *jwt.VerifyError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "role", refused.Claim)

	token, _, err := verifyAs(`{"role":"l\u043egin\n"}`, as[quoting])
	r := refusal(t, token, nil, err)
	assert.Equal(t, `role l\u043egin\n`, r.Claim)
	assert.Equal(t, `got l\u043egin\n`, r.Detail)

	// What it needs may be absent.
	for name, read := range map[string]func(*jwt.Token) (any, error){
		"an embedded pointer": as[struct{ *roleClaims }], "one with a pointer's method": as[struct{ *pointerClaims }], "one below": as[embedsBelow],
		"a pointer to a struct with one": as[*embedsBelow], "an embedded interface": as[struct {
			fmt.Stringer
			roleless
		}],
	} {
		token, _, err := verifyAs(`{}`, read)
		r := refusal(t, token, nil, err)
		assert.Equal(t, jwt.ErrClaim, r.Reason, name)
		assert.Contains(t, r.Detail, "got none of the claims of ", name)
	}
	assert.PanicsWithError(t, "interface conversion: interface {} is nil, not string",
		func() { _, _, _ = verifyAs(`{}`, as[mapClaims]) }, "a mistake of the method's own")
	assert.PanicsWithValue(t, "own", func() { _, _, _ = verifyAs(`{}`, as[panics]) })

	// It is not called for claims that do not fit, nor twice.
	_, got, err := verifyAs(`{"role":7}`, as[roleClaims])
	require.NotErrorIs(t, err, errRole)
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "role", refused.Claim)
	assert.Equal(t, roleClaims{}, got)
}

var lastStay *stays

type stays struct {
	Role string `json:"role"`
}

func (s *stays) Validate() error {
	if lastStay != nil && lastStay == s {
		return errors.New("the same memory as before")
	}
	lastStay = s
	return nil
}

// What a Validate method has seen is not used again.
func TestClaimsAsUsesNoRoomAgainThatValidateHasSeen(t *testing.T) {
	verified := must(lenient(hs256(t)).Verify(t.Context(), signed(t, hs256(t), `{}`)))
	for range 10 {
		_, err := jwt.ClaimsAs[stays](verified)
		require.NoError(t, err)
	}
}

func TestVerifyAs(t *testing.T) {
	key := hs256(t)
	p := policy(key)
	right := `"iss":"https://login.example","aud":"https://api.example","exp":1800000060`
	for _, v := range []jwt.TokenVerifier{p, jwt.Policies{p}, &jwt.Cache{Policies: jwt.Policies{p}}} {
		got, err := jwt.VerifyAs[roleClaims](t.Context(), v, signed(t, key, `{`+right+`,"role":"admin"}`))
		require.NoError(t, err)
		assert.Equal(t, "admin", got.Role)
		assert.Equal(t, issuer, got.Issuer)
		for _, row := range []struct {
			token string
			want  error
		}{
			{signed(t, key, `{`+right+`,"role":"user"}`), errRole},
			{signed(t, key, `{`+right+`,"role":["admin"]}`), jwt.ErrClaim},
			{signed(t, key, `{"iss":"https://login.example","role":"admin"}`), jwt.ErrClaim},
			{"x", jwt.ErrMalformed},
		} {
			got, err := jwt.VerifyAs[roleClaims](t.Context(), v, row.token)
			require.ErrorIs(t, err, row.want)
			refusal(t, row.token, nil, err)
			assert.Zero(t, got)
		}
	}
	down := errors.New("down")
	for v, want := range map[jwt.TokenVerifier]string{
		nil: "no TokenVerifier", (*jwt.Policy)(nil): "no TokenVerifier", verifierOf(func() (*jwt.Token, error) { return nil, down }): "down",
		verifierOf(func() (*jwt.Token, error) { return nil, nil }): "no verified token",
	} {
		got, err := jwt.VerifyAs[roleClaims](t.Context(), v, "x")
		undecided(t, nil, err)
		require.ErrorContains(t, err, want)
		assert.Zero(t, got)
	}
}

// verifierOf is a TokenVerifier that answers what the function returns.
func verifierOf(f func() (*jwt.Token, error)) jwt.TokenVerifier { return &answer{f} }

type answer struct{ f func() (*jwt.Token, error) }

func (a *answer) Verify(context.Context, string) (*jwt.Token, error) { return a.f() }

func TestInsecureToken(t *testing.T) {
	for _, claims := range []any{
		roleClaims{jwt.Claims{Subject: "alice", ExpiresAt: 7, Audience: jwt.Audience{"a"}}, "admin"},
		json.RawMessage(`{"sub":"alice","role":"admin","exp":7,"aud":"a"}`),
		[]byte(`{"sub":"alice","role":"admin","exp":7,"aud":["a"]}`),
		map[string]any{"sub": "alice", "role": "admin", "exp": 7, "aud": "a"},
	} {
		token, err := jwt.InsecureToken(claims)
		require.NoError(t, err)
		assert.Equal(t, jwt.Claims{Subject: "alice", ExpiresAt: 7, Audience: jwt.Audience{"a"}}, token.Claims)
		got, err := jwt.ClaimsAs[roleClaims](token)
		require.NoError(t, err)
		assert.Equal(t, "admin", got.Role)
		assert.NotEmpty(t, token.Payload())
		assert.Zero(t, token.Header)
		assert.Nil(t, token.Verifier())
	}
	for _, claims := range []any{
		nil, 7, "text", []string{"a"}, []byte(``), []byte(`{"sub":7}`), []byte(`{"x":1,"x":2}`), []byte(`{} ` + "\x00"), []byte(`{"exp":1e30}`),
		json.RawMessage(`[]`), map[string]any{"aud": 7}, jwt.Claims{Subject: "\xff"},
	} {
		token, err := jwt.InsecureToken(claims)
		require.Error(t, err, "%v", claims)
		assert.Nil(t, token)
		assertPlain(t, "", err)
	}
}

func TestTokensKnowTheirVerifier(t *testing.T) {
	key, other := hs256(t), must(jwt.NewHMAC(jwt.HS256, []byte("another secret of 32 bytes......"), ""))
	verified, err := lenient(other, key).Verify(t.Context(), signed(t, key, `{}`))
	require.NoError(t, err)
	assert.Same(t, key, verified.Verifier())
	assert.Nil(t, (*jwt.Token)(nil).Verifier())
	assert.Nil(t, (&jwt.Token{}).Verifier())
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

type orderClaims struct {
	jwt.Claims
	Role  string         `json:"role"`
	Big   int64          `json:"big"`
	Unsig uint64         `json:"unsigned"`
	List  []string       `json:"list"`
	Map   map[string]int `json:"map"`
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

func TestBoundTellsWhetherThereIsACnfClaim(t *testing.T) {
	key := hs256(t)
	for payload, want := range map[string]bool{
		`{"sub":"a"}`:                     false,
		`{"sub":"cnf","role":"cnf"}`:      false,
		`{"other":{"cnf":{"jkt":"a"}}}`:   false,
		`{"CNF":{"jkt":"a"}}`:             false,
		`{"cnf":{"jkt":"a"}}`:             true,
		`{"a":1,"cnf":null,"b":2}`:        true,
		`{"cnf":7}`:                       true,
		`{"\u0063nf":{"x5t#S256":"abc"}}`: true,
	} {
		token, err := lenient(key).Verify(t.Context(), signed(t, key, payload))
		require.NoError(t, err)
		assert.Equal(t, want, token.Bound(), payload)
	}
	assert.False(t, (*jwt.Token)(nil).Bound())
	assert.False(t, new(jwt.Token).Bound())
}

func TestATokenTellsTheLeewayOfItsPolicy(t *testing.T) {
	key := hs256(t)
	text := signed(t, key, `{"iss":"a","exp":9999999999}`)
	strict := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "a", AllowAnyAudience: true, Leeway: 7 * time.Second}
	other := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "a", Subject: "b", AllowAnyAudience: true, Leeway: time.Hour}
	for name, tokens := range map[string]jwt.TokenVerifier{
		"a policy":        strict,
		"one of policies": jwt.Policies{other, strict},
		"a cache":         &jwt.Cache{Policies: jwt.Policies{strict}},
	} {
		for range 2 {
			token, err := tokens.Verify(t.Context(), text)
			require.NoError(t, err, name)
			assert.Equal(t, 7*time.Second, token.Leeway(), name)
		}
	}
	assert.Zero(t, (*jwt.Token)(nil).Leeway())
	assert.Zero(t, new(jwt.Token).Leeway())
}

// An envelope stands where package jwe has one, for claims that were decrypted.
type envelope struct{}

var errNotAsked = errors.New("asked in vain")

func (envelope) Envelope() jose.Envelope {
	return jose.Envelope{Header: jose.Header{Algorithm: "dir", KeyID: "k", Type: "at+jwt", ContentType: "x"}}
}

func (envelope) Algorithm() jwt.Algorithm { return "dir" }

func (envelope) KeyID() string { return "" }

func (envelope) Sign(context.Context, []byte) ([]byte, error) { return nil, errNotAsked }

func (envelope) Verifiers(context.Context, jwt.Header) ([]jwt.Verifier, error) {
	return nil, errNotAsked
}

func TestDecryptedClaimsAreEncodedAsSignedOnesAre(t *testing.T) {
	text, err := jwt.Sign(t.Context(), envelope{}, jwt.Claims{Subject: "alice"})
	require.NoError(t, err)
	assert.Equal(t, `{"sub":"alice"}`, text)
	text, err = jwt.Sign(t.Context(), envelope{}, map[string]any{"exp": "soon"})
	assert.Error(t, err)
	assert.Empty(t, text)
}

func TestDecryptedClaimsAreCheckedAsSignedOnesAre(t *testing.T) {
	p := policy()
	p.Keys = envelope{}
	p.Types = []string{"at+jwt"}
	got, err := p.Verify(t.Context(), payload)
	require.NoError(t, err)
	assert.Equal(t, issuer, got.Claims.Issuer)
	assert.Equal(t, payload, string(got.Payload()))
	assert.Equal(t, jwt.Header{Algorithm: "dir", KeyID: "k", Type: "at+jwt", ContentType: "x"}, got.Header)
	p.Now = func() time.Time { return time.Unix(4102444800, 0) }
	late, err := p.Verify(t.Context(), payload)
	refused(t, jwt.ErrExpired, "", late, err)
	p.Now = func() time.Time { return clock }
	header, err := jwt.HeaderAs[jwt.Header](got)
	require.NoError(t, err)
	assert.Equal(t, got.Header, header)

	p.Types = nil
	_, err = p.Verify(t.Context(), payload)
	assert.ErrorIs(t, err, jwt.ErrClaim)
	for _, bad := range []string{"", "{}", "[]", payload + "{}", strings.Replace(payload, "{", `{"iss":"x",`, 1)} {
		p.Types = []string{"at+jwt"}
		got, err = p.Verify(t.Context(), bad)
		assert.ErrorIs(t, err, jwt.ErrClaim, bad)
		assert.Nil(t, got)
	}
	p.MaxSize = len(payload) - 1
	_, err = p.Verify(t.Context(), payload)
	assert.ErrorIs(t, err, jwt.ErrMalformed)
}
