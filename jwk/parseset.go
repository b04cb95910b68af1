package jwk

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

const (
	maxSetSize = 16 << 20 // bytes of a JWK Set
	maxKeys    = 10_000   // entries of a JWK Set
)

// Skipped is an entry that was left out of a Set. Its key ID is as it was found,
// "" if none was.
type Skipped struct {
	Index int // in the array, from 0
	KeyID string
	Err   error
}

// A Note says what was unusual in a published set that was read nevertheless.
type Note struct {
	Index  int // of the entry in the array, from 0; -1 for the set itself
	KeyID  string
	Member string // of the entry, "" for the set itself
	Detail string // what it is, and whether it was read or passed over
}

// ParseSet reads a JWK Set of public keys to verify with, such as an identity
// provider publishes. Every entry is read by itself. One that is broken, of an
// unknown kty, crv or alg, symmetric, or private is left out and told by
// [Set.Skipped]: a private key that is published is compromised.
//
// Members that are null, an empty text or an empty array are absent. Leading zero
// octets, missing ones of coordinates, padding, white space and both alphabets of
// base64 are read, as they change no value. An x5c, x5t or x5t#S256 that cannot
// be read is passed over, since nothing here trusts it; an x5c that can be read
// must be for the key. [Set.Noted] tells where any of this was so, but for
// absent members.
//
// It is an error if data is not a JWK Set, or has more than 16 MiB or 10,000
// entries.
func ParseSet(data []byte) (*Set, error) { return parseSet(data, true) }

// ParsePrivateSet reads a JWK Set of your own from a safe place: private and
// symmetric keys in it are as good as others, and entries are read as strictly as
// by [Parse]. A symmetric key verifies if it names an algorithm. Bounds and
// errors are those of [ParseSet].
func ParsePrivateSet(data []byte) (*Set, error) { return parseSet(data, false) }

func parseSet(data []byte, published bool) (*Set, error) {
	if len(data) > maxSetSize {
		return nil, fmt.Errorf("jwk: got a JWK Set of %d bytes, want at most %d", len(data), maxSetSize)
	}
	r := setReader{Set: new(Set), entry: document{published: published}}
	if rest, ok := bytes.CutPrefix(data, byteOrderMark); ok && published {
		data = rest
		r.notes = append(r.notes, Note{Index: -1, Detail: "a byte order mark before it; passed over"})
	}
	// Only names and text inside an entry may be broken without breaking the set.
	r.in = jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if r.in.PeekKind() != '{' {
		return nil, errors.New("jwk: not a JWK Set: not a JSON object" + hintFor(data))
	}
	if err := r.read(); err != nil {
		return nil, fmt.Errorf("jwk: not a JWK Set: %w", err)
	}
	r.index()
	return r.Set, nil
}

// A setReader fills a Set with the keys of a document.
type setReader struct {
	*Set
	in    *jsontext.Decoder
	entry document // the current one
}

// read reads the object of the set, and that nothing follows it.
func (r *setReader) read() error {
	r.in.ReadToken() // the brace
	seen := make(map[string]jsontext.Value)
	for r.in.PeekKind() == '"' {
		token, err := r.in.ReadToken()
		if err != nil {
			return r.notJSON()
		}
		name := token.String()
		if _, ok := seen[name]; ok {
			return fmt.Errorf("duplicate name %s", strictjson.Quote(name))
		}
		if len(seen) == maxMembers {
			return errors.New("too many members")
		}
		if name == "keys" && r.in.PeekKind() == '[' {
			seen[name] = nil
			err = r.readKeys()
		} else if seen[name], err = r.in.ReadValue(); err != nil {
			err = r.notJSON()
		} else if name == "keys" {
			err = fmt.Errorf("keys: got %s, want an array", kindOfJSON(seen[name]))
		} else {
			seen[name] = start(seen[name])
		}
		if err != nil {
			return err
		}
	}
	if _, err := r.in.ReadToken(); err != nil { // the brace
		return r.notJSON()
	}
	if _, ok := seen["keys"]; !ok {
		return errors.New("keys is absent" + whatElse(seen))
	}
	if _, err := r.in.ReadToken(); err != io.EOF {
		return errors.New("data after the JSON object")
	}
	return nil
}

func (r *setReader) readKeys() error {
	r.in.ReadToken() // the bracket
	for i := 0; r.in.PeekKind() != ']'; i++ {
		if i == maxKeys {
			return fmt.Errorf("more than %d keys", maxKeys)
		}
		data, err := r.in.ReadValue()
		if err != nil {
			return r.notJSON()
		}
		r.entry = document{published: r.entry.published, others: r.entry.others[:0], notes: r.entry.notes[:0]}
		k, err := r.entry.setKey(data)
		if err != nil {
			kid, _ := strictjson.Find(data, "kid")
			keyID, _ := kid.Text("")
			r.skipped = append(r.skipped, Skipped{i, keyID, fmt.Errorf("jwk: %w", err)})
			continue
		}
		r.keys = append(r.keys, k)
		for _, n := range r.entry.notes {
			n.Index, n.KeyID = i, k.keyID
			r.notes = append(r.notes, n)
		}
	}
	r.in.ReadToken() // the bracket
	return nil
}

// notJSON does not tell the decoder's own error, which may quote the text.
func (r *setReader) notJSON() error {
	return fmt.Errorf("not JSON at byte %d", r.in.InputOffset())
}

// setKey returns the key of an entry of a set.
func (d *document) setKey(data []byte) (*Key, error) {
	if err := d.read(data); err != nil {
		return nil, err
	}
	if d.published { // before any work is done for it
		if kty, _ := d.text("kty"); kty == "oct" {
			return nil, errors.New("a symmetric key among public keys; ParsePrivateSet reads secrets of your own")
		}
		if d.isPrivate() {
			return nil, errors.New("a private key among public keys; ParsePrivateSet reads private keys of your own")
		}
	}
	return d.key()
}
