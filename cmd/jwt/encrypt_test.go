package main

import (
	"encoding/base64"
	"math/big"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEncryptedTokensAreDecryptedAndVerified(t *testing.T) {
	s := newShell(t)
	token := s.signed()
	s.run("", "keygen", "--out", "wrong.jwk")
	for _, row := range []struct{ alg, file string }{
		{"ECDH-ES", "jwk"}, {"ECDH-ES+A256KW", "jwk"}, {"RSA-OAEP-256", "jwk"}, {"A256KW", "jwk"}, {"A128KW", "jwk"}, {"A128GCM", "jwk"}, {"A256CBC-HS512", "jwk"}, {"ECDH-ES", "pem"},
	} {
		private, public := "d"+row.alg+"."+row.file, "e"+row.alg+"."+row.file
		args := []string{"keygen", "--alg", row.alg, "--out", private}
		if row.alg[0] == 'A' {
			public = private
		} else {
			args = append(args, "--public-out", public)
		}
		s.run("", args...)
		encrypted := s.run(token, "encrypt", "--key", public)
		assert.Equal(t, 4, strings.Count(encrypted, "."))
		assert.True(t, inspectJSON(t, s, encrypted).Encrypted)
		assert.Equal(t, token, s.run(encrypted, "decrypt", "--key", private), row.alg)
		s.run(encrypted, append([]string{"--decrypt-key", private}, asked...)...)
		other := s.run("", "keygen", "--alg", row.alg, "--out", "-")
		assert.Equal(t, 1, s.try(encrypted, "decrypt", "--key", s.stored("other"+row.alg, other)).code, row.alg)
		assert.Equal(t, 1, s.try(encrypted, append([]string{"--decrypt-key", "other" + row.alg}, asked...)...).code, row.alg)
	}
	assert.Equal(t, 2, s.try(token, "encrypt", "--key", "wrong.jwk").code, "a key for signatures")
	modulus, err := base64.RawURLEncoding.DecodeString(textMembers(t, s.read("eRSA-OAEP-256.jwk"))["n"])
	require.NoError(t, err)
	assert.Equal(t, 3072, new(big.Int).SetBytes(modulus).BitLen())
	wrapped := s.run(token, "encrypt", "--key", "eECDH-ES.pem", "--alg", "ECDH-ES+A256KW")
	assert.Equal(t, "ECDH-ES+A256KW", inspectJSON(t, s, wrapped).Header["alg"])
	assert.Equal(t, token, s.run(wrapped, "decrypt", "--key", "dECDH-ES.pem", "--alg", "ECDH-ES+A256KW"))
	s.run("", "keygen", "--out", "wrong.pem")
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"encrypt"}, "no key: give --key"},
		{[]string{"encrypt", "--key", "wrong.pem"}, "the key names no algorithm for encryption: give one with --alg"},
		{[]string{"decrypt"}, "no key: give --key"},
		{[]string{"decrypt", "--key", "wrong.jwk"}, "EdDSA"},
		{[]string{"decrypt", "--key", "wrong.pem"}, "the key names no algorithm for encryption: give one with --alg"},
		{[]string{"encrypt", "--key", "eECDH-ES.jwk", "--enc", "A1"}, "--enc: want one of A256GCM, "},
		{append([]string{"--decrypt-key", "none.jwk"}, asked...), "--decrypt-key none.jwk: no such file"},
		{append([]string{"--decrypt-key", "token.txt"}, asked...), "jwt: --decrypt-key: "},
		{append([]string{"--decrypt-key", "wrong.jwk"}, asked...), "jwt: --decrypt-key: "},
	} {
		s.write("token.txt", token)
		r := s.try(token, row.args...)
		assert.Equal(t, 2, r.code, row.args)
		assert.Contains(t, r.err, row.want, row.args)
		s.note(row.args, r.err)
	}
	golden(t, "errors-encrypt.golden", s.said.String())
	both := append([]string{"--decrypt-key", "dECDH-ES.pem", "--decrypt-key", "dA256KW.jwk"}, asked...)
	for _, key := range []string{"eECDH-ES.pem", "dA256KW.jwk"} {
		s.run(s.run(token, "encrypt", "--key", key), both...)
	}
	for _, enc := range describe.ContentEncryptions {
		encrypted := s.run(token, "encrypt", "--key", "eECDH-ES.jwk", "--enc", enc)
		assert.Equal(t, enc, inspectJSON(t, s, encrypted).Header["enc"])
		s.run(encrypted, append([]string{"--decrypt-key", "dECDH-ES.jwk"}, asked...)...)
		assert.Equal(t, token, s.run(encrypted, "decrypt", "--key", "dECDH-ES.jwk"))
	}
	assert.Equal(t, 2, s.try("no token", "encrypt", "--key", "eECDH-ES.jwk").code)
}

// stored writes a file and returns its name.
func (s *shell) stored(name, text string) string {
	s.write(name, text)
	return name
}

func TestClaimsAreEncryptedWithoutASignatureBySharedKeysOnly(t *testing.T) {
	s := newShell(t)
	s.run("", "keygen", "--alg", "A256GCM", "--out", "shared.jwk")
	s.run("", "keygen", "--alg", "ECDH-ES", "--out", "key.jwk", "--public-out", "public.jwk")
	encrypted := s.run(`{"sub":"alice"}`, "encrypt", "--key", "shared.jwk", "--claims", "-")
	assert.Equal(t, "{\"sub\":\"alice\"}\n", s.run(encrypted, "decrypt", "--key", "shared.jwk"))
	assert.Contains(t, s.run(encrypted, "decrypt", "--key", "shared.jwk", "--json"), `"verified": false`)
	assert.Contains(t, s.try("", "encrypt", "--key", "shared.jwk", "--claims", "none.json").err, "--claims none.json: no such file")
	assert.Contains(t, s.try("", "encrypt", "--key", "public.jwk").err, "jwt: no token: ")
	s.run("", "keygen", "--alg", "HS256", "--out", "signs.jwk")
	r := s.try(`{"sub":"alice"}`, "encrypt", "--key", "signs.jwk", "--claims", "-")
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.err, "HS256")
	for _, key := range []string{"public.jwk", "key.jwk"} {
		r := s.try(`{"sub":"alice"}`, "encrypt", "--key", key, "--claims", "-")
		assert.Equal(t, 2, r.code)
		assert.Contains(t, r.err, "sign the claims first")
		assert.Empty(t, r.out)
	}
	assert.Contains(t, s.try("", "decrypt", "--key", "shared.jwk").err, "jwt: no token: ")
	for _, text := range []string{"", "abc", "....", "e30.a.b.c.d", "eyJhIjoxfQ.a.b"} {
		r := s.try(text, "decrypt", "--key", "shared.jwk")
		assert.NotEqual(t, 0, r.code, "%q", text)
		assert.Empty(t, r.out)
	}
}
