package jwk

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
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
