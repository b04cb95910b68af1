package jwe_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwe"
)

// The names of these benchmarks are key=value, for benchstat.

func benchPairs(b *testing.B) []pair {
	var pairs []pair
	for _, p := range allPairs(b, "b-2026") {
		switch p.encrypt.Encryption() {
		case jwe.A128GCM, jwe.A128CBCHS256:
			pairs = append(pairs, p)
		}
	}
	return pairs
}

func benchName(p pair) string {
	name := "alg=" + string(p.encrypt.Algorithm()) + "/enc=" + string(p.encrypt.Encryption())
	if crv := p.name[len(string(p.encrypt.Algorithm())+" "+string(p.encrypt.Encryption())):]; crv != "" {
		name += "/crv=" + crv[1:]
	}
	return name
}

func BenchmarkEncrypt(b *testing.B) {
	plaintext := make([]byte, 400)
	for _, p := range benchPairs(b) {
		b.Run(benchName(p), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jwe.InsecureEncryptUnsigned(b.Context(), p.encrypt, jwe.Header{}, plaintext); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecrypt(b *testing.B) {
	for _, p := range benchPairs(b) {
		token, err := jwe.InsecureEncryptUnsigned(b.Context(), p.encrypt, jwe.Header{}, make([]byte, 400))
		require.NoError(b, err)
		b.Run(benchName(p), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := jwe.InsecureDecryptUnsigned(b.Context(), p.decrypt, token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNested(b *testing.B) {
	signer, signed := sender(b)
	key := sharedKey(b, jwe.Dir, jwe.A128GCM, "")
	policy := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}
	token, err := jwe.SignAndEncrypt(b.Context(), signer, key, claims())
	require.NoError(b, err)
	b.Run("op=SignAndEncrypt", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			jwe.SignAndEncrypt(b.Context(), signer, key, claims())
		}
	})
	b.Run("op=Verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			policy.Verify(b.Context(), token)
		}
	})
}
