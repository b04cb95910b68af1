package keytext

import (
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/stretchr/testify/require"
)

// A file of keys in any form is read, or is an error on one line.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"", "{", `{"keys":[{}]}`, `{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"}`, `{"a":"-----BEGIN CERTIFICATE-----"}`, "ssh-ed25519 AAAA", "-----BEGIN OPENSSH PRIVATE " + "KEY-----\n", "\ufeff{}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, _, err := Parse(data)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.NotEmpty(t, keys)
		_, err = With(keys, jwt.HS256)
		require.True(t, err == nil || len(keys) == 1)
	})
}
