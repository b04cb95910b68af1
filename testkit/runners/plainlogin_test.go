package main

import (
	"crypto"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// fitsLogin is about what an ID token has of its login.
func (p *plainProfile) fitsLogin(header, claims map[string]any) bool {
	if p.c.Policy.Profile != testkit.IDToken {
		return true
	}
	if p.fault == "azp is as good as aud" && claims["aud"] != "shop" && claims["azp"] != "shop" {
		return false
	}
	alg, _ := header["alg"].(string)
	access, code := p.fitsHash(alg, "at_hash", claims["at_hash"], p.c.Login.AccessToken), p.fitsHash(alg, "c_hash", claims["c_hash"], p.c.Login.Code)
	if p.fault == "either hash will do" && (p.fitsHash(alg, "", claims["c_hash"], p.c.Login.AccessToken) && p.fitsHash(alg, "", claims["at_hash"], p.c.Login.Code)) {
		return true
	}
	return p.fitsNonce(claims["nonce"]) && p.fitsAuthTime(claims) && access && code
}

func (p *plainProfile) fitsNonce(value any) bool {
	got, isText := value.(string)
	want := p.c.Login.Nonce
	switch p.fault {
	case "nonce is not looked at":
		return true
	case "nonce may be absent":
		return value == nil || got == want
	case "nonce is compared by prefix":
		return strings.HasPrefix(got, want)
	case "nonce is compared in lower case":
		return strings.EqualFold(got, want)
	case "nonce is compared without spaces":
		return strings.TrimSpace(got) == want
	case "nonce may be in an array":
		list, _ := value.([]any)
		return slices.Contains(list, any(want)) || got == want
	}
	return isText && got == want
}

func (p *plainProfile) fitsAuthTime(claims map[string]any) bool {
	name, v := "auth_time", &plainVerifier{"", p.c}
	switch p.fault {
	case "auth_time is not looked at":
		return true
	case "the age of a login is that of its token":
		name = "iat"
	case "auth_time may be a text":
		v.fault = "exp may be a text"
	case "auth_time is cut to 32 bits":
		v.fault = "exp is cut to 32 bits"
	}
	if p.c.Login.MaxAge == 0 {
		return true
	}
	at, there, ok := v.date(claims, name)
	if !there || !ok {
		return p.fault == "auth_time may be absent" && claims[name] == nil
	}
	if p.fault == "auth_time is in milliseconds" && at.Cmp(new(big.Rat).SetInt64(1e11)) > 0 {
		at.Quo(at, new(big.Rat).SetInt64(1000))
	}
	age := new(big.Rat).Sub(new(big.Rat).SetInt64(p.c.Now), at)
	return age.Cmp(new(big.Rat).SetInt64(p.c.Login.MaxAge)) <= 0 && (age.Sign() >= 0 || p.fault == "auth_time may be ahead")
}

func (p *plainProfile) fitsHash(alg, claim string, value any, text string) bool {
	got, _ := value.(string)
	if text == "" || p.fault == fault(claim+" is not looked at") || value == nil && p.fault == fault(claim+" may be absent") {
		return true
	}
	half := func(h crypto.Hash, from int) string {
		sum := h.New()
		sum.Write([]byte(text))
		digest := sum.Sum(nil)
		return base64.RawURLEncoding.EncodeToString(digest[from*len(digest)/2 : from*len(digest)/2+len(digest)/2])
	}
	h := hashOf(alg)
	if alg == "Ed25519" {
		h = crypto.SHA512
	}
	switch p.fault {
	case "any hash is of an ID token's algorithm":
		return got == half(crypto.SHA256, 0) || got == half(crypto.SHA384, 0) || got == half(crypto.SHA512, 0)
	case "the hash is SHA-256 always":
		h = crypto.SHA256
	case "at_hash is compared by prefix":
		return strings.HasPrefix(got, half(h, 0))
	case "at_hash is compared in lower case":
		return strings.EqualFold(got, half(h, 0))
	case "at_hash may be whole":
		return got == half(h, 0) || got == hashText(text)
	case "the right half of a hash is as good":
		return got == half(h, 0) || got == half(h, 1)
	}
	return got == half(h, 0)
}
