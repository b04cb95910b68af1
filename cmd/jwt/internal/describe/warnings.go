package describe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// The algorithms that packages jwt and jwe have.
var (
	SignatureAlgorithms  = []string{"EdDSA", "Ed25519", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "HS256", "HS384", "HS512", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"}
	EncryptionAlgorithms = []string{"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256", "A128KW", "A256KW", "dir"}
	ContentEncryptions   = []string{"A256GCM", "A128GCM", "A256CBC-HS512", "A128CBC-HS256"}
)

// weakAlgorithms are those that should not be used, and why.
var weakAlgorithms = map[string]string{
	"RSA1_5":             "its padding reveals plaintexts to whoever can tell failures apart (RFC 8725 section 3.2)",
	"RSA-OAEP":           "it uses SHA-1; RSA-OAEP-256 does not",
	"PBES2-HS256+A128KW": "a password can be guessed",
	"PBES2-HS384+A192KW": "a password can be guessed",
	"PBES2-HS512+A256KW": "a password can be guessed",
}

func headerWarnings(header []Member, encrypted bool) (warnings []string) {
	alg := Text(Find(header, "alg"))
	known := SignatureAlgorithms
	if encrypted {
		known = EncryptionAlgorithms
	}
	switch {
	case strings.EqualFold(alg, "none"):
		warnings = append(warnings, `alg is "none": there is no signature, and no verifier may accept it`)
	case weakAlgorithms[alg] != "":
		warnings = append(warnings, "alg "+alg+" is weak: "+weakAlgorithms[alg])
	case !slices.Contains(known, alg):
		warnings = append(warnings, fmt.Sprintf("alg %.40q is not known here", alg))
	}
	if enc := Text(Find(header, "enc")); encrypted && !slices.Contains(ContentEncryptions, enc) {
		warnings = append(warnings, fmt.Sprintf("enc %.40q is not known here", enc))
	}
	for _, name := range []string{"jwk", "jku", "x5u", "x5c"} {
		if Find(header, name) != nil {
			warnings = append(warnings, name+" names or holds a key that the author of the token has chosen: a verifier must not trust it")
		}
	}
	for _, name := range []string{"crit", "zip", "b64"} {
		if Find(header, name) != nil {
			warnings = append(warnings, name+" in the header changes how the token is read: jwt verify refuses it, unless b64 is true")
		}
	}
	return warnings
}

// longLife is the time from iat to exp from which there is a warning.
const longLife = 31 * 24 * time.Hour

func (v *View) claimWarnings(claims []Member, now time.Time) (warnings []string) {
	if v.Encrypted {
		return nil
	}
	if v.Claims == nil {
		return []string{"the payload is not a JSON object with unique names: jwt verify refuses it"}
	}
	exp, expires := dateOf(Find(claims, "exp"))
	start, issued := dateOf(Find(claims, "iat"))
	if !issued {
		start = now
	}
	switch life := exp.Sub(start); {
	case Find(claims, "exp") == nil:
		warnings = append(warnings, "there is no exp: the token never expires, and cannot be taken back")
	case life > longLife:
		warnings = append(warnings, "it lives for "+inWords(life)+": a stolen token is good for as long")
	case expires && issued && life <= 0:
		warnings = append(warnings, "exp is not after iat: it was never valid")
	}
	if start.After(now.Add(time.Minute)) {
		warnings = append(warnings, "iat is in the future: two clocks differ")
	}
	if Find(claims, "aud") == nil {
		warnings = append(warnings, "there is no aud: it is not said which service it is for")
	}
	for _, c := range timeClaims {
		if value := Find(claims, c.name); value != nil {
			if _, ok := dateOf(value); !ok {
				warnings = append(warnings, c.name+" is not a number of seconds since 1970"+maybeMilliseconds(value))
			}
		}
	}
	for _, name := range secretNames(claims, "", 0) {
		warnings = append(warnings, fmt.Sprintf("claim %.80q looks like a secret: everybody who has the token can read it", name))
	}
	return warnings
}

func maybeMilliseconds(value jsontext.Value) string {
	if value.Kind() == '0' && len(value) == 13 {
		return ": it looks like milliseconds"
	}
	return ""
}

// secretWords are names of claims that hold what should not be in a token.
var secretWords = []string{
	"password", "passwd", "pwd", "passphrase", "secret", "clientsecret", "apikey", "apisecret", "privatekey", "secretkey", "accesskey",
	"token", "accesstoken", "refreshtoken", "creditcard", "cardnumber", "cvv", "cvc", "iban", "ssn", "socialsecuritynumber", "pin", "otp", "totpsecret",
}

// maxSecretDepth is how deep objects are searched for secrets.
const maxSecretDepth = 8

// secretNames returns the paths of the members that look like secrets.
func secretNames(members []Member, path string, depth int) (names []string) {
	for _, m := range members {
		word := strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(m.Name))
		text := Text(m.Value)
		switch {
		case slices.Contains(secretWords, word) && m.Value.Kind() != '{' && m.Value.Kind() != 't' && m.Value.Kind() != 'f',
			strings.Contains(text, "PRIVATE KEY-----"),
			m.Name == "d" && Find(members, "kty") != nil, // a private JWK
			m.Name == "k" && Find(members, "kty") != nil:
			names = append(names, path+m.Name)
		case depth < maxSecretDepth:
			names = append(names, secretNames(Members(m.Value), path+m.Name+".", depth+1)...)
		}
	}
	return names
}

// largeToken is the size from which servers and proxies refuse the header that a
// token comes in.
const largeToken = 8 << 10

func (v *View) sizeWarnings() (warnings []string) {
	if v.Size >= largeToken {
		warnings = append(warnings, fmt.Sprintf("it has %d bytes: many servers refuse headers of 8 KB and more", v.Size))
	}
	if last := v.Parts[len(v.Parts)-1]; last.Size == 0 && !v.Encrypted {
		warnings = append(warnings, "the signature is empty")
	}
	return warnings
}
