package jwe_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestErrorsSayWhatIsWanted(t *testing.T) {
	ctx, down := t.Context(), errors.New("down")
	signer, signed := sender(t)
	key, other := sharedKey(t, jwe.A256KW, jwe.A256GCM, ""), sharedKey(t, jwe.A256KW, jwe.A256GCM, "other")
	encrypt := func(key jwe.Encrypter, h jwe.Header) error {
		return errortest.Of(jwe.InsecureEncryptUnsigned(ctx, key, h, nil))
	}
	decrypt := func(key jwe.Decrypter, token string) error {
		_, text, err := jwe.InsecureDecryptUnsigned(ctx, key, token)
		return errortest.Of(text, err)
	}
	claimsPolicy := *signed
	claimsPolicy.Keys = nil
	unsigned := &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: &claimsPolicy}
	nested, err := jwe.SignAndEncrypt(ctx, signer, key, claims())
	require.NoError(t, err)
	withHeader := func(header, token string) string { return b64([]byte(header)) + token[strings.IndexByte(token, '.'):] }
	errortest.Texts(t, []errortest.Row{
		{errortest.Of(jwe.SignAndEncrypt(ctx, nil, key, claims())), `jwt: no key to sign with`},
		{errortest.Of(jwe.SignAndEncrypt(ctx, signer, nil, claims())), `jwe: no key to encrypt with`},
		{errortest.Of(jwe.Encrypt(ctx, key, "text")), `jwe: got no signed token to encrypt, want three parts separated by two dots`},
		{errortest.Of(jwe.EncryptUnsigned(ctx, key, 1)), `jwt: claims: payload: not a JSON object, want a struct, a map or a json.RawMessage`},
		{errortest.Of(jwe.EncryptUnsigned(ctx, nil, claims())), `jwe: no key to encrypt with`},
		{encrypt(nil, jwe.Header{}), `jwe: no key to encrypt with`},
		{encrypt(key, jwe.Header{KeyID: "a"}), `jwe: header: got alg "", enc "", kid "a", want the key's, alg "A256KW", enc "A256GCM", kid ""`},
		{encrypt(key, jwe.Header{Type: "\xff"}), `jwe: header: jsontext: invalid UTF-8`},
		{encrypt(&foreign{alg: "X", enc: jwe.A256GCM, err: down}, jwe.Header{}), `jwe: encrypting the key: down`},
		{decrypt(nil, nested), `jwe: no key to decrypt with`},
		{decrypt(other, nested), `jwe: token cannot be decrypted`},
		{errortest.Of(unsigned.Verify(ctx, nested)), `jwt: malformed token: cty: got "JWT", want it to be absent, for claims`},
		{errortest.Of(unsigned.Verify(ctx, withHeader(`{"alg":"A256KW","enc":"A256GCM","cty":"JWT","zip":"DEF"}`, nested))), `jwt: malformed token: zip: compressed content is not supported`},
		{errortest.Of((&jwe.UnsignedPolicy{}).Verify(ctx, nested)), `jwe: UnsignedPolicy.Keys is empty, want the keys to decrypt with`},
		{errortest.Of(jwe.NewSharedKey(jwe.A256KW, jwe.A256GCM, make([]byte, 3), "")), `jwe: A256KW key for A256GCM: got a secret of 3 bytes, want 32`},
		{errortest.Of(jwe.NewSharedKey(jwe.A256KW, jwe.A256GCM, randomBytes(32), "\xff")), `jwe: key ID: jsontext: invalid UTF-8`},
		{errortest.Of(jwe.NewSharedKey("X", jwe.A256GCM, nil, "")), `jwe: unknown algorithm "X", want one of the package's constants`},
		{errortest.Of(jwe.NewSharedKey(jwe.A256KW, "X", nil, "")), `jwe: unknown content encryption "X", want one of the package's constants`},
		{errortest.Of(jwe.NewSharedKey(jwe.RSAOAEP256, jwe.A256GCM, randomBytes(32), "")), `jwe: RSA-OAEP-256 takes no secret, want dir, A128KW or A256KW; NewEncrypter and NewDecrypter take its keys`},
		{errortest.Of(jwe.EncrypterFrom(nil, jwe.A256GCM)), `jwe: got no key, want a *jwk.Key`},
		{errortest.Of(jwe.NewEncrypter(jwe.RSAOAEP256, jwe.A256GCM, "text", "")), `jwe: RSA-OAEP-256 key: got string, want *rsa.PublicKey; jwk.ParsePEM and jwk.Parse read keys`},
		{errortest.Of(jwe.NewDecrypter(jwe.ECDHES, jwe.A256GCM, "text", "")), `jwe: ECDH-ES key: got string, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger`},
	})
}

func TestExplanationsSayWhatIsWanted(t *testing.T) {
	ctx := t.Context()
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	claimsPolicy := *signed
	claimsPolicy.Keys = nil
	nested, err := jwe.SignAndEncrypt(ctx, signer, key, claims())
	require.NoError(t, err)
	p := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}
	u := &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: &claimsPolicy}
	steps := func(e *jwt.Explanation, n int) (steps []string) {
		for _, s := range e.Steps[:n] {
			steps = append(steps, s.Name+"|"+s.Got+"|"+s.Want)
		}
		return steps
	}
	assert.Equal(t, []string{
		"encrypted form|1 bytes, 1 parts|at most 65536 bytes in 5 parts, with a header",
		"encrypted types||the typ that the policy names, and the cty of a signed token",
		"decryption||a key of the policy that decrypts it",
		"content||a signed token",
	}, steps(jwt.Explain(ctx, p, "x"), 4))
	assert.Equal(t, "encrypted types||no cty, as claims have none", steps(jwt.Explain(ctx, u, nested), 2)[1])
	assert.Equal(t, []string{"encrypted policy||a policy that is complete"}, steps(jwt.Explain(ctx, &jwe.Policy{}, nested), 1))
}
