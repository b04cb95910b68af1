package jwe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwe"
)

// A header can be anything while the token is genuine: each row is encrypted with
// the right key, and refused or accepted for its header alone.
func TestHeaders(t *testing.T) {
	secret := randomBytes(16)
	key, err := jwe.NewSharedKey(jwe.Dir, jwe.A128GCM, secret, "k")
	require.NoError(t, err)
	members := func(n int) string {
		s := `{"alg":"dir","enc":"A128GCM"`
		for i := 2; i < n; i++ {
			s += fmt.Sprintf(`,"x%d":1`, i)
		}
		return s + "}"
	}
	sized := func(n int) string {
		const before, behind = `{"alg":"dir","enc":"A128GCM","x":"`, `"}`
		return before + strings.Repeat("x", n-len(before+behind)) + behind
	}
	for _, row := range []struct{ name, header, want string }{
		{"the least there is", `{"alg":"dir","enc":"A128GCM"}`, ""},
		{"the key's ID", `{"alg":"dir","enc":"A128GCM","kid":"k"}`, ""},
		{"white space and any order", " { \"kid\" : \"k\" ,\n\"enc\":\"A128GCM\",\t\"alg\":\"dir\" } ", ""},
		{"escapes", `{"\u0061lg":"d\u0069r","enc":"A128GCM"}`, ""},
		{"unknown parameters", `{"alg":"dir","enc":"A128GCM","x":[{"y":null}],"jku":"https://evil.example","jwk":{},"x5c":[]}`, ""},
		{"parameters of other algorithms", `{"alg":"dir","enc":"A128GCM","epk":1,"apu":2,"apv":3,"p2c":1000000,"p2s":"x","iv":"","tag":""}`, ""},
		{"64 members", members(64), ""},
		{"65 members", members(65), "jwt: malformed token: header: too many members"},

		{"another key ID", `{"alg":"dir","enc":"A128GCM","kid":"j"}`, `jwt: no key for this token: alg "dir", enc "A128GCM", kid "j"`},
		{"another alg", `{"alg":"A128KW","enc":"A128GCM"}`, `jwt: no key for this token: alg "A128KW", enc "A128GCM", kid ""`},
		{"another enc", `{"alg":"dir","enc":"A256GCM"}`, `jwt: no key for this token: alg "dir", enc "A256GCM", kid ""`},
		{"an unknown enc", `{"alg":"dir","enc":"none"}`, `jwt: no key for this token: alg "dir", enc "none", kid ""`},
		{"alg in another case", `{"alg":"DIR","enc":"A128GCM"}`, `jwt: no key for this token: alg "DIR", enc "A128GCM", kid ""`},
		{"RSA1_5", `{"alg":"RSA1_5","enc":"A128GCM"}`, `jwt: no key for this token: alg "RSA1_5", enc "A128GCM", kid ""`},
		{"PBES2", `{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AA"}`, `jwt: no key for this token: alg "PBES2-HS256+A128KW", enc "A128GCM", kid ""`},

		{"no alg", `{"enc":"A128GCM"}`, "jwt: malformed token: alg: is absent"},
		{"no enc", `{"alg":"dir"}`, "jwt: malformed token: enc: is absent: the token is not an encrypted one"},
		{"an empty alg", `{"alg":"","enc":"A128GCM"}`, "jwt: malformed token: alg: is empty"},
		{"an empty enc", `{"alg":"dir","enc":""}`, "jwt: malformed token: enc: is empty"},
		{"alg is no string", `{"alg":["dir"],"enc":"A128GCM"}`, "jwt: malformed token: alg: got an array, want a string"},
		{"enc is no string", `{"alg":"dir","enc":null}`, "jwt: malformed token: enc: got null, want a string"},
		{"kid is no string", `{"alg":"dir","enc":"A128GCM","kid":1}`, "jwt: malformed token: kid: got a number, want a string"},
		{"typ is no string", `{"alg":"dir","enc":"A128GCM","typ":{}}`, "jwt: malformed token: typ: got an object, want a string"},
		{"cty is no string", `{"alg":"dir","enc":"A128GCM","cty":true}`, "jwt: malformed token: cty: got a boolean, want a string"},
		{"an empty cty", `{"alg":"dir","enc":"A128GCM","cty":""}`, "jwt: malformed token: cty: is empty"},

		{"crit", `{"alg":"dir","enc":"A128GCM","crit":["exp"],"exp":1}`, "jwt: malformed token: crit: no critical extension is supported (RFC 7515 section 4.1.11)"},
		{"an empty crit", `{"alg":"dir","enc":"A128GCM","crit":[]}`, "jwt: malformed token: crit: no critical extension is supported (RFC 7515 section 4.1.11)"},
		{"b64", `{"alg":"dir","enc":"A128GCM","b64":false}`, "jwt: malformed token: b64: an unencoded payload is not for JSON Web Tokens (RFC 7797 section 7)"},
		{"zip", `{"alg":"dir","enc":"A128GCM","zip":"DEF"}`, "jwt: malformed token: zip: compressed content is not supported"},

		{"a name twice", `{"alg":"dir","enc":"A128GCM","enc":"A128GCM"}`, `jwt: malformed token: header: duplicate name "enc"`},
		{"a name twice further down", `{"alg":"dir","enc":"A128GCM","x":{"y":1,"y":2}}`, `jwt: malformed token: header: duplicate name "y"`},
		{"data behind it", `{"alg":"dir","enc":"A128GCM"}{}`, "jwt: malformed token: header: data after the JSON object"},
		{"no object", `["alg"]`, "jwt: malformed token: header: not a JSON object"},
		{"nothing", ``, "jwt: malformed token: header: not a JSON object"},
		{"invalid UTF-8", "{\"alg\":\"dir\",\"enc\":\"A128GCM\",\"x\":\"\xff\"}", "jwt: malformed token: header: invalid UTF-8"},
		{"names in another case are unknown", `{"alg":"dir","enc":"A128GCM","Zip":"DEF","CRIT":[]}`, ""},
		{"16 KiB", sized(12288), ""},
		{"more than that", sized(12289), "jwt: malformed token: header: 16386 bytes, want at most 16384"},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := craft{header: row.header, enc: jwe.A128GCM, cek: secret, plaintext: "secret"}.token()
			_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
			if row.want != "" {
				require.EqualError(t, err, row.want)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, "secret", string(plaintext))
		})
	}
}
