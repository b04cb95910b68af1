package describe

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTimesAreSaidInWords(t *testing.T) {
	for _, row := range []struct{ claims, want string }{
		{`{"exp":1795687200}`, "expired now"},
		{`{"exp":1795687199}`, "expired 1 second ago"},
		{`{"exp":1795687201}`, "expires in 1 second"},
		{`{"exp":1795687020}`, "expired 3 minutes ago"},
		{`{"exp":1795687020.75}`, "expired 3 minutes ago"},
		{`{"exp":1795690800}`, "expires in 1 hour"},
		{`{"exp":1795694399}`, "expires in 119 minutes"},
		{`{"exp":1795694400}`, "expires in 2 hours"},
		{`{"exp":1798279200}`, "expires in 1 month"},
		{`{"exp":1858759200}`, "expires in 2 years"},
		{`{"nbf":1795687320}`, "valid in 2 minutes"},
		{`{"nbf":1795687080}`, "valid since 2 minutes ago"},
		{`{"iat":1795687199}`, "issued 1 second ago"},
		{`{"auth_time":1795514400}`, "logged in 2 days ago"},
		{`{"exp":0}`, "expired 56 years ago"},
		{`{"exp":253402300799}`, "expires in more than 292 years"},
	} {
		v := seen(t, forged(`{"alg":"EdDSA"}`, row.claims))
		require.Len(t, v.Times, 1, row.claims)
		assert.Equal(t, row.want, v.Times[0].Text, row.claims)
	}
	assert.Equal(t, "0 seconds", inWords(0))
	for _, claims := range []string{`{"exp":253402300800}`, `{"exp":-1}`, `{"exp":"1795687200"}`, `{"exp":1e300}`, `{"exp":null}`, `{"exp":[1]}`} {
		v := seen(t, forged(`{"alg":"EdDSA"}`, claims))
		assert.Empty(t, v.Times, claims)
		assert.Contains(t, strings.Join(v.Warnings, "\n"), "exp is not a number of seconds", claims)
	}
}
