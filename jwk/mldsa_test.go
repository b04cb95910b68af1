package jwk_test

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// mldsaSPKI are the beginnings of SubjectPublicKeyInfo structures.
var mldsaSPKI = func() map[string][]byte {
	found := make(map[string][]byte)
	for last, alg := range map[byte]string{17: "ML-DSA-44", 18: "ML-DSA-65", 19: "ML-DSA-87"} {
		found[alg] = []byte{0x30, 17, 0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last, 3, 2, 0, 0}
	}
	return found
}()

// What is refused by each release of Go.
func TestParseRefusesAKPKeys(t *testing.T) {
	text := func(n int) string { return b64(make([]byte, n)) }
	for name, row := range map[string]struct{ members, want string }{
		"without alg":             {`"pub":"` + text(1312) + `"`, "alg is absent, which an AKP key must have"},
		"an alg of another key":   {`"alg":"ES256","pub":"` + text(1312) + `"`, `unknown alg "ES256" of an AKP key, want ML-DSA-44, ML-DSA-65 or ML-DSA-87`},
		"an unknown alg":          {`"alg":"SLH-DSA-SHA2-128s","pub":"` + text(32) + `"`, `unknown alg "SLH-DSA-SHA2-128s" of an AKP key`},
		"without pub":             {`"alg":"ML-DSA-44"`, "pub is absent"},
		"without pub, with priv":  {`"alg":"ML-DSA-44","priv":"` + text(32) + `"`, "pub is absent"},
		"an empty pub":            {`"alg":"ML-DSA-44","pub":""`, "pub is empty"},
		"one byte less":           {`"alg":"ML-DSA-44","pub":"` + text(1311) + `"`, "pub: got 1311 bytes, want 1312"},
		"one byte more":           {`"alg":"ML-DSA-44","pub":"` + text(1313) + `"`, "pub: got 1313 bytes, want 1312"},
		"a pub of another set":    {`"alg":"ML-DSA-65","pub":"` + text(2592) + `"`, "pub: got 2592 bytes, want 1952"},
		"a pub of a third set":    {`"alg":"ML-DSA-87","pub":"` + text(1952) + `"`, "pub: got 1952 bytes, want 2592"},
		"an expanded private key": {`"alg":"ML-DSA-44","pub":"` + text(1312) + `","priv":"` + text(2560) + `"`, "priv: got 2560 bytes, want 32"},
		"a short seed":            {`"alg":"ML-DSA-44","pub":"` + text(1312) + `","priv":"` + text(31) + `"`, "priv: got 31 bytes, want 32"},
		"an empty seed":           {`"alg":"ML-DSA-44","pub":"` + text(1312) + `","priv":""`, "priv is empty"},
		"an x in the place":       {`"alg":"ML-DSA-44","x":"` + text(1312) + `"`, "pub is absent"},
	} {
		_, err := jwk.Parse([]byte(`{"kty":"AKP",` + row.members + `}`))
		assert.ErrorContains(t, err, "jwk: "+row.want, name)
	}
	for _, alg := range []jwt.Algorithm{jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87} {
		assertRefused(t, changed(t, "P-256", map[string]any{"alg": string(alg)}), "alg: "+string(alg))
		_, err := newKey(t, "oct", "", "").SignerFor(alg)
		assert.ErrorContains(t, err, "takes no secret")
	}
}

// A private key that is published is compromised.
func TestPublishedAKPPrivateKeysAreLeftOut(t *testing.T) {
	entry := `{"kty":"AKP","alg":"ML-DSA-44","kid":"1","pub":"` + b64(make([]byte, 1312)) + `","priv":"` + b64(make([]byte, 32)) + `"}`
	set := parseSet(t, entry, public(t, "P-256", nil))
	assert.Len(t, set.Keys(), 1)
	assert.ErrorContains(t, set.Skipped()[0].Err, "a private key among public keys")
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
