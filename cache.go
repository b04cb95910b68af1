package jwt

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Cache remembers which tokens were verified, so that the signature of one
// that comes again with every request is verified once. It pays where keys are
// slow: for HMAC it does not.
//
// What it costs is trust in memory: a token that is remembered is not held
// against its key again. Everything else is asked each time: the key set still
// has the very key that verified the token, and every rule of the policy holds
// now, time above all. A check for revocation goes around the Cache, never
// inside it.
//
// A token is found by a keyed cryptographic hash of its signature, and then
// compared byte for byte. So nobody can make two tokens meet, or find out which
// are there, and no token is kept with its signature. Refused tokens are not
// remembered. A Verifier from elsewhere must be of a comparable type for its
// tokens to be.
//
//	cache := &jwt.Cache{Policies: jwt.Policies{policy}}
//	list := &revoke.DenyList{Tokens: cache, …}
//
// The zero value but for Policies has the default bounds. Set it up, then use it
// by pointer from any number of goroutines.
type Cache struct {
	Policies Policies // whose tokens are remembered; one Policy is Policies{policy}; required

	MaxAge     time.Duration // longest time without verifying anew; 0: 5 minutes
	MaxEntries int           // most tokens remembered, 1 counts as 2; 0: 10,000
	MaxBytes   int           // most memory they take; 0: 16 MiB

	mu   sync.RWMutex
	held *generations // behind a pointer, where no formatting shows it
}

// generations are what a Cache remembers. When the young one is half of what is
// allowed, it takes the place of the old one, with what is in that one no longer
// in use.
type generations struct {
	secret     []byte
	young, old map[digest]*remembered
	bytes      int // of the young one
}

type digest = [sha256.Size]byte

// remembered is a token, and what it was accepted by.
type remembered struct {
	input  string // the token without its signature
	token  *Token
	policy *Policy
	since  time.Time
}

// size is about the memory one takes, its place in the map included. Texts without
// escapes are parts of the header or the payload.
func (r *remembered) size() int {
	const fixed = 768 // bytes of the structs, and of a place in a map that is half full
	t := r.token
	held := fixed + allocated(len(r.input)) + allocated(len(t.payload)) + allocated(len(t.header)) + 16*len(t.Claims.Audience)
	if strings.Contains(t.header, `\`) {
		held += allocated(len(t.Header.KeyID)) + allocated(len(t.Header.Type)) + allocated(len(t.Header.ContentType))
	}
	if strings.Contains(t.payload, `\`) {
		held += allocated(len(t.Claims.Issuer)) + allocated(len(t.Claims.Subject)) + allocated(len(t.Claims.ID))
		for _, recipient := range t.Claims.Audience {
			held += allocated(len(recipient))
		}
	}
	return held
}

// allocated is at least what the runtime takes for a text of n bytes.
func allocated(n int) int {
	const large, page = 32 << 10, 8 << 10
	if n > large {
		return (n + page - 1) / page * page
	}
	return n + n/8 + 8
}

// Verify returns what the policies' Verify returns, without verifying the
// signature again while the token is remembered.
func (c *Cache) Verify(ctx context.Context, token string) (*Token, error) {
	if err := c.incomplete(); err != nil {
		return nil, err
	}
	input, signature := cutSignature(token)
	if len(token) > c.Policies.maxSize() {
		return c.verify(ctx, token, input, digest{}) // which refuses it
	}
	d := c.digest(signature)
	r := c.find(d)
	if r == nil || r.input != input || !r.hasKey(ctx) {
		return c.verify(ctx, token, input, d)
	}
	now := r.policy.now() // after the key set, which may take its time
	if age := now.Round(0).Sub(r.since); age < 0 || age >= c.maxAge() {
		return c.verify(ctx, token, input, d)
	}
	if r.policy.check(r.token, now) != nil {
		c.forget(d)
		return c.verify(ctx, token, input, d) // which says why, or finds another policy
	}
	return r.token.copy(), nil
}

// incomplete says what is wrong with the Cache itself.
func (c *Cache) incomplete() error {
	if c == nil || len(c.Policies) == 0 {
		return errors.New("jwt: Cache.Policies are empty, want the policy to remember tokens of")
	}
	if c.MaxAge < 0 || c.MaxEntries < 0 || c.MaxBytes < 0 {
		return errors.New("jwt: Cache has a negative bound")
	}
	return nil
}

// cutSignature splits a token before its signature.
func cutSignature(token string) (input, signature string) {
	i := strings.LastIndexByte(token, '.')
	return token[:max(i, 0)], token[i+1:]
}

// verify asks the policies, and remembers the token if they accept it.
func (c *Cache) verify(ctx context.Context, token, input string, d digest) (*Token, error) {
	var t *Token
	var err error
	p := c.Policies[0]
	if len(c.Policies) == 1 {
		t, err = p.accept(ctx, token, nil)
	} else {
		t, p, err = c.Policies.accept(ctx, token, nil)
	}
	if err != nil {
		return nil, err
	}
	if d != (digest{}) && reflect.ValueOf(t.key).Comparable() {
		c.remember(d, &remembered{strings.Clone(input), t.copy(), p, p.now().Round(0)})
	}
	return t, nil
}

// hasKey reports whether the key set still has the key that verified the token.
func (r *remembered) hasKey(ctx context.Context) bool {
	keys, err := r.policy.Keys.Verifiers(ctx, r.token.Header)
	return err == nil && slices.ContainsFunc(keys, func(key Verifier) bool {
		return key != nil && reflect.ValueOf(key).Comparable() && key == r.token.key
	})
}

func (c *Cache) maxAge() time.Duration {
	if c.MaxAge == 0 {
		return 5 * time.Minute
	}
	return c.MaxAge
}

// half is how much one generation may hold.
func (c *Cache) half() (entries, bytes int) {
	entries, bytes = c.MaxEntries, c.MaxBytes
	if entries == 0 {
		entries = 10_000
	}
	if bytes == 0 {
		bytes = 16 << 20
	}
	return (entries + 1) / 2, bytes / 2
}

// digest returns the keyed hash of a signature.
func (c *Cache) digest(signature string) digest {
	c.mu.RLock()
	held := c.held
	c.mu.RUnlock()
	if held == nil {
		held = c.begin()
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	b.sig = append(append(b.sig[:0], held.secret...), signature...)
	return sha256.Sum256(b.sig)
}

func (c *Cache) begin() *generations {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = &generations{secret: make([]byte, sha256.Size), young: make(map[digest]*remembered)}
		rand.Read(c.held.secret)
	}
	return c.held
}

func (c *Cache) find(d digest) *remembered {
	c.mu.RLock()
	r, young := c.held.young[d]
	if !young {
		r = c.held.old[d]
	}
	c.mu.RUnlock()
	if r != nil && !young {
		c.remember(d, r) // it is in use
	}
	return r
}

func (c *Cache) remember(d digest, r *remembered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entries, bytes := c.half()
	if r.size() > bytes {
		return
	}
	g := c.held
	g.remove(d)
	if len(g.young) >= entries || g.bytes+r.size() > bytes {
		g.young, g.old, g.bytes = make(map[digest]*remembered), g.young, 0
	}
	g.young[d] = r
	g.bytes += r.size()
}

func (c *Cache) forget(d digest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held.remove(d)
}

func (g *generations) remove(d digest) {
	if r, ok := g.young[d]; ok {
		g.bytes -= r.size()
		delete(g.young, d)
	}
	delete(g.old, d)
}
