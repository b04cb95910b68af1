package dpop_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/internal/jsontest"
)

// fixedKey is the same in each of the processes in which a target runs.
func fixedKey(f *testing.F) crypto.Signer {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{1}, 32))
	require.NoError(f, err)
	return key
}

// FuzzProofText wants a refusal of every text but the one proof that was made.
func FuzzProofText(f *testing.F) {
	d := newDraft(f, fixedKey(f), "")
	d.claims["jti"] = "1"
	good := d.sign(f)
	f.Add(good)
	f.Add(good[:strings.LastIndexByte(good, '.')+1])
	f.Add("e30.e30.e30")
	f.Fuzz(func(t *testing.T, text string) {
		r := newRequest("GET", "/orders")
		r.Header["Dpop"] = []string{text}
		proof, err := newPolicy().Verify(r)
		requireProofOrRefusal(t, proof, err)
		require.Equal(t, text == good, err == nil, "%v", err)
	})
}

func requireProofOrRefusal(t *testing.T, proof *dpop.Proof, err error) {
	t.Helper()
	var refusal *jwt.VerifyError
	require.Equal(t, err != nil, proof == nil)
	if err != nil {
		require.ErrorAs(t, err, &refusal)
		require.ErrorIs(t, err, dpop.ErrProof)
		require.NotContains(t, err.Error(), "\n")
	}
}

// FuzzProof signs any header and claims with the right key: what is accepted says
// of itself, as another decoder reads it, that it is a proof for this request.
func FuzzProof(f *testing.F) {
	d := newDraft(f, fixedKey(f), "access")
	text := func(v any) string { data, _ := json.Marshal(v); return string(data) }
	header, claims := text(d.header), text(d.claims)
	f.Add(header, claims)
	f.Add(strings.Replace(header, "dpop+jwt", "JWT", 1), claims)
	f.Add(header, strings.Replace(claims, "https://api.example/orders", "HTTPS://API.example:443/a/../%6Frders?q#f", 1))
	f.Add(header, strings.Replace(claims, `"GET"`, `"POST"`, 1))
	f.Add(header, strings.Replace(claims, "1800000000", "1800000060.5", 1))
	f.Add(header, strings.Replace(claims, `"jti"`, `"nonce":"a","jti"`, 1))
	f.Add(header, `{}`)
	policy := newPolicy()
	f.Fuzz(func(t *testing.T, header, claims string) {
		input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
		sig, err := d.key.Sign(t.Context(), []byte(input))
		require.NoError(t, err)
		policy.Store = newMemory()
		r := newRequest("GET", "/orders", input+"."+base64.RawURLEncoding.EncodeToString(sig))
		proof, err := policy.Verify(r)
		requireProofOrRefusal(t, proof, err)
		if err != nil {
			return
		}
		h, c := jsontest.Object(t, []byte(header)), jsontest.Object(t, []byte(claims))
		require.Equal(t, "dpop+jwt", strings.TrimPrefix(strings.ToLower(h["typ"].(string)), "application/"))
		require.Equal(t, "ES256", h["alg"])
		require.NotEmpty(t, c["jti"])
		require.Equal(t, "GET", c["htm"])
		require.True(t, strings.HasPrefix(strings.ToLower(c["htu"].(string)), "https://api.example"))
		issued, err := c["iat"].(json.Number).Float64()
		require.NoError(t, err)
		require.InDelta(t, now.Unix(), issued, 61)
		_, err = policy.Verify(r)
		require.ErrorIs(t, err, dpop.ErrReplayed)
	})
}

// FuzzConfirmation wants a cnf claim to have one of the two thumbprints, or a refusal.
func FuzzConfirmation(f *testing.F) {
	print := hash("a")
	for _, cnf := range []string{`{"jkt":"` + print + `"}`, `{"x5t#S256":"` + print + `"}`, `{"jkt":"a"}`, `{"jkt":null,"x":1}`, `{}`, `null`, `[]`, `{"jkt":"` + print + `","jkt":"b"}`} {
		f.Add(cnf)
	}
	f.Fuzz(func(t *testing.T, cnf string) {
		token, err := jwt.InsecureToken(json.RawMessage(`{"cnf":` + cnf + `}`))
		if err != nil {
			return
		}
		c, err := dpop.ConfirmationOf(token)
		if err != nil {
			require.ErrorIs(t, err, dpop.ErrBinding)
			require.Zero(t, c)
			return
		}
		var members struct {
			CNF map[string]any `json:"cnf"`
		}
		require.NoError(t, json.Unmarshal(token.Payload(), &members))
		require.NotEqual(t, dpop.Confirmation{}, c)
		for name, got := range map[string]string{"jkt": c.KeyThumbprint, "x5t#S256": c.CertificateThumbprint} {
			if got != "" {
				require.Len(t, got, 43)
				require.Equal(t, members.CNF[name], got)
			} else {
				require.NotContains(t, members.CNF, name)
			}
		}
	})
}

// An answer is handed on whole, whatever it says of nonces, and no request is sent
// more than twice.
func FuzzServerAnswer(f *testing.F) {
	f.Add(401, "nonce-1", `DPoP error="use_dpop_nonce"`, "")
	f.Add(400, "nonce-1", "", `{"error":"use_dpop_nonce"}`)
	f.Add(400, "a b", `DPoP`, `{"error":7}`)
	f.Add(200, "\"", "", "")
	key := fixedKey(f)
	prover, err := dpop.NewProver(jwt.ES256, key)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, status int, nonce, challenge, body string) {
		sent := 0
		transport := &dpop.Transport{Prover: prover, Base: roundTripper(func(r *http.Request) (*http.Response, error) {
			sent++
			return &http.Response{
				StatusCode: status, Header: http.Header{"Dpop-Nonce": {nonce}, "Www-Authenticate": {challenge}},
				Body: io.NopCloser(strings.NewReader(body)),
			}, nil
		})}
		answer, err := transport.RoundTrip(httptest.NewRequest("GET", "https://api.example/", nil))
		require.NoError(t, err)
		got, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Equal(t, body, string(got))
		require.LessOrEqual(t, sent, 2)
		if sent == 2 {
			require.Contains(t, challenge+body, "use_dpop_nonce")
		}
	})
}

type roundTripper func(r *http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
