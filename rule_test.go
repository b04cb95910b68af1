package jwt_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

var errTenant = errors.New("tenant is closed")

func TestRulesAskAboutTheVerifiedClaims(t *testing.T) {
	type claims struct {
		jwt.Claims
		Tenant int64    `json:"tenant"`
		Roles  []string `json:"roles"`
	}
	key := hs256(t)
	even := jwt.RuleFor("tenant", func(c claims) error {
		if c.Tenant%2 != 0 {
			return fmt.Errorf("%w: %d", errTenant, c.Tenant)
		}
		return nil
	})
	for _, row := range []struct {
		name    string
		rule    jwt.Rule
		payload string
		want    string // the detail of the refusal; "" if it is accepted
	}{
		{"equal", jwt.Equal("use", "access"), `{"use":"access"}`, ""},
		{"equal, with escapes", jwt.Equal("use", "access"), `{"\u0075se":"\u0061ccess"}`, ""},
		{"equal to another text", jwt.Equal("use", "access"), `{"use":"Access"}`, `got "Access", want "access"`},
		{"equal to a longer text", jwt.Equal("use", "access"), `{"use":"access "}`, `got "access ", want "access"`},
		{"equal to nothing", jwt.Equal("use", "access"), `{}`, `got nothing, want "access"`},
		{"equal to an empty text, which is absent", jwt.Equal("use", ""), `{}`, `got nothing, want ""`},
		{"equal to null", jwt.Equal("use", "null"), `{"use":null}`, `got null, want "null"`},
		{"equal to a number", jwt.Equal("use", "7"), `{"use":7}`, `got 7, want "7"`},
		{"equal to a list", jwt.Equal("use", "access"), `{"use":["access"]}`, `got ["access"], want "access"`},
		{"equal to an object", jwt.Equal("use", "access"), `{"use":{"use":"access"}}`, `got an object, want "access"`},
		{"equal inside of another claim", jwt.Equal("use", "access"), `{"x":{"use":"access"},"y":"\"use\":\"access\""}`, `got nothing, want "access"`},
		{"equal, a registered claim", jwt.Equal("sub", "alice"), `{"sub":"alice"}`, ""},
		{"equal, a long name with escapes", jwt.Equal("https://api.example/use", "access"), `{"https:\/\/api.example\/use":"access"}`, ""},
		{"equal, a claim by the name of a member", jwt.Equal("x5t", "a"), `{"x5t":"a"}`, `got nothing, want "a"`},

		{"one of two", jwt.OneOf("use", "a", "b"), `{"use":"b"}`, ""},
		{"none of two", jwt.OneOf("use", "a", "b"), `{"use":"c"}`, `got "c", want one of ["a", "b"]`},
		{"one of none", jwt.OneOf("use"), `{"use":""}`, `got "", want one of []`},

		{"not empty text", jwt.NotEmpty("x"), `{"x":"a"}`, ""},
		{"not empty number", jwt.NotEmpty("x"), `{"x":0}`, ""},
		{"not empty boolean", jwt.NotEmpty("x"), `{"x":false}`, ""},
		{"not empty list", jwt.NotEmpty("x"), `{"x":[ [] ]}`, ""},
		{"not empty object", jwt.NotEmpty("x"), `{"x":{"y":null}}`, ""},
		{"a text of brackets", jwt.NotEmpty("x"), `{"x":"[]"}`, ""},
		{"a text that says null", jwt.NotEmpty("x"), `{"x":"null"}`, ""},
		{"nothing", jwt.NotEmpty("x"), `{}`, "got nothing, want what is not empty"},
		{"null", jwt.NotEmpty("x"), `{"x":null}`, "got null, want what is not empty"},
		{"an empty text", jwt.NotEmpty("x"), `{"x":""}`, `got "", want what is not empty`},
		{"an empty list", jwt.NotEmpty("x"), `{"x":[ ]}`, "got [], want what is not empty"},
		{"an empty object", jwt.NotEmpty("x"), `{"x":{` + "\n" + `}}`, "got an object, want what is not empty"},

		{"an item", jwt.Contains("roles", "admin"), `{"roles":["user","admin"]}`, ""},
		{"no item", jwt.Contains("roles", "admin"), `{"roles":["user","administrator"]}`, `got ["user", "administrator"], want an array of strings with "admin"`},
		{"an item of a text", jwt.Contains("roles", "admin"), `{"roles":"admin"}`, `got "admin", want an array of strings with "admin"`},
		{"an item of a mixed list", jwt.Contains("roles", "admin"), `{"roles":["admin",7]}`, `got an array, want an array of strings with "admin"`},
		{"an item of nothing", jwt.Contains("roles", "admin"), `{}`, `got nothing, want an array of strings with "admin"`},

		{"a struct", even, `{"tenant":2}`, ""},
		{"a struct refused", even, `{"tenant":3}`, "tenant is closed: 3"},
		{"a struct that does not fit", even, `{"tenant":2,"roles":"admin"}`, "got a string, want an array"},

		{"a long text", jwt.Equal("x", "y"), `{"x":"` + strings.Repeat("x", 70) + `"}`, `got "` + strings.Repeat("x", 64) + `"…, want "y"`},
		{"foreign text", jwt.Rule{Claim: "x", Check: func(*jwt.Token) error { return errors.New("l\u043egin\n" + strings.Repeat("x", 300)) }}, `{}`, `l\u043egin\n` + strings.Repeat("x", 193) + "…"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := lenient(key)
			p.Rules = []jwt.Rule{row.rule}
			token := signed(t, key, row.payload)
			got, err := p.Verify(t.Context(), token)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			r := refused(t, jwt.ErrClaim, token, got, err)
			assert.Equal(t, row.rule.Claim, r.Claim)
			assert.Equal(t, row.want, r.Detail)
			if row.name == "a struct refused" {
				require.ErrorIs(t, err, errTenant)
				var other *strconv.NumError
				require.NotErrorAs(t, err, &other)
			}
		})
	}
}

// Rules come after the other questions and before nbf and exp, in their order.
func TestRulesAreAskedBeforeTheDates(t *testing.T) {
	key := hs256(t)
	var asked []string
	ask := func(name string, err error) jwt.Rule {
		return jwt.Rule{Claim: name, Check: func(t *jwt.Token) error {
			asked = append(asked, name)
			return err
		}}
	}
	verify := func(payload string, rules ...jwt.Rule) *jwt.VerifyError {
		asked = nil
		p := policy(key)
		p.Require, p.Rules = []string{"x"}, rules
		token := signed(t, key, payload)
		got, err := p.Verify(t.Context(), token)
		return refusal(t, token, got, err)
	}
	const right = `"iss":"https://login.example","aud":"https://api.example"`

	r := verify(`{`+right+`,"x":1,"exp":1}`, ask("a", nil), ask("b", nil))
	assert.Equal(t, jwt.ErrExpired, r.Reason)
	assert.Equal(t, []string{"a", "b"}, asked)
	r = verify(`{`+right+`,"x":1,"nbf":9e9,"exp":1}`, ask("a", nil), ask("b", errTenant), ask("c", nil))
	assert.Equal(t, "b", r.Claim)
	assert.Equal(t, jwt.ErrClaim, r.Reason)
	assert.Equal(t, []string{"a", "b"}, asked)
	r = verify(`{`+right+`,"exp":1}`, ask("a", nil))
	assert.Equal(t, "x", r.Claim)
	assert.Empty(t, asked)
	r = verify(`{"iss":"x","exp":1}`, ask("a", nil))
	assert.Equal(t, "iss", r.Claim)
	assert.Empty(t, asked)
}

// The error of a rule refuses its token with ErrClaim, whatever it is made of.
func TestRulesCannotSayThatATokenIsOnlyExpired(t *testing.T) {
	key := hs256(t)
	token := signed(t, key, `{}`)
	revoked := errors.New("revoked")
	for _, row := range []struct {
		err           error
		reason        error
		claim, detail string
	}{
		{jwt.ErrExpired, jwt.ErrClaim, "x", "jwt: token expired"},
		{fmt.Errorf("y: %w", jwt.ErrSignature), jwt.ErrClaim, "x", "y: jwt: signature not valid"},
		{&jwt.VerifyError{Reason: jwt.ErrExpired, Claim: "y", Detail: "z"}, jwt.ErrClaim, "x", "z"},
		{&jwt.VerifyError{Reason: fmt.Errorf("%w", jwt.ErrExpired), Detail: "z"}, jwt.ErrClaim, "x", "z"},
		{&jwt.VerifyError{Reason: revoked, Claim: "y", Detail: "z"}, revoked, "x", "z"},
		{&jwt.VerifyError{Detail: "l\u043egin\n" + strings.Repeat("x", 300)}, jwt.ErrClaim, "x", `l\u043egin\n` + strings.Repeat("x", 193) + "…"},
		{&jwt.VerifyError{}, jwt.ErrClaim, "x", ""},
		{(*jwt.VerifyError)(nil), jwt.ErrClaim, "x", "jwt: token refused"},
	} {
		p := lenient(key)
		p.Rules = []jwt.Rule{{Claim: "x", Check: func(*jwt.Token) error { return row.err }}}
		_, err := p.Verify(t.Context(), token)
		var r *jwt.VerifyError
		require.ErrorAs(t, err, &r)
		assert.Equal(t, row.reason, r.Reason)
		require.ErrorIs(t, err, row.reason)
		assert.Equal(t, row.claim, r.Claim)
		assert.Equal(t, row.detail, r.Detail)
		for _, reason := range []error{jwt.ErrMalformed, jwt.ErrUnknownKey, jwt.ErrSignature, jwt.ErrNotYetValid, jwt.ErrExpired} {
			require.NotErrorIs(t, err, reason)
		}
	}
}

// The error of a Validate method is found in the refusal of a rule that decodes.
func TestRulesPassOnWhatValidateSays(t *testing.T) {
	key := hs256(t)
	p := lenient(key)
	p.Rules = []jwt.Rule{jwt.RuleFor("role", func(roleClaims) error { return nil })}
	token := signed(t, key, `{"role":"user"}`)
	got, err := p.Verify(t.Context(), token)
	r := refused(t, jwt.ErrClaim, token, got, err)
	assert.Equal(t, "role", r.Claim)
	require.ErrorIs(t, err, errRole)
}

func TestRequireAsksForPresence(t *testing.T) {
	key := hs256(t)
	for _, row := range []struct {
		require, header, payload string
		ok                       bool
	}{
		{"client_id", `{"alg":"HS256"}`, `{"client_id":"a"}`, true},
		{"client_id", `{"alg":"HS256"}`, `{"client\u005fid":""}`, true},
		{"client_id", `{"alg":"HS256"}`, `{"client_id":null}`, false},
		{"client_id", `{"alg":"HS256"}`, `{"client_Id":"a"}`, false},
		{"client_id", `{"alg":"HS256","client_id":"a"}`, `{"x":{"client_id":"a"}}`, false},
		{"sub", `{"alg":"HS256"}`, `{"sub":"a"}`, true},
		{"sub", `{"alg":"HS256","sub":"a"}`, `{}`, false},
		{"jti", `{"alg":"HS256"}`, `{"x":1,"jti":"a"}`, true},
		{"kid", `{"alg":"HS256","kid":"a"}`, `{}`, true},
		{"kid", `{"alg":"HS256"}`, `{"kid":"a"}`, false},
		{"x5t#S256", `{"alg":"HS256","x5t#S256":"a"}`, `{}`, true},
		{"x5t#S256", `{"alg":"HS256"}`, `{"x5t#S256":"a"}`, false},
	} {
		p := lenient(key)
		p.Require = []string{"alg", row.require}
		token := signRaw(t, key, row.header, row.payload)
		got, err := p.Verify(t.Context(), token)
		if row.ok {
			require.NoError(t, err, row)
			continue
		}
		r := refused(t, jwt.ErrClaim, token, got, err)
		assert.Equal(t, row.require, r.Claim)
		assert.Contains(t, r.Detail, "want it to be present, as Policy.Require names it")
	}
}

// The names of RFC 7515 section 4.1 are asked of the header, whatever the claims have.
func TestRequireKnowsTheHeaderParameters(t *testing.T) {
	key := hs256(t)
	p := lenient(key)
	p.AllowAnyType = true
	for _, name := range []string{"jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty"} {
		p.Require = []string{name}
		_, err := p.Verify(t.Context(), signRaw(t, key, `{"alg":"HS256","`+name+`":"a"}`, `{}`))
		require.NoError(t, err, name)
		token := signRaw(t, key, `{"alg":"HS256"}`, `{"`+name+`":"a"}`)
		got, err := p.Verify(t.Context(), token)
		refused(t, jwt.ErrClaim, token, got, err)
	}
	for _, name := range []string{"alg", "crit"} {
		p.Rules, p.Require = []jwt.Rule{jwt.NotEmpty(name)}, nil
		_, err := p.Verify(t.Context(), signRaw(t, key, `{"alg":"HS256"}`, `{"crit":"a"}`))
		assert.Equal(t, name == "alg", err == nil, name)
	}
}

// The rules of a policy hold wherever the policy stands.
func TestRulesHoldInPoliciesAndCaches(t *testing.T) {
	key := hs256(t)
	accept := true
	p := lenient(key)
	p.Rules = []jwt.Rule{{Claim: "x", Check: func(t *jwt.Token) error {
		if accept {
			return nil
		}
		return errTenant
	}}}
	token := signed(t, key, `{"x":1}`)
	for name, v := range map[string]jwt.TokenVerifier{"Policies": jwt.Policies{p}, "Cache": &jwt.Cache{Policies: jwt.Policies{p}}} {
		accept = true
		_, err := v.Verify(t.Context(), token)
		require.NoError(t, err, name)
		accept = false
		got, err := v.Verify(t.Context(), token)
		refused(t, jwt.ErrClaim, token, got, err)
	}
}

// A slice that is changed later changes no rule.
func TestRulesKeepTheTextsTheyWereMadeWith(t *testing.T) {
	key := hs256(t)
	texts := []string{"a", "b"}
	p := lenient(key)
	p.Rules = []jwt.Rule{jwt.OneOf("use", texts...)}
	texts[0] = "c"
	_, err := p.Verify(t.Context(), signed(t, key, `{"use":"a"}`))
	require.NoError(t, err)
	got, err := p.Verify(t.Context(), signed(t, key, `{"use":"c"}`))
	refused(t, jwt.ErrClaim, "", got, err)
}
