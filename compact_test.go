package jwt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestInsecureDecode(t *testing.T) {
	header, body, err := jwt.InsecureDecode(encode(`{"alg":"none"}`) + "." + encode("no JSON") + ".")
	require.NoError(t, err)
	assert.Equal(t, `{"alg":"none"}`, string(header))
	assert.Equal(t, "no JSON", string(body))

	for _, row := range []struct{ name, token string }{
		{"nothing", ""},
		{"two parts", "e30.e30"},
		{"four parts", "e30.e30.e30.e30"},
		{"five parts, encrypted", "e30.e30.e30.e30.e30"},
		{"a padded header", "e30=.e30."},
		{"a padded payload", "e30.e30=."},
		{"stray bits", "e31.e30."},
		{"a line break", "e3\n0.e30."},
		{"more than 64 KiB", "e30." + strings.Repeat("A", 64<<10) + "."},
	} {
		t.Run("refuses "+row.name, func(t *testing.T) {
			header, body, err := jwt.InsecureDecode(row.token)
			assert.Nil(t, header)
			assert.Nil(t, body)
			require.ErrorIs(t, err, jwt.ErrMalformed)
			assertPlain(t, row.token, err)
		})
	}
}

// A header seen before is read like one never seen, and not taken for another.
func TestHeadersAreNotMixedUp(t *testing.T) {
	key, other := hs256(t), second2(pair(t, jwt.HS384, ""))
	p := lenient(key, other)
	long := strings.Repeat("x", 600)
	for range 3 {
		for _, row := range []struct {
			header string
			want   jwt.Header // zero: refused
		}{
			{`{"alg":"HS256"}`, jwt.Header{Algorithm: jwt.HS256}},
			{`{"alg":"HS256","kid":"a"}`, jwt.Header{Algorithm: jwt.HS256, KeyID: "a"}},
			{`{"alg":"HS256","kid":"b"}`, jwt.Header{Algorithm: jwt.HS256, KeyID: "b"}},
			{`{"alg":"HS256","kid":"b"} `, jwt.Header{Algorithm: jwt.HS256, KeyID: "b"}},
			{`{"alg":"HS256","kid":"b","crit":["x"]}`, jwt.Header{}},
			{`{"alg":"HS256","kid":"b","typ":"JWT","cty":"c"}`, jwt.Header{Algorithm: jwt.HS256, KeyID: "b", Type: "JWT", ContentType: "c"}},
			{`{"alg":"HS384","kid":"b"}`, jwt.Header{}}, // signed with HS256
			{`{"alg":"HS256","kid":"` + long + `"}`, jwt.Header{Algorithm: jwt.HS256, KeyID: long}},
			{`{"alg":"HS256","typ":"at+jwt"}`, jwt.Header{}},
			{`{"alg":"none","kid":"b"}`, jwt.Header{}},
		} {
			for range 2 {
				token := signRaw(t, key, row.header, payload)
				got, err := p.Verify(t.Context(), token)
				if row.want == (jwt.Header{}) {
					refusal(t, token, got, err)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, row.want, got.Header)
				token += "A"
				got, err = p.Verify(t.Context(), token)
				refusal(t, token, got, err)
			}
		}
	}
}
