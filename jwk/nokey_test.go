package jwk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestNoKeySaysWhy(t *testing.T) {
	with := func(kind, keyID string, members ...any) string {
		all := map[string]any{"kid": keyID}
		for i := 0; i < len(members); i += 2 {
			all[members[i].(string)] = members[i+1]
		}
		return public(t, kind, all)
	}
	all := []string{
		with("RSA", "rsa"), with("RSA", "ps", "alg", "PS256"), with("P-256", "ec"), with("Ed25519", "ed"),
		with("P-256", "enc", "use", "enc"), with("RSA", "oaep", "alg", "RSA-OAEP"), with("P-256", "ops", "key_ops", []string{"deriveKey"}),
		with("X25519", "x"), with("P-256", "svid", "use", "jwt-svid"),
		with("P-256", "k1", "crv", "secp256k1"), `{"kty":"LMS","kid":"pq"}`, string(changed(t, "P-256", map[string]any{"kid": "private"})),
		with("RSA", "two"), with("P-256", "two", "use", "enc"),
	}
	for _, row := range []struct {
		name    string
		entries []string
		keyID   string
		alg     jwt.Algorithm
		want    string
	}{
		{"another algorithm", all, "ps", jwt.RS256, "no key fits: it is for PS256"},
		{"an RSA key without alg", all, "rsa", jwt.PS256, "no key fits: it is for RS256, as an RSA key without alg is"},
		{"an EC key without alg", all, "ec", jwt.ES384, "no key fits: it is for ES256"},
		{"an Ed25519 key", all, "ed", jwt.ES256, "no key fits: it is for EdDSA or Ed25519"},
		{"use", all, "enc", jwt.ES256, `no key fits: its use is "enc"`},
		{"another use", all, "svid", jwt.ES256, `no key fits: its use is "jwt-svid"`},
		{"alg", all, "oaep", jwt.RS256, "no key fits: its alg is RSA-OAEP"},
		{"key_ops", all, "ops", jwt.ES256, `no key fits: its key_ops do not have "verify"`},
		{"no signatures", all, "x", jwt.EdDSA, "no key fits: it is a key of X25519 without an alg for signatures"},
		{"left out", all, "k1", jwt.ES256, `no key fits: entry 9 was left out: unknown crv "secp256k1", want P-256, P-384 or P-521`},
		{"unknown", all, "pq", jwt.ES256, `no key fits: entry 10 was left out: unknown kty "LMS", want RSA, EC, OKP, AKP or oct`},
		{"private", all, "private", jwt.ES256, "no key fits: entry 11 was left out: a private key among public keys; ParsePrivateSet reads private keys of your own"},
		{"two of a kid", all, "two", jwt.ES256, `no key fits: it is for RS256, as an RSA key without alg is; its use is "enc"`},
		{"a kid that is not there", all, "other", jwt.RS256, `no key fits: the set has kid "rsa", kid "ps", kid "ec", kid "ed" and 1 more for RS256, PS256, ES256, EdDSA, Ed25519`},
		{"no kid", all, "", jwt.ES512, `no key fits: the set has kid "rsa", kid "ps", kid "ec", kid "ed" and 1 more for RS256, PS256, ES256, EdDSA, Ed25519`},
		{"a key without kid", []string{public(t, "P-256", nil)}, "a", jwt.RS256, "no key fits: the set has a key without kid for ES256"},
		{"no key", nil, "a", jwt.RS256, "no key fits: the set has no key that verifies"},
		{"one key that is not read", all[9:10], "a", jwt.RS256, "no key fits: the set has no key that verifies, and 1 left out"},
		{"two of a kid, for one reason", []string{all[4], all[4]}, "enc", jwt.ES256, `no key fits: its use is "enc"`},
		{"four keys", all[:4], "a", jwt.RS512, `no key fits: the set has kid "rsa", kid "ps", kid "ec", kid "ed" for RS256, PS256, ES256, EdDSA, Ed25519`},
		{"no key that is read", all[9:12], "a", jwt.RS256, "no key fits: the set has no key that verifies, and 3 left out"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := parseSet(t, row.entries...)
			h := jwt.Header{KeyID: row.keyID, Algorithm: row.alg}
			require.Empty(t, candidates(t, s, h))
			assert.Equal(t, row.want, s.NoKey(h))
			assert.Equal(t, row.want, s.NoKey(h), "again")
		})
	}
	t.Run("in the refusal of a token", func(t *testing.T) {
		signer, err := newKey(t, "P-256", "", "enc").Signer()
		require.NoError(t, err)
		assert.EqualError(t, accepts(t, parseSet(t, all...), signer),
			`jwt: no key for this token: got alg "ES256", kid "enc", and no key fits: its use is "enc"`)
	})
	t.Run("of nil and zero", func(t *testing.T) {
		assert.Contains(t, (*jwk.Set)(nil).NoKey(jwt.Header{}), "nil or zero")
		assert.Contains(t, (&jwk.Set{}).NoKey(jwt.Header{}), "nil or zero")
	})
}

func TestNoKeyIsShortForAnySet(t *testing.T) {
	long := strings.Repeat("\n", 500)
	var entries []string
	for i := range 100 {
		entries = append(entries, public(t, "P-256", map[string]any{"kid": fmt.Sprint(i, long)}), fmt.Sprintf(`{"kty":"%d","kid":"same"}`, i))
	}
	s := parseSet(t, entries...)
	for _, keyID := range []string{"same", "other", "1" + long} {
		text := s.NoKey(jwt.Header{KeyID: keyID, Algorithm: jwt.RS256})
		assert.Less(t, len(text), 1500)
		assert.NotContains(t, text, "\n")
	}
	assert.Equal(t, 4, strings.Count(s.NoKey(jwt.Header{KeyID: "same"}), "left out"))
}

func TestKeyOfTellsTheKeyThatVerified(t *testing.T) {
	s := parseSet(t, public(t, "P-256", map[string]any{"kid": "a", "issuer": "https://a.example"}), public(t, "P-384", map[string]any{"kid": "b"}))
	signer, err := newKey(t, "P-256", "", "a").Signer()
	require.NoError(t, err)
	token, err := jwt.Sign(t.Context(), signer, map[string]any{})
	require.NoError(t, err)
	verified, err := (&jwt.Policy{Keys: s, AllowNoExpiry: true}).Verify(t.Context(), token)
	require.NoError(t, err)
	key := jwk.KeyOf(verified.Verifier())
	assert.Same(t, s.Keys()[0], key)
	assert.Equal(t, `"https://a.example"`, string(key.Member("issuer")))

	private := newKey(t, "P-256", "", "a")
	found, err := mustSet(t, private).Verifiers(t.Context(), jwt.Header{Algorithm: jwt.ES256})
	require.NoError(t, err)
	assert.Equal(t, private.Public(), jwk.KeyOf(found[0]), "without its private part")
	v, err := private.Verifier()
	require.NoError(t, err)
	assert.Equal(t, private.Public(), jwk.KeyOf(v))
	other, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "")
	require.NoError(t, err)
	assert.Nil(t, jwk.KeyOf(other))
	assert.Nil(t, jwk.KeyOf(nil))
}

func TestAllowUseLetsKeysOfAnotherUseVerify(t *testing.T) {
	s := parseSet(t,
		public(t, "P-256", map[string]any{"kid": "svid", "use": "jwt-svid"}), public(t, "P-384", map[string]any{"kid": "x509", "use": "x509-svid"}),
		public(t, "RSA", map[string]any{"kid": "rsa", "use": "jwt-svid"}), public(t, "Ed25519", map[string]any{"kid": "sig", "use": "sig"}),
		public(t, "P-521", map[string]any{"kid": "ops", "use": "jwt-svid", "key_ops": []string{"sign"}}))
	headers := []jwt.Header{
		{KeyID: "svid", Algorithm: jwt.ES256}, {KeyID: "x509", Algorithm: jwt.ES384}, {KeyID: "rsa", Algorithm: jwt.RS256},
		{KeyID: "sig", Algorithm: jwt.EdDSA}, {KeyID: "ops", Algorithm: jwt.ES512}, {KeyID: "rsa", Algorithm: jwt.PS256},
	}
	check := func(s *jwk.Set, want ...string) {
		t.Helper()
		var got []string
		for _, h := range headers {
			got = append(got, candidates(t, s, h)...)
		}
		assert.Equal(t, want, got)
	}
	check(s, "sig EdDSA")
	svid, err := s.AllowUse("jwt-svid")
	require.NoError(t, err)
	check(svid, "svid ES256", "rsa RS256", "sig EdDSA")
	check(s, "sig EdDSA")
	signer, err := newKey(t, "P-256", "", "svid").Signer()
	require.NoError(t, err)
	assert.NoError(t, accepts(t, svid, signer))
	both, err := svid.AllowUse("x509-svid")
	require.NoError(t, err)
	both, err = both.WithRSA(jwt.PS256)
	require.NoError(t, err)
	check(both, "svid ES256", "x509 ES384", "sig EdDSA", "rsa PS256")
	other, err := s.WithRSA(jwt.PS256)
	require.NoError(t, err)
	other, err = other.AllowUse("jwt-svid", "other")
	require.NoError(t, err)
	check(other, "svid ES256", "sig EdDSA", "rsa PS256")
	for _, use := range []string{"", "enc"} {
		_, err := s.AllowUse("jwt-svid", use)
		assert.ErrorContains(t, err, "want one for signatures")
	}
	_, err = (*jwk.Set)(nil).AllowUse("jwt-svid")
	assert.ErrorContains(t, err, "nil or zero")
}
