// Package sql keeps the deny list and the sessions of the package revoke in
// PostgreSQL 15 or later, for services on any number of machines, or in a file of
// SQLite 3.38 or later, for a service on one.
//
//	db, err := sql.Open("pgx", "postgres://…") // or "sqlite", "sessions.db"
//	s := &revokesql.Store{DB: db, Dialect: revokesql.PostgreSQL}
//	err = s.Migrate(ctx) // creates the tables, if need be
//	list := &revoke.DenyList{Tokens: policy, Store: s, Lifetime: 30 * 24 * time.Hour}
//
// It imports no driver. It is tested with github.com/jackc/pgx/v5/stdlib and
// modernc.org/sqlite.
//
// # What is kept
//
// Issuers and names of tokens, sessions and subjects are stored in clear text, so
// that an operator can read and add them. Those that [store.ShortName] shortens are
// hashes. The state of a session has its subject and data, and hashes of its refresh
// tokens. See [Statements] for the tables.
//
// What is expired is kept 15 minutes longer, so that the database's clock may jump
// ahead by as much, and is deleted by later calls that write: 200 rows at most, once a
// second or after 50 rows, and nothing runs in the background. If the clock
// jumps farther and comes back, tokens that end before anything that was deleted
// are refused with [revoke.ErrForgotten].
//
// # When the database may have lost something
//
// No change is acknowledged before it is on the disk: a crash of the service, of
// the database or of the machine loses none. On PostgreSQL this holds also where
// synchronous_commit is off, but not where fsync is off; on SQLite, synchronous is
// set to FULL for each change. [Store.Ping] checks what it can of this.
//
// The memory begins anew, so that tokens and sessions from before are
// [revoke.ErrForgotten], which clients heal by a login, when PostgreSQL shows that
//
//   - a standby was promoted, or a backup was recovered to a point in time, since
//     either may lack the last changes. [Store.AllowPromotion] lets it go on;
//   - the tables were copied or restored, as by pg_dump.
//
// After a restored snapshot of a disk, or a copy of a file of SQLite, nothing shows.
// Call [Store.BeginAnew] then, before the first token is accepted.
//
//	failure                       clients see      what to do
//	database down, slow, locked   503              see Timeout
//	read-only, disk full          503 at login     see the error
//	a standby asked               503              ask the primary
//	standby promoted              401, login       synchronous standbys, and AllowPromotion
//	old primary cut off, and      it goes on       stop it, as failover tools do: it cannot
//	another one promoted          to answer        know that there is another one
package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A Dialect is the database's kind of SQL.
type Dialect int

// The dialects.
const (
	PostgreSQL Dialect = iota + 1
	SQLite
)

// A Store is a [store.SessionStore], a [store.OnceStore] and a [store.Feed] in an
// SQL database. Lookup, Load and List are one round trip; Use and Swap are two, or
// three for a Swap that fails; Revoke is one, and one more for every 500 entries. The zero value and nil keep
// nothing and answer nothing. Set the fields and call Migrate, then use it from any
// number of goroutines; it must not be copied.
type Store struct {
	DB      *sql.DB // required
	Dialect Dialect // PostgreSQL or SQLite; required

	// Prefix begins the names of all tables, "jwt" if it is empty: at most 40
	// letters a to z, digits and _. Those who share it share the store.
	Prefix string

	// Timeout is how long a method may take, also if its context allows more.
	// 0: 1 second. Migrate may take a minute in any case.
	Timeout time.Duration

	// AllowPromotion lets the memory go on when a standby of PostgreSQL was
	// promoted. It is for synchronous standbys, which have all that was
	// acknowledged: synchronous_standby_names must name them all the time, and
	// synchronous_commit must be on, remote_apply or off, for which on is taken.
	// Ping checks both. Otherwise revocations may be undone.
	AllowPromotion bool

	text   atomic.Pointer[statements]
	lookup atomic.Pointer[sql.Stmt] // prepared, for SQLite
	making sync.Mutex

	writing sync.Mutex // SQLite has one writer
	expiry  expiry
}

// ready returns the statements, or says what is wrong with the store itself.
func (s *Store) ready() (*statements, error) {
	switch {
	case s == nil:
		return nil, errors.New("revoke/sql: Store is nil")
	case s.DB == nil:
		return nil, errors.New("revoke/sql: Store.DB is nil, want a database")
	case s.Timeout < 0:
		return nil, errors.New("revoke/sql: Store.Timeout is negative")
	}
	if text := s.text.Load(); text != nil {
		return text, nil
	}
	text, err := newStatements(s.Dialect, s.Prefix, s.AllowPromotion)
	if err != nil {
		return nil, err
	}
	s.text.Store(text)
	return text, nil
}

// timeout is the Timeout, or its default.
func (s *Store) timeout() time.Duration {
	if s == nil || s.Timeout == 0 {
		return time.Second
	}
	return s.Timeout
}

// do runs f for as long as the context and the Timeout allow.
func do[T any](ctx context.Context, s *Store, what string, f func(ctx context.Context, text *statements) (T, error)) (T, error) {
	return within(ctx, s, s.timeout(), what, f)
}

// within runs f for as long as the context and the timeout allow, and no longer: a
// driver that does not heed them, as in a slow write to a disk, is left alone.
func within[T any](ctx context.Context, s *Store, timeout time.Duration, what string, f func(ctx context.Context, text *statements) (T, error)) (T, error) {
	var none T
	text, err := s.ready()
	if err != nil {
		return none, err
	}
	if err := ctx.Err(); err != nil {
		return none, fmt.Errorf("revoke/sql: %s: %w", what, err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		timeout = max(min(timeout, time.Until(deadline)), 0)
	}
	inner, stop := context.WithTimeout(ctx, timeout-timeout/10) // ends a little earlier, so that f can say what it waits for
	done := make(chan result[T], 1)
	go func() {
		defer stop()
		growStack(0)
		value, err := f(inner, text)
		if err == nil {
			done <- result[T]{value: value}
		} else {
			done <- result[T]{err: err, late: late(inner)}
		}
	}()
	r := await(ctx, inner, done, timeout/10)
	if r.err == nil {
		return r.value, nil
	}
	if r.late != nil {
		r.err = together(r.err, r.late)
	}
	if errors.Is(r.late, context.DeadlineExceeded) {
		r.err = fmt.Errorf("no answer from the database within %v: %w", timeout, r.err)
	}
	return none, fmt.Errorf("revoke/sql: %s: %w%s", what, r.err, hint(r.err))
}

// growStack makes the stack of a new goroutine as large as drivers need it, in one
// step rather than in several, each of which copies it. It does nothing else for an
// index of 0.
//
//go:noinline
func growStack(index int) byte {
	if index == 0 {
		return 0
	}
	var room [10 << 10]byte
	for i := range room {
		room[i] = byte(i)
	}
	return room[index]
}

// A result is what a database returned.
type result[T any] struct {
	value T
	err   error
	late  error // of the context
}

// await returns what is done. If that is not by the end of the inner context and a
// grace, or if the outer one ends before, it does not wait for it.
func await[T any](ctx, inner context.Context, done <-chan result[T], grace time.Duration) result[T] {
	select {
	case r := <-done:
		return r
	case <-inner.Done():
	}
	err := inner.Err()
	select {
	case r := <-done:
		return r
	case <-time.After(grace):
	case <-ctx.Done():
		err = ctx.Err()
	}
	select {
	case r := <-done: // at the same time
		return r
	default:
		return result[T]{err: err, late: err}
	}
}

// late is the error of a context, also of one that ends just now, which a driver
// may notice first.
func late(ctx context.Context) error {
	if deadline, _ := ctx.Deadline(); ctx.Err() == nil && time.Until(deadline) < time.Millisecond {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// together is an error of a driver, and the one of the context that it is for.
func together(err, late error) error {
	if errors.Is(err, late) {
		return err
	}
	return fmt.Errorf("%w: %w", late, err)
}
