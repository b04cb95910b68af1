package jwt_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// A claimRow says what a policy makes of one claim, or of typ in the header, all
// else being right. The states are the JSON of the claim: absent, right, wrong,
// of the wrong type, null and empty. The outcome of each is a letter: . accepted,
// M ErrMalformed, C ErrClaim for what is in it, T ErrClaim for its type,
// N ErrNotYetValid, E ErrExpired.
type claimRow struct {
	claim, variant string
	set            func(p *jwt.Policy)
	states         [6]string
	outcome        string
}

var claimRows = []claimRow{
	// claim, policy, absent, right, wrong, wrong type, null, empty
	{"typ", "without Types", nil, [6]string{``, `"JWT"`, `"at+jwt"`, `7`, `null`, `""`}, "..CMMM"},
	{"typ", "with Types", func(p *jwt.Policy) { p.Types = []string{"at+jwt"} }, [6]string{``, `"at+jwt"`, `"JWT"`, `["at+jwt"]`, `null`, `""`}, "C.CMMM"},
	{"typ", "with Types JWT", func(p *jwt.Policy) { p.Types = []string{"JWT"} }, [6]string{``, `"JWT"`, `"at+jwt"`, `true`, `null`, `""`}, "C.CMMM"},

	{"typ", "with two Types", func(p *jwt.Policy) { p.Types = []string{"at+jwt", "JWT"} }, [6]string{``, `"JWT"`, `"logout+jwt"`, `7`, `null`, `""`}, "C.CMMM"},
	{"typ", "with AllowAnyType", func(p *jwt.Policy) { p.AllowAnyType = true }, [6]string{``, `"JWT"`, `"logout+jwt"`, `7`, `null`, `""`}, "...MMM"},

	{"iss", "with Issuer", nil, [6]string{``, `"https://login.example"`, `"https://other.example"`, `7`, `null`, `""`}, "C.CTTC"},
	{"iss", "without Issuer", func(p *jwt.Policy) { p.Issuer = "" }, [6]string{``, ``, `"https://login.example"`, `["https://login.example"]`, `null`, `""`}, "..CTTC"},
	{"iss", "with AllowAnyIssuer", anyIssuer, [6]string{``, `"https://login.example"`, `"https://other.example"`, `{}`, `null`, `""`}, "...TT."},

	{"aud", "with Audience", nil, [6]string{``, `"https://api.example"`, `"https://other.example"`, `7`, `null`, `""`}, "C.CTTC"},
	{"aud", "with Audience, lists", nil, [6]string{``, `["x","https://api.example"]`, `["x","y"]`, `["https://api.example",7]`, `["https://api.example",null]`, `[]`}, "C.CTTC"},
	{"aud", "with Audiences", func(p *jwt.Policy) { p.Audience = []string{"a", api} }, [6]string{``, `["y","a"]`, `["b"]`, `[["a"]]`, `[null]`, `[""]`}, "C.CTTC"},
	{"aud", "without Audience", func(p *jwt.Policy) { p.Audience = nil }, [6]string{``, ``, `"https://api.example"`, `true`, `null`, `[]`}, "..CTTC"},
	{"aud", "with empty Audience", func(p *jwt.Policy) { p.Audience = []string{} }, [6]string{``, ``, `["x"]`, `{"0":"x"}`, `null`, `""`}, "..CTTC"},
	{"aud", "with AllowAnyAudience", anyAudience, [6]string{``, `"https://api.example"`, `["x","y"]`, `["x",{}]`, `null`, `[]`}, "...TT."},

	{"sub", "without Subject", nil, [6]string{``, `"alice"`, `"bob"`, `7`, `null`, `""`}, "...TT."},
	{"sub", "with Subject", func(p *jwt.Policy) { p.Subject = "alice" }, [6]string{``, `"alice"`, `"Alice"`, `["alice"]`, `null`, `""`}, "C.CTTC"},

	{"jti", "never asked for", nil, [6]string{``, `"id"`, `"other"`, `7`, `null`, `""`}, "...TT."},

	{"iat", "without MaxAge", nil, [6]string{``, `1799999990`, `1800009999`, `"1799999990"`, `null`, `0`}, "...TT."},
	{"iat", "with MaxAge", maxAge, [6]string{``, `1799999990`, `1799999899`, `"1799999990"`, `null`, `0`}, "C.CTTC"},
	{"iat", "with MaxAge, in the future", maxAge, [6]string{``, `1800000000`, `1800000001`, `true`, `null`, `1e30`}, "C.CTTT"},

	{"nbf", "always asked for", nil, [6]string{``, `1799999990`, `1800000001`, `"1799999990"`, `null`, `0`}, "..NTT."},

	{"exp", "required", nil, [6]string{``, `1800000060`, `1799999999`, `"1800000060"`, `null`, `0`}, "C.ETTE"},
	{"exp", "with AllowNoExpiry", func(p *jwt.Policy) { p.AllowNoExpiry = true }, [6]string{``, `1800000060`, `1799999999`, `[1800000060]`, `null`, `0`}, "..ETTE"},
}

func anyIssuer(p *jwt.Policy)   { p.Issuer, p.AllowAnyIssuer = "", true }
func anyAudience(p *jwt.Policy) { p.Audience, p.AllowAnyAudience = nil, true }
func maxAge(p *jwt.Policy)      { p.MaxAge = 100 * time.Second }

var stateNames = [6]string{"absent", "right", "wrong", "wrong type", "null", "empty"}

// claimOrder is the order of the flow: the header, the payload as it is written,
// then the rules.
var claimOrder = []string{"typ", "iss", "aud", "sub", "iat", "nbf", "exp"}

// usual is a good value for each claim, written in the order of a payload that
// is not that of the rules.
var usual = [][2]string{
	{"exp", `1800000060`}, {"jti", `"id"`}, {"nbf", `1799999990`}, {"iat", `1799999990`},
	{"sub", `"alice"`}, {"aud", `"https://api.example"`}, {"iss", `"https://login.example"`},
}

// A choice is a claim in one of its states.
type choice struct {
	claimRow
	state int
}

func (c choice) letter() byte { return c.outcome[c.state] }

// verify has a token with the choices made, and all else right, verified by a
// policy that has all their variants.
func verifyChoices(t *testing.T, choices ...choice) (token string, got *jwt.Token, err error) {
	t.Helper()
	p := policy(hs256(t))
	header, members := `{"alg":"HS256"}`, []string{`"private":null`}
	chosen := map[string]string{}
	for _, c := range choices {
		if c.set != nil {
			c.set(p)
		}
		chosen[c.claim] = c.states[c.state]
		if c.claim == "typ" && c.states[c.state] != "" {
			header = `{"alg":"HS256","typ":` + c.states[c.state] + `}`
		}
	}
	for _, m := range usual {
		value, ok := chosen[m[0]]
		if !ok {
			value = m[1]
		}
		if value != "" {
			members = append(members, `"`+m[0]+`":`+value)
		}
	}
	token = signRaw(t, hs256(t), header, "{"+strings.Join(members, ",")+"}")
	got, err = p.Verify(t.Context(), token)
	return token, got, err
}

var reasons = map[byte]error{'M': jwt.ErrMalformed, 'C': jwt.ErrClaim, 'T': jwt.ErrClaim, 'N': jwt.ErrNotYetValid, 'E': jwt.ErrExpired}

func TestPolicyOnEachClaim(t *testing.T) {
	for _, row := range claimRows {
		for state, name := range stateNames {
			t.Run(row.claim+" "+row.variant+"/"+name, func(t *testing.T) {
				c := choice{row, state}
				token, got, err := verifyChoices(t, c)
				if c.letter() == '.' {
					require.NoError(t, err)
					require.NotNil(t, got)
					return
				}
				r := refused(t, reasons[c.letter()], token, got, err)
				assert.Equal(t, row.claim, r.Claim)
				if c.letter() != 'M' || row.states[state] != `""` {
					assert.Contains(t, r.Detail, "got ")
					assert.Contains(t, r.Detail, "want ")
				}
			})
		}
	}
}

// Of two faults the one that comes first in the flow is reported: the header,
// then the types as they come in the payload, then the rules, and exp last.
func TestPolicyOnEachPairOfClaims(t *testing.T) {
	position := func(c choice) int {
		switch c.letter() {
		case 'M':
			return -100
		case 'T':
			return -50 + slices.IndexFunc(usual, func(m [2]string) bool { return m[0] == c.claim })
		default:
			return slices.Index(claimOrder, c.claim)
		}
	}
	pairs := 0
	for i, a := range claimRows {
		for _, b := range claimRows[i+1:] {
			if a.claim == b.claim {
				continue
			}
			for stateA := range stateNames {
				for stateB := range stateNames {
					pairs++
					first, second := choice{a, stateA}, choice{b, stateB}
					token, got, err := verifyChoices(t, first, second)
					want := first
					if first.letter() == '.' || second.letter() != '.' && position(second) < position(first) {
						want = second
					}
					if want.letter() == '.' {
						require.NoError(t, err, "%v %v", first, second)
						continue
					}
					r := refused(t, reasons[want.letter()], token, got, err)
					if r.Claim != want.claim {
						t.Errorf("%s is %s and %s is %s: got %v, want %s", a.claim, stateNames[stateA], b.claim, stateNames[stateB], r, want.claim)
					}
				}
			}
		}
	}
	assert.Greater(t, pairs, 5000)
}

func TestPolicyOnTime(t *testing.T) {
	half := clock.Add(500 * time.Millisecond)
	type of = func(p *jwt.Policy)
	leeway := func(d time.Duration) of { return func(p *jwt.Policy) { p.Leeway = d } }
	age := func(d, leeway time.Duration) of { return func(p *jwt.Policy) { p.MaxAge, p.Leeway = d, leeway } }
	none := leeway(0)
	for _, row := range []struct {
		claim, value string
		now          time.Time
		policy       of
		want         error
	}{
		{"exp", "1800000001", clock, none, nil},
		{"exp", "1800000000", clock, none, jwt.ErrExpired},
		{"exp", "1799999999", clock, none, jwt.ErrExpired},
		{"exp", "1800000000.5", clock, none, nil},
		{"exp", "1800000000.000000001", clock, none, nil},
		{"exp", "1800000000.0", clock, none, jwt.ErrExpired},
		{"exp", "1.8e9", clock, none, jwt.ErrExpired},
		{"exp", "18000000005e-1", clock, none, nil},
		{"exp", "1799999999.999999999", clock, none, jwt.ErrExpired},
		{"exp", "1800000000", half, none, jwt.ErrExpired},
		{"exp", "1800000000.5", half, none, jwt.ErrExpired},
		{"exp", "1800000000.500000001", half, none, nil},
		{"exp", "1800000001", half, none, nil},
		{"exp", "1799999990", clock, leeway(10 * time.Second), jwt.ErrExpired},
		{"exp", "1799999991", clock, leeway(10 * time.Second), nil},
		{"exp", "1799999990.1", clock, leeway(10 * time.Second), nil},
		{"exp", "1799999999.9", clock, leeway(100 * time.Millisecond), jwt.ErrExpired},
		{"exp", "1799999999.91", clock, leeway(100 * time.Millisecond), nil},
		{"exp", "9223372036854775807", clock, none, nil},
		{"exp", "9223372036854775807.999999999", clock, none, nil},
		{"exp", "9223372036854775808", clock, none, jwt.ErrClaim},
		{"exp", "18446744073709551617", clock, none, jwt.ErrClaim},
		{"exp", "36893488149219103233", clock, none, jwt.ErrClaim},
		{"exp", "1e400", clock, none, jwt.ErrClaim},
		{"exp", "1e4000000000000000000000", clock, none, jwt.ErrClaim},
		{"exp", "1e9223372036854775807", clock, none, jwt.ErrClaim},
		{"exp", "1e-9223372036854775808", clock, none, jwt.ErrExpired},
		{"exp", "0.01e-9223372036854775808", clock, none, jwt.ErrExpired},
		{"exp", "1e-4000000000000000000000", clock, none, jwt.ErrExpired},
		{"exp", "1e18", clock, none, nil},
		{"exp", "1e19", clock, none, jwt.ErrClaim},
		{"exp", "-1e19", clock, none, jwt.ErrClaim},
		{"exp", "1e-400", clock, none, jwt.ErrExpired},
		{"exp", "-1", clock, none, jwt.ErrExpired},
		{"exp", "-1800000060", clock, none, jwt.ErrExpired},
		{"exp", "-0", clock, none, jwt.ErrExpired},
		{"exp", "-9223372036854775807", clock, none, jwt.ErrExpired},
		{"exp", "-9223372036854775809", clock, none, jwt.ErrClaim},
		{"exp", "1", time.Unix(0, 0), none, nil},
		{"exp", "0", time.Unix(-1, 0), none, nil},
		{"exp", "-0.5", time.Unix(-1, 0), none, nil},
		{"exp", "-1.5", time.Unix(-1, 0), none, jwt.ErrExpired},
		{"exp", "-1.5", time.Unix(-2, 0), none, nil},

		{"nbf", "1800000000", clock, none, nil},
		{"nbf", "1800000001", clock, none, jwt.ErrNotYetValid},
		{"nbf", "1800000000.000000001", clock, none, jwt.ErrNotYetValid},
		{"nbf", "1800000000.5", half, none, nil},
		{"nbf", "1800000000.6", half, none, jwt.ErrNotYetValid},
		{"nbf", "1800000010", clock, leeway(10 * time.Second), nil},
		{"nbf", "1800000010.1", clock, leeway(10 * time.Second), jwt.ErrNotYetValid},
		{"nbf", "1800000011", clock, leeway(10 * time.Second), jwt.ErrNotYetValid},
		{"nbf", "-1", clock, none, nil},
		{"nbf", "9223372036854775807", clock, none, jwt.ErrNotYetValid},
		{"nbf", "9223372036854775808", clock, none, jwt.ErrClaim},
		{"nbf", "1e400", clock, none, jwt.ErrClaim},

		{"iat", "1800009999", clock, none, nil},
		{"iat", "-1", clock, none, nil},
		{"iat", "9223372036854775808", clock, none, jwt.ErrClaim},
		{"iat", "1800000000", clock, age(time.Minute, 0), nil},
		{"iat", "1800000000.1", clock, age(time.Minute, 0), jwt.ErrClaim},
		{"iat", "1800000001", clock, age(time.Minute, 0), jwt.ErrClaim},
		{"iat", "1799999940", clock, age(time.Minute, 0), nil},
		{"iat", "1799999939.999999999", clock, age(time.Minute, 0), jwt.ErrClaim},
		{"iat", "1799999939", clock, age(time.Minute, 0), jwt.ErrClaim},
		{"iat", "1799999940.5", half, age(time.Minute, 0), nil},
		{"iat", "1799999940.4", half, age(time.Minute, 0), jwt.ErrClaim},
		{"iat", "1799999930", clock, age(time.Minute, 10*time.Second), nil},
		{"iat", "1799999929", clock, age(time.Minute, 10*time.Second), jwt.ErrClaim},
		{"iat", "1800000010", clock, age(time.Minute, 10*time.Second), nil},
		{"iat", "1800000011", clock, age(time.Minute, 10*time.Second), jwt.ErrClaim},
		{"iat", "1799999999", clock, age(time.Nanosecond, 0), jwt.ErrClaim},
	} {
		name := fmt.Sprintf("%s %s at %d.%d", row.claim, row.value, row.now.Unix(), row.now.Nanosecond())
		t.Run(name, func(t *testing.T) {
			p := lenient(hs256(t))
			p.Now = func() time.Time { return row.now }
			row.policy(p)
			token := signed(t, hs256(t), `{"`+row.claim+`":`+row.value+`}`)
			got, err := p.Verify(t.Context(), token)
			if row.want == nil {
				require.NoError(t, err)
				return
			}
			r := refused(t, row.want, token, got, err)
			assert.Equal(t, row.claim, r.Claim)
		})
	}
}

func TestPolicyReadsTheClock(t *testing.T) {
	token := signed(t, hs256(t), fmt.Sprintf(`{"exp":%d}`, time.Now().Add(time.Hour).Unix()))
	p := lenient(hs256(t))
	p.Now = nil
	_, err := p.Verify(t.Context(), token)
	require.NoError(t, err)
	old := signed(t, hs256(t), fmt.Sprintf(`{"exp":%d}`, time.Now().Add(-time.Second).Unix()))
	got, err := p.Verify(t.Context(), old)
	refused(t, jwt.ErrExpired, old, got, err)

	read := 0
	p.Now = func() time.Time { read++; return clock }
	_, err = p.Verify(t.Context(), signed(t, hs256(t), `{"exp":1800000060,"nbf":1,"iat":1}`))
	require.NoError(t, err)
	assert.Equal(t, 1, read, "one verification has one time")
}

// RFC 7515 section 4.1.9, RFC 8725 section 3.11.
func TestPolicyOnTypes(t *testing.T) {
	for _, row := range []struct {
		want, typ string // "-": absent
		ok        bool
	}{
		{"", "-", true},
		{"", "JWT", true},
		{"", "jwt", true},
		{"", "Jwt", true},
		{"", "application/jwt", true},
		{"", "APPLICATION/JWT", true},
		{"", "at+jwt", false},
		{"", "JWT ", false},
		{"", "application/application/jwt", false},
		{"", "text/jwt", false},
		{"", "JWTS", false},
		{"JWT", "-", false},
		{"JWT", "JWT", true},
		{"JWT", "application/jwt", true},
		{"at+jwt", "-", false},
		{"at+jwt", "at+jwt", true},
		{"at+jwt", "AT+JWT", true},
		{"at+jwt", "application/at+jwt", true},
		{"at+jwt", "Application/At+Jwt", true},
		{"at+jwt", "JWT", false},
		{"at+jwt", "at+jwt;v=1", false},
		{"at+jwt", "application/", false},
		{"at+jwt", "application", false},
		{"application/at+jwt", "at+jwt", true},
		{"application/at+jwt", "application/at+jwt", true},
		{"application/at+jwt", "JWT", false},
		{"APPLICATION/AT+JWT", "at+jwt", true},
		{"secevent+jwt", "SECEVENT+JWT", true},
		{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", true},
		{"secevent+jwt", "\u017Fecevent+jwt", false}, // ſ folds to s
		{"token+jwt", "to\u212Aen+jwt", false},       // the Kelvin sign folds to k
		{"x", "x\x00", false},
		{"x", "x/x", false},                     // only "application/" may be left out
		{"at+jwt", "abcdefghijk/at+jwt", false}, // as long as "application/"
		{"at+jwt", "application.at+jwt", false},
		{"text/x", "x", false},
		{"text/x", "TEXT/x", true},
	} {
		t.Run(row.want+" for "+row.typ, func(t *testing.T) {
			p := policy(hs256(t))
			if row.want != "" {
				p.Types = []string{row.want}
			}
			h := jwt.Header{Type: row.typ}
			if row.typ == "-" {
				h.Type = ""
			}
			token, err := jwt.SignHeader(t.Context(), hs256(t), h, jwt.Claims{Issuer: issuer, Audience: jwt.Audience{api}, ExpiresAt: 1800000060})
			require.NoError(t, err)
			got, err := p.Verify(t.Context(), token)
			if row.ok {
				require.NoError(t, err)
				assert.Equal(t, h.Type, got.Header.Type)
				return
			}
			r := refused(t, jwt.ErrClaim, token, got, err)
			assert.Equal(t, "typ", r.Claim)
		})
	}
}

// Names are compared byte for byte: no case, no spaces, no Unicode forms.
func TestPolicyComparesExactly(t *testing.T) {
	for _, row := range []struct{ claim, want, got string }{
		{"iss", "https://k.example/s", "https://K.example/s"},
		{"iss", "https://k.example/s", "https://\u212A.example/s"},
		{"iss", "https://k.example/s", "https://k.example/\u017F"},
		{"iss", "https://k.example/s", "https://k.example/s/"},
		{"iss", "https://k.example/s", " https://k.example/s"},
		{"iss", "https://k.example/s", "https://k.example/s\\u0000"},
		{"iss", "\u00e9", "e\u0301"},
		{"aud", "https://k.example/s", "HTTPS://k.example/s"},
		{"aud", "https://k.example/s", "https://k.example"},
		{"aud", "https://k.example/s", "https://k.example/s2"},
		{"aud", "https://k.example/s", "https://\u212A.example/s"},
		{"sub", "alice", "Alice"},
		{"sub", "alice", "alice "},
		{"sub", "k", "\u212A"},
	} {
		for _, same := range []bool{true, false} {
			p := lenient(hs256(t))
			switch row.claim {
			case "iss":
				p.AllowAnyIssuer, p.Issuer = false, row.want
			case "aud":
				p.AllowAnyAudience, p.Audience = false, []string{row.want}
			case "sub":
				p.Subject = row.want
			}
			value := row.got
			if same {
				value = row.want
			}
			token := signed(t, hs256(t), `{"`+row.claim+`":"`+value+`"}`)
			got, err := p.Verify(t.Context(), token)
			if same {
				require.NoError(t, err)
				continue
			}
			r := refused(t, jwt.ErrClaim, token, got, err)
			assert.Equal(t, row.claim, r.Claim)
		}
	}
}

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
				refused(t, far.want, token, got, err)
			}
			_, err := jwt.Policies{a, b, base()}.Verify(t.Context(), token)
			require.NoError(t, err, "a policy accepts it")
		}
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
