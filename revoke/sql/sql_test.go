package sql_test

import (
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
	s := &revokesql.Store{Dialect: dialect, Timeout: time.Minute, Prefix: fmt.Sprint("test", prefixes.Add(1))}
	if dialect == revokesql.SQLite {
		s.DB = open(t, "sqlite", filepath.Join(fast(), "store.db"), 4)
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
