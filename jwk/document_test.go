package jwk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestKeySurvivesJSON(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			k := newKey(t, kind, "", `a "kid" with <html> & ü`)
			data, err := k.MarshalPrivateJSON()
			require.NoError(t, err)
			again, err := jwk.Parse(data)
			require.NoError(t, err)
			assert.Equal(t, k.CryptoKey(), again.CryptoKey())
			assert.Equal(t, k.String(), again.String())
			rewritten, err := again.MarshalPrivateJSON()
			require.NoError(t, err)
			assert.Equal(t, string(data), string(rewritten))
			if kind == "oct" {
				_, err = k.MarshalJSON()
				assert.ErrorContains(t, err, "a symmetric key has no public part")
				return
			}
			public, err := jwk.Parse(marshal(t, k))
			require.NoError(t, err)
			assert.Equal(t, k.Public().CryptoKey(), public.CryptoKey())
			assert.Equal(t, k.Public().String(), public.String())
			assert.Equal(t, k.Thumbprint(), public.Thumbprint())
			_, err = public.MarshalPrivateJSON()
			assert.ErrorContains(t, err, "got a public key, want a private or symmetric one")
		})
	}
}

func TestParseReadsJSONStrictly(t *testing.T) {
	valid := string(changed(t, "Ed25519", nil))
	require.True(t, strings.HasPrefix(valid, "{"))
	with := func(member string) string { return "{" + member + "," + valid[1:] }
	for _, row := range []struct{ name, data, want string }{
		{"nothing", "", "not a JSON object"},
		{"null", "null", "not a JSON object"},
		{"an array", "[" + valid + "]", "not a JSON object"},
		{"a set", `{"keys":[` + valid + `]}`, "got a JWK Set, want one JWK"},
		{"data after it", valid + "{}", "data after the JSON object"},
		{"a byte order mark", "\ufeff" + valid, "not a JSON object"},
		{"a duplicate member", with(`"kty":"OKP"`), `duplicate name "kty"`},
		{"a duplicate member by an escape", with(`"\u006bty":"OKP"`), `duplicate name "kty"`},
		{"a duplicate unknown member", with(`"a":1,"a":1`), `duplicate name "a"`},
		{"a duplicate below", with(`"a":{"b":1,"b":1}`), `duplicate name "b"`},
		{"broken UTF-8", with(`"a":"` + "\xff" + `"`), "invalid UTF-8"},
		{"a lone surrogate", with(`"kid":"\ud800"`), "bad escape"},
		{"a comment", with(`"a":1/**/`), "want ',' or '}'"},
		{"a trailing comma", valid[:len(valid)-1] + ",}", "want a member name"},
		{"too many members", with(`"a":{` + strings.Repeat(`"a":{`, 64) + strings.Repeat("}", 65)), "too many members"},
		{"64 KiB and one byte", valid + strings.Repeat(" ", 64<<10+1-len(valid)), "want at most 65536"},
	} {
		t.Run(row.name, func(t *testing.T) { assertRefused(t, []byte(row.data), row.want) })
	}
	for _, row := range []struct{ name, data string }{
		{"as it is", valid},
		{"spaces around", " \n" + valid + "\t\r\n"},
		{"64 KiB", valid + strings.Repeat(" ", 64<<10-len(valid))},
		{"a kid with an escape", with(`"kid":"\u006b"`)},
		{"an empty kid", with(`"kid":""`)},
		{"names in another case", with(`"KTY":"x","Kid":1`)},
	} {
		t.Run(row.name, func(t *testing.T) {
			k, err := jwk.Parse([]byte(row.data))
			require.NoError(t, err)
			assert.Equal(t, newKey(t, "Ed25519", "", "").Thumbprint(), k.Thumbprint())
		})
	}
}
