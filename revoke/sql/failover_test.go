package sql_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A pair is a server and its standby, of which a store sees one.
type pair struct {
	primary, standby *server
	proxy            *proxy
	s                *revokesql.Store
}

func newPair(t *testing.T, change func(s *revokesql.Store)) *pair {
	t.Helper()
	p := &pair{primary: ownServer(t)}
	p.proxy = newProxy(t, p.primary)
	p.s = &revokesql.Store{DB: openPinging(t, p.proxy.url(), 20, true), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	change(p.s)
	check(t, p.s.Migrate(t.Context()))
	p.standby = p.primary.standby(t)
	if !soon(func() bool { _, err := p.s.Lookup(t.Context(), store.Query{}); return err == nil }) {
		t.Fatal("the primary does not come back")
	}
	return p
}

// has waits until the standby has an ID.
func (p *pair) has(t *testing.T, id string) {
	t.Helper()
	db := p.standby.open(t, "")
	defer db.Close()
	if !soon(func() bool {
		var n int
		err := db.QueryRow("SELECT count(*) FROM jwt_entries WHERE name = $1", id).Scan(&n)
		return err == nil && n == 1
	}) {
		t.Fatal("the standby does not follow")
	}
}

// failOver stops the primary for good, and promotes the standby.
func (p *pair) failOver(t *testing.T) {
	t.Helper()
	p.primary.kill()
	p.proxy.to.Store(p.standby)
	db := p.standby.open(t, "")
	_, err := db.Exec("SELECT pg_promote()")
	check(t, err)
	if !soon(func() bool { _, err := p.s.Lookup(t.Context(), store.Query{}); return err == nil }) {
		t.Fatal("the standby does not take over")
	}
}

// TestFailoverToAStandbyThatLagsBehind loses what was acknowledged, which the store
// and its replicas notice.
func TestFailoverToAStandbyThatLagsBehind(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(*revokesql.Store) {})
	revokeID(t, p.s, "a")
	p.has(t, "a")
	first := lookup(t, p.s, "a")
	r := replicate(t, p.s)
	p.standby.kill()
	revokeID(t, p.s, "lost")
	if !soon(func() bool {
		a, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: "lost"})
		return err == nil && a.ID
	}) {
		t.Fatal("the replica does not see what is revoked")
	}
	p.primary.kill()
	check(t, p.standby.run())
	p.failOver(t)
	a := lookup(t, p.s, "lost")
	if a.ID {
		t.Fatal("the standby did not lag behind, so that the test tests nothing")
	}
	if a.Epoch == first.Epoch || a.Since < first.Since || !lookup(t, p.s, "a").ID {
		t.Errorf("got %v of a standby that lagged behind, want another beginning than %v", a, first)
	}
	revokeID(t, p.s, "b")
	if !soon(func() bool {
		got, err := r.Lookup(t.Context(), store.Query{Issuer: "i", ID: "b"})
		return err == nil && got.ID && got.Epoch == a.Epoch && got.Since == a.Since
	}) {
		t.Error("the replica does not go on with the memory of the standby")
	}
}

// TestFailoverToASynchronousStandby loses nothing that was acknowledged.
func TestFailoverToASynchronousStandby(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(s *revokesql.Store) { s.AllowPromotion = true })
	wantError(t, "no synchronous standby", p.s.Ping(t.Context()), "synchronous_standby_names to be set")
	run(t, p.s, "ALTER SYSTEM SET synchronous_standby_names = '*'")
	run(t, p.s, "SELECT pg_reload_conf()")
	if !soon(func() bool { return p.s.Ping(t.Context()) == nil }) {
		t.Fatal("with a synchronous standby: ", p.s.Ping(t.Context()))
	}
	for _, commit := range []string{"local", "remote_write"} {
		weak := &revokesql.Store{DB: p.primary.open(t, "&synchronous_commit="+commit), Dialect: revokesql.PostgreSQL, Timeout: time.Minute, AllowPromotion: true}
		wantError(t, commit, weak.Ping(t.Context()), "synchronous_commit "+commit+", want on or remote_apply")
		weak.AllowPromotion = false
		check(t, weak.Ping(t.Context()))
	}
	var acknowledged []string
	for i := range 60 {
		id := fmt.Sprint(i)
		revokeID(t, p.s, id)
		acknowledged = append(acknowledged, id)
	}
	first := lookup(t, p.s, "")
	p.standby.kill()
	left := -1 // standbys, of which one may receive for a moment after its server was killed
	if !soon(func() bool {
		return p.s.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_replication").Scan(&left) == nil && left == 0
	}) {
		t.Fatalf("the primary has %d standbys, want none", left)
	}
	impatient := again(p.s)
	impatient.AllowPromotion, impatient.Timeout = true, 300*time.Millisecond
	wantError(t, "without its standby", impatient.Revoke(t.Context(), now(), store.Entry{ID: "late", Until: now() + 1000}), "no answer from the database")
	p.primary.kill()
	check(t, p.standby.run())
	p.failOver(t)
	verify(t, p.s, acknowledged)
	if a := lookup(t, p.s, ""); a != first {
		t.Errorf("got %v, want the memory to go on as %v", a, first)
	}
}

// TestReplicaThatIsCutOff accepts nothing by a copy that is older than MaxAge, and
// goes on when the network is back or the server goes on.
func TestReplicaThatIsCutOff(t *testing.T) {
	t.Parallel()
	server := ownServer(t)
	for name, fault := range map[string]func(p *proxy, cut bool){
		"by the network": func(p *proxy, cut bool) { p.deaf.Store(cut) },
		"by the server, which stands still": func(_ *proxy, cut bool) {
			server.pause(cut)
		},
	} {
		t.Run(name, func(t *testing.T) {
			direct := &revokesql.Store{DB: server.open(t, ""), Dialect: revokesql.PostgreSQL, Timeout: time.Minute, Prefix: fmt.Sprint("cut", len(name))}
			check(t, direct.Migrate(t.Context()))
			p := newProxy(t, server)
			remote := again(direct)
			remote.DB, remote.Timeout = open(t, "pgx", p.url(), 4), 2*time.Second
			copied := replicate(t, remote)
			ask := func() (store.Answer, error) {
				return copied.Lookup(t.Context(), store.Query{Issuer: "i", ID: "a"})
			}
			fault(p, true)
			revoked := make(chan error, 1)
			begun := time.Now()
			go func() {
				revoked <- direct.Revoke(context.Background(), now(), store.Entry{Issuer: "i", ID: "a", Until: now() + 1000})
			}()
			if !soon(func() bool { _, err := ask(); return err != nil }) {
				t.Error("the copy is used though it is old")
			}
			if d := time.Since(begun); d > 30*time.Second {
				t.Errorf("the copy was used for %v, want some 2 s", d)
			}
			for range 3 {
				if a, err := ask(); err == nil {
					t.Errorf("cut off: got %v, want an error", a)
				}
			}
			fault(p, false)
			check(t, <-revoked)
			if !soon(func() bool { a, err := ask(); return err == nil && a.ID }) {
				t.Error("the replica does not go on")
			}
		})
	}
}
