package jwt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// An issuedKey says which issuer it is for.
type issuedKey struct {
	jwt.Verifier
	issuer string
}

func (k issuedKey) Issuer() string { return k.issuer }

func TestIssuerTemplate(t *testing.T) {
	key := hs256(t)
	const template = "https://login.example/{tid}/v2.0"
	for _, row := range []struct {
		name, keyIssuer, payload string
		ok                       bool
	}{
		{"right", "", `{"iss":"https://login.example/a-B_9.~/v2.0","tid":"a-B_9.~"}`, true},
		{"the first and last characters of each kind", "", `{"iss":"https://login.example/09azAZ/v2.0","tid":"09azAZ"}`, true},
		{"a claim with a colon", "", `{"iss":"https://login.example/a:/v2.0","tid":"a:"}`, false},
		{"a claim with an at sign", "", `{"iss":"https://login.example/a@/v2.0","tid":"a@"}`, false},
		{"a claim with a bracket", "", `{"iss":"https://login.example/a[/v2.0","tid":"a["}`, false},
		{"a claim with a backtick", "", "{\"iss\":\"https://login.example/a`/v2.0\",\"tid\":\"a`\"}", false},
		{"a claim with a brace", "", `{"iss":"https://login.example/a{/v2.0","tid":"a{"}`, false},
		{"another tenant's", "", `{"iss":"https://login.example/a/v2.0","tid":"b"}`, false},
		{"without the claim", "", `{"iss":"https://login.example/a/v2.0"}`, false},
		{"without iss", "", `{"tid":"a"}`, false},
		{"an empty claim", "", `{"iss":"https://login.example//v2.0","tid":""}`, false},
		{"a claim that is no text", "", `{"iss":"https://login.example/7/v2.0","tid":7}`, false},
		{"a claim with a slash", "", `{"iss":"https://login.example/a/b/v2.0","tid":"a/b"}`, false},
		{"a claim that ends the path", "", `{"iss":"https://login.example/a?/v2.0","tid":"a?"}`, false},
		{"a claim that goes up", "", `{"iss":"https://login.example/../v2.0","tid":".."}`, false},
		{"a claim that stays", "", `{"iss":"https://login.example/./v2.0","tid":"."}`, false},
		{"a claim that is the placeholder", "", `{"iss":"https://login.example/{tid}/v2.0","tid":"{tid}"}`, false},
		{"a claim with other letters", "", `{"iss":"https://login.example/\u00e9/v2.0","tid":"\u00e9"}`, false},
		{"a claim of 128 bytes", "", `{"iss":"https://login.example/` + strings.Repeat("x", 128) + `/v2.0","tid":"` + strings.Repeat("x", 128) + `"}`, true},
		{"a claim of 129 bytes", "", `{"iss":"https://login.example/` + strings.Repeat("x", 129) + `/v2.0","tid":"` + strings.Repeat("x", 129) + `"}`, false},
		{"another case", "", `{"iss":"https://login.example/A/v2.0","tid":"a"}`, false},

		{"a key of every tenant", "https://login.example/{tenantid}/v2.0", `{"iss":"https://login.example/a/v2.0","tid":"a"}`, true},
		{"a key of this tenant", "https://login.example/a/v2.0", `{"iss":"https://login.example/a/v2.0","tid":"a"}`, true},
		{"a key of another tenant", "https://login.example/b/v2.0", `{"iss":"https://login.example/a/v2.0","tid":"a"}`, false},
		{"a key of another provider", "https://other.example/{tenantid}/v2.0", `{"iss":"https://login.example/a/v2.0","tid":"a"}`, false},
		{"a key with two placeholders", "https://login.example/{tenantid}/{v}", `{"iss":"https://login.example/a/v2.0","tid":"a"}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := lenient(issuedKey{key, row.keyIssuer})
			p.AllowAnyIssuer, p.IssuerTemplate = false, template
			token := signed(t, key, row.payload)
			for _, v := range []jwt.TokenVerifier{p, jwt.Policies{p}} {
				got, err := v.Verify(t.Context(), token)
				if row.ok {
					require.NoError(t, err)
					assert.NotEmpty(t, got.Claims.Issuer)
					continue
				}
				r := refusal(t, token, got, err)
				assert.Equal(t, "iss", r.Claim)
			}
		})
	}
	p := lenient(issuedKey{key, "https://other.example/{tenantid}"})
	p.AllowAnyIssuer, p.IssuerTemplate = false, template
	for payload, want := range map[string]string{
		`{"iss":"https://login.example/a/v2.0","tid":"a"}`:   `want "https://other.example/{tenantid}", the issuer of its key`,
		`{"iss":"https://login.example/a/v2.0","tid":"b"}`:   `want "https://login.example/b/v2.0"`,
		`{"iss":"https://login.example/a/v2.0"}`:             `want "https://login.example/{tid}/v2.0" with the token's tid, which is nothing`,
		`{"iss":"https://login.example/a/v2.0","tid":"../"}`: `want "https://login.example/{tid}/v2.0" with the token's tid, which is "../"`,
	} {
		_, err := p.Verify(t.Context(), signed(t, key, payload))
		require.ErrorContains(t, err, want)
	}
	for _, bad := range []string{"https://login.example", "{tid}", "x{tid", "xtid}", "x{}", "x{a}{b}", "x}a{", "x{iss}", "x{{a}}", "x{a}}"} {
		p := lenient(key)
		p.AllowAnyIssuer, p.IssuerTemplate = false, bad
		got, err := p.Verify(t.Context(), signed(t, key, `{"iss":"x","tid":"x","a":"x"}`))
		undecided(t, got, err)
		require.ErrorContains(t, err, "Policy.IssuerTemplate")
	}
	for _, set := range []func(*jwt.Policy){func(p *jwt.Policy) { p.Issuer = "x" }, func(p *jwt.Policy) { p.AllowAnyIssuer = true }} {
		p := policy(key)
		p.Issuer, p.IssuerTemplate = "", template
		set(p)
		got, err := p.Verify(t.Context(), signed(t, key, payload))
		undecided(t, got, err)
		require.ErrorContains(t, err, "want one of them")
	}
}

// Policies ask the keys of a template only for issuers that fit it.
func TestPoliciesChooseByIssuerTemplate(t *testing.T) {
	key := hs256(t)
	set := &keySet{keys: []jwt.Verifier{key}}
	p := &jwt.Policy{Keys: set, IssuerTemplate: "https://login.example/{tid}/v2.0", AllowAnyAudience: true, AllowNoExpiry: true}
	for iss, asked := range map[string]int{
		"https://login.example/a/v2.0": 1, "https://login.example/" + strings.Repeat("a", 128) + "/v2.0": 1,
		"https://login.example/v2.0": 0, "https://login.example//v2.0": 0, "https://login.example/a/v1.0": 0, "https://other.example/a/v2.0": 0, "": 0,
	} {
		set.asked = nil
		_, err := jwt.Policies{p}.Verify(t.Context(), signed(t, key, fmt.Sprintf(`{"iss":%q,"tid":"a"}`, iss)))
		assert.Len(t, set.asked, asked, iss)
		if asked == 0 {
			require.ErrorIs(t, err, jwt.ErrUnknownKey)
		}
	}
	set.asked = nil
	escaped, part := "", strings.Repeat("a", 128)
	for _, c := range []byte("https://login.example/" + part + "/v2.0") {
		escaped += fmt.Sprintf(`\u%04x`, c)
	}
	_, err := jwt.Policies{p}.Verify(t.Context(), signed(t, key, `{"iss":"`+escaped+`","tid":"`+part+`"}`))
	require.NoError(t, err)
}

// What a template accepts is made of its parts and the claim that it names.
func FuzzIssuerTemplate(f *testing.F) {
	f.Add("https://login.example/{tid}/v2.0", "https://login.example/a/v2.0", "a")
	f.Add("https://login.example/{tid}", "https://login.example/../a", "../a")
	f.Add("a{b}c", "abc", "")
	f.Add("{}", "", "")
	f.Add("a{tid}{tid}", "aaa", "a")
	key := hs256(f)
	f.Fuzz(func(t *testing.T, issuerTemplate, issuer, tid string) {
		p := &jwt.Policy{Keys: jwt.Keys{key}, IssuerTemplate: issuerTemplate, AllowAnyAudience: true, AllowNoExpiry: true}
		token, err := jwt.Sign(t.Context(), key, map[string]string{"iss": issuer, "tid": tid})
		if err != nil {
			return
		}
		if _, err := p.Verify(t.Context(), token); err == nil {
			require.True(t, strings.Contains(issuerTemplate, "{tid}"), issuerTemplate)
			require.Equal(t, strings.Replace(issuerTemplate, "{tid}", tid, 1), issuer)
			require.NotEmpty(t, tid)
			require.False(t, strings.ContainsAny(tid, "/?#%:@ "), tid)
		}
	})
}
