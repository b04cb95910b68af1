package revoke_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// requireExplained holds Explain against what Verify said.
func requireExplained(t *testing.T, e *jwt.Explanation, err error, step string) {
	t.Helper()
	if step == "" {
		require.NoError(t, err)
		require.NoError(t, e.Err)
		require.NotNil(t, e.Token)
	} else {
		require.EqualError(t, e.Err, err.Error())
		require.Nil(t, e.Token)
	}
	failed, last := "", jwt.Passed
	for _, s := range e.Steps {
		if s.Result != last {
			require.Empty(t, failed)
			failed, last = s.Name, jwt.NotReached
		}
	}
	assert.Equal(t, step, failed, "%v", e)
}

func TestDenyListsExplain(t *testing.T) {
	memory := revoke.NewMemorySince(noon.Add(-time.Hour), 100)
	list := newList(t, memory)
	token := sign(t, whole)
	explained := func(d *revoke.DenyList, token, step string) {
		t.Helper()
		_, err := d.Verify(t.Context(), token)
		requireExplained(t, jwt.Explain(t.Context(), d, token), err, step)
	}
	explained(list, token, "")
	steps := jwt.Explain(t.Context(), list, token).Steps
	assert.Equal(t, "a token that is not revoked", steps[len(steps)-1].Want)
	explained(list, token+"x", "signature")
	explained(list, sign(t, `"jti":"id","exp":1795522600`), "revocation")
	explained(&revoke.DenyList{}, token, "revocation")
	requireExplained(t, (*revoke.DenyList)(nil).Explain(t.Context(), token), second(((*revoke.DenyList)(nil)).Verify(t.Context(), token)), "revocation")
	explained(newList(t, &fake{err: errors.New("down")}), token, "revocation")
	lenient := newList(t, memory)
	lenient.Tokens.(*jwt.Policy).Leeway = time.Hour
	explained(lenient, token, "revocation")
	nobody := newList(t, memory)
	nobody.Tokens = nothing{}
	e := jwt.Explain(t.Context(), nobody, token)
	require.Error(t, e.Err)
	require.NoError(t, list.RevokeSession(t.Context(), login, "session"))
	explained(list, token, "revocation")
}

// A careless verifier has a token, and a reason against it.
type careless struct {
	jwt.TokenVerifier
	token *jwt.Token
}

func (c careless) Explain(context.Context, string) *jwt.Explanation {
	e := &jwt.Explanation{Token: c.token}
	e.Add("careless", "", "", errors.New("refused"))
	return e
}

func TestATokenThatIsRefusedIsNotAskedFor(t *testing.T) {
	token := sign(t, whole)
	once := &revoke.Once{Tokens: newList(t, nil).Tokens, Store: revoke.NewMemorySince(noon.Add(-time.Hour), 100), Lifetime: time.Hour, Now: at(noon)}
	verified, err := once.Tokens.Verify(t.Context(), token)
	require.NoError(t, err)
	refusing := *once
	refusing.Tokens = careless{once.Tokens, verified}
	e := refusing.Explain(t.Context(), token)
	require.ErrorContains(t, e.Err, "refused")
	require.Nil(t, e.Token)
	_, err = once.Verify(t.Context(), token)
	require.NoError(t, err, "Explain did not use it")
}

func TestOnceExplains(t *testing.T) {
	once := &revoke.Once{Tokens: newList(t, nil).Tokens, Store: revoke.NewMemorySince(noon.Add(-time.Hour), 100), Lifetime: time.Hour, Now: at(noon)}
	token := sign(t, whole)
	e := jwt.Explain(t.Context(), once, token)
	requireExplained(t, e, nil, "")
	assert.Equal(t, "a token that is used for the first time", e.Steps[len(e.Steps)-1].Want)
	_, err := once.Verify(t.Context(), token)
	require.ErrorIs(t, err, revoke.ErrReused, "Explain used it")
	requireExplained(t, jwt.Explain(t.Context(), once, token), err, "use")
	_, err = once.Verify(t.Context(), token+"x")
	requireExplained(t, jwt.Explain(t.Context(), once, token+"x"), err, "signature")
	_, err = (&revoke.Once{}).Verify(t.Context(), token)
	requireExplained(t, (&revoke.Once{}).Explain(t.Context(), token), err, "use")
}

func second[T any](v T, err error) error { return errortest.Of(v, err) }
