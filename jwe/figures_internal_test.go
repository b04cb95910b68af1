package jwe

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// counting returns the bytes 0, 1, 2 … up to n.
func counting(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// The figures of RFC 7518 appendix B: initialization vector, ciphertext and tag.
func TestCBCFigures(t *testing.T) {
	const plaintext = "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience"
	const header = "The second principle of Auguste Kerckhoffs"
	for _, row := range []struct {
		source string
		enc    Encryption
		sealed string
	}{
		{"B.1", A128CBCHS256, "1af38c2dc2b96ffdd86694092341bc04c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9" +
			"a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c703233609d45ac69864e3321cf82935ac4096c8" +
			"6e133314c54019e8ca7980dfa4b9cf1b384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade5" +
			"4b8851ffb598f7f80074b9473c82e2db652c3fa36b0a7c5b3219fab3a30bc1c4"},
		{"B.3", A256CBCHS512, "1af38c2dc2b96ffdd86694092341bc044affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd" +
			"822c301dd67c373bccb584ad3e9279c2e6d12a1374b77f077553df829410446b36ebd97066296ae6427ea75c2e0846a1" +
			"1a09ccf5370dc80bfecbad28c73f09b3a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950b" +
			"be2638d09dd7a4930930806d0703b1f64dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"},
	} {
		f := contents[row.enc]
		c, err := f.cipher(counting(f.keySize))
		require.NoError(t, err)
		got, err := c.Open(nil, nil, unhex(t, row.sealed), []byte(header))
		require.NoError(t, err, row.source)
		assert.Equal(t, plaintext, string(got), row.source)
		assert.Zero(t, c.NonceSize())
		assert.Len(t, c.Seal([]byte("x"), nil, []byte(plaintext), nil), 1+len(plaintext)+c.Overhead())
	}
}

// The figures of RFC 3394 section 4 for the sizes that are served.
func TestKeyWrapFigures(t *testing.T) {
	const data = "00112233445566778899aabbccddeeff"
	for _, row := range []struct {
		source      string
		kekSize     int
		key, wanted string
	}{
		{"4.1", 16, data, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
		{"4.3", 32, data, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
		{"4.6", 32, data + "000102030405060708090a0b0c0d0e0f", "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"},
	} {
		kek, err := aes.NewCipher(counting(row.kekSize))
		require.NoError(t, err)
		key, wrapped := unhex(t, row.key), unhex(t, row.wanted)
		assert.Equal(t, wrapped, wrapKey(kek, key), row.source)
		got, ok := unwrapKey(kek, wrapped, len(key))
		assert.True(t, ok, row.source)
		assert.Equal(t, key, got, row.source)
		for i := range wrapped {
			for bit := range 8 {
				changed := bytes.Clone(wrapped)
				changed[i] ^= 1 << bit
				_, ok := unwrapKey(kek, changed, len(key))
				assert.False(t, ok, "%s: bit %d of byte %d", row.source, bit, i)
			}
		}
		for _, size := range []int{0, 8, len(key) - 8, len(key) + 8, 64} {
			_, ok := unwrapKey(kek, wrapped, size)
			assert.False(t, ok, "%s: %d bytes", row.source, size)
		}
		for n := range wrapped {
			_, ok := unwrapKey(kek, wrapped[:n], len(key))
			assert.False(t, ok, "%s: cut to %d bytes", row.source, n)
		}
	}
}

// RFC 7518 appendix C, and two rounds by hand for a key of 64 bytes.
func TestConcatKDF(t *testing.T) {
	secret := []byte{
		158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156,
		251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
	}
	h := &Header{Algorithm: ECDHES, Encryption: A128GCM, PartyUInfo: []byte("Alice"), PartyVInfo: []byte("Bob")}
	f, err := factsOf(h.Algorithm, h.Encryption)
	require.NoError(t, err)
	assert.Equal(t, "56aa8deaf8236d205c2228cd71a7101a", hex.EncodeToString(f.derive(secret, h)))

	h.Encryption = A256CBCHS512
	f, err = factsOf(h.Algorithm, h.Encryption)
	require.NoError(t, err)
	info := "\x00\x00\x00\x0dA256CBC-HS512\x00\x00\x00\x05Alice\x00\x00\x00\x03Bob\x00\x00\x02\x00"
	one := sha256.Sum256([]byte("\x00\x00\x00\x01" + string(secret) + info))
	two := sha256.Sum256([]byte("\x00\x00\x00\x02" + string(secret) + info))
	assert.Equal(t, append(one[:], two[:]...), f.derive(secret, h))

	h.Algorithm = ECDHESA256KW
	f, err = factsOf(h.Algorithm, h.Encryption)
	require.NoError(t, err)
	info = "\x00\x00\x00\x0eECDH-ES+A256KW\x00\x00\x00\x05Alice\x00\x00\x00\x03Bob\x00\x00\x01\x00"
	one = sha256.Sum256([]byte("\x00\x00\x00\x01" + string(secret) + info))
	assert.Equal(t, one[:], f.derive(secret, h))
}

// refusing is a key that decrypts nothing.
type refusing struct{ SharedKey }

func (*refusing) DecryptKey(context.Context, Header, []byte) ([]byte, error) { return nil, ErrDecrypt }

// A key that is not decrypted shows only after the content, which is tried with a
// key that nobody knows.
func TestContentIsTriedWithARandomKeyWhenThereIsNone(t *testing.T) {
	f, err := contentOf(A128GCM)
	require.NoError(t, err)
	b, h := new(buffer), &Header{Algorithm: A128KW, Encryption: A128GCM}
	one, genuine, err := b.content(t.Context(), new(refusing), f, h)
	require.NoError(t, err)
	assert.False(t, genuine)
	two, genuine, err := b.content(t.Context(), new(refusing), f, h)
	require.NoError(t, err)
	assert.False(t, genuine)
	zero, err := f.cipher(make([]byte, 16))
	require.NoError(t, err)
	sealed := one.Seal(nil, nil, []byte("secret"), nil)
	_, err = one.Open(nil, nil, sealed, nil)
	assert.NoError(t, err)
	_, err = two.Open(nil, nil, sealed, nil)
	assert.Error(t, err)
	_, err = zero.Open(nil, nil, sealed, nil)
	assert.Error(t, err)
}
