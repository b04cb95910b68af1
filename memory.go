package jwt

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A memory is what a [Cache] remembers, in two generations. When the young one is
// half of what is allowed, it takes the place of the old one, with what is in that
// one no longer in use. It is read without a lock, so that processors do not wait
// for each other, and changed under one.
type memory struct {
	secret         [sha256.Size]byte
	entries, bytes int // that one generation may hold

	mu         sync.Mutex // held while the memory is changed
	young, old atomic.Pointer[generation]
}

// memory returns that of the Cache, which the first use makes.
func (c *Cache) memory() *memory {
	if m := c.held.Load(); m != nil {
		return m
	}
	m := new(memory)
	m.entries, m.bytes = c.half()
	rand.Read(m.secret[:])
	m.young.Store(m.generation())
	c.held.CompareAndSwap(nil, m)
	return c.held.Load()
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

// remembered is a token, and what it was accepted by.
type remembered struct {
	digest digest
	input  string // the token without its signature
	token  *Token
	claims keptClaims
	policy *Policy
	since  time.Time // without a monotonic clock
}

// keptClaims are what the claims of a token were decoded into, for readers who get a
// copy each. The zero value has none.
type keptClaims struct {
	claims any // a pointer
	kind   *claimsKind
	texts  int // how many are in lists
}

type digest [sha256.Size]byte

// digest returns the keyed hash of a signature.
func (m *memory) digest(signature string) digest {
	const usual = 512 // bytes, at most
	return sha256.Sum256(append(append(make([]byte, 0, usual), m.secret[:]...), signature...))
}

// find returns what is remembered under the digest, or nil.
func (m *memory) find(d *digest) *remembered {
	if r := m.young.Load().find(d); r != nil {
		return r
	}
	r := m.old.Load().find(d)
	if r != nil {
		m.remember(r) // it is in use
	}
	return r
}

// holds reports whether a token is remembered.
func (m *memory) holds(d *digest, input string) bool {
	r := m.find(d)
	return r != nil && r.input == input
}

func (m *memory) remember(r *remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.size() > m.bytes {
		return
	}
	m.remove(&r.digest)
	young := m.young.Load()
	if young.entries >= m.entries || young.bytes+r.size() > m.bytes {
		m.old.Store(young)
		young = m.generation()
		m.young.Store(young)
	}
	young.add(r)
}

func (m *memory) forget(d *digest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(d)
}

func (m *memory) remove(d *digest) {
	m.young.Load().remove(d)
	m.old.Load().remove(d)
}

// A generation is a hash table with about one place for each token. Nil is empty.
type generation struct {
	places         []atomic.Pointer[place]
	entries, bytes int // that it holds; for who holds the lock
}

// A place has the tokens whose digests lead there. It is not modified, for others
// may read it, but replaced.
type place []*remembered

// generation returns an empty one.
func (m *memory) generation() *generation {
	n := min(m.entries, m.bytes/sizeOfEntry) // more do not go in
	return &generation{places: make([]atomic.Pointer[place], max(n, 1))}
}

func (g *generation) placeOf(d *digest) *atomic.Pointer[place] {
	return &g.places[binary.LittleEndian.Uint64(d[:])%uint64(len(g.places))]
}

func (g *generation) find(d *digest) *remembered {
	if g == nil {
		return nil
	}
	if at := g.placeOf(d).Load(); at != nil {
		for _, r := range *at {
			if r.digest == *d {
				return r
			}
		}
	}
	return nil
}

// add adds a token that is not there.
func (g *generation) add(r *remembered) {
	with := place{r}
	at := g.placeOf(&r.digest)
	if others := at.Load(); others != nil {
		with = append(with, *others...)
	}
	at.Store(&with)
	g.entries++
	g.bytes += r.size()
}

func (g *generation) remove(d *digest) {
	r := g.find(d)
	if r == nil {
		return
	}
	at := g.placeOf(d)
	without := slices.DeleteFunc(slices.Clone(*at.Load()), func(other *remembered) bool { return other == r })
	if at.Store(&without); len(without) == 0 {
		at.Store(nil)
	}
	g.entries--
	g.bytes -= r.size()
}

// sizeOfEntry is the memory that each takes: the structs, and its place in the
// table.
var sizeOfEntry = allocated(int(reflect.TypeFor[Token]().Size())) + allocated(int(reflect.TypeFor[remembered]().Size())) +
	allocated(int(reflect.TypeFor[place]().Size())) + 2*allocated(8)

// size is about the memory one takes, its place in the table included. Texts without
// escapes are parts of the header or the payload.
func (r *remembered) size() int {
	t := r.token
	held := sizeOfEntry + allocated(len(r.input)) + allocated(len(t.payload)) + allocated(len(t.header))
	if n := len(t.Claims.Audience); n > len(t.oneAudience) {
		held += allocated(16 * n)
	}
	if strings.Contains(t.header, `\`) {
		held += allocated(len(t.Header.KeyID)) + allocated(len(t.Header.Type)) + allocated(len(t.Header.ContentType))
	}
	if strings.Contains(t.payload, `\`) {
		held += allocated(len(t.Claims.Issuer)) + allocated(len(t.Claims.Subject)) + allocated(len(t.Claims.ID))
		for _, recipient := range t.Claims.Audience {
			held += allocated(len(recipient))
		}
	}
	return held + r.claims.size(t.payload)
}

// size is about the memory that they take beside the payload.
func (k *keptClaims) size(payload string) int {
	if k.kind == nil {
		return 0
	}
	held := allocated(int(reflect.TypeOf(k.claims).Elem().Size() + reflect.TypeFor[roomFor[struct{}]]().Size()))
	if k.texts > 1 { // for which there may be no room
		held += allocated(16 * k.texts)
	}
	if strings.Contains(payload, `\`) {
		held += allocated(len(payload))
	}
	return held
}

// allocated is about what the runtime takes for n bytes, and just that for many.
func allocated(n int) int {
	const large, page = 32 << 10, 8 << 10
	if n > large {
		return (n + page - 1) / page * page
	}
	return n + n/8 + 8
}
