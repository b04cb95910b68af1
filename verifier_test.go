package jwt_test

//lint:file-ignore SA1019 Bad points are made by setting their coordinates.

import (
	"bytes"
	"context"
	"crypto"
	"crypto/dsa"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
)

func curveOf(alg jwt.Algorithm) elliptic.Curve {
	return map[jwt.Algorithm]elliptic.Curve{jwt.ES256: elliptic.P256(), jwt.ES384: elliptic.P384(), jwt.ES512: elliptic.P521()}[alg]
}

func newECDSA(alg jwt.Algorithm) (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(curveOf(alg), rand.Reader)
}

func newEd25519() ed25519.PrivateKey {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return must(key, err)
}

// modulus returns a number of so many bits, the lowest and the highest set.
func modulus(bits uint) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return n.SetBit(n, 0, 1)
}

func point(curve elliptic.Curve, x, y *big.Int) *ecdsa.PublicKey {
	return &ecdsa.PublicKey{Curve: curve, X: x, Y: y}
}

func bytesOf(hexText string) []byte { return must(hex.DecodeString(hexText)) }

// rsaFamily, ecdsaFamily and edFamily stand for each algorithm in a table.
var (
	rsaFamily = []jwt.Algorithm{jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512}
	p256      = []jwt.Algorithm{jwt.ES256}
	edFamily  = []jwt.Algorithm{jwt.EdDSA, jwt.Ed25519}
)

func TestNewVerifier(t *testing.T) {
	fipstest.SkipEnforced(t)
	beyond := math.MaxInt32 // 2^31+1 where an int has 64 bits, negative where it has 32
	beyond += 2
	n := rsaKey().N
	ec := &p256Key().PublicKey
	p := elliptic.P256().Params().P
	ed := ed25519Key().Public().(ed25519.PublicKey)
	for _, row := range []struct {
		algs []jwt.Algorithm
		name string
		key  crypto.PublicKey
		want string // in the error; "": accepted
	}{
		{rsaFamily, "a key of 2048 bits", &rsaKey().PublicKey, ""},
		{rsaFamily, "a modulus of 8192 bits", &rsa.PublicKey{N: modulus(8192), E: 65537}, ""},
		{rsaFamily, "the exponent 3", &rsa.PublicKey{N: n, E: 3}, ""},
		{rsaFamily, "the exponent 2^31-1", &rsa.PublicKey{N: n, E: 1<<31 - 1}, ""},
		{rsaFamily, "a modulus of 1024 bits", &rsa.PublicKey{N: modulus(1024), E: 65537}, "1024 bits, want 2048 to 8192"},
		{rsaFamily, "a modulus of 2047 bits", &rsa.PublicKey{N: modulus(2047), E: 65537}, "2047 bits, want 2048 to 8192"},
		{rsaFamily, "a modulus of 8193 bits", &rsa.PublicKey{N: modulus(8193), E: 65537}, "8193 bits, want 2048 to 8192"},
		{rsaFamily, "a modulus of 16384 bits", &rsa.PublicKey{N: modulus(16384), E: 65537}, "16384 bits, want 2048 to 8192"},
		{rsaFamily, "a negative modulus", &rsa.PublicKey{N: new(big.Int).Neg(n), E: 65537}, "modulus"},
		{rsaFamily, "an even modulus", &rsa.PublicKey{N: new(big.Int).Lsh(n, 1), E: 65537}, "even RSA modulus"},
		{rsaFamily, "the modulus zero", &rsa.PublicKey{N: new(big.Int), E: 65537}, "0 bits"},
		{rsaFamily, "no modulus", &rsa.PublicKey{E: 65537}, "0 bits"},
		{rsaFamily, "no exponent", &rsa.PublicKey{N: n}, "exponent 0, want an odd one from 3 to 2^31-1"},
		{rsaFamily, "the exponent 1", &rsa.PublicKey{N: n, E: 1}, "exponent 1, want"},
		{rsaFamily, "the exponent 2", &rsa.PublicKey{N: n, E: 2}, "exponent 2, want"},
		{rsaFamily, "the exponent 4", &rsa.PublicKey{N: n, E: 4}, "exponent 4, want"},
		{rsaFamily, "the exponent -1", &rsa.PublicKey{N: n, E: -1}, "exponent -1, want"},
		{rsaFamily, "the exponent 65538", &rsa.PublicKey{N: n, E: 65538}, "exponent 65538, want"},
		{rsaFamily, "the exponent 2^31+1", &rsa.PublicKey{N: n, E: beyond}, fmt.Sprintf("exponent %d, want", beyond)},
		{rsaFamily, "a zero key", &rsa.PublicKey{}, "0 bits"},
		{rsaFamily, "nil", nil, "got nil, want *rsa.PublicKey"},
		{rsaFamily, "a nil key", (*rsa.PublicKey)(nil), "got nil, want *rsa.PublicKey"},
		{rsaFamily, "a key by value", rsaKey().PublicKey, "got rsa.PublicKey, want *rsa.PublicKey"},
		{rsaFamily, "a private key", rsaKey(), "got *rsa.PrivateKey, want *rsa.PublicKey; it is a private key, whose Public method returns the public one"},
		{rsaFamily, "a PEM file", []byte("-----BEGIN PUBLIC KEY-----\nMFkw"), "got []uint8, want *rsa.PublicKey; it is a PEM file: jwk.ParsePEM"},
		{rsaFamily, "the text of a PEM file", "-----BEGIN PUBLIC KEY-----\nMFkw", "got string, want *rsa.PublicKey; it is a PEM file: jwk.ParsePEM"},
		{rsaFamily, "a JWK", []byte(`{"kty":"RSA"}`), "got []uint8, want *rsa.PublicKey; it is a JSON Web Key: jwk.ParsePEM, jwk.Parse"},
		{rsaFamily, "a line of OpenSSH", "ssh-rsa AAAAB3NzaC1yc2E", "got string, want *rsa.PublicKey; it is an SSH key: jwk.ParsePEM, jwk.Parse and jwk/openssh"},
		{rsaFamily, "a key of package jwk", parsedKey{}, "got jwt_test.parsedKey, want *rsa.PublicKey; its Verifier method returns what to trust"},
		{rsaFamily, "an ECDSA key", ec, "got *ecdsa.PublicKey, want *rsa.PublicKey"},
		{rsaFamily, "an Ed25519 key", ed, "got ed25519.PublicKey, want *rsa.PublicKey"},
		{rsaFamily, "bytes", make([]byte, 40), "got []uint8, want *rsa.PublicKey"},
		{rsaFamily, "a text", "key", "got string, want *rsa.PublicKey"},
		{rsaFamily, "a DSA key", &dsa.PublicKey{}, "got *dsa.PublicKey"},

		{p256, "a key on P-256", ec, ""},
		{[]jwt.Algorithm{jwt.ES384}, "a key on P-384", &p384Key().PublicKey, ""},
		{[]jwt.Algorithm{jwt.ES512}, "a key on P-521", &p521Key().PublicKey, ""},
		{p256, "a key on P-224", &must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)).PublicKey, "the curve P-224, want P-256"},
		{p256, "a key on P-384", &p384Key().PublicKey, "the curve P-384, want P-256"},
		{p256, "a key on P-521", &p521Key().PublicKey, "the curve P-521, want P-256"},
		{[]jwt.Algorithm{jwt.ES384}, "a key on P-256", ec, "the curve P-256, want P-384"},
		{[]jwt.Algorithm{jwt.ES384}, "a key on P-521", &p521Key().PublicKey, "the curve P-521, want P-384"},
		{[]jwt.Algorithm{jwt.ES512}, "a key on P-256", ec, "the curve P-256, want P-521"},
		{[]jwt.Algorithm{jwt.ES512}, "a key on P-384", &p384Key().PublicKey, "the curve P-384, want P-521"},
		{p256, "a curve of one's own", point(&elliptic.CurveParams{Name: "mine", P: p, BitSize: 256}, ec.X, ec.Y), "the curve mine"},
		{p256, "no curve", point(nil, ec.X, ec.Y), "got no curve, want P-256"},
		{p256, "a zero key", &ecdsa.PublicKey{}, "got no curve, want P-256"},
		{p256, "no point", point(elliptic.P256(), nil, nil), "no point on the curve P-256"},
		{p256, "no x", point(elliptic.P256(), nil, ec.Y), "no point on the curve"},
		{p256, "no y", point(elliptic.P256(), ec.X, nil), "no point on the curve"},
		{p256, "the point at infinity", point(elliptic.P256(), new(big.Int), new(big.Int)), "no point on the curve"},
		{p256, "a point off the curve", point(elliptic.P256(), big.NewInt(1), big.NewInt(1)), "no point on the curve"},
		{p256, "a point of a near curve", point(elliptic.P256(), ec.X, new(big.Int).Add(ec.Y, big.NewInt(1))), "no point on the curve"},
		{p256, "an x too large", point(elliptic.P256(), new(big.Int).Add(ec.X, p), ec.Y), "no point on the curve"},
		{p256, "a negative y", point(elliptic.P256(), ec.X, new(big.Int).Neg(ec.Y)), "no point on the curve"},
		{p256, "a huge x", point(elliptic.P256(), modulus(100000), ec.Y), "no point on the curve"},
		{p256, "nil", nil, "got nil, want *ecdsa.PublicKey"},
		{p256, "a nil key", (*ecdsa.PublicKey)(nil), "got nil, want *ecdsa.PublicKey"},
		{p256, "a key by value", *ec, "got ecdsa.PublicKey, want *ecdsa.PublicKey"},
		{p256, "a private key", p256Key(), "got *ecdsa.PrivateKey, want *ecdsa.PublicKey; it is a private key"},
		{p256, "a PEM file", "-----BEGIN PUBLIC KEY-----\nMFkw", "want *ecdsa.PublicKey; it is a PEM file: jwk.ParsePEM"},
		{p256, "a key for ECDH", must(ec.ECDH()), "got *ecdh.PublicKey, want *ecdsa.PublicKey"},
		{p256, "an RSA key", &rsaKey().PublicKey, "got *rsa.PublicKey, want *ecdsa.PublicKey"},
		{p256, "an Ed25519 key", ed, "got ed25519.PublicKey, want *ecdsa.PublicKey"},

		{edFamily, "a key", ed, ""},
		{edFamily, "nil", nil, "got nil, want ed25519.PublicKey"},
		{edFamily, "a nil key", ed25519.PublicKey(nil), "0 bytes, want 32"},
		{edFamily, "31 bytes", ed[:31], "31 bytes, want 32"},
		{edFamily, "33 bytes", append(ed[:32:32], 0), "33 bytes, want 32"},
		{edFamily, "64 bytes", append(ed[:32:32], ed...), "64 bytes, want 32"},
		{edFamily, "a pointer", &ed, "got *ed25519.PublicKey, want ed25519.PublicKey"},
		{edFamily, "plain bytes", []byte(ed), "got []uint8, want ed25519.PublicKey"},
		{edFamily, "a private key", ed25519Key(), "got ed25519.PrivateKey, want ed25519.PublicKey; it is a private key"},
		{edFamily, "a PEM file", []byte("-----BEGIN PUBLIC KEY-----\nMFkw"), "want ed25519.PublicKey; it is a PEM file: jwk.ParsePEM"},
		{edFamily, "an X25519 key", must(ecdh.X25519().GenerateKey(rand.Reader)).PublicKey(), "got *ecdh.PublicKey"},
		{edFamily, "an ECDSA key", ec, "got *ecdsa.PublicKey, want ed25519.PublicKey"},

		{[]jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512}, "bytes", secret, "want a secret given to NewHMAC"},
		{[]jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512}, "an RSA key", &rsaKey().PublicKey, "want a secret given to NewHMAC"},
		{[]jwt.Algorithm{jwt.HS256}, "nil", nil, "want a secret given to NewHMAC"},
		{[]jwt.Algorithm{"", "none", "None", "rs256", "RS1", "RS256 ", "ES256K", "Ed448", "RSA-OAEP", "X\nY"}, "an RSA key", &rsaKey().PublicKey, "unknown algorithm"},
	} {
		for _, alg := range row.algs {
			t.Run(string(alg)+"/"+row.name, func(t *testing.T) {
				v, err := jwt.NewVerifier(alg, row.key, "key-1")
				if row.want == "" {
					require.NoError(t, err)
					assert.Equal(t, alg, v.Algorithm())
					assert.Equal(t, "key-1", v.KeyID())
					return
				}
				requireKeyError(t, v, err, row.want)
			})
		}
	}
}

func TestKeysWithoutAProperCurve(t *testing.T) {
	ec := p256Key()
	for curve, want := range map[elliptic.Curve]string{
		(*elliptic.CurveParams)(nil): "got no curve", &elliptic.CurveParams{}: "got the curve ", paramless{elliptic.P256()}: "not complete", hollow{}: "not complete",
	} {
		public := point(curve, ec.X, ec.Y)
		private := &ecdsa.PrivateKey{PublicKey: *public, D: ec.D}
		require.NotPanics(t, func() {
			v, err := jwt.NewVerifier(jwt.ES256, public, "")
			requireKeyError(t, v, err, want)
			s, err := jwt.NewSigner(jwt.ES256, private, "")
			requireKeyError(t, s, err, "jwt: ")
		}, "%T", curve)
	}
}

// Curves that nobody needs.
type (
	hollow    struct{ elliptic.Curve }
	paramless struct{ elliptic.Curve }
)

func (paramless) Params() *elliptic.CurveParams { return nil }

// requireKeyError checks the error of a constructor; the key must be a plain nil
// besides.
func requireKeyError(t *testing.T, key any, err error, want string) {
	t.Helper()
	require.ErrorContains(t, err, want)
	assert.True(t, key == nil, "a key came with the error")
	assertPlain(t, "", err)
}

// RFC 7518 section 3.5: the salt is as long as the hash.
func TestPSSSaltLength(t *testing.T) {
	for _, alg := range []jwt.Algorithm{jwt.PS256, jwt.PS384, jwt.PS512} {
		hash := map[jwt.Algorithm]crypto.Hash{jwt.PS256: crypto.SHA256, jwt.PS384: crypto.SHA384, jwt.PS512: crypto.SHA512}[alg]
		s, v := pair(t, alg, "")
		digest := hash.New()
		digest.Write([]byte("input"))
		for _, row := range []struct {
			salt int
			want error
		}{
			{hash.Size(), nil},
			{1, jwt.ErrSignature},
			{hash.Size() - 1, jwt.ErrSignature},
			{hash.Size() + 1, jwt.ErrSignature},
			{rsaKey().Size() - hash.Size() - 2, jwt.ErrSignature}, // as long as possible
		} {
			var sig []byte
			var err error
			fips140.WithoutEnforcement(func() {
				sig, err = rsa.SignPSS(rand.Reader, rsaKey(), hash, digest.Sum(nil), &rsa.PSSOptions{SaltLength: row.salt})
			})
			require.NoError(t, err)
			assert.ErrorIs(t, v.Verify(t.Context(), []byte("input"), sig), row.want, "%s, salt of %d bytes", alg, row.salt)
		}
		sig, err := s.Sign(t.Context(), []byte("input"))
		require.NoError(t, err)
		exactly := &rsa.PSSOptions{SaltLength: hash.Size()}
		assert.NoError(t, rsa.VerifyPSS(&rsaKey().PublicKey, hash, digest.Sum(nil), sig, exactly))
	}
}

// parsedKey stands for a jwk.Key.
type parsedKey struct{}

func (parsedKey) Verifier() (jwt.Verifier, error) { return nil, nil }

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

func (f *foreign) KeyID() string { return f.keyID }

func (f *foreign) mac(input []byte) []byte {
	m := hmac.New(crypto.SHA224.New, secret)
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
