package migrate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/examples/migrate/gojose"
	"github.com/seed-b1f8f58c/jwt/examples/migrate/jwx"
	"github.com/seed-b1f8f58c/jwt/examples/migrate/moved"
)

type tokens interface {
	Issue(ctx context.Context, user string, roles ...string) (string, error)
	Verify(ctx context.Context, token, role string) (string, error)
}

// The programs take each other's tokens, and refuse the same ones.
func TestProgramsTakeEachOthersTokens(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second)
	clock := func() time.Time { return now }
	s, other := newSigner(t), newSigner(t)
	programs := map[string]tokens{}
	var err error
	programs["go-jose"], err = gojose.New(s.private, s.set, clock)
	require.NoError(t, err)
	programs["jwx"], err = jwx.New(s.private, s.set, clock)
	require.NoError(t, err)
	programs["moved"], err = moved.New(s.private, s.set, clock)
	require.NoError(t, err)

	const header = `{"alg":"ES256","kid":"2026-11","typ":"JWT"}`
	claims := func(issuer, audience, rest string) string {
		return `{"iss":"` + issuer + `","aud":"` + audience + `","sub":"mallory","roles":["reader"]` + rest + `}`
	}
	const issuer, audience = "https://login.example", "https://api.example"
	exp := fmt.Sprintf(`,"exp":%d`, now.Unix()+60)
	for verifies, p := range programs {
		for issues, q := range programs {
			token, err := q.Issue(t.Context(), "alice", "reader", "writer")
			require.NoError(t, err)
			user, err := p.Verify(t.Context(), token, "writer")
			assert.NoError(t, err, "%s issues, %s verifies", issues, verifies)
			assert.Equal(t, "alice", user)
			_, err = p.Verify(t.Context(), token, "admin")
			assert.Error(t, err, "%s issues, %s verifies", issues, verifies)
		}
		for what, token := range map[string]string{
			"another issuer":   s.token(header, claims("x", audience, exp)),
			"another audience": s.token(header, claims(issuer, "x", exp)),
			"no expiry":        s.token(header, claims(issuer, audience, "")),
			"an expired token": s.token(header, claims(issuer, audience, fmt.Sprintf(`,"exp":%d`, now.Unix()-60))),
			"not yet valid":    s.token(header, claims(issuer, audience, fmt.Sprintf(`,"nbf":%d`, now.Unix()+60)+exp)),
			"another key":      other.token(header, claims(issuer, audience, exp)),
			"another key ID":   s.token(`{"alg":"ES256","kid":"x"}`, claims(issuer, audience, exp)),
			"no signature":     strings.TrimRight(other.token(`{"alg":"none","kid":"2026-11"}`, claims(issuer, audience, exp)), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			"no token":         "",
		} {
			_, err := p.Verify(t.Context(), token, "reader")
			assert.Error(t, err, "%s: %s", verifies, what)
		}
		user, err := p.Verify(t.Context(), s.token(header, claims(issuer, audience, exp)), "reader")
		assert.NoError(t, err, verifies)
		assert.Equal(t, "mallory", user)
	}
}
