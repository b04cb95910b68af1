package jwt_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// explaining is a key set without keys that says why.
type explaining struct{ why string }

func (explaining) Verifiers(context.Context, jwt.Header) ([]jwt.Verifier, error) { return nil, nil }
func (e explaining) NoKey(h jwt.Header) string                                   { return e.why + " " + h.KeyID }

// silent is a key set without keys that does not say why.
type silent struct{}

func (silent) Verifiers(context.Context, jwt.Header) ([]jwt.Verifier, error) { return nil, nil }

func TestTheRefusalSaysWhyNoKeyFits(t *testing.T) {
	named := func(keyID string) jwt.Verifier {
		key, err := jwt.NewHMAC(jwt.HS384, make([]byte, 48), keyID)
		require.NoError(t, err)
		return key
	}
	token := signRaw(t, hs256(t), `{"alg":"HS256","kid":"k"}`, `{}`)
	for _, row := range []struct {
		name string
		keys jwt.KeySet
		want string
	}{
		{"a key set that says why", explaining{"withdrawn"}, "withdrawn k"},
		{"a key set that does not", silent{}, "no key fits"},
		{"Keys", jwt.Keys{named("a"), named("")}, `no key fits: want alg "HS384" with kid "a" or alg "HS384" with kid ""`},
		{"four Keys", jwt.Keys{named("a"), named("b"), nil, named("c"), named("d")},
			`no key fits: want alg "HS384" with kid "a" or alg "HS384" with kid "b" or alg "HS384" with kid "c" or alg "HS384" with kid "d"`},
		{"more Keys", jwt.Keys{named("a"), named("b"), named("c"), named("d"), named("e")},
			`no key fits: want one of alg "HS384" with kid "a", alg "HS384" with kid "b", alg "HS384" with kid "c", alg "HS384" with kid "d" and others`},
		{"empty Keys", jwt.Keys{}, "no key fits: Policy.Keys has no key"},
		{"Keys of nil", jwt.Keys{nil, (*jwt.HMAC)(nil)}, "no key fits: Policy.Keys has no key"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := (&jwt.Policy{Keys: row.keys}).Verify(t.Context(), token)
			assert.EqualError(t, err, `jwt: no key for this token: got alg "HS256", kid "k", and `+row.want)
			assert.ErrorIs(t, err, jwt.ErrUnknownKey)
		})
	}
}

// wrapping is a Verifier around one of the package, as those of jwk.Set are.
type wrapping struct {
	jwt.Verifier
	verify func(input, sig []byte) error
}

func (w wrapping) Unwrap(jose.Module) jwt.Verifier { return w.Verifier }
func (w wrapping) Verify(_ context.Context, input, sig []byte) error {
	return w.verify(input, sig)
}

func TestAVerifierThatWrapsAnotherIsStillTheOneThatIsAsked(t *testing.T) {
	key := hs256(t)
	token, err := jwt.Sign(t.Context(), key, map[string]any{})
	require.NoError(t, err)
	p := &jwt.Policy{AllowNoExpiry: true, Keys: jwt.Keys{wrapping{key, func(_, _ []byte) error { return jwt.ErrSignature }}}}
	_, err = p.Verify(t.Context(), token)
	assert.ErrorIs(t, err, jwt.ErrSignature)
	p.Keys = jwt.Keys{wrapping{key, func(input, sig []byte) error { return key.Verify(t.Context(), input, sig) }}}
	verified, err := p.Verify(t.Context(), token)
	require.NoError(t, err)
	assert.IsType(t, wrapping{}, verified.Verifier())
}

// retaining is a Verifier from elsewhere around one of the package that holds on to what
// it is given.
type retaining struct {
	jwt.Verifier
	input, sig []byte
}

func (h *retaining) Unwrap() jwt.Verifier { return h.Verifier }
func (h *retaining) Verify(ctx context.Context, input, sig []byte) error {
	h.input, h.sig = input, sig
	return h.Verifier.Verify(ctx, input, sig)
}

func TestAVerifierFromElsewhereHasMemoryOfItsOwn(t *testing.T) {
	key := &retaining{Verifier: hs256(t)}
	p := &jwt.Policy{AllowNoExpiry: true, Keys: jwt.Keys{key}}
	token := signed(t, hs256(t), `{"jti":"1"}`)
	_, err := p.Verify(t.Context(), token)
	require.NoError(t, err)
	input, sig := key.input, key.sig
	for range 10 {
		_, err = p.Verify(t.Context(), signed(t, hs256(t), `{"jti":"2"}`))
		require.NoError(t, err)
	}
	assert.Equal(t, token, string(input)+"."+base64.RawURLEncoding.EncodeToString(sig))
}

// Key sets of other kinds.
type (
	keysByFunc func(h jwt.Header) []jwt.Verifier
	keysByName map[string]jwt.Verifier
)

func (f keysByFunc) Verifiers(_ context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	return f(h), nil
}

func (m keysByName) Verifiers(_ context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	return []jwt.Verifier{m[h.KeyID]}, nil
}

func TestKeySetsOfOtherKinds(t *testing.T) {
	key := must(jwt.NewHMAC(jwt.HS256, secret, "key-1"))
	token, err := jwt.Sign(t.Context(), key, jwt.Claims{Subject: "alice"})
	require.NoError(t, err)
	for _, keys := range []jwt.KeySet{keysByName{"key-1": key}, keysByFunc(func(jwt.Header) []jwt.Verifier { return []jwt.Verifier{key} })} {
		p := lenient()
		p.Keys = keys
		_, err = p.Verify(t.Context(), token)
		require.NoError(t, err)
	}
}

// A keySet answers with its fields.
type keySet struct {
	keys  []jwt.Verifier
	err   error
	asked []jwt.Header
	ctx   context.Context
}

func (s *keySet) Verifiers(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	s.ctx, s.asked = ctx, append(s.asked, h)
	return s.keys, s.err
}

// undecided checks that an error of Verify says that nothing was decided.
func undecided(t testing.TB, got *jwt.Token, err error) {
	t.Helper()
	assert.Nil(t, got, "a token came with the error")
	require.Error(t, err)
	var refused *jwt.VerifyError
	assert.NotErrorAs(t, err, &refused, "refused, want undecided")
	assert.NotContains(t, err.Error(), "\n")
}

func TestKeySet(t *testing.T) {
	down := errors.New("key server down")
	own := hs256(t)
	named := func(keyID string) *jwt.HMAC {
		k, err := jwt.NewHMAC(jwt.HS256, secret, keyID)
		require.NoError(t, err)
		return k
	}
	rsa, ec := second2(pair(t, jwt.RS256, "")), second2(pair(t, jwt.ES256, ""))
	var nilHMAC *jwt.HMAC
	var nilForeign *foreign
	wrong := func(n int) (keys []jwt.Verifier) {
		k, err := jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("w", 32)), "")
		require.NoError(t, err)
		for range n {
			keys = append(keys, k)
		}
		return keys
	}
	for _, row := range []struct {
		name  string
		keyID string
		keys  []jwt.Verifier
		want  error // nil: accepted
	}{
		{"the key", "", []jwt.Verifier{own}, nil},
		{"no key", "", nil, jwt.ErrUnknownKey},
		{"nil keys", "", []jwt.Verifier{nil, nilHMAC, nilForeign, &jwt.HMAC{}, &foreign{}}, jwt.ErrUnknownKey},
		{"nil keys before the key", "", []jwt.Verifier{nil, nilHMAC, nilForeign, &jwt.HMAC{}, own}, nil},
		{"keys of another algorithm", "", []jwt.Verifier{rsa, ec, &foreign{alg: "hs256"}}, jwt.ErrUnknownKey},
		{"keys of another algorithm before the key", "", append(repeat(rsa, 1000), own), nil},
		{"a key with another kid", "a", []jwt.Verifier{named("b")}, jwt.ErrUnknownKey},
		{"a key with the kid in capitals", "a", []jwt.Verifier{named("A")}, jwt.ErrUnknownKey},
		{"keys with another kid before the key", "a", append(repeat(named("b"), 1000), named("a")), nil},
		{"a key without a kid for a token with one", "a", []jwt.Verifier{own}, nil},
		{"a key with a kid for a token without one", "", []jwt.Verifier{named("b")}, nil},
		{"seven wrong keys before the key", "", append(wrong(7), own), nil},
		{"eight wrong keys before the key", "", append(wrong(8), own), jwt.ErrSignature},
		{"eight wrong keys", "", wrong(8), jwt.ErrSignature},
		{"thousands of wrong keys", "", append(wrong(10000), own), jwt.ErrSignature},
	} {
		t.Run("that gives "+row.name, func(t *testing.T) {
			set := &keySet{keys: row.keys}
			p := policy()
			p.Keys = set
			header := `{"alg":"HS256","typ":"JWT"}`
			if row.keyID != "" {
				header = `{"alg":"HS256","typ":"JWT","kid":"` + row.keyID + `"}`
			}
			token := signRaw(t, own, header, payload)
			got, err := p.Verify(t.Context(), token)
			if row.want == nil {
				require.NoError(t, err)
			} else {
				refused(t, row.want, token, got, err)
			}
			assert.Equal(t, []jwt.Header{{Algorithm: jwt.HS256, Type: "JWT", KeyID: row.keyID}}, set.asked)
		})
	}
	t.Run("that fails leaves it undecided", func(t *testing.T) {
		p := policy()
		p.Keys = &keySet{err: down, keys: []jwt.Verifier{own}}
		got, err := p.Verify(t.Context(), signed(t, own, payload))
		undecided(t, got, err)
		require.ErrorIs(t, err, down)
	})
	t.Run("cannot make a token look expired", func(t *testing.T) {
		for _, reason := range allReasons {
			for _, inner := range refusalsOfAnotherToken(reason) {
				p := policy()
				p.Keys = &keySet{err: inner}
				got, err := p.Verify(t.Context(), signed(t, own, payload))
				undecided(t, got, err)
				assert.NotErrorIs(t, err, reason)
				assert.ErrorContains(t, err, inner.Error()[5:])
			}
		}
	})
	t.Run("cannot make a token look revoked", func(t *testing.T) {
		p := policy()
		p.Keys = &keySet{err: &jwt.VerifyError{Reason: errors.New("revoked"), Claim: "jti"}}
		got, err := p.Verify(t.Context(), signed(t, own, payload))
		undecided(t, got, err)
		assert.ErrorContains(t, err, "revoked")
	})
	t.Run("gets the caller's context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		set := &keySet{keys: []jwt.Verifier{own}}
		p := policy()
		p.Keys = set
		_, err := p.Verify(ctx, signed(t, own, payload))
		require.NoError(t, err)
		assert.Same(t, ctx, set.ctx)
	})
	t.Run("tries at most eight keys", func(t *testing.T) {
		k := &foreign{alg: "X", verifyErr: jwt.ErrSignature}
		token := signed(t, k, payload)
		got, err := policy(repeat(k, 10000)...).Verify(t.Context(), token)
		r := refused(t, jwt.ErrSignature, token, got, err)
		assert.Contains(t, r.Detail, "kid")
		assert.Equal(t, 8, k.verified)
	})
	t.Run("stops at the first key that says yes", func(t *testing.T) {
		k := &foreign{alg: "X"}
		_, err := policy(repeat(k, 5)...).Verify(t.Context(), signed(t, k, payload))
		require.NoError(t, err)
		assert.Equal(t, 1, k.verified)
	})
	t.Run("is not asked for a token that is malformed", func(t *testing.T) {
		for _, token := range []string{"", "..", "e30.e30.e30", encode(`{"alg":"none"}`) + ".e30.", encode(`{"alg":"HS256"}`) + ".e30.A"} {
			set := &keySet{}
			p := policy()
			p.Keys = set
			got, err := p.Verify(t.Context(), token)
			refused(t, jwt.ErrMalformed, token, got, err)
			assert.Empty(t, set.asked, token)
		}
	})
}

// refusalsOfAnotherToken are errors such as those of a key set that is a signed
// token itself.
func refusalsOfAnotherToken(reason error) []error {
	refusal := &jwt.VerifyError{Reason: reason, Claim: "exp", Detail: "of a signed key set"}
	return []error{refusal, fmt.Errorf("key set: %w", refusal), reason, fmt.Errorf("key set: %w", reason)}
}

func repeat(v jwt.Verifier, n int) (keys []jwt.Verifier) {
	for range n {
		keys = append(keys, v)
	}
	return keys
}

func second2[A, B any](_ A, b B) B { return b }

func TestKeysPutsTheNamedKeyFirst(t *testing.T) {
	var nilForeign *foreign
	a, b, none := &foreign{alg: "X", keyID: "a"}, &foreign{alg: "X", keyID: "b"}, &foreign{alg: "X"}
	other := &foreign{alg: "Y", keyID: "a"}
	keys := jwt.Keys{nil, nilForeign, &foreign{}, other, none, b, a}
	for _, row := range []struct {
		h    jwt.Header
		want []jwt.Verifier
	}{
		{jwt.Header{Algorithm: "X", KeyID: "a"}, []jwt.Verifier{a, none}},
		{jwt.Header{Algorithm: "X", KeyID: "b"}, []jwt.Verifier{b, none}},
		{jwt.Header{Algorithm: "X", KeyID: "c"}, []jwt.Verifier{none}},
		{jwt.Header{Algorithm: "X"}, []jwt.Verifier{none, b, a}},
		{jwt.Header{Algorithm: "Y", KeyID: "a"}, []jwt.Verifier{other}},
		{jwt.Header{Algorithm: "Y", KeyID: "b"}, nil},
		{jwt.Header{Algorithm: "Z"}, nil},
		{jwt.Header{}, nil},
	} {
		got, err := keys.Verifiers(t.Context(), row.h)
		require.NoError(t, err)
		require.Len(t, got, len(row.want), "%v", row.h)
		for i := range row.want {
			assert.Same(t, row.want[i], got[i], "%v", row.h)
		}
		if len(got) > 0 { // appending to the answer must not change the keys
			_ = append(got, nil)
			assert.Same(t, a, keys[6])
		}
	}
}
