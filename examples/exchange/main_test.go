package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyBReadsAndOnlyASends(t *testing.T) {
	var out strings.Builder
	exchange(t.Context(), &out)
	assert.Equal(t, `B reads: https://a.example sends DE02120300000000202051, 4200
C reads: jwe: token cannot be decrypted
C proves: jwt: malformed token: want three parts separated by two dots
C sends as A: jwt: signature not valid
`, out.String())
}
