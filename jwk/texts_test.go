package jwk_test

//lint:file-ignore SA1019 Bad keys are made by setting their numbers, and a DSA key is none that is taken.

import (
	"context"
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestErrorsOfKeysSayWhatIsWanted(t *testing.T) {
	fipstest.SkipEnforced(t)
	made := func(alg jwt.Algorithm, key any) error { return errortest.Of(jwk.New(alg, key, "")) }
	parsed := func(kind string, changes map[string]any) error {
		return errortest.Of(jwk.Parse(changed(t, kind, changes)))
	}
	private, ok := material()["RSA"].(*rsa.PrivateKey)
	require.True(t, ok)
	large := copyOf(t, private)
	large.D = new(big.Int).Lsh(big.NewInt(1), 3000)
	ec := material()["P-256"].(*ecdsa.PrivateKey)
	mixed := &ecdsa.PrivateKey{PublicKey: material()["P-384"].(*ecdsa.PrivateKey).PublicKey, D: ec.D}
	zero := &ecdsa.PrivateKey{PublicKey: ec.PublicKey, D: new(big.Int)}
	ed := append(ed25519.PrivateKey(nil), material()["Ed25519"].(ed25519.PrivateKey)...)
	copy(ed[32:], make([]byte, 32))
	zeros := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	errortest.Texts(t, []errortest.Row{
		{errortest.Of(jwk.New("", ed, "\xff")), `jwk: key ID: not valid UTF-8`},
		{made("", ed25519.PrivateKey("short")), `jwk: got an Ed25519 private key of 5 bytes, want 64`},
		{made("", ed), `jwk: EdDSA key: got bytes that are not a point of large order on the curve`},
		{made("", "text"), `jwk: got a key of type string, want one of the standard library or a secret as []byte`},
		{made("", &dsa.PublicKey{}), `jwk: got a key of type *dsa.PublicKey, want one of the standard library or a secret as []byte`},
		{made("", &rsa.PublicKey{N: big.NewInt(7), E: 3}), `jwk: RS256 key: got an RSA modulus of 3 bits, want 2048 to 8192`},
		{made("", large), `jwk: a private RSA value is out of range`},
		{made("", &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}), `jwk: got no point on the curve P-256`},
		{made("", &ecdsa.PublicKey{Curve: elliptic.P224()}), `jwk: got a curve that is not P-256, P-384, P-521, Ed25519 or X25519`},
		{made("", zero), `jwk: got a private scalar out of range for P-256`},
		{made("", mixed), `jwk: private and public part do not belong together`},
		{made("", []byte("short")), `jwk: got a secret of 5 bytes, want at least 16`},
		{made("", []byte(`{"kty":"oct","k":"AA"}`)), `jwk: got a JSON Web Key as a secret, want random bytes; ParsePEM and Parse read keys`},
		{made(jwt.RS256, ec), `jwk: alg: RS256 key: got *ecdsa.PublicKey, want *rsa.PublicKey`},
		{made("XX", ec), `jwk: alg: unknown algorithm "XX", want one of the package's constants`},
		{parsed("P-256", map[string]any{"x": zeros}), `jwk: got no point on the curve P-256`},
		{parsed("P-256", map[string]any{"d": zeros}), `jwk: got a private scalar out of range for P-256`},
		{parsed("P-256", map[string]any{"d": "A="}), `jwk: d: not base64url without padding`},
		{parsed("P-256", map[string]any{"crv": "P-224"}), `jwk: unknown crv "P-224", want P-256, P-384 or P-521`},
		{parsed("P-256", map[string]any{"crv": nil}), `jwk: unknown crv "", want P-256, P-384 or P-521`},
		{parsed("X25519", map[string]any{"x": "AAAA"}), `jwk: x: got 3 bytes, want 32`},
		{parsed("X25519", map[string]any{"d": "AAAA"}), `jwk: d: got 3 bytes, want 32`},
		{parsed("Ed25519", map[string]any{"x": "AAAA"}), `jwk: x: got 3 bytes, want 32`},
		{parsed("Ed25519", map[string]any{"d": "AAAA"}), `jwk: d: got 3 bytes, want 32`},
		{parsed("RSA", map[string]any{"e": "AQAAAAAA"}), `jwk: e: want an odd exponent from 3 to 2^31-1`},
		{parsed("RSA", map[string]any{"e": "AAM"}), `jwk: e: got leading zero octets, want none (RFC 7518 section 2)`},
		{parsed("RSA", map[string]any{"n": "AAAB"}), `jwk: n: got leading zero octets, want none (RFC 7518 section 2)`},
		{parsed("RSA", map[string]any{"n": 1}), `jwk: n: got a number, want a string`},
		{parsed("RSA", map[string]any{"n": ""}), `jwk: n is empty`},
		{parsed("RSA", map[string]any{"n": "A="}), `jwk: n: not base64url without padding`},
		{parsed("RSA", map[string]any{"oth": []any{}}), `jwk: oth: got an RSA key with more than two primes, want two`},
		{parsed("RSA", map[string]any{"p": nil}), `jwk: p is absent`},
		{parsed("RSA", map[string]any{"alg": "ES256"}), `jwk: alg: ES256 key: got *rsa.PublicKey, want *ecdsa.PublicKey`},
		{parsed("RSA", map[string]any{"alg": 1}), `jwk: alg: got a number, want a string`},
		{parsed("RSA", map[string]any{"x5t": 1}), `jwk: x5t: got a number, want a string`},
		{parsed("RSA", map[string]any{"key_ops": 1}), `jwk: key_ops: want an array of strings`},
		{parsed("RSA", map[string]any{"key_ops": []string{"sign", "sign"}}), `jwk: key_ops: "sign" is there twice (RFC 7517 section 4.3)`},
		{parsed("RSA", map[string]any{"key_ops": []string{strings.Repeat("x", 2000)}}), `jwk: key_ops: got 2004 bytes, want at most 1024`},
		{parsed("RSA", map[string]any{"key_ops": []string{"encrypt"}, "use": "sig"}), `jwk: key_ops: "encrypt" does not go with use "sig" (RFC 7517 section 4.3)`},
		{parsed("RSA", map[string]any{"x5c": 1}), `jwk: x5c: want an array of strings`},
		{parsed("RSA", map[string]any{"x5c": []string{}}), `jwk: x5c: want at least one certificate`},
		{parsed("RSA", map[string]any{"x5c": make([]string, 20)}), `jwk: x5c: not a certificate`},
		{parsed("RSA", map[string]any{"x5c": []string{"!"}}), `jwk: x5c: not base64`},
		{parsed("RSA", map[string]any{"x5c": []string{"AAAA"}}), `jwk: x5c: not a certificate`},
		{parsed("RSA", map[string]any{"x5c": []string{certificate(t, "P-256")}}), `jwk: x5c: the first certificate is for another key (RFC 7517 section 4.7)`},
		{parsed("RSA", map[string]any{"kty": nil}), `jwk: kty is absent`},
		{parsed("RSA", map[string]any{"kty": "XX"}), `jwk: unknown kty "XX", want RSA, EC, OKP, AKP or oct`},
		{parsed("RSA", map[string]any{"kty": nil, "pem": publicPEM(t, "RSA")}), `jwk: kty is absent; a PEM key is in pem, which ParsePEM reads`},
		{errortest.Of(jwk.Parse([]byte(`{"keys":[]}`))), `jwk: got a JWK Set, want one JWK; ParseSet reads sets`},
		{errortest.Of(jwk.Parse([]byte(`[]`))), `jwk: not a JWK: not a JSON object; it is an array, want {"keys":[…]} around it`},
		{errortest.Of(jwk.Parse([]byte(`{"kty":"oct"`))), `jwk: not a JWK: want ',' or '}' after a value`},
		{errortest.Of(jwk.Parse(make([]byte, 1<<20))), `jwk: got a JWK of 1048576 bytes, want at most 65536`},
		{errortest.Of(jwk.Generate("ECDH-ES")), `jwk: ECDH-ES is for encryption: make a key with ecdh.P256().GenerateKey, rsa.GenerateKey or crypto/rand, and give it to New`},
		{errortest.Of(jwk.Generate("XX")), `jwk: cannot generate a key for "XX", want a signature algorithm of package jwt`},
	})
}

func TestErrorsOfUsesSayWhatIsWanted(t *testing.T) {
	rsaKey, ecKey, secret := newKey(t, "RSA", "", ""), newKey(t, "P-256", "", ""), newKey(t, "oct", "", "")
	sign := func(k *jwk.Key, alg jwt.Algorithm) error { return errortest.Of(k.SignerFor(alg)) }
	with := func(k *jwk.Key, alg jwt.Algorithm, keyID string) error { return errortest.Of(k.With(alg, keyID)) }
	encrypts, err := jwk.Parse(changed(t, "RSA", map[string]any{"use": "enc"}))
	require.NoError(t, err)
	errortest.Texts(t, []errortest.Row{
		{sign(nil, jwt.RS256), `jwk: the key is nil or zero, want one from Parse, ParsePEM, New or Generate`},
		{sign(rsaKey.Public(), jwt.RS256), `jwk: got a public key, want a private one to sign`},
		{sign(rsaKey, jwt.ES256), `jwk: ES256 key: got *rsa.PublicKey, want *ecdsa.PublicKey, in the public part of *rsa.PrivateKey`},
		{sign(ecKey, jwt.ES384), `jwk: ES384 key: got the curve P-256, want P-384, in the public part of *ecdsa.PrivateKey`},
		{sign(secret, ""), `jwk: a key of oct without alg has no usual algorithm, want one named with SignerFor or VerifierFor`},
		{sign(secret, jwt.RS256), `jwk: RS256 takes no secret, want HS256, HS384 or HS512; NewSigner and NewVerifier take its keys`},
		{sign(encrypts, jwt.RS256), `jwk: use or key_ops do not permit to sign`},
		{sign(rsaKey, "RSA-OAEP-256"), `jwk: RSA-OAEP-256 is for encryption, want a signature algorithm`},
		{sign(newKey(t, "RSA", jwt.RS256, ""), jwt.RS384), `jwk: the key is for RS256, not for "RS384"`},
		{errortest.Of(encrypts.Verifier()), `jwk: use or key_ops do not permit to verify`},
		{errortest.Of(secret.VerifierFor(jwt.RS256)), `jwk: RS256 takes no secret, want HS256, HS384 or HS512; NewSigner and NewVerifier take its keys`},
		{with(nil, "", ""), `jwk: the key is nil or zero, want one from Parse, ParsePEM, New or Generate`},
		{with(rsaKey, "", "\xff"), `jwk: key ID: not valid UTF-8`},
		{with(newKey(t, "RSA", jwt.RS256, ""), jwt.RS384, ""), `jwk: the key is for RS256, not for "RS384"`},
		{with(encrypts, jwt.RS256, ""), `jwk: the use of the key is "enc", and "RS256" is of use "sig"`},
		{with(rsaKey, jwt.ES256, ""), `jwk: alg: ES256 key: got *rsa.PublicKey, want *ecdsa.PublicKey`},
		{errortest.Of(secret.MarshalJSON()), `jwk: a symmetric key has no public part; MarshalPrivateJSON writes the secret`},
		{errortest.Of(rsaKey.Public().MarshalPrivateJSON()), `jwk: got a public key, want a private or symmetric one; MarshalJSON writes public keys`},
		{errortest.Of(secret.MarshalPublicPEM()), `jwk: a symmetric key has no public part`},
		{errortest.Of(secret.MarshalPrivatePEM()), `jwk: PEM: got a symmetric key, want a private key`},
		{errortest.Of(rsaKey.Public().MarshalPrivatePEM()), `jwk: PEM: got a RSA public key, want a private key`},
		{errortest.Of((*jwk.Key)(nil).MarshalJSON()), `jwk: the key is nil or zero, want one from Parse, ParsePEM, New or Generate`},
	})
}

func TestErrorsOfSetsSayWhatIsWanted(t *testing.T) {
	set := func(text string) error { return errortest.Of(jwk.ParseSet([]byte(text))) }
	entry := func(data any) error {
		s, err := jwk.ParseSet(setOf(string(marshal(t, data))))
		require.NoError(t, err)
		require.Len(t, s.Skipped(), 1)
		return s.Skipped()[0].Err
	}
	certificates := func(text string) error { return errortest.Of(jwk.ParseCertificates([]byte(text))) }
	noted := func(changes map[string]any) error {
		s, err := jwk.ParseSet(setOf(public(t, "RSA", changes)))
		require.NoError(t, err)
		require.Len(t, s.Noted(), 1, changes)
		return errors.New(s.Noted()[0].Member + ": " + s.Noted()[0].Detail)
	}
	n := decoded(t, "RSA", "n")
	secrets := mustSet(t, newKey(t, "oct", "", ""))
	keys := mustSet(t, newKey(t, "P-256", "", ""))
	errortest.Texts(t, []errortest.Row{
		{set(""), `jwk: not a JWK Set: not a JSON object`},
		{set("\ufeff{"), `jwk: not a JWK Set: not JSON at byte 1`},
		{set("[]"), `jwk: not a JWK Set: not a JSON object; it is an array, want {"keys":[…]} around it`},
		{set(`"{\"keys\":[]}"`), `jwk: not a JWK Set: not a JSON object; it is JSON in quotes or escaped, want it as it is`},
		{set(`<html>`), `jwk: not a JWK Set: not a JSON object; it is HTML or XML`},
		{set(`eyJ`), `jwk: not a JWK Set: not a JSON object; it is a token or a base64 text`},
		{set("\xff\xfe{\x00"), `jwk: not a JWK Set: not a JSON object; it is UTF-16, want UTF-8`},
		{set("ssh-rsa AAAA"), `jwk: not a JWK Set: not a JSON object; it is an SSH key, which the package jwk/openssh reads`},
		{set("-----BEGIN PUBLIC KEY-----"), `jwk: not a JWK Set: not a JSON object; it is a PEM file, which ParsePEM reads`},
		{set(`{"kty":"RSA"}`), `jwk: not a JWK Set: keys is absent; it is one JWK, which Parse reads`},
		{set(`{"jwks_uri":"https://login.example/keys"}`), `jwk: not a JWK Set: keys is absent; it is the metadata of an issuer, whose jwks_uri is where its keys are`},
		{set(`{"a":"-----BEGIN CERTIFICATE-----"}`), `jwk: not a JWK Set: keys is absent; it is a map of key IDs to PEM certificates, which ParseCertificates reads`},
		{set(`{"a":{"keys":[]}}`), `jwk: not a JWK Set: keys is absent; it is below another name, want it at the top`},
		{set(`{"a":1}`), `jwk: not a JWK Set: keys is absent; Parse reads one JWK`},
		{set(`{"keys":1}`), `jwk: not a JWK Set: keys: got a number, want an array`},
		{set(`{"keys":null}`), `jwk: not a JWK Set: keys: got null, want an array`},
		{set(`{"keys":"a"}`), `jwk: not a JWK Set: keys: got a string, want an array`},
		{set(`{"keys":true}`), `jwk: not a JWK Set: keys: got a boolean, want an array`},
		{set(`{"keys":{}}`), `jwk: not a JWK Set: keys: got an object, want an array`},
		{set(`{"keys":[],"keys":[]}`), `jwk: not a JWK Set: duplicate name "keys"`},
		{set(`{"keys":[}`), `jwk: not a JWK Set: not JSON at byte 9`},
		{set(`{"keys":[]}{}`), `jwk: not a JWK Set: data after the JSON object`},
		{set(strings.Repeat(" ", 16<<20) + `{"keys":[]}`), `jwk: got a JWK Set of 16777227 bytes, want at most 16777216`},
		{errortest.Of(jwk.ParsePrivateSet([]byte("\ufeff" + `{"keys":[]}`))), `jwk: not a JWK Set: not a JSON object; there is a byte order mark before it`},
		{entry(1), `jwk: not a JWK: not a JSON object`},
		{entry(json.RawMessage(changed(t, "oct", nil))), `jwk: a symmetric key among public keys; ParsePrivateSet reads secrets of your own`},
		{entry(json.RawMessage(changed(t, "RSA", nil))), `jwk: a private key among public keys; ParsePrivateSet reads private keys of your own`},
		{entry(json.RawMessage(`{"kty":"XX"}`)), `jwk: unknown kty "XX", want RSA, EC, OKP, AKP or oct`},
		{noted(map[string]any{"x5t": 1}), `x5t: got a number, want a string; passed over`},
		{noted(map[string]any{"x5c": 1}), `x5c: want an array of strings; passed over`},
		{noted(map[string]any{"key_ops": []string{"verify", "verify"}}), `key_ops: "verify" is there twice; read once`},
		{noted(map[string]any{"n": base64.StdEncoding.EncodeToString(n)}), `n: base64 with padding, spaces or the letters of RFC 4648 section 4; read`},
		{noted(map[string]any{"n": base64.RawURLEncoding.EncodeToString(append([]byte{0}, n...))}), `n: leading zero octets (RFC 7518 section 2); read without them`},
		{certificates("[]"), `jwk: not a map of key IDs to PEM certificates: not a JSON object`},
		{certificates("{}"), `jwk: not a map of key IDs to PEM certificates: no PEM text in it; ParseSet reads JWK Sets`},
		{certificates(strings.Repeat(" ", 16<<20) + "{}"), `jwk: got certificates of 16777218 bytes, want at most 16777216`},
		{errortest.Of(keys.WithRSA("ES256")), `jwk: got "ES256" for RSA keys, want one of the RS and PS algorithms`},
		{errortest.Of(keys.AllowUse("")), `jwk: got use "", want one for signatures`},
		{errortest.Of(keys.AllowUse("enc")), `jwk: got use "enc", want one for signatures`},
		{errortest.Of(secrets.MarshalJSON()), `jwk: key 0 is symmetric, and no key to publish`},
		{errortest.Of((*jwk.Set)(nil).MarshalJSON()), `jwk: the set is nil or zero, want one from ParseSet or NewSet`},
	})
	assert.Equal(t, "JWK Set, keys: 1, left out: 0", keys.String())
	assert.Equal(t, "no JWK Set", (*jwk.Set)(nil).String())
}

func TestErrorsOfKeyFilesSayWhatIsWanted(t *testing.T) {
	of := func(text string) error { return errortest.Of(jwk.ParsePEM([]byte(text))) }
	zeros := base64.StdEncoding.EncodeToString(make([]byte, 32))
	errortest.Texts(t, []errortest.Row{
		{of(""), `jwk: PEM: no PEM block found: the file is empty`},
		{of("{}"), `jwk: PEM: no PEM block found: it is JSON; Parse reads a JWK, ParseSet a JWK Set`},
		{of("ssh-rsa AAAA"), `jwk: PEM: no PEM block found: it is an OpenSSH public key, which the package jwk/openssh reads`},
		{of("ecdsa-sha2-nistp256 AAAA"), `jwk: PEM: no PEM block found: it is an OpenSSH public key, which the package jwk/openssh reads`},
		{of("sk-ssh-ed25519@openssh.com AAAA"), `jwk: PEM: no PEM block found: it is an OpenSSH public key of security hardware, which is not supported`},
		{of("---- BEGIN SSH2 PUBLIC KEY ----"), `jwk: PEM: no PEM block found: it is an SSH2 public key; convert it: ssh-keygen -i -f key.pub, and the package jwk/openssh reads it`},
		{of("PuTTY-User-Key-File-3: ssh-rsa"), `jwk: PEM: no PEM block found: it is a PuTTY key; convert it: puttygen key.ppk -O private-openssh -o key, and the package jwk/openssh reads it`},
		{of("\xFE\xED\xFE\xED"), `jwk: PEM: no PEM block found: it is a Java key store; convert it: keytool -importkeystore -srckeystore store.jks -destkeystore store.p12 -deststoretype PKCS12, then openssl pkcs12 -in store.p12 -nodes -nocerts -out key.pem`},
		{of("\xCE\xCE\xCE\xCE"), `jwk: PEM: no PEM block found: it is a Java key store; convert it: keytool -importkeystore -srckeystore store.jks -destkeystore store.p12 -deststoretype PKCS12, then openssl pkcs12 -in store.p12 -nodes -nocerts -out key.pem`},
		{of("0\x80"), `jwk: PEM: no PEM block found: it is BER, maybe of PKCS #12 or PKCS #7; convert it: openssl pkcs12 -in file.p12 -nodes -nocerts -out key.pem`},
		{of("eyJ"), `jwk: PEM: no PEM block found: it is a token, or JSON in base64`},
		{of("<RSAKeyValue>"), `jwk: PEM: no PEM block found: it is an RSAKeyValue in XML, as .NET writes it; there, ExportPkcs8PrivateKeyPem and ExportSubjectPublicKeyInfoPem write PEM files`},
		{of("<html>"), `jwk: PEM: no PEM block found: it is HTML or XML`},
		{of("/etc/key.pem"), `jwk: PEM: no PEM block found: it is the name of a file, want what is in it`},
		{of("./key.pem"), `jwk: PEM: no PEM block found: it is the name of a file, want what is in it`},
		{of("file:key.pem"), `jwk: PEM: no PEM block found: it is the name of a file, want what is in it`},
		{of("text"), `jwk: PEM: no PEM block found, nor DER or base64 of it; Parse reads a JWK`},
		{of(zeros), `jwk: PEM: no PEM block found: it is base64 of 32 bytes, maybe a key without its kind; New takes an ed25519.PublicKey, or an ed25519.PrivateKey of NewKeyFromSeed`},
		{of("-----BEGIN PUBLIC KEY-----"), `jwk: PEM: a PEM block is malformed`},
		{of(block("PUBLIC KEY", []byte("text"))), `jwk: PEM: "PUBLIC KEY": not a key of a kind that is supported: RSA, P-256, P-384, P-521, Ed25519 or X25519`},
		{of(block("ENCRYPTED PRIVATE KEY", nil)), `jwk: PEM: "ENCRYPTED PRIVATE KEY": the key is encrypted; decrypt it first: openssl pkey -in encrypted.pem -out key.pem`},
		{of(block("OPENSSH PRIVATE KEY", nil)), `jwk: PEM: "OPENSSH PRIVATE KEY": is read by the package jwk/openssh`},
		{of(block("PGP MESSAGE", nil)), `jwk: PEM: "PGP MESSAGE": a key of OpenPGP, which is not supported`},
		{of(block("DH PARAMETERS", nil)), `jwk: PEM: "DH PARAMETERS": is no key that is read here, want PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY, PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE`},
		{of(block("PRIVATE KEY", derOf(publicPEM(t, "P-256")))), `jwk: PEM: "PRIVATE KEY": holds a public key, want the private one that the label promises`},
		{of(block("PUBLIC KEY", derOf(privatePEM(t, "P-256")))), `jwk: PEM: "PUBLIC KEY": holds a private key; if it has been published as the label says, it is compromised`},
		{of(publicPEM(t, "P-256") + publicPEM(t, "P-384")), `jwk: PEM: got 2 PEM blocks, beginning with "PUBLIC KEY" and "PUBLIC KEY", want one key`},
	})
}

func TestErrorsOfKeyRingsSayWhatIsWanted(t *testing.T) {
	ctx, down := t.Context(), errors.New("down")
	load := func(keys ...string) error { return newRing(new(ringClock)).Load(setOf(keys...)) }
	entry := func(kind string, changes map[string]any) string {
		all := map[string]any{"kid": "a", "published_at": "2026-11-26T08:00:00Z", "signs_from": "2026-11-26T08:00:00Z"}
		for name, value := range changes {
			all[name] = value
		}
		return string(changed(t, kind, all))
	}
	rotate := func(change func(r *jwk.KeyRing)) error {
		r := newRing(new(ringClock))
		change(r)
		return r.Rotate(ctx)
	}
	errortest.Texts(t, []errortest.Row{
		{(*jwk.KeyRing)(nil).Rotate(ctx), `jwk: KeyRing is nil`},
		{rotate(func(r *jwk.KeyRing) { r.PublishAhead = -1 }), `jwk: KeyRing has a negative duration`},
		{rotate(func(r *jwk.KeyRing) { r.Algorithm = "" }), `jwk: KeyRing.Algorithm is empty, want that of the keys to make`},
		{rotate(func(r *jwk.KeyRing) { r.Algorithm = "dir" }), `jwk: dir is for encryption: make a key with ecdh.P256().GenerateKey, rsa.GenerateKey or crypto/rand, and give it to New`},
		{rotate(func(r *jwk.KeyRing) { r.Algorithm = jwt.HS256 }), `jwk: KeyRing: want a private key with a kid, and no secret, which cannot be published`},
		{rotate(func(r *jwk.KeyRing) { r.Store = func(context.Context, []byte) error { return down } }), `jwk: KeyRing: storing the keys: down`},
		{errortest.Of(newRing(new(ringClock)).Signer(ctx)), `jwk: KeyRing has no key, want Load or Rotate to be called first, or RotateEvery`},
		{newRing(new(ringClock)).Withdraw(ctx, "a"), `jwk: KeyRing: no key of this key ID to withdraw`},
		{load(), `jwk: got a key ring of 0 keys, want 1 to 100`},
		{load(strings.TrimSuffix(strings.Repeat(entry("Ed25519", nil)+",", 1001), ",")), `jwk: got a key ring of 1001 keys, want 1 to 100`},
		{load(entry("Ed25519", map[string]any{"x": "AA"})), `jwk: x: got 1 bytes, want 32 (entry 0 of the key ring)`},
		{load(entry("Ed25519", map[string]any{"signs_from": "today"})), `jwk: published_at or signs_from is no date (entry 0 of the key ring)`},
		{load(entry("Ed25519", map[string]any{"kid": nil})), `jwk: KeyRing: want a private key with a kid, and no secret, which cannot be published (entry 0 of the key ring)`},
		{load(entry("Ed25519", map[string]any{"use": "enc"})), `jwk: use or key_ops do not permit to sign (entry 0 of the key ring)`},
		{load(entry("oct", nil)), `jwk: KeyRing: want a private key with a kid, and no secret, which cannot be published (entry 0 of the key ring)`},
		{load(entry("Ed25519", nil), entry("Ed25519", nil)), `jwk: two keys of one kid (entry 1 of the key ring)`},
	})
}

// Which algorithms for encryption a key of each kind may name; numbers are those of a
// secret's bytes.
func TestAlgorithmsForEncryptionTakeTheirKindOfKey(t *testing.T) {
	fipstest.SkipEnforced(t)
	keys := map[string]any{}
	for _, kind := range []string{"RSA", "P-256", "P-384", "P-521", "X25519", "Ed25519"} {
		keys[kind] = material()[kind]
	}
	secret := material()["oct"].([]byte)
	for _, size := range []int{16, 24, 32, 48, 64} {
		keys[fmt.Sprint(size)] = secret[:size]
	}
	const curves = "P-256 P-384 P-521 X25519"
	for alg, want := range map[jwt.Algorithm]string{
		"RSA-OAEP": "RSA", "RSA-OAEP-256": "RSA", "RSA-OAEP-384": "RSA", "RSA-OAEP-512": "RSA",
		"ECDH-ES": curves, "ECDH-ES+A128KW": curves, "ECDH-ES+A192KW": curves, "ECDH-ES+A256KW": curves,
		"A128KW": "16", "A192KW": "24", "A256KW": "32", "A128GCMKW": "16", "A192GCMKW": "24", "A256GCMKW": "32",
		"dir": "16 24 32 48 64", "A128GCM": "16", "A192GCM": "24", "A256GCM": "32",
		"A128CBC-HS256": "32", "A192CBC-HS384": "48", "A256CBC-HS512": "64", "RSA1_5": "", "A128CBC": "",
	} {
		var takes []string
		for _, kind := range slices.Sorted(maps.Keys(keys)) {
			if k, err := jwk.New(alg, keys[kind], ""); err == nil {
				takes = append(takes, kind)
				assert.Equal(t, "enc", k.Use(), alg)
			}
		}
		assert.Equal(t, want, strings.Join(takes, " "), alg)
	}
	for _, alg := range []jwt.Algorithm{"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256", "A128KW", "A256KW", "dir"} {
		assert.ErrorContains(t, errortest.Of(jwk.Generate(alg)), string(alg)+" is for encryption: ")
	}
	set := mustSet(t, newKey(t, "P-256", "", ""))
	for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512} {
		_, err := set.WithRSA(alg)
		assert.NoError(t, err, alg)
	}
}

// Keys that are not taken are named.
func TestKeysThatAreNotSupportedAreNamed(t *testing.T) {
	public := func(id algorithmID) error {
		der := marshalASN1(t, struct {
			Algorithm algorithmID
			Key       asn1.BitString
		}{id, asn1.BitString{Bytes: make([]byte, 64), BitLength: 512}})
		return errortest.Of(jwk.ParsePEM([]byte(block("PUBLIC KEY", der))))
	}
	const want = ", which is not supported, want RSA, P-256, P-384, P-521, Ed25519 or X25519"
	for name, oid := range map[string]asn1.ObjectIdentifier{
		"secp256k1": {1, 3, 132, 0, 10}, "P-224": {1, 3, 132, 0, 33}, "P-192": {1, 2, 840, 10045, 3, 1, 1},
		"brainpoolP256r1": {1, 3, 36, 3, 3, 2, 8, 1, 1, 7}, "brainpoolP384r1": {1, 3, 36, 3, 3, 2, 8, 1, 1, 11}, "brainpoolP512r1": {1, 3, 36, 3, 3, 2, 8, 1, 1, 13},
	} {
		curve := asn1.RawValue{FullBytes: marshalASN1(t, oid)}
		assert.EqualError(t, public(algorithmID{asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, curve}), `jwk: PEM: "PUBLIC KEY": a key of `+name+want)
	}
	for name, oid := range map[string]asn1.ObjectIdentifier{
		"Ed448": {1, 3, 101, 113}, "X448": {1, 3, 101, 111}, "DSA": {1, 2, 840, 10040, 4, 1},
		"Diffie-Hellman": {1, 2, 840, 113549, 1, 3, 1}, "RSAES-OAEP": {1, 2, 840, 113549, 1, 1, 7},
	} {
		assert.EqualError(t, public(algorithmID{OID: oid}), `jwk: PEM: "PUBLIC KEY": a key of `+name+want)
	}
}
