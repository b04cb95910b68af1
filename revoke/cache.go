package revoke

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// A Cache is a [Store] that remembers the answers of another one, which is far
// away, for a short time. In that time a revocation made elsewhere is not seen,
// nor is the store asked: a token is accepted at most For longer than without
// the Cache, counted from when Revoke returned. A revocation made through the
// Cache itself is seen at once. An error is never remembered, and the Cache never
// answers in the place of a store that cannot.
//
// A Cache is for a [DenyList] that verifies, and no [SessionStore]: a [Rotation]
// has to ask the store itself. The zero value and nil answer nothing. Set the
// fields, then use it from any number of goroutines; it must not be copied.
type Cache struct {
	Store Store            // required
	For   time.Duration    // required; the bound on how late a revocation is seen
	Size  int              // answers remembered at most, some 150 bytes each; 0: 10,000
	Now   func() time.Time // nil: time.Now

	mu         sync.Mutex
	seed       [2]maphash.Seed
	young, old map[hash]cached // young becomes old when it has half of Size
	changes    int             // how often Revoke was under way
}

type cached struct {
	answer Answer
	asked  time.Time // before the store was
}

func (c *Cache) incomplete() error {
	switch {
	case c == nil:
		return errors.New("revoke: Cache is nil")
	case c.Store == nil:
		return errors.New("revoke: Cache.Store is nil, want the store behind it")
	case c.For <= 0:
		return errors.New("revoke: Cache.For is not positive, want how late a revocation may be seen")
	case c.Size < 0:
		return errors.New("revoke: Cache.Size is negative")
	}
	return nil
}

// Lookup returns the answer of the store, or its last one that is young enough.
func (c *Cache) Lookup(ctx context.Context, q Query) (Answer, error) {
	if err := c.incomplete(); err != nil {
		return Answer{}, err
	}
	asked := c.now()
	k, answer, changes, ok := c.recall(q, asked)
	if ok {
		return answer, nil
	}
	answer, err := c.Store.Lookup(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == changes { // or else the answer may be from before
		c.remember(k, cached{answer, asked})
	}
	return answer, nil
}

func (c *Cache) recall(q Query, now time.Time) (k hash, a Answer, changes int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.young == nil {
		c.seed = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
		c.young = make(map[hash]cached)
	}
	k = hash{maphash.Comparable(c.seed[0], q), maphash.Comparable(c.seed[1], q)}
	r, ok := c.young[k]
	if !ok {
		r, ok = c.old[k]
	}
	age := now.Sub(r.asked)
	return k, r.answer, c.changes, ok && 0 <= age && age < c.For
}

func (c *Cache) remember(k hash, r cached) {
	size := c.Size
	if size == 0 {
		size = 10_000
	}
	if len(c.young) >= (size+1)/2 {
		c.old, c.young = c.young, make(map[hash]cached)
	}
	c.young[k] = r
}

// Revoke hands the entries on to the store, and forgets all answers.
func (c *Cache) Revoke(ctx context.Context, now jwt.NumericDate, entries ...Entry) error {
	if err := c.incomplete(); err != nil {
		return err
	}
	c.forget()
	defer c.forget() // what was asked meanwhile
	return c.Store.Revoke(ctx, now, entries...)
}

func (c *Cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	clear(c.young)
	c.old = nil
}

func (c *Cache) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}
