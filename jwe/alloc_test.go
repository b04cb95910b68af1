//go:build !race

// The race detector has pools forget things, to find more races.

package jwe_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestAllocations(t *testing.T) {
	ctx := t.Context()
	plaintext := make([]byte, 400)
	signer, signed := sender(t)
	for _, row := range []struct {
		alg              jwe.Algorithm
		enc              jwe.Encryption
		encrypt, decrypt float64
	}{
		{jwe.Dir, jwe.A128GCM, 1, 1},
		{jwe.Dir, jwe.A256GCM, 1, 1},
		{jwe.Dir, jwe.A128CBCHS256, 3, 4},
		{jwe.A256KW, jwe.A256GCM, 7, 7},
	} {
		key := sharedKey(t, row.alg, row.enc, "b-2026")
		token, err := jwe.InsecureEncryptUnsigned(ctx, key, jwe.Header{}, plaintext)
		require.NoError(t, err)
		nested, err := jwe.SignAndEncrypt(ctx, signer, key, claims())
		require.NoError(t, err)
		policy := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}
		ofClaims := *signed
		ofClaims.Keys = nil
		alone := &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: &ofClaims}
		unsigned, err := jwe.EncryptUnsigned(ctx, key, claims())
		require.NoError(t, err)
		for _, run := range []struct {
			name string
			most float64
			call func() error
		}{
			{"encrypt", row.encrypt, func() error {
				_, err := jwe.InsecureEncryptUnsigned(ctx, key, jwe.Header{}, plaintext)
				return err
			}},
			{"decrypt", row.decrypt, func() error {
				_, _, err := jwe.InsecureDecryptUnsigned(ctx, key, token)
				return err
			}},
			{"verify", row.decrypt + 2, func() error {
				_, err := policy.Verify(ctx, nested)
				return err
			}},
			{"verify claims alone", row.decrypt + 2, func() error {
				_, err := alone.Verify(ctx, unsigned)
				return err
			}},
		} {
			got := testing.AllocsPerRun(200, func() {
				if err := run.call(); err != nil {
					t.Error(err)
				}
			})
			assert.LessOrEqual(t, got, run.most, "%s %s %s", row.alg, row.enc, run.name)
		}
	}
}
