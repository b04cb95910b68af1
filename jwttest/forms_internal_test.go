package jwttest

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// trialsOf returns the tokens of an attack by what they are.
func trialsOf(x *attacker, name string) map[string]string {
	tokens := make(map[string]string)
	for _, a := range attacks() {
		if a.name == name {
			for _, trial := range a.trials(x) {
				tokens[trial.what] = trial.token
			}
		}
	}
	return tokens
}

// Each other form of a signature is one of a good signature.
func TestOtherFormsOfSignaturesAreOfGoodOnes(t *testing.T) {
	t.Parallel()
	issuer := NewIssuer(t)
	x := newAttacker(t, issuer)
	x.right = issuer.Token(t)
	good := func(token, sig string) bool {
		input := token[:strings.LastIndexByte(token, '.')]
		_, err := issuer.Policy().Verify(t.Context(), input+"."+encode(sig))
		return err == nil && input+"."+encode(sig) != token
	}
	tokens := trialsOf(x, "other spelling of the token")
	for what, read := range map[string]func(s string) string{
		"a signature with a byte after it":         func(s string) string { return strings.TrimSuffix(s, "\x00")[:64] },
		"a signature with a byte before it":        func(s string) string { return strings.TrimPrefix(s, "\x00")[:64] },
		"a signature twice":                        func(s string) string { return s[64:128] },
		"a signature of two wider numbers":         func(s string) string { return s[1:33] + s[34:66] },
		"a signature whose second number is wider": func(s string) string { return s[:32] + s[33:65] },
	} {
		require.Contains(t, tokens, what)
		assert.True(t, good(tokens[what], read(decode(part(tokens[what], 2)))), what)
	}
	for what, read := range map[string]*strings.Replacer{
		"a signature in the other alphabet of base64": strings.NewReplacer("+", "-", "/", "_"), "a signature with a space": strings.NewReplacer(" ", ""),
	} {
		assert.True(t, good(tokens[what], decode(read.Replace(part(tokens[what], 2)))), what)
	}
	token := tokens["a signature in ASN.1"]
	h := crypto.SHA256.New()
	h.Write([]byte(token[:strings.LastIndexByte(token, '.')]))
	assert.True(t, ecdsa.VerifyASN1(issuer.private(t).Public().CryptoKey().(*ecdsa.PublicKey), h.Sum(nil), []byte(decode(part(token, 2)))))

	order := decode(part(trialsOf(x, "blank signature")["a signature of two numbers that are zero modulo the order"], 2))
	assert.Equal(t, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", new(big.Int).SetBytes([]byte(order[:32])).Text(16))
	assert.Equal(t, order[:32], order[32:])
	assert.Equal(t, strings.Repeat("\x00", 64), decode(part(trialsOf(x, "blank signature")["a signature of zeros"], 2)))
	for _, what := range []string{"half of the signature", "one byte of the signature"} {
		assert.True(t, strings.HasPrefix(x.right, trialsOf(x, "signature")[what][:strings.LastIndexByte(x.right, '.')+1]), what)
	}
	assert.Len(t, decode(part(trialsOf(x, "signature")["half of the signature"], 2)), 32)
	assert.Len(t, decode(part(trialsOf(x, "signature")["one byte of the signature"], 2)), 1)
	assert.Equal(t, x.jti(x.right), x.jti(trialsOf(x, "signature")["another payload under the signature of a token that was accepted"]))
	assert.NotEqual(t, x.jti(x.right), x.jti(issuer.Token(t)))
}

// A signature for another algorithm is what that algorithm makes of the key.
func TestSignaturesForOtherAlgorithmsAreGood(t *testing.T) {
	t.Parallel()
	for alg, want := range map[jwt.Algorithm][]jwt.Algorithm{
		jwt.RS256: {jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512}, jwt.ES256: {jwt.ES384, jwt.ES512}, jwt.EdDSA: nil,
	} {
		issuer := NewIssuer(t)
		issuer.Keys.Algorithm = alg
		x := newAttacker(t, issuer)
		tokens := trialsOf(x, "other algorithm")
		require.Len(t, tokens, 1+len(want))
		require.Contains(t, tokens, "the alg "+strings.ToLower(string(alg)))
		public := issuer.private(t).Public().CryptoKey()
		for _, other := range want {
			token := tokens["a signature of the same key for "+string(other)]
			require.NotEmpty(t, token, other)
			at := strings.LastIndexByte(token, '.')
			sig := decode(token[at+1:])
			key, ok := public.(*ecdsa.PublicKey)
			if !ok {
				verifier, err := jwt.NewVerifier(other, public, "")
				require.NoError(t, err)
				assert.NoError(t, verifier.Verify(t.Context(), []byte(token[:at]), []byte(sig)), other)
				continue
			}
			h := map[jwt.Algorithm]crypto.Hash{jwt.ES384: crypto.SHA384, jwt.ES512: crypto.SHA512}[other].New()
			h.Write([]byte(token[:at]))
			require.Len(t, sig, 64)
			assert.True(t, ecdsa.Verify(key, h.Sum(nil), new(big.Int).SetBytes([]byte(sig[:32])), new(big.Int).SetBytes([]byte(sig[32:]))), other)
		}
	}
}

// Dates that are cut to the size of an integer mean the opposite.
func TestDatesThatAreCutMeanTheOpposite(t *testing.T) {
	t.Parallel()
	issuer := NewIssuer(t)
	x := newAttacker(t, issuer)
	now := issuer.Now().Unix()
	date := func(attack, what, claim string) *big.Int {
		var claims map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(decode(part(trialsOf(x, attack)[what], 1))), &claims), what)
		n, ok := new(big.Int).SetString(string(claims[claim]), 10)
		require.True(t, ok, what)
		return n
	}
	for bits, cut := range map[string]func(n *big.Int) int64{
		"32 bits": func(n *big.Int) int64 { return int64(int32(n.Int64())) },
		"64 bits": func(n *big.Int) int64 { return new(big.Int).And(n, new(big.Int).SetUint64(1<<64-1)).Int64() },
	} {
		exp := date("expired", "a negative exp that is in an hour if it is cut to "+bits, "exp")
		assert.Negative(t, exp.Sign())
		assert.InDelta(t, now+3600, cut(exp), 60)
		nbf := date("not yet valid", "an nbf far ahead that was an hour ago if it is cut to "+bits, "nbf")
		assert.Positive(t, nbf.Cmp(big.NewInt(now+3600)))
		assert.InDelta(t, now-3600, cut(nbf), 60)
	}
	assert.InDelta(t, now-600, date("expired", "a token that expired ten minutes ago", "exp").Int64(), 60)
	assert.InDelta(t, now+600, date("not yet valid", "a token that is valid in ten minutes", "nbf").Int64(), 60)
}
