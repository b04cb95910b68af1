package main

import (
	"crypto"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// nonceCases are about proofs of which the server demands a nonce (RFC 9449 sections 8 and
// 9). To a client it is any text. This one is what package dpop of the library would give
// out at the time of the row, with a secret of zeros, so that it can be asked for it.
func nonceCases() (rows []testkit.Case) {
	at := binary.BigEndian.AppendUint64(nil, uint64(now))
	nonce := encode(append(at, hmacOf(crypto.SHA256, make([]byte, 32), []byte("dpop nonce\x00"), at)[:16]...))
	endpoint, resource := newProofMaker(), newProofMaker()
	resource.request = testkit.Request{Method: "GET", URL: "https://api.example/orders", AccessToken: "access.token.text", Thumbprint: resource.key.thumbprint()}
	for name, p := range map[string]*proofMaker{"nonce-endpoint-": endpoint, "nonce-resource-": resource} {
		p.add(name+"unasked", "a nonce that nobody asks for", testkit.Accept, p.header(), p.claims("nonce", `"x"`))
		p.request.Nonce = nonce
		p.add(name+"good", "the nonce that the server demands", testkit.Accept, p.header(), p.claims("nonce", quote(nonce)))
		p.add(name+"absent", "no nonce, and the server demands one", testkit.Refuse, p.header(), p.claims())
		for id, other := range map[string]string{"empty": "", "other": encode(make([]byte, 24)), "shorter": nonce[:len(nonce)-1], "longer": nonce + "A", "half": nonce[:len(nonce)/2], "upper": strings.ToUpper(nonce), "lower": strings.ToLower(nonce), "space": nonce + " ", "padding": nonce + "=", "list": nonce + ",x"} {
			p.add(name+id, "another nonce than the server demands: "+id, testkit.Refuse, p.header(), p.claims("nonce", quote(other)))
		}
		for id, value := range map[string]string{"null": "null", "number": "1", "true": "true", "array": fmt.Sprintf("[%q]", nonce), "object": fmt.Sprintf(`{"nonce":%q}`, nonce)} {
			p.add(name+id, "a nonce of another JSON type: "+id, testkit.Refuse, p.header(), p.claims("nonce", value))
		}
		p.add(name+"header", "the nonce is in the header", testkit.Refuse, p.header("nonce", quote(nonce)), p.claims())
		p.add(name+"jti", "the nonce is the jti", testkit.Refuse, p.header(), p.claims("jti", quote(nonce)))
		rows = append(rows, p.rows...)
	}
	return rows
}
