package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	run(t.Context(), &out)
	const id = `"kid":"[\w-]{43}"`
	assert.Regexp(t, `^published: \{"keys":\[`+
		`\{"kty":"EC","crv":"P-256","x":"[\w-]{43}","y":"[\w-]{43}","use":"sig","alg":"ES256",`+id+`\},`+
		`\{"kty":"OKP","crv":"Ed25519","x":"[\w-]{43}","use":"sig","alg":"EdDSA",`+id+`\}\]\}\n`+
		`accepted: alice with ES256\naccepted: alice with EdDSA\n$`, out.String())
}
