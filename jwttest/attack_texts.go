package jwttest

import (
	"encoding/asn1"
	"encoding/json"
	"math/big"
	"strings"
)

// textAttacks are tokens by the issuer's key whose text says two things, or none.
var textAttacks = []attack{
	{"malformed", "refuse what cannot be read; an error of the parser is a refusal", malformed},
	{"other spelling of the token", "accept one text form of a token: base64url without padding and stray bits, three parts", spellings},
	{"duplicate names", "refuse JSON with a name that is there twice (RFC 8725 section 2.4)", duplicates},
	{"other spelling of names", "compare names of claims exactly, which encoding/json does not, and require the claims", capitals},
	{"critical extension", "refuse tokens with a crit that you do not understand (RFC 7515 section 4.1.11)", criticals},
}

// signed returns a token with any text as header and payload, signed by the issuer.
func (x *attacker) signed(header, payload string) string {
	x.t.Helper()
	return signText(x.t, x.issuer.signer(x.t), header, payload)
}

func malformed(x *attacker) []trial {
	header, payload := x.header(nil), object(x.t, x.payload())
	right := x.token()
	return []trial{
		{what: "the token null", token: "null"},
		{what: "the token x", token: "x"},
		{what: "the token a.b.c", token: "a.b.c"},
		{what: "a token of two dots", token: ".."},
		{what: "a token without its signature and dot", token: right[:strings.LastIndexByte(right, '.')]},
		{what: "a header that is not base64url", token: "!" + right},
		{what: "a header that is not JSON", token: x.signed(header[1:], payload)},
		{what: "a header with text after it", token: x.signed(header+"x", payload)},
		{what: "a payload that is not JSON", token: x.signed(header, payload[:len(payload)-1])},
		{what: "a payload with text after it", token: x.signed(header, payload+"x")},
		{what: "a payload that is null", token: x.signed(header, "null")},
		{what: "a payload that is an array", token: x.signed(header, "["+payload+"]")},
	}
}

// stray returns base64url with a bit set that belongs to no byte, and "" if there is no
// such bit.
func stray(s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	if s == "" || len(s)%4 == 0 {
		return ""
	}
	last := len(s) - 1
	return s[:last] + string(alphabet[strings.IndexByte(alphabet, s[last])|1])
}

func spellings(x *attacker) []trial {
	right := x.token()
	trials := []trial{
		{what: "a dot after the token", token: right + "."},
		{what: "a fourth part", token: right + ".x"},
		{what: "a dot before the token", token: "." + right},
		{what: "a scheme before the token", token: "Bearer " + right},
	}
	sig := part(right, 2)
	if odd := stray(sig); odd != "" {
		trials = append(trials, trial{what: "a signature with a stray bit", token: strings.TrimSuffix(right, sig) + odd},
			trial{what: "a signature with padding", token: right + strings.Repeat("=", 4-len(sig)%4)})
	}
	return append(trials, x.signatureForms()...)
}

// signatureForms are good signatures in forms other than the one of their algorithm.
func (x *attacker) signatureForms() []trial {
	token := x.token()
	for range 1000 { // of which each has such a character with nine chances in ten, or more
		if strings.ContainsAny(part(token, 2), "-_") {
			break
		}
		token = x.token()
	}
	text := part(token, 2)
	input, sig := strings.TrimSuffix(token, text), decode(text)
	trials := []trial{
		{what: "a signature in the other alphabet of base64", token: input + strings.NewReplacer("-", "+", "_", "/").Replace(text)},
		{what: "a signature with a space", token: input + text[:8] + " " + text[8:]},
		{what: "a signature with a byte after it", token: input + encode(sig+"\x00")},
		{what: "a signature with a byte before it", token: input + encode("\x00"+sig)},
		{what: "a signature twice", token: input + encode(sig+sig)},
	}
	if curves[x.issuer.signer(x.t).Algorithm()] == nil {
		return trials
	}
	r, s := sig[:len(sig)/2], sig[len(sig)/2:]
	der := must(asn1.Marshal([]*big.Int{new(big.Int).SetBytes([]byte(r)), new(big.Int).SetBytes([]byte(s))}))(x.t)
	return append(trials,
		trial{what: "a signature in ASN.1", token: input + encode(string(der))},
		trial{what: "a signature of two wider numbers", token: input + encode("\x00"+r+"\x00"+s)},
		trial{what: "a signature whose second number is wider", token: input + encode(r+"\x00"+s)})
}

func duplicates(x *attacker) (trials []trial) {
	header, payload := x.header(nil), object(x.t, x.payload())
	for _, row := range []struct {
		name  string
		value any
	}{{"aud", other}, {"iss", other}, {"exp", x.issuer.Now().Add(-lifetime).Unix()}} {
		wrong := member(row.name, row.value)
		trials = append(trials,
			trial{what: "a wrong " + row.name + " before the right one", token: x.signed(header, "{"+wrong+","+payload[1:])},
			trial{what: "a wrong " + row.name + " after the right one", token: x.signed(header, payload[:len(payload)-1]+","+wrong+"}")})
	}
	typ := member("typ", "logout+jwt")
	return append(trials,
		trial{what: "a header with a wrong typ before the right one", token: x.signed("{"+typ+","+header[1:], payload)},
		trial{what: "a header with a wrong typ after the right one", token: x.signed(header[:len(header)-1]+","+typ+"}", payload)})
}

// other is a name that means nothing to the service.
const other = "https://other.example"

func member(name string, value any) string {
	data, _ := json.Marshal(value)
	return quote(name) + ":" + string(data)
}

func capitals(x *attacker) (trials []trial) {
	right := x.payload()
	for _, row := range [][2]string{{"aud", "no audience"}, {"iss", "no issuer"}, {"exp", "no expiry"}} {
		name, absent := row[0], row[1]
		if right[name] == nil || x.allowed(absent) {
			continue
		}
		for _, spelling := range []string{strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]} {
			trials = append(trials, trial{what: "no " + name + ", but " + spelling, token: x.token(Claim(name, nil), Claim(spelling, right[name]))})
		}
	}
	if x.issuer.Type != "" && !x.allowed("type") {
		trials = append(trials, trial{what: "no typ, but TYP", token: x.token(Header("typ", nil), Header("TYP", x.issuer.Type))})
	}
	past := x.issuer.Now().Add(-lifetime).Unix()
	payload := object(x.t, x.payload(Claim("exp", past)))
	future := member("EXP", x.issuer.Now().Add(lifetime).Unix())
	return append(trials, trial{what: "an exp that is over, and an EXP that is not", token: x.signed(x.header(nil), payload[:len(payload)-1]+","+future+"}")})
}

func criticals(x *attacker) []trial {
	crit := func(what string, crit any, changes ...Change) trial {
		return trial{what: what, token: x.token(append(changes, Header("crit", crit))...)}
	}
	return []trial{
		crit("a crit that names an unknown extension", []string{"urn:example:ext"}, Header("urn:example:ext", true)),
		crit("a crit that names a parameter that is not there", []string{"urn:example:ext"}),
		crit("an empty crit", []string{}),
		crit("a crit that is null", json.RawMessage("null")),
		crit("a crit that is text", "urn:example:ext", Header("urn:example:ext", true)),
		crit("a crit that names alg", []string{"alg"}),
		crit("a crit that names b64, on a payload that is encoded", []string{"b64"}, Header("b64", false)),
	}
}
