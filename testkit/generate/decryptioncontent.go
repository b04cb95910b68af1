package main

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// sizes are about keys, vectors and tags of another size, with which the token is sealed.
func (d *decryptions) sizes() {
	const clause = "RFC 7518 section 5.3"
	wrap := newRecipient("A256KW", "A256GCM", "recipient")
	for _, size := range []int{1, 8, 11, 13, 16} {
		n := newNested(wrap, "A256GCM")
		n.iv = (&stream{seed: "iv"}).bytes(size)
		d.add(fmt.Sprintf("gcm-iv-%d", size), fmt.Sprintf("an initialization vector of %d bytes, want 12", size), clause, n, testkit.Refuse)
	}
	for _, size := range []int{1, 4, 8, 12, 13, 15} {
		n := newNested(wrap, "A256GCM")
		n.tag = size
		d.add(fmt.Sprintf("gcm-tag-%d", size), fmt.Sprintf("a tag of %d bytes, want 16", size), clause, n, testkit.Refuse)
	}
	n := newNested(wrap, "A128CBC-HS256")
	n.iv = n.iv[:12]
	d.add("cbc-iv-12", "an initialization vector of 12 bytes, with zeros behind them, want 16", "RFC 7518 section 5.2.2.1", n, testkit.Refuse)
	n = newNested(wrap, "A128CBC-HS256")
	n.iv = []byte{}
	d.add("cbc-iv-0", "an initialization vector of zeros, which is not there", "RFC 7518 section 5.2.2.1", n, testkit.Refuse)

	// The content is encrypted with a key that is not as long as enc asks for.
	for _, row := range []struct{ enc, as string }{{"A256GCM", "A128GCM"}, {"A256GCM", "A192GCM"}, {"A128GCM", "A256GCM"}, {"A256CBC-HS512", "A128CBC-HS256"}, {"A128CBC-HS256", "A256CBC-HS512"}} {
		name := strings.ToLower(row.enc) + "-as-" + strings.ToLower(row.as)
		about := fmt.Sprintf("for %s, want %d: the content is encrypted with %s", row.enc, contentKeys[row.enc], row.as)
		n := newNested(wrap, row.as, "enc", quote(row.enc))
		c := d.add("cek-"+name, fmt.Sprintf("a wrapped key of %d bytes %s", contentKeys[row.as], about), decryptionSteps, n, testkit.Refuse)
		c.Decryption.Content = []string{row.enc, row.as}
		n = newNested(newRecipient("dir", row.as, "recipient"), row.as, "enc", quote(row.enc))
		c = d.add("dir-"+name, fmt.Sprintf("a shared key of %d bytes %s", contentKeys[row.as], about), "RFC 7518 section 4.5", n, testkit.Refuse)
		c.Decryption.Content = []string{row.enc, row.as}
	}
	// The content is encrypted with the first bytes of a key that is too long.
	for _, enc := range []string{"A128GCM", "A128CBC-HS256"} {
		size := contentKeys[enc]
		n := newNested(wrap, enc)
		n.wrapped = wrapKey(wrap.private.([]byte), wrapIntegrity, append(slices.Clone(n.cek), make([]byte, 16)...))
		d.add("cek-long-"+strings.ToLower(enc), fmt.Sprintf("a wrapped key that is longer, want %d bytes: the first are those of the content", size), decryptionSteps, n, testkit.Refuse)
		to := newRecipient("dir", enc, "recipient")
		n = newNested(to, enc)
		n.to = &key{"dir", to.kid, append(slices.Clone(n.cek), make([]byte, 16)...)}
		d.add("dir-long-"+strings.ToLower(enc), fmt.Sprintf("a shared key that is longer, want %d bytes: the first are those of the content", size), "RFC 7518 section 4.5", n, testkit.Refuse)
	}
}

// filledKeys are those of which zeros are taken for the end.
func (d *decryptions) filledKeys() {
	for _, enc := range []string{"A256GCM", "A128CBC-HS256"} {
		wrap, half := newRecipient("A256KW", enc, "recipient"), (&stream{seed: "half"}).bytes(16)
		n := newNested(wrap, enc)
		n.cek, n.wrapped = append(slices.Clone(half), make([]byte, 16)...), wrapKey(wrap.private.([]byte), wrapIntegrity, half)
		d.add("cek-filled-"+strings.ToLower(enc), "a wrapped key of 16 bytes, want 32: with zeros behind it, it is that of the content", decryptionSteps, n, testkit.Refuse)
		n = newNested(&key{"dir", "recipient", n.cek}, enc)
		n.to = &key{"dir", "recipient", half}
		d.add("dir-filled-"+strings.ToLower(enc), "a shared key of 16 bytes, want 32: with zeros behind it, it is that of the content", "RFC 7518 section 4.5", n, testkit.Refuse)
	}
}

// wrappedKeys are about the encrypted key.
func (d *decryptions) wrappedKeys() {
	const enc, clause = "A256GCM", "RFC 7518 section 4.4, RFC 3394 section 2.2"
	to := newRecipient("A256KW", enc, "recipient")
	secret := to.private.([]byte)
	add := func(id, about, clause string, change func(n *nested)) {
		n := newNested(to, enc)
		change(n)
		d.add("wrapped-"+id, about, clause, n, testkit.Refuse)
	}
	for id, integrity := range map[string][]byte{"zeros": make([]byte, 8), "first": flipped(wrapIntegrity, 0), "last": flipped(wrapIntegrity, 63), "a65959a6": {0xa6, 0x59, 0x59, 0xa6, 0, 0, 0, 32}, "half": {0xa6, 0xa6, 0xa6, 0xa6, 0, 0, 0, 0}} {
		add("integrity-"+id, fmt.Sprintf("another initial value: %x", integrity), clause, func(n *nested) { n.wrapped = wrapKey(secret, integrity, n.cek) })
	}
	add("plain", "the key of the content is not encrypted", decryptionSteps, func(n *nested) { n.wrapped = n.cek })
	add("plain-integrity", "the key of the content is not encrypted, and has the initial value before it", clause, func(n *nested) { n.wrapped = slices.Concat(wrapIntegrity, n.cek) })
	add("blocks", "the key of the content is encrypted block by block", clause, func(n *nested) {
		block, err := aes.NewCipher(secret)
		check(err)
		n.wrapped = slices.Clone(n.cek)
		block.Encrypt(n.wrapped, n.wrapped)
		block.Encrypt(n.wrapped[16:], n.wrapped[16:])
	})
	add("other", "the key of the content is wrapped for another one", clause, func(n *nested) {
		n.wrapped = wrapKey(newRecipient("A256KW", enc, "other").private.([]byte), wrapIntegrity, n.cek)
	})
	add("twice", "the key of the content is wrapped twice", clause, func(n *nested) { n.wrapped = wrapKey(secret, wrapIntegrity, n.wrapped) })
	add("zero-key", "what does not unwrap, and a content that is encrypted with zeros", "RFC 7516 section 11.5", func(n *nested) { n.cek, n.wrapped = make([]byte, 32), make([]byte, 40) })
	add("empty-zero-key", "no encrypted key, and a content that is encrypted with zeros", decryptionSteps, func(n *nested) { n.cek, n.wrapped = make([]byte, 32), nil })
	add("integrity-alone", "the initial value of a key of no bytes, and a content that is encrypted with zeros", clause, func(n *nested) { n.cek, n.wrapped = make([]byte, 32), wrapIntegrity })
	add("other-zero-key", "a content that is encrypted with zeros, and not with the key that is wrapped", decryptionSteps, func(n *nested) { n.cek = make([]byte, 32) })
	add("absent", "no encrypted key: the content is encrypted with the key that wraps", decryptionSteps, func(n *nested) { n.cek, n.wrapped = secret, nil })

	toEach([][2]string{{"dir", enc}, {"dir", "A128CBC-HS256"}}, func(name string, to *key, enc string) {
		for id, part := range map[string][]byte{"byte": {0}, "key": newNested(to, enc).cek, "wrapped": wrapKey(to.private.([]byte), wrapIntegrity, newNested(to, enc).cek), "zeros": make([]byte, 40)} {
			n := newNested(to, enc)
			n.wrapped = part
			d.add(name+"key-part-"+id, "an encrypted key, where the shared key is that of the content: "+id, decryptionSteps, n, testkit.Refuse)
		}
	})
}

// wrappedByGCM are about keys that are wrapped with AES-GCM.
func (d *decryptions) wrappedByGCM() {
	const enc, clause = "A256GCM", "RFC 7518 section 4.7"
	to := newRecipient("A256GCMKW", enc, "recipient")
	add := func(id, about string, wrap func(n *nested) (iv, tag []byte)) {
		n := newNested(to, enc)
		iv, tag := wrap(n)
		n.header = object([][2]string{{"alg", quote(to.alg)}, {"enc", quote(enc)}, {"kid", quote(to.kid)}, {"cty", `"JWT"`}, {"iv", quote(encode(iv))}, {"tag", quote(encode(tag))}}, nil)
		d.add("gcmkw-"+id, about, clause, n, testkit.Refuse)
	}
	seal := func(n *nested, ivSize int, aad []byte) (iv, tag []byte) {
		iv = (&stream{seed: "gcmkw"}).bytes(ivSize)
		sealed := aead(to.private.([]byte), ivSize).Seal(nil, iv, n.cek, aad)
		n.wrapped = sealed[:len(n.cek)]
		return iv, sealed[len(n.cek):]
	}
	add("iv-16", "an initialization vector of 16 bytes, want 12", func(n *nested) (iv, tag []byte) { return seal(n, 16, nil) })
	add("tag-8", "a tag of 8 bytes, want 16", func(n *nested) ([]byte, []byte) { iv, tag := seal(n, 12, nil); return iv, tag[:8] })
	add("tag-0", "an empty tag, want 16 bytes", func(n *nested) ([]byte, []byte) { iv, tag := seal(n, 12, nil); return iv, tag[:0] })
	add("tag-other", "a tag with another bit", func(n *nested) ([]byte, []byte) { iv, tag := seal(n, 12, nil); return iv, flipped(tag, 9) })
	add("iv-other", "an initialization vector with another bit", func(n *nested) ([]byte, []byte) { iv, tag := seal(n, 12, nil); return flipped(iv, 9), tag })
	add("aad", "data that is authenticated with the key, where there is none", func(n *nested) (iv, tag []byte) { return seal(n, 12, []byte("x")) })
	add("cek-short", "a key of 16 bytes for the content, want 32", func(n *nested) (iv, tag []byte) {
		n.cek = n.cek[:16]
		return seal(n, 12, nil)
	})
	for _, name := range []string{"iv", "tag"} {
		for id, value := range map[string]string{"absent": "", "null": "null", "number": "1"} {
			d.add("gcmkw-"+name+"-"+id, name+" of the header is "+id, "RFC 7518 sections 4.7.1.1 and 4.7.1.2", newNested(to, enc, name, value), testkit.Refuse)
		}
	}
}

// macs are about the tag of CBC.
func (d *decryptions) macs() {
	const clause = "RFC 7518 section 5.2.2"
	toEach([][2]string{{"dir", "A128CBC-HS256"}, {"A256KW", "A256CBC-HS512"}}, func(name string, to *key, enc string) {
		half := contentKeys[enc] / 2
		good := newNested(to, enc)
		first := encode([]byte(good.header))
		for id, mac := range map[string]func(m macInput) []byte{
			"whole":         func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed, m.length) },
			"right-half":    func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed, m.length)[half:] },
			"half-of-half":  func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed, m.length)[:half/2] },
			"vector-first":  func(m macInput) []byte { return m.sum(m.iv, m.aad, m.sealed, m.length)[:half] },
			"length-first":  func(m macInput) []byte { return m.sum(m.length, m.aad, m.iv, m.sealed)[:half] },
			"no-length":     func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed)[:half] },
			"length-bytes":  func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed, long(len(m.aad)))[:half] },
			"length-short":  func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed, m.length[4:])[:half] },
			"length-little": func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed, reversed(m.length))[:half] },
			"length-all":    func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed, long(8*len(m.sealed)))[:half] },
			"length-json":   func(m macInput) []byte { return m.sum(m.aad, m.iv, m.sealed, long(8*len(good.header)))[:half] },
			"no-vector":     func(m macInput) []byte { return m.sum(m.aad, m.sealed, m.length)[:half] },
			"no-header":     func(m macInput) []byte { return m.sum(m.iv, m.sealed, long(0))[:half] },
			"json": func(m macInput) []byte {
				return m.sum([]byte(good.header), m.iv, m.sealed, long(8*len(good.header)))[:half]
			},
			"content":   func(m macInput) []byte { return m.sum(m.aad, m.iv, m.content, m.length)[:half] },
			"whole-key": func(m macInput) []byte { return hmacOf(m.hash, good.cek, m.aad, m.iv, m.sealed, m.length)[:half] },
			"other-key": func(m macInput) []byte {
				return hmacOf(m.hash, good.cek[half:], m.aad, m.iv, m.sealed, m.length)[:half]
			},
			"other-hash": func(m macInput) []byte {
				return hmacOf(map[int]crypto.Hash{16: crypto.SHA512, 32: crypto.SHA256}[half], m.key, m.aad, m.iv, m.sealed, m.length)[:half]
			},
			"no-key": func(m macInput) []byte { return hmacOf(m.hash, nil, m.aad, m.iv, m.sealed, m.length)[:half] },
			"hash": func(m macInput) []byte {
				h := m.hash.New()
				h.Write(bytes.Join([][]byte{m.aad, m.iv, m.sealed, m.length}, nil))
				return h.Sum(nil)[:half]
			},
			"none": func(macInput) []byte { return nil },
		} {
			n := *good
			n.encoded, n.mac = first, mac
			d.add(name+"mac-"+id, "a tag that is made otherwise: "+id, clause, &n, testkit.Refuse)
		}
		n := *good
		n.cek = slices.Concat(good.cek[half:], good.cek[:half])
		d.add(name+"halves", "the keys of the tag and of the content in each other's place", clause, &n, testkit.Refuse)
	})
	d.aads()
}

func long(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// aads are about what GCM authenticates beside the content.
func (d *decryptions) aads() {
	toEach([][2]string{{"dir", "A256GCM"}, {"A256KW", "A128GCM"}}, func(name string, to *key, enc string) {
		good := newNested(to, enc)
		first := encode([]byte(good.header))
		for id, aad := range map[string]string{"empty": "", "json": good.header, "dot": first + ".", "key": first + "." + encode(good.wrapped) + ".", "padded": first + strings.Repeat("=", (4-len(first)%4)%4), "line-break": first + "\n", "lower": strings.ToLower(first)} {
			n := *good
			if n.aad = []byte(aad); aad != first {
				d.add(name+"aad-"+id, "other data is authenticated beside the content than the first part: "+id, decryptionSteps, &n, testkit.Refuse)
			}
		}
	})
}

// padding is about that of CBC, behind a good tag: only who has the key can make it.
func (d *decryptions) padding() {
	const clause = "RFC 7518 section 5.2.2, RFC 5652 section 6.3"
	toEach([][2]string{{"dir", "A128CBC-HS256"}, {"A256KW", "A256CBC-HS512"}}, func(name string, to *key, enc string) {
		filled := func(content []byte, size int, fill byte) []byte {
			for len(content)%size != 0 {
				content = append(content, fill)
			}
			return content
		}
		for id, pad := range map[string]func(content []byte) []byte{
			"random": func(content []byte) []byte {
				count := aes.BlockSize - len(content)%aes.BlockSize
				return append(content, append((&stream{seed: "padding"}).bytes(count-1), byte(count))...)
			},
			"ansi": func(content []byte) []byte {
				count := aes.BlockSize - len(content)%aes.BlockSize
				return append(append(content, make([]byte, count-1)...), byte(count))
			},
			"two-blocks": func(content []byte) []byte {
				count := 2*aes.BlockSize - len(content)%aes.BlockSize
				return append(content, slices.Repeat([]byte{byte(count)}, count)...)
			},
			"zeros":    func(content []byte) []byte { return filled(content, aes.BlockSize, 0) },
			"spaces":   func(content []byte) []byte { return filled(content, aes.BlockSize, ' ') },
			"one-bit":  func(content []byte) []byte { return filled(append(content, 0x80), aes.BlockSize, 0) },
			"none":     func(content []byte) []byte { return content },
			"no-block": func([]byte) []byte { return nil },
			"all":      func([]byte) []byte { return slices.Repeat([]byte{16}, 16) },
			"too-long": func(content []byte) []byte {
				return append(filled(content, aes.BlockSize, 255), slices.Repeat([]byte{255}, 16)...)
			},
		} {
			n := newNested(to, enc).with(signedOfSize(5))
			n.pad = pad
			d.add(name+"padding-"+id, "what is no padding, or no content, behind a good tag: "+id, clause, n, testkit.Refuse)
		}
	})
	for _, size := range []int{0, 15} {
		n := newNested(newRecipient("dir", "A128CBC-HS256", "recipient"), "A128CBC-HS256").with(signedOfSize(size))
		d.add(fmt.Sprintf("padding-of-%d", 16-size), fmt.Sprintf("padding of %d bytes", 16-size), clause, n, testkit.Accept)
	}
}

// signedOfSize is a good signed token that has so many bytes more than whole blocks.
func signedOfSize(size int) string {
	signer := nestedSigner()
	for count := range 256 { // base64url has no text of every length
		header := signer.header("x", quote(strings.Repeat("x", count%3)))
		if token := signer.token(header, payload("jti", quote(strings.Repeat("x", 1+count/3)))); len(token)%aes.BlockSize == size {
			return token
		}
	}
	panic("no token of that size")
}
