package jwe_test

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

const notDecrypted = "jwe: token cannot be decrypted"

func TestEveryChangeOfATokenIsRefused(t *testing.T) {
	signer, signed := sender(t)
	for _, p := range allPairs(t, "b-2026") {
		token, err := jwe.SignAndEncrypt(t.Context(), signer, p.encrypt, claims())
		require.NoError(t, err)
		policy := &jwe.Policy{Keys: []jwe.Decrypter{p.decrypt}, Signed: signed}
		t.Run(p.name, func(t *testing.T) {
			places := 512
			if _, shared := p.decrypt.(*jwe.SharedKey); !shared {
				places = 24 // each is an operation with a private key
			}
			mangle(t, token, places, func(token string) error {
				_, err := policy.Verify(t.Context(), token)
				return err
			})
		})
	}
}

func TestAnotherKeyDecryptsNothing(t *testing.T) {
	mine, others := allPairs(t, ""), allPairs(t, "")
	otherRSA, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for i, p := range mine {
		other := others[i].decrypt
		switch alg := p.encrypt.Algorithm(); alg {
		case jwe.RSAOAEP256:
			other, err = jwe.NewDecrypter(alg, p.encrypt.Encryption(), otherRSA, "")
			require.NoError(t, err)
		case jwe.ECDHES, jwe.ECDHESA128KW, jwe.ECDHESA256KW:
			crv := p.name[strings.LastIndex(p.name, " ")+1:]
			key, err := ecdhCurves[crv].GenerateKey(rand.Reader)
			require.NoError(t, err)
			other, err = jwe.NewDecrypter(alg, p.encrypt.Encryption(), key, "")
			require.NoError(t, err)
		}
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), other, token)
		assert.EqualError(t, err, notDecrypted, p.name)
	}
}

func TestKeysAreTriedWithTheirOwnAlgorithmAndEncryptionOnly(t *testing.T) {
	pairs := allPairs(t, "")
	for _, p := range pairs {
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		for _, other := range pairs {
			if other.encrypt.Algorithm() == p.encrypt.Algorithm() && other.encrypt.Encryption() == p.encrypt.Encryption() {
				continue
			}
			_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), other.decrypt, token)
			assert.ErrorIs(t, err, jwt.ErrUnknownKey, "%s with the key for %s", p.name, other.name)
		}
	}
}

// One secret has the right size for several algorithms and encryptions; what a
// token says it was used for is not believed.
func TestOneSecretForTwoUsesIsNotConfused(t *testing.T) {
	secret := randomBytes(32)
	for _, row := range []struct {
		alg, tokenAlg jwe.Algorithm
		enc, tokenEnc jwe.Encryption
	}{
		{jwe.A256KW, jwe.Dir, jwe.A256GCM, jwe.A256GCM},
		{jwe.Dir, jwe.A256KW, jwe.A256GCM, jwe.A256GCM},
		{jwe.Dir, jwe.Dir, jwe.A256GCM, jwe.A128CBCHS256},
		{jwe.Dir, jwe.Dir, jwe.A128CBCHS256, jwe.A256GCM},
	} {
		sending, err := jwe.NewSharedKey(row.tokenAlg, row.tokenEnc, secret, "")
		require.NoError(t, err)
		key, err := jwe.NewSharedKey(row.alg, row.enc, secret, "")
		require.NoError(t, err)
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), sending, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, token)
		assert.ErrorIs(t, err, jwt.ErrUnknownKey)
	}
}

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

func TestTokensHaveFiveParts(t *testing.T) {
	secret := randomBytes(16)
	key, err := jwe.NewSharedKey(jwe.Dir, jwe.A128GCM, secret, "")
	require.NoError(t, err)
	good := craft{header: `{"alg":"dir","enc":"A128GCM"}`, enc: jwe.A128GCM, cek: secret, plaintext: "secret"}.token()
	signer, _ := sender(t)
	signed, err := jwt.Sign(t.Context(), signer, claims())
	require.NoError(t, err)
	const five = "jwt: malformed token: want five parts separated by four dots"
	const three = "jwt: malformed token: three parts: a signed token, want an encrypted one of five"
	parts := strings.Split(good, ".")
	for _, row := range []struct{ name, token, want string }{
		{"five", good, ""},
		{"none", "", five},
		{"one", parts[0], five},
		{"two", parts[0] + "." + parts[3], five},
		{"a signed token", signed, three},
		{"four: without the encrypted key", parts[0] + "." + strings.Join(parts[2:], "."), five},
		{"six: with an empty one behind", good + ".", five},
		{"six: with an empty one before", "." + good, five},
		{"six", good + "." + parts[4], five},
		{"nothing but dots", "....", "jwt: malformed token: header: not a JSON object"},
		{"very many dots", strings.Repeat(".", 65536), five},
		{"JSON serialization", `{"protected":"` + parts[0] + `","iv":"` + parts[2] + `","ciphertext":"` + parts[3] + `","tag":"` + parts[4] + `"}`, five},
		{"a signed token's header", b64([]byte(`{"alg":"HS256"}`)) + "....", "jwt: malformed token: enc: is absent: the token is not an encrypted one"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), key, row.token)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, row.want)
			require.ErrorIs(t, err, jwt.ErrMalformed)
		})
	}
}

// Every part has one spelling, in a token that is genuine in any other way.
func TestEveryPartIsStrictBase64URL(t *testing.T) {
	for _, enc := range encryptions {
		key := sharedKey(t, jwe.A128KW, enc, "a key ID so long that the header ends in a letter with spare bits")
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		for i, name := range []string{"header", "encrypted key", "initialization vector", "ciphertext", "tag"} {
			for _, change := range []func(part string) string{
				func(part string) string { return part + "=" },
				func(part string) string { return part + "==" },
				func(part string) string { return part + "\n" },
				func(part string) string { return "\r" + part },
				func(part string) string { return part[:2] + "\n" + part[2:] },
				func(part string) string { return part + " " },
				func(part string) string { return "+" + part[1:] },
				func(part string) string { return "/" + part[1:] },
				func(part string) string { return part + "A"[:len(part)%4&1^1] + "*" },
			} {
				parts := strings.Split(token, ".")
				parts[i] = change(parts[i])
				_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, strings.Join(parts, "."))
				assert.EqualError(t, err, "jwt: malformed token: "+name+": not base64url without padding", "%s %q", enc, parts[i])
			}
		}
	}
}

// Where the vector, the ciphertext and the tag end is the token's word; the sizes
// are the encryption's.
func TestPartsHaveTheSizeOfTheirEncryption(t *testing.T) {
	for _, enc := range encryptions {
		secret := randomBytes(contentKeySize[enc])
		key, err := jwe.NewSharedKey(jwe.Dir, enc, secret, "")
		require.NoError(t, err)
		header := `{"alg":"dir","enc":"` + string(enc) + `"}`
		c := craft{header: header, enc: enc, cek: secret, plaintext: strings.Repeat("secret!!", 8)}
		decrypt := func(header string, rest ...[]byte) error {
			token := header
			for _, part := range rest {
				token += "." + b64(part)
			}
			_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
			return err
		}
		parts := c.parts()
		iv, ciphertext, tag := unb64(parts[2]), unb64(parts[3]), unb64(parts[4])
		require.NoError(t, decrypt(parts[0], nil, iv, ciphertext, tag))
		refused := func(name string, encryptedKey, iv, ciphertext, tag []byte) {
			t.Helper()
			assert.EqualError(t, decrypt(parts[0], encryptedKey, iv, ciphertext, tag), notDecrypted, "%s: %s", enc, name)
		}
		for n := range len(tag) {
			refused(fmt.Sprint("a tag of ", n), nil, iv, ciphertext, tag[:n])
		}
		refused("a longer tag", nil, iv, ciphertext, append(tag[:len(tag):len(tag)], 0))
		refused("a tag twice", nil, iv, ciphertext, append(tag[:len(tag):len(tag)], tag...))
		for n := range len(iv) {
			refused(fmt.Sprint("a vector of ", n), nil, iv[:n], ciphertext, tag)
			refused(fmt.Sprint("the ciphertext begins in the vector at ", n), nil, iv[:n], append(iv[n:len(iv):len(iv)], ciphertext...), tag)
			refused(fmt.Sprint("the vector ends in the ciphertext at ", n), nil, append(iv[:len(iv):len(iv)], ciphertext[:n+1]...), ciphertext[n+1:], tag)
		}
		for n := 1; n < len(tag); n++ {
			refused(fmt.Sprint("the ciphertext ends in the tag at ", n), nil, iv, append(ciphertext[:len(ciphertext):len(ciphertext)], tag[:n]...), tag[n:])
			refused(fmt.Sprint("the tag begins in the ciphertext at ", n), nil, iv, ciphertext[:len(ciphertext)-n], append(ciphertext[len(ciphertext)-n:], tag...))
		}
		refused("no ciphertext", nil, iv, nil, tag)
		refused("a block less", nil, iv, ciphertext[:len(ciphertext)-16], tag)
		refused("an encrypted key where there is none", []byte{0}, iv, ciphertext, tag)
		refused("the secret as the encrypted key", secret, iv, ciphertext, tag)
	}
}

// With the right tag, so that the size is all that is wrong.
func TestCBCContentIsWholeBlocksWithRightPadding(t *testing.T) {
	pad := func(s string) []byte { return []byte(s) }
	for _, enc := range []jwe.Encryption{jwe.A128CBCHS256, jwe.A256CBCHS512} {
		secret := randomBytes(contentKeySize[enc])
		key, err := jwe.NewSharedKey(jwe.Dir, enc, secret, "")
		require.NoError(t, err)
		header := `{"alg":"dir","enc":"` + string(enc) + `"}`
		for _, row := range []struct {
			name      string
			plaintext string
			padding   []byte
			ok        bool
		}{
			{"one byte", "123456789012345", pad("\x01"), true},
			{"a whole block", "1234567890123456", pad(strings.Repeat("\x10", 16)), true},
			{"zero", "123456789012345", pad("\x00"), false},
			{"more than a block", "123456789012345", pad("\x11"), false},
			{"a block and a byte", "123456789012345", pad(strings.Repeat("\x11", 17)), false},
			{"more than there is", "123456789012345", pad("\xff"), false},
			{"bytes that differ", "1234567890123", pad("\x03\x02\x03"), false},
			{"the first byte differs", "1234567890123", pad("\x01\x03\x03"), false},
		} {
			token := craft{header: header, enc: enc, cek: secret, plaintext: row.plaintext, padding: row.padding}.token()
			_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
			if row.ok {
				require.NoError(t, err, row.name)
				assert.Equal(t, row.plaintext, string(plaintext))
				continue
			}
			assert.EqualError(t, err, notDecrypted, "%s: %s", enc, row.name)
		}
		for _, size := range []int{0, 1, 15, 17, 31, 33} {
			head, iv, ciphertext := b64([]byte(header)), randomBytes(16), randomBytes(size)
			tag := cbcTag(secret[:len(secret)/2], []byte(head), iv, ciphertext)
			_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), key, strings.Join([]string{head, "", b64(iv), b64(ciphertext), b64(tag)}, "."))
			assert.EqualError(t, err, notDecrypted, "%s: %d bytes", enc, size)
		}
	}
}

// A holder of the public key may encrypt anything as the content encryption key.
func TestOAEPIsReadStrictly(t *testing.T) {
	key := rsaKey()
	decrypter, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, key, "")
	require.NoError(t, err)
	legacy, err := jwe.NewDecrypter(jwe.LegacyRSAOAEP, jwe.A128GCM, key, "")
	require.NoError(t, err)
	cek := randomBytes(16)
	oaep256 := func(cek []byte, label string) []byte {
		b, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, &key.PublicKey, cek, []byte(label))
		require.NoError(t, err)
		return b
	}
	oaep1, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &key.PublicKey, cek, nil)
	require.NoError(t, err)
	mixed, err := rsa.EncryptOAEPWithOptions(rand.Reader, &key.PublicKey, cek, &rsa.OAEPOptions{Hash: 5, MGFHash: 3})
	require.NoError(t, err)
	//lint:ignore SA1019 an attacker may send it
	pkcs1, err := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, cek)
	require.NoError(t, err)
	good := oaep256(cek, "")
	plusN := new(big.Int).Add(new(big.Int).SetBytes(good), key.N).Bytes()
	for _, row := range []struct {
		name         string
		key          jwe.Decrypter
		alg          string
		encryptedKey []byte
		cek          []byte
		ok           bool
	}{
		{"as it should be", decrypter, "RSA-OAEP-256", good, cek, true},
		{"SHA-1 by its own name", legacy, "RSA-OAEP", oaep1, cek, true},
		{"SHA-1 under the other name", decrypter, "RSA-OAEP-256", oaep1, cek, false},
		{"SHA-256 under the name of SHA-1", legacy, "RSA-OAEP", good, cek, false},
		{"SHA-256 with SHA-1 inside", decrypter, "RSA-OAEP-256", mixed, cek, false},
		{"a label", decrypter, "RSA-OAEP-256", oaep256(cek, "x"), cek, false},
		{"PKCS #1 v1.5", decrypter, "RSA-OAEP-256", pkcs1, cek, false},
		{"nothing", decrypter, "RSA-OAEP-256", nil, cek, false},
		{"zero", decrypter, "RSA-OAEP-256", make([]byte, 256), cek, false},
		{"a zero before it", decrypter, "RSA-OAEP-256", append([]byte{0}, good...), cek, false},
		{"a byte less", decrypter, "RSA-OAEP-256", good[:255], cek, false},
		{"the modulus", decrypter, "RSA-OAEP-256", key.N.Bytes(), cek, false},
		{"the modulus added", decrypter, "RSA-OAEP-256", plusN, cek, false},
		{"the key itself", decrypter, "RSA-OAEP-256", cek, cek, false},
		{"a key of another size", decrypter, "RSA-OAEP-256", oaep256(append(cek, cek...), ""), append(cek, cek...), false},
		{"an empty key", decrypter, "RSA-OAEP-256", oaep256(nil, ""), make([]byte, 16), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := craft{header: `{"alg":"` + row.alg + `","enc":"A128GCM"}`, encryptedKey: row.encryptedKey, enc: jwe.A128GCM, cek: row.cek, plaintext: "secret"}.token()
			_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), row.key, token)
			if row.ok {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, notDecrypted)
		})
	}
}

// An RSA ciphertext with a zero in front is another spelling of a shorter one.
func TestOAEPCiphertextsHaveOneLength(t *testing.T) {
	key := rsaKey()
	decrypter, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, key, "")
	require.NoError(t, err)
	cek := randomBytes(16)
	var encrypted []byte
	for encrypted == nil || encrypted[0] != 0 {
		encrypted, err = rsa.EncryptOAEP(sha256.New(), rand.Reader, &key.PublicKey, cek, nil)
		require.NoError(t, err)
	}
	for _, row := range []struct {
		encryptedKey []byte
		want         string
	}{{encrypted, ""}, {encrypted[1:], notDecrypted}} {
		token := craft{header: `{"alg":"RSA-OAEP-256","enc":"A128GCM"}`, encryptedKey: row.encryptedKey, enc: jwe.A128GCM, cek: cek, plaintext: "secret"}.token()
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), decrypter, token)
		if row.want == "" {
			require.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, row.want)
	}
}

// The tokens of this test are encrypted with the key that the ephemeral key comes
// to, or that it would come to if it were not refused.
func TestEphemeralKeys(t *testing.T) {
	static := map[string]*ecdh.PrivateKey{}
	for crv := range ecdhCurves {
		static[crv] = ecdhKey(crv)
	}
	ec := func(crv, x, y string) string {
		return `{"kty":"EC","crv":"` + crv + `","x":"` + x + `","y":"` + y + `"}`
	}
	okp := func(x []byte) string { return `{"kty":"OKP","crv":"X25519","x":"` + b64(x) + `"}` }
	coordinates := func(crv string) (x, y string) {
		key, err := ecdhCurves[crv].GenerateKey(rand.Reader)
		require.NoError(t, err)
		point := key.PublicKey().Bytes()
		if crv == "X25519" {
			return b64(point), ""
		}
		return b64(point[1 : 1+len(point)/2]), b64(point[1+len(point)/2:])
	}
	x, y := coordinates("P-256")
	x384, y384 := coordinates("P-384")
	u, _ := coordinates("X25519")
	p256 := elliptic.P256().Params().P
	shifted := append(unb64(x), unb64(y)...) // the same 64 bytes, cut elsewhere
	offCurve := unb64(y)
	offCurve[31] ^= 1
	type row struct{ name, crv, epk, want string }
	rows := []row{
		{"a string", "P-256", `"` + x + `"`, "epk: got a string, want an object"},
		{"null", "P-256", `null`, "epk: got null, want an object"},
		{"an array", "P-256", `[` + ec("P-256", x, y) + `]`, "epk: got an array, want an object"},
		{"empty", "P-256", `{}`, `epk: got kty "", crv "", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"the wrong kty", "P-256", strings.Replace(ec("P-256", x, y), "EC", "OKP", 1), `epk: got kty "OKP", crv "P-256", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"kty in another case", "P-256", strings.Replace(ec("P-256", x, y), "EC", "ec", 1), `epk: got kty "ec", crv "P-256", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"a curve that is not served", "P-256", ec("secp256k1", x, y), `epk: got kty "EC", crv "secp256k1", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"X448", "X25519", `{"kty":"OKP","crv":"X448","x":"` + u + `"}`, `epk: got kty "OKP", crv "X448", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"an Ed25519 key", "X25519", `{"kty":"OKP","crv":"Ed25519","x":"` + u + `"}`, `epk: got kty "OKP", crv "Ed25519", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"crv is no string", "P-256", `{"kty":"EC","crv":1,"x":"` + x + `","y":"` + y + `"}`, "epk: crv: got a number, want a string"},
		{"x is no string", "P-256", `{"kty":"EC","crv":"P-256","x":[],"y":"` + y + `"}`, "epk: x: got an array, want a string"},
		{"no x", "P-256", `{"kty":"EC","crv":"P-256","y":"` + y + `"}`, "epk: coordinate of the wrong size for P-256"},
		{"no y", "P-256", `{"kty":"EC","crv":"P-256","x":"` + x + `"}`, "epk: coordinate of the wrong size for P-256"},
		{"a compressed point", "P-256", ec("P-256", b64(append([]byte{2}, unb64(x)...)), ""), "epk: coordinate of the wrong size for P-256"},
		{"padding", "P-256", ec("P-256", x+"=", y), "epk: coordinate: not base64url without padding"},
		{"the other base64", "P-256", ec("P-256", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xff", 32))), y), "epk: coordinate: not base64url without padding"},
		{"a zero in front", "P-256", ec("P-256", b64(append([]byte{0}, unb64(x)...)), y), "epk: coordinate of the wrong size for P-256"},
		{"cut elsewhere", "P-256", ec("P-256", b64(shifted[:31]), b64(shifted[31:])), "epk: coordinate of the wrong size for P-256"},
		{"a point that is not on the curve", "P-256", ec("P-256", x, b64(offCurve)), "epk: no point on the curve P-256"},
		{"zero", "P-256", ec("P-256", b64(make([]byte, 32)), b64(make([]byte, 32))), "epk: no point on the curve P-256"},
		{"a coordinate not below the prime", "P-256", ec("P-256", b64(p256.Bytes()), y), "epk: no point on the curve P-256"},
		{"the coordinates of another curve", "P-256", ec("P-256", x384, y384), "epk: coordinate of the wrong size for P-256"},
		{"X25519 of 31 bytes", "X25519", okp(unb64(u)[:31]), "epk: coordinate of the wrong size for X25519"},
		{"X25519 of 33 bytes", "X25519", okp(append(unb64(u), 0)), "epk: coordinate of the wrong size for X25519"},
		{"a private X25519 key", "X25519", strings.Replace(okp(unb64(u)), "}", `,"d":"AA"}`, 1), "epk: holds a private key"},
		{"a name twice", "P-256", strings.Replace(ec("P-256", x, y), "}", `,"x":"`+x+`"}`, 1), `header: duplicate name "x"`},
		{"another curve than the key's", "P-256", ec("P-384", x384, y384), "decrypt"},
		{"an X25519 key for P-256", "P-256", okp(unb64(u)), "decrypt"},
		{"a P-256 key for X25519", "X25519", ec("P-256", x, y), "decrypt"},
	}
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		rows = append(rows, row{"a private key's " + name, "P-256", strings.Replace(ec("P-256", x, y), "}", `,"`+name+`":1}`, 1), "epk: holds a private key"})
	}
	for i, point := range smallOrderPoints() {
		rows = append(rows, row{fmt.Sprint("X25519 point of small order ", i), "X25519", okp(point), "decrypt"})
	}
	for _, alg := range agreeAlgorithms {
		for _, row := range rows {
			t.Run(string(alg)+"/"+row.name, func(t *testing.T) {
				key, err := jwe.NewDecrypter(alg, jwe.A128GCM, static[row.crv], "")
				require.NoError(t, err)
				// What X25519 comes to with a point of small order is known to all.
				zero := agreedKey(make([]byte, 32), "A128GCM")
				token := craft{header: `{"alg":"` + string(alg) + `","enc":"A128GCM","epk":` + row.epk + `}`, enc: jwe.A128GCM, cek: zero, plaintext: "secret"}.token()
				_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, token)
				if row.want == "decrypt" {
					assert.EqualError(t, err, notDecrypted)
					return
				}
				assert.EqualError(t, err, "jwt: malformed token: "+row.want)
			})
		}
	}
}

// agreedKey is the Concat KDF for one round, with no party information.
func agreedKey(secret []byte, enc string) []byte {
	h := sha256.New()
	h.Write([]byte{0, 0, 0, 1})
	h.Write(secret)
	h.Write(append([]byte{0, 0, 0, byte(len(enc))}, enc...))
	h.Write([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128})
	return h.Sum(nil)[:16]
}

// smallOrderPoints are the u of the points of order 1, 2, 4 and 8 on Curve25519 and
// its twist, and their spellings that are not reduced: 0, 1, -1, the two of order 8.
func smallOrderPoints() (points [][]byte) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	order8, _ := new(big.Int).SetString("325606250916557431795983626356110631294008115727848805560023387167927233504", 10)
	order8b, _ := new(big.Int).SetString("39382357235489614581723060781553021112529911719440698176882885853963445705823", 10)
	for _, u := range []*big.Int{
		big.NewInt(0), big.NewInt(1), new(big.Int).Sub(p, big.NewInt(1)), order8, order8b,
		p, new(big.Int).Add(p, big.NewInt(1)),
	} {
		point := u.FillBytes(make([]byte, 32))
		for i, j := 0, 31; i < j; i, j = i+1, j-1 {
			point[i], point[j] = point[j], point[i]
		}
		high := append([]byte(nil), point...)
		high[31] |= 0x80 // a bit that is ignored
		points = append(points, point, high)
	}
	return points
}

func TestEphemeralKeyMustBeThere(t *testing.T) {
	for _, alg := range agreeAlgorithms {
		key, err := jwe.NewDecrypter(alg, jwe.A128GCM, ecdhKey("P-256"), "")
		require.NoError(t, err)
		token := craft{header: `{"alg":"` + string(alg) + `","enc":"A128GCM"}`, enc: jwe.A128GCM, cek: randomBytes(16)}.token()
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, token)
		assert.EqualError(t, err, "jwt: malformed token: epk: got nothing, want an object")
	}
}

func TestPartyInformationIsReadStrictly(t *testing.T) {
	p := newPair(t, jwe.ECDHES, jwe.A128GCM, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), "")
	token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, nil)
	require.NoError(t, err)
	header := string(unb64(strings.Split(token, ".")[0]))
	for _, row := range []struct{ member, want string }{
		{`"apu":1`, "apu: got a number, want a string"},
		{`"apv":null`, "apv: got null, want a string"},
		{`"apu":"QQ=="`, "apu: not base64url without padding"},
		{`"apv":"QR"`, "apv: not base64url without padding"},
		{`"apv":"Q\n"`, "apv: not base64url without padding"},
	} {
		token := craft{header: strings.TrimSuffix(header, "}") + "," + row.member + "}", enc: jwe.A128GCM, cek: randomBytes(16)}.token()
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, token)
		assert.EqualError(t, err, "jwt: malformed token: "+row.want)
	}
}

// With its encrypted key left empty, so that the content is encrypted with what is
// agreed on.
func TestAnAgreedKeyComesWithoutAnEncryptedKey(t *testing.T) {
	p := newPair(t, jwe.ECDHES, jwe.A128GCM, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), "")
	token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("secret"))
	require.NoError(t, err)
	_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, strings.Replace(token, "..", ".AA.", 1))
	assert.EqualError(t, err, notDecrypted)
}

func TestTheContentOfANestedTokenIsASignedOne(t *testing.T) {
	signer, signed := sender(t)
	secret := randomBytes(16)
	key, err := jwe.NewSharedKey(jwe.Dir, jwe.A128GCM, secret, "")
	require.NoError(t, err)
	inner, err := jwt.Sign(t.Context(), signer, claims())
	require.NoError(t, err)
	other, err := jwt.NewHMAC(jwt.HS256, randomBytes(32), "sender")
	require.NoError(t, err)
	forged, err := jwt.Sign(t.Context(), other, claims())
	require.NoError(t, err)
	nested, err := jwe.Encrypt(t.Context(), key, inner)
	require.NoError(t, err)
	payload := string(unb64(strings.Split(inner, ".")[1]))
	const notSigned = "jwt: malformed token: the content is not a signed token, want three parts separated by two dots"
	header := func(members string) string { return `{"alg":"dir","enc":"A128GCM"` + members + `}` }
	for _, row := range []struct{ name, header, content, want string }{
		{"a signed token", header(`,"cty":"JWT"`), inner, ""},
		{"cty in lower case", header(`,"cty":"jwt"`), inner, ""},
		{"cty in its long form", header(`,"cty":"application/jwt"`), inner, ""},
		{"cty in its long form, in upper case", header(`,"cty":"APPLICATION/JWT"`), inner, ""},
		{"with a typ", header(`,"cty":"JWT","typ":"JWT"`), inner, ""},
		{"with a typ in its long form", header(`,"cty":"JWT","typ":"application/jwt"`), inner, ""},
		{"another typ", header(`,"cty":"JWT","typ":"at+jwt"`), inner, `jwt: malformed token: typ: got "at+jwt", want "JWT"`},
		{"no cty", header(``), inner, `jwt: malformed token: cty: got nothing, want "JWT"`},
		{"another cty", header(`,"cty":"JWE"`), inner, `jwt: malformed token: cty: got "JWE", want "JWT"`},
		{"a cty with a space", header(`,"cty":"JWT "`), inner, `jwt: malformed token: cty: got "JWT ", want "JWT"`},
		{"a cty with a parameter", header(`,"cty":"application/jwt;a=b/c"`), inner, `jwt: malformed token: cty: got "application/jwt;a=b/c", want "JWT"`},
		{"a forged signature", header(`,"cty":"JWT"`), forged, "jwt: signature not valid"},
		{"claims", header(`,"cty":"JWT"`), `{"sub":"alice"}`, notSigned},
		{"claims with two dots", header(`,"cty":"JWT"`), payload, "jwt: malformed token: header: not base64url without padding"},
		{"claims with dots together", header(`,"cty":"JWT"`), `{"a..b":1}`, notSigned},
		{"an encrypted token", header(`,"cty":"JWT"`), nested, notSigned},
		{"a token without a signature", header(`,"cty":"JWT"`), b64([]byte(`{"alg":"none"}`)) + "." + b64([]byte(payload)) + ".", notSigned},
		{"none with a signature", header(`,"cty":"JWT"`), b64([]byte(`{"alg":"none"}`)) + "." + b64([]byte(payload)) + ".AA", `jwt: malformed token: alg: "none" is never accepted`},
		{"two parts", header(`,"cty":"JWT"`), "a.b", notSigned},
		{"four parts", header(`,"cty":"JWT"`), inner + ".x", notSigned},
		{"no header", header(`,"cty":"JWT"`), ".b.c", notSigned},
		{"no payload", header(`,"cty":"JWT"`), "a..c", notSigned},
		{"nothing", header(`,"cty":"JWT"`), "", notSigned},
		{"white space behind", header(`,"cty":"JWT"`), inner + "\n", "jwt: malformed token: signature: not base64url without padding; it begins or ends with a space or a line break"},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := craft{header: row.header, enc: jwe.A128GCM, cek: secret, plaintext: row.content}.token()
			got, err := (&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}).Verify(t.Context(), token)
			if row.want == "" {
				require.NoError(t, err)
				assert.Equal(t, "alice", got.Claims.Subject)
				return
			}
			require.EqualError(t, err, row.want)
			assert.Nil(t, got)
			var refusal *jwt.VerifyError
			assert.ErrorAs(t, err, &refusal)
		})
	}
}

// Not even a policy that would take claims without a signature gets any.
func TestSignedIsGivenNothingButSignedTokens(t *testing.T) {
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	unsigned, err := jwe.EncryptUnsigned(t.Context(), key, claims())
	require.NoError(t, err)
	_, rules := sender(t)
	rules.Keys = nil
	inside := &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: rules}
	_, err = inside.Verify(t.Context(), unsigned)
	require.NoError(t, err)
	token, err := jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{ContentType: "JWT"}, []byte(unsigned))
	require.NoError(t, err)
	_, err = (&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: inside}).Verify(t.Context(), token)
	assert.EqualError(t, err, "jwt: malformed token: the content is not a signed token, want three parts separated by two dots")
}

func TestTokensOfOneKindAreRefusedWhereAnotherIsWanted(t *testing.T) {
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	inner, err := jwt.Sign(t.Context(), signer, claims())
	require.NoError(t, err)
	nested, err := jwe.Encrypt(t.Context(), key, inner)
	require.NoError(t, err)
	unsigned, err := jwe.EncryptUnsigned(t.Context(), key, claims())
	require.NoError(t, err)
	_, rules := sender(t)
	rules.Keys = nil
	nestedPolicy := &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}
	unsignedPolicy := &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: rules}
	for _, row := range []struct {
		name   string
		policy interface {
			Verify(ctx context.Context, token string) (*jwt.Token, error)
		}
		token string
		ok    bool
	}{
		{"a signed one to jwt.Policy", signed, inner, true},
		{"a nested one to jwe.Policy", nestedPolicy, nested, true},
		{"an unsigned one to jwe.UnsignedPolicy", unsignedPolicy, unsigned, true},
		{"a nested one to jwt.Policy", signed, nested, false},
		{"an unsigned one to jwt.Policy", signed, unsigned, false},
		{"a signed one to jwe.Policy", nestedPolicy, inner, false},
		{"an unsigned one to jwe.Policy", nestedPolicy, unsigned, false},
		{"a signed one to jwe.UnsignedPolicy", unsignedPolicy, inner, false},
		{"a nested one to jwe.UnsignedPolicy", unsignedPolicy, nested, false},
	} {
		got, err := row.policy.Verify(t.Context(), row.token)
		if row.ok {
			require.NoError(t, err, row.name)
			continue
		}
		assert.ErrorIs(t, err, jwt.ErrMalformed, row.name)
		assert.Nil(t, got, row.name)
	}
}

func TestClaimsWithoutASignatureAreCheckedAllTheSame(t *testing.T) {
	secret := randomBytes(16)
	key, err := jwe.NewSharedKey(jwe.Dir, jwe.A128GCM, secret, "")
	require.NoError(t, err)
	header := `{"alg":"dir","enc":"A128GCM"}`
	const good = `{"iss":"https://a.example","aud":"https://b.example","exp":9999999999,"sub":"alice"}`
	for _, row := range []struct {
		name, header, content string
		want                  error
	}{
		{"good", header, good, nil},
		{"with a typ", `{"alg":"dir","enc":"A128GCM","typ":"JWT"}`, good, nil},
		{"another typ", `{"alg":"dir","enc":"A128GCM","typ":"at+jwt"}`, good, jwt.ErrClaim},
		{"another issuer", header, strings.Replace(good, "https://a", "https://c", 1), jwt.ErrClaim},
		{"another audience", header, strings.Replace(good, "https://b", "https://c", 1), jwt.ErrClaim},
		{"expired", header, strings.Replace(good, "9999999999", "1", 1), jwt.ErrExpired},
		{"without an end", header, strings.Replace(good, `"exp":9999999999,`, "", 1), jwt.ErrClaim},
		{"no object", header, `[]`, jwt.ErrClaim},
		{"a name twice", header, strings.Replace(good, "{", `{"iss":"https://a.example",`, 1), jwt.ErrClaim},
		{"nothing", header, ``, jwt.ErrClaim},
		{"no JSON", header, "\xff", jwt.ErrClaim},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := craft{header: row.header, enc: jwe.A128GCM, cek: secret, plaintext: row.content}.token()
			_, rules := sender(t)
			rules.Keys = nil
			got, err := (&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: rules}).Verify(t.Context(), token)
			if row.want == nil {
				require.NoError(t, err)
				assert.Equal(t, row.content, string(got.Payload()))
				return
			}
			assert.ErrorIs(t, err, row.want)
			assert.Nil(t, got)
		})
	}
}

func TestSizesAreLimited(t *testing.T) {
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	token, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	unsigned, err := jwe.EncryptUnsigned(t.Context(), key, claims())
	require.NoError(t, err)
	policy := func(size int) error {
		_, err := (&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed, MaxSize: size}).Verify(t.Context(), token)
		return err
	}
	unsignedPolicy := func(size int) error {
		_, rules := sender(t)
		rules.Keys, rules.MaxSize = nil, size
		_, err := (&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: rules}).Verify(t.Context(), unsigned)
		return err
	}
	assert.NoError(t, policy(len(token)))
	assert.EqualError(t, policy(len(token)-1), fmt.Sprintf("jwt: malformed token: %d bytes, want at most %d", len(token), len(token)-1))
	assert.NoError(t, unsignedPolicy(len(unsigned)))
	assert.EqualError(t, unsignedPolicy(len(unsigned)-1), fmt.Sprintf("jwt: malformed token: %d bytes, want at most %d", len(unsigned), len(unsigned)-1))

	for _, row := range []struct {
		size int
		want string
	}{{65535, ""}, {65536, ""}, {65537, "jwt: malformed token: 65537 bytes, want at most 65536"}} {
		dir := sharedKey(t, jwe.Dir, jwe.A128GCM, strings.Repeat("k", row.size%3))
		one, err := jwe.InsecureEncryptUnsigned(t.Context(), dir, jwe.Header{}, nil)
		require.NoError(t, err)
		room := row.size - len(one)
		if room%4 == 1 { // no content has this size
			row.size, room = row.size-1, room-1
			row.want = ""
		}
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), dir, jwe.Header{}, make([]byte, room*3/4))
		require.NoError(t, err)
		require.Len(t, token, row.size)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), dir, token)
		if row.want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, row.want)
	}
	parts := strings.Split(token, ".")
	parts[1] = b64(make([]byte, 4098))
	_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, strings.Join(parts, "."))
	assert.EqualError(t, err, "jwt: malformed token: encrypted key: 4098 bytes, want at most 4096")
	parts[1] = b64(make([]byte, 4095))
	_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, strings.Join(parts, "."))
	assert.EqualError(t, err, notDecrypted)
}

func TestHostileTokensCostAboutTheirOwnSize(t *testing.T) {
	signer, signed := sender(t)
	pairs := map[string]pair{
		"dir":  {"", sharedKey(t, jwe.Dir, jwe.A128CBCHS256, ""), nil},
		"ecdh": newPair(t, jwe.ECDHES, jwe.A256GCM, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), ""),
	}
	ecdhToken, err := jwe.SignAndEncrypt(t.Context(), signer, pairs["ecdh"].encrypt, claims())
	require.NoError(t, err)
	epk := strings.Split(ecdhToken, ".")[0]
	long := strings.Repeat("A", 65000)
	header := b64([]byte(`{"alg":"dir","enc":"A128CBC-HS256"}`))
	for name, token := range map[string]string{
		"dots":                  strings.Repeat(".", 65536),
		"one part":              long,
		"a long header":         long + "....",
		"a long encrypted key":  header + "." + long + "...",
		"a long vector":         header + ".." + long + "..",
		"a long ciphertext":     header + ".." + long[:22] + "." + long + "." + long[:22],
		"a long tag":            header + "...." + long,
		"a long agreed content": epk + ".." + long[:16] + "." + long[:64000] + "." + long[:22],
		"members":               b64([]byte(`{`+strings.Repeat(`"a":1,`, 1000)+`"b":1}`)) + "....",
		"brackets":              b64([]byte(`{"a":`+strings.Repeat(`[`, 10000))) + "....",
	} {
		policy := &jwe.Policy{Keys: []jwe.Decrypter{pairs["dir"].encrypt.(jwe.Decrypter), pairs["ecdh"].decrypt}, Signed: signed}
		_, err := policy.Verify(t.Context(), token)
		var refusal *jwt.VerifyError
		require.ErrorAs(t, err, &refusal, name)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		policy.Verify(t.Context(), token)
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4*len(token)+16<<10), name)
	}
}

func TestKeysOfTheWrongKindAreRefusedWhenMade(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	broken := *rsaKey()
	broken.D = new(big.Int).Add(broken.D, big.NewInt(2))
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	ec1, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ec2, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	//lint:ignore SA1019 a key that nobody should make
	mixed := &ecdsa.PrivateKey{PublicKey: ec1.PublicKey, D: ec2.D}
	//lint:ignore SA1019 a key that nobody should make
	offCurve := &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}
	zeroPoint, err := ecdh.X25519().NewPublicKey(make([]byte, 32))
	require.NoError(t, err)
	public := func(key any, alg jwe.Algorithm) error {
		k, err := jwe.NewEncrypter(alg, jwe.A128GCM, key, "")
		assert.Nil(t, k)
		return err
	}
	private := func(key any, alg jwe.Algorithm) error {
		k, err := jwe.NewDecrypter(alg, jwe.A128GCM, key, "")
		assert.Nil(t, k)
		return err
	}
	for _, row := range []struct {
		name string
		make func(key any, alg jwe.Algorithm) error
		alg  jwe.Algorithm
		key  any
		want string
	}{
		{"nil", public, jwe.RSAOAEP256, nil, "jwe: RSA-OAEP-256 key: got nil, want *rsa.PublicKey"},
		{"nil", private, jwe.RSAOAEP256, nil, "jwe: RSA-OAEP-256 key: got nil, want *rsa.PrivateKey or another crypto.Decrypter"},
		{"nil", public, jwe.ECDHES, nil, "jwe: ECDH-ES key: got nil, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"nil", private, jwe.ECDHES, nil, "jwe: ECDH-ES key: got nil, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"a nil pointer", public, jwe.RSAOAEP256, (*rsa.PublicKey)(nil), "jwe: RSA-OAEP-256 key: got nil, want *rsa.PublicKey"},
		{"a nil pointer", private, jwe.RSAOAEP256, (*rsa.PrivateKey)(nil), "jwe: RSA-OAEP-256 key: got nil, want *rsa.PrivateKey or another crypto.Decrypter"},
		{"a nil pointer", public, jwe.ECDHES, (*ecdh.PublicKey)(nil), "jwe: ECDH-ES key: got nil, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"a nil pointer", private, jwe.ECDHES, (*ecdh.PrivateKey)(nil), "jwe: ECDH-ES key: got nil, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"a nil pointer", public, jwe.ECDHES, (*ecdsa.PublicKey)(nil), "jwe: ECDH-ES key: got nil, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"a nil pointer", private, jwe.ECDHES, (*ecdsa.PrivateKey)(nil), "jwe: ECDH-ES key: got nil, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"zero", public, jwe.RSAOAEP256, &rsa.PublicKey{}, "jwe: RSA-OAEP-256 key: got an RSA modulus of 0 bits, want 2048 to 8192"},
		{"zero", private, jwe.RSAOAEP256, &rsa.PrivateKey{}, "jwe: RSA-OAEP-256 key: got an RSA modulus of 0 bits, want 2048 to 8192"},
		{"zero", public, jwe.ECDHES, &ecdh.PublicKey{}, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"zero", private, jwe.ECDHES, &ecdh.PrivateKey{}, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"zero", public, jwe.ECDHES, &ecdsa.PublicKey{}, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"zero", private, jwe.ECDHES, &ecdsa.PrivateKey{}, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"half filled", public, jwe.ECDHES, &ecdsa.PublicKey{Curve: elliptic.P256()}, "jwe: ECDH-ES key: got one that is not complete"},
		{"half filled", private, jwe.ECDHES, &ecdsa.PrivateKey{PublicKey: ec1.PublicKey}, "jwe: ECDH-ES key: got one that is not complete"},
		{"half filled", private, jwe.RSAOAEP256, &rsa.PrivateKey{PublicKey: rsaKey().PublicKey}, "jwe: RSA-OAEP-256 key: crypto/rsa: …"},
		{"too small", public, jwe.RSAOAEP256, &small.PublicKey, "jwe: RSA-OAEP-256 key: got an RSA modulus of 1024 bits, want 2048 to 8192"},
		{"too small", private, jwe.RSAOAEP256, small, "jwe: RSA-OAEP-256 key: got an RSA modulus of 1024 bits, want 2048 to 8192"},
		{"too small", private, jwe.LegacyRSAOAEP, small, "jwe: RSA-OAEP key: got an RSA modulus of 1024 bits, want 2048 to 8192"},
		{"an exponent of one", public, jwe.RSAOAEP256, &rsa.PublicKey{N: rsaKey().N, E: 1}, "jwe: RSA-OAEP-256 key: got the RSA exponent 1, want an odd one from 3 to 2^31-1"},
		{"parts that do not belong together", private, jwe.RSAOAEP256, &broken, "jwe: RSA-OAEP-256 key: crypto/rsa: …"},
		{"parts that do not belong together", private, jwe.ECDHES, mixed, "jwe: ECDH-ES key: private and public part do not belong together"},
		{"a curve that is not served", public, jwe.ECDHES, &p224.PublicKey, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"a curve that is not served", private, jwe.ECDHES, p224, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"no point on the curve", public, jwe.ECDHES, offCurve, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519"},
		{"a point of small order", public, jwe.ECDHES, zeroPoint, "jwe: ECDH-ES key: got a point of small order, want one of large order"},
		{"an RSA key to agree with", public, jwe.ECDHES, &rsaKey().PublicKey, "jwe: ECDH-ES key: got *rsa.PublicKey, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"an RSA key to agree with", private, jwe.ECDHES, rsaKey(), "jwe: ECDH-ES key: got *rsa.PrivateKey, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"an EC key for RSA", public, jwe.RSAOAEP256, &ec1.PublicKey, "jwe: RSA-OAEP-256 key: got *ecdsa.PublicKey, want *rsa.PublicKey"},
		{"an EC key for RSA", private, jwe.RSAOAEP256, ec1, "jwe: RSA-OAEP-256 key: got *ecdsa.PrivateKey, want *rsa.PrivateKey or another crypto.Decrypter"},
		{"a private key to encrypt with", public, jwe.RSAOAEP256, rsaKey(), "jwe: RSA-OAEP-256 key: got *rsa.PrivateKey, want *rsa.PublicKey; it is a private key, whose Public method returns the public one"},
		{"a private key to encrypt with", public, jwe.ECDHES, ecdhKey("P-256"), "jwe: ECDH-ES key: got *ecdh.PrivateKey, want *ecdh.PublicKey or *ecdsa.PublicKey"},
		{"a public key to decrypt with", private, jwe.ECDHES, ecdhKey("P-256").PublicKey(), "jwe: ECDH-ES key: got *ecdh.PublicKey, want *ecdh.PrivateKey, *ecdsa.PrivateKey or another ecdh.KeyExchanger"},
		{"SHA-1 to encrypt with", public, jwe.LegacyRSAOAEP, &rsaKey().PublicKey, "jwe: RSA-OAEP key: serves to read only, want RSA-OAEP-256 to encrypt"},
		{"a secret", public, jwe.A128KW, []byte("0123456789abcdef"), "jwe: A128KW key: got []uint8, want a secret given to NewSharedKey"},
		{"a secret", private, jwe.Dir, []byte("0123456789abcdef"), "jwe: dir key: got []uint8, want a secret given to NewSharedKey"},
		{"hollow", private, jwe.RSAOAEP256, contextRSA{}, "jwe: RSA-OAEP-256 key: got nil, want *rsa.PublicKey"},
		{"hollow", private, jwe.RSAOAEP256, struct{ crypto.Decrypter }{}, "jwe: RSA-OAEP-256 key: got one that is not complete"},
		{"hollow", private, jwe.ECDHES, struct{ ecdh.KeyExchanger }{}, "jwe: ECDH-ES key: got one that is not complete"},
		{"no algorithm", public, "", &rsaKey().PublicKey, `jwe: unknown algorithm "", want one of the package's constants`},
		{"an unknown algorithm", private, "RSA1_5", rsaKey(), `jwe: unknown algorithm "RSA1_5", want one of the package's constants`},
	} {
		err := row.make(row.key, row.alg)
		if want, cut := strings.CutSuffix(row.want, "…"); cut { // the rest is the standard library's
			assert.ErrorContains(t, err, want, "%s for %s", row.name, row.alg)
			continue
		}
		assert.EqualError(t, err, row.want, "%s for %s", row.name, row.alg)
	}
}

func TestSecretsHaveExactlyTheRightSize(t *testing.T) {
	for _, alg := range sharedAlgorithms {
		for _, enc := range encryptions {
			size := secretSize(alg, enc)
			for _, n := range []int{0, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65} {
				key, err := jwe.NewSharedKey(alg, enc, make([]byte, n), "")
				if n == size {
					assert.NoError(t, err)
					continue
				}
				assert.Nil(t, key)
				assert.EqualError(t, err, fmt.Sprintf("jwe: %s key for %s: got a secret of %d bytes, want %d", alg, enc, n, size))
			}
		}
	}
	_, err := jwe.NewSharedKey(jwe.ECDHES, jwe.A128GCM, make([]byte, 16), "")
	assert.EqualError(t, err, "jwe: ECDH-ES takes no secret, want dir, A128KW or A256KW; NewEncrypter and NewDecrypter take its keys")
	_, err = jwe.NewSharedKey("A192KW", jwe.A128GCM, make([]byte, 24), "")
	assert.EqualError(t, err, `jwe: unknown algorithm "A192KW", want one of the package's constants`)
	_, err = jwe.NewSharedKey(jwe.Dir, "A192GCM", make([]byte, 24), "")
	assert.EqualError(t, err, `jwe: unknown content encryption "A192GCM", want one of the package's constants`)
	_, err = jwe.NewSharedKey(jwe.A128KW, jwe.A128GCM, make([]byte, 16), "\xff")
	assert.ErrorContains(t, err, "jwe: key ID: ")
}
