package jwk_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// checkStable holds a key that was read to what every key promises: what is
// written is read as the same key, and is written the same again.
func checkStable(t *testing.T, k *jwk.Key) {
	t.Helper()
	writers := map[string][2]func(*jwk.Key) ([]byte, error){
		"JSON": {(*jwk.Key).MarshalJSON, (*jwk.Key).MarshalPrivateJSON},
		"PEM":  {(*jwk.Key).MarshalPublicPEM, (*jwk.Key).MarshalPrivatePEM},
	}
	parsers := map[string]func([]byte) (*jwk.Key, error){"JSON": jwk.Parse, "PEM": jwk.ParsePEM}
	written := 0
	for format, both := range writers {
		for _, write := range both {
			data, err := write(k)
			if err != nil {
				continue
			}
			written++
			again, err := parsers[format](data)
			require.NoError(t, err, "%s", data)
			assert.Equal(t, k.Thumbprint(), again.Thumbprint())
			twice, err := write(again)
			require.NoError(t, err)
			assert.Equal(t, string(data), string(twice))
		}
	}
	require.NotZero(t, written, "a key that cannot be written")
	require.NotNil(t, k.CryptoKey())
	if s, err := k.Signer(); err == nil {
		v, err := k.Verifier()
		if err != nil { // key_ops of a secret may allow but one of them
			return
		}
		sig, err := s.Sign(t.Context(), []byte("input"))
		require.NoError(t, err)
		assert.NoError(t, v.Verify(t.Context(), []byte("input"), sig))
	}
}

func FuzzParse(f *testing.F) {
	for _, figure := range rfcFigures(f).Keys {
		f.Add([]byte(figure.Key))
	}
	for _, kind := range kinds {
		f.Add(changed(f, kind, nil))
		f.Add(changed(f, kind, map[string]any{"use": "sig", "key_ops": []string{"sign", "verify"}, "kid": "1", "x5t": "t", "other": 1}))
	}
	f.Add(changedPublic(f, "P-256", map[string]any{"x5c": []string{certificate(f, "P-256")}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := jwk.Parse(data)
		if err != nil {
			assert.Nil(t, k)
			return
		}
		checkStable(t, k)
	})
}

func FuzzParsePEM(f *testing.F) {
	for _, kind := range kinds {
		if kind == "oct" {
			continue
		}
		private, err := newKey(f, kind, "", "").MarshalPrivatePEM()
		require.NoError(f, err)
		public, err := newKey(f, kind, "", "").MarshalPublicPEM()
		require.NoError(f, err)
		f.Add(private)
		f.Add(public)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := jwk.ParsePEM(data)
		if err != nil {
			assert.Nil(t, k)
			return
		}
		checkStable(t, k)
	})
}

func FuzzParseSet(f *testing.F) {
	for _, figure := range rfcFigures(f).Sets {
		f.Add([]byte(figure.Set))
	}
	f.Add([]byte(`{"keys":[null,{},{"kty":"AKP","kid":"1"},{"kty":"EC","kty":"EC"}],"other":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := jwk.ParseSet(data)
		all, privateErr := jwk.ParsePrivateSet(data)
		if !bytes.HasPrefix(data, []byte("\ufeff")) { // which only published sets may have
			assert.Equal(t, err == nil, privateErr == nil)
		}
		if err != nil || privateErr != nil {
			return
		}
		assert.Equal(t, len(s.Keys())+len(s.Skipped()), len(all.Keys())+len(all.Skipped()))
		for _, k := range s.Keys() {
			assert.Same(t, k, k.Public(), "a key that is not public")
			found, err := s.Verifiers(t.Context(), jwt.Header{KeyID: k.KeyID(), Algorithm: k.Algorithm()})
			require.NoError(t, err)
			assert.LessOrEqual(t, len(found), 9)
			for _, v := range found {
				assert.Equal(t, k.Algorithm(), v.Algorithm())
			}
		}
		written, err := s.MarshalJSON()
		require.NoError(t, err)
		again, err := jwk.ParseSet(written)
		require.NoError(t, err)
		assert.Empty(t, again.Skipped())
		assert.Equal(t, described(s), described(again))
		twice, err := again.MarshalJSON()
		require.NoError(t, err)
		assert.Equal(t, string(written), string(twice))
	})
}

func FuzzParseCertificates(f *testing.F) {
	f.Add(marshal(f, map[string]any{"a": certificatePEM(f, "P-256"), "b": publicPEM(f, "Ed25519"), "c": privatePEM(f, "P-384"), "d": 1}))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := jwk.ParseCertificates(data)
		if err != nil {
			assert.Nil(t, s)
			return
		}
		for _, k := range s.Keys() {
			assert.Same(t, k, k.Public(), "a key that is not public")
		}
		_, err = jwk.ParseSet(marshal(t, s))
		require.NoError(t, err)
	})
}

func FuzzKeyRingLoad(f *testing.F) {
	ring := &jwk.KeyRing{Algorithm: jwt.EdDSA}
	require.NoError(f, ring.Rotate(f.Context()))
	require.NoError(f, ring.Rotate(f.Context()))
	data, err := ring.MarshalPrivateJSON()
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var ring, again jwk.KeyRing
		if ring.Load(data) != nil {
			return
		}
		s, err := ring.Signer(t.Context())
		require.NoError(t, err)
		keys, err := ring.Published(t.Context())
		require.NoError(t, err)
		assert.Equal(t, s.KeyID(), keys[0].KeyID(), "what signs is published")
		written, err := ring.MarshalPrivateJSON()
		require.NoError(t, err)
		require.NoError(t, again.Load(written))
		twice, err := again.MarshalPrivateJSON()
		require.NoError(t, err)
		assert.Equal(t, string(written), string(twice))
	})
}
