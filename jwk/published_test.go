package jwk_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// null is a member that is there and null.
var null = json.RawMessage("null")

// algorithmOf is the usual algorithm of each kind.
var algorithmOf = map[string]jwt.Algorithm{"RSA": jwt.RS256, "P-256": jwt.ES256, "P-384": jwt.ES384, "P-521": jwt.ES512, "Ed25519": jwt.EdDSA}

// decoded returns the bytes of a member of the public JWK of a kind.
func decoded(t testing.TB, kind, name string) []byte {
	t.Helper()
	var members map[string]any
	require.NoError(t, json.Unmarshal(changedPublic(t, kind, nil), &members))
	b, err := jwt.DecodeBase64URL(members[name].(string))
	require.NoError(t, err)
	return b
}

func TestPublishedKeysAreReadWhereNothingHangsOnWhatIsOdd(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	n, x := decoded(t, "RSA", "n"), decoded(t, "P-256", "x")
	wrapped := func(text string) string { return text[:20] + "\r\n" + text[20:] + "\n" }
	rsaCert, ecCert := certificate(t, "RSA"), certificate(t, "P-256")
	others := map[string]any{"x": null, "y": null, "crv": null, "k": null}
	private := map[string]any{"d": null, "p": null, "q": null, "dp": null, "dq": null, "qi": null, "oth": null}
	for _, row := range []struct {
		name    string
		kind    string
		members map[string]any
		notes   string // members that are noted
	}{
		{"kid null", "RSA", map[string]any{"kid": null}, ""},
		{"use null", "RSA", map[string]any{"use": null}, ""},
		{"use empty", "RSA", map[string]any{"use": ""}, ""},
		{"alg null", "RSA", map[string]any{"alg": null}, ""},
		{"alg empty", "RSA", map[string]any{"alg": ""}, ""},
		{"key_ops null", "RSA", map[string]any{"key_ops": null}, ""},
		{"key_ops of nothing", "RSA", map[string]any{"key_ops": []any{}}, ""},
		{"key_ops of nothing but space", "RSA", map[string]any{"key_ops": json.RawMessage("[ \n]")}, ""},
		{"key_ops twice the same", "RSA", map[string]any{"key_ops": []string{"verify", "verify"}}, "key_ops"},
		{"key_ops of others, too", "RSA", map[string]any{"key_ops": []string{"verify", "something"}}, ""},
		{"x5c null", "RSA", map[string]any{"x5c": null}, ""},
		{"x5c of nothing", "RSA", map[string]any{"x5c": []any{}}, ""},
		{"x5c empty", "RSA", map[string]any{"x5c": ""}, ""},
		{"x5c a certificate, not an array", "RSA", map[string]any{"x5c": rsaCert}, "x5c"},
		{"x5c a number", "RSA", map[string]any{"x5c": 1}, "x5c"},
		{"x5c an object", "RSA", map[string]any{"x5c": map[string]any{}}, "x5c"},
		{"x5c of numbers", "RSA", map[string]any{"x5c": []any{1}}, "x5c"},
		{"x5c of null", "RSA", map[string]any{"x5c": []any{nil}}, "x5c"},
		{"x5c of an empty text", "RSA", map[string]any{"x5c": []string{""}}, "x5c"},
		{"x5c of a public key", "RSA", map[string]any{"x5c": []string{base64.StdEncoding.EncodeToString(derOf(publicPEM(t, "RSA")))}}, "x5c"},
		{"x5c of base64 of a PEM file", "RSA", map[string]any{"x5c": []string{base64.StdEncoding.EncodeToString([]byte(certificatePEM(t, "RSA")))}}, "x5c"},
		{"x5c of a PEM file", "RSA", map[string]any{"x5c": []string{certificatePEM(t, "RSA")}}, "x5c"},
		{"x5c with line breaks", "RSA", map[string]any{"x5c": []string{wrapped(rsaCert)}}, "x5c"},
		{"x5c in base64url", "RSA", map[string]any{"x5c": []string{strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(rsaCert)}}, ""}, // noted unless it is the same
		{"x5c broken behind the first", "RSA", map[string]any{"x5c": []string{rsaCert, "?"}}, "x5c"},
		{"x5c cut", "RSA", map[string]any{"x5c": []string{rsaCert[:40]}}, "x5c"},
		{"x5c as it should be", "P-256", map[string]any{"x5c": []string{ecCert, "AAAA"}}, ""},
		{"x5t null", "RSA", map[string]any{"x5t": null}, ""},
		{"x5t empty", "RSA", map[string]any{"x5t": ""}, ""},
		{"x5t a number", "RSA", map[string]any{"x5t": 1}, "x5t"},
		{"x5t#S256 an array", "RSA", map[string]any{"x5t#S256": []any{1}}, "x5t#S256"},
		{"x5u of any type", "RSA", map[string]any{"x5u": []any{1}}, ""},
		{"members of other kinds", "RSA", others, ""},
		{"members of other kinds, of other types", "RSA", map[string]any{"x": 1, "y": []any{}, "crv": "?", "k": true}, ""},
		{"private members null", "RSA", private, ""},
		{"private members null", "P-256", private, ""},
		{"private members null", "Ed25519", private, ""},
		{"private members empty", "RSA", map[string]any{"d": "", "p": "", "q": "", "dp": "", "dq": "", "qi": "", "oth": []any{}}, ""},
		{"oth empty", "P-256", map[string]any{"oth": []any{}}, ""},
		{"unknown members", "RSA", map[string]any{"a": 1, "b": null, "c": map[string]any{"d": []any{}}, "issuer": "x", "ext": true}, ""},
		{"n with a leading zero octet", "RSA", map[string]any{"n": encode(append([]byte{0}, n...))}, "n"},
		{"n with two", "RSA", map[string]any{"n": encode(append([]byte{0, 0}, n...))}, "n"},
		{"n padded", "RSA", map[string]any{"n": base64.URLEncoding.EncodeToString(n)}, "n"},
		{"n in base64", "RSA", map[string]any{"n": base64.StdEncoding.EncodeToString(n)}, "n"},
		{"n in base64 without padding", "RSA", map[string]any{"n": base64.RawStdEncoding.EncodeToString(n) + " "}, "n"},
		{"n with line breaks", "RSA", map[string]any{"n": wrapped(encode(n))}, "n"},
		{"e with leading zero octets", "RSA", map[string]any{"e": "AAEAAQ"}, "e"},
		{"e padded", "RSA", map[string]any{"e": "AQAB=="}, "e"},
		{"e with spaces", "RSA", map[string]any{"e": " AQAB "}, "e"},
		{"x with leading zeros", "P-256", map[string]any{"x": encode(append(make([]byte, 3), x...))}, "x"},
		{"x and y padded", "P-256", map[string]any{"x": base64.URLEncoding.EncodeToString(x), "y": base64.StdEncoding.EncodeToString(decoded(t, "P-256", "y"))}, "x y"},
		{"x padded", "Ed25519", map[string]any{"x": base64.URLEncoding.EncodeToString(decoded(t, "Ed25519", "x"))}, "x"},
		{"x padded", "P-521", map[string]any{"x": base64.StdEncoding.EncodeToString(decoded(t, "P-521", "x")) + "\n"}, "x"},
	} {
		t.Run(row.name+" "+row.kind, func(t *testing.T) {
			s := parseSet(t, public(t, row.kind, row.members))
			require.Len(t, s.Keys(), 1, "%v", s.Skipped())
			signer, err := newKey(t, row.kind, "", "").Signer()
			require.NoError(t, err)
			assert.NoError(t, accepts(t, s, signer))
			assert.Equal(t, newKey(t, row.kind, "", "").Thumbprint(), s.Keys()[0].Thumbprint())
			var noted []string
			for _, note := range s.Noted() {
				assert.Zero(t, note.Index)
				assert.NotEmpty(t, note.Detail)
				assert.NotContains(t, note.Detail, "\n")
				noted = append(noted, note.Member)
			}
			if row.name != "x5c in base64url" {
				assert.Equal(t, row.notes, strings.Join(noted, " "), "%v", s.Noted())
			}
			again, err := jwk.ParseSet(marshal(t, s))
			require.NoError(t, err)
			assert.Empty(t, again.Noted(), "what is written is not odd")
			assert.Equal(t, described(s), described(again))
		})
	}
}

// derOf returns the bytes of a PEM block.
func derOf(text string) []byte {
	body := strings.Split(text, "-----")[2]
	der, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
	if err != nil {
		panic(err)
	}
	return der
}

func TestPublishedCoordinatesMayLackZeros(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	for found := map[string]bool{}; len(found) < 2; {
		k, err := jwk.Generate(jwt.ES256)
		require.NoError(t, err)
		var members map[string]any
		require.NoError(t, json.Unmarshal(marshal(t, k), &members))
		for _, name := range []string{"x", "y"} {
			b, err := jwt.DecodeBase64URL(members[name].(string))
			require.NoError(t, err)
			if b[0] != 0 {
				continue
			}
			found[name] = true
			short := string(changedJSON(t, marshal(t, k), map[string]any{name: encode(b[1:])}))
			s := parseSet(t, short)
			require.Len(t, s.Keys(), 1, "%v", s.Skipped())
			assert.Equal(t, k.Thumbprint(), s.Keys()[0].Thumbprint())
			assert.Equal(t, []jwk.Note{{Index: 0, KeyID: k.KeyID(), Member: name, Detail: "31 bytes, not 32; read as the same number"}}, s.Noted())
			_, err = jwk.Parse([]byte(short))
			assert.ErrorContains(t, err, name+": got 31 bytes, want 32")
			private, err := jwk.ParsePrivateSet(setOf(short))
			require.NoError(t, err)
			assert.Len(t, private.Skipped(), 1)
		}
	}
}

func TestPublishedKeysAreRefusedWhereItDecides(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	other := certificate(t, "P-256")
	for _, row := range []struct {
		name    string
		kind    string
		members map[string]any
		want    string
	}{
		{"kid a number", "RSA", map[string]any{"kid": 5}, "kid: got a number, want a string"},
		{"kid an array", "RSA", map[string]any{"kid": []string{"a"}}, "kid: got an array"},
		{"use an array", "RSA", map[string]any{"use": []string{"sig"}}, "use: got an array"},
		{"use a number", "RSA", map[string]any{"use": 1}, "use: got a number"},
		{"alg an array", "RSA", map[string]any{"alg": []string{"RS256"}}, "alg: got an array"},
		{"alg unknown", "RSA", map[string]any{"alg": "RS1024"}, `alg: unknown algorithm "RS1024"`},
		{"alg in lower case", "RSA", map[string]any{"alg": "rs256"}, `alg: unknown algorithm "rs256"`},
		{"alg none", "RSA", map[string]any{"alg": "none"}, `alg: unknown algorithm "none"`},
		{"alg of secrets", "RSA", map[string]any{"alg": "HS256"}, "alg: HS256 key"},
		{"alg of another kind", "RSA", map[string]any{"alg": "ES256"}, "alg: ES256 key"},
		{"key_ops a text", "RSA", map[string]any{"key_ops": "verify"}, "key_ops: want an array of strings"},
		{"key_ops of numbers", "RSA", map[string]any{"key_ops": []any{1}}, "key_ops: want an array of strings"},
		{"key_ops against use", "RSA", map[string]any{"use": "sig", "key_ops": []string{"encrypt"}}, `key_ops: "encrypt" does not go with use "sig"`},
		{"kty null", "RSA", map[string]any{"kty": null}, "kty is absent"},
		{"kty in lower case", "RSA", map[string]any{"kty": "rsa"}, `unknown kty "rsa"`},
		{"kty a number", "RSA", map[string]any{"kty": 1}, "kty: got a number"},
		{"n null", "RSA", map[string]any{"n": null}, "n is absent"},
		{"n a number", "RSA", map[string]any{"n": 5}, "n: got a number, want a string"},
		{"n of no base64", "RSA", map[string]any{"n": "?"}, "n: not base64url"},
		{"n of space alone", "RSA", map[string]any{"n": " "}, "n: not base64url"},
		{"n with stray bits", "RSA", map[string]any{"n": encode(decoded(t, "RSA", "n"))[:341] + "_"}, "n: not base64url"},
		{"n of 1024 bits", "RSA", map[string]any{"n": encode(append([]byte{0x80}, make([]byte, 127)...))}, "modulus of 1024 bits"},
		{"n zero", "RSA", map[string]any{"n": "AAAA"}, "modulus of 0 bits"},
		{"e a number", "RSA", map[string]any{"e": 65537}, "e: got a number, want a string"},
		{"e one", "RSA", map[string]any{"e": "AAAB"}, "exponent 1"},
		{"e zero", "RSA", map[string]any{"e": "AAAA"}, "exponent 0"},
		{"d", "RSA", map[string]any{"d": "AQ"}, "a private key among public keys"},
		{"d of another type", "RSA", map[string]any{"d": 1}, "a private key among public keys"},
		{"d an object", "P-256", map[string]any{"d": map[string]any{}}, "a private key among public keys"},
		{"d of space", "P-256", map[string]any{"d": " "}, "a private key among public keys"},
		{"p of another kind", "P-256", map[string]any{"p": "AQ"}, "a private key among public keys"},
		{"oth", "RSA", map[string]any{"oth": []any{map[string]any{"r": "AQ"}}}, "a private key among public keys"},
		{"oth of null", "RSA", map[string]any{"oth": []any{nil}}, "a private key among public keys"},
		{"qi", "RSA", map[string]any{"qi": "AQ"}, "a private key among public keys"},
		{"crv null", "P-256", map[string]any{"crv": null}, `unknown crv ""`},
		{"crv by another name", "P-256", map[string]any{"crv": "secp256r1"}, `unknown crv "secp256r1"`},
		{"crv secp256k1", "P-256", map[string]any{"crv": "secp256k1"}, `unknown crv "secp256k1"`},
		{"crv a number", "P-256", map[string]any{"crv": 256}, "crv: got a number, want a string"},
		{"crv an array", "Ed25519", map[string]any{"crv": []string{"Ed25519"}}, "crv: got an array, want a string"},
		{"crv Ed448", "Ed25519", map[string]any{"crv": "Ed448"}, `unknown crv "Ed448"`},
		{"x null", "P-256", map[string]any{"x": null}, "x is absent"},
		{"x too long", "P-256", map[string]any{"x": encode(append([]byte{1}, decoded(t, "P-256", "x")...))}, "x: got 33 bytes, want 32"},
		{"x of another point", "P-256", map[string]any{"x": "AQ"}, "no point on the curve P-256"},
		{"x short", "Ed25519", map[string]any{"x": encode(decoded(t, "Ed25519", "x")[1:])}, "x: got 31 bytes, want 32"},
		{"x with a zero", "Ed25519", map[string]any{"x": encode(append([]byte{0}, decoded(t, "Ed25519", "x")...))}, "x: got 33 bytes, want 32"},
		{"x of a small order", "Ed25519", map[string]any{"x": encode(make([]byte, 32))}, "not a point of large order"},
		{"x5c of another key", "RSA", map[string]any{"x5c": []string{certificate(t, "P-256")}}, "x5c: the first certificate is for another key"},
		{"x5c of another key with line breaks", "RSA", map[string]any{"x5c": []string{other[:20] + "\n" + other[20:]}}, "x5c: the first certificate is for another key"},
		{"x5c of another key with more", "RSA", map[string]any{"x5c": []string{certificate(t, "P-256"), "?"}}, "x5c: the first certificate is for another key"},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.members["kid"] = defaultTo(row.members["kid"], "the kid")
			s := parseSet(t, public(t, row.kind, row.members))
			require.Empty(t, s.Keys())
			require.Len(t, s.Skipped(), 1)
			assert.ErrorContains(t, s.Skipped()[0].Err, row.want)
			if row.members["kid"] == "the kid" {
				assert.Equal(t, "the kid", s.Skipped()[0].KeyID)
				why := s.NoKey(jwt.Header{KeyID: "the kid", Algorithm: algorithmOf[row.kind]})
				assert.Contains(t, why, strings.TrimPrefix(s.Skipped()[0].Err.Error(), "jwk: "))
			}
			assert.Empty(t, s.Noted())
		})
	}
}

func defaultTo(value any, fallback any) any {
	if value == nil {
		return fallback
	}
	return value
}

func TestSetsThatAreSomethingElseAreNamed(t *testing.T) {
	good := public(t, "P-256", nil)
	for _, row := range []struct{ name, data, want string }{
		{"one JWK", good, "keys is absent; it is one JWK, which Parse reads"},
		{"an array", "[" + good + "]", `not a JSON object; it is an array, want {"keys":[…]} around it`},
		{"an envelope", `{"data":{"keys":[` + good + `]}}`, "keys is absent; it is below another name, want it at the top"},
		{"another case", `{"Keys":[` + good + `]}`, "keys is absent; it is below another name"},
		{"metadata", `{"issuer":"https://a.example","jwks_uri":"https://a.example/keys"}`, "it is the metadata of an issuer, whose jwks_uri is where its keys are"},
		{"certificates", string(marshal(t, map[string]string{"a": certificatePEM(t, "RSA")})), "a map of key IDs to PEM certificates, which ParseCertificates reads"},
		{"something else", `{"error":"not found"}`, "keys is absent; Parse reads one JWK"},
		{"a page", "<!DOCTYPE html><html>", "it is HTML or XML"},
		{"a PEM file", certificatePEM(t, "RSA"), "it is a PEM file, which ParsePEM reads"},
		{"a token", "eyJhbGciOiJub25lIn0.e30.", "it is a token or a base64 text"},
		{"UTF-16", "\xFF\xFE{\x00", "it is UTF-16, want UTF-8"},
		{"UTF-16, big endian", "\xFE\xFF\x00{", "it is UTF-16, want UTF-8"},
		{"keys a number", `{"keys":1}`, "keys: got a number, want an array"},
		{"keys a text", `{"keys":"[]"}`, "keys: got a string, want an array"},
		{"keys true", `{"keys":true}`, "keys: got a boolean, want an array"},
		{"a NUL behind it", `{"keys":[]}` + "\x00", "data after the JSON object"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := jwk.ParseSet([]byte(row.data))
			assert.Nil(t, s)
			assert.ErrorContains(t, err, row.want)
		})
	}
	t.Run("a byte order mark is passed over and noted", func(t *testing.T) {
		s, err := jwk.ParseSet([]byte("\ufeff" + string(setOf(good))))
		require.NoError(t, err)
		assert.Len(t, s.Keys(), 1)
		assert.Equal(t, []jwk.Note{{Index: -1, Detail: "a byte order mark before it; passed over"}}, s.Noted())
		_, err = jwk.ParsePrivateSet([]byte("\ufeff" + string(setOf(good))))
		assert.ErrorContains(t, err, "not a JSON object")
	})
	t.Run("notes are a copy", func(t *testing.T) {
		s := parseSet(t, public(t, "P-256", map[string]any{"x5t": 1}))
		s.Noted()[0].Member = ""
		assert.Equal(t, "x5t", s.Noted()[0].Member)
		assert.Empty(t, (*jwk.Set)(nil).Noted())
		other, err := s.WithRSA(jwt.PS256)
		require.NoError(t, err)
		assert.Equal(t, s.Noted(), other.Noted())
	})
	t.Run("keys of your own are not read like that", func(t *testing.T) {
		odd := []string{
			public(t, "P-256", map[string]any{"x5c": []any{}}), public(t, "P-256", map[string]any{"kid": null}), public(t, "P-256", map[string]any{"x5t": 1}),
			public(t, "RSA", map[string]any{"e": "AAEAAQ"}), public(t, "RSA", map[string]any{"d": null}), public(t, "P-256", map[string]any{"key_ops": []string{"verify", "verify"}}),
			public(t, "RSA", map[string]any{"e": "AQAB="}),
		}
		s, err := jwk.ParsePrivateSet(setOf(odd...))
		require.NoError(t, err)
		assert.Empty(t, s.Keys())
		assert.Len(t, s.Skipped(), len(odd))
		assert.Empty(t, s.Noted())
	})
}
