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
)

// all are the steps that a token of a plain policy goes through.
var all = []string{"size", "parts", "header", "encoding", "key", "signature", "payload", "typ", "iss", "aud", "sub", "iat", "client_id", "use", "nbf", "exp"}

func explained(keys jwt.KeySet) *jwt.Policy {
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{api}, Require: []string{"client_id"},
		Rules: []jwt.Rule{jwt.Equal("use", "access")}, Now: func() time.Time { return clock },
	}
}

func TestExplainTellsTheStepThatFails(t *testing.T) {
	key := hs256(t)
	down := errors.New("key server down")
	const right = `"iss":"https://login.example","aud":"https://api.example","client_id":"a","use":"access"`
	good := signed(t, key, `{`+right+`,"exp":1800000060}`)
	for _, row := range []struct {
		step  string // the one that fails, "" for none
		token string
		keys  jwt.KeySet
		got   string
	}{
		{"", good, nil, ""},
		{"size", good + strings.Repeat("A", 65536), nil, fmt.Sprint(len(good)+65536) + " bytes"},
		{"parts", good + ".", nil, "4"},
		{"header", signRaw(t, key, `{"alg":"HS256","crit":["x"]}`, `{}`), nil, ""},
		{"encoding", good[:len(good)-1] + "=", nil, ""},
		{"key", signRaw(t, key, `{"alg":"RS256","kid":"k"}`, `{}`), nil, `alg "RS256", kid "k"`},
		{"key", good, &keySet{err: down}, `alg "HS256", kid nothing`},
		{"signature", with(`{"alg":"HS256"}`, []byte("x")), nil, ""},
		{"signature", good, jwt.Keys{&foreign{alg: "HS256", verifyErr: down}}, ""},
		{"payload", signed(t, key, `[]`), nil, ""},
		{"typ", signRaw(t, key, `{"alg":"HS256","typ":"x"}`, `{}`), nil, `"x"`},
		{"iss", signed(t, key, `{"iss":"x"}`), nil, `"x"`},
		{"aud", signed(t, key, `{"iss":"https://login.example","aud":["x","y"]}`), nil, `["x", "y"]`},
		{"client_id", signed(t, key, `{"iss":"https://login.example","aud":"https://api.example"}`), nil, "nothing"},
		{"use", signed(t, key, `{"iss":"https://login.example","aud":"https://api.example","client_id":"a","use":"id"}`), nil, `"id"`},
		{"nbf", signed(t, key, `{`+right+`,"nbf":1800000001}`), nil, "2027-01-15T08:00:01Z"},
		{"exp", signed(t, key, `{`+right+`,"exp":1799999999}`), nil, "2027-01-15T07:59:59Z"},
		{"exp", signed(t, key, `{`+right+`}`), nil, "nothing"},
	} {
		keys := row.keys
		if keys == nil {
			keys = jwt.Keys{key}
		}
		p := explained(keys)
		want, wantErr := p.Verify(t.Context(), row.token)
		e := jwt.Explain(t.Context(), p, row.token)
		requireSameOutcome(t, want, wantErr, e)
		var names []string
		result := jwt.Passed
		for _, s := range e.Steps {
			names = append(names, s.Name)
			if s.Name == row.step {
				result = jwt.Failed
				if errors.Is(wantErr, down) {
					result = jwt.Undecided
				}
				assert.Equal(t, row.got, s.Got, row.step)
			}
			assert.Equal(t, result, s.Result, "%s for a token that fails at %s", s.Name, row.step)
			if result == jwt.NotReached {
				assert.Empty(t, s.Got, s.Name)
			}
			assert.NotEmpty(t, s.Want, s.Name)
			if s.Name == row.step {
				result = jwt.NotReached
			}
		}
		assert.Equal(t, all, names)
		requireExplanationPlain(t, e, row.token)
	}
}

func requireSameOutcome(t testing.TB, want *jwt.Token, wantErr error, e *jwt.Explanation) {
	t.Helper()
	require.Equal(t, want == nil, e.Token == nil)
	if wantErr == nil {
		require.NoError(t, e.Err)
		require.Equal(t, want.Payload(), e.Token.Payload())
	} else {
		require.EqualError(t, e.Err, wantErr.Error())
	}
	failed := 0
	for _, s := range e.Steps {
		if s.Result == jwt.Failed || s.Result == jwt.Undecided {
			failed++
		}
	}
	if wantErr == nil {
		require.Zero(t, failed)
	} else {
		require.Positive(t, failed)
	}
}

// Nothing in an explanation is the token or its signature, or breaks a line.
func requireExplanationPlain(t testing.TB, e *jwt.Explanation, token string) {
	t.Helper()
	table := e.String()
	data, err := json.Marshal(e)
	require.NoError(t, err)
	for _, text := range []string{table, string(data)} {
		if i := strings.LastIndexByte(token, '.'); i >= 0 && len(token)-i > 9 {
			require.NotContains(t, text, token[i+1:])
		}
		require.NotContains(t, text, string(secret))
	}
	require.Len(t, strings.Split(table, "\n"), len(e.Steps)+2)
	var decoded struct {
		Accepted bool
		Error    string
		Steps    []map[string]string
	}
	require.NoError(t, json.Unmarshal(data, &decoded))
	require.Len(t, decoded.Steps, len(e.Steps))
	require.Equal(t, e.Err == nil, decoded.Accepted)
	require.Equal(t, e.Err == nil, decoded.Error == "")
}

func TestExplainOfSeveralPolicies(t *testing.T) {
	key := hs256(t)
	a, b := policy(key), policy(key)
	a.Types, b.Types = []string{"a"}, []string{"b"}
	other := policy(key)
	other.Issuer = "https://other.example"
	ps := jwt.Policies{other, a, b}
	const right = `{"iss":"https://login.example","aud":"https://api.example","exp":1800000060}`
	for _, row := range []struct {
		token, step string
		result      jwt.Result
	}{
		{signRaw(t, key, `{"alg":"HS256","typ":"b"}`, right), "policy 3 exp", jwt.Passed},
		{signRaw(t, key, `{"alg":"HS256","typ":"a"}`, right), "policy 2 exp", jwt.Passed},
		{signRaw(t, key, `{"alg":"HS256","typ":"b"}`, `{"iss":"https://login.example","aud":"https://api.example"}`), "policy 3 exp", jwt.Failed},
		{signRaw(t, key, `{"alg":"HS256","typ":"b"}`, `{"iss":"x"}`), "issuer", jwt.Failed},
		{"x.y", "issuer", jwt.Failed},
	} {
		want, wantErr := ps.Verify(t.Context(), row.token)
		e := jwt.Explain(t.Context(), ps, row.token)
		if wantErr != nil {
			require.EqualError(t, e.Err, wantErr.Error())
		} else {
			require.NoError(t, e.Err)
			require.Equal(t, want.Claims, e.Token.Claims)
		}
		last := e.Steps[len(e.Steps)-1]
		assert.Equal(t, row.step, last.Name)
		assert.Equal(t, row.result, last.Result)
		if last != e.Steps[0] {
			assert.Equal(t, jwt.Passed, e.Steps[0].Result, "there is a policy for the issuer")
		}
		assert.Equal(t, row.token == "x.y", e.Steps[0].Got == "", "nobody knows the issuer of no token")
		for _, s := range e.Steps {
			assert.NotContains(t, s.Name, "policy 1", "another issuer's policy is not asked")
		}
		requireExplanationPlain(t, e, row.token)
	}
	e := jwt.Policies{a}.Explain(t.Context(), signRaw(t, key, `{"alg":"HS256","typ":"a"}`, right))
	assert.Equal(t, "issuer", e.Steps[0].Name)
	assert.Equal(t, `"https://login.example", not verified`, e.Steps[0].Got)
	assert.Equal(t, "size", e.Steps[1].Name, "one policy needs no number")
}

func TestExplainOfACache(t *testing.T) {
	key := hs256(t)
	p := policy(key)
	cache := &jwt.Cache{Policies: jwt.Policies{p}}
	token := signed(t, key, payload)
	for _, got := range []string{"a token that is not remembered", "a token that is remembered"} {
		e := jwt.Explain(t.Context(), cache, token)
		require.NoError(t, e.Err)
		require.NotNil(t, e.Token)
		assert.Equal(t, "cache", e.Steps[0].Name)
		assert.Equal(t, jwt.Passed, e.Steps[0].Result)
		assert.Equal(t, got, e.Steps[0].Got)
		assert.Equal(t, "issuer", e.Steps[1].Name)
	}
	other := signed(t, key, `{"iss":"x"}`) // with the signature of the token that is remembered
	e := cache.Explain(t.Context(), other[:strings.LastIndexByte(other, '.')]+token[strings.LastIndexByte(token, '.'):])
	assert.Equal(t, "a token that is not remembered", e.Steps[0].Got)
	require.ErrorIs(t, e.Err, jwt.ErrSignature)
	p.Subject = "bob"
	e = cache.Explain(t.Context(), token)
	require.ErrorIs(t, e.Err, jwt.ErrClaim)
	assert.Nil(t, e.Token)
	e = cache.Explain(t.Context(), "x")
	require.ErrorIs(t, e.Err, jwt.ErrMalformed)
	assert.Equal(t, "a token that is not remembered", e.Steps[0].Got)
}

// A key that is out of reach does not matter for a token that is remembered.
func TestExplainOfARememberedTokenWhoseKeyIsDown(t *testing.T) {
	key := &foreign{alg: "X"}
	cache := &jwt.Cache{Policies: jwt.Policies{lenient(key)}}
	token := must(jwt.Sign(t.Context(), key, jwt.Claims{}))
	_, err := cache.Verify(t.Context(), token)
	require.NoError(t, err)
	key.verifyErr = errors.New("down")
	e := cache.Explain(t.Context(), token)
	require.NoError(t, e.Err)
	require.NotNil(t, e.Token)
	require.Len(t, e.Steps, 1)
	assert.Equal(t, jwt.Passed, e.Steps[0].Result)
}

func TestExplainOfWhatIsIncomplete(t *testing.T) {
	for name, v := range map[string]jwt.TokenVerifier{
		"nil": nil, "Policy": &jwt.Policy{}, "nil Policy": (*jwt.Policy)(nil), "Policies": jwt.Policies{}, "Cache": &jwt.Cache{},
		"PolicyFunc": jwt.PolicyFunc(nil), "of its own": verifierOf(func() (*jwt.Token, error) { return nil, nil }),
	} {
		e := jwt.Explain(t.Context(), v, "x")
		undecided(t, e.Token, e.Err)
		require.NotEmpty(t, e.Steps, name)
		assert.Equal(t, jwt.Undecided, e.Steps[0].Result, name)
	}
	token := must(jwt.InsecureToken(jwt.Claims{}))
	e := jwt.Explain(t.Context(), verifierOf(func() (*jwt.Token, error) { return token, nil }), "x")
	require.NoError(t, e.Err)
	assert.Same(t, token, e.Token)
	assert.Equal(t, []jwt.Step{{Name: "verify", Result: jwt.Passed}}, e.Steps)
	down := errors.New("down")
	for _, with := range []*jwt.Token{nil, token} {
		e := jwt.Explain(t.Context(), verifierOf(func() (*jwt.Token, error) { return with, down }), "x")
		undecided(t, e.Token, e.Err)
		assert.Equal(t, down, e.Err)
	}
}

// What is accepted is told of each question, whether it is asked or not.
func TestExplainTellsWhatIsAccepted(t *testing.T) {
	key := hs256(t)
	wants := func(p *jwt.Policy, token string) (wants []string) {
		for _, s := range p.Explain(t.Context(), token).Steps[7:] {
			wants = append(wants, s.Want)
		}
		return wants
	}
	token := signed(t, key, payload)
	open := lenient(key)
	open.AllowAnyType = true
	now := "2027-01-15T08:00:00Z"
	assert.Equal(t, []string{"anything", "anything", "anything", "anything", "any date or nothing", "a date not after now, " + now, "a date after now, " + now}, wants(open, token))
	closed := &jwt.Policy{Keys: jwt.Keys{key}, Now: open.Now}
	assert.Equal(t, []string{
		`"JWT" or nothing, as Policy.Types is empty`, "it to be absent, as Policy.Issuer is empty", "it to be absent, as Policy.Audience is empty", "anything",
		"any date or nothing", "a date not after now, " + now, "a date after now, " + now,
	}, wants(closed, token))
	set := &jwt.Policy{
		Keys: jwt.Keys{key}, Issuer: "a", Audience: []string{"b"}, Subject: "c", Types: []string{"d", "e"}, MaxAge: time.Minute, Now: open.Now,
		Require: []string{"f"}, Rules: []jwt.Rule{jwt.NotEmpty("g")},
	}
	want := []string{
		`one of ["d", "e"]`, `"a"`, `one of ["b"]`, `"c"`, "a date not after now, " + now + ", and at most 1m0s before it",
		"it to be present, as Policy.Require names it", "what its rule accepts", "a date not after now, " + now, "a date after now, " + now,
	}
	assert.Equal(t, want, wants(set, token))
	assert.Equal(t, want, wants(set, "x"), "before the token was read, too")
	tenants := &jwt.Policy{Keys: jwt.Keys{key}, IssuerTemplate: "https://{tid}.example", Now: open.Now}
	assert.Equal(t, `"https://{tid}.example"`, wants(tenants, "x")[1])
}

// Of claims that package jwe decrypted there are no steps of a signed token.
func TestExplainOfDecryptedClaims(t *testing.T) {
	p := policy()
	p.Keys = envelope{}
	p.Types = []string{"at+jwt"}
	var names []string
	e := p.Explain(t.Context(), payload)
	for _, s := range e.Steps {
		names = append(names, s.Name)
	}
	require.NoError(t, e.Err)
	assert.Equal(t, []string{"size", "payload", "typ", "iss", "aud", "sub", "iat", "nbf", "exp"}, names)
	e = p.Explain(t.Context(), "[]")
	require.ErrorIs(t, e.Err, jwt.ErrClaim)
	assert.Equal(t, jwt.Failed, e.Steps[1].Result)
}

// Verify and Explain never disagree, whatever the token and the policy.
func FuzzExplain(f *testing.F) {
	key := must(jwt.NewHMAC(jwt.HS256, secret, ""))
	for _, body := range []string{`{}`, payload, `{"iss":"https://login.example","exp":1}`, `{"aud":["a"],"sub":"b","nbf":9e9}`, `[]`, `{"use":"access","client_id":null}`} {
		for _, header := range []string{`{"alg":"HS256"}`, `{"alg":"HS256","typ":"at+jwt"}`, `{"alg":"RS256","kid":"a"}`} {
			f.Add(header, body, "", uint16(0))
			f.Add(header, body, "", uint16(0xFFFF))
			f.Add(header, body, ".", uint16(0x55))
		}
	}
	f.Fuzz(func(t *testing.T, header, body, suffix string, bits uint16) {
		on := func(i int) bool { return bits>>i&1 != 0 }
		p := policy(key)
		if on(0) {
			p.Issuer, p.AllowAnyIssuer = "", true
		}
		if on(1) {
			p.Audience, p.AllowAnyAudience = nil, true
		}
		if on(2) {
			p.AllowNoExpiry, p.AllowAnyType = true, true
		}
		if on(3) {
			p.Require, p.Rules = []string{"client_id", "kid"}, []jwt.Rule{jwt.Equal("use", "access"), jwt.NotEmpty("sub")}
		}
		if on(4) {
			p.MaxAge, p.Subject = time.Hour, "b"
		}
		if on(5) {
			p.Issuer, p.AllowAnyIssuer, p.IssuerTemplate = "", false, "https://{sub}.example"
		}
		if on(6) {
			p.MaxSize = 100
		}
		token := signRaw(t, key, header, body) + suffix
		second := *p
		second.Types = []string{"at+jwt"}
		second.AllowAnyType = false
		find := jwt.PolicyFunc(func(context.Context, string) (*jwt.Policy, error) { return p, nil })
		for _, v := range []jwt.TokenVerifier{p, jwt.Policies{p}, jwt.Policies{&second, p}, &jwt.Cache{Policies: jwt.Policies{p}}, find} {
			want, wantErr := v.Verify(t.Context(), token)
			e := jwt.Explain(t.Context(), v, token)
			require.Equal(t, want == nil, e.Token == nil)
			if wantErr != nil {
				require.EqualError(t, e.Err, wantErr.Error())
				requireSomeStepFails(t, e)
			} else {
				require.NoError(t, e.Err)
				require.Equal(t, jwt.Passed, e.Steps[len(e.Steps)-1].Result)
			}
			requireExplanationPlain(t, e, token)
		}
	})
}

func requireSomeStepFails(t testing.TB, e *jwt.Explanation) {
	t.Helper()
	for _, s := range e.Steps {
		if s.Result == jwt.Failed || s.Result == jwt.Undecided {
			return
		}
	}
	t.Fatalf("no step fails: %v", e)
}

// A claim that is absent is nothing, not empty and not a date.
func TestExplainSaysWhichClaimsAreAbsent(t *testing.T) {
	key := hs256(t)
	steps := func(payload string) string {
		got := ""
		for _, s := range lenient(key).Explain(t.Context(), signRaw(t, key, `{"alg":"HS256"}`, payload)).Steps[7:] {
			got += s.Name + " " + s.Got + "\n"
		}
		return got
	}
	assert.Equal(t, "typ nothing\niss nothing\naud nothing\nsub nothing\niat nothing\nnbf nothing\nexp nothing\n", steps(`{}`))
	assert.Equal(t, "typ nothing\niss \"\"\naud []\nsub \"\"\niat 1970-01-01T00:00:00Z\nnbf 1970-01-01T00:00:00Z\nexp 2103-01-01T00:00:00Z\n",
		steps(`{"iss":"","aud":[],"sub":"","iat":0,"nbf":0,"exp":4197052800}`))
}
