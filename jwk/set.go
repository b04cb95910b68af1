package jwk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// maxCandidates is how many keys are given for one header: one more than a
// jwt.Policy tries, so that it can say that there were too many.
const maxCandidates = 9

// A Set is the [jwt.KeySet] of a JWK Set (RFC 7517 section 5). It comes from
// [ParseSet], [ParseCertificates], [ParsePrivateSet] or [NewSet], does not change,
// and may be used concurrently. The zero value and nil have no keys: their
// Verifiers returns an error.
//
// Keys verify if their use, key_ops and alg allow it; others are in Keys only.
// Two keys under one kid are told apart by their algorithm, or tried in turn if
// it is the same: both are trusted. A key that is there twice is tried once.
type Set struct {
	keys       []*Key
	skipped    []Skipped
	notes      []Note
	rules      setRules
	candidates map[lookup]*candidateList        // for a kid of the set, and for no kid
	unnamed    map[jwt.Algorithm]*candidateList // for any other kid: the keys without one
	why        *explanation
}

// setRules say what the keys of a set verify, as With… and Allow… choose.
type setRules struct {
	rsa  jwt.Algorithm // of RSA keys without alg; "" is RS256
	uses []string      // values of use that are as good as "sig"
}

type lookup struct {
	keyID string
	alg   jwt.Algorithm
}

// NewSet returns the Set of the keys, which may be private or symmetric. It is
// an error if one is nil or zero.
func NewSet(keys ...*Key) (*Set, error) {
	for i, k := range keys {
		if err := k.missing(); err != nil {
			return nil, fmt.Errorf("%w: key %d", err, i)
		}
	}
	s := &Set{keys: slices.Clone(keys)}
	s.index()
	return s, nil
}

// WithRSA returns the set in which RSA keys without alg verify with alg, one of
// the RS and PS algorithms, instead of RS256.
func (s *Set) WithRSA(alg jwt.Algorithm) (*Set, error) {
	if err := s.missing(); err != nil {
		return nil, err
	}
	if !takesRSA(alg) {
		return nil, fmt.Errorf("jwk: got %s for RSA keys, want one of the RS and PS algorithms", strictjson.Quote(string(alg)))
	}
	return s.with(setRules{alg, s.rules.uses}), nil
}

// AllowUse returns the set in which keys of the given uses verify as those of use
// "sig" do: "jwt-svid" for the keys of a SPIFFE bundle. It is an error to allow
// "enc", or an empty text.
func (s *Set) AllowUse(uses ...string) (*Set, error) {
	if err := s.missing(); err != nil {
		return nil, err
	}
	for _, use := range uses {
		if use == "" || use == useEncryption {
			return nil, fmt.Errorf("jwk: got use %s, want one for signatures", strictjson.Quote(use))
		}
	}
	return s.with(setRules{s.rules.rsa, slices.Concat(s.rules.uses, uses)}), nil
}

// with returns the set with other rules.
func (s *Set) with(rules setRules) *Set {
	other := &Set{keys: s.keys, skipped: s.skipped, notes: s.notes, rules: rules}
	other.index()
	return other
}

// missing reports a Set that is nil or zero.
func (s *Set) missing() error {
	if s == nil || s.candidates == nil {
		return errors.New("jwk: the set is nil or zero, want one from ParseSet or NewSet")
	}
	return nil
}

// A candidateList is the first few keys for one lookup, each once, and their
// verifiers from the first time that they are asked for.
type candidateList struct {
	alg       jwt.Algorithm
	keys      []*Key
	once      sync.Once
	verifiers []jwt.Verifier
	err       error
}

func (l *candidateList) add(k *Key) {
	if len(l.keys) < maxCandidates && !slices.ContainsFunc(l.keys, k.same) {
		l.keys = append(l.keys, k)
	}
}

// get returns the verifiers.
func (l *candidateList) get() ([]jwt.Verifier, error) {
	l.once.Do(func() {
		verifiers := make([]jwt.Verifier, len(l.keys))
		for i, k := range l.keys {
			if verifiers[i], l.err = k.verifier(l.alg); l.err != nil {
				return // not reached: the key has been checked
			}
		}
		l.verifiers = verifiers
	})
	return l.verifiers, l.err
}

// index fills the maps that Verifiers looks into.
func (s *Set) index() {
	s.candidates = make(map[lookup]*candidateList, len(s.keys))
	s.unnamed = make(map[jwt.Algorithm]*candidateList)
	s.why = &explanation{set: s}
	for _, k := range s.keys {
		algorithms, _ := s.rules.verifying(k)
		for _, alg := range algorithms {
			listOf(s.candidates, lookup{"", alg}, alg).add(k)
			if k.keyID != "" {
				listOf(s.candidates, lookup{k.keyID, alg}, alg).add(k)
			} else {
				listOf(s.unnamed, alg, alg).add(k)
			}
		}
	}
	for at, list := range s.candidates {
		if others := s.unnamed[at.alg]; others != nil {
			for _, k := range others.keys {
				list.add(k)
			}
		}
	}
}

// listOf returns the value of m at key, a new one if there is none.
func listOf[K comparable](m map[K]*candidateList, key K, alg jwt.Algorithm) *candidateList {
	list := m[key]
	if list == nil {
		list = &candidateList{alg: alg}
		m[key] = list
	}
	return list
}

// verifying returns the algorithms that the key verifies in a set, or why there
// is none.
func (r setRules) verifying(k *Key) (algorithms []jwt.Algorithm, why string) {
	if public := k.Public(); public != nil {
		k = public
	}
	switch _, encrypts := encryption[k.algorithm]; {
	case encrypts:
		return nil, "its alg is " + string(k.algorithm)
	case k.use != "" && k.use != useSignature && !slices.Contains(r.uses, k.use):
		return nil, "its use is " + strictjson.Quote(k.use)
	case k.operations != nil && !slices.Contains(k.operations, "verify"):
		return nil, `its key_ops do not have "verify"`
	}
	rsa := r.rsa
	if rsa == "" {
		rsa = jwt.RS256
	}
	if algorithms = k.algorithms(rsa); algorithms == nil {
		return nil, "it is a key of " + k.kind() + " without an alg for signatures"
	}
	return algorithms, ""
}

// Verifiers returns the keys for h, at most nine, one more than a [jwt.Policy]
// tries, so that it can say there were too many: those with the key ID of h, then
// those without any; if h has no key ID, the first ones of the algorithm. It
// takes the same time for a set of any size, and allocates only when it returns a
// key for the first time.
func (s *Set) Verifiers(_ context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	if err := s.missing(); err != nil {
		return nil, err
	}
	list := s.candidates[lookup{h.KeyID, h.Algorithm}]
	if list == nil {
		list = s.unnamed[h.Algorithm]
	}
	if list == nil {
		return nil, nil
	}
	return list.get()
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

// Noted returns what was odd in the entries that were read.
func (s *Set) Noted() []Note {
	if s == nil {
		return nil
	}
	return slices.Clone(s.notes)
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
