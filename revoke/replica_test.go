package revoke

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A feed is a remote store, of which a test can break each part.
type feed struct {
	*Memory
	lock    sync.Mutex
	entries []store.Entry
	life    int
	reads   int
	lookups int
	broken  error                                       // of Read and Lookup
	reading func(ctx context.Context, page *store.Page) // before Read returns
}

func newFeed() *feed { return &feed{Memory: NewMemory(0)} }

func (f *feed) Lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.lookups++
	if f.broken != nil {
		return store.Answer{}, f.broken
	}
	return f.Memory.Lookup(ctx, q)
}

func (f *feed) Revoke(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.broken != nil {
		return f.broken
	}
	for _, e := range entries {
		e.Issuer, e.ID, e.SessionID, e.Subject = store.ShortName(e.Issuer), store.ShortName(e.ID), store.ShortName(e.SessionID), store.ShortName(e.Subject)
		f.entries = append(f.entries, e)
	}
	return f.Memory.Revoke(ctx, now, entries...)
}

// Read returns pages of two, in an order of its own, and repeats some.
func (f *feed) Read(ctx context.Context, from string) (store.Page, error) {
	f.lock.Lock()
	f.reads++
	var life, position int
	_, err := fmt.Sscanf(from, "%d %d", &life, &position)
	if from != "" && err != nil {
		f.lock.Unlock()
		return store.Page{}, errors.New("no position of this feed")
	}
	if from == "" || life != f.life {
		position, from = 0, ""
	}
	end := min(position+2, len(f.entries))
	page := store.Page{From: from, Entries: append([]store.Entry(nil), f.entries[max(0, position-1):end]...), Next: fmt.Sprint(f.life, " ", end), More: end < len(f.entries)}
	rand.Shuffle(len(page.Entries), func(i, j int) { page.Entries[i], page.Entries[j] = page.Entries[j], page.Entries[i] })
	page.Answer, _ = f.Memory.Lookup(ctx, store.Query{})
	err = f.broken
	reading := f.reading
	f.lock.Unlock()
	if reading != nil {
		reading(ctx, &page)
	}
	return page, err
}

// set changes something of the feed.
func (f *feed) set(change func()) {
	f.lock.Lock()
	defer f.lock.Unlock()
	change()
}

func (f *feed) asked() int {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.lookups
}

func (f *feed) read() int {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.reads
}

// replicated runs a test with a replica that runs, in a bubble.
func replicated(t *testing.T, test func(t *testing.T, f *feed, r *Replica)) {
	fipstest.Bubble(t, func(t *testing.T) {
		f := newFeed()
		r := &Replica{Remote: f, Interval: 20 * time.Millisecond}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		synctest.Wait()
		test(t, f, r)
		cancel()
		assert.ErrorIs(t, <-done, context.Canceled)
	})
}

func (f *feed) revoke(t *testing.T, ids ...string) {
	t.Helper()
	for _, id := range ids {
		require.NoError(t, f.Revoke(t.Context(), jwt.NewNumericDate(time.Now()), store.Entry{Issuer: "i", ID: id, Until: jwt.NewNumericDate(time.Now()) + 1000}))
	}
}

func denied(t *testing.T, r *Replica, id string) bool {
	t.Helper()
	a, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: id})
	require.NoError(t, err)
	require.NoError(t, known(a))
	return a.ID
}

func TestReplicaAnswersFromItsCopy(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		f.revoke(t, "a", "b", "c", "d", "e")
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			assert.True(t, denied(t, r, id), id)
		}
		assert.False(t, denied(t, r, "f"))
		assert.Zero(t, f.asked(), "no round trip")

		a, err := r.Lookup(t.Context(), store.Query{})
		require.NoError(t, err)
		want, err := f.Memory.Lookup(t.Context(), store.Query{})
		require.NoError(t, err)
		assert.Equal(t, want, a)
		at, err := r.AsOf()
		assert.NoError(t, err)
		assert.LessOrEqual(t, time.Since(at), 20*time.Millisecond)
		assert.ErrorContains(t, r.Run(t.Context()), "runs already")
	})
}

func TestReplicaAsksTheRemoteStoreUnlessItIsCurrent(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		f := newFeed()
		r := &Replica{Remote: f}
		f.revoke(t, "a")
		assert.True(t, denied(t, r, "a"), "nothing runs yet")
		assert.Equal(t, 1, f.asked())
		at, err := r.AsOf()
		assert.NoError(t, err)
		assert.True(t, at.IsZero())
	})
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		f.set(func() {
			f.reading = func(ctx context.Context, _ *store.Page) { <-ctx.Done() } // no answer comes
		})
		time.Sleep(20 * time.Millisecond)
		f.revoke(t, "a")
		time.Sleep(1980 * time.Millisecond)
		synctest.Wait()
		assert.False(t, denied(t, r, "a"), "a copy of two seconds ago")
		assert.Zero(t, f.asked())
		time.Sleep(time.Nanosecond)
		assert.True(t, denied(t, r, "a"), "is too old")
		assert.Equal(t, 1, f.asked())

		f.set(func() { f.broken = errors.New("cut off") })
		_, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: "b"})
		assert.ErrorContains(t, err, "cut off", "it cannot decide")
		assert.ErrorContains(t, r.Revoke(t.Context(), 1, store.Entry{ID: "x", Until: 2}), "cut off")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		_, err = r.AsOf()
		assert.EqualError(t, err, "revoke: reading the remote deny list: cut off")
		f.set(func() { f.broken, f.reading = nil, nil })
		time.Sleep(3 * time.Second)
		synctest.Wait()
		before := f.asked()
		assert.True(t, denied(t, r, "a"))
		assert.Equal(t, before, f.asked(), "it is current again")
		_, err = r.AsOf()
		assert.NoError(t, err)
	})
}

// TestReplicaIsAsOldAsItsQuestion lets an answer take a while.
func TestReplicaIsAsOldAsItsQuestion(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		f.set(func() {
			f.reading = func(context.Context, *store.Page) { time.Sleep(1500 * time.Millisecond) }
		})
		time.Sleep(20 * time.Millisecond) // Read is called
		synctest.Wait()
		asked := time.Now()
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		at, err := r.AsOf()
		require.NoError(t, err)
		assert.Equal(t, asked.UnixNano(), at.UnixNano())
	})
}

func TestCopyIsOldByEitherClock(t *testing.T) {
	now := time.Now()
	for _, row := range []struct {
		name  string
		later time.Duration // by the clock that nobody can set
		wall  time.Duration // by the other one
		fresh bool
	}{
		{"at once", 0, 0, true},
		{"in the last moment", 2 * time.Second, 2 * time.Second, true},
		{"later", 2*time.Second + 1, 0, false},
		{"after the machine slept", 0, 2*time.Second + 1, false},
		{"after the clock went back a little", 0, -2 * time.Second, true},
		{"after the clock went back", 0, -2*time.Second - 1, false},
	} {
		c := &copied{at: now, wall: now.Add(row.later - row.wall).UnixNano()}
		assert.Equal(t, row.fresh, c.fresh(now.Add(row.later), 2*time.Second), row.name)
	}
}

func TestClocksAreComparedOnceInAMillisecond(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		now := time.Now()
		c := &copied{at: now, wall: now.UnixNano()}
		assert.True(t, c.current(2*time.Second))
		c.wall -= int64(3 * time.Second) // the machine slept
		time.Sleep(time.Millisecond - 1)
		assert.True(t, c.current(2*time.Second), "compared less than a millisecond ago")
		time.Sleep(time.Nanosecond)
		assert.False(t, c.current(2*time.Second))
		assert.False(t, c.current(2*time.Second), "and again")

		c = &copied{at: now, wall: now.Add(-3 * time.Second).UnixNano()}
		assert.False(t, c.current(2*time.Second), "it is compared the first time")
		c = &copied{at: time.Now(), wall: time.Now().UnixNano()}
		time.Sleep(2 * time.Second)
		assert.True(t, c.current(2*time.Second))
		time.Sleep(time.Nanosecond)
		assert.False(t, c.current(2*time.Second), "too old by the clock that nobody can set")
	})
}

func TestReplicaBeginsAgainWithAFeedThatLostItsPlace(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		f.revoke(t, "a", "b", "c")
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		before, err := r.Lookup(t.Context(), store.Query{})
		require.NoError(t, err)

		// Another memory, from a backup that has other entries, in which reading
		// the second page takes for ever.
		f.set(func() {
			f.Memory, f.life, f.entries = NewMemory(0), 1, nil
		})
		f.revoke(t, "d", "e", "f", "g")
		f.set(func() {
			f.reading = func(ctx context.Context, page *store.Page) {
				if !page.More {
					<-ctx.Done()
					page.Answer = store.Answer{}
				}
			}
		})
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		asked := f.asked()
		a, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: "g"})
		require.NoError(t, err)
		assert.True(t, a.ID)
		assert.NotEqual(t, before.Epoch, a.Epoch)
		assert.Equal(t, asked+1, f.asked(), "the copy of another memory does not count")
		time.Sleep(2 * time.Second) // the Read ends with no answer
		synctest.Wait()
		_, err = r.AsOf()
		assert.ErrorContains(t, err, "does not say since when it remembers")
		f.set(func() { f.reading = nil })
		time.Sleep(time.Second)
		synctest.Wait()
		asked = f.asked()
		for _, id := range []string{"d", "e", "f", "g"} {
			assert.True(t, denied(t, r, id), id)
		}
		assert.Equal(t, asked, f.asked())
	})
}

// TestReplicaOfPartsThatBeganAtDifferentTimes asks for names in two parts.
func TestReplicaOfPartsThatBeganAtDifferentTimes(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		f.set(func() {
			f.reading = func(_ context.Context, page *store.Page) {
				page.AnswerTo = func(q store.Query) store.Answer {
					return store.Answer{Since: jwt.NumericDate(len(q.ID)), Epoch: strings.Repeat("e", 16) + q.ID, Dropped: 5}
				}
			}
		})
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		long := strings.Repeat("x", 300) // the name that was asked for, not the short one
		for _, id := range []string{"a", "abc", long} {
			a, err := r.Lookup(t.Context(), store.Query{ID: id})
			require.NoError(t, err)
			assert.Equal(t, store.Answer{Since: jwt.NumericDate(len(id)), Epoch: strings.Repeat("e", 16) + id, Dropped: 5}, a)
		}
		assert.Zero(t, f.asked())
	})
}

// TestReplicaTakesNoPageOfAnotherPosition lets a feed skip a page, repeat one, and
// confuse two.
func TestReplicaTakesNoPageOfAnotherPosition(t *testing.T) {
	for name, from := range map[string]string{"a page was skipped": "0 4", "a page of another reader": "0 1", "none that there ever was": "x"} {
		replicated(t, func(t *testing.T, f *feed, r *Replica) {
			f.revoke(t, "a", "b", "c")
			time.Sleep(20 * time.Millisecond)
			synctest.Wait()
			before := f.asked()
			f.set(func() { f.reading = func(_ context.Context, page *store.Page) { page.From, page.Entries = from, nil } })
			time.Sleep(20 * time.Millisecond)
			synctest.Wait()
			assert.True(t, denied(t, r, "a"), name)
			assert.Equal(t, before+1, f.asked(), "the copy does not count: "+name)
			_, err := r.AsOf()
			assert.ErrorContains(t, err, "goes on from another position", name)
			f.revoke(t, "d")
			var positions []string
			f.set(func() {
				f.reading = func(_ context.Context, page *store.Page) { positions = append(positions, page.From) }
			})
			time.Sleep(5 * time.Second)
			synctest.Wait()
			before = f.asked()
			for _, id := range []string{"a", "b", "c", "d"} {
				assert.True(t, denied(t, r, id), id)
			}
			assert.Equal(t, before, f.asked(), "it is current again")
			f.set(func() {
				if assert.NotEmpty(t, positions) {
					assert.Empty(t, positions[0], "it begins from the beginning")
				}
			})
		})
	}
}

func TestReplicaThatIsFullIsNotCurrent(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		f := newFeed()
		r := &Replica{Remote: f, Capacity: 3, Interval: time.Second, MaxAge: time.Minute}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go r.Run(ctx)
		synctest.Wait()
		short := jwt.NewNumericDate(time.Now())
		for i := range 4 {
			require.NoError(t, r.Revoke(ctx, short, store.Entry{Issuer: "i", ID: fmt.Sprint(i), Until: short + 10}))
		}
		assert.True(t, denied(t, r, "3"), "the remote store has it")
		assert.Equal(t, 1, f.asked())
		time.Sleep(time.Second)
		synctest.Wait()
		_, err := r.AsOf()
		assert.ErrorContains(t, err, "full")
		assert.True(t, denied(t, r, "3"))
		assert.Equal(t, 2, f.asked())
		time.Sleep(13 * time.Second) // they expire
		synctest.Wait()
		_, err = r.AsOf()
		assert.NoError(t, err)
		assert.False(t, denied(t, r, "4"))
		assert.Equal(t, 2, f.asked())
		for i := range 4 { // made elsewhere, and more than the copy has room for
			f.revoke(t, fmt.Sprint("e", i))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		_, err = r.AsOf()
		assert.ErrorContains(t, err, "full")
		assert.True(t, denied(t, r, "e3"))
		assert.Equal(t, 3, f.asked(), "at once, and not when MaxAge is over")
	})
}

// TestReplicaKnowsWhatWasDropped asks for what the remote store and the copy itself
// have dropped.
func TestReplicaKnowsWhatWasDropped(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		now := jwt.NewNumericDate(time.Now())
		f.set(func() {
			f.reading = func(_ context.Context, page *store.Page) { page.Answer.Dropped = 77 }
		})
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		a, err := r.Lookup(t.Context(), store.Query{})
		require.NoError(t, err)
		assert.EqualValues(t, 77, a.Dropped)
		require.NoError(t, r.Revoke(t.Context(), now, store.Entry{ID: "a", Until: now + 1}))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for i := range 5000 {
			f.revoke(t, fmt.Sprint(i))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		a, err = r.Lookup(t.Context(), store.Query{})
		require.NoError(t, err)
		assert.Equal(t, now+1, a.Dropped)
	})
}

func TestReplicaFindsLongNames(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		long := strings.Repeat("x", 300)
		now := jwt.NewNumericDate(time.Now())
		entries := []store.Entry{{Issuer: long, ID: long, Until: now + 100}, {Issuer: long, SessionID: long, Until: now + 100}, {Issuer: long, Subject: long, IssuedAt: 7, Until: now + 100}}
		check := func(when string, want bool) {
			a, err := r.Lookup(t.Context(), store.Query{Issuer: long, ID: long, SessionID: long, Subject: long})
			require.NoError(t, err)
			assert.Equal(t, want, a.ID && a.SessionID && a.Subject == 7, when)
			assert.Equal(t, want, a.ID || a.SessionID || a.Subject != 0, when)
			assert.Zero(t, f.asked(), when)
		}
		check("before", false)
		require.NoError(t, f.Revoke(t.Context(), now, entries...))
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		check("by the feed", true)
	})
	replicated(t, func(t *testing.T, f *feed, r *Replica) { // one name is long, and the others are not
		long, now := strings.Repeat("x", 300), jwt.NewNumericDate(time.Now())
		for i, q := range []store.Query{
			{Issuer: long, ID: "1", SessionID: "2", Subject: "3"},
			{Issuer: "0", ID: long, SessionID: "2", Subject: "3"},
			{Issuer: "0", ID: "1", SessionID: long, Subject: "3"},
			{Issuer: "0", ID: "1", SessionID: "2", Subject: long},
		} {
			require.NoError(t, f.Revoke(t.Context(), now, store.Entry{Issuer: q.Issuer, ID: q.ID, Until: now + 100},
				store.Entry{Issuer: q.Issuer, SessionID: q.SessionID, Until: now + 100}, store.Entry{Issuer: q.Issuer, Subject: q.Subject, IssuedAt: 7, Until: now + 100}))
			time.Sleep(40 * time.Millisecond)
			synctest.Wait()
			a, err := r.Lookup(t.Context(), q)
			require.NoError(t, err)
			assert.True(t, a.ID && a.SessionID && a.Subject == 7, i)
			assert.Zero(t, f.asked())
		}
	})
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		long, now := strings.Repeat("x", 300), jwt.NewNumericDate(time.Now())
		f.set(func() { f.reading = func(ctx context.Context, _ *store.Page) { <-ctx.Done() } })
		time.Sleep(20 * time.Millisecond)
		for _, e := range []store.Entry{{Issuer: long, ID: long}, {Issuer: long, SessionID: long}, {Issuer: long, Subject: long, IssuedAt: 7}} {
			e.Until = now + 100
			require.NoError(t, r.Revoke(t.Context(), now, e))
		}
		a, err := r.Lookup(t.Context(), store.Query{Issuer: long, ID: long, SessionID: long, Subject: long})
		require.NoError(t, err)
		assert.True(t, a.ID && a.SessionID && a.Subject == 7, "revoked by the replica itself, and seen at once")
		assert.Zero(t, f.asked())
	})
}

func TestReplicaDoesNotSpin(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		f.set(func() { f.reading = func(_ context.Context, page *store.Page) { page.More, page.Entries = true, nil } })
		time.Sleep(20 * time.Millisecond)
		before := f.read()
		time.Sleep(time.Second)
		synctest.Wait()
		assert.InDelta(t, 50, f.read()-before, 2)
		f.set(func() { f.reading, f.broken = nil, errors.New("cut off") })
		before = f.read()
		time.Sleep(1300 * time.Millisecond)
		synctest.Wait()
		assert.InDelta(t, 6, f.read()-before, 1, "after 40 ms, 80 ms, 160 ms and so on")
		time.Sleep(9 * time.Second)
		synctest.Wait()
		before = f.read()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.InDelta(t, 10, f.read()-before, 1, "it asks once a second")
	})
}

func TestReplicaReadsEach10Milliseconds(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		f := newFeed()
		r := &Replica{Remote: f}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go r.Run(ctx)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.InDelta(t, 100, f.read(), 2)
	})
}

func TestReplicaThatHasEndedRunsAgain(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, _ *Replica) {
		r := &Replica{Remote: f}
		for _, id := range []string{"a", "b"} {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- r.Run(ctx) }()
			f.revoke(t, id)
			time.Sleep(20 * time.Millisecond)
			synctest.Wait()
			before := f.asked()
			assert.True(t, denied(t, r, id))
			assert.Equal(t, before, f.asked(), "the copy is current")
			cancel()
			assert.ErrorIs(t, <-done, context.Canceled)
		}
	})
}

// After a failure, a replica goes on where it was.
func TestReplicaReadsNothingAgainAfterAFailure(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		f.revoke(t, "a", "b", "c")
		time.Sleep(time.Second)
		f.set(func() { f.broken = errors.New("cut off") })
		time.Sleep(time.Second)
		_, err := r.AsOf()
		require.ErrorContains(t, err, "cut off")
		var from []string
		f.set(func() {
			f.broken, f.reading = nil, func(_ context.Context, page *store.Page) { from = append(from, page.From) }
		})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.NotEmpty(t, from)
		assert.NotContains(t, from, "")
	})
}

// A copy is current until it is too old, also while a long feed is read.
func TestReplicaAnswersWhileItReadsMore(t *testing.T) {
	replicated(t, func(t *testing.T, f *feed, r *Replica) {
		f.set(func() { f.reading = func(_ context.Context, page *store.Page) { page.More, page.Entries = true, nil } })
		before := f.read()
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		assert.Greater(t, f.read(), before)
		assert.False(t, denied(t, r, "a"))
		assert.Zero(t, f.asked())
	})
}

// A read that the end of the replica cuts off is no failure, and a read's context ends
// with it.
func TestReplicaEndsWhileItReads(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		f := newFeed()
		r := &Replica{Remote: f}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		var reads []context.Context
		f.reading = func(ctx context.Context, _ *store.Page) { reads = append(reads, ctx) }
		go func() { done <- r.Run(ctx) }()
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		f.set(func() {
			f.reading, f.broken = func(ctx context.Context, _ *store.Page) { <-ctx.Done() }, errors.New("cut off")
		})
		require.NotEmpty(t, reads)
		for _, ctx := range reads {
			assert.ErrorIs(t, ctx.Err(), context.Canceled)
		}
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-done, context.Canceled)
		_, err := r.AsOf()
		assert.NoError(t, err)
	})
}

// TestReplicaRestsBetweenReads lets each read take a while.
func TestReplicaRestsBetweenReads(t *testing.T) {
	for _, row := range []struct {
		takes time.Duration
		reads int // in ten seconds
	}{{0, 500}, {4 * time.Millisecond, 500}, {10 * time.Millisecond, 500}, {15 * time.Millisecond, 400}, {90 * time.Millisecond, 100}} {
		replicated(t, func(t *testing.T, f *feed, r *Replica) {
			f.set(func() { f.reading = func(context.Context, *store.Page) { time.Sleep(row.takes) } })
			time.Sleep(time.Second)
			synctest.Wait()
			before := f.read()
			time.Sleep(10 * time.Second)
			synctest.Wait()
			assert.InDelta(t, row.reads, f.read()-before, 2, row.takes)
		})
	}
}

func TestIncompleteReplicaSaysWhatIsMissing(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for want, r := range map[string]*Replica{
		"Replica is nil":                           nil,
		"Replica.Remote is nil":                    {},
		"a negative MaxAge, Interval or Capacity":  {Remote: newFeed(), MaxAge: -1},
		"negative MaxAge, Interval or Capacity":    {Remote: newFeed(), Interval: -1},
		"has a negative MaxAge, Interval or Capac": {Remote: newFeed(), Capacity: -1},
	} {
		_, err := r.Lookup(t.Context(), store.Query{})
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, r.Run(ended), want)
		assert.ErrorContains(t, r.Revoke(t.Context(), 1), want)
	}
	_, err := (*Replica)(nil).AsOf()
	assert.ErrorContains(t, err, "Replica is nil")
}

func TestReplicaLookupDoesNotAllocate(t *testing.T) {
	f := newFeed()
	r := &Replica{Remote: f, MaxAge: time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go r.Run(ctx)
	require.Eventually(t, func() bool { at, _ := r.AsOf(); return !at.IsZero() }, 30*time.Second, time.Millisecond)
	q := store.Query{Issuer: "https://login.example", ID: "a", SessionID: "b", Subject: "c"}
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = r.Lookup(ctx, q) }))
	assert.Zero(t, f.asked())
}
