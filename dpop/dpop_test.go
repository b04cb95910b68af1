package dpop_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// The key, thumbprint, token and proofs of RFC 9449.
const (
	rfcThumbprint  = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" // figure 8
	rfcAccessToken = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU" // figure 5
	rfcHash        = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" // figure 14

	rfcHeader = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik" +
		"VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR" +
		"nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE" +
		"QSIsImNydiI6IlAtMjU2In19"
	rfcTokenRequest = rfcHeader + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj" +
		"oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwia" +
		"WF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg" +
		"4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg" // figure 4
	rfcRefresh = rfcHeader + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj" +
		"oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwia" +
		"WF0IjoxNTYyMjY1Mjk2fQ.pAqut2IRDm_De6PR93SYmGBPXpwrAk90e8cP2hjiaG5Qs" +
		"GSuKDYW7_X620BxqhvYC8ynrrvZLTk41mSRroapUA" // figure 6
	rfcResource = rfcHeader + ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIj" +
		"oiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0Z" +
		"WRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNF" +
		"c05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71E" +
		"OptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA" // figure 12
)

// memory is the smallest store of used proofs.
type memory struct {
	store.OnceStore
	mu     sync.Mutex
	used   map[string]jwt.NumericDate // until when
	answer store.Answer
	err    error
}

func (m *memory) Use(_ context.Context, _ jwt.NumericDate, e store.Entry) (store.Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return store.Answer{}, m.err
	}
	if m.used == nil {
		m.used = map[string]jwt.NumericDate{}
	}
	a := m.answer
	_, a.ID = m.used[e.Issuer+" "+e.ID]
	m.used[e.Issuer+" "+e.ID] = e.Until
	return a, nil
}

func newMemory() *memory { return &memory{answer: store.Answer{Since: 1}} }

// now is the time of the tests' clocks.
var now = time.Unix(1_800_000_000, 0)

func newPolicy() *dpop.Policy {
	return &dpop.Policy{BaseURLs: []string{"https://api.example"}, Store: newMemory(), Now: func() time.Time { return now }}
}

// newRequest returns a request as a server gets it, with proofs.
func newRequest(method, target string, proofs ...string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	for _, proof := range proofs {
		r.Header.Add("DPoP", proof)
	}
	return r
}

// newKey returns a private key for an algorithm.
func newKey(t testing.TB, alg jwt.Algorithm) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch alg {
	case jwt.ES256:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jwt.ES384:
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case jwt.ES512:
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case jwt.EdDSA, jwt.Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87:
		key, err = newMLDSA(alg)
	default:
		key, err = rsaKey()
	}
	require.NoError(t, err)
	return key
}

// rsaKey makes one key for all tests, as that takes long.
var rsaKey = sync.OnceValues(func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// A draft is a proof whose every part can be changed.
type draft struct {
	header, claims map[string]any
	key            jwt.Signer
}

// newDraft returns a good proof for GET https://api.example/orders.
func newDraft(t testing.TB, key crypto.Signer, accessToken string) *draft {
	t.Helper()
	signer, err := jwt.NewSigner(jwt.ES256, key, "")
	require.NoError(t, err)
	d := &draft{
		map[string]any{"typ": "dpop+jwt", "alg": "ES256", "jwk": members(t, key.Public(), false)},
		map[string]any{"jti": rand.Text(), "htm": "GET", "htu": "https://api.example/orders", "iat": now.Unix()},
		signer,
	}
	if accessToken != "" {
		d.claims["ath"] = hash(accessToken)
	}
	return d
}

func (d *draft) sign(t testing.TB) string {
	t.Helper()
	input := encode(t, d.header) + "." + encode(t, d.claims)
	sig, err := d.key.Sign(t.Context(), []byte(input))
	require.NoError(t, err)
	return input + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func encode(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(data)
}

func hash(text string) string {
	h := crypto.SHA256.New()
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// members returns the JWK of a key as a map.
func members(t testing.TB, key any, private bool) (m map[string]any) {
	t.Helper()
	k, err := jwk.New("", key, "")
	require.NoError(t, err)
	data, err := json.Marshal(k)
	if private {
		data, err = k.MarshalPrivateJSON()
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &m))
	return m
}

func thumbprint(t testing.TB, public any) string {
	t.Helper()
	k, err := jwk.New("", public, "")
	require.NoError(t, err)
	return k.Thumbprint()
}

// bound returns a verified token that is bound to the key with a thumbprint.
func bound(t testing.TB, thumbprint string) *jwt.Token {
	t.Helper()
	token, err := jwt.InsecureToken(map[string]any{"sub": "alice", "cnf": map[string]any{"jkt": thumbprint}})
	require.NoError(t, err)
	return token
}

// assertRefused asserts that an error is a refusal for a reason and a claim.
func assertRefused(t *testing.T, err, reason error, claim string) {
	t.Helper()
	var refusal *jwt.VerifyError
	if assert.ErrorAs(t, err, &refusal) && assert.ErrorIs(t, err, reason) {
		assert.Equal(t, claim, refusal.Claim, err.Error())
	}
}
