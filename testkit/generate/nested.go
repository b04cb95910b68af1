package main

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/binary"
	"slices"
	"strings"
)

// contentKeys are the sizes of the keys of each enc, in bytes (RFC 7518 section 5.1).
var contentKeys = map[string]int{"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}

// A nested token is a signed one that is encrypted to a recipient (RFC 7516 section 7.1).
// The fields of a new one make a good token; rows change them before it is sealed.
type nested struct {
	to      *key   // a shared key; its alg is that of the token
	enc     string // how the content is encrypted, whatever the header says
	header  string // JSON
	encoded string // the first part; "" for the header in base64url
	aad     []byte // what is authenticated beside the content; nil for the first part

	cek, wrapped, iv, content []byte

	pad func(content []byte) []byte // of CBC; nil for that of RFC 5652
	mac func(m macInput) []byte     // of CBC; nil for that of RFC 7518 section 5.2.2.1
	tag int                         // bytes of the tag that are left of GCM; 0 for all
}

// A macInput is what the tag of CBC is made of.
type macInput struct {
	hash                         crypto.Hash
	key, aad, iv, sealed, length []byte
	content                      []byte // before it was encrypted
}

// sum is the whole HMAC of parts.
func (m macInput) sum(parts ...[]byte) []byte { return hmacOf(m.hash, m.key, parts...) }

func hmacOf(h crypto.Hash, key []byte, parts ...[]byte) []byte {
	mac := hmac.New(h.New, key)
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// newRecipient is the shared key that follows from its names: for dir, one for the enc.
func newRecipient(alg, enc, kid string) *key {
	size := map[string]int{"A1": 16, "A2": 32}[alg[:2]]
	if strings.HasPrefix(alg, "A192") {
		size = 24
	}
	if alg == "dir" {
		size = contentKeys[enc]
	}
	return &key{alg, kid, (&stream{seed: "recipient" + alg + enc + kid}).bytes(size)}
}

// newNested is a good token with changes of its header.
func newNested(to *key, enc string, changes ...string) *nested {
	s := &stream{seed: "nested" + to.alg + to.kid + enc + strings.Join(changes, "")}
	n := &nested{to: to, enc: enc, cek: s.bytes(contentKeys[enc]), iv: s.bytes(aes.BlockSize), content: []byte(nestedSigner().plain())}
	if strings.HasSuffix(enc, "GCM") {
		n.iv = n.iv[:12]
	}
	members := [][2]string{{"alg", quote(to.alg)}, {"enc", quote(enc)}, {"kid", quote(to.kid)}, {"cty", `"JWT"`}}
	switch secret := to.private.([]byte); {
	case to.alg == "dir":
		n.cek = secret
	case strings.HasSuffix(to.alg, "GCMKW"):
		iv := s.bytes(12)
		sealed := aead(secret, len(iv)).Seal(nil, iv, n.cek, nil)
		n.wrapped = sealed[:len(n.cek)]
		members = append(members, [2]string{"iv", quote(encode(iv))}, [2]string{"tag", quote(encode(sealed[len(n.cek):]))})
	default:
		n.wrapped = wrapKey(secret, wrapIntegrity, n.cek)
	}
	n.header = object(members, changes)
	return n
}

// nestedSigner signs what is in nested tokens.
func nestedSigner() *key { return newKey("HS256", "decryption") }

// with is the token with another content.
func (n *nested) with(content string) *nested {
	n.content = []byte(content)
	return n
}

func (n *nested) token() string {
	parts := n.seal()
	return strings.Join(parts[:], ".")
}

// seal returns the five parts.
func (n *nested) seal() [5]string {
	first := n.encoded
	if first == "" {
		first = encode([]byte(n.header))
	}
	aad := n.aad
	if aad == nil {
		aad = []byte(first)
	}
	var sealed, tag []byte
	if strings.HasSuffix(n.enc, "GCM") {
		sealed = aead(n.cek, len(n.iv)).Seal(nil, n.iv, n.content, aad)
		at := len(n.content)
		sealed, tag = sealed[:at], sealed[at:]
		if n.tag != 0 {
			tag = tag[:n.tag]
		}
	} else {
		sealed, tag = n.sealCBC(aad)
	}
	return [5]string{first, encode(n.wrapped), encode(n.iv), encode(sealed), encode(tag)}
}

func aead(key []byte, ivSize int) cipher.AEAD {
	block, err := aes.NewCipher(key)
	check(err)
	gcm, err := cipher.NewGCMWithNonceSize(block, ivSize)
	check(err)
	return gcm
}

// sealCBC is AES-CBC with HMAC (RFC 7518 section 5.2.2.1).
func (n *nested) sealCBC(aad []byte) (sealed, tag []byte) {
	half := len(n.cek) / 2
	m := macInput{
		hash: map[int]crypto.Hash{16: crypto.SHA256, 24: crypto.SHA384, 32: crypto.SHA512}[half], key: n.cek[:half],
		aad: aad, iv: n.iv, length: binary.BigEndian.AppendUint64(nil, uint64(len(aad))*8), content: n.content,
	}
	padded := slices.Clone(n.content)
	if n.pad != nil {
		padded = n.pad(padded)
	} else {
		count := aes.BlockSize - len(padded)%aes.BlockSize
		padded = append(padded, slices.Repeat([]byte{byte(count)}, count)...)
	}
	block, err := aes.NewCipher(n.cek[half:])
	check(err)
	whole := len(padded) / aes.BlockSize * aes.BlockSize // the rest, if a row leaves one, is as it is
	cipher.NewCBCEncrypter(block, append(slices.Clone(n.iv), make([]byte, aes.BlockSize)...)[:aes.BlockSize]).CryptBlocks(padded[:whole], padded[:whole])
	m.sealed = padded
	if n.mac != nil {
		return padded, n.mac(m)
	}
	return padded, m.sum(aad, n.iv, padded, m.length)[:half]
}

// wrapIntegrity is the initial value of a wrapped key (RFC 3394 section 2.2.3.1).
var wrapIntegrity = []byte{0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6}

// wrapKey wraps a key of whole units of eight bytes (RFC 3394 section 2.2.1).
func wrapKey(secret, integrity, key []byte) []byte {
	block, err := aes.NewCipher(secret)
	check(err)
	wrapped := slices.Concat(integrity, key)
	units := uint64(len(key) / 8)
	for t := range 6 * units {
		at := 8 + 8*(t%units)
		both := slices.Concat(wrapped[:8], wrapped[at:at+8])
		block.Encrypt(both, both)
		binary.BigEndian.PutUint64(both, binary.BigEndian.Uint64(both)^(t+1))
		copy(wrapped, both[:8])
		copy(wrapped[at:], both[8:])
	}
	return wrapped
}
