package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// decryptionCases are nested tokens, to be decrypted and then verified.
func decryptionCases() []testkit.Case {
	d := &decryptions{}
	d.good()
	d.parts()
	d.texts()
	d.forms()
	d.algorithms()
	d.otherAlgorithms()
	d.contentEncryptions()
	d.sizes()
	d.filledKeys()
	d.wrappedKeys()
	d.wrappedByGCM()
	d.macs()
	d.padding()
	d.recipients()
	d.choice()
	d.purposes()
	d.parameters()
	d.contentTypes()
	d.headerTexts()
	d.thieves()
	d.replicas()
	d.unsigned()
	d.inside()
	return d.rows
}

type decryptions struct{ rows []testkit.Case }

// clauses that several rows follow from.
const (
	decryptionSteps = "RFC 7516 section 5.2"
	oneAlgorithm    = "RFC 7517 section 4.4, RFC 8725 section 3.1"
	bothLayers      = "RFC 7519 section 7.2, RFC 8725 section 3.3"
)

// add adds a row of a token that is sealed to its recipient.
func (d *decryptions) add(id, about, clause string, n *nested, want testkit.Verdict) *testkit.Case {
	return d.addText(id, about, clause, n.token(), n, want)
}

// addText adds a row of any token, for the recipient of n. What it returns may be changed
// until the next row is added.
func (d *decryptions) addText(id, about, clause, token string, n *nested, want testkit.Verdict) *testkit.Case {
	c := row(id, about, clause, token, want, nestedSigner())
	c.Decryption = &testkit.Decryption{Keys: []json.RawMessage{n.to.jwk()}, Content: []string{n.enc}}
	d.rows = append(d.rows, c)
	return &d.rows[len(d.rows)-1]
}

// recipientPairs are an alg and an enc of each kind.
var recipientPairs = [][2]string{{"dir", "A256GCM"}, {"dir", "A128CBC-HS256"}, {"A256KW", "A128GCM"}, {"A128KW", "A256CBC-HS512"}}

// toEach calls a function for some recipients, with the start of the names of rows.
func toEach(pairs [][2]string, do func(name string, to *key, enc string)) {
	for _, pair := range pairs {
		do(strings.ToLower(pair[0]+"-"+pair[1])+"-", newRecipient(pair[0], pair[1], "recipient"), pair[1])
	}
}

// good are tokens of each alg and enc that is for shared keys.
func (d *decryptions) good() {
	for _, alg := range []string{"dir", "A128KW", "A192KW", "A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW"} {
		for _, enc := range slices.Sorted(maps.Keys(contentKeys)) {
			n := newNested(newRecipient(alg, enc, "recipient"), enc)
			d.add(strings.ToLower(alg+"-"+enc)+"-good", "nothing", "RFC 7516 section 5.2, RFC 7518 sections 4 and 5", n, testkit.Accept)
		}
	}
	to := newRecipient("A256KW", "A256GCM", "recipient")
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		k := newKey(alg, "decryption")
		c := d.add("signed-"+strings.ToLower(alg), "signed with "+alg, decryptionSteps, newNested(to, "A256GCM").with(k.plain()), testkit.Accept)
		c.Keys = []json.RawMessage{k.jwk()}
	}
}

var partNames = [5]string{"header", "key", "iv", "content", "tag"}

// parts are tokens of which one part is changed after it was sealed.
func (d *decryptions) parts() {
	toEach(recipientPairs, func(name string, to *key, enc string) {
		n := newNested(to, enc)
		parts, other := n.seal(), newNested(to, enc, "x", "1").seal()
		add := func(id, about string, i int, part string) {
			changed := parts
			changed[i] = part
			d.addText(name+partNames[i]+"-"+id, about+": "+partNames[i], decryptionSteps, strings.Join(changed[:], "."), n, testkit.Refuse)
		}
		for i := range parts {
			if parts[i] == "" { // the encrypted key of dir
				continue
			}
			add("empty", "an empty part", i, "")
			add("other", "the part of another token for the same key", i, other[i])
			raw := decode(parts[i])
			if i == 0 {
				continue
			}
			add("first-bit", "the first bit of a part is another", i, encode(flipped(raw, 0)))
			add("longer", "a part with one more byte", i, encode(append(raw[:len(raw):len(raw)], 0)))
			if name := partNames[i]; name == "tag" || name == "key" {
				add("last-bit", "the last bit of a part is another", i, encode(flipped(raw, len(raw)*8-1)))
				add("half", "the first half of a part", i, encode(raw[:len(raw)/2]))
			}
		}
		for id, header := range map[string]string{
			"space": "{ " + n.header[1:], "line-break": n.header + "\n", "escape": strings.Replace(n.header, `"kid"`, `"\u006bid"`, 1),
			"more": `{"x":1,` + n.header[1:], "less": strings.Replace(n.header, `,"kid":"recipient"`, "", 1), "order": object([][2]string{{"cty", `"JWT"`}, {"kid", `"recipient"`}, {"enc", quote(enc)}, {"alg", quote(to.alg)}}, nil),
		} {
			add(id, "a header that means the same, and is not the one that was authenticated: "+id, 0, encode([]byte(header)))
		}
	})
}

// flipped is a copy with another bit.
func flipped(b []byte, bit int) []byte {
	b = slices.Clone(b)
	b[bit/8] ^= 0x80 >> (bit % 8)
	return b
}

// texts are about base64url of the parts.
func (d *decryptions) texts() {
	const clause = "RFC 7516 sections 2 and 5.2"
	n := newNested(newRecipient("A256KW", "A128CBC-HS256", "recipient"), "A128CBC-HS256")
	n.header = rest(n.header, 1)
	parts := n.seal()
	for i, name := range partNames {
		good := parts[i]
		for id, part := range map[string]string{
			"padded": good + strings.Repeat("=", 1+(3-len(good)%4)%3), "line-break": good[:8] + "\r\n" + good[8:], "space-after": good + " ", "space-inside": good[:8] + " " + good[8:], "percent": good[:8] + "%3D" + good[8:], "one-more": good + "A", "other-characters": good[:8] + "!" + good[8:],
		} {
			changed := parts
			changed[i] = part
			d.addText("text-"+name+"-"+id, "what is no base64url in a part: "+name+", "+id, clause, strings.Join(changed[:], "."), n, testkit.Refuse)
			if i == 0 { // authenticated as it is
				sealed := *n
				sealed.encoded = part
				d.add("text-sealed-"+id, "what is no base64url in the header, which is authenticated with it: "+id, clause, &sealed, testkit.Refuse)
			}
		}
		if len(good)%4 == 0 {
			continue
		}
		changed := parts
		changed[i] = stray(good)
		text := strings.Join(changed[:], ".")
		d.addText("stray-"+name, "bits set behind the last byte of a part: "+name, "RFC 4648 section 3.5", text, n, testkit.Either)
		d.addText("strict-stray-"+name, "bits set behind the last byte of a part, where one text is asked for: "+name, "RFC 4648 section 3.5", text, n, testkit.Refuse).Policy.Strict = true
	}
	d.add("strict-good", "nothing, and one text is asked for", decryptionSteps, n, testkit.Accept).Policy.Strict = true
	for id, header := range map[string]string{"spaces": " {\n\t" + n.header[1:] + "\r\n", "escapes": strings.Replace(n.header, `"kid":"recipient"`, `"k\u0069d":`+escaped("recipient"), 1), "order": object([][2]string{{"cty", `"JWT"`}, {"kid", `"recipient"`}, {"enc", quote(n.enc)}, {"alg", `"A256KW"`}}, nil)} {
		other := *n
		other.header = header
		d.add("header-text-"+id, "a header in another form, which is authenticated as it is: "+id, "RFC 7516 section 5.2, RFC 8259 section 2", &other, testkit.Accept)
	}
}

// forms are about the five parts, and the JSON serialization, which is no JWT.
func (d *decryptions) forms() {
	const compact, json = "RFC 7516 section 7.1", "RFC 7519 section 1, draft-ietf-oauth-rfc8725bis section 3.14"
	n := newNested(newRecipient("A256KW", "A256GCM", "recipient"), "A256GCM")
	good, p := n.token(), n.seal()
	signed := string(n.content)
	for id, token := range map[string]string{
		"empty": "", "dots": "....", "four-parts": strings.Join(p[:4], "."), "six-parts": good + ".", "leading-dot": "." + good, "bearer": "Bearer " + good, "quoted": `"` + good + `"`,
		"no-key-part": strings.Join([]string{p[0], p[2], p[3], p[4]}, "."), "space-before": " " + good, "line-break-after": good + "\n", "twice": good + "." + good,
	} {
		d.addText("form-"+id, "not five parts of base64url: "+id, compact, token, n, testkit.Refuse)
	}
	d.addText("form-signed", "a good signed token that is not encrypted, where one is wanted that is", bothLayers, signed, n, testkit.Refuse)
	d.addText("form-signed-five", "a good signed token with two empty parts", bothLayers, signed+"..", n, testkit.Refuse)
	d.addText("form-signed-inside", "a good signed token in base64url as the content, which is not encrypted", bothLayers, strings.Join([]string{p[0], "", "", encode(n.content), ""}, "."), n, testkit.Refuse)
	rest := fmt.Sprintf(`"iv":%q,"ciphertext":%q,"tag":%q}`, p[2], p[3], p[4])
	d.addText("json-flattened", "the flattened JSON serialization", json, fmt.Sprintf(`{"protected":%q,"encrypted_key":%q,`, p[0], p[1])+rest, n, testkit.Refuse)
	d.addText("json-general", "the general JSON serialization", json, fmt.Sprintf(`{"protected":%q,"recipients":[{"encrypted_key":%q}],`, p[0], p[1])+rest, n, testkit.Refuse)
	d.addText("json-polyglot", "the flattened JSON serialization with four dots", json, fmt.Sprintf(`{"a":"....","protected":%q,"encrypted_key":%q,`, p[0], p[1])+rest, n, testkit.Refuse)
	open := newNested(n.to, n.enc, "alg", "", "kid", "")
	p = open.seal()
	d.addText("json-header", "the flattened JSON serialization with an unprotected header", json, fmt.Sprintf(`{"protected":%q,"header":{"alg":"A256KW","kid":"recipient"},"encrypted_key":%q,"iv":%q,"ciphertext":%q,"tag":%q}`, p[0], p[1], p[2], p[3], p[4]), n, testkit.Refuse)
}
