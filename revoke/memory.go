package revoke

import (
	"context"
	"crypto/rand"
	"errors"
	"hash/maphash"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Memory is the store of one process: a [store.SessionStore] and a
// [store.OnceStore]. Make one with [NewMemory]; the zero value and nil keep nothing
// and answer nothing.
//
// An empty Memory takes 7 KiB. If there are 10,000 entries or more, each takes 23 to
// 45 bytes, 36 with 1,000,000 of them, whatever its names are. 80 bits of a seeded
// hash of each name are kept: nobody can choose names that collide, and with
// 1,000,000 entries one good token in 10^18 is refused by chance. A session takes
// some 400 bytes. Nothing runs in the background: each call that adds something looks
// at a few others and drops the expired, so that it takes constant time on average,
// and memory shrinks again.
//
// What is expired is found by a clock that nobody can set, which runs since
// NewMemory.
type Memory struct {
	capacity int
	made     time.Time       // for the time since then
	base     jwt.NumericDate // the second in which that was
	since    jwt.NumericDate
	epoch    string
	seeds    [4][2]maphash.Seed

	lock     sync.RWMutex
	kinds    [4]atomic.Bool // those of which there ever was an entry
	entries  tables[uint32] // the second up to which tokens are revoked
	sessions tables[kept]   // by session
	subjects tables[[]hash] // the sessions of a subject
	swept    uint32         // the second in which everything was last looked at
}

// kept is a session.
type kept struct {
	state   string
	subject hash
}

// everything, as a second, is later than any: all tokens are revoked.
const everything = math.MaxUint32

// NewMemory returns an empty store of at most capacity entries and as many
// sessions, 1,000,000 each if it is 0. Once it is full of those that are not
// expired, methods that need more room return an error rather than drop one. That of a
// negative capacity has room for nothing.
//
// The store answers for tokens issued in the next second or later, since what an
// earlier process had revoked is not known. Older ones are refused with
// [ErrForgotten], but those of [Sessions] that began in this Memory are known.
func NewMemory(capacity int) *Memory {
	if capacity == 0 {
		capacity = 1_000_000
	}
	now := time.Now()
	m := &Memory{capacity: capacity, made: now, base: jwt.NewNumericDate(now), since: jwt.NewNumericDate(now) + 1, epoch: rand.Text()}
	for i := range m.seeds {
		m.seeds[i] = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	}
	return m
}

func (m *Memory) unmade() error {
	if m == nil || m.epoch == "" {
		return errors.New("revoke: Memory is not made by NewMemory")
	}
	return nil
}

// Lookup implements [store.Store]. It allocates nothing, and waits for nobody if
// nothing is known against the names.
func (m *Memory) Lookup(_ context.Context, q store.Query) (store.Answer, error) {
	if err := m.unmade(); err != nil {
		return store.Answer{}, err
	}
	if m.absent(&q) {
		return m.nothing(), nil
	}
	return m.lookup(q), nil
}

func (m *Memory) lookup(q store.Query) store.Answer {
	n := m.names(q)
	m.lock.RLock()
	defer m.lock.RUnlock()
	return m.answer(q, n)
}

// absent reports whether it is certain, without a lock, that there is no entry for
// any name in q.
func (m *Memory) absent(q *store.Query) bool {
	issuer := m.half(ofIssuer, q.Issuer)
	var a [ofSubject + 1]uint64
	var seen [ofSubject + 1]glance[uint32]
	for kind, name := range [...]string{ofID: q.ID, ofSession: q.SessionID, ofSubject: q.Subject} {
		if name != "" && m.kinds[kind].Load() {
			a[kind] = m.half(kind, name) ^ issuer
			seen[kind] = m.entries.glance(a[kind])
		}
	}
	return seen[ofID].absent(a[ofID]) && seen[ofSession].absent(a[ofSession]) && seen[ofSubject].absent(a[ofSubject])
}

// nothing is the answer if there is no entry.
func (m *Memory) nothing() store.Answer {
	return store.Answer{Since: m.since, Epoch: m.epoch, Dropped: jwt.NumericDate(m.entries.dropped.Load())}
}

// names are the hashes of those in a query.
type names struct{ id, session, subject hash }

func (m *Memory) names(q store.Query) names {
	issuer := m.hash(ofIssuer, q.Issuer)
	return names{m.hash(ofID, q.ID).xor(issuer), m.hash(ofSession, q.SessionID).xor(issuer), m.hash(ofSubject, q.Subject).xor(issuer)}
}

// answer is Lookup by one who holds the lock.
func (m *Memory) answer(q store.Query, n names) store.Answer {
	a := m.nothing()
	a.ID = q.ID != "" && m.entries.slot(n.id) != nil
	a.SessionID = q.SessionID != "" && m.entries.slot(n.session) != nil
	if q.Subject == "" {
		return a
	}
	at, _ := m.entries.get(n.subject) // 0 for none
	if a.Subject = jwt.NumericDate(at); at == everything {
		a.Subject = math.MaxInt64
	}
	return a
}

// Revoke implements [store.Store].
func (m *Memory) Revoke(_ context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	if err := m.unmade(); err != nil {
		return err
	}
	for i := range entries {
		if err := entries[i].Check(); err != nil {
			return err
		}
	}
	for i := range entries {
		if err := m.record(&entries[i], now); err != nil {
			return err
		}
	}
	return nil
}

// record adds an entry if there is room. A session ends even if there is not.
func (m *Memory) record(e *store.Entry, now jwt.NumericDate) error {
	n := m.names(store.Query{Issuer: e.Issuer, ID: e.ID, SessionID: e.SessionID, Subject: e.Subject})
	m.lock.Lock()
	defer m.lock.Unlock()
	switch {
	case e.ID != "":
		return m.add(ofID, n.id, everything, e.Until, now)
	case e.SessionID != "":
		m.end(n.session)
		return m.add(ofSession, n.session, everything, e.Until, now)
	default:
		return m.add(ofSubject, n.subject, second(e.IssuedAt), e.Until, now)
	}
}

// add adds an entry, or keeps the later dates of two.
func (m *Memory) add(kind int, k hash, at uint32, until, now jwt.NumericDate) error {
	clock := m.clock()
	m.drop(k, clock)
	end := m.end32(until, now)
	if old := m.entries.slot(k); old != nil {
		old.value, old.until = max(old.value, at), max(old.until, end)
		return nil
	}
	if !m.room(&m.entries.used, clock) {
		return full("entries")
	}
	m.entries.insert(k, end, at)
	m.kinds[kind].Store(true)
	return nil
}

// Use implements [store.OnceStore].
func (m *Memory) Use(_ context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
	if err := m.unmade(); err != nil {
		return store.Answer{}, err
	}
	if err := e.CheckUse(); err != nil {
		return store.Answer{}, err
	}
	q := store.Query{Issuer: e.Issuer, ID: e.ID}
	n := m.names(q)
	m.lock.Lock()
	defer m.lock.Unlock()
	a := m.answer(q, n)
	return a, m.add(ofID, n.id, everything, e.Until, now)
}

// clock is the second shown by the clock that nobody can set.
func (m *Memory) clock() uint32 {
	return second(add(m.base, jwt.NumericDate(time.Since(m.made)/time.Second)))
}

// end32 is the second through which to keep what is needed until then by the
// caller's clock, which shows now: by that clock and by m's.
func (m *Memory) end32(until, now jwt.NumericDate) uint32 {
	return max(second(until), second(add(jwt.NumericDate(m.clock()), add(until, -now))))
}

func full(of string) error {
	return errors.New("revoke: Memory is full of " + of + " that are not expired, want a larger capacity")
}

// sweepStep is how many slots are looked at for each thing that is added: more
// than one, so that the expired go faster than others come.
const sweepStep = 8

// drop removes what is expired from a few slots of those that k falls among.
func (m *Memory) drop(k hash, now uint32) {
	m.entries.sweep(k, sweepStep, now)
	m.sessions.sweep(k, sweepStep, now)
	m.subjects.sweep(k, sweepStep, now)
}

// room reports whether there is room for one more than used. If there seems to
// be none, it removes all that is expired; since dates are whole seconds, it
// needs to look only once in each.
func (m *Memory) room(used *int, now uint32) bool {
	if *used >= m.capacity && m.swept != now {
		m.swept = now
		m.entries.sweepAll(now)
		m.sessions.sweepAll(now)
		m.subjects.sweepAll(now)
	}
	return *used < m.capacity
}

// second returns a date as it is kept: those too early or too late for 32 bits,
// after the year 2105, are the first or last of them.
func second(d jwt.NumericDate) uint32 { return uint32(min(max(d, 0), everything)) }

// The kinds of text that are hashed, each with seeds of its own.
const (
	ofIssuer = iota
	ofID
	ofSession
	ofSubject
)

// hash returns the hash of a text. Those of two kinds are combined by xor, which
// is as good as a hash of both texts, since their seeds are independent.
func (m *Memory) hash(kind int, text string) hash {
	return hash{m.half(kind, text), maphash.String(m.seeds[kind][1], text)}
}

// half is the first half of a hash.
func (m *Memory) half(kind int, text string) uint64 { return maphash.String(m.seeds[kind][0], text) }
