package jwttest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
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
	{"public key as secret", "take the algorithm from the key, not from the token (RFC 8725 section 3.1)", publicSecrets},
	{"guessable secret", "verify with no HMAC algorithm that you have no random secret for", guessableSecrets},
	{"key ID as path", "look kid up in a list of keys; it is no name of a file or row", pathKeyIDs},
	{"key in the header", "trust the keys that you were given; jwk and x5c are what the sender says (RFC 8725 section 3.10)", headerKeys},
	{"key by URL", "do not follow jku and x5u of a token (RFC 8725 section 3.10)", headerURLs},
	{"foreign issuer", "fetch keys of the issuers that you trust, not of the one that a token names", foreignIssuers},
}

func unsecured(x *attacker) (trials []trial) {
	for _, alg := range []string{"none", "None", "NONE", "nOnE"} {
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
	return []trial{
		{what: "an empty signature", token: header + "." + payload + "."},
		{what: "a signature of zeros", token: header + "." + payload + "." + zeros},
	}
}

func wrongSignatures(x *attacker) []trial {
	header, sig := part(x.right, 0), part(x.right, 2)
	trials := []trial{
		{what: "another payload under the signature of a token that was accepted", token: header + "." + encode(object(x.t, x.payload(Claim("sub", "mallory")))) + "." + sig},
		{what: "half of the signature", token: strings.TrimSuffix(x.right, sig[len(sig)/8*4:])},
	}
	if asymmetric[x.issuer.signer(x.t).Algorithm()] {
		forged := x.own(Header("kid", x.keyID()))
		trials = append(trials, trial{what: "a signature by another key under the kid of the right one", token: forged})
	}
	return trials
}

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
