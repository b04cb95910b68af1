package dpop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
)

func TestEveryAsymmetricAlgorithmMakesAGoodProof(t *testing.T) {
	for _, alg := range append([]jwt.Algorithm{
		jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519, jwt.PS256, jwt.PS384, jwt.PS512, jwt.RS256, jwt.RS384, jwt.RS512,
	}, mldsaAlgorithms...) {
		key := newKey(t, alg)
		prover, err := dpop.NewProver(alg, key)
		require.NoError(t, err, alg)
		text, err := prover.Proof(t.Context(), dpop.Request{Method: "GET", URL: "https://api.example/orders"})
		require.NoError(t, err, alg)
		policy := newPolicy()
		policy.Now = nil
		proof, err := policy.Verify(newRequest("GET", "/orders", text))
		if assert.NoError(t, err, alg) {
			assert.Equal(t, prover.Thumbprint(), proof.Key.Thumbprint())
			assert.Equal(t, alg, proof.Token.Header.Algorithm)
		}
	}
}

// RFC 9449 section 4.3, checks 1 and 2.
func TestARequestHasOneProofThatIsOneToken(t *testing.T) {
	good := newDraft(t, newKey(t, jwt.ES256), "").sign(t)
	parts := strings.Split(good, ".")
	for name, proofs := range map[string][]string{
		"none":                     nil,
		"two":                      {good, good},
		"two in one":               {good + ", " + good},
		"an empty one":             {""},
		"no token":                 {"proof"},
		"two parts":                {parts[0] + "." + parts[1]},
		"four parts":               {good + ".AA"},
		"no signature":             {parts[0] + "." + parts[1] + "."},
		"padding":                  {parts[0] + "=." + parts[1] + "." + parts[2]},
		"a space":                  {good + " "},
		"a header of another text": {encode(t, "dpop+jwt") + "." + parts[1] + "." + parts[2]},
		"a payload that is a list": {parts[0] + "." + encode(t, []int{1}) + "." + parts[2]},
		"too long":                 {good + strings.Repeat("A", 16<<10)},
	} {
		policy := newPolicy()
		_, err := policy.Verify(newRequest("GET", "/orders", proofs...))
		assertRefused(t, err, dpop.ErrProof, "")
		assert.Less(t, len(fmt.Sprint(err)), 300, name)
		if name == "padding" {
			assert.ErrorContains(t, err, "want one JSON Web Token")
		}
	}
	_, err := newPolicy().Verify(newRequest("GET", "/orders", good))
	assert.NoError(t, err)
}

// A proof of the largest size is read, one of a byte more is not.
func TestTheSizeOfAProofIsBounded(t *testing.T) {
	for _, size := range []int{16 << 10, 16<<10 + 1} {
		_, err := newPolicy().Verify(newRequest("GET", "/orders", strings.Repeat("A", size)))
		assertRefused(t, err, dpop.ErrProof, "")
		assert.Equal(t, size > 16<<10, strings.Contains(err.Error(), "want at most 16384"), err.Error())
	}
}

func TestAChangedProofIsRefused(t *testing.T) {
	good := newDraft(t, newKey(t, jwt.ES256), "").sign(t)
	for i := range good {
		changed := []byte(good)
		changed[i] = map[bool]byte{true: 'B', false: 'A'}[changed[i] == 'A']
		policy := newPolicy()
		_, err := policy.Verify(newRequest("GET", "/orders", string(changed)))
		var refusal *jwt.VerifyError
		require.ErrorAs(t, err, &refusal, "byte %d", i)
	}
}

// A policy of package jwt would want these to be absent.
func TestAProofMayHaveAnIssuerAndAnAudience(t *testing.T) {
	d := newDraft(t, newKey(t, jwt.ES256), "")
	d.claims["iss"], d.claims["aud"], d.claims["sub"], d.claims["exp"] = "client", "https://api.example", "client", now.Unix()+60
	_, err := newPolicy().Verify(newRequest("GET", "/orders", d.sign(t)))
	assert.NoError(t, err)
}

func TestAlgorithmsCanBeChosen(t *testing.T) {
	policy := newPolicy()
	policy.Algorithms = []jwt.Algorithm{jwt.ES384, jwt.PS256}
	_, err := policy.Verify(newRequest("GET", "/orders", newDraft(t, newKey(t, jwt.ES256), "").sign(t)))
	assertRefused(t, err, dpop.ErrProof, "alg")
	assert.ErrorContains(t, err, `got "ES256", want one of ES384 PS256`)
	policy.Algorithms = append(policy.Algorithms, jwt.ES256)
	_, err = policy.Verify(newRequest("GET", "/orders", newDraft(t, newKey(t, jwt.ES256), "").sign(t)))
	assert.NoError(t, err)
}

func TestAProofWithAnotherSignatureSaysSo(t *testing.T) {
	good := newDraft(t, newKey(t, jwt.ES256), "").sign(t)
	other := newDraft(t, newKey(t, jwt.ES256), "").sign(t)
	text := good[:strings.LastIndexByte(good, '.')] + other[strings.LastIndexByte(other, '.'):]
	_, err := newPolicy().Verify(newRequest("GET", "/orders", text))
	assert.EqualError(t, err, "dpop: proof not acceptable: signature not valid")
}
