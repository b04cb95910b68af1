package jwe_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwe"
)

// With the right tag, so that the size is all that is wrong.
func TestCBCContentIsWholeBlocksWithRightPadding(t *testing.T) {
	pad := func(s string) []byte { return []byte(s) }
	for _, enc := range []jwe.Encryption{jwe.A128CBCHS256, jwe.A256CBCHS512} {
		secret := randomBytes(contentKeySize[enc])
		key, err := jwe.NewSharedKey(jwe.Dir, enc, secret, "")
		require.NoError(t, err)
		header := `{"alg":"dir","enc":"` + string(enc) + `"}`
		for _, row := range []struct {
			name      string
			plaintext string
			padding   []byte
			ok        bool
		}{
			{"one byte", "123456789012345", pad("\x01"), true},
			{"a whole block", "1234567890123456", pad(strings.Repeat("\x10", 16)), true},
			{"zero", "123456789012345", pad("\x00"), false},
			{"more than a block", "123456789012345", pad("\x11"), false},
			{"a block and a byte", "123456789012345", pad(strings.Repeat("\x11", 17)), false},
			{"more than there is", "123456789012345", pad("\xff"), false},
			{"bytes that differ", "1234567890123", pad("\x03\x02\x03"), false},
			{"the first byte differs", "1234567890123", pad("\x01\x03\x03"), false},
		} {
			token := craft{header: header, enc: enc, cek: secret, plaintext: row.plaintext, padding: row.padding}.token()
			_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
			if row.ok {
				require.NoError(t, err, row.name)
				assert.Equal(t, row.plaintext, string(plaintext))
				continue
			}
			assert.EqualError(t, err, notDecrypted, "%s: %s", enc, row.name)
		}
		for _, size := range []int{0, 1, 15, 17, 31, 33} {
			head, iv, ciphertext := b64([]byte(header)), randomBytes(16), randomBytes(size)
			tag := cbcTag(secret[:len(secret)/2], []byte(head), iv, ciphertext)
			_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), key, strings.Join([]string{head, "", b64(iv), b64(ciphertext), b64(tag)}, "."))
			assert.EqualError(t, err, notDecrypted, "%s: %d bytes", enc, size)
		}
	}
}
