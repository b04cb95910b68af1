// Package revoketest tests implementations of the interfaces of revoke/store: those
// of the package revoke and of revoke/redis, and yours. It is for tests only.
package revoketest

import (
	"sync"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// TestStore tests whether stores keep the promises of [store.Store], and those of
// [store.OnceStore], [store.SessionStore] and [store.Feed] if they have their methods. Each call
// of open returns what two instances of a service would use: two stores, or the
// same one twice, over the same empty memory, which may have begun up to a minute
// ago.
func TestStore(t *testing.T, open func(t *testing.T) (one, other store.Store)) {
	t.Run("deny list", func(t *testing.T) { testDenyList(t, open) })
	t.Run("bad entries and many", func(t *testing.T) { testEntries(t, open) })
	t.Run("the beginning", func(t *testing.T) { testBeginning(t, open) })
	t.Run("a canceled context", func(t *testing.T) { testCanceled(t, open) })
	one, _ := open(t)
	if _, ok := one.(store.OnceStore); ok {
		t.Run("an ID is used once", func(t *testing.T) { testUse(t, both[store.OnceStore](open)) })
		t.Run("exactly one of many uses is the first", func(t *testing.T) { testConcurrentUses(t, both[store.OnceStore](open)) })
	}
	if _, ok := one.(store.Feed); ok {
		t.Run("the feed", func(t *testing.T) { testFeed(t, both[store.Feed](open)) })
		t.Run("the feed while others write", func(t *testing.T) { testConcurrentFeed(t, both[store.Feed](open)) })
	}
	if _, ok := one.(store.SessionStore); ok {
		open := both[store.SessionStore](open)
		t.Run("sessions", func(t *testing.T) { testSessions(t, open) })
		t.Run("revoking ends a session", func(t *testing.T) { testRevokedSession(t, open) })
		t.Run("the sessions of a subject", func(t *testing.T) { testList(t, open) })
		t.Run("exactly one of many swaps succeeds", func(t *testing.T) { testConcurrentSwaps(t, open) })
		t.Run("exactly one of many refreshes succeeds", func(t *testing.T) { testConcurrentRefreshes(t, open) })
		t.Run("a model", func(t *testing.T) { testModel(t, open) })
	}
}

type opener[S store.Store] = func(t *testing.T) (one, other S)

// both returns an opener of stores that have more methods.
func both[S store.Store](open opener[store.Store]) opener[S] {
	return func(t *testing.T) (one, other S) {
		t.Helper()
		a, b := open(t)
		return a.(S), b.(S)
	}
}

// later is a time by which any store that was just opened has begun.
func later() time.Time { return time.Now().Add(time.Hour) }

const crowd = 1000

// crowded calls f concurrently and counts what it returns.
func crowded(f func(i int) string) map[string]int {
	var all sync.WaitGroup
	start, results := make(chan struct{}), make([]string, crowd)
	for i := range crowd {
		all.Go(func() {
			<-start
			results[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	count := make(map[string]int)
	for _, r := range results {
		count[r]++
	}
	return count
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
