package sql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// write makes a change of one statement, which is on the disk when it returns, and
// returns how many rows it changed. Then it deletes some of what is expired.
func (s *Store) write(ctx context.Context, text *statements, statement string, args ...any) (int64, error) {
	n, err := s.exec(ctx, text, statement, args...)
	if err == nil && s.expiry.due(n, time.Now()) {
		s.expire(ctx, text)
	}
	return n, err
}

func (s *Store) exec(ctx context.Context, text *statements, statement string, args ...any) (n int64, err error) {
	if text.dialect == PostgreSQL {
		return affected(s.DB.ExecContext(ctx, statement, args...))
	}
	err = s.alone(ctx, func(c *sql.Conn) error {
		n, err = affected(c.ExecContext(ctx, statement, args...))
		return err
	})
	return n, err
}

func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// alone calls f with a connection to SQLite, which has one writer at a time. What
// it changes is on the disk when it is acknowledged.
func (s *Store) alone(ctx context.Context, f func(c *sql.Conn) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("others were writing: %w", err)
	}
	c, err := s.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return patient(ctx, func() error {
		if _, err := c.ExecContext(ctx, "PRAGMA busy_timeout = 0; PRAGMA synchronous = FULL"); err != nil {
			return err
		}
		return f(c)
	})
}

// patient repeats f while SQLite has done nothing, since another one has a lock.
func patient(ctx context.Context, f func() error) error {
	wait := 100 * time.Microsecond
	for locked := false; ; locked = true {
		err := f()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil && locked:
			return fmt.Errorf("the database is locked by another process: %w", ctx.Err())
		case !strings.Contains(err.Error(), "is locked"):
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait = min(2*wait, 10*time.Millisecond)
	}
}

// An expiry tells when to delete what is expired: once a second, and more often if
// much is written, so that more is deleted than comes.
type expiry struct {
	last    atomic.Int64          // Unix time in ns
	written atomic.Int64          // rows since then
	err     atomic.Pointer[error] // of the last time
}

// batch is how many rows are deleted at a time: more than are written meanwhile.
const batch, meanwhile = 200, 50

// due notes that rows were written, and reports that it is time, to one of those
// who ask at the same time.
func (e *expiry) due(rows int64, now time.Time) bool {
	last := e.last.Load()
	recent := (time.Duration(now.UnixNano() - last)).Abs() < time.Second // if it is not, the clock may have gone back
	if e.written.Add(rows) < meanwhile && recent {
		return false
	}
	if !e.last.CompareAndSwap(last, now.UnixNano()) {
		return false
	}
	e.written.Store(0)
	return true
}

// expire deletes a batch.
func (s *Store) expire(ctx context.Context, text *statements) {
	_, err := s.exec(ctx, text, text.expire, batch)
	s.expiry.err.Store(&err)
}
