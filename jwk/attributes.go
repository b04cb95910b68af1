package jwk

import (
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// attributes are the members that say what a key is for (RFC 7517 section 4).
type attributes struct {
	algorithm   jwt.Algorithm
	use         string
	operations  []string // key_ops; nil if absent
	keyID       string
	chain       []string // x5c
	x5t, x5t256 string   // carried as they are
	pss         bool     // of an RSA key: for the PS algorithms only
	members     []member // that are not known here; of a private key not in its public one
}

// attributes decodes the members of RFC 7517 section 4 but for x5c.
func (d *document) attributes() (a attributes, err error) {
	var texts [3]string
	for i, name := range [...]string{"alg", "use", "kid"} {
		if texts[i], err = d.text(name); err != nil {
			return attributes{}, err
		}
	}
	a.algorithm, a.use, a.keyID = jwt.Algorithm(texts[0]), texts[1], texts[2]
	var thumbprints [2]string
	for i, name := range [...]string{"x5t", "x5t#S256"} {
		if thumbprints[i], err = d.text(name); err != nil {
			if !d.published {
				return attributes{}, err
			}
			d.note(name, "got "+d.value(name).Kind()+", want a string; passed over")
		}
	}
	a.x5t, a.x5t256 = thumbprints[0], thumbprints[1]
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
