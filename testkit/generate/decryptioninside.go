package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// unsigned are contents that nobody signed, or not who should have.
func (d *decryptions) unsigned() {
	signer := nestedSigner()
	toEach(keyAlgorithms, func(name string, to *key, enc string) {
		add := func(id, about, clause, content string, want testkit.Verdict, changes ...string) {
			d.add(name+"inside-"+id, about, clause, newNested(to, enc, changes...).with(content), want)
		}
		for id, alg := range map[string]string{"none": "none", "none-capital": "None", "none-upper": "NONE"} {
			add("alg-"+id, "the token inside has the algorithm "+alg, bothLayers, encode([]byte(signer.header("alg", quote(alg))))+"."+encode([]byte(payload()))+".", testkit.Refuse)
		}
		parts := strings.Split(signer.plain(), ".")
		add("no-signature", "the token inside has an empty signature", bothLayers, parts[0]+"."+parts[1]+".", testkit.Refuse)
		add("other-claims", "the token inside has the signature of other claims", bothLayers, parts[0]+"."+encode([]byte(payload("sub", `"mallory"`)))+"."+parts[2], testkit.Refuse)
		add("stranger", "the token inside is signed by a stranger, in the name of the key", bothLayers, newKey("HS256", "stranger").called(signer.kid).plain(), testkit.Refuse)
		add("stranger-name", "the token inside is signed by a stranger", bothLayers, newKey("HS256", "stranger").plain(), testkit.Refuse)
		add("claims", "the content is the claims, signed by nobody", bothLayers, payload(), testkit.Refuse)
		add("claims-no-cty", "the content is the claims, signed by nobody, as cty says", bothLayers, payload(), testkit.Refuse, "cty", "")
		add("claims-typ", "the content is the claims, signed by nobody, and typ is JWT", bothLayers, payload(), testkit.Refuse, "cty", "", "typ", `"JWT"`)
		add("claims-base64", "the content is the claims in base64url", bothLayers, encode([]byte(payload())), testkit.Refuse)

		// The secret that decrypts is none that signs.
		secret := &key{"HS256", to.kid, to.private}
		for id, forger := range map[string]*key{"recipient": secret, "signer": secret.called(signer.kid)} {
			add("secret-"+id, "the token inside is signed with the secret that decrypts, in the name of: "+id, "RFC 8725 sections 2.3 and 3.1", forger.plain(), testkit.Refuse)
		}
		add("secret-no-kid", "the token inside is signed with the secret that decrypts, and names no key", "RFC 8725 sections 2.3 and 3.1", secret.token(secret.header("kid", ""), payload()), testkit.Refuse)

		again := newNested(to, enc, "x", "1").with(payload())
		add("twice-claims", "the content is encrypted again, and holds claims that nobody signed", bothLayers, again.token(), testkit.Refuse)
		again = newNested(to, enc, "x", "1").with(newKey("HS256", "stranger").called(signer.kid).plain())
		add("twice-stranger", "the content is encrypted again, and holds a token that a stranger signed", bothLayers, again.token(), testkit.Refuse)
		add("twice", "a good token that is encrypted twice", "RFC 7519 section 7.2", newNested(to, enc, "x", "1").token(), testkit.Either)
		open := newNested(to, enc, "alg", `"none"`, "enc", `"none"`)
		d.addText(name+"inside-open", "the content is not encrypted, and the header says so", decryptionSteps, strings.Join([]string{encode([]byte(open.header)), "", "", encode(open.content), ""}, "."), open, testkit.Refuse)
	})
	k := newKey("RS256", "decryption")
	for id, secret := range publicForms(k) {
		d.add("inside-hmac-"+id, "the token inside is an HMAC with the public key as the secret: "+id, "RFC 8725 section 3.1", wrapping().with((&key{"HS256", k.kid, secret}).plain()), testkit.Refuse).Keys = []json.RawMessage{k.jwk()}
	}
	d.add("inside-no-keys", "no key is trusted to sign", decryptionSteps, wrapping(), testkit.Refuse).Keys = nil
}

// inside are about the text and the claims of the signed token.
func (d *decryptions) inside() {
	signer := nestedSigner()
	good := signer.plain()
	parts := strings.Split(good, ".")
	for id, content := range map[string]string{
		"empty": "", "space-before": " " + good, "space-after": good + " ", "line-break-after": good + "\n", "line-break-before": "\r\n" + good, "nul-after": good + "\x00", "bom": "\ufeff" + good, "quoted": quote(good), "array": "[" + quote(good) + "]", "object": `{"token":` + quote(good) + "}", "bearer": "Bearer " + good, "base64": encode([]byte(good)),
		"standard-base64": base64.StdEncoding.EncodeToString([]byte(good)), "two": good + "\n" + good, "four-parts": good + ".", "two-parts": parts[0] + "." + parts[1], "padded": good + strings.Repeat("=", (4-len(parts[2])%4)%4), "line-break": good[:8] + "\n" + good[8:], "payload": string(decode(parts[1])), "flattened": fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, parts[0], parts[1], parts[2]), "utf16": inUTF16(good, binary.LittleEndian), "upper": strings.ToUpper(good),
	} {
		d.add("content-"+id, "the content is not one signed token: "+id, "RFC 7519 section 7.2, RFC 7515 section 7.1", wrapping().with(content), testkit.Refuse)
	}
	for id, row := range map[string]struct {
		about, claims string
		want          testkit.Verdict
	}{
		"expired":    {"the token inside has expired", payload("exp", fmt.Sprint(now-600)), testkit.Refuse},
		"no-exp":     {"the token inside does not expire, and exp is required", payload("exp", ""), testkit.Refuse},
		"not-before": {"the token inside is not valid yet", payload("nbf", fmt.Sprint(now+600)), testkit.Refuse},
		"iss":        {"another issuer inside", payload("iss", `"https://thief.example"`), testkit.Refuse},
		"no-iss":     {"no issuer inside", payload("iss", ""), testkit.Refuse},
		"aud":        {"another audience inside", payload("aud", `"https://other.example"`), testkit.Refuse},
		"no-aud":     {"no audience inside", payload("aud", ""), testkit.Refuse},
		"array":      {"the payload inside is an array", "[" + payload() + "]", testkit.Refuse},
		"more":       {"more claims inside", payload("x", `{"y":1}`, "enc", `"A256GCM"`, "zip", `"DEF"`, "cty", `"JSON"`), testkit.Accept},
	} {
		d.add("claims-"+id, row.about, bothLayers, wrapping().with(signer.token(signer.header(), row.claims)), row.want)
	}
	d.add("inside-kid-unknown", "the token inside names a key that is not there", "RFC 7515 section 4.1.4", wrapping().with(newKey("HS256", "stranger").called("x").plain()), testkit.Refuse)
	d.add("inside-no-kid", "the token inside names no key", "RFC 7515 section 4.1.4", wrapping().with(signer.token(signer.header("kid", ""), payload())), testkit.Either)
	d.add("inside-typ-absent", "the token inside has no type", "RFC 7519 section 5.1", wrapping().with(signer.token(signer.header("typ", ""), payload())), testkit.Accept)
}
