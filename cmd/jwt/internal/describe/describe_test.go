package describe

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
)

func TestAdviceFollowsTheStepThatFailed(t *testing.T) {
	t.Parallel()
	full := forged(`{"alg":"EdDSA","kid":"7","typ":"at+jwt"}`, `{"iss":"https://login.example","aud":["api","b"],"exp":1}`)
	empty := forged(`{}`, `{}`)
	for _, row := range []struct {
		step, token string
		want        Advice
	}{
		{"parts", "a.b", Advice{Text: "it is not a whole token: look at its parts"}},
		{"parts", "a.b.c.d.e", Advice{Text: "the token is encrypted: its private key is wanted", Setting: "decrypt-key"}},
		{"header", full, Advice{Text: "look at the header, which tells what is wrong with it"}},
		{"key", full, Advice{Text: `give the key that signed it: alg "EdDSA", kid "7"`}},
		{"key", empty, Advice{Text: `give the key that signed it: alg none, kid none`}},
		{"signature", full, Advice{Text: "the token was changed, or is signed by another key of this algorithm"}},
		{"typ", full, Advice{Setting: "type", Value: "at+jwt"}},
		{"iss", full, Advice{Setting: "issuer", Value: "https://login.example"}},
		{"iss", empty, Advice{Setting: "issuer"}},
		{"aud", full, Advice{Setting: "audience", Value: "api"}},
		{"aud", empty, Advice{Setting: "audience"}},
		{"exp", full, Advice{Text: "ask for a new token", Setting: "leeway"}},
		{"exp", empty, Advice{Setting: "no-expiry"}},
		{"nbf", full, Advice{Text: "wait, or compare the clocks", Setting: "leeway"}},
		{"sub", full, Advice{}},
	} {
		e := &jwt.Explanation{}
		e.Add("size", "", "", nil)
		e.Add(row.step, "", "", &jwt.VerifyError{Reason: jwt.ErrClaim})
		e.Add("later", "", "", nil)
		assert.Equal(t, row.want, Advise(e, row.token), row.step)
	}
	undecided := &jwt.Explanation{}
	undecided.Add("iss", "", "", errors.New("out of reach"))
	assert.Equal(t, Advice{}, Advise(undecided, full))
	assert.Equal(t, Advice{}, Advise(&jwt.Explanation{}, full))
}

func TestWhatIsNotPrintableIsEscaped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain, Zoë\nand 漢字": "plain, Zoë\nand 漢字",
		"\x1b[2J":            `\u001b[2J`,
		"\u202egnp":          `\u202egnp`,
		"a\tb":               `a\u0009b`,
		"\U000e0001":         `\U000e0001`,
		"\uffff":             `\uffff`,
		"a\x9bb":             "a\ufffdb",
	} {
		assert.Equal(t, want, Printable(text))
	}
	assert.Equal(t, `"\udb40\udc01 \u202e é"`, string(EscapeJSON([]byte("\"\U000e0001 \u202e é\""))))
	assert.Equal(t, `"\uffff\ufffe"`, string(EscapeJSON([]byte("\"\uffff\ufffe\""))))
	assert.Equal(t, `"\ud83f\udfff\ud83f\udffe"`, string(EscapeJSON([]byte("\"\U0001ffff\U0001fffe\""))))
	assert.Equal(t, "{\n  \"a\": 1\n}", Indented([]byte(`{"a":1}`)))
	assert.Equal(t, "{\n  \"a\": 1,\n  \"a\": 2\n}", Indented([]byte(`{"a":1,"a":2}`)))
	assert.Equal(t, "[\n  \"\ufffd\"\n]", Indented([]byte("[\"\xff\"]")))
	assert.Equal(t, "{\ufffd\\u001b", Indented([]byte("{\xff\x1b")))
	assert.Equal(t, "none", Quoted(""))
}

func TestATokenIsTidied(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a.b.c", " a.b.c\r\n", "Bearer a.b.c", "bearer  a.b.c", "Authorization: Bearer a.b.c", "DPoP a.b.c", "authorization: dpop a.b.c"} {
		assert.Equal(t, "a.b.c", Tidy(text), text)
	}
	assert.Equal(t, "Bearer", Tidy("Bearer "))
	assert.Empty(t, Tidy(" \n"))
	assert.Equal(t, "Authorization:", Tidy("Authorization:"))
}

func TestMembersKeepTheirOrder(t *testing.T) {
	t.Parallel()
	members := Members([]byte(`{"b":1,"a":{"c":[]}}`))
	assert.Equal(t, []Member{{"b", []byte("1")}, {"a", []byte(`{"c":[]}`)}}, members)
	assert.Equal(t, `{"c":[]}`, string(Find(members, "a")))
	assert.Nil(t, Find(members, "c"))
	assert.Empty(t, Members([]byte(`[1]`)))
	assert.Empty(t, Members(nil))
	assert.Empty(t, Members([]byte(`["a",1]`)))
	assert.Empty(t, Text([]byte("\"a\xff\"")), "not UTF-8")
	assert.Empty(t, Text(nil))
	assert.Empty(t, Members([]byte(`{"a":1,"b":}`)), "it is not JSON")
	assert.Empty(t, Members([]byte(`{"a":1,"a":2}`)), "a name is there twice")
	assert.Equal(t, "é", Text([]byte(`"\u00e9"`)))
	assert.Empty(t, Text([]byte(`7`)))
}

func TestEntriesAreHeaderAndClaimsInWords(t *testing.T) {
	t.Parallel()
	header, claims := seen(t, forged(`{"alg":"EdDSA","x":"\u202e"}`, "{\"sub\":\"a\",\"exp\":1795690800,\"\u202ez\":[1]}")).Entries()
	const nobody = "no registered meaning: ask the issuer"
	assert.Equal(t, []Entry{
		{Name: "alg", Value: `"EdDSA"`, Meaning: "algorithm: how the token is signed, or how its key is encrypted"},
		{Name: "x", Value: `"\u202e"`, Meaning: nobody},
	}, header)
	assert.Equal(t, []Entry{
		{Name: "sub", Value: `"a"`, Meaning: "subject: whom or what the token is about"},
		{Name: "exp", Value: "1795690800", Time: "2026-11-26T11:00:00Z", Text: "expires in 1 hour", Meaning: "expires: the token is not accepted from this time on"},
		{Name: `\u202ez`, Value: "[\n  1\n]", Meaning: nobody},
	}, claims)
}

func TestEncryptedTokensAreLookedAtToo(t *testing.T) {
	t.Parallel()
	encrypted := func(header string) string { return encode(header) + ".A.AA.AAA.AAAA" }
	v := seen(t, encrypted(`{"alg":"ECDH-ES","enc":"A256GCM"}`))
	assert.True(t, v.Encrypted)
	assert.Empty(t, v.Warnings)
	assert.Equal(t, []Part{{"header", 44}, {"encrypted key", 1}, {"initialization vector", 2}, {"ciphertext", 3}, {"tag", 4}}, v.Parts)
	assert.Equal(t, []string{`alg "ES256" is not known here`}, seen(t, encrypted(`{"alg":"ES256","enc":"A256GCM"}`)).Warnings)
	for token, want := range map[string]string{
		"!.A.A.A.A":                            "jwt: malformed token: header: want base64url, and at most 65536 bytes",
		encrypted(`{"alg":"dir","alg":"dir"}`): "jwt: malformed token: header: got \"{\\\"alg\\\":\\\"dir\\\",\\\"alg\\\":\\\"dir\\\"}\", want a JSON object with unique names",
	} {
		_, err := Token(token, now)
		assert.EqualError(t, err, want)
	}
	assert.Empty(t, seen(t, encode(`{"alg":"dir","enc":"A256GCM"}`)+"..A.A.").Warnings, "it has no signature that could be empty")
	_, _, want := jwt.InsecureDecode("a.b")
	_, err := Token("a.b", now)
	assert.Equal(t, want, err)
	largest := encrypted(`{}`)
	largest += strings.Repeat("A", 65536-len(largest))
	_, err = Token(largest, now)
	assert.NoError(t, err)
	_, err = Token(largest+"A", now)
	assert.Error(t, err)
}
