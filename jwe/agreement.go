package jwe

import (
	"crypto/ecdh"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/internal/webkey"
)

// An agreement is the header parameters of a key agreement as they were read
// (RFC 7518 section 4.6.1).
type agreement struct{ epk, apu, apv strictjson.Value }

func (a *agreement) set(name []byte, v strictjson.Value) {
	switch string(name) {
	case "epk":
		a.epk = v
	case "apu":
		a.apu = v
	case "apv":
		a.apv = v
	}
}

// decode sets the fields of h.
func (a *agreement) decode(h *Header) *jwt.VerifyError {
	var problem string
	if h.EphemeralKey, problem = decodeEphemeralKey(a.epk); problem != "" {
		return malformed("epk", problem)
	}
	if h.PartyUInfo, problem = decodeInfo(a.apu); problem != "" {
		return malformed("apu", problem)
	}
	if h.PartyVInfo, problem = decodeInfo(a.apv); problem != "" {
		return malformed("apv", problem)
	}
	return nil
}

// decodeInfo decodes party information, which may be absent.
func decodeInfo(v strictjson.Value) (info []byte, problem string) {
	if len(v.Raw) == 0 {
		return nil, ""
	}
	text, ok := v.Text("")
	if !ok {
		return nil, "got " + v.Kind() + ", want a string"
	}
	if info, ok = base64url.AppendDecode([]byte{}, []byte(text)); !ok {
		return nil, base64url.Problem
	}
	return info, ""
}

// decodeEphemeralKey reads a public key of one of the curves. An epk with members
// of a private key is refused.
func decodeEphemeralKey(v strictjson.Value) (key *ecdh.PublicKey, problem string) {
	if !v.IsObject() {
		return nil, "got " + v.Kind() + ", want an object"
	}
	var kty, crv, x, y string
	for o := strictjson.Read(v.Raw, 0); o.Next(); { // known to be well formed
		var target *string
		switch name := string(o.Name); {
		case name == "kty":
			target = &kty
		case name == "crv":
			target = &crv
		case name == "x":
			target = &x
		case name == "y":
			target = &y
		case webkey.IsPrivate(name):
			return nil, "holds a private key"
		default:
			continue
		}
		text, ok := o.Value.Text("")
		if !ok {
			return nil, string(o.Name) + ": got " + o.Value.Kind() + ", want a string"
		}
		*target = text
	}
	c, ok := webkey.CurveNamed(kty, crv)
	if !ok {
		return nil, "got kty " + strictjson.Quote(kty) + ", crv " + strictjson.Quote(crv) + ", want EC with P-256, P-384 or P-521, or OKP with X25519"
	}
	return decodePoint(c, x, y)
}

// decodePoint reads the members x and y of a public key.
func decodePoint(c webkey.Curve, x, y string) (key *ecdh.PublicKey, problem string) {
	if c.KeyType == "OKP" {
		y = "" // any other member is ignored
	}
	var coordinates [2][]byte
	for i, text := range [...]string{x, y} {
		var ok bool
		if coordinates[i], ok = base64url.AppendDecode(nil, []byte(text)); !ok {
			return nil, "coordinate: " + base64url.Problem
		}
		if len(coordinates[i]) != c.Size && (i == 0 || c.KeyType == "EC") {
			return nil, "coordinate of the wrong size for " + c.Name
		}
	}
	key, err := c.ECDH.NewPublicKey(c.Point(coordinates[0], coordinates[1]))
	if err != nil {
		return nil, "no point on the curve " + c.Name
	}
	return key, ""
}

// appendEphemeralKey appends the JWK of a key on one of the curves.
func appendEphemeralKey(b []byte, key *ecdh.PublicKey) []byte {
	var x, y []byte
	c, ok := webkey.CurveOf(key.Curve())
	if ok { // otherwise a key from elsewhere has set it, and decodeHeader refuses it
		x, y = c.Coordinates(key.Bytes())
	}
	b = append(append(b, `{"kty":"`...), c.KeyType...)
	b = append(append(b, `","crv":"`...), c.Name...)
	b = base64url.AppendEncode(append(b, `","x":"`...), x)
	if len(y) > 0 {
		b = base64url.AppendEncode(append(b, `","y":"`...), y)
	}
	return append(b, `"}`...)
}
