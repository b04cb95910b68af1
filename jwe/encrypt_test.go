package jwe_test

import (
	"context"
	"crypto/ecdh"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestNoTwoTokensAreAlike(t *testing.T) {
	for _, p := range allPairs(t, "") {
		seen := [5]map[string]bool{}
		for range 3 {
			token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("the same content"))
			require.NoError(t, err)
			for i, part := range strings.Split(token, ".") {
				if seen[i] == nil {
					seen[i] = map[string]bool{}
				}
				seen[i][part] = true
			}
		}
		alg := p.encrypt.Algorithm()
		agreed := strings.HasPrefix(string(alg), "ECDH-ES")
		assert.Equal(t, agreed, len(seen[0]) == 3, "%s: the ephemeral key is fresh", p.name)
		assert.Equal(t, alg != jwe.Dir && alg != jwe.ECDHES, len(seen[1]) == 3, "%s: the content encryption key is fresh", p.name)
		for i, part := range []string{"initialization vector", "ciphertext", "tag"} {
			assert.Len(t, seen[2+i], 3, "%s: the %s is fresh", p.name, part)
		}
	}
}

// foreign is a key that the package has not made.
type foreign struct {
	alg          jwe.Algorithm
	enc          jwe.Encryption
	keyID        string
	cek          []byte
	encryptedKey []byte
	change       func(h *jwe.Header)
	err          error
}

func (k *foreign) Algorithm() jwe.Algorithm { return k.alg }

func (k *foreign) Encryption() jwe.Encryption { return k.enc }

func (k *foreign) KeyID() string { return k.keyID }

func (k *foreign) EncryptKey(_ context.Context, h *jwe.Header) (cek, encryptedKey []byte, err error) {
	if k.change != nil {
		k.change(h)
	}
	return k.cek, k.encryptedKey, k.err
}

func (k *foreign) DecryptKey(_ context.Context, h jwe.Header, encryptedKey []byte) ([]byte, error) {
	if string(encryptedKey) != string(k.encryptedKey) {
		return nil, jwe.ErrDecrypt
	}
	return k.cek, k.err
}

func TestOtherAlgorithmsPlugIn(t *testing.T) {
	signer, signed := sender(t)
	cek := randomBytes(16)
	agreed := ecdhKey("P-256").PublicKey()
	for _, row := range []struct {
		name string
		key  *foreign
		want string // of encryption
	}{
		{"a name of its own", &foreign{alg: "X-1", enc: jwe.A128GCM, keyID: "x", cek: cek, encryptedKey: []byte("wrapped")}, ""},
		{"an agreement", &foreign{alg: "ECDH-1PU", enc: jwe.A128GCM, cek: cek, change: func(h *jwe.Header) { h.EphemeralKey = agreed }}, ""},
		{"an agreement without an ephemeral key", &foreign{alg: "ECDH-1PU", enc: jwe.A128GCM, cek: cek}, "jwe: header: epk: got nothing, want an object"},
		{"an ephemeral key that is none", &foreign{alg: "ECDH-1PU", enc: jwe.A128GCM, cek: cek, change: func(h *jwe.Header) { h.EphemeralKey = &ecdh.PublicKey{} }},
			`jwe: header: epk: got kty "", crv "", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"a changed header", &foreign{alg: "X-1", enc: jwe.A128GCM, cek: cek, change: func(h *jwe.Header) { *h = jwe.Header{Algorithm: "Y", ContentType: "Z"} }}, ""},
		{"an unknown enc", &foreign{alg: "X-1", enc: "A192GCM", cek: cek}, `jwe: unknown content encryption "A192GCM", want one of the package's constants`},
		{"no key", &foreign{alg: "X-1", enc: jwe.A128GCM}, "jwe: encrypting the key: got a content encryption key of 0 bytes from the key, want 16"},
		{"a key of the wrong size", &foreign{alg: "X-1", enc: jwe.A256GCM, cek: cek}, "jwe: encrypting the key: got a content encryption key of 16 bytes from the key, want 32"},
		{"an error", &foreign{alg: "X-1", enc: jwe.A128GCM, cek: cek, err: errOutOfReach}, "jwe: encrypting the key: out of reach"},
		{"no algorithm", &foreign{enc: jwe.A128GCM, cek: cek}, "jwe: no key to encrypt with"},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwe.SignAndEncrypt(t.Context(), signer, row.key, claims())
			if row.want != "" {
				require.EqualError(t, err, row.want)
				return
			}
			require.NoError(t, err)
			got, err := (&jwe.Policy{Keys: []jwe.Decrypter{row.key}, Signed: signed}).Verify(t.Context(), token)
			require.NoError(t, err)
			assert.Equal(t, "alice", got.Claims.Subject)
		})
	}
}

func TestOnlySignedTokensAndGoodClaimsAreEncrypted(t *testing.T) {
	signer, _ := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "k")
	nested, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	for _, signed := range []string{"", "a", "a.b", "a.b.", "a..c", ".b.c", "a.b.c.d", nested} {
		_, err := jwe.Encrypt(t.Context(), key, signed)
		assert.EqualError(t, err, "jwe: got no signed token to encrypt, want three parts separated by two dots", signed)
	}
	for _, bad := range []any{nil, 1, "text", []int{1}, map[string]any{"exp": "soon"}} {
		_, err := jwe.EncryptUnsigned(t.Context(), key, bad)
		assert.ErrorContains(t, err, "jwt: claims: ")
		_, err = jwe.SignAndEncrypt(t.Context(), signer, key, bad)
		assert.ErrorContains(t, err, "jwt: claims: ")
	}
	for _, row := range []struct {
		h    jwe.Header
		want string
	}{
		{jwe.Header{}, ""},
		{jwe.Header{Algorithm: jwe.A256KW, Encryption: jwe.A256GCM, KeyID: "k"}, ""},
		{jwe.Header{Algorithm: jwe.Dir}, `jwe: header: got alg "dir", enc "", kid "", want the key's, alg "A256KW", enc "A256GCM", kid "k"`},
		{jwe.Header{Encryption: jwe.A128GCM}, `jwe: header: got alg "", enc "A128GCM", kid "", want the key's, alg "A256KW", enc "A256GCM", kid "k"`},
		{jwe.Header{KeyID: "j"}, `jwe: header: got alg "", enc "", kid "j", want the key's, alg "A256KW", enc "A256GCM", kid "k"`},
		{jwe.Header{EphemeralKey: ecdhKey("P-256").PublicKey()}, "jwe: header: got an ephemeral key, want none: the key makes one for each token"},
		{jwe.Header{PartyUInfo: []byte("a")}, "jwe: header: got party information, want none: A256KW agrees on no key"},
		{jwe.Header{PartyVInfo: []byte("b")}, "jwe: header: got party information, want none: A256KW agrees on no key"},
		{jwe.Header{Type: strings.Repeat("x", 12288)}, "jwe: header: 16452 bytes, want at most 16384"},
	} {
		_, err := jwe.InsecureEncryptUnsigned(t.Context(), key, row.h, nil)
		if row.want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, row.want)
	}
	_, err = jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{Type: "\xff"}, nil)
	assert.ErrorContains(t, err, "jwe: header: ")
}

// Headers with party information are never taken from an earlier token.
func TestPartyInformationOfAKeyIsWrittenForEachToken(t *testing.T) {
	for _, change := range []func(h *jwe.Header, info []byte){
		func(h *jwe.Header, info []byte) { h.PartyUInfo = info },
		func(h *jwe.Header, info []byte) { h.PartyVInfo = info },
	} {
		for _, info := range []string{"", "one", "two", ""} {
			key := &foreign{alg: "X-1", enc: jwe.A128GCM, cek: randomBytes(16), change: func(h *jwe.Header) {
				if info != "" {
					change(h, []byte(info))
				}
			}}
			token, err := jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{}, nil)
			require.NoError(t, err)
			header := string(unb64(strings.Split(token, ".")[0]))
			assert.Equal(t, info != "", strings.Contains(header, b64([]byte(info))) && strings.Contains(header, `"ap`), header)
		}
	}
}
