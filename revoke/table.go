package revoke

import (
	"math"
	"math/bits"
	"sync/atomic"
)

// A hash is two seeded hashes of 64 bits. Of a, the first 16 bits are the part and
// the tag, and the last 32 lead to the slot. Those 48 bits and 32 of b tell names
// apart.
type hash struct{ a, b uint64 }

func (h hash) xor(g hash) hash { return hash{h.a ^ g.a, h.b ^ g.b} }

func (h hash) key() uint64 { return h.b<<32 | uint64(uint32(h.a)) }

func partOf(a uint64) int { return int(a >> 56) }

// tagOf is never 0, the tag of a free slot.
func tagOf(a uint64) uint8 { return max(uint8(a>>48), 1) }

// tables are one hash table in many parts, each of which grows and shrinks by
// itself, so that no single step takes long. The zero value is empty. All methods
// but glance are for one who holds a lock.
type tables[V any] struct {
	parts   [256]atomic.Pointer[part[V]]
	used    int
	dropped atomic.Uint32 // the latest end of what a sweep removed
}

// slot returns where h is, nil if it is not there.
func (t *tables[V]) slot(h hash) *slot[V] {
	p := t.parts[partOf(h.a)].Load()
	if p == nil {
		return nil
	}
	if i, ok := p.find(h); ok {
		return &p.slots[i]
	}
	return nil
}

func (t *tables[V]) get(h hash) (v V, ok bool) {
	if s := t.slot(h); s != nil {
		return s.value, true
	}
	return v, false
}

// insert adds h, which is not there yet.
func (t *tables[V]) insert(h hash, until uint32, value V) {
	at := &t.parts[partOf(h.a)]
	switch p := at.Load(); {
	case p == nil:
		at.Store(newPart[V](1))
	case (p.used+1)*4 > len(p.slots)*3:
		at.Store(p.resized(2 * len(p.tags)))
	}
	at.Load().insert(tagOf(h.a), slot[V]{h.key(), until, value})
	t.used++
}

func (t *tables[V]) remove(h hash) {
	p := t.parts[partOf(h.a)].Load()
	if p == nil {
		return
	}
	if i, ok := p.find(h); ok {
		p.remove(i)
		t.used--
	}
}

// sweep looks at a few slots of the part that h belongs to and removes those whose
// end is before now.
func (t *tables[V]) sweep(h hash, slots int, now uint32) { t.sweepPart(partOf(h.a), slots, now) }

// sweepAll looks at all slots.
func (t *tables[V]) sweepAll(now uint32) {
	for i := range t.parts {
		t.sweepPart(i, math.MaxInt, now)
	}
}

// sweepPart looks at the next so many slots. A part that has become much too large
// is halved.
func (t *tables[V]) sweepPart(i, slots int, now uint32) {
	p := t.parts[i].Load()
	if p == nil {
		return
	}
	for range min(slots, len(p.slots)) {
		for p.tag(p.next) != 0 && p.slots[p.next].until < now {
			t.dropped.Store(max(t.dropped.Load(), p.slots[p.next].until)) // before it is missed
			p.remove(p.next)                                              // which may move another one here
			t.used--
		}
		p.next = (p.next + 1) & (len(p.slots) - 1)
	}
	if len(p.tags) > 1 && p.used*8 < len(p.slots) {
		t.parts[i].Store(p.resized(len(p.tags) / 2))
	}
}

// A glance is what is seen of a table without a lock.
type glance[V any] struct {
	part  *part[V]
	moves uint64
	tags  uint64 // of the group that a hash leads to
}

// glance looks at what a leads to. Those of several hashes are read at the same
// time, if none of them is used before.
func (t *tables[V]) glance(a uint64) glance[V] {
	p := t.parts[partOf(a)].Load()
	if p == nil {
		return glance[V]{}
	}
	moves := p.moves.Load()
	return glance[V]{p, moves, p.tags[p.home(a)].Load()}
}

// absent reports whether it is certain that a was not there. It is not for one name
// in a hundred that is not there.
func (g *glance[V]) absent(a uint64) bool {
	p, tags := g.part, g.tags
	if p == nil {
		return true
	}
	for group := p.home(a); zeroBytes(tags^everyByte*uint64(tagOf(a))) == 0; tags = p.tags[group].Load() {
		if zeroBytes(tags) != 0 {
			return g.moves%2 == 0 && p.moves.Load() == g.moves
		}
		group = (group + 1) & (len(p.tags) - 1)
	}
	return false
}

const everyByte = 0x0101010101010101

// zeroBytes has the first bit of the lowest byte of x that is zero, none if no byte is. Bits
// of higher bytes may be wrong.
func zeroBytes(x uint64) uint64 { return (x - everyByte) &^ x & (everyByte << 7) }

// A part is a hash table with linear probing from one group of eight slots to the
// next. To look for what is not there, the usual case, reads the eight tags of one
// group, mostly. Whoever changes a part holds a lock, and others may read its tags
// meanwhile. Only what is new or removed changes them: if the part has to grow or
// shrink, another one takes its place.
type part[V any] struct {
	tags  []atomic.Uint64 // a power of two of them
	moves atomic.Uint64   // how often slots began or ceased to be moved: odd meanwhile
	slots []slot[V]       // eight times as many as tags
	used  int
	next  int // the slot to sweep next
}

type slot[V any] struct {
	key   uint64 // of the hash
	until uint32 // its end
	value V
}

func newPart[V any](groups int) *part[V] {
	return &part[V]{tags: make([]atomic.Uint64, groups), slots: make([]slot[V], 8*groups)}
}

func (p *part[V]) resized(groups int) *part[V] {
	q := newPart[V](groups)
	q.next = p.next & (len(q.slots) - 1)
	for i := range p.slots {
		if tag := p.tag(i); tag != 0 {
			q.insert(tag, p.slots[i])
		}
	}
	return q
}

// home is the first group to look at.
func (p *part[V]) home(a uint64) int { return int(uint32(a)) & (len(p.tags) - 1) }

func (p *part[V]) tag(i int) uint8 { return uint8(p.tags[i/8].Load() >> (i % 8 * 8)) }

func (p *part[V]) set(i int, tag uint8, s slot[V]) {
	p.slots[i] = s
	shift := i % 8 * 8
	p.tags[i/8].Store(p.tags[i/8].Load()&^(0xff<<shift) | uint64(tag)<<shift)
}

// find returns the slot of h, or reports false.
func (p *part[V]) find(h hash) (int, bool) {
	tag := tagOf(h.a)
	for group := p.home(h.a); ; group = (group + 1) & (len(p.tags) - 1) {
		tags := p.tags[group].Load()
		for same := zeroBytes(tags ^ everyByte*uint64(tag)); same != 0; same &= same - 1 {
			if i := 8*group + bits.TrailingZeros64(same)/8; p.tag(i) == tag && p.slots[i].key == h.key() {
				return i, true
			}
		}
		if zeroBytes(tags) != 0 {
			return 0, false
		}
	}
}

func (p *part[V]) insert(tag uint8, s slot[V]) {
	group := p.home(s.key)
	for zeroBytes(p.tags[group].Load()) == 0 {
		group = (group + 1) & (len(p.tags) - 1)
	}
	p.set(8*group+bits.TrailingZeros64(zeroBytes(p.tags[group].Load()))/8, tag, s)
	p.used++
}

// remove empties slot i. If its group was full, others may stand in later groups
// because of it: one of them takes its place, and so on.
func (p *part[V]) remove(i int) {
	p.moves.Add(1)
	for {
		j, ok := p.displaced(i / 8)
		if !ok {
			break
		}
		p.set(i, p.tag(j), p.slots[j])
		i = j
	}
	p.set(i, 0, slot[V]{})
	p.used--
	p.moves.Add(1)
}

// displaced returns a slot in a later group whose hash leads to this one or to one
// before it.
func (p *part[V]) displaced(group int) (int, bool) {
	mask := len(p.tags) - 1
	for at := group; zeroBytes(p.tags[at].Load()) == 0; {
		at = (at + 1) & mask
		for i := 8 * at; i < 8*at+8; i++ {
			if p.tag(i) != 0 && (at-p.home(p.slots[i].key))&mask >= (at-group)&mask {
				return i, true
			}
		}
	}
	return 0, false
}
