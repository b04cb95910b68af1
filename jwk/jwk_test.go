package jwk_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// material is one private key or secret of each kind.
var material = sync.OnceValue(func() map[string]any {
	must := func(key any, err error) any {
		if err != nil {
			panic(err)
		}
		return key
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	secret := make([]byte, 64)
	rand.Read(secret)
	var x25519 *ecdh.PrivateKey
	fips140.WithoutEnforcement(func() { x25519 = must(ecdh.X25519().GenerateKey(rand.Reader)).(*ecdh.PrivateKey) })
	keys := map[string]any{
		"RSA":     must(rsa.GenerateKey(rand.Reader, 2048)),
		"P-256":   must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)),
		"P-384":   must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)),
		"P-521":   must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)),
		"Ed25519": must(edwards, err),
		"X25519":  x25519,
		"oct":     secret,
	}
	for _, kind := range mldsaKinds {
		keys[kind] = newMLDSA(kind)
	}
	return keys
})

// kinds are those that the mode of this process lets be used.
var kinds = slices.DeleteFunc(append([]string{"RSA", "P-256", "P-384", "P-521", "Ed25519", "X25519", "oct"}, mldsaKinds...),
	func(kind string) bool { return kind == "X25519" && fips140.Enforced() })

// newKey returns the key of a kind.
func newKey(t testing.TB, kind string, alg jwt.Algorithm, keyID string) *jwk.Key {
	t.Helper()
	require.Contains(t, material(), kind)
	if kind == "X25519" {
		fipstest.SkipEnforced(t)
	}
	k, err := jwk.New(alg, material()[kind], keyID)
	require.NoError(t, err)
	return k
}

// changed returns the private JWK of a kind with members set, or removed if nil.
func changed(t testing.TB, kind string, changes map[string]any) []byte {
	t.Helper()
	data, err := newKey(t, kind, "", "").MarshalPrivateJSON()
	require.NoError(t, err)
	return changedJSON(t, data, changes)
}

// changedPublic is changed for the public JWK.
func changedPublic(t testing.TB, kind string, changes map[string]any) []byte {
	t.Helper()
	data, err := newKey(t, kind, "", "").MarshalJSON()
	require.NoError(t, err)
	return changedJSON(t, data, changes)
}

func changedJSON(t testing.TB, data []byte, changes map[string]any) []byte {
	t.Helper()
	var members map[string]any
	require.NoError(t, json.Unmarshal(data, &members))
	maps.Copy(members, changes)
	maps.DeleteFunc(members, func(_ string, value any) bool { return value == nil })
	data, err := json.Marshal(members)
	require.NoError(t, err)
	return data
}

// accepts reports why the key set does not accept a token of the signer.
func accepts(t testing.TB, keys jwt.KeySet, s jwt.Signer) error {
	t.Helper()
	token, err := jwt.Sign(t.Context(), s, jwt.Claims{ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour))})
	require.NoError(t, err)
	p := &jwt.Policy{Keys: keys}
	_, err = p.Verify(t.Context(), token)
	return err
}

func TestKeySignsAndVerifiesForItsAlgorithm(t *testing.T) {
	for _, row := range []struct {
		kind       string
		alg, named jwt.Algorithm // alg in the key; then SignerFor(named), "" for Signer()
		want       jwt.Algorithm
	}{
		{"RSA", "", "", jwt.RS256},
		{"RSA", "", jwt.PS512, jwt.PS512},
		{"RSA", jwt.RS256, "", jwt.RS256},
		{"RSA", jwt.RS384, "", jwt.RS384},
		{"RSA", jwt.RS512, "", jwt.RS512},
		{"RSA", jwt.PS256, "", jwt.PS256},
		{"RSA", jwt.PS384, jwt.PS384, jwt.PS384},
		{"RSA", jwt.PS512, "", jwt.PS512},
		{"P-256", "", "", jwt.ES256},
		{"P-256", jwt.ES256, "", jwt.ES256},
		{"P-384", "", "", jwt.ES384},
		{"P-384", jwt.ES384, "", jwt.ES384},
		{"P-521", "", "", jwt.ES512},
		{"P-521", jwt.ES512, "", jwt.ES512},
		{"Ed25519", "", "", jwt.EdDSA},
		{"Ed25519", "", jwt.Ed25519, jwt.Ed25519},
		{"Ed25519", jwt.EdDSA, "", jwt.EdDSA},
		{"Ed25519", jwt.Ed25519, "", jwt.Ed25519},
		{"ML-DSA-44", "", "", jwt.MLDSA44},
		{"ML-DSA-65", "", jwt.MLDSA65, jwt.MLDSA65},
		{"ML-DSA-87", jwt.MLDSA87, "", jwt.MLDSA87},
		{"oct", "", jwt.HS384, jwt.HS384},
		{"oct", jwt.HS256, "", jwt.HS256},
		{"oct", jwt.HS384, "", jwt.HS384},
		{"oct", jwt.HS512, "", jwt.HS512},
	} {
		t.Run(row.kind+"/"+string(row.alg)+"/"+string(row.named), func(t *testing.T) {
			if strings.HasPrefix(row.kind, "ML-DSA") && !slices.Contains(mldsaKinds, row.kind) {
				t.Skip("this release of Go has no ML-DSA")
			}
			k := newKey(t, row.kind, row.alg, "key-1")
			sign, verify := k.Signer, k.Verifier
			if row.named != "" {
				sign = func() (jwt.Signer, error) { return k.SignerFor(row.named) }
				verify = func() (jwt.Verifier, error) { return k.VerifierFor(row.named) }
			}
			s, err := sign()
			require.NoError(t, err)
			v, err := verify()
			require.NoError(t, err)
			assert.Equal(t, row.want, s.Algorithm())
			assert.Equal(t, row.want, v.Algorithm())
			assert.Equal(t, "key-1", s.KeyID())
			assert.Equal(t, "key-1", v.KeyID())
			assert.NoError(t, accepts(t, jwt.Keys{v}, s))
		})
	}
}

func TestKeyDoesNotServeWhatItIsNotFor(t *testing.T) {
	public := newKey(t, "P-256", "", "").Public()
	for _, row := range []struct {
		name      string
		key       *jwk.Key
		operation string
		alg       jwt.Algorithm // "" for Signer() and Verifier()
		want      string
	}{
		{"public key signs", public, "sign", "", "got a public key, want a private one"},
		{"another algorithm than its own", newKey(t, "RSA", jwt.RS256, ""), "sign", jwt.PS256, `the key is for RS256, not for "PS256"`},
		{"another algorithm than its own", newKey(t, "RSA", jwt.RS256, ""), "verify", jwt.PS256, `the key is for RS256, not for "PS256"`},
		{"EdDSA key for Ed25519", newKey(t, "Ed25519", jwt.EdDSA, ""), "verify", jwt.Ed25519, `the key is for EdDSA, not for "Ed25519"`},
		{"algorithm of another curve", newKey(t, "P-256", "", ""), "sign", jwt.ES384, "ES384 key: got the curve P-256, want P-384"},
		{"algorithm of another curve", public, "verify", jwt.ES384, "ES384 key: got the curve P-256, want P-384"},
		{"HMAC with a public key", public, "verify", jwt.HS256, "HS256 key: got *ecdsa.PublicKey, want a secret"},
		{"RSA with a secret", newKey(t, "oct", "", ""), "verify", jwt.RS256, "RS256 takes no secret"},
		{"secret without alg", newKey(t, "oct", "", ""), "sign", "", "without alg has no usual algorithm"},
		{"secret without alg", newKey(t, "oct", "", ""), "verify", "", "without alg has no usual algorithm"},
		{"none", newKey(t, "RSA", "", ""), "sign", "none", `unknown algorithm "none"`},
		{"none", newKey(t, "RSA", "", ""), "verify", "none", `unknown algorithm "none"`},
		{"X25519", newKey(t, "X25519", "", ""), "sign", "", "X25519 without alg has no usual algorithm"},
		{"X25519", newKey(t, "X25519", "", ""), "sign", jwt.EdDSA, "a key of X25519 does not sign"},
		{"X25519", newKey(t, "X25519", "", ""), "verify", jwt.EdDSA, "EdDSA key: got *ecdh.PublicKey"},
		{"key to encrypt", newKey(t, "RSA", "RSA-OAEP-256", ""), "sign", "", "use or key_ops do not permit to sign"},
		{"key to encrypt", newKey(t, "RSA", "RSA-OAEP-256", ""), "verify", "", "use or key_ops do not permit to verify"},
		{"encryption algorithm", newKey(t, "RSA", "", ""), "sign", "RSA-OAEP", "RSA-OAEP is for encryption"},
		{"encryption algorithm", newKey(t, "oct", "", ""), "verify", "dir", "dir is for encryption"},
		{"nil", nil, "sign", "", "the key is nil or zero"},
		{"nil", nil, "verify", "", "the key is nil or zero"},
		{"zero", &jwk.Key{}, "sign", jwt.ES256, "the key is nil or zero"},
		{"zero", &jwk.Key{}, "verify", jwt.ES256, "the key is nil or zero"},
	} {
		t.Run(row.name+"/"+row.operation, func(t *testing.T) {
			var got any
			var err error
			switch {
			case row.operation == "sign" && row.alg == "":
				got, err = row.key.Signer()
			case row.operation == "sign":
				got, err = row.key.SignerFor(row.alg)
			case row.alg == "":
				got, err = row.key.Verifier()
			default:
				got, err = row.key.VerifierFor(row.alg)
			}
			assert.Nil(t, got)
			require.ErrorContains(t, err, row.want)
			assert.True(t, strings.HasPrefix(err.Error(), "jwk: "), err)
			assert.NotContains(t, err.Error(), "jwt: ")
		})
	}
}

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

func TestNilAndZeroKeysAreNoKey(t *testing.T) {
	for name, k := range map[string]*jwk.Key{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, k.KeyID())
			assert.Empty(t, k.Algorithm())
			assert.Empty(t, k.Use())
			assert.Empty(t, k.Thumbprint())
			assert.Empty(t, k.ThumbprintURI())
			assert.Nil(t, k.Public())
			assert.Nil(t, k.CryptoKey())
			assert.False(t, k.Permits("sign"))
			assert.Equal(t, "no key", k.String())
			for _, write := range []func() ([]byte, error){k.MarshalJSON, k.MarshalPrivateJSON, k.MarshalPublicPEM, k.MarshalPrivatePEM} {
				data, err := write()
				assert.Nil(t, data)
				assert.EqualError(t, err, "jwk: the key is nil or zero, want one from Parse, ParsePEM, New or Generate")
			}
			_, err := jwk.NewSet(newKey(t, "P-256", "", ""), k)
			assert.EqualError(t, err, "jwk: the key is nil or zero, want one from Parse, ParsePEM, New or Generate: key 1")
		})
	}
}

func TestKeyMayBeUsedConcurrently(t *testing.T) {
	for _, kind := range kinds {
		k := newKey(t, kind, "", "1")
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				_ = k.String()
				k.Thumbprint()
				k.CryptoKey()
				k.Public()
				k.MarshalPrivateJSON()
				k.MarshalPrivatePEM()
				if s, err := k.Signer(); err == nil {
					s.Sign(t.Context(), []byte("input"))
				}
			})
		}
		wait.Wait()
	}
}

func TestPackageStaysSmall(t *testing.T) {
	deps, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	for _, unwanted := range []string{"net/http", "golang.org/x/crypto/ssh"} {
		assert.NotContains(t, strings.Split(string(deps), "\n"), unwanted)
	}
}
