package jwt_test

//lint:file-ignore SA1019 Bad keys are made by setting their numbers.

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestNewSigner(t *testing.T) {
	ec := p256Key()
	otherEC := must(newECDSA(jwt.ES256))
	ed := ed25519Key()
	var small *rsa.PrivateKey
	fips140.WithoutEnforcement(func() { small = must(rsa.GenerateKey(rand.Reader, 1024)) })
	order := elliptic.P256().Params().N
	rsaWith := func(change func(k *rsa.PrivateKey)) *rsa.PrivateKey {
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: rsaKey().N, E: rsaKey().E}, D: rsaKey().D, Primes: rsaKey().Primes}
		change(k)
		return k
	}
	ecWith := func(d *big.Int) *ecdsa.PrivateKey { return &ecdsa.PrivateKey{PublicKey: ec.PublicKey, D: d} }
	for _, row := range []struct {
		algs []jwt.Algorithm
		name string
		key  crypto.Signer
		want string // in the error; "": accepted
	}{
		{rsaFamily, "a key of 2048 bits", rsaKey(), ""},
		{rsaFamily, "a key that is not precomputed", rsaWith(func(*rsa.PrivateKey) {}), ""},
		{rsaFamily, "a key of 1024 bits", small, "1024 bits, want 2048 to 8192"},
		{rsaFamily, "nil", nil, "got nil, want a crypto.Signer"},
		{rsaFamily, "a nil key", (*rsa.PrivateKey)(nil), "got nil, want a crypto.Signer"},
		{rsaFamily, "a zero key", &rsa.PrivateKey{}, "0 bits"},
		{rsaFamily, "the public part alone", &rsa.PrivateKey{PublicKey: rsaKey().PublicKey}, "jwt: "},
		{rsaFamily, "no private exponent", rsaWith(func(k *rsa.PrivateKey) { k.D = nil }), "jwt: "},
		{rsaFamily, "another private exponent", rsaWith(func(k *rsa.PrivateKey) { k.D = otherRSA().D }), "jwt: "},
		{rsaFamily, "another modulus", rsaWith(func(k *rsa.PrivateKey) { k.N = otherRSA().N }), "jwt: "},
		{rsaFamily, "other primes", rsaWith(func(k *rsa.PrivateKey) { k.Primes = otherRSA().Primes }), "jwt: "},
		{rsaFamily, "a nil prime", rsaWith(func(k *rsa.PrivateKey) { k.Primes = []*big.Int{nil, nil} }), "jwt: "},
		{rsaFamily, "the exponent 1", rsaWith(func(k *rsa.PrivateKey) { k.E = 1 }), "exponent 1, want"},
		{rsaFamily, "another exponent", rsaWith(func(k *rsa.PrivateKey) { k.E = 3 }), "jwt: "},
		{rsaFamily, "an ECDSA key", ec, "got *ecdsa.PublicKey, want *rsa.PublicKey"},
		{rsaFamily, "an Ed25519 key", ed, "got ed25519.PublicKey, want *rsa.PublicKey"},

		{p256, "a key on P-256", ec, ""},
		{[]jwt.Algorithm{jwt.ES384}, "a key on P-384", p384Key(), ""},
		{[]jwt.Algorithm{jwt.ES512}, "a key on P-521", p521Key(), ""},
		{[]jwt.Algorithm{jwt.ES384, jwt.ES512}, "a key on P-256", ec, "the curve P-256, want"},
		{[]jwt.Algorithm{jwt.ES256, jwt.ES512}, "a key on P-384", p384Key(), "the curve P-384, want"},
		{[]jwt.Algorithm{jwt.ES256, jwt.ES384}, "a key on P-521", p521Key(), "the curve P-521, want"},
		{p256, "nil", nil, "got nil, want a crypto.Signer"},
		{p256, "a nil key", (*ecdsa.PrivateKey)(nil), "got nil, want a crypto.Signer"},
		{p256, "a zero key", &ecdsa.PrivateKey{}, "no curve"},
		{p256, "a curve alone", &ecdsa.PrivateKey{PublicKey: ecdsa.PublicKey{Curve: elliptic.P256()}}, "no point"},
		{p256, "the public part alone", ecWith(nil), "jwt: "},
		{p256, "the private part alone", &ecdsa.PrivateKey{PublicKey: ecdsa.PublicKey{Curve: elliptic.P256()}, D: ec.D}, "no point"},
		{p256, "the scalar zero", ecWith(new(big.Int)), "jwt: "},
		{p256, "a negative scalar", ecWith(new(big.Int).Neg(ec.D)), "jwt: "},
		{p256, "the order as scalar", ecWith(order), "jwt: "},
		{p256, "a scalar beyond the order", ecWith(new(big.Int).Add(ec.D, order)), "jwt: "},
		{p256, "another scalar", ecWith(otherEC.D), "do not belong together"},
		{p256, "an RSA key", rsaKey(), "got *rsa.PublicKey, want *ecdsa.PublicKey"},

		{edFamily, "a key", ed, ""},
		{edFamily, "a pointer to a key", &ed, ""},
		{edFamily, "nil", nil, "got nil, want a crypto.Signer"},
		{edFamily, "a nil key", ed25519.PrivateKey(nil), "got nil, want a crypto.Signer"},
		{edFamily, "an empty key", ed25519.PrivateKey{}, "jwt: "},
		{edFamily, "a seed", ed25519.PrivateKey(ed.Seed()), "jwt: "},
		{edFamily, "63 bytes", ed[:63], "jwt: "},
		{edFamily, "65 bytes", append(ed[:64:64], 0), "do not belong together"},
		{edFamily, "another public part", append(ed[:32:32], newEd25519()[32:]...), "do not belong together"},
		{edFamily, "another private part", append(newEd25519()[:32:32], ed[32:]...), "do not belong together"},
		{edFamily, "a zero key", make(ed25519.PrivateKey, 64), "not a point of large order"},
		{edFamily, "an ECDSA key", ec, "got *ecdsa.PublicKey, want ed25519.PublicKey"},

		{[]jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512}, "an RSA key", rsaKey(), "key: got *rsa.PrivateKey, want a secret given to NewHMAC"},
		{[]jwt.Algorithm{"", "none", "None", "rs256", "RS1", "ES256K"}, "an RSA key", rsaKey(), "unknown algorithm"},
		{rsaFamily, "a signer without a public key", &twoFaced{Signer: rsaKey()}, "got nil, want *rsa.PublicKey"},
		{rsaFamily, "a signer with the wrong public key", &twoFaced{Signer: rsaKey(), public: ed.Public()}, "got ed25519.PublicKey"},
		{p256, "a signer whose Public panics", &twoFaced{Signer: nil, public: nil}, "got nil"},
		{p256, "a signer that is hollow", &remote{}, "not complete"},
	} {
		for _, alg := range row.algs {
			t.Run(string(alg)+"/"+row.name, func(t *testing.T) {
				s, err := jwt.NewSigner(alg, row.key, "key-1")
				if row.want == "" {
					require.NoError(t, err)
					assert.Equal(t, alg, s.Algorithm())
					assert.Equal(t, "key-1", s.KeyID())
					token, err := jwt.Sign(t.Context(), s, jwt.Claims{Subject: "alice"})
					require.NoError(t, err)
					_, v := pair(t, alg, "key-1")
					_, err = lenient(v).Verify(t.Context(), token)
					require.NoError(t, err)
					return
				}
				requireKeyError(t, s, err, row.want)
			})
		}
	}
	_, err := jwt.NewSigner(jwt.ES256, ec, "\xff")
	requireKeyError(t, nil, err, "UTF-8")
}

func TestKeyIDsFitAHeader(t *testing.T) {
	fits, tooLong := strings.Repeat("k", 12000), strings.Repeat("k", 13000)
	h, err := jwt.NewHMAC(jwt.HS256, secret, fits)
	require.NoError(t, err)
	token, err := jwt.Sign(t.Context(), h, jwt.Claims{Subject: "alice"})
	require.NoError(t, err)
	_, err = lenient(h).Verify(t.Context(), token)
	require.NoError(t, err)
	h, err = jwt.NewHMAC(jwt.HS256, secret, tooLong)
	assert.Nil(t, h)
	requireKeyError(t, nil, err, "bytes, want at most 16384")
	s, err := jwt.NewSigner(jwt.EdDSA, ed25519Key(), tooLong)
	requireKeyError(t, s, err, "bytes, want at most 16384")
}

// A private key that is cleared after it was given away does not matter.
func TestSignerKeepsAnEd25519KeyOfItsOwn(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	signer, err := jwt.NewSigner(jwt.EdDSA, private, "")
	require.NoError(t, err)
	clear(private)
	verifier, err := jwt.NewVerifier(jwt.EdDSA, public, "")
	require.NoError(t, err)
	token, err := jwt.Sign(t.Context(), signer, jwt.Claims{})
	require.NoError(t, err)
	_, err = lenient(verifier).Verify(t.Context(), token)
	assert.NoError(t, err)
}

func TestKeyIDsTooLongForAHeaderAreNotSigned(t *testing.T) {
	long := strings.Repeat("k", 20_000)
	_, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), long)
	assert.ErrorContains(t, err, "want at most 16384")
	_, err = jwt.SignHeader(t.Context(), hs256(t), jwt.Header{ContentType: long}, jwt.Claims{})
	assert.ErrorContains(t, err, "want at most 16384")
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

// A stamp signs everything with the signature that it took, which costs nothing.
type stamp struct {
	crypto.Signer
	sig []byte
}

func (s *stamp) take(sig []byte) ([]byte, error) {
	s.sig = bytes.Clone(sig)
	return sig, nil
}

func (s *stamp) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return bytes.Clone(s.sig), nil
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
		key := &stamp{Signer: privateKey(alg)}
		must(must(jwt.NewSigner(alg, &remote{Signer: key.Signer, answer: key.take}, "")).Sign(t.Context(), []byte("input")))
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
				for _, key := range []crypto.Signer{&remote{key, row.answer}, &kms{Signer: key, answer: row.answer}} {
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
