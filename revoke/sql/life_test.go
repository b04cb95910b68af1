package sql_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func TestMemoryBeginsInTheNextSecondAndGoesOn(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		first := lookup(t, s, "a")
		if first.Since > now()+1 || first.Since < now()-60 {
			t.Errorf("got Since %d, want the second after now, %d", first.Since, now())
		}
		if n := number(t, s, "SELECT since FROM jwt_store"); int64(n) != int64(first.Since) {
			t.Errorf("got Since %d, want %d", first.Since, n)
		}
		check(t, s.Migrate(t.Context())) // again
		if a := lookup(t, again(s), "a"); a != first {
			t.Errorf("got %v after Migrate, want %v", a, first)
		}
		check(t, s.BeginAnew(t.Context()))
		if a := lookup(t, s, "a"); a.Epoch == first.Epoch || a.Since < first.Since || len(a.Epoch) < 16 {
			t.Error("BeginAnew does not begin anew")
		}
	})
}

func TestInstancesCreateTheTablesAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		for round := range 3 {
			prefix := fmt.Sprint(s.Prefix, "_", round)
			var all sync.WaitGroup
			for range 8 {
				one := again(s)
				one.Prefix = prefix
				all.Go(func() {
					if err := one.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
	})
}

func TestCopiedTableBeginsAnew(t *testing.T) {
	s := newStore(t, revokesql.PostgreSQL)
	revokeID(t, s, "a")
	first := lookup(t, s, "a")
	run(t, s, "VACUUM (FULL, FREEZE) jwt_store")
	if a := lookup(t, s, "a"); a != first {
		t.Error("the memory begins anew after VACUUM")
	}
	run(t, s, "CREATE TABLE jwt_copy AS SELECT * FROM jwt_store; DELETE FROM jwt_store; INSERT INTO jwt_store SELECT * FROM jwt_copy")
	a := lookup(t, s, "a")
	if a.Epoch == first.Epoch || !a.ID {
		t.Errorf("got %v from a copied table, want another Epoch, and the entries", a)
	}
	if b := lookup(t, again(s), "a"); b != a {
		t.Error("it begins anew twice")
	}
	run(t, s, "DROP TABLE jwt_copy; CREATE TABLE jwt_copy AS SELECT * FROM jwt_store; DELETE FROM jwt_store; INSERT INTO jwt_store SELECT * FROM jwt_copy")
	if page, err := s.Read(t.Context(), ""); err != nil || page.Answer.Epoch == a.Epoch {
		t.Errorf("Read of a copied table: got %v, want another Epoch", err)
	}
}

func TestPromotedStandbyBeginsAnew(t *testing.T) {
	t.Parallel()
	server := ownServer(t)
	s := &revokesql.Store{DB: server.open(t, ""), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	revokeID(t, s, "a")
	first := lookup(t, s, "a")
	page, err := s.Read(t.Context(), "")
	check(t, err)

	server.kill()
	signal := filepath.Join(server.dir, "standby.signal")
	check(t, os.WriteFile(signal, nil, 0o600))
	check(t, program.Give(signal))
	check(t, server.run())
	for name, call := range without(methods(t.Context(), s), "List") {
		if err := call(); err == nil || !strings.Contains(err.Error(), "the server is a standby") {
			// A connection from before may have to be found dead first.
			if err = call(); err == nil || !strings.Contains(err.Error(), "the server is a standby") {
				t.Errorf("%s of a standby: got %v", name, err)
			}
		}
	}
	run(t, s, "SELECT pg_promote()")
	lossless := &revokesql.Store{DB: s.DB, Dialect: revokesql.PostgreSQL, Timeout: time.Minute, AllowPromotion: true}
	if a := lookup(t, lossless, "a"); a != first {
		t.Errorf("with AllowPromotion: got %v, want the memory to go on as %v", a, first)
	}
	if a := lookup(t, s, "a"); a.Epoch == first.Epoch || a.Since < first.Since || !a.ID {
		t.Errorf("got %v of a promoted standby, want another Epoch, and the entries", a)
	}
	if page, err = s.Read(t.Context(), page.Next); err != nil || !page.More || len(page.Entries) != 1 {
		t.Errorf("got %v, %v of a position before the promotion, want to begin from the start", page, err)
	}
}

// TestNothingAcknowledgedIsLost kills a server without any warning that does not
// flush what it acknowledges, unless it is told to.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	server := ownServer(t, "-c", "synchronous_commit=off", "-c", "wal_writer_delay=10s", "-c", "wal_writer_flush_after=0")
	s := &revokesql.Store{DB: server.open(t, ""), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	check(t, s.Ping(t.Context()))
	epoch := lookup(t, s, "").Epoch
	for round := range 3 {
		acknowledged := writers(t.Context(), s, round, server.kill)
		check(t, server.run())
		if !soon(func() bool { return s.Ping(t.Context()) == nil }) {
			t.Fatal("the server does not come back: ", s.Ping(t.Context()))
		}
		verify(t, s, acknowledged)
	}
	if a := lookup(t, s, ""); a.Epoch != epoch {
		t.Error("the memory begins anew after a crash, in which nothing was lost")
	}
}

// writers make changes until the server is killed, which is after some of them, and
// return which were acknowledged.
func writers(ctx context.Context, s *revokesql.Store, round int, kill func()) (acknowledged []string) {
	var all sync.WaitGroup
	var lock sync.Mutex
	enough := make(chan struct{})
	for w := range 3 {
		all.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", round, w, i)
				if write(ctx, s, w, id) != nil {
					return
				}
				lock.Lock()
				if acknowledged = append(acknowledged, id); len(acknowledged) == 60 {
					close(enough)
				}
				lock.Unlock()
			}
		})
	}
	<-enough
	kill()
	all.Wait()
	return acknowledged
}

// write makes one of three kinds of changes.
func write(ctx context.Context, s *revokesql.Store, kind int, id string) error {
	switch kind {
	case 0:
		return s.Revoke(ctx, now(), store.Entry{Issuer: "i", ID: id, Until: now() + 1000})
	case 1:
		a, err := s.Use(ctx, now(), store.Entry{Issuer: "i", ID: id, Until: now() + 1000})
		if err == nil && a.ID {
			err = fmt.Errorf("%s was used before", id)
		}
		return err
	}
	ok, _, err := s.Swap(ctx, now(), store.Change{Issuer: "i", SessionID: id, Subject: "alice", New: "begun", Until: now() + 1000})
	if err != nil || !ok {
		return fmt.Errorf("%v, %w", ok, err)
	}
	ok, _, err = s.Swap(ctx, now(), store.Change{Issuer: "i", SessionID: id, Subject: "alice", Old: "begun", New: id, Until: now() + 1000})
	if err != nil || !ok {
		return fmt.Errorf("%v, %w", ok, err)
	}
	return nil
}

func verify(t *testing.T, s *revokesql.Store, acknowledged []string) {
	t.Helper()
	if len(acknowledged) < 60 {
		t.Fatalf("got %d changes acknowledged, want more", len(acknowledged))
	}
	for _, id := range acknowledged {
		state, a, err := s.Load(t.Context(), store.Query{Issuer: "i", ID: id, SessionID: id})
		check(t, err)
		if !a.ID && state != id {
			t.Errorf("%s was acknowledged, and is lost", id)
		}
	}
}
