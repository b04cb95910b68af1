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
	want, err := os.ReadFile("testdata/texts.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), got.String())
}
