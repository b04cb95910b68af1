package describe

import (
	"errors"
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
	} {
		assert.Equal(t, want, Printable(text))
	}
	assert.Equal(t, `"\udb40\udc01 \u202e é"`, string(EscapeJSON([]byte("\"\U000e0001 \u202e é\""))))
	assert.Equal(t, "{\n  \"a\": 1\n}", Indented([]byte(`{"a":1}`)))
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
}

func TestMembersKeepTheirOrder(t *testing.T) {
	t.Parallel()
	members := Members([]byte(`{"b":1,"a":{"c":[]}}`))
	assert.Equal(t, []Member{{"b", []byte("1")}, {"a", []byte(`{"c":[]}`)}}, members)
	assert.Equal(t, `{"c":[]}`, string(Find(members, "a")))
	assert.Nil(t, Find(members, "c"))
	assert.Empty(t, Members([]byte(`[1]`)))
	assert.Empty(t, Members(nil))
	assert.Equal(t, "é", Text([]byte(`"\u00e9"`)))
	assert.Empty(t, Text([]byte(`7`)))
}
