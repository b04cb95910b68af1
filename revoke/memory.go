package revoke

import (
	"context"
	"errors"
	"hash/maphash"
	"math"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// Memory is the [SessionStore] of one process. Make one with [NewMemory]; the
// zero value and nil keep nothing and answer nothing.
//
// An entry takes 23 to 45 bytes, 35 on average with 1,000,000 of them, whatever its
// names are. Of a name, 80 bits of a seeded hash are kept: nobody can choose names
// that are taken for each other, and with 1,000,000 entries one good token in 10^18
// is refused by chance. A session takes some 300 bytes. Nothing runs in the
// background: each call that adds something looks at a few others and drops the
// expired, so that it takes constant time on average, and memory shrinks again.
type Memory struct {
	since    jwt.NumericDate
	capacity int
	seeds    [4][2]maphash.Seed

	lock     stripes
	entries  tables[uint32] // the second up to which tokens are revoked
	sessions tables[string] // the state
	dropped  uint32         // the latest end of an entry that was dropped
	swept    uint32         // the second in which everything was last looked at
}

// everything, as a second, is later than any: all tokens are revoked.
const everything = math.MaxUint32

// NewMemory returns an empty store of at most capacity entries and as many
// sessions, 1,000,000 each if it is 0. Once it is full of those that are not
// expired, Revoke and Swap return an error rather than drop one.
//
// The store answers for tokens issued in the second of since or later: usually
// [time.Now], since what an earlier process had revoked is not known. Older ones
// are [ErrForgotten]. A since before 1970, as is the zero time, makes a store
// that answers nothing.
func NewMemory(since time.Time, capacity int) *Memory {
	if capacity == 0 {
		capacity = 1_000_000
	}
	m := &Memory{since: max(jwt.NewNumericDate(since), 0), capacity: capacity}
	for i := range m.seeds {
		m.seeds[i] = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	}
	return m
}

func (m *Memory) unmade() error {
	if m == nil || m.since == 0 {
		return errors.New("revoke: Memory is not made by NewMemory with a time after 1970")
	}
	return nil
}

// Lookup says what is known against the names in q. It allocates nothing.
func (m *Memory) Lookup(_ context.Context, q Query) (Answer, error) {
	if err := m.unmade(); err != nil {
		return Answer{}, err
	}
	issuer := m.hash(ofIssuer, q.Issuer)
	id := m.hash(ofID, q.ID).xor(issuer)
	session := m.hash(ofSession, q.SessionID).xor(issuer)
	subject := m.hash(ofSubject, q.Subject).xor(issuer)

	lock := m.lock.of(subject)
	lock.RLock()
	defer lock.RUnlock()
	a := Answer{Since: m.since, Dropped: jwt.NumericDate(m.dropped)}
	if q.ID != "" {
		_, a.ID = m.entries.get(id)
	}
	if q.SessionID != "" {
		_, a.SessionID = m.entries.get(session)
	}
	if q.Subject != "" {
		if at, ok := m.entries.get(subject); ok && at == everything {
			a.Subject = math.MaxInt64
		} else if ok {
			a.Subject = jwt.NumericDate(at)
		}
	}
	return a, nil
}

// Revoke records the entries. It is an error if there is no room.
func (m *Memory) Revoke(_ context.Context, now jwt.NumericDate, entries ...Entry) error {
	if err := m.unmade(); err != nil {
		return err
	}
	for i := range entries {
		if err := entries[i].Check(); err != nil {
			return err
		}
	}
	for i := range entries {
		if !m.record(&entries[i], second(now)) {
			return full("entries")
		}
	}
	return nil
}

// record adds an entry if there is room. A session ends even if there is not.
func (m *Memory) record(e *Entry, now uint32) bool {
	k, at, until := m.name(e), uint32(everything), second(e.Until)
	if e.Subject != "" {
		at = second(e.IssuedAt)
	}
	m.lock.all()
	defer m.lock.none()
	m.drop(k, now)
	m.sessions.remove(k)
	if old := m.entries.slot(k); old != nil {
		old.value, old.until = max(old.value, at), max(old.until, until)
		return true
	}
	if !m.room(&m.entries.used, now) {
		return false
	}
	m.entries.insert(k, until, at)
	return true
}

func (m *Memory) name(e *Entry) hash {
	issuer := m.hash(ofIssuer, e.Issuer)
	switch {
	case e.ID != "":
		return m.hash(ofID, e.ID).xor(issuer)
	case e.SessionID != "":
		return m.hash(ofSession, e.SessionID).xor(issuer)
	default:
		return m.hash(ofSubject, e.Subject).xor(issuer)
	}
}

// Load returns the state of a session.
func (m *Memory) Load(_ context.Context, issuer, sessionID string) (string, error) {
	if err := m.unmade(); err != nil {
		return "", err
	}
	k := m.hash(ofSession, sessionID).xor(m.hash(ofIssuer, issuer))
	lock := m.lock.of(k)
	lock.RLock()
	defer lock.RUnlock()
	state, _ := m.sessions.get(k)
	return state, nil
}

// Swap replaces the state of a session. It is an error if there is no room for a
// new one.
func (m *Memory) Swap(_ context.Context, now jwt.NumericDate, c Change) (bool, error) {
	if err := m.unmade(); err != nil {
		return false, err
	}
	if err := c.Check(); err != nil {
		return false, err
	}
	k := m.hash(ofSession, c.SessionID).xor(m.hash(ofIssuer, c.Issuer))
	m.lock.all()
	defer m.lock.none()
	m.drop(k, second(now))
	if _, revoked := m.entries.get(k); revoked {
		return false, nil
	}
	switch old := m.sessions.slot(k); {
	case old != nil && old.value == c.New:
		return true, nil
	case old != nil && old.value == c.Old:
		old.value, old.until = c.New, second(c.Until)
		return true, nil
	case old != nil || c.Old != "":
		return false, nil
	case !m.room(&m.sessions.used, second(now)):
		return false, full("sessions")
	}
	m.sessions.insert(k, second(c.Until), c.New)
	return true, nil
}

func full(of string) error {
	return errors.New("revoke: Memory is full of " + of + " that are not expired, want a larger capacity")
}

// sweepStep is how many slots are looked at for each thing that is added: more
// than one, so that the expired go faster than others come.
const sweepStep = 8

// drop removes what is expired from a few slots of those that k falls among.
func (m *Memory) drop(k hash, now uint32) {
	m.dropped = max(m.dropped, m.entries.sweep(k, sweepStep, now))
	m.sessions.sweep(k, sweepStep, now)
}

// room reports whether there is room for one more than used. If there seems to
// be none, it removes all that is expired; since dates are whole seconds, it
// needs to look only once in each.
func (m *Memory) room(used *int, now uint32) bool {
	if *used >= m.capacity && m.swept != now {
		m.swept = now
		m.dropped = max(m.dropped, m.entries.sweepAll(now))
		m.sessions.sweepAll(now)
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
	seeds := &m.seeds[kind]
	return hash{maphash.String(seeds[0], text), maphash.String(seeds[1], text)}
}

// stripes are a lock for many readers and few writers: readers hold one of them,
// so that they do not wait for each other; writers hold all.
type stripes [16]struct {
	sync.RWMutex
	_ [40]byte // to a cache line
}

func (s *stripes) of(k hash) *sync.RWMutex { return &s[k.a%uint64(len(s))].RWMutex }

func (s *stripes) all() {
	for i := range s {
		s[i].Lock()
	}
}

func (s *stripes) none() {
	for i := range s {
		s[i].Unlock()
	}
}
