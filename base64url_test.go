package jwt_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
)

func TestDecodeBase64URL(t *testing.T) {
	for _, row := range []struct {
		text string
		want string
		ok   bool
	}{
		{"", "", true},
		{"Zg", "f", true},
		{"Zm8", "fo", true},
		{"Zm9v", "foo", true},
		{"Zm9vYmFy", "foobar", true},
		{"-_-_", "\xfb\xff\xbf", true},
		{"Zg==", "", false},
		{"Zg=", "", false},
		{"Zm8=", "", false},
		{"+/+/", "", false},
		{"Zh", "", false},  // a stray bit
		{"Zm9", "", false}, // a stray bit
		{"Z", "", false},   // six bits
		{"Zm9vY", "", false},
		{"Zm\n9v", "", false},
		{"Zm9v\n", "", false},
		{"Zm9v\r\n", "", false},
		{"\nZg", "", false},
		{" Zg", "", false},
		{"Zm 9", "", false},
		{"Zm\x009", "", false},
		{"Zmé", "", false},
		{"\x80\x80\x80\x80", "", false},
	} {
		got, err := jwt.DecodeBase64URL(row.text)
		assert.Equal(t, row.ok, err == nil, "%q: %v", row.text, err)
		if row.ok {
			assert.Equal(t, row.want, string(got), "%q", row.text)
			continue
		}
		assert.Nil(t, got, "%q", row.text)
		if err != nil {
			assertPlain(t, row.text, err)
		}
	}
}
