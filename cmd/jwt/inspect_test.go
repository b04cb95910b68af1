package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
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
	assert.Regexp(t, `\nwarnings\n- crit [^\n]*\n$`, s.run(forged(`{"alg":"EdDSA","crit":["x"]}`, `{"aud":"api","exp":1795687300}`), "inspect", at), "one alone")
	assert.Contains(t, s.run(forged(`{"alg":"EdDSA"}`, `a "text"`), "inspect"), "\npayload, which is not a JSON object\n\"a \\\"text\\\"\"\n")
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
	assert.Equal(t, 1, s.try(strings.Repeat("a", 1<<20), "inspect").code, "it is read")
	for _, text := range []string{"", " \n", strings.Repeat("a", 1<<20+1)} {
		assert.Equal(t, 2, s.try(text, "inspect").code)
	}
	r := s.try("", "inspect", "--now", "yesterday", "a.b.c")
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.err, "--now: want a time such as")
	folder, err := os.Open(s.dir)
	require.NoError(t, err)
	defer folder.Close()
	cmd := s.start("", "inspect")
	cmd.Stdin = folder
	out, err := cmd.CombinedOutput()
	assert.Error(t, err)
	assert.Contains(t, string(out), "jwt: standard input: ")
}
