package jwt_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// foreign is an algorithm that the package never heard of: HMAC with SHA-1,
// whose weakness is no matter here.
type foreign struct {
	alg        jwt.Algorithm
	keyID      string
	signErr    error
	verifyErr  error
	signs      []byte // in the place of the signature
	input, sig []byte // what it was given, held on to
	ctx        context.Context
	verified   int
}

func (f *foreign) Algorithm() jwt.Algorithm { return f.alg }
func (f *foreign) KeyID() string            { return f.keyID }

func (f *foreign) mac(input []byte) []byte {
	m := hmac.New(crypto.SHA1.New, secret)
	m.Write(input)
	return m.Sum(nil)
}

func (f *foreign) Sign(ctx context.Context, input []byte) ([]byte, error) {
	f.ctx, f.input = ctx, input
	if f.signs != nil || f.signErr != nil {
		return f.signs, f.signErr
	}
	return f.mac(input), nil
}

func (f *foreign) Verify(ctx context.Context, input, sig []byte) error {
	f.ctx, f.input, f.sig = ctx, input, sig
	f.verified++
	if f.verifyErr != nil {
		return f.verifyErr
	}
	if !hmac.Equal(f.mac(input), sig) {
		return jwt.ErrSignature
	}
	return nil
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

func TestForeignAlgorithm(t *testing.T) {
	for _, keyID := range []string{"", "key-1"} {
		key := &foreign{alg: "X-HMAC", keyID: keyID}
		want := jwt.Claims{Issuer: issuer, Audience: jwt.Audience{api}, ExpiresAt: 1800000060}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		token, err := jwt.Sign(ctx, key, want)
		require.NoError(t, err)
		assert.Same(t, ctx, key.ctx)
		got, err := policy(key).Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, want, got.Claims)
		assert.Equal(t, jwt.Header{Algorithm: "X-HMAC", KeyID: keyID, Type: "JWT"}, got.Header)

		forged := token[:strings.LastIndex(token, ".")+1] + encode("not the signature")
		got, err = policy(key).Verify(t.Context(), forged)
		refused(t, jwt.ErrSignature, forged, got, err)
		got, err = policy(hs256(t)).Verify(t.Context(), token)
		refused(t, jwt.ErrUnknownKey, token, got, err)
		_, err = policy(hs256(t), key).Verify(t.Context(), token)
		require.NoError(t, err)
	}
}

func TestForeignKeysGetTheirOwnInput(t *testing.T) {
	key := &foreign{alg: "X-HMAC"}
	token, err := jwt.Sign(t.Context(), key, jwt.Claims{Subject: "alice"})
	require.NoError(t, err)
	dot := strings.LastIndex(token, ".")
	signedInput := key.input
	assert.Equal(t, token[:dot], string(signedInput))

	p := lenient(key)
	_, err = p.Verify(t.Context(), token)
	require.NoError(t, err)
	verifiedInput, verifiedSig := key.input, key.sig
	sig := bytes.Clone(key.sig)

	for range 20 { // the package's own working space is used over and over
		other := &foreign{alg: "X-HMAC"}
		_, err := lenient(other).Verify(t.Context(), signed(t, other, `{"sub":"z"}`))
		require.NoError(t, err)
		_, err = jwt.Sign(t.Context(), hs256(t), jwt.Claims{Subject: strings.Repeat("z", 50)})
		require.NoError(t, err)
		_, err = lenient(hs256(t)).Verify(t.Context(), signed(t, hs256(t), `{"z":"`+strings.Repeat("z", 50)+`"}`))
		require.NoError(t, err)
	}
	assert.Equal(t, token[:dot], string(signedInput))
	assert.Equal(t, token[:dot], string(verifiedInput))
	assert.Equal(t, sig, verifiedSig)
}

// scribbler breaks the rule that input and sig are not modified.
type scribbler struct{ *foreign }

func (s scribbler) Sign(ctx context.Context, input []byte) ([]byte, error) {
	sig, err := s.foreign.Sign(ctx, bytes.Clone(input))
	fill(input)
	return sig, err
}

func (s scribbler) Verify(ctx context.Context, input, sig []byte) error {
	err := s.foreign.Verify(ctx, bytes.Clone(input), bytes.Clone(sig))
	fill(input)
	fill(sig)
	return err
}

func fill(b []byte) {
	for i := range b {
		b[i] = 'A'
	}
}

func TestForeignKeysCannotChangeTheToken(t *testing.T) {
	key := scribbler{&foreign{alg: "X-HMAC"}}
	token, err := jwt.Sign(t.Context(), key, jwt.Claims{Subject: "alice"})
	require.NoError(t, err)
	got, err := lenient(key).Verify(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, "alice", got.Claims.Subject)
	assert.Equal(t, `{"sub":"alice"}`, string(got.Payload()))
}

func TestForeignSigner(t *testing.T) {
	broken := errors.New("module unplugged")
	for _, row := range []struct {
		name string
		key  *foreign
		want string
	}{
		{"an error", &foreign{alg: "X", signErr: broken}, "module unplugged"},
		{"an error beside a signature", &foreign{alg: "X", signErr: broken, signs: []byte("sig")}, "module unplugged"},
		{"an empty signature", &foreign{alg: "X", signs: []byte{}}, "no signature"},
		{"no algorithm", &foreign{}, "no key"},
		{"none", &foreign{alg: "none"}, "never accepted"},
		{"None", &foreign{alg: "None"}, "never accepted"},
		{"an algorithm of invalid UTF-8", &foreign{alg: "\xff"}, "UTF-8"},
		{"a key ID of invalid UTF-8", &foreign{alg: "X", keyID: "\xff"}, "UTF-8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwt.Sign(t.Context(), row.key, jwt.Claims{})
			assert.Empty(t, token)
			require.ErrorContains(t, err, row.want)
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, row.key.signErr != nil, errors.Is(err, broken))
		})
	}
}

func TestForeignVerifier(t *testing.T) {
	unreachable := errors.New("KMS out of reach")
	key := func(err error) *foreign { return &foreign{alg: "X", verifyErr: err} }
	token := signed(t, key(nil), payload)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()

	t.Run("that cannot decide leaves it undecided", func(t *testing.T) {
		got, err := policy(key(unreachable)).Verify(ctx, token)
		undecided(t, got, err)
		require.ErrorIs(t, err, unreachable)
	})
	t.Run("that cannot decide does not hide another that says yes", func(t *testing.T) {
		got, err := policy(key(unreachable), key(nil)).Verify(ctx, token)
		require.NoError(t, err)
		assert.Equal(t, issuer, got.Claims.Issuer)
	})
	t.Run("that cannot decide is not overruled by one that says no", func(t *testing.T) {
		for _, keys := range [][]jwt.Verifier{{key(unreachable), key(jwt.ErrSignature)}, {key(jwt.ErrSignature), key(unreachable)}} {
			got, err := policy(keys...).Verify(ctx, token)
			undecided(t, got, err)
			require.ErrorIs(t, err, unreachable)
		}
	})
	t.Run("that says no in more words says no", func(t *testing.T) {
		for _, no := range []error{
			fmt.Errorf("HSM: %w", jwt.ErrSignature), errors.Join(jwt.ErrSignature, fmt.Errorf("HSM: %w", jwt.ErrSignature)),
		} {
			got, err := policy(key(no)).Verify(ctx, token)
			refused(t, jwt.ErrSignature, token, got, err)
		}
	})
	t.Run("that says no and something else leaves it undecided", func(t *testing.T) {
		for _, both := range []error{
			errors.Join(jwt.ErrSignature, unreachable), errors.Join(unreachable, jwt.ErrSignature),
			fmt.Errorf("HSM: %w", errors.Join(jwt.ErrSignature, unreachable)), fmt.Errorf("%w: %w", jwt.ErrSignature, unreachable),
		} {
			got, err := policy(key(both)).Verify(ctx, token)
			undecided(t, got, err)
			assert.ErrorIs(t, err, unreachable)
			assert.NotErrorIs(t, err, jwt.ErrSignature)
		}
	})
	t.Run("is not asked about an empty signature", func(t *testing.T) {
		k := key(nil)
		unsigned := token[:strings.LastIndex(token, ".")+1]
		got, err := policy(k).Verify(ctx, unsigned)
		refused(t, jwt.ErrSignature, unsigned, got, err)
		assert.Zero(t, k.verified)
	})
	t.Run("gets the caller's context", func(t *testing.T) {
		k := key(nil)
		_, err := policy(k).Verify(ctx, token)
		require.NoError(t, err)
		assert.Same(t, ctx, k.ctx)
	})
	t.Run("that is one of several undecided ones gives a one-line error", func(t *testing.T) {
		late := errors.New("too late")
		got, err := policy(key(unreachable), key(late)).Verify(ctx, token)
		undecided(t, got, err)
		assert.ErrorIs(t, err, unreachable)
		assert.ErrorIs(t, err, late)
	})
	t.Run("cannot make a forged token look expired", func(t *testing.T) {
		for _, reason := range allReasons {
			for _, inner := range refusalsOfAnotherToken(reason) {
				if reason == jwt.ErrSignature && !errors.As(inner, new(*jwt.VerifyError)) {
					continue // the key's own no
				}
				got, err := policy(key(inner)).Verify(ctx, token)
				undecided(t, got, err)
				assert.NotErrorIs(t, err, reason)
				assert.ErrorContains(t, err, inner.Error()[5:])
			}
		}
	})
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

// kms is a key somewhere else, in the guise of a crypto.Signer.
type kms struct {
	crypto.Signer
	ctx    context.Context
	opts   crypto.SignerOpts
	answer func(sig []byte) ([]byte, error) // changes the answer
	held   []byte
	got    []byte
}

func (k *kms) SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	k.ctx, k.opts, k.held, k.got = ctx, opts, digest, bytes.Clone(digest)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sig, err := k.Signer.Sign(rand, digest, opts)
	if k.answer != nil && err == nil {
		return k.answer(sig)
	}
	return sig, err
}

func (k *kms) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	panic("Sign was called, want SignContext")
}

func (k *kms) SignMessage(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	panic("SignMessage was called, want SignContext")
}

func asymmetric() (algs []jwt.Algorithm) {
	for _, alg := range allAlgorithms {
		if !strings.HasPrefix(string(alg), "HS") {
			algs = append(algs, alg)
		}
	}
	return algs
}

func TestContextSigner(t *testing.T) {
	for _, alg := range asymmetric() {
		t.Run(string(alg), func(t *testing.T) {
			key := &kms{Signer: privateKey(alg)}
			s, err := jwt.NewSigner(alg, key, "key-1")
			require.NoError(t, err)
			_, v := pair(t, alg, "key-1")
			deadline := time.Now().Add(time.Hour)
			ctx, cancel := context.WithDeadline(t.Context(), deadline)
			token, err := jwt.Sign(ctx, s, jwt.Claims{Subject: "alice"})
			require.NoError(t, err)
			assert.Same(t, ctx, key.ctx)
			got, _ := key.ctx.Deadline()
			assert.Equal(t, deadline, got)
			_, err = lenient(v).Verify(t.Context(), token)
			require.NoError(t, err)

			cancel()
			_, err = jwt.Sign(ctx, s, jwt.Claims{Subject: "alice"})
			require.ErrorIs(t, err, context.Canceled)
			_, err = s.Sign(ctx, []byte("input"))
			require.ErrorIs(t, err, context.Canceled)
		})
	}
}

// A key of Ed25519 gets the message itself, and keeps what it was given.
func TestRemoteSignersGetTheirOwnInput(t *testing.T) {
	for _, scribbles := range []bool{false, true} {
		key := &kms{Signer: ed25519Key()}
		if scribbles {
			key.answer = func(sig []byte) ([]byte, error) { fill(key.held); return sig, nil }
		}
		s, err := jwt.NewSigner(jwt.EdDSA, key, "")
		require.NoError(t, err)
		token, err := jwt.Sign(t.Context(), s, jwt.Claims{Subject: "alice"})
		if err == nil {
			_, v := pair(t, jwt.EdDSA, "")
			_, err = lenient(v).Verify(t.Context(), token)
			require.NoError(t, err)
		}
		if scribbles {
			continue
		}
		held := key.held
		for range 20 {
			_, err = jwt.Sign(t.Context(), hs256(t), jwt.Claims{Subject: strings.Repeat("z", 50)})
			require.NoError(t, err)
		}
		assert.Equal(t, token[:strings.LastIndex(token, ".")], string(held))
	}
}

// remote is a crypto.Signer that is not one of the standard library's types.
type remote struct {
	crypto.Signer
	answer func(sig []byte) ([]byte, error)
}

func (r *remote) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	sig, err := r.Signer.Sign(rand, digest, opts)
	if r.answer != nil && err == nil {
		return r.answer(sig)
	}
	return sig, err
}

// messenger is a remote that wants the whole message.
type messenger struct{ *remote }

func (m messenger) SignMessage(rand io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if hash := opts.HashFunc(); hash != 0 {
		h := hash.New()
		h.Write(message)
		message = h.Sum(nil)
	}
	return m.Signer.Sign(rand, message, opts)
}

func (m messenger) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	panic("Sign was called, want SignMessage")
}

func TestRemoteSigner(t *testing.T) {
	for _, alg := range asymmetric() {
		for name, key := range map[string]crypto.Signer{
			"crypto.Signer":        &remote{Signer: privateKey(alg)},
			"crypto.MessageSigner": messenger{&remote{Signer: privateKey(alg)}},
		} {
			t.Run(string(alg)+"/"+name, func(t *testing.T) {
				s, err := jwt.NewSigner(alg, key, "")
				require.NoError(t, err)
				_, v := pair(t, alg, "")
				token, err := jwt.Sign(t.Context(), s, jwt.Claims{Subject: "alice"})
				require.NoError(t, err)
				_, err = lenient(v).Verify(t.Context(), token)
				require.NoError(t, err)
			})
		}
	}
}

func TestRemoteSignerThatAnswersWrong(t *testing.T) {
	down := errors.New("KMS is down")
	for _, alg := range asymmetric() {
		for _, row := range []struct {
			name   string
			answer func(sig []byte) ([]byte, error)
		}{
			{"with an error", func([]byte) ([]byte, error) { return nil, down }},
			{"with an error beside the signature", func(sig []byte) ([]byte, error) { return sig, down }},
			{"with nil", func([]byte) ([]byte, error) { return nil, nil }},
			{"with nothing", func([]byte) ([]byte, error) { return []byte{}, nil }},
			{"with a byte", func([]byte) ([]byte, error) { return []byte{0}, nil }},
			{"with a signature too short", func(sig []byte) ([]byte, error) { return sig[:len(sig)-1], nil }},
			{"with a signature too long", func(sig []byte) ([]byte, error) { return append(sig, 0), nil }},
			{"with another signature", func(sig []byte) ([]byte, error) { sig[len(sig)-1] ^= 1; return sig, nil }},
			{"with a megabyte", func([]byte) ([]byte, error) { return make([]byte, 1<<20), nil }},
		} {
			t.Run(string(alg)+"/"+row.name, func(t *testing.T) {
				for _, key := range []crypto.Signer{&remote{privateKey(alg), row.answer}, &kms{Signer: privateKey(alg), answer: row.answer}} {
					s, err := jwt.NewSigner(alg, key, "")
					require.NoError(t, err)
					token, err := jwt.Sign(t.Context(), s, jwt.Claims{})
					require.Error(t, err)
					assert.Empty(t, token)
					assertPlain(t, "", err)
					assert.Equal(t, strings.HasPrefix(row.name, "with an error"), errors.Is(err, down))
					sig, err := s.Sign(t.Context(), []byte("input"))
					require.Error(t, err)
					assert.Empty(t, sig)
				}
			})
		}
	}
}

func TestRemoteSignerOfAnotherKey(t *testing.T) {
	for alg, other := range map[jwt.Algorithm]crypto.Signer{
		jwt.RS256: otherRSA(), jwt.PS256: otherRSA(),
		jwt.ES256: must(newECDSA(jwt.ES256)), jwt.ES512: must(newECDSA(jwt.ES512)), jwt.EdDSA: newEd25519(),
	} {
		key := &twoFaced{Signer: other, public: privateKey(alg).Public()}
		s, err := jwt.NewSigner(alg, key, "")
		require.NoError(t, err)
		_, err = jwt.Sign(t.Context(), s, jwt.Claims{})
		require.ErrorContains(t, err, "does not verify", alg)
	}
}

// twoFaced signs with another key than the one it shows.
type twoFaced struct {
	crypto.Signer
	public crypto.PublicKey
}

func (k *twoFaced) Public() crypto.PublicKey { return k.public }

// ECDSA signers answer in ASN.1 (RFC 3279 section 2.2.3); what is not exactly
// that is an error, whatever verifiers elsewhere would make of it.
func TestECDSASignerThatAnswersBadASN1(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer func(r, s, der []byte) []byte
	}{
		{"r and s side by side", func(r, s, _ []byte) []byte { return append(r, s...) }},
		{"data after it", func(_, _, der []byte) []byte { return append(der, 0) }},
		{"data in it", func(r, s, _ []byte) []byte { return sequence(integer(r), integer(s), integer([]byte{1})) }},
		{"one integer", func(r, _, _ []byte) []byte { return sequence(integer(r)) }},
		{"no integer", func(_, _, _ []byte) []byte { return sequence() }},
		{"a long length", func(r, s, _ []byte) []byte {
			body := append(integer(r), integer(s)...)
			return append([]byte{0x30, 0x81, byte(len(body))}, body...)
		}},
		{"an indefinite length", func(r, s, _ []byte) []byte {
			return append(append([]byte{0x30, 0x80}, append(integer(r), integer(s)...)...), 0, 0)
		}},
		{"padded integers", func(r, s, _ []byte) []byte { return sequence(raw(0x02, append([]byte{0, 0}, r...)), integer(s)) }},
		{"negative integers", func(r, s, _ []byte) []byte { return sequence(raw(0x02, append([]byte{0xFF}, r...)), integer(s)) }},
		{"zero", func(_, s, _ []byte) []byte { return sequence(integer([]byte{0}), integer(s)) }},
		{"an r too large", func(r, s, _ []byte) []byte { return sequence(integer(append([]byte{1}, r...)), integer(s)) }},
		{"an s too large", func(r, s, _ []byte) []byte { return sequence(integer(r), integer(append([]byte{1}, s...))) }},
		{"an s much too large", func(r, s, _ []byte) []byte { return sequence(integer(r), integer(bytes.Repeat([]byte{1}, 80))) }},
		{"an r much too large", func(r, s, _ []byte) []byte { return sequence(integer(bytes.Repeat([]byte{1}, 80)), integer(s)) }},
		{"octet strings", func(r, s, _ []byte) []byte { return sequence(raw(0x04, r), raw(0x04, s)) }},
		{"a set", func(r, s, _ []byte) []byte { return raw(0x31, append(integer(r), integer(s)...)) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			key := p256Key()
			s, err := jwt.NewSigner(jwt.ES256, &remote{key, func(der []byte) ([]byte, error) {
				r, s := halves(der)
				return row.answer(r, s, der), nil
			}}, "")
			require.NoError(t, err)
			sig, err := s.Sign(t.Context(), []byte("input"))
			require.Error(t, err, "%x", sig)
		})
	}
	t.Run("and accepts what is right", func(t *testing.T) {
		s, err := jwt.NewSigner(jwt.ES256, &remote{p256Key(), func(der []byte) ([]byte, error) {
			r, s := halves(der)
			return sequence(integer(r), integer(s)), nil
		}}, "")
		require.NoError(t, err)
		_, err = s.Sign(t.Context(), []byte("input"))
		require.NoError(t, err)
	})
}

// overriding embeds a key of the package, and signs in its own way.
type overriding struct {
	*jwt.HMAC
	calls int
}

func (o *overriding) KeyID() string { return "outer" }

func (o *overriding) Sign(ctx context.Context, input []byte) ([]byte, error) {
	o.calls++
	return o.HMAC.Sign(ctx, input)
}

func TestSignerThatEmbedsOneOfThePackageIsAsked(t *testing.T) {
	key := &overriding{HMAC: hs256(t)}
	for i, h := range []jwt.Header{{Type: "JWT"}, {Type: "at+jwt"}} {
		token, err := jwt.SignHeader(t.Context(), key, h, jwt.Claims{})
		require.NoError(t, err)
		assert.Equal(t, i+1, key.calls)
		header, _, err := jwt.InsecureDecode(token)
		require.NoError(t, err)
		assert.Contains(t, string(header), `"kid":"outer"`)
	}
}
