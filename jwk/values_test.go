package jwk_test

import (
	"crypto/rsa"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwk"
)

// RFC 7518 section 6.3.1.1.
func TestASignOctetOfAnIntegerIsDropped(t *testing.T) {
	n := material()["RSA"].(*rsa.PrivateKey).N.Bytes()
	for name, row := range map[string]struct{ n, e string }{
		"of the modulus":                   {base64.RawURLEncoding.EncodeToString(append([]byte{0}, n...)), "AQAB"},
		"of the exponent, before 10000000": {base64.RawURLEncoding.EncodeToString(n), "AIAAAQ"},
	} {
		k, err := jwk.Parse([]byte(`{"kty":"RSA","n":"` + row.n + `","e":"` + row.e + `"}`))
		require.NoError(t, err, name)
		assert.Equal(t, n, k.CryptoKey().(*rsa.PublicKey).N.Bytes(), name)
		text, err := k.MarshalJSON()
		require.NoError(t, err)
		assert.Contains(t, string(text), `"n":"`+base64.RawURLEncoding.EncodeToString(n)+`"`, name)
	}
}
