package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

var (
	_ store.SessionStore = (*Store)(nil)
	_ store.OnceStore    = (*Store)(nil)
	_ store.Feed         = (*Store)(nil)
)

// Lookup implements [store.Store].
func (s *Store) Lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	return do(ctx, s, "looking up", func(ctx context.Context, text *statements) (store.Answer, error) {
		return s.look(ctx, text, q)
	})
}

func (s *Store) look(ctx context.Context, text *statements, q store.Query) (store.Answer, error) {
	return s.ask(ctx, text, func() scanner {
		if text.dialect == SQLite {
			return s.lookPrepared(ctx, text, q)
		}
		return s.DB.QueryRowContext(ctx, text.lookup, names(q)...)
	})
}

// lookPrepared spares SQLite the reading of the statement. Drivers for PostgreSQL
// do so themselves, or must not, as behind a pooler.
func (s *Store) lookPrepared(ctx context.Context, text *statements, q store.Query) scanner {
	ctx = context.WithoutCancel(ctx) // for whose sake drivers start goroutines; do heeds it
	if stmt := s.lookup.Load(); stmt != nil {
		return stmt.QueryRowContext(ctx, names(q)...)
	}
	s.making.Lock()
	defer s.making.Unlock()
	if stmt := s.lookup.Load(); stmt != nil {
		return stmt.QueryRowContext(ctx, names(q)...)
	}
	stmt, err := s.DB.PrepareContext(ctx, text.lookup)
	if err != nil {
		return failed{err}
	}
	s.lookup.Store(stmt)
	return stmt.QueryRowContext(ctx, names(q)...)
}

// A scanner is a row.
type scanner interface{ Scan(to ...any) error }

type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

// names are the arguments of a lookup.
func names(q store.Query) []any {
	return []any{store.ShortName(q.Issuer), store.ShortName(q.ID), store.ShortName(q.SessionID), store.ShortName(q.Subject)}
}

// ask reads a row that begins with what is known, then has what is denied, and more.
// If the memory may have lost something, it begins anew first.
func (s *Store) ask(ctx context.Context, text *statements, query func() scanner, more ...any) (store.Answer, error) {
	for again := false; ; again = true {
		var row beginning
		var id, session, subject sql.NullInt64
		err := patient(ctx, func() error {
			return query().Scan(append(append(row.columns(), &id, &session, &subject), more...)...)
		})
		a, err := row.answer(err)
		if errors.Is(err, errLost) && !again {
			if _, err := s.write(ctx, text, text.mend); err != nil {
				return store.Answer{}, fmt.Errorf("beginning the memory anew: %w", err)
			}
			continue
		}
		a.ID, a.SessionID, a.Subject = id.Int64 > 0, session.Int64 > 0, jwt.NumericDate(max(subject.Int64, 0))
		return a, err
	}
}

// A beginning is what a row tells of the memory.
type beginning struct {
	version              int
	good                 bool
	since, latestDropped int64
	epoch                string
}

func (b *beginning) columns() []any {
	return []any{&b.version, &b.good, &b.since, &b.epoch, &b.latestDropped}
}

var (
	errLost    = errors.New("the database may have lost something")
	errNoStore = errors.New("the table of the store is empty, want what Migrate writes to it")
)

// answer is what the row tells, if it was read without an error.
func (b *beginning) answer(err error) (store.Answer, error) {
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return store.Answer{}, errNoStore
	case err != nil:
		return store.Answer{}, err
	case b.version != version:
		return store.Answer{}, wrongVersion(b.version)
	case !b.good:
		return store.Answer{}, errLost
	case b.since <= 0 || len(b.epoch) < 16:
		return store.Answer{}, errors.New("the table of the store has no since or epoch")
	}
	return store.Answer{Since: jwt.NumericDate(b.since), Epoch: b.epoch, Dropped: jwt.NumericDate(b.latestDropped)}, nil
}

func wrongVersion(got int) error {
	if got > version {
		return fmt.Errorf("the tables have version %d, newer than %d, want a newer version of revoke/sql", got, version)
	}
	return fmt.Errorf("the tables have version %d, older than %d, want Migrate to be called", got, version)
}
