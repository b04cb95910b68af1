package jwt_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestPolicyOnSize(t *testing.T) {
	key := hs256(t)
	sized := func(size int) string {
		room := size - len(signed(t, key, `{"pad":""}`))
		for pad := room*3/4 - 2; pad <= room; pad++ {
			if token := signed(t, key, `{"pad":"`+strings.Repeat("x", pad)+`"}`); len(token) >= size {
				require.Equal(t, size, len(token))
				return token
			}
		}
		panic("unreachable")
	}
	for _, row := range []struct {
		limit, size int
		ok          bool
	}{
		{0, 65536, true},
		{0, 65537, false},
		{1000, 1000, true},
		{1000, 1001, false},
		{200000, 200000, true},
		{200000, 200001, false},
		{1, 200, false},
	} {
		p := lenient(key)
		p.MaxSize = row.limit
		token := sized(row.size)
		for name, verify := range map[string]func(context.Context, string) (*jwt.Token, error){"Policy": p.Verify, "Policies": jwt.Policies{p}.Verify} {
			got, err := verify(t.Context(), token)
			if row.ok {
				require.NoError(t, err, "%s %v", name, row)
				continue
			}
			r := refused(t, jwt.ErrMalformed, token, got, err)
			assert.Contains(t, r.Detail, "bytes, want at most")
		}
	}
}

func TestPolicyThatIsIncomplete(t *testing.T) {
	key := hs256(t)
	token := signed(t, key, payload)
	for _, row := range []struct {
		name string
		set  func(p *jwt.Policy)
		want string
	}{
		{"no keys", func(p *jwt.Policy) { p.Keys = nil }, "Policy.Keys is nil"},
		{"both Issuer and AllowAnyIssuer", func(p *jwt.Policy) { p.AllowAnyIssuer = true }, "both Issuer and AllowAnyIssuer"},
		{"both Audience and AllowAnyAudience", func(p *jwt.Policy) { p.AllowAnyAudience = true }, "both Audience and AllowAnyAudience"},
		{"both Types and AllowAnyType", func(p *jwt.Policy) { p.AllowAnyType, p.Types = true, []string{"JWT"} }, "both Types and AllowAnyType"},
		{"an empty audience beside a template", func(p *jwt.Policy) {
			p.Issuer, p.IssuerTemplate, p.Audience = "", "https://{tid}.example", []string{""}
		}, "Policy.Audience[0] is empty"},
		{"an empty audience", func(p *jwt.Policy) { p.Audience = []string{api, ""} }, "Policy.Audience[1] is empty"},
		{"an empty type", func(p *jwt.Policy) { p.Types = []string{"JWT", ""} }, "Policy.Types[1]: got \"\", want a media type"},
		{"a malformed type", func(p *jwt.Policy) { p.Types = []string{"application/"} }, "Policy.Types[0]: got"},
		{"a type with two slashes", func(p *jwt.Policy) { p.Types = []string{"application/x/y"} }, "Policy.Types[0]: got"},
		{"a type with a space", func(p *jwt.Policy) { p.Types = []string{"at jwt"} }, "Policy.Types[0]: got"},
		{"a type with a parameter", func(p *jwt.Policy) { p.Types = []string{"at+jwt;v=1"} }, "Policy.Types[0]: got"},
		{"a type of other letters", func(p *jwt.Policy) { p.Types = []string{"to\u212Aen+jwt"} }, "Policy.Types[0]: got"},
		{"an empty name in Require", func(p *jwt.Policy) { p.Require = []string{"jti", ""} }, "Policy.Require[1] is empty"},
		{"a zero Rule", func(p *jwt.Policy) { p.Rules = []jwt.Rule{{}} }, "Policy.Rules[0].Claim is empty"},
		{"a Rule without a name", func(p *jwt.Policy) { p.Rules = []jwt.Rule{jwt.NotEmpty("x"), jwt.NotEmpty("")} }, "Policy.Rules[1].Claim is empty"},
		{"a Rule without a check", func(p *jwt.Policy) { p.Rules = []jwt.Rule{{Claim: "x"}} }, "Policy.Rules[0].Check is nil"},
		{"a RuleFor without a check", func(p *jwt.Policy) { p.Rules = []jwt.Rule{jwt.RuleFor[jwt.Claims]("x", nil)} }, "Policy.Rules[0].Check is nil"},
		{"a negative Leeway", func(p *jwt.Policy) { p.Leeway = -1 }, "negative"},
		{"a negative MaxAge", func(p *jwt.Policy) { p.MaxAge = -1 }, "negative"},
		{"a negative MaxSize", func(p *jwt.Policy) { p.MaxSize = -1 }, "negative"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := policy(key)
			row.set(p)
			for _, token := range []string{token, "", "not a token"} {
				got, err := p.Verify(t.Context(), token)
				undecided(t, got, err)
				require.ErrorContains(t, err, row.want)
				assertPlain(t, token, err)
				got, err = jwt.Policies{policy(key), p}.Verify(t.Context(), token)
				undecided(t, got, err)
				require.ErrorContains(t, err, row.want)
				require.ErrorContains(t, err, "policy 2 of 2")
			}
		})
	}
}

// What goes wrong first is what is reported, from the size to exp.
func TestPolicyReportsTheFirstFault(t *testing.T) {
	key := hs256(t)
	other, err := jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("o", 32)), "")
	require.NoError(t, err)
	const late = `{"iss":"https://login.example","aud":"https://api.example","exp":1}`
	expired := signed(t, key, late)
	for _, row := range []struct {
		name, token string
		want        error
	}{
		{"too large and expired", expired + strings.Repeat("A", 65536), jwt.ErrMalformed},
		{"four parts and expired", expired + ".", jwt.ErrMalformed},
		{"crit and expired", signRaw(t, key, `{"alg":"HS256","crit":["x"]}`, late), jwt.ErrMalformed},
		{"no key and expired", signRaw(t, key, `{"alg":"HS512"}`, late), jwt.ErrUnknownKey},
		{"forged and expired", signed(t, other, late), jwt.ErrSignature},
		{"forged and no JSON", signed(t, other, `not JSON`), jwt.ErrSignature},
		{"forged and no base64url", signInput(t, other, encode(`{"alg":"HS256"}`)+".="), jwt.ErrSignature},
		{"signed and no base64url", signInput(t, key, encode(`{"alg":"HS256"}`)+".="), jwt.ErrClaim},
		{"signed, with stray bits", signInput(t, key, encode(`{"alg":"HS256"}`)+".e31"), jwt.ErrClaim},
		{"signed, with a line break", signInput(t, key, encode(`{"alg":"HS256"}`)+"."+encode(payload)+"\n"), jwt.ErrClaim},
		{"signed and no JSON", signed(t, key, `not JSON`), jwt.ErrClaim},
		{"signed and nothing", signed(t, key, ``), jwt.ErrClaim},
		{"wrong issuer and expired", signed(t, key, `{"iss":"x","aud":"https://api.example","exp":1}`), jwt.ErrClaim},
		{"not yet valid and expired", signed(t, key, `{"iss":"https://login.example","aud":"https://api.example","nbf":2e9,"exp":1}`), jwt.ErrNotYetValid},
		{"only expired", expired, jwt.ErrExpired},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := policy(key).Verify(t.Context(), row.token)
			refused(t, row.want, row.token, got, err)
			if row.want != jwt.ErrMalformed && row.want != jwt.ErrUnknownKey {
				return
			}
			got, err = jwt.Policies{policy(key)}.Verify(t.Context(), row.token)
			refused(t, row.want, row.token, got, err)
		})
	}
	for _, body := range []string{"e31", "e30=", "e30\n", "e3\r\n0", " e30", "e30A=", "{}"} { // all but {} by a lax decoder
		token := signInput(t, key, encode(`{"alg":"HS256"}`)+"."+body)
		got, err := lenient(key).Verify(t.Context(), token)
		r := refused(t, jwt.ErrClaim, token, got, err)
		assert.Equal(t, "payload: not base64url without padding", r.Detail)
	}
}

// A key set may take its time, and a token expire meanwhile.
func TestPolicyReadsTheClockOnceAndAfterTheKeySet(t *testing.T) {
	key, now, reads := hs256(t), clock, 0
	p := lenient()
	p.Keys = &slowKeys{jwt.Keys{key}, func() { now = now.Add(time.Minute) }}
	p.Now = func() time.Time { reads++; return now }
	token := signed(t, key, `{"exp":`+strconv.FormatInt(clock.Unix()+30, 10)+`}`)
	got, err := p.Verify(t.Context(), token)
	refused(t, jwt.ErrExpired, "exp", got, err)
	assert.Equal(t, 1, reads)
	now = clock
	_, err = jwt.VerifyAs[plainClaims](t.Context(), p, token)
	assert.ErrorIs(t, err, jwt.ErrExpired)
	assert.Equal(t, 2, reads)
}
