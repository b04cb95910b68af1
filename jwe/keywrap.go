package jwe

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
)

// wrapIntegrity is the initial value that an unwrapped key is recognized by (RFC
// 3394 section 2.2.3.1).
var wrapIntegrity = [8]byte{0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6}

const (
	wrapUnit   = 8 // bytes that AES Key Wrap works on, half a block
	wrapRounds = 6
)

// wrapKey returns key wrapped with kek (RFC 3394 section 2.2.1). The size of key
// is a multiple of 8 bytes, and at least 16.
func wrapKey(kek cipher.Block, key []byte) []byte {
	wrapped := append(wrapIntegrity[:], key...)
	block := make([]byte, aes.BlockSize)
	a, r := wrapped[:wrapUnit], wrapped[wrapUnit:]
	t := uint64(0)
	for range wrapRounds {
		for i := 0; i < len(r); i += wrapUnit {
			copy(block, a)
			copy(block[wrapUnit:], r[i:])
			kek.Encrypt(block, block)
			t++
			binary.BigEndian.PutUint64(a, binary.BigEndian.Uint64(block)^t)
			copy(r[i:], block[wrapUnit:])
		}
	}
	return wrapped
}

// unwrapKey returns the key of size bytes that is wrapped with kek (RFC 3394
// section 2.2.2), or reports that it is none. How long it takes depends on size
// alone.
func unwrapKey(kek cipher.Block, wrapped []byte, size int) (key []byte, ok bool) {
	if len(wrapped) != size+wrapUnit {
		return nil, false
	}
	block := make([]byte, aes.BlockSize)
	buffer := append([]byte(nil), wrapped...)
	a, r := buffer[:wrapUnit], buffer[wrapUnit:]
	t := uint64(wrapRounds * (size / wrapUnit))
	for range wrapRounds {
		for i := len(r) - wrapUnit; i >= 0; i -= wrapUnit {
			binary.BigEndian.PutUint64(block, binary.BigEndian.Uint64(a)^t)
			copy(block[wrapUnit:], r[i:])
			kek.Decrypt(block, block)
			t--
			copy(a, block)
			copy(r[i:], block[wrapUnit:])
		}
	}
	return r, subtle.ConstantTimeCompare(a, wrapIntegrity[:]) == 1
}
