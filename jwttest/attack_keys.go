package jwttest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // for the HMACs
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

var hashes = map[jwt.Algorithm]crypto.Hash{jwt.HS256: crypto.SHA256, jwt.HS384: crypto.SHA384, jwt.HS512: crypto.SHA512}

// keyAttacks are tokens that the issuer's key did not sign.
var keyAttacks = []attack{
	{"none", "accept the algorithms of your keys only; \"none\" is not one (RFC 8725 section 3.1)", unsecured},
	{"blank signature", "verify the signature of every token, whatever its length", blankSignatures},
	{"signature", "verify the signature, over the very text that was received", wrongSignatures},
	{"unknown key", "refuse a token if no trusted key has its kid", unknownKeys},
	{"unknown key ID", "take the key whose kid is exactly that of the token, and no other one (RFC 7515 section 4.1.4)", unknownKeyIDs},
	{"other algorithm", "use a key with its one algorithm, whatever alg says (RFC 8725 section 3.1)", otherAlgorithms},
	{"public key as secret", "take the algorithm from the key, not from the token (RFC 8725 section 3.1)", publicSecrets},
	{"guessable secret", "verify with no HMAC algorithm that you have no random secret for", guessableSecrets},
	{"key ID as path", "look kid up in a list of keys; it is no name of a file or row", pathKeyIDs},
	{"key in the header", "trust the keys that you were given; jwk and x5c are what the sender says (RFC 8725 section 3.10)", headerKeys},
	{"key by URL", "do not follow jku and x5u of a token (RFC 8725 section 3.10)", headerURLs},
	{"foreign issuer", "fetch keys of the issuers that you trust, not of the one that a token names", foreignIssuers},
}

func unsecured(x *attacker) (trials []trial) {
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "none "} {
		input := encode(x.header(map[string]any{"alg": alg})) + "." + encode(object(x.t, x.payload())) + "."
		trials = append(trials, trial{what: "alg " + alg + " without a signature", token: input},
			trial{what: "alg " + alg + " with a signature of something else", token: input + part(x.right, 2)})
	}
	input := encode(x.header(map[string]any{"alg": nil})) + "." + encode(object(x.t, x.payload())) + "."
	return append(trials, trial{what: "no alg and no signature", token: input})
}

// part returns one of the three parts of a token.
func part(token string, n int) string { return strings.Split(token, ".")[n] }

func blankSignatures(x *attacker) []trial {
	header, payload := part(x.token(), 0), part(x.token(), 1)
	zeros := encode(strings.Repeat("\x00", len(part(x.right, 2))*3/4))
	trials := []trial{
		{what: "an empty signature", token: header + "." + payload + "."},
		{what: "a signature of zeros", token: header + "." + payload + "." + zeros},
	}
	if curve := curves[x.issuer.signer(x.t).Algorithm()]; curve != nil {
		order := curve.Params().N.Bytes()
		trials = append(trials, trial{what: "a signature of two numbers that are zero modulo the order", token: header + "." + payload + "." + encode(string(order)+string(order))})
	}
	return trials
}

var curves = map[jwt.Algorithm]elliptic.Curve{jwt.ES256: elliptic.P256(), jwt.ES384: elliptic.P384(), jwt.ES512: elliptic.P521()}

func wrongSignatures(x *attacker) []trial {
	header, sig := part(x.right, 0), part(x.right, 2)
	mallory := object(x.t, x.payload(Claim("sub", "mallory"), Claim("jti", x.jti(x.right))))
	trials := []trial{
		{what: "another payload under the signature of a token that was accepted", token: header + "." + encode(mallory) + "." + sig},
		{what: "half of the signature", token: header + "." + part(x.right, 1) + "." + encode(decode(sig)[:len(decode(sig))/2])},
		{what: "one byte of the signature", token: header + "." + part(x.right, 1) + "." + encode(decode(sig)[:1])},
	}
	if asymmetric[x.issuer.signer(x.t).Algorithm()] {
		forged := x.own(Header("kid", x.keyID()))
		trials = append(trials, trial{what: "a signature by another key under the kid of the right one", token: forged})
	}
	return trials
}

// jti returns the jti of a token.
func (x *attacker) jti(token string) any {
	var claims struct {
		ID any `json:"jti"`
	}
	_ = json.Unmarshal([]byte(decode(part(token, 1))), &claims)
	return claims.ID
}

func decode(s string) string { data, _ := jwt.DecodeBase64URL(s); return string(data) }

// keyID returns the key ID of the issuer's key as a header has it.
func (x *attacker) keyID() any {
	if id := x.issuer.signer(x.t).KeyID(); id != "" {
		return id
	}
	return nil
}

func unknownKeys(x *attacker) []trial {
	return []trial{
		{what: "a signature by an unknown key, with its kid", token: x.own()},
		{what: "a signature by an unknown key, without kid", token: x.own(Header("kid", nil))},
	}
}

// unknownKeyIDs are signed by the right key, which has another name.
func unknownKeyIDs(x *attacker) []trial {
	id, _ := x.keyID().(string)
	if id == "" {
		return nil
	}
	trials := []trial{
		{what: "the kid of no key", token: x.token(Header("kid", "unknown"))},
		{what: "a kid that is a number", token: x.token(Header("kid", 1))},
		{what: "a kid with a character more", token: x.token(Header("kid", id+"0"))},
		{what: "a kid with a character before it", token: x.token(Header("kid", "0"+id))},
		{what: "a kid with a character less", token: x.token(Header("kid", id[:len(id)-1]))},
	}
	for _, row := range [][2]string{{"capitals", strings.ToUpper(id)}, {"small letters", strings.ToLower(id)}} {
		if row[1] != id {
			trials = append(trials, trial{what: "a kid in " + row[0], token: x.token(Header("kid", row[1]))})
		}
	}
	return trials
}

// otherAlgorithms are signed by the right key, under the name of another algorithm or of none.
func otherAlgorithms(x *attacker) (trials []trial) {
	alg := x.issuer.signer(x.t).Algorithm()
	lower := strings.ToLower(string(alg))
	trials = append(trials, trial{what: "the alg " + lower, token: x.token(Header("alg", lower))})
	if x.issuer.Key != nil {
		return trials // it does not show its secret
	}
	private := x.issuer.private(x.t)
	for _, family := range families {
		if !slices.Contains(family, alg) {
			continue
		}
		for _, other := range family {
			if other != alg {
				trials = append(trials, trial{what: "a signature of the same key for " + string(other), token: x.token(SignedBy(misused{other, private}))})
			}
		}
	}
	return trials
}

// families are the algorithms that have keys of one kind.
var families = [][]jwt.Algorithm{
	{jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512},
	{jwt.ES256, jwt.ES384, jwt.ES512},
}

// A misused key signs with an algorithm that is not its own.
type misused struct {
	algorithm jwt.Algorithm
	key       *jwk.Key
}

func (m misused) Algorithm() jwt.Algorithm { return m.algorithm }
func (m misused) KeyID() string            { return m.key.KeyID() }

func (m misused) Sign(ctx context.Context, input []byte) ([]byte, error) {
	private, ok := m.key.CryptoKey().(*ecdsa.PrivateKey)
	if !ok {
		signer, err := jwt.NewSigner(m.algorithm, m.key.CryptoKey().(crypto.Signer), "")
		if err != nil {
			return nil, err
		}
		return signer.Sign(ctx, input)
	}
	h := hashes["HS"+m.algorithm[2:]].New()
	h.Write(input)
	r, s, err := ecdsa.Sign(rand.Reader, private, h.Sum(nil))
	if err != nil {
		return nil, err
	}
	size := (private.Curve.Params().BitSize + 7) / 8
	return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...), nil
}

func publicSecrets(x *attacker) (trials []trial) {
	forms := x.publicForms()
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		for _, alg := range slices.Sorted(maps.Keys(hashes)) {
			trials = append(trials, trial{what: "an HMAC (" + string(alg) + ") with the public key as " + form, token: x.mac(alg, forms[form], nil)})
		}
	}
	return trials
}

// formsOf returns a public key as bytes of many kinds.
func formsOf(t testing.TB, key *jwk.Key) map[string][]byte {
	t.Helper()
	spki := must(key.MarshalPublicPEM())(t)
	block, _ := pem.Decode(spki)
	forms := map[string][]byte{
		"PEM": spki, "PEM without its last line break": []byte(strings.TrimSpace(string(spki))),
		"PEM with CRLF": []byte(strings.ReplaceAll(string(spki), "\n", "\r\n")),
		"DER":           block.Bytes, "base64 of DER": []byte(base64Of(block.Bytes)),
		"JWK": must(json.Marshal(key))(t),
	}
	switch public := key.CryptoKey().(type) {
	case *rsa.PublicKey:
		der := x509.MarshalPKCS1PublicKey(public)
		forms["PKCS #1 DER"], forms["modulus"] = der, public.N.Bytes()
		forms["PKCS #1 PEM"] = pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: der})
	case *ecdsa.PublicKey:
		forms["point"] = must(public.Bytes())(t)
	case ed25519.PublicKey:
		forms["bytes"] = public
	}
	return forms
}

func guessableSecrets(x *attacker) (trials []trial) {
	for _, secret := range []string{"", "secret", "your-256-bit-secret", "changeme", "password", x.issuer.URL, x.issuer.Audience} {
		for _, alg := range slices.Sorted(maps.Keys(hashes)) {
			trials = append(trials, trial{what: "an HMAC (" + string(alg) + ") with the secret " + quote(secret), token: x.mac(alg, []byte(secret), nil)})
		}
	}
	return trials
}

func quote(s string) string { data, _ := json.Marshal(s); return string(data) }

func pathKeyIDs(x *attacker) []trial {
	id := func(kid, secret string) trial {
		return trial{what: "kid " + quote(kid) + " and an HMAC with what is there", token: x.mac(jwt.HS256, []byte(secret), map[string]any{"kid": kid})}
	}
	return []trial{
		id("../../../../../../../../dev/null", ""), id("/dev/null", ""),
		id("' UNION SELECT 'attacker' -- ", "attacker"), id("", ""),
	}
}

func headerKeys(x *attacker) []trial {
	certificate := base64Of(x.certificate())
	return []trial{
		{what: "a key in jwk", token: x.own(Header("jwk", x.jwk()))},
		{what: "a key in jwk, under the kid of the right one", token: x.own(Header("jwk", x.jwk()), Header("kid", x.keyID()))},
		{what: "a key in jwk, without kid", token: x.own(Header("jwk", x.jwk()), Header("kid", nil))},
		{what: "a certificate in x5c", token: x.own(Header("x5c", []string{certificate}))},
		{what: "a certificate in x5c, without kid", token: x.own(Header("x5c", []string{certificate}), Header("kid", nil))},
	}
}

func headerURLs(x *attacker) []trial {
	if x.files == "" {
		return nil
	}
	return []trial{
		{what: "a key set at jku", token: x.own(Header("jku", x.files+"/keys"))},
		{what: "a key set at jku, without kid", token: x.own(Header("jku", x.files+"/keys"), Header("kid", nil))},
		{what: "a certificate at x5u", token: x.own(Header("x5u", x.files+"/certificate"))},
	}
}

func foreignIssuers(x *attacker) []trial {
	return []trial{{what: "a token of an issuer that is not trusted, with that one's iss and key", token: x.rogue.Token(x.t)}}
}
