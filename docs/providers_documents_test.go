package docs_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newKey(private any) *jwk.Key { return must(jwk.New("", private, "")) }

// The keys of the providers: two of each kind, and those of a stranger.
var (
	rsaKey = sync.OnceValue(func() *jwk.Key { return newKey(must(rsa.GenerateKey(rand.Reader, 2048))) })
	rsaOld = sync.OnceValue(func() *jwk.Key { return newKey(must(rsa.GenerateKey(rand.Reader, 2048))) })
	ecKey  = sync.OnceValue(func() *jwk.Key { return newKey(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))) })
	ecOld  = sync.OnceValue(func() *jwk.Key { return newKey(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))) })

	strangers = sync.OnceValue(func() map[jwt.Algorithm]*jwk.Key {
		return map[jwt.Algorithm]*jwk.Key{
			jwt.RS256: newKey(must(rsa.GenerateKey(rand.Reader, 2048))),
			jwt.ES256: newKey(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))),
		}
	})
)

// entry is the entry of a key in a JWK Set, with the members that a provider adds.
func entry(key *jwk.Key, members object) object {
	var public object
	if err := json.Unmarshal(must(json.Marshal(key.Public())), &public); err != nil {
		panic(err)
	}
	return with(public, members)
}

func document(v any) string { return string(must(json.Marshal(v))) }

func keySet(entries ...object) string { return document(object{"keys": entries}) }

// metadata are those of an issuer, with its keys at a URL.
func metadata(issuer, keys string, more object) string {
	return document(with(object{
		"issuer": issuer, "jwks_uri": keys, "response_types_supported": []string{"code"},
		"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
	}, more))
}

// certificate is one for a key that signs itself.
func certificate(key *jwk.Key) []byte {
	private := key.CryptoKey()
	var public any = key.Public().CryptoKey()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "accounts.accesscontrol.windows.net"}}
	return must(x509.CreateCertificate(rand.Reader, template, template, public, private))
}

func x5c(key *jwk.Key) []string {
	return []string{base64.StdEncoding.EncodeToString(certificate(key))}
}

func certificatePEM(key *jwk.Key) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate(key)}))
}
