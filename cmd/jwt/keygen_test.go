package main

import (
	"encoding/base64"
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
	secrets := map[string]bool{string(make([]byte, 16)): true}
	for alg, size := range map[string]int{"ECDH-ES": 0, "ECDH-ES+A256KW": 0, "A128KW": 16, "A256KW": 32, "A128GCM": 16, "A256GCM": 32, "A128CBC-HS256": 32, "A256CBC-HS512": 64} {
		out := s.run("", "keygen", "--alg", alg, "--out", alg+".jwk")
		assert.Regexp(t, `, kid "[\w-]{26,43}"\n$`, out)
		if size > 0 {
			secret, err := base64.RawURLEncoding.DecodeString(textMembers(t, s.read(alg+".jwk"))["k"])
			require.NoError(t, err)
			assert.Len(t, secret, size, alg)
			assert.False(t, secrets[string(secret[:16])], "%s: not a random secret", alg)
			secrets[string(secret[:16])] = true
		}
		assert.Equal(t, 2, s.try("", "sign", "--key", alg+".jwk").code, "%s is not for signatures", alg)
	}
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"--alg", "none"}, "is not an algorithm to make a key for"},
		{[]string{"--alg", "dir"}, "give the content encryption that the secret is for: A256GCM"},
		{[]string{"--alg", "RSA1_5"}, "is not an algorithm to make a key for"},
		{[]string{"--alg", ""}, "is not an algorithm to make a key for"},
		{[]string{"--format", "der"}, "want the format jwk or pem"},
		{[]string{"--alg", "HS256", "--format", "pem"}, "--out: jwk: "},
		{[]string{"--alg", "HS256", "--public-out", "p"}, "a secret for HS256 has no public part"},
		{[]string{"--kid", "\xff"}, "jwk: "},
	} {
		args := row.args
		r := s.try("", append([]string{"keygen", "--out", "no.jwk"}, args...)...)
		assert.Equal(t, 2, r.code, "%q", args)
		assert.Contains(t, r.err, row.want, "%q", args)
		s.note(args, r.err)
		_, err := os.Stat(s.path("no.jwk"))
		assert.Error(t, err, "%q", args)
	}
	golden(t, "errors-keygen.golden", s.said.String())
}

// A key of which a part is missing is no key.
func TestFilesThatCannotBeWrittenWholeAreRemoved(t *testing.T) {
	s := newShell(t)
	out, err := s.shellLine("ulimit -f 0; jwt keygen --out key.jwk")
	require.Error(t, err)
	assert.Contains(t, out, "jwt: --out: write key.jwk: ")
	assert.NoFileExists(t, s.path("key.jwk"))
}
