package jwe_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/fips140"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"strings"

	"github.com/seed-b1f8f58c/jwt/jwe"
)

// craft is what an attacker has who knows the content encryption key: a second,
// plain implementation of the content encryptions that encrypts under any header
// and does not mind what is in it.
type craft struct {
	header       string // JSON
	encryptedKey []byte
	enc          jwe.Encryption
	cek          []byte
	plaintext    string
	padding      []byte // of CBC; nil: as it should be
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func (c craft) parts() []string {
	header := b64([]byte(c.header))
	var iv, ciphertext, tag []byte
	switch c.enc {
	case jwe.A128GCM, jwe.A256GCM:
		iv = randomBytes(12)
		var sealed []byte
		fips140.WithoutEnforcement(func() { // an encrypter's IV is not for its caller to choose
			block, err := aes.NewCipher(c.cek)
			if err != nil {
				panic(err)
			}
			gcm, err := cipher.NewGCM(block)
			if err != nil {
				panic(err)
			}
			sealed = gcm.Seal(nil, iv, []byte(c.plaintext), []byte(header))
		})
		ciphertext, tag = sealed[:len(c.plaintext)], sealed[len(c.plaintext):]
	default:
		half := len(c.cek) / 2
		iv = randomBytes(16)
		ciphertext = c.cbc(c.cek[half:], iv)
		tag = cbcTag(c.cek[:half], []byte(header), iv, ciphertext)
	}
	return []string{header, b64(c.encryptedKey), b64(iv), b64(ciphertext), b64(tag)}
}

func (c craft) token() string { return strings.Join(c.parts(), ".") }

func (c craft) cbc(key, iv []byte) []byte {
	padding := c.padding
	if padding == nil {
		n := 16 - len(c.plaintext)%16
		padding = []byte(strings.Repeat(string(rune(n)), n))
	}
	content := append([]byte(c.plaintext), padding...)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(content, content)
	return content
}

func cbcTag(macKey, header, iv, ciphertext []byte) []byte {
	h := map[int]func() hash.Hash{16: sha256.New, 32: sha512.New}[len(macKey)]
	mac := hmac.New(h, macKey)
	mac.Write(header)
	mac.Write(iv)
	mac.Write(ciphertext)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(header))*8))
	return mac.Sum(nil)[:len(macKey)]
}
