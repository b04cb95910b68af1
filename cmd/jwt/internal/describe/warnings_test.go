package describe

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var now = time.Unix(1795687200, 0) // 2026-11-26T10:00:00Z

// forged returns a token of these parts, which nobody has signed.
func forged(header, payload string) string {
	return encode(header) + "." + encode(payload) + "." + encode("no signature")
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func seen(t *testing.T, token string) *View {
	t.Helper()
	v, err := Token(token, now)
	require.NoError(t, err)
	return v
}

func TestWarnings(t *testing.T) {
	good := `"aud":"api","iat":1795687200,"exp":1795688100`
	for _, row := range []struct{ header, claims, want string }{
		{`{"alg":"EdDSA"}`, `{` + good + `}`, ""},
		{`{"alg":"HS256"}`, `{` + good + `,"token_use":"access","at_hash":"x","password":false}`, ""},
		{`{"alg":"none"}`, `{` + good + `}`, `alg is "none"`},
		{`{"alg":"nOnE"}`, `{` + good + `}`, `alg is "none"`},
		{`{"alg":"HS1"}`, `{` + good + `}`, `alg "HS1" is not known here`},
		{`{}`, `{` + good + `}`, `alg "" is not known here`},
		{`{"alg":"RSA1_5"}`, `{` + good + `}`, "alg RSA1_5 is weak"},
		{`{"alg":"EdDSA","jku":"https://evil.example"}`, `{` + good + `}`, "jku names or holds a key"},
		{`{"alg":"EdDSA","jwk":{}}`, `{` + good + `}`, "jwk names or holds a key"},
		{`{"alg":"EdDSA","crit":["b64"]}`, `{` + good + `}`, "crit in the header"},
		{`{"alg":"EdDSA"}`, `{"aud":"api"}`, "there is no exp"},
		{`{"alg":"EdDSA"}`, `{"exp":1795688100}`, "there is no aud"},
		{`{"alg":"EdDSA"}`, `{"aud":"api","iat":1795687200,"exp":1798365600}`, ""}, // 31 days
		{`{"alg":"EdDSA"}`, `{"aud":"api","iat":1795687200,"exp":1798365601}`, "it lives for 31 days"},
		{`{"alg":"EdDSA"}`, `{"aud":"api","exp":1827223200}`, "it lives for 1 year"},
		{`{"alg":"EdDSA"}`, `{"aud":"api","iat":1795687200,"exp":1795687200}`, "exp is not after iat"},
		{`{"alg":"EdDSA"}`, `{"aud":"api","iat":1795687261,"exp":1795688100}`, "iat is in the future"},
		{`{"alg":"EdDSA"}`, `{"aud":"api","iat":1795687260,"exp":1795688100}`, ""},
		{`{"alg":"EdDSA"}`, `{"aud":"api","exp":1795688100000}`, "it looks like milliseconds"},
		{`{"alg":"EdDSA"}`, `{` + good + `,"password":"x"}`, `claim "password" looks like a secret`},
		{`{"alg":"EdDSA"}`, `{` + good + `,"user":{"API-Key":"x"}}`, `claim "user.API-Key" looks like a secret`},
		{`{"alg":"EdDSA"}`, `{` + good + `,"jwk":{"kty":"OKP","d":"x"}}`, `claim "jwk.d" looks like a secret`},
		{`{"alg":"EdDSA"}`, `{` + good + `,"note":"-----BEGIN PRIVATE KEY-----"}`, `claim "note" looks like a secret`},
		{`{"alg":"EdDSA"}`, `{"aud":"api","exp":1795687100}`, ""},
		{`{"alg":"EdDSA"}`, `{` + good + `,"password":true,"otp":false,"token":{"x":1},"d":"x","k":"x","jwk":{"kty":"OKP","x":"x"}}`, ""},
		{`{"alg":"EdDSA"}`, `{` + good + `,"pin":7}`, `claim "pin" looks like a secret`},
		{`{"alg":"EdDSA"}`, `{` + good + `,"tokens":[],"token":["x"]}`, `claim "token" looks like a secret`},
		{`{"alg":"EdDSA"}`, `{` + good + `,"jwk":{"kty":"oct","k":"x"}}`, `claim "jwk.k" looks like a secret`},
		{`{"alg":"EdDSA"}`, `{` + good + `,"a":` + strings.Repeat(`{"a":`, 7) + `{"pin":1}` + strings.Repeat("}", 8), `claim "a.a.a.a.a.a.a.a.pin" looks like a secret`},
		{`{"alg":"EdDSA"}`, `{` + good + `,"a":` + strings.Repeat(`{"a":`, 8) + `{"pin":1}` + strings.Repeat("}", 9), ""},
		{`{"alg":"EdDSA"}`, `[1]`, "not a JSON object"},
		{`{"alg":"EdDSA"}`, `{"aud":"a","aud":"b"}`, "not a JSON object with unique names"},
	} {
		v := seen(t, forged(row.header, row.claims))
		if row.want == "" {
			assert.Empty(t, v.Warnings, "%s %s", row.header, row.claims)
			continue
		}
		assert.Contains(t, strings.Join(v.Warnings, "\n"), row.want, "%s %s", row.header, row.claims)
	}
	for _, exp := range []string{`"17956881000"`, "179568810000", "17956881000000"} {
		assert.NotContains(t, strings.Join(seen(t, forged(`{"alg":"EdDSA"}`, `{"aud":"api","exp":`+exp+`}`)).Warnings, "\n"), "milliseconds", exp)
	}
	assert.Equal(t, []string{"exp is not a number of seconds since 1970"}, seen(t, forged(`{"alg":"EdDSA"}`, `{"aud":"api","iat":1795687200,"exp":"x"}`)).Warnings)
	unsigned, _, _ := strings.Cut(forged(`{"alg":"EdDSA"}`, `{`+good+`}`), ".bm8g")
	assert.Equal(t, []string{"the signature is empty"}, seen(t, unsigned+".").Warnings)
	empty := forged(`{"alg":"EdDSA"}`, `{`+good+`,"x":""}`)
	large := forged(`{"alg":"EdDSA"}`, `{`+good+`,"x":"`+strings.Repeat("x", (8192-len(empty))/4*3)+`"}`)
	assert.Len(t, seen(t, large[:len(large)-1]+strings.Repeat("A", 8192-len(large)+1)).Warnings, 1)
	assert.Empty(t, seen(t, large[:len(large)-1]+strings.Repeat("A", 8191-len(large)+1)).Warnings)
	odd := seen(t, forged(`{"alg":"RSA1_5","enc":"A1"}`, "")+".AAAA.BBBB")
	assert.True(t, odd.Encrypted)
	assert.Len(t, odd.Warnings, 2)
	assert.Len(t, odd.Parts, 5)
}
