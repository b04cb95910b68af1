package sql_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func TestIncompleteStoreSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	var none *revokesql.Store
	db := new(sql.DB)
	for name, row := range map[string]struct {
		s    *revokesql.Store
		want string
	}{
		"nil":                {none, "revoke/sql: Store is nil"},
		"zero":               {&revokesql.Store{}, "revoke/sql: Store.DB is nil, want a database"},
		"no dialect":         {&revokesql.Store{DB: db}, "revoke/sql: Dialect is not set, want PostgreSQL or SQLite"},
		"unknown dialect":    {&revokesql.Store{DB: db, Dialect: 3}, "revoke/sql: Dialect is not set, want PostgreSQL or SQLite"},
		"negative timeout":   {&revokesql.Store{DB: db, Dialect: revokesql.SQLite, Timeout: -1}, "revoke/sql: Store.Timeout is negative"},
		"prefix with quotes": {&revokesql.Store{DB: db, Dialect: revokesql.SQLite, Prefix: `a"; DROP`}, "revoke/sql: Prefix is not a name, want at most 40 letters a to z, digits and _"},
		"prefix in capitals": {&revokesql.Store{DB: db, Dialect: revokesql.SQLite, Prefix: "Jwt"}, "revoke/sql: Prefix is not a name, want at most 40 letters a to z, digits and _"},
		"prefix of digits":   {&revokesql.Store{DB: db, Dialect: revokesql.SQLite, Prefix: "9a"}, "revoke/sql: Prefix is not a name, want at most 40 letters a to z, digits and _"},
		"long prefix":        {&revokesql.Store{DB: db, Dialect: revokesql.SQLite, Prefix: strings.Repeat("a", 41)}, "revoke/sql: Prefix is not a name, want at most 40 letters a to z, digits and _"},
	} {
		t.Run(name, func(t *testing.T) { wantErrors(t, methods(t.Context(), row.s), row.want) })
	}
	for _, prefix := range []string{"", "_a_9z", strings.Repeat("a", 40)} {
		if all, err := revokesql.Statements(revokesql.PostgreSQL, prefix); err != nil || len(all) < 5 {
			t.Errorf("prefix %q: got %d statements, %v", prefix, len(all), err)
		}
	}
	if all, err := revokesql.Statements(0, ""); err == nil || all != nil {
		t.Errorf("Statements of no dialect: got %v, want an error", all)
	}
}

func TestStatementsCreateTheTables(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		s = again(s)
		s.Prefix += "_x"
		wantErrors(t, without(methods(t.Context(), s), "Migrate"), "call Migrate first")
		statements, err := revokesql.Statements(s.Dialect, s.Prefix)
		check(t, err)
		for range 2 {
			for _, statement := range statements {
				run(t, &revokesql.Store{DB: s.DB, Prefix: "jwt"}, statement)
			}
		}
		revokeID(t, s, "a")
		check(t, s.Ping(t.Context()))
	})
}

func TestTablesOfAnotherVersion(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		calls := without(methods(t.Context(), s), "List")
		run(t, s, "UPDATE jwt_store SET version = 2")
		wantErrors(t, calls, "the tables have version 2, newer than 1, want a newer version of revoke/sql")
		run(t, s, "UPDATE jwt_store SET version = 0")
		wantErrors(t, calls, "the tables have version 0, older than 1, want Migrate to be called")
		run(t, s, "DELETE FROM jwt_store")
		wantErrors(t, without(calls, "Migrate"), "the table of the store is empty, want what Migrate writes to it")
		check(t, s.Migrate(t.Context()))
		if s.Dialect == revokesql.PostgreSQL {
			return // where a row that was changed by hand begins the memory anew
		}
		run(t, s, "UPDATE jwt_store SET since = 0")
		wantErrors(t, without(methods(t.Context(), s), "List", "Migrate"), "the table of the store has no since or epoch")
		run(t, s, "UPDATE jwt_store SET since = 1, epoch = '123456789012345'")
		wantErrors(t, without(methods(t.Context(), s), "List", "Migrate"), "the table of the store has no since or epoch")
	})
}

func TestLockedTable(t *testing.T) {
	s := newStore(t, revokesql.PostgreSQL)
	tx, err := s.DB.Begin()
	check(t, err)
	defer tx.Rollback()
	_, err = tx.Exec("LOCK TABLE " + s.Prefix + "_store, " + s.Prefix + "_entries")
	check(t, err)
	impatient := again(s)
	impatient.Timeout = 100 * time.Millisecond
	wantErrors(t, without(methods(t.Context(), impatient), "Migrate"), "no answer from the database within 100ms", context.DeadlineExceeded.Error())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for name, call := range methods(ctx, s) {
		if err := call(); !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "revoke/sql: ") {
			t.Errorf("%s with a deadline earlier than the Timeout: got %v, want DeadlineExceeded", name, err)
		}
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	wantErrors(t, methods(ctx, s), context.Canceled.Error())
}

func TestReadOnlyServer(t *testing.T) {
	s := newStore(t, revokesql.PostgreSQL)
	revokeID(t, s, "a")
	readOnly := again(s)
	readOnly.DB = sharedServer(t).open(t, "&default_transaction_read_only=on")
	if !lookup(t, readOnly, "a").ID {
		t.Error("an entry is not found")
	}
	wantErrors(t, without(methods(t.Context(), readOnly), "Lookup", "Load", "List", "Read"), "read-only")
}

func TestPingOfPostgreSQL(t *testing.T) {
	t.Parallel()
	server := ownServer(t, "-c", "fsync=off")
	s := &revokesql.Store{DB: server.open(t, ""), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	wantError(t, "fsync off", s.Ping(t.Context()), "fsync and full_page_writes")
	run(t, s, "ALTER SYSTEM SET full_page_writes = off")
	server.kill()
	server.args = nil
	check(t, server.run())
	if !soon(func() bool {
		return s.Ping(t.Context()) != nil && strings.Contains(s.Ping(t.Context()).Error(), "full_page_writes")
	}) {
		t.Errorf("full_page_writes off: got %v", s.Ping(t.Context()))
	}
	run(t, s, "ALTER SYSTEM RESET full_page_writes")
	run(t, s, "CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0")
	run(t, s, "SELECT pg_reload_conf()")
	if !soon(func() bool { return s.Ping(t.Context()) == nil }) {
		t.Errorf("got %v, want no error any more", s.Ping(t.Context()))
	}
	s = &revokesql.Store{DB: open(t, "pgx", strings.Replace(server.url(), "/postgres?", "/latin?", 1), 1), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	wantError(t, "another encoding", s.Ping(t.Context()), "the encoding SQL_ASCII, want UTF8")
}

func TestErrorsSayWhatWasTried(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := newStore(t, revokesql.SQLite)
	calls := methods(ctx, s)
	calls["BeginAnew"] = func() error { return s.BeginAnew(ctx) }
	for name, what := range map[string]string{
		"Lookup": "looking up", "Load": "loading a session", "List": "listing sessions", "Revoke": "revoking", "Use": "using an ID",
		"Swap": "changing a session", "Read": "reading entries", "Ping": "ping", "Migrate": "creating the tables", "BeginAnew": "beginning anew",
	} {
		if err := calls[name](); err == nil || err.Error() != "revoke/sql: "+what+": context canceled" {
			t.Errorf("%s: got %v, want revoke/sql: %s: context canceled", name, err, what)
		}
	}
}

func TestClosedDatabase(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		check(t, s.DB.Close())
		wantErrors(t, methods(t.Context(), s), "database is closed")
	})
}

// A connection is given back also if what it returned is not understood.
func TestConnectionsAreGivenBack(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		revokeID(t, s, "a")
		revokeID(t, s, "b")
		run(t, s, "INSERT INTO jwt_entries (kind, issuer, name, at, until, keep, owner) VALUES (2, 'i', 'broken', 0, 9, 9999999999, 'c')")
		run(t, s, "UPDATE jwt_store SET version = 2")
		one := again(s)
		one.Timeout = time.Minute
		one.DB.SetMaxOpenConns(1)
		for range 2 {
			_, err := one.List(t.Context(), "i", "c")
			wantError(t, "a session without a state", err, "NULL")
			_, err = one.Read(t.Context(), "")
			wantError(t, "another version", err, "newer than 1")
			wantError(t, "another version", one.Migrate(t.Context()), "newer than 1")
		}
	})
}

func TestMemoryThatCannotBeginAnew(t *testing.T) {
	s := newStore(t, revokesql.PostgreSQL)
	run(t, s, "CREATE TABLE jwt_copy AS SELECT * FROM jwt_store; DELETE FROM jwt_store; INSERT INTO jwt_store SELECT * FROM jwt_copy")
	readOnly := again(s)
	readOnly.DB = sharedServer(t).open(t, "&default_transaction_read_only=on")
	wantErrors(t, without(methods(t.Context(), readOnly), "List", "Migrate"), "beginning the memory anew", "read-only")
}

// A memory that seems to have lost something right after it began anew is not asked
// for ever.
func TestMemoryThatDoesNotBeginAnew(t *testing.T) {
	s := newStore(t, revokesql.PostgreSQL)
	run(t, s, "CREATE TABLE jwt_copy AS SELECT * FROM jwt_store; DELETE FROM jwt_store; INSERT INTO jwt_store SELECT * FROM jwt_copy")
	run(t, s, "CREATE FUNCTION jwt_stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
	run(t, s, "CREATE TRIGGER jwt_stop BEFORE UPDATE ON jwt_store FOR EACH ROW EXECUTE FUNCTION jwt_stop()")
	s.Timeout = time.Minute
	wantErrors(t, without(methods(t.Context(), s), "List", "Migrate"), ": the database may have lost something")
}

// names are some that databases do not like.
func names() []string {
	long := strings.Repeat("x", 60_000)
	return []string{"a", "a\x00", "a\x00b", strings.Repeat("y", 200), strings.Repeat("y", 201), long, long + "x", "sha256:", store.ShortName(long), "日本", "'; --", "A", "a ", "\u00e9", "e\u0301"}
}

func TestNamesOfAllKindsAreDifferent(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		for _, name := range names() {
			for _, q := range []store.Query{{Issuer: "i", ID: name}, {Issuer: "i", SessionID: name}, {Issuer: "i", Subject: name}, {Issuer: name, ID: "x"}} {
				e := store.Entry{Issuer: q.Issuer, ID: q.ID, SessionID: q.SessionID, Subject: q.Subject, Until: now() + 1000}
				if q.Subject != "" {
					e.IssuedAt = 7
				}
				denied := func() store.Answer {
					a, err := s.Lookup(t.Context(), q)
					check(t, err)
					return store.Answer{ID: a.ID, SessionID: a.SessionID, Subject: a.Subject}
				}
				if a := denied(); a != (store.Answer{}) {
					t.Errorf("%.20q: got %v before it was revoked", name, a)
				}
				check(t, s.Revoke(t.Context(), now(), e))
				if a, want := denied(), (store.Answer{ID: e.ID != "", SessionID: e.SessionID != "", Subject: e.IssuedAt}); a != want {
					t.Errorf("%.20q: got %v, want %v", name, a, want)
				}
			}
		}
		state := "a state with \x00 and \xff, " + strings.Repeat("long", 50_000)
		for i, name := range names() {
			c := store.Change{Issuer: "j", SessionID: name, Subject: name, New: fmt.Sprint(i, state), Until: now() + 1000}
			if ok, _, err := s.Swap(t.Context(), now(), c); err != nil || !ok {
				t.Fatalf("%.20q: got %v, %v", name, ok, err)
			}
			if states, err := s.List(t.Context(), "j", name); err != nil || len(states) != 1 || states[0] != c.New {
				t.Errorf("%.20q: got %d sessions, %v", name, len(states), err)
			}
		}
	})
}

func TestExpiredRowsAreDeletedInBatches(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		var entries []store.Entry
		for i := range 450 {
			entries = append(entries, store.Entry{Issuer: "i", ID: fmt.Sprint(i), Until: jwt.NumericDate(1000 + i)})
		}
		before := int(now())
		check(t, s.Revoke(t.Context(), 1000+450, entries...)) // so that they are needed for some seconds
		after := int(now())
		if _, _, err := s.Swap(t.Context(), now(), store.Change{Issuer: "i", SessionID: "s", Subject: "t", New: "u", Until: 5000}); err != nil {
			t.Fatal(err)
		}
		keep := number(t, s, "SELECT min(keep) FROM jwt_entries WHERE kind = 1")
		if least, most := before-450+900, after-450+900; keep < least || keep > most {
			t.Errorf("the first is kept through %d, want 900 s longer than needed, %d to %d", keep, least, most)
		}
		if n := number(t, s, "SELECT count(*) FROM jwt_entries"); n != 451 {
			t.Errorf("got %d rows, want all of 451", n)
		}
		run(t, s, "UPDATE jwt_entries SET keep = until") // a long time ago
		var steps []int
		for last := 451; last > 12 && len(steps) < 1000; {
			revokeID(t, s, fmt.Sprint("new", len(steps)%10))
			if n := number(t, s, "SELECT count(*) FROM jwt_entries"); n < last {
				if last-n > 200 {
					t.Errorf("%d rows were deleted at once", last-n)
				}
				last = n
			}
			steps = append(steps, 1)
		}
		if len(steps) > 200 {
			t.Errorf("after %d changes not everything is deleted", len(steps))
		}
		a := lookup(t, s, "new0")
		if a.Dropped < 1448 || a.Dropped > 1449 || !a.ID {
			t.Errorf("got Dropped %d, want 1449, the latest of an entry that was deleted, which is no session", a.Dropped)
		}
	})
}

func TestFailedDeletionIsFoundByPing(t *testing.T) {
	s := newStore(t, revokesql.SQLite)
	check(t, s.Revoke(t.Context(), now(), store.Entry{ID: "a", Until: 1}))
	revokeID(t, s, "b")
	run(t, s, "UPDATE jwt_entries SET keep = 1 WHERE name = 'a'")
	run(t, s, "CREATE TRIGGER jwt_stop BEFORE DELETE ON jwt_entries BEGIN SELECT raise(FAIL, 'stopped'); END")
	for i := range 60 {
		revokeID(t, s, fmt.Sprint(i)) // which succeeds
	}
	wantError(t, "a deletion that failed", s.Ping(t.Context()), "deleting what is expired", "stopped")
	run(t, s, "DROP TRIGGER jwt_stop")
	check(t, s.Ping(t.Context()))
	if n := number(t, s, "SELECT count(*) FROM jwt_entries WHERE name = 'a'"); n != 0 {
		t.Error("Ping does not delete what is expired")
	}
}
