package main

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
)

func (v *plainVerifier) fitsType(header map[string]any) bool {
	typ, isText := header["typ"].(string)
	if header["typ"] != nil && !isText {
		return false
	}
	types := v.c.Policy.Types
	typ = v.otherType(typ)
	if len(types) == 0 || v.fault == "typ is not looked at" || v.fault == "an absent type is accepted" && header["typ"] == nil {
		return true
	}
	if v.fault == "only the first type counts" {
		types = types[:1]
	}
	short := func(s string) string {
		if v.fault != "types are compared exactly" {
			s = asciiLower(s)
		}
		if v.fault == "application is not cut off a type" {
			return s
		}
		if rest, ok := strings.CutPrefix(s, "application/"); ok && !strings.Contains(rest, "/") {
			return rest
		}
		return s
	}
	return slices.ContainsFunc(types, func(want string) bool {
		switch v.fault {
		case "typ is compared by suffix":
			return strings.HasSuffix(short(typ), short(want))
		case "typ is compared by prefix":
			return strings.HasPrefix(short(typ), short(want))
		}
		return short(typ) == short(want)
	})
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func (v *plainVerifier) fitsClaims(claims map[string]any) bool {
	p := v.c.Policy
	claims = v.otherClaims(claims)
	for i, name := range p.Require {
		if v.otherRequired(i, name, claims) {
			continue
		}
		if name != "exp" && v.fault == "required claims are not looked at" {
			continue
		}
		if value, there := claims[name]; (!there || value == nil) && (name != "exp" || v.fault != "exp is not required") {
			return false
		}
	}
	if p.Issuer != "" {
		_, there := claims["iss"].(string)
		same := v.fitsIssuer(claims["iss"])
		if !same && (there || claims["iss"] != nil || v.fault != "iss may be absent") {
			return false
		}
	}
	sub, _ := claims["sub"].(string)
	if p.Subject != "" && claims["sub"] != p.Subject && v.fault != "sub is not looked at" &&
		!(v.fault == "sub is compared in lower case" && strings.EqualFold(sub, p.Subject)) && !(v.fault == "sub may be absent" && claims["sub"] == nil) {
		return false
	}
	if len(p.Audience) > 1 && v.fault == "only the first audience of the policy counts" {
		p.Audience = p.Audience[:1]
	}
	return len(p.Audience) == 0 || slices.ContainsFunc(p.Audience, func(want string) bool { return v.fitsAudience(claims["aud"], want) })
}

func (v *plainVerifier) fitsIssuer(iss any) bool {
	text, _ := iss.(string)
	want := v.c.Policy.Issuer
	if v.otherName(iss, want) {
		return true
	}
	switch v.fault {
	case "iss is compared in lower case":
		return strings.EqualFold(text, want)
	case "a slash after iss is cut off":
		return strings.TrimSuffix(text, "/") == want
	case "spaces around iss are cut off":
		return strings.TrimSpace(text) == want
	case "iss is compared by prefix":
		return strings.HasPrefix(text, want)
	case "iss is compared without its scheme":
		return strings.TrimPrefix(strings.TrimPrefix(text, "http://"), "https://") == strings.TrimPrefix(want, "https://")
	case "iss may be in an array":
		list, _ := iss.([]any)
		return text == want || slices.Contains(list, any(want))
	}
	return text == want
}

func (v *plainVerifier) fitsAudience(aud any, want string) bool {
	same := func(got any) bool {
		text, _ := got.(string)
		if v.otherName(got, want) {
			return true
		}
		switch v.fault {
		case "aud is compared by prefix":
			return strings.HasPrefix(text, want)
		case "aud is searched in the text":
			return strings.Contains(text, want)
		case "aud is compared without a slash":
			return strings.TrimSuffix(text, "/") == want
		case "aud is compared in lower case":
			return strings.EqualFold(text, want)
		case "aud is split at spaces":
			return slices.Contains(strings.Fields(text), want)
		case "aud may be in an array of arrays":
			list, _ := got.([]any)
			return slices.Contains(list, any(want)) || text == want
		}
		return got == want
	}
	switch aud := aud.(type) {
	case []any:
		switch v.fault {
		case "aud of an array is its first":
			aud = aud[:min(1, len(aud))]
		case "aud of an array is its first sixty-four":
			aud = aud[:min(64, len(aud))]
		case "aud of an array is its last":
			aud = aud[max(0, len(aud)-1):]
		}
		if v.fault == "every recipient must be the policy's" {
			return len(aud) > 0 && !slices.ContainsFunc(aud, func(got any) bool { return !same(got) })
		}
		return slices.ContainsFunc(aud, same)
	case map[string]any:
		return v.fault == "aud may be the name of a member" && aud[want] != nil
	case nil:
		return v.fault == "an absent aud is accepted"
	}
	return same(aud)
}

func (v *plainVerifier) fitsTime(claims map[string]any) bool {
	now, leeway := new(big.Rat).SetInt64(v.c.Now), v.c.Policy.Leeway
	forExp, forNbf, forAge := leeway, leeway, leeway
	switch v.fault {
	case "leeway is in milliseconds":
		forExp, forNbf = leeway*1000, leeway*1000
	case "five minutes are granted always":
		forExp, forNbf = leeway+300, leeway+300
	case "the leeway is doubled":
		forExp, forNbf = 2*leeway, 2*leeway
	case "the leeway is not for exp":
		forExp = 0
	case "the leeway is not for nbf":
		forNbf = 0
	case "the leeway is not for the age":
		forAge = 0
	case "the leeway is a minute at most":
		forExp, forNbf = min(60, forExp), min(60, forNbf)
	}
	exp, hasExp, ok := v.date(claims, "exp")
	if v.fault == "exp counts only where it is required" && !slices.Contains(v.c.Policy.Require, "exp") {
		ok, hasExp = true, false
	}
	if !ok {
		return false
	}
	if hasExp && v.fault != "exp is not looked at" {
		late := new(big.Rat).Sub(now, new(big.Rat).SetInt64(forExp)).Cmp(exp)
		if late > 0 || late == 0 && v.fault != "exp may be equal to now" {
			return false
		}
	}
	nbf, hasNbf, ok := v.date(claims, "nbf")
	if !ok {
		return false
	}
	if hasNbf && v.fault != "nbf is not looked at" {
		early := new(big.Rat).Add(now, new(big.Rat).SetInt64(forNbf)).Cmp(nbf)
		if early < 0 || early == 0 && v.fault == "nbf may not be equal to now" {
			return false
		}
	}
	iat, hasIat, ok := v.date(claims, "iat")
	iat, hasIat, ok = v.otherAge(claims, iat, hasIat, ok)
	if !ok || v.c.Policy.MaxAge == 0 || v.fault == "the age is not looked at" {
		return ok
	}
	if !hasIat {
		return false
	}
	age := new(big.Rat).Sub(now, iat)
	if v.fault == "the age is taken without its sign" {
		age.Abs(age)
	}
	tooOld := age.Cmp(new(big.Rat).SetInt64(v.c.Policy.MaxAge+forAge)) > 0
	ahead := age.Cmp(new(big.Rat).SetInt64(-forAge)) < 0 && v.fault != "the age of a token from the future is not looked at"
	return !tooOld && !ahead
}

func (v *plainVerifier) date(claims map[string]any, name string) (at *big.Rat, there, ok bool) {
	value, there := claims[name]
	if !there {
		return nil, false, true
	}
	text, isText := value.(string)
	if number, isNumber := value.(json.Number); isNumber {
		text = number.String()
	} else if !isText || v.fault != "exp may be a text" {
		return nil, false, v.fault == "dates of other JSON types are passed over"
	}
	if v.fault == "a date with an exponent is refused" && strings.ContainsAny(text, "eE") || v.fault == "a date with a fraction is refused" && strings.Contains(text, ".") {
		return nil, true, false
	}
	if _, exponent, found := strings.Cut(strings.ToLower(text), "e"); found && len(exponent) > 3 {
		return nil, true, false
	}
	at, ok = new(big.Rat).SetString(v.otherNumber(name, text))
	if ok && v.fault == "exp is cut to 32 bits" && at.IsInt() {
		at.SetInt64(int64(int32(at.Num().Int64())))
	}
	if ok && v.fault == "a large exp is in milliseconds" && name == "exp" && at.Cmp(new(big.Rat).SetInt64(1e11)) > 0 {
		at.Quo(at, new(big.Rat).SetInt64(1000))
	}
	if ok && v.fault == "a date of zero or less is none" && at.Sign() <= 0 {
		return nil, false, true
	}
	return at, true, ok
}
