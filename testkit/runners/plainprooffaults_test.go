package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// takesType reports whether a fault takes the type for that of a proof.
func (p *plainProof) takesType(value any, typ string) bool {
	switch p.fault {
	case "typ of a proof is compared by prefix":
		return strings.HasPrefix(typ, "dpop+jwt")
	case "typ of a proof is compared by suffix":
		return strings.HasSuffix(typ, "dpop+jwt")
	case "spaces around typ are cut off":
		return strings.TrimSpace(typ) == "dpop+jwt"
	case "an absent typ is as good":
		return value == nil
	}
	return false
}

// takesKey reports whether a fault takes the signature for one of the key in the header.
func (p *plainProof) takesKey(header, jwk map[string]any, parts []string) bool {
	switch p.fault {
	case "the alg none may prove":
		return header["alg"] == "none"
	case "an empty signature is as good":
		return parts[2] == ""
	case "the algorithm is that of the key":
		copied := map[string]any{"alg": map[any]string{"P-256": "ES256", "Ed25519": "EdDSA"}[jwk["crv"]]}
		for name, value := range jwk {
			copied[name] = value
		}
		data, _ := json.Marshal(copied)
		keys, ok := rawKeys(testkit.Case{Keys: []json.RawMessage{data}})
		return ok && jwk["d"] == nil && len(keys) > 0 && keys[0].alg != "" && (&plainVerifier{"", p.c}).fitsSignature(keys[0], parts[0]+"."+parts[1], decode(parts[2]))
	}
	return false
}

// takesID reports whether a fault takes the value for a jti.
func (p *plainProof) takesID(value any) bool {
	_, isNumber := value.(json.Number)
	return value != nil && value != "" && p.fault == "jti may be of any type" || isNumber && p.fault == "jti may be a number"
}

func (p *plainProof) takesMethod(got, want string) bool {
	switch p.fault {
	case "htm is compared by prefix":
		return strings.HasPrefix(got, want)
	case "htm is searched in the method":
		return got != "" && strings.Contains(want, got)
	case "htm is compared without spaces":
		return strings.TrimSpace(got) == want
	case "htm may be a list":
		return slices.Contains(strings.Split(got, ","), want)
	case "htm may be an asterisk":
		return got == "*"
	}
	return false
}

func (p *plainProof) takesURL(got, want string) bool {
	address, err := url.Parse(got)
	wanted, _ := url.Parse(want)
	if err != nil {
		return false
	}
	switch p.fault {
	case "a slash after htu is cut off":
		return strings.TrimSuffix(got, "/") == want
	case "htu is compared in lower case":
		return strings.EqualFold(got, want)
	case "htu is compared without its scheme":
		return address.Host == wanted.Host && address.Path == wanted.Path
	case "htu is compared without its port":
		return address.Hostname() == wanted.Hostname() && address.Scheme == wanted.Scheme && address.Path == wanted.Path
	case "htu is compared without its user":
		return address.User != nil && address.Host == wanted.Host && address.Path == wanted.Path
	case "htu is searched for the URL":
		return strings.Contains(got, want)
	case "htu is compared by suffix":
		return strings.HasSuffix(got, want)
	case "slashes of htu are joined":
		return regexp.MustCompile(`([^:])//+`).ReplaceAllString(got, "$1/") == want
	case "htu may be a path":
		return got == wanted.Path
	case "htu is compared without parameters":
		text, _, _ := strings.Cut(got, ";")
		return text == want
	case "htu is a prefix of the URL":
		return got != "" && strings.HasPrefix(want, got)
	}
	return false
}

// fitsNonce is about the nonce that the server has demanded.
func (p *plainProof) fitsNonce(header, claims map[string]any) bool {
	value, want := claims["nonce"], p.c.Request.Nonce
	got, isText := value.(string)
	if want == "" {
		return value == nil || p.fault != "a nonce that nobody asks for is refused"
	}
	switch p.fault {
	case "nonce is not looked at":
		return true
	case "nonce may be absent":
		return value == nil || got == want
	case "nonce may be empty":
		return isText && got == "" || got == want
	case "nonce may be of any type":
		return value != nil && !isText || got == want
	case "nonce may be any text":
		return got != ""
	case "nonce is compared by prefix":
		return strings.HasPrefix(got, want)
	case "nonce is a prefix":
		return got != "" && strings.HasPrefix(want, got)
	case "nonce is compared in lower case":
		return strings.EqualFold(got, want)
	case "nonce is compared without spaces":
		return strings.TrimSpace(got) == want
	case "nonce may have padding":
		return strings.TrimRight(got, "=") == want
	case "nonce may be in an array":
		list, _ := value.([]any)
		return got == want || slices.Contains(list, any(want))
	case "nonce may be in an object":
		object, _ := value.(map[string]any)
		return got == want || object["nonce"] == want
	case "nonce may be in a list":
		return slices.Contains(strings.Split(got, ","), want)
	case "nonce may be in the header":
		return got == want || header["nonce"] == want
	case "nonce may be the jti":
		return got == want || claims["jti"] == want
	}
	return got == want
}

// date is iat as a fault reads it.
func (p *plainProof) date(claims map[string]any) (at *big.Rat, there, ok bool) {
	v := &plainVerifier{"", p.c}
	switch p.fault {
	case "iat is cut to 64 bits":
		v.fault = "a date is cut to 64 bits"
	case "iat may be in milliseconds":
		v.fault = "iat is in milliseconds"
	case "iat may be a text":
		v.fault = "exp may be a text"
	case "iat is cut to 32 bits":
		v.fault = "exp is cut to 32 bits"
	}
	return v.date(claims, "iat")
}

// takesHash reports whether a fault takes the value for a hash of the access token.
func (p *plainProof) takesHash(value any) bool {
	token := p.c.Request.AccessToken
	want := hashText(token)
	sum, long := sha256.Sum256([]byte(token)), sha512.Sum512([]byte(token))
	got, isText := value.(string)
	switch p.fault {
	case "ath is compared by prefix":
		return len(got) > 8 && (strings.HasPrefix(got, want) || strings.HasPrefix(want, got))
	case "ath is compared in lower case":
		return strings.EqualFold(got, want)
	case "ath may have padding":
		return strings.TrimRight(got, "=") == want
	case "ath may be in the other alphabet":
		return got == base64.StdEncoding.EncodeToString(sum[:])
	case "ath may be in hexadecimal":
		return got == hex.EncodeToString(sum[:])
	case "ath may be the access token":
		return got == token
	case "ath may be empty":
		return isText && got == ""
	case "ath may be in an array":
		list, _ := value.([]any)
		return slices.Contains(list, any(want))
	case "ath may be half the hash":
		return got == base64.RawURLEncoding.EncodeToString(sum[:16])
	case "ath may be of another hash":
		return got == base64.RawURLEncoding.EncodeToString(long[:])
	}
	return false
}

// takesThumbprint reports whether a fault takes what is bound for the thumbprint of the key.
func (p *plainProof) takesThumbprint(bound, want, text string, jwk map[string]any) bool {
	switch p.fault {
	case "jkt may have padding":
		return strings.TrimRight(bound, "=") == want
	case "jkt may be longer":
		return strings.HasPrefix(bound, want)
	case "jkt is of members in any order":
		members := strings.Split(strings.Trim(text, "{}"), ",")
		slices.Reverse(members)
		return bound == hashText("{"+strings.Join(members, ",")+"}") || bound == hashText(fmt.Sprintf(`{"kty":%q,"crv":%q,"x":%q,"y":%q}`, jwk["kty"], jwk["crv"], jwk["x"], jwk["y"])) || bound == hashText(fmt.Sprintf(`{"y":%q,"x":%q,"crv":%q,"kty":%q}`, jwk["y"], jwk["x"], jwk["crv"], jwk["kty"]))
	case "jkt may be of another hash":
		sum := sha512.Sum512([]byte(text))
		return bound == base64.RawURLEncoding.EncodeToString(sum[:])
	case "jkt is of the bytes of the key":
		data, _ := json.Marshal(jwk)
		keys, _ := rawKeys(testkit.Case{Keys: []json.RawMessage{data}})
		if len(keys) == 0 {
			return false
		}
		public, ok := keys[0].key.(*ecdsa.PublicKey)
		if !ok {
			return false
		}
		point, _ := public.Bytes()
		return bound == hashText(string(point))
	}
	return false
}
