package jwk_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// figures is testdata/rfc.json.
type figures struct {
	Sets []struct {
		Source string
		Set    json.RawMessage
	}
	Keys []struct {
		Source     string
		Key        json.RawMessage
		Thumbprint string
	}
	Tokens []struct {
		Source string
		Key    json.RawMessage
		Token  string
	}
}

func rfcFigures(t testing.TB) figures {
	t.Helper()
	data, err := os.ReadFile("testdata/rfc.json")
	require.NoError(t, err)
	var f figures
	require.NoError(t, json.Unmarshal(data, &f))
	require.Len(t, f.Sets, 4)
	require.Len(t, f.Keys, 4)
	require.Len(t, f.Tokens, 5)
	return f
}

func TestRFCThumbprints(t *testing.T) {
	fipstest.SkipEnforced(t)
	for _, figure := range rfcFigures(t).Keys {
		t.Run(figure.Source, func(t *testing.T) {
			k, err := jwk.Parse(figure.Key)
			require.NoError(t, err)
			if figure.Thumbprint == "" {
				return
			}
			assert.Equal(t, figure.Thumbprint, k.Thumbprint())
			assert.Equal(t, "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"+figure.Thumbprint, k.ThumbprintURI())
			assert.Equal(t, figure.Thumbprint, k.Public().Thumbprint())
		})
	}
}

func TestRFCTokensVerifyWithTheirKeys(t *testing.T) {
	for _, figure := range rfcFigures(t).Tokens {
		t.Run(figure.Source, func(t *testing.T) {
			k, err := jwk.Parse(figure.Key)
			require.NoError(t, err)
			header, _, err := jwt.InsecureDecode(figure.Token)
			require.NoError(t, err)
			var h struct{ Alg jwt.Algorithm }
			require.NoError(t, json.Unmarshal(header, &h))
			v, err := k.VerifierFor(h.Alg)
			require.NoError(t, err)
			dot := strings.LastIndexByte(figure.Token, '.')
			sig, err := jwt.DecodeBase64URL(figure.Token[dot+1:])
			require.NoError(t, err)
			assert.NoError(t, v.Verify(t.Context(), []byte(figure.Token[:dot]), sig))
		})
	}
}

func TestRFCSets(t *testing.T) {
	for i, row := range []struct {
		source  string
		keys    []string
		private []string // ParsePrivateSet
	}{
		{"RFC 7517 appendix A.1, public keys", []string{"P-256 public key, use enc, kid 1", "RSA public key, alg RS256, kid 2011-04-29"}, nil},
		{"RFC 7517 appendix A.2, private keys", nil, []string{"P-256 private key, use enc, kid 1", "RSA private key, alg RS256, kid 2011-04-29"}},
		{"RFC 7517 appendix A.3, symmetric keys", nil, []string{"symmetric key, alg A128KW", "symmetric key, kid HMAC key used in JWS spec Appendix A.1 example"}},
		{"RFC 7517 appendix B, x5c", []string{"RSA public key, use sig, kid 1b94c"}, nil},
	} {
		t.Run(row.source, func(t *testing.T) {
			figure := rfcFigures(t).Sets[i]
			require.Equal(t, row.source, figure.Source)
			s, err := jwk.ParseSet(figure.Set)
			require.NoError(t, err)
			assert.Equal(t, row.keys, described(s))
			s, err = jwk.ParsePrivateSet(figure.Set)
			require.NoError(t, err)
			assert.Equal(t, slices.Concat(row.keys, row.private), described(s))
			for _, k := range s.Keys() {
				if k.Public() != nil {
					assertSameJSON(t, publicMembers(t, figure.Set, k.KeyID()), marshal(t, k))
				}
			}
		})
	}
}

// described tells the keys of a set in words, without thumbprints.
func described(s *jwk.Set) (words []string) {
	for _, k := range s.Keys() {
		text, _, _ := strings.Cut(k.String(), ", thumbprint")
		words = append(words, strings.ReplaceAll(text, `"`, ""))
	}
	return words
}

// publicMembers returns the members of a set's entry that are not private.
func publicMembers(t testing.TB, set []byte, keyID string) []byte {
	t.Helper()
	var s struct{ Keys []map[string]any }
	require.NoError(t, json.Unmarshal(set, &s))
	for _, entry := range s.Keys {
		if entry["kid"] == keyID {
			for _, name := range []string{"d", "p", "q", "dp", "dq", "qi"} {
				delete(entry, name)
			}
			data, err := json.Marshal(entry)
			require.NoError(t, err)
			return data
		}
	}
	require.Fail(t, "no such key")
	return nil
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}

func assertSameJSON(t testing.TB, want, got []byte) {
	t.Helper()
	assert.JSONEq(t, string(want), string(got))
}
