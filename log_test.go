package jwt_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func logged(value any) (text, json string) {
	var a, b bytes.Buffer
	slog.New(slog.NewTextHandler(&a, nil)).Info("x", "v", value)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", value)
	_, text, _ = strings.Cut(a.String(), "msg=x ")
	_, json, _ = strings.Cut(b.String(), `"msg":"x",`)
	return strings.TrimSpace(text), strings.TrimSpace(json)
}

func TestTokensInLogsAreShort(t *testing.T) {
	key := hs256(t)
	const body = `{"iss":"a","sub":"l\u043egin\n","aud":["b","c"],"jti":"d","exp":1800000060,"iat":1799999990,"private":"x"}`
	got, err := lenient(key).Verify(t.Context(), signRaw(t, key, `{"alg":"HS256","typ":"JWT","kid":"k"}`, body))
	require.NoError(t, err)
	const want = `token typ "JWT" kid "k" iss "a" sub "l\u043egin\n" jti "d" aud ["b", "c"] iat 2027-01-15T07:59:50Z exp 2027-01-15T08:01:00Z`
	assert.Equal(t, want, got.String())
	assert.Equal(t, want, fmt.Sprintf("%v", got))
	assert.Equal(t, want, fmt.Sprintf("%+v", got))
	text, json := logged(got)
	assert.Equal(t, `v.typ=JWT v.kid=k v.iss=a v.sub=l\u043egin\n v.jti=d v.aud="[\"b\", \"c\"]" v.iat=2027-01-15T07:59:50Z v.exp=2027-01-15T08:01:00Z`, text)
	assert.Equal(t, `"v":{"typ":"JWT","kid":"k","iss":"a","sub":"l\\u043egin\\n","jti":"d","aud":"[\"b\", \"c\"]","iat":"2027-01-15T07:59:50Z","exp":"2027-01-15T08:01:00Z"}}`, json)

	long := signed(t, key, `{"iss":"`+strings.Repeat("x", 9000)+`","sub":"`+strings.Repeat("\u00e9", 9000)+`"}`)
	got, err = lenient(key).Verify(t.Context(), long)
	require.NoError(t, err)
	assert.Less(t, len(got.String()), 1000)
	text, _ = logged(got)
	assert.Less(t, len(text), 2000)
	for body, want := range map[string]string{`{"iss":"a"}`: `iss "a"`, `{"aud":"a"}`: `aud ["a"]`, `{"aud":[],"jti":"d"}`: `jti "d"`} {
		got, err = lenient(key).Verify(t.Context(), signed(t, key, body))
		require.NoError(t, err)
		assert.Equal(t, "token "+want, got.String())
	}
	for _, none := range []*jwt.Token{nil, {}} {
		assert.Equal(t, "token", none.String())
		assert.Equal(t, slog.KindGroup, none.LogValue().Kind())
	}
}

// The refusal of a genuine token says whose it was; that of any other does not.
func TestRefusalsInLogsSayWhoseTokenItWas(t *testing.T) {
	key := hs256(t)
	p := policy(key)
	const body = `{"iss":"https://login.example","aud":"x","sub":"alice","jti":"d"}`
	_, err := p.Verify(t.Context(), signed(t, key, body))
	text, json := logged(err)
	assert.Equal(t, `v.reason="jwt: claim not acceptable" v.claim=aud v.detail="got [\"x\"], want one of [\"https://api.example\"]" v.iss=https://login.example v.sub=alice v.jti=d`, text)
	assert.Contains(t, json, `"sub":"alice"`)
	_, err = jwt.ClaimsAs[struct {
		Sub int `json:"sub"`
	}](must(lenient(key).Verify(t.Context(), signed(t, key, body))))
	text, _ = logged(err)
	assert.Contains(t, text, "v.claim=sub")
	assert.Contains(t, text, "v.jti=d")

	forged := signed(t, must(jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("o", 32)), "")), body)
	_, err = p.Verify(t.Context(), forged)
	text, _ = logged(err)
	assert.Equal(t, `v.reason="jwt: signature not valid"`, text)
	for _, e := range []*jwt.VerifyError{nil, {}} {
		assert.Equal(t, "jwt: token refused", e.LogValue().String())
		assert.Equal(t, "jwt: token refused", e.Error())
		require.NoError(t, e.Unwrap())
		assert.False(t, e.Is(jwt.ErrClaim))
		var other *jwt.VerifyError
		assert.False(t, e.As(&other))
	}
}
