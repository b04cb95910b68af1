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
	assert.Same(t, keys[0], two[0])
	one, err := With([]*jwk.Key{rsa}, jwt.ES256)
	require.NoError(t, err)
	assert.Same(t, rsa, one[0])
	assert.Equal(t, jwt.PS256, two[1].Algorithm())
	none, err := With(keys, "")
	require.NoError(t, err)
	assert.Empty(t, none[0].Algorithm())
}

func TestKeysAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	key, err := jwk.Generate(jwt.EdDSA)
	require.NoError(t, err)
	text := func(data []byte, err error) string {
		t.Helper()
		require.NoError(t, err)
		return string(data)
	}
	public, private := text(key.MarshalJSON()), text(key.MarshalPrivateJSON())
	const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHfrFOMHLZOxj3lOoKRZVUMpd9nb5DmXxTTwAnqwLfNl me@example.com"
	for name, row := range map[string]struct {
		data    string
		private bool
		notes   string // a part of the only one, "" for none
	}{
		"PEM":                          {text(key.MarshalPrivatePEM()), true, ""},
		"a public key of OpenSSH":      {line, false, ""},
		"a JWK":                        {private, true, ""},
		"a mark before it":             {"\ufeff \n" + public, false, ""},
		"a private set":                {`{"keys":[` + private + `]}`, true, ""},
		"a set that is read leniently": {`{"keys":[{"x5t":7,` + public[1:] + `]}`, false, ""},
		"a set with another key":       {`{"keys":[{"kty":"EC","kid":"7","crv":"P-1"},` + public + `]}`, false, `key 0 of the set (kid "7") is left out: `},
	} {
		keys, notes, err := Parse([]byte(row.data))
		require.NoError(t, err, name)
		require.Len(t, keys, 1, name)
		_, err = keys[0].MarshalPrivateJSON()
		assert.Equal(t, row.private, err == nil, name)
		if row.notes == "" {
			assert.Empty(t, notes, name)
		} else if assert.Len(t, notes, 1, name) {
			assert.Contains(t, notes[0], row.notes)
		}
	}
}

func TestFilesWithoutAKeyAreNamed(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"":                                    "jwk: PEM: no PEM block found: the file is empty",
		"hello":                               "jwk: PEM: no PEM block found, nor DER or base64 of it; Parse reads a JWK",
		"ssh-rsa !":                           "openssh: not a public key",
		"{":                                   "the JSON is not well-formed",
		`{"kty":"x"}`:                         "jwk: unknown kty",
		`{"keys":[]}`:                         "there is no key in the set",
		`{"keys":[{"kty":"EC","crv":"P-1"}]}`: `there is no key in the set; key 0 of the set (kid "") is left out: `,
		`{"keys":7}`:                          "jwk: not a JWK Set: keys: got a number, want an array",
		`{"a":"b"}`:                           "jwk: not a map of key IDs to PEM certificates",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n": "openssh: not a private key",
	} {
		keys, notes, err := Parse([]byte(data))
		assert.Empty(t, notes, data)
		assert.ErrorContains(t, err, want, data)
		assert.Nil(t, keys, data)
	}
}
