package jwt_test

import (
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
	{"iat", "with a MaxAge that reaches beyond 1970", func(p *jwt.Policy) { p.MaxAge = 100 * 365 * 24 * time.Hour }, [6]string{``, `1799999990`, `1800000001`, `"1799999990"`, `null`, `0`}, "C.CTT."},

	{"nbf", "always asked for", nil, [6]string{``, `1799999990`, `1800000001`, `"1799999990"`, `null`, `0`}, "..NTT."},

	{"exp", "required", nil, [6]string{``, `1800000060`, `1799999999`, `"1800000060"`, `null`, `0`}, "C.ETTE"},
	{"exp", "with AllowNoExpiry", func(p *jwt.Policy) { p.AllowNoExpiry = true }, [6]string{``, `1800000060`, `1799999999`, `[1800000060]`, `null`, `0`}, "..ETTE"},
}

func anyIssuer(p *jwt.Policy) { p.Issuer, p.AllowAnyIssuer = "", true }

func anyAudience(p *jwt.Policy) { p.Audience, p.AllowAnyAudience = nil, true }

func maxAge(p *jwt.Policy) { p.MaxAge = 100 * time.Second }

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
		{"exp", "1799999999.8", half, leeway(700 * time.Millisecond), jwt.ErrExpired},
		{"exp", "1799999999.81", half, leeway(700 * time.Millisecond), nil},
		{"exp", "1800000000", half, leeway(500 * time.Millisecond), jwt.ErrExpired},
		{"exp", "1800000000.000000001", half, leeway(500 * time.Millisecond), nil},
		{"exp", "1799999998.8", half, leeway(1700 * time.Millisecond), jwt.ErrExpired},
		{"exp", "1799999998.81", half, leeway(1700 * time.Millisecond), nil},
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
		{"nbf", "1800000001.2", half, leeway(700 * time.Millisecond), nil},
		{"nbf", "1800000001.21", half, leeway(700 * time.Millisecond), jwt.ErrNotYetValid},
		{"nbf", "1800000001", half, leeway(500 * time.Millisecond), nil},
		{"nbf", "1800000001.000000001", half, leeway(500 * time.Millisecond), jwt.ErrNotYetValid},
		{"nbf", "1800000002.2", half, leeway(1700 * time.Millisecond), nil},
		{"nbf", "1800000002.21", half, leeway(1700 * time.Millisecond), jwt.ErrNotYetValid},
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
