package jwt_test

//lint:file-ignore SA1019 Bad points are made by setting their coordinates.

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
)

func TestErrorsOfIncompleteValuesSayWhatIsMissing(t *testing.T) {
	ctx, key := t.Context(), hs256(t)
	verify := func(change func(p *jwt.Policy)) error {
		p := policy(key)
		change(p)
		return second(p.Verify(ctx, "a.b.c"))
	}
	sign := func(change func(p *jwt.Template)) error {
		p := template(key)
		change(p)
		return second(p.Sign(ctx, jwt.Claims{}))
	}
	failing := errors.New("down")
	errortest.Texts(t, []errortest.Row{
		{second((*jwt.Policy)(nil).Verify(ctx, "")), `jwt: Policy is nil`},
		{verify(func(p *jwt.Policy) { p.Keys = nil }), `jwt: Policy.Keys is nil, want the keys to trust`},
		{verify(func(p *jwt.Policy) { p.AllowAnyIssuer = true }), `jwt: Policy has both Issuer and AllowAnyIssuer, want one of them`},
		{verify(func(p *jwt.Policy) { p.AllowAnyAudience = true }), `jwt: Policy has both Audience and AllowAnyAudience, want one of them`},
		{verify(func(p *jwt.Policy) { p.AllowAnyType, p.Types = true, []string{"JWT"} }), `jwt: Policy has both Types and AllowAnyType, want one of them`},
		{verify(func(p *jwt.Policy) { p.Leeway = -1 }), `jwt: Policy has a negative Leeway, MaxAge or MaxSize`},
		{verify(func(p *jwt.Policy) { p.IssuerTemplate = "https://{tid}" }), `jwt: Policy has IssuerTemplate and Issuer or AllowAnyIssuer, want one of them`},
		{verify(func(p *jwt.Policy) { p.Issuer, p.IssuerTemplate = "", "{tid}" }), `jwt: Policy.IssuerTemplate: got "{tid}", want an issuer with the name of one claim in braces, such as "https://login.microsoftonline.com/{tid}/v2.0"`},
		{verify(func(p *jwt.Policy) { p.Audience = []string{"a", ""} }), `jwt: Policy.Audience[1] is empty, want the name of this service, as tokens have it in aud`},
		{verify(func(p *jwt.Policy) { p.Types = []string{"JWT", "a b"} }), `jwt: Policy.Types[1]: got "a b", want a media type such as "at+jwt"`},
		{verify(func(p *jwt.Policy) { p.Require = []string{"a", ""} }), `jwt: Policy.Require[1] is empty, want the name of a claim`},
		{verify(func(p *jwt.Policy) { p.Rules = []jwt.Rule{jwt.Equal("a", "b"), {}} }), `jwt: Policy.Rules[1].Claim is empty, want the name of the claim that the rule asks about`},
		{verify(func(p *jwt.Policy) { p.Rules = []jwt.Rule{{Claim: "a"}} }), `jwt: Policy.Rules[0].Check is nil, want the check of "a"`},
		{second((*jwt.Cache)(nil).Verify(ctx, "")), `jwt: Cache.Policies are empty, want the policy to remember tokens of`},
		{second((&jwt.Cache{Policies: jwt.Policies{policy(key)}, MaxAge: -1}).Verify(ctx, "")), `jwt: Cache has a negative bound`},
		{second(jwt.Policies{}.Verify(ctx, "")), `jwt: Policies are empty, want one for each issuer`},
		{second(jwt.Policies{policy(key), {}}.Verify(ctx, "")), `jwt: Policy.Keys is nil, want the keys to trust (policy 2 of 2)`},
		{second(jwt.PolicyFunc(nil).Verify(ctx, "")), `jwt: PolicyFunc is nil, want a function from an issuer to its policy`},
		{second((*jwt.Template)(nil).Sign(ctx, nil)), `jwt: Template is nil`},
		{sign(func(p *jwt.Template) { p.Key = nil }), `jwt: Template.Key is nil, want the key to sign with`},
		{sign(func(p *jwt.Template) { p.KeyFunc = func(context.Context) (jwt.Signer, error) { return nil, nil } }), `jwt: Template has both Key and KeyFunc, want one of them`},
		{sign(func(p *jwt.Template) {
			p.Key, p.KeyFunc = nil, func(context.Context) (jwt.Signer, error) { return nil, failing }
		}), `jwt: Template.KeyFunc: down`},
		{sign(func(p *jwt.Template) { p.Lifetime = time.Millisecond }), `jwt: Template.Lifetime: got 1ms, want at least a second, such as 10*time.Minute`},
		{sign(func(p *jwt.Template) { p.Header, p.Type = jwt.Header{}, "JWT" }), `jwt: Template has both Header and Type, want one of them`},
		{sign(func(p *jwt.Template) { p.Type = "a b" }), `jwt: Template.Type: got "a b", want a media type such as "at+jwt"`},
		{sign(func(p *jwt.Template) { p.Audience = []string{""} }), `jwt: Template.Audience has an empty text, want the names of the services that the tokens are for`},
		{sign(func(p *jwt.Template) { p.MaxSize = -1 }), `jwt: Template has a negative MaxSize`},
		{second(jwt.VerifyAs[jwt.Claims](ctx, nil, "")), `jwt: no TokenVerifier to verify the token with`},
		{second(jwt.ClaimsAs[jwt.Claims](nil)), `jwt: no verified token to read claims from`},
		{second(jwt.HeaderAs[jwt.Header](nil)), `jwt: no verified token to read a header from`},
		{(*jwt.HMAC)(nil).Verify(ctx, nil, nil), `jwt: HMAC without a secret, want one from NewHMAC`},
	})
}

func TestErrorsOfKeysSayWhatIsWanted(t *testing.T) {
	rsaKey, ecKey, edKey := privateKey(jwt.RS256).(*rsa.PrivateKey), privateKey(jwt.ES256).(*ecdsa.PrivateKey), privateKey(jwt.EdDSA).(ed25519.PrivateKey)
	otherEC, otherEd := *ecKey, append(ed25519.PrivateKey(nil), edKey...)
	otherEC.PublicKey = must(newECDSA(jwt.ES256)).PublicKey
	copy(otherEd[32:], newEd25519()[32:])
	verifier := func(alg jwt.Algorithm, key crypto.PublicKey) error { return second(jwt.NewVerifier(alg, key, "")) }
	signer := func(alg jwt.Algorithm, key crypto.Signer) error { return second(jwt.NewSigner(alg, key, "")) }
	even := new(big.Int).Lsh(big.NewInt(1), 2047)
	errortest.Texts(t, []errortest.Row{
		{second(jwt.NewHMAC("XX256", secret, "")), `jwt: unknown algorithm "XX256", want one of the package's constants`},
		{second(jwt.NewHMAC(jwt.RS256, secret, "")), `jwt: RS256 takes no secret, want HS256, HS384 or HS512; NewSigner and NewVerifier take its keys`},
		{second(jwt.NewHMAC(jwt.HS512, secret[:20], "")), `jwt: HS512 secret: got 20 bytes, want at least 64, such as from crypto/rand or openssl rand -base64 64; a provider's shorter one takes a Verifier of your own`},
		{second(jwt.NewHMAC(jwt.HS256, []byte(`{"kty":"oct"}`), "")), `jwt: HS256 secret: got a JSON Web Key, want random bytes; jwk.ParsePEM, jwk.Parse and jwk/openssh read keys, for RS256, ES256 and others`},
		{second(jwt.NewHMAC(jwt.HS256, secret, "\xff")), `jwt: key ID: jsontext: invalid UTF-8`},
		{verifier("XX256", &rsaKey.PublicKey), `jwt: unknown algorithm "XX256", want one of the package's constants`},
		{verifier(jwt.HS256, secret), `jwt: HS256 key: got []uint8, want a secret given to NewHMAC`},
		{verifier(jwt.RS256, []byte(`{"kty":"oct"}`)), `jwt: RS256 key: got []uint8, want *rsa.PublicKey; it is a JSON Web Key: jwk.ParsePEM, jwk.Parse and jwk/openssh read keys`},
		{verifier(jwt.RS256, []byte("text")), `jwt: RS256 key: got []uint8, want *rsa.PublicKey; jwk.ParsePEM and jwk.Parse read keys`},
		{verifier(jwt.RS256, nil), `jwt: RS256 key: got nil, want *rsa.PublicKey`},
		{verifier(jwt.RS256, rsaKey), `jwt: RS256 key: got *rsa.PrivateKey, want *rsa.PublicKey; it is a private key, whose Public method returns the public one`},
		{verifier(jwt.RS256, parsedKey{}), `jwt: RS256 key: got jwt_test.parsedKey, want *rsa.PublicKey; its Verifier method returns what to trust`},
		{verifier(jwt.RS256, &rsa.PublicKey{N: big.NewInt(7), E: 3}), `jwt: RS256 key: got an RSA modulus of 3 bits, want 2048 to 8192`},
		{verifier(jwt.RS256, &rsa.PublicKey{}), `jwt: RS256 key: got an RSA modulus of 0 bits, want 2048 to 8192`},
		{verifier(jwt.RS256, &rsa.PublicKey{N: even, E: 3}), `jwt: RS256 key: got an even RSA modulus, want an odd one`},
		{verifier(jwt.RS256, &rsa.PublicKey{N: rsaKey.N, E: 2}), `jwt: RS256 key: got the RSA exponent 2, want an odd one from 3 to 2^31-1`},
		{verifier(jwt.ES256, edKey.Public()), `jwt: ES256 key: got ed25519.PublicKey, want *ecdsa.PublicKey`},
		{verifier(jwt.ES384, &ecKey.PublicKey), `jwt: ES384 key: got the curve P-256, want P-384`},
		{verifier(jwt.ES256, &ecdsa.PublicKey{}), `jwt: ES256 key: got no curve, want P-256`},
		{verifier(jwt.ES256, &ecdsa.PublicKey{Curve: ecKey.Curve, X: big.NewInt(1), Y: big.NewInt(1)}), `jwt: ES256 key: got no point on the curve P-256`},
		{verifier(jwt.EdDSA, ed25519.PublicKey("short")), `jwt: EdDSA key: got 5 bytes, want 32`},
		{verifier(jwt.EdDSA, ed25519.PublicKey(make([]byte, 32))), `jwt: EdDSA key: got bytes that are not a point of large order on the curve`},
		{verifier(jwt.EdDSA, edKey), `jwt: EdDSA key: got ed25519.PrivateKey, want ed25519.PublicKey; it is a private key, whose Public method returns the public one`},
		{signer(jwt.RS256, nil), `jwt: RS256 key: got nil, want a crypto.Signer`},
		{signer(jwt.HS256, rsaKey), `jwt: HS256 key: got *rsa.PrivateKey, want a secret given to NewHMAC`},
		{signer(jwt.RS256, edKey), `jwt: RS256 key: got ed25519.PublicKey, want *rsa.PublicKey, in the public part of ed25519.PrivateKey`},
		{signer(jwt.ES256, &otherEC), `jwt: ES256 key: private and public part do not belong together`},
		{signer(jwt.EdDSA, otherEd), `jwt: EdDSA key: private and public part do not belong together`},
	})
}

func TestErrorsOfSigningSayWhatIsWanted(t *testing.T) {
	ctx, key := t.Context(), hs256(t)
	edKey, ecKey := privateKey(jwt.EdDSA), privateKey(jwt.ES256)
	of := func(header, claims any) error { return second(jwt.SignHeader(ctx, key, header, claims)) }
	by := func(alg jwt.Algorithm, key crypto.Signer) error {
		return second(jwt.Sign(ctx, must(jwt.NewSigner(alg, key, "")), jwt.Claims{}))
	}
	raw := func(text string) any { return json.RawMessage(text) }
	errortest.Texts(t, []errortest.Row{
		{second(jwt.Sign(ctx, nil, jwt.Claims{})), `jwt: no key to sign with`},
		{of(nil, jwt.Claims{}), `jwt: header: got nil, want a Header or what encodes to a JSON object`},
		{of(jwt.Header{Algorithm: "RS256"}, jwt.Claims{}), `jwt: header: alg: got "RS256", want the key's, "HS256"`},
		{of(jwt.Header{KeyID: "k"}, jwt.Claims{}), `jwt: header: kid: got "k", want the key's, ""`},
		{of(map[string]any{"x": func() {}}, jwt.Claims{}), `jwt: header: x: cannot encode func(): "json: unsupported type: func()"`},
		{of(raw(`{"kid":1}`), jwt.Claims{}), `jwt: header: kid: got "1", want the key's, ""`},
		{of(raw(`{"crit":["a"]}`), jwt.Claims{}), `jwt: header: crit: want it to be absent, for it changes what a token means`},
		{of(raw(`{"Kid":"a"}`), jwt.Claims{}), `jwt: header: Kid: want it to be absent, for some readers take it for kid`},
		{of(raw(`[]`), jwt.Claims{}), `jwt: header: not a JSON object`},
		{of(raw(`{"typ":1}`), jwt.Claims{}), `jwt: header: typ: got a number, want a string`},
		{of(jwt.Header{Type: strings.Repeat("x", 20000)}, jwt.Claims{}), `jwt: header: 26699 bytes, want at most 16384`},
		{of(jwt.Header{}, jwt.Claims{Subject: strings.Repeat("x", 70000)}), `jwt: the token would have more than 93368 bytes, want at most 65536; a Policy accepts larger ones by its MaxSize, and a Template signs them by its own`},
		{of(jwt.Header{}, jwt.Claims{Subject: "\xff"}), `jwt: claims: sub: got a text that is not valid UTF-8`},
		{of(jwt.Header{}, func() {}), `jwt: claims: cannot encode func(): "json: unsupported type: func()"`},
		{of(jwt.Header{}, map[string]any{"a": func() {}}), `jwt: claims: a: cannot encode func(): "json: unsupported type: func()"`},
		{errortest.Of(jwt.InsecureToken(raw(`[]`))), `jwt: claims: payload: not a JSON object, want a struct, a map or a json.RawMessage`},
		{errortest.Of(jwt.InsecureToken(func() {})), `jwt: claims: cannot encode func(): "json: unsupported type: func()"`},
		{errortest.Of(jwt.InsecureToken(jwt.Claims{Subject: "\xff"})), `jwt: claims: sub: got a text that is not valid UTF-8`},
		{of(jwt.Header{}, raw(`[]`)), `jwt: claims: payload: not a JSON object, want a struct, a map or a json.RawMessage`},
		{of(jwt.Header{}, raw(`{"exp":"1"}`)), `jwt: claims: exp: got a string, want a number, as NewNumericDate returns`},
		{of(jwt.Header{}, raw(`{"iss":1}`)), `jwt: claims: iss: got a number, want a string`},
		{of(jwt.Header{}, raw(`{"aud":{}}`)), `jwt: claims: aud: got an object, want a string or an array of strings`},
		{of(jwt.Header{}, raw(`{"exp":1e30}`)), `jwt: claims: exp: got a number, want one that fits 64 bits`},
		{second(jwt.Sign(ctx, &foreign{alg: "X", signErr: errors.New("down")}, jwt.Claims{})), `jwt: signing: down`},
		{second(jwt.Sign(ctx, &foreign{alg: "X", signs: []byte{}}, jwt.Claims{})), `jwt: signing: the key returned no signature`},
		{second(jwt.Audience{"\xff"}.MarshalJSON()), `jwt: aud: got a text that is not valid UTF-8`},
		{new(jwt.Audience).UnmarshalJSON([]byte(`1`)), `jwt: aud: got a number, want a string or an array of strings`},
		{new(jwt.Audience).UnmarshalJSON([]byte(`[`)), `jwt: aud: the JSON text ends early`},
		{new(jwt.NumericDate).UnmarshalJSON([]byte(`"1"`)), `jwt: want a NumericDate, a number of seconds in 64 bits`},
		{by(jwt.EdDSA, &stamp{edKey, make([]byte, 64)}), `jwt: signing: the key returned a signature that does not verify with its public key`},
		{by(jwt.ES256, &stamp{ecKey, []byte("no ASN.1")}), `jwt: signing: the key returned a malformed ECDSA signature, want ASN.1 with two integers of the curve's size`},
	})
}

func TestRefusalsSayWhatWasGotAndWanted(t *testing.T) {
	ctx, key, down := t.Context(), hs256(t), errors.New("down")
	p := policy(key)
	good := signed(t, key, `{}`)
	header, payload, _ := strings.Cut(good, ".")
	of := func(token string) error { return second(p.Verify(ctx, token)) }
	found := func(p *jwt.Policy, err error) error {
		f := jwt.PolicyFunc(func(context.Context, string) (*jwt.Policy, error) { return p, err })
		return second(f.Verify(ctx, signed(t, key, `{"iss":"a"}`)))
	}
	long := jwt.PolicyFunc(func(context.Context, string) (*jwt.Policy, error) { return nil, nil })
	errortest.Texts(t, []errortest.Row{
		{of(""), `jwt: malformed token: want three parts separated by two dots; it is empty`},
		{of(`"` + good + `"`), `jwt: malformed token: header: not base64url without padding; it begins with a quote`},
		{of(" " + good), `jwt: malformed token: header: not base64url without padding; it begins or ends with a space or a line break`},
		{of("\ufeff" + good), `jwt: malformed token: header: not base64url without padding; it begins with a character that is not ASCII, such as a byte order mark`},
		{of(`{"a":1}`), `jwt: malformed token: want three parts separated by two dots; it is JSON, want the compact form (RFC 7515 section 7.1)`},
		{of("a.b.c.d,"), `jwt: malformed token: want three parts separated by two dots; there is a comma, semicolon, space or line break in it`},
		{of("a.b.c.d.e"), `jwt: malformed token: want three parts separated by two dots; it has five, as an encrypted token (RFC 7516), which package jwe reads`},
		{of("opaque"), `jwt: malformed token: want three parts separated by two dots; it has no dot, as an opaque token (RFC 6749 section 1.4), which its issuer can introspect`},
		{of("a.b"), `jwt: malformed token: want three parts separated by two dots; it has one dot, as a token whose end is missing`},
		{of(good + "="), `jwt: malformed token: signature: not base64url without padding; it has padding`},
		{of(good + "+"), `jwt: malformed token: signature: not base64url without padding; it is in the alphabet of standard base64`},
		{of(good[:len(good)-2]), `jwt: malformed token: signature: not base64url without padding; it may have been cut`},
		{of("bearer " + good), `jwt: malformed token: header: not base64url without padding; it begins with "bearer", which is not part of the token`},
		{of(header + "?." + payload), `jwt: malformed token: header: not base64url without padding`},
		{of(encode(`{"alg":"none"}`) + "." + payload), `jwt: malformed token: alg: "none" is never accepted`},
		{of(encode(`{"alg":"A","enc":"B"}`) + "." + payload), `jwt: malformed token: enc: the token is encrypted (RFC 7516 section 9), want a signed one; package jwe reads it`},
		{of(header + "." + payload + strings.Repeat("A", 70000)), `jwt: malformed token: 70068 bytes, want at most 65536`},
		{of(signed(t, key, `{} {}`)), `jwt: claim not acceptable: payload: data after the JSON object`},
		{of(signed(t, key, `{"a":1,"a":2}`)), `jwt: claim not acceptable: payload: duplicate name "a"`},
		{of(signed(t, key, `{"iss":"https://login.example/"}`)), `jwt: claim not acceptable: iss: got "https://login.example/", want "https://login.example"; they differ in the slash at the end`},
		{second(jwt.VerifyAs[struct {
			jwt.Claims
			Age int `json:"age"`
		}](ctx, p, signed(t, key, `{"iss":"https://login.example","aud":"https://api.example","exp":1800000060,"age":"old"}`))), `jwt: claim not acceptable: age: got a string, want an integer that fits int`},
		{errortest.Of((&jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://login.example/", Now: p.Now}).Verify(ctx, signed(t, key, `{"iss":"https://login.example"}`))), `jwt: claim not acceptable: iss: got "https://login.example", want "https://login.example/"; they differ in the slash at the end`},
		{second(jwt.VerifyAs[struct {
			jwt.Claims
			A struct{ B []int } `json:"a"`
		}](ctx, p, signed(t, key, `{"iss":"https://login.example","aud":"https://api.example","exp":1800000060,"a":{"B":[1,"x"]}}`))), `jwt: claim not acceptable: a: B[1]: got a string, want an integer that fits int`},
		{second(policy(&foreign{alg: "HS256", verifyErr: down}).Verify(ctx, good)), `jwt: verifying the signature: down`},
		{second((&jwt.Policy{Keys: &keySet{err: down}}).Verify(ctx, good)), `jwt: looking for the key: down`},
		{second(long.Verify(ctx, signed(t, key, `{"iss":"`+strings.Repeat("a", 1025)+`"}`))), `jwt: no key for this token: iss: want at most 1024 bytes`},
		{second(long.Verify(ctx, signed(t, key, `{"iss":1}`))), `jwt: malformed token: iss: got a number, want a string`},
		{second(long.Verify(ctx, signed(t, key, `{}`))), `jwt: no key for this token: iss: got nothing, and no policy is for it`},
		{second(long.Verify(ctx, header+".?.")), `jwt: malformed token: payload: not base64url without padding`},
		{found(nil, down), `jwt: looking for the policy: down`},
		{found(&jwt.Policy{Keys: jwt.Keys{key}, Issuer: "b"}, nil), `jwt: PolicyFunc returned a policy for "b", want one whose Issuer is "a"`},
		{found(&jwt.Policy{Keys: jwt.Keys{key}, IssuerTemplate: "a/{b}"}, nil), `jwt: PolicyFunc returned a policy for "a/{b}", want one whose Issuer is "a"`},
		{found(&jwt.Policy{Keys: jwt.Keys{key}, AllowAnyIssuer: true}, nil), `jwt: PolicyFunc returned a policy for any issuer, want one whose Issuer is "a"`},
		{jwt.Explain(ctx, verifierOf(func() (*jwt.Token, error) { return nil, nil }), good).Err, `jwt: *jwt_test.answer returned no token`},
		{jwt.Explain(ctx, nil, good).Err, `jwt: no TokenVerifier to verify the token with`},
	})
}

// A token that is remembered is accepted while its key cannot decide.
func TestExplanationsBeginWithTheCacheThatDecides(t *testing.T) {
	remote := &foreign{alg: "X"}
	p := lenient(remote)
	token := signRaw(t, remote, `{"alg":"X"}`, `{}`)
	cache := &jwt.Cache{Policies: jwt.Policies{p}}
	require.NoError(t, errortest.Of(cache.Verify(t.Context(), token)))
	remote.verifyErr = errors.New("down")
	e := jwt.Explain(t.Context(), cache, token)
	require.NotNil(t, e.Token)
	assert.Equal(t, []jwt.Step{{Name: "cache", Result: jwt.Passed, Got: "a token that is remembered", Want: "any; the signature of one that is remembered is not verified again"}}, e.Steps)
}

func TestATemplateMayHaveATilde(t *testing.T) {
	key := hs256(t)
	p := lenient(key)
	p.AllowAnyIssuer, p.IssuerTemplate = false, "https://a.example/~b/{tid}"
	assert.NoError(t, errortest.Of(p.Verify(t.Context(), signed(t, key, `{"iss":"https://a.example/~b/c","tid":"c"}`))))
}

// Explain says what is wanted in each step.
func TestExplanationsSayWhatIsWanted(t *testing.T) {
	ctx, key := t.Context(), hs256(t)
	p := explained(jwt.Keys{key})
	token := signed(t, key, `{"iss":"https://login.example","aud":"https://api.example","client_id":"a","use":"access","exp":1800000060}`)
	cache := &jwt.Cache{Policies: jwt.Policies{p}}
	first := func(e *jwt.Explanation) *jwt.Explanation { // the others are those of the policy
		e.Steps = e.Steps[:2]
		return e
	}
	refused := jwt.Explain(ctx, p, "a")
	refused.Steps = refused.Steps[:3]
	var tables []string
	for _, e := range []*jwt.Explanation{
		jwt.Explain(ctx, p, token), refused, jwt.Explain(ctx, &jwt.Policy{}, token), jwt.Explain(ctx, jwt.Policies{p}, "a.e30.c"),
		first(jwt.Explain(ctx, cache, token)), first(jwt.Explain(ctx, cache, token)), new(jwt.Explanation), nil,
		jwt.Explain(ctx, nil, token), jwt.Explain(ctx, new(jwt.Cache), token), jwt.Explain(ctx, verifierOf(func() (*jwt.Token, error) { return &jwt.Token{}, nil }), token),
	} {
		tables = append(tables, e.String())
	}
	assert.Equal(t, tablesOfExplanations, strings.Join(tables, "\n\n"))
}

const tablesOfExplanations = `step       result  got                       want
size       pass    208 bytes                 at most 65536 bytes
parts      pass    3                         3
header     pass                              a JSON object with alg and nothing that changes what the token means
encoding   pass                              base64url
key        pass    alg "HS256", kid nothing  a key of the policy with this alg, and this kid or none
signature  pass                              one by that key
payload    pass                              a JSON object with registered claims of their types
typ        pass    nothing                   "JWT" or nothing, as Policy.Types is empty
iss        pass    "https://login.example"   "https://login.example"
aud        pass    ["https://api.example"]   one of ["https://api.example"]
sub        pass    nothing                   anything
iat        pass    nothing                   any date or nothing
client_id  pass    "a"                       it to be present, as Policy.Require names it
use        pass    "access"                  what its rule accepts
nbf        pass    nothing                   a date not after now, 2027-01-15T08:00:00Z
exp        pass    2027-01-15T08:01:00Z      a date after now, 2027-01-15T08:00:00Z
accepted

step    result       got      want
size    pass         1 bytes  at most 65536 bytes
parts   fail         1        3
header  not reached           a JSON object with alg and nothing that changes what the token means
jwt: malformed token: want three parts separated by two dots; it has no dot, as an opaque token (RFC 6749 section 1.4), which its issuer can introspect

step    result     got  want
policy  undecided       a policy that is complete
jwt: Policy.Keys is nil, want the keys to trust

step    result  got                    want
issuer  fail    nothing, not verified  one that there is a policy for
jwt: no key for this token: iss: got nothing, and no policy is for it

step    result  got                                    want
cache   pass    a token that is not remembered         any; the signature of one that is remembered is not verified again
issuer  pass    "https://login.example", not verified  one that there is a policy for
accepted

step    result  got                                    want
cache   pass    a token that is remembered             any; the signature of one that is remembered is not verified again
issuer  pass    "https://login.example", not verified  one that there is a policy for
accepted

step  result  got  want
not verified

not verified

step    result     got  want
verify  undecided
jwt: no TokenVerifier to verify the token with

step   result     got  want
cache  undecided
jwt: Cache.Policies are empty, want the policy to remember tokens of

step    result  got  want
verify  pass
accepted`
