package revoke

// A hash is two seeded hashes of 64 bits. In a table, a is kept whole and 16 bits
// of b are, as the part and the tag: 80 bits tell entries apart.
type hash struct{ a, b uint64 }

func (h hash) xor(g hash) hash { return hash{h.a ^ g.a, h.b ^ g.b} }

// tables are one hash table in many parts, each of which grows and shrinks by
// itself, so that no single step takes long. The zero value is empty. It has no
// lock.
type tables[V any] struct {
	parts [256]table[V]
	used  int
}

func (t *tables[V]) of(k hash) *table[V] { return &t.parts[k.b>>56] }

func (t *tables[V]) get(k hash) (v V, ok bool) {
	p := t.of(k)
	if i, ok := p.find(k); ok {
		return p.slots[i].value, true
	}
	return v, false
}

// first returns the tag of the first slot in which k may be, 0 if it is nowhere. Those
// of several are read at the same time, which get cannot do.
func (t *tables[V]) first(k hash) uint8 {
	p := t.of(k)
	if len(p.tags) == 0 {
		return 0
	}
	return p.tags[p.home(k.a)]
}

// slot returns where k is, nil if it is not there.
func (t *tables[V]) slot(k hash) *slot[V] {
	p := t.of(k)
	if i, ok := p.find(k); ok {
		return &p.slots[i]
	}
	return nil
}

// insert adds k, which is not there yet.
func (t *tables[V]) insert(k hash, until uint32, value V) {
	t.of(k).insert(k.tag(), slot[V]{k.a, until, value})
	t.used++
}

func (t *tables[V]) remove(k hash) {
	p := t.of(k)
	if i, ok := p.find(k); ok {
		p.remove(i)
		t.used--
	}
}

// sweep looks at a few slots of the part that k belongs to, removes those whose
// end is before now, and returns the latest end among them.
func (t *tables[V]) sweep(k hash, slots int, now uint32) (last uint32) {
	removed, last := t.of(k).sweep(slots, now)
	t.used -= removed
	return last
}

// sweepAll looks at all slots.
func (t *tables[V]) sweepAll(now uint32) (last uint32) {
	for i := range t.parts {
		removed, end := t.parts[i].sweep(len(t.parts[i].slots), now)
		t.used -= removed
		last = max(last, end)
	}
	return last
}

// A table is a hash table with linear probing. To look for what is not there,
// the usual case, reads little more than one byte of it.
type table[V any] struct {
	tags  []uint8   // 0 for a free slot
	slots []slot[V] // as many, a power of two
	used  int
	next  int // the slot to sweep next
}

type slot[V any] struct {
	key   uint64 // the a of the hash
	until uint32 // its end
	value V
}

func (t *table[V]) home(key uint64) int { return int(key) & (len(t.tags) - 1) }

func (k hash) tag() uint8 { return max(uint8(k.b), 1) }

// find returns the slot of k, or reports false.
func (t *table[V]) find(k hash) (int, bool) {
	if len(t.tags) == 0 {
		return 0, false
	}
	tag, mask := k.tag(), len(t.tags)-1
	for i := t.home(k.a); ; i = (i + 1) & mask {
		switch t.tags[i] {
		case 0:
			return 0, false
		case tag:
			if t.slots[i].key == k.a {
				return i, true
			}
		}
	}
}

func (t *table[V]) insert(tag uint8, s slot[V]) {
	if (t.used+1)*4 > len(t.tags)*3 {
		t.resize(max(2*len(t.tags), minSize))
	}
	mask, i := len(t.tags)-1, t.home(s.key)
	for t.tags[i] != 0 {
		i = (i + 1) & mask
	}
	t.tags[i], t.slots[i] = tag, s
	t.used++
}

const minSize = 8

func (t *table[V]) resize(size int) {
	old := *t
	*t = table[V]{tags: make([]uint8, size), slots: make([]slot[V], size), next: old.next & (size - 1)}
	for i, tag := range old.tags {
		if tag != 0 {
			t.insert(tag, old.slots[i])
		}
	}
}

// remove empties slot i, and moves back into it what would not be found behind
// an empty one.
func (t *table[V]) remove(i int) {
	mask := len(t.tags) - 1
	for j := (i + 1) & mask; t.tags[j] != 0; j = (j + 1) & mask {
		if home := t.home(t.slots[j].key); (j-home)&mask >= (j-i)&mask {
			t.tags[i], t.slots[i] = t.tags[j], t.slots[j]
			i = j
		}
	}
	t.tags[i], t.slots[i] = 0, slot[V]{}
	t.used--
}

// sweep looks at the next so many slots and removes those whose end is before
// now. It returns how many, and the latest end among them. A table that has
// become much too large is halved.
func (t *table[V]) sweep(slots int, now uint32) (removed int, last uint32) {
	for range min(slots, len(t.tags)) {
		for t.tags[t.next] != 0 && t.slots[t.next].until < now {
			last = max(last, t.slots[t.next].until)
			t.remove(t.next) // which may move another one here
			removed++
		}
		t.next = (t.next + 1) & (len(t.tags) - 1)
	}
	if len(t.tags) > minSize && t.used*8 < len(t.tags) {
		t.resize(len(t.tags) / 2)
	}
	return removed, last
}
