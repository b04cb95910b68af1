package jwt_test

//lint:file-ignore SA1019 Bad keys are made by setting their numbers.

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestNewHMAC(t *testing.T) {
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&rsaKey().PublicKey))})
	for _, row := range []struct {
		alg    jwt.Algorithm
		name   string
		secret []byte
		want   string // in the error; "": accepted
	}{
		{jwt.HS256, "32 bytes", secret[:32], ""},
		{jwt.HS384, "48 bytes", secret[:48], ""},
		{jwt.HS512, "64 bytes", secret[:64], ""},
		{jwt.HS256, "64 bytes", secret[:64], ""},
		{jwt.HS256, "1000 bytes", make([]byte, 1000), ""},
		{jwt.HS256, "31 bytes", secret[:31], "31 bytes, want at least 32"},
		{jwt.HS384, "47 bytes", secret[:47], "47 bytes, want at least 48"},
		{jwt.HS512, "63 bytes", secret[:63], "63 bytes, want at least 64"},
		{jwt.HS256, "a byte", []byte{0}, "1 bytes, want at least 32"},
		{jwt.HS256, "nothing", []byte{}, "0 bytes, want at least 32"},
		{jwt.HS256, "nil", nil, "0 bytes, want at least 32"},
		{jwt.HS256, "a public key in PEM", public, "got a PEM file"},
		{jwt.HS384, "a public key in PEM", public, "got a PEM file"},
		{jwt.HS512, "a public key in PEM behind spaces", append([]byte(" \r\n\t"), public...), "got a PEM file"},
		{jwt.RS256, "a secret", secret, "takes no secret"},
		{jwt.PS256, "a secret", secret, "takes no secret"},
		{jwt.ES256, "a secret", secret, "takes no secret"},
		{jwt.EdDSA, "a secret", secret, "takes no secret"},
		{"", "a secret", secret, "unknown algorithm"},
		{"none", "a secret", secret, "unknown algorithm"},
		{"hs256", "a secret", secret, "unknown algorithm"},
		{"HS1", "a secret", secret, "unknown algorithm"},
	} {
		t.Run(string(row.alg)+"/"+row.name, func(t *testing.T) {
			k, err := jwt.NewHMAC(row.alg, row.secret, "key-1")
			if row.want == "" {
				require.NoError(t, err)
				assert.Equal(t, row.alg, k.Algorithm())
				assert.Equal(t, "key-1", k.KeyID())
				return
			}
			require.ErrorContains(t, err, row.want)
			assert.Nil(t, k)
			assertPlain(t, "", err)
		})
	}
	_, err := jwt.NewHMAC(jwt.HS256, secret, "\xff")
	require.ErrorContains(t, err, "UTF-8")
}

// What a key was made from may be changed or wiped afterwards.
func TestKeysKeepACopy(t *testing.T) {
	s := []byte(strings.Repeat("s", 32))
	same, err := jwt.NewHMAC(jwt.HS256, s, "")
	require.NoError(t, err)
	mac, err := same.Sign(t.Context(), []byte("input"))
	require.NoError(t, err)
	unused, err := jwt.NewHMAC(jwt.HS256, s, "")
	require.NoError(t, err)
	clear(s)
	assert.NoError(t, same.Verify(t.Context(), []byte("input"), mac))
	assert.NoError(t, unused.Verify(t.Context(), []byte("input"), mac))

	ed := append(ed25519.PrivateKey(nil), ed25519Key()...)
	fromCopy, err := jwt.NewSigner(jwt.EdDSA, ed, "")
	require.NoError(t, err)
	clear(ed)
	sig, err := fromCopy.Sign(t.Context(), []byte("input"))
	require.NoError(t, err)
	_, edVerifier := pair(t, jwt.EdDSA, "")
	assert.NoError(t, edVerifier.Verify(t.Context(), []byte("input"), sig))

	for _, alg := range asymmetric() {
		signer, _ := pair(t, alg, "")
		sig, err := signer.Sign(t.Context(), []byte("input"))
		require.NoError(t, err)
		var v jwt.Verifier
		switch key := privateKey(alg).Public().(type) {
		case *rsa.PublicKey:
			public := &rsa.PublicKey{N: new(big.Int).Set(key.N), E: key.E}
			v, err = jwt.NewVerifier(alg, public, "")
			public.N.SetInt64(1)
			public.E = 1
		case *ecdsa.PublicKey:
			public := &ecdsa.PublicKey{Curve: key.Curve, X: new(big.Int).Set(key.X), Y: new(big.Int).Set(key.Y)}
			v, err = jwt.NewVerifier(alg, public, "")
			public.X.SetInt64(0)
			public.Y = nil
		case ed25519.PublicKey:
			public := append(ed25519.PublicKey(nil), key...)
			v, err = jwt.NewVerifier(alg, public, "")
			clear(public)
		default:
			continue // ML-DSA, which has a test of its own
		}
		require.NoError(t, err)
		assert.NoError(t, v.Verify(t.Context(), []byte("input"), sig), alg)
	}
}
