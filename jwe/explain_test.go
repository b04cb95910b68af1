package jwe_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestExplainTellsTheStepThatFails(t *testing.T) {
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	other := sharedKey(t, jwe.A128KW, jwe.A256GCM, "")
	p := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}
	good, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	unknown, err := jwe.SignAndEncrypt(t.Context(), signer, other, claims())
	require.NoError(t, err)
	noClaims, err := jwe.SignAndEncrypt(t.Context(), signer, key, jwt.Claims{})
	require.NoError(t, err)
	unsigned, err := jwe.EncryptUnsigned(t.Context(), key, claims())
	require.NoError(t, err)
	secret := randomBytes(16)
	direct, err := jwe.NewSharedKey(jwe.Dir, jwe.A128GCM, secret, "")
	require.NoError(t, err)
	p.Keys = append(p.Keys, direct)
	changed := func(token string) string { // in its tag
		at := len(token) - 4
		return token[:at] + string(nextLetter(token[at])) + token[at+1:]
	}
	content := craft{header: `{"alg":"dir","enc":"A128GCM","cty":"JWT"}`, enc: jwe.A128GCM, cek: secret, plaintext: "a.b.c.d"}.token()
	for _, row := range []struct{ token, step string }{
		{good, ""},
		{good + ".", "encrypted form"},
		{good + strings.Repeat("A", 65536), "encrypted form"},
		{"", "encrypted form"},
		{unsigned, "encrypted types"},
		{unknown, "decryption"},
		{changed(good), "decryption"},
		{content, "content"},
		{noClaims, "exp"},
	} {
		requireExplained(t, p, row.token, row.step)
	}
	form := p.Explain(t.Context(), "a.b.c").Steps[0]
	assert.Equal(t, "5 bytes, 3 parts", form.Got)
	assert.Equal(t, "at most 65536 bytes in 5 parts, with a header", form.Want)
	claimsPolicy := *signed
	claimsPolicy.Keys = nil
	u := &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: &claimsPolicy}
	late, err := jwe.EncryptUnsigned(t.Context(), key, jwt.Claims{ExpiresAt: 1})
	require.NoError(t, err)
	for _, row := range []struct{ token, step string }{
		{unsigned, ""}, {"x", "encrypted form"}, {good, "encrypted types"}, {changed(unsigned), "decryption"}, {late, "exp"},
	} {
		requireExplained(t, u, row.token, row.step)
	}
	for _, v := range []jwt.TokenVerifier{&jwe.Policy{}, (*jwe.Policy)(nil), &jwe.UnsignedPolicy{}} {
		e := v.(jwt.Explainer).Explain(t.Context(), good)
		require.Error(t, e.Err)
		assert.Equal(t, jwt.Undecided, e.Steps[0].Result)
	}
}

// requireExplained holds Explain against Verify: the step fails, those before it
// pass, and those behind it are not reached.
func requireExplained(t *testing.T, v jwt.TokenVerifier, token, step string) {
	t.Helper()
	_, err := v.Verify(t.Context(), token)
	e := jwt.Explain(t.Context(), v, token)
	if step == "" {
		require.NoError(t, err)
		require.NoError(t, e.Err)
		require.NotNil(t, e.Token)
	} else {
		require.EqualError(t, e.Err, err.Error())
		require.Nil(t, e.Token)
	}
	result, failed := jwt.Passed, ""
	for _, s := range e.Steps {
		if s.Result != result {
			require.Empty(t, failed, "%s: two steps fail", s.Name)
			failed, result = s.Name, jwt.NotReached
		}
	}
	if step == "exp" { // what comes before it depends on the policy
		require.Contains(t, []string{"exp", "iss", "aud"}, failed)
	} else {
		require.Equal(t, step, failed, "%v", e)
	}
	data, err := json.Marshal(e)
	require.NoError(t, err)
	for _, part := range strings.Split(token, ".") {
		if len(part) > 8 {
			require.NotContains(t, e.String()+string(data), part)
		}
	}
}
