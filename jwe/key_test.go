package jwe_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestKeysOfTheWrongKindAreRefusedWhenMade(t *testing.T) {
	fipstest.SkipEnforced(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	broken := *rsaKey()
	broken.D = new(big.Int).Add(broken.D, big.NewInt(2))
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	ec1, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ec2, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	//lint:ignore SA1019 a key that nobody should make
	mixed := &ecdsa.PrivateKey{PublicKey: ec1.PublicKey, D: ec2.D}
	//lint:ignore SA1019 a key that nobody should make
	off := &ecdsa.PrivateKey{PublicKey: ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}, D: ec1.D}
	//lint:ignore SA1019 a key that nobody should make
	offCurve := &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}
	zeroPoint, err := ecdh.X25519().NewPublicKey(make([]byte, 32))
	require.NoError(t, err)
	public := func(key any, alg jwe.Algorithm) error {
		k, err := jwe.NewEncrypter(alg, jwe.A128GCM, key, "")
		assert.Nil(t, k)
		return err
	}
	private := func(key any, alg jwe.Algorithm) error {
		k, err := jwe.NewDecrypter(alg, jwe.A128GCM, key, "")
		assert.Nil(t, k)
		return err
	}
	for _, row := range []struct {
		name string
		make func(key any, alg jwe.Algorithm) error
		alg  jwe.Algorithm
		key  any
		want string
	}{
		{"nil", public, jwe.RSAOAEP256, nil, "jwe: RSA-OAEP-256 key: got nil, want *rsa.PublicKey"},
		{"nil", private, jwe.RSAOAEP256, nil, "jwe: RSA-OAEP-256 key: got nil, want *rsa.PrivateKey or another crypto.Decrypter"},
		{"nil", public, jwe.ECDHES, nil, "jwe: ECDH-ES key: got nil, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"nil", private, jwe.ECDHES, nil, "jwe: ECDH-ES key: got nil, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"a nil pointer", public, jwe.RSAOAEP256, (*rsa.PublicKey)(nil), "jwe: RSA-OAEP-256 key: got nil, want *rsa.PublicKey"},
		{"a nil pointer", private, jwe.RSAOAEP256, (*rsa.PrivateKey)(nil), "jwe: RSA-OAEP-256 key: got nil, want *rsa.PrivateKey or another crypto.Decrypter"},
		{"a nil pointer", public, jwe.ECDHES, (*ecdh.PublicKey)(nil), "jwe: ECDH-ES key: got nil, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"a nil pointer", private, jwe.ECDHES, (*ecdh.PrivateKey)(nil), "jwe: ECDH-ES key: got nil, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"a nil pointer", public, jwe.ECDHES, (*ecdsa.PublicKey)(nil), "jwe: ECDH-ES key: got nil, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"a nil pointer", private, jwe.ECDHES, (*ecdsa.PrivateKey)(nil), "jwe: ECDH-ES key: got nil, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"zero", public, jwe.RSAOAEP256, &rsa.PublicKey{}, "jwe: RSA-OAEP-256 key: got an RSA modulus of 0 bits, want 2048 to 8192"},
		{"zero", private, jwe.RSAOAEP256, &rsa.PrivateKey{}, "jwe: RSA-OAEP-256 key: got an RSA modulus of 0 bits, want 2048 to 8192"},
		{"zero", public, jwe.ECDHES, &ecdh.PublicKey{}, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"zero", private, jwe.ECDHES, &ecdh.PrivateKey{}, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"zero", public, jwe.ECDHES, &ecdsa.PublicKey{}, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"zero", private, jwe.ECDHES, &ecdsa.PrivateKey{}, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"half filled", public, jwe.ECDHES, &ecdsa.PublicKey{Curve: elliptic.P256()}, "jwe: ECDH-ES key: got one that is not complete"},
		{"half filled", private, jwe.ECDHES, &ecdsa.PrivateKey{PublicKey: ec1.PublicKey}, "jwe: ECDH-ES key: got one that is not complete"},
		{"half filled", private, jwe.RSAOAEP256, &rsa.PrivateKey{PublicKey: rsaKey().PublicKey}, "jwe: RSA-OAEP-256 key: crypto/rsa: …"},
		{"too small", public, jwe.RSAOAEP256, &small.PublicKey, "jwe: RSA-OAEP-256 key: got an RSA modulus of 1024 bits, want 2048 to 8192"},
		{"too small", private, jwe.RSAOAEP256, small, "jwe: RSA-OAEP-256 key: got an RSA modulus of 1024 bits, want 2048 to 8192"},
		{"too small", private, jwe.LegacyRSAOAEP, small, "jwe: RSA-OAEP key: got an RSA modulus of 1024 bits, want 2048 to 8192"},
		{"an exponent of one", public, jwe.RSAOAEP256, &rsa.PublicKey{N: rsaKey().N, E: 1}, "jwe: RSA-OAEP-256 key: got the RSA exponent 1, want an odd one from 3 to 2^31-1"},
		{"parts that do not belong together", private, jwe.RSAOAEP256, &broken, "jwe: RSA-OAEP-256 key: crypto/rsa: …"},
		{"a public part that is no point", private, jwe.ECDHES, off, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"parts that do not belong together", private, jwe.ECDHES, mixed, "jwe: ECDH-ES key: private and public part do not belong together"},
		{"a curve that is not served", public, jwe.ECDHES, &p224.PublicKey, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"a curve that is not served", private, jwe.ECDHES, p224, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"no point on the curve", public, jwe.ECDHES, offCurve, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"a point of small order", public, jwe.ECDHES, zeroPoint, "jwe: ECDH-ES key: got a point of small order, want one of large order"},
		{"an RSA key to agree with", public, jwe.ECDHES, &rsaKey().PublicKey, "jwe: ECDH-ES key: got *rsa.PublicKey, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"an RSA key to agree with", private, jwe.ECDHES, rsaKey(), "jwe: ECDH-ES key: got *rsa.PrivateKey, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"an EC key for RSA", public, jwe.RSAOAEP256, &ec1.PublicKey, "jwe: RSA-OAEP-256 key: got *ecdsa.PublicKey, want *rsa.PublicKey"},
		{"an EC key for RSA", private, jwe.RSAOAEP256, ec1, "jwe: RSA-OAEP-256 key: got *ecdsa.PrivateKey, want *rsa.PrivateKey or another crypto.Decrypter"},
		{"a private key to encrypt with", public, jwe.RSAOAEP256, rsaKey(), "jwe: RSA-OAEP-256 key: got *rsa.PrivateKey, want *rsa.PublicKey; it is a private key, whose Public method returns the public one"},
		{"a private key to encrypt with", public, jwe.ECDHES, ecdhKey("P-256"), "jwe: ECDH-ES key: got *ecdh.PrivateKey, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"a public key to decrypt with", private, jwe.ECDHES, ecdhKey("P-256").PublicKey(), "jwe: ECDH-ES key: got *ecdh.PublicKey, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"SHA-1 to encrypt with", public, jwe.LegacyRSAOAEP, &rsaKey().PublicKey, "jwe: RSA-OAEP key: serves to read only, want RSA-OAEP-256 to encrypt"},
		{"a secret", public, jwe.A128KW, []byte("0123456789abcdef"), "jwe: A128KW key: got []uint8, want a secret given to NewSharedKey"},
		{"a secret", private, jwe.Dir, []byte("0123456789abcdef"), "jwe: dir key: got []uint8, want a secret given to NewSharedKey"},
		{"hollow", private, jwe.RSAOAEP256, contextRSA{}, "jwe: RSA-OAEP-256 key: got nil, want *rsa.PublicKey"},
		{"hollow", private, jwe.RSAOAEP256, struct{ crypto.Decrypter }{}, "jwe: RSA-OAEP-256 key: got one that is not complete"},
		{"hollow", private, jwe.ECDHES, struct{ ecdh.KeyExchanger }{}, "jwe: ECDH-ES key: got one that is not complete"},
		{"no algorithm", public, "", &rsaKey().PublicKey, `jwe: unknown algorithm "", want one of the package's constants`},
		{"an unknown algorithm", private, "RSA1_5", rsaKey(), `jwe: unknown algorithm "RSA1_5", want one of the package's constants`},
	} {
		err := row.make(row.key, row.alg)
		if want, cut := strings.CutSuffix(row.want, "…"); cut { // the rest is the standard library's
			assert.ErrorContains(t, err, want, "%s for %s", row.name, row.alg)
			continue
		}
		assert.EqualError(t, err, row.want, "%s for %s", row.name, row.alg)
	}
}

// What Verify checks before it asks a key, a key checks for itself as well.
func TestKeysDecryptNothingThatIsNotTheirs(t *testing.T) {
	for _, p := range allPairs(t, "") {
		for _, encryptedKey := range [][]byte{{}, {0}, make([]byte, 8), make([]byte, 24), make([]byte, 72), make([]byte, 256), make([]byte, 512)} {
			alg := p.decrypt.Algorithm()
			cek, err := p.decrypt.DecryptKey(t.Context(), jwe.Header{}, encryptedKey)
			if alg == jwe.Dir && len(encryptedKey) == 0 {
				assert.NoError(t, err)
				continue
			}
			assert.ErrorIs(t, err, jwe.ErrDecrypt, "%s, %d bytes", p.name, len(encryptedKey))
			assert.Nil(t, cek)
		}
	}
}

func TestKeyIDsAreText(t *testing.T) {
	for _, make := range []func() error{
		func() error { _, err := jwe.NewSharedKey(jwe.A128KW, jwe.A128GCM, randomBytes(16), "\xff"); return err },
		func() error {
			_, err := jwe.NewEncrypter(jwe.RSAOAEP256, jwe.A128GCM, &rsaKey().PublicKey, "\xff")
			return err
		},
		func() error { _, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, rsaKey(), "\xff"); return err },
	} {
		assert.ErrorContains(t, make(), "jwe: key ID: ")
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	fipstest.SkipEnforced(t)
	secret := []byte("a secret of 32 bytes is not told")
	shared, err := jwe.NewSharedKey(jwe.Dir, jwe.A128CBCHS256, secret, "k")
	require.NoError(t, err)
	wrapping, err := jwe.NewSharedKey(jwe.A256KW, jwe.A128CBCHS256, secret, "k")
	require.NoError(t, err)
	private, err := ecdh.X25519().NewPrivateKey(secret)
	require.NoError(t, err)
	agreeing, err := jwe.NewDecrypter(jwe.ECDHES, jwe.A128GCM, private, "k")
	require.NoError(t, err)
	decrypting, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, rsaKey(), "k")
	require.NoError(t, err)
	for _, v := range []any{
		shared, *shared, wrapping, *wrapping, agreeing, decrypting,
		jwe.Policy{Keys: []jwe.Decrypter{shared, wrapping, agreeing, decrypting}}, &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{shared}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
			text := fmt.Sprintf(verb, v)
			for _, form := range []string{"%s", "%x", "%d", "% x", "%v"} {
				for _, key := range [][]byte{secret[:8], secret[16:24], rsaKey().D.Bytes()[:8]} {
					assert.NotContains(t, text, strings.Trim(fmt.Sprintf(form, key), "[]"))
				}
			}
			assert.NotContains(t, text, rsaKey().D.String()[:20])
		}
	}
}
