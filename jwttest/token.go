package jwttest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// lifetime is how long tokens are valid, and by how much expired ones are late.
const lifetime = time.Hour

// A Change makes a token differ from the one that is right. The zero value changes
// nothing.
type Change struct{ apply func(t testing.TB, d *draft) }

// A draft is a token that is not signed yet.
type draft struct {
	now    time.Time
	header map[string]any
	claims map[string]any
	key    jwt.Signer
}

// Token returns a token of the issuer that is right but for the changes, which are
// applied in their order. Without any it has sub "alice", a jti, the issuer's iss, aud
// and Claims, was issued now, and is valid for an hour.
//
// Nothing is checked: claims and header may be what no issuer would sign.
func (i *Issuer) Token(t testing.TB, changes ...Change) string {
	t.Helper()
	d := i.draft(t)
	for _, c := range changes {
		if c.apply != nil {
			c.apply(t, d)
		}
	}
	return d.sign(t)
}

func (i *Issuer) draft(t testing.TB) *draft {
	t.Helper()
	d := &draft{now: i.Now(), key: i.signer(t), header: map[string]any{"typ": "JWT"}}
	if i.Type != "" {
		d.header["typ"] = i.Type
	}
	d.claims = map[string]any{
		"iss": i.URL, "aud": i.Audience, "sub": "alice", "jti": rand.Text(),
		"iat": d.now.Unix(), "exp": d.now.Add(lifetime).Unix(),
	}
	if i.URL == "" {
		d.claims["iss"] = nil
	}
	if i.Audience == "" {
		d.claims["aud"] = nil
	}
	maps.Copy(d.claims, i.Claims)
	return d
}

// sign returns the token. The header gets the key's alg and kid unless it says
// otherwise.
func (d *draft) sign(t testing.TB) string {
	t.Helper()
	header := map[string]any{"alg": d.key.Algorithm()}
	if id := d.key.KeyID(); id != "" {
		header["kid"] = id
	}
	maps.Copy(header, d.header)
	return signText(t, d.key, object(t, header), object(t, d.claims))
}

// signText signs any text as header and payload.
func signText(t testing.TB, key jwt.Signer, header, payload string) string {
	t.Helper()
	input := encode(header) + "." + encode(payload)
	sig, err := key.Sign(t.Context(), []byte(input))
	if err != nil {
		t.Fatal("jwttest: the token cannot be signed: ", err)
	}
	return input + "." + encode(string(sig))
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// object returns the JSON object with the members that are not nil.
func object(t testing.TB, members map[string]any) string {
	t.Helper()
	present := maps.Clone(members)
	maps.DeleteFunc(present, func(_ string, v any) bool { return v == nil })
	data, err := json.Marshal(present)
	if err != nil {
		t.Fatal("jwttest: not JSON: ", err)
	}
	return string(data)
}

// Claim sets a claim to a value that encodes to JSON, and removes it if the value is nil. A
// claim that is null has the value json.RawMessage("null").
func Claim(name string, value any) Change {
	return Change{func(_ testing.TB, d *draft) { d.claims[name] = value }}
}

// Claims sets all the claims of a struct or map, such as the service decodes.
func Claims(claims any) Change {
	return Change{func(t testing.TB, d *draft) {
		t.Helper()
		data, err := json.Marshal(claims)
		if err != nil {
			t.Fatal("jwttest: claims are not JSON: ", err)
		}
		var members map[string]any
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber() // 64-bit integers stay what they are
		if err := decoder.Decode(&members); err != nil {
			t.Fatal("jwttest: claims are not a JSON object: ", err)
		}
		maps.Copy(d.claims, members)
	}}
}

// Header sets a header parameter, and removes it if the value is nil: typ for a token
// of another type, alg and kid for one that says another key than that which signs it.
func Header(name string, value any) Change {
	return Change{func(_ testing.TB, d *draft) { d.header[name] = value }}
}

// Expired makes a token that expired an hour ago.
func Expired() Change {
	return Change{func(_ testing.TB, d *draft) {
		d.claims["iat"], d.claims["exp"] = d.now.Add(-2*lifetime).Unix(), d.now.Add(-lifetime).Unix()
	}}
}

// NotYetValid makes a token that is valid from an hour from now.
func NotYetValid() Change {
	return Change{func(_ testing.TB, d *draft) {
		d.claims["nbf"], d.claims["exp"] = d.now.Add(lifetime).Unix(), d.now.Add(2*lifetime).Unix()
	}}
}

// Forged makes a token that has the key ID and algorithm of the issuer's key and is
// signed by another key.
func Forged() Change {
	return Change{func(t testing.TB, d *draft) {
		t.Helper()
		d.key = signerOf(t, newKey(t, d.key.Algorithm(), d.key.KeyID()))
	}}
}

// SignedBy makes a token that is signed by a key of yours, and has its alg and kid.
func SignedBy(key jwt.Signer) Change {
	return Change{func(_ testing.TB, d *draft) { d.key = key }}
}

// newKey returns a new key for an algorithm. RSA keys are smaller than those of
// jwk.Generate, as they are made in every run.
func newKey(t testing.TB, alg jwt.Algorithm, keyID string) *jwk.Key {
	t.Helper()
	var key *jwk.Key
	var err error
	if strings.HasPrefix(string(alg), "RS") || strings.HasPrefix(string(alg), "PS") {
		var private *rsa.PrivateKey
		if private, err = rsa.GenerateKey(rand.Reader, 2048); err == nil {
			key, err = jwk.New(alg, private, keyID)
		}
	} else if key, err = jwk.Generate(alg); err == nil {
		key, err = jwk.New(alg, key.CryptoKey(), keyID)
	}
	if err != nil {
		t.Fatal("jwttest: no key can be made: ", err)
	}
	return key
}

func signerOf(t testing.TB, key *jwk.Key) jwt.Signer {
	t.Helper()
	return must(key.Signer())(t)
}

// must returns a value that is there, or else ends the test.
func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal("jwttest: ", err)
		}
		return value
	}
}
