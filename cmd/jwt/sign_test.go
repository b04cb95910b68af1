package main

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parts returns the JSON of the header and of the payload of a token.
func parts(t *testing.T, token string) (header, payload string) {
	t.Helper()
	texts := strings.Split(strings.TrimSpace(token), ".")
	require.Len(t, texts, 3)
	h, err := base64.RawURLEncoding.DecodeString(texts[0])
	require.NoError(t, err)
	p, err := base64.RawURLEncoding.DecodeString(texts[1])
	require.NoError(t, err)
	return string(h), string(p)
}

func TestSignTakesClaimsFromFlagsFilesAndStandardInput(t *testing.T) {
	s := newShell(t)
	s.run("", "keygen", "--kid", "a", "--out", "key.jwk")
	s.write("claims.json", "\ufeff"+`{"sub":"bob", "tenant":7, "exp":1795687300, "iat":1795687100, "big":9007199254740993}`)
	for _, row := range []struct {
		stdin string
		args  []string
		want  string
	}{
		{"", nil, `{"iat":1795687200,"exp":1795688100}`},
		{"", []string{"-i", "x", "-s", "alice", "-a", "api", "--id", "7"}, `{"iss":"x","sub":"alice","jti":"7","aud":"api","iat":1795687200,"exp":1795688100}`},
		{"", []string{"-a", "a", "-a", "b"}, `{"aud":["a","b"],"iat":1795687200,"exp":1795688100}`},
		{"", []string{"-e", "1h30m"}, `{"iat":1795687200,"exp":1795692600}`},
		{"", []string{"-e", "7d"}, `{"iat":1795687200,"exp":1796292000}`},
		{"", []string{"-e", "1d12h"}, `{"iat":1795687200,"exp":1795816800}`},
		{"", []string{"-e=-1m", "--issued-at=-2m", "--not-before=-2m"}, `{"iat":1795687080,"nbf":1795687080,"exp":1795687140}`},
		{"", []string{"-e", "2026-11-26T11:00:00+01:00"}, `{"iat":1795687200,"exp":1795687200}`},
		{"", []string{"--no-expiry"}, `{"iat":1795687200}`},
		{"", []string{"-c", "n=7", "-c", "t=red", "-c", `l=["a"]`, "-c", "e=", "-c", "eq=a=b", "-c", `q="7"`, "-c", "b=true"}, `{"iat":1795687200,"exp":1795688100,"n":7,"t":"red","l":["a"],"e":"","eq":"a=b","q":"7","b":true}`},
		{"", []string{"-c", "bad=\xff"}, `{"iat":1795687200,"exp":1795688100,"bad":"�"}`},
		{"", []string{"--claims", "claims.json"}, `{"sub":"bob","tenant":7,"exp":1795687300,"iat":1795687100,"big":9007199254740993}`},
		{"", []string{"--claims", "claims.json", "-s", "alice", "-e", "1h", "-c", "tenant=8"}, `{"sub":"alice","tenant":8,"exp":1795690800,"iat":1795687100,"big":9007199254740993}`},
		{`{"sub":"carol"}`, []string{"--claims", "-"}, `{"sub":"carol","iat":1795687200,"exp":1795688100}`},
	} {
		args := append([]string{"sign", "--key", "key.jwk", at, "--no-id"}, row.args...)
		header, payload := parts(t, s.run(row.stdin, args...))
		assert.Equal(t, `{"alg":"EdDSA","kid":"a","typ":"JWT"}`, header)
		assert.Equal(t, row.want, payload, "%q", row.args)
	}
	_, payload := parts(t, s.run("", "sign", "--key", "key.jwk"))
	assert.Regexp(t, `"jti":"[A-Z2-7]{26}"`, payload)
	_, payload = parts(t, s.run("", "sign", "--key", "key.jwk", "--id", "7"))
	assert.Contains(t, payload, `"jti":"7"`)
}

func TestSignWritesMembersOfTheHeader(t *testing.T) {
	s := newShell(t)
	s.keys()
	header, _ := parts(t, s.run("", "sign", "--key", "key.jwk", "--type", "at+jwt", "--header", "cty=json", "--header", "n=1"))
	assert.Contains(t, header, `"typ":"at+jwt","cty":"json","n":1}`)
	for _, member := range []string{"alg=none", "crit=[]", "b64=false", "kid=other"} {
		r := s.try("", "sign", "--key", "key.jwk", "--header", member)
		assert.Equal(t, 2, r.code, member)
		assert.Empty(t, r.out, member)
	}
}

func TestSignNamesTheKey(t *testing.T) {
	s := newShell(t)
	out := s.run("", "keygen", "--out", "key.pem")
	_, kid, _ := strings.Cut(strings.TrimSpace(out), "kid ")
	header, _ := parts(t, s.run("", "sign", "--key", "key.pem"))
	assert.Contains(t, header, `"kid":`+kid)
	header, _ = parts(t, s.run("", "sign", "--key", "key.pem", "--kid", "mine"))
	assert.Contains(t, header, `"kid":"mine"`)
	s.run("", "keygen", "--kid", "a", "--out", "a.jwk")
	s.run("", "keygen", "--kid", "b", "--out", "b.jwk")
	s.write("set.jwks", `{"keys":[`+s.read("a.jwk")+","+s.read("b.jwk")+"]}")
	s.run("", "sign", "--key", "a.jwk", "--kid", "a")
	header, _ = parts(t, s.run("", "sign", "--key", "set.jwks", "--kid", "b"))
	assert.Contains(t, header, `"kid":"b"`)
	r := s.try("", "sign", "--key", "set.jwks")
	assert.Contains(t, r.err, `choose one with --kid, out of ["a" "b"]`)
	assert.Equal(t, 2, r.code)
}

func TestSignTakesSecretsFromFilesOnly(t *testing.T) {
	s := newShell(t)
	secret := "correct horse battery staple, and more"
	s.write("shared.secret", secret+"\n")
	s.write("exact.secret", secret)
	s.write("base64.secret", base64.StdEncoding.EncodeToString([]byte(secret))+"\r\n")
	token := s.run("", "sign", "--secret-file", "shared.secret")
	s.run(token, "verify", "--secret-file", "exact.secret")
	s.run(token, "verify", "--secret-file", "base64.secret", "--secret-base64")
	header, _ := parts(t, token)
	assert.Equal(t, `{"alg":"HS256","typ":"JWT"}`, header)
	header, _ = parts(t, s.run(secret+"0123456789012345678901234567", "sign", "--secret-file", "-", "--alg", "HS512"))
	assert.Contains(t, header, "HS512")
	for _, args := range [][]string{
		{"sign", "--secret", secret}, {"sign", "--secret-file", secret}, {"sign", "--key", secret}, {"sign", "--key", `{"k":"` + secret + `"}`}, {"sign", secret}, {"sign", "--alg=" + "HS256", "--secret-file"}, {secret},
		{"sign", "--secret-file", "shared.secret", "--claim", secret}, {"verify", "--leeway", secret}, {"sign", "--secret-file", "shared.secret", "--secret-base64"},
	} {
		r := s.try("", args...)
		assert.Equal(t, 2, r.code, "%q", args)
		assert.NotEmpty(t, r.err)
		assert.NotContains(t, r.out+r.err, "correct horse", "%q", args)
	}
	assert.Equal(t, 2, s.try("too short", "sign", "--secret-file", "-").code)
}

func TestSignRefusesWhatNoVerifierAccepts(t *testing.T) {
	s := newShell(t)
	s.keys()
	s.write("bad.json", `{"a":1,"a":2}`)
	s.write("list.json", `[]`)
	for _, row := range []struct{ flag, value, want string }{
		{"-c", "sub=7", "sub"},
		{"--claims", "bad.json", "--claims: want a JSON object with unique names"},
		{"--claims", "list.json", "--claims: want a JSON object with unique names"},
		{"--claims", "none.json", "--claims none.json: no such file"},
		{"-e", "soon", "--expires: want a duration from now on"},
		{"-e", "", "--expires: want a duration from now on"},
		{"-e", "1h-1m", "--expires: want a duration from now on"},
		{"-e", "99999999d", "--expires: want a duration from now on"},
		{"--issued-at", "x", "--issued-at: want a duration from now on"},
		{"--not-before", "x", "--not-before: want a duration from now on"},
		{"-i", "\xff", ""},
		{"--claim", "x", "--claim: want name=value"},
		{"-c", "=1", "--claim: want name=value"},
		{"-c", "\xff=1", "--claim: want name=value"},
		{"--header", "x", "--header: want name=value"},
		{"--now", "x", "--now: want a time"},
		{"--kid", "x", "--kid: the key has the key ID"},
		{"--key", "key.jwk", "want one key, and there are 2"},
		{"--key", "public.jwk", "want one key, and there are 2"},
	} {
		r := s.try("", "sign", "--key", "key.jwk", row.flag, row.value)
		assert.Equal(t, 2, r.code, "%q", row)
		assert.Contains(t, r.err, row.want, "%q", row)
		s.note([]string{row.flag, row.value}, r.err)
		assert.Empty(t, r.out, "%q", row)
	}
	r := s.try("", "sign", "--key", "public.jwk")
	assert.Equal(t, 2, r.code)
	r = s.try("", "sign")
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.err, "no key: give --key or --secret-file")
	s.note("sign", r.err)
	golden(t, "errors-sign.golden", s.said.String())
	for name := range map[string]bool{"a.pem": true, "b.pem": true} {
		s.run("", "keygen", "--out", name)
	}
	assert.Contains(t, s.try("", "sign", "--key", "a.pem", "--key", "b.pem").err, "want one key, and there are 2")
}

func TestSignPrintsJSON(t *testing.T) {
	s := newShell(t)
	s.keys()
	assert.Regexp(t, `^\{\n  "token": "eyJ[\w.-]+"\n\}\n$`, s.run("", "sign", "--json", "--key", "key.jwk"))
}
