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
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

const (
	epoch = "an epoch of more than 16 characters"
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
func newList(t testing.TB, keep store.Store) *revoke.DenyList {
	return &revoke.DenyList{
		Tokens: &jwt.Policy{Keys: jwt.Keys{newKey(t)}, Issuer: login, Audience: []string{api}, AllowNoExpiry: true, Leeway: time.Minute, Now: at(noon)},
		Store:  keep, Lifetime: time.Hour, Now: at(noon),
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
	answer  store.Answer
	err     error
	asked   []store.Query
	entries []store.Entry
	now     jwt.NumericDate
}

func (f *fake) Lookup(_ context.Context, q store.Query) (store.Answer, error) {
	f.asked = append(f.asked, q)
	return f.answer, f.err
}

func (f *fake) Revoke(_ context.Context, now jwt.NumericDate, entries ...store.Entry) error {
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
	all := store.Query{Issuer: login, ID: "id", SessionID: "session", Subject: "alice"}
	without := func(change func(q *store.Query)) store.Query { q := all; change(&q); return q }
	for _, row := range []struct {
		name    string
		members string
		change  func(d *revoke.DenyList)
		want    string
		asked   store.Query
	}{
		{"all there", whole, nil, "accepted", all},
		{"no jti", `"sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "claim jti", store.Query{}},
		{"a sid with an escape", `"jti":"id","sid":"s\u0065ssion","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "accepted", all},
		{"no sid, and an escape", `"jti":"id","sub":"\u0061lice","iat":1795521600,"exp":1795522600`, nil, "claim sid", store.Query{}},
		{"empty jti", `"jti":"","sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "claim jti", store.Query{}},
		{"no jti, allowed", `"sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"jti"} }, "accepted", without(func(q *store.Query) { q.ID = "" })},
		{"no sid", `"jti":"id","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "claim sid", store.Query{}},
		{"empty sid", `"jti":"id","sid":"","sub":"alice","iat":1795521600,"exp":1795522600`, nil, "claim sid", store.Query{}},
		{"no sid, allowed", `"jti":"id","sub":"alice","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"sub", "sid"} }, "accepted", without(func(q *store.Query) { q.SessionID = "" })},
		{"sid, though none would do", whole, func(d *revoke.DenyList) { d.AllowAbsent = []string{"sub", "sid"} }, "accepted", all},
		{"sid of the wrong type", `"jti":"id","sid":7,"sub":"alice","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"sub", "sid"} }, "claim sid", store.Query{}},
		{"sid that is null", `"jti":"id","sid":null,"sub":"alice","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"sub", "sid"} }, "claim sid", store.Query{}},
		{"no sub", `"jti":"id","sid":"session","iat":1795521600,"exp":1795522600`, nil, "claim sub", store.Query{}},
		{"no sub, allowed", `"jti":"id","sid":"session","iat":1795521600,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"sub"} }, "accepted", without(func(q *store.Query) { q.Subject = "" })},
		{"no iat", `"jti":"id","sid":"session","sub":"alice","exp":1795522600`, nil, "claim iat", store.Query{}},
		{"no iat, allowed", `"jti":"id","sid":"session","sub":"alice","exp":1795522600`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"iat"} }, "accepted", all},
		{"no iat nor exp, allowed", `"jti":"id","sid":"session","sub":"alice"`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"iat"} }, "claim exp", store.Query{}},
		{"longest life", `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":1795525200`, nil, "accepted", all},
		{"longer life", `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":1795525201`, nil, "claim exp", store.Query{}},
		{"longest number", `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":9223372036854775807`, nil, "claim exp", store.Query{}},
		{"life that would overflow", `"jti":"id","sid":"session","sub":"alice","iat":-9223372036854775807,"exp":9223372036854775807`, nil, "claim exp", store.Query{}},
		{"iat at the end of the leeway", `"jti":"id","sid":"session","sub":"alice","iat":1795521660,"exp":1795522600`, nil, "accepted", all},
		{"iat after now and the leeway", `"jti":"id","sid":"session","sub":"alice","iat":1795521661,"exp":1795522600`, nil, "claim iat", store.Query{}},
		{"iat in ten years", `"jti":"id","sid":"session","sub":"alice","iat":2110881600,"exp":2110882600`, nil, "claim iat", store.Query{}},
		{"iat in ten years, and exp before it", `"jti":"id","sid":"session","sub":"alice","iat":2110881600,"exp":1795522600`, nil, "claim iat", store.Query{}},
		{"iat in ten years, no exp", `"jti":"id","sid":"session","sub":"alice","iat":2110881600`, nil, "claim iat", store.Query{}},
		{"exp at iat", `"jti":"id","sid":"session","sub":"alice","iat":1795521660,"exp":1795521660`, nil, "accepted", all},
		{"exp before iat", `"jti":"id","sid":"session","sub":"alice","iat":1795521660,"exp":1795521659`, nil, "claim exp", store.Query{}},
		{"iat 0 is there", `"jti":"id","sid":"session","sub":"alice","iat":0,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"iat"} }, "claim exp", store.Query{}},
		{"iat 0 with a fraction is there", `"jti":"id","sid":"session","sub":"alice","iat":0.5,"exp":1795522600`, func(d *revoke.DenyList) { d.AllowAbsent = []string{"iat"} }, "claim exp", store.Query{}},
		{"iat 0 without exp", `"jti":"id","sid":"session","sub":"alice","iat":0`, nil, "expired iat", store.Query{}},
		{"no exp, young enough", `"jti":"id","sid":"session","sub":"alice","iat":1795517940`, nil, "accepted", all},
		{"no exp, too old", `"jti":"id","sid":"session","sub":"alice","iat":1795517939`, nil, "expired iat", store.Query{}},
		{"expired", `"jti":"id","sid":"session","sub":"alice","iat":1795521000,"exp":1795521540`, nil, "expired exp", store.Query{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			keep := &fake{answer: store.Answer{Since: 1}}
			list := newList(t, keep)
			if row.change != nil {
				row.change(list)
			}
			token, err := list.Verify(t.Context(), sign(t, row.members))
			assert.Equal(t, row.want, outcome(err), "%v", err)
			assert.Equal(t, err == nil, token != nil)
			if row.asked == (store.Query{}) {
				assert.Empty(t, keep.asked)
			} else {
				assert.Equal(t, []store.Query{row.asked}, keep.asked)
			}
		})
	}
}

func TestDenyListJudgesByTheAnswer(t *testing.T) {
	down := errors.New("down")
	older := func(d *revoke.DenyList) { d.AllowOlderThanStore = true }
	noIssuedAt := func(d *revoke.DenyList) { d.AllowAbsent = []string{"iat"} }
	const issued, expires = 1795521600, 1795522600
	const noIat = `"jti":"id","sid":"session","sub":"alice","exp":1795522600`
	for _, row := range []struct {
		name    string
		answer  store.Answer
		err     error
		members string
		change  func(d *revoke.DenyList)
		want    string
	}{
		{"nothing known", store.Answer{Since: 1}, nil, whole, nil, "accepted"},
		{"no answer", store.Answer{}, nil, whole, nil, "undecided"},
		{"no answer, even if older ones are allowed", store.Answer{}, nil, whole, older, "undecided"},
		{"an error", store.Answer{Since: 1}, down, whole, older, "undecided"},
		{"the ID revoked", store.Answer{Since: 1, ID: true}, nil, whole, nil, "revoked jti"},
		{"the session revoked", store.Answer{Since: 1, SessionID: true}, nil, whole, nil, "revoked sid"},
		{"the subject revoked later", store.Answer{Since: 1, Subject: issued + 1}, nil, whole, nil, "revoked sub"},
		{"the subject revoked in the second of issue", store.Answer{Since: 1, Subject: issued}, nil, whole, nil, "revoked sub"},
		{"the subject revoked before, within the leeway", store.Answer{Since: 1, Subject: issued - 60}, nil, whole, nil, "revoked sub"},
		{"the subject revoked before", store.Answer{Since: 1, Subject: issued - 61}, nil, whole, nil, "accepted"},
		{"the subject revoked for ever", store.Answer{Since: 1, Subject: math.MaxInt64}, nil, whole, nil, "revoked sub"},
		{"a store begun before issue and the leeway", store.Answer{Since: issued - 60, Epoch: epoch}, nil, whole, nil, "accepted"},
		{"a store begun within the leeway", store.Answer{Since: issued - 59, Epoch: epoch}, nil, whole, nil, "forgotten iat"},
		{"a store begun later", store.Answer{Since: issued + 1, Epoch: epoch}, nil, whole, nil, "forgotten iat"},
		{"a store that began and has no epoch", store.Answer{Since: issued - 60}, nil, whole, nil, "undecided"},
		{"a store since before time", store.Answer{Since: -1, Epoch: epoch}, nil, whole, nil, "undecided"},
		{"a store begun later, allowed", store.Answer{Since: issued + 1, Epoch: epoch}, nil, whole, older, "accepted"},
		{"a store begun later that knows, allowed", store.Answer{Since: issued + 1, Epoch: epoch, ID: true}, nil, whole, older, "revoked jti"},
		{"a store begun later that knows", store.Answer{Since: issued + 1, Epoch: epoch, ID: true}, nil, whole, nil, "revoked jti"},
		{"entries dropped before the token ends", store.Answer{Since: 1, Dropped: expires + 60}, nil, whole, nil, "accepted"},
		{"entries dropped that ended with the token", store.Answer{Since: 1, Dropped: expires + 61}, nil, whole, nil, "forgotten exp"},
		{"entries dropped that ended with it, allowed", store.Answer{Since: 1, Dropped: expires + 61}, nil, whole, older, "accepted"},
		{"no iat, revoked after the earliest", store.Answer{Since: 1, Subject: expires - 3660}, nil, noIat, noIssuedAt, "revoked sub"},
		{"no iat, revoked before the earliest", store.Answer{Since: 1, Subject: expires - 3661}, nil, noIat, noIssuedAt, "accepted"},
		{"no iat, a store begun after the earliest", store.Answer{Since: expires - 3659, Epoch: epoch}, nil, noIat, noIssuedAt, "forgotten iat"},
		{"no iat, a store begun at the earliest", store.Answer{Since: expires - 3660, Epoch: epoch}, nil, noIat, noIssuedAt, "accepted"},
		{"no iat, and a lifetime since before 1970", store.Answer{Since: 1}, nil, noIat, func(d *revoke.DenyList) {
			noIssuedAt(d)
			older(d)
			d.Lifetime = 60 * 365 * 24 * time.Hour
		}, "accepted"},
		{"iat with a fraction, revoked in its second", store.Answer{Since: 1, Subject: issued}, nil, strings.Replace(whole, "600,", "600.999,", 1), nil, "revoked sub"},
	} {
		t.Run(row.name, func(t *testing.T) {
			list := newList(t, &fake{answer: row.answer, err: row.err})
			if row.change != nil {
				row.change(list)
			}
			token, err := list.Verify(t.Context(), sign(t, row.members))
			assert.Equal(t, row.want, outcome(err), "%v", err)
			assert.Equal(t, err == nil, token != nil)
			if row.err != nil {
				assert.ErrorIs(t, err, row.err)
			}
		})
	}
}

func TestDenyListAsksOnlyForGenuineTokens(t *testing.T) {
	keep := &fake{answer: store.Answer{Since: 1, ID: true}}
	list := newList(t, keep)
	token := sign(t, whole)
	for _, bad := range []string{"", "a.b.c", token[:len(token)-1], token[:len(token)-4] + "AAAA", strings.Replace(token, ".", "..", 1)} {
		_, err := list.Verify(t.Context(), bad)
		assert.NotErrorIs(t, err, revoke.ErrRevoked)
		assert.Error(t, err)
	}
	assert.Empty(t, keep.asked)
}

// revoked is what a store was told, less the issuer.
func revoked(t *testing.T, keep *fake, err error) []store.Entry {
	require.NoError(t, err)
	for i := range keep.entries {
		assert.NoError(t, keep.entries[i].Check())
		assert.Equal(t, login, keep.entries[i].Issuer)
		keep.entries[i].Issuer = ""
	}
	assert.Equal(t, jwt.NewNumericDate(noon), keep.now)
	return keep.entries
}

func TestEntriesLiveAsLongAsTheTokensTheyConcern(t *testing.T) {
	const hour, leeway = 3600, 600 // the largest
	verified := func(list *revoke.DenyList, members string) *jwt.Token {
		token, err := list.Tokens.Verify(t.Context(), sign(t, members))
		require.NoError(t, err)
		return token
	}
	t.Run("a token, until its exp, its fraction, and the leeway", func(t *testing.T) {
		keep := &fake{}
		list := newList(t, keep)
		err := list.RevokeToken(t.Context(), verified(list, `"jti":"a","exp":1795522600`), verified(list, `"jti":"b","exp":1795522600.5`))
		assert.Equal(t, []store.Entry{{ID: "a", Until: 1795522600 + 1 + leeway}, {ID: "b", Until: 1795522600 + 1 + leeway}}, revoked(t, keep, err))
	})
	t.Run("a token without exp, as long as a token may", func(t *testing.T) {
		keep := &fake{}
		list := newList(t, keep)
		assert.Equal(t, []store.Entry{{ID: "a", Until: 1795521600 + hour + 1 + leeway}}, revoked(t, keep, list.RevokeToken(t.Context(), verified(list, `"jti":"a","iat":1795521600`))))
	})
	t.Run("a token that never ends, as long as can be", func(t *testing.T) {
		keep := &fake{}
		list := newList(t, keep)
		assert.Equal(t, []store.Entry{{ID: "a", Until: math.MaxInt64}}, revoked(t, keep, list.RevokeToken(t.Context(), verified(list, `"jti":"a","exp":9223372036854775807`))))
	})
	t.Run("a session, as long as a token issued now by a clock that is ahead", func(t *testing.T) {
		keep := &fake{}
		err := newList(t, keep).RevokeSession(t.Context(), login, "s")
		assert.Equal(t, []store.Entry{{SessionID: "s", Until: 1795521600 + hour + 1 + leeway + 1 + leeway}}, revoked(t, keep, err))
	})
	t.Run("a subject, as long as a token issued then", func(t *testing.T) {
		keep := &fake{answer: store.Answer{Since: 1}}
		err := newList(t, keep).RevokeSubject(t.Context(), login, "alice", noon.Add(90*time.Second+time.Millisecond))
		assert.Equal(t, []store.Entry{{Subject: "alice", IssuedAt: 1795521690, Until: 1795521690 + hour + 1 + leeway + 1 + leeway}}, revoked(t, keep, err))
	})
	t.Run("the longest lifetime does not overflow", func(t *testing.T) {
		keep := &fake{answer: store.Answer{Since: 1}}
		list := newList(t, keep)
		list.Lifetime = math.MaxInt64
		err := list.RevokeSubject(t.Context(), login, "alice", noon)
		assert.Greater(t, revoked(t, keep, err)[0].Until, jwt.NewNumericDate(noon))
	})
}

func TestWhatCannotBeRevokedIsAnError(t *testing.T) {
	keep := &fake{answer: store.Answer{Since: 1}}
	list, ctx := newList(t, keep), t.Context()
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
	assert.Empty(t, keep.entries)
	assert.NoError(t, list.RevokeToken(ctx))
	assert.NoError(t, newList(t, &fake{err: errors.New("down")}).RevokeToken(ctx), "no store is told of nothing")
	assert.NoError(t, list.RevokeSubject(ctx, login, "alice", time.Unix(1, 0)))

	whenever, err := list.Tokens.Verify(ctx, sign(t, `"jti":"id","iat":0`))
	require.NoError(t, err)
	assert.NoError(t, list.RevokeToken(ctx, whenever), "iat 0 is a date")

	keep.err = errors.New("down")
	for name, err := range map[string]error{
		"token":   list.RevokeToken(ctx, good),
		"session": list.RevokeSession(ctx, login, "s"),
		"subject": list.RevokeSubject(ctx, login, "alice", noon),
	} {
		assert.ErrorIs(t, err, keep.err, name)
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
		"an unknown claim":  func(d *revoke.DenyList) *revoke.DenyList { d.AllowAbsent = []string{"sid", "exp"}; return d },
		"nil memory":        func(d *revoke.DenyList) *revoke.DenyList { d.Store = (*revoke.Memory)(nil); return d },
		"zero memory":       func(d *revoke.DenyList) *revoke.DenyList { d.Store = &revoke.Memory{}; return d },
	} {
		list := change(newList(t, revoke.NewMemory(0)))
		_, err := list.Verify(ctx, token)
		assert.Equal(t, "undecided", outcome(err), name)
		assert.ErrorContains(t, err, "revoke: ", name)
		assert.Error(t, list.RevokeSession(ctx, login, "s"), name)
		assert.Error(t, list.RevokeSubject(ctx, login, "alice", noon), name)
		assert.Error(t, list.RevokeToken(ctx, &jwt.Token{Claims: jwt.Claims{ID: "id", ExpiresAt: 1}}), name)
	}
	list := newList(t, revoke.NewMemory(0))
	list.Tokens = nil
	_, err := list.Verify(ctx, token)
	assert.Equal(t, "undecided", outcome(err))
	assert.NoError(t, list.RevokeSession(ctx, login, "s"), "Tokens are not needed to revoke")
	list.Lifetime = 1
	assert.NoError(t, list.RevokeSession(ctx, login, "s"), "a lifetime may be short")
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
	inner := newList(t, revoke.NewMemorySince(noon.Add(-time.Hour), 0))
	outer := newList(t, nil)
	outer.Tokens, outer.Store = inner, revoke.NewMemorySince(noon.Add(-time.Hour), 0)
	token, err := outer.Verify(t.Context(), sign(t, whole))
	require.NoError(t, err)
	require.NoError(t, inner.RevokeToken(t.Context(), token))
	_, err = outer.Verify(t.Context(), sign(t, whole))
	assert.Equal(t, "revoked jti", outcome(err))
}

func TestRefusalsSayWhyAndNoMore(t *testing.T) {
	list := newList(t, revoke.NewMemorySince(noon.Add(-time.Hour), 0))
	text := sign(t, whole)
	token, err := list.Verify(t.Context(), text)
	require.NoError(t, err)
	require.NoError(t, list.RevokeToken(t.Context(), token))
	_, err = list.Verify(t.Context(), text)
	assert.EqualError(t, err, "revoke: token revoked: jti")
	_, err = list.Verify(t.Context(), sign(t, `"jti":"id","sid":"session","sub":"alice","iat":1795521600,"exp":1795525201`))
	assert.EqualError(t, err, "jwt: claim not acceptable: exp: more than 1h0m0s after iat, want a shorter life or a longer DenyList.Lifetime")
	list.Store = revoke.NewMemorySince(noon, 0)
	_, err = list.Verify(t.Context(), sign(t, `"jti":"id2","sid":"session","sub":"alice","iat":1795521590,"exp":1795522600`))
	assert.EqualError(t, err, "revoke: token older than the memory of the store: iat: issued 70 s too early, leeway included: the store began later, and accepts newer tokens")
	_, err = list.Verify(t.Context(), sign(t, `"jti":"id2","sid":"session","sub":"alice","iat":1795521661,"exp":1795522600`))
	assert.EqualError(t, err, "jwt: claim not acceptable: iat: got 1795521661, want a date before now, 1795521600")
}

// Those who set a longer leeway are told, and not left with entries that end early.
func TestALeewayThatIsTooLongIsUndecided(t *testing.T) {
	list := newList(t, revoke.NewMemorySince(noon.Add(-time.Hour), 0))
	list.Tokens.(*jwt.Policy).Leeway = 10 * time.Minute
	_, err := list.Verify(t.Context(), sign(t, whole))
	assert.NoError(t, err)
	list.Tokens.(*jwt.Policy).Leeway = 10*time.Minute + 1
	_, err = list.Verify(t.Context(), sign(t, whole))
	assert.Equal(t, "undecided", outcome(err))
	assert.ErrorContains(t, err, "Policy.Leeway")
}

// An entry that is recorded again has another date, since sessions that began after
// the first know that one.
func TestEachRevocationOfASubjectHasADateOfItsOwn(t *testing.T) {
	const at = 1795521600
	for _, row := range []struct{ last, want jwt.NumericDate }{
		{0, at}, {at - 1, at}, {at, at + 1}, {at + 5, at + 6}, {at + 1200, at + 1201}, {at + 1201, at}, {math.MaxInt64, at},
	} {
		keep := &fake{answer: store.Answer{Since: 1, Subject: row.last}}
		require.NoError(t, newList(t, keep).RevokeSubject(t.Context(), login, "alice", noon))
		assert.Equal(t, row.want, keep.entries[0].IssuedAt, "after %d", row.last-at)
		assert.Equal(t, []store.Query{{Issuer: login, Subject: "alice"}}, keep.asked)
	}
	assert.Error(t, newList(t, &fake{}).RevokeSubject(t.Context(), login, "alice", noon), "a store that does not know")
}
