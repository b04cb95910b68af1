package jwk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

const (
	maxSetSize = 16 << 20 // bytes of a JWK Set
	maxKeys    = 10_000   // entries of a JWK Set

	// maxCandidates is how many keys are given for one header: one more than a
	// jwt.Policy tries, so that it can say that there were too many.
	maxCandidates = 9
)

// A Set is the [jwt.KeySet] of a JWK Set (RFC 7517 section 5). It comes from
// [ParseSet], [ParsePrivateSet] or [NewSet], does not change, and may be used
// concurrently. The zero value and nil have no keys: their Verifiers returns an
// error.
//
// Keys verify if their use, key_ops and alg allow it; others are in Keys only.
// Two keys under one kid are told apart by their algorithm, or tried in turn if
// it is the same: both are trusted. A key that is there twice is tried once.
type Set struct {
	keys       []*Key
	skipped    []Skipped
	candidates map[lookup][]jwt.Verifier        // for a kid of the set, and for no kid
	unnamed    map[jwt.Algorithm][]jwt.Verifier // for any other kid: the keys without one
}

type lookup struct {
	keyID string
	alg   jwt.Algorithm
}

// Skipped is an entry that was left out of a Set. Its key ID is as it was found,
// "" if none was.
type Skipped struct {
	Index int // in the array, from 0
	KeyID string
	Err   error
}

// ParseSet reads a JWK Set of public keys to verify with, such as an identity
// provider publishes. Every entry is read by itself. One that is broken, of an
// unknown kty, crv or alg, symmetric, or private (somebody has published it, so
// that it is nobody's any more) is left out, and told by [Set.Skipped]. There is
// an error if data is not a JWK Set, or has more than 16 MiB or 10,000 entries.
func ParseSet(data []byte) (*Set, error) { return parseSet(data, false) }

// ParsePrivateSet is [ParseSet] for a JWK Set of your own from a safe place:
// private and symmetric keys in it are as good as others. A symmetric key
// verifies if it names an algorithm.
func ParsePrivateSet(data []byte) (*Set, error) { return parseSet(data, true) }

// NewSet returns the Set of the keys, which may be private or symmetric. It is
// an error if one is nil or zero.
func NewSet(keys ...*Key) (*Set, error) {
	for i, k := range keys {
		if err := k.missing(); err != nil {
			return nil, fmt.Errorf("%w: key %d", err, i)
		}
	}
	s := &Set{keys: slices.Clone(keys)}
	return s, s.index(jwt.RS256)
}

func parseSet(data []byte, private bool) (*Set, error) {
	if len(data) > maxSetSize {
		return nil, fmt.Errorf("jwk: got a JWK Set of %d bytes, want at most %d", len(data), maxSetSize)
	}
	s := new(Set)
	// Only names and text inside an entry may be broken without breaking the set.
	in := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if in.PeekKind() != '{' {
		return nil, errors.New("jwk: not a JWK Set: not a JSON object" + pemHint(data))
	}
	if err := s.read(in, private); err != nil {
		return nil, fmt.Errorf("jwk: not a JWK Set: %w", err)
	}
	return s, s.index(jwt.RS256)
}

// read reads the object of the set, and that nothing follows it.
func (s *Set) read(in *jsontext.Decoder, private bool) error {
	in.ReadToken() // the brace
	names := make(map[string]bool)
	for in.PeekKind() == '"' {
		token, err := in.ReadToken()
		if err != nil {
			return notJSON(in)
		}
		name := token.String()
		if names[name] {
			return fmt.Errorf("duplicate name %s", strictjson.Quote(name))
		}
		if names[name] = true; len(names) > maxMembers {
			return errors.New("too many members")
		}
		if name == "keys" {
			err = s.readKeys(in, private)
		} else if in.SkipValue() != nil {
			err = notJSON(in)
		}
		if err != nil {
			return err
		}
	}
	if _, err := in.ReadToken(); err != nil { // the brace
		return notJSON(in)
	}
	if !names["keys"] {
		return errors.New("keys is absent; Parse reads one JWK")
	}
	if _, err := in.ReadToken(); err != io.EOF {
		return errors.New("data after the JSON object")
	}
	return nil
}

func (s *Set) readKeys(in *jsontext.Decoder, private bool) error {
	if in.PeekKind() != '[' {
		return errors.New("keys: want an array")
	}
	in.ReadToken() // the bracket
	for i := 0; in.PeekKind() != ']'; i++ {
		if i == maxKeys {
			return fmt.Errorf("more than %d keys", maxKeys)
		}
		entry, err := in.ReadValue()
		if err != nil {
			return notJSON(in)
		}
		if k, err := parseEntry(entry, private); err == nil {
			s.keys = append(s.keys, k)
		} else {
			kid, _ := strictjson.Find(entry, "kid")
			keyID, _ := kid.Text("")
			s.skipped = append(s.skipped, Skipped{i, keyID, fmt.Errorf("jwk: %w", err)})
		}
	}
	in.ReadToken() // the bracket
	return nil
}

// notJSON does not tell the decoder's own error, which may quote the text.
func notJSON(in *jsontext.Decoder) error {
	return fmt.Errorf("not JSON at byte %d", in.InputOffset())
}

func parseEntry(data []byte, private bool) (*Key, error) {
	d, err := readDocument(data)
	if err != nil {
		return nil, err
	}
	if !private { // before any work is done for it
		if kty, _ := d.text("kty"); kty == "oct" {
			return nil, errors.New("a symmetric key among public keys; ParsePrivateSet reads secrets of your own")
		}
		if d.isPrivate() {
			return nil, errors.New("a private key among public keys; ParsePrivateSet reads private keys of your own")
		}
	}
	return d.key()
}

// WithRSA returns the set in which RSA keys without alg verify with alg, one of
// the RS and PS algorithms, instead of RS256.
func (s *Set) WithRSA(alg jwt.Algorithm) (*Set, error) {
	if err := s.missing(); err != nil {
		return nil, err
	}
	switch alg {
	case jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512:
	default:
		return nil, fmt.Errorf("jwk: got %s for RSA keys, want one of the RS and PS algorithms", strictjson.Quote(string(alg)))
	}
	other := &Set{keys: s.keys, skipped: s.skipped}
	return other, other.index(alg)
}

// A candidateList is the first few verifiers for one lookup, each key once.
type candidateList struct {
	verifiers   []jwt.Verifier
	thumbprints []string
}

func (l *candidateList) add(v jwt.Verifier, thumbprint string) {
	if len(l.verifiers) < maxCandidates && !slices.Contains(l.thumbprints, thumbprint) {
		l.verifiers = append(l.verifiers, v)
		l.thumbprints = append(l.thumbprints, thumbprint)
	}
}

// index fills the maps that Verifiers looks into.
func (s *Set) index(rsa jwt.Algorithm) error {
	lists, unnamed := make(map[lookup]*candidateList), make(map[jwt.Algorithm]*candidateList)
	for _, k := range s.keys {
		for _, alg := range k.verifying(rsa) {
			v, err := k.VerifierFor(alg)
			if err != nil {
				return err
			}
			thumbprint := k.Thumbprint()
			entry(lists, lookup{"", alg}).add(v, thumbprint)
			if k.keyID != "" {
				entry(lists, lookup{k.keyID, alg}).add(v, thumbprint)
			} else {
				entry(unnamed, alg).add(v, thumbprint)
			}
		}
	}
	s.candidates = make(map[lookup][]jwt.Verifier, len(lists))
	all := make([]jwt.Verifier, 0, len(lists)) // of which most lists are one, so that the garbage collector has few to visit
	for at, list := range lists {
		if others := unnamed[at.alg]; others != nil && at.keyID != "" {
			for i, v := range others.verifiers {
				list.add(v, others.thumbprints[i])
			}
		}
		first := len(all)
		all = append(all, list.verifiers...)
		s.candidates[at] = slices.Clip(all[first:])
	}
	s.unnamed = make(map[jwt.Algorithm][]jwt.Verifier, len(unnamed))
	for alg, list := range unnamed {
		s.unnamed[alg] = slices.Clip(list.verifiers)
	}
	return nil
}

// entry returns the value of m at key, a new one if there is none.
func entry[K comparable](m map[K]*candidateList, key K) *candidateList {
	if m[key] == nil {
		m[key] = new(candidateList)
	}
	return m[key]
}

// verifying returns the algorithms that the key verifies in a set.
func (k *Key) verifying(rsa jwt.Algorithm) []jwt.Algorithm {
	asked := k
	if public := k.Public(); public != nil {
		asked = public
	}
	if _, ok := encryption[k.algorithm]; ok || !asked.Permits("verify") {
		return nil
	}
	return k.algorithms(rsa)
}

// missing reports a Set that is nil or zero.
func (s *Set) missing() error {
	if s == nil || s.candidates == nil {
		return errors.New("jwk: the set is nil or zero, want one from ParseSet or NewSet")
	}
	return nil
}

// Verifiers returns the keys for h, at most nine, one more than a [jwt.Policy]
// tries, so that it can say there were too many: those with the key ID of h, then
// those without any; if h has no key ID, the first ones of the algorithm. It
// takes the same time for a set of any size, and allocates nothing.
func (s *Set) Verifiers(_ context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	if err := s.missing(); err != nil {
		return nil, err
	}
	if found, ok := s.candidates[lookup{h.KeyID, h.Algorithm}]; ok {
		return found, nil
	}
	return s.unnamed[h.Algorithm], nil
}

// Keys returns the keys in their order, those that do not verify among them.
func (s *Set) Keys() []*Key {
	if s == nil {
		return nil
	}
	return slices.Clone(s.keys)
}

// Skipped returns the entries that were left out, and why.
func (s *Set) Skipped() []Skipped {
	if s == nil {
		return nil
	}
	return slices.Clone(s.skipped)
}

// MarshalJSON returns the JWK Set of the public parts. A set with a symmetric
// key is an error, since it is not for publishing.
func (s *Set) MarshalJSON() ([]byte, error) {
	if err := s.missing(); err != nil {
		return nil, err
	}
	b := []byte(`{"keys":[`)
	for i, k := range s.keys {
		if k.Public() == nil {
			return nil, fmt.Errorf("jwk: key %d is symmetric, and no key to publish", i)
		}
		public, err := k.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("%w: key %d", err, i)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, public...)
	}
	return append(b, `]}`...), nil
}

// String says how many keys there are.
func (s *Set) String() string {
	if s.missing() != nil {
		return "no JWK Set"
	}
	return fmt.Sprintf("JWK Set, keys: %d, left out: %d", len(s.keys), len(s.skipped))
}
