package jwttest

import (
	"crypto/fips140"
	"crypto/hmac"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// Each trial is wrong in the one way that its attack is about: a policy names it. The
// file has a line for each: attack, trial, why it is refused, and the three parts of the
// token. In a bubble the time is always the same.
func TestTrialsAreWrongInOneWay(t *testing.T) {
	t.Parallel()
	fipstest.Bubble(t, func(t *testing.T) {
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
					reason := "for the middleware"
					if errors.As(err, &refusal) {
						reason = strings.TrimSpace(strings.TrimPrefix(refusal.Reason.Error(), "jwt: ") + " " + refusal.Claim)
					} else {
						assert.True(t, a.name == boundToken && err == nil, "%s: %v", trial.what, err)
					}
					fmt.Fprintf(&got, "%s | %s | %s | %s\n", a.name, trial.what, reason, readable(x, trial.token))
				}
			}
		}
		want, err := os.ReadFile("testdata/trials.txt")
		require.NoError(t, err)
		assert.Equal(t, string(want), got.String())
	})
}

// What an issuer does not have is not tried: names, a key ID, an asymmetric key, files
// on the network, a deny list.
func TestTrialsAreOfWhatTheIssuerHas(t *testing.T) {
	t.Parallel()
	issuer := NewIssuer(t)
	key, err := jwt.NewHMAC(jwt.HS256, []byte("a secret that nobody can ever guess"), "")
	require.NoError(t, err)
	issuer.URL, issuer.Audience, issuer.Key = "", "", key
	x := newAttacker(t, issuer)
	x.right = issuer.Token(t)
	assert.JSONEq(t, `{"alg":"HS256","typ":"JWT"}`, decode(part(x.right, 0)))
	assert.JSONEq(t, `{"alg":"HS256","typ":"JWT"}`, x.header(nil))
	for name, want := range map[string]int{
		"blank signature": 2, "signature": 3, "unknown key ID": 0, "other algorithm": 1, "public key as secret": 0, "key by URL": 0, "other spelling of the token": 11,
		"other spelling of names": 3, "claim of another type": 7, "similar audience": 0, "no audience": 0, "similar issuer": 0, "no issuer": 0, "type": 6, "ID token": 1, "revoked token": 0,
	} {
		assert.Len(t, trialsOf(x, name), want, name)
	}
	x.options.Allow = []string{"no expiry"}
	assert.Len(t, trialsOf(x, "other spelling of names"), 1)
	issuer = NewIssuer(t)
	x = newAttacker(t, issuer)
	assert.Len(t, trialsOf(x, "other spelling of names"), 7)
	issuer.Type = "at+jwt"
	assert.Len(t, trialsOf(x, "other spelling of names"), 8)
	x.options.Allow = []string{"no audience", "type"}
	assert.Len(t, trialsOf(x, "other spelling of names"), 5)
	issuer.Type = "Logout+JWT"
	assert.Len(t, trialsOf(x, "type"), 8, "without its own")
	assert.Len(t, trialsOf(x, "ID token"), 2)
	issuer.Type = "jwt"
	assert.Len(t, trialsOf(x, "ID token"), 1, "as without a type")
	for _, id := range []string{"K1", "k1"} { // which are in capitals or small letters as they are
		issuer.Key, err = jwt.NewHMAC(jwt.HS256, []byte("a secret that nobody can ever guess"), id)
		require.NoError(t, err)
		assert.Len(t, trialsOf(x, "unknown key ID"), 6, id)
	}
	for method, want := range map[string]int{"GET": 0, "DELETE": 0, "POST": 1, "PUT": 1, "PATCH": 1} {
		x.options.Request = func(token string) *http.Request { return Request(t, method, "/", token) }
		assert.Len(t, trialsOf(x, "body"), want, method)
	}
}

func TestStrayBitsAreThoseOfNoByte(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "AA": "AB", "AAA": "AAB", "AAAA": "", "AQ": "AR"} {
		assert.Equal(t, want, stray(text), text)
	}
	x := newAttacker(t, NewIssuer(t))
	_, err := base64.URLEncoding.DecodeString(part(trialsOf(x, "other spelling of the token")["a signature with padding"], 2))
	assert.NoError(t, err)
}

// readable returns what is in the parts of a token, without what differs from run to
// run. A header and a payload that are right are written as that word.
func readable(x *attacker, token string) string {
	id := x.keyID().(string)
	steady := func(text string) string {
		text = strings.NewReplacer(id, "KID", strings.ToUpper(id), "upper KID", strings.ToLower(id), "lower KID", id[:len(id)-1], "short KID").Replace(text)
		text = regexp.MustCompile(`"jti":"[A-Z2-7]{26}"`).ReplaceAllString(text, `"jti":"…"`)
		return regexp.MustCompile(`"[\w+/=-]{40,}"`).ReplaceAllString(text, `"…"`)
	}
	texts := strings.Split(token, ".")
	for i, text := range texts {
		data, err := jwt.DecodeBase64URL(text)
		if err != nil || i > 1 {
			texts[i] = "not decoded"
		} else if !utf8.Valid(data) {
			texts[i] = "not a text"
		} else if right, _ := jwt.DecodeBase64URL(part(x.right, i)); len(right) > 0 {
			texts[i] = strings.ReplaceAll(steady(string(data)), steady(string(right)), "right")
		}
		if i == 2 && err == nil {
			texts[i] = signedBy(x, token, data)
		}
	}
	return strings.Join(texts, " | ")
}

// signedBy says who made a signature, or how long it is.
func signedBy(x *attacker, token string, sig []byte) string {
	input := []byte(token[:strings.LastIndexByte(token, '.')])
	for name, key := range map[string]*jwk.Key{"the issuer": x.issuer.private(x.t), "the attacker": x.key} {
		if must(key.Verifier())(x.t).Verify(x.t.Context(), input, sig) == nil {
			return name
		}
	}
	var numbers []*big.Int
	if rest, err := asn1.Unmarshal(sig, &numbers); err == nil && len(rest) == 0 {
		return fmt.Sprint("ASN.1 of ", len(numbers))
	}
	return fmt.Sprint(len(sig))
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

// Bigger ones take longer, in every run.
func TestRSAKeysHave2048Bits(t *testing.T) {
	t.Parallel()
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.PS256} {
		key := newKey(t, alg, "k")
		assert.Equal(t, 2048, key.CryptoKey().(*rsa.PrivateKey).N.BitLen(), alg)
		assert.Equal(t, "k", key.KeyID())
	}
}

func TestAKeySignsForNoAlgorithmThatItsTypeCannotHave(t *testing.T) {
	t.Parallel()
	_, err := misused{jwt.RS256, newKey(t, jwt.Ed25519, "k")}.Sign(t.Context(), []byte("input"))
	assert.Error(t, err)
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

func (e *ended) Fatal(args ...any)                 { e.text = fmt.Sprint(args...) }
func (e *ended) Errorf(format string, args ...any) { e.text = fmt.Sprintf(format, args...) }

func TestShortNamesHaveSimilarOnes(t *testing.T) {
	t.Parallel()
	assert.Empty(t, similar("a"))
	assert.Equal(t, []string{"42.other.example", "42/", "4", other + " 42", other + "/42", " 42", other + ",42", "42\x00", "42?other", "*"}, similar("42"))
}
