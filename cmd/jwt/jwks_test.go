package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

func TestJWKSPublishesPublicKeysOnly(t *testing.T) {
	s := newShell(t)
	s.run("", "keygen", "--kid", "a", "--out", "a.jwk")
	s.run("", "keygen", "--alg", "ES256", "--out", "b.pem")
	s.run("", "keygen", "--alg", "ECDH-ES", "--out", "c.jwk")
	s.run("", "keygen", "--alg", "HS256", "--out", "secret.jwk")
	out := s.run("", "jwks", "a.jwk", "b.pem", "c.jwk")
	var set struct{ Keys []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(out), &set))
	require.Len(t, set.Keys, 3)
	for _, key := range set.Keys {
		assert.NotContains(t, key, "d")
		assert.NotEmpty(t, key["kid"])
		assert.NotEmpty(t, key["alg"])
	}
	assert.Equal(t, "ES256", set.Keys[1]["alg"])
	assert.Equal(t, strings.TrimSpace(s.run("", "thumbprint", "b.pem")), set.Keys[1]["kid"])

	s.write("jwks.json", out)
	s.run(s.run("", "sign", "--key", "b.pem"), "verify", "--jwks", "jwks.json")
	s.run(out, "jwks", "-")
	assert.Contains(t, s.try("", "jwks", "a.jwk", "secret.jwk").err, "key 2 is a shared secret, which must not be published")
	s.run("", "keygen", "--alg", "ECDH-ES", "--out", "d.pem")
	set.Keys = nil
	require.NoError(t, json.Unmarshal([]byte(s.run("", "jwks", "d.pem")), &set))
	assert.NotContains(t, set.Keys[0], "alg", "it may serve several")
	assert.NotEmpty(t, set.Keys[0]["kid"])
	set.Keys = nil
	require.NoError(t, json.Unmarshal([]byte(s.run("", "jwks", "d.pem", "--alg", "ECDH-ES")), &set))
	assert.Equal(t, "ECDH-ES", set.Keys[0]["alg"])
	s.write("unknown.jwks", `{"keys":[{"kty":"new"}]}`)
	assert.Contains(t, s.try("", "jwks", "a.jwk", "unknown.jwks").err, "key 0 of the set")
	s.write("mixed.jwks", `{"keys":[`+s.read("a.jwk")+`,{"kty":"new"}]}`)
	assert.Contains(t, s.try("", "jwks", "mixed.jwks").err, "key 1 of the set", "what is left out would be missing in what is published")
	for _, args := range [][]string{{"secret.jwk"}, {"a.jwk", "secret.jwk"}, {"none.jwk"}, {"unknown.jwks"}, {"mixed.jwks"}, {}} {
		r := s.try("", append([]string{"jwks"}, args...)...)
		assert.Equal(t, 2, r.code, args)
		assert.Empty(t, r.out, args)
	}
}

func TestThumbprintIsThatOfBothParts(t *testing.T) {
	s := newShell(t)
	s.run("", "keygen", "--out", "key.pem", "--public-out", "public.pem")
	s.run("", "keygen", "--alg", "HS256", "--out", "secret.jwk")
	out := s.run("", "thumbprint", "key.pem", "public.pem")
	lines := strings.Fields(out)
	require.Len(t, lines, 2)
	assert.Equal(t, lines[0], lines[1])
	assert.Equal(t, "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"+lines[0]+"\n", s.run("", "thumbprint", "--uri", "key.pem"))
	assert.JSONEq(t, `["`+lines[0]+`"]`, s.run("", "thumbprint", "--json", "key.pem"))
	// RFC 7638 section 3.1
	s.write("rfc.jwk", `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`)
	assert.Equal(t, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs\n", s.run("", "thumbprint", "rfc.jwk"))
	assert.Contains(t, s.try("", "thumbprint", "key.pem", "secret.jwk").err, "key 2 is a shared secret")
	for _, args := range [][]string{{"secret.jwk"}, {"none.jwk"}, {}} {
		r := s.try("", append([]string{"thumbprint"}, args...)...)
		assert.Equal(t, 2, r.code)
		assert.Empty(t, r.out)
	}
}

func TestConvertWritesPrivateKeysOnlyIfAsked(t *testing.T) {
	s := newShell(t)
	s.run("", "keygen", "--kid", "a", "--out", "key.jwk", "--public-out", "public.jwk")
	s.run("", "keygen", "--alg", "HS256", "--out", "secret.jwk")
	pem := s.run("", "convert", "key.jwk", "--to", "pem")
	assert.Contains(t, pem, "BEGIN PUBLIC KEY")
	assert.JSONEq(t, s.read("public.jwk"), s.run("", "convert", "key.jwk"))
	assert.JSONEq(t, s.read("public.jwk"), s.run(pem, "convert", "-", "--alg", "EdDSA", "--kid", "a"))
	s.run("", "convert", "key.jwk", "--to", "pem", "--private", "--out", "key.pem")
	info, err := os.Stat(s.path("key.pem"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	s.run(s.run("", "sign", "--key", "key.pem", "--kid", "a"), "verify", "--key", "public.jwk")
	assert.JSONEq(t, s.read("key.jwk"), s.run("", "convert", "key.pem", "--alg", "EdDSA", "--kid", "a", "--private", "--out", "-"))
	assert.JSONEq(t, s.read("secret.jwk"), s.run("", "convert", "secret.jwk", "--private", "--out", "-"))
	for _, args := range [][]string{
		{"key.jwk", "--private"}, {"secret.jwk"}, {"key.jwk", "--to", "der"}, {"public.jwk", "--private", "--out", "new.jwk"}, {"key.jwk", "--private", "--out", "key.pem"},
		{}, {"key.jwk", "key.pem"}, {"secret.jwk", "--private", "--to", "pem", "--out", "-"}, {"none.jwk"},
	} {
		r := s.try("", append([]string{"convert"}, args...)...)
		assert.Equal(t, 2, r.code, args)
		assert.Empty(t, r.out, args)
	}
	assert.NoFileExists(t, s.path("new.jwk"))
	assert.Contains(t, s.try("", "convert", "key.jwk", "--to", "der").err, "--to: want jwk or pem")
}

func TestConvertReadsOpenSSHKeys(t *testing.T) {
	keygen := program.Find(t, "ssh-keygen")
	s := newShell(t)
	out, err := exec.CommandContext(t.Context(), keygen, "-q", "-t", "ed25519", "-N", "", "-f", s.path("id")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, s.run("", "thumbprint", "id"), s.run("", "thumbprint", "id.pub"))
	s.run(s.run("", "sign", "--key", "id"), "verify", "--key", "id.pub")
	assert.Contains(t, s.run("", "convert", "id", "--to", "pem"), "BEGIN PUBLIC KEY")
	s.write("broken.pub", "ssh-ed25519 AAAA")
	assert.Contains(t, s.try("", "thumbprint", "broken.pub").err, "jwt: key file: openssh: not a public key")
}
