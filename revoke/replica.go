package revoke

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A Replica is a [store.Store] with a copy of a remote store's deny list in memory,
// for processes that check very many tokens: a check takes no round trip. [Replica.Run]
// keeps the copy current; without it, and while the copy is older than MaxAge, the
// remote store is asked for each token, and if it fails, the token is not accepted.
//
//	replica := &revoke.Replica{Remote: s} // a *Store of revoke/sql or revoke/redis
//	go replica.Run(ctx)
//	list := &revoke.DenyList{Tokens: policy, Store: replica, Lifetime: 30 * 24 * time.Hour}
//
// A revocation made elsewhere is seen after Interval, and for as long as MaxAge if
// the remote store is cut off meanwhile. One that is made by this Replica is seen
// at once. [Sessions] and [Once] need the remote store itself.
//
// An entry takes the memory that one in [Memory] does. The zero value and nil keep
// nothing and answer nothing. Set the fields, then use it from any number of
// goroutines; it must not be copied.
type Replica struct {
	Remote store.Feed // required

	// MaxAge is how old the copy may be. 0: 2 seconds.
	MaxAge time.Duration

	// Interval is how often Run reads what is new: a revocation is seen after half of
	// it and a read on average, and each process makes one small request to the remote
	// store in this time. If a read takes longer than half of it, the next one begins
	// half of it later. 0: 10 ms.
	Interval time.Duration

	// Capacity is the most entries of the copy. If the remote store has more, the
	// copy cannot be current. 0: 10,000,000.
	Capacity int

	once    sync.Once
	table   *Memory
	running atomic.Bool
	copied  atomic.Pointer[copied]
	failure atomic.Pointer[error] // of the last time that Run read
}

// copied is what is known of the copy when it has all that was there at a time.
type copied struct {
	at       time.Time
	wall     int64 // the same in ns, by the clock that goes on while a machine sleeps
	answer   store.Answer
	answerTo func(q store.Query) store.Answer // nil: always the answer
	compared atomic.Int64                     // the age in ns, plus one, at which the clocks were last compared; 0: never
}

// current is fresh, but for one thing: it compares the clocks once in a millisecond,
// since to read both takes as long as the rest of a check.
func (c *copied) current(maxAge time.Duration) bool {
	age := time.Since(c.at)
	if age > maxAge {
		return false
	}
	if last := c.compared.Load(); last > 0 && int64(age) < last+int64(time.Millisecond)-1 {
		return true
	}
	if !c.fresh(time.Now(), maxAge) {
		return false
	}
	c.compared.Store(int64(age) + 1)
	return true
}

// beginning is what is known of q but for what is denied.
func (c *copied) beginning(q *store.Query) store.Answer {
	if c.answerTo != nil {
		return c.answerTo(*q)
	}
	return c.answer
}

// fresh reports whether the copy is not older than that. Of two clocks, one stands
// still while the machine sleeps, and the other can be set.
func (c *copied) fresh(now time.Time, maxAge time.Duration) bool {
	wall := time.Duration(now.UnixNano() - c.wall)
	return now.Sub(c.at) <= maxAge && wall <= maxAge && wall >= -maxAge
}

// ready returns the copy, or says what is wrong with the replica itself.
func (r *Replica) ready() (*Memory, error) {
	switch {
	case r == nil:
		return nil, errors.New("revoke: Replica is nil")
	case r.Remote == nil:
		return nil, errors.New("revoke: Replica.Remote is nil, want the store that it copies")
	case r.MaxAge < 0 || r.Interval < 0 || r.Capacity < 0:
		return nil, errors.New("revoke: Replica has a negative MaxAge, Interval or Capacity")
	}
	r.once.Do(func() { r.table = NewMemory(orDefault(r.Capacity, 10_000_000)) })
	return r.table, nil
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}

func (r *Replica) maxAge() time.Duration { return orDefault(r.MaxAge, 2*time.Second) }

// Lookup implements [store.Store]. It allocates nothing if the copy is current.
func (r *Replica) Lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	table, err := r.ready()
	if err != nil {
		return store.Answer{}, err
	}
	if c := r.copied.Load(); c != nil {
		a := table.nothing()
		if !table.absent(&q) || !isShort(&q) {
			a = table.lookup(shortened(q))
		}
		// The age counts after the copy was read, since the process may have stood still.
		if c.current(r.maxAge()) {
			b := c.beginning(&q)
			a.Since, a.Epoch, a.Dropped = b.Since, b.Epoch, max(a.Dropped, b.Dropped)
			return a, nil
		}
	}
	return r.Remote.Lookup(ctx, q)
}

// shortened is the query with names as the feed has them.
func shortened(q store.Query) store.Query {
	return store.Query{
		Issuer: store.ShortName(q.Issuer), ID: store.ShortName(q.ID),
		SessionID: store.ShortName(q.SessionID), Subject: store.ShortName(q.Subject),
	}
}

func isShort(q *store.Query) bool {
	return store.IsShort(q.ID) && store.IsShort(q.SessionID) && store.IsShort(q.Subject) && store.IsShort(q.Issuer)
}

// Revoke implements [store.Store]: it records the entries in the remote store, then
// in the copy.
func (r *Replica) Revoke(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	table, err := r.ready()
	if err != nil {
		return err
	}
	if err := r.Remote.Revoke(ctx, now, entries...); err != nil {
		return err
	}
	short := make([]store.Entry, len(entries))
	for i, e := range entries {
		e.Issuer, e.ID, e.SessionID, e.Subject = store.ShortName(e.Issuer), store.ShortName(e.ID), store.ShortName(e.SessionID), store.ShortName(e.Subject)
		short[i] = e
	}
	if err := table.Revoke(ctx, now, short...); err != nil {
		r.copied.Store(nil) // there is no room: the remote store has it
	}
	return nil
}

// AsOf returns the time of which the copy is, the zero time if it is none, and the
// error of the last time that Run read from the remote store, if that failed: for
// metrics.
func (r *Replica) AsOf() (at time.Time, err error) {
	if r == nil {
		return time.Time{}, errors.New("revoke: Replica is nil")
	}
	if failure := r.failure.Load(); failure != nil {
		err = *failure
	}
	if c := r.copied.Load(); c != nil {
		at = c.at
	}
	return at, err
}

// Run fills the copy and keeps it current until the context ends, and returns the
// context's error. It goes on if the remote store fails, which AsOf tells. Any
// other error is that of a Replica that is incomplete or runs already.
func (r *Replica) Run(ctx context.Context) error {
	table, err := r.ready()
	if err != nil {
		return err
	}
	if r.running.Swap(true) {
		return errors.New("revoke: Replica runs already")
	}
	defer r.running.Store(false)
	interval := orDefault(r.Interval, 10*time.Millisecond)
	for position, pause := "", interval; ; {
		begun := time.Now()
		page, err := r.read(ctx, table, position)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			pause = min(2*pause, max(time.Second, interval))
			if errors.Is(err, errOtherPosition) {
				position = "" // what is between is not known
			}
		default:
			pause, position = interval, page.Next
		}
		r.failure.Store(&err)
		if page.More && len(page.Entries) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(pause-time.Since(begun), pause/2)):
		}
	}
}

var errOtherPosition = errors.New("revoke: the remote deny list goes on from another position than the one asked for")

// read copies a page. With one that has no more behind it, the copy has all that
// the remote store had before.
func (r *Replica) read(ctx context.Context, table *Memory, position string) (store.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, max(time.Second, r.maxAge()))
	defer cancel()
	before := time.Now()
	page, err := r.Remote.Read(ctx, position)
	if err != nil {
		return store.Page{}, fmt.Errorf("revoke: reading the remote deny list: %w", err)
	}
	if err := known(page.Answer); err != nil {
		return store.Page{}, err
	}
	if page.From != position && page.From != "" {
		r.copied.Store(nil)
		return store.Page{}, errOtherPosition
	}
	if c := r.copied.Load(); c != nil && c.answer.Epoch != page.Answer.Epoch {
		r.copied.Store(nil) // it began anew
	}
	if err := table.Revoke(ctx, jwt.NewNumericDate(time.Now()), page.Entries...); err != nil {
		r.copied.Store(nil)
		return store.Page{}, fmt.Errorf("revoke: copying the remote deny list: %w", err)
	}
	if !page.More {
		r.copied.Store(&copied{at: before, wall: before.UnixNano(), answer: page.Answer, answerTo: page.AnswerTo})
	}
	return page, nil
}
