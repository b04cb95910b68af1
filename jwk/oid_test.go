package jwk_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// algorithmID is an AlgorithmIdentifier (RFC 5280 section 4.1.1.2).
type algorithmID struct {
	OID        asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

var (
	oidRSAPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidMGF1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidSHA1   = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
)

func marshalASN1(t testing.TB, v any) []byte {
	t.Helper()
	der, err := asn1.Marshal(v)
	require.NoError(t, err)
	return der
}

// pssFiles returns an RSASSA-PSS key with these parameters, nil for none: private in
// PKCS #8, and public.
func pssFiles(t testing.TB, key *rsa.PrivateKey, parameters []byte) (private, public []byte) {
	t.Helper()
	id := algorithmID{OID: oidRSAPSS}
	if parameters != nil {
		id.Parameters = asn1.RawValue{FullBytes: parameters}
	}
	private = marshalASN1(t, struct {
		Version   int
		Algorithm algorithmID
		Key       []byte
	}{0, id, x509.MarshalPKCS1PrivateKey(key)})
	bits := x509.MarshalPKCS1PublicKey(&key.PublicKey)
	public = marshalASN1(t, struct {
		Algorithm algorithmID
		Key       asn1.BitString
	}{id, asn1.BitString{Bytes: bits, BitLength: 8 * len(bits)}})
	return private, public
}

// The parameters of RFC 4055 section 3.1 say which algorithm a key is for.
func TestTheParametersOfAnRSASSAPSSKeyNameItsAlgorithm(t *testing.T) {
	key := material()["RSA"].(*rsa.PrivateKey)
	field := func(n int, content []byte) []byte {
		return marshalASN1(t, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: n, IsCompound: true, Bytes: content})
	}
	hash := func(oid asn1.ObjectIdentifier) []byte { return field(0, marshalASN1(t, algorithmID{OID: oid})) }
	maskOf := func(mask, oid asn1.ObjectIdentifier) []byte {
		return field(1, marshalASN1(t, algorithmID{mask, asn1.RawValue{FullBytes: marshalASN1(t, algorithmID{OID: oid})}}))
	}
	mask := func(oid asn1.ObjectIdentifier) []byte { return maskOf(oidMGF1, oid) }
	salt := func(n int) []byte { return field(2, marshalASN1(t, n)) }
	null := []byte{asn1.TagNull, 0}
	sequence := func(fields ...[]byte) []byte {
		var all []byte
		for _, f := range fields {
			all = append(all, f...)
		}
		return marshalASN1(t, asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: all})
	}
	const refused = "refused"
	for _, row := range []struct {
		name       string
		parameters []byte
		want       jwt.Algorithm
	}{
		{"none", nil, ""},
		{"SHA-256", sequence(hash(oidSHA256), mask(oidSHA256), salt(32)), jwt.PS256},
		{"SHA-384", sequence(hash(oidSHA384), mask(oidSHA384), salt(48)), jwt.PS384},
		{"SHA-512", sequence(hash(oidSHA512), mask(oidSHA512), salt(64)), jwt.PS512},
		{"no salt", sequence(hash(oidSHA256), mask(oidSHA256)), jwt.PS256},
		{"a short salt", sequence(hash(oidSHA256), mask(oidSHA256), salt(20)), jwt.PS256},
		{"a long salt", sequence(hash(oidSHA256), mask(oidSHA256), salt(33)), refused},
		{"a salt that is no number", sequence(hash(oidSHA256), mask(oidSHA256), field(2, null)), refused},
		{"a salt that is cut", sequence(hash(oidSHA256), mask(oidSHA256), []byte{0xa2, 9}), refused},
		{"SHA-1", sequence(hash(oidSHA1), mask(oidSHA1), salt(20)), refused},
		{"the defaults, which are of SHA-1", sequence(), refused},
		{"no hash", sequence(mask(oidSHA256), salt(32)), refused},
		{"a hash that is none", sequence(field(0, null), mask(oidSHA256), salt(32)), refused},
		{"a hash that is cut", sequence([]byte{0xa0, 9}), refused},
		{"no mask", sequence(hash(oidSHA256), salt(32)), refused},
		{"another mask", sequence(hash(oidSHA256), maskOf(oidSHA256, oidSHA256), salt(32)), refused},
		{"a mask of another hash", sequence(hash(oidSHA256), mask(oidSHA512), salt(32)), refused},
		{"a mask that is none", sequence(hash(oidSHA256), field(1, null), salt(32)), refused},
		{"a mask that is cut", sequence(hash(oidSHA256), []byte{0xa1, 9}), refused},
		{"a mask of no hash", sequence(hash(oidSHA256), field(1, marshalASN1(t, algorithmID{OID: oidMGF1})), salt(32)), refused},
		{"NULL", null, refused},
	} {
		private, public := pssFiles(t, key, row.parameters)
		for _, der := range [][]byte{private, public} {
			k, err := jwk.ParsePEM(der)
			if row.want == refused {
				assert.Nil(t, k, row.name)
				assert.ErrorContains(t, err, "RSASSA-PSS", row.name)
			} else if assert.NoError(t, err, row.name) {
				assert.Equal(t, row.want, k.Algorithm(), row.name)
				assert.Equal(t, row.want != "", k.Use() == "sig", row.name)
			}
		}
	}
}

func TestAnRSASSAPSSKeyServesPSAlgorithmsOnly(t *testing.T) {
	private, public := pssFiles(t, material()["RSA"].(*rsa.PrivateKey), nil)
	key, err := jwk.ParsePEM(private)
	require.NoError(t, err)
	other, err := jwk.ParsePEM(public)
	require.NoError(t, err)
	assert.Equal(t, key.Public().CryptoKey(), other.CryptoKey())
	text, err := other.MarshalJSON()
	require.NoError(t, err)
	assert.Contains(t, string(text), `"alg":"PS256"`, "a JWK says in no other way what the key is for")
	for _, row := range []struct {
		alg    jwt.Algorithm
		serves bool
	}{
		{jwt.PS256, true}, {jwt.PS384, true}, {jwt.PS512, true}, {jwt.RS256, false}, {jwt.RS384, false}, {jwt.RS512, false}, {"RSA-OAEP-256", false},
	} {
		_, err := key.SignerFor(row.alg)
		assert.Equal(t, row.serves, err == nil, "%s: %v", row.alg, err)
		_, err = other.VerifierFor(row.alg)
		assert.Equal(t, row.serves, err == nil, "%s: %v", row.alg, err)
		named, err := key.With(row.alg, "")
		assert.Equal(t, row.serves, err == nil, "%s: %v", row.alg, err)
		if row.serves {
			assert.Equal(t, row.alg, named.Algorithm())
		} else {
			assert.ErrorContains(t, err, "an RSASSA-PSS key serves PS256, PS384 and PS512 only")
		}
	}
	for chosen, want := range map[jwt.Algorithm]jwt.Algorithm{jwt.RS512: jwt.PS256, jwt.PS512: jwt.PS512} {
		set, err := jwk.NewSet(other)
		require.NoError(t, err)
		set, err = set.WithRSA(chosen)
		require.NoError(t, err)
		for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512} {
			verifiers, err := set.Verifiers(t.Context(), jwt.Header{Algorithm: alg})
			assert.NoError(t, err)
			assert.Equal(t, alg == want, len(verifiers) == 1, "%s chosen, %s asked", chosen, alg)
		}
	}
}

func TestAMalformedRSASSAPSSKeyIsRefused(t *testing.T) {
	key := material()["RSA"].(*rsa.PrivateKey)
	id := algorithmID{OID: oidRSAPSS}
	for name, der := range map[string][]byte{
		"a private key in no octets": marshalASN1(t, struct {
			Version   int
			Algorithm algorithmID
			Key       asn1.RawValue
		}{0, id, asn1.RawValue{FullBytes: x509.MarshalPKCS1PrivateKey(key)}}),
		"octets that are no private key": marshalASN1(t, struct {
			Version   int
			Algorithm algorithmID
			Key       []byte
		}{0, id, []byte("key")}),
		"bits that are no public key": marshalASN1(t, struct {
			Algorithm algorithmID
			Key       asn1.BitString
		}{id, asn1.BitString{Bytes: []byte("key"), BitLength: 24}}),
	} {
		k, err := jwk.ParsePEM(der)
		assert.Nil(t, k, name)
		assert.ErrorContains(t, err, "not a key of a kind that is supported", name)
	}
}
