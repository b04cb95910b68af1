package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt/jwk"
)

// The algorithms that are measured.
var algorithms = []string{"HS256", "RS256", "PS256", "ES256", "EdDSA", "ES384"}

// A content says which claims a token has.
type content string

const (
	registered content = "registered"     // the seven of RFC 7519 section 4.1
	typed      content = "typed"          // three private ones too: a text, an int64, a list of texts
	largeList  content = "typed-4KB-list" // the list makes the payload 4 KB long
	largeText  content = "typed-4KB-text" // the text does
)

const (
	issuer   = "https://login.example.com"
	audience = "https://api.example.com"
)

// claims is what a token says, in the form in which libraries are compared.
type claims struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  string   `json:"aud"`
	ExpiresAt int64    `json:"exp"`
	NotBefore int64    `json:"nbf"`
	IssuedAt  int64    `json:"iat"`
	ID        string   `json:"jti"`
	Role      string   `json:"role,omitempty"`
	Tenant    int64    `json:"tenant,omitempty"` // below 2^53, so that those who read it as a float64 can
	Scopes    []string `json:"scopes,omitempty"`
}

// start is the one moment from which all times in tokens are counted.
var start = time.Now().Truncate(time.Second)

func claimsOf(what content) claims {
	c := claims{
		Issuer: issuer, Subject: "user-1234567890", Audience: audience, ID: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
		ExpiresAt: start.Add(24 * time.Hour).Unix(), NotBefore: start.Add(-time.Minute).Unix(), IssuedAt: start.Add(-time.Minute).Unix(),
	}
	if what == registered {
		return c
	}
	c.Role, c.Tenant, c.Scopes = "admin", 4_503_599_627_370_497, []string{"read", "write"}
	missing := 4096 - len(payload(c))
	switch what {
	case largeText:
		c.Role += strings.Repeat(" and then some", missing/14)
	case largeList:
		for i := range missing / 36 {
			c.Scopes = append(c.Scopes, fmt.Sprintf("https://api.example.com/scopes/%02d", i))
		}
	}
	return c
}

func expired(c claims) claims {
	c.ExpiresAt, c.NotBefore, c.IssuedAt = c.ExpiresAt-48*3600, c.NotBefore-48*3600, c.IssuedAt-48*3600
	return c
}

func payload(c claims) []byte { return must(json.Marshal(c)) }

func same(a, b claims) bool {
	if len(a.Scopes) == 0 && len(b.Scopes) == 0 {
		a.Scopes, b.Scopes = nil, nil
	}
	return reflect.DeepEqual(a, b)
}

// issue writes a token with the standard library alone, so that no library
// measured here has the advantage of reading its own.
func issue(alg, keyID string, payload []byte) string {
	header := `{"alg":"` + alg + `","typ":"JWT"}`
	if keyID != "" {
		header = `{"alg":"` + alg + `","kid":"` + keyID + `","typ":"JWT"}`
	}
	return signToken(alg, privateKey(alg), header, payload)
}

func signToken(alg string, key any, header string, payload []byte) string {
	input := base64URL([]byte(header)) + "." + base64URL(payload)
	return input + "." + base64URL(rawSignature(alg, key, []byte(input)))
}

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// rawSignature returns the signature in the form of RFC 7518 section 3.
func rawSignature(alg string, key any, input []byte) []byte {
	switch key := key.(type) {
	case []byte:
		mac := hmac.New(sha256.New, key)
		mac.Write(input)
		return mac.Sum(nil)
	case *rsa.PrivateKey:
		return must(crypto.SignMessage(key, rand.Reader, input, rsaOptions(alg)))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, digest(alg, input))
		must(0, err)
		size := (key.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	default:
		return ed25519.Sign(key.(ed25519.PrivateKey), input)
	}
}

func rsaOptions(alg string) crypto.SignerOpts {
	if alg == "PS256" {
		return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	}
	return crypto.SHA256
}

func digest(alg string, input []byte) []byte {
	if alg == "ES384" {
		sum := sha512.Sum384(input)
		return sum[:]
	}
	sum := sha256.Sum256(input)
	return sum[:]
}

// rsaKey is that of RFC 7520 section 3.4.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	var figures struct {
		Tokens []struct{ Key json.RawMessage }
	}
	if err := json.Unmarshal(must(os.ReadFile("../testdata/rfc7520.json")), &figures); err != nil {
		panic(err)
	}
	return must(jwk.Parse(figures.Tokens[0].Key)).CryptoKey().(*rsa.PrivateKey)
})

// privateKey returns the key of an algorithm: the same ones in every run, for
// the time of a signature depends a little on the key.
func privateKey(alg string) any {
	switch alg {
	case "HS256":
		return secret("HS256")
	case "RS256", "PS256":
		return rsaKey()
	case "ES256":
		return curveKey("ES256")
	case "ES384":
		wide := sha512.Sum384([]byte("ES384"))
		return must(ecdsa.ParseRawPrivateKey(elliptic.P384(), wide[:]))
	default:
		return ed25519.NewKeyFromSeed(secret("EdDSA"))
	}
}

func publicKey(alg string) any {
	key := privateKey(alg)
	if s, ok := key.(crypto.Signer); ok {
		return s.Public()
	}
	return key
}

func secret(label string) []byte {
	sum := sha256.Sum256([]byte(label))
	return sum[:]
}

func curveKey(label string) *ecdsa.PrivateKey {
	return must(ecdsa.ParseRawPrivateKey(elliptic.P256(), secret(label)))
}

// must is for what cannot fail unless this program is wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
