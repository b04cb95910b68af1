package dpop_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// RFC 9449 section 4.3: each row fails one check and passes all others.
func TestEachCheckOfAProofRefusesAlone(t *testing.T) {
	const accessToken = "an.access.token"
	key, other, rsaKey := newKey(t, jwt.ES256), newKey(t, jwt.ES256), newKey(t, jwt.RS256)
	token := bound(t, thumbprint(t, key.Public()))
	secret, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "")
	require.NoError(t, err)
	rs256, err := jwt.NewSigner(jwt.RS256, rsaKey, "")
	require.NoError(t, err)
	otherSigner, err := jwt.NewSigner(jwt.ES256, other, "")
	require.NoError(t, err)
	type edit = func(*draft)
	header := func(name string, value any) edit { return func(d *draft) { d.header[name] = value } }
	claim := func(name string, value any) edit { return func(d *draft) { d.claims[name] = value } }
	for _, row := range []struct {
		name   string
		edit   edit
		reason error
		claim  string
	}{
		{"3: no jti", func(d *draft) { delete(d.claims, "jti") }, dpop.ErrProof, "jti"},
		{"3: an empty jti", claim("jti", ""), dpop.ErrProof, "jti"},
		{"3: a jti that is no string", claim("jti", 1), dpop.ErrProof, "jti"},
		{"3: no htm", func(d *draft) { delete(d.claims, "htm") }, dpop.ErrProof, "htm"},
		{"3: no htu", func(d *draft) { delete(d.claims, "htu") }, dpop.ErrProof, "htu"},
		{"3: no iat", func(d *draft) { delete(d.claims, "iat") }, dpop.ErrProof, "iat"},
		{"3: an iat that is a string", claim("iat", "1800000000"), dpop.ErrProof, "iat"},
		{"4: no typ", func(d *draft) { delete(d.header, "typ") }, dpop.ErrProof, "typ"},
		{"4: typ JWT", header("typ", "JWT"), dpop.ErrProof, "typ"},
		{"4: typ at+jwt", header("typ", "at+jwt"), dpop.ErrProof, "typ"},
		{"5: alg none", header("alg", "none"), dpop.ErrProof, "alg"},
		{"5: no alg", func(d *draft) { delete(d.header, "alg") }, dpop.ErrProof, "alg"},
		{"5: a symmetric alg", func(d *draft) { d.header["alg"], d.key = "HS256", secret }, dpop.ErrProof, "alg"},
		{"5: an alg of a symmetric key", func(d *draft) {
			d.header["alg"], d.header["jwk"], d.key = "HS256", map[string]any{"kty": "oct", "k": strings.Repeat("A", 43)}, secret
		}, dpop.ErrProof, "alg"},
		{"5: an alg of another key", func(d *draft) { d.header["alg"], d.key = "RS256", rs256 }, dpop.ErrProof, "jwk"},
		{"5: an alg that nobody has heard of", header("alg", "ES256K"), dpop.ErrProof, "alg"},
		{"6: signed by another key", func(d *draft) { d.key = otherSigner }, dpop.ErrProof, ""},
		{"6: no jwk", func(d *draft) { delete(d.header, "jwk") }, dpop.ErrProof, "jwk"},
		{"6: a jwk that is a string", header("jwk", "key"), dpop.ErrProof, "jwk"},
		{"6: a jwk that is no key", header("jwk", map[string]any{"kty": "EC"}), dpop.ErrProof, "jwk"},
		{"6: a set of keys", header("jwk", map[string]any{"keys": []any{members(t, key.Public(), false)}}), dpop.ErrProof, "jwk"},
		{"6: a symmetric jwk", header("jwk", map[string]any{"kty": "oct", "k": strings.Repeat("A", 43)}), dpop.ErrProof, "jwk"},
		{"6: a jwk for encryption", func(d *draft) { d.header["jwk"].(map[string]any)["use"] = "enc" }, dpop.ErrProof, "jwk"},
		{"7: a private jwk", header("jwk", members(t, key, true)), dpop.ErrProof, "jwk"},
		{"8: another method", claim("htm", "POST"), dpop.ErrProof, "htm"},
		{"8: a method in small letters", claim("htm", "get"), dpop.ErrProof, "htm"},
		{"9: another path", claim("htu", "https://api.example/invoices"), dpop.ErrProof, "htu"},
		{"9: a longer path", claim("htu", "https://api.example/orders/"), dpop.ErrProof, "htu"},
		{"9: another host", claim("htu", "https://evil.example/orders"), dpop.ErrProof, "htu"},
		{"9: another scheme", claim("htu", "http://api.example/orders"), dpop.ErrProof, "htu"},
		{"9: another port", claim("htu", "https://api.example:8443/orders"), dpop.ErrProof, "htu"},
		{"9: user information", claim("htu", "https://alice@api.example/orders"), dpop.ErrProof, "htu"},
		{"9: no origin", claim("htu", "/orders"), dpop.ErrProof, "htu"},
		{"9: no URL", claim("htu", "https://api.example/%zz"), dpop.ErrProof, "htu"},
		{"9: a htu that is a list", claim("htu", []string{"https://api.example/orders"}), dpop.ErrProof, "htu"},
		{"11: too old", claim("iat", now.Unix()-61), dpop.ErrProof, "iat"},
		{"11: too new", claim("iat", now.Unix()+61), dpop.ErrProof, "iat"},
		{"11: at the end of time", claim("iat", int64(1<<63-1)), dpop.ErrProof, "iat"},
		{"11: long ago", claim("iat", 0), dpop.ErrProof, "iat"},
		{"11: not valid yet", claim("nbf", now.Unix()+100), dpop.ErrProof, "nbf"},
		{"11: expired", claim("exp", now.Unix()-100), dpop.ErrProof, "exp"},
		{"12: no ath", func(d *draft) { delete(d.claims, "ath") }, dpop.ErrProof, "ath"},
		{"12: the hash of another token", claim("ath", hash("another.access.token")), dpop.ErrProof, "ath"},
		{"12: the token itself", claim("ath", accessToken), dpop.ErrProof, "ath"},
		{"12: another key than the token's", func(d *draft) {
			d.header["jwk"], d.key = members(t, other.Public(), false), otherSigner
		}, dpop.ErrBinding, "cnf"},
		{"crit", header("crit", []string{"exp"}), dpop.ErrProof, "crit"},
		{"b64", header("b64", false), dpop.ErrProof, "b64"},
	} {
		t.Run(row.name, func(t *testing.T) {
			policy := newPolicy()
			d := newDraft(t, key, accessToken)
			row.edit(d)
			err := policy.VerifyProof(http.Header{}, newRequest("GET", "/orders", d.sign(t)), token, accessToken)
			assertRefused(t, err, row.reason, row.claim)
			var refusal *jwthttp.ProofError
			if assert.Equal(t, row.reason == dpop.ErrProof, errors.As(err, &refusal)) && refusal != nil {
				assert.Equal(t, "invalid_dpop_proof", refusal.Code)
			}
			assert.Empty(t, policy.Store.(*memory).used, "a refused proof is not recorded")
			if strings.HasPrefix(row.name, "12") {
				_, err = policy.Verify(newRequest("GET", "/orders", d.sign(t)))
				assert.NoError(t, err, "good without an access token")
			}
		})
	}
	d := newDraft(t, key, accessToken)
	d.header["a"], d.header["z"] = "before the key", "behind it"
	_, err = newPolicy().Verify(newRequest("GET", "/orders", d.sign(t)))
	assert.NoError(t, err, "with other members in the header")
	d = newDraft(t, key, accessToken)
	response := http.Header{}
	assert.NoError(t, newPolicy().VerifyProof(response, newRequest("GET", "/orders", d.sign(t)), token, accessToken), "with no check that fails")
	assert.Empty(t, response)
}

func TestARefusalSaysWhatIsWrong(t *testing.T) {
	key, other := newKey(t, jwt.ES256), newKey(t, jwt.ES256)
	for want, edit := range map[string]func(*draft){
		"dpop: proof not acceptable: signature not valid":                                                 func(d *draft) { d.header["jwk"] = members(t, other.Public(), false) },
		`dpop: proof not acceptable: htu: got not an absolute URL with a host, want the request's URL`:    func(d *draft) { d.claims["htu"] = "/orders" },
		`dpop: proof not acceptable: htu: got "https://api.example/x", want "https://api.example/orders"`: func(d *draft) { d.claims["htu"] = "https://api.example/x" },
		`dpop: proof not acceptable: htm: got "PUT", want "GET"`:                                          func(d *draft) { d.claims["htm"] = "PUT" },
		"dpop: proof not acceptable: iat: got 1799999000, want a date within 1m0s of now, 1800000000":     func(d *draft) { d.claims["iat"] = now.Unix() - 1000 },
		`dpop: proof not acceptable: jwk: got a private or symmetric key, want a public one`:              func(d *draft) { d.header["jwk"] = members(t, key, true) },
		"dpop: proof not acceptable: jwk: got nothing, want the public key":                               func(d *draft) { delete(d.header, "jwk") },
		"dpop: proof not acceptable: jwk: jwk: kty is absent":                                             func(d *draft) { d.header["jwk"] = map[string]any{} },
		`dpop: proof not acceptable: typ: claim not acceptable: got "JWT", want "dpop+jwt"`:               func(d *draft) { d.header["typ"] = "JWT" },
	} {
		d := newDraft(t, key, "")
		edit(d)
		_, err := newPolicy().Verify(newRequest("GET", "/orders", d.sign(t)))
		assert.ErrorContains(t, err, want)
	}
}

func TestARefusalTellsAnAbsentHashFromAnother(t *testing.T) {
	key := newKey(t, jwt.ES256)
	token := bound(t, thumbprint(t, key.Public()))
	for ath, want := range map[string]string{
		"": "ath: got nothing, want the hash of the access token", hash("another"): "ath: got the hash of another access token",
	} {
		d := newDraft(t, key, "an.access.token")
		d.claims["ath"] = ath
		err := newPolicy().VerifyProof(http.Header{}, newRequest("GET", "/orders", d.sign(t)), token, "an.access.token")
		assert.ErrorContains(t, err, want)
	}
}

func TestTheWindowIsTheSameEitherWay(t *testing.T) {
	for _, row := range []struct {
		window time.Duration
		iat    int64
		ok     bool
	}{
		{0, -60, true}, {0, -61, false}, {0, 60, true}, {0, 61, false},
		{10 * time.Second, -10, true}, {10 * time.Second, -11, false}, {10 * time.Second, 10, true}, {10 * time.Second, 11, false},
	} {
		policy := newPolicy()
		policy.Window = row.window
		d := newDraft(t, newKey(t, jwt.ES256), "")
		d.claims["iat"] = now.Unix() + row.iat
		_, err := policy.Verify(newRequest("GET", "/orders", d.sign(t)))
		if row.ok {
			assert.NoError(t, err, "%+v", row)
		} else {
			assertRefused(t, err, dpop.ErrProof, "iat")
		}
	}
}

func TestAProofIsForTheURLAsClientsWriteIt(t *testing.T) {
	for _, row := range []struct {
		name, base, target, htu string
		ok                      bool
	}{
		{"a query", "https://api.example", "/orders?page=2", "https://api.example/orders", true},
		{"a query in both", "https://api.example", "/orders?page=2", "https://api.example/orders?page=3#f", true},
		{"the root", "https://api.example", "/", "https://api.example", true},
		{"a base with a slash", "https://api.example/", "/orders", "https://api.example/orders", true},
		{"a port that is the usual one", "https://api.example", "/orders", "https://API.example:443/orders", true},
		{"a prefix that a proxy removes", "https://api.example/v1", "/orders", "https://api.example/v1/orders", true},
		{"a target that climbs out of that prefix", "https://api.example/v1", "/../orders", "https://api.example/orders", false},
		{"that, with escapes", "https://api.example/v1", "/a/%2e%2E/../orders", "https://api.example/orders", false},
		{"dots within that prefix", "https://api.example/v1", "/a/../orders", "https://api.example/v1/orders", true},
		{"without that prefix", "https://api.example/v1", "/orders", "https://api.example/orders", false},
		{"escapes", "https://api.example", "/caf%c3%a9/%7Ealice", "https://api.example/caf%C3%A9/~alice", true},
		{"an escaped slash", "https://api.example", "/a%2Fb", "https://api.example/a/b", false},
		{"two slashes", "https://api.example", "//orders", "https://api.example//orders", true},
		{"a target that looks like a host", "https://api.example", "//evil.example/orders", "https://evil.example/orders", false},
		{"a target that continues the host", "https://api.example", "/.evil.example/", "https://api.example.evil.example/", false},
		{"an absolute target", "https://api.example", "http://10.0.0.1/orders", "https://api.example/orders", true},
		{"the URL that a Host header names", "https://api.example", "http://evil.example/orders", "http://evil.example/orders", false},
		{"an absolute target without a path", "https://api.example", "http://10.0.0.1", "https://api.example/", true},
		{"no target", "https://api.example", "*", "https://api.example*", false},
	} {
		policy := newPolicy()
		policy.BaseURLs = []string{"https://other.example", row.base}
		d := newDraft(t, newKey(t, jwt.ES256), "")
		d.claims["htm"], d.claims["htu"] = "OPTIONS", row.htu
		_, err := policy.Verify(newRequest("OPTIONS", row.target, d.sign(t)))
		if row.ok {
			assert.NoError(t, err, row.name)
		} else {
			assertRefused(t, err, dpop.ErrProof, "htu")
		}
	}
}

// Handlers such as http.StripPrefix change the URL of a request, but not what the
// client asked for.
func TestAHandlerInFrontThatRewritesTheURLDoesNotMatter(t *testing.T) {
	policy := newPolicy()
	r := newRequest("GET", "/orders", newDraft(t, newKey(t, jwt.ES256), "").sign(t))
	r.URL = &url.URL{Path: "/stripped"}
	_, err := policy.Verify(r)
	assert.NoError(t, err)
}

func TestARequestMadeByHandHasItsURLOnly(t *testing.T) {
	key := newKey(t, jwt.ES256)
	r, err := http.NewRequest("", "http://10.0.0.1/orders", nil)
	require.NoError(t, err)
	r.Method = "" // as in http.Request: GET
	r.Header.Set("DPoP", newDraft(t, key, "").sign(t))
	_, err = newPolicy().Verify(r)
	assert.NoError(t, err)
	for name, edit := range map[string]func(*http.Request){
		"no URL":     func(r *http.Request) { r.URL = nil },
		"no path":    func(r *http.Request) { r.URL = &url.URL{} },
		"no slash":   func(r *http.Request) { r.URL = &url.URL{Scheme: "https", Host: "api.example", Path: "orders"} },
		"an odd URI": func(r *http.Request) { r.RequestURI = "orders" },
	} {
		changed := r.Clone(t.Context())
		edit(changed)
		_, err := newPolicy().Verify(changed)
		assertRefused(t, err, dpop.ErrProof, "htu")
		assert.ErrorContains(t, err, "no path", name)
	}
}
