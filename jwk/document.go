package jwk

import (
	"bytes"
	"crypto/rsa"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/armour"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/internal/webkey"
)

const (
	maxKeySize    = 64 << 10 // bytes of one JWK or key file: a large RSA key with its certificates has a quarter
	maxMembers    = 64       // of one JWK, at every depth together
	maxOperations = 1 << 10  // bytes of key_ops, which has eight values of its own
	maxChain      = 32       // certificates of x5c
)

// Parse reads one JWK, public, private or symmetric, of at most 64 KiB, strictly:
// it is for keys of your own, and for a key that a client sends. Sets of keys go
// to [ParseSet], which reads published keys.
func Parse(data []byte) (*Key, error) {
	var d document
	if err := d.read(data); err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	k, err := d.key()
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	return k, nil
}

// A document is the members of one JWK. A published one is an entry of a set of
// public keys: what is odd in it and changes no value is read, and noted.
type document struct {
	known     [len(names)]strictjson.Value // in the order of names; zero if absent
	others    []member
	published bool
	notes     []Note // what was odd, without index and key ID
}

// names are the members that this package reads.
var names = [...]string{
	"kty", "use", "key_ops", "alg", "kid", "x5c", "x5t", "x5t#S256",
	"crv", "x", "y", "n", "e", "k", "pub",
	"d", "p", "q", "dp", "dq", "qi", "oth", "priv",
}

// place returns the index of a name in names, and -1 for another one.
func place(name string) int {
	for i := range names {
		if names[i] == name {
			return i
		}
	}
	return -1
}

// value returns the member of a name in names, nil if it is absent.
func (d *document) value(name string) *strictjson.Value {
	if v := &d.known[place(name)]; v.Raw != nil {
		return v
	}
	return nil
}

// read fills the document with the members in data.
func (d *document) read(data []byte) error {
	if len(data) > maxKeySize {
		return fmt.Errorf("got a JWK of %d bytes, want at most %d", len(data), maxKeySize)
	}
	o := strictjson.Read(data, maxMembers)
	for o.Next() {
		i := place(string(o.Name))
		switch {
		case i < 0:
			d.others = append(d.others, member{string(o.Name), o.Value.Raw})
		case d.published && isEmpty(o.Value.Raw): // as if it were absent
		default:
			d.known[i] = o.Value
		}
	}
	if o.Problem() != "" {
		return fmt.Errorf("not a JWK: %s%s", o.Problem(), hintFor(data))
	}
	return nil
}

// isEmpty reports whether a JSON value is null, "" or an array of nothing.
func isEmpty(raw []byte) bool {
	switch raw[0] {
	case 'n':
		return true
	case '"':
		return len(raw) == 2
	case '[':
		return len(bytes.TrimSpace(raw[1:len(raw)-1])) == 0
	}
	return false
}

// note tells that a member was odd.
func (d *document) note(name, detail string) {
	d.notes = append(d.notes, Note{Member: name, Detail: detail})
}

// key returns the Key that the document stands for.
func (d *document) key() (*Key, error) {
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
	case "AKP":
		key, err = d.akp(a.algorithm)
	case "oct":
		key, err = d.secret()
	case "":
		err = d.noKty()
	default:
		err = fmt.Errorf("unknown kty %s, want RSA, EC, OKP, AKP or oct", strictjson.Quote(kty))
	}
	if err != nil {
		return nil, err
	}
	k, err := newKey(key, a)
	if err != nil {
		return nil, err
	}
	if err := d.readChain(k); err != nil {
		return nil, err
	}
	k.members = d.own()
	return k, nil
}

// noKty says what a document without kty may be.
func (d *document) noKty() error {
	for _, m := range d.others {
		if m.name == "keys" {
			return errors.New("got a JWK Set, want one JWK; ParseSet reads sets")
		}
		if armour.In(string(m.json)) {
			return fmt.Errorf("kty is absent; a PEM key is in %s, which ParsePEM reads", strictjson.Line(m.name))
		}
	}
	return errors.New("kty is absent")
}

// privateMembers are those that only private keys have.
var privateMembers = [...]string{"d", "p", "q", "dp", "dq", "qi", "oth", "priv"}

// isPrivate reports whether there is any private member.
func (d *document) isPrivate() bool {
	for _, v := range d.known[len(names)-len(privateMembers):] {
		if v.Raw != nil {
			return true
		}
	}
	return false
}

// rsa decodes the members of RFC 7518 section 6.3.
func (d *document) rsa() (any, error) {
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
	public := &rsa.PublicKey{N: n, E: int(e.Int64())} // of which nobody else has a part
	if err := checkRSA(public); err != nil || !d.isPrivate() {
		return public, err
	}
	if d.value("oth") != nil {
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
func (d *document) ec() (any, error) {
	crv, err := d.text("crv")
	if err != nil {
		return nil, err
	}
	c, ok := webkey.CurveNamed("EC", crv)
	if !ok {
		return nil, fmt.Errorf("unknown crv %s, want P-256, P-384 or P-521", strictjson.Quote(crv))
	}
	point := append(make([]byte, 0, 1+2*c.Size), 4) // uncompressed
	for _, name := range [...]string{"x", "y"} {
		coordinate, err := d.coordinate(name, c.Size)
		if err != nil {
			return nil, err
		}
		point = append(point, coordinate...)
	}
	scalar, err := d.scalar(c.Size)
	if err != nil {
		return nil, err
	}
	return newEC(c, point, scalar)
}

// okp decodes the members of RFC 8037 section 2.
func (d *document) okp() (any, error) {
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

// akp decodes the members of RFC 9964 section 3, of a key for alg.
func (d *document) akp(alg jwt.Algorithm) (any, error) {
	size := mldsaSizes[alg]
	switch {
	case alg == "":
		return nil, errors.New("alg is absent, which an AKP key must have")
	case size == 0:
		return nil, fmt.Errorf("unknown alg %s of an AKP key, want ML-DSA-44, ML-DSA-65 or ML-DSA-87", strictjson.Quote(string(alg)))
	}
	pub, err := d.fixed("pub", size)
	if err != nil {
		return nil, err
	}
	if d.value("priv") == nil {
		return newMLDSA(alg, pub, nil)
	}
	seed, err := d.fixed("priv", mldsaSeedSize)
	if err != nil {
		return nil, err
	}
	return newMLDSA(alg, pub, seed)
}

// secret decodes the member of RFC 7518 section 6.4.
func (d *document) secret() (any, error) {
	k, err := d.octets("k")
	if err != nil {
		return nil, err
	}
	return newSecret(k)
}

// attributes decodes the members of RFC 7517 section 4 but for x5c.
func (d *document) attributes() (a attributes, err error) {
	for _, m := range [...]struct {
		name string
		dst  *string
	}{{"alg", (*string)(&a.algorithm)}, {"use", &a.use}, {"kid", &a.keyID}} {
		if *m.dst, err = d.text(m.name); err != nil {
			return attributes{}, err
		}
	}
	for _, m := range [...]struct {
		name string
		dst  *string
	}{{"x5t", &a.x5t}, {"x5t#S256", &a.x5t256}} {
		if *m.dst, err = d.text(m.name); err != nil {
			if !d.published {
				return attributes{}, err
			}
			d.note(m.name, "got "+d.value(m.name).Kind()+", want a string; passed over")
		}
	}
	a.operations, err = d.operations()
	return a, err
}

// operations decodes key_ops, nil if it is absent.
func (d *document) operations() ([]string, error) {
	v := d.value("key_ops")
	if v == nil {
		return nil, nil
	}
	if len(v.Raw) > maxOperations {
		return nil, fmt.Errorf("key_ops: got %d bytes, want at most %d", len(v.Raw), maxOperations)
	}
	texts, ok := v.Texts("", []string{})
	if !ok {
		return nil, errors.New("key_ops: want an array of strings")
	}
	unique, twice := distinct(texts)
	if twice != "" {
		if !d.published {
			return nil, fmt.Errorf("key_ops: %s is there twice (RFC 7517 section 4.3)", strictjson.Quote(twice))
		}
		d.note("key_ops", strictjson.Quote(twice)+" is there twice; read once")
	}
	return unique, nil
}

// distinct returns the texts without those that were there before, and one of
// these, "" if there is none.
func distinct(texts []string) (unique []string, twice string) {
	unique = make([]string, 0, len(texts))
	seen := make(map[string]struct{}, len(texts))
	for _, text := range texts {
		if _, ok := seen[text]; ok {
			twice = text
			continue
		}
		seen[text] = struct{}{}
		unique = append(unique, text)
	}
	return unique, twice
}
