package jwk_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
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
	"github.com/seed-b1f8f58c/jwt/internal/program"
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
	deps, err := exec.Command(program.Find(t, "go"), "list", "-deps", ".").Output()
	require.NoError(t, err)
	for _, unwanted := range []string{"net/http", "golang.org/x/crypto/ssh"} {
		assert.NotContains(t, strings.Split(string(deps), "\n"), unwanted)
	}
}
