package jwt_test

//lint:file-ignore SA1019 Bad points are made by setting their coordinates.

import (
	"crypto"
	"crypto/dsa"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
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

// The eight points of small order, in all their forms, would let anybody sign.
func TestEd25519PublicKeysThatNobodyMade(t *testing.T) {
	const (
		zero   = "0000000000000000000000000000000000000000000000000000000000000000"
		one    = "0100000000000000000000000000000000000000000000000000000000000000"
		minus1 = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
		order8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
		minus8 = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
	)
	flipped := func(key []byte) []byte {
		key = append([]byte(nil), key...)
		key[31] ^= 0x80
		return key
	}
	refusedKey := func(name string, key []byte) {
		for _, k := range [][]byte{key, flipped(key)} {
			v, err := jwt.NewVerifier(jwt.Ed25519, ed25519.PublicKey(k), "")
			assert.Nil(t, v, "%s: %x", name, k)
			assert.ErrorContains(t, err, "not a point of large order", "%s: %x", name, k)
		}
	}
	for _, small := range []string{zero, one, minus1, order8, minus8} {
		refusedKey("small order", bytesOf(small))
	}
	for k := range 19 { // p, p+1, … 2^255-1: a second form of 0 to 18
		key := bytesOf("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
		key[0] += byte(k)
		refusedKey("not canonical", key)
	}
	onCurve, offCurve := 0, 0
	for y := byte(2); y < 100; y++ {
		key := bytesOf(zero)
		key[0] = y
		if onEdwards25519(y) {
			onCurve++
			for _, k := range [][]byte{key, flipped(key)} {
				_, err := jwt.NewVerifier(jwt.Ed25519, ed25519.PublicKey(k), "")
				assert.NoError(t, err, "%x", k)
			}
			continue
		}
		offCurve++
		refusedKey("off the curve", key)
	}
	assert.Greater(t, onCurve, 30)
	assert.Greater(t, offCurve, 30)
	for range 100 {
		_, err := jwt.NewVerifier(jwt.EdDSA, newEd25519().Public(), "")
		assert.NoError(t, err)
	}
}

// onEdwards25519 looks for an x with -x² + y² = 1 + dx²y² (RFC 8032 section 5.1).
func onEdwards25519(y byte) bool {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	frac := func(a, b int64) *big.Int { // a/b
		return new(big.Int).Mul(big.NewInt(a), new(big.Int).ModInverse(big.NewInt(b), p))
	}
	d := frac(-121665, 121666)
	y2 := int64(y) * int64(y)
	denominator := new(big.Int).Mul(d, big.NewInt(y2))
	denominator.Add(denominator, big.NewInt(1)).Mod(denominator, p)
	x2 := new(big.Int).Mul(big.NewInt(y2-1), new(big.Int).ModInverse(denominator, p))
	return new(big.Int).ModSqrt(x2.Mod(x2, p), p) != nil
}

// A public key of order one verifies this for any message; the standard library
// would accept it.
func TestEd25519SmallOrderForgery(t *testing.T) {
	identity := ed25519.PublicKey(bytesOf("0100000000000000000000000000000000000000000000000000000000000000"))
	sig := append(append([]byte(nil), identity...), make([]byte, 32)...)
	require.True(t, ed25519.Verify(identity, []byte("any message"), sig))
	_, err := jwt.NewVerifier(jwt.Ed25519, identity, "")
	require.Error(t, err)
}

func TestNewSigner(t *testing.T) {
	ec := p256Key()
	otherEC := must(newECDSA(jwt.ES256))
	ed := ed25519Key()
	small := must(rsa.GenerateKey(rand.Reader, 1024))
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

		{[]jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512}, "an RSA key", rsaKey(), "want a secret given to NewHMAC"},
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

func TestNewHMAC(t *testing.T) {
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&rsaKey().PublicKey))})
	for _, row := range []struct {
		alg    jwt.Algorithm
		name   string
		secret []byte
		want   string // in the error; "": accepted
	}{
		{jwt.HS256, "32 bytes", secret[:32], ""},
		{jwt.HS384, "48 bytes", secret[:48], ""},
		{jwt.HS512, "64 bytes", secret[:64], ""},
		{jwt.HS256, "64 bytes", secret[:64], ""},
		{jwt.HS256, "1000 bytes", make([]byte, 1000), ""},
		{jwt.HS256, "31 bytes", secret[:31], "31 bytes, want at least 32"},
		{jwt.HS384, "47 bytes", secret[:47], "47 bytes, want at least 48"},
		{jwt.HS512, "63 bytes", secret[:63], "63 bytes, want at least 64"},
		{jwt.HS256, "a byte", []byte{0}, "1 bytes, want at least 32"},
		{jwt.HS256, "nothing", []byte{}, "0 bytes, want at least 32"},
		{jwt.HS256, "nil", nil, "0 bytes, want at least 32"},
		{jwt.HS256, "a public key in PEM", public, "got a PEM file"},
		{jwt.HS384, "a public key in PEM", public, "got a PEM file"},
		{jwt.HS512, "a public key in PEM behind spaces", append([]byte(" \r\n\t"), public...), "got a PEM file"},
		{jwt.RS256, "a secret", secret, "takes no secret"},
		{jwt.PS256, "a secret", secret, "takes no secret"},
		{jwt.ES256, "a secret", secret, "takes no secret"},
		{jwt.EdDSA, "a secret", secret, "takes no secret"},
		{"", "a secret", secret, "unknown algorithm"},
		{"none", "a secret", secret, "unknown algorithm"},
		{"hs256", "a secret", secret, "unknown algorithm"},
		{"HS1", "a secret", secret, "unknown algorithm"},
	} {
		t.Run(string(row.alg)+"/"+row.name, func(t *testing.T) {
			k, err := jwt.NewHMAC(row.alg, row.secret, "key-1")
			if row.want == "" {
				require.NoError(t, err)
				assert.Equal(t, row.alg, k.Algorithm())
				assert.Equal(t, "key-1", k.KeyID())
				return
			}
			require.ErrorContains(t, err, row.want)
			assert.Nil(t, k)
			assertPlain(t, "", err)
		})
	}
	_, err := jwt.NewHMAC(jwt.HS256, secret, "\xff")
	require.ErrorContains(t, err, "UTF-8")
}

// What a key was made from may be changed or wiped afterwards.
func TestKeysKeepACopy(t *testing.T) {
	s := []byte(strings.Repeat("s", 32))
	same, err := jwt.NewHMAC(jwt.HS256, s, "")
	require.NoError(t, err)
	mac, err := same.Sign(t.Context(), []byte("input"))
	require.NoError(t, err)
	unused, err := jwt.NewHMAC(jwt.HS256, s, "")
	require.NoError(t, err)
	clear(s)
	assert.NoError(t, same.Verify(t.Context(), []byte("input"), mac))
	assert.NoError(t, unused.Verify(t.Context(), []byte("input"), mac))

	ed := append(ed25519.PrivateKey(nil), ed25519Key()...)
	fromCopy, err := jwt.NewSigner(jwt.EdDSA, ed, "")
	require.NoError(t, err)
	clear(ed)
	sig, err := fromCopy.Sign(t.Context(), []byte("input"))
	require.NoError(t, err)
	_, edVerifier := pair(t, jwt.EdDSA, "")
	assert.NoError(t, edVerifier.Verify(t.Context(), []byte("input"), sig))

	for _, alg := range asymmetric() {
		signer, _ := pair(t, alg, "")
		sig, err := signer.Sign(t.Context(), []byte("input"))
		require.NoError(t, err)
		var v jwt.Verifier
		switch key := privateKey(alg).Public().(type) {
		case *rsa.PublicKey:
			public := &rsa.PublicKey{N: new(big.Int).Set(key.N), E: key.E}
			v, err = jwt.NewVerifier(alg, public, "")
			public.N.SetInt64(1)
			public.E = 1
		case *ecdsa.PublicKey:
			public := &ecdsa.PublicKey{Curve: key.Curve, X: new(big.Int).Set(key.X), Y: new(big.Int).Set(key.Y)}
			v, err = jwt.NewVerifier(alg, public, "")
			public.X.SetInt64(0)
			public.Y = nil
		case ed25519.PublicKey:
			public := append(ed25519.PublicKey(nil), key...)
			v, err = jwt.NewVerifier(alg, public, "")
			clear(public)
		}
		require.NoError(t, err)
		assert.NoError(t, v.Verify(t.Context(), []byte("input"), sig), alg)
	}
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
			{rsa.PSSSaltLengthAuto, jwt.ErrSignature}, // as long as possible
		} {
			sig, err := rsa.SignPSS(rand.Reader, rsaKey(), hash, digest.Sum(nil), &rsa.PSSOptions{SaltLength: row.salt})
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
