package jwk

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

const (
	maxKeySize = 64 << 10 // bytes of one JWK or PEM file: a large RSA key with its certificates has a quarter
	maxMembers = 64       // of one JWK, at every depth together
)

// Parse reads one JWK, public, private or symmetric, of at most 64 KiB. Sets of
// keys go to [ParseSet].
func Parse(data []byte) (*Key, error) {
	d, err := readDocument(data)
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	k, err := d.key()
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	return k, nil
}

// A document is the members of one JWK.
type document map[string]strictjson.Value

func readDocument(data []byte) (document, error) {
	if len(data) > maxKeySize {
		return nil, fmt.Errorf("got a JWK of %d bytes, want at most %d", len(data), maxKeySize)
	}
	d := make(document)
	o := strictjson.Read(data, maxMembers)
	for o.Next() {
		d[string(o.Name)] = o.Value
	}
	if o.Problem() != "" {
		return nil, fmt.Errorf("not a JWK: %s%s", o.Problem(), pemHint(data))
	}
	return d, nil
}

// pemHint says which function reads data, should it be a PEM file.
func pemHint(data []byte) string {
	if bytes.HasPrefix(data, []byte("-----BEGIN ")) {
		return "; ParsePEM reads PEM files"
	}
	return ""
}

// key returns the Key that the document stands for.
func (d document) key() (*Key, error) {
	a, err := d.attributes()
	if err != nil {
		return nil, err
	}
	kty, err := d.text("kty")
	if err != nil {
		return nil, err
	}
	var key any
	switch kty {
	case "RSA":
		key, err = d.rsa()
	case "EC":
		key, err = d.ec()
	case "OKP":
		key, err = d.okp()
	case "oct":
		key, err = d.secret()
	case "":
		err = errors.New("kty is absent")
		if _, ok := d["keys"]; ok {
			err = errors.New("got a JWK Set, want one JWK; ParseSet reads sets")
		}
	default:
		err = fmt.Errorf("unknown kty %s, want RSA, EC, OKP or oct", strictjson.Quote(kty))
	}
	if err != nil {
		return nil, err
	}
	return newKey(key, a)
}

// privateMembers are those that only private keys have.
var privateMembers = [...]string{"d", "p", "q", "dp", "dq", "qi", "oth"}

// isPrivate reports whether there is any private member.
func (d document) isPrivate() bool {
	return slices.ContainsFunc(privateMembers[:], func(name string) bool { _, ok := d[name]; return ok })
}

// rsa decodes the members of RFC 7518 section 6.3.
func (d document) rsa() (any, error) {
	n, err := d.integer("n")
	if err != nil {
		return nil, err
	}
	e, err := d.integer("e")
	if err != nil {
		return nil, err
	}
	if e.Cmp(big.NewInt(math.MaxInt32)) > 0 {
		return nil, errors.New("e: want an odd exponent from 3 to 2^31-1")
	}
	public, err := ownRSA(&rsa.PublicKey{N: n, E: int(e.Int64())})
	if err != nil || !d.isPrivate() {
		return public, err
	}
	if _, ok := d["oth"]; ok {
		return nil, errors.New("oth: got an RSA key with more than two primes, want two")
	}
	values := make([]*big.Int, 6)
	for i, name := range privateMembers[:6] { // section 6.3.2: all of them, or d alone, which is not enough here
		if values[i], err = d.integer(name); err != nil {
			return nil, err
		}
	}
	return newRSAPrivate(public, &rsa.PrivateKey{
		D:           values[0],
		Primes:      values[1:3],
		Precomputed: rsa.PrecomputedValues{Dp: values[3], Dq: values[4], Qinv: values[5]},
	})
}

// ec decodes the members of RFC 7518 section 6.2.
func (d document) ec() (any, error) {
	crv, err := d.text("crv")
	if err != nil {
		return nil, err
	}
	for _, c := range curves {
		if c.name != crv {
			continue
		}
		x, err := d.fixed("x", c.size)
		if err != nil {
			return nil, err
		}
		y, err := d.fixed("y", c.size)
		if err != nil {
			return nil, err
		}
		scalar, err := d.scalar(c.size)
		if err != nil {
			return nil, err
		}
		return c.newKey(slices.Concat([]byte{4}, x, y), scalar)
	}
	return nil, fmt.Errorf("unknown crv %s, want P-256, P-384 or P-521", strictjson.Quote(crv))
}

// okp decodes the members of RFC 8037 section 2.
func (d document) okp() (any, error) {
	crv, err := d.text("crv")
	if err != nil {
		return nil, err
	}
	if crv != "Ed25519" && crv != "X25519" {
		return nil, fmt.Errorf("unknown crv %s, want Ed25519 or X25519", strictjson.Quote(crv))
	}
	x, err := d.fixed("x", size25519)
	if err != nil {
		return nil, err
	}
	scalar, err := d.scalar(size25519)
	if err != nil {
		return nil, err
	}
	if crv == "X25519" {
		return newX25519(x, scalar)
	}
	return newEd25519(x, scalar)
}

// secret decodes the member of RFC 7518 section 6.4.
func (d document) secret() (any, error) {
	k, err := d.octets("k")
	if err != nil {
		return nil, err
	}
	return newSecret(k)
}

// fixed decodes a coordinate, which has exactly size bytes.
func (d document) fixed(name string, size int) ([]byte, error) {
	b, err := d.octets(name)
	if err == nil && len(b) != size {
		err = fmt.Errorf("%s: got %d bytes, want %d", name, len(b), size)
	}
	return b, err
}

// scalar decodes the d of a private key, nil for a public one.
func (d document) scalar(size int) ([]byte, error) {
	if _, ok := d["d"]; !ok {
		return nil, nil
	}
	return d.fixed("d", size)
}

// text returns a string, "" if it is absent. An empty one is an error.
func (d document) text(name string) (string, error) {
	v, ok := d[name]
	if !ok {
		return "", nil
	}
	text, ok := v.Text("")
	if !ok {
		return "", fmt.Errorf("%s: got %s, want a string", name, v.Kind())
	}
	if text == "" && name != "kid" {
		return "", fmt.Errorf("%s is empty", name)
	}
	return text, nil
}

// texts returns an array of strings, nil if it is absent.
func (d document) texts(name string) ([]string, error) {
	v, ok := d[name]
	if !ok {
		return nil, nil
	}
	texts, ok := v.Texts("", []string{})
	if !ok {
		return nil, fmt.Errorf("%s: want an array of strings", name)
	}
	return texts, nil
}

// octets decodes the base64url of a member that must be there.
func (d document) octets(name string) ([]byte, error) {
	text, err := d.text(name)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, fmt.Errorf("%s is absent", name)
	}
	b, err := jwt.DecodeBase64URL(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, unprefixed(err))
	}
	return b, nil
}

// integer decodes a Base64urlUInt (RFC 7518 section 2): as few octets as the
// value needs, or with the sign octet that section 6.3.1.1 warns of, one zero
// before a set top bit.
func (d document) integer(name string) (*big.Int, error) {
	b, err := d.octets(name)
	if err != nil {
		return nil, err
	}
	if b[0] == 0 && len(b) > 1 && b[1] < 0x80 {
		return nil, fmt.Errorf("%s: got leading zero octets, want none (RFC 7518 section 2)", name)
	}
	return new(big.Int).SetBytes(b), nil
}

// attributes decodes the members of RFC 7517 section 4.
func (d document) attributes() (a attributes, err error) {
	for _, m := range [...]struct {
		name string
		dst  *string
	}{
		{"alg", (*string)(&a.algorithm)}, {"use", &a.use}, {"kid", &a.keyID}, {"x5t", &a.x5t}, {"x5t#S256", &a.x5t256},
	} {
		if *m.dst, err = d.text(m.name); err != nil {
			return attributes{}, err
		}
	}
	if a.operations, err = d.texts("key_ops"); err != nil {
		return attributes{}, err
	}
	if a.chain, err = d.texts("x5c"); err != nil {
		return attributes{}, err
	}
	return a, nil
}

// checkChain reports an x5c that is not one, or is for another key (RFC 7517
// section 4.7). It is carried for others; nothing here trusts it.
func (k *Key) checkChain() error {
	if k.chain == nil {
		return nil
	}
	if len(k.chain) == 0 {
		return errors.New("x5c: want at least one certificate")
	}
	for i, text := range k.chain {
		der, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || strings.ContainsAny(text, "\r\n") {
			return errors.New("x5c: not base64")
		}
		if i > 0 {
			continue
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return errors.New("x5c: not a certificate")
		}
		public, err := own(cert.PublicKey)
		if err != nil {
			return fmt.Errorf("x5c: %w", err)
		}
		if !slices.Equal(publicParameters(public), publicParameters(k.public)) {
			return errors.New("x5c: the first certificate is for another key (RFC 7517 section 4.7)")
		}
	}
	return nil
}

// MarshalJSON returns the JWK of the public part. A symmetric key has none: it
// is an error.
func (k *Key) MarshalJSON() ([]byte, error) {
	if err := k.missing(); err != nil {
		return nil, err
	}
	public := k.Public()
	if public == nil {
		return nil, errors.New("jwk: a symmetric key has no public part; MarshalPrivateJSON writes the secret")
	}
	return public.appendJSON(nil, publicParameters(public.public))
}

// MarshalPrivateJSON returns the JWK of a private or symmetric key with
// everything that is secret in it. A public key is an error.
func (k *Key) MarshalPrivateJSON() ([]byte, error) {
	if err := k.missing(); err != nil {
		return nil, err
	}
	if k.private == nil {
		return nil, errors.New("jwk: got a public key, want a private or symmetric one; MarshalJSON writes public keys")
	}
	return k.appendJSON(nil, append(publicParameters(k.identity()), privateParameters(k.private())...))
}

// appendJSON appends the JWK of the parameters and attributes.
func (k *Key) appendJSON(b []byte, p parameters) (_ []byte, err error) {
	b = p.appendJSON(append(b, '{'))
	texts := func(name string, list []string) {
		if list == nil || err != nil {
			return
		}
		b = append(append(append(b, `,"`...), name...), `":[`...)
		for i, text := range list {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = jsontext.AppendQuote(b, text); err != nil {
				return
			}
		}
		b = append(b, ']')
	}
	text := func(name, value string) {
		if value == "" || err != nil {
			return
		}
		b, err = jsontext.AppendQuote(append(append(append(b, `,"`...), name...), `":`...), value)
	}
	text("use", k.use)
	texts("key_ops", k.operations)
	text("alg", string(k.algorithm))
	text("kid", k.keyID)
	texts("x5c", k.chain)
	text("x5t", k.x5t)
	text("x5t#S256", k.x5t256)
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	return append(b, '}'), nil
}
