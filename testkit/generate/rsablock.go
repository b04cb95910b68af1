package main

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// An rsaBlock makes rows of RSA signatures: each is of a block that only the owner of the
// key can sign, and which is not the one that the algorithm asks for.
type rsaBlock struct {
	key   *key
	input string
	rows  []testkit.Case
}

func rsaBlockCases(k *key, input string) []testkit.Case {
	b := &rsaBlock{key: k, input: input}
	if strings.HasPrefix(k.alg, "PS") {
		b.pss()
	} else {
		b.pkcs1()
	}
	return b.rows
}

// add makes a row of the block of a signature.
func (b *rsaBlock) add(id, about, clause string, block []byte, want testkit.Verdict) {
	b.rows = append(b.rows, row(strings.ToLower(b.key.alg)+"-"+id, about, clause, b.input+"."+encode(b.key.signBlock(block)), want, b.key))
}

// signBlock is RSASP1 (RFC 8017 section 5.2.1).
func (k *key) signBlock(block []byte) []byte {
	p := k.private.(*rsa.PrivateKey)
	return new(big.Int).Exp(new(big.Int).SetBytes(block), p.D, p.N).FillBytes(make([]byte, p.Size()))
}

// Object identifiers of hashes (RFC 8017 appendix B.1).
var hashIDs = map[crypto.Hash]asn1.ObjectIdentifier{
	crypto.SHA1:   {1, 3, 14, 3, 2, 26},
	crypto.SHA256: {2, 16, 840, 1, 101, 3, 4, 2, 1},
	crypto.SHA384: {2, 16, 840, 1, 101, 3, 4, 2, 2},
	crypto.SHA512: {2, 16, 840, 1, 101, 3, 4, 2, 3},
}

// digestInfo is the DER of a hash (RFC 8017 section 9.2), with parameters of NULL or with none.
func digestInfo(h crypto.Hash, digest []byte, null bool) []byte {
	type algorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	a := algorithm{ID: hashIDs[h]}
	if null {
		a.Parameters = asn1.NullRawValue
	}
	der, err := asn1.Marshal(struct {
		Algorithm algorithm
		Digest    []byte
	}{a, digest})
	check(err)
	return der
}

// pkcs1 are blocks of RSASSA-PKCS1-v1_5.
func (b *rsaBlock) pkcs1() {
	const clause = "RFC 8017 sections 8.2.2 and 9.2"
	h, digest, size := hash(b.key.alg), b.key.digest(b.input), b.key.private.(*rsa.PrivateKey).Size()
	good := digestInfo(h, digest, true)
	padded := func(first, kind, fill byte, rest []byte) []byte {
		return slices.Concat([]byte{first, kind}, slices.Repeat([]byte{fill}, size-3-len(rest)), []byte{0}, rest)
	}
	garbage := make([]byte, size-11-len(good)) // so that the padding has eight bytes
	b.add("block-good", "the block that the algorithm asks for", clause, padded(0, 1, 0xff, good), testkit.Accept)
	b.add("block-garbage", "bytes behind the hash, after eight of padding", clause, slices.Concat([]byte{0, 1}, slices.Repeat([]byte{0xff}, 8), []byte{0}, good, garbage), testkit.Refuse)
	b.add("block-one-more", "one byte behind the hash", clause, padded(0, 1, 0xff, append(slices.Clone(good), 0)), testkit.Refuse)
	b.add("block-second-hash", "another hash behind the good one", clause, padded(0, 1, 0xff, slices.Concat(good, good)), testkit.Refuse)
	b.add("block-first-hash", "another hash before the good one", clause, padded(0, 1, 0xff, slices.Concat(digestInfo(h, make([]byte, len(digest)), true), good)), testkit.Refuse)
	b.add("block-kind-2", "a block of encryption", clause, padded(0, 2, 0xff, good), testkit.Refuse)
	b.add("block-kind-0", "a block whose kind is zero", clause, padded(0, 0, 0xff, good), testkit.Refuse)
	b.add("block-padding", "a padding of other bytes", clause, padded(0, 1, 0xfe, good), testkit.Refuse)
	broken := padded(0, 1, 0xff, good)
	broken[len(broken)/3] = 0x7f
	b.add("block-padding-byte", "another byte in the padding", clause, broken, testkit.Refuse)
	b.add("block-bare", "the hash alone, without the name of its algorithm", clause, padded(0, 1, 0xff, digest), testkit.Refuse)
	b.add("block-no-null", "the algorithm of the hash has no parameters, where NULL is usual", clause, padded(0, 1, 0xff, digestInfo(h, digest, false)), testkit.Either)
	for _, other := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if other != h {
			b.add("block-names-"+strings.ToLower(other.String()), "the block names "+other.String()+", and has the hash of the algorithm", clause, padded(0, 1, 0xff, digestInfo(other, digest, true)), testkit.Refuse)
		}
	}
	sum := crypto.SHA1.New()
	sum.Write([]byte(b.input))
	b.add("block-sha-1", "a signature of the hash SHA-1", "RFC 7518 section 3.3", padded(0, 1, 0xff, digestInfo(crypto.SHA1, sum.Sum(nil), true)), testkit.Refuse)
}

// pss are blocks of RSASSA-PSS.
func (b *rsaBlock) pss() {
	const clause = "RFC 8017 sections 8.1.2 and 9.1.2"
	h := hash(b.key.alg)
	good := pssBlock{h, h, h.Size(), 0xbc, 1, 0}
	add := func(id, about string, change func(*pssBlock), want testkit.Verdict) {
		block := good
		change(&block)
		b.add("block-"+id, about, clause, block.bytes(b.key, b.input), want)
	}
	add("good", "the block that the algorithm asks for", func(*pssBlock) {}, testkit.Accept)
	add("trailer", "another last byte of the block", func(p *pssBlock) { p.trailer = 0xcc }, testkit.Refuse)
	add("separator", "another byte before the salt", func(p *pssBlock) { p.separator = 2 }, testkit.Refuse)
	add("no-separator", "a zero byte before the salt", func(p *pssBlock) { p.separator = 0 }, testkit.Refuse)
	add("padding", "a byte that is not zero in the padding", func(p *pssBlock) { p.padding = 1 }, testkit.Refuse)
	for _, mask := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if mask != h {
			add(fmt.Sprintf("mask-%s", strings.ToLower(mask.String())), "the mask is made with "+mask.String(), func(p *pssBlock) { p.mask = mask }, testkit.Refuse)
			add(fmt.Sprintf("hash-%s", strings.ToLower(mask.String())), "the block is made with "+mask.String(), func(p *pssBlock) { p.hash, p.mask, p.salt = mask, mask, mask.Size() }, testkit.Refuse)
		}
	}
}

// A pssBlock is the encoded message of RFC 8017 section 9.1.1, with what may be wrong in it.
type pssBlock struct {
	hash, mask crypto.Hash
	salt       int
	trailer    byte // 0xbc
	separator  byte // 1
	padding    byte // zero, in the second byte
}

func (p pssBlock) bytes(k *key, input string) []byte {
	sum := func(h crypto.Hash, parts ...[]byte) []byte {
		m := h.New()
		for _, part := range parts {
			m.Write(part)
		}
		return m.Sum(nil)
	}
	salt := (&stream{seed: "salt" + input}).bytes(p.salt)
	hashed := sum(p.hash, make([]byte, 8), sum(p.hash, []byte(input)), salt)
	bits := k.private.(*rsa.PrivateKey).N.BitLen() - 1
	block := make([]byte, (bits+7)/8-len(hashed)-1)
	block[1] = p.padding
	copy(block[len(block)-p.salt:], salt)
	block[len(block)-p.salt-1] = p.separator
	var mask []byte
	for counter := uint32(0); len(mask) < len(block); counter++ { // MGF1 (appendix B.2.1)
		mask = append(mask, sum(p.mask, hashed, binary.BigEndian.AppendUint32(nil, counter))...)
	}
	for i := range block {
		block[i] ^= mask[i]
	}
	block[0] &= 0xff >> (8*((bits+7)/8) - bits)
	return append(append(block, hashed...), p.trailer)
}
