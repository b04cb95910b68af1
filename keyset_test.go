package jwt_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
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

func (w wrapping) Unwrap() jwt.Verifier { return w.Verifier }
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
