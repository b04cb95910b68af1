package jwthttp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func FuzzBearerToken(f *testing.F) {
	f.Add("Bearer abc.def.ghi")
	f.Add("bearer  a")
	f.Add("Bearer a b")
	f.Fuzz(func(t *testing.T, value string) {
		r := &http.Request{Header: http.Header{"Authorization": {value}}}
		token, err := jwthttp.BearerToken(r)
		if err != nil || token == "" {
			return
		}
		// What comes out is the rest of the header, and could be sent again.
		assert.True(t, strings.HasSuffix(value, " "+token))
		assert.NotContains(t, token, " ")
		again, err := jwthttp.BearerToken(&http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}})
		assert.NoError(t, err)
		assert.Equal(t, token, again)
	})
}
