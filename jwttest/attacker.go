package jwttest

import (
	"crypto/fips140"
	"crypto/hmac"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// An attacker has what attackers have: tokens that the issuer signed for other
// purposes, its public key, a key and a server of its own.
type attacker struct {
	t       testing.TB
	issuer  *Issuer
	handler http.Handler
	options AttackOptions
	right   string       // a token that the handler has seen and accepted
	key     *jwk.Key     // the attacker's own, of the issuer's algorithm if that is possible
	rogue   *Issuer      // an issuer that nobody trusts, started if the other one is
	asked   atomic.Int64 // requests to the rogue issuer
	files   string       // URL of the attacker's key set and certificate; "" without network
}

// asymmetric are the algorithms for which the attacker makes keys.
var asymmetric = map[jwt.Algorithm]bool{
	jwt.RS256: true, jwt.RS384: true, jwt.RS512: true, jwt.PS256: true, jwt.PS384: true, jwt.PS512: true,
	jwt.ES256: true, jwt.ES384: true, jwt.ES512: true, jwt.EdDSA: true, jwt.Ed25519: true,
}

func newAttacker(t testing.TB, issuer *Issuer) *attacker {
	t.Helper()
	alg := issuer.signer(t).Algorithm()
	if !asymmetric[alg] {
		alg = jwt.ES256
	}
	x := &attacker{t: t, issuer: issuer, key: newKey(t, alg, "attacker")}
	x.rogue = NewIssuer(t)
	x.rogue.URL, x.rogue.Audience, x.rogue.Type, x.rogue.Claims = "https://rogue.example", issuer.Audience, issuer.Type, issuer.Claims
	x.rogue.Keys.Algorithm = alg
	x.rogue.turned.Store(issuer.turned.Load())
	if issuer.server {
		x.serve()
	}
	return x
}

// serve publishes the keys of the rogue issuer and of the attacker, and counts who
// asks for them.
func (x *attacker) serve() {
	files := map[string]string{"/keys": object(x.t, map[string]any{"keys": []any{x.jwk()}}), "/certificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: x.certificate()}))}
	x.rogue.serve(x.t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			x.asked.Add(1)
			if text, ok := files[r.URL.Path]; ok {
				w.Write([]byte(text))
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	x.files = x.rogue.URL
}

// token returns a token that the issuer signed, right but for the changes.
func (x *attacker) token(changes ...Change) string {
	x.t.Helper()
	return x.issuer.Token(x.t, changes...)
}

// payload returns the members of a token that is right but for the changes.
func (x *attacker) payload(changes ...Change) map[string]any {
	x.t.Helper()
	d := x.issuer.draft(x.t)
	for _, c := range changes {
		c.apply(x.t, d)
	}
	return d.claims
}

// header returns the JSON of the issuer's header with other parameters.
func (x *attacker) header(parameters map[string]any) string {
	x.t.Helper()
	key := x.issuer.signer(x.t)
	d := x.issuer.draft(x.t)
	members := map[string]any{"alg": key.Algorithm(), "typ": d.header["typ"]}
	if id := key.KeyID(); id != "" {
		members["kid"] = id
	}
	for name, value := range parameters {
		members[name] = value
	}
	return object(x.t, members)
}

// own returns a token that the attacker signed, right but for that.
func (x *attacker) own(changes ...Change) string {
	x.t.Helper()
	return x.token(append([]Change{SignedBy(signerOf(x.t, x.key))}, changes...)...)
}

// mac returns a token whose signature is an HMAC with any secret.
func (x *attacker) mac(alg jwt.Algorithm, secret []byte, parameters map[string]any) string {
	x.t.Helper()
	all := map[string]any{"alg": alg}
	for name, value := range parameters {
		all[name] = value
	}
	input := encode(x.header(all)) + "." + encode(object(x.t, x.payload()))
	var sum []byte
	fips140.WithoutEnforcement(func() { // an attacker keeps no rules
		h := hmac.New(hashes[alg].New, secret)
		h.Write([]byte(input))
		sum = h.Sum(nil)
	})
	return input + "." + encode(string(sum))
}

// jwk returns the attacker's public key.
func (x *attacker) jwk() json.RawMessage {
	x.t.Helper()
	return must(json.Marshal(x.key.Public()))(x.t)
}

// certificate returns a certificate, in DER, with which the attacker vouches for itself.
func (x *attacker) certificate() []byte {
	x.t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-lifetime), NotAfter: time.Now().Add(24 * lifetime)}
	return must(x509.CreateCertificate(rand.Reader, template, template, x.key.Public().CryptoKey(), x.key.CryptoKey()))(x.t)
}

// publicForms returns the issuer's public key in the forms in which a service may have
// it at hand.
func (x *attacker) publicForms() map[string][]byte {
	x.t.Helper()
	if x.issuer.Key != nil {
		return nil // a shared secret has no public part, and another key does not show its own
	}
	return formsOf(x.t, must(x.issuer.Keys.Published(x.t.Context()))(x.t)[0])
}

func base64Of(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
