package keytext

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestSecretsAreReadAsTheyAreOrInBase64(t *testing.T) {
	t.Parallel()
	secret := []byte("correct horse battery staple >>>???")
	for _, row := range []struct {
		text     string
		inBase64 bool
	}{
		{string(secret), false},
		{string(secret) + "\n", false},
		{string(secret) + "\r\n", false},
		{base64.StdEncoding.EncodeToString(secret), true},
		{base64.URLEncoding.EncodeToString(secret) + "\n", true},
		{base64.RawURLEncoding.EncodeToString(secret[:32]) + " \r\n" + "", true},
	} {
		key, err := Secret([]byte(row.text), row.inBase64, "", "7")
		require.NoError(t, err)
		assert.Equal(t, secret[:len(key.CryptoKey().([]byte))], key.CryptoKey())
		assert.Equal(t, jwt.HS256, key.Algorithm())
		assert.Equal(t, "7", key.KeyID())
	}
	_, err := Secret([]byte("!"), true, "", "")
	assert.EqualError(t, err, "it is not base64")
	_, err = Secret(secret, false, jwt.ES256, "")
	assert.Error(t, err)
}

func TestKeysWithoutAlgorithmGetOne(t *testing.T) {
	t.Parallel()
	rsa, err := jwk.Generate(jwt.PS256)
	require.NoError(t, err)
	pem, err := rsa.MarshalPublicPEM()
	require.NoError(t, err)
	keys, notes, err := Parse(pem)
	require.NoError(t, err)
	assert.Empty(t, notes)
	require.Len(t, keys, 1)
	with, err := With(keys, jwt.PS256)
	require.NoError(t, err)
	assert.Equal(t, jwt.PS256, with[0].Algorithm())
	assert.Empty(t, keys[0].Algorithm(), "the keys that were given stay as they are")
	_, err = With(keys, jwt.ES256)
	assert.Error(t, err)
	two, err := With([]*jwk.Key{keys[0], rsa}, jwt.ES256)
	require.NoError(t, err)
	assert.Empty(t, two[0].Algorithm())
	assert.Equal(t, jwt.PS256, two[1].Algorithm())
	none, err := With(keys, "")
	require.NoError(t, err)
	assert.Empty(t, none[0].Algorithm())
}
