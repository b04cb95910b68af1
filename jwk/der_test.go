package jwk_test

import (
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestDERIsReadInEachArmour(t *testing.T) {
	for _, kind := range []string{"RSA", "P-256", "Ed25519"} {
		key, err := jwk.New("", material()[kind], "")
		require.NoError(t, err)
		private, err := key.MarshalPrivatePEM()
		require.NoError(t, err)
		public, err := key.MarshalPublicPEM()
		require.NoError(t, err)
		for _, file := range [][]byte{private, public} {
			block, _ := pem.Decode(file)
			want, err := jwk.ParsePEM(file)
			require.NoError(t, err)
			for name, data := range map[string]string{
				"DER":              string(block.Bytes),
				"base64":           base64.StdEncoding.EncodeToString(block.Bytes),
				"base64url":        base64.RawURLEncoding.EncodeToString(block.Bytes),
				"base64 in quotes": `"` + base64.StdEncoding.EncodeToString(block.Bytes) + `"` + "\n",
			} {
				k, err := jwk.ParsePEM([]byte(data))
				if assert.NoError(t, err, "%s, %s", kind, name) {
					assert.Equal(t, want.CryptoKey(), k.CryptoKey(), "%s, %s", kind, name)
				}
			}
		}
	}
}

// The first two bytes of a text may be those of a sequence that is shorter than the text.
func TestTextBeforeABlockIsNotTakenForDER(t *testing.T) {
	key, err := jwk.New("", material()["Ed25519"], "")
	require.NoError(t, err)
	block, err := key.MarshalPrivatePEM()
	require.NoError(t, err)
	long := strings.Repeat("x", 200) + "\n"
	for _, text := range []string{"0 keys are older than this one, which is of 2026\n", "0\x7f" + long} {
		got, err := jwk.ParsePEM([]byte(text + string(block)))
		require.NoError(t, err, "%q", text)
		assert.Equal(t, key.CryptoKey(), got.CryptoKey(), "%q", text)
	}
	for _, der := range []string{"0\x81\x80" + long[:128], "0\x82\x01\x00" + long + long[:55]} {
		_, err = jwk.ParsePEM([]byte(der + string(block)))
		require.ErrorContains(t, err, "data after the key")
	}
}

func TestWhatIsNoKeyIsNamed(t *testing.T) {
	sevenOID := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	seven := marshalASN1(t, struct{ OID asn1.ObjectIdentifier }{sevenOID})
	twelve := marshalASN1(t, struct {
		Version int
		Safe    struct{ OID asn1.ObjectIdentifier }
	}{3, struct{ OID asn1.ObjectIdentifier }{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}}})
	unknown := marshalASN1(t, []string{"text"})
	type algorithm struct{ OID asn1.ObjectIdentifier }
	pss := marshalASN1(t, struct {
		Version   int
		Algorithm algorithm
	}{0, algorithm{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}}})
	block := func(label string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
	}
	for name, row := range map[string]struct{ data, want string }{
		"PKCS #7":                    {string(seven), "PKCS #7, which holds certificates"},
		"PKCS #7 in a block":         {block("PKCS7", seven), "PKCS #7, which holds certificates"},
		"PKCS #12":                   {string(twelve), "PKCS #12; take out the key"},
		"PKCS #12 in a block":        {block("PFX", twelve), "PKCS #12; take out the key"},
		"unknown":                    {string(unknown), "not a key of a kind that is supported"},
		"PKCS #8 of no algorithm":    {"0\x05\x02\x01\x00\x30\x00", "not a key of a kind that is supported"},
		"PKCS #8 without a key":      {string(pss), "not a key of a kind that is supported"},
		"unknown in a block":         {block("DATA", unknown), "is no key that is read here"},
		"no DER in a block":          {block("DATA", []byte("text")), "is no key that is read here"},
		"unknown in a private block": {block("PRIVATE KEY", unknown), "not a key of a kind that is supported"},
		"data behind DER":            {string(seven) + "\x00", "data after the key"},
		"nothing in base64":          {",", "no PEM block found, nor DER or base64 of it"},
		"other base64":               {"AAAA", "no PEM block found, nor DER or base64 of it"},
	} {
		k, err := jwk.ParsePEM([]byte(row.data))
		assert.Nil(t, k, name)
		assert.ErrorContains(t, err, row.want, name)
	}
}
