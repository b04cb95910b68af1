package jwttest

import (
	"crypto/fips140"
	"crypto/hmac"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// Each trial is wrong in the one way that its attack is about: a policy names it. The
// file has a line for each: attack, trial, why it is refused.
func TestTrialsAreWrongInOneWay(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, typ := range []string{"", "at+jwt"} {
		issuer := NewIssuer(t)
		issuer.Type = typ
		x := newAttacker(t, issuer)
		x.right = issuer.Token(t)
		x.files = "https://rogue.example"
		for _, a := range attacks()[len(requestAttacks):] {
			if typ != "" && a.name != "ID token" && a.name != "type" {
				continue
			}
			for _, trial := range a.trials(x) {
				_, err := issuer.Policy().Verify(t.Context(), trial.token)
				var refusal *jwt.VerifyError
				if a.name == boundToken && err == nil {
					fmt.Fprintf(&got, "%s | %s | for the middleware\n", a.name, trial.what)
				} else if assert.True(t, errors.As(err, &refusal), "%s: %v", trial.what, err) {
					fmt.Fprintf(&got, "%s | %s | %s\n", a.name, trial.what, strings.TrimSpace(strings.TrimPrefix(refusal.Reason.Error(), "jwt: ")+" "+refusal.Claim))
				}
			}
		}
	}
	want, err := os.ReadFile("testdata/trials.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), got.String())
}

// The HMACs of the attacks are those of the secrets that they name.
func TestHMACsOfAttacks(t *testing.T) {
	t.Parallel()
	x := newAttacker(t, NewIssuer(t))
	for alg, hash := range hashes {
		parts := strings.Split(x.mac(alg, []byte("guess"), map[string]any{"x": 1}), ".")
		fips140.WithoutEnforcement(func() {
			h := hmac.New(hash.New, []byte("guess"))
			h.Write([]byte(parts[0] + "." + parts[1]))
			assert.Equal(t, encode(string(h.Sum(nil))), parts[2])
		})
		header, err := jwt.DecodeBase64URL(parts[0])
		require.NoError(t, err)
		assert.JSONEq(t, fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"JWT","x":1}`, alg, x.keyID()), string(header))
	}
}

// The forms of a public key can be read again.
func TestFormsOfPublicKeys(t *testing.T) {
	t.Parallel()
	for alg, want := range map[jwt.Algorithm]string{
		jwt.RS256: "9 base64 of DER,DER,JWK,PEM,PEM with CRLF,PEM without its last line break,PKCS #1 DER,PKCS #1 PEM,modulus",
		jwt.ES256: "7 base64 of DER,DER,JWK,PEM,PEM with CRLF,PEM without its last line break,point",
		jwt.EdDSA: "7 base64 of DER,DER,JWK,PEM,PEM with CRLF,PEM without its last line break,bytes",
	} {
		key := newKey(t, alg, "k").Public()
		forms := formsOf(t, key)
		names := strings.Split(want[2:], ",")
		require.Len(t, forms, len(names))
		for _, name := range names {
			require.Contains(t, forms, name)
			switch name {
			case "modulus", "point", "bytes":
				assert.True(t, strings.HasSuffix(string(forms["DER"]), string(forms[name])) || name == "modulus" && strings.Contains(string(forms["DER"]), string(forms[name])), "%s", name)
				assert.GreaterOrEqual(t, len(forms[name]), 32)
			case "JWK":
				read, err := jwk.Parse(forms[name])
				require.NoError(t, err)
				assert.Equal(t, key.Thumbprint(), read.Thumbprint())
			default:
				read, err := jwk.ParsePEM(forms[name])
				require.NoError(t, err, name)
				assert.Equal(t, key.Thumbprint(), read.Thumbprint(), name)
			}
		}
		assert.Equal(t, 1, strings.Count(string(forms["PEM with CRLF"]), "-----\r\n")/2)
		assert.False(t, strings.HasSuffix(string(forms["PEM without its last line break"]), "\n"))
	}
}

func TestValuesThatAreNotThereEndTheTest(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 1, must(1, nil)(t))
	r := &ended{TB: t}
	must(1, errors.New("out of reach"))(r)
	assert.Equal(t, "jwttest: out of reach", r.text)
}

// ended is a test that notes why it ended.
type ended struct {
	testing.TB
	text string
}

func (e *ended) Fatal(args ...any) { e.text = fmt.Sprint(args...) }

func TestShortNamesHaveSimilarOnes(t *testing.T) {
	t.Parallel()
	assert.Empty(t, similar("a"))
	assert.Equal(t, []string{"42.other.example", "42/", "4", other + " 42", other + "/42", " 42", other + ",42", "42\x00", "42?other", "*"}, similar("42"))
}
