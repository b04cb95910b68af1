package jwk_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestMemberReturnsWhatIsNotReadHere(t *testing.T) {
	entry := public(t, "P-256", map[string]any{
		"kid": "1", "issuer": "https://login.example/{tenantid}", "endorsements": []string{"msteams"}, "nothing": json.RawMessage("null"), "n": "AQAB", "Kid": 5,
	})
	data := setOf(entry)
	s, err := jwk.ParseSet(data)
	require.NoError(t, err)
	k := s.Keys()[0]
	clear(data)
	for name, want := range map[string]string{
		"issuer": `"https://login.example/{tenantid}"`, "endorsements": `["msteams"]`, "Kid": "5",
		"nothing": "", "other": "", "": "", "kid": "", "kty": "", "x": "", "n": "",
	} {
		assert.Equal(t, want, string(k.Member(name)), name)
	}
	assert.Nil(t, k.Member("nothing"))
	clear(k.Member("issuer"))
	assert.Equal(t, `"https://login.example/{tenantid}"`, string(k.Member("issuer")), "a copy")
	other, err := k.With("", "2")
	require.NoError(t, err)
	assert.NotNil(t, other.Member("issuer"))

	private, err := jwk.Parse(changed(t, "P-256", map[string]any{"note": "mine"}))
	require.NoError(t, err)
	assert.Equal(t, `"mine"`, string(private.Member("note")))
	assert.Nil(t, private.Public().Member("note"))
	assert.Nil(t, private.Member("d"))
	assert.Nil(t, (*jwk.Key)(nil).Member("issuer"))
	assert.Nil(t, (&jwk.Key{}).Member("issuer"))
}

// A policy with an IssuerTemplate holds tokens against the issuer of their key.
func TestTheIssuerOfAKeyIsHeldAgainstTokens(t *testing.T) {
	private, err := jwk.Generate(jwt.ES256)
	require.NoError(t, err)
	signer, err := private.Signer()
	require.NoError(t, err)
	for issuer, ok := range map[any]bool{
		"https://login.example/{tenantid}/v2.0": true, "https://login.example/a/v2.0": true, nil: true,
		"https://login.example/b/v2.0": false, "https://other.example/{tenantid}/v2.0": false, 7: false,
	} {
		var entry map[string]any
		data, err := json.Marshal(private.Public())
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &entry))
		entry["issuer"] = issuer
		data, err = json.Marshal(entry)
		require.NoError(t, err)
		keys, err := jwk.ParseSet(setOf(string(data)))
		require.NoError(t, err)
		p := &jwt.Policy{Keys: keys, IssuerTemplate: "https://login.example/{tid}/v2.0", AllowNoExpiry: true}
		token, err := jwt.Sign(t.Context(), signer, map[string]any{"iss": "https://login.example/a/v2.0", "tid": "a"})
		require.NoError(t, err)
		verified, err := p.Verify(t.Context(), token)
		if !ok {
			require.ErrorIs(t, err, jwt.ErrClaim)
			continue
		}
		require.NoError(t, err, issuer)
		assert.Implements(t, (*jwt.IssuedKey)(nil), verified.Verifier())
	}
}
