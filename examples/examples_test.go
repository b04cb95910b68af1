// Package examples has runnable programs, one idea each. Its test runs them all
// as a reader would and looks at what they print.
package examples

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrograms(t *testing.T) {
	for _, program := range []struct {
		name string
		want []string // regular expressions, all of which the output matches
	}{
		{"quickstart", []string{
			`token:    [\w-]+\.[\w-]+\.[\w-]{43}\n`,
			`header:   \{"alg":"HS256","kid":"2026-11","typ":"JWT"\}\n`,
			`payload:  \{"iss":"https://login.example".*"role":"editor"\}\n`,
			`accepted: alice is editor\n`,
			`tampered: jwt: signature not valid\n`,
			`expired:  jwt: token expired: exp: got .*, want a date after now, .*\n`,
			`audience: jwt: claim not acceptable: aud: got \["https://api.example"\], want one of \["https://billing.example"\]\n`,
		}},
		{"customclaims", []string{`^alice 9007199254740993 \[read write\] team 12\njwt: claim not acceptable: plan: want a plan of 100 seats or more\n$`}},
		{"rsa-pem", []string{`^PS256 rsa-1 alice\n$`}},
		{"rotation", []string{`^one key:   true\ntwo keys:  true false\none again: true false\n$`}},
		{"multi-issuer", []string{
			`(?m)^staff: <nil>$`, `(?m)^partner: <nil>$`,
			`(?m)^partner as staff: jwt: signature not valid$`,
			`(?m)^stranger: jwt: no key for this token: iss: got "https://stranger.example"`,
		}},
		{"kms", []string{`^signed: true, error: <nil>, late: false\nsigned: false, error: jwt: signing: context deadline exceeded, late: true\n$`}},
		{"httpapi", []string{
			`(?m)^GET  /health  200 up$`,
			`(?m)^GET  /me      401 {"code":"","status":401,"title":"Unauthorized"}\n     Bearer realm="orders"$`,
			`(?m)^GET  /me      200 you are alice$`,
			`(?m)^GET  /me      401 {"code":"invalid_token","status":401,"title":"Unauthorized"}\n     Bearer realm="orders", error="invalid_token"$`,
			`(?m)^POST /orders  403 {"code":"insufficient_scope","status":403,"title":"Forbidden"}\n     ` +
				`Bearer realm="orders", scope="orders:write", error="insufficient_scope"$`,
			`(?m)^POST /orders  200 ordered for tenant 7$`,
		}},
		{"services", []string{
			`^20 calls at once, tokens signed: 1\n` +
				`a minute later, tokens signed: 1\n` +
				`200 12 of item 7\n` +
				`two minutes later, tokens signed: 2\n` +
				`to another service: 404 404 page not found\n`,
		}},
		{"jwks", []string{
			`^published: \{"keys":\[` +
				`\{"kty":"EC","crv":"P-256","x":"[\w-]{43}","y":"[\w-]{43}","use":"sig","alg":"ES256","kid":"[\w-]{43}"\},` +
				`\{"kty":"OKP","crv":"Ed25519","x":"[\w-]{43}","use":"sig","alg":"EdDSA","kid":"[\w-]{43}"\}\]\}\n`,
			`\naccepted: alice with ES256\naccepted: alice with EdDSA\n$`,
		}},
		{"exchange", []string{
			`^B reads: https://a.example sends DE02120300000000202051, 4200\n` +
				`C reads: jwe: token cannot be decrypted\n` +
				`C proves: jwt: malformed token: want three parts separated by two dots; it has five, .*\n` +
				`C sends as A: jwt: signature not valid\n$`,
		}},
	} {
		t.Run(program.name, func(t *testing.T) {
			t.Parallel()
			run := exec.CommandContext(t.Context(), "go", "run", "./"+program.name)
			run.Stderr = os.Stderr
			output, err := run.Output()
			require.NoError(t, err)
			for _, want := range program.want {
				assert.Regexp(t, want, string(output))
			}
		})
	}
}
