package keyfile

import (
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever stands around a key file, it is not taken for a secret.
func FuzzKind(f *testing.F) {
	for _, text := range []string{"", "secret", "ssh-ed25519 AAAA", `{"kty":"oct"}`, `{"keys":[]}`, "\x30\x82\x01\x0a", "MIIBCgKCAQEA", "PuTTY-User-Key-File-3: ssh-rsa", "-----BEGIN"} {
		f.Add([]byte(text), "KEY")
	}
	f.Fuzz(func(t *testing.T, data []byte, label string) {
		before := string(data)
		Kind(data)
		require.Equal(t, before, string(data))
		if file := pem.EncodeToMemory(&pem.Block{Type: label, Bytes: data}); file != nil {
			require.Equal(t, "a PEM file", Kind(file))
			require.Equal(t, "a PEM file", Kind(append([]byte("\ufeff \n"), file...)))
		}
	})
}
