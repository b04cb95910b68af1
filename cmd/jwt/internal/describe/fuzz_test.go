package describe

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A token of any header and claims can be looked at, and what is printed is one that
// moves no cursor.
func FuzzToken(f *testing.F) {
	f.Add(`{"alg":"HS256"}`, `{"exp":1,"nbf":1e30,"iat":-1,"password":"a","x":{"secret":[{}]}}`, "AA")
	f.Add(`{"alg":"none","crit":7,"jku":"a","kid":null}`, `[]`, "")
	f.Add("{\"alg\":\"\x1b[31m\"}", "\x1b", ".A.A")
	f.Add(`{}`, `{"exp":1795687200000}`, "=")
	f.Fuzz(func(t *testing.T, header, payload, rest string) {
		for _, token := range []string{forged(header, payload) + rest, Tidy(header), Tidy("Bearer " + forged(header, payload))} {
			v, err := Token(token, now)
			if err != nil {
				require.Nil(t, v)
				require.NotContains(t, err.Error(), "\n")
				require.NotContains(t, err.Error(), "\x1b")
				continue
			}
			require.Equal(t, len(token), v.Size)
			header, claims := v.Entries()
			for _, e := range append(header, claims...) {
				require.NotContains(t, e.Name+e.Value, "\x1b")
				require.NotEmpty(t, e.Meaning)
			}
			for _, text := range v.Warnings {
				require.NotContains(t, Printable(text), "\x1b")
			}
			require.NotContains(t, string(EscapeJSON(v.Header)), "\x1b")
			require.NotContains(t, string(EscapeJSON(v.Claims)), "\x1b")
		}
	})
}
