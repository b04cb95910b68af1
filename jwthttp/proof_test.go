package jwthttp_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// fakeProofs decide by the header Proof of a request, and count.
type fakeProofs struct {
	method jwthttp.ConfirmationMethod
	calls  int
	text   string // of the last token
}

func (f *fakeProofs) Method() jwthttp.ConfirmationMethod { return f.method }

func (f *fakeProofs) VerifyProof(response http.Header, r *http.Request, token *jwt.Token, text string) error {
	f.calls++
	f.text = text
	response.Set("Nonce", "next")
	switch r.Header.Get("Proof") {
	case "good":
		return nil
	case "stale":
		return &jwthttp.ProofError{Code: "use_dpop_nonce", Err: errors.New("an old nonce")}
	case "of another key":
		return &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "cnf"}
	case "down":
		return unavailable{time.Second}
	}
	return &jwthttp.ProofError{}
}

type bound struct {
	jwt.Claims
	Confirmation any `json:"cnf"`
}

func dpopLike() *fakeProofs {
	return &fakeProofs{method: jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "DPoP", Parameters: map[string]string{"b": "c d", "algs": "ES256 EdDSA"}}}
}

func tlsLike() *fakeProofs {
	return &fakeProofs{method: jwthttp.ConfirmationMethod{Name: "x5t#S256"}}
}

func TestBoundTokensNeedTheirProof(t *testing.T) {
	key, policy := newHMAC(t)
	token := func(cnf any) string {
		return sign(t, key, bound{jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}, cnf})
	}
	unbound := sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()})
	jkt, tls := token(map[string]string{"jkt": "a"}), token(map[string]string{"x5t#S256": "a"})
	both := token(map[string]string{"jkt": "a", "x5t#S256": "a"})
	unknown := token(map[string]any{"jwk": map[string]string{"kty": "oct"}})
	jktAndUnknown := token(map[string]string{"jkt": "a", "new": "b"})
	expired := sign(t, key, bound{jwt.Claims{ExpiresAt: 1}, map[string]string{"jkt": "a"}})

	plain := &jwthttp.Middleware{Tokens: policy}
	lax := &jwthttp.Middleware{Tokens: policy, AllowUnproven: true}
	dpop := &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{dpopLike()}}
	mtls := &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{tlsLike()}}
	two := &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{dpopLike(), tlsLike()}}
	laxDPoP := &jwthttp.Middleware{Tokens: policy, AllowUnproven: true, Proofs: dpop.Proofs}
	onlyDPoP := &jwthttp.Middleware{Tokens: policy, RequireProof: true, Proofs: dpop.Proofs}
	onlyProven := &jwthttp.Middleware{Tokens: policy, RequireProof: true, Proofs: two.Proofs}
	other := &fakeProofs{method: jwthttp.ConfirmationMethod{Name: "other", Scheme: "Other"}}
	onlySchemes := &jwthttp.Middleware{Tokens: policy, RequireProof: true, Proofs: []jwthttp.ProofVerifier{dpopLike(), other}}
	cookie := &jwthttp.Middleware{Tokens: policy, Proofs: dpop.Proofs, Extract: jwthttp.CookieToken("t")}

	const bearer = `Bearer realm="api"`
	const badBearer = `Bearer error="invalid_token"`
	const dpopOnly = `DPoP algs="ES256 EdDSA", b="c d"`
	badDPoP := func(code string) string { return `DPoP error="` + code + `", algs="ES256 EdDSA", b="c d"` }
	for _, test := range []struct {
		name                 string
		middleware           *jwthttp.Middleware
		authorization, proof string
		status               int
		challenges           []string
	}{
		{"a bound token without a proof that is known", plain, "Bearer " + jkt, "", 401, []string{badBearer}},
		{"a token bound by a certificate", plain, "Bearer " + tls, "", 401, []string{badBearer}},
		{"cnf is null", plain, "Bearer " + token(nil), "", 401, []string{badBearer}},
		{"cnf is a string", plain, "Bearer " + token("jkt"), "", 401, []string{badBearer}},
		{"cnf is empty", plain, "Bearer " + token(map[string]string{}), "", 401, []string{badBearer}},
		{"allowed", lax, "Bearer " + jkt, "", 200, nil},
		{"allowed, but cnf names no key", lax, "Bearer " + token(map[string]string{}), "", 401, []string{badBearer}},

		{"a proof", dpop, "DPoP " + jkt, "good", 200, nil},
		{"the scheme in another case", dpop, "dpop " + jkt, "good", 200, nil},
		{"no proof", dpop, "DPoP " + jkt, "", 401, []string{bearer, badDPoP("invalid_token")}},
		{"an old nonce", dpop, "DPoP " + jkt, "stale", 401, []string{bearer, badDPoP("use_dpop_nonce")}},
		{"the proof of another key", dpop, "DPoP " + jkt, "of another key", 401, []string{bearer, badDPoP("invalid_token")}},
		{"a proof that could not be checked", dpop, "DPoP " + jkt, "down", 503, nil},
		{"a proof as a bearer token", dpop, "Bearer " + jkt, "good", 401, []string{badBearer, dpopOnly}},
		{"that, though unproven tokens are allowed", laxDPoP, "Bearer " + jkt, "good", 401, []string{badBearer, dpopOnly}},
		{"bound by a key that no proof is for, allowed", laxDPoP, "Bearer " + unknown, "", 200, nil},
		{"an unbound token in the scheme of bound ones", dpop, "DPoP " + unbound, "good", 401, []string{bearer, badDPoP("invalid_token")}},
		{"an unbound bearer token", dpop, "Bearer " + unbound, "", 200, nil},
		{"an expired token", dpop, "DPoP " + expired, "good", 401, []string{bearer, badDPoP("invalid_token")}},
		{"no token", dpop, "", "", 401, []string{bearer, dpopOnly}},
		{"a malformed header", dpop, "DPoP", "", 400, []string{bearer, badDPoP("invalid_request")}},
		{"two tokens", dpop, "DPoP a b", "", 400, []string{bearer, badDPoP("invalid_request")}},
		{"bound by two keys, one of them not known", dpop, "DPoP " + jktAndUnknown, "good", 401, []string{bearer, badDPoP("invalid_token")}},
		{"a token of a cookie", cookie, "", "good", 401, []string{badBearer, dpopOnly}},

		{"a certificate", mtls, "Bearer " + tls, "good", 200, nil},
		{"no certificate", mtls, "Bearer " + tls, "", 401, []string{badBearer}},
		{"in a scheme that is not accepted", mtls, "DPoP " + tls, "good", 401, []string{bearer}},
		{"a certificate, in the scheme of another proof", two, "DPoP " + tls, "good", 401, []string{bearer, badDPoP("invalid_token")}},
		{"bound by two keys", two, "DPoP " + both, "good", 200, nil},
		{"bound by two keys, in no scheme of theirs", two, "Bearer " + both, "good", 401, []string{badBearer, dpopOnly}},

		{"an unbound token where a proof is required", onlyDPoP, "Bearer " + unbound, "", 401, []string{badDPoP("invalid_token")}},
		{"no token where a proof is required", onlyDPoP, "", "", 401, []string{dpopOnly}},
		{"an expired token in the second scheme of those required", onlySchemes, "Other " + expired, "good", 401, []string{dpopOnly, `Other error="invalid_token"`}},
		{"a bearer token where one of two schemes is required", onlySchemes, "Bearer " + unbound, "good", 401, []string{badDPoP("invalid_token"), `Other realm="api"`}},
		{"a proof where one is required", onlyDPoP, "DPoP " + jkt, "good", 200, nil},
		{"an unbound token where any proof is required", onlyProven, "Bearer " + unbound, "good", 401, []string{badBearer, dpopOnly}},
		{"a certificate where any proof is required", onlyProven, "Bearer " + tls, "good", 200, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			if test.authorization != "" {
				r.Header.Set("Authorization", test.authorization)
			}
			if test.middleware == cookie {
				r.AddCookie(&http.Cookie{Name: "t", Value: jkt})
			}
			r.Header.Set("Proof", test.proof)
			reached := false
			w := httptest.NewRecorder()
			test.middleware.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				reached = true
				token, _ := jwthttp.TokenFrom(r.Context())
				assert.Equal(t, "alice", token.Claims.Subject)
			})).ServeHTTP(w, r)
			assert.Equal(t, test.status, w.Code)
			assert.Equal(t, test.status == 200, reached)
			assert.Equal(t, test.challenges, w.Header()["Www-Authenticate"])
		})
	}
}

func TestProofsSeeTheTokenAndSetHeaders(t *testing.T) {
	key, policy := newHMAC(t)
	text := sign(t, key, bound{jwt.Claims{ExpiresAt: inAnHour()}, map[string]string{"jkt": "a"}})
	proofs := dpopLike()
	protect := &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{proofs}}
	inner := protect.Handler(protect.RequireScope()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	for proof, status := range map[string]int{"good": 200, "stale": 401, "down": 503} {
		proofs.calls = 0
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "DPoP "+text)
		r.Header.Set("Proof", proof)
		w := httptest.NewRecorder()
		inner.ServeHTTP(w, r)
		assert.Equal(t, status, w.Code)
		assert.Equal(t, "next", w.Header().Get("Nonce"), proof)
		assert.Equal(t, 1, proofs.calls, "a proof is good for one check")
		assert.Equal(t, text, proofs.text)
		_, refusal := protect.Authorize(nil, r, nil)
		assert.Equal(t, status == 200, refusal == nil, "with no header to add to")
		_, err := protect.Authenticate(r)
		assert.Equal(t, status == 200, err == nil)
	}
}

func TestProofErrorsSayWhy(t *testing.T) {
	cause := errors.New("no such key")
	for _, e := range []*jwthttp.ProofError{nil, {}} {
		assert.EqualError(t, e, "jwthttp: proof of possession refused")
		assert.NoError(t, e.Unwrap())
	}
	assert.EqualError(t, &jwthttp.ProofError{Err: cause}, "jwthttp: proof of possession refused: no such key")
	assert.ErrorIs(t, &jwthttp.ProofError{Err: cause}, cause)
}

func TestProofsThatCannotBeUsedAreAMistake(t *testing.T) {
	_, policy := newHMAC(t)
	method := func(m jwthttp.ConfirmationMethod) []jwthttp.ProofVerifier {
		return []jwthttp.ProofVerifier{tlsLike(), &fakeProofs{method: m}}
	}
	for name, protect := range map[string]*jwthttp.Middleware{
		"none where one is required": {RequireProof: true},
		"none, beside good metadata": {RequireProof: true, Metadata: &jwthttp.ResourceMetadata{Resource: "https://api.example"}},
		"nil":                        {Proofs: []jwthttp.ProofVerifier{nil}},
		"no name":                    {Proofs: method(jwthttp.ConfirmationMethod{Scheme: "DPoP"})},
		"the scheme of others":       {Proofs: method(jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "bearer"})},
		"a scheme with a space":      {Proofs: method(jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "D PoP"})},
		"a parameter's name":         {Proofs: method(jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "DPoP", Parameters: map[string]string{"a b": "c"}})},
		"a parameter without a name": {Proofs: method(jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "DPoP", Parameters: map[string]string{"": "c"}})},
		"a parameter's value":        {Proofs: method(jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "DPoP", Parameters: map[string]string{"a": "c\nd"}})},
		"a parameter of others":      {Proofs: method(jwthttp.ConfirmationMethod{Name: "jkt", Scheme: "DPoP", Parameters: map[string]string{"Error": "c"}})},
	} {
		protect.Tokens = policy
		assert.Error(t, protect.Validate(), name)
		for _, authorization := range []string{"", "Bearer x", "DPoP x"} {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Authorization", authorization)
			w := httptest.NewRecorder()
			protect.Handler(http.NotFoundHandler()).ServeHTTP(w, r)
			assert.Equal(t, 503, w.Code, name)
			_, refusal := protect.Authorize(http.Header{}, r, nil)
			require.NotNil(t, refusal, name)
		}
	}
	good := &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{tlsLike(), dpopLike()}}
	assert.NoError(t, good.Validate())
}

// validated says itself what is wrong with it.
type validated struct {
	jwthttp.ProofVerifier
	err error
}

func (v validated) Validate() error { return v.err }

func TestProofVerifiersSayWhatIsWrongWithThem(t *testing.T) {
	_, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{tlsLike(), validated{dpopLike(), nil}}}
	assert.NoError(t, protect.Validate())
	wrong := errors.New("no store")
	protect.Proofs = append(protect.Proofs, validated{dpopLike(), wrong})
	err := protect.Validate()
	assert.ErrorIs(t, err, wrong)
	assert.EqualError(t, err, "jwthttp: Middleware.Proofs: no store")
}
