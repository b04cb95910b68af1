package jwe_test

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

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
	for size, want := range map[int]string{
		4095: notDecrypted, 4096: notDecrypted,
		4097: "jwt: malformed token: encrypted key: 4097 bytes, want at most 4096",
		4098: "jwt: malformed token: encrypted key: 4098 bytes, want at most 4096",
	} {
		parts[1] = b64(make([]byte, size))
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, strings.Join(parts, "."))
		assert.EqualError(t, err, want)
	}
}

func TestHostileTokensCostAboutTheirOwnSize(t *testing.T) {
	signer, signed := sender(t)
	dir := sharedKey(t, jwe.Dir, jwe.A128CBCHS256, "")
	ecdh := newPair(t, jwe.ECDHES, jwe.A256GCM, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), "")
	ecdhToken, err := jwe.SignAndEncrypt(t.Context(), signer, ecdh.encrypt, claims())
	require.NoError(t, err)
	epk := strings.Split(ecdhToken, ".")[0]
	header := b64([]byte(`{"alg":"dir","enc":"A128CBC-HS256"}`))
	policy := &jwe.Policy{Keys: []jwe.Decrypter{dir, ecdh.decrypt}, Signed: signed, MaxSize: 1 << 20}
	for name, token := range map[string]func(n int) string{
		"dots":                 func(n int) string { return strings.Repeat(".", n) },
		"one part":             func(n int) string { return strings.Repeat("A", n) },
		"a long header":        func(n int) string { return strings.Repeat("A", n) + "...." },
		"a long encrypted key": func(n int) string { return header + "." + strings.Repeat("A", n) + "..." },
		"a long vector":        func(n int) string { return header + ".." + strings.Repeat("A", n) + ".." },
		"a long ciphertext": func(n int) string {
			return header + ".." + strings.Repeat("A", 22) + "." + strings.Repeat("A", n) + "." + strings.Repeat("A", 22)
		},
		"a long tag": func(n int) string { return header + "...." + strings.Repeat("A", n) },
		"a long agreed content": func(n int) string {
			return epk + ".." + strings.Repeat("A", 16) + "." + strings.Repeat("A", n) + "." + strings.Repeat("A", 22)
		},
		"members":  func(n int) string { return b64([]byte(`{`+strings.Repeat(`"a":1,`, n/60)+`"b":1}`)) + "...." },
		"brackets": func(n int) string { return b64([]byte(`{"a":`+strings.Repeat(`[`, n/8))) + "...." },
		"a long epk": func(n int) string {
			return b64([]byte(`{"alg":"ECDH-ES","enc":"A256GCM","epk":{"kty":"EC","crv":"P-256","x":"`+strings.Repeat("A", n/8)+`","y":""}}`)) + "...."
		},
		"a long apu": func(n int) string {
			return b64([]byte(`{"alg":"ECDH-ES","enc":"A256GCM","apu":"`+strings.Repeat("A", n/8)+`"}`)) + "...."
		},
		"an epk of many members": func(n int) string {
			return b64([]byte(`{"alg":"ECDH-ES","enc":"A256GCM","epk":{`+strings.Repeat(`"d":1,`, n/60)+`"kty":"EC"}}`)) + "...."
		},
	} {
		cost := func(n int) uint64 {
			hostile := token(n)
			least := uint64(math.MaxUint64)
			for range 20 { // others take some memory, too, and the race detector drops buffers at random
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err := policy.Verify(t.Context(), hostile)
				runtime.ReadMemStats(&after)
				var refusal *jwt.VerifyError
				require.ErrorAs(t, err, &refusal, name)
				least = min(least, after.TotalAlloc-before.TotalAlloc)
			}
			return least
		}
		one, two := cost(64000), cost(128000)
		assert.Less(t, one, uint64(4*64000+16<<10), name)
		one = max(one, 64000) // it may have found a buffer that was used before
		assert.LessOrEqual(t, two, 2*one+4096, name)
	}
}
