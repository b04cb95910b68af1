package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// A fault is one that a plain verifier can have.
type fault string

// faults are mistakes that verifiers have been shipped with.
var faults = []fault{
	"exp is not looked at", "exp is not required", "exp may be equal to now", "nbf is not looked at", "exp may be a text", "exp is cut to 32 bits",
	"a public key is taken for a secret", "the algorithm is the header's", "crit is not looked at", "kid is not looked at", "a key without a match is the first",
	"aud is compared by prefix", "aud is searched in the text", "aud of an array is its first", "an absent aud is accepted", "iss is compared in lower case", "iss may be absent",
	"padding is tolerated", "line breaks are tolerated", "the salt of PSS may have any length", "signatures are compared up to the shorter",
	"an ECDSA signature may have more bytes", "an ECDSA signature may be of zeros", "an Ed25519 signature is not looked at",
	"typ is not looked at", "typ is compared by suffix", "names are compared in lower case", "sub is not looked at", "the age is not looked at",
	"leeway is in milliseconds", "more than three parts are tolerated", "text after the payload is tolerated",
	"the alg none in other letters is accepted", "an empty signature is accepted",

	"the other base64 alphabet is tolerated", "spaces around parts are tolerated", "white space in parts is tolerated", "percent-encoding is tolerated",
	"the scheme Bearer is cut off", "quotes around the token are cut off", "the JSON serialization is read", "an encrypted token is as good as a signed one",
	"of two members of one name the first counts", "an object in an array is opened", "text that is not UTF-8 is tolerated", "escapes in names are not read", "a comma before the end is tolerated",
	"claims inside a claim count", "a token inside the payload is opened",
	"names of algorithms are compared in lower case", "spaces around the algorithm are tolerated", "only the kind of the algorithm is compared", "the key in the header is trusted",
	"kid is compared in lower case", "kid is compared by prefix", "the use of a key is not looked at", "the operations of a key are not looked at", "crv is not looked at",
	"short secrets are tolerated", "an RSA key of 1,024 bits is tolerated", "any curve serves any algorithm", "Ed25519 keys that do not decode are tolerated",
	"an ECDSA signature may be in ASN.1", "an ECDSA signature is split in the middle", "an ECDSA signature is taken modulo the order", "zeros before an RSA signature are cut off",
	"either padding of RSA will do", "the hash of an HMAC follows from its size", "s of Ed25519 is taken modulo the order", "a signature of the payload alone will do", "a signature of the decoded parts will do",
	"types are compared exactly", "application is not cut off a type", "an absent type is accepted", "only the first type counts", "typ is compared by prefix",
	"a slash after iss is cut off", "spaces around iss are cut off", "iss is compared by prefix", "iss may be in an array", "iss is compared without its scheme",
	"aud is compared without a slash", "aud is compared in lower case", "only the first audience of the policy counts", "every recipient must be the policy's", "aud is split at spaces", "aud may be the name of a member", "aud may be in an array of arrays",
	"sub is compared in lower case", "sub may be absent", "required claims are not looked at",
	"nbf may not be equal to now", "five minutes are granted always", "the leeway is doubled", "the leeway is not for exp", "the leeway is not for nbf", "a date of zero or less is none", "dates of other JSON types are passed over",
	"a date with an exponent is refused", "a date with a fraction is refused", "a large exp is in milliseconds", "the age of a token from the future is not looked at", "the leeway is not for the age",
}

// Each of the faults is found, and the verifier without one accepts no row wrongly.
func TestEachFaultOfAPlainVerifierIsFound(t *testing.T) {
	findFaults(t, slices.Concat(faults, textFaults, choiceFaults, signatureFaults, claimFaults), plain)
}

// findFaults fails for each fault that no row tells from none.
func findFaults(t *testing.T, faults []fault, with func(fault) func(testkit.Case) testkit.Verdict) {
	t.Helper()
	cases := cheapFirst()
	without := make(map[string]testkit.Verdict)
	for _, c := range cases {
		without[c.ID] = with("")(c)
		if !c.Agrees(without[c.ID]) {
			t.Errorf("%s: got %s, want %s", c.ID, without[c.ID], c.Want)
		}
	}
	for _, f := range faults {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			verify := with(f)
			if !slices.ContainsFunc(cases, func(c testkit.Case) bool { v := verify(c); return v != without[c.ID] && !c.Agrees(v) }) {
				t.Error("no row finds it")
			}
		})
	}
}

// cheapFirst are all rows, those with a shared secret first, since most faults are found
// without looking at the others, whose signatures take longer.
func cheapFirst() []testkit.Case {
	cases := testkit.Cases()
	cost := func(c testkit.Case) int {
		if len(c.Keys) > 0 && strings.Contains(string(c.Keys[0]), `"oct"`) {
			return 0
		}
		return len(c.Token)
	}
	slices.SortStableFunc(cases, func(a, b testkit.Case) int { return cost(a) - cost(b) })
	return cases
}

func verdictOf(accepted bool) testkit.Verdict {
	if accepted {
		return testkit.Accept
	}
	return testkit.Refuse
}

// plain returns a verifier that is written with the standard library only, as plainly
// as can be, with a fault.
func plain(f fault) func(testkit.Case) testkit.Verdict {
	return func(c testkit.Case) testkit.Verdict {
		if c.Policy.Profile != "" || c.Policy.Strict || c.Decryption != nil || hasLattices(c) {
			return testkit.Unsupported
		}
		return verdictOf((&plainVerifier{f, c}).accepts())
	}
}

type plainVerifier struct {
	fault fault
	c     testkit.Case
}

func (v *plainVerifier) accepts() bool {
	parts := strings.Split(v.token(), ".")
	if len(parts) == 5 && v.fault == "an encrypted token is as good as a signed one" {
		return v.decrypts(parts)
	}
	if len(parts) > 3 && v.fault == "more than three parts are tolerated" {
		parts = parts[:3]
	}
	if len(parts) != 3 {
		return false
	}
	var decoded [3][]byte
	for i, part := range parts {
		var ok bool
		if decoded[i], ok = v.decode(v.tolerated(i, part)); !ok {
			return false
		}
	}
	header, ok := v.object(decoded[0])
	if !ok || !v.understands(header) {
		return false
	}
	if header["b64"] == false && v.fault == "unencoded payloads are understood" {
		parts[1] = string(decoded[1])
	}
	if !v.signed(header, parts[0]+"."+parts[1], decoded[2]) {
		return false
	}
	if v.fault == "a token inside the payload is opened" {
		if inner := strings.Split(strings.Trim(string(decoded[1]), `"`), "."); len(inner) == 3 {
			decoded[1], _ = v.decode(inner[1])
		}
	}
	claims, ok := v.object(decoded[1])
	if inside, there := claims["claims"].(map[string]any); there && v.fault == "claims inside a claim count" {
		claims = inside
	}
	v.merge(header, claims)
	return ok && v.fitsType(header) && v.fitsClaims(claims) && v.fitsTime(claims)
}

// token is the text of the token, with what comes around it cut off by a fault.
func (v *plainVerifier) token() string {
	switch v.fault {
	case "the scheme Bearer is cut off":
		return strings.TrimPrefix(v.c.Token, "Bearer ")
	case "quotes around the token are cut off":
		return strings.Trim(v.c.Token, `"`)
	case "the JSON serialization is read":
		var flat struct{ Protected, Payload, Signature string }
		if json.Unmarshal([]byte(v.c.Token), &flat) == nil {
			return flat.Protected + "." + flat.Payload + "." + flat.Signature
		}
	}
	return v.c.Token
}

// decrypts reads a JWE whose content key is the shared secret.
func (v *plainVerifier) decrypts(parts []string) bool {
	keys, _ := rawKeys(v.c)
	secret, _ := keys[0].key.([]byte)
	block, err := aes.NewCipher(secret)
	if err != nil {
		return false
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return false
	}
	iv := decode(parts[2])
	if len(iv) != gcm.NonceSize() {
		return false
	}
	content, err := gcm.Open(nil, iv, append(decode(parts[3]), decode(parts[4])...), []byte(parts[0]))
	if err != nil {
		return false
	}
	claims, ok := v.object(content)
	return ok && v.fitsClaims(claims) && v.fitsTime(claims)
}

func (v *plainVerifier) decode(part string) ([]byte, bool) {
	switch v.fault {
	case "the other base64 alphabet is tolerated":
		part = strings.NewReplacer("+", "-", "/", "_").Replace(part)
	case "spaces around parts are tolerated":
		part = strings.TrimSpace(part)
	case "white space in parts is tolerated":
		part = strings.Join(strings.Fields(part), "")
	case "percent-encoding is tolerated":
		part, _ = url.PathUnescape(part)
		part = strings.ReplaceAll(part, "=", "")
	}
	if v.fault == "padding is tolerated" {
		part = strings.TrimRight(part, "=")
	}
	if strings.ContainsAny(part, "\r\n") && v.fault != "line breaks are tolerated" {
		return nil, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return data, err == nil
}

func (v *plainVerifier) object(data []byte) (members map[string]any, ok bool) {
	data = v.converted(data)
	if v.fault != "text that is not UTF-8 is tolerated" && !utf8.Valid(data) {
		return nil, false
	}
	switch v.fault {
	case "an object in an array is opened":
		data = bytes.TrimSuffix(bytes.TrimPrefix(data, []byte("[")), []byte("]"))
	case "a comma before the end is tolerated":
		data = bytes.ReplaceAll(data, []byte(",}"), []byte("}"))
	case "of two members of one name the first counts":
		defer func() { first(data, members) }()
	case "escapes in names are not read":
		defer func() {
			for _, m := range escapedName.FindAllSubmatch(data, -1) {
				var name string
				_ = json.Unmarshal(m[1], &name)
				delete(members, name)
			}
		}()
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if d.Decode(&members) != nil || members == nil {
		return nil, false
	}
	if v.fault != "text after the payload is tolerated" && !json.Valid(data) {
		return nil, false
	}
	if v.fault == "names are compared in lower case" {
		for name, value := range members {
			members[strings.ToLower(name)] = value
		}
	}
	return members, true
}

// escapedName is a name of a member with an escape in it.
var escapedName = regexp.MustCompile(`("[^"\\]*\\[^"]*")\s*:`)

// first sets members that are there twice to their first values.
func first(data []byte, members map[string]any) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if _, err := d.Token(); err != nil || members == nil {
		return
	}
	seen := make(map[string]bool)
	for d.More() {
		name, err := d.Token()
		var value any
		if err != nil || d.Decode(&value) != nil {
			return
		}
		if text, _ := name.(string); !seen[text] {
			seen[text], members[text] = true, value
		}
	}
}
