package jwt_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestPolicyFuncFindsThePolicyOfAnIssuer(t *testing.T) {
	key, other := hs256(t), must(jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("o", 32)), ""))
	down := errors.New("database down")
	var asked []string
	f := jwt.PolicyFunc(func(ctx context.Context, iss string) (*jwt.Policy, error) {
		asked = append(asked, iss)
		p := policy(key)
		p.Issuer = iss
		switch iss {
		case issuer:
			return p, nil
		case "https://down.example":
			return p, down
		case "https://refused.example":
			return nil, &jwt.VerifyError{Reason: jwt.ErrExpired}
		case "https://mixed-up.example":
			p.Issuer = issuer
			return p, nil
		case "https://any.example":
			p.Issuer, p.AllowAnyIssuer = "", true
			return p, nil
		case "https://template.example":
			p.Issuer, p.IssuerTemplate = "", "https://{sub}.example"
			return p, nil
		case "https://any-and-one.example":
			p.AllowAnyIssuer = true
			return p, nil
		case "https://template-and-one.example":
			p.IssuerTemplate = "https://{sub}.example"
			return p, nil
		case "https://incomplete.example":
			return &jwt.Policy{Issuer: iss}, nil
		}
		return nil, nil
	})
	claims := func(iss string) string {
		return `{"iss":"` + iss + `","aud":"` + api + `","sub":"template","exp":1800000060}`
	}
	good := signed(t, key, claims(issuer))
	got, err := f.Verify(t.Context(), good)
	require.NoError(t, err)
	assert.Equal(t, issuer, got.Claims.Issuer)
	assert.Equal(t, []string{issuer}, asked)

	for _, row := range []struct {
		token  string
		reason error
		asked  string
	}{
		{signed(t, other, claims(issuer)), jwt.ErrSignature, issuer},
		{signed(t, key, `{"iss":"https://login.example","iss":"https://down.example"}`), jwt.ErrClaim, issuer},
		{signed(t, key, `{"iss":"https://login.example","aud":"x"}`), jwt.ErrClaim, issuer},
		{signed(t, key, claims("https://nobody.example")), jwt.ErrUnknownKey, "https://nobody.example"},
		{signed(t, key, claims(strings.Repeat("x", 1024))), jwt.ErrUnknownKey, strings.Repeat("x", 1024)},
		{signed(t, key, claims(strings.Repeat("x", 1025))), jwt.ErrUnknownKey, ""},
		{signed(t, key, claims(strings.Repeat("x", 30000))), jwt.ErrUnknownKey, ""},
		{signed(t, key, claims("")), jwt.ErrUnknownKey, ""},
		{signed(t, key, `{}`), jwt.ErrUnknownKey, ""},
		{signed(t, key, `{"iss":7}`), jwt.ErrMalformed, ""},
		{signed(t, key, `[]`), jwt.ErrUnknownKey, ""},
		{good + strings.Repeat("A", 65536), jwt.ErrMalformed, ""},
		{"x", jwt.ErrMalformed, ""},
		{"e30.=.AA", jwt.ErrMalformed, ""},
	} {
		asked = nil
		got, err := f.Verify(t.Context(), row.token)
		refused(t, row.reason, row.token, got, err)
		if row.asked == "" {
			assert.Empty(t, asked, "nobody is asked for a policy")
		} else {
			assert.Equal(t, []string{row.asked}, asked)
		}
	}
	for iss, want := range map[string]string{
		"https://down.example": "looking for the policy: database down", "https://refused.example": "token expired",
		"https://mixed-up.example": `returned a policy for "https://login.example", want one whose Issuer is "https://mixed-up.example"`,
		"https://any.example":      "returned a policy for any issuer", "https://template.example": "returned a policy for \"https://{sub}.example\"",
		"https://incomplete.example": "Policy.Keys is nil", "https://any-and-one.example": "has both Issuer and AllowAnyIssuer",
		"https://template-and-one.example": "has IssuerTemplate and Issuer",
	} {
		got, err := f.Verify(t.Context(), signed(t, key, claims(iss)))
		undecided(t, got, err)
		require.ErrorContains(t, err, want)
	}
	_, err = f.Verify(t.Context(), signed(t, key, claims("https://down.example")))
	require.ErrorIs(t, err, down)
	got, err = jwt.PolicyFunc(nil).Verify(t.Context(), good)
	undecided(t, got, err)
}

// The issuer is read before the signature is verified, at no cost that an
// attacker could drive up.
func TestPoliciesAllocateLittleForAForgedToken(t *testing.T) {
	p := policy(hs256(t))
	policies := jwt.Policies{p}
	cost := func(payload string) float64 {
		token := encode(`{"alg":"HS256"}`) + "." + encode(payload) + "." + encode("x")
		return testing.AllocsPerRun(20, func() { _, _ = policies.Verify(t.Context(), token) })
	}
	const few = 8
	assert.LessOrEqual(t, cost(`{"iss":"x"}`), float64(few))
	assert.LessOrEqual(t, cost(`{`+strings.Repeat(`"\u0061":0,`, 3_000)+`"iss":"x"}`), float64(few))
	assert.LessOrEqual(t, cost(`{"iss":"`+strings.Repeat("x", 40_000)+`"}`), float64(few))
	// With escapes it is found all the same.
	token := signed(t, hs256(t), `{"\u0069\u0073\u0073":"\u0068`+issuer[1:]+`","aud":"`+api+`","exp":4102444800}`)
	_, err := policies.Verify(t.Context(), token)
	assert.NoError(t, err)
}

func TestPolicies(t *testing.T) {
	named := func(iss, fill string) (*jwt.HMAC, *keySet, *jwt.Policy) {
		k, err := jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat(fill, 32)), "")
		require.NoError(t, err)
		set := &keySet{keys: []jwt.Verifier{k}}
		return k, set, &jwt.Policy{Keys: set, Issuer: iss, Audience: []string{api}, Now: func() time.Time { return clock }}
	}
	claims := func(iss string) string { return `{"iss":"` + iss + `","aud":"` + api + `","exp":1800000060}` }

	t.Run("choose by issuer and ask no other one's keys", func(t *testing.T) {
		keyA, setA, a := named("a", "a")
		keyB, setB, b := named("b", "b")
		ps := jwt.Policies{a, b}
		got, err := ps.Verify(t.Context(), signed(t, keyA, claims("a")))
		require.NoError(t, err)
		assert.Equal(t, "a", got.Claims.Issuer)
		assert.Len(t, setA.asked, 1)
		assert.Empty(t, setB.asked)
		_, err = ps.Verify(t.Context(), signed(t, keyB, claims("b")))
		require.NoError(t, err)
		assert.Len(t, setA.asked, 1)
		assert.Len(t, setB.asked, 1)

		// The key of one issuer does not sign for the other.
		for _, forged := range []string{signed(t, keyA, claims("b")), signed(t, keyB, claims("a"))} {
			got, err = ps.Verify(t.Context(), forged)
			refused(t, jwt.ErrSignature, forged, got, err)
		}
	})
	t.Run("ask nobody about an unknown issuer", func(t *testing.T) {
		keyA, set, a := named("a", "a")
		for _, body := range []string{
			claims("c"), claims("A"), claims(""), `{"aud":"https://api.example"}`, `{}`, `not JSON`, `["a"]`, `{"x":1,`, `{"x":{"iss":"a"}}`, `{"is\u017F":"a"}`, ``,
			`{"ISS":"a","Iss":"a"}`,
		} {
			token := signed(t, keyA, body)
			got, err := jwt.Policies{a}.Verify(t.Context(), token)
			r := refused(t, jwt.ErrUnknownKey, token, got, err)
			assert.Equal(t, "iss", r.Claim)
			assert.Empty(t, set.asked, body)
		}
	})
	t.Run("ask nobody about an issuer that is no string", func(t *testing.T) {
		keyA, set, a := named("a", "a")
		for _, iss := range []string{`7`, `null`, `["a"]`, `{"a":"a"}`, `true`} {
			token := signed(t, keyA, `{"iss":`+iss+`}`)
			got, err := jwt.Policies{a}.Verify(t.Context(), token)
			r := refused(t, jwt.ErrMalformed, token, got, err)
			assert.Equal(t, "iss", r.Claim)
			assert.Empty(t, set.asked, iss)
		}
	})
	t.Run("ask nobody about a payload that is not base64url", func(t *testing.T) {
		keyA, set, a := named("a", "a")
		for _, body := range []string{encode(claims("a")) + "=", encode(claims("a")) + "\n", "\n" + encode(claims("a")), encode(claims("a")+" ") + "+///"} {
			token := signInput(t, keyA, encode(`{"alg":"HS256"}`)+"."+body)
			got, err := jwt.Policies{a}.Verify(t.Context(), token)
			r := refused(t, jwt.ErrMalformed, token, got, err)
			assert.Contains(t, r.Detail, "payload: ")
			assert.Empty(t, set.asked, body)
		}
	})
	t.Run("refuse a second issuer", func(t *testing.T) {
		keyA, _, a := named("a", "a")
		_, _, b := named("b", "b")
		token := signed(t, keyA, `{"iss":"a","iss":"b","aud":"https://api.example","exp":1800000060}`)
		got, err := jwt.Policies{a, b}.Verify(t.Context(), token)
		refused(t, jwt.ErrClaim, token, got, err)
		token = signed(t, keyA, `{"iss":"b","\u0069ss":"a","aud":"https://api.example","exp":1800000060}`)
		got, err = jwt.Policies{a, b}.Verify(t.Context(), token)
		refused(t, jwt.ErrSignature, token, got, err)
	})
	t.Run("read an issuer written with escapes", func(t *testing.T) {
		keyA, _, a := named("a", "a")
		_, err := jwt.Policies{a}.Verify(t.Context(), signed(t, keyA, `{"\u0069ss":"\u0061","aud":"https://api.example","exp":1800000060}`))
		require.NoError(t, err)
		for _, iss := range []string{strings.Repeat("k", 64), "https://" + strings.Repeat("long", 500)} {
			var escaped strings.Builder
			for _, c := range []byte(iss) {
				escaped.WriteString(`\u00` + hexByte(c))
			}
			key, set, p := named(iss, "a")
			_, err := jwt.Policies{a, p}.Verify(t.Context(), signed(t, key, `{"\u0069\u0073\u0073":"`+escaped.String()+`","aud":"https://api.example","exp":1800000060}`))
			require.NoError(t, err)
			for _, more := range []string{"k", `\u006b`, strings.Repeat("k", 3000), strings.Repeat(`\u006b`, 3000)} {
				token := signed(t, key, `{"iss":"`+escaped.String()+more+`","aud":"https://api.example","exp":1800000060}`)
				got, err := jwt.Policies{a, p}.Verify(t.Context(), token)
				r := refused(t, jwt.ErrUnknownKey, token, got, err)
				assert.Equal(t, "iss", r.Claim)
				assert.Len(t, set.asked, 1)
			}
		}
	})
	t.Run("ask a policy that allows any issuer about each", func(t *testing.T) {
		keyA, _, a := named("a", "a")
		keyAny, _, anyone := named("", "z")
		anyone.AllowAnyIssuer = true
		for _, ps := range []jwt.Policies{{a, anyone}, {anyone, a}} {
			for _, token := range []string{signed(t, keyA, claims("a")), signed(t, keyAny, claims("a")), signed(t, keyAny, claims("x"))} {
				_, err := ps.Verify(t.Context(), token)
				require.NoError(t, err)
			}
		}
	})
	t.Run("ask a policy without an issuer about tokens without one", func(t *testing.T) {
		key, set, nobody := named("", "n")
		_, err := jwt.Policies{nobody}.Verify(t.Context(), signed(t, key, `{"aud":"https://api.example","exp":1800000060}`))
		require.NoError(t, err)
		token := signed(t, key, claims("x"))
		got, err := jwt.Policies{nobody}.Verify(t.Context(), token)
		refused(t, jwt.ErrUnknownKey, token, got, err)
		assert.Len(t, set.asked, 1)
		token = signed(t, key, claims("")) // there, but empty
		got, err = jwt.Policies{nobody}.Verify(t.Context(), token)
		refused(t, jwt.ErrClaim, token, got, err)
	})
	t.Run("try several for one issuer", func(t *testing.T) {
		_, setA, a := named("a", "a")
		key, _, b := named("a", "b")
		_, err := jwt.Policies{a, b}.Verify(t.Context(), signed(t, key, claims("a")))
		require.NoError(t, err)
		assert.Len(t, setA.asked, 1)
	})
	t.Run("stop at the first that accepts", func(t *testing.T) {
		key, _, a := named("a", "a")
		_, setB, b := named("a", "a")
		_, err := jwt.Policies{a, b}.Verify(t.Context(), signed(t, key, claims("a")))
		require.NoError(t, err)
		assert.Empty(t, setB.asked)
	})
	t.Run("of two refusals that came as far return the first", func(t *testing.T) {
		key, _, a := named("a", "a")
		_, _, b := named("a", "a")
		a.Audience, b.Audience = []string{"x"}, []string{"y"}
		token := signed(t, key, claims("a"))
		for ps, want := range map[*jwt.Policies]string{{a, b}: `"x"`, {b, a}: `"y"`} {
			got, err := ps.Verify(t.Context(), token)
			assert.Contains(t, refused(t, jwt.ErrClaim, token, got, err).Detail, want)
		}
	})
	t.Run("use each one's own limit", func(t *testing.T) {
		key, _, small := named("a", "a")
		_, _, large := named("b", "a")
		small.MaxSize = 100
		token := signed(t, key, claims("a"))
		got, err := jwt.Policies{small, large}.Verify(t.Context(), token)
		r := refused(t, jwt.ErrMalformed, token, got, err)
		assert.Contains(t, r.Detail, "want at most 100")
		_, err = jwt.Policies{small, large}.Verify(t.Context(), signed(t, key, claims("b")))
		require.NoError(t, err)
		small.MaxSize, large.MaxSize = 100, 50
		token = strings.Repeat(".", 101)
		got, err = jwt.Policies{small, large}.Verify(t.Context(), token)
		r = refused(t, jwt.ErrMalformed, token, got, err)
		assert.Contains(t, r.Detail, "101 bytes, want at most 100")
	})
	t.Run("hand on the context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		key, set, a := named("a", "a")
		_, err := jwt.Policies{a}.Verify(ctx, signed(t, key, claims("a")))
		require.NoError(t, err)
		assert.Same(t, ctx, set.ctx)
	})
}

func TestPoliciesReportTheFarthestRefusal(t *testing.T) {
	key := hs256(t)
	down := errors.New("key server down")
	base := func() *jwt.Policy {
		return &jwt.Policy{Keys: jwt.Keys{key}, AllowAnyIssuer: true, AllowAnyAudience: true, Now: func() time.Time { return clock }}
	}
	token := signed(t, key, `{"iss":"a","sub":"alice","nbf":1799999990,"exp":1800000060}`)
	outcomes := []struct {
		name string
		set  func(p *jwt.Policy)
		want error
	}{
		{"malformed", func(p *jwt.Policy) { p.MaxSize = 10 }, jwt.ErrMalformed},
		{"unknown key", func(p *jwt.Policy) { p.Keys = jwt.Keys{} }, jwt.ErrUnknownKey},
		{"signature", func(p *jwt.Policy) { p.Keys = jwt.Keys{must(jwt.NewHMAC(jwt.HS256, make([]byte, 32), ""))} }, jwt.ErrSignature},
		{"claim", func(p *jwt.Policy) { p.Subject = "bob" }, jwt.ErrClaim},
		{"a rule's own reason", func(p *jwt.Policy) {
			p.Rules = []jwt.Rule{{Claim: "sub", Check: func(*jwt.Token) error { return &jwt.VerifyError{Reason: errTenant, Detail: "suspended"} }}}
		}, errTenant},
		{"not yet valid", func(p *jwt.Policy) { p.Now = func() time.Time { return clock.Add(-time.Hour) } }, jwt.ErrNotYetValid},
		{"expired", func(p *jwt.Policy) { p.Now = func() time.Time { return clock.Add(time.Hour) } }, jwt.ErrExpired},
		{"undecided", func(p *jwt.Policy) { p.Keys = &keySet{err: down} }, down},
	}
	for i, near := range outcomes {
		for _, far := range outcomes[i:] {
			a, b := base(), base()
			near.set(a)
			far.set(b)
			for _, ps := range []jwt.Policies{{a, b}, {b, a}, {a, b, a}} {
				got, err := ps.Verify(t.Context(), token)
				if errors.Is(far.want, down) {
					undecided(t, got, err)
					require.ErrorIs(t, err, down, "%s and %s", near.name, far.name)
					continue
				}
				if far.want == errTenant { // which is none of this package's
					require.ErrorIs(t, err, errTenant, near.name)
					continue
				}
				refused(t, far.want, token, got, err)
			}
			_, err := jwt.Policies{a, b, base()}.Verify(t.Context(), token)
			require.NoError(t, err, "a policy accepts it")
		}
	}
}

// An issuer that is longer than any of the policies' is cut, and shown so.
func TestPoliciesShowTheBeginningOfALongIssuer(t *testing.T) {
	key := hs256(t)
	got, err := jwt.Policies{policy(key)}.Verify(t.Context(), signed(t, key, `{"iss":"`+strings.Repeat("x", 1000)+`"}`))
	r := refused(t, jwt.ErrUnknownKey, "", got, err)
	assert.Equal(t, `got "`+strings.Repeat("x", 64)+`"…, and no policy is for it`, r.Detail)
}

// A token that is late passed every question of its policy but the last, however many
// more another policy has.
func TestPoliciesReportTheFarthestRefusalOfAnyNumberOfRules(t *testing.T) {
	key := hs256(t)
	late, strict := lenient(key), lenient(key)
	strict.AllowNoExpiry = false
	for range 20 {
		strict.Rules = append(strict.Rules, jwt.NotEmpty("iss"))
	}
	strict.Rules = append(strict.Rules, jwt.NotEmpty("role"))
	token := signed(t, key, `{"iss":"a","exp":1}`)
	for _, ps := range []jwt.Policies{{late, strict}, {strict, late}} {
		got, err := ps.Verify(t.Context(), token)
		refused(t, jwt.ErrExpired, token, got, err)
	}
}

// Two policies of one issuer: the refusal says what is wrong for the one that fits
// better.
func TestPoliciesOfOneIssuerSayWhatTheBetterOneMisses(t *testing.T) {
	key := hs256(t)
	of := func(typ string) *jwt.Policy {
		p := policy(key)
		p.Types = []string{typ}
		return p
	}
	for _, row := range []struct{ typ, payload, claim string }{
		{"b", `{"iss":"https://login.example","aud":"https://api.example"}`, "exp"},
		{"b", `{"iss":"https://login.example","exp":1800000060}`, "aud"},
		{"a", `{"iss":"https://login.example","exp":1800000060}`, "aud"},
		{"c", `{"iss":"https://login.example","aud":"https://api.example"}`, "typ"},
	} {
		token := signRaw(t, key, `{"alg":"HS256","typ":"`+row.typ+`"}`, row.payload)
		for _, ps := range []jwt.Policies{{of("a"), of("b")}, {of("b"), of("a")}} {
			got, err := ps.Verify(t.Context(), token)
			r := refused(t, jwt.ErrClaim, token, got, err)
			assert.Equal(t, row.claim, r.Claim)
		}
		both := policy(key)
		both.Types = []string{"a", "b"}
		got, err := both.Verify(t.Context(), token)
		assert.Equal(t, row.claim, refused(t, jwt.ErrClaim, token, got, err).Claim)
	}
}
