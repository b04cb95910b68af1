package jwk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// A KeyRing holds the private keys of one issuer. What signs and what is published
// come from this one value, so that rotation refuses no token: a new key is
// published before it signs, and an old one stays published until its tokens have
// expired.
//
//	ring := &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: 30 * 24 * time.Hour, Store: save}
//	err := ring.Load(saved)             // what Store was given last, if there is any
//	signer, err := ring.Signer(ctx)     // for each token
//	keys, err := ring.Published(ctx)    // for each request for the JWK Set
//
// It starts no goroutine: a key that is due is made by the call that finds it due.
// If several processes share the keys, one of them rotates and stores them, and
// the others, with RotateEvery zero, Load them several times within PublishAhead.
//
// A KeyRing is a [jwt.KeySet] of the published keys, for a [jwt.Policy]. Set its
// fields, then use it by pointer from any number of goroutines. The zero value has
// no key and cannot make one: its methods return errors that say so.
type KeyRing struct {
	Algorithm jwt.Algorithm // of new keys, not one for secrets; required to make keys

	// PublishAhead is the time from the publication of a key to its first
	// signature: at least as long as others keep the keys. 0: 1 hour.
	PublishAhead time.Duration

	// RetireAfter is the time from the last signature of a key to its
	// withdrawal: at least the lifetime of a token, and the leeway. 0: 24 hours.
	RetireAfter time.Duration

	// RotateEvery is the age at which the newest key gets a successor, which
	// signs PublishAhead later. 0: only [KeyRing.Rotate] makes keys.
	RotateEvery time.Duration

	// Store keeps the private JSON of the ring, which [KeyRing.Load] reads. It is
	// called before a change takes effect; if it fails, nothing has changed. Keep
	// the data as safe as a private key. nil: keys are in memory only.
	Store func(ctx context.Context, private []byte) error

	Now func() time.Time // the clock; nil: time.Now

	changing sync.Mutex // held while keys are made and stored
	mu       sync.RWMutex
	keys     []ringKey // in the order in which they sign; replaced, not modified
	err      error     // why a key that was due could not be made
	set      *Set      // of the keys that are published, as Verifiers last needed it
	setFrom  int       // the first of them
}

// A ringKey is one key of a KeyRing.
type ringKey struct {
	key       *Key
	signer    jwt.Signer
	ringDates // when it was published, and from when it signs, until the next key does
}

const maxRingKeys = 100 // more are a sign that RetireAfter and RotateEvery are wrong

// Signer returns the signer of the key that signs now. Do not keep it: ask for
// each token. It is an error if there is no key, and none can be made.
func (r *KeyRing) Signer(ctx context.Context) (jwt.Signer, error) {
	keys, now, err := r.tended(ctx)
	if err != nil {
		return nil, err
	}
	return keys[signing(keys, now)].signer, nil
}

// Published returns the public keys to publish now: the one that signs, those
// that will sign, then those that have signed and whose tokens may still be valid.
// It is an error if there is no key, and none can be made.
func (r *KeyRing) Published(ctx context.Context) ([]*Key, error) {
	keys, now, err := r.tended(ctx)
	if err != nil {
		return nil, err
	}
	return publicKeys(keys, signing(keys, now), r.unretired(keys, now)), nil
}

// publicKeys returns the public keys: of those from at on, then from at back to first.
func publicKeys(keys []ringKey, at, first int) []*Key {
	published := make([]*Key, 0, len(keys)-first)
	for _, k := range keys[at:] {
		published = append(published, k.key.Public())
	}
	for i := at - 1; i >= first; i-- {
		published = append(published, keys[i].key.Public())
	}
	return published
}

// Verifiers returns the published keys for h, as [Set.Verifiers] does.
func (r *KeyRing) Verifiers(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	keys, now, err := r.tended(ctx)
	if err != nil {
		return nil, err
	}
	first := r.unretired(keys, now)
	r.mu.RLock()
	s, from := r.set, r.setFrom
	r.mu.RUnlock()
	if s == nil || from != first {
		if s, err = NewSet(publicKeys(keys, signing(keys, now), first)...); err != nil {
			return nil, err
		}
		r.mu.Lock()
		if &r.keys[0] == &keys[0] {
			r.set, r.setFrom = s, first
		}
		r.mu.Unlock()
	}
	return s.Verifiers(ctx, h)
}

// NoKey says why no published key is for a token with header h, as [Set.NoKey]
// does.
func (r *KeyRing) NoKey(h jwt.Header) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.set == nil {
		return "the key ring has no key"
	}
	return r.set.NoKey(h)
}

// Rotate makes a new key and publishes it. It signs PublishAhead later, or at once
// if it is the first key. If a key waits to sign already, Rotate does nothing.
func (r *KeyRing) Rotate(ctx context.Context) error {
	if err := r.incomplete(); err != nil {
		return err
	}
	r.changing.Lock()
	defer r.changing.Unlock()
	keys, now := r.held(), r.now()
	if n := len(keys); n > 0 && keys[n-1].Signs.After(now) {
		return nil
	}
	return r.add(ctx, keys, r.Algorithm, now, now.Add(orDefault(r.PublishAhead, time.Hour)))
}

// Withdraw removes a key at once: one that may have been stolen. Its tokens are
// refused from now on where the published keys are read again. If it was to sign
// now, the next key does, published for long enough or not, and if there is none,
// one is made, of the same algorithm if Algorithm is empty. It is an error if there
// is no key of this key ID.
func (r *KeyRing) Withdraw(ctx context.Context, keyID string) error {
	if err := r.incomplete(); err != nil {
		return err
	}
	r.changing.Lock()
	defer r.changing.Unlock()
	keys, now := r.held(), r.now()
	i := slices.IndexFunc(keys, func(k ringKey) bool { return k.key.keyID == keyID })
	if i < 0 {
		return errors.New("jwk: KeyRing: no key of this key ID to withdraw")
	}
	at := signing(keys, now)
	rest := slices.Delete(slices.Clone(keys), i, i+1)
	switch {
	case i != at: // another one goes on to sign
	case i == len(rest): // nothing waits to sign
		return r.add(ctx, rest, cmp.Or(r.Algorithm, keys[i].key.usual()), now, now)
	default:
		rest[i].Signs = now
	}
	return r.change(ctx, rest)
}

// Err returns why a key that was due could not be made or stored, nil if none is
// due. The keys at hand are used meanwhile, and each call tries again.
func (r *KeyRing) Err() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.err
}

// tended returns the keys, of which there is at least one, once a key that is due
// has been made.
func (r *KeyRing) tended(ctx context.Context) ([]ringKey, time.Time, error) {
	if err := r.incomplete(); err != nil {
		return nil, time.Time{}, err
	}
	keys, now := r.held(), r.now()
	switch due := r.due(keys, now); {
	case due && len(keys) == 0: // everybody waits for the first key
		r.changing.Lock()
		defer r.changing.Unlock()
	case !due || !r.changing.TryLock(): // who makes it is at work; the others use what there is
		return known(keys, now)
	default:
		defer r.changing.Unlock()
	}
	if keys = r.held(); r.due(keys, now) {
		err := r.add(ctx, keys, r.Algorithm, now, now.Add(orDefault(r.PublishAhead, time.Hour)))
		if err != nil && len(keys) == 0 {
			return nil, now, err
		}
		if err != nil {
			r.mu.Lock()
			r.err = err
			r.mu.Unlock()
		}
	}
	return known(r.held(), now)
}

// known reports that there is no key.
func known(keys []ringKey, now time.Time) ([]ringKey, time.Time, error) {
	if len(keys) == 0 {
		return nil, now, errNoRingKey
	}
	return keys, now, nil
}

// due reports whether a key is to be made.
func (r *KeyRing) due(keys []ringKey, now time.Time) bool {
	if r.RotateEvery == 0 {
		return false
	}
	if len(keys) == 0 {
		return true
	}
	newest := keys[len(keys)-1]
	return !newest.Signs.After(now) && !now.Before(newest.Published.Add(r.RotateEvery))
}

// add makes a key that signs from then on, or from now on if it is the first, and
// changes to the keys with it, without those that are retired.
func (r *KeyRing) add(ctx context.Context, keys []ringKey, alg jwt.Algorithm, now, signs time.Time) error {
	if alg == "" {
		return errors.New("jwk: KeyRing.Algorithm is empty, want that of the keys to make")
	}
	key, err := Generate(alg)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		signs = now
	}
	added, err := newRingKey(key, ringDates{now, signs})
	if err != nil {
		return err
	}
	return r.change(ctx, append(slices.Clone(keys[r.unretired(keys, now):]), added))
}

// change stores the keys, and then uses them. The lock for changes is held.
func (r *KeyRing) change(ctx context.Context, keys []ringKey) error {
	if len(keys) > maxRingKeys {
		return fmt.Errorf("jwk: KeyRing has %d keys, want at most %d", len(keys), maxRingKeys)
	}
	if r.Store != nil {
		data, err := encodeRing(keys)
		if err != nil {
			return err
		}
		if err := r.Store(ctx, data); err != nil {
			return fmt.Errorf("jwk: KeyRing: storing the keys: %w", err)
		}
	}
	r.use(keys)
	return nil
}

func (r *KeyRing) use(keys []ringKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.set, r.err = keys, nil, nil
}

func (r *KeyRing) held() []ringKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys
}

// signing returns the index of the key that signs now: the last one whose time has
// come, and the first one if the clock was put back.
func signing(keys []ringKey, now time.Time) int {
	at := 0
	for i, k := range keys {
		if !k.Signs.After(now) {
			at = i
		}
	}
	return at
}

// unretired returns the index of the first key whose tokens may still be valid: a
// key is withdrawn RetireAfter its successor began to sign.
func (r *KeyRing) unretired(keys []ringKey, now time.Time) int {
	first, at := 0, signing(keys, now)
	for first < at && !now.Before(keys[first+1].Signs.Add(orDefault(r.RetireAfter, 24*time.Hour))) {
		first++
	}
	return first
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}

func (r *KeyRing) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}
