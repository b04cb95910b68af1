package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"log"
	"math/big"
	"strings"
	"time"
)

// algorithms are those of RFC 7518 section 3 and RFC 8037, and that of RFC 9864.
var algorithms = []string{"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}

// A key signs with one algorithm.
type key struct {
	alg, kid string
	private  any // []byte, *rsa.PrivateKey, *ecdsa.PrivateKey or ed25519.PrivateKey
}

// made are the keys that newKey has made: one of RSA takes a while.
var made = make(map[string]*key)

// newKey returns the key that follows from its names.
func newKey(alg, kid string) *key {
	name := alg + " " + kid
	if made[name] == nil {
		made[name] = makeKey(alg, kid)
	}
	return made[name]
}

func makeKey(alg, kid string) *key {
	s := &stream{seed: alg[:2] + alg[len(alg)-3:] + kid}
	switch {
	case strings.HasPrefix(alg, "HS"):
		return &key{alg, kid, s.bytes(hash(alg).Size())}
	case strings.HasPrefix(alg, "RS"), strings.HasPrefix(alg, "PS"):
		return &key{alg, kid, s.rsaKey()}
	case strings.HasPrefix(alg, "ES"):
		return &key{alg, kid, s.ecdsaKey(curve(alg))}
	}
	return &key{alg, kid, ed25519.NewKeyFromSeed(s.bytes(ed25519.SeedSize))}
}

// as is the same key for another algorithm.
func (k *key) as(alg string) *key { return &key{alg, k.kid, k.private} }

// called is the same key under another key ID.
func (k *key) called(kid string) *key { return &key{k.alg, kid, k.private} }

// jwk is the public or shared key, with more members or, where a value is "", fewer.
func (k *key) jwk(changes ...string) json.RawMessage {
	members := [][2]string{{"kid", quote(k.kid)}, {"alg", quote(k.alg)}}
	if k.kid == "" {
		members = members[1:]
	}
	if k.alg == "" {
		members = members[:len(members)-1]
	}
	switch p := k.private.(type) {
	case []byte:
		members = append(members, [2]string{"kty", `"oct"`}, [2]string{"k", quote(encode(p))})
	case *rsa.PrivateKey:
		members = append(members, [2]string{"kty", `"RSA"`}, [2]string{"n", quote(encode(p.N.Bytes()))}, [2]string{"e", quote(encode(big.NewInt(int64(p.E)).Bytes()))})
	case *ecdsa.PrivateKey:
		point, err := p.PublicKey.Bytes()
		check(err)
		size := (len(point) - 1) / 2
		members = append(members, [2]string{"kty", `"EC"`}, [2]string{"crv", quote(p.Curve.Params().Name)},
			[2]string{"x", quote(encode(point[1 : 1+size]))}, [2]string{"y", quote(encode(point[1+size:]))})
	case ed25519.PrivateKey:
		members = append(members, [2]string{"kty", `"OKP"`}, [2]string{"crv", `"Ed25519"`}, [2]string{"x", quote(encode(p.Public().(ed25519.PublicKey)))})
	}
	return json.RawMessage(object(members, changes))
}

// header is the one of a token of the key.
func (k *key) header(changes ...string) string {
	return object([][2]string{{"alg", quote(k.alg)}, {"kid", quote(k.kid)}, {"typ", `"JWT"`}}, changes)
}

// token is header and payload, signed.
func (k *key) token(header, payload string) string {
	input := encode([]byte(header)) + "." + encode([]byte(payload))
	return input + "." + encode(k.sign(input))
}

// plain is a token that the plain policy accepts.
func (k *key) plain() string { return k.token(k.header(), payload()) }

// sign returns the signature in the form it has in a token. The same input has
// the same signature, whatever the algorithm.
func (k *key) sign(input string) []byte {
	switch p := k.private.(type) {
	case []byte:
		m := hmac.New(hash(k.alg).New, p)
		m.Write([]byte(input))
		return m.Sum(nil)
	case *rsa.PrivateKey:
		if strings.HasPrefix(k.alg, "PS") {
			return k.signPSS(input, hash(k.alg).Size())
		}
		sig, err := rsa.SignPKCS1v15(nil, p, hash(k.alg), k.digest(input))
		check(err)
		return sig
	case *ecdsa.PrivateKey:
		r, s := k.signECDSA(input)
		return fixedWidth(r, s, (p.Curve.Params().BitSize+7)/8)
	}
	return ed25519.Sign(k.private.(ed25519.PrivateKey), []byte(input))
}

// certificate is one that vouches for the key, by an authority that nobody trusts. For
// a secret, it is of another key.
func (k *key) certificate() []byte {
	authority := newKey("EdDSA", "authority").private.(crypto.Signer)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(now-3600, 0), NotAfter: time.Unix(now+3600, 0)}
	subject, ok := k.private.(crypto.Signer)
	if !ok {
		subject = authority
	}
	der, err := x509.CreateCertificate(nil, template, template, subject.Public(), authority)
	check(err)
	return der
}

func (k *key) digest(input string) []byte {
	h := hash(k.alg).New()
	h.Write([]byte(input))
	return h.Sum(nil)
}

// signECDSA returns the two numbers of a deterministic signature (RFC 6979).
func (k *key) signECDSA(input string) (r, s *big.Int) {
	der, err := k.private.(*ecdsa.PrivateKey).Sign(nil, k.digest(input), hash(k.alg))
	check(err)
	var numbers struct{ R, S *big.Int }
	_, err = asn1.Unmarshal(der, &numbers)
	check(err)
	return numbers.R, numbers.S
}

func fixedWidth(r, s *big.Int, size int) []byte {
	sig := make([]byte, 2*size)
	r.FillBytes(sig[:size])
	s.FillBytes(sig[size:])
	return sig
}

// signPSS is RSASSA-PSS-SIGN (RFC 8017 section 8.1.1) with a salt that follows
// from the input.
func (k *key) signPSS(input string, saltSize int) []byte {
	h := hash(k.alg)
	return k.signBlock(pssBlock{hash: h, mask: h, salt: saltSize, trailer: 0xbc, separator: 1}.bytes(k, input))
}

func hash(alg string) crypto.Hash {
	switch alg[2:] {
	case "384":
		return crypto.SHA384
	case "512":
		return crypto.SHA512
	}
	return crypto.SHA256
}

func curve(alg string) elliptic.Curve {
	switch alg {
	case "ES384":
		return elliptic.P384()
	case "ES512":
		return elliptic.P521()
	}
	return elliptic.P256()
}

// A stream is an endless sequence of bytes that follows from its seed.
type stream struct {
	seed  string
	block uint64
	rest  []byte
}

func (s *stream) bytes(n int) []byte {
	for len(s.rest) < n {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("testkit:"+s.seed), s.block))
		s.rest = append(s.rest, sum[:]...)
		s.block++
	}
	b := s.rest[:n:n]
	s.rest = s.rest[n:]
	return b
}

func (s *stream) rsaKey() *rsa.PrivateKey { return s.rsaKeyOf(2048) }

func (s *stream) rsaKeyOf(bits int) *rsa.PrivateKey {
	e := big.NewInt(65537)
	one := big.NewInt(1)
	prime := func() *big.Int {
		n := new(big.Int).SetBytes(s.bytes(bits / 16))
		n.SetBit(n, bits/2-1, 1).SetBit(n, bits/2-2, 1).SetBit(n, 0, 1)
		for !n.ProbablyPrime(0) || new(big.Int).GCD(nil, nil, e, new(big.Int).Sub(n, one)).Cmp(one) != 0 {
			n.Add(n, big.NewInt(2))
		}
		return n
	}
	p, q := prime(), prime()
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: new(big.Int).ModInverse(e, order), Primes: []*big.Int{p, q}}
	k.Precompute()
	check(k.Validate())
	return k
}

func (s *stream) ecdsaKey(c elliptic.Curve) *ecdsa.PrivateKey {
	size := (c.Params().BitSize + 7) / 8
	for {
		scalar := s.bytes(size)
		scalar[0] &= 0xff >> (8*size - c.Params().BitSize)
		if k, err := ecdsa.ParseRawPrivateKey(c, scalar); err == nil {
			return k
		}
	}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func quote(s string) string {
	b, err := json.Marshal(s)
	check(err)
	return string(b)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
