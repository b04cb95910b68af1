package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash"
	"slices"
	"strings"
)

var contentKeySizes = map[string]int{"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}

// contentFaults are mistakes in decrypting the content.
var contentFaults = []fault{
	"the tag is not looked at", "a tag may be shorter", "an empty tag is as good", "bytes behind a tag are passed over", "a vector may have any size", "bytes behind a vector are passed over", "a short vector is filled with zeros", "an absent vector is of zeros",
	"nothing is authenticated beside the content", "the JSON of the header is authenticated", "the header is encoded anew", "the encrypted key is authenticated, too", "a dot is authenticated, too", "the header is authenticated with padding", "the header is authenticated in lower case",
	"padding is not checked", "padding of zeros before its size is as good", "padding may be longer than a block", "zeros are padding", "spaces are padding", "a bit is padding", "the keys of CBC are in other order",
}

// authenticated is what the tag is of, beside the content.
func (d *plainDecrypter) authenticated(header map[string]any, first string, text []byte) []byte {
	switch d.fault {
	case "nothing is authenticated beside the content":
		return nil
	case "the JSON of the header is authenticated":
		return text
	case "the header is encoded anew":
		text, _ = json.Marshal(header)
		return []byte(base64.RawURLEncoding.EncodeToString(text))
	case "the encrypted key is authenticated, too":
		parts := strings.Split(d.c.Token, ".")
		return []byte(parts[0] + "." + parts[1] + ".")
	case "a dot is authenticated, too":
		return []byte(first + ".")
	case "the header is authenticated with padding":
		return []byte(first + strings.Repeat("=", (4-len(first)%4)%4))
	case "the header is authenticated in lower case":
		return []byte(strings.ToLower(first))
	}
	return []byte(first)
}

// content decrypts the last three parts.
func (d *plainDecrypter) content(enc string, cek, aad []byte, parts [5][]byte) ([]byte, bool) {
	if strings.HasSuffix(enc, "GCM") {
		return d.openGCM(cek, parts[2], aad, parts[3], parts[4])
	}
	return d.openCBC(cek, parts[2], aad, parts[3], parts[4])
}

func (d *plainDecrypter) openGCM(key, iv, aad, sealed, tag []byte) ([]byte, bool) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, false
	}
	iv, tag = d.vector(iv, 12), d.shortened(tag, 16)
	if len(iv) != 12 && (len(iv) == 0 || d.fault != "a vector may have any size") {
		return nil, false
	}
	gcm, _ := cipher.NewGCMWithNonceSize(block, len(iv))
	short := d.fault == "a tag may be shorter" && len(tag) >= 1 && len(tag) < 16 || d.fault == "an empty tag is as good" && len(tag) == 0
	if short || d.fault == "the tag is not looked at" { // encrypting what is encrypted decrypts it
		content := gcm.Seal(nil, iv, sealed, nil)[:len(sealed)]
		whole := gcm.Seal(nil, iv, content, aad)[len(sealed):]
		return content, !short || bytes.HasPrefix(whole, tag)
	}
	if len(tag) != 16 {
		return nil, false
	}
	content, err := gcm.Open(nil, iv, slices.Concat(sealed, tag), aad)
	return content, err == nil
}

func (d *plainDecrypter) vector(iv []byte, size int) []byte {
	switch {
	case d.fault == "bytes behind a vector are passed over" && len(iv) > size:
		return iv[:size]
	case d.fault == "a short vector is filled with zeros" && len(iv) > 0 && len(iv) < size, d.fault == "an absent vector is of zeros" && len(iv) == 0:
		return append(slices.Clone(iv), make([]byte, size-len(iv))...)
	}
	return iv
}

func (d *plainDecrypter) shortened(tag []byte, size int) []byte {
	if d.fault == "bytes behind a tag are passed over" && len(tag) > size {
		return tag[:size]
	}
	return tag
}

func (d *plainDecrypter) openCBC(key, iv, aad, sealed, tag []byte) ([]byte, bool) {
	half := len(key) / 2
	macKey, contentKey := key[:half], key[half:]
	if d.fault == "the keys of CBC are in other order" {
		macKey, contentKey = contentKey, macKey
	}
	hashes := map[int]func() hash.Hash{16: sha256.New, 24: sha512.New384, 32: sha512.New}
	block, err := aes.NewCipher(contentKey)
	received := iv
	if iv = d.vector(iv, aes.BlockSize); err != nil || len(iv) != aes.BlockSize || len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
		return nil, false
	}
	content := slices.Clone(sealed)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(content, content)
	content, padded := d.withoutPadding(content)
	m := &plainMAC{d.fault, hashes[half], macKey, key, aad, received, sealed, content, d.headerSize()}
	if d.fault == "the tag is not looked at" || d.fault == "an empty tag is as good" && len(tag) == 0 {
		return content, padded
	}
	want, tag := m.tag(), d.shortened(tag, half)
	if d.fault == "a tag may be shorter" {
		return content, padded && len(tag) >= 1 && bytes.HasPrefix(want, tag)
	}
	return content, padded && hmac.Equal(want, tag)
}

// headerSize is that of the JSON of the header.
func (d *plainDecrypter) headerSize() int {
	first, _, _ := strings.Cut(d.c.Token, ".")
	return len(decode(first))
}

// withoutPadding is the content without its padding (RFC 5652 section 6.3).
func (d *plainDecrypter) withoutPadding(content []byte) ([]byte, bool) {
	count := int(content[len(content)-1])
	switch d.fault {
	case "zeros are padding", "spaces are padding":
		return bytes.TrimRight(content, map[bool]string{true: "\x00", false: " "}[d.fault == "zeros are padding"]), true
	case "a bit is padding":
		return bytes.TrimSuffix(bytes.TrimRight(content, "\x00"), []byte{0x80}), true
	}
	if count == 0 || count > len(content) || count > aes.BlockSize && d.fault != "padding may be longer than a block" {
		return nil, false
	}
	before, padding := content[:len(content)-count], content[len(content)-count:]
	good := bytes.Equal(padding, bytes.Repeat([]byte{byte(count)}, count)) || d.fault == "padding is not checked" ||
		d.fault == "padding of zeros before its size is as good" && len(bytes.TrimLeft(padding[:count-1], "\x00")) == 0
	return before, good
}

// macFaults are mistakes in the tag of CBC.
var macFaults = []fault{
	"the tag is the whole HMAC", "the tag is the right half of the HMAC", "the tag is a quarter of the HMAC", "the HMAC is of the vector first", "the HMAC is of the size first", "the HMAC is not of the size", "the size is in bytes", "the size has four bytes", "the size is in the other order", "the size is that of the content", "the size is that of the JSON",
	"the HMAC is not of the vector", "the HMAC is not of the header", "the HMAC is of the content before it was encrypted", "the key of the HMAC is the whole key", "the key of the HMAC is the other half", "the HMAC has no key", "the tag is a hash", "the HMAC is of another hash",
}

// A plainMAC is what the tag of CBC is made of (RFC 7518 section 5.2.2.1), with a fault.
type plainMAC struct {
	fault                                fault
	hash                                 func() hash.Hash
	key, whole, aad, iv, sealed, content []byte
	headerSize                           int
}

func (m *plainMAC) tag() []byte {
	half := len(m.key)
	bits := func(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)*8) }
	size := bits(len(m.aad))
	sum := func(h func() hash.Hash, key []byte, parts ...[]byte) []byte {
		mac := hmac.New(h, key)
		mac.Write(bytes.Join(parts, nil))
		return mac.Sum(nil)
	}
	of := func(parts ...[]byte) []byte { return sum(m.hash, m.key, parts...)[:half] }
	usual := func(h func() hash.Hash, key []byte) []byte { return sum(h, key, m.aad, m.iv, m.sealed, size) }
	switch m.fault {
	case "the tag is the whole HMAC":
		return usual(m.hash, m.key)
	case "the tag is the right half of the HMAC":
		return usual(m.hash, m.key)[half:]
	case "the tag is a quarter of the HMAC":
		return usual(m.hash, m.key)[:half/2]
	case "the HMAC is of the vector first":
		return of(m.iv, m.aad, m.sealed, size)
	case "the HMAC is of the size first":
		return of(size, m.aad, m.iv, m.sealed)
	case "the HMAC is not of the size":
		return of(m.aad, m.iv, m.sealed)
	case "the size is in bytes":
		return of(m.aad, m.iv, m.sealed, binary.BigEndian.AppendUint64(nil, uint64(len(m.aad))))
	case "the size has four bytes":
		return of(m.aad, m.iv, m.sealed, size[4:])
	case "the size is in the other order":
		slices.Reverse(size)
		return of(m.aad, m.iv, m.sealed, size)
	case "the size is that of the content":
		return of(m.aad, m.iv, m.sealed, bits(len(m.sealed)))
	case "the size is that of the JSON":
		return of(m.aad, m.iv, m.sealed, bits(m.headerSize))
	case "the HMAC is not of the vector":
		return of(m.aad, m.sealed, size)
	case "the HMAC is not of the header":
		return of(m.iv, m.sealed, bits(0))
	case "the HMAC is of the content before it was encrypted":
		return of(m.aad, m.iv, m.content, size)
	case "the key of the HMAC is the whole key":
		return usual(m.hash, m.whole)[:half]
	case "the key of the HMAC is the other half":
		return usual(m.hash, m.whole[half:])[:half]
	case "the HMAC has no key":
		return usual(m.hash, nil)[:half]
	case "the HMAC is of another hash":
		return usual(map[int]func() hash.Hash{16: sha512.New, 24: sha512.New, 32: sha256.New}[half], m.key)[:half]
	case "the tag is a hash":
		h := m.hash()
		h.Write(slices.Concat(m.aad, m.iv, m.sealed, size))
		return h.Sum(nil)[:half]
	}
	return usual(m.hash, m.key)[:half]
}
