package describe

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is said of each member of a header, each claim and each odd token is what
// testdata/texts.txt has.
func TestTextsAreThoseOfTheFile(t *testing.T) {
	var got strings.Builder
	for _, all := range []map[string]string{headerMeanings, meanings} {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			fmt.Fprintf(&got, "%s: %s\n", name, all[name])
		}
	}
	for _, token := range []string{
		forged(`{}`, `[]`),
		forged(`{"alg":"none","jwk":{},"jku":"","x5u":"","x5c":[],"crit":[],"zip":"","b64":true}`, `{"password":"x","iat":1795697200}`),
		forged(`{"alg":"X"}`, `{"aud":"api","exp":1895687200000,"nbf":"x","iat":1795687200}`),
		forged(`{"alg":"ES256"}`, `{"aud":"api","iat":1795687200,"exp":1895687200,"auth_time":1795697200}`),
		forged(`{"alg":"ES256"}`, `{"aud":"api","iat":1795687200,"exp":1795687200,"updated_at":1}`) + strings.Repeat("A", 8192),
		forged(`{"alg":"ES256","enc":"A256GCM"}`, ``) + ".a.b",
		forged(`{"alg":"RSA1_5","enc":"X"}`, ``) + ".a.b",
		forged(`{"alg":"RSA-OAEP","enc":"A256GCM"}`, ``) + ".a.b",
		forged(`{"alg":"PBES2-HS256+A128KW","enc":"A256GCM"}`, ``) + ".a.b",
		forged(`{"alg":"PBES2-HS384+A192KW","enc":"A256GCM"}`, ``) + ".a.b",
		forged(`{"alg":"PBES2-HS512+A256KW","enc":"A256GCM"}`, ``) + ".a.b",
		forged(`{"alg":"ES256"}`, `{"aud":"api","exp":1795688100,"password":"x","passwd":"x","pwd":"x","passphrase":"x","secret":"x","client_secret":"x","api-key":"x","api_secret":"x","private_key":"x","secret_key":"x","access_key":"x","token":"x","access_token":"x","refresh_token":"x","credit_card":"x","card_number":"x","cvv":"x","cvc":"x","iban":"x","ssn":"x","social_security_number":"x","pin":"x","otp":"x","totp_secret":"x"}`),
		"a.b", "!.a.b.c.d", "MQ.e30.",
	} {
		v, err := Token(token, now)
		if err != nil {
			fmt.Fprintln(&got, err)
			continue
		}
		fmt.Fprintf(&got, "%s %v\n", v.Header, v.Parts)
		for _, at := range v.Times {
			fmt.Fprintln(&got, at.Claim, at.Time, at.Text)
		}
		for _, text := range v.Warnings {
			fmt.Fprintln(&got, "- "+text)
		}
	}
	const claims = `{"aud":"api","exp":1795688100}`
	for _, alg := range strings.Fields("EdDSA Ed25519 ES256 ES384 ES512 PS256 PS384 PS512 RS256 RS384 RS512 HS256 HS384 HS512 ML-DSA-44 ML-DSA-65 ML-DSA-87") {
		assert.Empty(t, seen(t, forged(`{"alg":"`+alg+`"}`, claims)).Warnings, alg)
	}
	for _, alg := range strings.Fields("ECDH-ES ECDH-ES+A128KW ECDH-ES+A256KW RSA-OAEP-256 A128KW A256KW dir") {
		for _, enc := range strings.Fields("A256GCM A128GCM A256CBC-HS512 A128CBC-HS256") {
			assert.Empty(t, seen(t, forged(`{"alg":"`+alg+`","enc":"`+enc+`"}`, ``)+".a.b").Warnings, alg)
		}
	}
	want, err := os.ReadFile("testdata/texts.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), got.String())
}
