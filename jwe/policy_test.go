package jwe_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestTheContentOfANestedTokenIsASignedOne(t *testing.T) {
	signer, signed := sender(t)
	secret := randomBytes(16)
	key, err := jwe.NewSharedKey(jwe.Dir, jwe.A128GCM, secret, "")
	require.NoError(t, err)
	inner, err := jwt.Sign(t.Context(), signer, claims())
	require.NoError(t, err)
	other, err := jwt.NewHMAC(jwt.HS256, randomBytes(32), "sender")
	require.NoError(t, err)
	forged, err := jwt.Sign(t.Context(), other, claims())
	require.NoError(t, err)
	nested, err := jwe.Encrypt(t.Context(), key, inner)
	require.NoError(t, err)
	payload := string(unb64(strings.Split(inner, ".")[1]))
	const notSigned = "jwt: malformed token: the content is not a signed token, want three parts separated by two dots"
	header := func(members string) string { return `{"alg":"dir","enc":"A128GCM"` + members + `}` }
	for _, row := range []struct{ name, header, content, want string }{
		{"a signed token", header(`,"cty":"JWT"`), inner, ""},
		{"cty in lower case", header(`,"cty":"jwt"`), inner, ""},
		{"cty in its long form", header(`,"cty":"application/jwt"`), inner, ""},
		{"cty in its long form, in upper case", header(`,"cty":"APPLICATION/JWT"`), inner, ""},
		{"with a typ", header(`,"cty":"JWT","typ":"JWT"`), inner, ""},
		{"with a typ in its long form", header(`,"cty":"JWT","typ":"application/jwt"`), inner, ""},
		{"another typ", header(`,"cty":"JWT","typ":"at+jwt"`), inner, `jwt: malformed token: typ: got "at+jwt", want "JWT"`},
		{"no cty", header(``), inner, `jwt: malformed token: cty: got nothing, want "JWT"`},
		{"another cty", header(`,"cty":"JWE"`), inner, `jwt: malformed token: cty: got "JWE", want "JWT"`},
		{"a cty with a space", header(`,"cty":"JWT "`), inner, `jwt: malformed token: cty: got "JWT ", want "JWT"`},
		{"a cty with a parameter", header(`,"cty":"application/jwt;a=b/c"`), inner, `jwt: malformed token: cty: got "application/jwt;a=b/c", want "JWT"`},
		{"a forged signature", header(`,"cty":"JWT"`), forged, "jwt: signature not valid"},
		{"claims", header(`,"cty":"JWT"`), `{"sub":"alice"}`, notSigned},
		{"claims with two dots", header(`,"cty":"JWT"`), payload, "jwt: malformed token: header: not base64url without padding; it is JSON, want the compact form (RFC 7515 section 7.1)"},
		{"claims with dots together", header(`,"cty":"JWT"`), `{"a..b":1}`, notSigned},
		{"an encrypted token", header(`,"cty":"JWT"`), nested, notSigned},
		{"a token without a signature", header(`,"cty":"JWT"`), b64([]byte(`{"alg":"none"}`)) + "." + b64([]byte(payload)) + ".", notSigned},
		{"none with a signature", header(`,"cty":"JWT"`), b64([]byte(`{"alg":"none"}`)) + "." + b64([]byte(payload)) + ".AA", `jwt: malformed token: alg: "none" is never accepted`},
		{"two parts", header(`,"cty":"JWT"`), "a.b", notSigned},
		{"four parts", header(`,"cty":"JWT"`), inner + ".x", notSigned},
		{"no header", header(`,"cty":"JWT"`), ".b.c", notSigned},
		{"no payload", header(`,"cty":"JWT"`), "a..c", notSigned},
		{"nothing", header(`,"cty":"JWT"`), "", notSigned},
		{"white space behind", header(`,"cty":"JWT"`), inner + "\n", "jwt: malformed token: signature: not base64url without padding; it begins or ends with a space or a line break"},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := craft{header: row.header, enc: jwe.A128GCM, cek: secret, plaintext: row.content}.token()
			got, err := (&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}).Verify(t.Context(), token)
			if row.want == "" {
				require.NoError(t, err)
				assert.Equal(t, "alice", got.Claims.Subject)
				return
			}
			require.EqualError(t, err, row.want)
			assert.Nil(t, got)
			var refusal *jwt.VerifyError
			assert.ErrorAs(t, err, &refusal)
		})
	}
}

// Not even a policy that would take claims without a signature gets any.
func TestSignedIsGivenNothingButSignedTokens(t *testing.T) {
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	unsigned, err := jwe.EncryptUnsigned(t.Context(), key, claims())
	require.NoError(t, err)
	_, rules := sender(t)
	rules.Keys = nil
	inside := &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: rules}
	_, err = inside.Verify(t.Context(), unsigned)
	require.NoError(t, err)
	token, err := jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{ContentType: "JWT"}, []byte(unsigned))
	require.NoError(t, err)
	_, err = (&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: inside}).Verify(t.Context(), token)
	assert.EqualError(t, err, "jwt: malformed token: the content is not a signed token, want three parts separated by two dots")
}

func TestPoliciesStandWhereAJWTPolicyCan(t *testing.T) {
	type verifier interface {
		Verify(ctx context.Context, token string) (*jwt.Token, error)
	}
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	token, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	for _, inner := range []verifier{signed, jwt.Policies{signed}} {
		var v verifier = &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: inner}
		got, err := v.Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, "alice", got.Claims.Subject)
	}
}

func TestSignedTokensOfEveryTypeCanBeEncrypted(t *testing.T) {
	signer, signed := sender(t)
	signed.Types = []string{"at+jwt"}
	inner, err := jwt.SignHeader(t.Context(), signer, jwt.Header{Type: "at+jwt"}, claims())
	require.NoError(t, err)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	token, err := jwe.Encrypt(t.Context(), key, inner)
	require.NoError(t, err)
	got, err := (&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}).Verify(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, "at+jwt", got.Header.Type)
}

func TestZeroValuesAndNilAcceptNothing(t *testing.T) {
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	token, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	rules := &jwt.Policy{}
	type verifier interface {
		Verify(ctx context.Context, token string) (*jwt.Token, error)
	}
	for _, row := range []struct {
		policy verifier
		want   string
	}{
		{(*jwe.Policy)(nil), "jwe: Policy is nil"},
		{&jwe.Policy{}, "jwe: Policy.Keys is empty, want the keys to decrypt with"},
		{&jwe.Policy{Signed: signed}, "jwe: Policy.Keys is empty, want the keys to decrypt with"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}}, "jwe: Policy.Signed is nil, want the policy for the signed token inside"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: (*jwt.Policy)(nil)}, "jwe: Policy.Signed is nil, want the policy for the signed token inside"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: &jwt.Policy{}}, "jwt: Policy.Keys is nil, want the keys to trust"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed, MaxSize: -1}, "jwe: Policy has a negative MaxSize"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: nothing{}}, "jwe: Policy.Signed returned no token"},
		{(*jwe.UnsignedPolicy)(nil), "jwe: UnsignedPolicy is nil"},
		{&jwe.UnsignedPolicy{}, "jwe: UnsignedPolicy.Keys is empty, want the keys to decrypt with"},
		{&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}}, "jwe: UnsignedPolicy.Claims is nil, want the policy for the claims"},
		{&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: signed}, "jwe: UnsignedPolicy.Claims has Keys, want none: nothing is signed"},
		{&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: &jwt.Policy{MaxSize: -1}}, "jwe: UnsignedPolicy.Claims has a negative MaxSize"},
	} {
		got, err := row.policy.Verify(t.Context(), token)
		assert.Nil(t, got)
		assert.EqualError(t, err, row.want)
		var refusal *jwt.VerifyError
		assert.False(t, errors.As(err, &refusal))
	}
	for _, k := range []*jwe.SharedKey{nil, {}} {
		assert.Equal(t, "", string(k.Algorithm())+string(k.Encryption())+k.KeyID())
		_, _, err := k.EncryptKey(t.Context(), nil)
		assert.EqualError(t, err, "jwe: SharedKey without a secret, want one from NewSharedKey")
		_, err = k.DecryptKey(t.Context(), jwe.Header{}, nil)
		assert.EqualError(t, err, "jwe: SharedKey without a secret, want one from NewSharedKey")
		_, err = jwe.EncryptUnsigned(t.Context(), k, claims())
		assert.EqualError(t, err, "jwe: no key to encrypt with")
		_, err = (&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{k}, Claims: rules}).Verify(t.Context(), token)
		assert.Error(t, err)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), k, token)
		assert.EqualError(t, err, "jwe: no key to decrypt with")
	}
	_, err = jwe.SignAndEncrypt(t.Context(), nil, key, claims())
	assert.EqualError(t, err, "jwt: no key to sign with")
	_, err = jwe.SignAndEncrypt(t.Context(), signer, nil, claims())
	assert.EqualError(t, err, "jwe: no key to encrypt with")
	_, err = jwe.InsecureEncryptUnsigned(t.Context(), nil, jwe.Header{}, nil)
	assert.EqualError(t, err, "jwe: no key to encrypt with")
	_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), nil, token)
	assert.EqualError(t, err, "jwe: no key to decrypt with")
}

// nothing is a broken policy.
type nothing struct{}

func (nothing) Verify(context.Context, string) (*jwt.Token, error) { return nil, nil }
