package jwt_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestBoundTellsWhetherThereIsACnfClaim(t *testing.T) {
	key := hs256(t)
	for payload, want := range map[string]bool{
		`{"sub":"a"}`:                     false,
		`{"sub":"cnf","role":"cnf"}`:      false,
		`{"other":{"cnf":{"jkt":"a"}}}`:   false,
		`{"CNF":{"jkt":"a"}}`:             false,
		`{"cnf":{"jkt":"a"}}`:             true,
		`{"a":1,"cnf":null,"b":2}`:        true,
		`{"cnf":7}`:                       true,
		`{"\u0063nf":{"x5t#S256":"abc"}}`: true,
	} {
		token, err := lenient(key).Verify(t.Context(), signed(t, key, payload))
		require.NoError(t, err)
		assert.Equal(t, want, token.Bound(), payload)
	}
	assert.False(t, (*jwt.Token)(nil).Bound())
	assert.False(t, new(jwt.Token).Bound())
}
