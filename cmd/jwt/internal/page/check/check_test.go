package check

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

const now = 1795687200 // 2026-11-26T10:00:00Z

const claims = `{"iss":"https://login.example","aud":"api","sub":"alice","iat":1795687000,"exp":1795687500}`

// signed returns a token, the key in public, and the key.
func signed(t *testing.T, alg jwt.Algorithm, claims string) (token string, key *jwk.Key) {
	t.Helper()
	key, err := jwk.Generate(alg)
	require.NoError(t, err)
	key, err = key.With("", "7")
	require.NoError(t, err)
	signer, err := key.Signer()
	require.NoError(t, err)
	token, err = jwt.Sign(t.Context(), signer, json.RawMessage(claims))
	require.NoError(t, err)
	return token, key
}

func encoded(t *testing.T, encode func() ([]byte, error)) string {
	t.Helper()
	data, err := encode()
	require.NoError(t, err)
	return string(data)
}

// right is the request that is accepted.
func right(t *testing.T) Request {
	t.Helper()
	token, key := signed(t, jwt.EdDSA, claims)
	return Request{Token: token, Keys: encoded(t, key.MarshalJSON), Issuer: "https://login.example", Audience: "api", Now: now * 1000}
}

func TestEachFieldDecides(t *testing.T) {
	t.Parallel()
	r := right(t)
	for name, row := range map[string]struct {
		change  func(r *Request)
		verdict Verdict
		advice  string
		fill    *Fill
	}{
		"right":             {func(*Request) {}, Accepted, "", nil},
		"white space":       {func(r *Request) { r.Token = " Bearer " + r.Token + "\n" }, Accepted, "", nil},
		"no token":          {func(r *Request) { r.Token = " \n" }, Nothing, "", nil},
		"no key":            {func(r *Request) { r.Keys = " " }, Waiting, "Paste the key of its issuer", nil},
		"no issuer":         {func(r *Request) { r.Issuer = "" }, Refused, `If "https://login.example" is meant, set Issuer to it.`, &Fill{"issuer", "https://login.example"}},
		"any issuer":        {func(r *Request) { r.AnyIssuer = true; r.Issuer = "other" }, Accepted, "", nil},
		"other issuer":      {func(r *Request) { r.Issuer = "x" }, Refused, "set Issuer", &Fill{"issuer", "https://login.example"}},
		"no audience":       {func(r *Request) { r.Audience = "" }, Refused, `If "api" is meant, set Audience to it.`, &Fill{"audience", "api"}},
		"any audience":      {func(r *Request) { r.AnyAudience = true; r.Audience = "x" }, Accepted, "", nil},
		"other type":        {func(r *Request) { r.Type = "at+jwt" }, Refused, `If "JWT" is meant, set Type to it.`, &Fill{"type", "JWT"}},
		"its type":          {func(r *Request) { r.Type = "JWT" }, Accepted, "", nil},
		"any type":          {func(r *Request) { r.AnyType = true; r.Type = "x" }, Accepted, "", nil},
		"last moment":       {func(r *Request) { r.Now = 1795687499999 }, Accepted, "", nil},
		"expired":           {func(r *Request) { r.Now = 1795687500000 }, Refused, "Ask for a new token. For clocks that differ, allow some seconds.", nil},
		"with leeway":       {func(r *Request) { r.Now = 1795687500000; r.Leeway = 1 }, Accepted, "", nil},
		"leeway below zero": {func(r *Request) { r.Leeway = -1000 }, Accepted, "", nil},
		"leeway of a day":   {func(r *Request) { r.Now = (1795687500 + 86399) * 1000; r.Leeway = 1 << 40 }, Accepted, "", nil},
		"leeway of no more": {func(r *Request) { r.Now = (1795687500 + 86400) * 1000; r.Leeway = 1 << 40 }, Refused, "Ask for a new token", nil},
		"large payload":     {func(r *Request) { r.Token = strings.Replace(r.Token, ".", "."+strings.Repeat("A", 65536), 1) }, Refused, "", nil},
		"another key": {func(r *Request) {
			_, key := signed(t, jwt.EdDSA, claims)
			r.Keys = encoded(t, key.MarshalJSON)
		}, Refused, "The token was changed, or is signed by another key", nil},
		"a key of another kind": {func(r *Request) {
			_, key := signed(t, jwt.ES256, claims)
			r.Keys = encoded(t, key.MarshalJSON)
		}, Refused, `Give the key that signed it: alg "EdDSA", kid "7".`, nil},
		"not a token":  {func(r *Request) { r.Token = "abc" }, Refused, "", nil},
		"large token":  {func(r *Request) { r.Token = strings.Repeat("a", MaxText+1) }, Refused, "", nil},
		"large keys":   {func(r *Request) { r.Keys = strings.Repeat("a", MaxText+1) }, Refused, "", nil},
		"broken key":   {func(r *Request) { r.Keys = "{" }, Waiting, "Paste the key", nil},
		"never expire": {func(r *Request) { r.NoExpiry = true }, Accepted, "", nil},
	} {
		r := r
		row.change(&r)
		a := r.Answer()
		assert.Equal(t, row.verdict, a.Verdict, "%s: %s", name, a.Reason)
		assert.Contains(t, a.Advice, row.advice, name)
		if row.advice == "" {
			assert.Empty(t, a.Advice, name)
		}
		assert.Equal(t, row.fill, a.Fill, name)
		assert.Equal(t, row.verdict == Accepted, len(a.Steps) == 14 && a.Steps[13].Result == jwt.Passed, name)
	}
}

func TestAdviceForWhatTheTokenLacks(t *testing.T) {
	t.Parallel()
	token, key := signed(t, jwt.EdDSA, `{}`)
	r := Request{Token: token, Keys: encoded(t, key.MarshalJSON), Issuer: "x", Now: now * 1000}
	assert.Equal(t, "The token has none: leave Issuer empty, or tick “any”.", r.Answer().Advice)
	r.Issuer, r.Audience = "", "api"
	assert.Equal(t, "The token has none: leave Audience empty, or tick “any”.", r.Answer().Advice)
	r.Audience = ""
	assert.Equal(t, "Tick “may never expire” to accept a token without exp.", r.Answer().Advice)
	r.NoExpiry = true
	assert.Equal(t, Accepted, r.Answer().Verdict)
	assert.Contains(t, strings.Join(r.Answer().Warnings, " "), "there is no exp")
	assert.Empty(t, r.Answer().Marks)
}

func secretKey(t *testing.T, secret string) *jwk.Key {
	t.Helper()
	key, err := jwk.New(jwt.HS256, []byte(secret), "7")
	require.NoError(t, err)
	return key
}

// Keys can be pasted before the token.
func TestKeysAreReadWithoutAToken(t *testing.T) {
	t.Parallel()
	r := right(t)
	for text, want := range map[string]Verdict{"": Nothing, "abc": Refused} {
		r.Token = text
		a := r.Answer()
		assert.Equal(t, want, a.Verdict)
		assert.Equal(t, `1 key: EdDSA "7"`, a.Keys)
	}
}

func TestManyKeysAreSummedUp(t *testing.T) {
	t.Parallel()
	key := secretKey(t, strings.Repeat("a", 32))
	for n, want := range map[int]string{8: `8 keys: ` + strings.Repeat(`HS256 "7", `, 7) + `HS256 "7"`, 9: `9 keys: ` + strings.Repeat(`HS256 "7", `, 8) + "…"} {
		assert.Equal(t, want, summary(slices.Repeat([]*jwk.Key{key}, n)))
	}
}

func TestTextsAreBounded(t *testing.T) {
	t.Parallel()
	const bound = "more than 1048576 bytes are not looked at"
	large := strings.Repeat("a", MaxText)
	for _, r := range []Request{{Token: large + "a"}, {Token: "a", Keys: large + "a"}} {
		a := r.Answer()
		assert.Equal(t, Refused, a.Verdict)
		assert.Equal(t, bound, a.Error)
		assert.Empty(t, a.KeysError)
	}
	for _, r := range []Request{{Token: large}, {Token: "a", Keys: large}} {
		assert.NotEqual(t, bound, r.Answer().Error)
	}
	r := right(t)
	r.Keys = " \n"
	a := r.Answer()
	assert.Empty(t, a.KeysError, "nothing is wrong with no keys")
}

// What no key makes good is refused without one.
func TestATokenThatNoKeyVerifiesIsRefused(t *testing.T) {
	t.Parallel()
	encode := base64.RawURLEncoding.EncodeToString
	r := Request{Token: encode([]byte(`{"alg":"EdDSA","crit":["x"]}`)) + "." + encode([]byte(claims)) + ".AAAA", Now: now * 1000}
	assert.Equal(t, Refused, r.Answer().Verdict)
}

type brokenKeys struct{}

func (brokenKeys) Verifiers(context.Context, jwt.Header) ([]jwt.Verifier, error) {
	return nil, errors.New("they are gone")
}

func TestATokenIsUndecidedIfItsKeysCannotBeHad(t *testing.T) {
	t.Parallel()
	r := right(t)
	var a Answer
	a.verify(r.policy(brokenKeys{}, time.Unix(now, 0)), r.Token, false)
	assert.Equal(t, Undecided, a.Verdict)
	assert.Contains(t, a.Reason, "they are gone")
}

func TestKeysAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	secret := "correct horse battery staple, and more than that"
	hmac, err := jwt.NewHMAC(jwt.HS256, []byte(secret), "")
	require.NoError(t, err)
	shared, err := jwt.Sign(t.Context(), hmac, json.RawMessage(claims))
	require.NoError(t, err)
	hmac, err = jwt.NewHMAC(jwt.HS512, []byte(secret+secret), "")
	require.NoError(t, err)
	longer, err := jwt.Sign(t.Context(), hmac, json.RawMessage(claims))
	require.NoError(t, err)
	ec, key := signed(t, jwt.ES256, claims)
	pss, rsa := signed(t, jwt.PS256, claims)
	const encryption = `{"kty":"OKP","crv":"X25519","alg":"ECDH-ES","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}` // RFC 7748 section 6.1: Alice's
	for name, row := range map[string]struct {
		token, keys, as string
		keysText        string // what is said of the keys
		verdict         Verdict
	}{
		"JWK":                   {ec, encoded(t, key.MarshalJSON), "", `1 key: ES256 "7"`, Accepted},
		"private JWK":           {ec, encoded(t, key.MarshalPrivateJSON), "", `1 key: ES256 "7"`, Accepted},
		"set":                   {ec, `{"keys":[` + encoded(t, key.MarshalJSON) + `,` + encoded(t, rsa.MarshalJSON) + `]}`, "key", `2 keys: ES256 "7", PS256 "7"`, Accepted},
		"set with another":      {ec, `{"keys":[{"kty":"x"},` + encoded(t, key.MarshalJSON) + `]}`, "", "is left out", Accepted},
		"PEM":                   {ec, encoded(t, key.MarshalPublicPEM), "", "1 key: ES256", Accepted},
		"private PEM":           {ec, encoded(t, key.MarshalPrivatePEM), "", "1 key: ES256", Accepted},
		"PEM for PS256":         {pss, encoded(t, rsa.MarshalPublicPEM), "", "1 key: PS256", Accepted},
		"secret":                {shared, secret, "", "1 key: HS256", Accepted},
		"secret as such":        {shared, secret + "\n", "secret", "1 key: HS256", Accepted},
		"secret in base64":      {shared, base64.StdEncoding.EncodeToString([]byte(secret)), "base64", "1 key: HS256", Accepted},
		"not base64":            {shared, "!", "base64", "it is not base64", Waiting},
		"short secret":          {shared, "secret", "", "want at least 16", Waiting},
		"public key as secret":  {shared, encoded(t, rsa.MarshalPublicPEM), "secret", "PEM", Waiting},
		"public key for HS256":  {shared, encoded(t, rsa.MarshalPublicPEM), "", "1 key: RS256", Refused},
		"secret for ES256":      {ec, secret, "", "for a shared secret, choose how to read it", Waiting},
		"secret as such, ES256": {ec, secret, "secret", "1 key: HS256", Refused},
		"secret for HS512":      {longer, secret + secret, "", "1 key: HS512", Accepted},
		"one for no signatures": {ec, `{"keys":[` + strings.Replace(encryption, `"alg":"ECDH-ES",`, "", 1) + `,` + encoded(t, key.MarshalJSON) + `]}`, "", `2 keys: none for signatures, ES256 "7"`, Accepted},
		"secret JWK in lines":   {shared, "\n " + encoded(t, secretKey(t, secret).MarshalPrivateJSON), "", `1 key: HS256 "7"`, Accepted},
		"secret JWK":            {shared, encoded(t, secretKey(t, secret).MarshalPrivateJSON), "", `1 key: HS256 "7"`, Accepted},
		"for encryption":        {ec, encryption, "", "ECDH-ES is for encryption", Waiting},
		"one for encryption":    {ec, `{"keys":[` + encryption + `,` + encoded(t, key.MarshalJSON) + `]}`, "", `2 keys: ECDH-ES, ES256 "7"`, Accepted},
		"broken OpenSSH":        {shared, "ssh-ed25519 " + secret, "", "openssh: ", Waiting},
		"broken ECDSA":          {shared, "ecdsa-sha2-nistp256 " + secret, "", "PEM", Waiting},
		"PEM in a text":         {shared, secret + "\n-----BEGIN PUBLIC KEY-----", "", "PEM", Waiting},
		"broken JWK":            {shared, "{" + secret, "", "the JSON is not well-formed", Waiting},
		"broken PEM":            {ec, "-----BEGIN PUBLIC KEY-----", "", "PEM", Waiting},
	} {
		r := Request{Token: row.token, Keys: row.keys, KeysAs: row.as, Issuer: "https://login.example", Audience: "api", Now: now * 1000}
		a := r.Answer()
		assert.Equal(t, row.verdict, a.Verdict, "%s: %s %s", name, a.Reason, a.KeysError)
		assert.Contains(t, a.Keys+a.KeysError, row.keysText, name)
		assert.Equal(t, row.verdict == Waiting, a.KeysError != "", name)
		assert.NotContains(t, string(JSON([]byte(encoded(t, func() ([]byte, error) { return json.Marshal(r) })))), secret, name)
	}
}

func TestTheTokenIsDescribed(t *testing.T) {
	t.Parallel()
	r := right(t)
	a := r.Answer()
	assert.Len(t, a.Parts, 3)
	require.Len(t, a.Claims, 5)
	assert.Equal(t, "iss", a.Claims[0].Name)
	assert.Equal(t, `"https://login.example"`, a.Claims[0].Value)
	assert.Equal(t, "issuer: who made the token", a.Claims[0].Meaning)
	assert.Equal(t, "expires in 5 minutes", a.Claims[4].Text)
	assert.Equal(t, "algorithm: how the token is signed, or how its key is encrypted", a.Header[0].Meaning)
	var names []string
	for _, m := range a.Marks {
		names = append(names, m.Name)
	}
	assert.Equal(t, []string{"iat", "now", "exp"}, names)
	assert.Equal(t, []int64{1795687000, now, 1795687500}, []int64{a.Marks[0].At, a.Marks[1].At, a.Marks[2].At})
	r.Now = 1795688000000
	assert.Equal(t, "now", r.Answer().Marks[2].Name)
	encode := base64.RawURLEncoding.EncodeToString
	r.Token = encode([]byte(`{"alg":"dir","enc":"A256GCM"}`)) + "..AAAA.BBBB.CCCC"
	a = r.Answer()
	assert.True(t, a.Encrypted)
	assert.Equal(t, Waiting, a.Verdict)
	assert.Len(t, a.Header, 2)
	assert.Len(t, a.Parts, 5)
	assert.Contains(t, a.Reason, "encrypted")
	assert.Contains(t, a.Advice, "jwt verify --decrypt-key")
	r.Token = encode([]byte(`{"alg":"EdDSA","\u202e":"\u202e"}`)) + "." + encode([]byte("\u202enot JSON")) + ".AAAA"
	a = r.Answer()
	assert.Equal(t, `\u202enot JSON`, a.Payload)
	assert.Equal(t, `\u202e`, a.Header[1].Name)
	assert.Equal(t, "no registered meaning: ask the issuer", a.Header[1].Meaning)
	token, key := signed(t, jwt.EdDSA, `{"iss":"\u202e"}`)
	r.Token, r.Keys = token, encoded(t, key.MarshalJSON)
	for _, a := range []*Answer{a, r.Answer()} {
		data, err := json.Marshal(a)
		require.NoError(t, err)
		assert.NotContains(t, strings.ReplaceAll(string(data), `"value":"`+"\u202e"+`"}`, ""), "\u202e", "but in the value for a field")
	}
}

func TestRequestsThatAreNotJSONAreUndecided(t *testing.T) {
	t.Parallel()
	request, err := json.Marshal(right(t))
	require.NoError(t, err)
	assert.Contains(t, string(JSON(request)), `"verdict":"accepted"`)
	for _, request := range []string{"", "{", `{"token":7}`, `[]`, "\xff"} {
		var a Answer
		require.NoError(t, json.Unmarshal(JSON([]byte(request)), &a))
		assert.Equal(t, Undecided, a.Verdict, request)
		assert.NotEmpty(t, a.Reason)
	}
}
