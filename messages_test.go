package jwt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// What is wrong with the token, what was wanted, and what may be done about it.
func TestRefusalsNameWhatMayBeDone(t *testing.T) {
	key := must(jwt.NewHMAC(jwt.HS256, secret, "key-1"))
	good := signRaw(t, key, `{"alg":"HS256","kid":"key-1"}`, payload)
	header, rest, _ := strings.Cut(good, ".")
	for _, row := range []struct {
		token string
		want  []string
	}{
		{"Bearer " + good, []string{"base64url", `it begins with "Bearer"`}},
		{"bearer " + good, []string{`it begins with "bearer"`}},
		{"DPoP " + good, []string{`it begins with "DPoP"`}},
		{"Authorization: Bearer " + good, []string{`it begins with "Authorization:"`}},
		{`"` + good + `"`, []string{"base64url", "it begins with a quote"}},
		{"'" + good, []string{"it begins with a quote"}},
		{"\ufeff" + good, []string{"it begins with a character that is not ASCII"}},
		{"\u0080" + good, []string{"it begins with a character that is not ASCII"}},
		{`{"payload":"e30","signatures":[]}`, []string{"it is JSON, want the compact form"}},
		{good + "," + good, []string{"there is a comma, semicolon, space or line break in it"}},
		{good[:9] + "\n" + good[9:], []string{"there is a comma, semicolon, space or line break in it"}},
		{" " + good, []string{"begins or ends with a space or a line break"}},
		{good + "\n", []string{"begins or ends with a space or a line break"}},
		{good + " ", []string{"begins or ends with a space or a line break"}},
		{" " + good + " ", []string{"begins or ends with a space or a line break"}},
		{"\u00a0" + good, []string{"begins or ends with a space or a line break"}},
		{good + "\u3000", []string{"begins or ends with a space or a line break"}},
		{good + "=", []string{"signature: not base64url without padding; it has padding"}},
		{header + "=." + rest, []string{"header: not base64url without padding; it has padding"}},
		{header + "+." + rest, []string{"header: not base64url without padding; it is in the alphabet of standard base64"}},
		{strings.TrimSuffix(good, good[len(good)-1:]) + "/", []string{"signature: not base64url without padding; it is in the alphabet of standard base64"}},
		{header + "é." + rest, []string{"header: not base64url without padding"}},
		{"a.b.c.d.e", []string{"three parts", "it has five", "encrypted", "package jwe"}},
		{"", []string{"three parts", "it is empty"}},
		{"opaque", []string{"three parts", "it has no dot", "introspect"}},
		{"a.b", []string{"want three parts separated by two dots; it has one dot, as a token whose end is missing"}},
		{"a.b.c.d", []string{"want three parts separated by two dots"}},
		{"eyJhbGciOiJIUzI1NiJ9.e30.A", []string{"signature: ", "; it may have been cut"}},
		{good[:len(good)-2], []string{"signature: ", "; it may have been cut"}},
		{signRaw(t, key, `{"alg":"HS256","kid":"key-2"}`, payload), []string{`got alg "HS256", kid "key-2"`, `"key-1"`}},
		{signRaw(t, key, `{"alg":"HS256","typ":"at+jwt"}`, payload), []string{`typ: got "at+jwt"`, `want "JWT" or nothing`, "Policy.Types"}},
		{signed(t, key, `{"iss":"https://login.example","aud":"https://api.example","nbf":1800000003,"exp":1800000060}`), []string{"nbf: got", "Policy.Leeway"}},
		{signed(t, key, `{"iss":"https://login.example","aud":"https://api.example"}`), []string{"exp: got nothing", "the issuer", "Policy.AllowNoExpiry"}},
		{signed(t, key, `{"iss":"https://login.example/"}`), []string{`got "https://login.example/", want "https://login.example"`, "differ in the slash at the end"}},
		{signed(t, key, `{"iss":"https://l\u043egin.example"}`), []string{`got "https://l\u043egin.example", want "https://login.example"`}},
		{good[:strings.LastIndexByte(good, '.')+1], []string{"signature not valid: it is empty"}},
	} {
		got, err := policy(key).Verify(t.Context(), row.token)
		refusal(t, "", got, err)
		for _, want := range row.want {
			assert.ErrorContains(t, err, want, row.token)
		}
		if len(row.token) > 30 {
			assert.NotContains(t, err.Error(), row.token[len(row.token)-20:])
		}
	}
	_, err := policy(key).Verify(t.Context(), header+"é."+rest)
	assert.True(t, strings.HasSuffix(err.Error(), "padding"), "%v", err)
	_, err = policy(key).Verify(t.Context(), "AAAAA."+rest) // of a length that base64 has not
	assert.True(t, strings.HasSuffix(err.Error(), "padding"), "%v", err)
	for _, text := range []string{"a.b.c.d", "a.b.c.", "..."} {
		_, err = policy(key).Verify(t.Context(), text)
		assert.EqualError(t, err, "jwt: malformed token: want three parts separated by two dots", text)
	}
	for _, text := range []string{
		strings.Repeat("x", 5000) + ";", strings.Repeat(".", 9) + ";", strings.Repeat(".", 10) + ";",
		strings.Repeat(".", 9) + strings.Repeat("x", 99) + ";", strings.Repeat(strings.Repeat("x", 20)+".", 9) + ";",
	} { // costs of a flood
		_, err = policy(key).Verify(t.Context(), text)
		assert.NotContains(t, err.Error(), "semicolon")
	}
	for _, text := range []string{strings.Repeat(".", 8) + ";", strings.Repeat(strings.Repeat("x", 20)+".", 8) + ";"} {
		_, err = policy(key).Verify(t.Context(), text)
		assert.ErrorContains(t, err, "semicolon")
	}
	for length := 63; length <= 65; length++ {
		_, err = policy(key).Verify(t.Context(), strings.Repeat("x", length-4)+"....")
		assert.ErrorContains(t, err, "it has five")
		_, err = policy(key).Verify(t.Context(), strings.Repeat("x", length-1)+".")
		assert.ErrorContains(t, err, "it has one dot")
	}
	_, err = policy(key).Verify(t.Context(), good+"?")
	assert.True(t, strings.HasSuffix(err.Error(), "padding"), "%v", err)
	_, err = policy(key).Verify(t.Context(), signed(t, key, `{"iss":"https://other.example"}`))
	assert.NotContains(t, err.Error(), "slash")
	_, err = lenientIssuer(key).Verify(t.Context(), signed(t, key, `{"iss":"/"}`))
	assert.ErrorContains(t, err, "Policy.Issuer is empty")
	assert.NotContains(t, err.Error(), "slash")
	_, err = jwt.Policies{policy(key)}.Verify(t.Context(), "a.b.c.d.e")
	assert.ErrorContains(t, err, "package jwe")
}

// lenientIssuer accepts tokens without iss.
func lenientIssuer(key jwt.Verifier) *jwt.Policy {
	p := lenient(key)
	p.AllowAnyIssuer = false
	return p
}

// A paid request to a key in a KMS is not made for an empty signature.
func TestKeysAreNotAskedForEmptySignatures(t *testing.T) {
	key := &foreign{alg: "X"}
	token := signed(t, hs256(t), payload)
	token = encode(`{"alg":"X"}`) + token[strings.IndexByte(token, '.'):]
	got, err := policy(key).Verify(t.Context(), token[:strings.LastIndexByte(token, '.')+1])
	refused(t, jwt.ErrSignature, "", got, err)
	assert.Zero(t, key.verified)
}

func TestKeyErrorsNameWhatMayBeDone(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	const pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"
	for _, row := range []struct {
		err  error
		want []string
	}{
		{second(jwt.NewHMAC(jwt.HS256, []byte("password1"), "")), []string{"got 9 bytes, want at least 32", "crypto/rand", "Verifier of your own"}},
		{second(jwt.NewHMAC(jwt.HS256, []byte(pem), "")), []string{"got a PEM file, want random bytes", "jwk.ParsePEM", "RS256, ES256"}},
		{second(jwt.NewVerifier(jwt.RS256, []byte(pem), "")), []string{"a PEM file", "want *rsa.PublicKey", "jwk.ParsePEM"}},
		{second(jwt.NewVerifier(jwt.RS256, pem, "")), []string{"a PEM file", "jwk.ParsePEM"}},
		{second(jwt.NewVerifier(jwt.RS256, []byte("a key"), "")), []string{"got []uint8, want *rsa.PublicKey; jwk.ParsePEM and jwk.Parse read keys"}},
		{second(jwt.NewVerifier(jwt.ES256, private, "")), []string{"got *ecdsa.PrivateKey, want *ecdsa.PublicKey", "private key"}},
		{second(jwt.NewSigner(jwt.RS256, private, "")), []string{"got *ecdsa.PublicKey, want *rsa.PublicKey", "public part of *ecdsa.PrivateKey"}},
	} {
		for _, want := range row.want {
			assert.ErrorContains(t, row.err, want)
		}
	}
}
