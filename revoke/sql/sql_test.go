package sql_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

var prefixes atomic.Int64

// each runs a test with a new store in each database.
func each(t *testing.T, test func(t *testing.T, s *revokesql.Store)) {
	for name, dialect := range map[string]revokesql.Dialect{"PostgreSQL": revokesql.PostgreSQL, "SQLite": revokesql.SQLite} {
		t.Run(name, func(t *testing.T) { test(t, newStore(t, dialect)) })
	}
}

// newStore returns an empty store.
func newStore(t testing.TB, dialect revokesql.Dialect) *revokesql.Store {
	t.Helper()
	// With the race detector, SQLite takes seconds for thousands of entries, on a quiet machine.
	s := &revokesql.Store{Dialect: dialect, Timeout: 5 * time.Minute, Prefix: fmt.Sprint("test", prefixes.Add(1))}
	if dialect == revokesql.SQLite {
		s.DB = open(t, "sqlite", filepath.Join(fast(t), "store.db"), 4)
	} else {
		s.DB = sharedServer(t).open(t, "")
	}
	check(t, s.Migrate(t.Context()))
	return s
}

// again is another instance of a service over the same memory.
func again(s *revokesql.Store) *revokesql.Store {
	return &revokesql.Store{DB: s.DB, Dialect: s.Dialect, Timeout: s.Timeout, Prefix: s.Prefix}
}

// TestSessionThatIsRevokedMeanwhile revokes a session in a transaction that ends when
// a change of the session waits for it.
func TestSessionThatIsRevokedMeanwhile(t *testing.T) {
	s := newStore(t, revokesql.PostgreSQL)
	change := store.Change{Issuer: "i", SessionID: "s", Subject: "t", New: "1", Until: now() + 1000}
	ok, _, err := s.Swap(t.Context(), now(), change)
	check(t, err)
	if !ok {
		t.Fatal("the session does not begin")
	}
	tx, err := s.DB.Begin()
	check(t, err)
	defer tx.Rollback()
	_, err = tx.Exec("UPDATE " + s.Prefix + "_entries SET at = 1, state = NULL, owner = NULL WHERE name = 's'")
	check(t, err)
	type result struct {
		ok  bool
		a   store.Answer
		err error
	}
	done := make(chan result, 1)
	go func() {
		change.Old, change.New = "1", "2"
		ok, a, err := s.Swap(context.Background(), now(), change)
		done <- result{ok, a, err}
	}()
	if !soon(func() bool {
		var n int
		err := s.DB.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%" + s.Prefix + "_entries%'").Scan(&n)
		return err == nil && n > 0
	}) {
		t.Fatal("the change does not wait")
	}
	check(t, tx.Commit())
	if r := <-done; r.err != nil || r.ok || !r.a.SessionID {
		t.Errorf("got %+v, want no change, and that the session is revoked", r)
	}
}

// A pooler may give each statement another connection, so that none is prepared.
func TestNothingIsPreparedOnPostgreSQL(t *testing.T) {
	s := newStore(t, revokesql.PostgreSQL)
	pooled := again(s)
	pooled.DB = open(t, "pgx", sharedServer(t).url()+"&default_query_exec_mode=exec", 1)
	revokeID(t, pooled, "a")
	lookup(t, pooled, "a")
	if n := number(t, pooled, "SELECT count(*) FROM pg_prepared_statements"); n != 0 {
		t.Errorf("got %d prepared statements, want none", n)
	}
}

func TestStoreIsAStore(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) { testIsAStore(t, revokesql.PostgreSQL) })
	t.Run("SQLite", func(t *testing.T) { testIsAStore(t, revokesql.SQLite) })
}

func testIsAStore(t *testing.T, dialect revokesql.Dialect) {
	t.Parallel()
	revoketest.TestStore(t, func(t *testing.T) (one, other store.Store) {
		s := newStore(t, dialect)
		return s, again(s)
	})
}
