package sql_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// TestKilledProcessLosesNothing kills a process that writes to a file of SQLite.
func TestKilledProcessLosesNothing(t *testing.T) {
	if file := os.Getenv("SQL_TEST_FILE"); file != "" {
		writeForever(t, file, os.Getenv("SQL_TEST_ROUND"))
		return
	}
	t.Parallel()
	file := filepath.Join(fast(t), "store.db")
	s := &revokesql.Store{DB: open(t, "sqlite", file, 2), Dialect: revokesql.SQLite, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	epoch := lookup(t, s, "").Epoch
	for round := range 2 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledProcessLosesNothing$")
		cmd.Env = append(os.Environ(), "SQL_TEST_FILE="+file, fmt.Sprint("SQL_TEST_ROUND=", round))
		output, err := cmd.StdoutPipe()
		check(t, err)
		check(t, cmd.Start())
		var acknowledged []string
		for lines := bufio.NewScanner(output); lines.Scan(); {
			acknowledged = append(acknowledged, lines.Text())
			if len(acknowledged) == 60 {
				check(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait()
		verify(t, s, acknowledged)
	}
	if a := lookup(t, s, ""); a.Epoch != epoch {
		t.Error("the memory begins anew after a crash, in which nothing was lost")
	}
}

// writeForever prints the names of what was acknowledged.
func writeForever(t *testing.T, file, round string) {
	s := &revokesql.Store{DB: open(t, "sqlite", file, 2), Dialect: revokesql.SQLite, Timeout: time.Minute}
	for i := 0; ; i++ {
		id := fmt.Sprintf("%s-%d", round, i)
		check(t, write(context.Background(), s, i%3, id))
		fmt.Println(id)
	}
}

func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	s := newStore(t, revokesql.SQLite)
	c, err := s.DB.Conn(t.Context())
	check(t, err)
	_, err = c.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	check(t, err)
	lookup(t, s, "a") // reading goes on
	impatient := again(s)
	impatient.Timeout = time.Second
	wantErrors(t, without(methods(t.Context(), impatient), "Lookup", "Load", "List", "Read", "Migrate"), "within 1s") // a busy machine may be too late to say what it waited for

	done := make(chan error)
	go func() {
		done <- s.Revoke(context.Background(), now(), store.Entry{Issuer: "i", ID: "a", Until: now() + 1000})
	}()
	_, err = c.ExecContext(t.Context(), "COMMIT")
	check(t, err)
	check(t, c.Close())
	check(t, <-done) // it waited
	if !lookup(t, s, "a").ID {
		t.Error("what waited for the lock is lost")
	}
}

func TestFullDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(fast(t), "store.db")
	s := &revokesql.Store{DB: open(t, "sqlite", file, 1), Dialect: revokesql.SQLite, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	_, err := s.DB.Exec("PRAGMA max_page_count = 20")
	check(t, err)
	var acknowledged []string
	for i := 0; err == nil; i++ {
		id := fmt.Sprint("a rather long name of a token ", i)
		if err = s.Revoke(t.Context(), now(), store.Entry{Issuer: "i", ID: id, Until: now() + 1000}); err == nil {
			acknowledged = append(acknowledged, id)
		}
	}
	wantError(t, "a full database", err, "full")
	verify(t, s, acknowledged)
}

func TestReadOnlyFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(fast(t), "store.db")
	s := &revokesql.Store{DB: open(t, "sqlite", file, 1), Dialect: revokesql.SQLite, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	revokeID(t, s, "a")
	readOnly := &revokesql.Store{DB: open(t, "sqlite", "file:"+file+"?mode=ro", 1), Dialect: revokesql.SQLite, Timeout: time.Minute}
	if !lookup(t, readOnly, "a").ID {
		t.Error("an entry is not found")
	}
	wantErrors(t, without(methods(t.Context(), readOnly), "Lookup", "Load", "List", "Read"), "readonly")
}

func TestFileThatCannotHaveALog(t *testing.T) {
	t.Parallel()
	file := filepath.Join(fast(t), "store.db")
	_, err := open(t, "sqlite", file, 1).Exec("CREATE TABLE other (a INTEGER)") // with the journal that a new file has
	check(t, err)
	s := &revokesql.Store{DB: open(t, "sqlite", "file:"+file+"?mode=ro", 1), Dialect: revokesql.SQLite, Timeout: time.Minute}
	wantError(t, "a file that is read-only", s.Migrate(t.Context()), "readonly")
}

func TestPingOfSQLiteWantsAJournal(t *testing.T) {
	t.Parallel()
	s := &revokesql.Store{DB: open(t, "sqlite", ":memory:", 1), Dialect: revokesql.SQLite, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	wantError(t, "a database in memory", s.Ping(t.Context()), "in memory")
	_, err := s.DB.Exec("PRAGMA journal_mode = OFF")
	check(t, err)
	wantError(t, "no journal", s.Ping(t.Context()), "journal_mode off")

	check(t, newStore(t, revokesql.SQLite).Ping(t.Context()))
	plain := &revokesql.Store{DB: open(t, "sqlite", filepath.Join(fast(t), "store.db"), 1), Dialect: revokesql.SQLite, Timeout: time.Minute}
	check(t, plain.Migrate(t.Context()))
	for _, mode := range []string{"DELETE", "TRUNCATE", "PERSIST"} {
		_, err := plain.DB.Exec("PRAGMA journal_mode = " + mode)
		check(t, err)
		check(t, plain.Ping(t.Context()))
	}
}

// TestSynchronousIsSetForEachChange asks the connection that has just written.
func TestSynchronousIsSetForEachChange(t *testing.T) {
	t.Parallel()
	s := &revokesql.Store{DB: open(t, "sqlite", filepath.Join(fast(t), "store.db"), 1), Dialect: revokesql.SQLite, Timeout: time.Minute}
	check(t, s.Migrate(t.Context()))
	_, err := s.DB.Exec("PRAGMA synchronous = OFF")
	check(t, err)
	revokeID(t, s, "a")
	if n := number(t, s, "PRAGMA synchronous"); n != 2 {
		t.Errorf("got synchronous %d, want 2, FULL", n)
	}
	if n := number(t, s, "PRAGMA busy_timeout"); n != 0 {
		t.Errorf("got busy_timeout %d, want 0", n)
	}
}

func BenchmarkSQLiteLookup(b *testing.B) {
	s := newStore(b, revokesql.SQLite)
	var entries []store.Entry
	for i := range 10_000 {
		entries = append(entries, store.Entry{Issuer: "https://login.example", ID: fmt.Sprint("f81d4fae-7dec-11d0-a765-", i), Until: now() + 1000})
	}
	check(b, s.Revoke(b.Context(), now(), entries...))
	q := store.Query{Issuer: "https://login.example", ID: "f81d4fae-7dec-11d0-a765-x", SessionID: "f81d4fae-7dec-11d0-a765-0", Subject: "alice"}
	begun := program.ProcessorTime()
	for b.Loop() {
		if _, err := s.Lookup(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((program.ProcessorTime()-begun).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func BenchmarkPostgreSQLLookup(b *testing.B) {
	s := newStore(b, revokesql.PostgreSQL)
	q := store.Query{Issuer: "https://login.example", ID: "f81d4fae-7dec-11d0-a765-x", SessionID: "f81d4fae-7dec-11d0-a765-0", Subject: "alice"}
	for b.Loop() {
		if _, err := s.Lookup(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
}
