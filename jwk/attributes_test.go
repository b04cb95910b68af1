package jwk_test

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// certificate returns an x5c entry for the key of a kind.
func certificate(t testing.TB, kind string) string {
	t.Helper()
	signer := material()[kind].(crypto.Signer)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(der)
}

func TestAttributesAreCarriedAndUnknownMembersAreNot(t *testing.T) {
	attributes := map[string]any{
		"use": "sig", "key_ops": []string{"verify"}, "alg": "ES256", "kid": "k",
		"x5c": []string{certificate(t, "P-256"), "AAAA"}, "x5t": "anything", "x5t#S256": "anything else",
	}
	want := changedPublic(t, "P-256", attributes)
	attributes["priv"], attributes["x5u"], attributes["n"], attributes["nested"] = "s3cret", "https://example.com", 5, map[string]any{"d": "s3cret"}
	k, err := jwk.Parse(changedPublic(t, "P-256", attributes))
	require.NoError(t, err)
	assertSameJSON(t, want, marshal(t, k))
	assert.Equal(t, "k", k.KeyID())
	assert.Equal(t, jwt.ES256, k.Algorithm())
	assert.Equal(t, "sig", k.Use())
}

func TestParseRefusesAttributes(t *testing.T) {
	for _, row := range []struct {
		name    string
		members map[string]any
		want    string
	}{
		{"kty absent", map[string]any{"kty": nil}, "kty is absent"},
		{"kty empty", map[string]any{"kty": ""}, "kty is empty"},
		{"kty not text", map[string]any{"kty": []string{"EC"}}, "kty: got an array, want a string"},
		{"kty unknown", map[string]any{"kty": "LMS"}, `unknown kty "LMS", want RSA, EC, OKP, AKP or oct`},
		{"kty in lower case", map[string]any{"kty": "ec"}, `unknown kty "ec"`},
		{"kty long", map[string]any{"kty": strings.Repeat("x", 1000)}, "…"},
		{"kid not text", map[string]any{"kid": 1}, "kid: got a number, want a string"},
		{"kid null", map[string]any{"kid": json.RawMessage("null")}, "kid: got null, want a string"},
		{"alg not text", map[string]any{"alg": 256}, "alg: got a number, want a string"},
		{"alg empty", map[string]any{"alg": ""}, "alg is empty"},
		{"alg unknown", map[string]any{"alg": "ES256K"}, `alg: unknown algorithm "ES256K"`},
		{"alg none", map[string]any{"alg": "none"}, `alg: unknown algorithm "none"`},
		{"alg of another kty", map[string]any{"alg": "RS256"}, "alg: RS256 key: got *ecdsa.PublicKey"},
		{"alg of a secret", map[string]any{"alg": "HS256"}, "alg: HS256 key: got *ecdsa.PublicKey, want a secret"},
		{"alg of another curve", map[string]any{"alg": "ES512"}, "alg: ES512 key: got the curve P-256, want P-521"},
		{"alg of RSA encryption", map[string]any{"alg": "RSA-OAEP"}, "alg: RSA-OAEP takes no P-256 key"},
		{"use not text", map[string]any{"use": 1}, "use: got a number"},
		{"use empty", map[string]any{"use": ""}, "use is empty"},
		{"key_ops not an array", map[string]any{"key_ops": "sign"}, "key_ops: want an array of strings"},
		{"key_ops of numbers", map[string]any{"key_ops": []any{1}}, "key_ops: want an array of strings"},
		{"key_ops twice the same", map[string]any{"key_ops": []string{"sign", "verify", "sign"}}, `key_ops: "sign" is there twice`},
		{"key_ops against use sig", map[string]any{"use": "sig", "key_ops": []string{"sign", "decrypt"}}, `key_ops: "decrypt" does not go with use "sig"`},
		{"key_ops against use enc", map[string]any{"use": "enc", "key_ops": []string{"verify"}}, `key_ops: "verify" does not go with use "enc"`},
		{"x5t not text", map[string]any{"x5t": 1}, "x5t: got a number"},
		{"x5t#S256 not text", map[string]any{"x5t#S256": 1}, "x5t#S256: got a number"},
		{"x5c not an array", map[string]any{"x5c": certificate(t, "P-256")}, "x5c: want an array of strings"},
		{"x5c empty", map[string]any{"x5c": []string{}}, "x5c: want at least one certificate"},
		{"x5c in base64url", map[string]any{"x5c": []string{"_-8="}}, "x5c: not base64"},
		{"x5c with a line break", map[string]any{"x5c": []string{certificate(t, "P-256") + "\n"}}, "x5c: not base64"},
		{"x5c of no certificate", map[string]any{"x5c": []string{"AAAA"}}, "x5c: not a certificate"},
		{"x5c of another key", map[string]any{"x5c": []string{certificate(t, "P-384")}}, "x5c: the first certificate is for another key"},
		{"x5c of another key in base64url", map[string]any{"x5c": []string{strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(certificate(t, "P-384"))}}, "x5c: the first certificate is for another key"},
		{"x5c broken behind the first", map[string]any{"x5c": []string{certificate(t, "P-256"), "?"}}, "x5c: not base64"},
	} {
		t.Run(row.name, func(t *testing.T) { assertRefused(t, changed(t, "P-256", row.members), row.want) })
	}
}
