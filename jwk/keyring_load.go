package jwk

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ringDates are the members that a stored key has besides those of its JWK, as RFC
// 3339 dates.
type ringDates struct {
	Published time.Time `json:"published_at"`
	Signs     time.Time `json:"signs_from"`
}

// Load replaces the keys with those of the data, which [KeyRing.Store] was given
// or [KeyRing.MarshalPrivateJSON] returned. If they cannot be read, all of them
// and strictly, nothing has changed.
func (r *KeyRing) Load(private []byte) error {
	if err := r.incomplete(); err != nil {
		return err
	}
	if len(private) == 0 {
		return errors.New("jwk: KeyRing.Load got no data, want what Store was given last; before the first key there is nothing to load")
	}
	keys, err := decodeRing(private)
	if err != nil {
		return err
	}
	r.changing.Lock()
	defer r.changing.Unlock()
	r.use(keys)
	return nil
}

// MarshalPrivateJSON returns the keys with everything that is secret in them, as a
// JWK Set whose keys have the members published_at and signs_from. [KeyRing.Load]
// reads it.
func (r *KeyRing) MarshalPrivateJSON() ([]byte, error) {
	if err := r.incomplete(); err != nil {
		return nil, err
	}
	keys := r.held()
	if len(keys) == 0 {
		return nil, errNoRingKey
	}
	return encodeRing(keys)
}

var errNoRingKey = errors.New("jwk: KeyRing has no key, want Load or Rotate to be called first, or RotateEvery")

// incomplete says what is wrong with the ring itself.
func (r *KeyRing) incomplete() error {
	switch {
	case r == nil:
		return errors.New("jwk: KeyRing is nil")
	case r.PublishAhead < 0 || r.RetireAfter < 0 || r.RotateEvery < 0:
		return errors.New("jwk: KeyRing has a negative duration")
	}
	return nil
}

// newRingKey returns the entry of a ring for a key, if it is one to sign with and
// to publish.
func newRingKey(key *Key, at ringDates) (ringKey, error) {
	if key.Public() == nil || key.keyID == "" {
		return ringKey{}, errors.New("jwk: KeyRing: want a private key with a kid, and no secret, which cannot be published")
	}
	signer, err := key.Signer()
	if err != nil {
		return ringKey{}, err
	}
	return ringKey{key, signer, at}, nil
}

func encodeRing(keys []ringKey) ([]byte, error) {
	var entries []jsontext.Value
	for _, k := range keys {
		entry, err := k.key.MarshalPrivateJSON()
		if err != nil {
			return nil, err
		}
		dates, err := json.Marshal(ringDates{k.Published.UTC(), k.Signs.UTC()})
		if err != nil {
			return nil, fmt.Errorf("jwk: KeyRing: the clock is wrong: %w", err)
		}
		entry = append(append(entry[:len(entry)-1], ','), dates[1:]...)
		entries = append(entries, entry)
	}
	return json.Marshal(map[string][]jsontext.Value{"keys": entries})
}

func decodeRing(data []byte) (keys []ringKey, err error) {
	s, err := ParsePrivateSet(data)
	if err != nil {
		return nil, err
	}
	if len(s.skipped) > 0 {
		return nil, fmt.Errorf("%w (entry %d of the key ring)", s.skipped[0].Err, s.skipped[0].Index)
	}
	if len(s.keys) == 0 || len(s.keys) > maxRingKeys {
		return nil, fmt.Errorf("jwk: got a key ring of %d keys, want 1 to %d", len(s.keys), maxRingKeys)
	}
	for i, key := range s.keys {
		var at ringDates
		if json.Unmarshal(key.Member("published_at"), &at.Published) != nil || json.Unmarshal(key.Member("signs_from"), &at.Signs) != nil {
			return nil, fmt.Errorf("jwk: published_at or signs_from is no date (entry %d of the key ring)", i)
		}
		k, err := newRingKey(key, at)
		if err != nil {
			return nil, fmt.Errorf("%w (entry %d of the key ring)", err, i)
		}
		if slices.ContainsFunc(keys, func(other ringKey) bool { return other.key.keyID == key.keyID }) {
			return nil, fmt.Errorf("jwk: two keys of one kid (entry %d of the key ring)", i)
		}
		keys = append(keys, k)
	}
	slices.SortStableFunc(keys, func(a, b ringKey) int { return a.Signs.Compare(b.Signs) })
	return keys, nil
}
