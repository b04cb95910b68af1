//go:build go1.27

package jwk_test

import (
	"context"
	"crypto/mldsa"
	"crypto/sha3"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

var mldsaKinds = []string{"ML-DSA-44", "ML-DSA-65", "ML-DSA-87"}

var mldsaSets = map[string]mldsa.Parameters{"ML-DSA-44": mldsa.MLDSA44(), "ML-DSA-65": mldsa.MLDSA65(), "ML-DSA-87": mldsa.MLDSA87()}

func newMLDSA(kind string) any {
	key, err := mldsa.GenerateKey(mldsaSets[kind])
	if err != nil {
		panic(err)
	}
	return key
}

// The keys of RFC 9964 appendix A.1 have a seed of zeros and their thumbprint as kid.
func TestMLDSAVectors(t *testing.T) {
	for kind, thumbprint := range map[string]string{
		"ML-DSA-44": "T4xl70S7MT6Zeq6r9V9fPJGVn76wfnXJ21-gyo0Gu6o",
		"ML-DSA-65": "Suiu29qbfuaBaR4Ats-c6XQBePB_OpAxAwcTR_0KXVM",
		"ML-DSA-87": "tRn1JNIkgMsABVQBlXeDHxAIcclh-2IX0UdDEzPt5XU",
	} {
		key, err := mldsa.NewPrivateKey(mldsaSets[kind], make([]byte, 32))
		require.NoError(t, err)
		members := `"kid":"` + thumbprint + `","kty":"AKP","alg":"` + kind + `","pub":"` + b64(key.PublicKey().Bytes()) + `"`
		k, err := jwk.Parse([]byte(`{` + members + `,"priv":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`))
		require.NoError(t, err)
		assert.Equal(t, thumbprint, k.Thumbprint())
		assert.True(t, key.Equal(k.CryptoKey()))
		assertSameJSON(t, []byte(`{`+members+`}`), marshal(t, k))
		private, err := k.MarshalPrivateJSON()
		require.NoError(t, err)
		assertSameJSON(t, []byte(`{`+members+`,"priv":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`), private)
		public, err := jwk.Parse([]byte(`{` + members + `}`))
		require.NoError(t, err)
		assert.Equal(t, thumbprint, public.Thumbprint())
		assert.True(t, key.PublicKey().Equal(public.CryptoKey()))
	}
}

// Each form of a key is the same key: JWK, PEM, and that of the standard library.
func TestMLDSAKeysInEveryForm(t *testing.T) {
	for _, kind := range mldsaKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			k, err := jwk.Generate(jwt.Algorithm(kind))
			require.NoError(t, err)
			assert.Equal(t, kind+" private key, alg \""+kind+"\", use \"sig\", kid \""+k.KeyID()+"\", thumbprint "+k.KeyID(), k.String())
			another, err := jwk.Generate(jwt.Algorithm(kind))
			require.NoError(t, err)
			assert.NotEqual(t, k.KeyID(), another.KeyID())
			standard := k.CryptoKey().(*mldsa.PrivateKey)
			assert.Equal(t, mldsaSets[kind], standard.PublicKey().Parameters())

			private, err := k.MarshalPrivatePEM()
			require.NoError(t, err)
			block, _ := pem.Decode(private)
			parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			require.NoError(t, err)
			assert.True(t, standard.Equal(parsed))
			public, err := k.MarshalPublicPEM()
			require.NoError(t, err)
			block, _ = pem.Decode(public)
			parsed, err = x509.ParsePKIXPublicKey(block.Bytes)
			require.NoError(t, err)
			assert.True(t, standard.PublicKey().Equal(parsed))

			forms := map[string]func() (*jwk.Key, error){
				"JSON":        func() (*jwk.Key, error) { data, _ := k.MarshalPrivateJSON(); return jwk.Parse(data) },
				"PEM":         func() (*jwk.Key, error) { return jwk.ParsePEM(private) },
				"New":         func() (*jwk.Key, error) { return jwk.New("", standard, "") },
				"public JSON": func() (*jwk.Key, error) { return jwk.Parse(marshal(t, k)) },
				"public PEM":  func() (*jwk.Key, error) { return jwk.ParsePEM(public) },
				"public New":  func() (*jwk.Key, error) { return jwk.New(jwt.Algorithm(kind), standard.PublicKey(), "") },
				"Public":      func() (*jwk.Key, error) { return k.Public(), nil },
			}
			s, err := k.Signer()
			require.NoError(t, err)
			for name, form := range forms {
				again, err := form()
				require.NoError(t, err, name)
				assert.Equal(t, k.Thumbprint(), again.Thumbprint(), name)
				assert.Equal(t, jwt.Algorithm(kind), again.Algorithm(), name)
				again, err = again.With("", k.KeyID())
				require.NoError(t, err)
				v, err := again.Verifier()
				require.NoError(t, err, name)
				assert.NoError(t, accepts(t, jwt.Keys{v}, s), name)
				if _, err := again.Signer(); strings.HasPrefix(strings.ToLower(name), "public") {
					assert.ErrorContains(t, err, "got a public key", name)
				} else {
					assert.NoError(t, err, name)
				}
			}
		})
	}
}

func TestMLDSAKeysServeTheirParameterSet(t *testing.T) {
	for _, kind := range mldsaKinds {
		for _, other := range append(slices.Clone(mldsaKinds), "ES256", "HS256", "RSA-OAEP") {
			if other == kind {
				continue
			}
			_, err := jwk.New(jwt.Algorithm(other), material()[kind], "")
			assert.ErrorContains(t, err, "jwk: alg: "+other)
			k := newKey(t, kind, "", "")
			_, err = k.With(jwt.Algorithm(other), "")
			assert.ErrorContains(t, err, "the key is for "+kind)
			_, err = k.VerifierFor(jwt.Algorithm(other))
			assert.ErrorContains(t, err, "the key is for "+kind)
			_, err = k.SignerFor(jwt.Algorithm(other))
			assert.ErrorContains(t, err, "the key is for "+kind)
		}
	}
	for _, key := range []any{(*mldsa.PublicKey)(nil), (*mldsa.PrivateKey)(nil), new(mldsa.PublicKey), new(mldsa.PrivateKey)} {
		_, err := jwk.New("", key, "")
		assert.EqualError(t, err, "jwk: the key is not complete")
	}
}

func TestMLDSAPartsBelongTogether(t *testing.T) {
	one, two := newMLDSA("ML-DSA-44").(*mldsa.PrivateKey), newMLDSA("ML-DSA-44").(*mldsa.PrivateKey)
	data := `{"kty":"AKP","alg":"ML-DSA-44","pub":"` + b64(one.PublicKey().Bytes()) + `","priv":"` + b64(two.Bytes()) + `"}`
	_, err := jwk.Parse([]byte(data))
	assert.EqualError(t, err, "jwk: private and public part do not belong together")
}

// pkcs8 returns a PEM file of content that asn1 encodes.
func pkcs8(t testing.TB, kind string, content any) []byte {
	t.Helper()
	inner, err := asn1.Marshal(content)
	require.NoError(t, err)
	return pkcs8Of(t, kind, inner, nil)
}

func pkcs8Of(t testing.TB, kind string, inner, parameters []byte) []byte {
	t.Helper()
	last := map[string]int{"ML-DSA-44": 17, "ML-DSA-65": 18, "ML-DSA-87": 19}[kind]
	der, err := asn1.Marshal(struct {
		Version   int
		Algorithm struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Key []byte
	}{0, struct {
		OID        asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, last}, asn1.RawValue{FullBytes: parameters}}, inner})
	require.NoError(t, err)
	return []byte(block("PRIVATE KEY", der))
}

// OpenSSL writes the seed and the expanded key, unless it is told not to.
func TestMLDSAKeyFilesWithTheExpandedKey(t *testing.T) {
	type both struct{ Seed, Expanded []byte }
	for kind, size := range map[string]int{"ML-DSA-44": 2560, "ML-DSA-65": 4032, "ML-DSA-87": 4896} {
		key := material()[kind].(*mldsa.PrivateKey)
		public := key.PublicKey().Bytes()
		hash := sha3.SumSHAKE256(public, 64)
		expanded := slices.Concat(public[:32], make([]byte, 32), hash, make([]byte, size-128))
		k, err := jwk.ParsePEM(pkcs8(t, kind, both{key.Bytes(), expanded}))
		require.NoError(t, err)
		assert.True(t, key.Equal(k.CryptoKey()))

		changedAt := func(i int) []byte { b := slices.Clone(expanded); b[i] ^= 1; return b }
		tagged := append([]byte{0x80, 32}, key.Bytes()...)
		for name, row := range map[string]struct {
			file []byte
			want string
		}{
			"another matrix":          {pkcs8(t, kind, both{key.Bytes(), changedAt(0)}), "do not belong together"},
			"another matrix's end":    {pkcs8(t, kind, both{key.Bytes(), changedAt(31)}), "do not belong together"},
			"another hash":            {pkcs8(t, kind, both{key.Bytes(), changedAt(64)}), "do not belong together"},
			"another hash's end":      {pkcs8(t, kind, both{key.Bytes(), changedAt(127)}), "do not belong together"},
			"nothing but the hash":    {pkcs8(t, kind, both{key.Bytes(), expanded[:128]}), "do not belong together"},
			"less than the hash":      {pkcs8(t, kind, both{key.Bytes(), expanded[:127]}), "do not belong together"},
			"nothing":                 {pkcs8(t, kind, both{key.Bytes(), nil}), "do not belong together"},
			"another seed":            {pkcs8(t, kind, both{make([]byte, 32), expanded}), "do not belong together"},
			"a short seed":            {pkcs8(t, kind, both{key.Bytes()[:31], expanded}), "not a key of a kind"},
			"a third part":            {pkcs8(t, kind, struct{ A, B, C []byte }{key.Bytes(), expanded, nil}), "not a key of a kind"},
			"the seed alone in both":  {pkcs8(t, kind, struct{ A []byte }{key.Bytes()}), "not a key of a kind"},
			"the expanded key alone":  {pkcs8(t, kind, expanded), "an expanded ML-DSA key without the seed"},
			"the seed as the content": {pkcs8Of(t, kind, key.Bytes(), nil), "not a key of a kind"},
			"a long seed":             {pkcs8Of(t, kind, append([]byte{0x80, 33}, make([]byte, 33)...), nil), "not a key of a kind"},
			"data after the seed":     {pkcs8Of(t, kind, append(slices.Clone(tagged), 0), nil), "not a key of a kind"},
			"parameters":              {pkcs8Of(t, kind, tagged, []byte{5, 0}), "not a key of a kind"},
			"no content":              {pkcs8Of(t, kind, nil, nil), "not a key of a kind"},
		} {
			_, err := jwk.ParsePEM(row.file)
			assert.ErrorContains(t, err, row.want, "%s: %s", kind, name)
		}
		k, err = jwk.ParsePEM(pkcs8Of(t, kind, tagged, nil))
		require.NoError(t, err)
		assert.True(t, key.Equal(k.CryptoKey()))
	}
}

func TestMLDSAKeysInSetsAndRings(t *testing.T) {
	var keys []*jwk.Key
	for _, kind := range mldsaKinds {
		keys = append(keys, newKey(t, kind, "", kind))
	}
	keys = append(keys, newKey(t, "P-256", "", "ec"))
	published, err := jwk.ParseSet(marshal(t, mustSet(t, keys...)))
	require.NoError(t, err)
	assert.Empty(t, published.Skipped())
	assert.Empty(t, published.Noted())
	for _, k := range keys {
		s, err := k.Signer()
		require.NoError(t, err)
		assert.NoError(t, accepts(t, published, s))
		assert.Equal(t, "no key fits: it is for "+string(s.Algorithm()), published.NoKey(jwt.Header{Algorithm: "RS256", KeyID: k.KeyID()}))
	}
	twice := mustSet(t, keys[0], keys[0].Public())
	found, err := twice.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.MLDSA44})
	require.NoError(t, err)
	assert.Len(t, found, 1, "the same key is tried once")
	generated, err := jwk.Generate(jwt.MLDSA44)
	require.NoError(t, err)
	found, err = mustSet(t, newKey(t, "ML-DSA-44", "", ""), generated).Verifiers(t.Context(), jwt.Header{Algorithm: jwt.MLDSA44})
	require.NoError(t, err)
	assert.Len(t, found, 2, "another key is another one")

	var stored []byte
	ring := &jwk.KeyRing{Algorithm: jwt.MLDSA65, RotateEvery: time.Hour, Store: func(_ context.Context, data []byte) error { stored = data; return nil }}
	s, err := ring.Signer(t.Context())
	require.NoError(t, err)
	again := &jwk.KeyRing{}
	require.NoError(t, again.Load(stored))
	assert.NoError(t, accepts(t, again, s))
}

func TestMLDSACertificatesOfAKey(t *testing.T) {
	k := newKey(t, "ML-DSA-44", "", "")
	chain := []string{certificate(t, "ML-DSA-44")}
	read, err := jwk.Parse(changedJSON(t, marshal(t, k), map[string]any{"x5c": chain}))
	require.NoError(t, err)
	assert.Equal(t, k.Thumbprint(), read.Thumbprint())
	_, err = jwk.Parse(changedJSON(t, marshal(t, k), map[string]any{"x5c": []string{certificate(t, "P-256")}}))
	assert.ErrorContains(t, err, "x5c: the first certificate is for another key")
	_, err = jwk.Parse(changedJSON(t, marshal(t, k), map[string]any{"x5c": []string{certificate(t, "ML-DSA-65")}}))
	assert.ErrorContains(t, err, "x5c: the first certificate is for another key")
}

// A set of many keys takes about the memory of its text.
func TestMLDSASetsAreSmall(t *testing.T) {
	const n = 200
	pub := make([]byte, 1312)
	entries := make([]string, n)
	for i := range entries {
		pub[0], pub[1] = byte(i), byte(i>>8)
		entries[i] = fmt.Sprintf(`{"kty":"AKP","alg":"ML-DSA-44","kid":"%d","pub":"%s"}`, i, b64(pub))
	}
	data := setOf(entries...)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	set, err := jwk.ParseSet(data)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Len(t, set.Keys(), n)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(12*len(data)))
}
