package jwk_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// certificatePEM returns a certificate of a kind as a PEM file.
func certificatePEM(t testing.TB, kind string) string {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(certificate(t, kind))
	require.NoError(t, err)
	return block("CERTIFICATE", der)
}

func TestParseCertificatesReadsEachEntryByItself(t *testing.T) {
	private, err := newKey(t, "P-384", "", "").MarshalPrivatePEM()
	require.NoError(t, err)
	public, err := newKey(t, "Ed25519", "", "").MarshalPublicPEM()
	require.NoError(t, err)
	s, err := jwk.ParseCertificates(marshal(t, map[string]any{
		"a": certificatePEM(t, "RSA"), "b": certificatePEM(t, "P-256"), "c": string(private), "d": string(public), "e": "text", "f": 5, "g": nil,
	}))
	require.NoError(t, err)
	assert.Equal(t, []string{"RSA public key, kid a", "P-256 public key, kid b", "Ed25519 public key, kid d"}, described(s))
	for kind, keyID := range map[string]string{"RSA": "a", "P-256": "b", "Ed25519": "d"} {
		signer, err := newKey(t, kind, "", keyID).Signer()
		require.NoError(t, err)
		assert.NoError(t, accepts(t, s, signer))
	}
	require.Len(t, s.Skipped(), 4)
	for i, want := range []struct {
		index      int
		keyID, err string
	}{{2, "c", "a private key among certificates"}, {4, "e", "PEM"}, {5, "f", "got a number, want a PEM certificate"}, {6, "g", "got null, want"}} {
		got := s.Skipped()[i]
		assert.Equal(t, want.index, got.Index)
		assert.Equal(t, want.keyID, got.KeyID)
		assert.ErrorContains(t, got.Err, want.err)
		assert.True(t, strings.HasPrefix(got.Err.Error(), "jwk: "))
	}
	signer, err := newKey(t, "P-384", "", "c").Signer()
	require.NoError(t, err)
	assert.ErrorIs(t, accepts(t, s, signer), jwt.ErrUnknownKey)
}

func TestParseCertificatesRefuses(t *testing.T) {
	entry := string(marshal(t, certificatePEM(t, "P-256")))
	for _, row := range []struct{ name, data, want string }{
		{"nothing", "", "not a JSON object"},
		{"an array", "[" + entry + "]", "not a JSON object"},
		{"an empty object", "{}", "no PEM text in it"},
		{"a JWK Set", `{"keys":[]}`, "no PEM text in it; ParseSet reads JWK Sets"},
		{"an error of a server", `{"error":"not found"}`, "no PEM text in it"},
		{"a key ID twice", `{"a":` + entry + `,"a":` + entry + `}`, `duplicate name "a"`},
		{"data after it", `{"a":` + entry + `}{}`, "data after the JSON object"},
		{"10,001 entries", `{"a":` + entry + strings.Repeat(`,"":0`, 10_000) + `}`, "duplicate name"},
		{"16 MiB and one byte", `{"a":` + entry + `}` + strings.Repeat(" ", 16<<20), "want at most 16777216"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := jwk.ParseCertificates([]byte(row.data))
			assert.Nil(t, s)
			require.ErrorContains(t, err, row.want)
			assert.True(t, strings.HasPrefix(err.Error(), "jwk: "), err)
		})
	}
	t.Run("as a set it is named", func(t *testing.T) {
		_, err := jwk.ParseSet([]byte(`{"a":` + entry + `}`))
		assert.ErrorContains(t, err, "a map of key IDs to PEM certificates, which ParseCertificates reads")
	})
	t.Run("as a set it is named, after a byte order mark and with a byte order mark it is read", func(t *testing.T) {
		s, err := jwk.ParseCertificates([]byte("\ufeff" + `{"a":` + entry + `}`))
		require.NoError(t, err)
		assert.Len(t, s.Keys(), 1)
	})
}
