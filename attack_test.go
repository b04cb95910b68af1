package jwt_test

import (
	"context"
	"crypto"
	"crypto/fips140"
	"crypto/hmac"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// victim trusts a key of every kind, each under its algorithm's name.
func victim(t testing.TB) *jwt.Policy {
	t.Helper()
	var keys []jwt.Verifier
	for _, alg := range allAlgorithms {
		_, v := pair(t, alg, string(alg))
		keys = append(keys, v)
	}
	return policy(keys...)
}

func header(alg string) string { return `{"alg":"` + alg + `"}` }

// macWith signs as an attacker does who takes public bytes for a secret.
func macWith(hash crypto.Hash, key []byte, header string) string {
	input := encode(header) + "." + encode(payload)
	var sum []byte
	fips140.WithoutEnforcement(func() { // attackers keep no rules
		m := hmac.New(hash.New, key)
		m.Write([]byte(input))
		sum = m.Sum(nil)
	})
	return input + "." + encode(sum)
}

// with returns a token whose signature is whatever is given.
func with(header string, sig []byte) string {
	return encode(header) + "." + encode(payload) + "." + encode(sig)
}

func TestVictimAcceptsItsOwn(t *testing.T) {
	for _, alg := range allAlgorithms {
		s, _ := pair(t, alg, string(alg))
		for _, h := range []string{header(string(alg)), `{"alg":"` + string(alg) + `","kid":"` + string(alg) + `"}`} {
			_, err := victim(t).Verify(t.Context(), signRaw(t, s, h, payload))
			require.NoError(t, err, h)
		}
	}
}

// RFC 8725 sections 2.1 and 3.1: nothing is "none".
func TestUnsecuredTokens(t *testing.T) {
	sig := must(hs256(t).Sign(t.Context(), []byte("x")))
	for _, row := range []struct {
		alg  string
		want error
	}{
		{"none", jwt.ErrMalformed}, {"None", jwt.ErrMalformed}, {"NONE", jwt.ErrMalformed}, {"nOnE", jwt.ErrMalformed}, {"noNE", jwt.ErrMalformed},
		{`\u006eone`, jwt.ErrMalformed}, {`\u004eONE`, jwt.ErrMalformed},
		{"", jwt.ErrMalformed},
		{"none ", jwt.ErrUnknownKey}, {" none", jwt.ErrUnknownKey}, {`none\u0000`, jwt.ErrUnknownKey}, {`none\n`, jwt.ErrUnknownKey},
		{"n\u043Ene", jwt.ErrUnknownKey}, {"\uFF4Eone", jwt.ErrUnknownKey}, {"null", jwt.ErrUnknownKey}, {"HS0", jwt.ErrUnknownKey},
		{"hs256", jwt.ErrUnknownKey}, {"Hs256", jwt.ErrUnknownKey}, {"HS256 ", jwt.ErrUnknownKey}, {"HS\u0662\u0665\u0666", jwt.ErrUnknownKey},
		{"es256", jwt.ErrUnknownKey}, {"ES256K", jwt.ErrUnknownKey}, {"eddsa", jwt.ErrUnknownKey}, {"Ed448", jwt.ErrUnknownKey},
		{"RSA1_5", jwt.ErrUnknownKey}, {"dir", jwt.ErrUnknownKey}, {"HS256,none", jwt.ErrUnknownKey},
	} {
		for name, token := range map[string]string{
			"without signature":        with(header(row.alg), nil),
			"with a signature":         with(header(row.alg), sig),
			"without signature or dot": strings.TrimSuffix(with(header(row.alg), nil), "."),
		} {
			got, err := victim(t).Verify(t.Context(), token)
			want := row.want
			if strings.Count(token, ".") == 1 {
				want = jwt.ErrMalformed
			}
			refused(t, want, token, got, err)
			// Not even a key that says it is for this.
			accepting := &yes{foreign{alg: jwt.Algorithm("none")}}
			got, err = policy(accepting, &yes{foreign{alg: "NONE"}}, &yes{foreign{}}).Verify(t.Context(), token)
			assert.Nil(t, got, "%s %s", row.alg, name)
			assert.Error(t, err)
		}
	}
}

// yes verifies anything.
type yes struct{ foreign }

func (*yes) Verify(context.Context, []byte, []byte) error { return nil }

type verifyFunc = func(ctx context.Context, token string) (*jwt.Token, error)

func TestEmptySignatures(t *testing.T) {
	for _, alg := range allAlgorithms {
		for _, sig := range [][]byte{nil, {0}, make([]byte, 32), make([]byte, 64), make([]byte, 256), make([]byte, 4096)} {
			token := with(header(string(alg)), sig)
			got, err := victim(t).Verify(t.Context(), token)
			refused(t, jwt.ErrSignature, token, got, err)
		}
	}
}

// An attacker who has the public key signs with HMAC, in the hope that its bytes
// are taken for a secret.
func TestPublicKeysAreNoSecrets(t *testing.T) {
	for _, alg := range asymmetric() {
		_, v := pair(t, alg, "")
		public := privateKey(alg).Public()
		der := must(x509.MarshalPKIXPublicKey(public))
		secrets := [][]byte{der, nil}
		for _, kind := range []string{"PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"} {
			text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
			secrets = append(secrets, text, text[:len(text)-1], []byte(strings.ReplaceAll(string(text), "\n", "\r\n")))
		}
		if alg := alg[:2]; alg == "RS" || alg == "PS" {
			secrets = append(secrets, x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey), rsaKey().N.Bytes())
		}
		for _, s := range secrets {
			for hs, hash := range map[string]crypto.Hash{"HS256": crypto.SHA256, "HS384": crypto.SHA384, "HS512": crypto.SHA512} {
				token := macWith(hash, s, header(hs))
				got, err := policy(v).Verify(t.Context(), token)
				refused(t, jwt.ErrUnknownKey, token, got, err)
				got, err = victim(t).Verify(t.Context(), token)
				refused(t, jwt.ErrSignature, token, got, err)
				token = macWith(hash, s, header(string(alg)))
				got, err = policy(v).Verify(t.Context(), token)
				refused(t, jwt.ErrSignature, token, got, err)
			}
		}
	}
}

// A good signature under another algorithm's name.
func TestAlgorithmsAreNotExchanged(t *testing.T) {
	for _, alg := range allAlgorithms {
		s, v := pair(t, alg, "")
		for _, other := range allAlgorithms {
			if other == alg {
				continue
			}
			token := signRaw(t, s, header(string(other)), payload)
			got, err := policy(v).Verify(t.Context(), token)
			refused(t, jwt.ErrUnknownKey, token, got, err)
			if alg != jwt.EdDSA && alg != jwt.Ed25519 { // two names of one algorithm
				got, err = victim(t).Verify(t.Context(), token)
				refused(t, jwt.ErrSignature, token, got, err)
			}
			// The right algorithm, but another one's key ID.
			token = signRaw(t, s, `{"alg":"`+string(alg)+`","kid":"`+string(other)+`"}`, payload)
			got, err = victim(t).Verify(t.Context(), token)
			refused(t, jwt.ErrUnknownKey, token, got, err)
		}
	}
}

// RFC 8725 section 3.10, RFC 7515 section 4.1: a token cannot bring its key.
func TestTokensCannotBringTheirKey(t *testing.T) {
	mallory := must(newECDSA(jwt.ES256))
	forger, err := jwt.NewSigner(jwt.ES256, mallory, "")
	require.NoError(t, err)
	point := must(mallory.PublicKey.Bytes())
	jwk := `{"kty":"EC","crv":"P-256","x":"` + encode(point[1:33]) + `","y":"` + encode(point[33:]) + `"}`
	own, v := pair(t, jwt.ES256, "")
	secretJWK := `{"kty":"oct","k":"` + encode(strings.Repeat("m", 32)) + `"}`
	for _, parameter := range []string{
		`"jwk":` + jwk,
		`"jwk":` + secretJWK,
		`"jku":"https://mallory.example/keys"`,
		`"jku":"file:///etc/passwd"`,
		`"x5u":"https://mallory.example/cert"`,
		`"x5c":["` + base64.StdEncoding.EncodeToString(must(x509.MarshalPKIXPublicKey(&mallory.PublicKey))) + `"]`,
		`"x5t":"AAAA"`,
		`"x5t#S256":"AAAA"`,
		`"kid":"../../../dev/null"`,
		`"kid":"' OR '1'='1"`,
		`"kid":"https://mallory.example/key"`,
		`"iss":"https://login.example","jwks":{"keys":[` + jwk + `]}`,
	} {
		h := `{"alg":"ES256",` + parameter + `}`
		token := signRaw(t, forger, h, payload)
		got, err := policy(v).Verify(t.Context(), token)
		refused(t, jwt.ErrSignature, token, got, err)
		got, err = victim(t).Verify(t.Context(), token)
		assert.Contains(t, []error{jwt.ErrSignature, jwt.ErrUnknownKey}, refusal(t, token, got, err).Reason)
		// Under a good signature, they are passed over.
		_, err = policy(v).Verify(t.Context(), signRaw(t, own, h, payload))
		require.NoError(t, err, parameter)
	}
}

// An encoded payload is what there is without the parameter (RFC 7797 section 3).
func TestHeaderThatSaysThePayloadIsEncoded(t *testing.T) {
	_, err := policy(hs256(t)).Verify(t.Context(), signRaw(t, hs256(t), `{"alg":"HS256","b64":true}`, payload))
	assert.NoError(t, err)
}

// A header that changes how the token is to be read is refused, whoever signed.
func TestHeaderParametersThatChangeTheMeaning(t *testing.T) {
	for _, row := range []struct{ name, value string }{
		{"crit", `["exp"]`}, {"crit", `["b64"]`}, {"crit", `[]`}, {"crit", `null`}, {"crit", `""`}, {"crit", `"exp"`}, {"crit", `{}`}, {"crit", `0`},
		{"crit", `false`}, {"crit", `true`}, {"crit", `["alg"]`}, {"crit", `["http://example.com/UNDEFINED"]`}, {"crit", `[["b64"]]`}, {"crit", `[1]`}, {"crit", `["x","x"]`},
		{"b64", `false`}, {"b64", `null`}, {"b64", `"false"`}, {"b64", `0`},
		{"zip", `"DEF"`}, {"zip", `""`}, {"zip", `null`}, {"zip", `true`}, {"zip", `"GZ"`},
		{"enc", `"A128GCM"`}, {"enc", `null`}, {"enc", `true`}, {"enc", `""`},
	} {
		for _, h := range []string{
			`{"alg":"HS256","` + row.name + `":` + row.value + `}`,
			`{"` + row.name + `":` + row.value + `,"alg":"HS256"}`,
			`{"alg":"HS256","\u00` + hexByte(row.name[0]) + row.name[1:] + `":` + row.value + `}`,
		} {
			token := signRaw(t, hs256(t), h, payload)
			got, err := policy(hs256(t)).Verify(t.Context(), token)
			r := refused(t, jwt.ErrMalformed, token, got, err)
			assert.Equal(t, row.name, r.Claim, h)
			assert.NotEmpty(t, r.Detail, h)
		}
	}
	// RFC 7797 section 7: not for JWTs, even with both parameters in order.
	h := `{"alg":"HS256","b64":false,"crit":["b64"]}`
	token := signInput(t, hs256(t), encode(h)+"."+payload)
	got, err := policy(hs256(t)).Verify(t.Context(), token)
	refused(t, jwt.ErrMalformed, token, got, err)
	// Other letters, other parameters.
	_, err = policy(hs256(t)).Verify(t.Context(), signRaw(t, hs256(t), `{"alg":"HS256","Crit":["x"],"CRIT":["x"],"B64":false,"\u017Fip":"DEF"}`, payload))
	require.NoError(t, err)
}

func hexByte(b byte) string {
	return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15])
}

func TestWhatIsNoToken(t *testing.T) {
	key := hs256(t)
	good := signed(t, key, payload)
	parts := strings.Split(good, ".")
	quoted := string(must(json.Marshal(good)))
	for _, row := range []struct{ name, token string }{
		{"nothing", ""},
		{"a dot", "."},
		{"two dots", ".."},
		{"three dots", "..."},
		{"one part", parts[1]},
		{"two parts", parts[0] + "." + parts[1]},
		{"two parts and a dot before", "." + parts[0] + "." + parts[1]},
		{"four parts", good + "." + parts[2]},
		{"five parts", good + "." + parts[1] + "." + parts[2]},
		{"a trailing dot", good + "."},
		{"a leading dot", "." + good},
		{"two tokens", good + "." + good},
		{"a doubled dot", parts[0] + ".." + parts[1] + "." + parts[2]},
		{"no header", "." + parts[1] + "." + parts[2]},
		{"a header that is no object", encode(`["HS256"]`) + "." + parts[1] + "." + parts[2]},
		{"an empty header", encode(`{}`) + "." + parts[1] + "." + parts[2]},
		{"flattened JSON serialization", `{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`},
		{"general JSON serialization", `{"payload":"` + parts[1] + `","signatures":[{"protected":"` + parts[0] + `","signature":"` + parts[2] + `"}]}`},
		{"JSON with two dots", `{"a":"..","payload":"` + parts[1] + `"}`},
		{"an encrypted token", "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AAAA.AAAA.AAAA.AAAA"},
		{"an encrypted token cut to three parts", encode(`{"alg":"dir","enc":"A128GCM"}`) + "." + parts[1] + "." + parts[2]},
		{"a quoted token", quoted},
		{"a token with its scheme", "Bearer " + good},
		{"a token with a space before", " " + good},
		{"a token with a space after", good + " "},
		{"a token with a line break after", good + "\n"},
		{"a token with a line break in it", parts[0] + "\n." + parts[1] + "." + parts[2]},
		{"a token in a URL", strings.ReplaceAll(good, ".", "%2E")},
		{"a token with a NUL", good + "\x00"},
		{"a token with a byte order mark", "\uFEFF" + good},
		{"a token with other dots", strings.ReplaceAll(good, ".", "\u3002")},
		{"a token in UTF-16", string(utf16(good))},
		{"64 KiB and a byte", strings.Repeat("A", 65537)},
		{"64 KiB of dots", strings.Repeat(".", 65536)},
		{"50 MB of dots", strings.Repeat(".", 50<<20)},
		{"50 MB behind a token", good + strings.Repeat("A", 50<<20)},
		{"a PEM file", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: secret}))},
	} {
		t.Run(row.name, func(t *testing.T) {
			for name, verify := range map[string]verifyFunc{"Policy": policy(key).Verify, "Policies": jwt.Policies{policy(key)}.Verify} {
				got, err := verify(t.Context(), row.token)
				if name == "Policies" { // may see first that there is no issuer
					assert.Contains(t, []error{jwt.ErrMalformed, jwt.ErrUnknownKey}, refusal(t, row.token, got, err).Reason)
					continue
				}
				refused(t, jwt.ErrMalformed, row.token, got, err)
			}
		})
	}
	large := lenient(key)
	large.MaxSize = 100 << 20
	dots := strings.Repeat(".", 50<<20)
	got, err := large.Verify(t.Context(), dots)
	refused(t, jwt.ErrMalformed, dots, got, err)
}

func utf16(s string) (b []byte) {
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}

func TestHeadersThatAreLarge(t *testing.T) {
	key := hs256(t)
	sized := func(size int) string { // of the encoded header
		h := `{"alg":"HS256","x":"`
		return h + strings.Repeat("x", base64.RawURLEncoding.DecodedLen(size)-len(h)-2) + `"}`
	}
	for _, row := range []struct {
		name, header string
		ok           bool
	}{
		{"16 KiB", sized(16384), true},
		{"16 KiB and two bytes", sized(16386), false},
		{"48 KB", sized(48000), false},
		{"64 members", members(64), true},
		{"65 members", members(65), false},
		{"65 members in an object", `{"alg":"HS256","x":` + members(64) + `}`, false},
		{"65 members in many objects", `{"alg":"HS256","x":[{}` + strings.Repeat(`,{"x":1}`, 63) + `]}`, false},
		{"64 members in many objects", `{"alg":"HS256","x":[{}` + strings.Repeat(`,{"x":1}`, 62) + `]}`, true},
		{"a value nested 511 deep", `{"alg":"HS256","x":` + nested(511) + `}`, true},
		{"a value nested 512 deep", `{"alg":"HS256","x":` + nested(512) + `}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := signRaw(t, key, row.header, payload)
			got, err := policy(key).Verify(t.Context(), token)
			if row.ok {
				require.NoError(t, err)
				return
			}
			refused(t, jwt.ErrMalformed, token, got, err)
		})
	}
}

// members returns a header with so many members.
func members(n int) string {
	var b strings.Builder
	b.WriteString(`{"alg":"HS256"`)
	for i := range n - 1 {
		b.WriteString(`,"x` + strings.Repeat("x", i) + `":0`)
	}
	return b.String() + "}"
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
