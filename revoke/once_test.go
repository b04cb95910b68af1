package revoke_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// newOnce returns a Once for tokens of login, which live an hour, over a store
// that began an hour ago.
func newOnce(t *testing.T) (*revoke.Once, *fakeOnce) {
	keep := &fakeOnce{Memory: revoke.NewMemorySince(noon.Add(-time.Hour), 0)}
	return &revoke.Once{Tokens: newList(t, nil).Tokens, Store: keep, Lifetime: time.Hour, Now: at(noon)}, keep
}

// A fakeOnce is a Memory that notes what is used.
type fakeOnce struct {
	*revoke.Memory
	entries []store.Entry
	now     jwt.NumericDate
	err     error
}

func (f *fakeOnce) Use(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
	if f.err != nil {
		return store.Answer{}, f.err
	}
	f.now, f.entries = now, append(f.entries, e)
	return f.Memory.Use(ctx, now, e)
}

func TestOnceAcceptsATokenOnce(t *testing.T) {
	once, keep := newOnce(t)
	token := sign(t, `"jti":"a","iat":1795521600,"exp":1795522600`)
	verified, err := once.Verify(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, "a", verified.Claims.ID)
	for range 2 {
		verified, err = once.Verify(t.Context(), token)
		assert.Equal(t, "reused jti", outcome(err))
		assert.Nil(t, verified)
	}
	assert.Equal(t, store.Entry{Issuer: login, ID: "a", Until: 1795522600 + 1 + 60 + 600}, keep.entries[0])
	assert.Equal(t, jwt.NewNumericDate(noon), keep.now)
	short := *once
	short.Lifetime = 1
	_, err = short.Verify(t.Context(), token)
	assert.Equal(t, "claim exp", outcome(err), "a lifetime may be short")
	_, err = once.Verify(t.Context(), sign(t, `"iat":1795521600,"exp":1795522600`))
	assert.ErrorContains(t, err, "jti: got nothing, want what a second use could be known by")
	_, err = once.Verify(t.Context(), sign(t, `"jti":"b","iat":1795521600,"exp":1795522600`))
	assert.NoError(t, err)
}

func TestOnceRefuses(t *testing.T) {
	for name, row := range map[string]struct{ members, want string }{
		"a bad token":                    {`"jti":"a","iat":1795521600,"exp":1795521000`, "expired exp"},
		"one without jti":                {`"iat":1795521600,"exp":1795522600`, "claim jti"},
		"one that lives too long":        {`"jti":"a","iat":1795521600,"exp":1795525201`, "claim exp"},
		"one without dates":              {`"jti":"a"`, "claim exp"},
		"one issued in the future":       {`"jti":"a","iat":1795521661,"exp":1795522600`, "claim iat"},
		"one from before the store":      {`"jti":"a","iat":1795518059,"exp":1795521650`, "forgotten iat"},
		"the first that it remembers":    {`"jti":"a","iat":1795518060,"exp":1795521650`, "accepted"},
		"one without iat, of old":        {`"jti":"a","exp":1795521659`, "forgotten iat"},
		"one without iat":                {`"jti":"a","exp":1795521660`, "accepted"},
		"one without exp":                {`"jti":"a","iat":1795521600`, "accepted"},
		"one without exp, which is over": {`"jti":"a","iat":1795517939`, "expired iat"},
	} {
		once, keep := newOnce(t)
		_, err := once.Verify(t.Context(), sign(t, row.members))
		assert.Equal(t, row.want, outcome(err), "%s: %v", name, err)
		assert.Equal(t, row.want == "accepted" || row.want == "forgotten iat", len(keep.entries) == 1, name)
	}
}

func TestOnceMayAcceptWhatIsOlderThanTheStore(t *testing.T) {
	once, _ := newOnce(t)
	old := sign(t, `"jti":"a","iat":1795518059,"exp":1795521650`)
	once.AllowOlderThanStore = true
	_, err := once.Verify(t.Context(), old)
	assert.NoError(t, err)
	_, err = once.Verify(t.Context(), old)
	assert.Equal(t, "reused jti", outcome(err))
	assert.NoError(t, once.Use(t.Context(), "i", "a", noon.Add(-2*time.Hour), noon.Add(-time.Hour), 0))
}

func TestWhatIsRevokedIsUsedAndTheOtherWayRound(t *testing.T) {
	once, keep := newOnce(t)
	list := newList(t, keep)
	used, revoked := sign(t, whole), sign(t, `"jti":"b","sid":"session","sub":"alice","iat":1795521600,"exp":1795522600`)
	_, err := once.Verify(t.Context(), used)
	require.NoError(t, err)
	_, err = list.Verify(t.Context(), used)
	assert.Equal(t, "revoked jti", outcome(err))
	token, err := list.Verify(t.Context(), revoked)
	require.NoError(t, err)
	require.NoError(t, list.RevokeToken(t.Context(), token))
	_, err = once.Verify(t.Context(), revoked)
	assert.Equal(t, "reused jti", outcome(err))
}

func TestUseIsForWhatIsNoToken(t *testing.T) {
	once, keep := newOnce(t)
	use := func(issuer, id string, issued, end time.Time, leeway time.Duration) string {
		return outcome(once.Use(t.Context(), issuer, id, issued, end, leeway))
	}
	assert.Equal(t, "accepted", use("key", "a", noon, noon.Add(time.Minute), time.Second))
	assert.Equal(t, store.Entry{Issuer: "key", ID: "a", Until: 1795521660 + 1 + 1 + 600}, keep.entries[0])
	assert.Equal(t, "reused jti", use("key", "a", noon, noon.Add(time.Minute), time.Second))
	assert.Equal(t, "accepted", use("other", "a", noon, noon.Add(time.Hour), 10*time.Minute))
	assert.Equal(t, "claim jti", use("key", "", noon, noon.Add(time.Minute), 0))
	assert.Equal(t, "claim exp", use("key", "b", noon, noon.Add(time.Hour+1), 0))
	assert.Equal(t, "undecided", use("key", "b", noon, noon, -1))
	assert.Equal(t, "undecided", use("key", "b", noon, noon, 10*time.Minute+1))
	assert.EqualError(t, once.Use(t.Context(), "key", "b", noon, noon, -1), "revoke: leeway is -1ns, want 0 to 10m0s")
	assert.Equal(t, "accepted", use("key", "b", noon.Add(-time.Hour), noon, 0))
	assert.Equal(t, "forgotten iat", use("key", "c", noon.Add(-time.Hour), noon, 1))
}

func TestIncompleteOncesRefuse(t *testing.T) {
	down := errors.New("down")
	for name, change := range map[string]func(o *revoke.Once, keep *fakeOnce) *revoke.Once{
		"nil":           func(*revoke.Once, *fakeOnce) *revoke.Once { return nil },
		"zero":          func(*revoke.Once, *fakeOnce) *revoke.Once { return &revoke.Once{} },
		"no store":      func(o *revoke.Once, _ *fakeOnce) *revoke.Once { o.Store = nil; return o },
		"no lifetime":   func(o *revoke.Once, _ *fakeOnce) *revoke.Once { o.Lifetime = 0; return o },
		"nil memory":    func(o *revoke.Once, _ *fakeOnce) *revoke.Once { o.Store = (*revoke.Memory)(nil); return o },
		"a store down":  func(o *revoke.Once, keep *fakeOnce) *revoke.Once { keep.err = down; return o },
		"a full memory": func(o *revoke.Once, _ *fakeOnce) *revoke.Once { o.Store = revoke.NewMemorySince(noon, -1); return o },
	} {
		once := change(newOnce(t))
		_, err := once.Verify(t.Context(), sign(t, whole))
		assert.Equal(t, "undecided", outcome(err), name)
		assert.ErrorContains(t, err, "revoke: ", name)
		assert.Equal(t, "undecided", outcome(once.Use(t.Context(), "i", "a", noon, noon, 0)), name)
	}
	once, _ := newOnce(t)
	once.Tokens = nil
	_, err := once.Verify(t.Context(), sign(t, whole))
	assert.ErrorContains(t, err, "Tokens is nil")
	assert.NoError(t, once.Use(t.Context(), "i", "a", noon, noon, 0), "which needs none")
}
