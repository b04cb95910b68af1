package jwk_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestWithAddsAlgorithmAndKeyID(t *testing.T) {
	for _, row := range []struct {
		name  string
		key   *jwk.Key
		alg   jwt.Algorithm
		keyID string
		want  string // of String, without thumbprint
	}{
		{"both", newKey(t, "RSA", "", ""), jwt.PS256, "1", `RSA private key, alg "PS256", use "sig", kid "1"`},
		{"nothing", newKey(t, "RSA", jwt.RS256, "1"), "", "", `RSA private key, alg "RS256", use "sig", kid "1"`},
		{"another key ID", newKey(t, "P-256", jwt.ES256, "1"), jwt.ES256, "2", `P-256 private key, alg "ES256", use "sig", kid "2"`},
		{"of a public key", newKey(t, "P-256", "", "").Public(), jwt.ES256, "2", `P-256 public key, alg "ES256", use "sig", kid "2"`},
		{"for encryption", newKey(t, "P-256", "", "1"), "ECDH-ES", "", `P-256 private key, alg "ECDH-ES", use "enc", kid "1"`},
		{"of a secret", newKey(t, "oct", "", ""), jwt.HS256, "1", `symmetric key, alg "HS256", use "sig", kid "1"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := row.key.String()
			k, err := row.key.With(row.alg, row.keyID)
			require.NoError(t, err)
			assert.Contains(t, k.String(), row.want)
			assert.Equal(t, row.key.CryptoKey(), k.CryptoKey())
			assert.Equal(t, before, row.key.String(), "the key itself is as it was")
		})
	}
}

func TestWithRefuses(t *testing.T) {
	sig, err := jwk.Parse(changed(t, "RSA", map[string]any{"use": "sig"}))
	require.NoError(t, err)
	enc, err := jwk.Parse(changed(t, "P-256", map[string]any{"use": "enc"}))
	require.NoError(t, err)
	decrypts, err := jwk.Parse(changed(t, "P-256", map[string]any{"key_ops": []string{"deriveKey"}}))
	require.NoError(t, err)
	for _, row := range []struct {
		name  string
		key   *jwk.Key
		alg   jwt.Algorithm
		keyID string
		want  string
	}{
		{"nil", nil, jwt.RS256, "", "nil or zero"},
		{"zero", &jwk.Key{}, jwt.RS256, "", "nil or zero"},
		{"another algorithm", newKey(t, "RSA", jwt.RS256, ""), jwt.PS256, "", "the key is for RS256, not for \"PS256\""},
		{"a signing secret to encrypt", newKey(t, "oct", jwt.HS256, ""), "dir", "", "the key is for HS256"},
		{"a key of use sig to encrypt", sig, "RSA-OAEP", "", `the use of the key is "sig", and "RSA-OAEP" is of use "enc"`},
		{"a key of use enc to sign", enc, jwt.ES256, "", `the use of the key is "enc", and "ES256" is of use "sig"`},
		{"key_ops of the other use", decrypts, jwt.ES256, "", `key_ops: "deriveKey" does not go with use "sig"`},
		{"another kind of key", newKey(t, "RSA", "", ""), jwt.ES256, "", "ES256 key: got *rsa.PublicKey"},
		{"an unknown algorithm", newKey(t, "RSA", "", ""), "none", "", `unknown algorithm "none"`},
		{"a key ID that is no text", newKey(t, "RSA", "", ""), "", "\xff", "key ID: not valid UTF-8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k, err := row.key.With(row.alg, row.keyID)
			assert.Nil(t, k)
			assert.ErrorContains(t, err, row.want)
		})
	}
}
