package revoke

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// newAncient returns a Memory that began in the first second of 1970.
func newAncient(capacity int) *Memory { return NewMemorySince(time.Unix(1, 0), capacity) }

// setClock sets the clock that nobody can set, which stands still in a bubble.
func setClock(m *Memory, now jwt.NumericDate) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.base = now
}

// revokeAt records entries when the Memory's clock and the caller's show now.
func revokeAt(m *Memory, now jwt.NumericDate, entries ...store.Entry) error {
	setClock(m, now)
	return m.Revoke(context.Background(), now, entries...)
}

// swapAt begins a session of nobody in particular.
func swapAt(m *Memory, now jwt.NumericDate, id, state string, until jwt.NumericDate) (bool, error) {
	setClock(m, now)
	swapped, _, err := m.Swap(context.Background(), now, store.Change{SessionID: id, Subject: id, New: state, Until: until})
	return swapped, err
}

func held(m *Memory) (entries, sessions int) { return m.entries.used, m.sessions.used }

func TestMemoryBeginsInTheNextSecond(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		m, other := NewMemory(0), NewMemory(0)
		a, err := m.Lookup(t.Context(), store.Query{})
		require.NoError(t, err)
		assert.Equal(t, store.Answer{Since: jwt.NewNumericDate(time.Now()) + 1, Epoch: m.epoch}, a)
		assert.Equal(t, 1_000_000, m.capacity)
		assert.NotEqual(t, m.epoch, other.epoch)
	})
}

func TestMemoryRefusesWhatItHasNoRoomFor(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		ctx, m := t.Context(), newAncient(3)
		for i := range 3 {
			require.NoError(t, revokeAt(m, 10, store.Entry{ID: fmt.Sprint(i), Until: 20}))
		}
		assert.ErrorContains(t, revokeAt(m, 20, store.Entry{ID: "3", Until: 30}), "full", "in its last second an entry still counts")
		assert.NoError(t, revokeAt(m, 20, store.Entry{ID: "0", Until: 30}), "what is there already can be recorded again")
		for i := range 3 {
			a, err := m.Lookup(ctx, store.Query{ID: fmt.Sprint(i)})
			require.NoError(t, err)
			assert.True(t, a.ID, "nothing was dropped for others")
		}
		a, err := m.Lookup(ctx, store.Query{ID: "3"})
		require.NoError(t, err)
		assert.False(t, a.ID)

		assert.NoError(t, revokeAt(m, 21, store.Entry{ID: "3", Until: 30}, store.Entry{ID: "4", Until: 30}), "two have expired")
		assert.ErrorContains(t, revokeAt(m, 21, store.Entry{ID: "5", Until: 30}), "full", "the third lives longer since it was recorded again")
		a, err = m.Lookup(ctx, store.Query{ID: "0"})
		require.NoError(t, err)
		assert.Equal(t, store.Answer{Since: 1, Epoch: m.epoch, Dropped: 20, ID: true}, a, "and the store tells what it has dropped")
		assert.Equal(t, uint32(21), m.swept, "it looks for what is expired once in a second")
	})
	fipstest.Bubble(t, func(t *testing.T) {
		m := newAncient(20)
		for i := range 60 { // which no other session meets, mostly
			now := jwt.NumericDate(10 + 11*(i/20))
			swapped, err := swapAt(m, now, fmt.Sprint(i), "state", now+10)
			require.NoError(t, err, "session %d, when 20 have expired", i)
			require.True(t, swapped)
		}
		assert.Equal(t, 20, m.subjects.used, "nor is there a subject of a session that is over")
		_, err := swapAt(m, 42, "60", "state", 50)
		assert.ErrorContains(t, err, "full")
	})
}

func TestMemoryEndsASessionItCannotRecord(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		ctx, m := t.Context(), newAncient(1)
		require.NoError(t, revokeAt(m, 10, store.Entry{ID: "a", Until: 20}))
		swapped, err := swapAt(m, 10, "s", "1", 20)
		require.NoError(t, err)
		require.True(t, swapped)
		swapped, err = swapAt(m, 10, "t", "1", 20)
		assert.ErrorContains(t, err, "full of sessions")
		assert.False(t, swapped)
		assert.ErrorContains(t, revokeAt(m, 10, store.Entry{SessionID: "s", Until: 20}), "full")
		state, _, err := m.Load(ctx, store.Query{SessionID: "s"})
		require.NoError(t, err)
		assert.Empty(t, state)
		swapped, err = swapAt(m, 21, "t", "1", 30)
		assert.NoError(t, err)
		assert.True(t, swapped, "there is room now")
	})
}

func TestMemoryOfNoCapacityRecordsNothing(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		for _, e := range []store.Entry{{ID: "a"}, {SessionID: "a"}, {Subject: "a", IssuedAt: 1}} {
			e.Until = 9
			assert.ErrorContains(t, revokeAt(newAncient(-1), 1, e), "full", e)
		}
	})
}

func TestMemoryThatIsNotMadeKeepsNoSessions(t *testing.T) {
	for _, m := range []*Memory{nil, {}} {
		_, _, err := m.Swap(t.Context(), 1, store.Change{SessionID: "s", Subject: "s", New: "1", Until: 9})
		assert.ErrorContains(t, err, "not made by NewMemory")
		_, _, err = m.Load(t.Context(), store.Query{SessionID: "s"})
		assert.ErrorContains(t, err, "not made by NewMemory")
		_, err = m.List(t.Context(), "", "s")
		assert.ErrorContains(t, err, "not made by NewMemory")
	}
}

func TestSessionsDropTheExpiredAsOthersCome(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		m := newAncient(0)
		for now := jwt.NumericDate(1); now < 200; now++ {
			for i := range 50 {
				swapped, err := swapAt(m, now, fmt.Sprint(now, i), "state", now+10)
				require.NoError(t, err)
				require.True(t, swapped)
			}
		}
		assert.Less(t, m.sessions.used, 1000, "and some 500 are alive")
		assert.Less(t, m.subjects.used, 1000)
	})
}

// What comes and goes at a steady rate takes room for little more than lives.
func TestMemoryDropsTheExpiredAsOthersCome(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		const rate, life = 300, 20
		m := newAncient(0)
		most := 0
		for now := jwt.NumericDate(1); now < 10*life; now++ {
			for i := range rate {
				require.NoError(t, revokeAt(m, now, store.Entry{ID: fmt.Sprint(now, i), Until: now + life}))
				swapped, err := swapAt(m, now, fmt.Sprint(now, i), "state", now+life)
				require.NoError(t, err)
				require.True(t, swapped)
			}
			entries, sessions := held(m)
			most = max(most, entries, sessions)
		}
		assert.Less(t, most, 3*rate*life/2, "and %d are alive", rate*life)
		assert.Equal(t, uint32(0), m.swept, "without looking at everything at once")
	})
}

func TestMemoryShrinksAgain(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		m := newAncient(0)
		size := func() (n int) {
			for i := range m.entries.parts {
				if p := m.entries.parts[i].Load(); p != nil {
					n += len(p.slots)
				}
			}
			return n
		}
		for i := range 100_000 {
			require.NoError(t, revokeAt(m, 1, store.Entry{ID: fmt.Sprint(i), Until: 2}))
		}
		assert.Greater(t, size(), 100_000)
		for i := range 50_000 {
			now := jwt.NumericDate(3 + i/1000)
			require.NoError(t, revokeAt(m, now, store.Entry{ID: fmt.Sprint("later", i), Until: now}))
		}
		entries, _ := held(m)
		assert.Less(t, entries, 5000)
		assert.Less(t, size(), 20_000)
	})
}

func TestDatesBeyond32BitsAreOnTheSafeSide(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		ctx, m := t.Context(), newAncient(2)
		require.NoError(t, revokeAt(m, 10, store.Entry{ID: "for ever", Until: math.MaxInt64}, store.Entry{Subject: "for ever", IssuedAt: math.MaxInt64, Until: 1 << 40}))
		assert.ErrorContains(t, revokeAt(m, math.MaxInt64, store.Entry{ID: "a", Until: 20}), "full")
		a, err := m.Lookup(ctx, store.Query{ID: "for ever", Subject: "for ever"})
		require.NoError(t, err)
		assert.Equal(t, store.Answer{Since: 1, Epoch: m.epoch, ID: true, Subject: math.MaxInt64}, a)
	})
}

func TestDatesAreKeptIn32Bits(t *testing.T) {
	for d, want := range map[jwt.NumericDate]uint32{
		math.MinInt64: 0, -1: 0, 0: 0, 1: 1, math.MaxUint32 - 1: math.MaxUint32 - 1, math.MaxUint32: math.MaxUint32, math.MaxUint32 + 1: math.MaxUint32, math.MaxInt64: math.MaxUint32,
	} {
		assert.Equal(t, want, second(d), d)
	}
}

func TestSumsStayWithin64Bits(t *testing.T) {
	const most, least = math.MaxInt64, math.MinInt64
	for _, row := range []struct{ a, b, want jwt.NumericDate }{
		{1, 2, 3}, {1, -2, -1}, {most, 0, most}, {most, 1, most}, {most - 1, 1, most}, {most, most, most}, {1, most, most},
		{least, 0, least}, {least, -1, least}, {least + 1, -1, least}, {least, least, least}, {-1, least, least}, {most, least, -1},
	} {
		assert.Equal(t, row.want, add(row.a, row.b), "%d + %d", row.a, row.b)
	}
	for d, want := range map[time.Duration]jwt.NumericDate{0: 0, 1: 1, time.Second: 1, time.Second + 1: 2, most: 9223372037} {
		assert.Equal(t, want, seconds(d), d)
	}
}

func TestAnEntryRecordedAgainLivesAsLongAsTheLonger(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		ctx, m := t.Context(), newAncient(2)
		require.NoError(t, revokeAt(m, 10, store.Entry{ID: "long", Until: 20}, store.Entry{ID: "long", Until: 15}, store.Entry{ID: "short", Until: 15}))
		require.NoError(t, revokeAt(m, 16, store.Entry{ID: "another", Until: 20}))
		a, err := m.Lookup(ctx, store.Query{ID: "long"})
		require.NoError(t, err)
		assert.True(t, a.ID)
	})
}

func TestMemoryTellsWhatItDropped(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		ctx, m := t.Context(), newAncient(0)
		for i := range 1000 {
			require.NoError(t, revokeAt(m, 1, store.Entry{ID: fmt.Sprint(i), Until: 5}))
		}
		a, err := m.Lookup(ctx, store.Query{})
		require.NoError(t, err)
		assert.Zero(t, a.Dropped)
		for i := range 1000 {
			require.NoError(t, revokeAt(m, 6, store.Entry{ID: fmt.Sprint("later", i), Until: 9}))
		}
		a, err = m.Lookup(ctx, store.Query{})
		require.NoError(t, err)
		assert.Equal(t, jwt.NumericDate(5), a.Dropped)
	})
}

func TestMemoryIsAsSmallAsItSays(t *testing.T) {
	if raceEnabled {
		t.Skip("memory is measured without the race detector")
	}
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the figures are those of 64-bit platforms")
	}
	held := func() uint64 { // when what tests before this one left behind is gone, in pools and behind finalizers
		var least, now runtime.MemStats
		least.HeapAlloc = math.MaxUint64
		for unchanged := 0; unchanged < 3; {
			runtime.GC()
			if runtime.ReadMemStats(&now); now.HeapAlloc < least.HeapAlloc {
				least, unchanged = now, 0
			} else {
				unchanged++
			}
		}
		return least.HeapAlloc
	}
	measure := func(n int, f func(i int)) float64 {
		before := held()
		for i := range n {
			f(i)
		}
		return float64(held()-before) / float64(n)
	}
	ctx := t.Context()
	assert.InDelta(t, 7<<10, float64(unsafe.Sizeof(Memory{})), 1<<10)
	for _, n := range []int{10_000, 100_000, 140_000, 200_000} {
		m := newAncient(n)
		size := measure(n, func(i int) {
			if err := revokeAt(m, 1, store.Entry{Issuer: "https://login.example", ID: fmt.Sprint("a rather long name of a token ", i), Until: 1 << 30}); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%d entries: %.1f bytes each", n, size)
		assert.InDelta(t, 34, size, 11)
		runtime.KeepAlive(m)
	}
	m := newAncient(0)
	list := &DenyList{Store: m, Lifetime: time.Hour}
	sessions := &Sessions{DenyList: list, AccessLifetime: time.Minute, SessionLifetime: time.Hour, Sign: signNothing}
	size := measure(5000, func(i int) {
		_, err := sessions.Begin(ctx, fmt.Sprint("user-", i), nil)
		require.NoError(t, err)
	})
	t.Logf("5000 sessions: %.1f bytes each", size)
	assert.InDelta(t, 400, size, 100)
	runtime.KeepAlive(m)
}

func TestLookupAllocatesNothing(t *testing.T) {
	m := newAncient(0)
	var s store.Store = m
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		s.Lookup(t.Context(), store.Query{Issuer: "issuer", ID: "id", SessionID: "session", Subject: "subject"})
	}))
}

// Readers find an entry, or are told that it was dropped, at every moment.
func TestMemoryTellsWhatItDropsBeforeItIsMissed(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		ctx, m := t.Context(), newAncient(0)
		var all sync.WaitGroup
		for worker := range 4 {
			all.Go(func() {
				for now := jwt.NumericDate(10); now < 2000; now++ {
					e := store.Entry{ID: fmt.Sprint(worker, now), Until: now + 5}
					assert.NoError(t, revokeAt(m, now, e))
					a, err := m.Lookup(ctx, store.Query{ID: e.ID})
					assert.NoError(t, err)
					assert.True(t, a.ID || a.Dropped >= e.Until)
				}
			})
		}
		all.Wait()
	})
}

// Two names have the same hash only if both of its halves are the same.
func TestHalvesOfAHashAreOfDifferentSeeds(t *testing.T) {
	m := NewMemory(0)
	seen := make(map[uint64]string)
	for kind := range 4 {
		h := m.hash(kind, "text")
		for half, x := range map[string]uint64{"a": h.a, "b": h.b} {
			what := fmt.Sprint("half ", half, " of kind ", kind)
			assert.Empty(t, seen[x], what)
			seen[x] = what
		}
		assert.Equal(t, h, m.hash(kind, "text"))
		assert.Equal(t, h.a, m.half(kind, "text"))
		assert.NotEqual(t, h, NewMemory(0).hash(kind, "text"), "of another memory")
	}
}
