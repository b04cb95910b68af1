package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const at = "--now=2026-11-26T10:00:00Z" // 1795687200

// forged returns a token of these parts, which nobody has signed.
func forged(header, payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(payload)) + "." + encode([]byte("no signature"))
}

// inspected is the JSON of jwt inspect.
type inspected struct {
	Verified, Encrypted bool
	Header, Claims      map[string]any
	Payload             string
	Times               []struct{ Claim, Time, Text string }
	Size                int
	Parts               []struct {
		Name string
		Size int
	}
	Warnings []string
}

func inspectJSON(t *testing.T, s *shell, token string) (v inspected) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(s.run(token, "inspect", "--json", at)), &v))
	return v
}

func TestInspectShowsATokenForPeople(t *testing.T) {
	s := newShell(t)
	token := forged(`{"alg":"EdDSA","kid":"2026-11","typ":"at+jwt"}`, `{"iss":"https://login.example","aud":"api","sub":"alice","iat":1795686120,"nbf":1795687200,"exp":1795687020,"name":"Zoë"}`)
	golden(t, "inspect.golden", s.run(token, "inspect", at))
	golden(t, "inspect.json.golden", s.run(token, "inspect", at, "--json"))
	encrypted := forged(`{"alg":"ECDH-ES","enc":"A256GCM"}`, "") + ".AAAA.BBBB"
	golden(t, "inspect-encrypted.golden", s.run(encrypted, "inspect", at))
	bad := forged(`{"alg":"none","jku":"https://evil.example"}`, `{"exp":1895687020,"user":{"password":"1234"}}`)
	golden(t, "inspect-warnings.golden", s.run(bad, "inspect", at))
}

func TestInspectTakesATokenAsItIsCopied(t *testing.T) {
	s := newShell(t)
	token := forged(`{"alg":"EdDSA"}`, `{"sub":"alice"}`)
	for _, text := range []string{token, token + "\n", "  " + token + "\r\n", "Bearer " + token, "Authorization: Bearer " + token, "authorization: bearer " + token, "DPoP " + token} {
		assert.Equal(t, len(token), inspectJSON(t, s, text).Size, "%q", text)
	}
	assert.Equal(t, s.run(token, "inspect", at), s.run("", "inspect", at, token))
	assert.Equal(t, s.run(token, "inspect", at), s.run(token, "inspect", at, "-"))
}

func TestInspectSaysTimesInWords(t *testing.T) {
	s := newShell(t)
	for _, row := range []struct{ claims, want string }{
		{`{"exp":1795687200}`, "expired now"},
		{`{"exp":1795687199}`, "expired 1 second ago"},
		{`{"exp":1795687201}`, "expires in 1 second"},
		{`{"exp":1795687020}`, "expired 3 minutes ago"},
		{`{"exp":1795687020.75}`, "expired 3 minutes ago"},
		{`{"exp":1795690800}`, "expires in 1 hour"},
		{`{"exp":1795694399}`, "expires in 119 minutes"},
		{`{"exp":1795694400}`, "expires in 2 hours"},
		{`{"exp":1798279200}`, "expires in 1 month"},
		{`{"exp":1858759200}`, "expires in 2 years"},
		{`{"nbf":1795687320}`, "valid in 2 minutes"},
		{`{"nbf":1795687080}`, "valid since 2 minutes ago"},
		{`{"iat":1795687199}`, "issued 1 second ago"},
		{`{"auth_time":1795514400}`, "logged in 2 days ago"},
		{`{"exp":0}`, "expired 56 years ago"},
		{`{"exp":253402300799}`, "expires in more than 292 years"},
	} {
		v := inspectJSON(t, s, forged(`{"alg":"EdDSA"}`, row.claims))
		require.Len(t, v.Times, 1, row.claims)
		assert.Equal(t, row.want, v.Times[0].Text, row.claims)
	}
	for _, claims := range []string{`{"exp":253402300800}`, `{"exp":-1}`, `{"exp":"1795687200"}`, `{"exp":1e300}`, `{"exp":null}`, `{"exp":[1]}`} {
		v := inspectJSON(t, s, forged(`{"alg":"EdDSA"}`, claims))
		assert.Empty(t, v.Times, claims)
		assert.Contains(t, strings.Join(v.Warnings, "\n"), "exp is not a number of seconds", claims)
	}
}

func TestInspectWarns(t *testing.T) {
	s := newShell(t)
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
		{`{"alg":"EdDSA"}`, `[1]`, "not a JSON object"},
		{`{"alg":"EdDSA"}`, `{"aud":"a","aud":"b"}`, "not a JSON object with unique names"},
	} {
		v := inspectJSON(t, s, forged(row.header, row.claims))
		if row.want == "" {
			assert.Empty(t, v.Warnings, "%s %s", row.header, row.claims)
			continue
		}
		assert.Contains(t, strings.Join(v.Warnings, "\n"), row.want, "%s %s", row.header, row.claims)
	}
	unsigned, _, _ := strings.Cut(forged(`{"alg":"EdDSA"}`, `{`+good+`}`), ".bm8g")
	assert.Equal(t, []string{"the signature is empty"}, inspectJSON(t, s, unsigned+".").Warnings)
	empty := forged(`{"alg":"EdDSA"}`, `{`+good+`,"x":""}`)
	large := forged(`{"alg":"EdDSA"}`, `{`+good+`,"x":"`+strings.Repeat("x", (8192-len(empty))/4*3)+`"}`)
	assert.Len(t, inspectJSON(t, s, large[:len(large)-1]+strings.Repeat("A", 8192-len(large)+1)).Warnings, 1)
	assert.Empty(t, inspectJSON(t, s, large[:len(large)-1]+strings.Repeat("A", 8191-len(large)+1)).Warnings)
	odd := inspectJSON(t, s, forged(`{"alg":"RSA1_5","enc":"A1"}`, "")+".AAAA.BBBB")
	assert.True(t, odd.Encrypted)
	assert.Len(t, odd.Warnings, 2)
	assert.Len(t, odd.Parts, 5)
}

func TestInspectShowsNothingThatMovesTheCursor(t *testing.T) {
	s := newShell(t)
	token := forged("{\"alg\":\"\\u001b[2J\",\"kid\":\"\u009b2J\"}", "{\"sub\":\"\u202egnp.exe\",\"\U000e0001\":1}")
	for _, args := range [][]string{{"inspect"}, {"inspect", "--json"}} {
		out := s.run(token, args...)
		for _, r := range []string{"\x1b", "\u009b", "\u202e", "\U000e0001"} {
			assert.NotContains(t, out, r)
		}
		assert.Contains(t, out, `"sub": "\u202egnp.exe"`)
		assert.Contains(t, out, `"\udb40\udc01": 1`)
	}
}

func TestInspectRefusesWhatIsNoToken(t *testing.T) {
	s := newShell(t)
	for _, text := range []string{"abc", "a.b", "a.b.c", "....", "!.!.!", "....eyJ", forged(`[]`, `{}`) + ".", forged(`{"a":1,"a":2}`, `{}`), "e30" + strings.Repeat("A", 70000) + "...."} {
		r := s.try(text, "inspect")
		assert.Equal(t, 1, r.code, "%.40q", text)
		assert.Contains(t, r.err, "jwt: malformed token", "%.40q", text)
		assert.Empty(t, r.out)
	}
	for _, text := range []string{"", " \n", strings.Repeat("a", 1<<20+1)} {
		assert.Equal(t, 2, s.try(text, "inspect").code)
	}
	assert.Equal(t, 2, s.try("", "inspect", "--now", "yesterday", "a.b.c").code)
}
