package jwk_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
