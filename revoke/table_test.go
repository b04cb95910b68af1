package revoke

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table against a map, with hashes of few bits so that they crowd.
func TestTableIsAMapThatCanBeSwept(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range lessWithRace(30) {
		var table tables[int]
		want := make(map[hash]slot[int])
		for now := uint32(0); now < 600; now++ {
			k := hash{uint64(r.IntN(12)) | []uint64{0, 2, 3}[r.IntN(3)]<<48, uint64(r.IntN(3))}
			switch i := r.IntN(8); {
			case i < 4:
				if _, ok := want[k]; !ok {
					want[k] = slot[int]{k.key(), now + uint32(r.IntN(200)), int(now)}
					table.insert(k, want[k].until, want[k].value)
				}
			case i < 5:
				table.remove(k)
				delete(want, k)
			default:
				all := r.IntN(50) == 0
				table.dropped.Store(0)
				if before := table.used; all {
					table.sweepAll(now)
				} else if table.sweep(k, 2, now); before-table.used > len(want) {
					t.Fatal("more were dropped than there are")
				}
				var latest uint32
				for k, s := range want {
					_, there := table.get(k)
					require.True(t, there || s.until < now, "only the expired are dropped")
					require.False(t, there && all && s.until < now, "all the expired are")
					if !there {
						latest = max(latest, s.until)
						delete(want, k)
					}
				}
				require.Equal(t, latest, table.dropped.Load())
			}
			require.Equal(t, len(want), table.used)
			g := table.glance(k.a)
			if _, there := want[k]; there {
				require.False(t, g.absent(k.a))
			}
			for k, s := range want {
				got := table.slot(k)
				require.NotNil(t, got)
				require.Equal(t, s, *got)
			}
		}
	}
}

// lessWithRace is how often to do what takes long with the race detector.
func lessWithRace(n int) int {
	if raceEnabled {
		return n / 10
	}
	return n
}

// seenAbsent is what one sees without a lock.
func seenAbsent(table *tables[int], a uint64) bool {
	g := table.glance(a)
	return g.absent(a)
}

func TestATableIsSeenWithoutALockIfNothingIsThere(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var table tables[int]
	assert.True(t, seenAbsent(&table, 1))
	var there []hash
	for range 100_000 {
		there = append(there, hash{r.Uint64(), r.Uint64()})
		table.insert(there[len(there)-1], 1, 0)
	}
	seen := 0
	for _, h := range there {
		require.False(t, seenAbsent(&table, h.a))
		if seenAbsent(&table, r.Uint64()) {
			seen++
		}
	}
	assert.Greater(t, seen, 95_000, "names that are not there need no lock")

	p := table.parts[partOf(there[0].a)].Load()
	other := hash{there[0].a ^ 0xff<<48, 0} // with another tag
	require.True(t, seenAbsent(&table, other.a))
	g := table.glance(other.a)
	i, ok := p.find(there[0])
	require.True(t, ok)
	p.remove(i)
	assert.False(t, g.absent(other.a), "slots were moved since")
	assert.True(t, seenAbsent(&table, other.a))
	p.moves.Add(1)
	assert.False(t, seenAbsent(&table, other.a), "slots are being moved")
}

// Slots of a full group go to later ones, also from the last one to the first, and
// come back, in any order.
func TestWhatIsDisplacedIsFoundAndComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range lessWithRace(2000) {
		p := newPart[int](4)
		var all []hash
		for range 24 {
			h := hash{uint64(r.IntN(2)+3) | 1<<48, r.Uint64()} // the last group or the first
			all = append(all, h)
			p.insert(tagOf(h.a), slot[int]{key: h.key()})
		}
		for len(all) > 0 {
			i, ok := p.find(all[0])
			require.True(t, ok)
			p.remove(i)
			all = all[1:]
			require.Equal(t, len(all), p.used)
			for _, h := range all {
				_, ok := p.find(h)
				require.True(t, ok)
			}
		}
	}
}

// One goroutine writes and others look without a lock: what was there before they
// looked and is there afterwards is never said to be absent, while the table grows,
// shrinks and moves others.
func TestNothingIsMissedWhileOthersAreMoved(t *testing.T) {
	var table tables[int]
	r := rand.New(rand.NewPCG(7, 8))
	crowded := func() hash { return hash{uint64(r.IntN(1<<9)) | uint64(r.IntN(250)+1)<<48, r.Uint64()} }
	kept := make([]hash, 200)
	for i := range kept {
		kept[i] = crowded()
		table.insert(kept[i], everything, i)
	}
	var done atomic.Bool
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for i := 0; !done.Load(); i++ {
				if h := kept[i%len(kept)]; seenAbsent(&table, h.a) {
					t.Errorf("missed one of %d", len(kept))
					return
				}
			}
		})
	}
	for now := range uint32(lessWithRace(300)) {
		for range now % 30 * 60 {
			table.insert(crowded(), now, 0)
		}
		table.sweepAll(now + now%2)
	}
	done.Store(true)
	all.Wait()
}
