package jwk_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestUseAndKeyOpsAreHonoured(t *testing.T) {
	for _, row := range []struct {
		members               map[string]any
		sign, verify, decrypt bool // verify: by the public key
		publicOps             string
	}{
		{map[string]any{}, true, true, true, ""},
		{map[string]any{"use": "sig"}, true, true, false, ""},
		{map[string]any{"use": "enc"}, false, false, true, ""},
		{map[string]any{"use": "other"}, false, false, false, ""},
		{map[string]any{"key_ops": []string{}}, false, false, false, "[]"},
		{map[string]any{"key_ops": []string{"sign"}}, true, true, false, "[verify]"},
		{map[string]any{"key_ops": []string{"verify"}}, false, true, false, "[verify]"},
		{map[string]any{"key_ops": []string{"sign", "verify"}}, true, true, false, "[verify]"},
		{map[string]any{"key_ops": []string{"decrypt", "unwrapKey"}}, false, false, true, "[encrypt wrapKey]"},
		{map[string]any{"key_ops": []string{"deriveKey", "deriveBits"}}, false, false, false, "[deriveKey deriveBits]"},
		{map[string]any{"key_ops": []string{"something new"}}, false, false, false, "[something new]"},
		{map[string]any{"use": "sig", "key_ops": []string{"sign"}}, true, true, false, "[verify]"},
		{map[string]any{"use": "other", "key_ops": []string{"sign"}}, false, false, false, "[verify]"},
	} {
		name, err := json.Marshal(row.members)
		require.NoError(t, err)
		t.Run(string(name), func(t *testing.T) {
			k, err := jwk.Parse(changed(t, "P-256", row.members))
			require.NoError(t, err)
			_, err = k.Signer()
			assert.Equal(t, row.sign, err == nil, err)
			_, err = k.Verifier()
			assert.Equal(t, row.verify, err == nil, err)
			_, err = k.Public().Verifier()
			assert.Equal(t, row.verify, err == nil, err)
			assert.Equal(t, row.sign, k.Permits("sign"))
			assert.Equal(t, row.decrypt, k.Permits("decrypt"))
			assert.Equal(t, row.verify, k.Public().Permits("verify"))

			s, err := jwk.NewSet(k)
			require.NoError(t, err)
			found, err := s.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.ES256})
			require.NoError(t, err)
			assert.Equal(t, row.verify, len(found) == 1)

			data, err := k.MarshalJSON()
			require.NoError(t, err)
			if row.publicOps == "" {
				assert.NotContains(t, string(data), "key_ops")
				return
			}
			var public struct {
				Operations []string `json:"key_ops"`
			}
			require.NoError(t, json.Unmarshal(data, &public))
			assert.Equal(t, row.publicOps, "["+strings.Join(public.Operations, " ")+"]")
		})
	}
	t.Run("of a secret, which has no other side", func(t *testing.T) {
		k, err := jwk.Parse(changed(t, "oct", map[string]any{"alg": "HS256", "key_ops": []string{"sign"}}))
		require.NoError(t, err)
		_, err = k.Signer()
		assert.NoError(t, err)
		_, err = k.Verifier()
		assert.ErrorContains(t, err, "do not permit to verify")
	})
}

func TestPermitsEachOperationOfTheUse(t *testing.T) {
	operations := map[string]string{
		"sign": "sig", "verify": "sig", "encrypt": "enc", "decrypt": "enc", "wrapKey": "enc", "unwrapKey": "enc", "deriveKey": "enc", "deriveBits": "enc",
	}
	for operation, use := range operations {
		for _, of := range []string{"sig", "enc", "other"} {
			k, err := jwk.Parse(changed(t, "RSA", map[string]any{"use": of}))
			require.NoError(t, err)
			assert.Equal(t, of == use, k.Permits(operation), "%s of use %s", operation, of)
			if of == "other" {
				continue
			}
			_, err = jwk.Parse(changed(t, "RSA", map[string]any{"use": of, "key_ops": []string{operation}}))
			assert.Equal(t, of == use, err == nil, "%s of use %s: %v", operation, of, err)
		}
		k, err := jwk.Parse(changed(t, "RSA", map[string]any{"key_ops": []string{operation}}))
		require.NoError(t, err)
		for other := range operations {
			assert.Equal(t, other == operation, k.Permits(other))
		}
		assert.True(t, newKey(t, "RSA", "", "").Permits(operation), "a key with neither member")
	}
	k, err := jwk.Parse(changed(t, "RSA", map[string]any{"use": "sig"}))
	require.NoError(t, err)
	assert.False(t, k.Permits("something else"))
}
