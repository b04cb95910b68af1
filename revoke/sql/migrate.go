package sql

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// Migrate creates the tables if they are not there, and switches a file of SQLite
// to a write-ahead log, for good. It is an error if the tables are those of a newer
// version of this package. Any number of instances may call it at the same time. It
// may take a minute, or Timeout if that is longer: the database may have to wake up.
func (s *Store) Migrate(ctx context.Context) error {
	_, err := within(ctx, s, max(s.timeout(), time.Minute), "creating the tables", func(ctx context.Context, text *statements) (none struct{}, err error) {
		if text.dialect == SQLite {
			return none, s.alone(ctx, func(c *sql.Conn) error {
				if _, err := c.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
					return err
				}
				return s.migrate(ctx, c, text)
			})
		}
		c, err := s.DB.Conn(ctx)
		if err != nil {
			return none, err
		}
		defer c.Close()
		return none, s.migrate(ctx, c, text)
	})
	return err
}

// migrate creates the tables in one transaction.
func (s *Store) migrate(ctx context.Context, c *sql.Conn, text *statements) (err error) {
	if _, err := c.ExecContext(ctx, text.begin); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	create := text.create
	if text.dialect == PostgreSQL { // where two that create a table at once fail
		create = append([]string{"SELECT pg_advisory_xact_lock(7521823009215345719)"}, create...)
	}
	for _, statement := range create {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	var got int
	if err := c.QueryRowContext(ctx, text.version).Scan(&got); err != nil {
		return err
	}
	if got != version {
		return wrongVersion(got)
	}
	_, err = c.ExecContext(ctx, "COMMIT")
	return err
}

// BeginAnew lets the memory begin in the next second, under another name: tokens
// and sessions from before are refused with revoke.ErrForgotten. It is for after a
// backup was restored, which lacks the last changes.
func (s *Store) BeginAnew(ctx context.Context) error {
	_, err := do(ctx, s, "beginning anew", func(ctx context.Context, text *statements) (int64, error) {
		return s.write(ctx, text, text.anew)
	})
	return err
}

// hint says what to do about an error.
func hint(err error) string {
	text := err.Error()
	for _, h := range [...]struct{ in, hint string }{
		{"no such table", " (call Migrate first)"},
		{"SQLSTATE 42P01", " (call Migrate first)"},
		{"recovery is in progress", " (the server is a standby, want the primary)"},
		{"SQLSTATE 25006", " (the server is a standby, or the database is read-only)"},
	} {
		if strings.Contains(text, h.in) {
			return h.hint
		}
	}
	return ""
}
