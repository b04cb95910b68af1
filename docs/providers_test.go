package docs_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// object is a JSON object.
type object = map[string]any

// A provider is one that the page tells how to use, with documents and tokens of
// the shape of its own.
type provider struct {
	name      string
	verifier  func(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error)
	documents map[string]string // by URL
	key       *jwk.Key
	alg       jwt.Algorithm
	header    object // without alg
	claims    object // without iat and exp
	padded    bool   // its base64url

	accepted []variant // beside the token of header and claims
	confused []variant // genuine tokens that are for something else
}

// A variant is a token with other members; nil takes one away.
type variant struct {
	name   string
	header object
	claims object
	key    *jwk.Key // that signs it, if it is another
	alg    jwt.Algorithm
	claim  string // that a refusal names
	reason error  // of a refusal; nil is ErrClaim
}

// standIn answers for every host with the documents of a provider.
type standIn map[string]string

func (s standIn) RoundTrip(r *http.Request) (*http.Response, error) {
	response := &http.Response{StatusCode: http.StatusNotFound, Status: "404 Not Found", Header: make(http.Header), Body: http.NoBody}
	if document, ok := s[r.URL.String()]; ok {
		response.StatusCode, response.Status = http.StatusOK, "200 OK"
		response.Body = io.NopCloser(strings.NewReader(document))
	}
	return response, nil
}

// with returns an object with changes.
func with(base, changes object) object {
	changed := maps.Clone(base)
	if changed == nil {
		changed = object{}
	}
	for name, value := range changes {
		if value == nil {
			delete(changed, name)
		} else {
			changed[name] = value
		}
	}
	return changed
}

// token returns a token, signed as the variant says.
func (p *provider) token(t *testing.T, v variant) string {
	t.Helper()
	key, alg := p.key, p.alg
	if v.key != nil {
		key = v.key
	}
	if v.alg != "" {
		alg = v.alg
	}
	now := time.Now().Unix()
	header := p.part(t, with(with(object{"alg": string(alg)}, p.header), v.header))
	payload := p.part(t, with(with(object{"iat": now, "exp": now + 300}, p.claims), v.claims))
	input := header + "." + payload
	return input + "." + p.base64([]byte(signature(t, key, alg, input)))
}

func signature(t *testing.T, key *jwk.Key, alg jwt.Algorithm, input string) []byte {
	switch alg {
	case "none":
		return nil
	case jwt.HS256: // a public key taken for a secret
		public, err := key.MarshalPublicPEM()
		require.NoError(t, err)
		mac := hmac.New(sha256.New, public)
		mac.Write([]byte(input))
		return mac.Sum(nil)
	}
	signer, err := key.SignerFor(alg)
	require.NoError(t, err)
	sig, err := signer.Sign(t.Context(), []byte(input))
	require.NoError(t, err)
	return sig
}

func (p *provider) part(t *testing.T, members object) string {
	text, err := json.Marshal(members)
	require.NoError(t, err)
	return p.base64(text)
}

func (p *provider) base64(data []byte) string {
	if p.padded {
		return base64.URLEncoding.EncodeToString(data)
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// forged are the tokens that nobody accepts, of whatever provider.
func (p *provider) forged() []variant {
	stranger, now := strangers()[p.alg], time.Now()
	forged := []variant{
		{name: "signed by a stranger", key: stranger, reason: jwt.ErrSignature},
		{name: "of a key that is not published", header: object{"kid": "00000000-0000-0000-0000-000000000000"}, reason: jwt.ErrUnknownKey},
		{name: "with a key of its own", header: object{"jwk": entry(stranger, nil)}, key: stranger, reason: jwt.ErrSignature},
		{name: "without a signature", alg: "none", claim: "alg", reason: jwt.ErrMalformed},
		{name: "with the public key for a secret", alg: jwt.HS256, reason: jwt.ErrUnknownKey},
		{name: "expired", claims: object{"exp": now.Unix() - 1}, claim: "exp", reason: jwt.ErrExpired},
		{name: "without an end", claims: object{"exp": nil}, claim: "exp"},
		{name: "not yet valid", claims: object{"nbf": now.Unix() + 3600}, claim: "nbf", reason: jwt.ErrNotYetValid},
		{name: "of another type", header: object{"typ": "secevent+jwt"}, claim: "typ"},
	}
	if p.claims["aud"] != nil {
		forged = append(forged, variant{name: "for somebody else", claims: object{"aud": "somebody else"}, claim: "aud"},
			variant{name: "for nobody", claims: object{"aud": nil}, claim: "aud"})
	}
	return forged
}

func refused(t *testing.T, v variant, verifier jwt.TokenVerifier, token string) {
	t.Helper()
	got, err := verifier.Verify(t.Context(), token)
	assert.Nil(t, got, v.name)
	var refusal *jwt.VerifyError
	if !assert.ErrorAs(t, err, &refusal, "%s: %v", v.name, err) {
		return
	}
	reason := v.reason
	if reason == nil {
		reason = jwt.ErrClaim
	}
	assert.ErrorIs(t, err, reason, v.name)
	assert.Equal(t, v.claim, refusal.Claim, "%s: %v", v.name, err)
}

func TestProviders(t *testing.T) {
	t.Parallel()
	for _, p := range append(identityProviders(t), workloadProviders(t)...) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			fresh := func() jwt.TokenVerifier {
				verifier, err := p.verifier(jwthttp.RemoteOptions{Client: &http.Client{Transport: standIn(p.documents)}, Timeout: time.Minute})
				require.NoError(t, err)
				return verifier
			}
			for _, v := range append(p.accepted, variant{name: "as it is issued"}) {
				got, err := fresh().Verify(t.Context(), p.token(t, v))
				if assert.NoError(t, err, v.name) {
					assert.Equal(t, with(p.claims, v.claims)["sub"], got.Claims.Subject)
				}
			}
			for _, v := range append(p.forged(), p.confused...) {
				refused(t, v, fresh(), p.token(t, v))
			}
			genuine, verifier := p.token(t, variant{}), fresh()
			for i := range genuine {
				changed := []byte(genuine)
				changed[i] ^= 1
				_, err := verifier.Verify(t.Context(), string(changed))
				assert.Error(t, err, "byte %d", i)
			}
		})
	}
}

// A token of a load balancer has one text form, and made-up key IDs cost one request
// a second.
func TestTokensOfALoadBalancer(t *testing.T) {
	t.Parallel()
	all := workloadProviders(t)
	p := all[len(all)-1]
	require.True(t, p.padded)
	fipstest.Bubble(t, func(t *testing.T) {
		verifier, err := awsLoadBalancer(&http.Client{Transport: standIn(p.documents)})
		require.NoError(t, err)
		genuine := p.token(t, variant{})
		_, err = verifier.Verify(t.Context(), genuine)
		require.NoError(t, err)
		for _, other := range []string{strings.ReplaceAll(genuine, "=", ""), genuine + "=", strings.Replace(genuine, ".", "=.", 1)} {
			require.NotEqual(t, genuine, other)
			refused(t, variant{name: other, reason: jwt.ErrMalformed}, verifier, other)
		}
		unknown := variant{header: object{"kid": "00000000-0000-0000-0000-000000000001"}, reason: jwt.ErrUnknownKey}
		_, err = verifier.Verify(t.Context(), p.token(t, unknown))
		assert.NotErrorIs(t, err, jwt.ErrUnknownKey)
		assert.ErrorContains(t, err, "a moment ago")
		_, err = verifier.Verify(t.Context(), genuine)
		assert.NoError(t, err, "of a key at hand")
		time.Sleep(time.Second)
		refused(t, unknown, verifier, p.token(t, unknown))
	})
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// Each block of Go code of the page is code of the test files, word for word, and
// each provider's function is on the page.
func TestPageShowsTheCodeThatIsTested(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("providers.md")
	require.NoError(t, err)
	var code strings.Builder
	var functions []string
	for _, name := range []string{"providers_identity_test.go", "providers_workload_test.go"} {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		code.Write(source)
		file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				functions = append(functions, f.Name.Name)
			}
		}
	}
	blocks := goBlock.FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, blocks)
	var shown strings.Builder
	for _, block := range blocks {
		assert.Contains(t, code.String(), block[1], "a block that is not tested")
		shown.WriteString(block[1])
	}
	for _, f := range functions {
		assert.Contains(t, shown.String(), "func "+f+"(", "a function that is not shown")
	}
}
