package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strings"
)

// claimFaults are mistakes in comparing types and claims, and in reading dates.
var claimFaults = []fault{
	"application is compared by letter", "spaces around typ are cut off", "the last part of a type counts", "any type with the suffix counts", "typ is a pattern", "typ is searched in the policy's types", "typ ends at a semicolon or a slash",
	"names are compared as patterns", "the policy's names are patterns", "names are compared as URLs", "names are compared by host", "names are compared without the dot of the root", "names are compared as text of any JSON type", "names are compared in Unicode's lower case", "names end at a zero byte", "names are compared without marks", "names are searched in the policy's", "a slash after the policy's name is cut off", "names are compared without percent-encoding", "names are compared without their query",
	"aud of an array is its first sixty-four", "aud of an array is its last",
	"required claims are found by path", "required claims may be what an object has", "required claims must not be false", "only the first required claim counts", "only the last required claim counts", "required claims are compared in lower case", "required claims are compared by prefix", "required claims may be a value",
	"the leeway is a minute at most", "exp counts only where it is required", "a date ends at its point or its exponent", "an exponent is passed over", "a negative exponent is a positive one", "a date is rounded up", "a date is cut to 31 bits", "a date is cut to 53 bits", "a date is cut to 64 bits",
	"the age is taken without its sign", "the age is that since nbf", "the age is that of the session", "an iat that is no number is now", "iat is in milliseconds",
}

func (v *plainVerifier) otherType(typ string) string {
	types := v.c.Policy.Types
	if len(types) == 0 {
		return typ
	}
	short := func(s string) string { return strings.TrimPrefix(strings.ToLower(s), "application/") }
	take := func(ok bool) string {
		if ok && typ != "" {
			return types[0]
		}
		return typ
	}
	switch v.fault {
	case "application is compared by letter":
		if rest, ok := strings.CutPrefix(typ, "application/"); !ok && strings.HasPrefix(strings.ToLower(typ), "application/") {
			return "x" + rest
		}
	case "spaces around typ are cut off":
		return strings.TrimSpace(typ)
	case "the last part of a type counts":
		return path.Base(typ)
	case "any type with the suffix counts":
		return take(strings.HasSuffix(short(typ), "+jwt"))
	case "typ is a pattern":
		ok, _ := path.Match(short(typ), short(types[0]))
		return take(ok)
	case "typ is searched in the policy's types":
		return take(strings.Contains(short(types[0]), short(typ)))
	case "typ ends at a semicolon or a slash":
		return regexp.MustCompile(`^(application/)?[^;/]*`).FindString(typ)
	}
	return typ
}

// otherName reports whether a fault takes what is got for the name that is wanted.
func (v *plainVerifier) otherName(got any, want string) bool {
	text, isText := got.(string)
	if v.fault == "names are compared as text of any JSON type" {
		data, _ := json.Marshal(got)
		return !isText && (fmt.Sprint(got) == want || string(data) == want)
	}
	if !isText {
		return false
	}
	strip := func(s string) string { return s }
	switch v.fault {
	case "names are compared as patterns":
		ok, _ := path.Match(text, want)
		return ok
	case "the policy's names are patterns":
		ok, _ := regexp.MatchString("^"+want+"$", text)
		return ok
	case "names are searched in the policy's":
		return strings.Contains(want, text)
	case "names are compared by host":
		host := regexp.MustCompile(`^https?://([^/@]*@)?([^/:?#]*)`).FindStringSubmatch(text)
		return host != nil && "https://"+host[2] == want
	case "names are compared as URLs":
		strip = func(s string) string {
			s = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(s, "/a/.."), "/."), ":443")
			return strings.TrimSuffix(s, "/")
		}
	case "names are compared without the dot of the root":
		strip = func(s string) string { return strings.TrimSuffix(s, ".") }
	case "names are compared in Unicode's lower case":
		return strings.EqualFold(text, want)
	case "names end at a zero byte":
		strip = func(s string) string { name, _, _ := strings.Cut(s, "\x00"); return name }
	case "names are compared without marks":
		strip = func(s string) string { return regexp.MustCompile(`[\p{M}\p{Cf}]`).ReplaceAllString(s, "") }
	case "a slash after the policy's name is cut off":
		return text == strings.TrimSuffix(want, "/")
	case "names are compared without percent-encoding":
		strip = func(s string) string { return strings.NewReplacer("%6c", "l", "%2e", ".").Replace(s) }
	case "names are compared without their query":
		strip = func(s string) string { return regexp.MustCompile(`[?#].*$`).ReplaceAllString(s, "") }
	}
	return strip(text) == strip(want)
}

// otherClaims are the claims with what a fault finds in them.
func (v *plainVerifier) otherClaims(claims map[string]any) map[string]any {
	if v.fault == "required claims are compared in lower case" {
		for _, name := range v.c.Policy.Require {
			for other, value := range claims {
				if strings.EqualFold(name, other) {
					claims[name] = value
				}
			}
		}
	}
	return claims
}

// otherRequired reports whether a fault is content without a required claim.
func (v *plainVerifier) otherRequired(i int, name string, claims map[string]any) bool {
	value := claims[name]
	switch v.fault {
	case "required claims are found by path":
		head, rest, _ := strings.Cut(strings.Trim(strings.ReplaceAll(name, "/", "."), "."), ".")
		inside, _ := claims[head].(map[string]any)
		return inside[rest] != nil
	case "required claims may be what an object has":
		return slices.Contains([]string{"toString", "constructor", "__proto__", "hasOwnProperty", "valueOf"}, name)
	case "required claims must not be false":
		if value == false || value == json.Number("0") {
			delete(claims, name)
		}
	case "only the first required claim counts":
		return i > 0
	case "only the last required claim counts":
		return i < len(v.c.Policy.Require)-1
	case "required claims are compared by prefix":
		for other := range claims {
			if strings.HasPrefix(other, name) {
				return true
			}
		}
	case "required claims may be a value":
		for _, value := range claims {
			if value == name {
				return true
			}
		}
	}
	return false
}

// otherNumber is the text of a date as a fault reads it.
func (v *plainVerifier) otherNumber(name, text string) string {
	number, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, hasFraction := strings.Cut(number, ".")
	n, _ := new(big.Int).SetString(text, 10)
	cut := func(bits uint) string {
		if n == nil {
			return text
		}
		return n.Mod(n, new(big.Int).Lsh(big.NewInt(1), bits)).String()
	}
	switch v.fault {
	case "a date ends at its point or its exponent":
		return whole
	case "an exponent is passed over":
		return number
	case "a negative exponent is a positive one":
		return strings.Replace(text, "e-", "e", 1)
	case "a date is rounded up":
		if hasFraction && exponent == "" && strings.Trim(fraction, "0") != "" {
			n, _ := new(big.Int).SetString(whole, 10)
			return n.Add(n, big.NewInt(2)).String()
		}
	case "a date is cut to 31 bits":
		return cut(31)
	case "a date is cut to 53 bits":
		return cut(53)
	case "a date is cut to 64 bits":
		return cut(64)
	case "iat is in milliseconds":
		if name == "iat" && len(whole) > 11 {
			return whole[:len(whole)-3]
		}
	}
	return text
}

// otherAge is iat as a fault reads it, where the age matters.
func (v *plainVerifier) otherAge(claims map[string]any, iat *big.Rat, there, ok bool) (*big.Rat, bool, bool) {
	switch v.fault {
	case "the age is that since nbf":
		if _, has := claims["nbf"]; has {
			return v.date(claims, "nbf")
		}
	case "the age is that of the session":
		if _, has := claims["auth_time"]; has {
			return v.date(claims, "auth_time")
		}
	case "an iat that is no number is now":
		if !ok {
			return new(big.Rat).SetInt64(v.c.Now), true, true
		}
	}
	return iat, there, ok
}
