package armour_test

import (
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
)

func TestBlocksAreReadWhateverIsBetweenTheirLines(t *testing.T) {
	data := make([]byte, 100)
	for i := range data {
		data[i] = byte(251 + 7*i) // which has + and / in base64, and padding
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "A KEY", Bytes: data}))
	require.Contains(t, text, "+")
	require.Contains(t, text, "/")
	require.Contains(t, text, "=")
	for name, text := range map[string]string{
		"as it is":                      text,
		"two characters":                strings.ReplaceAll(text, "\n", `\n`),
		"escaped again":                 strings.ReplaceAll(text, "\n", `\\n`),
		"and again":                     strings.ReplaceAll(text, "\n", `\\\\r\\\\n`),
		"escaped as in JSON":            strings.NewReplacer("\n", `\n`, "/", `\/`, "+", `\u002b`, "=", `\u003d`).Replace(text),
		"tabs":                          strings.ReplaceAll(text, "\n", "\n\t"),
		"escaped tabs":                  strings.ReplaceAll(text, "\n", `\n\t`),
		"CRLF":                          strings.ReplaceAll(text, "\n", "\r\n"),
		"CR":                            strings.ReplaceAll(text, "\n", "\r"),
		"spaces":                        strings.ReplaceAll(text, "\n", " "),
		"nothing":                       strings.ReplaceAll(text, "\n", ""),
		"lines that go on":              strings.ReplaceAll(text, "\n", " \\\n"),
		"lines that go on, and a space": strings.ReplaceAll(text, "\n", " \\ \n"),
		"no padding":                    strings.ReplaceAll(text, "=", ""),
		"the other alphabet":            strings.NewReplacer("+", "-", "/", "_").Replace(text),
		"text around it":                "before" + text + "behind",
		"headers":                       strings.Replace(text, "\n", "\nComment: a\nOther: b\n\n", 1),
		"white space before it":         "\n \t" + text,
		"quotes around it":              `"` + text + `"`,
		"an assignment":                 "A=" + text,
		"two line breaks at end":        text + "\n\n",
		"constants":                     `"` + strings.ReplaceAll(strings.TrimSpace(text), "\n", `\n" +`+"\n\"") + `";`,
		"constants, closely":            `"` + strings.ReplaceAll(strings.TrimSpace(text), "\n", `\n"+`+"\n\"") + `"`,
		"other constants":               `'` + strings.ReplaceAll(strings.TrimSpace(text), "\n", `' +`+"\n'") + `'`,
		"other constants, closely":      `'` + strings.ReplaceAll(strings.TrimSpace(text), "\n", `'+`+"\n'") + `'`,
		"headers on escaped lines":      strings.NewReplacer("Y-----\n", `Y-----\r`+`Comment: a\n`+`Other: b\r`, "\n", `\n`).Replace(text),
		"headers, all escaped":          strings.ReplaceAll(strings.Replace(text, "\n", "\nComment: a\nOther: b\n\n", 1), "\n", `\n`),
		"constants of a list":           `'` + strings.ReplaceAll(strings.TrimSpace(text), "\n", `',`+"\n'") + `'`,
	} {
		blocks, err := armour.Blocks(text)
		require.NoError(t, err, name)
		assert.Equal(t, []armour.Block{{Label: "A KEY", Bytes: data}}, blocks, name)
	}
}

func TestBlocksAreReadInTheirOrder(t *testing.T) {
	text := "-----BEGIN A-----\nAAAA\n-----END A-----\n text -----BEGIN B-----\n-----END B-----\n"
	blocks, err := armour.Blocks(text)
	require.NoError(t, err)
	assert.Equal(t, []armour.Block{{Label: "A", Bytes: []byte{0, 0, 0}}, {Label: "B", Bytes: []byte{}}}, blocks)
	blocks, err = armour.Blocks("no block")
	require.NoError(t, err)
	assert.Empty(t, blocks)
	for label, body := range map[string]string{"A": "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n????\n"} {
		blocks, err = armour.Blocks("-----BEGIN " + label + "-----\n" + body + "-----END " + label + "-----")
		require.NoError(t, err)
		assert.Equal(t, []armour.Block{{Label: label, Encrypted: true}}, blocks)
	}
	blocks, err = armour.Blocks("-----BEGIN A-----\nProc-Type: 4,MIC-CLEAR\n\nAAAA\n-----END A-----")
	require.NoError(t, err)
	assert.Equal(t, []armour.Block{{Label: "A", Bytes: []byte{0, 0, 0}}}, blocks, "signed, not encrypted")
	blocks, err = armour.Blocks("-----BEGIN A~B-----\n-----END A~B-----")
	require.NoError(t, err)
	assert.Equal(t, []armour.Block{{Label: "A~B", Bytes: []byte{}}}, blocks)
	blocks, err = armour.Blocks("-----BEGIN PGP MESSAGE-----\n\nAAAA\n=abc\n-----END PGP MESSAGE-----" + text)
	require.NoError(t, err)
	require.Len(t, blocks, 3)
	assert.Equal(t, armour.Block{Label: "PGP MESSAGE"}, blocks[0])
}

func TestMalformedBlocksAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no end of the label":               "-----BEGIN A",
		"a label of two lines":              "-----BEGIN A\nB-----\nAAAA\n-----END A\nB-----",
		"a label of two lines, CR":          "-----BEGIN A\rB-----\nAAAA\n-----END A\rB-----",
		"a label with an escape":            `-----BEGIN A\nB-----\nAAAA\n-----END A\nB-----`,
		"no end":                            "-----BEGIN A-----\nAAAA\n",
		"another end":                       "-----BEGIN A-----\nAAAA\n-----END B-----\n",
		"no dashes behind the end":          "-----BEGIN A-----\nAAAA\n-----END A\n",
		"a block in a block":                "-----BEGIN A-----\n-----BEGIN B-----\n-----END B-----\n-----END A-----\n",
		"a block of whole bytes in a block": "-----BEGIN A-----\n-----BEGIN B-----\nAA\n-----END B-----\n-----END A-----\n",
		"a letter of no base64":             "-----BEGIN A-----\nAA?A\n-----END A-----\n",
		"a length that is none":             "-----BEGIN A-----\nAAAAA\n-----END A-----\n",
		"stray bits":                        "-----BEGIN A-----\nAB\n-----END A-----\n",
		"padding between":                   "-----BEGIN A-----\nAA=\nAA\n-----END A-----\n",
		"escaped padding between":           "-----BEGIN A-----\nAA\\u003dAA\n-----END A-----\n",
		"a tilde around":                    "-----BEGIN A-----\n~AAAA~\n-----END A-----\n",
		"a good one and a bad one":          "-----BEGIN A-----\nAAAA\n-----END A-----\n-----BEGIN A-----\n",
		"an end before the new line":        "-----BEGIN A-----END A-----",
		"Proc-Type without more":            "-----BEGIN A-----\nProc-Type 4\n????\n-----END A-----\n",
		"ENCRYPTED without more":            "-----BEGIN A-----\nENCRYPTED?\n-----END A-----\n",
		"a label that begins as PGP":        "-----BEGIN PGPX-----\n=abcd\n?\n-----END PGPX-----\n",
	} {
		blocks, err := armour.Blocks(text)
		assert.Nil(t, blocks, name)
		assert.ErrorIs(t, err, armour.ErrMalformed, name)
		assert.EqualError(t, err, "a PEM block is malformed", name)
	}
}

func TestBase64URLOfOtherForms(t *testing.T) {
	for text, want := range map[string]string{
		"A\u00a0A\u200b\ufeff": "AA", "": "", "AAAA": "AAAA", "A+/=": "A-_", "AA==": "AA", "AA===": "AA=", " A\tA\r\n": "AA", "A_-A": "A_-A", "ÄA": "ÄA", "A=A": "A=A",
	} {
		assert.Equal(t, want, armour.Base64URL(text), text)
	}
}

func TestTextIsUTF8WithoutAMark(t *testing.T) {
	for name, row := range map[string][2]string{
		"plain":                     {"aä", "aä"},
		"nothing":                   {"", ""},
		"a mark":                    {"\ufeffa", "a"},
		"two marks":                 {"\ufeff\ufeffa", "\ufeffa"},
		"UTF-16, little endian":     {"\xFF\xFEa\x00\xe4\x00", "aä"},
		"UTF-16, big endian":        {"\xFE\xFF\x00a\x00\xe4", "aä"},
		"a surrogate pair":          {"\xFE\xFF\xD8\x3D\xDE\x00", "😀"},
		"UTF-16, half a character":  {"\xFF\xFEa\x00b", "a"},
		"bytes that are no text":    {"\x30\x80", "\x30\x80"},
		"the mark of UTF-16, alone": {"\xFF\xFE", ""},
	} {
		assert.Equal(t, row[1], armour.Text([]byte(row[0])), name)
	}
	assert.Equal(t, "a b", armour.Trim(" \"'`a b`'\"\r\n\t"))
	assert.Equal(t, "~a~", armour.Trim("~a~"))
}

func TestInnerIsTheFileInAnotherForm(t *testing.T) {
	file := "-----BEGIN A KEY-----\nAAAA+/A=\n-----END A KEY-----\n"
	encoded := base64.StdEncoding.EncodeToString([]byte(file))
	for name, text := range map[string]string{
		"base64":                    encoded,
		"base64 behind a name":      "key: " + encoded + "\nnext: value\n",
		"base64 in quotes":          `KEY="` + encoded + `"`,
		"base64 on two lines":       encoded[:40] + "\n" + encoded[40:] + "\n",
		"base64 before a tilde":     encoded[:40] + "\n" + encoded[40:] + "~",
		"base64 on escaped lines":   encoded[:40] + `\n` + encoded[40:],
		"base64 without padding":    strings.TrimRight(encoded, "="),
		"base64url":                 base64.URLEncoding.EncodeToString([]byte(file)),
		"as in a URL":               url.PathEscape(file),
		"as in a form":              url.QueryEscape(file),
		"as it is":                  file,
		"as in a URL, behind words": "X-Cert: " + url.PathEscape(file),
	} {
		blocks, err := armour.Blocks(armour.Inner(text))
		require.NoError(t, err, name)
		assert.Equal(t, []armour.Block{{Label: "A KEY", Bytes: []byte{0, 0, 0, 0xFB, 0xF0}}}, blocks, name)
	}
	tooLong := strings.TrimRight(encoded, "=")
	for len(tooLong)%4 != 1 {
		tooLong += "A"
	}
	for name, text := range map[string]string{
		"a length that is none":   tooLong,
		"nothing":                 "",
		"text":                    "hello",
		"base64 of something":     base64.StdEncoding.EncodeToString([]byte("-----BEGIN and no more of it")),
		"base64 that is cut":      encoded[:30],
		"two in base64":           encoded + " " + encoded,
		"a malformed URL":         "-----BEGIN%20A%2",
		"a malformed form":        "-----BEGIN+A%2",
		"another word in a form":  "-----END+A%20",
		"a percent sign in a key": "-----BEGIN A-----%20",
		"one beside a block":      "-----BEGIN A-----\nAAAA\n-----END A-----\n" + encoded,
	} {
		assert.Equal(t, text, armour.Inner(text), name)
	}
}

func FuzzBlocks(f *testing.F) {
	f.Add("-----BEGIN A-----\nAAAA\n-----END A-----\n")
	f.Add(`\n\\n-----BEGIN A-----\r\n`)
	f.Fuzz(func(t *testing.T, text string) {
		armour.Inner(armour.Text([]byte(text)))
		blocks, err := armour.Blocks(text)
		if block, _ := pem.Decode([]byte(text)); block != nil && strings.Count(text, "-----") == 4 && len(block.Headers) == 0 && err == nil && len(blocks) == 1 && blocks[0].Bytes != nil {
			assert.Equal(t, block.Bytes, blocks[0].Bytes, "what package pem reads is read alike")
		}
	})
}
