package jwe

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
	"sync"
)

// contentFacts is what there is to know about a content encryption.
type contentFacts struct {
	keySize, ivSize, tagSize int                                   // bytes
	cipher                   func(key []byte) (cipher.AEAD, error) // for a key of keySize
}

// contents is the one table of content encryptions; it is never changed. Their
// ciphers make an initialization vector for each message: Seal returns the
// vector, the ciphertext and the tag in one piece, and Open takes them so.
var contents = map[Encryption]contentFacts{
	A128GCM:      {16, 12, 16, newGCM},
	A256GCM:      {32, 12, 16, newGCM},
	A128CBCHS256: {32, aes.BlockSize, 16, func(key []byte) (cipher.AEAD, error) { return newCBC(key, sha256.New) }},
	A256CBCHS512: {64, aes.BlockSize, 32, func(key []byte) (cipher.AEAD, error) { return newCBC(key, sha512.New) }},
}

func contentOf(enc Encryption) (contentFacts, error) {
	f, ok := contents[enc]
	if !ok {
		return contentFacts{}, fmt.Errorf("jwe: unknown content encryption %q, want one of the package's constants", string(enc))
	}
	return f, nil
}

// newKey returns a random content encryption key.
func (f contentFacts) newKey() []byte {
	key := make([]byte, f.keySize)
	rand.Read(key)
	return key
}

// newGCM returns AES-GCM (RFC 7518 section 5.3).
func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// cbc is AES-CBC with an HMAC over everything, checked before anything is
// decrypted (RFC 7518 section 5.2). It is a cipher.AEAD that takes no nonce.
type cbc struct {
	block   cipher.Block
	tagSize int
	macs    sync.Pool // of hash.Hash with the key in it, used for one token after another
}

// newCBC takes the MAC key from the first half of key, and the AES key from the
// second.
func newCBC(key []byte, hash func() hash.Hash) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[len(key)/2:])
	if err != nil {
		return nil, err
	}
	macKey := key[:len(key)/2]
	return &cbc{block: block, tagSize: len(macKey), macs: sync.Pool{New: func() any { return hmac.New(hash, macKey) }}}, nil
}

func (c *cbc) NonceSize() int { return 0 }
func (c *cbc) Overhead() int  { return aes.BlockSize + aes.BlockSize + c.tagSize }

// Seal appends a new initialization vector, the padded and encrypted plaintext
// (RFC 5652 section 6.3), and the tag.
func (c *cbc) Seal(dst, _, plaintext, header []byte) []byte {
	start := len(dst)
	dst = slices.Grow(dst, len(plaintext)+c.Overhead())[:start+aes.BlockSize]
	rand.Read(dst[start:])
	dst = append(dst, plaintext...)
	padding := aes.BlockSize - len(plaintext)%aes.BlockSize
	for range padding {
		dst = append(dst, byte(padding))
	}
	iv, content := dst[start:start+aes.BlockSize], dst[start+aes.BlockSize:]
	cipher.NewCBCEncrypter(c.block, iv).CryptBlocks(content, content)
	return c.appendTag(dst, dst[start:], header)
}

// Open appends the plaintext of what Seal returned.
func (c *cbc) Open(dst, _, sealed, header []byte) ([]byte, error) {
	end := len(sealed) - c.tagSize
	if end < 2*aes.BlockSize || end%aes.BlockSize != 0 {
		return nil, ErrDecrypt
	}
	var tag [sha512.Size]byte
	if !hmac.Equal(c.appendTag(tag[:0], sealed[:end], header), sealed[end:]) {
		return nil, ErrDecrypt
	}
	// From here on the content is what the holder of the key encrypted.
	iv, content := sealed[:aes.BlockSize], sealed[aes.BlockSize:end]
	start := len(dst)
	dst = append(dst, content...)
	plaintext := dst[start:]
	cipher.NewCBCDecrypter(c.block, iv).CryptBlocks(plaintext, plaintext)
	padding := int(plaintext[len(plaintext)-1])
	if padding == 0 || padding > aes.BlockSize {
		return nil, ErrDecrypt
	}
	for _, b := range plaintext[len(plaintext)-padding:] {
		if int(b) != padding {
			return nil, ErrDecrypt
		}
	}
	return dst[:len(dst)-padding], nil
}

// appendTag appends the first half of the HMAC of the header, the initialization
// vector and ciphertext, and the size of the header in bits.
func (c *cbc) appendTag(dst, sealed, header []byte) []byte {
	mac := c.macs.Get().(hash.Hash)
	defer c.macs.Put(mac)
	mac.Reset()
	mac.Write(header)
	mac.Write(sealed)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(header))*8))
	return mac.Sum(dst)[:len(dst)+c.tagSize]
}
