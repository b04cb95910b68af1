//go:build go1.27

package jwt_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/mldsa"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

var mldsaAlgorithms = []jwt.Algorithm{jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87}

var mldsaSets = map[jwt.Algorithm]mldsa.Parameters{jwt.MLDSA44: mldsa.MLDSA44(), jwt.MLDSA65: mldsa.MLDSA65(), jwt.MLDSA87: mldsa.MLDSA87()}

var mldsaKeys = sync.OnceValue(func() map[jwt.Algorithm]*mldsa.PrivateKey {
	keys := make(map[jwt.Algorithm]*mldsa.PrivateKey)
	for alg, set := range mldsaSets {
		keys[alg] = must(mldsa.GenerateKey(set))
	}
	return keys
})

func mldsaKey(alg jwt.Algorithm) crypto.Signer { return mldsaKeys()[alg] }

// mldsaVectors are the examples of RFC 9964 appendix A.1: the key of a seed of
// zeros signs the text of RFC 7520 section 4, without randomness. A signature is
// given by how it begins and ends.
var mldsaVectors = []struct {
	alg                jwt.Algorithm
	keyID, first, last string
	size               int // characters of the signature
}{
	{jwt.MLDSA44, "T4xl70S7MT6Zeq6r9V9fPJGVn76wfnXJ21-gyo0Gu6o", "knI1Q_9CIzLH5Xy94Kkc7WVKqZcAgtJ3mNf0GUj1uLA6YXAW", "GDzdKWVplcHJ6jKmrsbrEztHd9QAAAAAAAAAAAAAAABIfMEQ", 3227},
	{jwt.MLDSA65, "Suiu29qbfuaBaR4Ats-c6XQBePB_OpAxAwcTR_0KXVM", "zmO9_0bLgJAegoVNymfRo4nGPK5lVtSFGnDbzfzYAD5mUEXp", "cY3pGC9TiY6f6Pn-FBUnQkuBhIyPtgAAAAAAAAAABgwVHCUv", 4412},
	{jwt.MLDSA87, "tRn1JNIkgMsABVQBlXeDHxAIcclh-2IX0UdDEzPt5XU", "hmMrKkUgZwGPQV_WUoXUVq_Z9WOenDZbfMmHpKritl0btWi2", "mXvsjb3N_u9BkenwkQfZGS6ez0AAAAAAAAAAALGSAlKzg7Qw", 6170},
}

func TestMLDSAVectors(t *testing.T) {
	for _, row := range mldsaVectors {
		key := must(mldsa.NewPrivateKey(mldsaSets[row.alg], make([]byte, 32)))
		input := []byte(encode(`{"alg":"`+string(row.alg)+`","kid":"`+row.keyID+`"}`) + "." + encode("It\u2019s a dangerous business, Frodo, going out your door."))
		sig := must(key.SignDeterministic(input, nil))
		text := encode(string(sig))
		assert.Len(t, text, row.size)
		assert.True(t, strings.HasPrefix(text, row.first) && strings.HasSuffix(text, row.last), "%s: another signature", row.alg)
		v := must(jwt.NewVerifier(row.alg, key.PublicKey(), row.keyID))
		assert.NoError(t, v.Verify(t.Context(), input, sig))

		// What this package signs is hedged, and verifies as the vector does.
		s := must(jwt.NewSigner(row.alg, key, row.keyID))
		one, two := must(s.Sign(t.Context(), input)), must(s.Sign(t.Context(), input))
		assert.NotEqual(t, one, two)
		assert.NotEqual(t, sig, one)
		assert.NoError(t, v.Verify(t.Context(), input, one))
		assert.NoError(t, mldsa.Verify(key.PublicKey(), input, two, nil))
	}
}

func TestMLDSAKeysServeTheirParameterSet(t *testing.T) {
	for _, alg := range mldsaAlgorithms {
		for _, other := range mldsaAlgorithms {
			key := mldsaKeys()[other]
			s, signing := jwt.NewSigner(alg, key, "")
			v, verifying := jwt.NewVerifier(alg, key.PublicKey(), "")
			if alg == other {
				assert.NoError(t, signing)
				assert.NoError(t, verifying)
				continue
			}
			want := "jwt: " + string(alg) + " key: got a key of " + string(other) + ", want one of " + string(alg)
			assert.EqualError(t, verifying, want)
			assert.ErrorContains(t, signing, want)
			assert.Nil(t, s)
			assert.Nil(t, v)
		}
	}
}

func TestMLDSAKeysThatAreNone(t *testing.T) {
	for want, key := range map[string]crypto.PublicKey{
		"got nil, want *mldsa.PublicKey":                                                         (*mldsa.PublicKey)(nil),
		"got one that is not complete":                                                           new(mldsa.PublicKey),
		"got ed25519.PublicKey, want *mldsa.PublicKey":                                           ed25519Key().Public(),
		"got *mldsa.PrivateKey, want *mldsa.PublicKey; it is a private key, whose Public method": mldsaKeys()[jwt.MLDSA44],
		"got []uint8, want *mldsa.PublicKey; jwk.ParsePEM and jwk.Parse read keys":               mldsaKeys()[jwt.MLDSA44].PublicKey().Bytes(),
		"got mldsa.PublicKey, want *mldsa.PublicKey":                                             *mldsaKeys()[jwt.MLDSA44].PublicKey(),
	} {
		_, err := jwt.NewVerifier(jwt.MLDSA44, key, "")
		assert.ErrorContains(t, err, "jwt: ML-DSA-44 key: "+want)
	}
	for want, key := range map[string]crypto.Signer{
		"got nil, want a crypto.Signer": (*mldsa.PrivateKey)(nil),
		"not complete":                  new(mldsa.PrivateKey),
		"got ed25519.PublicKey":         ed25519Key(),
	} {
		_, err := jwt.NewSigner(jwt.MLDSA44, key, "")
		assert.ErrorContains(t, err, want)
	}
	for _, alg := range []jwt.Algorithm{jwt.ES256, jwt.RS256, jwt.EdDSA, jwt.HS256} {
		_, err := jwt.NewVerifier(alg, mldsaKeys()[jwt.MLDSA44].PublicKey(), "")
		assert.ErrorContains(t, err, "jwt: "+string(alg)+" key: got")
	}
	_, err := jwt.NewHMAC(jwt.MLDSA65, secret, "")
	assert.ErrorContains(t, err, "ML-DSA-65 takes no secret")
}

// A verifier keeps its key, whatever becomes of the one that it was made from.
func TestMLDSAVerifierKeepsAKeyOfItsOwn(t *testing.T) {
	public := mldsaKeys()[jwt.MLDSA44].PublicKey()
	v := must(jwt.NewVerifier(jwt.MLDSA44, public, ""))
	s, _ := pair(t, jwt.MLDSA44, "")
	*public = *must(mldsa.GenerateKey(mldsa.MLDSA44())).PublicKey()
	assert.NoError(t, v.Verify(t.Context(), []byte("input"), must(s.Sign(t.Context(), []byte("input")))))
}

func TestForgedMLDSASignatures(t *testing.T) {
	for _, alg := range mldsaAlgorithms {
		key := mldsaKeys()[alg]
		_, v := pair(t, alg, "")
		input := []byte(encode(header(string(alg))) + "." + encode(payload))
		good := must(key.Sign(nil, input, nil))
		require.NoError(t, v.Verify(t.Context(), input, good))
		flipped := func(i int) []byte { b := bytes.Clone(good); b[i] ^= 1; return b }
		other := must(mldsa.GenerateKey(mldsaSets[alg]))
		for name, sig := range map[string][]byte{
			"empty":                          nil,
			"one byte less":                  good[:len(good)-1],
			"one byte less at the beginning": good[1:],
			"one byte more":                  append(bytes.Clone(good), 0),
			"half":                           good[:len(good)/2],
			"twice":                          append(bytes.Clone(good), good...),
			"zeros":                          make([]byte, len(good)),
			"the first bit":                  flipped(0),
			"a middle bit":                   flipped(len(good) / 2),
			"the last bit":                   flipped(len(good) - 1),
			"with a context":                 must(key.Sign(nil, input, &mldsa.Options{Context: "JWT"})),
			"of another key":                 must(other.Sign(nil, input, nil)),
			"of another input":               must(key.Sign(nil, input[1:], nil)),
			"of a larger set":                make([]byte, mldsa.MLDSA87SignatureSize+1),
		} {
			assert.ErrorIs(t, v.Verify(t.Context(), input, sig), jwt.ErrSignature, "%s: %s", alg, name)
		}
	}
}

// The public key is no secret: whoever has it must not be able to sign with it.
func TestMLDSAPublicKeyAsASecret(t *testing.T) {
	for _, alg := range mldsaAlgorithms {
		_, v := pair(t, alg, "")
		public := mldsaKeys()[alg].PublicKey().Bytes()
		for _, name := range []string{"HS256", string(alg)} {
			token := macWith(crypto.SHA256, public, header(name))
			got, err := policy(v).Verify(t.Context(), token)
			want := jwt.ErrUnknownKey
			if name == string(alg) {
				want = jwt.ErrSignature
			}
			refused(t, want, token, got, err)
		}
	}
}

// remoteMLDSA is a key in a KMS, which gets the whole message.
type remoteMLDSA struct {
	key   *mldsa.PrivateKey
	hash  crypto.Hash
	spoil bool
}

func (r *remoteMLDSA) Public() crypto.PublicKey { return r.key.Public() }

func (r *remoteMLDSA) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	panic("without a context")
}

func (r *remoteMLDSA) SignContext(_ context.Context, _ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	r.hash = opts.HashFunc()
	sig, err := r.key.Sign(nil, message, opts)
	if r.spoil {
		sig[0] ^= 1
	}
	return sig, err
}

func TestMLDSARemoteKeys(t *testing.T) {
	key := &remoteMLDSA{key: mldsaKeys()[jwt.MLDSA65], hash: crypto.SHA256}
	s := must(jwt.NewSigner(jwt.MLDSA65, key, ""))
	_, v := pair(t, jwt.MLDSA65, "")
	sig, err := s.Sign(t.Context(), []byte("input"))
	require.NoError(t, err)
	assert.Zero(t, key.hash)
	assert.NoError(t, v.Verify(t.Context(), []byte("input"), sig))
	key.spoil = true
	_, err = s.Sign(t.Context(), []byte("input"))
	assert.ErrorContains(t, err, "does not verify with its public key")
}

// The figures of docs/keys.md, of an access token with the usual seven claims.
func TestMLDSATokenSizes(t *testing.T) {
	claims := struct {
		jwt.Claims
		Scope string `json:"scope"`
	}{jwt.Claims{
		Issuer: issuer, Subject: "1f0c7e2a", Audience: jwt.Audience{api}, ID: "q3Zc0mVd8sU7wQyR1bXk2A",
		IssuedAt: jwt.NewNumericDate(clock), ExpiresAt: jwt.NewNumericDate(clock),
	}, "read write"}
	for alg, want := range map[jwt.Algorithm]struct{ signature, token int }{
		jwt.EdDSA: {86, 410}, jwt.MLDSA44: {3227, 3556}, jwt.MLDSA65: {4412, 4741}, jwt.MLDSA87: {6170, 6499},
	} {
		s, _ := pair(t, alg, "T4xl70S7MT6Zeq6r9V9fPJGVn76wfnXJ21-gyo0Gu6o")
		token := must(jwt.Sign(t.Context(), s, claims))
		assert.Len(t, token[strings.LastIndex(token, ".")+1:], want.signature, alg)
		assert.Equal(t, want.token, len(token), alg)
	}
}
