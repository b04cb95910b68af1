package jwt_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestATokenTellsTheLeewayOfItsPolicy(t *testing.T) {
	key := hs256(t)
	text := signed(t, key, `{"iss":"a","exp":9999999999}`)
	strict := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "a", AllowAnyAudience: true, Leeway: 7 * time.Second}
	other := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "a", Subject: "b", AllowAnyAudience: true, Leeway: time.Hour}
	for name, tokens := range map[string]jwt.TokenVerifier{
		"a policy":        strict,
		"one of policies": jwt.Policies{other, strict},
		"a cache":         &jwt.Cache{Policies: jwt.Policies{strict}},
	} {
		for range 2 {
			token, err := tokens.Verify(t.Context(), text)
			require.NoError(t, err, name)
			assert.Equal(t, 7*time.Second, token.Leeway(), name)
		}
	}
	assert.Zero(t, (*jwt.Token)(nil).Leeway())
	assert.Zero(t, new(jwt.Token).Leeway())
}
