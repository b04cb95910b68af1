package sql_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/revoke"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// replicate returns a replica that runs until the test ends, once it is current.
func replicate(t testing.TB, s *revokesql.Store) *revoke.Replica {
	t.Helper()
	r := &revoke.Replica{Remote: again(s)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	if !soon(func() bool { at, _ := r.AsOf(); return !at.IsZero() }) {
		_, err := r.AsOf()
		t.Fatal("the replica is not filled: ", err)
	}
	return r
}

// TestReplicaSeesWhatIsRevokedElsewhere asks a store that cannot be asked directly.
func TestReplicaSeesWhatIsRevokedElsewhere(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		revokeID(t, s, "before")
		r := replicate(t, s)
		for i := range 3 {
			id := fmt.Sprint(i)
			revokeID(t, s, id)
			if !soon(func() bool {
				a, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: id})
				return err == nil && a.ID
			}) {
				t.Fatal("a revocation is not seen")
			}
		}
		a, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: "before"})
		check(t, err)
		want := lookup(t, s, "before")
		if !a.ID || a.Epoch != want.Epoch || a.Since != want.Since {
			t.Errorf("got %v, want %v", a, want)
		}
	})
}

// BenchmarkReplicaSeesARevocation measures from the acknowledgement to the moment
// in which a replica refuses.
func BenchmarkReplicaSeesARevocation(b *testing.B) {
	s := newStore(b, revokesql.PostgreSQL)
	r := replicate(b, s)
	stop := make(chan struct{})
	defer close(stop)
	go func() { // checks at 50,000 a second
		for tick := time.NewTicker(time.Millisecond); ; {
			select {
			case <-stop:
				return
			case <-tick.C:
				for range 50 {
					_, _ = r.Lookup(context.Background(), store.Query{Issuer: "i", ID: "a", SessionID: "b", Subject: "c"})
				}
			}
		}
	}()
	var all []time.Duration
	for i := 0; b.Loop(); i++ {
		id := fmt.Sprint(i)
		revokeID(b, s, id)
		begin := time.Now()
		for {
			if a, err := r.Lookup(b.Context(), store.Query{Issuer: "i", ID: id}); err == nil && a.ID {
				break
			}
			time.Sleep(200 * time.Microsecond)
		}
		all = append(all, time.Since(begin))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "ms-99%")
	b.ReportMetric(float64(all[len(all)-1].Microseconds())/1000, "ms-longest")
}

// BenchmarkPoll measures what one reading of nothing new costs.
func BenchmarkPoll(b *testing.B) {
	s := newStore(b, revokesql.PostgreSQL)
	_, next, _ := read(b, s, "")
	for b.Loop() {
		page, err := s.Read(b.Context(), next)
		check(b, err)
		next = page.Next
	}
}
