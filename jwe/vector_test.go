package jwe_test

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/rsa"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

// testJWK is a key as the RFCs print theirs.
type testJWK struct {
	KTY string `json:"kty"`
	KID string `json:"kid"`
	CRV string `json:"crv"`
	N   string `json:"n"`
	E   string `json:"e"`
	D   string `json:"d"`
	P   string `json:"p"`
	Q   string `json:"q"`
	X   string `json:"x"`
	Y   string `json:"y"`
	K   string `json:"k"`
}

func (k testJWK) rsa(t testing.TB) *rsa.PrivateKey {
	n := func(s string) *big.Int { return new(big.Int).SetBytes(unb64(s)) }
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: n(k.N), E: int(n(k.E).Int64())},
		D:         n(k.D), Primes: []*big.Int{n(k.P), n(k.Q)},
	}
	key.Precompute()
	require.NoError(t, key.Validate())
	return key
}

func (k testJWK) ecdh(t testing.TB) *ecdh.PrivateKey {
	key, err := ecdhCurves[k.CRV].NewPrivateKey(unb64(k.D))
	require.NoError(t, err)
	require.True(t, bytes.HasSuffix(key.PublicKey().Bytes(), append(unb64(k.X), unb64(k.Y)...)))
	return key
}

func (k testJWK) private(t testing.TB) crypto.PrivateKey {
	if k.KTY == "RSA" {
		return k.rsa(t)
	}
	return k.ecdh(t)
}

func TestFiguresOfTheRFCs(t *testing.T) {
	fipstest.SkipEnforced(t)
	data, err := os.ReadFile("testdata/rfc.json")
	require.NoError(t, err)
	var figures []struct {
		Source    string         `json:"source"`
		Alg       jwe.Algorithm  `json:"alg"`
		Enc       jwe.Encryption `json:"enc"`
		Key       testJWK        `json:"key"`
		Plaintext string         `json:"plaintext"`
		Token     string         `json:"token"`
		Refused   string         `json:"refused"`
	}
	require.NoError(t, json.Unmarshal(data, &figures))
	require.Len(t, figures, 9)
	for _, f := range figures {
		t.Run(f.Source, func(t *testing.T) {
			var key jwe.Decrypter
			var err error
			switch {
			case f.Key.KTY == "oct":
				key, err = jwe.NewSharedKey(f.Alg, f.Enc, unb64(f.Key.K), f.Key.KID)
			case f.Alg == "RSA1_5":
				_, err = jwe.NewDecrypter(f.Alg, f.Enc, rsaKey(), "")
				require.EqualError(t, err, `jwe: unknown algorithm "RSA1_5", want one of the package's constants`)
				key, err = jwe.NewDecrypter(jwe.RSAOAEP256, f.Enc, rsaKey(), "")
			default:
				key, err = jwe.NewDecrypter(f.Alg, f.Enc, f.Key.private(t), f.Key.KID)
			}
			require.NoError(t, err)
			h, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), key, f.Token)
			if f.Refused != "" {
				var refusal *jwt.VerifyError
				require.ErrorAs(t, err, &refusal)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, f.Plaintext, string(plaintext))
			assert.Equal(t, f.Key.KID, h.KeyID)
			mangle(t, f.Token, 48, func(token string) error {
				_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
				return err
			})
		})
	}
}

// TestECDHFigure is RFC 7518 appendix C: what both sides agree on is the content
// encryption key, so that a token encrypted with it opens.
func TestECDHFigure(t *testing.T) {
	bob := testJWK{
		KTY: "EC", CRV: "P-256",
		X: "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
		Y: "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
		D: "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
	}
	key, err := jwe.NewDecrypter(jwe.ECDHES, jwe.A128GCM, bob.ecdh(t), "")
	require.NoError(t, err)
	token := craft{
		header: `{"alg":"ECDH-ES","enc":"A128GCM","apu":"QWxpY2U","apv":"Qm9i","epk":{"kty":"EC","crv":"P-256",
			"x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}}`,
		enc: jwe.A128GCM, cek: unb64("VqqN6vgjbSBcIijNcacQGg"), plaintext: "agreed",
	}.token()
	_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
	require.NoError(t, err)
	assert.Equal(t, "agreed", string(plaintext))
}

// mangle changes a token at many places, one at a time, and wants each change
// refused: as malformed where it shows, and else with the one error of decryption.
func mangle(t *testing.T, token string, places int, decrypt func(token string) error) {
	t.Helper()
	require.NoError(t, decrypt(token))
	header := strings.IndexByte(token, '.')
	check := func(i int, changed string) {
		t.Helper()
		err := decrypt(changed)
		var refusal *jwt.VerifyError
		require.ErrorAs(t, err, &refusal, "changed at %d", i)
		if i > header && refusal.Reason != jwt.ErrMalformed {
			require.EqualError(t, err, "jwe: token cannot be decrypted", "changed at %d", i)
		}
	}
	step := 1 + len(token)/places
	for i := 0; i < len(token); i += step {
		other := byte('A')
		if token[i] == other {
			other = 'Q'
		}
		check(i, token[:i]+string(other)+token[i+1:])
		check(i, token[:i]+token[i+1:])
		check(i, token[:i]+"A"+token[i:])
		check(i, token[:i]+"\n"+token[i:])
		check(i, token[:i]+"."+token[i:])
	}
	for i := range token { // the spare bits at the end of each part
		if c := token[i]; (i+1 == len(token) || token[i+1] == '.') && c != '.' {
			check(i, token[:i]+string(nextLetter(c))+token[i+1:])
			check(i, token[:i+1]+"="+token[i+1:])
		}
	}
}

func nextLetter(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[(strings.IndexByte(alphabet, c)+1)%len(alphabet)]
}
