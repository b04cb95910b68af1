package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// proofFaults are mistakes of those who verify proofs (RFC 9449 section 4.3).
var proofFaults = []fault{
	"typ of a proof is not looked at", "a shared key may prove", "a private key may prove", "the signature of a proof is not looked at", "crit is not looked at", "jti may be absent",
	"htm is not looked at", "htm is compared in lower case", "htu is not looked at", "htu is compared with the query", "htu is compared by prefix", "only the path of htu is compared", "only the host of htu is compared",
	"iat may be absent", "iat may be old", "iat may be ahead", "ath is not looked at", "ath may be absent", "jkt is not looked at", "jkt is compared in lower case", "jkt is compared by prefix", "jkt is of all members", "a proof may come twice",

	"typ of a proof is compared by prefix", "typ of a proof is compared by suffix", "spaces around typ are cut off", "an absent typ is as good", "the alg none may prove", "an empty signature is as good", "any RSA key may prove", "a private RSA key may prove", "a private Edwards key may prove", "the algorithm is that of the key",
	"htm is compared by prefix", "htm is searched in the method", "htm is compared without spaces", "htm may be a list", "htm may be an asterisk", "a slash after htu is cut off", "htu is compared in lower case", "htu is compared without its scheme", "htu is compared without its port", "htu is compared without its user", "htu is searched for the URL", "htu is compared by suffix", "slashes of htu are joined", "htu may be a path", "htu is compared without parameters", "htu is a prefix of the URL",
	"jti may be of any type", "jti may be a number", "iat may be hours old", "iat may be hours ahead", "iat is cut to 32 bits", "iat is cut to 64 bits", "iat may be in milliseconds", "iat may be a text", "iat counts only without exp", "iat of zero is none",
	"ath is compared by prefix", "ath is compared in lower case", "ath may have padding", "ath may be in the other alphabet", "ath may be in hexadecimal", "ath may be the access token", "ath may be empty", "ath may be in an array", "ath may be half the hash", "ath may be of another hash",
	"nonce is not looked at", "nonce may be absent", "nonce may be empty", "nonce may be of any type", "nonce may be any text", "nonce is compared by prefix", "nonce is a prefix", "nonce is compared in lower case", "nonce is compared without spaces", "nonce may have padding", "nonce may be in an array", "nonce may be in an object", "nonce may be in a list", "nonce may be in the header", "nonce may be the jti", "a nonce that nobody asks for is refused",
	"jkt may have padding", "jkt may be longer", "jkt is of members in any order", "jkt may be of another hash", "jkt is of the bytes of the key",
}

func TestEachFaultOfAPlainVerifierOfProofsIsFound(t *testing.T) {
	findFaults(t, proofFaults, func(f fault) func(testkit.Case) testkit.Verdict {
		return func(c testkit.Case) testkit.Verdict {
			if c.Policy.Profile != testkit.Proof || hasLattices(c) {
				return testkit.Unsupported
			}
			return verdictOf((&plainProof{f, c}).accepts())
		}
	})
}

// plainProof verifies one proof.
type plainProof struct {
	fault fault
	c     testkit.Case
}

func (p *plainProof) accepts() bool {
	v := &plainVerifier{"", p.c}
	parts := strings.Split(p.c.Token, ".")
	if len(parts) != 3 {
		return false
	}
	header, ok := v.object(decode(parts[0]))
	claims, there := v.object(decode(parts[1]))
	if !ok || !there || header["crit"] != nil && p.fault != "crit is not looked at" {
		return false
	}
	typ, _ := header["typ"].(string)
	if !strings.EqualFold(typ, "dpop+jwt") && p.fault != "typ of a proof is not looked at" && !p.takesType(header["typ"], typ) {
		return false
	}
	return p.fitsKey(header, parts) && p.fitsRequest(claims) && p.fitsNonce(header, claims) && p.fitsTime(claims) && p.fitsToken(header, claims)
}

func (p *plainProof) fitsKey(header map[string]any, parts []string) bool {
	jwk, ok := header["jwk"].(map[string]any)
	alg, _ := header["alg"].(string)
	if p.takesKey(header, jwk, parts) {
		return true
	}
	private := jwk["d"] != nil && !(jwk["kty"] == "RSA" && p.fault == "a private RSA key may prove") && !(jwk["kty"] == "OKP" && p.fault == "a private Edwards key may prove")
	if !ok || private && p.fault != "a private key may prove" || jwk["kty"] == "oct" && p.fault != "a shared key may prove" {
		return false
	}
	jwk["alg"] = alg
	data, _ := json.Marshal(jwk)
	delete(jwk, "alg")
	keys, ok := rawKeys(testkit.Case{Keys: []json.RawMessage{data}})
	v := &plainVerifier{"", p.c}
	return ok && (v.usable(keys[0]) || p.fault == "any RSA key may prove") && (v.fitsSignature(keys[0], parts[0]+"."+parts[1], decode(parts[2])) || p.fault == "the signature of a proof is not looked at")
}

func (p *plainProof) fitsRequest(claims map[string]any) bool {
	jti, _ := claims["jti"].(string)
	method, _ := claims["htm"].(string)
	address, _ := claims["htu"].(string)
	r := p.c.Request
	if jti == "" && !p.takesID(claims["jti"]) && p.fault != "jti may be absent" || r.Used && p.fault != "a proof may come twice" {
		return false
	}
	if method != r.Method && !p.takesMethod(method, r.Method) && p.fault != "htm is not looked at" && !(p.fault == "htm is compared in lower case" && strings.EqualFold(method, r.Method)) {
		return false
	}
	want, _, _ := strings.Cut(r.URL, "?")
	want, _, _ = strings.Cut(want, "#")
	switch p.fault {
	case "htu is not looked at":
		return true
	case "htu is compared with the query":
		return address == r.URL
	case "htu is compared by prefix":
		return strings.HasPrefix(address, want)
	case "only the path of htu is compared", "only the host of htu is compared":
		got, err := url.Parse(address)
		wanted, _ := url.Parse(want)
		return err == nil && (got.Path == wanted.Path && strings.Contains(string(p.fault), "path") || got.Host == wanted.Host && strings.Contains(string(p.fault), "host"))
	}
	return address == want || p.takesURL(address, want)
}

func (p *plainProof) fitsTime(claims map[string]any) bool {
	iat, there, ok := p.date(claims)
	if !there {
		return p.fault == "iat may be absent" && claims["iat"] == nil
	}
	if iat.Sign() == 0 && p.fault == "iat of zero is none" || claims["exp"] != nil && p.fault == "iat counts only without exp" {
		return true
	}
	age := new(big.Rat).Sub(new(big.Rat).SetInt64(p.c.Now), iat)
	hours := age.Cmp(new(big.Rat).SetInt64(7200)) <= 0 && p.fault == "iat may be hours old" || age.Cmp(new(big.Rat).SetInt64(-7200)) >= 0 && p.fault == "iat may be hours ahead"
	if hours {
		return ok
	}
	old := age.Cmp(new(big.Rat).SetInt64(60)) > 0 && p.fault != "iat may be old"
	ahead := age.Cmp(new(big.Rat).SetInt64(-60)) < 0 && p.fault != "iat may be ahead"
	return ok && !old && !ahead
}

func (p *plainProof) fitsToken(header, claims map[string]any) bool {
	r := p.c.Request
	if r.AccessToken == "" {
		return true
	}
	if claims["ath"] != hashText(r.AccessToken) && !p.takesHash(claims["ath"]) && p.fault != "ath is not looked at" && !(p.fault == "ath may be absent" && claims["ath"] == nil) {
		return false
	}
	jwk := header["jwk"].(map[string]any)
	names := map[string][]string{"EC": {"crv", "kty", "x", "y"}, "OKP": {"crv", "kty", "x"}, "RSA": {"e", "kty", "n"}}[fmt.Sprint(jwk["kty"])]
	if p.fault == "jkt is of all members" {
		names = nil
		for name := range jwk {
			names = append(names, name)
		}
		slices.Sort(names)
	}
	var members []string
	for _, name := range names {
		members = append(members, fmt.Sprintf("%q:%q", name, jwk[name]))
	}
	text := "{" + strings.Join(members, ",") + "}"
	thumbprint := hashText(text)
	if p.takesThumbprint(r.Thumbprint, thumbprint, text, jwk) {
		return true
	}
	switch p.fault {
	case "jkt is not looked at":
		return true
	case "jkt is compared in lower case":
		return strings.EqualFold(thumbprint, r.Thumbprint)
	case "jkt is compared by prefix":
		return strings.HasPrefix(thumbprint, r.Thumbprint)
	}
	return thumbprint == r.Thumbprint
}

func hashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
