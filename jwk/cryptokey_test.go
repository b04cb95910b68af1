package jwk_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestCryptoKeyIsTheKeyAndACopyOfIt(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			given, k := material()[kind], newKey(t, kind, "", "")
			got := k.CryptoKey()
			require.IsType(t, given, got)
			switch given := given.(type) {
			case *rsa.PrivateKey:
				assert.True(t, given.Equal(got))
				got.(*rsa.PrivateKey).N.SetInt64(1)
				got.(*rsa.PrivateKey).D.SetInt64(1)
				assert.True(t, given.Equal(k.CryptoKey()))
				assert.True(t, given.PublicKey.Equal(k.Public().CryptoKey()))
			case *ecdsa.PrivateKey:
				assert.True(t, given.Equal(got))
				*got.(*ecdsa.PrivateKey) = ecdsa.PrivateKey{}
				assert.True(t, given.Equal(k.CryptoKey()))
				assert.True(t, given.PublicKey.Equal(k.Public().CryptoKey()))
			case ed25519.PrivateKey:
				assert.True(t, given.Equal(got))
				clear(got.(ed25519.PrivateKey))
				assert.True(t, given.Equal(k.CryptoKey()))
				clear(k.Public().CryptoKey().(ed25519.PublicKey))
				assert.Equal(t, given.Public(), k.Public().CryptoKey())
			case *ecdh.PrivateKey:
				assert.True(t, given.Equal(got))
				assert.True(t, given.PublicKey().Equal(k.Public().CryptoKey()))
			case []byte:
				assert.Equal(t, given, got)
				clear(got.([]byte))
				assert.Equal(t, given, k.CryptoKey())
				assert.Nil(t, k.Public())
			}
			assert.Nil(t, (&jwk.Key{}).CryptoKey())
		})
	}
}

func TestNewTakesACopy(t *testing.T) {
	secret := []byte(strings.Repeat("0123456789abcdef", 4))
	k, err := jwk.New(jwt.HS256, secret, "")
	require.NoError(t, err)
	before := k.Thumbprint()
	clear(secret)
	assert.Equal(t, before, k.Thumbprint())

	for _, part := range []string{"N", "E", "D", "p", "q", "dp", "dq", "qi"} {
		given := copyOf(t, material()["RSA"].(*rsa.PrivateKey))
		k, err := jwk.New("", given, "")
		require.NoError(t, err)
		before, err := k.MarshalPrivateJSON()
		require.NoError(t, err)
		for _, key := range []*rsa.PrivateKey{given, k.CryptoKey().(*rsa.PrivateKey)} {
			switch part {
			case "N":
				key.N.SetInt64(1)
			case "E":
				key.E = 3
			case "D":
				key.D.SetInt64(1)
			case "p":
				key.Primes[0].SetInt64(1)
			case "q":
				key.Primes[1].SetInt64(1)
			case "dp":
				key.Precomputed.Dp.SetInt64(1)
			case "dq":
				key.Precomputed.Dq.SetInt64(1)
			case "qi":
				key.Precomputed.Qinv.SetInt64(1)
			}
			after, err := k.MarshalPrivateJSON()
			require.NoError(t, err)
			assert.Equal(t, string(before), string(after), part)
		}
	}
}

// copyOf returns a copy of a key that has no part in common with it.
func copyOf(t testing.TB, key *rsa.PrivateKey) *rsa.PrivateKey {
	t.Helper()
	copied, err := x509.ParsePKCS1PrivateKey(x509.MarshalPKCS1PrivateKey(key))
	require.NoError(t, err)
	return copied
}

func TestNewReadsECDHKeysOfNISTCurvesAsEC(t *testing.T) {
	for _, kind := range []string{"P-256", "P-384", "P-521"} {
		given := material()[kind].(*ecdsa.PrivateKey)
		other, err := given.ECDH()
		require.NoError(t, err)
		k, err := jwk.New("ECDH-ES", other, "")
		require.NoError(t, err)
		assert.True(t, given.Equal(k.CryptoKey()))
		public, err := jwk.New("", other.PublicKey(), "")
		require.NoError(t, err)
		assert.True(t, given.PublicKey.Equal(public.CryptoKey()))
	}
}

func TestNewRefuses(t *testing.T) {
	rsaKey := *material()["RSA"].(*rsa.PrivateKey)
	another, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	mismatched := *material()["P-256"].(*ecdsa.PrivateKey)
	mismatched.PublicKey = another.PublicKey
	mixed := slices.Concat(material()["Ed25519"].(ed25519.PrivateKey)[:32], make([]byte, 32))
	threePrimes := rsaKey
	threePrimes.Primes = append(slices.Clone(rsaKey.Primes), rsaKey.Primes[0])
	onlyPublic := rsa.PrivateKey{PublicKey: rsaKey.PublicKey}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	for _, row := range []struct {
		name  string
		key   any
		alg   jwt.Algorithm
		keyID string
		want  string
	}{
		{"nothing", nil, "", "", "got a key of type <nil>"},
		{"a type from elsewhere", struct{}{}, "", "", "got a key of type struct {}"},
		{"a JWK that is a Key already", &jwk.Key{}, "", "", "got a key of type *jwk.Key"},
		{"a nil RSA key", (*rsa.PrivateKey)(nil), "", "", "not complete"},
		{"a nil RSA public key", (*rsa.PublicKey)(nil), "", "", "got nil"},
		{"a nil ECDSA key", (*ecdsa.PrivateKey)(nil), "", "", "not complete"},
		{"a nil ECDH key", (*ecdh.PrivateKey)(nil), "", "", "not complete"},
		{"a nil ECDH public key", (*ecdh.PublicKey)(nil), "", "", "not complete"},
		{"a zero RSA key", &rsa.PrivateKey{}, "", "", "modulus of 0 bits"},
		{"an RSA key without private part", &onlyPublic, "", "", "0 primes, want 2"},
		{"an RSA key with three primes", &threePrimes, "", "", "3 primes, want 2"},
		{"a zero ECDSA key", &ecdsa.PrivateKey{}, "", "", "got a curve that is not"},
		{"an ECDSA key without a point", &ecdsa.PublicKey{Curve: elliptic.P256()}, "", "", "not complete"},
		{"a mismatched ECDSA key", &mismatched, "", "", "do not belong together"},
		{"P-224", p224, "", "", "got a curve that is not"},
		{"a zero ECDH key", &ecdh.PrivateKey{}, "", "", "not complete"},
		{"a short Ed25519 key", ed25519.PrivateKey{1}, "", "", "private key of 1 bytes, want 64"},
		{"a short Ed25519 public key", ed25519.PublicKey{1}, "", "", "got 1 bytes, want 32"},
		{"a mismatched Ed25519 key", ed25519.PrivateKey(mixed), "", "", "point of large order"},
		{"a short secret", []byte("password"), "", "", "secret of 8 bytes, want at least 16"},
		{"a secret too short for its alg", make([]byte, 31), jwt.HS256, "", "HS256 secret: got 31 bytes, want at least 32"},
		{"a PEM file as secret", []byte("\n-----BEGIN PUBLIC KEY-----\nMFkw"), "", "", "got a PEM file as a secret"},
		{"a JWK as secret", []byte(`{"kty":"RSA","n":"AQAB"}`), "", "", "got a JSON Web Key as a secret"},
		{"a line of OpenSSH as secret", []byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"), "", "", "got an SSH key as a secret"},
		{"a DER key as secret", sec1(t), "", "", "got a DER key or certificate as a secret"},
		{"a DER key as secret, in base64", []byte(base64.StdEncoding.EncodeToString(sec1(t))), "", "", "got a key or certificate in base64 as a secret"},
		{"an alg of another kind", another, jwt.RS256, "", "RS256 key: got *ecdsa.PublicKey, want *rsa.PublicKey"},
		{"an alg of another curve", another, jwt.ES512, "", "ES512 key: got the curve P-256, want P-521"},
		{"an unknown alg", another, "ES256K", "", `unknown algorithm "ES256K"`},
		{"none", another, "none", "", `unknown algorithm "none"`},
		{"an encryption alg of another kind", another, "RSA-OAEP", "", "RSA-OAEP takes no P-256 key"},
		{"ECDH-ES with Ed25519", material()["Ed25519"], "ECDH-ES", "", "ECDH-ES takes no Ed25519 key"},
		{"A256KW with 64 bytes", material()["oct"], "A256KW", "", "A256KW wants a secret of 32 bytes, got 64"},
		{"a key ID that is no text", another, "", "\xff", "key ID: not valid UTF-8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k, err := jwk.New(row.alg, row.key, row.keyID)
			assert.Nil(t, k)
			require.ErrorContains(t, err, row.want)
			assert.True(t, strings.HasPrefix(err.Error(), "jwk: "), err)
		})
	}
}

// sec1 is an EC private key in DER.
func sec1(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(material()["P-256"].(*ecdsa.PrivateKey))
	require.NoError(t, err)
	return der
}

func TestNewKeysForEncryptionAreCarried(t *testing.T) {
	fipstest.SkipEnforced(t)
	secret := material()["oct"].([]byte)
	for _, row := range []struct {
		key any
		alg jwt.Algorithm
	}{
		{material()["RSA"], "RSA-OAEP"}, {material()["RSA"], "RSA-OAEP-256"}, {material()["RSA"], "RSA-OAEP-384"}, {material()["RSA"], "RSA-OAEP-512"},
		{material()["P-256"], "ECDH-ES"}, {material()["P-384"], "ECDH-ES+A128KW"}, {material()["P-521"], "ECDH-ES+A192KW"}, {material()["X25519"], "ECDH-ES+A256KW"},
		{secret[:16], "A128KW"}, {secret[:24], "A192KW"}, {secret[:32], "A256KW"}, {secret[:16], "A128GCMKW"}, {secret[:24], "A192GCMKW"}, {secret[:32], "A256GCMKW"},
		{secret, "dir"}, {secret[:16], "A128GCM"}, {secret[:24], "A192GCM"}, {secret[:32], "A256GCM"},
		{secret[:32], "A128CBC-HS256"}, {secret[:48], "A192CBC-HS384"}, {secret, "A256CBC-HS512"},
	} {
		t.Run(string(row.alg), func(t *testing.T) {
			if secret, ok := row.key.([]byte); ok && row.alg != "dir" { // which takes any size
				for _, other := range [][]byte{secret[1:], append(slices.Clone(secret), 0)} {
					_, err := jwk.New(row.alg, other, "1")
					assert.Error(t, err, len(other))
				}
			}
			k, err := jwk.New(row.alg, row.key, "1")
			require.NoError(t, err)
			assert.Equal(t, "enc", k.Use())
			assert.Equal(t, row.alg, k.Algorithm())
			data, err := k.MarshalPrivateJSON()
			require.NoError(t, err)
			again, err := jwk.Parse(data)
			require.NoError(t, err)
			assert.Equal(t, row.alg, again.Algorithm())
			assert.Equal(t, k.CryptoKey(), again.CryptoKey())
			_, err = again.Signer()
			assert.Error(t, err)
			s, err := jwk.NewSet(again)
			require.NoError(t, err)
			for _, alg := range []jwt.Algorithm{row.alg, jwt.HS256, jwt.RS256, jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA} {
				found, err := s.Verifiers(t.Context(), jwt.Header{Algorithm: alg, KeyID: "1"})
				require.NoError(t, err)
				assert.Empty(t, found)
			}
		})
	}
}

func TestAKeyOfNoCurveIsRefused(t *testing.T) {
	t.Parallel()
	_, err := jwk.New("ECDH-ES", &ecdh.PublicKey{}, "")
	assert.EqualError(t, err, "jwk: got a curve that is not P-256, P-384, P-521, Ed25519 or X25519")
}
