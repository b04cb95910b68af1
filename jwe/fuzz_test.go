package jwe_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

// FuzzVerify replaces a part of a token that a key made: whatever comes out of it is
// refused, unless nothing was changed. Keys are new in each process; a change fits the
// tokens of all of them.
func FuzzVerify(f *testing.F) {
	signer, signed := sender(f)
	policy := &jwe.Policy{Signed: signed}
	var made []string
	for i, p := range allPairs(f, "")[:16] {
		token, err := jwe.SignAndEncrypt(context.Background(), signer, p.encrypt, claims())
		require.NoError(f, err)
		policy.Keys = append(policy.Keys, p.decrypt)
		made = append(made, token)
		f.Add(uint8(i), uint16(0), uint16(0), "")
		f.Add(uint8(i), uint16(len(token)-1), uint16(1), "A")
	}
	f.Add(uint8(0), uint16(0), uint16(1<<15), strings.Repeat(".", 4))
	f.Fuzz(func(t *testing.T, which uint8, at, cut uint16, insert string) {
		token := made[int(which)%len(made)]
		from := int(at) % (len(token) + 1)
		token = token[:from] + insert + token[min(from+int(cut), len(token)):]
		got, err := policy.Verify(t.Context(), token)
		var refusal *jwt.VerifyError
		switch {
		case slices.Contains(made, token):
			require.NoError(t, err)
		case !errors.As(err, &refusal) || got != nil:
			t.Fatalf("token %q: got %v, %v, want a refusal", token, got, err)
		}
	})
}

// FuzzHeader encrypts under any header with the right key: what is accepted names
// the key's alg and enc, and none of what would change how it is to be read.
func FuzzHeader(f *testing.F) {
	secret := randomBytes(16)
	key, err := jwe.NewSharedKey(jwe.Dir, jwe.A128GCM, secret, "k")
	require.NoError(f, err)
	for _, header := range []string{
		`{"alg":"dir","enc":"A128GCM","kid":"k","cty":"JWT","typ":"JWT"}`,
		`{"alg":"dir","enc":"A128GCM","zip":"DEF","crit":["x"]}`,
		`{"alg":"ECDH-ES","enc":"A128GCM","apu":"QQ","apv":"QQ","epk":{"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}}`,
		`{"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}}`,
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		token := craft{header: header, enc: jwe.A128GCM, cek: secret, plaintext: "secret"}.token()
		h, _, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
		var refusal *jwt.VerifyError
		switch {
		case err == nil:
			require.Equal(t, jwe.Dir, h.Algorithm)
			require.Equal(t, jwe.A128GCM, h.Encryption)
			require.Contains(t, []string{"", "k"}, h.KeyID)
			var members map[string]jsontext.Value
			require.NoError(t, json.Unmarshal([]byte(header), &members))
			for _, name := range []string{"crit", "b64", "zip"} {
				require.NotContains(t, members, name)
			}
		case !errors.As(err, &refusal):
			t.Fatalf("header %q: got %v, want a refusal", header, err)
		}
	})
}

// FuzzContent encrypts anything as a nested token: no content is a signed token
// but one with the sender's signature.
func FuzzContent(f *testing.F) {
	signer, signed := sender(f)
	key := sharedKey(f, jwe.A256KW, jwe.A256CBCHS512, "")
	inner, err := jwt.Sign(context.Background(), signer, claims())
	require.NoError(f, err)
	f.Add([]byte(inner))
	f.Add([]byte(`{"sub":"alice"}`))
	policy := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}
	f.Fuzz(func(t *testing.T, content []byte) {
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{ContentType: "JWT"}, content)
		require.NoError(t, err)
		_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
		if len(token) <= 64<<10 {
			require.NoError(t, err)
			require.Equal(t, string(content), string(plaintext))
		}
		_, err = policy.Verify(t.Context(), token)
		var refusal *jwt.VerifyError
		if string(content) == inner {
			require.NoError(t, err)
		} else if !errors.As(err, &refusal) {
			t.Fatalf("content %q: got %v, want a refusal", content, err)
		}
	})
}
