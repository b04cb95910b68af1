package dpop_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func TestTheProofsOfRFC9449AreAccepted(t *testing.T) {
	at := time.Unix(1562262616, 0)
	policy := &dpop.Policy{
		BaseURLs: []string{"https://server.example.com", "https://resource.example.org"}, Store: newMemory(), Now: func() time.Time { return at },
	}
	proof, err := policy.Verify(newRequest("POST", "/token", rfcTokenRequest))
	require.NoError(t, err)
	assert.Equal(t, rfcThumbprint, proof.Key.Thumbprint())
	assert.Equal(t, "-BwC3ESc6acc2lTc", proof.Token.Claims.ID)
	assert.Empty(t, proof.NextNonce)

	r := newRequest("GET", "/protectedresource?page=2", rfcResource)
	require.NoError(t, policy.VerifyProof(http.Header{}, r, bound(t, rfcThumbprint), rfcAccessToken))

	at = time.Unix(1562265296, 0) // the same jti, so many minutes later that it is not kept
	_, err = policy.Verify(newRequest("POST", "/token", rfcRefresh))
	assertRefused(t, err, dpop.ErrReplayed, "jti")
	policy.Store = newMemory()
	_, err = policy.Verify(newRequest("POST", "/token", rfcRefresh))
	assert.NoError(t, err)
}

func TestAProofIsGoodForOneRequest(t *testing.T) {
	policy, key := newPolicy(), newKey(t, jwt.ES256)
	d := newDraft(t, key, "")
	text := d.sign(t)
	_, err := policy.Verify(newRequest("GET", "/orders", text))
	require.NoError(t, err)
	_, err = policy.Verify(newRequest("GET", "/orders", text))
	assertRefused(t, err, dpop.ErrReplayed, "jti")
	assert.ErrorIs(t, err, dpop.ErrProof)

	d.claims["iat"] = now.Unix() + 1
	_, err = policy.Verify(newRequest("GET", "/orders", d.sign(t)))
	assertRefused(t, err, dpop.ErrReplayed, "jti")

	others := newDraft(t, newKey(t, jwt.ES256), "")
	others.claims["jti"] = d.claims["jti"]
	_, err = policy.Verify(newRequest("GET", "/orders", others.sign(t)))
	assert.NoError(t, err, "another client's proofs have IDs of their own")
}

func TestOfTwoRequestsAtOnceWithOneProofOneIsAccepted(t *testing.T) {
	policy := newPolicy()
	text := newDraft(t, newKey(t, jwt.ES256), "").sign(t)
	var accepted atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := policy.Verify(newRequest("GET", "/orders", text)); err == nil {
				accepted.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, accepted.Load())
}

// A name is kept until the proof cannot be accepted any more, and has one length
// whatever the client chose.
func TestAUsedProofIsKeptForAsLongAsItIsGood(t *testing.T) {
	policy := newPolicy()
	once := policy.Store.(*memory)
	d := newDraft(t, newKey(t, jwt.ES256), "")
	d.claims["jti"], d.claims["iat"] = strings.Repeat("x", 5000), now.Unix()+20
	_, err := policy.Verify(newRequest("GET", "/orders", d.sign(t)))
	require.NoError(t, err)
	require.Len(t, once.used, 1)
	for name, until := range once.used {
		assert.Len(t, name, len("dpop ")+43)
		assert.GreaterOrEqual(t, int64(until), now.Unix()+20+60)
		assert.LessOrEqual(t, int64(until), now.Unix()+20+60+15*60)
	}
}

func TestAStoreThatFailsRefusesNobodyAndLetsNobodyThrough(t *testing.T) {
	policy := newPolicy()
	down := errors.New("connection refused")
	for _, err := range []error{down, errors.Join(&jwt.VerifyError{Reason: revoke.ErrReused}, down)} {
		policy.Store = &memory{err: err}
		_, err := policy.Verify(newRequest("GET", "/orders", newDraft(t, newKey(t, jwt.ES256), "").sign(t)))
		require.ErrorIs(t, err, down)
		assert.False(t, errors.As(err, new(*jwt.VerifyError)), "it could not be decided")
	}
}

// A store that began after a proof was made, or that has dropped entries as a
// clock went wrong, cannot tell whether the proof was used.
func TestAProofThatIsOlderThanTheStoreIsRefused(t *testing.T) {
	iat := jwt.NewNumericDate(now)
	for _, row := range []struct {
		answer  store.Answer
		refused bool
	}{
		{store.Answer{Since: iat, Epoch: "e"}, false},
		{store.Answer{Since: iat + 1, Epoch: "e"}, false}, // it began in the same second
		{store.Answer{Since: iat + 2, Epoch: "e"}, true},
		{store.Answer{Since: 1, Dropped: iat + 61}, false},
		{store.Answer{Since: 1, Dropped: iat + 62}, true},
	} {
		policy := newPolicy()
		policy.Store = &memory{answer: row.answer}
		_, err := policy.Verify(newRequest("GET", "/orders", newDraft(t, newKey(t, jwt.ES256), "").sign(t)))
		if row.refused {
			assertRefused(t, err, dpop.ErrProof, "iat")
		} else {
			assert.NoError(t, err)
		}
	}
	policy := newPolicy()
	policy.Store = &memory{}
	_, err := policy.Verify(newRequest("GET", "/orders", newDraft(t, newKey(t, jwt.ES256), "").sign(t)))
	assert.EqualError(t, err, "dpop: asking whether a proof was used before: revoke: the store does not say since when it remembers")
}

func TestWithNoncesAProofMustHaveANewOne(t *testing.T) {
	nonces, err := dpop.NewNonces(time.Minute)
	require.NoError(t, err)
	others, err := dpop.NewNonces(time.Minute)
	require.NoError(t, err)
	at := now
	policy := newPolicy()
	policy.Nonces, policy.Now = nonces, func() time.Time { return at }
	verify := func(nonce any) (*dpop.Proof, error) {
		d := newDraft(t, newKey(t, jwt.ES256), "")
		d.claims["iat"] = at.Unix()
		if nonce != nil {
			d.claims["nonce"] = nonce
		}
		return policy.Verify(newRequest("GET", "/orders", d.sign(t)))
	}
	nonce := policy.NewNonce()

	_, err = verify(nil)
	assertRefused(t, err, dpop.ErrNonce, "")
	assert.ErrorIs(t, err, dpop.ErrProof)
	assert.ErrorContains(t, err, "got nothing")
	_, err = verify((&dpop.Policy{Nonces: others, Now: policy.Now}).NewNonce())
	assertRefused(t, err, dpop.ErrNonce, "")
	_, err = verify(7)
	assertRefused(t, err, dpop.ErrProof, "nonce")

	proof, err := verify(nonce)
	require.NoError(t, err)
	assert.Empty(t, proof.NextNonce)
	at = now.Add(31 * time.Second)
	proof, err = verify(nonce)
	require.NoError(t, err)
	assert.Equal(t, policy.NewNonce(), proof.NextNonce)
	assert.NotEqual(t, nonce, proof.NextNonce)
	_, err = verify(proof.NextNonce)
	require.NoError(t, err)
	at = now.Add(61 * time.Second)
	_, err = verify(nonce)
	assertRefused(t, err, dpop.ErrNonce, "")
	assert.Empty(t, (&dpop.Policy{}).NewNonce())
	assert.Empty(t, (*dpop.Policy)(nil).NewNonce())
}

func TestAnAPIGivesNoncesWithItsAnswers(t *testing.T) {
	nonces, err := dpop.NewNonces(time.Minute)
	require.NoError(t, err)
	at, key := now, newKey(t, jwt.ES256)
	policy := newPolicy()
	policy.Nonces, policy.Now = nonces, func() time.Time { return at }
	const accessToken = "an.access.token"
	verify := func(nonce string) (http.Header, error) {
		d := newDraft(t, key, accessToken)
		d.claims["iat"], d.claims["nonce"] = at.Unix(), nonce
		response := http.Header{}
		return response, policy.VerifyProof(response, newRequest("GET", "/orders", d.sign(t)), bound(t, thumbprint(t, key.Public())), accessToken)
	}
	response, err := verify("")
	var refusal *jwthttp.ProofError
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, "use_dpop_nonce", refusal.Code)
	nonce := response.Get("DPoP-Nonce")
	assert.Equal(t, policy.NewNonce(), nonce)

	response, err = verify(nonce)
	require.NoError(t, err)
	assert.Empty(t, response)
	at = now.Add(31 * time.Second)
	response, err = verify(nonce)
	require.NoError(t, err)
	assert.Equal(t, policy.NewNonce(), response.Get("DPoP-Nonce"))
}

// RFC 6749 section 5.2, RFC 9449 sections 5 and 8.
func TestATokenEndpointAnswersWithTheErrorOfAProof(t *testing.T) {
	nonces, err := dpop.NewNonces(time.Minute)
	require.NoError(t, err)
	policy := newPolicy()
	policy.Nonces = nonces
	for _, row := range []struct {
		err    error
		status int
		body   string
		nonce  string
	}{
		{&jwt.VerifyError{Reason: dpop.ErrNonce}, 400, `{"error":"use_dpop_nonce"}`, policy.NewNonce()},
		{&jwt.VerifyError{Reason: dpop.ErrProof, Detail: "secret"}, 400, `{"error":"invalid_dpop_proof"}`, ""},
		{&jwt.VerifyError{Reason: dpop.ErrReplayed}, 400, `{"error":"invalid_dpop_proof"}`, ""},
		{errors.New("connection refused"), 503, "Service Unavailable\n", ""},
	} {
		w := httptest.NewRecorder()
		policy.Refuse(w, row.err)
		assert.Equal(t, row.status, w.Code)
		assert.Equal(t, row.body, w.Body.String())
		assert.Equal(t, row.nonce, w.Header().Get("DPoP-Nonce"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		if row.status == 400 {
			assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
		}
	}
}

func TestAPolicyTellsItsMethod(t *testing.T) {
	policy := &dpop.Policy{Algorithms: []jwt.Algorithm{jwt.ES256, jwt.EdDSA}}
	assert.Equal(t, jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "DPoP", Parameters: map[string]string{"algs": "ES256 EdDSA"}}, policy.Method())
	assert.Equal(t, "jkt", (*dpop.Policy)(nil).Method().Name)
}

func TestATokenMustBeBoundToAKey(t *testing.T) {
	key := newKey(t, jwt.ES256)
	const accessToken = "an.access.token"
	for name, cnf := range map[string]any{
		"none":                  nil,
		"a certificate":         map[string]any{"x5t#S256": rfcHash},
		"another member":        map[string]any{"kid": "1"},
		"a short thumbprint":    map[string]any{"jkt": "0ZcO"},
		"a number":              map[string]any{"jkt": 1},
		"an empty thumbprint":   map[string]any{"jkt": ""},
		"an empty confirmation": map[string]any{},
		"a string":              "jkt",
		"a list":                []any{map[string]any{"jkt": thumbprint(t, key.Public())}},
	} {
		token, err := jwt.InsecureToken(map[string]any{"sub": "alice", "cnf": cnf})
		require.NoError(t, err)
		err = newPolicy().VerifyProof(http.Header{}, newRequest("GET", "/orders", newDraft(t, key, accessToken).sign(t)), token, accessToken)
		assertRefused(t, err, dpop.ErrBinding, "cnf")
		if _, why := dpop.ConfirmationOf(token); why != nil {
			assert.EqualError(t, err, why.Error(), name)
		}
	}
	r := newRequest("GET", "/orders", newDraft(t, key, "").sign(t))
	err := newPolicy().VerifyProof(http.Header{}, r, bound(t, thumbprint(t, key.Public())), "")
	assert.EqualError(t, err, "dpop: no access token, want the text of the verified one")
	assert.Error(t, newPolicy().VerifyProof(http.Header{}, r, nil, accessToken))
}

func TestAPolicyThatIsIncompleteAcceptsNothing(t *testing.T) {
	key, err := jwt.NewVerifier(jwt.ES256, newKey(t, jwt.ES256).Public(), "")
	require.NoError(t, err)
	for want, edit := range map[string]func(*dpop.Policy){
		"dpop: Policy.BaseURLs is empty, want this server's URL as its clients write it":                func(p *dpop.Policy) { p.BaseURLs = nil },
		"dpop: Policy.BaseURLs: want URLs without query and fragment":                                   func(p *dpop.Policy) { p.BaseURLs[0] += "?q" },
		"dpop: Policy.BaseURLs: want URLs without query and fragment ":                                  func(p *dpop.Policy) { p.BaseURLs[0] += "#f" },
		"dpop: Policy.BaseURLs: want URLs without query and fragment  ":                                 func(p *dpop.Policy) { p.BaseURLs[0] += "/%zz" },
		"dpop: Policy.BaseURLs: not an absolute URL with a host, want URLs such as https://api.example": func(p *dpop.Policy) { p.BaseURLs[0] = "api.example" },
		"dpop: Policy.Store is nil, want what remembers used proofs":                                    func(p *dpop.Policy) { p.Store = nil },
		"dpop: Policy.Window is negative":                                                               func(p *dpop.Policy) { p.Window = -1 },
		`dpop: Policy.Algorithms: got "HS256", want some of ES256 ES384 ES512 EdDSA Ed25519 PS256 PS384 PS512 RS256 RS384 RS512` + mldsaNames: func(p *dpop.Policy) {
			p.Algorithms = []jwt.Algorithm{jwt.ES256, jwt.HS256}
		},
	} {
		policy := newPolicy()
		edit(policy)
		_, err := policy.Verify(newRequest("GET", "/orders", newDraft(t, newKey(t, jwt.ES256), "").sign(t)))
		assert.EqualError(t, err, strings.TrimRight(want, " "))
		assert.Equal(t, err, policy.Validate())
		tokens := &jwt.Policy{Keys: jwt.Keys{key}}
		err = (&jwthttp.Middleware{Tokens: tokens, Proofs: []jwthttp.ProofVerifier{policy}}).Validate()
		assert.EqualError(t, err, "jwthttp: Middleware.Proofs: "+strings.TrimRight(want, " "))
	}
	_, err = (*dpop.Policy)(nil).Verify(newRequest("GET", "/orders"))
	assert.EqualError(t, err, "dpop: Policy is nil")
	assert.NoError(t, newPolicy().Validate())
}
