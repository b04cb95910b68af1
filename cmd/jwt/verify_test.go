package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// signed makes keys and a token of https://login.example for api.
func (s *shell) signed(args ...string) (token string) {
	s.t.Helper()
	s.keys()
	return s.run("", append([]string{"sign", "--key", "key.jwk", "-i", "https://login.example", "-a", "api", "-s", "alice", at}, args...)...)
}

var asked = []string{"verify", "--key", "public.jwk", "-i", "https://login.example", "-a", "api", at}

func TestVerifyPrintsTheTableAndTheExitCode(t *testing.T) {
	s := newShell(t)
	s.run("", "keygen", "--kid", "2026-11", "--out", "key.jwk", "--public-out", "public.jwk")
	token := s.run("", "sign", "--key", "key.jwk", "-i", "https://login.example", "-a", "api", "-s", "alice", at)
	golden(t, "verify-accepted.golden", s.run(token, asked...))
	r := s.try(token, "verify", "--key", "public.jwk", "-i", "https://login.example", "-a", "shop", at)
	assert.Equal(t, 1, r.code)
	assert.Empty(t, r.err)
	golden(t, "verify-refused.golden", r.out)
}

func TestAFileIsNoToken(t *testing.T) {
	s := newShell(t)
	s.keys()
	for _, command := range [][]string{asked, {"inspect"}} {
		r := s.try("", append(append([]string{}, command...), "key.jwk")...)
		assert.Equal(t, 2, r.code)
		assert.Contains(t, r.err, `"key.jwk" is a file: a token in a file is read from standard input, by < and its name`)
	}
}

// Each row is a token that is refused, and what helps.
func TestVerifySaysWhatToDoAboutARefusal(t *testing.T) {
	s := newShell(t)
	token := strings.TrimSpace(s.signed("--claim", "tenant=7", "--type", "JWT"))
	s.run("", "keygen", "--out", "other.jwk", "--public-out", "other-public.jwk")
	s.run("", "keygen", "--kid", textMembers(t, s.read("public.jwk"))["kid"], "--out", "same-kid.jwk")
	with := func(more ...string) []string { return append(append([]string{}, asked...), more...) }
	for _, row := range []struct {
		name, token string
		args        []string
		want, hint  string
	}{
		{"changed", strings.Replace(token, ".", ".e", 1), asked, "jwt: ", "the token was changed"},
		{"half", token[:20], asked, "malformed token", "it is not a whole token"},
		{"encrypted", "e30.a.b.c.d", asked, "malformed token", "--decrypt-key"},
		{"another key", token, []string{"verify", "--key", "other-public.jwk"}, "", "give the key that signed it: alg \"EdDSA\", kid "},
		{"another key of the name", token, []string{"verify", "--key", "same-kid.jwk"}, "", "signed by another key"},
		{"audience", token, []string{"verify", "--key", "public.jwk", "-i", "https://login.example", at}, "aud", "--audience api; to accept any: --allow-any-audience"},
		{"issuer", token, []string{"verify", "--key", "public.jwk", "-a", "api", at}, "iss", "--issuer https://login.example; to accept any: --allow-any-issuer"},
		{"type", token, with("--type", "at+jwt"), "typ", "--type JWT; to accept any: --allow-any-type"},
		{"subject", token, with("--subject", "bob"), `sub: got "alice", want "bob"`, ""},
		{"required", token, with("--require", "client_id"), "client_id", ""},
		{"claim", token, with("--claim", "tenant=8"), "tenant: got 7, want 8", ""},
		{"claim that is not there", token, with("--claim", "team=8"), "team: got none, want 8", ""},
		{"contains", token, with("--claim-contains", "roles=admin"), "roles", ""},
		{"age", token, with("--max-age", "1m", "--now=2026-11-26T10:02:00Z"), "iat", ""},
		{"expired", token, with("--now=2026-11-26T10:15:00Z"), "token expired", "ask for a new token"},
		{"no expiry", s.run("", "sign", "--key", "key.jwk", "--no-expiry"), []string{"verify", "--key", "public.jwk"}, "exp", "--allow-no-expiry"},
		{"early", s.run("", "sign", "--key", "key.jwk", "--not-before", "1m"), []string{"verify", "--key", "public.jwk"}, "nbf", "compare the clocks"},
		{"no audience", s.run("", "sign", "--key", "key.jwk"), []string{"verify", "--key", "public.jwk", "-a", "api"}, "aud", "--allow-any-audience accepts it"},
		{"no issuer", s.run("", "sign", "--key", "key.jwk"), []string{"verify", "--key", "public.jwk", "-i", "x"}, "iss", "leave out --issuer"},
		{"an issuer for no shell", s.run("", "sign", "--key", "key.jwk", "-i", "$(rm)"), []string{"verify", "--key", "public.jwk"}, "iss", "--issuer …"},
	} {
		r := s.try(row.token, row.args...)
		assert.Equal(t, 1, r.code, row.name)
		assert.Contains(t, r.out, row.want, row.name)
		assert.NotContains(t, r.out, "for the text", row.name)
		if row.hint == "" {
			assert.NotContains(t, r.out, "hint:", row.name)
			continue
		}
		_, hint, _ := strings.Cut(r.out, "hint: ")
		s.note(row.name, hint)
		assert.Contains(t, hint, row.hint, row.name)
	}
	golden(t, "hints.golden", s.said.String())
}

func textMembers(t *testing.T, text string) (members map[string]string) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &members))
	return members
}

func TestVerifyAcceptsWhatItIsAskedTo(t *testing.T) {
	s := newShell(t)
	token := s.signed("--claim", "tenant=7", "--claim", "team=red", "--claim", `roles=["admin","user"]`, "--claim", "big=9007199254740993", "--claim", `o={"b":1,"a":[true,null]}`)
	with := func(more ...string) []string { return append(append([]string{}, asked...), more...) }
	for _, args := range [][]string{
		with("--claim", "tenant=7", "--claim", "team=red", "--claim", `team="red"`, "--claim", "big=9007199254740993", "--claim", `o={"a":[true,null],"b":1}`),
		with("--claim-contains", "roles=admin", "--require", "jti", "--require", "sub", "--subject", "alice"),
		with("-a", "other", "--type", "JWT", "--type", "at+jwt", "--max-age", "1d"),
		with("--now=2026-11-26T10:15:20Z", "--leeway", "30s"),
		{"verify", "--key", "public.jwk", at, "--allow-any-issuer", "--allow-any-audience", "--allow-any-type"},
	} {
		assert.Contains(t, s.run(token, args...), "\naccepted\n", "%q", args)
	}
	s.run(s.run("", "sign", "--key", "key.jwk", "--no-expiry"), "verify", "--key", "public.jwk", "--allow-no-expiry")
	for _, claim := range []string{"tenant=7.0", `tenant="7"`, "big=9007199254740992", `roles=["admin"]`, `o={"b":1}`, "team=null", "team=Red"} {
		assert.Equal(t, 1, s.try(token, with("--claim", claim)...).code, claim)
	}
	text := s.try(s.run("", "sign", "--key", "key.jwk", "--claim", `tenant="7"`), "verify", "--key", "public.jwk", "--claim", "tenant=7")
	assert.Contains(t, text.out, `for the text, write 'tenant="7"'`)
	quoted := s.try(s.run("", "sign", "--key", "key.jwk", "--claim", `team="\"red\""`), "verify", "--key", "public.jwk", "--claim", `team="red"`)
	assert.Equal(t, 1, quoted.code)
	assert.NotContains(t, quoted.out, "for the text")
}

func TestVerifyPrintsJSONForScripts(t *testing.T) {
	s := newShell(t)
	token := s.signed("--claim", "big=9007199254740993")
	var got struct {
		Accepted bool
		Error    string
		Steps    []map[string]string
		Claims   json.RawMessage
	}
	out := s.run(token, append([]string{"--json"}, asked...)...)
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	assert.True(t, got.Accepted)
	assert.Contains(t, string(got.Claims), "9007199254740993")
	r := s.try(token, "verify", "--key", "public.jwk", "--json", at)
	assert.Equal(t, 1, r.code)
	got.Claims = nil
	require.NoError(t, json.Unmarshal([]byte(r.out), &got))
	assert.False(t, got.Accepted)
	assert.Contains(t, got.Error, "iss")
	assert.Nil(t, got.Claims)
	assert.NotEmpty(t, got.Steps)
}

func TestVerifySaysThatItCouldNotDecide(t *testing.T) {
	s := newShell(t)
	token := s.signed()
	s.write("empty.pem", " \n")
	s.write("broken.jwk", `{"kty":`)
	s.run("", "keygen", "--out", "key.pem")
	require.NoError(t, os.Mkdir(s.path("folder.pem"), 0o700))
	for name, size := range map[string]int64{"16M": 16 << 20, "more": 16<<20 + 1} {
		s.write(name, "")
		require.NoError(t, os.Truncate(s.path(name), size))
	}
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"verify"}, "no keys: give --key"},
		{[]string{"verify", "--key", "none.pem"}, "--key none.pem: no such file"},
		{[]string{"verify", "--key", "empty.pem"}, "the file is empty"},
		{[]string{"verify", "--key", "broken.jwk"}, "the JSON is not well-formed"},
		{[]string{"verify", "--key", "public.jwk", "--jwks", "public.jwk"}, "either with --key"},
		{[]string{"verify", "--key", "public.jwk", "--claim", "tenant"}, "--claim: want name=value"},
		{[]string{"verify", "--key", "public.jwk", "--claim-contains", "=x"}, "--claim-contains: want name=value"},
		{[]string{"verify", "--key", "public.jwk", "--kid", "other"}, "--kid: the key has the key ID"},
		{[]string{"verify", "--key", "public.jwk", "--alg", "HS256", "--secret-file", "none.txt"}, "--secret-file none.txt"},
		{[]string{"verify", "--jwks", "http://192.0.2.1/keys"}, "loopback"},
		{[]string{"verify", "--key", "public.jwk", "--now", "x"}, "--now: want a time"},
		{[]string{"verify", "--key", "key.pem", "--alg", "ES256"}, "jwt: --alg: "},
		{[]string{"verify", "--key", "folder.pem"}, "--key folder.pem: is a directory"},
		{[]string{"verify", "--key", "16M"}, "jwt: --key: "},
		{[]string{"verify", "--key", "more"}, "--key: the file has more than 16777216 bytes"},
		{[]string{"verify", "--key", "none"}, "--key: the file cannot be read: no such file"},
		{[]string{"verify", "--key", `{"k":"x"}`}, "--key: want the name of a file"},
		{[]string{"verify", "--key", "a\nb"}, "--key: want the name of a file"},
		{[]string{"verify", "--key", "-----BEGIN"}, "--key: want the name of a file"},
		{[]string{"verify", "--jwks", "http://192.0.2.1/keys", "--allow-http", "--timeout", "1ms"}, "the keys could not be fetched"},
		{[]string{"verify", "--issuer", "http://192.0.2.1"}, "loopback"},
		{[]string{"verify", "--key", "-"}, "read once"},
	} {
		r := s.try(token, row.args...)
		if row.want == "read once" {
			r = s.try(s.read("public.jwk"), row.args...)
		}
		assert.Equal(t, 2, r.code, row.args)
		assert.Contains(t, r.err, row.want, row.args)
		assert.Empty(t, r.out, row.args)
		if row.want != "the keys could not be fetched" { // which says what the network did
			s.note(row.args, r.err)
		}
	}
	golden(t, "errors-verify.golden", s.said.String())
}

func TestVerifyReadsKeysInEveryForm(t *testing.T) {
	s := newShell(t)
	s.run("", "keygen", "--alg", "ES256", "--out", "key.pem", "--public-out", "public.pem")
	token := s.run("", "sign", "--key", "key.pem")
	s.run("", "keygen", "--alg", "ES256", "--out", "other.jwk", "--public-out", "other-public.jwk")
	s.write("set.jwks", `{"keys":[`+s.read("other-public.jwk")+`,{"kty":"new"}]}`)
	s.write("private.jwks", `{"keys":[`+s.read("other.jwk")+`]}`)
	other := s.run("", "sign", "--key", "other.jwk")
	s.run(token, "verify", "--key", "public.pem")
	s.run(token, "verify", "--key", "key.pem")
	r := s.try(other, "verify", "--key", "set.jwks")
	assert.Equal(t, 0, r.code)
	assert.Contains(t, r.err, "key 1 of the set")
	s.run(other, "verify", "--jwks", "private.jwks")
	s.run("", "keygen", "--alg", "ECDH-ES", "--out", "enc.jwk", "--public-out", "enc-public.jwk")
	s.write("mixed.jwks", `{"keys":[`+s.read("enc-public.jwk")+","+s.read("other-public.jwk")+`]}`)
	s.run(other, "verify", "--jwks", "mixed.jwks")
	s.run("", "convert", "key.pem", "--kid", "a", "--out", "a.jwk")
	s.write("both.jwks", `{"keys":[`+s.read("a.jwk")+","+s.read("other-public.jwk")+`]}`)
	token = s.run("", "sign", "--key", "key.pem", "--kid", "a")
	for _, text := range []string{token, other} {
		s.run(text, "verify", "--jwks", "both.jwks", "--allow-any-issuer")
	}
	s.run(token, "verify", "--jwks", "both.jwks", "--kid", "a")
	assert.Equal(t, 1, s.try(other, "verify", "--jwks", "both.jwks", "--kid", "a").code, "that key and no other")
	r = s.try(other, "verify", "--key", "enc-public.jwk")
	assert.Equal(t, 2, r.code, "a key for encryption verifies nothing")
	assert.Contains(t, r.err, "jwt: jwk: use or key_ops do not permit to verify")
}

// The line comes while the request is under way, and not for one that is fast.
func TestVerifyFetchesKeysAndSaysWhenThatTakesLong(t *testing.T) {
	s := newShell(t)
	token := s.signed()
	seen := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-seen:
		case <-r.Context().Done():
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"keys":[` + s.read("public.jwk") + `]}`))
	}))
	defer slow.Close()
	cmd := s.start(token, "verify", "--jwks", slow.URL, "-i", "https://login.example", "-a", "api", at, "--timeout", "60s")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line := make([]byte, len("fetching the keys of "))
	_, err = stderr.Read(line)
	require.NoError(t, err)
	assert.Equal(t, "fetching the keys of ", string(line))
	close(seen)
	require.NoError(t, cmd.Wait())
}

func TestVerifyCannotDecideWithoutTheKeys(t *testing.T) {
	s := newShell(t)
	token := s.signed()
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	for _, args := range [][]string{{"verify", "--jwks", gone.URL}, {"verify", "--issuer", gone.URL}} {
		r := s.try(token, args...)
		assert.Equal(t, 2, r.code)
		assert.Contains(t, r.err, "the keys could not be fetched")
	}
}
