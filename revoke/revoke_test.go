package revoke_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

const (
	login = "https://login.example"
	api   = "https://api.example"
)

// noon is when most tests take place.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func newKey(t testing.TB) *jwt.HMAC {
	key, err := jwt.NewHMAC(jwt.HS256, []byte("a secret of thirty-two bytes ..."), "")
	require.NoError(t, err)
	return key
}

// newList returns a list for tokens of login, which live an hour.
func newList(t testing.TB, store revoke.Store) *revoke.DenyList {
	return &revoke.DenyList{
		Tokens: &jwt.Policy{Keys: jwt.Keys{newKey(t)}, Issuer: login, Audience: []string{api}, AllowNoExpiry: true, Leeway: time.Minute, Now: at(noon)},
		Store:  store, Lifetime: time.Hour, Leeway: time.Minute, Now: at(noon),
	}
}

// sign returns a token with the members of a JSON object, and those that all need.
func sign(t testing.TB, members string) string {
	token, err := jwt.Sign(t.Context(), newKey(t), json.RawMessage(`{"iss":"`+login+`","aud":"`+api+`",`+members+`}`))
	require.NoError(t, err)
	return token
}

// whole has all that a token could be revoked by. Noon is 1795521600.
const whole = `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`

// A fake is a Store of a single answer, which notes what it was asked and told.
type fake struct {
	answer  revoke.Answer
	err     error
	asked   []revoke.Query
	entries []revoke.Entry
	now     jwt.NumericDate
}

func (f *fake) Lookup(_ context.Context, q revoke.Query) (revoke.Answer, error) {
	f.asked = append(f.asked, q)
	return f.answer, f.err
}

func (f *fake) Revoke(_ context.Context, now jwt.NumericDate, entries ...revoke.Entry) error {
	f.now, f.entries = now, append(f.entries, entries...)
	return f.err
}

// outcome is an error in a word: accepted, undecided, or the reason of a refusal
// and its claim.
func outcome(err error) string {
	var refusal *jwt.VerifyError
	switch {
	case err == nil:
		return "accepted"
	case !errors.As(err, &refusal):
		return "undecided"
	}
	names := map[error]string{revoke.ErrRevoked: "revoked", revoke.ErrReused: "reused", revoke.ErrForgotten: "forgotten",
		jwt.ErrClaim: "claim", jwt.ErrExpired: "expired", jwt.ErrSignature: "signature", jwt.ErrMalformed: "malformed"}
	return strings.TrimSpace(names[refusal.Reason] + " " + refusal.Claim)
}

func TestDenyListAsksForWhatTheTokenCouldBeRevokedBy(t *testing.T) {
	all := revoke.Query{Issuer: login, ID: "id", SessionID: "session", Subject: "alice"}
	without := func(change func(q *revoke.Query)) revoke.Query { q := all; change(&q); return q }
	for _, row := range []struct {
		name    string
		members string
		change  func(d *revoke.DenyList)
		want    string
		asked   revoke.Query
	}{
		{"all there", whole, nil, "accepted", all},
		{"no jti", `"sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "claim jti", revoke.Query{}},
		{"empty jti", `"jti":"","sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "claim jti", revoke.Query{}},
		{"no jti, allowed", `"sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowNoID = true }, "accepted", without(func(q *revoke.Query) { q.ID = "" })},
		{"no sid", `"jti":"id","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "claim sid", revoke.Query{}},
		{"empty sid", `"jti":"id","sid":"","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "claim sid", revoke.Query{}},
		{"no sid, allowed", `"jti":"id","sub":"alice","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowNoSessionID = true }, "accepted", without(func(q *revoke.Query) { q.SessionID = "" })},
		{"sid, though none would do", whole, func(d *revoke.DenyList) { d.AllowNoSessionID = true }, "accepted", all},
		{"sid of the wrong type", `"jti":"id","sid":7,"sub":"alice","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowNoSessionID = true }, "claim sid", revoke.Query{}},
		{"sid that is null", `"jti":"id","sid":null,"sub":"alice","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowNoSessionID = true }, "claim sid", revoke.Query{}},
		{"no sub", `"jti":"id","sid":"session","iat":1795521600,"exp":1795522600`, nil, "claim sub", revoke.Query{}},
		{"no sub, allowed", `"jti":"id","sid":"session","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowNoSubject = true }, "accepted", without(func(q *revoke.Query) { q.Subject = "" })},
		{"no iat", `"jti":"id","sid":"session","sub":"alice","exp":1795522600`, nil, "claim iat", revoke.Query{}},
		{"no iat, allowed", `"jti":"id","sid":"session","sub":"alice","exp":1795522600`, func(d *revoke.DenyList) { d.AllowNoIssuedAt = true }, "accepted", all},
		{"no iat nor exp, allowed", `"jti":"id","sid":"session","sub":"alice"`, func(d *revoke.DenyList) { d.AllowNoIssuedAt = true }, "claim exp", revoke.Query{}},
		{"longest life", `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":1795525200`, nil, "accepted", all},
		{"longer life", `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":1795525201`, nil, "claim exp", revoke.Query{}},
		{"longest number", `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":9223372036854775807`, nil, "claim exp", revoke.Query{}},
		{"life that would overflow", `"jti":"id","sid":"session","sub":"alice","iat":-9223372036854775807,"exp":9223372036854775807`, nil, "claim exp", revoke.Query{}},
		{"no exp, young enough", `"jti":"id","sid":"session","sub":"alice","iat":1795517940`, nil, "accepted", all},
		{"no exp, too old", `"jti":"id","sid":"session","sub":"alice","iat":1795517939`, nil, "expired iat", revoke.Query{}},
		{"expired", `"jti":"id","sid":"session","sub":"alice","iat":1795521000,"exp":1795521540`, nil, "expired exp", revoke.Query{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			store := &fake{answer: revoke.Answer{Since: 1}}
			list := newList(t, store)
			if row.change != nil {
				row.change(list)
			}
			token, err := list.Verify(t.Context(), sign(t, row.members))
			assert.Equal(t, row.want, outcome(err), "%v", err)
			assert.Equal(t, err == nil, token != nil)
			if row.asked == (revoke.Query{}) {
				assert.Empty(t, store.asked)
			} else {
				assert.Equal(t, []revoke.Query{row.asked}, store.asked)
			}
		})
	}
}

func TestDenyListJudgesByTheAnswer(t *testing.T) {
	down := errors.New("down")
	older := func(d *revoke.DenyList) { d.AllowOlderThanStore = true }
	noIssuedAt := func(d *revoke.DenyList) { d.AllowNoIssuedAt = true }
	const issued, expires = 1795521600, 1795522600
	const noIat = `"jti":"id","sid":"session","sub":"alice","exp":1795522600`
	for _, row := range []struct {
		name    string
		answer  revoke.Answer
		err     error
		members string
		change  func(d *revoke.DenyList)
		want    string
	}{
		{"nothing known", revoke.Answer{Since: 1}, nil, whole, nil, "accepted"},
		{"no answer", revoke.Answer{}, nil, whole, nil, "undecided"},
		{"no answer, even if older ones are allowed", revoke.Answer{}, nil, whole, older, "undecided"},
		{"an error", revoke.Answer{Since: 1}, down, whole, older, "undecided"},
		{"the ID revoked", revoke.Answer{Since: 1, ID: true}, nil, whole, nil, "revoked jti"},
		{"the session revoked", revoke.Answer{Since: 1, SessionID: true}, nil, whole, nil, "revoked sid"},
		{"the subject revoked later", revoke.Answer{Since: 1, Subject: issued + 1}, nil, whole, nil, "revoked sub"},
		{"the subject revoked in the second of issue", revoke.Answer{Since: 1, Subject: issued}, nil, whole, nil, "revoked sub"},
		{"the subject revoked a second before", revoke.Answer{Since: 1, Subject: issued - 1}, nil, whole, nil, "accepted"},
		{"the subject revoked for ever", revoke.Answer{Since: 1, Subject: math.MaxInt64}, nil, whole, nil, "revoked sub"},
		{"a store begun in the second of issue", revoke.Answer{Since: issued}, nil, whole, nil, "accepted"},
		{"a store begun later", revoke.Answer{Since: issued + 1}, nil, whole, nil, "undecided"},
		{"a store begun later, allowed", revoke.Answer{Since: issued + 1}, nil, whole, older, "accepted"},
		{"a store begun later that knows, allowed", revoke.Answer{Since: issued + 1, ID: true}, nil, whole, older, "revoked jti"},
		{"a store begun later that knows", revoke.Answer{Since: issued + 1, ID: true}, nil, whole, nil, "revoked jti"},
		{"entries dropped before the token ends", revoke.Answer{Since: 1, Dropped: expires + 60}, nil, whole, nil, "accepted"},
		{"entries dropped that ended with the token", revoke.Answer{Since: 1, Dropped: expires + 61}, nil, whole, nil, "undecided"},
		{"entries dropped that ended with it, allowed", revoke.Answer{Since: 1, Dropped: expires + 61}, nil, whole, older, "accepted"},
		{"no iat, revoked after the earliest", revoke.Answer{Since: 1, Subject: expires - 3600}, nil, noIat, noIssuedAt, "revoked sub"},
		{"no iat, revoked before the earliest", revoke.Answer{Since: 1, Subject: expires - 3601}, nil, noIat, noIssuedAt, "accepted"},
		{"no iat, a store begun after the earliest", revoke.Answer{Since: expires - 3599}, nil, noIat, noIssuedAt, "undecided"},
		{"no iat, a store begun at the earliest", revoke.Answer{Since: expires - 3600}, nil, noIat, noIssuedAt, "accepted"},
		{"iat with a fraction, revoked in its second", revoke.Answer{Since: 1, Subject: issued}, nil, strings.Replace(whole, "600,", "600.999,", 1), nil, "revoked sub"},
	} {
		t.Run(row.name, func(t *testing.T) {
			list := newList(t, &fake{answer: row.answer, err: row.err})
			if row.change != nil {
				row.change(list)
			}
			token, err := list.Verify(t.Context(), sign(t, row.members))
			assert.Equal(t, row.want, outcome(err), "%v", err)
			assert.Equal(t, err == nil, token != nil)
			if row.want == "undecided" && row.answer.Since > 1 || row.answer.Dropped > expires+60 && row.change == nil {
				assert.ErrorIs(t, err, revoke.ErrForgotten)
			}
			if row.err != nil {
				assert.ErrorIs(t, err, row.err)
			}
		})
	}
}

func TestDenyListAsksOnlyForGenuineTokens(t *testing.T) {
	store := &fake{answer: revoke.Answer{Since: 1, ID: true}}
	list := newList(t, store)
	token := sign(t, whole)
	for _, bad := range []string{"", "a.b.c", token[:len(token)-1], token[:len(token)-4] + "AAAA", strings.Replace(token, ".", "..", 1)} {
		_, err := list.Verify(t.Context(), bad)
		assert.NotErrorIs(t, err, revoke.ErrRevoked)
		assert.Error(t, err)
	}
	assert.Empty(t, store.asked)
}

// revoked is what a store was told, less the issuer.
func revoked(t *testing.T, store *fake, err error) []revoke.Entry {
	require.NoError(t, err)
	for i := range store.entries {
		assert.NoError(t, store.entries[i].Check())
		assert.Equal(t, login, store.entries[i].Issuer)
		store.entries[i].Issuer = ""
	}
	assert.Equal(t, jwt.NewNumericDate(noon), store.now)
	return store.entries
}

func TestEntriesLiveAsLongAsTheTokensTheyConcern(t *testing.T) {
	const hour, leeway = 3600, 60
	verified := func(list *revoke.DenyList, members string) *jwt.Token {
		token, err := list.Tokens.Verify(t.Context(), sign(t, members))
		require.NoError(t, err)
		return token
	}
	t.Run("a token, until its exp, its fraction, and the leeway", func(t *testing.T) {
		store := &fake{}
		list := newList(t, store)
		err := list.RevokeToken(t.Context(), verified(list, `"jti":"a","exp":1795522600`), verified(list, `"jti":"b","exp":1795522600.5`))
		assert.Equal(t, []revoke.Entry{{ID: "a", Until: 1795522600 + 1 + leeway}, {ID: "b", Until: 1795522600 + 1 + leeway}}, revoked(t, store, err))
	})
	t.Run("a part of a second of leeway is a whole one", func(t *testing.T) {
		store := &fake{}
		list := newList(t, store)
		list.Leeway = 59*time.Second + 1
		assert.Equal(t, []revoke.Entry{{ID: "a", Until: 1795522600 + 1 + leeway}}, revoked(t, store, list.RevokeToken(t.Context(), verified(list, `"jti":"a","exp":1795522600`))))
	})
	t.Run("a token without exp, as long as a token may", func(t *testing.T) {
		store := &fake{}
		list := newList(t, store)
		assert.Equal(t, []revoke.Entry{{ID: "a", Until: 1795521600 + hour + 1 + leeway}}, revoked(t, store, list.RevokeToken(t.Context(), verified(list, `"jti":"a","iat":1795521600`))))
	})
	t.Run("a token that never ends, as long as can be", func(t *testing.T) {
		store := &fake{}
		list := newList(t, store)
		assert.Equal(t, []revoke.Entry{{ID: "a", Until: math.MaxInt64}}, revoked(t, store, list.RevokeToken(t.Context(), verified(list, `"jti":"a","exp":9223372036854775807`))))
	})
	t.Run("a session, as long as a token issued now by a clock that is ahead", func(t *testing.T) {
		store := &fake{}
		err := newList(t, store).RevokeSession(t.Context(), login, "s")
		assert.Equal(t, []revoke.Entry{{SessionID: "s", Until: 1795521600 + hour + 1 + leeway + 1 + leeway}}, revoked(t, store, err))
	})
	t.Run("a subject, as long as a token issued then", func(t *testing.T) {
		store := &fake{}
		err := newList(t, store).RevokeSubject(t.Context(), login, "alice", noon.Add(90*time.Second+time.Millisecond))
		assert.Equal(t, []revoke.Entry{{Subject: "alice", IssuedAt: 1795521690, Until: 1795521690 + hour + 1 + leeway + 1 + leeway}}, revoked(t, store, err))
	})
	t.Run("the longest lifetime does not overflow", func(t *testing.T) {
		store := &fake{}
		list := newList(t, store)
		list.Lifetime, list.Leeway = math.MaxInt64, math.MaxInt64
		err := list.RevokeSubject(t.Context(), login, "alice", noon)
		assert.Greater(t, revoked(t, store, err)[0].Until, jwt.NewNumericDate(noon))
	})
}

func TestWhatCannotBeRevokedIsAnError(t *testing.T) {
	store := &fake{}
	list, ctx := newList(t, store), t.Context()
	noID, err := list.Tokens.Verify(ctx, sign(t, `"exp":1795522600`))
	require.NoError(t, err)
	noDate, err := list.Tokens.Verify(ctx, sign(t, `"jti":"id"`))
	require.NoError(t, err)
	good, err := list.Tokens.Verify(ctx, sign(t, whole))
	require.NoError(t, err)
	for name, err := range map[string]error{
		"no token":              list.RevokeToken(ctx, good, nil),
		"a zero token":          list.RevokeToken(ctx, good, &jwt.Token{}),
		"a token without jti":   list.RevokeToken(ctx, good, noID),
		"a token without dates": list.RevokeToken(ctx, good, noDate),
		"an empty session":      list.RevokeSession(ctx, login, ""),
		"an empty subject":      list.RevokeSubject(ctx, login, "", noon),
		"no time":               list.RevokeSubject(ctx, login, "alice", time.Time{}),
		"1970":                  list.RevokeSubject(ctx, login, "alice", time.Unix(0, 0)),
	} {
		assert.Error(t, err, name)
	}
	assert.Empty(t, store.entries)
	assert.NoError(t, list.RevokeToken(ctx))

	store.err = errors.New("down")
	for name, err := range map[string]error{
		"token":   list.RevokeToken(ctx, good),
		"session": list.RevokeSession(ctx, login, "s"),
		"subject": list.RevokeSubject(ctx, login, "alice", noon),
	} {
		assert.ErrorIs(t, err, store.err, name)
	}
}

func TestIncompleteDenyListsRefuse(t *testing.T) {
	ctx, token := t.Context(), sign(t, whole)
	for name, change := range map[string]func(d *revoke.DenyList) *revoke.DenyList{
		"nil":               func(*revoke.DenyList) *revoke.DenyList { return nil },
		"zero":              func(*revoke.DenyList) *revoke.DenyList { return &revoke.DenyList{} },
		"no store":          func(d *revoke.DenyList) *revoke.DenyList { d.Store = nil; return d },
		"no lifetime":       func(d *revoke.DenyList) *revoke.DenyList { d.Lifetime = 0; return d },
		"negative lifetime": func(d *revoke.DenyList) *revoke.DenyList { d.Lifetime = -1; return d },
		"negative leeway":   func(d *revoke.DenyList) *revoke.DenyList { d.Leeway = -1; return d },
		"nil memory":        func(d *revoke.DenyList) *revoke.DenyList { d.Store = (*revoke.Memory)(nil); return d },
		"zero memory":       func(d *revoke.DenyList) *revoke.DenyList { d.Store = &revoke.Memory{}; return d },
		"memory since never": func(d *revoke.DenyList) *revoke.DenyList {
			d.Store = revoke.NewMemory(time.Time{}, 0)
			return d
		},
		"nil cache":  func(d *revoke.DenyList) *revoke.DenyList { d.Store = (*revoke.Cache)(nil); return d },
		"zero cache": func(d *revoke.DenyList) *revoke.DenyList { d.Store = &revoke.Cache{}; return d },
	} {
		list := change(newList(t, revoke.NewMemory(time.Unix(1, 0), 0)))
		_, err := list.Verify(ctx, token)
		assert.Equal(t, "undecided", outcome(err), name)
		assert.ErrorContains(t, err, "revoke: ", name)
		assert.Error(t, list.RevokeSession(ctx, login, "s"), name)
		assert.Error(t, list.RevokeSubject(ctx, login, "alice", noon), name)
		assert.Error(t, list.RevokeToken(ctx, &jwt.Token{Claims: jwt.Claims{ID: "id", ExpiresAt: 1}}), name)
	}
	list := newList(t, revoke.NewMemory(time.Unix(1, 0), 0))
	list.Tokens = nil
	_, err := list.Verify(ctx, token)
	assert.Equal(t, "undecided", outcome(err))
	assert.NoError(t, list.RevokeSession(ctx, login, "s"), "Tokens are not needed to revoke")
	list.Tokens = nothing{}
	_, err = list.Verify(ctx, token)
	assert.Equal(t, "undecided", outcome(err), "Tokens that return nothing")
	list.Tokens = (*jwt.Policy)(nil)
	_, err = list.Verify(ctx, token)
	assert.Equal(t, "undecided", outcome(err), "a nil Policy")
}

type nothing struct{}

func (nothing) Verify(context.Context, string) (*jwt.Token, error) { return nil, nil }

func TestDenyListsStack(t *testing.T) {
	inner := newList(t, revoke.NewMemory(noon, 0))
	outer := *inner
	outer.Tokens, outer.Store = inner, revoke.NewMemory(noon, 0)
	token, err := outer.Verify(t.Context(), sign(t, whole))
	require.NoError(t, err)
	require.NoError(t, inner.RevokeToken(t.Context(), token))
	_, err = outer.Verify(t.Context(), sign(t, whole))
	assert.Equal(t, "revoked jti", outcome(err))
}

func TestRefusalsSayWhyAndNoMore(t *testing.T) {
	list := newList(t, revoke.NewMemory(noon, 0))
	text := sign(t, whole)
	token, err := list.Verify(t.Context(), text)
	require.NoError(t, err)
	require.NoError(t, list.RevokeToken(t.Context(), token))
	_, err = list.Verify(t.Context(), text)
	assert.EqualError(t, err, "revoke: token revoked: jti")
	_, err = list.Verify(t.Context(), sign(t, `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":1795525201`))
	assert.EqualError(t, err, "jwt: claim not acceptable: exp: more than 1h0m0s after iat, the longest life of a token")
	_, err = list.Verify(t.Context(), sign(t, `"jti":"id2","sid":"session","sub":"alice","iat":1795521590,"exp":1795522600`))
	assert.EqualError(t, err, "revoke: older than the memory of the store, which began 10 s later")
}
