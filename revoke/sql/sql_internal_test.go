package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var errBroken = errors.New("broken")

// TestTimeout calls a database that answers after so long, by a clock that stands
// still meanwhile.
func TestTimeout(t *testing.T) {
	for _, row := range []struct {
		name           string
		timeout        time.Duration // of the Store
		answers        time.Duration
		heeds          bool          // the driver heeds the context
		ends, canceled time.Duration // of the caller's context; 0: never
		takes          time.Duration
		err            string
	}{
		{"in time", 0, 899 * time.Millisecond, true, 0, 0, 899 * time.Millisecond, "broken"},
		{"late", 0, time.Hour, true, 0, 0, 900 * time.Millisecond, "no answer from the database within 1s: context deadline exceeded: broken"},
		{"a driver that heeds nothing, in time", 0, 999 * time.Millisecond, false, 0, 0, 999 * time.Millisecond, "no answer from the database within 1s: context deadline exceeded: broken"},
		{"a driver that heeds nothing", 0, time.Hour, false, 0, 0, time.Second, "no answer from the database within 1s: context deadline exceeded"},
		{"a Timeout", 10 * time.Second, time.Hour, true, 0, 0, 9 * time.Second, "no answer from the database within 10s: context deadline exceeded: broken"},
		{"a Timeout, a driver that heeds nothing", 10 * time.Second, time.Hour, false, 0, 0, 10 * time.Second, "no answer from the database within 10s: context deadline exceeded"},
		{"a deadline", 10 * time.Second, time.Hour, true, 2 * time.Second, 0, 1800 * time.Millisecond, "no answer from the database within 2s: context deadline exceeded: broken"},
		{"a deadline, a driver that heeds nothing", 10 * time.Second, time.Hour, false, 2 * time.Second, 0, 2 * time.Second, "no answer from the database within 2s: context deadline exceeded"},
		{"a later deadline", time.Second, time.Hour, false, 10 * time.Second, 0, time.Second, "no answer from the database within 1s: context deadline exceeded"},
		{"canceled", 0, time.Hour, false, 0, 100 * time.Millisecond, 100 * time.Millisecond, "context canceled"},
		{"canceled near the end", 0, time.Hour, false, 0, 950 * time.Millisecond, 950 * time.Millisecond, "context canceled"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &Store{DB: new(sql.DB), Dialect: SQLite, Timeout: row.timeout}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if row.ends > 0 {
				ctx, cancel = context.WithTimeout(ctx, row.ends)
				defer cancel()
			}
			if row.canceled > 0 {
				time.AfterFunc(row.canceled, cancel)
			}
			begun := time.Now()
			value, err := do(ctx, s, "asking", func(ctx context.Context, _ *statements) (int, error) {
				var heeded <-chan struct{}
				if row.heeds {
					heeded = ctx.Done()
				}
				select {
				case <-time.After(row.answers):
				case <-heeded:
				}
				return 7, errBroken
			})
			took := time.Since(begun)
			want := "revoke/sql: asking: " + row.err
			if value != 0 || err == nil || err.Error() != want || took != row.takes {
				t.Errorf("%s: got %d, %v after %v, want %q after %v", row.name, value, err, took, want, row.takes)
			}
			time.Sleep(2 * time.Hour) // the goroutine ends
		})
	}
}

// asleep is a database that lets nobody in before their time is over.
type asleep struct{}

func (asleep) Connect(ctx context.Context) (driver.Conn, error) {
	<-ctx.Done()
	return nil, errBroken
}

func (asleep) Driver() driver.Driver { return nil }

func TestMigrateMayTakeAMinute(t *testing.T) {
	for _, row := range []struct {
		dialect             Dialect
		timeout, ends, want time.Duration
	}{
		{PostgreSQL, 0, time.Hour, time.Minute},
		{SQLite, 0, time.Hour, time.Minute},
		{PostgreSQL, time.Millisecond, time.Hour, time.Minute},
		{PostgreSQL, 2 * time.Minute, time.Hour, 2 * time.Minute},
		{PostgreSQL, 0, 5 * time.Second, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &Store{DB: sql.OpenDB(asleep{}), Dialect: row.dialect, Timeout: row.timeout}
			defer s.DB.Close()
			ctx, cancel := context.WithTimeout(t.Context(), row.ends)
			defer cancel()
			begun := time.Now()
			err := s.Migrate(ctx)
			want := fmt.Sprintf("no answer from the database within %v: context deadline exceeded: broken", row.want)
			if took := time.Since(begun); took != row.want-row.want/10 || err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%v: got %v after %v, want %s after nine tenths of it", row, err, took, want)
			}
		})
	}
}

// expired is a context that has a deadline in the past and does not know it yet, as
// while its timer waits for a processor.
type expired struct{ context.Context }

func (expired) Deadline() (time.Time, bool) { return time.Now().Add(-time.Hour), true }

func TestADeadlineThatHasPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Store{DB: new(sql.DB), Dialect: SQLite}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := do(expired{ctx}, s, "asking", func(ctx context.Context, _ *statements) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		if want := "revoke/sql: asking: no answer from the database within 0s: context deadline exceeded"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	})
}

// An answer counts that comes at the same time as the end of the context.
func TestAnswerIsPreferred(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		done := make(chan result[int], 1)
		done <- result[int]{value: 7}
		if r := await(ctx, ctx, done, 0); r != (result[int]{value: 7}) {
			t.Fatalf("got %+v, want what is done", r)
		}
	}
}

func TestLateIsADeadlineAlmostReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for left, want := range map[time.Duration]error{
			time.Millisecond - 1: context.DeadlineExceeded, time.Millisecond: nil, time.Hour: nil, -time.Second: context.DeadlineExceeded,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), left)
			if got := late(ctx); got != want {
				t.Errorf("%v before the end: got %v, want %v", left, got, want)
			}
			cancel()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
		cancel()
		if got := late(ctx); got != context.Canceled {
			t.Errorf("got %v of a context that was canceled, want that", got)
		}
	})
}

func TestErrorsOfADriverAndAContext(t *testing.T) {
	late := context.DeadlineExceeded
	for _, row := range []struct {
		err  error
		want string
	}{
		{errBroken, "context deadline exceeded: broken"},
		{late, "context deadline exceeded"},
		{fmt.Errorf("asking: %w", late), "asking: context deadline exceeded"},
	} {
		got := together(row.err, late)
		if got.Error() != row.want || !errors.Is(got, late) || !errors.Is(got, row.err) {
			t.Errorf("got %v, want %q", got, row.want)
		}
	}
}
