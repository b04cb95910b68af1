package jwe_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestTokensOfOneKindAreRefusedWhereAnotherIsWanted(t *testing.T) {
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	inner, err := jwt.Sign(t.Context(), signer, claims())
	require.NoError(t, err)
	nested, err := jwe.Encrypt(t.Context(), key, inner)
	require.NoError(t, err)
	unsigned, err := jwe.EncryptUnsigned(t.Context(), key, claims())
	require.NoError(t, err)
	_, rules := sender(t)
	rules.Keys = nil
	nestedPolicy := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}
	unsignedPolicy := &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: rules}
	for _, row := range []struct {
		name   string
		policy interface {
			Verify(ctx context.Context, token string) (*jwt.Token, error)
		}
		token string
		ok    bool
	}{
		{"a signed one to jwt.Policy", signed, inner, true},
		{"a nested one to jwe.Policy", nestedPolicy, nested, true},
		{"an unsigned one to jwe.UnsignedPolicy", unsignedPolicy, unsigned, true},
		{"a nested one to jwt.Policy", signed, nested, false},
		{"an unsigned one to jwt.Policy", signed, unsigned, false},
		{"a signed one to jwe.Policy", nestedPolicy, inner, false},
		{"an unsigned one to jwe.Policy", nestedPolicy, unsigned, false},
		{"a signed one to jwe.UnsignedPolicy", unsignedPolicy, inner, false},
		{"a nested one to jwe.UnsignedPolicy", unsignedPolicy, nested, false},
	} {
		got, err := row.policy.Verify(t.Context(), row.token)
		if row.ok {
			require.NoError(t, err, row.name)
			continue
		}
		assert.ErrorIs(t, err, jwt.ErrMalformed, row.name)
		assert.Nil(t, got, row.name)
	}
}

func TestClaimsWithoutASignatureAreCheckedAllTheSame(t *testing.T) {
	secret := randomBytes(16)
	key, err := jwe.NewSharedKey(jwe.Dir, jwe.A128GCM, secret, "")
	require.NoError(t, err)
	header := `{"alg":"dir","enc":"A128GCM"}`
	const good = `{"iss":"https://a.example","aud":"https://b.example","exp":9999999999,"sub":"alice"}`
	for _, row := range []struct {
		name, header, content string
		want                  error
	}{
		{"good", header, good, nil},
		{"with a typ", `{"alg":"dir","enc":"A128GCM","typ":"JWT"}`, good, nil},
		{"another typ", `{"alg":"dir","enc":"A128GCM","typ":"at+jwt"}`, good, jwt.ErrClaim},
		{"another issuer", header, strings.Replace(good, "https://a", "https://c", 1), jwt.ErrClaim},
		{"another audience", header, strings.Replace(good, "https://b", "https://c", 1), jwt.ErrClaim},
		{"expired", header, strings.Replace(good, "9999999999", "1", 1), jwt.ErrExpired},
		{"without an end", header, strings.Replace(good, `"exp":9999999999,`, "", 1), jwt.ErrClaim},
		{"no object", header, `[]`, jwt.ErrClaim},
		{"a name twice", header, strings.Replace(good, "{", `{"iss":"https://a.example",`, 1), jwt.ErrClaim},
		{"nothing", header, ``, jwt.ErrClaim},
		{"no JSON", header, "\xff", jwt.ErrClaim},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := craft{header: row.header, enc: jwe.A128GCM, cek: secret, plaintext: row.content}.token()
			_, rules := sender(t)
			rules.Keys = nil
			got, err := (&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: rules}).Verify(t.Context(), token)
			if row.want == nil {
				require.NoError(t, err)
				assert.Equal(t, row.content, string(got.Payload()))
				return
			}
			assert.ErrorIs(t, err, row.want)
			assert.Nil(t, got)
		})
	}
}

func TestUnsignedClaimsMakeTheRoundTrip(t *testing.T) {
	for _, enc := range encryptions {
		for _, alg := range sharedAlgorithms {
			key := sharedKey(t, alg, enc, "shared")
			token, err := jwe.EncryptUnsigned(t.Context(), key, claims())
			require.NoError(t, err)
			policy := &jwe.UnsignedPolicy{
				Keys:   []*jwe.SharedKey{sharedKey(t, alg, enc, "shared"), key}, // the first decrypts nothing
				Claims: &jwt.Policy{Issuer: "https://a.example", Audience: []string{"https://b.example"}},
			}
			got, err := policy.Verify(t.Context(), token)
			require.NoError(t, err, "%s %s", alg, enc)
			assert.Equal(t, "alice", got.Claims.Subject)
			assert.Equal(t, jwt.Header{Algorithm: jwt.Algorithm(alg), KeyID: "shared", Type: "JWT"}, got.Header)
		}
	}
}
