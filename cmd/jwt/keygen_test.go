package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeygenWritesKeysThatOnlyTheOwnerReads(t *testing.T) {
	s := newShell(t)
	for _, name := range []string{"key.jwk", "key.pem"} {
		out := s.run("", "keygen", "--out", name, "--public-out", "public-"+name)
		assert.Regexp(t, `^`+name+`: a new key for EdDSA, kid "[\w-]{43}"\n$`, out)
		info, err := os.Stat(s.path(name))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode())
		info, err = os.Stat(s.path("public-" + name))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o644), info.Mode())
	}
	assert.Contains(t, s.read("key.pem"), "BEGIN PRIVATE KEY")
	assert.Contains(t, s.read("public-key.pem"), "BEGIN PUBLIC KEY")
	assert.Contains(t, s.read("key.jwk"), `"d": "`)
	assert.NotContains(t, s.read("public-key.jwk"), `"d"`)
}

func TestKeygenNeverOverwrites(t *testing.T) {
	s := newShell(t)
	s.write("there.jwk", "precious")
	require.NoError(t, os.Symlink("nowhere", s.path("link.jwk")))
	assert.Contains(t, s.try("", "keygen", "--out", "folder/key.jwk").err, "--out: open folder/key.jwk: ")
	assert.Equal(t, 2, s.try("", "keygen", "--out", "key.jwk", "--public-out", "folder/public.jwk").code)
	s.run("", "keygen", "--out", "jwk.pem", "--format", "jwk")
	assert.Contains(t, s.read("jwk.pem"), `"kty": "OKP"`)
	for _, args := range [][]string{{"--out", "there.jwk"}, {"--out", "link.jwk"}, {"--out", "new.jwk", "--public-out", "there.jwk"}} {
		r := s.try("", append([]string{"keygen"}, args...)...)
		assert.Equal(t, 2, r.code)
		assert.Contains(t, r.err, "the file exists already and is not overwritten")
	}
	assert.Equal(t, "precious", s.read("there.jwk"))
	for _, name := range []string{"nowhere", "new.jwk"} {
		_, err := os.Stat(s.path(name))
		assert.Error(t, err, name)
	}
}

func TestKeygenPrintsAKeyOnlyIfAsked(t *testing.T) {
	s := newShell(t)
	r := s.try("", "keygen")
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.err, "--out - prints it")
	assert.Empty(t, r.out)
	key := s.run("", "keygen", "--out", "-")
	assert.Contains(t, key, `"d": "`)
	s.run(key, "sign", "--key", "-")
	assert.Contains(t, s.run("", "keygen", "--out", "-", "--format", "pem"), "BEGIN PRIVATE KEY")
	assert.Contains(t, s.run("", "keygen", "--json", "--kid", "a", "--out", "key.jwk"), `"kid": "a"`)
}

func TestKeygenMakesAKeyForEveryAlgorithm(t *testing.T) {
	s := newShell(t)
	small := slices.DeleteFunc(slices.Clone(describe.SignatureAlgorithms), func(alg string) bool { return alg[1] == 'S' && (alg[0] == 'R' || alg[0] == 'P') && alg != "PS256" })
	for _, alg := range small { // an RSA key takes long
		r := s.try("", "keygen", "--alg", alg, "--out", alg+".jwk")
		if strings.HasPrefix(alg, "ML-DSA-") && strings.Contains(r.err, "wants Go 1.27") {
			continue
		}
		require.Equal(t, 0, r.code, r.err)
		token := s.run("", "sign", "--key", alg+".jwk")
		s.run(token, "verify", "--key", alg+".jwk")
	}
	for _, alg := range []string{"ECDH-ES", "ECDH-ES+A256KW", "A128KW", "A256KW", "A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"} {
		s.run("", "keygen", "--alg", alg, "--out", alg+".jwk")
		assert.Equal(t, 2, s.try("", "sign", "--key", alg+".jwk").code, "%s is not for signatures", alg)
	}
	for _, args := range [][]string{{"--alg", "none"}, {"--alg", "dir"}, {"--alg", "RSA1_5"}, {"--alg", ""}, {"--format", "der"}, {"--alg", "HS256", "--format", "pem"}, {"--alg", "HS256", "--public-out", "p"}} {
		r := s.try("", append([]string{"keygen", "--out", "no.jwk"}, args...)...)
		assert.Equal(t, 2, r.code, "%q", args)
		_, err := os.Stat(s.path("no.jwk"))
		assert.Error(t, err, "%q", args)
	}
}
