package jwk_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// text returns the base64url of an integer.
func text(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

func TestParseRefusesRSAKeys(t *testing.T) {
	key := material()["RSA"].(*rsa.PrivateKey)
	one := big.NewInt(1)
	encode := base64.RawURLEncoding.EncodeToString
	bits := func(n int) string { return text(new(big.Int).Sub(new(big.Int).Lsh(one, uint(n)), one)) }
	for _, row := range []struct {
		name    string
		members map[string]any
		want    string
	}{
		{"n absent", map[string]any{"n": nil}, "n is absent"},
		{"n empty", map[string]any{"n": ""}, "n is empty"},
		{"n not text", map[string]any{"n": 5}, "n: got a number, want a string"},
		{"n null", map[string]any{"n": json.RawMessage("null")}, "n: got null, want a string"},
		{"n padded", map[string]any{"n": text(key.N) + "="}, "n: not base64url without padding"},
		{"n in base64", map[string]any{"n": "+/" + text(key.N)}, "n: not base64url"},
		{"n with a line break", map[string]any{"n": text(key.N) + "\n"}, "n: not base64url"},
		{"n with stray bits", map[string]any{"n": text(key.N)[:341] + "_"}, "n: not base64url"},
		{"n of 2047 bits", map[string]any{"n": bits(2047)}, "modulus of 2047 bits, want 2048 to 8192"},
		{"n of 1024 bits", map[string]any{"n": bits(1024)}, "modulus of 1024 bits"},
		{"n of 8193 bits", map[string]any{"n": bits(8193)}, "modulus of 8193 bits"},
		{"n of 40 KB", map[string]any{"n": bits(320_000)}, "modulus of 320000 bits"},
		{"n zero", map[string]any{"n": "AA"}, "modulus of 0 bits"},
		{"n even", map[string]any{"n": text(new(big.Int).Sub(key.N, one))}, "even RSA modulus"},
		{"n with two leading zero octets", map[string]any{"n": encode(append([]byte{0, 0}, key.N.Bytes()...))}, "n: got leading zero octets"},
		{"e absent", map[string]any{"e": nil}, "e is absent"},
		{"e zero", map[string]any{"e": "AA"}, "exponent 0, want an odd one from 3"},
		{"e one", map[string]any{"e": "AQ"}, "exponent 1, want an odd one from 3"},
		{"e two", map[string]any{"e": "Ag"}, "exponent 2, want an odd one from 3"},
		{"e even", map[string]any{"e": "AQAA"}, "exponent 65536, want an odd one"},
		{"e of 2^31+1", map[string]any{"e": "gAAAAQ"}, "want an odd exponent from 3 to 2^31-1"},
		{"e of 2^64+1", map[string]any{"e": "AQAAAAAAAAAB"}, "want an odd exponent from 3 to 2^31-1"},
		{"e with a zero octet before a clear bit", map[string]any{"e": "AH___Q"}, "e: got leading zero octets"},
		{"e with a leading zero octet", map[string]any{"e": "AAEAAQ"}, "e: got leading zero octets"},
		{"e of another key", map[string]any{"e": "AQAD"}, "do not belong together"},
		{"d absent", map[string]any{"d": nil}, "d is absent"},
		{"p absent", map[string]any{"p": nil}, "p is absent"},
		{"q absent", map[string]any{"q": nil}, "q is absent"},
		{"dp absent", map[string]any{"dp": nil}, "dp is absent"},
		{"dq absent", map[string]any{"dq": nil}, "dq is absent"},
		{"qi absent", map[string]any{"qi": nil}, "qi is absent"},
		{"d alone", map[string]any{"p": nil, "q": nil, "dp": nil, "dq": nil, "qi": nil}, "p is absent"},
		{"three primes", map[string]any{"oth": []any{map[string]any{"r": "AQ", "d": "AQ", "t": "AQ"}}}, "more than two primes"},
		{"three primes of a public key", map[string]any{"d": nil, "p": nil, "q": nil, "dp": nil, "dq": nil, "qi": nil, "oth": []any{}}, "more than two primes"},
		{"d zero", map[string]any{"d": "AA"}, "out of range"},
		{"d larger than n", map[string]any{"d": text(new(big.Int).Lsh(key.N, 1))}, "out of range"},
		{"d of n", map[string]any{"d": text(key.N)}, "do not belong together"},
		{"d one off", map[string]any{"d": text(new(big.Int).Add(key.D, one))}, "do not belong together"},
		{"d with a leading zero octet", map[string]any{"d": encode(append([]byte{0, 0}, key.D.Bytes()...))}, "d: got leading zero octets"},
		{"p one off", map[string]any{"p": text(new(big.Int).Add(key.Primes[0], big.NewInt(2)))}, "do not belong together"},
		{"p one", map[string]any{"p": "AQ", "q": text(key.N)}, "do not belong together"},
		{"p even", map[string]any{"p": "Ag"}, "do not belong together"},
		{"primes swapped", map[string]any{"p": text(key.Primes[1]), "q": text(key.Primes[0])}, "do not belong together"},
		{"dp one off", map[string]any{"dp": text(new(big.Int).Add(key.Precomputed.Dp, one))}, "do not belong together"},
		{"dq one off", map[string]any{"dq": text(new(big.Int).Add(key.Precomputed.Dq, one))}, "do not belong together"},
		{"qi one off", map[string]any{"qi": text(new(big.Int).Add(key.Precomputed.Qinv, one))}, "do not belong together"},
		{"n of another key", map[string]any{"n": text(new(big.Int).Add(key.N, big.NewInt(2)))}, "do not belong together"},
	} {
		t.Run(row.name, func(t *testing.T) { assertRefused(t, changed(t, "RSA", row.members), row.want) })
	}
}

func assertRefused(t *testing.T, data []byte, want string) {
	t.Helper()
	k, err := jwk.Parse(data)
	assert.Nil(t, k)
	require.ErrorContains(t, err, want)
	assert.True(t, strings.HasPrefix(err.Error(), "jwk: "), err)
	assert.NotContains(t, err.Error(), "jwt: ")
	assert.NotContains(t, err.Error(), "\n")
	assert.Less(t, len(err.Error()), 300)
}

func TestParseDropsTheSignOctetOfRSAIntegers(t *testing.T) {
	key := newKey(t, "RSA", "", "")
	members := map[string]any{}
	require.NoError(t, json.Unmarshal(changed(t, "RSA", nil), &members))
	signed := map[string]any{}
	for _, name := range []string{"n", "d", "p", "q", "dp", "dq", "qi"} {
		b, err := jwt.DecodeBase64URL(members[name].(string))
		require.NoError(t, err)
		if b[0] >= 0x80 {
			signed[name] = base64.RawURLEncoding.EncodeToString(append([]byte{0}, b...))
		}
	}
	require.Contains(t, signed, "n")
	k, err := jwk.Parse(changed(t, "RSA", signed))
	require.NoError(t, err)
	assert.Equal(t, key.Thumbprint(), k.Thumbprint())
	assert.Equal(t, string(marshal(t, key)), string(marshal(t, k)))
}

func TestParseRefusesECKeys(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	key := material()["P-256"].(*ecdsa.PrivateKey)
	point, err := key.PublicKey.Bytes()
	require.NoError(t, err)
	x, y := point[1:33], point[33:]
	scalar, err := key.Bytes()
	require.NoError(t, err)
	otherD, err := material()["P-384"].(*ecdsa.PrivateKey).Bytes()
	require.NoError(t, err)
	minusOne := bytes.Clone(scalar)
	minusOne[31] ^= 1
	moved := bytes.Clone(y)
	moved[31] ^= 1
	for _, row := range []struct {
		name    string
		members map[string]any
		want    string
	}{
		{"crv absent", map[string]any{"crv": nil}, `unknown crv ""`},
		{"crv not text", map[string]any{"crv": 256}, "crv: got a number"},
		{"crv in lower case", map[string]any{"crv": "p-256"}, `unknown crv "p-256", want P-256, P-384 or P-521`},
		{"P-224", map[string]any{"crv": "P-224"}, `unknown crv "P-224"`},
		{"secp256k1", map[string]any{"crv": "secp256k1"}, `unknown crv "secp256k1"`},
		{"Ed25519 as EC", map[string]any{"crv": "Ed25519"}, `unknown crv "Ed25519"`},
		{"the wrong curve", map[string]any{"crv": "P-384"}, "x: got 32 bytes, want 48"},
		{"x absent", map[string]any{"x": nil}, "x is absent"},
		{"y absent", map[string]any{"y": nil}, "y is absent"},
		{"x short", map[string]any{"x": encode(x[1:])}, "x: got 31 bytes, want 32"},
		{"x long", map[string]any{"x": encode(append([]byte{0}, x...))}, "x: got 33 bytes, want 32"},
		{"y short", map[string]any{"y": encode(y[1:])}, "y: got 31 bytes, want 32"},
		{"y long", map[string]any{"y": encode(append([]byte{0}, y...))}, "y: got 33 bytes, want 32"},
		{"off the curve", map[string]any{"y": encode(moved)}, "no point on the curve P-256"},
		{"x and y swapped", map[string]any{"x": encode(y), "y": encode(x)}, "no point on the curve P-256"},
		{"the point at infinity", map[string]any{"x": encode(make([]byte, 32)), "y": encode(make([]byte, 32))}, "no point on the curve P-256"},
		{"x above the field", map[string]any{"x": encode(bytes.Repeat([]byte{0xFF}, 32))}, "no point on the curve P-256"},
		{"d not text", map[string]any{"d": true}, "d: got a boolean, want a string"},
		{"d empty", map[string]any{"d": ""}, "d is empty"},
		{"d short", map[string]any{"d": encode(scalar[1:])}, "d: got 31 bytes, want 32"},
		{"d long", map[string]any{"d": encode(append([]byte{0}, scalar...))}, "d: got 33 bytes, want 32"},
		{"d zero", map[string]any{"d": encode(make([]byte, 32))}, "private scalar out of range"},
		{"d of the order", map[string]any{"d": encode(key.Params().N.Bytes())}, "private scalar out of range"},
		{"d above the order", map[string]any{"d": encode(bytes.Repeat([]byte{0xFF}, 32))}, "private scalar out of range"},
		{"d of another key", map[string]any{"d": encode(minusOne)}, "do not belong together"},
		{"d of another curve", map[string]any{"d": encode(otherD)}, "d: got 48 bytes, want 32"},
		{"RSA by kty", map[string]any{"kty": "RSA"}, "n is absent"},
	} {
		t.Run(row.name, func(t *testing.T) { assertRefused(t, changed(t, "P-256", row.members), row.want) })
	}
}

func TestParseRefusesOKPAndSecretKeys(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	order4 := make([]byte, 32)
	for _, row := range []struct {
		name    string
		kind    string
		members map[string]any
		want    string
	}{
		{"Ed448", "Ed25519", map[string]any{"crv": "Ed448"}, `unknown crv "Ed448", want Ed25519 or X25519`},
		{"crv absent", "Ed25519", map[string]any{"crv": nil}, `unknown crv ""`},
		{"crv not text", "Ed25519", map[string]any{"crv": 25519}, "crv: got a number, want a string"},
		{"crv null", "X25519", map[string]any{"crv": json.RawMessage("null")}, "crv: got null, want a string"},
		{"P-256 as OKP", "Ed25519", map[string]any{"crv": "P-256"}, `unknown crv "P-256"`},
		{"x absent", "Ed25519", map[string]any{"x": nil}, "x is absent"},
		{"x short", "Ed25519", map[string]any{"x": encode(make([]byte, 31))}, "x: got 31 bytes, want 32"},
		{"x long", "Ed25519", map[string]any{"x": encode(make([]byte, 33))}, "x: got 33 bytes, want 32"},
		{"a point of small order", "Ed25519", map[string]any{"x": encode(order4), "d": nil}, "not a point of large order"},
		{"no point", "Ed25519", map[string]any{"x": encode(append([]byte{2}, order4[1:]...)), "d": nil}, "not a point of large order"},
		{"d short", "Ed25519", map[string]any{"d": encode(make([]byte, 31))}, "d: got 31 bytes, want 32"},
		{"d long", "Ed25519", map[string]any{"d": encode(make([]byte, 64))}, "d: got 64 bytes, want 32"},
		{"d of another key", "Ed25519", map[string]any{"d": encode(make([]byte, 32))}, "do not belong together"},
		{"x of X25519 short", "X25519", map[string]any{"x": encode(make([]byte, 31))}, "x: got 31 bytes, want 32"},
		{"d of X25519 short", "X25519", map[string]any{"d": encode(make([]byte, 31))}, "d: got 31 bytes, want 32"},
		{"d of X25519 of another key", "X25519", map[string]any{"d": encode(make([]byte, 32))}, "do not belong together"},
		{"alg of X25519", "X25519", map[string]any{"alg": "EdDSA"}, "alg: EdDSA key: got *ecdh.PublicKey"},
		{"k absent", "oct", map[string]any{"k": nil}, "k is absent"},
		{"k empty", "oct", map[string]any{"k": ""}, "k is empty"},
		{"k of 15 bytes", "oct", map[string]any{"k": encode(make([]byte, 15))}, "secret of 15 bytes, want at least 16"},
		{"k of 31 bytes for HS256", "oct", map[string]any{"alg": "HS256", "k": encode(make([]byte, 31))}, "alg: HS256 secret: got 31 bytes"},
		{"k a PEM file", "oct", map[string]any{"k": encode([]byte("-----BEGIN PUBLIC KEY-----"))}, "got a PEM file as a secret"},
		{"k for A128KW", "oct", map[string]any{"alg": "A128KW"}, "alg: A128KW wants a secret of 16 bytes, got 64"},
		{"x5c of a secret", "oct", map[string]any{"x5c": []string{certificate(t, "P-256")}}, "x5c: the first certificate is for another key"},
	} {
		t.Run(row.name, func(t *testing.T) { assertRefused(t, changed(t, row.kind, row.members), row.want) })
	}
}
