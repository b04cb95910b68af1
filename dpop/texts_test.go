package dpop_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
)

func TestErrorsSayWhatWasGotAndWanted(t *testing.T) {
	key, down := newKey(t, jwt.ES256), errors.New("down")
	own, other := thumbprint(t, key.Public()), thumbprint(t, newKey(t, jwt.ES256).Public())
	const orders = "https://api.example/orders"
	request := func(change func(p *dpop.Policy), r *http.Request) error {
		p := newPolicy()
		if change != nil {
			change(p)
		}
		return errortest.Of(p.Verify(r))
	}
	policy := func(change func(p *dpop.Policy)) error { return request(change, newRequest("GET", orders, "a.b.c")) }
	proof := func(change func(d *draft)) error {
		d := newDraft(t, key, "")
		change(d)
		return request(nil, newRequest("GET", orders, d.sign(t)))
	}
	stored := func(change func(m *memory)) error {
		m := newMemory()
		change(m)
		return request(func(p *dpop.Policy) { p.Store = m }, newRequest("GET", orders, newDraft(t, key, "").sign(t)))
	}
	again := newMemory()
	used := newDraft(t, key, "").sign(t)
	require.NoError(t, request(func(p *dpop.Policy) { p.Store = again }, newRequest("GET", orders, used)))
	confirmation := func(cnf any) error {
		token, err := jwt.InsecureToken(map[string]any{"cnf": cnf})
		require.NoError(t, err)
		return errortest.Of(dpop.ConfirmationOf(token))
	}
	certificates := func(c *dpop.Certificates, cnf any, shown ...*x509.Certificate) error {
		token, err := jwt.InsecureToken(map[string]any{"cnf": cnf})
		require.NoError(t, err)
		r := newRequest("GET", orders)
		r.TLS = &tls.ConnectionState{PeerCertificates: shown}
		return c.VerifyProof(nil, r, token, "")
	}
	nonces, err := dpop.NewNonces(time.Minute)
	require.NoError(t, err)
	prover, err := dpop.NewProver(jwt.ES256, key)
	require.NoError(t, err)
	makes := func(p *dpop.Prover, r dpop.Request) error { return errortest.Of(p.Proof(context.Background(), r)) }
	x5t := map[string]string{"x5t#S256": other}
	withCertificate, err := jwt.InsecureToken(map[string]any{"cnf": x5t})
	require.NoError(t, err)
	noPath := newRequest("GET", orders, used)
	noPath.RequestURI = "*"
	withNonce := newDraft(t, key, "")
	withNonce.claims["nonce"] = "a"
	errortest.Texts(t, []errortest.Row{
		{request(nil, newRequest("GET", orders)), `dpop: proof not acceptable: got no DPoP header, want one`},
		{request(nil, newRequest("GET", orders, "a", "b")), `dpop: proof not acceptable: got several DPoP headers, want one`},
		{request(nil, newRequest("GET", orders, strings.Repeat("a", 20000))), `dpop: proof not acceptable: got 20000 bytes, want at most 16384`},
		{request(nil, newRequest("GET", orders, "!")), `dpop: proof not acceptable: want one JSON Web Token`},
		{request(nil, noPath), `dpop: proof not acceptable: htu: the request is for no path`},
		{request(nil, newRequest("POST", orders, used)), `dpop: proof not acceptable: htm: got "GET", want "POST"`},
		{request(nil, newRequest("GET", orders+"/1", used)), `dpop: proof not acceptable: htu: got "https://api.example/orders", want "https://api.example/orders/1"`},
		{request(func(p *dpop.Policy) { p.Store = again }, newRequest("GET", orders, used)), `dpop: proof not acceptable: used before: jti: want a new proof for every request`},
		{request(func(p *dpop.Policy) { p.Nonces = nonces }, newRequest("GET", orders, used)), `dpop: proof not acceptable: nonce: got nothing, want one of this server`},
		{request(func(p *dpop.Policy) { p.Nonces = nonces }, newRequest("GET", orders, withNonce.sign(t))), `dpop: proof not acceptable: nonce: got one that has passed, or that is not of this server`},
		{policy(func(p *dpop.Policy) { p.BaseURLs = nil }), `dpop: Policy.BaseURLs is empty, want this server's URL as its clients write it`},
		{policy(func(p *dpop.Policy) { p.BaseURLs = []string{"https://api.example?a"} }), `dpop: Policy.BaseURLs: want URLs without query and fragment`},
		{policy(func(p *dpop.Policy) { p.BaseURLs = []string{"api.example"} }), `dpop: Policy.BaseURLs: not an absolute URL with a host, want URLs such as https://api.example`},
		{policy(func(p *dpop.Policy) { p.BaseURLs = []string{"ftp://api.example"} }), `dpop: Policy.BaseURLs: a URL that is neither http nor https, want URLs such as https://api.example`},
		{policy(func(p *dpop.Policy) { p.BaseURLs = []string{"https://a:b@api.example"} }), `dpop: Policy.BaseURLs: a URL with user information, want URLs such as https://api.example`},
		{policy(func(p *dpop.Policy) { p.Store = nil }), `dpop: Policy.Store is nil, want what remembers used proofs`},
		{policy(func(p *dpop.Policy) { p.Window = -1 }), `dpop: Policy.Window is negative`},
		{errortest.Of((*dpop.Policy)(nil).Verify(newRequest("GET", orders))), `dpop: Policy is nil`},
		{request(func(p *dpop.Policy) { p.Algorithms = []jwt.Algorithm{"ES384", "PS256"} }, newRequest("GET", orders, used)), `dpop: proof not acceptable: alg: got "ES256", want one of ES384 PS256`},
		{proof(func(d *draft) { d.header["typ"] = "JWT" }), `dpop: proof not acceptable: typ: claim not acceptable: got "JWT", want "dpop+jwt"`},
		{proof(func(d *draft) { d.header["alg"] = 1 }), `dpop: proof not acceptable: alg: got a number, want a string`},
		{proof(func(d *draft) { delete(d.header, "jwk") }), `dpop: proof not acceptable: jwk: got nothing, want the public key`},
		{proof(func(d *draft) { d.header["jwk"] = 1 }), `dpop: proof not acceptable: jwk: jwk: not a JWK: not a JSON object`},
		{proof(func(d *draft) { d.header["jwk"] = members(t, key, true) }), `dpop: proof not acceptable: jwk: got a private or symmetric key, want a public one`},
		{proof(func(d *draft) { d.header["alg"] = "ES384" }), `dpop: proof not acceptable: jwk: jwk: ES384 key: got the curve P-256, want P-384`},
		{proof(func(d *draft) { d.header["jwk"] = members(t, newKey(t, jwt.ES256).Public(), false) }), `dpop: proof not acceptable: signature not valid`},
		{proof(func(d *draft) { delete(d.claims, "jti") }), `dpop: proof not acceptable: jti: is absent or empty`},
		{proof(func(d *draft) { d.claims["htm"] = 1 }), `dpop: proof not acceptable: htm: claim not acceptable: got a number, want a string`},
		{proof(func(d *draft) { d.claims["htu"] = "\x7f" }), `dpop: proof not acceptable: htu: got not a URL, want the request's URL`},
		{proof(func(d *draft) { d.claims["iat"] = 1 }), `dpop: proof not acceptable: iat: got 1, want a date within 1m0s of now, 1800000000`},
		{stored(func(m *memory) { m.err = down }), `dpop: asking whether a proof was used before: revoke: asking the store: down`},
		{stored(func(m *memory) { m.answer.Since = jwt.NewNumericDate(now) + 1 }), `dpop: asking whether a proof was used before: revoke: the store does not say since when it remembers`},
		{confirmation(1), `dpop: token not bound to what the client has: cnf: not a JSON object`},
		{confirmation(map[string]any{}), `dpop: token not bound to what the client has: cnf: got neither jkt nor x5t#S256, and no other member can be checked`},
		{confirmation(map[string]any{"jkt": 1}), `dpop: token not bound to what the client has: cnf: jkt is not a SHA-256 thumbprint`},
		{confirmation(map[string]string{"x5t#S256": "short"}), `dpop: token not bound to what the client has: cnf: x5t#S256 is not a SHA-256 thumbprint`},
		{certificates(nil, map[string]string{"jkt": own}), `dpop: token not bound to what the client has: cnf: got no x5t#S256, want the thumbprint of a certificate`},
		{certificates(nil, x5t), `dpop: token not bound to what the client has: cnf: the client has shown no certificate, want the one that x5t#S256 names`},
		{certificates(nil, x5t, parseCertificate(t)), `dpop: token not bound to what the client has: cnf: the client has shown another certificate than the one that x5t#S256 names`},
		{certificates(&dpop.Certificates{Of: func(*http.Request) (*x509.Certificate, error) { return nil, down }}, x5t), `dpop: the client's certificate: down`},
		{newPolicy().VerifyProof(nil, newRequest("GET", orders), withCertificate, "text"), `dpop: token not bound to what the client has: cnf: got no jkt, want the thumbprint of a key`},
		{newPolicy().VerifyProof(nil, newRequest("GET", orders), bound(t, own), ""), `dpop: no access token, want the text of the verified one`},
		{newPolicy().VerifyProof(nil, newRequest("GET", orders, newDraft(t, key, "text").sign(t)), bound(t, other), "text"), `dpop: token not bound to what the client has: cnf: the proof is made with another key than the one that jkt names`},
		{newPolicy().VerifyProof(nil, newRequest("GET", orders, used), bound(t, own), "text"), `jwthttp: proof of possession refused: dpop: proof not acceptable: ath: got nothing, want the hash of the access token`},
		{newPolicy().VerifyProof(nil, newRequest("GET", orders, newDraft(t, key, "other").sign(t)), bound(t, own), "text"), `jwthttp: proof of possession refused: dpop: proof not acceptable: ath: got the hash of another access token`},
		{errortest.Of(dpop.NewNonces(time.Millisecond)), `dpop: nonces: got a lifetime of 1ms, want a second or more, such as 5*time.Minute`},
		{errortest.Of(dpop.NewNonces(time.Minute, []byte("short"))), `dpop: nonces: got a secret of 5 bytes, want at least 32`},
		{errortest.Of(dpop.NewProver(jwt.RS256, key)), `dpop: jwt: RS256 key: got *ecdsa.PublicKey, want *rsa.PublicKey, in the public part of *ecdsa.PrivateKey`},
		{makes(nil, dpop.Request{}), `dpop: the Prover is nil or zero, want one from NewProver`},
		{makes(prover, dpop.Request{URL: orders}), `dpop: Request.Method is empty`},
		{makes(prover, dpop.Request{Method: "GET", URL: "/"}), `dpop: Request.URL: not an absolute URL with a host`},
		{makes(prover, dpop.Request{Method: "GET", URL: orders, Nonce: "\xff"}), `dpop: jwt: claims: nonce: got a text that is not valid UTF-8`},
		{dpop.ErrReplayed, `dpop: proof not acceptable: used before`},
		{dpop.ErrBinding, `dpop: token not bound to what the client has`},
		{dpop.ErrNonce, `dpop: proof not acceptable: nonce`},
	})
}
